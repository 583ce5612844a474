"""A document cut into forms: where each begins and ends, its title, the lines under it, its tables and notes, and its report.

A form begins at its title, or, where it has none, at a table that can be nothing else: columns of indicators with what was
achieved. A new sheet ends a form; sheets and tables that are no form are told and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from engine.documents.model import Block, Paragraph, Table
from engine.errors import Place
from engine.forms.columns import HEADER_MATCHES, cell_of, header_columns, one_line
from engine.forms.labels import LabelMatch, fold
from engine.forms.model import Layout, Title
from engine.forms.report import begins_report, is_report_title
from engine.submission.model import Cell, Doubt

TITLE_LENGTH = 120
_HEAD_LINES = 6
"""So many short lines above a table without a title may belong to it."""
_HEAD_LENGTH = 60
_SHOWN = 40


@dataclass(slots=True)
class Span:
    """The blocks of one form, cut out of the file. `title` and `match` are None where no title was found."""

    title: Title | None
    match: LabelMatch | None
    text: str
    place: Place
    report: list[Block] = field(default_factory=list)
    head: list[Paragraph] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[Cell] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableKind:
    """What a table holds: the head of a form (项目名称), columns of indicators, and among them what was achieved; `is_whole` if
    the columns are those of a form and not of the few rows a report tells (未完成指标)."""

    has_head: bool
    has_columns: bool
    has_results: bool
    is_whole: bool


def sheet_of(block: Block) -> str:
    """The sheet a block stands on; empty where a document has none."""
    place = block.rows[0][0].place if isinstance(block, Table) and block.rows and block.rows[0] else block.place
    return place.path.rpartition("!")[0]


def table_kind(table: Table, layout: Layout) -> TableKind:
    """What a table holds, by the labels in it."""
    head = columns = results = whole = False
    for row in table.rows:
        first = next((cell for cell in row if cell), None)
        if first is None:
            continue
        found = {label.key for _, label in header_columns(row, layout.columns)}
        if found and not found & {"name", "level1", "level2"}:
            found |= {label.key for cell in row if cell and (label := layout.stand_ins.find(cell.text))}
        if len(found) >= HEADER_MATCHES and found & {"name", "level1", "level2"} and found & {"target", "actual", "score"}:
            columns = True
            results = results or bool(found & {"actual", "score"})
            whole = whole or bool(found & {"level1", "score", "weight"})
        label = layout.header.find(first.text) if not columns else None
        head = head or (label is not None and label.key in ("project_name", "unit"))
    return TableKind(head, columns, results, results and (head or whole))


def spans(blocks: Sequence[Block], layout: Layout) -> list[Span]:
    """The forms of a document, in their order."""
    found: list[Span] = []
    waiting: list[Block] = []  # lines of sheets before the first form: its report
    left: list[Doubt] = []
    for sheet, group in groupby(blocks, key=sheet_of):
        part = list(group)
        here = _in_sheet([*waiting, *part], layout)
        if here:
            found += here
            waiting = []
        elif not sheet or (not found and all(isinstance(block, Paragraph) for block in part)):
            waiting += part
        elif found and _goes_on(found[-1], part, layout):
            found[-1].tables += [block for block in part if isinstance(block, Table)]
        else:
            left.append(_left_out("sheet_left_out", sheet, part))
    if found:
        found[0].doubts += left
        found[-1].report += waiting
    return found


def _goes_on(span: Span, part: Sequence[Block], layout: Layout) -> bool:
    """Whether a form whose indicators are still to come goes on on this sheet."""
    tables = [block for block in part if isinstance(block, Table)]
    begun = any(table_kind(table, layout).has_columns for table in span.tables)
    return not begun and any(table_kind(table, layout).has_columns for table in tables)


def _left_out(key: str, subject: str, part: Sequence[Block]) -> Doubt:
    texts = [block.text if isinstance(block, Paragraph) else _first_text(block) for block in part]
    return Doubt(key, subject, "、".join(filter(None, texts))[:_SHOWN], part[0].place)


def _first_text(table: Table) -> str:
    return next((one_line(cell.text) for row in table.rows for cell in row if cell), "")


# titles


def _in_sheet(blocks: Sequence[Block], layout: Layout) -> list[Span]:
    """The forms among blocks that stand together. The report of a form is what stands before its title since the form before."""
    titles = titles_in(blocks, layout)
    found: list[Span] = []
    done = 0
    for n, (start, end, span) in enumerate(titles):
        _between(blocks, done, start, found, span, layout)
        limit = titles[n + 1][0] if n + 1 < len(titles) else len(blocks)
        done = _collect(span, blocks, end, limit, layout)
        found.append(span)
    if titles or any(isinstance(block, Table) and table_kind(block, layout).is_whole for block in blocks):
        _between(blocks, done, len(blocks), found, None, layout)
    return found


def _between(blocks: Sequence[Block], start: int, end: int, found: list[Span], following: Span | None, layout: Layout) -> None:
    """What stands between two forms: forms without a title, and the report of the form that follows, or of the last one."""
    done = start
    for n in range(start, end):
        block = blocks[n]
        if n < done or not isinstance(block, Table):
            continue
        kind = table_kind(block, layout)
        if not kind.is_whole or not (kind.has_head or not (found or following)):
            continue
        begin = _head_begin(blocks, done, n, layout)
        span = _untitled(blocks, begin, n, found, layout)
        rest = list(blocks[done:begin])
        if found:
            found[-1].report += rest
        else:
            span.report += rest
        done = _collect(span, blocks, n, end, layout)
        found.append(span)
    rest = list(blocks[done:end])
    owner = following or (found[-1] if found else None)
    if owner is not None and rest:
        _give(owner, rest, layout, last=following is None)


def _give(owner: Span, rest: Sequence[Block], layout: Layout, *, last: bool) -> None:
    """Blocks that are no form: the report of the one they stand before, or behind the last one."""
    for block in rest:
        if last and isinstance(block, Table) and table_kind(block, layout).has_columns:
            owner.doubts.append(_left_out("table_left_out", _first_text(block), [block]))
    owner.report += rest


def _head_begin(blocks: Sequence[Block], start: int, table: int, layout: Layout) -> int:
    """Where the lines begin that stand over a table without a title: short lines close above it, none of them a sentence."""
    begin = table
    while begin > start and table - begin < _HEAD_LINES:
        block = blocks[begin - 1]
        if not isinstance(block, Paragraph) or len(block.text) > _HEAD_LENGTH or block.text.endswith(("。", "；", ";")):
            break
        if begins_report(block, layout):
            break
        begin -= 1
    return begin


def _untitled(blocks: Sequence[Block], begin: int, table: int, found: Sequence[Span], layout: Layout) -> Span:
    """The span of a form without a title. Directly behind another it has that one's: several were filed under one title."""
    head = [block for block in blocks[begin:table] if isinstance(block, Paragraph)]
    if not head and found:
        before = found[-1]
        return Span(before.title, before.match, before.text, blocks[table].place, head=list(before.head))
    named = next((line for line in head if "表" in line.text), None)
    span = Span(None, None, named.text if named else "", head[0].place if head else blocks[table].place, head=head)
    span.doubts.append(Doubt("no_title", span.text, span.text, span.place))
    return span


def titles_in(blocks: Sequence[Block], layout: Layout) -> list[tuple[int, int, Span]]:
    """Where forms begin: index of the title's block, index behind it, and the span begun.

    A title may be broken over two paragraphs. A title without a table that is said again later is a line of a table of contents;
    one right above another, less complete one is the title of both.
    """
    found: list[tuple[int, int, Span]] = []
    for i, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or (found and i < found[-1][1]):
            continue
        text, end = block.text, i + 1
        hit = title_of(text, layout)
        follower = blocks[i + 1] if i + 1 < len(blocks) else None
        next_hit = title_of(follower.text, layout) if isinstance(follower, Paragraph) else None
        if isinstance(follower, Paragraph) and not _is_dated(hit) and not _is_dated(next_hit):
            both = title_of(block.text + follower.text, layout)
            if both and (_is_dated(both) or not (hit or next_hit)):
                text, end, hit = block.text + follower.text, i + 2, both
        if hit:
            found.append((i, end, Span(hit[0], hit[1], text, block.place)))
    found = _joined(found, blocks)
    starts = [start for start, _, _ in found] + [len(blocks)]
    has_table = [any(isinstance(block, Table) for block in blocks[starts[n] : starts[n + 1]]) for n in range(len(found))]
    later = [{fold(span.text) for _, _, span in found[n + 1 :]} if not has_table[n] else set() for n in range(len(found))]
    listed = [not has_table[n] and _is_listed(n, found) for n in range(len(found))]
    return [
        item
        for n, item in enumerate(found)
        if has_table[n] or (_is_dated(_hit(item[2])) and fold(item[2].text) not in later[n] and not listed[n])
    ]


def _is_listed(n: int, found: Sequence[tuple[int, int, Span]]) -> bool:
    """Whether a title without a table is one of several in a row: a list of what follows."""
    start, end, _ = found[n]
    before = n > 0 and found[n - 1][1] == start
    after = n + 1 < len(found) and found[n + 1][0] == end
    return before or after


def _joined(found: Sequence[tuple[int, int, Span]], blocks: Sequence[Block]) -> list[tuple[int, int, Span]]:
    """Titles of which one stands right above another that says no year: one form, by the one that says more."""
    out: list[tuple[int, int, Span]] = []
    for item in found:
        start, end, span = item
        if out:
            first, behind, above = out[-1]
            is_table = end < len(blocks) and any(isinstance(block, Table) for block in blocks[end : end + _HEAD_LINES])
            if behind == start and _is_dated(_hit(above)) and not _is_dated(_hit(span)) and is_table:
                above.head.append(Paragraph(span.text, span.place))
                out[-1] = (first, end, above)
                continue
        out.append(item)
    return out


def title_of(text: str, layout: Layout) -> tuple[Title, LabelMatch] | None:
    """The title that a line is."""
    return layout.title(text) if len(text) <= TITLE_LENGTH else None


def _hit(span: Span) -> tuple[Title, LabelMatch] | None:
    return (span.title, span.match) if span.title and span.match else None


def _is_dated(hit: tuple[Title, LabelMatch] | None) -> bool:
    """Whether a title says the fiscal year."""
    return bool(hit and hit[1].get("fiscal_year"))


# what belongs to a form


def _collect(span: Span, blocks: Sequence[Block], start: int, limit: int, layout: Layout) -> int:
    """Fill the span with the lines under the title, the tables and the notes; return where the form ends."""
    in_notes = False
    for i in range(start, limit):
        block = blocks[i]
        if isinstance(block, Table):
            if in_notes or (span.tables and _is_another(span, block, layout)):
                return i
            span.tables.append(block)
        elif not span.tables:
            span.head.append(block)
        elif (label := _notes_label(block.text, layout)) is not None:
            in_notes = True
            if label:
                span.notes.append(Cell(label, block.place))
        elif _is_part_heading(span, blocks, i, limit, layout):
            span.notes.append(cell_of(block))
        elif _ends_form(block, layout, in_notes, last=limit == len(blocks)) or _leads_another(blocks, i, limit, span, layout):
            return i
        else:
            span.notes.append(cell_of(block))
    return limit


def _is_part_heading(span: Span, blocks: Sequence[Block], at: int, limit: int, layout: Layout) -> bool:
    """Whether a line stands between the parts of one form (二、资金使用情况): its indicators are still to come, with no head of
    another form before them."""
    if any(table_kind(own, layout).has_columns for own in span.tables):
        return False
    for block in blocks[at:limit]:
        if isinstance(block, Table):
            kind = table_kind(block, layout)
            if kind.has_head or kind.has_columns:
                return kind.has_columns and not kind.has_head
    return False


def _is_another(span: Span, table: Table, layout: Layout) -> bool:
    """Whether a table is that of another form: it has the head and the indicators of one, and this one has its own."""
    kind = table_kind(table, layout)
    return kind.has_head and kind.has_results and any(table_kind(own, layout).has_columns for own in span.tables)


def _leads_another(blocks: Sequence[Block], at: int, limit: int, span: Span, layout: Layout) -> bool:
    """Whether short lines stand here over the table of another form."""
    following = next((n for n in range(at, min(at + _HEAD_LINES, limit)) if isinstance(blocks[n], Table)), None)
    if following is None or _head_begin(blocks, at, following, layout) > at:
        return False
    table = blocks[following]
    return isinstance(table, Table) and _is_another(span, table, layout)


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
