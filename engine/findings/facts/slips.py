"""Fields of form facts about what was written wrong or left open, and when and by whom the form was filed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.findings.facts.report_text import folded
from engine.language import predicates
from engine.language.facts.words import FilingFields, Slips
from engine.policy.periods import filed_on
from engine.submission.model import Cell, Form
from engine.values import prose as texts_of
from engine.values.prose import Prose

_SHOWN = 8
_DEPTHS = (
    re.compile(r"^\s*(?:第)?([一二三四五六七八九十]{1,3})(?:、|部分|章)"),
    re.compile(r"^\s*[(（]([一二三四五六七八九十]{1,3})[)）]"),
)
_DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九", start=1)}


def slips(form: Form, prose: Prose) -> Slips:
    """Slips of the pen anywhere on the form, words of the form left in the report, boxes longer than their label allows, headings
    that skip a number."""
    return Slips(
        typos=_typos(form, prose),
        placeholders=_placeholders(form, prose),
        over_limit=_over_limit(form, prose),
        heading_gap=_heading_gap(form),
    )


def _cells(form: Form) -> Iterator[tuple[str, str]]:
    """Every text a body wrote into the form, with what officers call the place."""
    yield "表名", form.name
    for field in form.header:
        yield field.label, field.value.text
    for goal in form.goals:
        yield f"年度目标{goal.number}", goal.title
        for row in goal.indicators:
            yield f"“{row.name}”的名称", row.name
            for title, cell in (("目标值", row.target), ("完成值", row.actual), ("原因", row.reason)):
                if cell:
                    yield f"“{row.name}”的{title}", cell.text
            for other in row.others:
                yield f"“{row.name}”的{other.label}", other.value.text
    yield from _written(form)
    for unmet in form.unmet:
        if unmet.reason:
            yield f"未完成指标表“{unmet.name}”的原因", unmet.reason.text


def _written(form: Form) -> Iterator[tuple[str, str]]:
    """The texts of the report and of the boxes below the form."""
    for title, cell in (("原因分析", form.analysis), ("改进措施", form.remedies)):
        if cell:
            yield title, cell.text
    for section in form.report:
        for text in (section.heading, *(paragraph.text for paragraph in section.paragraphs)):
            yield f"正文“{section.heading[:20]}”" if section.heading else "正文", text


def _typos(form: Form, prose: Prose) -> str | None:
    """The slips with the right words and where they stand. One search through all texts first: most forms have none."""
    cells = list(_cells(form))
    if not texts_of.slips("\n".join(text for _, text in cells), prose):
        return None
    found: dict[tuple[str, str], str] = {}
    for where, text in cells:
        for pair in texts_of.slips(text, prose):
            found.setdefault(pair, where)
    told = [f"“{wrong}”应为“{right}”（{where}）" for (wrong, right), where in list(found.items())[:_SHOWN]]
    return "、".join(told) + ("等" if len(found) > _SHOWN else "") if told else None


def _placeholders(form: Form, prose: Prose) -> str | None:
    """Words of the form that were to be replaced, in its name, its goals, its report and the boxes below."""
    heads = [("表名", form.name), *((f"年度目标{goal.number}", goal.title) for goal in form.goals)]
    found = []
    for where, text in (*heads, *_written(form)):
        match = next(predicates.every(prose.placeholder, text), None)
        if match:
            start, end = match.span()
            found.append(f"{where}里的“{text[max(0, start - 6) : end + 6].strip()}”")
    return "、".join(found[:_SHOWN]) or None


def _over_limit(form: Form, prose: Prose) -> str | None:
    """Boxes whose label names a most of characters and that have more."""
    fields = [(field.label, field.value) for field in form.header]
    fields += [(other.label, other.value) for goal in form.goals for row in goal.indicators for other in row.others]
    told = []
    for label, cell in fields:
        most = next((int(match["most"]) for match in predicates.every(prose.limit, folded(label))), None)
        length = len(re.sub(r"\s+", "", cell.text))
        if most is not None and length > most:
            told.append(f"“{label.strip()}”限 {most} 字，写了 {length} 字")
    return "；".join(dict.fromkeys(told)) or None


def _heading_gap(form: Form) -> str | None:
    """Two headings of one depth, one after the other, whose numbers do not follow; None where all do."""
    before: list[tuple[int, str] | None] = [None, None]
    for section in form.report:
        for depth, pattern in enumerate(_DEPTHS):
            found = pattern.match(section.heading)
            number = _numeral(found[1]) if found else 0
            if not number:
                continue
            last = before[depth]
            if last is not None and number not in (last[0] + 1, 1):
                return f"“{last[1][:16]}”后面是“{section.heading.strip()[:16]}”"
            before[depth] = (number, section.heading.strip())
            if depth == 0:
                before[1] = None
            break
    return None


def _numeral(text: str) -> int:
    """一 to 九十九 as a number; 0 for anything else."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def filing(form: Form, prose: Prose) -> FilingFields:
    """When the form was filed, counted in months from the end of its fiscal year, and the boxes for it that are empty."""
    cell = form.filled_on
    empty = "、".join(
        dict.fromkeys(
            f"“{field.label.strip(' ：:')}”" for field in form.header if field.key in prose.signed and _blank(field.value)
        )
    )
    if cell is None:
        return FilingFields(unsigned=empty or None)
    day = filed_on(form) if form.fiscal_year else None
    return FilingFields(
        filed_text=cell.text or None,
        filed_after=(day.year - form.fiscal_year) * 12 + day.month - 12 if day else None,
        filed_blank=cell.text.strip() or "（空）" if _blank(cell) else None,
        unsigned=empty or None,
    )


def _blank(cell: Cell) -> bool:
    """Whether a box has nothing but the words of the form in it (年 月 日)."""
    return not re.sub(r"[\s年月日:：/_.—-]+", "", cell.text)
