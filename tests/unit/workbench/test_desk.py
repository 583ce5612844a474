"""The reviewer's desk: what is sent is unpacked within bounds, judged by unit, found again, taken up after a restart, and gone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL_FORM

from engine.errors import InputError
from engine.policy.library import library
from engine.workbench.desk import desk as desk_module
from engine.workbench.desk import sent
from engine.workbench.desk.checking import FILES, check_sent
from engine.workbench.desk.desk import Desk
from engine.workbench.desk.made import KINDS, make_files
from engine.workbench.desk.model import Wanted
from engine.workbench.desk.sheet import sheet
from engine.workbench.desk.store import DeskStore
from engine.workbench.jobs import CANCELLED, DONE, Cancelled, Jobs, Watch


def quiet(what: str, done: int, of: int) -> None:
    """Watches nothing."""


class Old(zipfile.ZipInfo):
    """An entry as a program writes it that does not say in what it writes names."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(self.encoding), 0


def packed(files: dict[str, str | bytes], encoding: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = Old(name) if encoding else zipfile.ZipInfo(name)
            Old.encoding = encoding
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def form(unit: str, name: str = "示例经费") -> str:
    return SMALL_FORM.replace("示例单位", unit).replace("示例经费", name)


UNITS = {
    "甲局/一.txt": form("甲局"),
    "乙局/一.txt": form("乙局"),
    "乙局/二.txt": form("乙局", "别的经费"),
    "丙局/坏.docx": b"PK\x03\x04 no",
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder of a job that was done, in this process."""
    folder = tmp_path_factory.mktemp("desk")
    sent.keep_sent([("一批.zip", io.BytesIO(packed(UNITS))), ("丁局.txt", io.BytesIO(form("丁局").encode()))], folder / "sent")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, check_sent(quiet, folder, library(), "hubei/2021", True)


def test_units_are_told_apart_and_a_broken_file_costs_itself(checked: tuple[Path, dict[str, int]]) -> None:
    folder, tally = checked
    assert (tally["units"], tally["unread"], tally["files"]) == (3, 1, 5)
    store = DeskStore(folder, library_policy())
    count, lines = store.lines(Wanted(size=10))
    assert count == 5
    order = [(line.unit, line.name) for line in lines if line.bundle]
    assert order == sorted(order)
    (broken,) = [line for line in lines if line.state == "unread"]
    assert broken.file == "一批/丙局/坏.docx"
    assert broken.head
    first = lines[1]
    assert (first.own, first.computed, first.head != "") == ("74.67", first.computed, True)


def library_policy() -> Callable[[str], Any]:
    from engine.intake.shelf import Shelf

    return Shelf(library()).policy


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(text="乙局"), 2),
        (Wanted(text="%"), 0),
        (Wanted(state="unread"), 1),
        (Wanted(unit="甲局"), 1),
        (Wanted(severity="error", text="坏"), 1),
        (Wanted(seen="yes"), 0),
        (Wanted(sort="problems", down=True, size=2), 5),
        (Wanted(sort="; DROP TABLE line"), 5),
    ],
)
def test_forms_are_found(checked: tuple[Path, dict[str, int]], wanted: Wanted, found: int) -> None:
    count, lines = DeskStore(checked[0]).lines(wanted)
    assert count == found
    assert len(lines) == min(found, wanted.size)


def test_a_cell_that_a_problem_is_about_is_marked(checked: tuple[Path, dict[str, int]]) -> None:
    store = DeskStore(checked[0], library_policy())
    _, lines = store.lines(Wanted(unit="甲局"))
    (item,) = store.bundles([lines[0].bundle])
    seen = sheet(item, 0, ["/one"])
    marks = {(row["name"], column): numbers for row in seen["rows"] for column, numbers in row["marks"].items()}
    assert marks
    numbers = {one["number"] for one in seen["problems"]}
    assert {number for found in marks.values() for number in found} <= numbers
    about = {(e["where"], e["field"]) for f in item.result["findings"] for e in f["evidence"]}
    assert any(field == "actual_text" for _, field in about) <= any(column == "actual" for _, column in marks)


def test_what_is_taken_away_is_what_the_command_line_writes(
    checked: tuple[Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checked[0])
    path = make_files(quiet, checked[0], library(), KINDS["word"])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"甲局", "乙局", "丁局"}
    assert any("修改清单" in name and name.endswith(".xlsx") for name in names)
    for kind in ("workbook", "letters", "rollup", "leader"):
        assert zipfile.is_zipfile(make_files(quiet, checked[0], library(), KINDS[kind])), kind


def test_the_result_of_all_is_one_document(checked: tuple[Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checked[0])
    result = json.loads(make_files(quiet, checked[0], library(), KINDS["result"]).read_text(encoding="utf-8"))
    assert [bundle["unit"] for bundle in result["bundles"]] == ["丁局", "乙局", "甲局"]
    assert [problem["file"] for problem in result["input_problems"]] == ["一批/丙局/坏.docx"]
    assert "排名" in make_files(quiet, checked[0], library(), KINDS["ranking"]).read_text(encoding="utf-8")


def test_names_lead_nowhere_else_and_chinese_is_read(tmp_path: Path) -> None:
    files = {"../../外.txt": "x", "/etc/里.txt": "y", "甲县/水务局/表.txt": "z"}
    sent.keep_sent([("a.zip", io.BytesIO(packed(files)))], tmp_path / "s")
    assert sent.unpack(tmp_path / "s", quiet) == []
    found = {str(path.relative_to(tmp_path / "s")) for path in (tmp_path / "s").rglob("*") if path.is_file()}
    assert found == {"a/外.txt", "a/etc/里.txt", "a/甲县/水务局/表.txt"}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_zip_of_an_old_program_keeps_its_names(tmp_path: Path, encoding: str) -> None:
    sent.keep_sent([("a.zip", io.BytesIO(packed({"第一局/表.txt": "x"}, encoding)))], tmp_path)
    sent.unpack(tmp_path, quiet)
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.txt")] == ["a/第一局/表.txt"]


def test_bombs_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"大.txt": b"0" * 30_000_000, "好.txt": "x"})
    sent.keep_sent([("a.zip", io.BytesIO(bomb))], tmp_path / "a")
    (told,) = sent.unpack(tmp_path / "a", quiet)
    assert (told.place.file, "压缩炸弹" in told.message) == ("a.zip/大.txt", True)
    assert [path.name for path in (tmp_path / "a").rglob("*.txt")] == ["好.txt"]
    monkeypatch.setattr(sent, "MAX_FILES", 3)
    sent.keep_sent([("b.zip", io.BytesIO(packed({f"{n}.txt": "x" for n in range(4)})))], tmp_path / "b")
    with pytest.raises(InputError, match="超过 3 个"):
        sent.unpack(tmp_path / "b", quiet)
    monkeypatch.setattr(sent, "MAX_UNPACKED", 10)
    sent.keep_sent([("c.zip", io.BytesIO(packed({"1.txt": "x" * 20})))], tmp_path / "c")
    with pytest.raises(InputError, match="解压后超过"):
        sent.unpack(tmp_path / "c", quiet)
    with pytest.raises(InputError, match="没有文件"):
        sent.keep_sent([], tmp_path / "d")


class Desks:
    """Desks over one folder, one after another, as when the workbench starts anew; the work is done in this process."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.stop_at = ""
        patch.chdir(home)
        patch.setattr(desk_module, "run_apart", lambda function, arguments, watch: function(self.watched(watch), *arguments))

    def watched(self, watch: Watch) -> Watch:
        def watched(what: str, done: int, of: int) -> None:
            if self.stop_at and self.stop_at in what:
                raise Cancelled
            watch(what, done, of)

        return watched

    def start(self) -> Desk:
        made = Desk(self.home / "jobs", library(), Jobs())
        made.resume()
        return made

    def stop(self, desk: Desk) -> None:
        desk.jobs.close()
        desk.close()


def ended(desk: Desk, key: str) -> str:
    import time

    for _ in range(3000):
        status = desk.jobs.find(key, "王")
        if status is None or status.ended:
            return status.state if status else ""
        time.sleep(0.01)
    raise AssertionError(status)


def test_a_job_that_was_cut_off_goes_on_and_nothing_stays_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desks = Desks(tmp_path, monkeypatch)
    first = desks.start()
    desks.stop_at = "核对 乙局"
    monkeypatch.setattr(Jobs, "closing", True)
    key = first.begin("王", [("一批.zip", io.BytesIO(packed(UNITS)))], "hubei/2021").id
    assert ended(first, key) == CANCELLED
    desks.stop(first)
    monkeypatch.undo()
    monkeypatch.setattr(desk_module, "run_apart", lambda function, arguments, watch: function(watch, *arguments))
    monkeypatch.chdir(tmp_path)
    second = desks.start()
    assert ended(second, key) == DONE
    assert second.store(key).tally()["units"] == 2
    second.keep(key)
    other = second.begin("王", [("表.txt", io.BytesIO(form("戊局").encode()))], "hubei/2021").id
    assert ended(second, other) == DONE
    desks.stop(second)
    third = desks.start()
    beside = desks.start()
    assert beside.jobs.of("王") == [], "another workbench of the same directory leaves it alone"
    assert third.store(key).tally()["units"] == 2
    desks.stop(beside)
    assert [job.id for job in third.jobs.of("王")] == [key]
    third.forget(key, "王")
    assert [path for path in (tmp_path / "jobs").iterdir() if path.is_dir()] == []
    desks.stop(third)


def test_a_job_that_is_cancelled_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desks = Desks(tmp_path, monkeypatch)
    desk = desks.start()
    desks.stop_at = "读表"
    key = desk.begin("王", [("表.txt", io.BytesIO(form("戊局").encode()))], "hubei/2021").id
    assert ended(desk, key) == CANCELLED
    assert [path for path in (tmp_path / "jobs").iterdir() if path.is_dir()] == []
    assert not (tmp_path / FILES).exists()
    desks.stop(desk)
