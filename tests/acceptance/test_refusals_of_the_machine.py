"""What the system does not let us read or write is told in Chinese: the file, what is wrong, what to do; 5 or 6, never English."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL_FORM, Jixiao

from engine import leftovers
from engine.errors import OutputError, system_reason

ENGLISH = re.compile(r"Errno|No such|denied|not permitted|s a directory|o space|too long|Traceback|Read-only|exists|readable|rror:")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "form.txt").write_text(SMALL_FORM, encoding="utf-8")
    (tmp_path / "dir").mkdir()
    (tmp_path / "ring").symlink_to("ring")
    monkeypatch.chdir(tmp_path)
    return tmp_path


LONG = "绩" * 86
READ = {
    "nowhere.txt": "没有这个文件",
    "ring": "链接绕成了圈",
    LONG: "名字太长",
    "form.txt/x": "路径中间有一段不是目录",
    "forbidden.txt": "没有权限",
}
READERS = (
    "evaluate {}",
    "read {}",
    "report {} --out made",
    "rollup {}",
    "explain {}",
    "layout learn {}",
    "policy import {}",
    "evaluate form.txt --with {}",
)


@pytest.mark.parametrize("name", READ, ids=READ.get)
def test_what_cannot_be_read(name: str, home: Path, jixiao: Jixiao, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "forbidden.txt").write_text(SMALL_FORM, encoding="utf-8")
    opened = Path.open

    def forbidding(self: Path, *rest: Any, **named: Any) -> Any:  # whoever runs the tests may be allowed everything
        if self.name == "forbidden.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *rest, **named)

    monkeypatch.setattr(Path, "open", forbidding)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    for command in READERS:
        run = jixiao(*command.format(name).split())
        assert run.status == 5, f"{command}: {run.err}"
        assert READ[name] in run.err, command
        assert name in run.err, command
        assert not ENGLISH.search(run.out + run.err), f"{command}: {run.err}"


WRITTEN = {
    "ring/x": "链接绕成了圈",
    LONG: "名字太长",
    "form.txt/x": "路径中间有一段不是目录",
}
WRITERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("evaluate form.txt --out {}", ("dir", "/dev/full")),
    ("read form.txt --out {}", ("dir", "/dev/full")),
    ("report form.txt --format markdown --out {}", ()),
    ("rollup form.txt --out {}", ("dir",)),
    ("policy new hubei/2031 --from hubei/2021 --into {}", ()),
    ("policy export hubei/2021 --xlsx {}", ()),
    ("layout learn form.txt --into {}", ()),
    ("ingest form.txt --jobs 1 --out {}", ()),
    ("batch form.txt --out {}", ()),
)
ALSO = {"dir": "是一个目录", "/dev/full": "磁盘满了"}


@pytest.mark.parametrize(("command", "more"), WRITERS, ids=[command for command, _ in WRITERS])
def test_what_cannot_be_written(command: str, more: tuple[str, ...], home: Path, jixiao: Jixiao) -> None:
    before = sorted(home.rglob("*"))
    for name, reason in {**WRITTEN, **{name: ALSO[name] for name in more}}.items():
        run = jixiao(*command.format(name).split())
        assert run.status == 6, f"{name}: {run.err}"
        assert re.search(rf"{re.escape(name)}：写不进去：{reason}；应为：.", run.err), run.err
        assert not ENGLISH.search(run.out + run.err), run.err
    assert sorted(home.rglob("*")) == before


def test_an_endless_or_foreign_file_of_accounts(jixiao: Jixiao, home: Path) -> None:
    pytest.importorskip("argon2", reason="needs the extra `workbench`")
    run = jixiao("account", "list", "--accounts", "/dev/zero")
    assert (run.status, run.out) == (2, "")
    assert "不是账号文件" in run.err
    for name in ("ring", "dir", LONG):
        run = jixiao("account", "list", "--accounts", name)
        assert run.status == 5
        assert not ENGLISH.search(run.err), run.err


def test_every_number_of_the_system_has_chinese_words() -> None:
    for number in errno.errorcode:
        told = system_reason(OSError(number, os.strerror(number)))
        assert re.search(r"[\u4e00-\u9fff]", told)
        assert os.strerror(number) not in told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_where_temporary_files_cannot_be_kept(number: int, home: Path, jixiao: Jixiao, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Path.mkdir

    def refusing(self: Path, *rest: Any, **named: Any) -> None:
        if self.name.startswith(leftovers.PREFIX):
            raise OSError(number, os.strerror(number), str(self))
        made(self, *rest, **named)

    monkeypatch.setattr(Path, "mkdir", refusing)
    run = jixiao("policy", "export", "hubei/2021", "--xlsx", "x.xlsx", "--policies", home)
    assert run.status == 6, run.err
    assert "放临时文件的目录" in run.err
    assert "TMPDIR" in run.err
    assert leftovers.PREFIX not in run.err


def test_where_there_is_no_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(leftovers.tempfile, "gettempdir", nowhere)
    with pytest.raises(OutputError, match="没有能放临时文件的目录"), leftovers.scratch():
        pass


def test_a_directory_for_now_is_nobody_elses(home: Path) -> None:
    with leftovers.scratch() as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
