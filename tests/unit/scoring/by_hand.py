"""Indicators and forms written by hand, and what hubei/2021 makes of them. Shared by the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from engine.errors import Place, Problem
from engine.language.conditions import Scope
from engine.language.fields import ADJUST_TABLE, MET, Field, Fields, stages
from engine.language.tables import CaseTable, Reader
from engine.policy.adjustments import seen
from engine.policy.build import NATURES
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import OtherRows, Policy
from engine.scoring.form import evaluate
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission import record

Row = Mapping[str, str]


@cache
def hubei() -> Policy:
    """The policy whose clauses these tests quote: note 1 execution 20 × B ÷ A, note 2 W × B ÷ A or W × A ÷ B, note 3 tiers."""
    return load("hubei/2021", library())


def row(name: str = "培训期数", level1: str = "产出指标", level2: str = "数量指标", **cells: str) -> dict[str, str]:
    """A row of a form: name, heading, and the cells weight, target, actual, score."""
    return {"name": name, "level1": level1, "level2": level2, **cells}


def scored(rows: Sequence[Row], budget: Row | None = None, policy: Policy | None = None, **form: Any) -> ScoredForm:
    """One project form of 2021 with these rows, scored."""
    line = budget if budget is not None else {"budget": "200", "executed": "150", "score": "15"}
    lines = [{"name": "总额", "role": "total", "money_unit": "万元", **line}] if line else []
    data = {"kind": "project", "name": "甲经费", "budget": lines, "goals": [{"indicators": list(rows)}], **form}
    bundle = record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [data]})
    (made,) = evaluate(bundle, policy or hubei()).forms
    return made


def one(**cells: str) -> ScoredIndicator:
    """The one indicator of such a form."""
    (item,) = scored([row(**cells)]).indicators
    return item


def number(text: str | None) -> Decimal | None:
    """A number as tests write it."""
    return None if text is None else Decimal(text)


def table(name: str, cases: Sequence[Mapping[str, Any]], fields: Fields) -> CaseTable:
    """A scoring table as policies write it; each case rests on the same clause."""
    problems: list[Problem] = []
    reader = Reader(Scope(fields, {}, lambda path: Place()), {}, problems)
    data = [{"case": f"c{n}", "basis": "note-2021#2", **case} for n, case in enumerate(cases)]
    made = reader.table(name, {"cases": data}, ("scoring", name))
    assert not problems, problems
    return made


def with_tables(**tables: Sequence[Mapping[str, Any]]) -> Policy:
    """Hubei's policy with other tables for some kinds of indicators."""
    made = {name: table(name, cases, stages(("met", "partial", "unmet"), NATURES)[name]) for name, cases in tables.items()}
    scoring = replace(hubei().scoring, tables={**hubei().scoring.tables, **made})
    return replace(hubei(), scoring=scoring)


def adjusting(cases: Sequence[Mapping[str, Any]], *refer: tuple[str, Mapping[str, Any], str], per: str = "form") -> Policy:
    """Hubei's policy with a table of adjustments; `refer`: (name, of, take)."""
    fields = {**stages(("met", "partial", "unmet"), NATURES)["met"], "met": Field("text", "是否完成", MET)}
    problems: list[Problem] = []
    scope = Scope(fields, {}, lambda path: Place())
    looked = tuple(
        OtherRows(name, name, scope.compile(of, ("of",), problems), per, take, "note-2021#2", Place()) for name, of, take in refer
    )
    assert not problems, problems
    sees = seen(stages(("met", "partial", "unmet"), NATURES)[ADJUST_TABLE], looked)
    scoring = replace(hubei().scoring, refer=looked, adjust=table(ADJUST_TABLE, cases, sees))
    prose = replace(hubei().prose, deducted_columns=("扣减分",), deducted_reasons=("扣减原因",))
    return replace(hubei(), scoring=scoring, prose=prose)
