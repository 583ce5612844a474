"""Real rows written in other ways: numbers, units, signs, words and dates varied, held against an independent reading.

The reading is the test's own: it makes the two numbers (or days) first, knows which one is better, and only then writes them down
as forms do. Nothing of the engine says what is right here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from deep import Figure, tries

from engine.errors import Place
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.readings import judge
from engine.submission.model import Cell, Indicator
from engine.values.known_names import known_names

TRIED = tries(150, 5_000)


@dataclass(frozen=True)
class Row:
    """A row as the example or another published form has it, what is counted in, and in which spellings of which size."""

    name: str
    level2: str
    units: tuple[tuple[str, int], ...]
    whole: bool = True
    less: bool = False
    """Whether less of it is better: what an unsigned target means."""


ROWS = [
    Row("组织商会培训", "数量指标", (("期", 1),)),
    Row("培训企业家人数", "数量指标", (("人", 1), ("万人", 10_000), ("名", 1))),
    Row("走访民营企业数", "数量指标", (("家", 1),)),
    Row("改造农村公路里程", "数量指标", (("公里", 1), ("千米", 1), ("km", 1)), whole=False),
    Row("复垦面积", "数量指标", (("亩", 1), ("万亩", 10_000))),
    Row("诉求办结率", "质量指标", (("%", 1), ("％", 1), ("百分比", 1)), whole=False),
    Row("会员满意度", "满意度指标", (("%", 1), ("％", 1)), whole=False),
    Row("单位培训成本", "成本指标", (("元/人", 1), ("元／人", 1)), less=True),
    Row("项目总成本", "成本指标", (("元", 1), ("万元", 10_000), ("亿元", 100_000_000)), whole=False, less=True),
    Row("重大安全事故数", "质量指标", (("起", 1),), less=True),
    Row("投诉办理时限", "时效指标", (("天", 1), ("日", 1)), less=True),
    Row("救助资金发放", "数量指标", (("万元", 10_000), ("元", 1)), whole=False),
]
SIGNS = {
    "": (("", ""),),
    ">=": (
        ("≥", ""),
        (">=", ""),
        ("不少于", ""),
        ("不低于", ""),
        ("大于等于", ""),
        ("", "以上"),
        ("", "及以上"),
        ("至少", ""),
        ("≧", ""),
    ),
    "<=": (
        ("≤", ""),
        ("<=", ""),
        ("不超过", ""),
        ("不高于", ""),
        ("小于等于", ""),
        ("", "以下"),
        ("", "以内"),
        ("", "及以下"),
        ("≦", ""),
    ),
}
WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


@cache
def policy() -> Policy:
    return load("hubei/2021", library())


def written(number: Fraction, unit: str, size: int, rng: random.Random) -> str | None:
    """The number as somebody writes it in this unit; None where it has too many digits in it."""
    value = number / size
    digits = f"{float(value):.6f}".rstrip("0").rstrip(".")
    if Fraction(digits) != value:
        return None
    whole, _, decimals = digits.partition(".")
    if len(whole) > 3 and rng.random() < 0.4:
        digits = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
    if rng.random() < 0.1 and decimals:
        digits += "0"
    text = digits + (" " if rng.random() < 0.1 else "") + unit
    return text.translate(WIDE) if rng.random() < 0.15 else text


def value(row: Row, rng: random.Random) -> Fraction:
    if row.level2 in ("满意度指标",) or row.name.endswith("率"):
        return Fraction(rng.choice([80, 85, 90, 95, 98, 100, rng.randint(1, 9999) / 100])).limit_denominator(100)
    scale = max(size for _, size in row.units)
    base = Fraction(rng.choice([1, 3, 5, 12, 40, 120, 365, 1000, 2500]))
    return base * (scale if rng.random() < 0.6 else 1) / (1 if row.whole else rng.choice([1, 2, 10]))


def trial(rng: random.Random) -> tuple[str, str, str, str, str] | None:
    """Name, 二级指标, target, actual, and what is right: a number, where it stands against the other, and how both are written."""
    row, sign = rng.choice(ROWS), rng.choice(list(SIGNS))
    upward = not row.less if not sign else sign == ">="
    wanted = value(row, rng)
    got = rng.choice([wanted, wanted, value(row, rng), wanted * Fraction(rng.randint(50, 150), 100)])
    if row.whole and got.denominator != 1:
        got = Fraction(round(got))
    if got <= 0 or wanted <= 0:
        return None
    before, behind = rng.choice(SIGNS[sign])
    texts = [written(number, *rng.choice(row.units), rng) for number in (wanted, got)]
    if None in texts:
        return None
    reached = got >= wanted if upward else got <= wanted
    done = rng.choice(["", "", "", "已完成", "完成", "实际完成", "累计完成", "共"])
    return row.name, row.level2, f"{before}{texts[0]}{behind}", f"{done}{texts[1]}", "yes" if reached else "no"


def met(name: str, level2: str, target: str, actual: str) -> str:
    level1 = "效益指标" if level2 == "满意度指标" else "产出指标"
    indicator = Indicator(
        name, level1, level2, Place(), target=Cell(target), actual=Cell(actual), weight=Cell("10"), score=Cell("10")
    )
    return judge(indicator, "project", 2021, policy(), known_names(()), Decimal(10))[0].met


MONTH_ENDS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of 2021."""


def span(rng: random.Random) -> tuple[str, date, date]:
    """A day or month of 2021 as forms write it, with the first and the last day it can mean."""
    month = rng.randint(1, 12)
    last = MONTH_ENDS[month - 1]
    day = rng.randint(1, last)
    year = rng.choice(["2021年", "", ""])
    one, first, end = date(2021, month, day), date(2021, month, 1), date(2021, month, last)
    quarter = (month - 1) // 3
    return rng.choice(
        [
            (f"{year}{month}月{day}日", one, one),
            (f"2021-{month:02}-{day:02}", one, one),
            (f"2021.{month}.{day}", one, one),
            (f"{year}{month}月", first, end),
            (f"{year}{month}月底", date(2021, month, 21), end),
            (
                f"{year}第{'一二三四'[quarter]}季度",
                date(2021, 3 * quarter + 1, 1),
                date(2021, 3 * quarter + 3, MONTH_ENDS[3 * quarter + 2]),
            ),
        ]
    )


def dated(rng: random.Random) -> tuple[str, str, str, str, str]:
    """A deadline and the day it was met or missed. What 9月前 leaves open (is September in time?) is right only as not known."""
    due, first, last = span(rng)
    behind = rng.choice(["前", "前完成", "", "完成", "之前", "以前"])
    before = "前" in behind
    # 9月30日前: the day itself is in time by every reading of officials; 9月前: some mean the end of August, some September
    strict = first - timedelta(1) if before and first != last and "底" not in due else last
    done, begins, ends = span(rng)
    said = rng.choice(["", "", "完成", "已完成", "全部完成"])
    right = "yes" if ends <= strict else "no" if begins > last else "unknown"
    return rng.choice(["项目完成时间", "设备采购完成时间", "方案印发时间"]), "时效指标", due + behind, done + said, right


def sweep(number: int, seed: int) -> tuple[list[tuple[str, ...]], int]:
    """What was wrong of so many trials, and how many were decided."""
    rng = random.Random(seed)
    wrong, decided, tried = [], 0, 0
    while tried < number:
        if (made := dated(rng) if rng.random() < 0.2 else trial(rng)) is None:
            continue
        tried += 1
        *row, right = made
        found = met(*row)
        decided += found != "unknown"
        if found not in (right, "unknown"):
            wrong.append((*row, right, found))
    return wrong, decided


@pytest.mark.deep
def test_no_written_value_is_read_wrong(figure: Figure) -> None:
    wrong, decided = sweep(TRIED, 20211)
    figure(f"{TRIED} rows, {decided} decided, {len(wrong)} wrong")
    assert not wrong, wrong[:5]
    assert decided >= 0.95 * TRIED
