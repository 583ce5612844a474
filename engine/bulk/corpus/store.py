"""A corpus on disk: parts of a hundred bundles each, written as a whole or not at all, and checked when they are read.

    CORPUS/corpus.json                 format and version of what the rows mean
    CORPUS/parts/<policy>-<hash>/      indicator.parquet form.parquet … records.parquet, part.json
    CORPUS/prepared/<hash>/<part>/     the same rows read by another policy's words, made when first asked for
    CORPUS/staging/                    files already read, until they are put together into bundles

A part is named after the content it was made from, so that ingesting again makes only what is new.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import __version__
from engine.bulk.corpus.rows import VERSION
from engine.errors import InputError, Place, Problem, system_reason
from engine.files import contents, displayed, make_directory, whole_directory, write

FORMAT = "jixiao-corpus"
MANIFEST = "part.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A part: bundles judged by one policy, and the files with their rows."""

    path: Path
    policy: str
    preparation: str
    bundles: int
    forms: int
    indicators: int
    sizes: Mapping[str, int]
    """`kind.column` -> the largest absolute value."""
    files: Mapping[str, str]
    """File -> SHA-256."""

    def file(self, table: str) -> Path:
        return self.path / f"{table}.parquet"


@dataclass(frozen=True, slots=True)
class Corpus:
    path: Path
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """The identity of everything in it."""
        said = sorted((part.path.name, *sorted(part.files.values())) for part in self.parts)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def create(path: Path) -> None:
    """A new corpus, or one that is there and can be added to. InputError if the folder is something else."""
    if path.exists() and not (path / "corpus.json").exists() and (not path.is_dir() or any(contents(path))):
        raise InputError(
            Problem(Place(displayed(path)), "这个目录里有别的东西，不是语料", "新的目录，或以前建的语料", code="corpus.other")
        )
    if (path / "corpus.json").exists():
        check_stamp(path)
        return
    make_directory(path)
    stamp = {"format": FORMAT, "version": VERSION, "engine": __version__}
    write_json(stamp, path / "corpus.json")  # first of all: cut off here, the folder is a corpus with nothing in it yet
    make_directory(path / "parts")


def check_stamp(path: Path) -> None:
    """InputError unless the folder is a corpus that this version reads."""
    where = Place(displayed(path / "corpus.json"))
    try:
        stamp = json.loads((path / "corpus.json").read_text(encoding="utf-8"))
        found = stamp["format"], stamp["version"]
    except FileNotFoundError:
        raise InputError(
            Problem(Place(displayed(path)), "这不是语料：没有 corpus.json", "用 jixiao ingest 建的目录", code="corpus.none")
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(Problem(where, "语料的说明读不了", "没有改动过的语料", code="corpus.damaged")) from None
    if found != (FORMAT, VERSION):
        engine = str(stamp.get("engine", "？"))
        message = f"语料是另一版本写的（{found[0]} {found[1]}，jixiao {engine}），本版本只读 {FORMAT} {VERSION}"
        raise InputError(Problem(where, message, "用本版本的 jixiao ingest 从原件重新建", code="corpus.version"))


def open_corpus(path: Path) -> Corpus:
    """The corpus with every part. InputError with everything that is damaged or missing."""
    check_stamp(path)
    problems: list[Problem] = []
    parts = []
    for folder in sorted((path / "parts").iterdir()) if (path / "parts").is_dir() else []:
        if folder.name.startswith("."):
            continue
        try:
            parts.append(read_part(folder))
        except InputError as error:
            problems += error.problems
    if not parts and not problems:
        problems.append(Problem(Place(displayed(path)), "语料是空的", "先用 jixiao ingest 读入自评表", code="corpus.empty"))
    if problems:
        raise InputError(problems)
    return Corpus(path, tuple(parts))


def read_part(folder: Path) -> Part:
    """A part by its manifest; its files are checked by `verify`."""
    where = displayed(folder / MANIFEST)
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        part = Part(path=folder, **data)
    except (OSError, ValueError, TypeError):
        raise InputError(
            Problem(
                Place(where), "这一部分没有写完整，或说明被改动", "删去这个目录，再运行一次 jixiao ingest", code="corpus.damaged"
            )
        ) from None
    return part


def verify(parts: Sequence[Part], tables: Sequence[str]) -> None:
    """That the files are those that were written. InputError naming each that is not."""
    problems = []
    for part in parts:
        for table in tables:
            path = part.file(table)
            try:
                with path.open("rb") as stream:
                    same = hashlib.file_digest(stream, "sha256").hexdigest() == part.files.get(path.name)
            except OSError as error:
                problems.append(
                    Problem(
                        Place(displayed(path)),
                        f"文件读不了：{system_reason(error)}",
                        "删去它所在的目录，重新 ingest",
                        code="corpus.damaged",
                    )
                )
                continue
            if not same:
                problems.append(
                    Problem(
                        Place(displayed(path)),
                        "文件已损坏：内容与写入时不同",
                        "删去它所在的目录，重新 ingest",
                        code="corpus.damaged",
                    )
                )
    if problems:
        raise InputError(problems)


def write_part(folder: Path, tables: Mapping[str, Any], about: Mapping[str, Any]) -> Part:
    """Write a part beside its place and move it there whole. OutputError if the disk is full; nothing half stays."""
    from engine.bulk.corpus import tables as corpus_tables

    with whole_directory(folder, replace=True) as fresh:
        files = {}
        for name, table in tables.items():
            path = fresh / f"{name}.parquet"
            corpus_tables.write(table, path)
            with path.open("rb") as stream:
                files[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
        part = Part(path=folder, files=files, **about)
        write_json({key: value for key, value in asdict(part).items() if key != "path"}, fresh / MANIFEST)
    return part


def write_json(data: Any, path: Path) -> None:
    """A small file, replaced as a whole. Raises OutputError."""
    write(json.dumps(data, ensure_ascii=False, indent=1), path)


def clear_leftovers(path: Path) -> None:
    """Takes away what an interrupted run left half written."""
    for folder in [*path.glob("parts/.*"), *path.glob("prepared/*/.*"), *path.glob("staging/.*")]:
        shutil.rmtree(folder, ignore_errors=True)


def duckdb_connection() -> Any:
    """A connection for small questions; quiet: DuckDB draws its progress on standard output."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection
