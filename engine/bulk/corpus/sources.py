"""What is ingested: files and folders as people keep them, files with a record a line, Parquet tables. Each is cut into chunks that
processes read on their own; a chunk is named after its content, so that it is not read twice.

A Parquet file has a column `record` (a submission record as JSON text, a bundle a row), or one row for each indicator with the
columns of FLAT; rows of one unit and year, next to each other, are a bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from engine.errors import InputError, JixiaoError, Place, Problem, system_reason
from engine.files import displayed
from engine.intake import answers, folders
from engine.intake import bundle as inputs
from engine.intake.bundle import Reading
from engine.intake.shelf import Shelf
from engine.policy.model import Policy
from engine.submission import record_lines
from engine.submission.record import from_data

LINES, FILES = 100, 40
"""Bundles and files to a chunk."""
MAX_LINE = 50_000_000
FLAT: Mapping[str, str] = {
    "unit": "填报单位",
    "fiscal_year": "年度",
    "kind": "department 或 project",
    "form": "表名",
    "goal": "年度目标序号",
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "weight": "分值",
    "target": "年初目标值",
    "actual": "实际完成值",
    "score": "自评得分",
    "budget": "预算数（每行相同）",
    "executed": "执行数（每行相同）",
    "execution_score": "预算执行得分（每行相同）",
    "total": "总分（每行相同）",
    "grade": "等级（每行相同）",
    "money_unit": "金额单位（每行相同）",
}
"""Columns of a Parquet table with an indicator a row; all but the first four, name and level1 may be missing."""
NEEDED = ("unit", "fiscal_year", "kind", "form", "level1", "name")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of what is to be read. `kind`: files (to be put together by unit), lines or rows (each a bundle of its own)."""

    kind: str
    key: str
    paths: tuple[str, ...]
    start: int = 0
    """Byte (lines) or row group (rows) where it begins."""
    count: int = 0
    line: int = 1


def chunks(paths: Sequence[Path], exclude: Sequence[Path]) -> tuple[list[Chunk], list[Problem], dict[str, str]]:
    """Everything the paths mean, what is wrong with some of it, and what is passed over and why."""
    problems: list[Problem] = []
    skipped: dict[str, str] = {}
    files: list[Path] = []
    out: list[Chunk] = []
    for path in paths:
        for each in sorted(path.iterdir()) if path.is_dir() else [path]:
            listing = folders.listed([each], exclude)
            problems += listing.problems
            skipped |= listing.skipped
            files += [*listing.named, *listing.walked]
    for folder in {file.parent: None for file in files}:
        for found in answers.beside(folder):
            if found.told:
                skipped[found.file] = "；".join([answers.PASSED_OVER, *found.told])
    plain: list[Path] = []
    for file in dict.fromkeys(files):
        try:
            if file.suffix.lower() in (".jsonl", ".ndjson"):
                out += _line_chunks(file)
            elif file.suffix.lower() == ".parquet":
                out += _row_chunks(file)
            else:
                plain.append(file)
        except InputError as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(Place(displayed(file)), f"文件读不了：{system_reason(error)}", code="input.unreadable"))
    for start in range(0, len(plain), FILES):
        some = plain[start : start + FILES]
        try:
            beside = [folder / name for folder in {path.parent: None for path in some} for name in answers.NAMES]
            read = [*some, *(path for path in beside if path.is_file())]
            key = hashlib.sha256("".join(f"{path}\0{_digest(path)}\n" for path in read).encode("utf-8", "replace")).hexdigest()
        except OSError as error:
            key = hashlib.sha256(f"{some}{error}".encode()).hexdigest()
        out.append(Chunk("files", key[:24], tuple(map(str, some))))
    return out, problems, skipped


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _line_chunks(path: Path) -> Iterator[Chunk]:
    """Whole lines, LINES at a time; the content decides the name."""
    with path.open("rb") as stream:
        start, line = 0, 1
        while True:
            digest, count, size = hashlib.sha256(str(path).encode("utf-8", "replace")), 0, 0
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
            yield Chunk("lines", digest.hexdigest()[:24], (str(path),), start, size, line)
            start, line = start + size, line + count


def _row_chunks(path: Path) -> Iterator[Chunk]:
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
    digest = _digest(path)
    if "record" not in names:
        yield Chunk("rows", digest[:24], (str(path),), -1, 0)
        return
    for group in range(file.metadata.num_row_groups):
        yield Chunk("rows", f"{digest[:20]}{group:04}", (str(path),), group, 1)


def read(chunk: Chunk, shelf: Shelf, policy: Policy | None) -> tuple[list[Reading], list[Problem], dict[str, str]]:
    """The readings of a chunk, what is wrong, and the files passed over. Nothing is raised for the content of a file."""
    if chunk.kind == "files":
        return _read_files(chunk, shelf, policy)
    if chunk.kind == "lines":
        return *_read_lines(chunk), {}
    return *_read_rows(chunk), {}


def _read_files(chunk: Chunk, shelf: Shelf, policy: Policy | None) -> tuple[list[Reading], list[Problem], dict[str, str]]:
    readings: list[Reading] = []
    problems: list[Problem] = []
    skipped: dict[str, str] = {}
    for text in chunk.paths:
        path = Path(text)
        name = displayed(path)
        try:
            content = inputs.content_of(path)
            if reason := _no_form(content):
                skipped[name] = reason
                continue
            read_, wrong = inputs.read_parts(path, shelf, policy, content)
        except JixiaoError as error:
            problems += [_named(problem, name) for problem in error.problems]
            continue
        problems += [_named(problem, name) for problem in wrong]
        for reading in read_:
            found = [*inputs.wrong_forms(reading), *inputs.one_year(reading.submission.forms)]
            problems += [_named(problem, name) for problem in found]
            readings += [] if found else [reading]
    return readings, problems, skipped


def _no_form(content: bytes) -> str:
    from engine.documents import kinds
    from engine.intake import collection

    kind = kinds.kind_of(content)
    return kind.name if kind.key in collection._NO_FORMS else ""


def _named(problem: Problem, name: str) -> Problem:
    return problem if problem.place.file else replace(problem, place=replace(problem.place, file=name))


def _read_lines(chunk: Chunk) -> tuple[list[Reading], list[Problem]]:
    path = Path(chunk.paths[0])
    name = displayed(path)
    with path.open("rb") as stream:
        stream.seek(chunk.start)
        data = stream.read(chunk.count)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = chunk.line + data[: error.start].count(b"\n")
        return [], [Problem(Place(name, line), "不是 UTF-8 编码的文字", "UTF-8", code="input.encoding")]
    records, problems = record_lines.load(text, name)
    before = chunk.line - 1
    readings = [Reading(name, submission, (), before + line) for line, submission in records]
    problems = [replace(p, place=replace(p.place, line=p.place.line + before)) for p in problems]
    return _sound(readings, problems)


def _sound(readings: list[Reading], problems: list[Problem]) -> tuple[list[Reading], list[Problem]]:
    kept = []
    for reading in readings:
        found = [*inputs.wrong_forms(reading), *inputs.one_year(reading.submission.forms)]
        problems += [replace(_named(p, reading.file), place=replace(p.place, line=reading.line)) for p in found]
        kept += [] if found else [reading]
    return kept, problems


def _read_rows(chunk: Chunk) -> tuple[list[Reading], list[Problem]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(chunk.paths[0])
    name = displayed(path)
    readings: list[Reading] = []
    problems: list[Problem] = []
    try:
        file = pq.ParquetFile(path)
        if chunk.start < 0:
            rows = file.read(columns=[column for column in FLAT if column in file.schema_arrow.names]).to_pylist()
            made = [(n, json.dumps(data, default=str)) for n, data in _flat(rows)]
        else:
            texts = file.read_row_group(chunk.start, columns=["record"]).column("record").to_pylist()
            before = sum(file.metadata.row_group(n).num_rows for n in range(chunk.start))
            made = [(before + n + 1, text) for n, text in enumerate(texts)]
    except (pa.ArrowException, OSError) as error:
        return [], [Problem(Place(name), f"Parquet 文件读不了：{error}", "完整的 Parquet 文件", code="corpus.parquet")]
    for row, text in made:
        try:
            if not isinstance(text, str):
                raise InputError(Problem(Place(name), "record 是空的", "JSON 记录", code="input.empty"))
            readings.append(Reading(name, from_data(json.loads(text), name), (), row))
        except InputError as error:
            problems += [replace(problem, place=Place(name, row, path=problem.place.path)) for problem in error.problems]
        except ValueError as error:
            problems.append(Problem(Place(name, row), f"record 不是 JSON：{error}", "JSON 记录", code="json.syntax"))
    return _sound(readings, problems)


def _flat(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Records from rows of indicators; the number is that of the first row."""
    for _, of_unit in groupby(enumerate(rows, start=1), key=lambda item: (item[1]["unit"], item[1]["fiscal_year"])):
        some = list(of_unit)
        forms = []
        for _, of_form in groupby(some, key=lambda item: (item[1]["kind"], item[1]["form"])):
            forms.append(_flat_form([row for _, row in of_form]))
        first = some[0][1]
        data = {"schema": "jixiao/submission/1", "unit": str(first["unit"]), "fiscal_year": first["fiscal_year"], "forms": forms}
        yield some[0][0], data


def _flat_form(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = rows[0]
    goals: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        cells = {key: str(row[key]) for key in ("weight", "target", "actual", "score") if row.get(key) is not None}
        names = {key: str(row[key]) for key in ("level1", "level2", "name") if row.get(key) is not None}
        goals.setdefault(row.get("goal") or 1, []).append({**names, **cells})
    line = {"name": "年度财政资金总额", "role": "total", "money_unit": str(first.get("money_unit") or "万元")}
    line |= {key: str(first[key]) for key in ("budget", "executed") if first.get(key) is not None}
    if first.get("execution_score") is not None:
        line["score"] = str(first["execution_score"])
    form: dict[str, Any] = {"kind": first["kind"], "name": str(first["form"])}
    form |= {key: str(first[key]) for key in ("total", "grade") if first.get(key) is not None}
    form["budget"] = [line]
    form["goals"] = [{"number": int(number), "title": "", "indicators": found} for number, found in goals.items()]
    return form


def grouped(files: Sequence[tuple[str, int, Any]], named: bool) -> list[list[tuple[str, int]]]:
    """Readings of one unit, year and jurisdiction, joined where one file holds forms of several units; as `collection` does."""
    leader = list(range(len(files)))

    def find(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    places: dict[tuple[str, int], set[str]] = {}
    for _, _, item in files:
        for body in item["bodies"]:
            places.setdefault(tuple(body), set()).update({item["jurisdiction"]} - {""})
    first: dict[object, int] = {}
    for n, (_, _, item) in enumerate(files):
        if item["line"]:
            continue
        for body in map(tuple, item["bodies"]):
            known = places[body]
            place = "" if named else item["jurisdiction"] or (next(iter(known)) if len(known) == 1 else "")
            leader[find(n)] = find(first.setdefault((body, place), n))
    out: dict[int, list[tuple[str, int]]] = {}
    for n, (chunk, number, _) in enumerate(files):
        out.setdefault(find(n), []).append((chunk, number))
    return list(out.values())
