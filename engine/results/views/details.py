"""A row a finding, for a workbook to work through: the number of its problem, the row of the form it is about, its clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Clause, Policy
from engine.resources import shipped
from engine.results.model import Result, ResultEvidence, ResultFinding, ResultForm, ResultIndicator
from engine.results.reading import unfolded
from engine.results.views.columns import Column
from engine.results.views.problems import DOUBTFUL, ToldProblem, told, wan_number
from engine.yaml.reader import load_file

CERTAIN = "确定"
WORDS = "workbook/words.yaml"
"""Where under `templates/` the words a workbook offers stand."""
_ROW = re.compile(r"表\d+第\d+行")
_CELL = re.compile(r"(?:第(\d+)行（)?(表\d+第\d+行)(?:第(\d+)格)?）?")


@dataclass(frozen=True, slots=True)
class Detail:
    """A finding of a problem. `first`: the problem's own, with which its stake is told, once."""

    problem: ToldProblem
    finding: ResultFinding
    first: bool
    form: ResultForm | None
    item: ResultIndicator | None
    clause: Clause | None

    @property
    def unit(self) -> str:
        return self.form["unit"] if self.form else self.problem.unit

    @property
    def place(self) -> str:
        """Where it stands as people read it: goal, kind and name of the indicator, and the rows of the file."""
        item = self.item
        row = "·".join(filter(None, (f"目标{item['goal']}", item["level2"] or item["level1"], item["name"]))) if item else ""
        return "\n".join(filter(None, (row, *places(self.finding["evidence"], row))))

    @property
    def basis(self) -> str:
        """The clause's source and title; the clause's id where its text is not at hand."""
        clause = self.clause
        return "：".join(filter(None, (clause.source_title, clause.title))) if clause else self.finding["basis"]


def places(evidence: Iterable[ResultEvidence], row: str = "") -> Iterator[str]:
    """Where evidence stands, a line a file (its bare name), the cells of one row of a table together. `row` is said already: in a
    record a place is told by it."""
    by_file: dict[str, dict[str, list[str]]] = {}
    for item in evidence:
        file = item.get("file", "")
        where = item["where"].removeprefix(file).removeprefix("：")
        rows = by_file.setdefault(file, {})
        if found := _CELL.fullmatch(where):
            line, row, cell = found.groups()
            inside = rows.setdefault(f"第{{}}行（{row}）" if line else f"{row}第{{}}格" if cell else row, [])
            inside += [line or cell] if line or cell else []
        elif where and not (row and _within(row, where)):
            rows.setdefault(where.replace("{", "{{").replace("}", "}}"), [])
    for file, rows in by_file.items():
        told = "、".join(form.format(_ranges(map(int, inside))) for form, inside in rows.items())
        yield "：".join(filter(None, (file.replace("\\", "/").rpartition("/")[2], told)))


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, those that follow each other as one: 665–667、672."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)


class _FormsAndRows:
    """Finds the form and the indicator a finding is about."""

    def __init__(self, result: Result) -> None:
        self.forms = {(form.get("bundle"), form["name"]): form for form in result["forms"]}
        self.items: dict[tuple[int | None, str, str], list[ResultIndicator]] = {}
        for form in result["forms"]:
            for item in form["indicators"]:
                self.items.setdefault((form.get("bundle"), form["name"], item["name"]), []).append(item)

    def form(self, finding: ResultFinding) -> ResultForm | None:
        return self.forms.get((finding.get("bundle"), finding["form"]))

    def item(self, finding: ResultFinding) -> ResultIndicator | None:
        """The indicator of that name; of several the one in whose row the evidence stands, and none where that does not tell."""
        named = self.items.get((finding.get("bundle"), finding["form"], finding["subject"]), [])
        if len(named) < 2:
            return named[0] if named else None
        of_row = [item for item in named if any(_same_row(item["where"], one["where"]) for one in finding["evidence"])]
        return of_row[0] if len(of_row) == 1 else None


def _within(row: str, place: str) -> bool:
    """Whether a place of a record is a row, or a cell of it."""
    return place == row or place.startswith(f"{row}·")


def _same_row(row: str, cell: str) -> bool:
    if _within(row, cell):
        return True
    own, other = _ROW.search(row), _ROW.search(cell)
    return own is not None and other is not None and own[0] == other[0]


def details(result: Result, policies: Mapping[str, Policy]) -> Iterator[Detail]:
    """Every finding, problem by problem, the most pressing first. `policies`: those the result is by, for the clauses."""
    rows = _FormsAndRows(result)
    for problem in told(result):
        for n, finding in enumerate(unfolded(problem.findings)):
            form = rows.form(finding)
            known = _policies(result, form, policies)
            clause = next((one.clauses[finding["basis"]] for one in known if finding["basis"] in one.clauses), None)
            yield Detail(problem, finding, not n, form, rows.item(finding), clause)


def _policies(result: Result, form: ResultForm | None, policies: Mapping[str, Policy]) -> Sequence[Policy]:
    """The policy of a form; without one, all there are."""
    own = form["policy"] if form and "policy" in form else (result.get("policy") or {"id": ""})["id"]
    return [policies[own]] if own and own in policies else list(policies.values())


@cache
def handling() -> tuple[str, ...]:
    """What may be done with a finding, as `templates/` words it."""
    return tuple(map(str, load_file(shipped("templates") / WORDS).data["handling"]))


def _points(row: Detail) -> str | None:
    return row.problem.concern["stake"]["points"] if row.first else None


def _money(row: Detail) -> Decimal | None:
    yuan = row.problem.concern["stake"]["money_yuan"]
    return wan_number(yuan) if row.first and yuan else None


PRINTED = 17
"""The columns of 问题明细 that are printed: not the clause's text, nor what kind it is and the rule's name, which are long."""


def detail_columns() -> tuple[Column[Detail], ...]:
    """The sheet 问题明细."""

    return (
        Column("编号", lambda row: row.problem.concern["id"]),
        Column("级别", lambda row: SEVERITIES[row.finding["severity"]]),
        Column("是否确定", lambda row: CERTAIN if row.problem.concern["certain"] else DOUBTFUL),
        Column("单位", lambda row: row.unit, wide=24),
        Column("自评表", lambda row: row.finding["form"], wide=24),
        Column("指标或事项", lambda row: row.finding["subject"], "name", wide=26),
        Column("问题", lambda row: row.finding["message"], wide=56),
        Column("目标值", lambda row: row.item["target"] if row.item else "", wide=20),
        Column("完成值", lambda row: row.item["actual"] if row.item else "", wide=20),
        Column("自评得分", lambda row: row.item["reported"] if row.item else None, "number"),
        Column("计算得分", lambda row: row.item["computed"] if row.item else None, "number"),
        Column("涉及分值", _points, "number"),
        Column("涉及金额（万元）", _money, "money"),
        Column("怎么办", lambda row: row.finding["advice"], wide=30),
        Column("处理意见", lambda row: "", wide=18, choices=handling()),
        Column("位置", lambda row: row.place, wide=34),
        Column("依据", lambda row: row.basis, wide=24),
        Column("条文", lambda row: row.clause.text if row.clause else "", wide=70),
        Column("类别", lambda row: CATEGORIES[row.finding["category"]]),
        Column("规则", lambda row: row.finding.get("title") or row.finding["rule"], wide=40),
    )
