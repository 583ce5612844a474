"""What the paths of an `ingest` mean: every file with the pieces it is read in, each named after what is in it; and what is passed
over, and why."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.bulk.corpus.index import CorpusFile, Piece, below
from engine.bulk.corpus.sources import FLAT, NEEDED
from engine.errors import InputError, Place, Problem, system_reason
from engine.files import displayed, unreadable
from engine.intake import answers, folders
from engine.intake.bundle import MAX_BYTES

LINES = 100
"""Of a file with a record a line, to a piece."""
MAX_LINE = 50_000_000
MOST_FILES = 1_000_000


@dataclass(slots=True)
class Inventory:
    """What is there now."""

    roots: frozenset[str]
    """Real paths of what was given."""
    sources: dict[str, CorpusFile] = field(default_factory=dict)
    """By path; not read yet."""
    opened: dict[str, Path] = field(default_factory=dict)
    """Where each is read from."""
    closed: dict[str, Problem] = field(default_factory=dict)
    """Files and folders that are there and could not be looked at: what they held before has not gone."""

    def covers(self, path: str) -> bool:
        """Whether this run would have found the file if it were there."""
        return below(path, self.roots) and not below(path, self.closed)


def found(paths: Sequence[Path], exclude: Sequence[Path], stamp: str, policy: str) -> Inventory:
    """Everything the paths mean. `stamp` is what a reading depends on besides the file, `policy` the one that was named.

    Raises InputError if there are more files than a corpus holds."""
    listing = folders.listed(paths, exclude, MOST_FILES)
    out = Inventory(frozenset(displayed(os.path.realpath(path)) if path.is_dir() else _place(path) for path in paths))
    for problem in listing.problems:
        out.closed[_place(problem.place.file)] = problem
        out.sources[_place(problem.place.file)] = CorpusFile(_place(problem.place.file), problem.place.file, problems=(problem,))
    own = {displayed(os.path.realpath(path)) for path in exclude}
    skipped = {name: reason for name, reason in listing.skipped.items() if _place(name) not in own}
    files = [*listing.named, *listing.walked]
    beside: dict[Path, str] = {}
    for folder in {file.parent: None for file in files}:
        beside[folder] = _answers(folder, skipped)
    for name, reason in skipped.items():
        out.sources[_place(name)] = CorpusFile(_place(name), name, skipped=reason)
    for file in files:
        path, name = _place(file), displayed(file)
        try:
            digest, pieces = _pieces(file, hashlib.sha256(f"{stamp}\0{name}\0{beside[file.parent]}".encode()).hexdigest())
        except InputError as error:
            out.sources[path] = CorpusFile(path, name, policy=policy, problems=error.problems)
            continue
        except OSError as error:
            (problem,) = unreadable(error, name).problems
            out.closed[path] = problem
            out.sources[path] = CorpusFile(path, name, policy=policy, problems=(problem,))
            continue
        out.sources[path] = CorpusFile(path, name, digest, policy, pieces)
        out.opened[path] = file
    return out


def _place(path: str | Path) -> str:
    """Where a file lies, whatever way it was named; a link is not followed: it is what lies there."""
    folder, name = os.path.split(os.fspath(path))
    return displayed(os.path.join(os.path.realpath(folder or "."), name)) if name else displayed(os.path.realpath(path))


def _answers(folder: Path, skipped: dict[str, str]) -> str:
    """The answers that the files of a folder are read by; what is not used of them is told with them."""
    said = []
    for name in answers.NAMES:
        if (folder / name).is_file():
            told = answers.read(folder / name)
            if told.told:
                skipped[told.file] = "；".join([answers.PASSED_OVER, *told.told])
            try:
                said.append(f"{name}\0{_digest(folder / name)}")
            except OSError as error:
                said.append(f"{name}\0{system_reason(error)}")
    return "\n".join(said)


def _digest(path: Path) -> str:
    """Of as much of a file as is ever read."""
    with path.open("rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise InputError(Problem(Place(displayed(path)), "不是普通文件", "一个文件", code="input.unreadable"))
        return content_digest(stream.read(MAX_BYTES + 1))


def content_digest(content: bytes) -> str:
    """What a file that is read as a whole is known by."""
    return hashlib.sha256(content).hexdigest()


def _pieces(path: Path, context: str) -> tuple[str, tuple[Piece, ...]]:
    """The digest of a file, and its pieces; `context` is what they are read by."""
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        pieces = tuple(_of_lines(path, context))
        return hashlib.sha256("".join(piece.key for piece in pieces).encode()).hexdigest(), pieces
    digest = _digest(path)
    if suffix == ".parquet":
        return digest, tuple(_of_rows(path, f"{context}{digest}"))
    return digest, (Piece("file", _key(f"{context}{digest}")),)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _of_lines(path: Path, context: str) -> Iterator[Piece]:
    """Whole lines, LINES at a time, named by what they say and where they stand."""
    with path.open("rb") as stream:
        start, line = 0, 1
        while True:
            digest, count, size = hashlib.sha256(f"{context}{line}\0".encode()), 0, 0
            for text in iter(lambda: stream.readline(MAX_LINE + 1), b""):
                if len(text) > MAX_LINE:
                    message = f"一行超过 {MAX_LINE:,} 字节"
                    raise InputError(Problem(Place(displayed(path), line + count), message, code="input.too-large"))
                digest.update(text)
                count, size = count + 1, size + len(text)
                if count >= LINES:
                    break
            if not count:
                return
            yield Piece("lines", digest.hexdigest()[:32], start, size, line)
            start, line = start + size, line + count


def _of_rows(path: Path, context: str) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            Problem(Place(displayed(path)), f"Parquet 文件读不了：{error}", "完整的 Parquet 文件", code="corpus.parquet")
        ) from None
    names = set(file.schema_arrow.names)
    if "record" not in names and (missing := [name for name in NEEDED if name not in names]):
        expected = "一列 record（JSON 记录），或每行一个指标的各列：" + "、".join(FLAT)
        raise InputError(
            Problem(Place(displayed(path)), f"Parquet 文件没有 {'、'.join(missing)} 列", expected, code="corpus.columns")
        )
    if "record" not in names:
        yield Piece("rows", _key(context), -1)
        return
    for group in range(file.metadata.num_row_groups):
        yield Piece("rows", _key(f"{context}\0{group}"), group, 1)


def gone(before: Mapping[str, CorpusFile], now: Inventory) -> list[CorpusFile]:
    """Files that were read before and are not there any more, where this run would have found them."""
    return [source for path, source in before.items() if path not in now.sources and now.covers(path)]
