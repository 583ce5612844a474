"""The log: written after the deed, with what came of it; chained, so that what was taken out shows; filtered, in pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.editing.saving import difference
from engine.errors import OutputError, Place, PolicyError, Problem
from engine.workbench import audit
from engine.workbench.audit import FIRST, Log, Unlogged


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "below" / "log.jsonl")


def filled(log: Log, count: int = 7) -> list[str]:
    for number in range(count):
        log.add("王" if number % 2 else "李", "save", policy=f"x/{2020 + number}", number=number)
    return log.path.read_text(encoding="utf-8").splitlines()


def broken(log: Log) -> list[int]:
    return [entry["number"] for entry in log.entries() if entry.get("broken")]


def test_a_deed_is_written_down_when_it_is_done_with_what_it_changed(log: Log) -> None:
    with log.deed("王", "save", policy="x/2021") as about:
        assert not log.entries()
        about["difference"] = difference("a: 1\n", "a: 2\n", "policy.yaml")
    (entry,) = log.entries()
    assert (entry["outcome"], entry["who"], entry["policy"]) == ("done", "王", "x/2021")
    assert "-a: 1" in entry["difference"]
    assert "+a: 2" in entry["difference"]


def fail(problem: Problem) -> None:
    raise PolicyError(problem)


def test_one_that_failed_is_written_down_with_why(log: Log) -> None:
    with pytest.raises(PolicyError), log.deed("王", "save", policy="x/2021"):
        fail(Problem(Place("policy.yaml"), "别人改过", code="edit.conflict"))
    (entry,) = log.entries()
    assert (entry["outcome"], entry["reason"]) == ("failed", "policy.yaml：别人改过")


def test_what_cannot_be_logged_is_not_begun_and_what_no_longer_can_is_told(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def full(*_: Any, **__: Any) -> Any:
        raise OutputError(Problem(Place(str(log.path)), "写不进去：磁盘满了", "腾出空间", code="output.full"))

    monkeypatch.setattr(audit, "append", full)

    def deed(then: Callable[[], None] = lambda: None) -> None:
        with log.deed("王", "save"):
            done.append(1)
            then()

    with pytest.raises(OutputError, match="磁盘满了"):
        deed()
    assert not done
    monkeypatch.undo()
    with pytest.raises(Unlogged) as unlogged:
        deed(lambda: monkeypatch.setattr(audit, "append", full))
    assert done
    (problem,) = unlogged.value.problems
    assert "已经做完，但操作记录没有写进去（写不进去：磁盘满了）" in problem.message
    assert problem.place.file == "log.jsonl", "its place on the machine is for nobody"


def test_each_line_stands_on_the_one_before(log: Log) -> None:
    lines = filled(log)
    assert json.loads(lines[0])["before"] == FIRST
    assert not broken(log)
    assert Log(log.path).head() == log.head()
    again = Log(log.path)  # another run goes on where this one was
    again.add("王", "save", number=7)
    assert not broken(again)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda lines: [*lines[:3], lines[3].replace("2023", "2031"), *lines[4:]], [4]),
        (lambda lines: [*lines[:3], *lines[4:]], [4]),
        (lambda lines: lines[1:], [1]),
        (lambda lines: [lines[1], lines[0], *lines[2:]], [2, 0, 1]),
        (lambda lines: [*lines[:2], json.dumps({"outcome": "done", "number": 99}), *lines[2:]], [2, 99]),
    ],
    ids=["changed", "taken out", "the first", "exchanged", "put in"],
)
def test_what_was_done_to_it_shows(change: Any, shown: list[int], log: Log) -> None:
    lines = filled(log)
    log.path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    assert broken(Log(log.path)) == shown


def test_a_line_cut_off_by_a_crash_is_told_and_spoils_no_other(log: Log) -> None:
    filled(log, 2)
    with log.path.open("a") as stream:
        stream.write('{"at": "cut o')
    again = Log(log.path)
    again.add("王", "save", number=2)
    assert [entry["outcome"] for entry in again.entries()] == ["done", "damaged", "done", "done"]
    assert not broken(again)


def test_a_log_put_aside_is_read_on_and_chained(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_BYTES", 600)
    filled(log, 9)
    assert len(list(log.path.parent.glob("log-*.jsonl"))) >= 1
    assert len(log.entries()) == 9
    assert not broken(Log(log.path))


def test_pages_and_what_is_asked_for(log: Log) -> None:
    filled(log, 7)
    pages = [log.page(number, 3) for number in (1, 2, 3, 4)]
    assert [[entry["number"] for entry in page.entries] for page in pages] == [[6, 5, 4], [3, 2, 1], [0], []]
    assert [page.more for page in pages] == [True, True, False, False]
    assert [entry["number"] for entry in log.page(only={"who": "王", "policy": ""}).entries] == [5, 3, 1]
    assert [entry["number"] for entry in log.page(only={"policy": "x/2024", "action": "save"}).entries] == [4]
    assert not log.page(only={"outcome": "refused"}).entries


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1 << 16])
@pytest.mark.parametrize("content", [b"", b"\n", b"a", b"a\n", b"a\nbb\n\nccc\n", b"\n\na"])
def test_lines_backwards(size: int, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_BLOCK", size)
    (tmp_path / "log").write_bytes(content)
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    assert list(audit._backwards(tmp_path / "log")) == lines[::-1]


def test_refusals_fill_no_disk(tmp_path: Path) -> None:
    now = [0.0]
    log = Log(tmp_path / "log.jsonl", lambda: now[0])
    for _ in range(audit.MAX_REFUSALS + 50):
        log.add("x", "enter", outcome="refused")
    assert len(log.entries(1000)) == audit.MAX_REFUSALS
    now[0] = 61
    log.add("x", "enter", outcome="refused")
    assert log.entries(1)[0]["left_out"] == 50


def test_it_is_for_its_owner_alone(log: Log) -> None:
    filled(log, 1)
    assert log.path.stat().st_mode & 0o077 == 0
