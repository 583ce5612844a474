"""What stands around the indicators of a form nobody described: its title, the fields above, the goal, the rows at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.documents.model import Paragraph, Row, TableCell
from engine.forms.columns import header_columns, label_like, one_line
from engine.forms.labels import Labels, fold
from engine.forms.layout import fits
from engine.forms.line_fields import line_fields
from engine.forms.model import Layout
from engine.learning.evidence import points_of
from engine.learning.model import CLOSING, GOALS, HEADER, TITLES, Guess, Sample
from engine.learning.similar import LIKE, VERY_LIKE, nearest_key

_FIELDS = ("project_name", "unit", "department", "fiscal_year", "filled_on", "contact", "phone")
"""Fields above the indicators that the record has a place for, or findings ask for."""
_DATE = re.compile(r"(?:19|20)\d{2}[-年./]\d{1,2}(?:[-月./]\d{1,2}日?)?")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:年度?)?")
_PHONE = re.compile(r"[0-9()（）-]{7,18}")
_DATED = re.compile(r"(?:19|20)\d{2}(?=年)")
_AFTER_YEAR = re.compile(r"\{year\}年度?")
_MEANS = "{}[]|…\\"
_TITLE = re.compile(r"[^。；;]{4,60}")
_TITLE_WORDS = ("绩效", "自评", "自查", "评价")
_TITLE_ENDS = ("表", "单", "书", "报告", "情况")
_SENTENCE = 12
_EXECUTION = 20
"""What budget execution gives at most."""
_TEXTS = ("analysis", "remedies", "notes")
_NUMBERED = re.compile(r"[一二三四五六七八九十\d]+[、.．]")


def around_guesses(sample: Sample, base: Layout, written: Mapping[str, Any], scores: Sequence[str]) -> list[Guess]:
    """Guesses of everything but the columns. `written` is the layout as data, `scores` what stands under the scores."""
    return [
        *_title(sample, base),
        *_header(sample, base, written),
        *_goal(sample, base),
        *_closing(sample, base, scores, _numbers(sample.above)),
    ]


# the title


def title_of(sample: Sample, base: Layout) -> Paragraph | None:
    """The line that looks like the title of a form no known title fits; None where one fits, or none looks like one."""
    across = [
        Paragraph(filled[0].text, filled[0].place)
        for row in sample.above[:3]
        if len(filled := [cell for cell in row if cell]) == 1 and len(row) > 1
    ]
    lines = [*sample.lines, *across]
    if any(base.title(line.text) for line in lines):
        return None
    named = [line for line in lines if _looks_like_title(line.text)]
    return named[-1] if named else None


def _looks_like_title(text: str) -> bool:
    plain = re.sub(r"[（(][^（()）]*[)）]$", "", one_line(text).strip())
    return (
        _TITLE.fullmatch(plain) is not None
        and any(word in plain for word in _TITLE_WORDS)
        and plain.endswith(_TITLE_ENDS)
        and not _NUMBERED.match(plain)
        and "：" not in plain
    )


def _title(sample: Sample, base: Layout) -> Iterator[Guess]:
    line = title_of(sample, base)
    if line is None:
        return
    named = _values(sample, base)
    kind = "department" if any(word in fold(line.text) for word in ("整体支出", "部门整体", "单位整体")) else "project"
    wording = title_wording(line.text, named.get("project_name", ""), named.get("unit", ""))
    extra = {"kind": kind, "example": one_line(line.text)}
    usual = "部门整体支出自评表的标题" if kind == "department" else "项目支出自评表的标题"
    other = ("project", "项目支出自评表的标题") if kind == "department" else ("department", "部门整体支出自评表的标题")
    yield Guess(TITLES, kind, wording, usual, f"表格上面的一行：“{one_line(line.text)}”", True, line.place, (other,), extra=extra)


def title_wording(text: str, name: str, unit: str) -> str:
    """A title as a pattern: the year, the project's name and the body's name are whatever they are on another form."""
    plain = "".join(one_line(text).split())
    marks: list[tuple[str, str]] = []
    if year := _DATED.search(plain):
        marks.append((year.group(), "{year}"))
    for written, placeholder in ((name, "{name}"), (unit, "[{unit}]")):
        value = "".join(written.split())
        if len(value) > 1 and value in plain:
            marks.append((value, placeholder))
    made, rest = "", plain
    while rest:
        mark = next(((value, placeholder) for value, placeholder in marks if rest.startswith(value)), None)
        if mark:
            marks.remove(mark)
            made, rest = made + mark[1], rest[len(mark[0]) :]
        else:
            made, rest = made + literal(rest[0]), rest[1:]
    if "{name}" not in made:  # a title says a project's name, or could
        made = _AFTER_YEAR.sub(lambda hit: hit.group() + "[{name}]", made, count=1) if "{year}" in made else "[{name}]" + made
    return made


def literal(text: str) -> str:
    """A text as a wording that means just it."""
    return "".join(f"\\{char}" if char in _MEANS else char for char in text)


def _values(sample: Sample, base: Layout) -> dict[str, str]:
    """What stands beside the labels of the header that the packs know."""
    found: dict[str, str] = {}
    for key, value in _known(sample, base):
        found.setdefault(key, value)
    return found


def _known(sample: Sample, base: Layout) -> Iterator[tuple[str, str]]:
    for line in sample.lines:
        for item in line_fields(line.text, lambda text: base.header.find(text) is not None):
            if (label := base.header.find(item.label)) and item.value:
                yield label.key, item.value
    for row in sample.above:
        filled = [cell for cell in row if cell]
        for cell, value in pairwise(filled):
            if (label := base.header.find(cell.text)) and base.header.find(value.text) is None:
                yield label.key, value.text


# fields above the indicators


def _header(sample: Sample, base: Layout, written: Mapping[str, Any]) -> Iterator[Guess]:
    """Fields the record has a place for, under labels the packs do not know: by what stands beside them, or a similar label."""
    have = set(_values(sample, base))
    proposed: set[str] = set()
    for label, value, cell in _unknown_pairs(sample, base):
        open_ = frozenset(key for key in _FIELDS if key not in have | proposed)
        like = nearest_key(label, base.header, open_)
        content = _content(value, written)
        key = like.key if like else next((key for key in content if key in open_), "")
        if not key or (like and like.ratio < LIKE) or (content and key not in content and not (like and like.ratio >= VERY_LIKE)):
            continue
        grounds = [f"称呼与“{like.label}”相近"] if like else []
        grounds += [f"旁边写的“{value[:20]}”{content[key]}"] if key in content else []
        sure = like is not None and (key in content or (like.ratio >= VERY_LIKE and not content))
        proposed.add(key)
        others = tuple((other, _usual(base.header, other)) for other in _FIELDS if other != key and other in open_)
        yield Guess(HEADER, key, label, _usual(base.header, key), "；".join(grounds), sure, cell.place, others)


def _usual(labels: Labels, key: str) -> str:
    return next((label.texts[0] for label in labels.items if label.key == key), key)


def _content(value: str, written: Mapping[str, Any]) -> dict[str, str]:
    """What a value by itself may be, each with what says so."""
    plain = "".join(value.split())
    found: dict[str, str] = {}
    if _DATE.fullmatch(plain):
        found["filled_on"] = "是日期"
    elif _YEAR.fullmatch(plain):
        found["fiscal_year"] = "是年度"
    elif _PHONE.fullmatch(plain):
        found["phone"] = "是电话号码"
    elif fits(written, "{unit}", plain):
        found |= {"unit": "像单位名称", "department": "像单位名称"}
    return found


def _unknown_pairs(sample: Sample, base: Layout) -> Iterator[tuple[str, str, TableCell | Paragraph]]:
    """Labels nobody listed with what stands beside them: in lines above the table, and in its first rows."""
    for line in sample.lines:
        if base.title(line.text):
            continue
        for item in line_fields(line.text, lambda text: base.header.find(text) is not None):
            if item.value and base.header.find(item.label) is None:
                yield item.label, item.value, line
    for row in sample.above:
        if header_columns(row, base.budget.columns) or header_columns(row, base.goal_columns):
            return
        filled = [cell for cell in row if cell]
        at = 0
        while at + 1 < len(filled):
            cell, value = filled[at], filled[at + 1]
            if not label_like(cell.text) or base.header.find(value.text):
                at += 1
                continue
            if base.header.find(cell.text) is None and points_of(cell.text) is None and not base.budget.has(cell.text):
                yield one_line(cell.text), value.text, cell
            at += 2


# the goal


def _goal(sample: Sample, base: Layout) -> Iterator[Guess]:
    """Headings with a long text below each: what was to be done, and what was."""
    rows = sample.above
    if any(len(header_columns(row, base.goal_columns)) > 1 for row in rows):
        return
    for row, below in pairwise(rows):
        heads = [(index, cell) for index, cell in enumerate(row) if cell and label_like(cell.text)]
        under = [(index, cell) for index, cell in heads if index < len(below) and len(below[index].text) >= _SENTENCE]
        filled = sum(1 for cell in row if cell)
        if len(under) != 2 or filled > len(under) + 1 or any(base.header.find(cell.text) for _, cell in under):
            continue
        for (_, cell), key, what in zip(under, ("title", "goal_achieved"), ("左边", "右边"), strict=True):
            if base.goal_columns.find(cell.text):
                continue
            like = nearest_key(cell.text, base.goal_columns, frozenset([key]))
            ground = f"下面是一段话，在{what}" + (f"；称呼与“{like.label}”相近" if like else "")
            usual = _usual(base.goal_columns, key)
            other = ("goal_achieved", "title")[key == "goal_achieved"]
            others = ((other, _usual(base.goal_columns, other)),)
            yield Guess(GOALS, key, one_line(cell.text), usual, ground, like is not None, cell.place, others)
        return


# the rows at the end


def _numbers(rows: Sequence[Row]) -> frozenset[Decimal]:
    """The numbers above the indicators: the score of budget execution is one of them."""
    return frozenset(number for row in rows for cell in row if cell and (number := points_of(cell.text)) is not None)


def _closing(sample: Sample, base: Layout, scores: Sequence[str], above: frozenset[Decimal]) -> Iterator[Guess]:
    have: set[str] = set()
    for row in sample.below:
        filled = [cell for cell in row if cell]
        if not filled:
            continue
        first, rest = filled[0], filled[1:]
        beside = base.closing.find_before_colon(first.text)
        known = base.closing.find(first.text) or (beside[0] if beside else None)
        if known:
            have.add(known.key)
            continue
        guess = _closing_row(first, rest, base, scores, above) if rest and label_like(first.text) else None
        if guess and guess.field not in have:
            have.add(guess.field)
            yield guess


def _closing_row(
    first: TableCell, rest: Sequence[TableCell], base: Layout, scores: Sequence[str], above: frozenset[Decimal]
) -> Guess | None:
    label = one_line(first.text)
    numbers = [number for cell in rest if (number := points_of(cell.text)) is not None]
    whole = sum((number for text in scores if (number := points_of(text)) is not None), Decimal(0))

    def guess(key: str, ground: str, sure: bool) -> Guess:
        others = tuple((item.key, item.texts[0]) for item in base.closing.items if item.key != key and not item.unconfirmed)
        return Guess(CLOSING, key, label, _usual(base.closing, key), ground, sure, first.place, others)

    if numbers and scores:
        more = next((number - whole for number in numbers if number == whole or number - whole in above), None)
        if more is not None:
            text = "各项得分加起来正好是它" if not more else f"各项得分加起来 {whole}，加上预算执行的 {more} 分正好是它"
            return guess("total", text, True)
        if (near := min((number for number in numbers if 0 < number - whole <= _EXECUTION), default=None)) is not None:
            return guess("total", f"各项得分加起来 {whole}，它是 {near}，多出的可能是预算执行的得分", False)
    if any(base.grades.find(cell.text) for cell in rest) and not numbers:
        return guess("grade", f"旁边写着“{rest[0].text}”，是等级", True)
    like = nearest_key(label, base.closing, frozenset(_TEXTS))
    if like and not numbers:
        return guess(like.key, f"称呼与“{like.label}”相近", like.ratio >= VERY_LIKE)
    return None
