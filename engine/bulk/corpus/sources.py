"""What is ingested: files as people keep them, files with a record a line, Parquet tables. A piece of one gives readings.

A Parquet file has a column `record` (a submission record as JSON text, a bundle a row), or one row for each indicator with the
columns of FLAT; rows of one unit and year, next to each other, are a bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from engine.bulk.corpus.index import Piece
from engine.errors import InputError, JixiaoError, Place, Problem
from engine.files import displayed
from engine.intake import bundle as inputs
from engine.intake import collection
from engine.intake.bundle import Reading
from engine.intake.shelf import Shelf
from engine.policy.model import Policy
from engine.submission import record_lines
from engine.submission.record import from_data

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


def read(piece: Piece, path: Path, digest: str, shelf: Shelf, policy: Policy | None) -> tuple[list[Reading], list[Problem], str]:
    """The readings of a piece of a file, what is wrong, and why the file is no form. Nothing is raised for what is in a file."""
    if piece.kind == "file":
        return _read_file(path, digest, shelf, policy)
    readings, problems = _read_lines(piece, path) if piece.kind == "lines" else _read_rows(piece, path)
    return readings, problems, ""


def _read_file(path: Path, digest: str, shelf: Shelf, policy: Policy | None) -> tuple[list[Reading], list[Problem], str]:
    name = displayed(path)
    try:
        content = inputs.content_of(path)
        if reason := collection.no_form(content):
            return [], [], reason
        read_, problems = inputs.read_parts(path, shelf, policy, content)
    except JixiaoError as error:
        return [], [_named(problem, name) for problem in error.problems], ""
    if hashlib.sha256(content).hexdigest() != digest:
        problems = [Problem(Place(name), "文件在读的时候被改动了", "再运行一次", code="input.changing")]
        return [], problems, ""
    return *_sound(read_, [_named(problem, name) for problem in problems]), ""


def _named(problem: Problem, name: str, line: int = 0) -> Problem:
    place = problem.place.within(name)
    return replace(problem, place=replace(place, line=line) if line else place)


def _read_lines(piece: Piece, path: Path) -> tuple[list[Reading], list[Problem]]:
    name = displayed(path)
    with path.open("rb") as stream:
        stream.seek(piece.start)
        data = stream.read(piece.count)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = piece.line + data[: error.start].count(b"\n")
        return [], [Problem(Place(name, line), "不是 UTF-8 编码的文字", "UTF-8", code="input.encoding")]
    records, problems = record_lines.load(text, name, piece.line)
    return _sound([Reading(name, submission, (), line) for line, submission in records], problems)


def _sound(readings: list[Reading], problems: list[Problem]) -> tuple[list[Reading], list[Problem]]:
    """What policies can make sense of; files with forms of several years give a reading for each, as in `collection`."""
    kept = []
    for reading in [part for whole in readings for part in collection.by_body(whole)]:
        found = inputs.wrong_forms(reading)
        problems += [_named(problem, reading.file, reading.line) for problem in found]
        kept += [] if found else [reading]
    return kept, problems


def _read_rows(piece: Piece, path: Path) -> tuple[list[Reading], list[Problem]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = displayed(path)
    readings: list[Reading] = []
    problems: list[Problem] = []
    try:
        file = pq.ParquetFile(path)
        if piece.start < 0:
            rows = file.read(columns=[column for column in FLAT if column in file.schema_arrow.names]).to_pylist()
            made = [(n, json.dumps(data, default=str)) for n, data in _flat(rows)]
        else:
            texts = file.read_row_group(piece.start, columns=["record"]).column("record").to_pylist()
            before = sum(file.metadata.row_group(n).num_rows for n in range(piece.start))
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
