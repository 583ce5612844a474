"""What is kept of policies: taken where all is as it was and the user's alone; made again in silence where it is not."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from engine import caches, resources
from engine.errors import PolicyError
from engine.policy import stored
from engine.policy.library import Library, library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.resources import shipped


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JIXIAO_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(resources._Kept, "used", True)
    return tmp_path / "kept" / "policies"


@pytest.fixture
def small(tmp_path: Path) -> Library:
    """A library of two folders, to be changed; what is made of it is a word."""
    (tmp_path / "own" / "湖" / "2021" / "findings").mkdir(parents=True)
    (tmp_path / "own" / "湖" / "2021" / "policy.yaml").write_text("policy: {id: 湖/2021}\n", encoding="utf-8")
    return Library((tmp_path / "own",))


def made(where: Library, *, calls: list[str] | None = None) -> bool:
    """Whether a thing had to be made."""
    calls = []
    assert stored.Store(where).made("word", lambda: calls.append("made") or ("一", "二")) == ("一", "二")
    return bool(calls)


def test_a_policy_that_was_kept_is_the_one_that_is_built(cache: Path) -> None:
    built: list[Policy] = []

    def build(name: str) -> Policy:
        built.append(load(name))
        return built[-1]

    first, again = (stored.Store(library()).policy("hubei/2021", build) for _ in range(2))
    assert len(built) == 1
    assert again is not first
    assert (again.sha256, again.files, list(again.rules.rules)) == (first.sha256, first.files, list(first.rules.rules))
    assert again.words == first.words
    assert again.recognition == first.recognition


def test_it_is_made_once_and_kept_for_its_user_alone(cache: Path, small: Library) -> None:
    assert [made(small), made(small)] == [True, False]
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in cache.iterdir()] == [0o600]


@pytest.mark.parametrize("change", ["a file", "a new rule", "a lock", "a name", "a folder"])
def test_whatever_changes_in_the_library_it_is_made_again(cache: Path, small: Library, change: str) -> None:
    home = small.roots[0] / "湖" / "2021"
    made(small)
    if change == "a file":
        (home / "policy.yaml").write_text("policy: {id: 湖/2022}\n", encoding="utf-8")
    elif change == "a new rule":
        (home / "findings" / "a.yaml").write_text("", encoding="utf-8")
    elif change == "a lock":
        (home / "policy.lock").write_text("sha256: 0\n", encoding="utf-8")
    elif change == "a name":
        (home / "policy.yaml").rename(home / "policy.yml")
    else:
        (home.parent / "2022").mkdir()
    assert made(small)
    assert not made(small)


def test_another_engine_makes_its_own(cache: Path, small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    made(small)
    monkeypatch.setattr(caches, "code", lambda: b"another")
    assert made(small)


@pytest.mark.parametrize("damage", ["cut", "turned", "empty", "foreign", "open to others", "a link", "folder open to others"])
def test_what_is_broken_or_not_the_users_alone_is_made_again_in_silence(
    cache: Path, small: Library, damage: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made(small)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    if damage in ("cut", "turned", "empty"):
        path.write_bytes({"cut": whole[:-3], "turned": whole[:-1] + b"?", "empty": b""}[damage])
    elif damage == "foreign":
        monkeypatch.setattr(os, "geteuid", lambda: 4321)
    elif damage == "open to others":
        path.chmod(0o622)
    elif damage == "a link":
        path.rename(cache.parent / "elsewhere")
        path.symlink_to(cache.parent / "elsewhere")
    else:
        cache.chmod(0o777)
    assert made(small)
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path, small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("JIXIAO_CACHE", str(tmp_path / "a file"))
    monkeypatch.setattr(resources._Kept, "used", True)
    assert [made(small), made(small)] == [True, True]


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path, small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_CACHE", str(tmp_path / "kept"))
    assert made(small)
    assert not (tmp_path / "kept").exists()


def test_what_is_kept_is_held_against_the_lock(cache: Path, tmp_path: Path) -> None:
    shutil.copytree(shipped("policies"), tmp_path / "policies")
    where = Library((tmp_path / "policies",))
    policy = stored.Store(where).policy("hubei/2021", load)
    (path,) = cache.iterdir()
    changed = pickle.loads(path.read_bytes()[caches._DIGEST :])
    changed.locked = b"0" * 64
    path.unlink()
    caches.keep(changed, "policies", path.stem)
    assert not changed.still_locked(where)
    again = stored.Store(where).policy("hubei/2021", load)
    assert again.sha256 == policy.sha256
    with (tmp_path / "policies" / "hubei" / "2021" / "policy.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nnarrative_: 1\n")
    with pytest.raises(PolicyError):
        stored.Store(where).policy("hubei/2021", lambda name: load(name, where))
