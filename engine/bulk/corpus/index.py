"""The index of a corpus: which file, unit and year went into which bundle, and everything a file was found to be.

`sources.jsonl` has a line a file: what was read from it, what is wrong with it, or why it was passed over. It is all that the next
`ingest` needs to know of files it is not given or that have not changed. `forms.jsonl` has a line a form: where it came from, the
bundle it stands in, or the file whose form stands for it. Both follow from the files alone: neither tells what was read when.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputError, Place, Problem
from engine.files import displayed, whole_directory

SOURCES, FORMS, TOLD = "sources.jsonl", "forms.jsonl", "problems.json"
FOLDER = "index"


@dataclass(frozen=True, slots=True)
class FiledForm:
    """What makes a form the one it is, and what tells two versions of it apart."""

    unit: str
    year: int
    kind: str
    name: str
    day: str
    """填报日期 (ISO) as far as one is printed; else empty."""
    digest: str
    """Of what the form says, wherever it stands."""
    named: bool = True
    """Whether it says whose form of what it is: unit, year and, for a project, more than the title all forms have."""
    prints: str = ""
    """Samples of its free text (`submission.copying`), eight hexadecimal digits each."""


@dataclass(frozen=True, slots=True)
class ReadingHead:
    """What is to be known of a reading to put it together with others: its forms, and who may judge them."""

    line: int
    jurisdiction: str
    layouts: tuple[str, ...]
    layout: str
    forms: tuple[FiledForm, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or some lines or rows of one, that is read at once. `kind`: file, lines or rows; `key` names what was read."""

    kind: str
    key: str
    start: int = 0
    """Byte (lines) or row group (rows) where it begins."""
    count: int = 0
    line: int = 1


@dataclass(frozen=True, slots=True)
class PieceRead:
    """What a piece was found to hold."""

    heads: tuple[ReadingHead, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    """Why it is no form."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus."""

    path: str
    """Where it lies: the real path of its folder and its own name. Compared to tell whether it was changed or has gone."""
    name: str
    """As it was given, and as messages call it."""
    digest: str = ""
    policy: str = ""
    """The policy it was to be read by, where one was named."""
    pieces: tuple[Piece, ...] = ()
    read: tuple[PieceRead, ...] = ()
    """Of each piece."""
    skipped: str = ""
    """Why it was not opened."""
    problems: tuple[Problem, ...] = ()
    gone: bool = False
    """It was not there any more when its folder was last looked at, and is kept all the same (`--keep`)."""

    @property
    def every_problem(self) -> Iterator[Problem]:
        yield from self.problems
        for piece in self.read:
            yield from piece.problems

    @property
    def why_skipped(self) -> str:
        return self.skipped or next((piece.skipped for piece in self.read if piece.skipped), "")


def below(path: str, roots: Collection[str]) -> bool:
    """Whether a path is one of the roots or lies under one."""
    while path not in roots:
        above = os.path.dirname(path)
        if above == path or not above:
            return False
        path = above
    return True


# --- on disk --------------------------------------------------------------------------------------------------------


def write(out: Path, sources: Sequence[CorpusFile], forms: Iterable[dict[str, Any]], told: dict[str, Any]) -> str:
    """Write an index beside the one in force; the name it is to be called by. Raises OutputError."""
    made = {
        SOURCES: "".join(_line(_source_data(source)) for source in sources),
        FORMS: "".join(map(_line, forms)),
        TOLD: json.dumps(told, ensure_ascii=False, indent=1) + "\n",
    }
    content = {name: text.encode("utf-8", "backslashreplace") for name, text in made.items()}
    key = hashlib.sha256(b"".join(content.values())).hexdigest()[:16]
    folder = out / FOLDER / key
    if not all((folder / name).is_file() for name in content):
        with whole_directory(folder, replace=True) as fresh:
            for name, data in content.items():
                (fresh / name).write_bytes(data)
    return key


def sources(folder: Path) -> dict[str, CorpusFile]:
    """The files of a corpus by path. Raises InputError if the index is damaged."""
    path = folder / SOURCES
    try:
        with path.open(encoding="utf-8") as stream:
            found = [_source(json.loads(line)) for line in stream]
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        raise _damaged(path) from None
    return {source.path: source for source in found}


def forms(folder: Path) -> list[dict[str, Any]]:
    """The forms of a corpus, each with `bundle` and `form_number`, or `instead` with the path and line of the one that stands for
    it; with neither, no policy could judge it. Raises InputError if the index is damaged."""
    try:
        with (folder / FORMS).open(encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]
    except (OSError, ValueError):
        raise _damaged(folder / FORMS) from None


@dataclass(frozen=True, slots=True)
class PieceTold:
    """What was said of a corpus when it was made: of its files, and of forms that stand in two of them."""

    problems: tuple[Problem, ...]
    apart: tuple[str, ...]
    """Units of one name in several folders, taken for as many units."""


def told(folder: Path) -> PieceTold:
    """What was said of a corpus when it was made. Raises InputError if that is damaged."""
    path = folder / TOLD
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return PieceTold(tuple(map(Problem.from_data, data["problems"])), tuple(data["apart"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> InputError:
    expected = "没有改动过的语料，或从原件重新建"
    return InputError(Problem(Place(displayed(path)), "语料的索引读不了", expected, code="corpus.damaged"))


def _line(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


def _source_data(source: CorpusFile) -> dict[str, Any]:
    data: dict[str, Any] = {"path": source.path, "name": source.name}
    for name in ("digest", "policy", "skipped", "gone"):
        if value := getattr(source, name):
            data[name] = value
    if source.problems:
        data["problems"] = [asdict(problem) for problem in source.problems]
    if source.pieces:
        data["pieces"] = [{**asdict(piece), **read_data(read)} for piece, read in zip(source.pieces, source.read, strict=True)]
    return data


def _source(data: dict[str, Any]) -> CorpusFile:
    pieces = data.get("pieces", [])
    return CorpusFile(
        data["path"],
        data["name"],
        data.get("digest", ""),
        data.get("policy", ""),
        tuple(Piece(item["kind"], item["key"], item["start"], item["count"], item["line"]) for item in pieces),
        tuple(map(piece_read, pieces)),
        data.get("skipped", ""),
        tuple(map(Problem.from_data, data.get("problems", ()))),
        data.get("gone", False),
    )


def read_data(read: PieceRead) -> dict[str, Any]:
    """What a piece holds as plain data."""
    data: dict[str, Any] = {
        "readings": [
            {
                "line": head.line,
                "jurisdiction": head.jurisdiction,
                "layouts": list(head.layouts),
                "layout": head.layout,
                "forms": [astuple(form) for form in head.forms],
            }
            for head in read.heads
        ]
    }
    if read.problems:
        data["problems"] = [asdict(problem) for problem in read.problems]
    if read.skipped:
        data["skipped"] = read.skipped
    return data


def piece_read(data: dict[str, Any]) -> PieceRead:
    """The same, read back."""
    heads = tuple(
        ReadingHead(
            item["line"], item["jurisdiction"], tuple(item["layouts"]), item["layout"], tuple(FiledForm(*f) for f in item["forms"])
        )
        for item in data["readings"]
    )
    return PieceRead(heads, tuple(map(Problem.from_data, data.get("problems", ()))), data.get("skipped", ""))
