"""Blocks + layout -> forms. Finds each form's title, the tables under it, the notes below, and the report text before it.

Nothing is dropped silently: a cell that has no place in the layout is a problem that says where it stands, what was found
and what was expected. All problems of a file are raised together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.documents.model import Block, Document, Paragraph, Table
from engine.errors import InputError, Place, Problem
from engine.forms.check_boxes import chosen
from engine.forms.columns import cell_of
from engine.forms.labels import LabelMatch, Labels, fold
from engine.forms.model import Layout, Title
from engine.forms.report import begins_report, is_report_title, read_report
from engine.forms.row_shapes import titles_out
from engine.forms.table import read_tables
from engine.submission.model import Cell, Form, HeaderField

_TITLE_LENGTH = 120
_YEAR = re.compile(r"(?<!\d)[12１２]\d{3}(?!\d)")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_LABELS_SHOWN = 12
LABEL_ENDS = ":：;；,，.、。 \n\t\u3000"


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a layout fits a file: what of its marks occurs, how many texts are labels it knows, how many forms begin."""

    marks: int
    labels: int
    forms: int


@dataclass(slots=True)
class _Span:
    """The blocks of one form, cut out of the file."""

    title: Title
    match: LabelMatch
    text: str
    place: Place
    report: Sequence[Block] = ()
    head: list[Paragraph] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[Cell] = field(default_factory=list)


def recognises(document: Document, layout: Layout) -> Recognition:
    """What of the layout occurs in the document: for choosing the layout of a file."""
    blocks = _clean(document, layout)
    texts = _short_texts(blocks)
    marks = sum(any(mark.search(text.rstrip(LABEL_ENDS)) for text in texts) for mark in layout.marks.of)
    sets = _label_sets(layout)
    labels = sum(any(known.find(text) for known in sets) for text in texts)
    return Recognition(marks, labels, len(_titles(blocks, layout)))


def read_forms(document: Document, layout: Layout, file: str = "") -> tuple[Form, ...]:
    """The forms in the document, in their order. `file` is the name in places that have none.

    Raises InputError with every problem found in the file.
    """
    file = file or document.file
    blocks = _clean(document, layout)
    spans = _spans(blocks, layout)
    if not spans:
        raise InputError(_no_form(blocks, layout, file))
    problems: list[Problem] = []
    forms = tuple(_form(span, layout, problems) for span in spans)
    if problems:
        raise InputError([replace(problem, place=problem.place.within(file)) for problem in problems])
    return forms


def _clean(document: Document, layout: Layout) -> list[Block]:
    """The blocks without noise, empty paragraphs and attachment marks."""
    blocks: list[Block] = []
    gap = False
    for block in document.blocks:
        if isinstance(block, Table):
            blocks += titles_out(_clean_table(block, layout), layout, lambda text: _title(text, layout) is not None)
            gap = False
            continue
        text = _without_noise(block.text, layout)
        gap = gap or block.gap
        if text and not any(pattern.search(text) for pattern in layout.attachment):
            blocks.append(replace(block, text=text, gap=gap))
            gap = False
    return blocks


def _clean_table(table: Table, layout: Layout) -> Table:
    if not layout.noise:
        return table
    rows = tuple(
        tuple(cell if (text := _without_noise(cell.text, layout)) == cell.text else replace(cell, text=text) for cell in row)
        for row in table.rows
    )
    return replace(table, rows=rows)


def _without_noise(text: str, layout: Layout) -> str:
    for pattern in layout.noise:
        if text:
            text = pattern.cut_from(text)
    return text.strip()


def _title(text: str, layout: Layout) -> tuple[Title, LabelMatch] | None:
    return layout.title(text) if len(text) <= _TITLE_LENGTH else None


def _titles(blocks: Sequence[Block], layout: Layout) -> list[tuple[int, int, _Span]]:
    """Where forms begin: index of the title's block, index behind it, and the span begun.

    A title may be broken over two paragraphs. A title without a table that is said again later is a line of a table of contents.
    """
    found: list[tuple[int, int, _Span]] = []
    for i, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or (found and i < found[-1][1]):
            continue
        text, end = block.text, i + 1
        hit = _title(text, layout)
        follower = blocks[i + 1] if i + 1 < len(blocks) else None
        next_hit = _title(follower.text, layout) if isinstance(follower, Paragraph) else None
        if isinstance(follower, Paragraph) and not _is_dated(hit) and not _is_dated(next_hit):
            both = _title(block.text + follower.text, layout)
            if both and (_is_dated(both) or not (hit or next_hit)):
                text, end, hit = block.text + follower.text, i + 2, both
        if hit:
            found.append((i, end, _Span(*hit, text, block.place)))
    starts = [start for start, _, _ in found] + [len(blocks)]
    has_table = [any(isinstance(block, Table) for block in blocks[starts[n] : starts[n + 1]]) for n in range(len(found))]
    later = [{fold(span.text) for _, _, span in found[n + 1 :]} if not has_table[n] else set() for n in range(len(found))]
    return [
        item
        for n, item in enumerate(found)
        if has_table[n] or (_is_dated((item[2].title, item[2].match)) and fold(item[2].text) not in later[n])
    ]


def _is_dated(hit: tuple[Title, LabelMatch] | None) -> bool:
    """Whether a title says the fiscal year."""
    return bool(hit and hit[1].get("fiscal_year"))


def _spans(blocks: Sequence[Block], layout: Layout) -> list[_Span]:
    """The file cut into forms. The report of a form is what stands before its title since the form before it."""
    titles = _titles(blocks, layout)
    done = 0
    for n, (start, end, span) in enumerate(titles):
        span.report = blocks[done:start]
        limit = titles[n + 1][0] if n + 1 < len(titles) else len(blocks)
        done = _collect(span, blocks, end, limit, layout)
    if titles and done < len(blocks):
        last, rest = titles[-1][2], blocks[done:]
        last.report = [*last.report, *rest]  # a report behind the last form belongs to it: there is no other
    return [span for _, _, span in titles]


def _collect(span: _Span, blocks: Sequence[Block], start: int, limit: int, layout: Layout) -> int:
    """Fill the span with the lines under the title, the tables and the notes; return where the form ends."""
    in_notes = False
    for i in range(start, limit):
        block = blocks[i]
        if isinstance(block, Table):
            if in_notes:
                return i
            span.tables.append(block)
        elif not span.tables:
            span.head.append(block)
        elif (label := _notes_label(block.text, layout)) is not None:
            in_notes = True
            if label:
                span.notes.append(Cell(label, block.place))
        elif _ends_form(block, layout, in_notes, last=limit == len(blocks)):
            return i
        else:
            span.notes.append(cell_of(block))
    return limit


def _ends_form(block: Paragraph, layout: Layout, in_notes: bool, *, last: bool) -> bool:
    """Whether the next form's report begins with this paragraph. Notes may be numbered like headings, but stand close."""
    if not in_notes:
        return begins_report(block, layout)
    if is_report_title(block, layout):
        return True
    return block.gap and (begins_report(block, layout) or (not last and not layout.note_item.search(block.text)))


def _notes_label(text: str, layout: Layout) -> str | None:
    """What stands behind 备注 on its line, None if the line does not begin the notes."""
    label = layout.closing.find(text)
    if label:
        return "" if label.key == "notes" else None
    beside = layout.closing.find_before_colon(text)
    return beside[1] if beside and beside[0].key == "notes" else None


def _form(span: _Span, layout: Layout, problems: list[Problem]) -> Form:
    content = read_tables(span.tables, layout, span.place, problems)
    # the report may also stand between title and table
    begin = next((i for i, line in enumerate(span.head) if begins_report(line, layout)), len(span.head))
    report = read_report([*span.report, *span.head[begin:]], layout, problems)
    del span.head[begin:]
    header, filled_on = _head(span, layout)
    header += content.header
    unit = _unit(span, header)
    if not unit:
        expected = "标题下写明填报单位，或表头有" + "、".join(layout.header.texts[:3])
        problems.append(Problem(span.place, f"“{span.text}”没有填报单位", expected, code="input.no-unit"))
    kind = span.title.kind or content.kind
    if not kind:
        message = f"“{span.text}”看不出是部门整体支出表还是项目表"
        problems.append(Problem(span.place, message, "、".join(t.example for t in layout.titles), code="input.no-kind"))
    year = _fiscal_year(span, header)
    if year is None:
        expected = f"标题写明年度，如“{layout.titles[0].example}”，或标题下、表头有年度一项"
        problems.append(Problem(span.place, f"“{span.text}”没有年度", expected, code="input.no-year"))
    graded = next((s for s in report.statements if s.key == "grade"), None)
    grade = content.cells.get("grade") or (Cell(dict(graded.fields).get("grade", graded.text), graded.place) if graded else None)
    grade = replace(grade, text=chosen(grade.text)) if grade else None
    return Form(
        kind=kind,
        name=_name(span, header, layout),
        unit=unit,
        fiscal_year=year or 0,
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
        doubts=tuple(content.doubts),
    )


def _head(span: _Span, layout: Layout) -> tuple[list[HeaderField], Cell | None]:
    """The lines between title and first table: the fields the layout knows; a line it does not know is kept without a key."""
    fields: list[HeaderField] = []
    filled_on: Cell | None = None
    for line in span.head:
        known = False
        for item in layout.head:
            match = item.pattern.search(line.text)
            if not match:
                continue
            known = True
            value = Cell(match.groups.get("value", ""), line.place)
            label = match.text.split(value.text)[0].rstrip(" \t:：") if value.text else match.text
            if item.key == "filled_on":
                filled_on = filled_on or value
            else:
                fields.append(HeaderField(item.key, label, value))
        if not known:
            fields.append(HeaderField("", "", cell_of(line)))
    return fields, filled_on


def _unit(span: _Span, header: Sequence[HeaderField]) -> str:
    written = (item.value.text for item in header if item.key == "unit")
    return next(filter(None, written), "") or span.match.groups.get("unit", "")


def _fiscal_year(span: _Span, header: Sequence[HeaderField]) -> int | None:
    """The year of the title, else of the field for it; None if neither says one."""
    written = [span.match.get("fiscal_year") or "", *(item.value.text for item in header if item.key == "fiscal_year")]
    years = (_YEAR.search("".join(text.translate(_CHINESE_DIGITS).split())) for text in written)
    return next((int(year.group()) for year in years if year), None)  # int reads full-width digits


def _name(span: _Span, header: Sequence[HeaderField], layout: Layout) -> str:
    written = next((item.value.text for item in header if item.key == "project_name" and item.value), "")
    name = written or span.match.groups["name"]
    for pattern in layout.name_drop:
        shorter = pattern.cut_from(name).strip()
        name = shorter or name
    return name


def _label_sets(layout: Layout) -> tuple[Labels, ...]:
    return (layout.header, layout.budget.heading, layout.budget.columns, layout.budget.rows, layout.columns, layout.closing)


def _labels(layout: Layout) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.texts[0] for labels in _label_sets(layout) for item in labels.items))


def _short_texts(blocks: Sequence[Block]) -> set[str]:
    """The texts of cells and lines that may be labels."""
    texts = {cell.text for block in blocks if isinstance(block, Table) for row in block.rows for cell in row if cell}
    texts |= {block.text for block in blocks if isinstance(block, Paragraph)}
    return {text for text in texts if len(text) <= _TITLE_LENGTH}


def _labels_found(blocks: Sequence[Block], layout: Layout) -> tuple[str, ...]:
    sets = _label_sets(layout)
    found = {label.texts[0] for text in _short_texts(blocks) for labels in sets if (label := labels.find(text))}
    return tuple(text for text in _labels(layout) if text in found)


def _no_form(blocks: Sequence[Block], layout: Layout, file: str) -> Problem:
    found = _labels_found(blocks, layout)
    sought = _labels(layout)
    message = "没有认出自评表：没有找到标题；"
    if found:
        message += f"找到的标签：{'、'.join(found[:_LABELS_SHOWN])}"
    else:
        message += f"要找的标签一个也没有：{'、'.join(sought[:_LABELS_SHOWN])} 等"
    missing = [label for label in sought if label not in found]
    if found and missing:
        message += f"；没有找到：{'、'.join(missing[:_LABELS_SHOWN])}"
    expected = "标题如“" + "”或“".join(title.example for title in layout.titles) + "”"
    return Problem(Place(file), message, expected, code="input.no-form")
