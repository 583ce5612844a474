"""Several files of a policy saved together: cut off anywhere it is told, finished only over what the journal knows, never mixed."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest

from engine import files, leftovers
from engine.editing.overlay import files_of
from engine.editing.saving import SavedPolicies
from engine.errors import OutputError, PolicyError
from engine.policy import unfinished
from engine.policy.library import Library
from engine.policy.loading import resolve

POLICY = "x/2021"
OLD = {"policy.yaml": "a: 1\n", "tests/t.yaml": "tests: 1\n"}
NEW = {"policy.yaml": "a: 2\n", "tests/t.yaml": "tests: 2\n", "findings/f.yaml": "findings: {}\n"}


@pytest.fixture
def saved(tmp_path: Path) -> SavedPolicies:
    for name, text in OLD.items():
        path = tmp_path / POLICY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return SavedPolicies(tmp_path)


def journal(saved: SavedPolicies) -> Path:
    return unfinished.journal_of(saved.policies, POLICY)


def aged(path: Path) -> None:
    then = time.time() - unfinished.PATIENCE - 1
    os.utime(path, (then, then))


class Killed(BaseException):
    """The end of a run: nothing of it comes after."""


def cut_off(saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    """A save that is killed when so many of its files are in their places."""
    done, replace = [0], os.replace

    def place(source: Any, target: Any) -> None:
        if leftovers.PREFIX in str(source) and "saving-" not in str(target):
            if done[0] == written:
                raise Killed
            done[0] += 1
        replace(source, target)

    with monkeypatch.context() as dying:
        dying.setattr(os, "replace", place)
        with pytest.raises(Killed):
            saved.write(POLICY, OLD, NEW)
    aged(journal(saved))


@pytest.mark.parametrize("written", [0, 1, 2])
def test_wherever_it_was_cut_off_whoever_resolves_the_policy_is_told_and_then_it_is_finished(
    written: int, saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(saved, monkeypatch, written)
    where = Library((saved.policies,))
    for look in (
        lambda: resolve(POLICY, where),
        lambda: resolve(saved.policies / POLICY, where),
        lambda: files_of(POLICY, where),
        lambda: saved.on_disk(POLICY),
        lambda: saved.write(POLICY, OLD, NEW),
    ):
        with pytest.raises(PolicyError) as refused:
            look()
        (problem,) = [problem for problem in refused.value.problems if problem.code == "policy.unfinished"]
        assert ("policy.yaml 已是新的" in problem.message.replace("、tests/t.yaml", "")) == (written > 0)
        assert (
            "findings/f.yaml 还是原来的" in problem.message
            or "findings/f.yaml" in problem.message.partition("，")[2]
            or not written
        )
        assert "接着写完" in problem.expected
    assert saved.recover().finished == (POLICY,)
    assert saved.on_disk(POLICY) == NEW
    assert saved.recover() == type(saved.recover())()


def test_one_that_was_killed_with_everything_written_is_complete(saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(files, "remove", lambda path: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            saved.write(POLICY, OLD, NEW)
    aged(journal(saved))
    assert saved.on_disk(POLICY) == NEW
    left = saved.policies / POLICY / "tests" / f"{leftovers.PREFIX}of-the-run"
    left.mkdir()
    assert not saved.recover().problems
    assert not journal(saved).exists()
    assert not left.exists()


@pytest.mark.parametrize("name", ["policy.yaml", "tests/t.yaml", "findings/f.yaml"])
def test_what_was_changed_by_hand_meanwhile_is_never_written_over(
    name: str, saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(saved, monkeypatch, 1)
    path = saved.policies / POLICY / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("by: hand\n")
    before = {each: each.read_bytes() for each in saved.policies.rglob("*.yaml")}
    (problem,) = saved.recover().problems
    assert f"{name} 后来又被改过" in problem.message
    assert journal(saved).name in problem.expected
    assert {each: each.read_bytes() for each in saved.policies.rglob("*.yaml")} == before
    with pytest.raises(PolicyError, match="后来又被改过"):
        saved.on_disk(POLICY)
    journal(saved).unlink()  # what is told to be done
    assert saved.on_disk(POLICY)[name] == "by: hand\n"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"policy": 1, "texts": {}}', b'{"policy": "x/2021", "texts": {"a": 1}}']
)
def test_a_damaged_journal_is_told_and_put_aside(content: bytes, saved: SavedPolicies) -> None:
    saved.home.mkdir()
    journal(saved).write_bytes(content)
    aged(journal(saved))
    with pytest.raises(PolicyError, match="记录它的文件也坏了"):
        saved.on_disk(POLICY)
    (problem,) = saved.recover().problems
    assert problem.code == "edit.damaged"
    assert saved.on_disk(POLICY) == OLD
    assert [path.read_bytes() for path in saved.home.glob("damaged-*saving-x@2021.json")] == [content]


def test_a_journal_of_a_policy_that_is_gone_or_that_leads_elsewhere_writes_nothing(saved: SavedPolicies, tmp_path: Path) -> None:
    saved.home.mkdir()
    for number, (policy, name) in enumerate([("gone/2021", "policy.yaml"), ("../..", "a.yaml"), (POLICY, "../../out.yaml")]):
        save = unfinished.UnfinishedSave(saved.home / f"saving-{number}.json", policy, {name: None}, {name: "x: 1\n"})
        save.journal.write_text(save.data())
    before = sorted(tmp_path.parent.rglob("*.yaml"))
    assert len(saved.recover().problems) == 3
    assert sorted(tmp_path.parent.rglob("*.yaml")) == before


@pytest.mark.parametrize("moment", range(1, 12))
def test_what_the_machine_refuses_leaves_all_files_as_they_were(
    moment: int, saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at one moment: a journal that cannot be written, a file, a rename; and room again for the old texts."""
    count, real = [0], {name: getattr(os, name) for name in ("replace", "fsync")}

    def counted(name: str) -> Any:
        def call(*arguments: Any) -> Any:
            count[0] += 1
            if count[0] == moment:
                raise OSError(errno.ENOSPC, "")
            return real[name](*arguments)

        return call

    with monkeypatch.context() as full:
        for name in real:
            full.setattr(os, name, counted(name))
        told = ""
        try:
            saved.write(POLICY, OLD, NEW)
        except OutputError as error:
            told = str(error)
    assert not told or "磁盘满了" in told
    expected = OLD if told else NEW
    assert saved.on_disk(POLICY) == expected
    assert not list(unfinished.journals(saved.policies))
    assert not [path for path in saved.policies.rglob("*") if path.name.startswith(leftovers.PREFIX)]


def test_a_save_under_way_is_waited_for(saved: SavedPolicies, monkeypatch: pytest.MonkeyPatch) -> None:
    saved.home.mkdir()
    save = unfinished.UnfinishedSave(journal(saved), POLICY, OLD, NEW)
    files.write(save.data(), journal(saved))
    monkeypatch.setattr(unfinished.time, "sleep", lambda seconds: journal(saved).unlink())
    assert saved.on_disk(POLICY) == OLD
