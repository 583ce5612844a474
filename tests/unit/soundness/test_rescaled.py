"""Base records of last year's tests after this year's scheme."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.soundness.tests.rescaled import bases
from engine.submission import record


@pytest.fixture(scope="module")
def above() -> Policy:
    return load("hubei/2021", library())


@pytest.fixture(scope="module")
def policy(above: Policy) -> Policy:
    """Execution 10 points, output 50, benefit 30, satisfaction a heading of its own with 10."""
    output, benefit = above.taxonomy
    levels = (
        output,
        replace(benefit, level2=("经济效益指标", "社会效益指标")),
        replace(benefit, name="满意度指标", level2=("满意度指标",), aliases=()),
    )
    points = {"产出指标": Decimal(50), "效益指标": Decimal(30), "满意度指标": Decimal(10)}
    weights = replace(above.scoring.weights, execution=Decimal(10), level1=points)
    return replace(above, taxonomy=levels, scoring=replace(above.scoring, weights=weights), sha256="other")


def base() -> dict[str, Any]:
    cells = (
        ("培训人数", "产出指标", "数量指标", "30", "≥100人", "90人", "27"),
        ("合格率", "产出指标", "质量指标", "10", "≥90%", "95%", "9"),
        ("受益人口", "效益指标", "社会效益指标", "30", "≥9人", "9人", "30"),
        ("满意度", "效益指标", "满意度指标", "10", "≥90%", "95%", "10"),
    )
    rows = [dict(zip(("name", "level1", "level2", "weight", "target", "actual", "score"), row, strict=True)) for row in cells]
    line = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "90", "weight": "20", "score": "18"}
    goal = {"weight": "80分", "groups": [{"level1": "产出指标", "weight": "40"}], "indicators": rows}
    form = {"kind": "project", "name": "培训", "budget": [line], "goals": [goal], "total": "94", "grade": "优"}
    return {"unit": "某局", "fiscal_year": 2021, "forms": [form]}


def test_weights_scores_and_sums_follow_the_scheme(above: Policy, policy: Policy) -> None:
    """37.5 × 90 ÷ 100 = 33.75; what was filed a point too low stays too low: 9 × 12.5 ÷ 10 = 11.25; 10 × 90 % = 9."""
    written = base()
    form = bases({"甲": written}, above, policy)["甲"]["forms"][0]
    rows = form["goals"][0]["indicators"]
    assert [(row["level1"], row["weight"], row["score"]) for row in rows] == [
        ("产出指标", "37.5", "33.75"),
        ("产出指标", "12.5", "11.25"),
        ("效益指标", "30", "30"),
        ("满意度指标", "10", "10"),
    ]
    assert (form["goals"][0]["weight"], form["goals"][0]["groups"][0]["weight"]) == ("90分", "50")
    assert (form["budget"][0]["weight"], form["budget"][0]["score"]) == ("10", "9")
    assert (form["total"], form["grade"]) == ("94", "优"), "33.75 + 11.25 + 30 + 10 + 9"
    assert written == base(), "what is written is not touched"
    data = {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [form]}
    scored = evaluate(record.from_data(data, ""), policy).forms[0]
    assert scored.indicators[0].score.computed == Decimal("33.75")


def test_one_scheme_changes_nothing(above: Policy) -> None:
    written = {"甲": base()}
    assert bases(written, above, replace(above, sha256="other"))["甲"] is written["甲"]


def test_scores_told_in_the_texts_follow(above: Policy, policy: Policy) -> None:
    written = base()
    written["forms"][0]["analysis"] = "总得分94分，预算执行得18分，产出指标36分，用时18分钟。"
    form = bases({"甲": written}, above, policy)["甲"]["forms"][0]
    assert form["analysis"] == "总得分94分，预算执行得9分，产出指标45分，用时18分钟。"
