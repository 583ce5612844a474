"""Lines broken as Chinese is set: what may begin one, what may end one, what stays whole, and in how much time."""

from __future__ import annotations

import random
import re
import time
from itertools import pairwise

import pytest
from rich.cells import cell_len

from engine.lines import CLOSING, OPENING, breaks, broken, filled, widest, width_of

SAID = (
    "“直属商会会员注册率”在未完成指标表写“58.67%”，在自评表写“61.66%”；预算 3,279.31万元，执行 98.5%，"
    "2021年12月31日前完成≥220家（含），见 "
    "examples/hubei-gcc-2021.txt 第115行（表2第8行第4格）。民营企业“走出去”专题调研报告：1篇……超过 378%——大幅超过目标值！"
)
FIGURE = re.compile(r"\d+(?:[.,:-]\d+)*[%％]?")


def test_no_line_begins_with_what_closes_or_ends_with_what_opens() -> None:
    for width in range(24, 101):
        for line in broken(SAID, width, hanging=2):
            assert width_of(line) <= width
            assert line.strip()[0] not in CLOSING
            assert line.strip()[-1] not in OPENING


@pytest.mark.parametrize("width", [10, 13, 16, 20, 40, 79])
def test_figures_and_their_units_stay_whole(width: int) -> None:
    lines = broken(SAID, width)
    assert [figure for line in lines for figure in FIGURE.findall(line)] == FIGURE.findall(SAID)
    whole = " ".join(lines)
    assert width < 16 or all(unit in whole for unit in ("3,279.31万元", "2021年", "12月", "220家", "第115行", "1篇"))


def test_nothing_is_lost_and_nothing_added() -> None:
    rng = random.Random(7)
    alphabet = "业绩预算指标完成率" * 4 + OPENING + CLOSING + "0123456789" * 2 + ".,-/%≥abcXYZ_  "
    for _ in range(400):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 120)))
        width = rng.randint(1, 60)
        places = breaks(text, width)
        assert places == sorted(set(places))
        ends = [0, *places, len(text)]
        lines = [text[a:b] for a, b in pairwise(ends)]
        assert all(width_of(line.rstrip()) <= max(width, 2) or FIGURE.fullmatch(line.strip()) for line in lines)
        assert "".join(filled(text, width).split()) == "".join(text.split())


def test_widths_are_those_of_the_screen() -> None:
    rng = random.Random(3)
    signs = [*"“”‘’…—①≥±×÷℃，。（）￥％ABCabc019 ~·■✓✗≠", *map(chr, range(0x4E00, 0x9FFF, 97)), *map(chr, range(0xFF01, 0xFF5F))]
    for _ in range(200):
        text = "".join(rng.choice(signs) for _ in range(40))
        assert width_of(text) == cell_len(text)


def test_the_widest_piece_is_what_a_column_needs() -> None:
    assert widest("完成 3,279.31万元。") == width_of("3,279.31万元。")
    assert widest("指标") == 2
    assert widest("") == 0


def test_what_goes_on_below_is_indented_as_it_begins() -> None:
    text = "  · 依据：定量指标完成数汇总原则：绝对值直接累加计算。\n目标\n"
    assert filled(text, 24) == "  · 依据：定量指标完成数\n    汇总原则：绝对值直接\n    累加计算。\n目标\n"


@pytest.mark.parametrize(
    "text", ["。" * 200_000, "a" * 200_000, "1," * 100_000, " " * 200_000 + "x", "（" * 200_000, "第" * 200_000]
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    begin = time.process_time()
    breaks(text, 80)
    assert time.process_time() - begin < 5
