"""Accounts, roles, sessions and the slowing down of guesses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.workbench.accounts import (
    MAX_TOKENS,
    Account,
    by_token,
    disabled,
    load,
    save,
    verified,
    with_account,
    with_token,
    without_tokens,
)
from engine.workbench.sessions import IDLE_SECONDS, LONGEST_SECONDS, MAX_SESSIONS, Sessions


@pytest.fixture(scope="module")
def accounts() -> dict[str, Account]:
    return with_account({}, "王芳", "editor", "correct horse 电池")


def test_a_password_is_kept_as_a_hash_and_verified(accounts: dict[str, Account], tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    save(path, accounts)
    assert "correct horse" not in path.read_text(encoding="utf-8")
    assert "$argon2id$" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0
    assert verified(load(path), "王芳", "correct horse 电池") == accounts["王芳"]
    assert verified(accounts, "王芳", "correct horse") is None
    assert verified(accounts, "李四", "correct horse 电池") is None
    assert verified(disabled(accounts, "王芳"), "王芳", "correct horse 电池") is None


@pytest.mark.parametrize(
    ("role", "allowed"), [("viewer", [True, False, False]), ("editor", [True, True, False]), ("publisher", [True] * 3)]
)
def test_a_role_may_do_what_those_before_it_may(role: str, allowed: list[bool]) -> None:
    assert [Account("a", role).may(needed) for needed in ("viewer", "editor", "publisher")] == allowed


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("", "long enough password"),
        ("a b", "long enough password"),
        ("a/b", "long enough password"),
        ("a", "short"),
        ("a", "x" * 2000),
    ],
)
def test_names_and_passwords_that_cannot_be_are_refused(name: str, password: str) -> None:
    with pytest.raises(UsageError):
        with_account({}, name, "viewer", password)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "jixiao/accounts/1", "accounts": [{"name": "a"}]}',
        '{"schema": "jixiao/accounts/1", "accounts": [{"name": "a", "role": "root", "password": ""}]}',
    ],
)
def test_a_file_that_is_no_file_of_accounts_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="账号文件"):
        load(path)


def test_a_token_may_no_more_than_it_was_given_and_ends(accounts: dict[str, Account], tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    today = date.today()
    known = {**accounts, "发": Account("发", "publisher")}
    known, narrow = with_token(known, "发", "viewer", today)
    known, over = with_token(known, "发", until=today - timedelta(days=1))
    save(path, known)
    found = by_token(load(path), narrow)
    assert found is not None
    assert (found.role, found.may("editor")) == ("viewer", False)
    assert by_token(load(path), over) is None
    known, wide = with_token(known, "发", "editor")
    lowered = {**known, "发": replace(known["发"], role="viewer")}
    assert (by_token(lowered, wide) or known["发"]).role == "viewer", "what the account lost, its token lost"
    with pytest.raises(UsageError, match="没有“发布”的权限"):
        with_token({"看": Account("看", "viewer")}, "看", "publisher")
    path.write_text(path.read_text(encoding="utf-8").replace(str(today), "2026-13-40"), encoding="utf-8")
    with pytest.raises(UsageError, match="内容有误"):
        load(path)


def test_a_token_is_known_by_its_hash_alone_and_can_be_revoked(accounts: dict[str, Account], tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    known, token = with_token(accounts, "王芳")
    save(path, known)
    assert token not in path.read_text(encoding="utf-8")
    assert by_token(load(path), token) == known["王芳"]
    assert by_token(load(path), token + "x") is None
    assert by_token(disabled(known, "王芳"), token) is None
    assert by_token(without_tokens(known, "王芳"), token) is None
    assert with_account(known, "王芳", "viewer", "another password")["王芳"].tokens == known["王芳"].tokens
    for _ in range(MAX_TOKENS - 1):
        known, _other = with_token(known, "王芳")
    with pytest.raises(UsageError, match="已有 20 个令牌"):
        with_token(known, "王芳")


def test_a_session_ends_when_idle_when_old_and_when_signed_out() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    account = Account("a", "viewer")
    idle, busy, out = sessions.begin(account), sessions.begin(account), sessions.begin(account)
    sessions.end(out.token)
    assert sessions.find(out.token) is None
    for _ in range(int(LONGEST_SECONDS / IDLE_SECONDS)):
        now[0] += IDLE_SECONDS - 1
        assert sessions.find(busy.token) is busy
    assert sessions.find(idle.token) is None
    now[0] += IDLE_SECONDS - 1
    assert sessions.find(busy.token) is None


def test_sessions_are_bounded_and_tokens_differ() -> None:
    sessions = Sessions()
    made = {sessions.begin(Account("a", "viewer")).token for _ in range(MAX_SESSIONS + 5)}
    assert len(made) == MAX_SESSIONS + 5
    assert sum(sessions.find(token) is not None for token in made) == MAX_SESSIONS
