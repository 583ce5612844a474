"""Reading one cell: what each way of writing a value means, and what is left as text."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, validators

from engine.values import notation
from engine.values.model import Value
from engine.values.notation import Deadline, read_decimal, read_value, vocabulary
from engine.values.numerals import plain
from engine.yaml.reader import load_file

ROOT = Path(__file__).parents[3]
SECTION = load_file(ROOT / "policies/common/notation/notation.yaml").data["notation"]
WORDS = vocabulary(SECTION)


def read(text: str) -> Value:
    return read_value(text, WORDS)


def single(text: str) -> tuple[str, str, str]:
    """Operator, number and unit of a text that must be a single number."""
    value = read(text)
    assert value.kind == "number", value
    return value.operator, str(value.number), value.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8万", ("", "80000", "")),
        ("38.2万", ("", "382000", "")),
        ("385亿元", ("", "38500000000", "元")),
        ("5千万", ("", "50000000", "")),
        ("3百万元", ("", "3000000", "元")),
        ("550万粒", ("", "5500000", "粒")),
        ("1,157.80万元", ("", "11578000", "元")),
        ("１，１５７．８０", ("", "1157.80", "")),
        ("≥９５％", (">=", "95", "%")),
        ("≧100%", (">=", "100", "%")),
        (">= 95 %", (">=", "95", "%")),
        ("〉5", (">", "5", "")),
        ("‹=5", ("<=", "5", "")),
        ("﹦100%", ("=", "100", "%")),
        ("═2个", ("=", "2", "个")),
        ("≥100百分比", (">=", "100", "%")),
        ("98%以上", (">=", "98", "%")),
        ("95%（含）以上", (">=", "95", "%")),
        ("10个以下", ("<=", "10", "个")),
        ("10个及其以下", ("<=", "10", "个")),
        ("不少于12种", (">=", "12", "种")),
        ("不超过3次", ("<=", "3", "次")),
        ("小于0.9‰", ("<", "0.9", "‰")),
        ("10个工作日内", ("<=", "10", "工作日")),
        ("±10%", ("±", "10", "%")),
        ("-5%", ("", "-5", "%")),
        ("≥-5%", (">=", "-5", "%")),
        ("5千克", ("", "5", "千克")),
        ("5千人", ("", "5000", "人")),
        ("3千米", ("", "3", "公里")),
        ("10㎡", ("", "10", "平方米")),
        ("25tb", ("", "25", "TB")),
        ("20mg/L", ("", "20", "毫克/升")),
        ("30家／年", ("", "30", "家/年")),
        ("50人/家", ("", "50", "人/家")),
        (">=570元/人*月", (">=", "570", "元/人*月")),
        ("100元每人", ("", "100", "元/人")),
        ("2个百分点", ("", "2", "百分点")),
        ("三次", ("", "3", "次")),
        ("一百二十人", ("", "120", "人")),
        ("一百零二人", ("", "102", "人")),
        ("两万人", ("", "20000", "人")),
        ("不少于三次", (">=", "3", "次")),
        ("百分之九十五", ("", "95", "%")),
        ("百分之百", ("", "100", "%")),
        ("百分之一百", ("", "100", "%")),
        ("百分之95", ("", "95", "%")),
        ("零次", ("", "0", "次")),
        ("15万元。", ("", "150000", "元")),
        ("100.00%", ("", "100.00", "%")),
        ("达到95%以上", (">=", "95", "%")),
    ],
)
def test_a_number_has_operator_number_and_unit(text: str, expected: tuple[str, str, str]) -> None:
    assert single(text) == expected


@pytest.mark.parametrize(
    ("text", "word"), [("近80人", "近"), ("约300名", "约"), ("80余人", "余"), ("100人左右", "左右"), ("80余万元", "余")]
)
def test_approximate_words_are_kept(text: str, word: str) -> None:
    assert read(text).quantities[0].approximate == word


@pytest.mark.parametrize(
    ("text", "label", "remark"),
    [
        ("1000件 达成预期指标", "", "达成预期指标"),
        ("1000件，达成预期指标", "", "达成预期指标"),
        ("30家（含5家国外）", "", "(含5家国外)"),
        ("100%完成", "", "完成"),
        ("辖区企业满意率达95%以上。", "辖区企业满意率", ""),
        ("三公经费变动率≦0", "三公经费变动率", ""),
        ("满意度：95%", "满意度", ""),
        ("完成1部宣传片", "宣传片", ""),
        ("按合同10.5万元。", "按合同", ""),
        ("违法行为0起", "违法行为", ""),
    ],
)
def test_text_beside_a_number_is_a_label_or_a_remark(text: str, label: str, remark: str) -> None:
    value = read(text)
    assert value.kind == "number"
    assert (value.quantities[0].label, value.remark.strip("()")) == (label, remark.strip("()"))


def test_composites_use_up_the_whole_text() -> None:
    for text in ("正高81.82%，副高88.98%", "正高81.82%\n副高88.98%", "正高 81.82%；副高 88.98%。"):
        value = read(text)
        assert value.kind == "composite"
        assert [(q.label, str(q.number), q.unit) for q in value.quantities] == [("正高", "81.82", "%"), ("副高", "88.98", "%")]
    value = read("完成1部宣传片,2套方案")
    assert [(q.label, str(q.number), q.unit) for q in value.quantities] == [("宣传片", "1", "部"), ("方案", "2", "套")]
    assert read("正高≥80%，副高≥85%").operator == ">="
    assert read("正高≥80%，副高≤85%").kind == "text"
    assert read("正高80%，副高较好").kind == "number"  # the rest has no number: a remark
    assert read("80%，85%").kind == "text"  # nothing tells the parts apart


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("10-15个", "10", "15", "个"),
        ("80%~90%", "80", "90", "%"),
        ("10至15万元", "100000", "150000", "元"),
        ("100±5", "95", "105", ""),
    ],
)
def test_ranges(text: str, low: str, high: str, unit: str) -> None:
    value = read(text)
    assert value.kind == "range"
    assert [(str(q.number), q.unit) for q in value.quantities] == [(low, unit), (high, unit)]


@pytest.mark.parametrize(
    ("text", "deadline", "remark"),
    [
        ("9月前", Deadline(None, (9, 1), (9, 31), before=True), ""),
        ("九月前", Deadline(None, (9, 1), (9, 31), before=True), ""),
        ("7月", Deadline(None, (7, 1), (7, 31)), ""),
        ("2021年12月完成", Deadline(2021, (12, 1), (12, 31)), ""),
        ("2021年\n12月", Deadline(2021, (12, 1), (12, 31)), ""),
        ("2021年11月30日前完成", Deadline(2021, (11, 30), (11, 30)), ""),
        ("二〇二一年十一月三十日前完成", Deadline(2021, (11, 30), (11, 30)), ""),
        ("二零二一年十二月二十一日", Deadline(2021, (12, 21), (12, 21)), ""),
        ("11月底完成100%", Deadline(None, (11, 21), (11, 31)), ""),
        ("年底前完成", Deadline(None, (12, 1), (12, 31)), ""),
        ("2021年底", Deadline(2021, (12, 1), (12, 31)), ""),
        ("当年底前", Deadline(None, (12, 1), (12, 31)), ""),
        ("2021年内", Deadline(2021, (1, 1), (12, 31)), ""),
        ("第三季度", Deadline(None, (7, 1), (9, 31)), ""),
        ("三季度末", Deadline(None, (9, 1), (9, 31)), ""),
        ("11月上旬", Deadline(None, (11, 1), (11, 10)), ""),
        ("2021-11-30", Deadline(2021, (11, 30), (11, 30)), ""),
        ("2021/11/30", Deadline(2021, (11, 30), (11, 30)), ""),
        ("2021年9月底前完成主体工程", Deadline(2021, (9, 21), (9, 31)), "主体工程"),
    ],
)
def test_deadlines(text: str, deadline: Deadline, remark: str) -> None:
    value = read(text)
    assert (value.kind, value.deadline, value.remark) == ("deadline", deadline, remark)


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3",
        "005",
        "节前5天",
        "2018 20",
        "10\n20",
        "1.2.3",
        "G20峰会",
        "COVID-19",
        "A4纸5000张",
        "PM2.5≤35微克/立方米",
        "增长率-5%",
        "同比-5%",
        "每月1次",
        "计划100人",
        "预计100人",
        "未达到95%",
        "不应少于5次",
        "第3批次",
        "3年行动计划",
        "2021年高校招生",
        "12月开工",
        "9月未完成",
        "11月底完成80%",
        "2月30日",
        "6月份完成宣传片制作;9月份完成文本;11月完成专家评审",
        "10²",
        "5M",
        "1亿2000万元",
        "拨付10万元经费支持联系点（通山县）平安建设",
        "达到预计值 2100",
        "≥5%≤3%",
        "近3年获奖",
        "1/3",
        "15-10个",
        "027-87654321",
    ],
)
def test_numbers_inside_prose_are_not_picked_out_and_the_note_says_so(text: str) -> None:
    value = read(text)
    assert value.kind == "text", value
    assert value.note


@pytest.mark.parametrize(
    "text", ["完成", "按季度发布", "一带一路", "十四五规划", "一", "十", "二〇二一", "一百二", "指导商协会党建工作"]
)
def test_words_stay_text_without_a_note(text: str) -> None:
    value = read(text)
    assert (value.kind, value.note) == ("text", "")


def test_empty_and_not_applicable() -> None:
    assert [read(text).kind for text in ("", "  ", "\u3000\n", "\u200b")] == ["empty"] * 4
    assert {read(text).kind for text in ("/", "／", "—", "——", "－", "无", "不适用", "N/A")} == {"not_applicable"}


def test_misread_operators_are_said_in_the_note() -> None:
    value = read("W5%")
    assert (value.operator, value.number) == ("<=", 5)
    assert "≤" in value.note
    assert "≥" in read("295%").note
    assert read("250%").number == 250
    assert read("220%").note == ""


def test_an_unlisted_unit_is_kept_and_noted() -> None:
    value = read("5星级")
    assert (value.number, value.unit) == (5, "星级")
    assert "星级" in value.note


def test_long_texts_and_numbers_are_bounded() -> None:
    assert read("9" * 31).kind == "text"
    assert "位" in read("9" * 31).note
    assert read("9" * 30).number == Decimal("9" * 30)
    for text in ("9" * 100_000, "近" * 100_000 + "1", "1," * 50_000, "达到" * 50_000 + "5", " " * 100_000 + "x", "1\n" * 50_000):
        assert read(text).kind == "text"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3,279.31 ", "3279.31"),
        ("100", "100"),
        ("１００．５", "100.5"),
        ("-3.5", "-3.5"),
        ("1,2,3", None),
        ("20分", None),
        ("95%", None),
        ("", None),
        ("1e5", None),
        ("NaN", None),
        ("٣", None),
        ("1,23", None),
        ("9" * 31, None),
        ("9" * 100_000, None),
    ],
)
def test_read_decimal_takes_plain_numbers_only(text: str, expected: str | None) -> None:
    assert read_decimal(text) == (None if expected is None else Decimal(expected))


def test_a_number_is_told_in_full_and_in_no_other_way() -> None:
    shown = {"100": "100", "1.50": "1.5", "0.00": "0", "-0.0": "0", "-2.10": "-2.1", "1E+3": "1000"}
    shown["0.1234567890123"] = "0.123456789012…"
    assert {text: plain(Decimal(text)) for text in shown} == shown
    assert {text: plain(Fraction(text)) for text in shown} == shown, "written as a fraction it is the same"
    assert plain(Fraction(1, 3), 4) == "0.3333…"


def test_the_section_is_valid_and_the_schema_explains_every_key() -> None:
    schema = json.loads((ROOT / "schemas/notation.schema.json").read_text(encoding="utf-8"))
    checker = Draft202012Validator.TYPE_CHECKER.redefine("number", lambda _, value: isinstance(value, int | Decimal))
    Draft202012Validator.check_schema(schema)
    assert list(validators.extend(Draft202012Validator, type_checker=checker)(schema).iter_errors(SECTION)) == []
    strict = {**SECTION, "unknown": 1}
    assert list(Draft202012Validator(schema).iter_errors(strict))

    def unexplained(node: object, path: str) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in unexplained(item, path)]
        if not isinstance(node, dict):
            return []
        found = []
        for key, child in node.get("properties", {}).items():
            if not (re.search("[一-鿿]", child.get("title", "")) and re.search("[一-鿿]", child.get("description", ""))):
                found.append(f"{path}.{key}")
        return found + [more for key, child in node.items() for more in unexplained(child, f"{path}.{key}")]

    assert unexplained(schema, "") == []


def test_what_is_remembered_is_of_one_vocabulary_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "MAX_KNOWN", 3)
    words, other = vocabulary(SECTION), vocabulary({**SECTION, "separators": []})
    for text in ("甲2个，乙3个", "甲2个，乙3个", "1个", "2个", "3个", "4个", "甲2个，乙3个"):
        assert read_value(text, words) == notation._read(text, words)
        assert len(words.known) <= 3
    assert read_value("甲2个，乙3个", words).kind == "composite"
    assert read_value("甲2个，乙3个", other).kind == "text"
    long = "约" * (words.limits.characters + 1)
    read_value(long, words)
    assert long not in words.known, "only what is looked at closely is worth remembering"
