"""Who is signed in: sessions kept in memory, known to the browser by a random token, ended after idle hours or by signing out."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.workbench.accounts import Account

IDLE_SECONDS = 4 * 3600.0
LONGEST_SECONDS = 12 * 3600.0
MAX_SESSIONS = 1_000


@dataclass(slots=True)
class Session:
    """One browser signed in. `csrf` goes with every change; `forms` are results of what was uploaded, kept nowhere else."""

    token: str
    account: Account
    csrf: str
    begun: float
    seen: float
    forms: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    """Pages made for this session, such as the impact of a change."""
    asked: int = 0
    """How many trials the editor has asked for: one that is not the newest when its turn comes is not made any more."""

    def confirms(self, token: str) -> bool:
        """Whether a change was sent by a page of ours, which alone knows the token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class Sessions:
    """The sessions there are. What is idle too long, or one too many, is forgotten, with all that was uploaded in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_token: dict[str, Session] = {}
        self._shared = ""
        self._lock = threading.Lock()

    def begin(self, account: Account) -> Session:
        """A new session, with tokens nobody can guess."""
        now = self._clock()
        session = Session(secrets.token_urlsafe(32), account, secrets.token_urlsafe(32), now, now)
        with self._lock:
            self._drop_stale(now)
            while len(self._by_token) >= MAX_SESSIONS:
                del self._by_token[min(self._by_token, key=lambda token: self._by_token[token].seen)]
            self._by_token[session.token] = session
        return session

    def shared(self, account: Account) -> Session:
        """The one session of everyone at this machine, where no accounts are kept."""
        session = self.find(self._shared)
        if session is None:
            session = self.begin(account)
            self._shared = session.token
        return session

    def begin_unkept(self, account: Account) -> Session:
        """A session for one request of another system, which sends its name and password each time."""
        now = self._clock()
        return Session("", account, "", now, now)

    def find(self, token: str) -> Session | None:
        """The session of a token, if it is still good."""
        now = self._clock()
        with self._lock:
            self._drop_stale(now)
            session = self._by_token.get(token)
            if session:
                session.seen = now
            return session

    def end(self, token: str) -> None:
        """Forget a session."""
        with self._lock:
            self._by_token.pop(token, None)

    def all(self) -> list[Session]:
        """Every session there is."""
        with self._lock:
            return list(self._by_token.values())

    def _drop_stale(self, now: float) -> None:
        for token, session in list(self._by_token.items()):
            if now - session.seen > IDLE_SECONDS or now - session.begun > LONGEST_SECONDS:
                del self._by_token[token]
