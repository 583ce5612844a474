"""Target and actual read beside each other: whole rows as forms write them, and what must stay a question."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from engine.values.comparison import Comparison, compare
from engine.values.measures import holds_figure, measures_in, plain_unit
from engine.values.model import Value
from engine.values.notation import fold, read_value, vocabulary
from engine.values.paired import is_bare_bound
from engine.values.reckoned import read_as_pair
from engine.values.said import PairScene
from engine.values.verdict import verdict
from engine.yaml.reader import load_file

ROOT = Path(__file__).parents[3]
WORDS = vocabulary(load_file(ROOT / "policies/common/notation/notation.yaml").data["notation"])
PAIRS = Path(__file__).with_name("value_pairs.tsv")
YEAR = 2023


def pair(target: str, actual: str, name: str = "") -> tuple[Value, Value, Comparison]:
    wanted, got = read_value(target, WORDS), read_value(actual, WORDS)
    return read_as_pair(wanted, got, compare(wanted, got, WORDS, YEAR), PairScene(name, YEAR), WORDS)


def judged(target: str, actual: str, direction: str, name: str = "") -> str:
    wanted, got, compared = pair(target, actual, name)
    return verdict(wanted, got, compared, direction, WORDS.levels)[0]


def test_rows_of_forms_are_judged_as_a_reviewer_would() -> None:
    """Wrong is what says met or not met otherwise than the label; nearly all that can be told is."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 479
    found = [judged(row["target"], row["actual"], row["direction"], row["name"]) for row in rows]
    wrong = [(row, got) for row, got in zip(rows, found, strict=True) if got not in (row["verdict"], "unknown")]
    decided = [row["verdict"] == got for row, got in zip(rows, found, strict=True) if row["verdict"] != "unknown"]
    assert wrong == []
    assert sum(decided) >= 0.95 * len(decided), f"{sum(decided)} of {len(decided)}"


@pytest.mark.parametrize(
    ("one", "other"),
    [("元/生/天", "元/生·天"), ("元/(生·学期)", "元/生/学期"), ("元每人每月", "元/人·月"), ("平米/户", "平方米/户")],
)
def test_one_unit_in_two_spellings(one: str, other: str) -> None:
    assert plain_unit(one, WORDS) == plain_unit(other, WORDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1小时10分", [("70", "分钟")]),
        ("平均6分40秒", [("400", "秒")]),
        ("1年8个月", [("20", "个月")]),
        ("2023年12月18日完成36件", [("36", "件")]),
        ("第3批，编号005，G20", []),
        ("百分之95，8.6万人次", [("95", "%"), ("86000", "人次")]),
    ],
)
def test_numbers_of_a_sentence(text: str, said: list[tuple[str, str]]) -> None:
    assert [(item.number, item.unit) for item in measures_in(text, WORDS)] == [(Decimal(n), unit) for n, unit in said]


def test_what_an_average_is_worth_is_said() -> None:
    _, got, compared = pair("≤24小时", "平均9小时")
    assert got.extent == "average"
    assert any("平均数" in note for note in compared.assumptions)
    assert judged("≥420件", "平均436件", "positive") == "unknown"  # a total is no average
    assert judged("≥90%", "最高96%", "positive") == "unknown"
    assert judged("≤24小时", "最长20小时", "inverse") == "met"


@pytest.mark.parametrize("actual", ["暂未统计", "大幅增加", "已完成", "2023年稳步提升"])
def test_a_text_without_figures_holds_none(actual: str) -> None:
    assert holds_figure(fold(actual, WORDS), WORDS) == 0


@pytest.mark.parametrize("actual", ["平均18分钟", "举办培训三期", "东片9处、西片12处", "优良天数337天（92.1%）"])
def test_a_text_with_figures_holds_some(actual: str) -> None:
    assert holds_figure(fold(actual, WORDS), WORDS) > 0


@pytest.mark.parametrize(
    ("actual", "bare"), [("≤30分钟", True), ("20处以上", True), ("最长20小时", False), ("最高20小时", False), ("20处", False)]
)
def test_a_limit_and_nothing_more(actual: str, bare: bool) -> None:
    assert is_bare_bound(read_value(actual, WORDS), WORDS) is bare


@pytest.mark.parametrize(
    "text", ["5" * 199, "1小时" * 60, "其中5件，" * 50, "每人" * 100 + "5元", "(" * 199, "9月1日至" * 40, "三" * 200]
)
def test_hostile_text_ends(text: str) -> None:
    for target in ("≤30分钟", "5元/生/天", "9月", "≥35万亩次", text):
        pair(target, text, text * 50)
