"""What a reviewer sends, put on the disk, and zips among it unpacked: bounded in number, size and ratio, whatever they claim."""

from __future__ import annotations

import contextlib
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo, is_zipfile

from engine.documents.package import MAX_RATIO, SMALL
from engine.errors import InputError, Place, Problem
from engine.intake.bundle import MAX_BYTES
from engine.workbench.jobs import Watch
from engine.workbench.uploads import safe_name

MAX_FILES = 5_000
MAX_UNPACKED = 3_000_000_000
"""Bytes of all files of a job together."""
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "OFD.xml")
"""A part that tells an office document, which is a zip, too, from a zip of files."""
_ENCRYPTED, _UTF8 = 0x1, 0x800
_DAMAGED = (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)


def keep_sent(files: Iterable[tuple[str, BinaryIO]], folder: Path) -> int:
    """Put what was sent into the folder, each under the path it was sent by; how many there are. Raises InputError for none, or too
    many."""
    count = 0
    for name, stream in files:
        count += 1
        _may(count)
        with _free(folder, name).open("wb") as out:
            shutil.copyfileobj(stream, out)
    if not count:
        raise InputError(Problem(Place(), "没有文件", "至少一份自评表，或一个压缩包", code="input.empty"))
    return count


def unpack(folder: Path, watch: Watch) -> list[Problem]:
    """Every zip in the folder replaced by a folder with what is in it; what could not be unpacked is told.

    Raises InputError where all of it together is too much.
    """
    zips = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_archive(path)]
    left, problems = _Left(sum(1 for path in folder.rglob("*") if path.is_file()) - len(zips)), list[Problem]()
    for path in zips:
        name = str(path.relative_to(folder))
        try:
            with ZipFile(path) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                _may(left.files + len(entries))
                home = path.with_suffix("") if not path.with_suffix("").exists() else path.with_name(f"{path.name}.d")
                for n, entry in enumerate(entries):
                    watch(f"解压 {name}", n, len(entries))
                    problems += _entry(archive, entry, home, name, left)
        except _DAMAGED:
            problems.append(Problem(Place(name), "压缩包已损坏，解不开", "能打开的 ZIP", code="input.damaged"))
        path.unlink()
    return problems


class _Left:
    """How much has been unpacked."""

    def __init__(self, files: int) -> None:
        self.files, self.bytes = files, 0


def _entry(archive: ZipFile, entry: ZipInfo, home: Path, of: str, left: _Left) -> Iterator[Problem]:
    name = _written(entry)
    place = Place(f"{of}/{name}")
    if entry.flag_bits & _ENCRYPTED:
        yield Problem(place, "文件加了密码，读不了", "去掉密码的文件", code="input.encrypted")
        return
    allowed = min(MAX_BYTES, max(SMALL, entry.compress_size * MAX_RATIO))
    written = 0
    left.files += 1
    target = _free(home, name)
    try:
        with archive.open(entry) as stream, target.open("wb") as out:
            while chunk := stream.read(1 << 20):
                written += len(chunk)
                left.bytes += len(chunk)
                if left.bytes > MAX_UNPACKED:
                    raise InputError(
                        Problem(Place(of), f"解压后超过 {MAX_UNPACKED:,} 字节", "分成几个压缩包", code="input.too-large")
                    )
                if written > allowed:
                    break
                out.write(chunk)
    except _DAMAGED:
        target.unlink(missing_ok=True)
        yield Problem(place, "在压缩包里已损坏，解不开", "能打开的文件", code="input.damaged")
        return
    if written > allowed:
        target.unlink()
        yield Problem(place, "解压后过大，可能是压缩炸弹", f"不超过 {MAX_BYTES:,} 字节的文件", code="input.too-large")


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, and no office document."""
    if not is_zipfile(path):
        return False
    try:
        with ZipFile(path) as archive:
            return not any(name in _OFFICE for name in archive.namelist())
    except _DAMAGED:
        return path.suffix.lower() == ".zip"


def _written(entry: ZipInfo) -> str:
    """The name of an entry: programs that do not say what they write it in write UTF-8, or Chinese as GBK; zipfile reads either as
    code page 437."""
    if not entry.flag_bits & _UTF8:
        for encoding in ("utf-8", "gb18030"):
            with contextlib.suppress(UnicodeError):
                return entry.filename.encode("cp437").decode(encoding)
    return entry.filename


def _free(folder: Path, name: str) -> Path:
    """A path in the folder that is free, by the path a file was sent under: no step of it leads elsewhere."""
    steps = [safe_name(step) for step in name.replace("\\", "/").split("/")[-6:] if step.strip(". ")] or ["form"]
    home = folder.joinpath(*steps[:-1])
    while home.is_file():
        home = home.with_name(f"{home.name}_")
    home.mkdir(parents=True, exist_ok=True)
    path, number = home / steps[-1], 2
    while path.exists():
        path, number = home / f"{Path(steps[-1]).stem}（{number}）{Path(steps[-1]).suffix}", number + 1
    return path


def _may(count: int) -> None:
    if count > MAX_FILES:
        raise InputError(Problem(Place(), f"一次给出的文件超过 {MAX_FILES:,} 个", "分几次核对", code="input.too-many-files"))
