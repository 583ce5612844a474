"""A filed text drafted anew: its own paragraphs with what is wrong corrected and what is missing added, where the file itself
cannot be revised (PDF, .doc, a text) or another format is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import Place
from engine.forms.model import Layout
from engine.forms.report import section_of
from engine.policy.narrative import Narrative
from engine.reports.draft import Block, Draft
from engine.reports.revision.filed import speaks
from engine.reports.revision.model import RevisionPlan, TextChange
from engine.submission.model import Cell

_KINDS = {1: "heading1", 2: "heading2"}


def anew(draft: Draft, plan: RevisionPlan, narrative: Narrative, layout: Layout | None) -> Draft:
    """The draft with the filed report in place of the drafted sections that it has: every sentence of it that is right."""
    keys = {key: section.id for section in narrative.sections for key in section.filed}
    own = {section.id for section in narrative.sections if section.filed}
    first = next((n for n, block in enumerate(draft.blocks) if block.section in own), len(draft.blocks))
    last = next((n for n in range(len(draft.blocks), 0, -1) if draft.blocks[n - 1].section in own), first)
    told = _with_additions(_filed(draft, plan, keys, layout), plan)
    return replace(draft, blocks=(*draft.blocks[:first], *told, *draft.blocks[last:]))


def _filed(draft: Draft, plan: RevisionPlan, keys: dict[str, str], layout: Layout | None) -> list[tuple[Block, frozenset[Place]]]:
    """The filed report as blocks, from its first section on, each with the places it stands at."""
    form = draft.context.form
    headed = (n for n, one in enumerate(form.report) if one.key or speaks(one) or (layout and section_of(one.heading, layout)))
    sections = form.report[next(headed, 0) :]
    out: list[tuple[Block, frozenset[Place]]] = []
    under = ""
    for section in sections:
        under = keys.get(section.key, under)
        heading = corrected(Cell(section.heading, section.place), plan.changes)
        out.append((Block(_KINDS.get(section.depth, "heading2"), heading, under), frozenset([section.place])))
        said = [(Block("paragraph", corrected(p, plan.changes), under), frozenset([p.place])) for p in section.paragraphs]
        if section.key == "unmet" and form.unmet:
            said.insert(1 if said else 0, (Block("table", "unmet", under), frozenset(row.place for row in form.unmet)))
        out += said
    return out


def corrected(cell: Cell, changes: Sequence[TextChange]) -> str:
    """A filed text with the changes that are of it."""
    text = cell.text
    own = [one for one in changes if (one.spot.place, one.spot.text) == (cell.place, cell.text)]
    for one in sorted(own, key=lambda change: change.spot.start, reverse=True):
        text = text[: one.spot.start] + one.right + text[one.spot.end :]
    return text


def _with_additions(filed: Sequence[tuple[Block, frozenset[Place]]], plan: RevisionPlan) -> list[Block]:
    behind: dict[int, list[Block]] = {}
    for addition in plan.additions:
        after = frozenset(addition.after)
        at = max((n for n, (_, places) in enumerate(filed) if places & after), default=-1)
        behind.setdefault(at, []).extend(one.block for one in addition.blocks)
    out = behind.get(-1, [])
    for n, (block, _) in enumerate(filed):
        out = [*out, block, *behind.get(n, [])]
    return out
