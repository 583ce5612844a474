"""Every word of formulas and conditions, in one policy: the database gives what the reference gives, to the last digit.

One compilation for all of them: putting a policy into the database's words is what takes the time. Random policies draw the same
words (`test_executors_agree`).
"""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

for missing in ("duckdb", "pyarrow"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

from corpora import disagreements, finding_rule, submission  # noqa: E402

from engine.bulk.relational.duckdb_backend import DuckDB  # noqa: E402
from engine.errors import Place, Problem  # noqa: E402
from engine.language import fields as catalogue  # noqa: E402
from engine.language import formula  # noqa: E402
from engine.language import model as ir  # noqa: E402
from engine.language.conditions import Condition, Scope  # noqa: E402
from engine.language.fact_fields import FACTS  # noqa: E402
from engine.language.rules import RuleSet  # noqa: E402
from engine.language.tables import CaseTable, Reader  # noqa: E402
from engine.policy.build import NATURES  # noqa: E402
from engine.policy.loading import load  # noqa: E402
from engine.policy.model import Policy  # noqa: E402

STAGES = catalogue.stages(("met", "partial", "unmet"), NATURES)
REST = {"otherwise": True, "status": "needs_review"}
QUANTITATIVE: list[dict[str, Any]] = [
    {"when": {"actual_percent": {"gte": 0}}, "score": "分值 - 向上取整((90 - 完成百分数) ÷ 5)"},
    {
        "when": {
            "target": {"gt": 100},
            "any": [{"name": {"contains": ["培训", "次数"]}}, {"actual": {"lt": {"field": "target"}}, "early": True}],
        },
        "score": "0",
    },
    {
        "when": {"rate": {"gte": "60%"}, "reason": {"contains": "疫情"}, "target": {"gt": 50}},
        "score": "min(weight, weight * rate / 100)",
    },
    {"when": {"reason_empty": True, "evidence_text": {"present": False}, "executed": {"gt": {"field": "budget"}}}, "score": "1"},
    {"when": {"target": {"gt": 100}}, "score": "round(weight * actual / target, 1) + floor(actual / target)"},
    {"when": {"target": {"gt": 0}, "achieved": {"gte": "80%"}}, "score": "floor(weight * achieved, 1) * 90%"},
    {"when": {"target": {"gt": 0}}, "score": "ceil(weight * actual / target, 2) - round(0 - actual / target)"},
    REST,
]
DEADLINE = [
    {"when": {"days_late": {"gt": 300}}, "score": "0"},
    {"when": {"months_late": {"gte": 0}}, "score": "max(0, weight - 逾期月数 / 4)"},
    {"when": {"full_months_late": {"present": True}}, "score": "full_months_late"},
    REST,
]
EXECUTION = [{"when": {"budget": {"gt": 0}}, "score": "round(weight * executed / budget) - ceil(1 - rate / 100, 1)"}, REST]
TOTAL = [{"otherwise": True, "score": "floor(execution + indicators, 1) + round(不适用分值 / 3)"}]


def table(name: str, cases: list[dict[str, Any]], fields: catalogue.Fields) -> CaseTable:
    problems: list[Problem] = []
    reader = Reader(Scope(fields, {}, lambda path: Place()), {}, problems)
    made = reader.table(
        name, {"cases": [{"case": f"c{n}", "basis": "b", **case} for n, case in enumerate(cases)]}, ("scoring", name)
    )
    assert not problems, problems
    return made


def rules() -> RuleSet:
    other = (ir.Test("name", "contains", ("培训",)), ir.Test("level2", "eq", "数量指标"))
    tests = (ir.Test("score_differs", "eq", True), ir.Test("", "any", options=((ir.Test("weight", "gt", Decimal(4)),), other)))
    made = finding_rule(ir.Rule("differs", (ir.Pattern("a", "indicator", tests),)))
    return RuleSet({made.id: made}, (), {kind: dict(fields) for kind, fields in FACTS.items()}, frozenset())


def policy() -> Policy:
    base = load("hubei/2021")
    scoring = dataclasses.replace(
        base.scoring,
        tables={
            **base.scoring.tables,
            "quantitative": table("quantitative", QUANTITATIVE, STAGES["quantitative"]),
            "deadline": table("deadline", DEADLINE, STAGES["deadline"]),
        },
        composite="sum",
        execution=table("execution", EXECUTION, catalogue.EXECUTION),
        total=table("total", TOTAL, catalogue.TOTAL),
    )
    asked = (
        Condition(
            ir.Test("", "any", options=((ir.Test("zero_scores", "eq", Decimal(0)),), (ir.Test("unmet", "lt", Decimal(2)),))), "x"
        ),
    )
    grades = tuple(dataclasses.replace(band, conditions=asked if band.id in ("优", "良") else ()) for band in base.grades)
    clauses = {**base.clauses, "b": next(iter(base.clauses.values()))}
    return dataclasses.replace(
        base, id="words/2021", grades=grades, scoring=scoring, clauses=clauses, rules=rules(), sha256="0" * 64
    )


def used(made: Policy) -> set[str]:
    """The functions the policy's formulas call."""

    def of(node: formula.Expression) -> set[str]:
        if not isinstance(node, formula.Operation):
            return set()
        return {node.sign} | {sign for operand in node.operands for sign in of(operand)}

    tables = (*made.scoring.tables.values(), made.scoring.execution, made.scoring.total)
    return {sign for each in tables for case in each.cases if case.score is not None for sign in of(case.score)}


def test_every_word_agrees(tmp_path: Path) -> None:
    made, rng = policy(), random.Random(20220101)
    assert set(formula.ROUNDINGS) <= used(made)
    backend = DuckDB(threads=1)
    found, seen = disagreements(made, made, [submission(rng) for _ in range(60)], tmp_path, backend)
    backend.close()
    assert not found, found[:3]
    assert seen["indicators"] > 200
