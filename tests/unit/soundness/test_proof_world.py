"""What the solver is told of units, percentages, signs and verdicts holds of every record the engine makes; and a table that
rests on them is proved, or found wrong, as the engine itself scores."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import z3
from conftest import ROOT, replace_once

from engine.errors import Place
from engine.language import fields as catalogue
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.scoring.model import Recognised
from engine.scoring.recognition import direction_case, read, readings_of, recognised, typed
from engine.soundness.lint.run import LintReport, lint
from engine.soundness.proof.assumptions import world
from engine.soundness.proof.logic import number
from engine.soundness.proof.prover import Prover
from engine.submission import record
from engine.submission.model import Cell, Indicator
from engine.values.cells import number_of
from engine.values.known_names import NOBODY

PAIRS = [
    ("≥90%", "85%"),
    ("≥90", "85%"),
    ("≥90%", "85"),
    ("≥900‰", "85%"),
    ("≤5‰", "0.4%"),
    ("2倍", "150%"),
    (">90%", "90%"),
    ("<90%", "90%"),
    ("=90%", "95%"),
    ("=90%", "85%"),
    ("±10%", "5%"),
    ("±10%", "-12%"),
    ("±5", "±3"),
    ("80-90%", "85%"),
    ("80-90%", "95%"),
    ("800-900‰", "85%"),
    ("≥90%", "≥95%"),
    (">90%", ">90%"),
    ("≥90%", "正高81.82%，副高88.98%"),
    ("正高80%，副高80%", "正高81.82%，副高78%"),
    ("3期", "1期"),
    ("-80", "-48"),
    ("0起", "0起"),
    ("≤0起", "2起"),
]
STATED = (
    "direction",
    "verdict",
    "comparison",
    "target_operator",
    "target_kind",
    "actual_kind",
    "target_unit",
    "actual_unit",
    "nature",
)


@pytest.fixture(scope="module")
def hubei() -> Policy:
    return load("hubei/2021", library(), locked=False)


@pytest.mark.parametrize(("target", "actual"), PAIRS)
@pytest.mark.parametrize("name", ["培训人数", "事故起数", "出动次数"])
def test_no_record_is_ruled_out(hubei: Policy, name: str, target: str, actual: str) -> None:
    cells = [Cell(text, Place()) for text in (target, actual)]
    indicator = Indicator(name, "产出指标", "数量指标", Place(), weight=Cell("10"), target=cells[0], actual=cells[1])
    item = typed(indicator, "project", 2021, hubei, NOBODY, number_of(indicator.weight))
    case = direction_case(item, hubei)
    for direction in readings_of(case):  # each reading of one that is not certain is a record of its own
        known = recognised(item, read(item, direction, case, hubei), case)
        if known.nature == "quantitative":
            not_ruled_out(hubei, known)


def not_ruled_out(hubei: Policy, known: Recognised) -> None:
    table = hubei.scoring.tables["quantitative"]
    made = world(hubei, table, {name: item.value for name, item in hubei.parameters.items()})
    fields = {key: value for key, value in known.fields.items() if key in made.record.fields}
    terms: list[Any] = [
        made.record.value(key) == number(value)
        for key, value in fields.items()
        if isinstance(value, Decimal) and key not in catalogue.QUOTIENTS
    ]
    terms += [made.record.text(key, str(fields[key])) for key in STATED]
    terms += [made.record.present(key) == z3.BoolVal(key in fields) for key in ("reported", "actual_percent", "early")]
    assert Prover().possible(made.terms(*terms))[0] == "refuted", "it is possible"


# --- tables that rest on it ------------------------------------------------------------------------------------------


def linted(tmp_path: Path, cases: str) -> LintReport:
    """What lint says of hubei/2021 with other cases for quantitative indicators."""
    home = tmp_path / "mine" / "hubei" / "2021"
    shutil.copytree(ROOT / "policies" / "hubei" / "2021", home)
    (home / "policy.lock").unlink(missing_ok=True)
    text = (home / "scoring.yaml").read_text(encoding="utf-8")
    start, end = text.index("      - case: range-met"), text.index("      - case: otherwise\n        label: 目标值或完成值为负")
    (home / "scoring.yaml").write_text(replace_once(text, text[start:end], cases), encoding="utf-8")
    return lint("hubei/2021", library(tmp_path / "mine"), date(2021, 6, 1))


def case(id_: str, when: str, score: str) -> str:
    return f"      - case: {id_}\n        when: {{{when}}}\n        score: {score}\n        basis: note-2021#2\n"


def outcome(report: LintReport, statement: str) -> str:
    return next(one.outcome for one in report.obligations if one.about == "quantitative" and one.statement == statement)


def test_a_percentage_that_falls_by_points_is_monotone(tmp_path: Path) -> None:
    """江西: 满意率 full at 90 %, one point less for every 5 % below. The percentage and the actual value are one number."""
    cases = case("full", "direction: positive, actual_percent: {gte: 90}", "weight")
    cases += case("less", "direction: positive, actual_percent: {lt: 90}", "weight - (90 - actual_percent) / 5")
    report = linted(tmp_path, cases)
    assert outcome(report, "正向指标完成值越大得分不减") == "proved"
    assert "score-scale" not in {one.code for one in report.lints}, "points of a percentage are in no unit"


def test_a_table_by_verdict_is_proved(tmp_path: Path) -> None:
    report = linted(tmp_path, case("met", "verdict: met", "weight") + case("missed", "verdict: not_met", "0"))
    for statement in (
        "正向指标完成值越大得分不减",
        "反向指标完成值越大得分不增",
        "正向指标没有达到目标的不得满分",
        "反向指标没有达到目标的不得满分",
    ):
        assert outcome(report, statement) == "proved"


def test_a_quantity_taken_from_points_is_told(tmp_path: Path) -> None:
    report = linted(tmp_path, case("less", "direction: positive, target: {gt: 0}", "weight - (target - actual)"))
    told = next(one for one in report.lints if one.code == "score-scale")
    assert "换一种计量单位" in told.message


# --- a deviation either way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["hubei/2021", "central/2020", "central/2021-101", "sichuan/2025", "platform/2021"])
@pytest.mark.parametrize(("actual", "score"), [("5%", "10.00"), ("-10%", "10.00"), ("0%", "10.00"), ("15%", None), ("-12%", None)])
def test_a_deviation_within_the_tolerance_has_full_marks(policy: str, actual: str, score: str | None) -> None:
    """±10% is a range: 5 % is not half of it, and 15 % is not better."""
    built = load(policy, library(), locked=False)
    indicator = {"name": "价格波动幅度", "level1": built.taxonomy[0].name, "weight": "10", "target": "±10%", "actual": actual}
    budget = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "1", "executed": "1"}
    form = {"kind": "project", "name": "测试", "budget": [budget], "goals": [{"indicators": [indicator]}]}
    data = {"schema": "jixiao/submission/1", "unit": "测", "fiscal_year": built.first_year, "forms": [form]}
    item = evaluate(record.from_data(data, "x"), built).forms[0].indicators[0]
    assert (item.score.status, item.score.computed) == (("scored", Decimal(score)) if score else ("needs_review", None))
