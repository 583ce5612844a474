"""Who may use the workbench, and as what: accounts in one file, passwords as argon2 hashes, roles from viewer to publisher."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine import files as output
from engine.errors import Place, Problem, UsageError
from engine.files import displayed, unreadable

SCHEMA = "jixiao/accounts/1"
ROLES = {"viewer": "查看", "editor": "编辑", "publisher": "发布"}
"""Each may do what those before it may."""
MAX_ACCOUNTS, MAX_BYTES = 10_000, 10_000_000
MIN_PASSWORD, MAX_PASSWORD = 10, 1_000
_NAME = re.compile(r"[\w.-]{1,40}")
_TOKEN = re.compile(r"([0-9a-f]{64})(?: (viewer|editor|publisher) (\d{4}-\d{2}-\d{2}|-))?").fullmatch
MAX_TOKENS = 20
_HASHING = threading.Semaphore(2)  # each hash takes 64 MiB: a crowd of guesses waits in a row


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in. `password` is an argon2 hash."""

    name: str
    role: str
    password: str = ""
    disabled: bool = False
    tokens: tuple[str, ...] = ()
    """Hashes of the tokens by which other systems ask in its name: too long to be guessed, and so never slowed down. Behind a hash
    may stand the role the token is confined to, and the last day it holds (`-`: no end)."""

    def may(self, role: str) -> bool:
        """Whether this account may do what `role` may."""
        order = list(ROLES)
        return not self.disabled and order.index(self.role) >= order.index(role)


LOCAL = Account("本机", "publisher")
"""Whoever sits at the machine, where the workbench listens to nobody else and no accounts are kept."""


def load(path: Path) -> dict[str, Account]:
    """The accounts of a file, by name. Raises UsageError if there is none or it is no file of accounts, InputError if it cannot be
    read."""
    place = Place(displayed(path))
    try:
        with path.open("rb") as stream:  # bounded whatever the file says of its size
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError
        data = json.loads(content.decode("utf-8"))
        if data["schema"] != SCHEMA or len(data["accounts"]) > MAX_ACCOUNTS:
            raise ValueError
        found = [_account(item) for item in data["accounts"]]
        if not all(one.role in ROLES and _NAME.fullmatch(one.name) and all(map(_whole, one.tokens)) for one in found):
            raise ValueError
    except FileNotFoundError:
        raise UsageError(Problem(place, "没有这个账号文件", "用 jixiao account add 建立", code="account.file")) from None
    except OSError as error:
        raise unreadable(error, displayed(path)) from None
    except (ValueError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        raise UsageError(
            Problem(place, "不是账号文件，或内容有误", f"schema: {SCHEMA}，用 jixiao account add 建立", code="account.file")
        ) from None
    return {account.name: account for account in found}


def _account(item: Mapping[str, Any]) -> Account:
    return Account(item["name"], item["role"], item["password"], item.get("disabled", False), tuple(item.get("tokens", ())))


def save(path: Path, accounts: Mapping[str, Account]) -> None:
    """Replace the file as a whole, readable by its owner only."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "accounts": [
            {"name": one.name, "role": one.role, "password": one.password, "disabled": one.disabled, "tokens": list(one.tokens)}
            for one in accounts.values()
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
    kept = accounts[name].tokens if name in accounts else ()
    return {**accounts, name: Account(name, role, hashed(password), tokens=kept)}


def disabled(accounts: Mapping[str, Account], name: str) -> dict[str, Account]:
    """The accounts with one shut out. Raises UsageError if there is none of that name."""
    return {**accounts, name: replace(_known(accounts, name), disabled=True)}


def with_token(
    accounts: Mapping[str, Account], name: str, role: str = "", until: date | None = None
) -> tuple[dict[str, Account], str]:
    """The accounts with one more token for one of them, and the token, which is kept nowhere. `role`: what it may at most; `until`:
    the last day it holds. Raises UsageError if there is none of that name, it has too many, or may less than that role."""
    known = _known(accounts, name)
    if role and not known.may(role):
        told = f"账号“{name}”没有“{ROLES[role]}”的权限，令牌不能有"
        raise UsageError(Problem(Place(), told, "、".join(one for one in ROLES if known.may(one)), code="account.tokens"))
    if len(known.tokens) >= MAX_TOKENS:
        told = f"账号“{name}”已有 {MAX_TOKENS} 个令牌"
        raise UsageError(Problem(Place(), told, "先用 --revoke 作废", code="account.tokens"))
    token = f"jx_{secrets.token_urlsafe(32)}"
    kept = f"{_digest(token)} {role or known.role} {until or '-'}" if role or until else _digest(token)
    return {**accounts, name: replace(known, tokens=(*known.tokens, kept))}, token


def without_tokens(accounts: Mapping[str, Account], name: str) -> dict[str, Account]:
    """The accounts with all tokens of one made worthless. Raises UsageError if there is none of that name."""
    return {**accounts, name: replace(_known(accounts, name), tokens=())}


def by_token(accounts: Mapping[str, Account], token: str) -> Account | None:
    """The account a token is of, with no more than the token may, if it is not disabled and the token holds today."""
    digest = _digest(token)
    of = [(one, known) for one in accounts.values() for known in one.tokens if hmac.compare_digest(known[:64], digest)]
    if not of or of[0][0].disabled:
        return None
    account, found = of[0][0], _whole(of[0][1])
    if found is None or (found[3] not in (None, "-") and date.fromisoformat(found[3]) < date.today()):
        return None
    return replace(account, role=found[2]) if found[2] and account.may(found[2]) else account


def _whole(token: str) -> re.Match[str] | None:
    """A token as it is kept. Raises ValueError for a day that is none."""
    found = _TOKEN(token)
    if found and found[3] not in (None, "-"):
        date.fromisoformat(found[3])
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _known(accounts: Mapping[str, Account], name: str) -> Account:
    if name not in accounts:
        raise UsageError(Problem(Place(), f"没有账号“{displayed(name)}”", "、".join(accounts), code="account.none"))
    return accounts[name]


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
