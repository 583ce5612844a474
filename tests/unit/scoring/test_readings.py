"""An indicator that can be read in more than one way: what its readings agree in stands, the rest is asked and never guessed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from test_direction import judged, policy

from engine.findings.findings import Checker
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation
from engine.submission import record
from engine.submission.model import KnownIndicator
from engine.values.known_names import known_names


def test_both_scores_stand_in_the_reason() -> None:
    known, score = judged("应急救援出动次数", "25次", "38次")
    assert (known.met, known.certain, score.status, score.computed) == ("unknown", False, "needs_review", None)
    assert score.allowed == (Decimal("6.58"), Decimal("10.00"))
    assert score.reason == "看不出方向：越高越好则得 10 分，越低越好则得 6.58 分"
    assert [(one.reading, one.met, one.computed) for one in known.readings] == [
        ("positive", "yes", Decimal("10.00")),
        ("inverse", "no", Decimal("6.58")),
    ]


def test_readings_that_agree_stand() -> None:
    known, score = judged("应急救援出动次数", "25次", "25次")
    assert (known.met, known.certain, score.status, score.computed) == ("yes", True, "scored", Decimal("10.00"))
    assert not known.readings


@pytest.mark.parametrize(
    ("own", "direction", "ground"),
    [
        ("8", "positive", "arithmetic"),  # 10 × 8 ÷ 10
        ("10", "unknown", "none"),  # full marks are written whatever the formula
        ("0", "unknown", "none"),
        ("7.9", "unknown", "none"),  # no formula gives it
    ],
)
def test_what_the_own_score_says_is_only_likely(own: str, direction: str, ground: str) -> None:
    known, score = judged("应急救援出动次数", "10次", "8次", score=own)
    assert (known.direction, known.direction_ground, known.met) == (direction, ground, "unknown")
    assert score.status == "needs_review"


def test_a_sign_against_the_name_counts_and_is_asked() -> None:
    known, score = judged("培训人次", "≤100人次", "120人次")
    assert (known.direction, known.direction_ground, known.certain) == ("inverse", "sign", True)
    assert (known.met, score.computed) == ("no", Decimal("8.33"))
    assert [(one.reading, one.met) for one in known.readings] == [("inverse", "no"), ("positive", "yes")]


def test_a_sign_with_the_name_is_not_asked() -> None:
    known, _ = judged("培训人次", "≥100人次", "120人次")
    assert not known.readings


@pytest.mark.parametrize("name", ["应急救援 出动次数", "应急救援出动次数", "应急救援出动次数 "])
def test_an_answer_outranks_every_guess(name: str) -> None:
    answers = known_names([KnownIndicator(name, "越低越好", source="某人")])
    known, score = judged("应急救援出动次数", "25次", "38次", answers=answers)
    assert (known.direction, known.direction_ground, known.certain, known.met) == ("inverse", "known", True, "no")
    assert score.computed == Decimal("6.58")


@pytest.mark.parametrize(("unit", "level2"), [("件", ""), ("", "质量指标")])
def test_an_answer_holds_where_it_says(unit: str, level2: str) -> None:
    answers = known_names([KnownIndicator("应急救援出动次数", "inverse", unit, level2)])
    known, _ = judged("应急救援出动次数", "25次", "38次", answers=answers)
    assert known.direction_ground == "none"


def test_the_answer_that_says_more_of_where_it_holds_comes_first() -> None:
    answers = known_names([KnownIndicator("出动次数", "inverse"), KnownIndicator("出动次数", "正向", "次", "数量指标")])
    assert judged("出动次数", "25次", "38次", answers=answers)[0].direction == "positive"


def test_a_policy_that_knows_it_outranks_the_forms_own_answer() -> None:
    from engine.scoring.readings import judge
    from engine.submission.model import Cell, Indicator

    place = judged("a", "1", "1")[0].indicator.place
    row = Indicator("出动次数", "产出指标", "数量指标", place, Cell("10"), Cell("25次"), Cell("38次"))
    own = replace(policy("hubei/2021"), known=known_names([KnownIndicator("出动次数", "positive")]))
    known, _ = judge(row, "project", 2021, own, known_names([KnownIndicator("出动次数", "inverse")]), Decimal(10))
    assert known.direction == "positive"


def form(*rows: dict[str, str]) -> Evaluation:
    indicators = [{"level1": "产出指标", "level2": "数量指标", "weight": "20", **row} for row in rows]
    line = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "100", "score": "20"}
    data = {"kind": "project", "name": "项目", "total": "100", "budget": [line], "goals": [{"indicators": indicators}]}
    whole = {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [data]}
    return evaluate(record.from_data(whole), policy("hubei/2021"))


GUESSED = [
    {"name": "应急救援出动次数", "target": "25次", "actual": "12次", "score": "20"},
    {"name": "应急救援车辆数", "target": "10辆", "actual": "30辆", "score": "20"},
    {"name": "运行经费", "target": "10万元", "actual": "18万元", "score": "20"},
    {"name": "困难群众救助标准", "level2": "成本指标", "target": "600元/人", "actual": "300元/人", "score": "20"},
]


def test_a_guess_never_becomes_a_finding() -> None:
    """Nothing that says of one of these rows that it was missed, exceeded or scored wrongly."""
    checker = Checker(policy("hubei/2021"), use_durable=False)
    try:
        found = checker.check(form(*GUESSED)).findings
    finally:
        checker.close()
    about = {row["name"] for row in GUESSED}
    accusing = [f for f in found if f.subject in about and f.severity in ("error", "warning") and f.category != "notation"]
    assert not [f for f in accusing if not f.rule.startswith(("design.", "classification."))]


def test_a_total_with_a_guess_in_it_is_a_range() -> None:
    total = form(*GUESSED).forms[0].total
    assert (total.computed, total.status) == (None, "needs_review")
    assert total.allowed is not None
    assert total.allowed[0] < total.allowed[1]
