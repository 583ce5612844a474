"""An actual against a target: the hand-labelled pairs of real forms, and each rule of comparison."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from engine.values.comparison import Comparison, Pair, compare
from engine.values.model import Value
from engine.values.notation import read_value, vocabulary
from engine.values.verdict import verdict, worst
from engine.yaml.reader import load_file

ROOT = Path(__file__).parents[3]
WORDS = vocabulary(load_file(ROOT / "policies/common/notation/notation.yaml").data["notation"])
LABELLED = Path(__file__).with_name("value_formats.tsv")
MORE = Path(__file__).with_name("value_formats_more.tsv")
SEED = ROOT / "examples/hubei-gcc-2021.txt"


def read(text: str) -> Value:
    return read_value(text, WORDS)


def judged(target: str, actual: str, direction: str = "positive", year: int | None = 2021) -> tuple[str, Comparison]:
    wanted, got = read(target), read(actual)
    comparison = compare(wanted, got, WORDS, year)
    state, reason = verdict(wanted, got, comparison, direction)
    assert reason
    return state, comparison


@pytest.mark.parametrize(("table", "rows", "share"), [(LABELLED, 127, 0.98), (MORE, 149, 0.97)])
def test_no_labelled_pair_is_judged_wrongly(table: Path, rows: int, share: float) -> None:
    """`unknown` is allowed for a pair labelled met or not_met; the opposite, or any verdict where the label is unknown, is not.
    Of the pairs that can be told, nearly all are."""
    with table.open(encoding="utf-8", newline="") as file:
        read_rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(read_rows) == rows
    assert all(row["reason"] for row in read_rows)
    found = [judged(row["target"], row["actual"], row["direction"])[0] for row in read_rows]
    wrong = [
        (row["target"], row["actual"], row["verdict"], got)
        for row, got in zip(read_rows, found, strict=True)
        if got not in (row["verdict"], "unknown")
    ]
    decided = [row["verdict"] == got for row, got in zip(read_rows, found, strict=True) if row["verdict"] != "unknown"]
    shares = {state: f"{found.count(state)}/{len(found)}" for state in ("met", "not_met", "unknown")}
    assert wrong == [], shares
    assert sum(decided) >= share * len(decided), f"{sum(decided)} of {len(decided)} decided; {shares}"


def seed_rows() -> list[tuple[str, str, str]]:
    """Name, target and actual of every indicator on the four seed forms: the cells behind a name with its weight."""
    cells = [line.strip() for line in SEED.read_text(encoding="utf-8").splitlines() if line.startswith("\t")]
    rows = []
    for name, target, actual, score in zip(cells, cells[1:], cells[2:], cells[3:], strict=False):
        if re.search(r"[^（]（[\d.]+分）$", name) and not re.search(r"指标（[\d.]+分）$", name) and re.fullmatch(r"[\d.]+", score):
            rows.append((name, target, actual))
    return rows


def test_every_seed_value_reads_properly() -> None:
    rows = seed_rows()
    assert len(rows) == 40 + 7 + 25 + 4, [row[0] for row in rows]
    numbers = [text for _, *pair in rows for text in pair if re.search(r"\d", text)]
    wrong = [text for text in numbers if read(text).kind not in ("number", "composite") or read(text).note]
    assert wrong == []
    assert {read(text).kind for _, *pair in rows for text in pair if not re.search(r"\d", text)} == {"text"}


def test_seed_rows_are_met_but_for_those_the_report_lists() -> None:
    """Rows with numbers: the report names as unmet exactly these, and the accident count 0 against 0 is met."""
    unmet = {
        "召开省外商会会长会议",
        "组织商会培训",
        "主席、常委和执委会议会议数量",
        "召开主席、常委和执委会议数量",
        "主席、常委和执委会议人数",
        "国外商会、社团互访次数",
        "直属商会会员注册率",
    }
    for name, target, actual in seed_rows():
        if read(target).kind != "text":
            state, comparison = judged(target, actual)
            assert state == ("not_met" if name.split("（")[0] in unmet else "met"), (name, target, actual, comparison)


@pytest.mark.parametrize(
    ("target", "actual", "pairs"),
    [
        ("8万", "38.2万", [("80000", "382000", "")]),
        ("8万", "38.2万人", [("80000", "382000", "人")]),
        ("200万", "195.5万元", [("2000000", "1955000", "元")]),
        ("9‰", "1%", [("9", "10", "‰")]),
        ("2小时", "90分钟", [("120", "90", "分钟")]),
        ("1公里", "999米", [("1000", "999", "米")]),
        ("1公顷", "14亩", [("15", "14", "亩")]),
        ("20名", "20人", [("20", "20", "名")]),
        ("30家／年", "31家", [("30", "31", "家")]),
        ("50人/家", "100人", [("50", "100", "人")]),
        ("50人/家", "100家", [("50", "100", "家")]),
        ("80%", "正高81.82%，副高88.98%", [("80", "81.82", "%"), ("80", "88.98", "%")]),
        ("正高80%，副高85%", "副高88.98%，正高81.82%", [("80", "81.82", "%"), ("85", "88.98", "%")]),
        ("2部，3套", "3套；1部", [("2", "1", "部"), ("3", "3", "套")]),
        ("95%", "97", [("95", "97", "%")]),
        ("95", "97%", [("95", "97", "%")]),
        ("3%", "0", [("3", "0", "%")]),
        ("100万元", "0", [("1000000", "0", "元")]),
        ("202.6", "132.9", [("202.6", "132.9", "")]),
        ("提升10%", "提高12%", [("10", "12", "%")]),
        ("满意度95%", "97%", [("95", "97", "%")]),
    ],
)
def test_comparable_numbers_share_a_unit(target: str, actual: str, pairs: list[tuple[str, str, str]]) -> None:
    comparison = compare(read(target), read(actual), WORDS)
    assert comparison.kind == "numbers", comparison
    assert [(str(pair.target), str(pair.actual), pair.unit) for pair in comparison.pairs] == pairs


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("120个", "185起"),
        ("100人", "100人次"),
        ("≤202.6万元", "132.9"),
        ("570元/人*月", "758"),
        ("570元/人*月", "758元"),
        ("10人/期", "30人"),
        ("W5", "3"),
        ("≥100%", "298%"),
        ("95%", "0.97"),
        ("95%", "1"),
        ("0.4%", "0.1"),
        ("5个百分点", "6%"),
        ("节前5天", "3天"),
        ("80人", "近80人"),
        ("82人", "80余人"),
        ("80人", "约78人"),
        ("295%", "98%"),
        ("提升10%", "12%"),
        ("≤0%", "下降5%"),
        ("下降10%", "下降12%"),
        ("150件", "线上120件，线下80件"),
        ("正高80%，副高85%", "中级90%，副高90%"),
        ("12月前", "100%"),
        ("培训100人", "宣传200人"),
        ("5元/人·月", "6元/人·年"),
        ("100万元", "20万美元"),
        ("10-15个", "8-20个"),
    ],
)
def test_what_cannot_be_compared_is_unknown_with_a_reason(target: str, actual: str) -> None:
    state, comparison = judged(target, actual)
    assert state == "unknown"
    assert comparison.kind in ("incomparable", "words")
    assert comparison.reason


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("8万", "38.2万人"),
        ("95%", "97"),
        ("3%", "0"),
        ("30家／年", "31家"),
        ("50人/家", "100人"),
        ("80%", "正高81.82%，副高88.98%"),
        ("≥95%", "≥95%"),
        ("80人", "近100人"),
        ("1000件", "1000件 达成预期指标"),
        ("9月前", "7月"),
    ],
)
def test_every_assumption_is_said(target: str, actual: str) -> None:
    assert compare(read(target), read(actual), WORDS, 2021).assumptions


def test_nothing_is_assumed_where_all_is_written() -> None:
    for target, actual in (("≥95%", "97%"), ("3期", "1期"), ("2小时", "90分钟"), ("2021年9月前", "2021年7月")):
        assert compare(read(target), read(actual), WORDS, 2021).assumptions == ()


@pytest.mark.parametrize(
    ("target", "actual", "early"),
    [
        ("9月前", "7月", True),
        ("9月前", "8月31日", True),
        ("9月前", "9月", None),  # whether 9月前 ends with August or with September is not said
        ("9月前", "9月15日", None),
        ("9月前", "10月", False),
        ("11月前", "10月", True),
        ("2021年11月30日前完成", "11月底完成100%", True),
        ("11月30日前", "11月30日", True),
        ("11月30日前", "12月1日", False),
        ("11月15日前", "11月", None),
        ("2021年12月完成", "12月", True),
        ("9月", "9月", True),
        ("9月底", "9月30日", True),
        ("2月底", "2021年2月28日", True),
        ("年底前完成", "11月", True),
        ("年底前完成", "2022年1月", False),
        ("2021年6月前", "2020年12月", True),
        ("三季度", "9月", True),
        ("三季度", "四季度", False),
        ("9月底前完成主体工程", "9月", True),
        ("12月", "10月底前开工", None),  # what was done by then is not what the target asks for
    ],
)
def test_deadlines(target: str, actual: str, early: bool | None) -> None:
    state, comparison = judged(target, actual, "")
    assert (comparison.kind, comparison.early) == ("deadline", early)
    assert state == {True: "met", False: "not_met", None: "unknown"}[early]


def test_a_missing_year_is_the_fiscal_year_or_the_one_written_on_the_other_side() -> None:
    assert judged("2021年12月", "2月", year=2022)[1].early is True, "of the year the target names"
    assert judged("2021年12月", "2月", year=None)[1].early is True
    assert "同一年" in judged("12月", "2月", year=None)[1].assumptions[0]


@pytest.mark.parametrize(
    ("target", "actual", "direction", "expected"),
    [
        ("5", "5", "", "met"),
        ("5", "6", "", "unknown"),
        ("5", "6", "positive", "met"),
        ("5", "6", "inverse", "not_met"),
        ("5", "6", "exact", "not_met"),
        ("≤5", "6", "positive", "not_met"),  # an operator decides over the direction
        ("≤5", "3", "positive", "met"),
        (">5", "5", "", "not_met"),
        ("<5", "5", "", "not_met"),
        ("=100%", "105%", "positive", "unknown"),
        ("=100%", "105%", "exact", "not_met"),
        ("=100%", "95%", "positive", "not_met"),
        ("0", "0", "inverse", "met"),
        ("±10%", "-5%", "", "met"),
        ("±10%", "12%", "", "not_met"),
        ("≥95%", "≥95%", "", "met"),
        ("≥95%", "98%以上", "", "met"),
        ("≥95%", "≥90%", "", "unknown"),
        ("≥95%", "≤90%", "", "not_met"),
        ("≥95%", "≤95%", "", "unknown"),
        ("≥95%", "<95%", "", "not_met"),
        (">95%", "≥95%", "", "unknown"),
        (">95%", "≤95%", "", "not_met"),
        ("≤5", "≤3", "", "met"),
        ("5", "≥5", "positive", "met"),
        ("5", "≥5", "inverse", "unknown"),
        ("10-15个", "12个", "", "met"),
        ("10-15个", "9个", "positive", "not_met"),
        ("10-15个", "20个", "positive", "unknown"),
        ("10-15个", "20个", "inverse", "not_met"),
        ("10-15个", "20个", "exact", "not_met"),
        ("12个", "10-15个", "positive", "unknown"),
        ("9个", "10-15个", "positive", "met"),
        ("16个", "10-15个", "positive", "not_met"),
        ("85%", "正高81.82%，副高88.98%", "positive", "not_met"),
        ("有效", "有效。", "", "met"),
        ("有效", "完成", "", "unknown"),
        ("24期", "", "positive", "unknown"),
        ("—", "完成", "positive", "unknown"),
    ],
)
def test_verdicts(target: str, actual: str, direction: str, expected: str) -> None:
    assert judged(target, actual, direction)[0] == expected


def test_worst_component() -> None:
    def pair(target: int, actual: int) -> Pair:
        return Pair(Decimal(target), Decimal(actual), "", "")

    pairs = [pair(100, 90), pair(10, 8), pair(5, 6)]
    assert worst(pairs, "positive") == pair(10, 8)
    assert worst(pairs, "inverse") == pair(5, 6)
    assert worst([pair(0, 3), pair(10, 20)], "inverse") == pair(0, 3)
    assert worst([pair(0, 3), pair(10, 20)], "positive") == pair(10, 20)
    assert worst([pair(0, 0), pair(10, 9)], "positive") == pair(10, 9)
    assert worst([pair(10, 12), pair(10, 7)], "exact") == pair(10, 7)
    with pytest.raises(ValueError, match="empty"):
        worst([], "positive")


@pytest.mark.parametrize(
    ("target", "actual", "state"),
    [
        ("2021年12月底前", "已于11月25日完成", "met"),
        ("年底前完成", "主体工程已于2021年10月8日全面完工并投入使用", "unknown"),  # of what: the target does not say 主体工程
        ("年底前完成主体工程", "主体工程已于2021年10月8日全面完工", "met"),
        ("10月底前", "项目于2021年10月20日顺利通过验收，正式投入使用", "met"),
        ("2021年9月前完成验收", "2021年8月25日通过验收", "met"),
        ("2021年12月", "工程已于2022年1月10日竣工验收", "not_met"),
        ("12月31日前", "截至12月20日已全部完成", "met"),
        ("6月底前", "各项工作于7月3日完成", "not_met"),
        ("12月底前", "拟于12月完成", "unknown"),  # what is meant to be done is not done
        ("12月底前", "计划于11月30日完工", "unknown"),
        ("12月底前", "预计2021年12月20日完工", "unknown"),
        ("12月底前", "项目于11月20日开工", "unknown"),
        ("12月底前", "招标工作于11月20日完成", "unknown"),
        ("12月底前", "未能于11月20日完成", "unknown"),
        ("2022年6月底前", "5月完成", "met"),  # of the year the target names
        ("2022年6月底前", "2022年7月完成", "not_met"),
        ("上半年", "4月15日举办完毕", "met"),
    ],
)
def test_a_date_inside_a_sentence_is_a_date(target: str, actual: str, state: str) -> None:
    assert judged(target, actual, "")[0] == state


@pytest.mark.parametrize(
    ("target", "actual", "direction", "state"),
    [
        ("≥0.95", "97%", "positive", "met"),  # 0.95 % or 95 %: both below
        ("≥0.95", "93%", "positive", "unknown"),  # above one, below the other
        ("≥95%", "0.9", "positive", "not_met"),  # 0.9 % or 90 %: both below
        ("≤0.05", "3%", "inverse", "unknown"),
        ("≤200万元", "0.5", "inverse", "unknown"),  # 0.5 元 or 0.5 万元 are below, 0.5 亿元 is not
        ("≤3亿元", "2.5", "inverse", "met"),  # in whatever it is counted
        ("≥100", "3亿元", "positive", "unknown"),
        ("≤100元", "3000000", "inverse", "not_met"),
    ],
)
def test_a_missing_unit_is_no_doubt_where_every_reading_says_the_same(target: str, actual: str, direction: str, state: str) -> None:
    found, comparison = judged(target, actual, direction)
    assert found == state
    assert bool(comparison.scale_doubt) == (state != "unknown")


@pytest.mark.parametrize(
    ("actual", "taken"),
    [
        ("乔木96.3%，灌木94.1%，综合95.2%", ["95.2"]),
        ("乔木96.3%，灌木94.1%，综合99%", ["96.3", "94.1", "99"]),  # not between them: of something else
        ("乔木96.3%，灌木94.1%", ["96.3", "94.1"]),
    ],
)
def test_the_figure_of_all_parts_outranks_its_parts(actual: str, taken: list[str]) -> None:
    found = compare(read_value("95%", WORDS), read_value(actual, WORDS), WORDS, 2023)
    assert [str(pair.actual) for pair in found.pairs] == taken


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("≥35万人次", "36.2人次"),
        ("≥6.8万人", "6.89人"),
        ("≥900人", "910万人（含外聘）"),
        ("≤50万元", "48.6元"),
        ("≥2亿元", "2.1万元"),
        ("≥3200亩", "3200公顷"),
        ("≥3200亩", "3180公顷"),
        ("≥10‰", "9.8%"),
        ("≥15公顷", "15亩"),
        ("≥1200吨", "1200公斤"),
    ],
)
def test_a_scale_or_unit_that_is_likely_a_slip_is_asked(target: str, actual: str) -> None:
    state, comparison = judged(target, actual)
    assert (state, comparison.kind) == ("unknown", "incomparable")
    assert "可能" in comparison.reason


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("≥1万人次", "9800人次"),
        ("≥1万人次", "12000人次"),
        ("≥100人", "1.2万人"),
        ("≥3万人次", "120人次"),
        ("≥1000亩", "66.7公顷"),
        ("≤3天", "2小时"),
        ("≤3个工作日", "1天"),
        ("≥5公里", "4200米"),
        ("≥0.5万元", "6000元"),
    ],
)
def test_numbers_far_apart_or_in_two_units_that_are_no_slip_are_compared(target: str, actual: str) -> None:
    assert "可能有一边" not in judged(target, actual)[1].reason
