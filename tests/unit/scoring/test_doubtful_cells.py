"""A cell that is not certain to be what was meant: nothing is made of its row but the doubt, and no sum takes it in."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from by_hand import hubei, row, scored

from engine.findings.findings import Checker
from engine.scoring.form import evaluate
from engine.submission import record
from engine.submission.model import Submission

DOUBT = "是公式，文件里没有存下它的结果"


def filed(**cells: object) -> Submission:
    """A form of one row that is in doubt and one that is not."""
    rows = [
        {**row(weight="10", target="≥4期", actual="2期", score="10"), **cells},
        row(name="培训人次", weight="70", target="≥4人次", actual="4人次", score="70"),
    ]
    form = {
        "kind": "project",
        "name": "甲经费",
        "budget": [{"name": "总额", "role": "total", "money_unit": "万元", "budget": "200", "executed": "150", "score": "15"}],
        "goals": [{"indicators": rows}],
    }
    return record.from_data({"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": [form]})


def doubtful(text: str) -> dict[str, str]:
    return {"text": text, "doubt": DOUBT}


@pytest.mark.parametrize(("key", "text"), [("target", "≥4期"), ("actual", "2期"), ("actual", "4期"), ("weight", "10")])
def test_a_row_with_a_cell_in_doubt_is_for_a_person(key: str, text: str) -> None:
    (form,) = evaluate(filed(**{key: doubtful(text)}), hubei()).forms
    hurt, sound = form.indicators
    assert (hurt.score.status, hurt.score.computed, hurt.known.met, hurt.score.reason) == ("needs_review", None, "unknown", DOUBT)
    assert hurt.score.allowed == (None if key == "weight" else (Decimal("0.00"), Decimal("10.00")))
    assert (sound.score.computed, sound.known.met) == (Decimal("70.00"), "yes")
    assert (form.total.status, form.total.computed) == ("needs_review", None)


def test_without_the_doubt_the_same_row_is_missed_by_half() -> None:
    (form,) = evaluate(filed(), hubei()).forms
    assert (form.indicators[0].score.computed, form.indicators[0].known.met) == (Decimal("5.00"), "no")


@pytest.mark.parametrize(("key", "text"), [("target", "≥4期"), ("actual", "2期"), ("weight", "10"), ("score", "10")])
def test_no_rule_accuses_a_row_in_doubt(key: str, text: str) -> None:
    with closing(Checker(hubei())) as checker:
        sound = {f.rule for f in checker.check(evaluate(filed(), hubei())).findings if f.subject == "培训期数"}
        found = checker.check(evaluate(filed(**{key: doubtful(text)}), hubei())).findings
    assert "scoring.more-than-formula" in sound
    told = [f.rule for f in found if f.subject == "培训期数" and f.severity != "info"]
    assert told == (["scoring.no-own-score", "explanation.missing"] if key == "score" else []), told


@pytest.mark.parametrize("key", ["budget", "executed"])
def test_an_amount_in_doubt_scores_nothing(key: str) -> None:
    amounts: dict[str, Any] = {"budget": "200", "executed": "150", key: doubtful("9")}
    form = scored([row(weight="80", target="≥4期", actual="4期", score="80")], amounts)
    assert (form.execution.status, form.execution.computed) == ("needs_review", None)
    assert form.execution.reason == f"{'预算数' if key == 'budget' else '执行数'}“9”{DOUBT}"


@pytest.mark.parametrize(
    ("target", "actual", "met"),
    [
        ("4项", "4项，其中2项待评审", "unknown"),
        ("3条", "3条（1条尚未投用）", "unknown"),
        ("12台", "12台，2台未安装", "unknown"),
        ("≥8处", "9处，其中3处正在施工", "unknown"),
        ("≥5处", "5处，另2处在建", "yes"),
        ("≥5处", "8处，2处在建", "yes"),  # it is reached without them
        ("≥9处", "8处，2处在建", "no"),  # nor is it with them
        ("20家", "20家，其中3家为续签", "yes"),
        ("10公里", "10公里，已全部通车", "yes"),
    ],
)
def test_a_number_reached_with_a_part_that_is_not_done_is_for_a_person(target: str, actual: str, met: str) -> None:
    (form,) = evaluate(filed(name="建设任务", target=target, actual=actual), hubei()).forms
    assert form.indicators[0].known.met == met
