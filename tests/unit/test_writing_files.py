"""The one writer: whole or not at all, on the disk when it says so, and every refusal of the machine told in Chinese."""

from __future__ import annotations

import ast
import errno
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import files, leftovers
from engine.errors import OutputError, UsageError

ROOT = Path(__file__).parents[2]


def _left(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir() if path.name.startswith(leftovers.PREFIX)]


def _cut_off(path: Path, why: BaseException) -> None:
    path.write_text("half")
    raise why


class _Watched:
    """What was brought to the disk and renamed, in order, by name (a temporary one as `*`)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        fsync, replace, rename = os.fsync, os.replace, os.rename

        def synced(handle: int) -> None:
            self.done.append(f"disk {self.name(os.readlink(f'/proc/self/fd/{handle}'))}")
            fsync(handle)

        def moved(how: Callable[..., None]) -> Callable[..., None]:
            def move(source: Any, target: Any) -> None:
                self.done.append(f"place {self.name(target)}")
                how(source, target)

            return move

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "replace", moved(replace))
        monkeypatch.setattr(os, "rename", moved(rename))

    @staticmethod
    def name(path: Any) -> str:
        return "*" if leftovers.PREFIX in str(path) else Path(path).name


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a handle is of is looked up in /proc")


@needs_proc
def test_content_and_directory_are_on_the_disk_in_that_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    seen = _Watched(monkeypatch)
    files.write("甲", home / "a.txt")
    assert seen.done == ["disk *", "place a.txt", "disk home"]
    seen.done.clear()
    files.write_all({"a": b"1", "b": b"2"}, home)
    assert seen.done == ["disk *", "disk *", "place a", "place b", "disk home"]
    seen.done.clear()
    with files.whole_directory(home / "set") as fresh:
        (fresh / "x").write_text("x")
    assert seen.done == ["disk *", "disk *", "place set", "disk home"]
    seen.done.clear()
    files.append(b"1\n", home / "log")
    files.append(b"2\n", home / "log")
    assert seen.done == ["disk log", "disk home", "disk log"]
    assert (home / "log").read_bytes() == b"1\n2\n"


def test_a_name_as_long_as_names_get(tmp_path: Path) -> None:
    """82 Chinese characters are 246 bytes of the 255 there are: nothing is put before or behind them."""
    name = "绩" * 82
    files.write("甲", tmp_path / name)
    files.write("乙", tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == "乙"
    files.write_all({name + "乙": b"x"}, tmp_path)
    with files.whole_directory(tmp_path / ("目" * 85)) as fresh:
        (fresh / ("表" * 85)).write_text("x")
    assert not _left(tmp_path)


def test_permissions_stay_and_new_files_get_the_usual_ones(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write("a", tmp_path / "new")
        files.write("a", tmp_path / "secret", mode=0o600)
    finally:
        os.umask(before)
    (tmp_path / "old").write_text("a")
    (tmp_path / "old").chmod(0o444)
    files.write("b", tmp_path / "old", mode=0o600)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"new": 0o640, "secret": 0o600, "old": 0o444}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("a")
    (tmp_path / "link").symlink_to("real")
    files.write("b", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "b"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_text(encoding="utf-8")))
    reader.start()
    files.write("甲", tmp_path / "pipe")
    reader.join(10)
    assert got == ["甲"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def _loop(home: Path) -> Path:
    (home / "loop").symlink_to("loop")
    return home / "loop"


def _under_a_file(home: Path) -> Path:
    (home / "file").write_text("x")
    return home / "file" / "a.txt"


REFUSED: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "a directory": (lambda home: home, "output.place", "是一个目录"),
    "below a file": (_under_a_file, "output.place", "路径中间有一段不是目录"),
    "a circle of links": (_loop, "output.place", "链接绕成了圈"),
    "too long": (lambda home: home / ("绩" * 86), "output.name", "名字太长"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_is_told_with_file_reason_and_remedy(case: str, tmp_path: Path) -> None:
    out, code, reason = REFUSED[case][0](tmp_path), *REFUSED[case][1:]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as refused:
        files.write("x", out)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert reason in problem.message
    assert problem.expected
    assert problem.place.file == files.displayed(out)
    assert refused.value.exit_status == 6
    assert sorted(tmp_path.rglob("*")) == before


def test_a_directory_that_is_not_there_is_a_name_written_wrong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"所在的目录 .*no 不存在"):
        files.write("x", tmp_path / "no" / "a.txt")
    with pytest.raises(OutputError, match="所在的目录不存在"), files.replacing(tmp_path / "no" / "a.txt"):
        pass


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EFBIG, "full"),
        (errno.EROFS, "denied"),
        (errno.EACCES, "denied"),
        (errno.EIO, "broken"),
        (errno.EBUSY, "busy"),
        (errno.EPROTO, "other"),
    ],
)
@pytest.mark.parametrize("when", ["open", "fsync", "replace"])
def test_whenever_the_machine_refuses_the_old_content_stays(
    number: int, code: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("old")
    with monkeypatch.context() as broken:
        broken.setattr(os, when, refuse)
        for attempt in (
            lambda: files.write("new", tmp_path / "a.txt"),
            lambda: files.write_all({"a.txt": b"new", "b.txt": b"new"}, tmp_path),
        ):
            with pytest.raises(OutputError) as refused:
                attempt()
            assert refused.value.problems[0].code == f"output.{code}"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old", "b.txt": "old"}


def test_of_a_set_of_files_none_is_replaced_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "c").mkdir()
    with pytest.raises(OutputError, match="c：写不进去：是一个目录"):
        files.write_all({"a": b"new", "b": b"new", "c": b"new"}, tmp_path)
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_a_directory_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    home = tmp_path / "set"
    with files.whole_directory(home) as fresh:
        (fresh / "deep").mkdir()
        (fresh / "deep" / "a").write_text("1")
        assert not home.exists()
    with pytest.raises(OutputError, match="同名"), files.whole_directory(home) as fresh:
        (fresh / "a").write_text("2")
    with pytest.raises(KeyboardInterrupt), files.whole_directory(home, replace=True) as fresh:
        _cut_off(fresh / "a", KeyboardInterrupt())
    assert (home / "deep" / "a").read_text() == "1"
    with files.whole_directory(home, replace=True) as fresh:
        (fresh / "a").write_text("3")
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["set", "set/a"]


def test_a_directory_that_cannot_take_its_place_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, rename = tmp_path / "set", os.rename
    with files.whole_directory(home) as fresh:
        (fresh / "a").write_text("1")

    def refuse(source: Any, target: Any) -> None:
        if Path(target) == home and not (Path(source) / "a").read_text() == "1":
            raise OSError(errno.EIO, "")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(OutputError, match="磁盘读写出错"), files.whole_directory(home, replace=True) as fresh:
        (fresh / "a").write_text("2")
    assert (home / "a").read_text() == "1"
    assert not _left(tmp_path)


def test_a_line_is_added_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.append(b"one\n", tmp_path / "log")
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:2])))
    files.append(b"two, in pieces\n", tmp_path / "log")

    def full(handle: int, data: Any) -> int:
        if len(data) < 6:
            raise OSError(errno.ENOSPC, "")
        return write(handle, bytes(data[:2]))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputError, match="磁盘满了"):
        files.append(b"three, cut\n", tmp_path / "log")
    assert (tmp_path / "log").read_text() == "one\ntwo, in pieces\n"


KILLED = """
import sys
from pathlib import Path
from engine import files, leftovers
home = Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    files.write_all({"a": b"%09d\\n" % n * 30000, "b": b"%09d\\n" % n * 30000}, home)
"""


def test_killed_at_any_moment_each_file_is_whole_and_what_is_left_is_known(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    left: list[str] = []
    for wait in (0.01, 0.04, 0.09, 0.15):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, env=environment)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        left += _left(tmp_path)
        for path in leftovers.contents(tmp_path):
            text = path.read_bytes()
            assert text == text[:10] * 30000, path
    assert {path.name for path in leftovers.contents(tmp_path)} <= {"a", "b"}
    made, handle = leftovers.begun(tmp_path, 0o600)
    folder, holder = leftovers.begun_directory(tmp_path)
    (folder / "half").touch()
    (tmp_path / f"{leftovers.PREFIX}of-another-run").mkdir()
    (tmp_path / f"{leftovers.PREFIX}of-another-run" / "half").touch()
    files.write("x", tmp_path / "c")
    assert sorted(_left(tmp_path)) == sorted([made.name, folder.name]), "what a run holds that goes on stays, and nothing else"
    leftovers.released(handle)
    leftovers.released(holder)
    files.write("x", tmp_path / "c")
    assert not _left(tmp_path)


def test_where_there_are_no_locks_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_lock", lambda handle, wait: None)
    made = [leftovers.begun(tmp_path, 0o600) for _ in range(2)]
    assert [handle for _, handle in made] == [None, None]
    old = time.time() - leftovers.ABANDONED - 60
    os.utime(made[0][0], (old, old))
    files.write_all({"c": b"x"}, tmp_path)
    assert _left(tmp_path) == [made[1][0].name]


def test_what_is_taken_for_a_leftover_before_it_is_held_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, taken = leftovers._lock, [0]

    def late(handle: int, *, wait: bool) -> bool | None:
        if wait and not taken[0]:
            taken[0] = 1
            leftovers.sweep(tmp_path)
        return lock(handle, wait=wait)

    monkeypatch.setattr(leftovers, "_lock", late)
    files.write("x", tmp_path / "a")
    taken[0] = 0
    with files.whole_directory(tmp_path / "set") as fresh:
        (fresh / "a").write_text("1")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "a", "set"]


def test_what_is_needed_only_now_is_gone_when_its_run_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers.tempfile, "tempdir", str(tmp_path))
    child = os.fork()
    if not child:
        with leftovers.scratch() as place:
            (place / "form.docx").write_text("private")
            os._exit(9)
    os.waitpid(child, 0)
    assert len(_left(tmp_path)) == 1
    with leftovers.scratch() as place:
        assert _left(tmp_path) == [place.name]
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert not _left(tmp_path)


def test_a_library_writes_by_name(tmp_path: Path) -> None:
    with files.replacing(tmp_path / "t.parquet") as path:
        path.write_bytes(b"PAR1")
    with pytest.raises(OutputError, match=r"t\.parquet：写不进去：磁盘满了"), files.replacing(tmp_path / "t.parquet") as path:
        _cut_off(path, OSError(errno.ENOSPC, ""))
    assert (tmp_path / "t.parquet").read_bytes() == b"PAR1"
    assert not _left(tmp_path)


NOT_RESULTS = {
    "engine/files.py": "the writer itself",
    "engine/documents/isolation.py": "an answer through a pipe",
    "engine/documents/libreoffice.py": "what LibreOffice is to convert, in a directory that goes with it",
    "engine/editing/overlay.py": "a copy of a policy, in a directory that goes with it",
    "engine/workbench/uploads.py": "what was sent, in a directory that goes with it",
    "engine/workbench/desk/sent.py": "what was sent, in the folder of a job that goes with it",
    "engine/changes/lifecycle/new.py": "inside whole_directory",
    "engine/bulk/corpus/index.py": "inside whole_directory",
    "engine/cli/app.py": "os.devnull, for a closed standard output",
}
"""The only modules that open a file to write to it, and why that is no result."""


_MAY_WRITE = re.compile(
    r"\bopen\(|fdopen|write_text|write_bytes|mkstemp|NamedTemporaryFile|\b(?:replace|rename|fsync|link|move|copy)\("
)
"""A module without any of these need not be taken apart."""


def _writes(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [
                value.value for value in (*node.args, *(word.value for word in node.keywords)) if isinstance(value, ast.Constant)
            ]
            opens = name in ("open", "fdopen") and any(mode in ("w", "a", "x", "wb", "ab", "xb", "r+b", "w+b") for mode in said)
            if name in ("write_text", "write_bytes", "mkstemp", "NamedTemporaryFile") or opens:
                found.add(name)
            module = node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
            if (module == "os" and name in ("replace", "rename", "fsync", "link")) or (
                module == "shutil" and name in ("move", "copy")
            ):
                found.add(f"{module}.{name}")
    return found


def test_there_is_one_writer() -> None:
    for path in sorted((ROOT / "engine").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        found = _writes(ast.parse(text)) if _MAY_WRITE.search(text) else set()
        if name not in NOT_RESULTS:
            assert not found, f"{name} writes by {found}: use engine.files"
        elif name != "engine/files.py":
            assert found, f"{name} writes nothing by itself any more: take it off the list"
            assert not any(word.startswith(("os.", "shutil.")) or word == "mkstemp" for word in found), name
