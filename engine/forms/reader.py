"""Blocks + layout -> forms. Puts together what a form's title, the lines under it, its tables and its report say.

Nothing is dropped silently: what has no place in the layout keeps its text and is told. A file is refused only where no form is
in it, in one line that says what it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.documents.model import Block, Document, Paragraph, Table
from engine.errors import InputError
from engine.forms.budget_rows import LINE_CELLS
from engine.forms.check_boxes import chosen
from engine.forms.columns import cell_of
from engine.forms.content import TableContent
from engine.forms.flat_rows import split_list
from engine.forms.labels import LABEL_END, Labels, fold, may_be_in
from engine.forms.line_fields import line_fields
from engine.forms.looks import no_form
from engine.forms.model import Layout
from engine.forms.report import begins_report, read_report
from engine.forms.row_shapes import split_forms, titles_out
from engine.forms.spans import TITLE_LENGTH, Span, spans, title_of, titles_in
from engine.forms.table import read_tables
from engine.forms.unconfirmed import KEY, add_guess, guess_of, is_guess, told_once
from engine.submission.model import Cell, Doubt, Form, HeaderField

_YEAR = re.compile(r"(?<!\d)[12１２]\d{3}(?!\d)")
_YEAR_NAMED = re.compile(r"(?<!\d)(20\d{2})年(?!\d{1,2}月)")
"""A year, not that of a day (2022年3月15日): forms are filled in the year after the one they are of."""
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_ENDS = LABEL_END + "：；，\n\t "


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a layout fits a file: what of its marks occurs, how many texts are labels it knows, how many forms begin."""

    marks: int
    labels: int
    forms: int


def recognises(document: Document, layout: Layout) -> Recognition:
    """What of the layout occurs in the document: for choosing the layout of a file."""
    blocks = clean(document, layout)
    texts = _short_texts(blocks)
    open_ = list(layout.marks.of)
    for text in texts:
        held = text.rstrip(_ENDS)
        if open_ and may_be_in(layout.marks.of, fold(held)):
            open_ = [mark for mark in open_ if not mark.search(held)]
    marks = len(layout.marks.of) - len(open_)
    if marks < layout.marks.at_least:  # it is not this layout, however many labels it has in common
        return Recognition(marks, 0, 0)
    sets = _label_sets(layout)
    labels = sum(any(known.find(text) for known in sets) for text in texts)
    return Recognition(marks, labels, len(titles_in(blocks, layout)))


def read_forms(document: Document, layout: Layout, file: str = "") -> tuple[Form, ...]:
    """The forms in the document, in their order. `file` is the name in places that have none.

    Raises InputError, one line, if there is no form in it.
    """
    file = file or document.file
    blocks = clean(document, layout)
    read: list[Form] = []
    lost: list[Doubt] = []
    for span in spans(blocks, layout):
        form = _form(span, layout)
        if any(goal.indicators for goal in form.goals):
            read.append(form)
        else:
            lost.append(Doubt("unread_form", span.text or form.name, _why(span), span.place))
    if not read:
        raise InputError(no_form(document, layout, file, [doubt.text for doubt in lost]))
    read[0] = replace(read[0], doubts=(*read[0].doubts, *lost))
    return tuple(read)


def _why(span: Span) -> str:
    """Why nothing could be read under a title."""
    if not span.tables:
        return "标题下没有表格"
    return "表里没有填了内容的指标"


def clean(document: Document, layout: Layout) -> list[Block]:
    """The blocks without noise, empty paragraphs and attachment marks; tables cut where another form begins in them. A document is
    cleaned once for a layout: to see whether it fits, and to be read by it."""
    return list(_cleaned(_Both(document, layout)))


class _Both:
    """A document and a layout, equal to these very two."""

    __slots__ = ("document", "layout")

    def __init__(self, document: Document, layout: Layout) -> None:
        self.document, self.layout = document, layout

    def __hash__(self) -> int:
        return hash((id(self.document), id(self.layout)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Both) and self.document is other.document and self.layout is other.layout


@lru_cache(maxsize=32)  # of one document, or of two: as many as there are layouts it is held against
def _cleaned(both: _Both) -> tuple[Block, ...]:
    document, layout = both.document, both.layout
    blocks: list[Block] = []
    gap = False
    for block in document.blocks:
        if isinstance(block, Table):
            for part in titles_out(_clean_table(block, layout), layout, lambda text: title_of(text, layout) is not None):
                if isinstance(part, Table):
                    blocks += [form for whole in split_list(part, layout) for form in split_forms(whole, layout)]
                else:
                    blocks.append(part)
            gap = False
            continue
        text = _without_noise(block.text, layout)
        gap = gap or block.gap
        if text and not any(pattern.search(text) for pattern in layout.attachment):
            blocks.append(replace(block, text=text, gap=gap))
            gap = False
    return tuple(blocks)


def _clean_table(table: Table, layout: Layout) -> Table:
    if not layout.noise:
        return table
    rows = tuple(
        tuple(cell if (text := _without_noise(cell.text, layout)) == cell.text else replace(cell, text=text) for cell in row)
        for row in table.rows
    )
    return replace(table, rows=rows)


def _without_noise(text: str, layout: Layout) -> str:
    if not may_be_in(layout.noise, text):
        return text.strip()
    for pattern in layout.noise:
        if text:
            text = pattern.cut_from(text)
    return text.strip()


# a form


def _form(span: Span, layout: Layout) -> Form:
    doubts: list[Doubt] = list(span.doubts)
    # the report may also stand between title and table
    begin = next((i for i, line in enumerate(span.head) if begins_report(line, layout)), len(span.head))
    report = read_report([*span.report, *span.head[begin:]], layout, doubts)
    del span.head[begin:]
    header, filled_on = _head(span.head, layout, doubts)
    if span.title and span.title.unconfirmed:
        doubts.append(Doubt(KEY, span.text, span.text, span.place, taken="标题"))
    money = next((item.value.text for item in header if item.key == "money_unit"), "")
    content = read_tables(span.tables, layout, span.place, money)
    header += content.header
    doubts += content.doubts
    _notes_fields(span, layout, header)
    doubts += _doubtful_cells(content, layout, {doubt.readings for doubt in doubts})
    kind = _kind(span, content, doubts)
    graded = next((s for s in report.statements if s.key == "grade"), None)
    grade = content.cells.get("grade") or (Cell(dict(graded.fields).get("grade", graded.text), graded.place) if graded else None)
    grade = replace(grade, text=chosen(grade.text)) if grade else None
    return Form(
        kind=kind,
        name=_name(span, header, layout, kind),
        unit=_unit(span, header, layout, doubts),
        fiscal_year=_fiscal_year(span, header, doubts),
        place=span.place,
        title=span.text,
        filled_on=filled_on or next((item.value for item in header if item.key == "filled_on" and item.value), None),
        header=tuple(header),
        budget=content.budget,
        goals=content.goals,
        total=content.cells.get("total"),
        grade=grade,
        analysis=content.cells.get("analysis"),
        remedies=content.cells.get("remedies"),
        notes=(*content.notes, *span.notes),
        report=report.sections,
        unmet=report.unmet,
        statements=report.statements,
        doubts=tuple(told_once(doubts)),
    )


def _doubtful_cells(content: TableContent, layout: Layout, known: Container[str]) -> list[Doubt]:
    """The cells of the budget block and of the closing rows that are not certain to be what was meant; `known` why was told."""
    named = [(line.name, cell) for line in content.budget for key in LINE_CELLS if (cell := getattr(line, key))]
    named += [(label.texts[0], cell) for label in layout.closing.items if (cell := content.cells.get(label.key))]
    return [
        Doubt("unread_cell", name, cell.text, cell.place, readings=cell.doubt)
        for name, cell in named
        if cell.doubt and cell.doubt not in known and not is_guess(cell.doubt)
    ]


def _head(lines: Sequence[Paragraph], layout: Layout, doubts: list[Doubt]) -> tuple[list[HeaderField], Cell | None]:
    """The lines between title and first table: the fields the layout knows; a line it does not know is kept without a key."""
    fields: list[HeaderField] = []
    filled_on: Cell | None = None
    for line in lines:
        found = _line(line, layout, doubts)
        for item in found or [HeaderField("", "", cell_of(line))]:
            if item.key == "filled_on":
                filled_on = filled_on or (item.value if item.value else None)
            else:
                fields.append(item)
    return fields, filled_on


def _line(line: Paragraph, layout: Layout, doubts: list[Doubt]) -> list[HeaderField]:
    """The fields of a line: by the layout's patterns for lines, else labels and values one after another."""
    found: list[HeaderField] = []
    for pattern in layout.head:
        if match := pattern.pattern.search(line.text):
            value = Cell(match.groups.get("value", ""), line.place)
            named = match.text.split(value.text)[0].rstrip(" \t:：") if value.text else match.text
            found.append(HeaderField(pattern.key, named, value))
    if found:
        return found
    for item in line_fields(line.text, lambda text: layout.header.find(text) is not None):
        label = layout.header.find(item.label)
        key, value = label.key if label else "", Cell(item.value, line.place)
        if key == "money_unit" and not layout.money.find(item.value):
            key = "unit"  # 单位：某某局
        if label and label.unconfirmed:
            add_guess(doubts, guess_of(label, line, layout.header, item.label))
        found.append(HeaderField(key, item.label, value))
    return found


def _notes_fields(span: Span, layout: Layout, header: list[HeaderField]) -> None:
    """Lines below the tables that hold labels and values (填表人：… 填报日期：…) are fields as well as notes."""
    for note in span.notes:
        fields = line_fields(note.text, lambda text: layout.header.find(text) is not None)
        for item in fields:
            label = layout.header.find(item.label)
            if label and label.key in ("filled_on", "filled_by", "contact", "phone") and item.value:
                header.append(HeaderField(label.key, item.label, Cell(item.value, note.place)))


def _kind(span: Span, content: TableContent, doubts: list[Doubt]) -> str:
    """Whether the form is of a department or of a project: by its title, and by what stands in it where the title says a project
    or nothing."""
    kinds = set(content.kinds)
    told = span.title.kind if span.title else ""
    if told == "department" or (kinds == {"department"}):
        return "department"
    if told or kinds:
        return "project"
    doubts.append(Doubt("kind_taken", span.text, span.text, span.place, taken="项目支出"))
    return "project"


def _unit(span: Span, header: Sequence[HeaderField], layout: Layout, doubts: list[Doubt]) -> str:
    """The body that filed the form: as the form names it, else as its title, else the one that carried the project out, else the
    department over it. What names many bodies (各市、县) names none."""

    def many(name: str) -> bool:
        return any(pattern.search(name) for pattern in layout.not_bodies)

    for key in ("unit", "title", "implementer", "department"):
        if key == "title":
            named = (span.match.get("unit") or "") if span.match else ""
        else:
            named = next((item.value.text for item in header if item.key == key and item.value and not many(item.value.text)), "")
        if named:
            if key == "department":
                doubts.append(Doubt("unit_taken", named, named, span.place, taken=named))
            return named
    doubts.append(Doubt("no_unit", span.text, "", span.place))
    return ""


def _fiscal_year(span: Span, header: Sequence[HeaderField], doubts: list[Doubt]) -> int:
    """The year of the title, else of the field for it, else the only one that the title and the lines under it name; 0 if none
    says one."""
    written = [(span.match.get("fiscal_year") or "") if span.match else ""]
    written += [item.value.text for item in header if item.key == "fiscal_year"]
    years = (_YEAR.search("".join(text.translate(_CHINESE_DIGITS).split())) for text in written)
    found = next((int(year.group()) for year in years if year), None)  # int reads full-width digits
    if found is not None:
        return found
    lines = [span.text, *(line.text for line in span.head if not line_fields(line.text, lambda text: False))]
    named = {year for line in lines for year in _YEAR_NAMED.findall("".join(line.split()))}
    if len(named) == 1:
        return int(named.pop())
    doubts.append(Doubt("no_year", span.text, "、".join(sorted(named)), span.place))
    return 0


def _name(span: Span, header: Sequence[HeaderField], layout: Layout, kind: str) -> str:
    written = next((item.value.text for item in header if item.key == "project_name" and item.value), "")
    name = (written if kind == "project" else "") or ((span.match.get("name") or "") if span.match else "")
    for pattern in layout.name_drop:
        name = pattern.cut_from(name).strip() or name
    usual = layout.budget.heading.texts[0] if layout.budget.heading.texts else span.text
    return name or span.text or (layout.department_name if kind == "department" else usual)


# recognition


def _label_sets(layout: Layout) -> tuple[Labels, ...]:
    return (layout.header, layout.budget.heading, layout.budget.columns, layout.budget.rows, layout.columns, layout.closing)


def _short_texts(blocks: Sequence[Block]) -> set[str]:
    """The texts of cells and lines that may be labels."""
    texts = {cell.text for block in blocks if isinstance(block, Table) for row in block.rows for cell in row if cell}
    texts |= {block.text for block in blocks if isinstance(block, Paragraph)}
    return {text for text in texts if len(text) <= TITLE_LENGTH}
