"""Several figures of an actual put together: wholes and parts, sums, rates, costs for each, changes from last year."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.values.test_paired import judged, pair

LISTS = Path(__file__).with_name("value_lists.tsv")


def test_lists_are_judged_as_a_reviewer_would() -> None:
    """Nothing is wrong and nothing is guessed; most that can be told is, of lists made to mislead, too."""
    with LISTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [judged(row["target"], row["actual"], row["direction"], row["name"]) for row in rows]
    wrong = [(row, got) for row, got in zip(rows, found, strict=True) if got not in (row["verdict"], "unknown")]
    decided = [row["verdict"] == got for row, got in zip(rows, found, strict=True) if row["verdict"] != "unknown"]
    assert wrong == []
    assert len(decided) > 140
    assert sum(decided) >= 0.85 * len(decided), f"{sum(decided)} of {len(decided)}"


@pytest.mark.parametrize(
    ("name", "target", "actual", "number", "unit"),
    [
        ("购置设备", "26台（套）", "显微镜14台、离心机12套", "26", "台(套)"),
        ("签订协议", "≥30份", "新签16份、续签11份", "27", "份"),
        ("巡检合格率", "≥95%", "巡检210处，合格203处", "96.666667", "%"),
        ("抽检合格率", "≥95%", "抽检200批次，不合格8批次", "96", "%"),
        ("培训成本", "≤400元/人", "培训150人，支出5.7万元", "380", "元/人"),
        ("旅游收入", "增长10%", "上年20亿元，本年23亿元", "15", "%"),
        ("知晓率", "比上年提高3个百分点", "82.1%，上年78.6%", "3.5", "百分点"),
        ("事故起数", "不高于上年", "3起，上年5起", "3", "起"),
    ],
)
def test_the_number_they_make(name: str, target: str, actual: str, number: str, unit: str) -> None:
    _, got, compared = pair(target, actual, name)
    assert (compared.kind, got.number, got.unit) == ("numbers", Decimal(number), unit)
    assert "：" in got.note  # how it was made is told


def test_where_only_the_order_is_certain_the_ratio_is_in_doubt() -> None:
    """对接、落户 may be one thing after the other: their sum is short of the target, and so is each of them."""
    _, got, compared = pair("≥10家", "对接3家，落户6家", "引进企业")
    assert got.doubt
    assert compared.scale_doubt == got.doubt


@pytest.mark.parametrize("actual", ["洽谈28家，落地6家", "县道35家、乡道48家等", "报名31家，预计落地12家", "年初8家，年末12家"])
def test_what_may_not_add_up_is_asked(actual: str) -> None:
    assert judged("≥10家" if "8家" not in actual else "≥15家", actual, "positive", "引进企业") == "unknown"


@pytest.mark.parametrize("text", ["甲1个、" * 60, "由1到" * 60, "其中" * 90 + "1个、2个", "1-2月3场，" * 30, "中" * 190 + "1个2个"])
def test_hostile_lists_end(text: str) -> None:
    for target in ("≥30个", "≥90%", "≤5元/个", "下降5%", "不高于上年"):
        pair(target, text, text * 10)
