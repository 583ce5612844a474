"""A draft as a Word document: the policy's .docx template, an officer's to edit in Word or WPS, filled.

All layout is in the template (docs/word.md says what it may use). This module gives the template the draft's blocks and the
official form as plain data. The same draft and template give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.documents.packing import packed
from engine.errors import Place
from engine.reports.asks import asked
from engine.reports.draft import Draft
from engine.submission.model import Cell, Form, Goal, Group, Indicator
from engine.templating.word import filled_parts
from engine.values.cells import number_of


def render(draft: Draft, template: Path, asks: Mapping[str, str] | None = None) -> bytes:
    """The .docx. `asks`: what the draft may ask its author to fill in, and what a comment says of it (`narrative.phrases.asks`).

    Raises PolicyError for a template that is missing, damaged or dangerous, or that asks for what is not there."""
    return packed(asked(filled_parts(template, view(draft), draft.title), asks or {}))


def view(draft: Draft) -> dict[str, Any]:
    """What the template sees: what the narrative's templates see, the draft's blocks, and the form as it is to stand."""
    blocks = [{"kind": block.kind, "text": block.text, "section": block.section} for block in draft.blocks]
    return {**draft.context.data, "title": draft.title, "blocks": blocks, "form": _form(draft)}


# the form as plain data


def _form(draft: Draft) -> dict[str, Any]:
    form, data = draft.context.form, draft.context.data
    as_filed = bool(data["as_filed"])
    items = iter(data["indicators"])
    goals = [_goal(goal, items, as_filed) for goal in form.goals]
    lead = _lead(form)
    grade = form.grade if form.grade and form.grade.place.table else None
    return {
        "title": form.title,
        "filled_on": form.filled_on.text if form.filled_on else "",
        "lead": [{"label": f.label, "value": f.value.text} for f in form.header[:lead]],
        "header": [{"key": f.key, "label": f.label, "value": f.value.text} for f in form.header[lead:]],
        "names_unit": any(f.key == "unit" for f in form.header) or form.unit in form.title,
        "budget": _budget(form, data, as_filed),
        "goals": goals,
        "reasons": any(indicator.reason is not None for goal in form.goals for indicator in goal.indicators),
        "total": None if form.total is None and as_filed else _stands(form.total, data["total"], as_filed),
        "grade": None if grade is None else grade.text if as_filed else data["grade"] or grade.text,
        "analysis": _lines(form.analysis),
        "remedies": _lines(form.remedies),
        "notes": [note.text for note in form.notes],
    }


def _lead(form: Form) -> int:
    """How many header fields stand on lines above the tables: 填报单位 and lines the layout does not know, never two units."""
    units = 0
    for count, item in enumerate(form.header):
        units += item.key == "unit"
        if item.value.place.table or item.key not in ("unit", "") or units > 1:
            return count
    return len(form.header)


def _budget(form: Form, data: Mapping[str, Any], as_filed: bool) -> dict[str, Any]:
    total = next((line for line in form.budget if line.role == "total"), None)
    lines = []
    for line in form.budget:
        score = data["execution_score"] if line is total else {}
        cells = {key: _text(getattr(line, key)) for key in ("original", "budget", "executed", "rate")}
        lines.append({"name": line.name, "role": line.role, **cells, "score": _stands(line.score, score, as_filed)})
    return {
        "unit": next((line.money_unit for line in form.budget if line.money_unit), ""),
        "weight": _text(total.weight if total else None),
        "original": any(line.original is not None for line in form.budget),
        "lines": lines,
    }


def _goal(goal: Goal, items: Iterator[Mapping[str, Any]], as_filed: bool) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    before: tuple[Group | None, Group | None] = (None, None)
    for indicator, groups in _grouped(goal):
        item = next(items)
        cells = {key: _text(getattr(indicator, key)) for key in ("weight", "target", "actual", "reason")}
        score = _stands(indicator.score, item, as_filed)
        rows.append(
            {
                **cells,
                "name": indicator.name,
                "level1": indicator.level1,
                "level2": indicator.level2,
                "weight1": _text(groups[0].weight if groups[0] else None),
                "weight2": _text(groups[1].weight if groups[1] else None),
                "begins1": not rows or groups[0] is not before[0],
                "begins2": not rows or groups is not before,
                "score": score,
                "changed": score != _text(indicator.score),
                "met": item["met"],
            }
        )
        before = groups
    return {"number": goal.number, "title": goal.title, "weight": _text(goal.weight), "rows": rows}


def _grouped(goal: Goal) -> Iterator[tuple[Indicator, tuple[Group | None, Group | None]]]:
    """Each indicator with its 一级 and 二级 heading. The same pair object while the headings do not change."""
    heads = list(goal.groups)
    level1: Group | None = None
    pair: tuple[Group | None, Group | None] = (None, None)
    for indicator in goal.indicators:
        wanted = [(indicator.level1, ""), (indicator.level1, indicator.level2)]
        while heads and (heads[0].level1, heads[0].level2) in wanted and not _too_late(heads[0], indicator, pair):
            group = heads.pop(0)
            level1 = level1 if group.level2 else group
            pair = (level1, group if group.level2 else None)
        if _names(pair) != wanted[1] and not (pair[1] is None and indicator.level2 == "" and _names(pair)[0] == indicator.level1):
            # a record written by hand need not list its groups, nor in this order
            level1 = level1 if level1 and level1.level1 == indicator.level1 else _listed(goal, indicator.level1, "")
            pair = (level1, _listed(goal, indicator.level1, indicator.level2) if indicator.level2 else None)
        yield indicator, pair


def _listed(goal: Goal, level1: str, level2: str) -> Group:
    listed = (group for group in goal.groups if (group.level1, group.level2) == (level1, level2))
    return next(listed, Group(level1, level2, None, Place()))


def _names(pair: tuple[Group | None, Group | None]) -> tuple[str, str]:
    return (pair[0].level1 if pair[0] else "", pair[1].level2 if pair[1] else "")


def _too_late(group: Group, indicator: Indicator, now: tuple[Group | None, Group | None]) -> bool:
    """Whether a heading with the names of the one that holds begins only after this indicator."""
    if (group.level1, group.level2) not in (_names(now), (_names(now)[0], "")):
        return False
    here, there = indicator.place, group.place
    if not (here.table and there.table):
        return True
    return (there.table, there.row) > (here.table, here.row)


def _stands(filed: Cell | None, score: Mapping[str, Any], as_filed: bool) -> str:
    """A score cell: the filed text where it says the draft's value (or nothing else is known), else the draft's value."""
    text, value = _text(filed), str(score.get("value", ""))
    if as_filed or not value or (filed and number_of(filed) == number_of(Cell(value))):
        return text
    return value


def _text(cell: Cell | None) -> str:
    return cell.text if cell else ""


def _lines(cell: Cell | None) -> list[str]:
    """The paragraphs of a long cell; none if the form does not have it."""
    return [] if cell is None else cell.text.split("\n")
