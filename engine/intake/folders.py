"""The files a command line means: those named, and those in the folders named, each once; what is passed over, and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import InputError, Place, Problem, system_reason
from engine.files import displayed
from engine.intake.answers import PASSED_OVER, is_answers

MAX_FILES = 50_000
"""In one run; what is passed over is counted too."""
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})

_STAMPS = {
    "corpus.json": (b'"jixiao-corpus"', "jixiao ingest 建的语料，不是自评表"),
    "batch.json": (b'"jixiao-batch"', "jixiao batch 的结果，不是自评表"),
}
"""File of a folder that this program wrote -> what stands at its beginning, and what the folder is."""
_STAMP_HEAD = 200


@dataclass(slots=True)
class Listing:
    """Files by the order they were found: `named` on the command line and `walked` in folders, and what is not to be read."""

    named: list[Path] = field(default_factory=list)
    walked: list[Path] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Name -> why."""
    answers: list[Path] = field(default_factory=list)
    """Answer files named on the command line."""
    problems: list[Problem] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    """Every name met, in order."""
    most: int = MAX_FILES


def listed(paths: Iterable[Path], exclude: Collection[Path] = (), most: int = 0) -> Listing:
    """Walk the folders among the paths. `exclude`: files and folders that are written to and not to be read.

    Raises InputError if there are more than `most` files (0: MAX_FILES, as many as a run without a corpus reads).
    """
    out = Listing(most=most or MAX_FILES)
    left_out = frozenset(map(os.path.realpath, exclude))
    seen: dict[str, str] = {}
    for path in paths:
        if path.is_dir():
            for file in _walk(path, out, left_out):
                _once(file, out, out.walked, seen)
        elif is_answers(path):
            _note(out, displayed(path))
            out.answers.append(path)
            out.skipped[displayed(path)] = PASSED_OVER
        else:
            _once(path, out, out.named, seen)
    return out


def _once(path: Path, out: Listing, into: list[Path], seen: dict[str, str]) -> None:
    real, name = os.path.realpath(path), displayed(path)
    _note(out, name)
    if real not in seen:
        seen[real] = name
        into.append(path)
    elif seen[real] != name:
        out.skipped[name] = f"与 {seen[real]} 是同一个文件"


def _note(out: Listing, name: str) -> None:
    out.names.setdefault(name)
    if len(out.names) > out.most:
        raise InputError(Problem(Place(name), f"文件超过 {out.most:,} 个", "分几个目录核对", code="input.too-many-files"))


def _walk(top: Path, out: Listing, left_out: frozenset[str]) -> Iterator[Path]:
    """The files below a folder that may hold forms, by name. No folder twice, and none outside the one given."""
    root = os.path.realpath(top)
    inside = {root}

    def unreadable(error: OSError) -> None:
        name = displayed(os.fspath(error.filename or top))
        out.problems.append(Problem(Place(name), f"目录读不了：{system_reason(error)}", "读得了的目录", code="input.folder"))
        _note(out, name)

    def skip(path: Path, reason: str) -> None:
        name = displayed(path)
        _note(out, name)
        out.skipped[name] = reason

    def closed(path: Path) -> str:
        real = os.path.realpath(path)
        if made := _made_by_jixiao(path):
            return made
        if path.name.startswith(".") or path.name == "__MACOSX":
            return "隐藏的目录"
        if real in left_out:
            return "本次输出写到这里"
        if real in inside:
            return "链接，与前面的目录是同一个"
        return "" if Path(real).is_relative_to(root) else "链接，指向所给目录以外；要核对请直接给出那个目录"

    for folder, folders, files in os.walk(top, onerror=unreadable, followlinks=True):
        reasons = {name: closed(Path(folder, name)) for name in sorted(folders)}
        for name, reason in reasons.items():
            if reason:
                skip(Path(folder, name), reason)
        folders[:] = [name for name, reason in reasons.items() if not reason]
        inside |= {os.path.realpath(Path(folder, name)) for name in folders}
        for name in sorted(files):
            path = Path(folder, name)
            reason = "本次输出写到这里" if os.path.realpath(path) in left_out else _passed_over(path)
            if reason:
                skip(path, reason)
            else:
                yield path


def _made_by_jixiao(folder: Path) -> str:
    """Why a folder that `ingest` or `batch` wrote is not walked: what is in it stands for forms that lie elsewhere."""
    for name, (stamp, reason) in _STAMPS.items():
        try:
            with (folder / name).open("rb") as stream:
                if stamp in stream.read(_STAMP_HEAD):
                    return reason
        except OSError:
            continue
    return ""


def _passed_over(path: Path) -> str:
    """Why a file is not even opened. What is no plain file (a pipe, a device) could be read for ever."""
    name = path.name
    if name.startswith(("~$", ".~", "~WRL")):
        return "编辑时的临时文件"
    if name.startswith("."):
        return "隐藏的文件"
    if is_answers(path):
        return PASSED_OVER
    if name.lower() in _SYSTEM:
        return "系统文件"
    if name.lower().endswith((".md", ".markdown")):
        return "Markdown 文件"  # notes that lie beside forms: forms are filed in no such format
    try:
        return "" if stat.S_ISREG(path.stat().st_mode) else "不是普通文件"
    except OSError:
        return ""  # reading it tells what is wrong
