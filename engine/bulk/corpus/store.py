"""A corpus on disk: parts of about a hundred bundles each, written as a whole or not at all, and checked when they are read.

    CORPUS/corpus.json                 format and version of what the rows mean; the index and the parts that are in force
    CORPUS/index/<hash>/               sources.jsonl forms.jsonl problems.json: which file went into which bundle (`index`)
    CORPUS/parts/<number>-<hash>/      indicator.parquet form.parquet … records.parquet, part.json
    CORPUS/made/<number>-<hash>.json   what was told when the parts of that name were made
    CORPUS/readings/<xx>/<key>.gz      what was read of each file (`readings`)
    CORPUS/prepared/<hash>/<part>/     the same rows read by another policy's words, made when first asked for

Everything is named after what it was made from, so that ingesting again makes only what is new; and corpus.json, replaced last,
says what counts: what an unfinished run left behind is read by nobody but the run that goes on from it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import __version__, leftovers
from engine.bulk.corpus import index
from engine.bulk.corpus.rows import VERSION
from engine.errors import InputError, Place, Problem, system_reason
from engine.files import displayed, make_directory, unreadable, whole_directory, write

FORMAT = "jixiao-corpus"
STAMP, MANIFEST, LOCK = "corpus.json", "part.json", "lock"
UNFINISHED = "unfinished"
"""Stands there while an `ingest` is under way."""


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
    index: Path
    """The folder of the index that is in force."""
    told: tuple[str, ...] = ()
    """What is to be known of it: that a run was not finished."""

    @property
    def digest(self) -> str:
        """The identity of everything in it."""
        said = sorted((part.path.name, *sorted(part.files.values())) for part in self.parts)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def prepare(path: Path) -> None:
    """The folder of a corpus, made if it is not there. InputError if there is something else in it."""
    there = path.exists() and not (path / STAMP).exists()
    if there and (not path.is_dir() or any(each.name != LOCK for each in leftovers.contents(path))):
        raise InputError(
            Problem(Place(displayed(path)), "这个目录里有别的东西，不是语料", "新的目录，或以前建的语料", code="corpus.other")
        )
    make_directory(path)


def begin(path: Path) -> dict[str, index.CorpusFile]:
    """A new corpus, or one that is there, in a folder that is `prepare`d and locked: its files, by path. InputError if it is
    damaged."""
    if not (path / STAMP).exists():
        write_stamp(path, "", ())  # first of all: cut off here, the folder is a corpus with nothing in it yet
    stamp = check_stamp(path)
    for folder in (path, *(path / name for name in ("made", "parts", "index")), *path.glob("prepared/*"), *path.glob("readings/*")):
        leftovers.sweep(folder)
    write("", path / UNFINISHED)
    return index.sources(path / index.FOLDER / stamp["index"]) if stamp["index"] else {}


def write_stamp(path: Path, index_name: str, parts: Iterable[str]) -> None:
    """Say what of a corpus is in force. Raises OutputError."""
    stamp = {"format": FORMAT, "version": VERSION, "engine": __version__, "index": index_name, "parts": sorted(parts)}
    write_json(stamp, path / STAMP)


def put_in_force(path: Path, index_name: str, parts: Sequence[str], jobs: Sequence[str], keys: Collection[str]) -> None:
    """Make what was written the corpus, and take away what is none of it: other parts, jobs, readings and indexes."""
    write_stamp(path, index_name, parts)
    wanted: dict[str, set[str]] = {"parts": set(parts), "made": {f"{job}.json" for job in jobs}, "index": {index_name}}
    wanted["readings"] = {key[:2] for key in keys}
    for name, kept in wanted.items():
        _clear(path / name, kept)
    for folder in path.glob("prepared/*"):
        _clear(folder, set(parts))
    for folder in path.glob("readings/*"):
        _clear(folder, {f"{key}.gz" for key in keys if key.startswith(folder.name)})
    (path / UNFINISHED).unlink(missing_ok=True)


def _clear(folder: Path, kept: Collection[str]) -> None:
    """Take away everything else; the folder as well if nothing stays."""
    if not folder.is_dir():
        return
    for item in [item for item in folder.iterdir() if item.name not in kept]:
        if item.is_dir():
            shutil.rmtree(item, ignore_errors=True)
        else:
            item.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def part_name(job: str, policy: str) -> str:
    """What the part of a job is called whose bundles a policy judges."""
    return f"{job}-{hashlib.sha256(policy.encode()).hexdigest()[:6]}"


def made(path: Path, job: str) -> dict[str, Any] | None:
    """What was told when the parts of a job were made; None if they were not, or are not there any more."""
    try:
        data: dict[str, Any] = json.loads((path / "made" / f"{job}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if all((path / "parts" / name / MANIFEST).exists() for name in data["parts"]) else None


def write_made(path: Path, job: str, data: Mapping[str, Any]) -> None:
    """Keep what is to be told of a job. Raises OutputError."""
    make_directory(path / "made")
    write_json(data, path / "made" / f"{job}.json")


def check_texts(path: Path, parts: Sequence[str]) -> None:
    """That no two texts of these parts go by one number: InputError, since every comparison would be in doubt."""
    if set(parts) <= set(check_stamp(path)["parts"]):
        return  # looked at before
    files = [str(path / "parts" / name / "texts.parquet") for name in parts]
    with duckdb_connection() as connection:
        clash = connection.execute(
            "SELECT id FROM (SELECT DISTINCT id, text FROM read_parquet(?)) GROUP BY id HAVING count(*) > 1 LIMIT 1", [files]
        ).fetchone()
    if clash:
        raise InputError(
            Problem(Place(displayed(path)), f"两段不同的文字编号相同（{clash[0]}）", "分成两个语料", code="corpus.clash")
        )


def check_stamp(path: Path) -> dict[str, Any]:
    """What of a corpus is in force. InputError unless the folder is one that this version reads."""
    where = Place(displayed(path / STAMP))
    try:
        stamp: dict[str, Any] = json.loads((path / STAMP).read_text(encoding="utf-8"))
        found = stamp["format"], stamp["version"]
        whole = found != (FORMAT, VERSION) or (isinstance(stamp["index"], str) and isinstance(stamp["parts"], list))
    except FileNotFoundError:
        raise InputError(
            Problem(Place(displayed(path)), "这不是语料：没有 corpus.json", "用 jixiao ingest 建的目录", code="corpus.none")
        ) from None
    except OSError as error:
        raise unreadable(error, displayed(path / STAMP)) from None
    except (ValueError, KeyError, TypeError):
        raise InputError(Problem(where, "语料的说明读不了", "没有改动过的语料", code="corpus.damaged")) from None
    if found != (FORMAT, VERSION):
        engine = str(stamp.get("engine", "？"))
        message = f"语料是另一版本写的（{found[0]} {found[1]}，jixiao {engine}），本版本只读 {FORMAT} {VERSION}"
        raise InputError(Problem(where, message, "用本版本的 jixiao ingest 从原件重新建", code="corpus.version"))
    if not whole:
        raise InputError(Problem(where, "语料的说明读不了", "没有改动过的语料", code="corpus.damaged"))
    return stamp


def open_corpus(path: Path) -> Corpus:
    """The corpus with every part. InputError with everything that is damaged or missing."""
    stamp = check_stamp(path)
    problems: list[Problem] = []
    parts = []
    for name in stamp["parts"]:
        try:
            parts.append(read_part(path / "parts" / name))
        except InputError as error:
            problems += error.problems
    unfinished = (path / UNFINISHED).exists()
    if not parts and not problems:
        message = "语料是空的：上一次 jixiao ingest 没有做完" if unfinished and not stamp["index"] else "语料是空的"
        problems.append(Problem(Place(displayed(path)), message, "先用 jixiao ingest 读入自评表", code="corpus.empty"))
    if problems:
        raise InputError(problems)
    told = f"{displayed(path)}：上一次 jixiao ingest 没有做完，语料还是它之前的样子；再运行一次就接着做"
    return Corpus(path, tuple(parts), path / index.FOLDER / stamp["index"], (told,) if unfinished else ())


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


def duckdb_connection() -> Any:
    """A connection for small questions; quiet: DuckDB draws its progress on standard output."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def quoted(text: str) -> str:
    """A text as DuckDB's SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
