"""Who may use the workbench, and as what: accounts in one file, passwords as argon2 hashes, roles from viewer to publisher."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine import files as output
from engine.errors import Place, Problem, UsageError, system_reason
from engine.files import displayed

SCHEMA = "jixiao/accounts/1"
ROLES = {"viewer": "查看", "editor": "编辑", "publisher": "发布"}
"""Each may do what those before it may."""
MAX_ACCOUNTS = 10_000
MIN_PASSWORD, MAX_PASSWORD = 10, 1_000
_NAME = re.compile(r"[\w.-]{1,40}")
FREE_TRIES, LONGEST_WAIT, MAX_REMEMBERED = 5, 300.0, 10_000
_HASHING = threading.Semaphore(2)  # each hash takes 64 MiB: a crowd of guesses waits in a row


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in. `password` is an argon2 hash."""

    name: str
    role: str
    password: str = ""
    disabled: bool = False

    def may(self, role: str) -> bool:
        """Whether this account may do what `role` may."""
        order = list(ROLES)
        return not self.disabled and order.index(self.role) >= order.index(role)


LOCAL = Account("本机", "publisher")
"""Whoever sits at the machine, where the workbench listens to nobody else and no accounts are kept."""


def load(path: Path) -> dict[str, Account]:
    """The accounts of a file, by name. Raises UsageError if it cannot be read or is no file of accounts."""
    place = Place(displayed(path))
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA or len(data["accounts"]) > MAX_ACCOUNTS:
            raise ValueError
        found = [Account(item["name"], item["role"], item["password"], item.get("disabled", False)) for item in data["accounts"]]
        if any(account.role not in ROLES or not _NAME.fullmatch(account.name) for account in found):
            raise ValueError
    except OSError as error:
        raise UsageError(
            Problem(place, f"读不了账号文件：{system_reason(error)}", "用 jixiao account add 建立", code="account.file")
        ) from None
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        raise UsageError(
            Problem(place, "不是账号文件，或内容有误", f"schema: {SCHEMA}，用 jixiao account add 建立", code="account.file")
        ) from None
    return {account.name: account for account in found}


def save(path: Path, accounts: Mapping[str, Account]) -> None:
    """Replace the file as a whole, readable by its owner only."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "accounts": [
            {"name": one.name, "role": one.role, "password": one.password, "disabled": one.disabled} for one in accounts.values()
        ],
    }
    output.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n", path, mode=0o600)


def with_account(accounts: Mapping[str, Account], name: str, role: str, password: str) -> dict[str, Account]:
    """The accounts with one added, or given a new role and password. Raises UsageError for what cannot be a name or password."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            Problem(Place(), f"账号名“{displayed(name)}”不行", "1 至 40 个字母、汉字、数字、点、横线", code="account.name")
        )
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(
            Problem(Place(), f"密码长度 {len(password)} 不行", f"{MIN_PASSWORD} 至 {MAX_PASSWORD} 个字符", code="account.password")
        )
    return {**accounts, name: Account(name, role, hashed(password))}


def disabled(accounts: Mapping[str, Account], name: str) -> dict[str, Account]:
    """The accounts with one shut out. Raises UsageError if there is none of that name."""
    if name not in accounts:
        raise UsageError(Problem(Place(), f"没有账号“{displayed(name)}”", "、".join(accounts), code="account.none"))
    return {**accounts, name: replace(accounts[name], disabled=True)}


def hashed(password: str) -> str:
    """The password as an argon2id hash, by the library's recommended settings."""
    with _HASHING:
        return PasswordHasher().hash(password)


@cache
def _nobody() -> str:
    return hashed("nobody has this password")


def verified(accounts: Mapping[str, Account], name: str, password: str) -> Account | None:
    """The account, if it is there, is not disabled, and the password is its own. As slow for an unknown name as for a known one."""
    account = accounts.get(name)
    with _HASHING:
        try:
            right: bool = PasswordHasher().verify(account.password if account else _nobody(), password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            right = False
    return account if account and right and not account.disabled else None


class Throttle:
    """Slows down guessing: after five wrong passwords for a name, or from an address, each next try waits twice as long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> float:
        """Seconds until one more try is heard; 0 if it is now."""
        with self._lock:
            return max([0.0, *(self._until(key) - self._clock() for key in keys)])

    def failed(self, *keys: str) -> None:
        """Count a wrong try for each key."""
        with self._lock:
            for key in keys:
                count = self._wrong.pop(key, (0, 0.0))[0] + 1
                self._wrong[key] = (count, self._clock())
            while len(self._wrong) > MAX_REMEMBERED:
                del self._wrong[next(iter(self._wrong))]

    def passed(self, key: str) -> None:
        """Forget the wrong tries of a key."""
        with self._lock:
            self._wrong.pop(key, None)

    def _until(self, key: str) -> float:
        count, last = self._wrong.get(key, (0, 0.0))
        return last + min(2.0 ** min(count - FREE_TRIES, 20), LONGEST_WAIT) if count >= FREE_TRIES else 0.0
