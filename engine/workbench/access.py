"""Who is asking, and what they may do: sessions, roles, signing in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from engine.workbench import accounts
from engine.workbench.accounts import LOCAL, Account
from engine.workbench.safeguards import SAFE_METHODS
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, bench


def cookie_of(request: Request) -> str:
    """The name of the browser's cookie. By https it is one that no other host of the domain, and nobody on the way, can set."""
    return "__Host-jixiao" if request.url.scheme == "https" else "jixiao"


def session_of(request: Request) -> Session | None:
    """The session the browser's cookie names, with the account as it is now; None if there is none."""
    work = bench(request)
    session = work.sessions.find(request.cookies.get(cookie_of(request), ""))
    if session and work.accounts_file:
        account = work.accounts().get(session.account.name)
        if account is None or account.disabled or account.password != session.account.password:
            work.sessions.end(session.token)
            return None
        session.account = account
    return session


def signed_in(request: Request) -> Session:
    """Whoever asks: the browser's session, a token or a name and password sent along (other systems), or, with no accounts kept,
    this machine. Found out once a request.

    A change made through a browser's session must carry that session's token. Raises Refused with 401 or 403.
    """
    known: Session | None = getattr(request.state, "session", None)
    if known is None:
        known = request.state.session = _asking(request)
    return known


def _asking(request: Request) -> Session:
    work = bench(request)
    session = session_of(request)
    if session:
        if request.method not in SAFE_METHODS and not session.confirms(request.headers.get("x-csrf-token", "")):
            raise Refused(403, "请求没有带本页的校验码；请刷新页面再试")
        return session
    if work.accounts_file is None:
        return work.sessions.shared(LOCAL)
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        name, password = _basic(header)
        return work.sessions.begin_unkept(sign_in(request, name, password))
    if header.lower().startswith("bearer "):
        account = accounts.by_token(work.accounts(), header[7:].strip())
        if account is None:
            work.log.add(_address(request), "sign-in", outcome="refused", reason="token")
            raise Refused(401, "令牌不对，或已作废", {"WWW-Authenticate": 'Bearer realm="jixiao"'})
        return work.sessions.begin_unkept(account)
    work.log.add(_address(request), "enter", outcome="refused", path=request.url.path)
    raise Refused(401, "请先登录", {"WWW-Authenticate": 'Basic realm="jixiao", charset="UTF-8"'} if header else None)


def may(role: str) -> Callable[[Request], Session]:
    """A dependency: the session, if its account may do what `role` may; 403 otherwise, and the attempt is logged."""

    def allowed(request: Request) -> Session:
        session = signed_in(request)
        if not session.account.may(role):
            bench(request).log.add(session.account.name, "enter", outcome="refused", path=request.url.path, needs=role)
            raise Refused(403, f"账号“{session.account.name}”没有“{accounts.ROLES[role]}”的权限")
        return session

    return allowed


Viewer = Annotated[Session, Depends(may("viewer"))]

Editor = Annotated[Session, Depends(may("editor"))]

Publisher = Annotated[Session, Depends(may("publisher"))]


def sign_in(request: Request, name: str, password: str) -> Account:
    """The account of a name and password. Raises Refused (401, or 429 after too many wrong tries); both are logged."""
    work = bench(request)
    name, address = name[:100], _address(request)
    if (wait := work.throttle.reserve(name, address)) > 0:
        work.log.add(name, "sign-in", outcome="refused", address=address, reason="too many tries")
        raise Refused(429, f"试的次数太多，请过 {int(wait) + 1} 秒再试", {"Retry-After": str(int(wait) + 1)})
    account = accounts.verified(work.accounts(), name, password)
    if account is None:
        work.log.add(name, "sign-in", outcome="refused", address=address)
        raise Refused(401, "账号或密码不对")
    work.throttle.passed(name, address)
    return account


def _basic(header: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(header[6:].strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(401, "账号和密码的写法不对") from None
    return name, password


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
