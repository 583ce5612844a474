"""Characters -> lines -> paragraphs and texts of cells, whatever the widths of a font and however its lines are set.

`Setter` sets text as office programs do: it breaks where no more fits, keeps numbers and closing marks with what they belong to,
leaves a quarter of a character between Chinese and Latin, and stretches lines to both margins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from engine.documents.printed.lines import cell_text, lines_of, paragraphs, text_area
from engine.documents.printed.model import Char

_UNIT = re.compile(r"[“‘（《(]*(?:[0-9A-Za-z.%*/=≥≤-]+|.)[，。、；：！？）》”’,;:)]*")
_MARKS = "，。、；：！？）》”’（《“‘"
NOTES = (
    "备注：",
    "1.预算执行情况口径：预算数为调整后财政资金总额（包括上年结余结转），执行数为资金使用单位财政资金实际支出数。",
    "2.定量指标完成数汇总原则：绝对值直接累加计算，相对值按照资金额度加权平均计算。定量指标计分原则：正向指标（即目标值为≥X,得分=权重*B/A），反向指标（即目标值为≤X，得分=权重*A/B)，得分不得突破权重总额。定量指标先汇总完成数，再计算得分。",
    "3.定性指标计分原则：达成预期指标、部分达成预期指标并具有一定效果、未达成预期指标且效果较差三档，分别按照该指标对应分值区间100-80%（含80%）、80-50%（含50%）、50-0%合理确定分值。汇总时，以资金额度为权重，对分值进行加权平均计算。",
    "4.基于经济性和必要性等因素考虑，满意度指标暂可不作为必评指标。",
)


@dataclass(frozen=True, slots=True)
class Setter:
    """A font and a way of setting lines; all widths in parts of the size."""

    latin: float = 0.5
    marks: float = 1.0
    """Width of ，。 and the like."""
    ink: float = 1.0
    """Width of the box that is told of a Chinese character, of which the font advances a whole size."""
    beside_latin: float = 0.25
    justified: bool = True
    size: float = 10.5

    def lines(self, text: str, width: float, indent: float = 0.0) -> list[list[tuple[str, float, float]]]:
        """Character, its left edge and the width of its box, line by line, from 0."""
        rows: list[list[list[str]]] = [[]]
        used = indent
        for unit in _UNIT.findall(text):
            step = self.width(unit) + (self._between(rows[-1][-1][-1], unit[0]) if rows[-1] else 0.0)
            if rows[-1] and used + step > width:
                rows.append([])
                used, step = 0.0, self.width(unit)
            rows[-1].append(list(unit))
            used += step
        made = []
        for number, row in enumerate(rows):
            chars = [char for unit in row for char in unit]
            start = indent if number == 0 else 0.0
            natural = start + self.width("".join(chars))
            loose = [n for n in range(1, len(chars)) if not (chars[n].isascii() and chars[n - 1].isascii())]
            stretch = (width - natural) / len(loose) if self.justified and number < len(rows) - 1 and loose else 0.0
            made.append(list(self._placed(chars, start, stretch, frozenset(loose))))
        return made

    def _placed(self, chars: Sequence[str], x: float, stretch: float, loose: frozenset[int]) -> Iterator[tuple[str, float, float]]:
        for n, char in enumerate(chars):
            x += (stretch if n in loose else 0.0) + (self._between(chars[n - 1], char) if n else 0.0)
            advance = self._advance(char)
            yield char, x, advance * (1.0 if char.isascii() else self.ink)
            x += advance

    def _advance(self, char: str) -> float:
        return self.size * (self.latin if char.isascii() else self.marks if char in _MARKS else 1.0)

    def _between(self, before: str, after: str) -> float:
        marks = any(char in _MARKS for char in (before, after))
        return self.beside_latin * self.size if before.isascii() is not after.isascii() and not marks else 0.0

    def width(self, text: str) -> float:
        return sum(map(self._advance, text)) + sum(map(self._between, text, text[1:]))

    def chars(
        self, texts: Sequence[str], width: float, *, left: float = 60.0, top: float = 100.0, indent: float = 0.0
    ) -> list[Char]:
        """Paragraphs one below the other."""
        rows = [row for text in texts for row in self.lines(text, width, indent)]
        leading = 1.5 * self.size
        return [
            Char(char, left + x, left + x + box, top + leading * n, top + leading * n + self.size)
            for n, row in enumerate(rows)
            for char, x, box in row
        ]


FONTS = {
    "as wide as high": Setter(),
    "narrow figures": Setter(latin=0.42),
    "wide figures": Setter(latin=0.64),
    "figures as wide as characters": Setter(latin=1.0, beside_latin=0.0),
    "narrow marks": Setter(marks=0.5),
    "boxes narrower than the step": Setter(ink=0.9),
    "nothing beside Latin": Setter(beside_latin=0.0),
    "more beside Latin": Setter(beside_latin=0.32),
}
WIDTHS = (236.0, 300.0, 333.0, 420.0, 468.0)


def read_back(chars: Sequence[Char]) -> list[str]:
    lines = lines_of(chars)
    return [text.text for text in paragraphs(lines, *text_area(lines))]


@pytest.mark.parametrize("justified", [True, False], ids=["to both margins", "ragged"])
@pytest.mark.parametrize("font", FONTS)
def test_numbered_notes_come_back_as_they_stood(font: str, justified: bool) -> None:
    setter = replace(FONTS[font], justified=justified)
    for width in WIDTHS:
        for indent in (0.0, 21.0):
            assert read_back(setter.chars(NOTES, width, indent=indent)) == list(NOTES), (width, indent)


@pytest.mark.parametrize("justified", [True, False], ids=["to both margins", "ragged"])
@pytest.mark.parametrize("font", FONTS)
def test_a_cell_comes_back_as_it_stood(font: str, justified: bool) -> None:
    setter = replace(FONTS[font], justified=justified)
    cells = (
        "调解员培训（1.5分）",
        "平台注册用户（2分）",
        "民营企业“走出去”专题调研报告（5分）",
        "正高81.82%，副高88.98%",
        "8万人次38.2万人",
    )
    for width in (58.0, 67.3, 74.0, 90.0, 101.0):
        for text in cells:
            if max(map(setter.width, _UNIT.findall(text))) > width:
                continue  # a word wider than its cell is broken anywhere
            assert cell_text(lines_of(setter.chars([text], width, left=55.4)), 50.0, 65.4 + width - 5.0) == text, (width, text)


def test_a_paragraph_that_begins_behind_a_full_line_of_a_cell_is_one() -> None:
    """The last line of a paragraph may fill the cell to its edge by chance; the next one is indented all the same."""
    setter = Setter()
    texts = ["甲" * 37 + "。", "按实际完成水平调整目标值，做实测算"]  # 20 a line, two less in the first
    chars = setter.chars(texts, 210.0, left=55.0, indent=21.0)
    assert cell_text(lines_of(chars), 50.0, 270.0) == "\n".join(texts)
    centred = setter.chars(["乙" * 3], 210.0, left=144.25, top=115.75)
    full = setter.chars(["甲" * 20], 210.0, left=55.0)
    assert cell_text(lines_of([*full, *centred]), 50.0, 270.0) == "甲" * 20 + "乙" * 3  # the short line of a centred name


def test_a_line_stretched_by_a_word_that_did_not_fit_gets_no_spaces() -> None:
    setter = Setter()
    text = "得分区间100-80%（含80%）、80-50%"
    for stretch in (0.5, 1.5, 3.0, 5.0):
        ((row),) = setter.lines(text, 1000.0)
        moved = [(char, x + stretch * n, box) for n, (char, x, box) in enumerate(row)]
        assert [line.text for line in lines_of([Char(c, x, x + box, 0.0, 10.5) for c, x, box in moved])] == [text], stretch


def test_words_set_apart_stay_apart() -> None:
    setter = Setter()

    def apart(gap: float, *words: str) -> str:
        x, chars = 50.0, []
        for word in words:
            placed = setter.lines(word, 1000.0)[0]
            chars += [Char(char, x + at, x + at + box, 0.0, 10.5) for char, at, box in placed]
            x = chars[-1].x1 + gap
        (line,) = lines_of(chars)
        return line.text

    assert apart(8.0, "填报单位", "填报日期") == "填报单位 填报日期"
    assert apart(30.0, "填报单位：甲馆", "填报日期：2022年") == "填报单位：甲馆    填报日期：2022年"
    assert apart(8.0, "甲", "乙", "丙") == "甲 乙 丙"  # two gaps show no stretched line
    assert apart(8.0, "总分", "100") == "总分 100"
    assert apart(8.0, "12", "34") == "12 34"
    assert apart(20.0, "甲", "12", "乙", "34", "丙") == "甲    12    乙    34    丙"
    assert apart(20.0, "项", "目", "名", "称") == "项目名称"
