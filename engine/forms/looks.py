"""What a document without a form in it looks like, in one line, and what a form needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.documents.model import Document, Paragraph
from engine.errors import Place, Problem
from engine.forms.columns import HEADER_MATCHES, header_columns
from engine.forms.model import Layout

_NEEDS = "自评表：有一级、二级、三级指标，目标值，实际完成值和得分各栏的一张表，标题如“{example}”"
_LOOKED_AT = 4_000
"""Texts of a document that are looked at."""


def no_form(document: Document, layout: Layout, file: str, lost: Sequence[str]) -> Problem:
    """That there is no form in a document. `lost`: why what began like one is none."""
    seen = _looks(document, layout)
    why = f"没有认出自评表：{'；'.join(dict.fromkeys(lost)) if lost else '看上去是' + seen}"
    if lost and seen:
        why += f"，看上去是{seen}"
    if left := "；".join(told.text for told in document.told if told.key == "rows_left_out"):
        why += f"；{left}没有边框，没有作为表的一部分读"
    needs = _NEEDS.format(example=layout.titles[-1].example if layout.titles else "项目支出绩效自评表")
    return Problem(Place(file), why, needs, code="input.no-form")


def _looks(document: Document, layout: Layout) -> str:
    texts = [text for _, text in zip(range(_LOOKED_AT), _texts(document), strict=False)]
    for look in layout.looks:
        if any(pattern.search(text) for pattern in look.patterns for text in texts):
            return look.name
    if any(_has_targets(document, layout)):
        return "没有实际完成值和得分的目标表"
    if not any(document.tables()):
        return "没有表格的文字"
    return "别的表"


def _has_targets(document: Document, layout: Layout) -> Iterator[bool]:
    """For each row whether it is the header of indicators without results."""
    for table in document.tables():
        for row in table.rows:
            found = {label.key for _, label in header_columns(row, layout.columns)}
            yield len(found) >= HEADER_MATCHES and bool(found & {"name", "level1"}) and not found & {"actual", "score"}


def _texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from (cell.text for row in block.rows for cell in row if cell)
