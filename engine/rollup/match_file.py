"""The table of correspondence as a file (对应表): written as a workbook or as YAML, edited by an officer, and read back.

One table for forms, one for indicators. What is read of a line is what names it (unit, form, place, name), the row and the method;
the other columns are there for the eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.documents import kinds, reader
from engine.documents import text as text_reader
from engine.documents.model import Row, Table
from engine.errors import InputError, Place, Problem, nearest
from engine.files import displayed
from engine.forms.labels import fold
from engine.intake.bundle import content_of
from engine.policy.rollup import METHODS
from engine.results.views.columns import Column, sheet
from engine.results.views.excel import make
from engine.rollup.given import CHOSEN, GivenForm, GivenIndicator, MatchTable, method_of, table_of
from engine.rollup.model import name_key
from engine.yaml import schema as schemas
from engine.yaml.reader import YamlDocument, load
from engine.yaml.writer import flow

SCHEMA = "jixiao/match/1"
LEAVE = "不计入"
"""What an officer writes under “是否计入” to leave a form out; “计入” and “没有计入” report how it was."""
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MatchLines:
    """The table as data: forms and indicators, each line a mapping by the keys of the columns."""

    forms: Sequence[Line]
    indicators: Sequence[Line]


def _column(title: str, key: str) -> Column[Line]:
    return Column(title, lambda line: line[key])


FORMS: Mapping[str, str] = {
    "unit": "单位",
    "form": "表",
    "funds": "资金额度（元）",
    "status": "是否计入",
    "row": "归入哪张表",
    "why": "理由",
    "file": "文件",
}
INDICATORS: Mapping[str, str] = {
    "unit": "单位",
    "form": "表",
    "goal": "年度目标",
    "level2": "二级指标",
    "place": "表上第几个",
    "name": "三级指标",
    "target": "目标值",
    "actual": "完成值",
    "row": "归入哪一行",
    "method": "怎样合",
    "decided": "这次怎样合的",
    "why": "理由",
    "sure": "把握",
    "alike": "名称相近的",
}
_FORM_NEEDS, _INDICATOR_NEEDS = ("unit", "form", "row"), ("unit", "form", "place", "name", "row")
NOTE = (
    ("这是什么", "汇总时每张表、每个指标归入了哪一行。改“归入哪一行”“怎样合”，存盘，再汇总时用 --match 读回。"),
    ("归入哪一行", "写成同一个名称的合成一行；空着的由程序判断。"),
    ("是否计入", "改成“不计入”的那张表不加进去，列在“没有计入”里。"),
    ("怎样合", "、".join(METHODS[method] for method in CHOSEN) + "；空着的按政策。一行只能有一种。"),
    ("不能改的", "单位、表、表上第几个、三级指标，用来认出是哪一处；不要的整行可以删去。"),
)


def dump(lines: MatchLines, name: str) -> bytes:
    """The table as the kind of file its name says: `.xlsx`, else YAML."""
    if name.casefold().endswith(".xlsx"):
        return make(
            [
                sheet("指标", [_column(title, key) for key, title in INDICATORS.items()], lines.indicators, left=2),
                sheet("表", [_column(title, key) for key, title in FORMS.items()], lines.forms, left=2),
                sheet("说明", [Column("项目", lambda pair: pair[0]), Column("说明", lambda pair: pair[1])], NOTE),
            ]
        )
    return "".join(_yaml(lines)).encode()


def _yaml(lines: MatchLines) -> Iterator[str]:
    for title, text in NOTE:
        yield f"# {title}：{text}\n"
    yield f"schema: {SCHEMA}\n"
    for key, rows, columns in (("forms", lines.forms, FORMS), ("indicators", lines.indicators, INDICATORS)):
        yield f"{key}:\n" if rows else f"{key}: []\n"
        for row in rows:
            pairs = (f"{name}: {flow(row[name], inside=True)}" for name in columns if row[name] not in ("", None))
            yield "  - {" + ", ".join(pairs) + "}\n"


def read(path: Path) -> MatchTable:
    """A table as an officer left it. Raises InputError with every line that is wrong."""
    name = displayed(path)
    content = content_of(path)
    if kinds.kind_of(content).key in ("yaml", "json", "text") and not name.casefold().endswith((".csv", ".tsv")):
        forms, indicators, problems = _of_yaml(load(text_reader.decode(content, name), name, InputError))
    else:
        forms, indicators, problems = _of_tables(list(reader.document(content, name).tables()), name)
    table, contradictions = table_of(forms, indicators)
    if problems or contradictions:
        raise InputError([*problems, *contradictions])
    return table


def _of_yaml(document: YamlDocument) -> tuple[list[GivenForm], list[GivenIndicator], list[Problem]]:
    if problems := schemas.check(document, "match"):
        return [], [], problems
    forms, indicators = [], []
    for n, line in enumerate(document.data.get("forms", [])):
        forms += _form(line, document.place(("forms", n)))
    for n, line in enumerate(document.data.get("indicators", [])):
        found, wrong = _indicator(line, document.place(("indicators", n)))
        indicators += found
        problems += wrong
    return forms, indicators, problems


def _of_tables(tables: Sequence[Table], file: str) -> tuple[list[GivenForm], list[GivenIndicator], list[Problem]]:
    forms: list[GivenForm] = []
    indicators: list[GivenIndicator] = []
    problems: list[Problem] = []
    known = 0
    for table in tables:
        if not table.rows:
            continue
        if (places := _places(table.rows[0], INDICATORS, _INDICATOR_NEEDS)) is not None:
            known += 1
            for row in table.rows[1:]:
                found, wrong = _indicator(_line(row, places), row[0].place)
                indicators += found
                problems += wrong
        elif (places := _places(table.rows[0], FORMS, _FORM_NEEDS)) is not None:
            known += 1
            forms += [found for row in table.rows[1:] for found in _form(_line(row, places), row[0].place)]
    if not known:
        needed = "、".join(INDICATORS[key] for key in _INDICATOR_NEEDS)
        problems.append(
            Problem(
                Place(file),
                "不是对应表：没有它的栏目",
                f"jixiao rollup --match-out 写的表，有 {needed}",
                code="rollup.match-columns",
            )
        )
    return forms, indicators, problems


def _places(head: Row, columns: Mapping[str, str], needed: Sequence[str]) -> dict[str, int] | None:
    titles = [fold(cell.text) for cell in head]
    found = {key: titles.index(fold(title)) for key, title in columns.items() if fold(title) in titles}
    return found if all(key in found for key in needed) else None


def _line(row: Row, places: Mapping[str, int]) -> dict[str, str]:
    return {key: row[at].text.strip() if at < len(row) else "" for key, at in places.items()}


def _form(line: Line, place: Place) -> list[GivenForm]:
    unit, name, row = (str(line.get(key, "")).strip() for key in _FORM_NEEDS)
    leave = str(line.get("status", "")).strip() == LEAVE
    return [GivenForm((name_key(unit), name_key(name)), row, place, leave)] if unit and (row or leave) else []


def _indicator(line: Line, place: Place) -> tuple[list[GivenIndicator], list[Problem]]:
    said = {key: str(line.get(key, "")).strip() for key in (*_INDICATOR_NEEDS, "method")}
    if not any(said.values()) or not (said["row"] or said["method"]):
        return [], []
    problems = []
    if not re.fullmatch(r"[0-9]{1,6}", said["place"]):
        problems.append(Problem(place, f"“{INDICATORS['place']}”写的是“{said['place']}”", "1、2、3 …", code="rollup.match-place"))
    method = method_of(said["method"])
    if method is None:
        words = [METHODS[key] for key in CHOSEN]
        close = nearest(said["method"], words)
        problems.append(Problem(place, f"没有“{said['method']}”这种合法", "、".join(words), close, code="rollup.match-method"))
    if problems:
        return [], problems
    key = (name_key(said["unit"]), name_key(said["form"]), int(said["place"]), name_key(said["name"]))
    return [GivenIndicator(key, said["row"], method or "", place)], []
