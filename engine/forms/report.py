"""The report text before a form: its sections, its table of unmet indicators, and what it says in so many words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.documents.model import Block, Paragraph, Row, Table, TableCell
from engine.forms.columns import HEADER_MATCHES, OTHER, Columns, cell_of, header_columns, one_line
from engine.forms.labels import Label, Labels
from engine.forms.model import Layout
from engine.submission.model import Cell, Doubt, Section, Statement, UnmetRow


@dataclass(frozen=True, slots=True)
class FiledReport:
    """What a form's report holds."""

    sections: tuple[Section, ...] = ()
    unmet: tuple[UnmetRow, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    key: str
    depth: int
    heading: str
    rest: str


def is_report_title(paragraph: Paragraph, layout: Layout) -> bool:
    return any(pattern.search(paragraph.text) for pattern in layout.report.start)


def begins_report(paragraph: Paragraph, layout: Layout) -> bool:
    """Whether a report begins here: its title, or a heading of the first level."""
    if is_report_title(paragraph, layout):
        return True
    heading = _heading(paragraph.text, layout, "")
    return heading is not None and heading.depth == 1


def read_report(blocks: Sequence[Block], layout: Layout, doubts: list[Doubt]) -> FiledReport:
    """Sections, unmet table and statements of the report text. A table the layout does not know is kept as text, a row a line."""
    sections: list[Section] = []
    paragraphs: list[Cell] = []
    unmet: list[UnmetRow] = []
    above = ""
    for block in blocks:
        if isinstance(block, Table):
            rows = _unmet(block, layout, doubts)
            if rows is None:
                paragraphs += _as_text(block)
            else:
                unmet += rows
            continue
        heading = _heading(block.text, layout, above)
        if heading or not sections:
            # what stands before the first heading is the report's own title, kept as a section without a key
            heading = heading or _Heading("", 1, block.text, "")
            if sections:
                sections[-1] = replace(sections[-1], paragraphs=tuple(paragraphs))
            sections.append(Section(heading.key, heading.heading, heading.depth, block.place))
            paragraphs = [Cell(heading.rest, block.place)] if heading.rest else []
            above = heading.key if heading.depth == 1 else above
        else:
            paragraphs.append(cell_of(block))
    if paragraphs and not sections:
        sections.append(Section("", "", 1, paragraphs[0].place))
    if sections:
        sections[-1] = replace(sections[-1], paragraphs=tuple(paragraphs))
    return FiledReport(tuple(sections), tuple(unmet), tuple(_statements(sections, layout)))


def section_of(text: str, layout: Layout, above: str = "") -> tuple[str, int] | None:
    """The key and depth of the section that a heading begins, as the layout names them; None for a text that is no heading.
    `above`: the key of the section of the first depth that it stands under."""
    found = _heading(text, layout, above)
    return (found.key, found.depth) if found else None


def _heading(text: str, layout: Layout, above: str) -> _Heading | None:
    for level in layout.report.headings:
        match = level.pattern.search(text)
        if match:
            heading = match.groups["heading"]
            names = (
                name.key
                for name in layout.report.sections
                if name.depth == level.depth and name.under in ("", above) and name.pattern.search(heading)
            )
            return _Heading(next(names, ""), level.depth, heading, match.get("rest") or "")
    return None


def _as_text(table: Table) -> Iterator[Cell]:
    for row in table.rows:
        text = "\t".join(cell.text for cell in row).strip()
        if text:
            yield Cell(text, replace(row[0].place, cell=0))


def _unmet(table: Table, layout: Layout, doubts: list[Doubt]) -> list[UnmetRow] | None:
    """The rows of a table of unmet indicators; None if the table is something else."""
    labels = layout.report.unmet
    first = next((row for row in table.rows if any(row)), ())
    found = header_columns(first, labels)
    if len(found) < HEADER_MATCHES or not any(label.key == "name" for _, label in found):
        return None
    columns = _columns(first, labels, found)
    rows: list[UnmetRow] = []
    carried: dict[str, TableCell] = {}
    body = table.rows[table.rows.index(first) + 1 :]
    for row in body:
        if any(row):
            made = _unmet_row(row, columns, carried, layout, doubts)
            rows += [made] if made else []
    return rows


def _columns(row: Row, labels: Labels, found: Sequence[tuple[int, Label]]) -> Columns:
    """The columns of the table; what nobody listed, or is listed twice, is one of its own that nothing is made of."""
    names: dict[int, str] = {}
    for index, label in found:
        names[index] = OTHER + one_line(row[index].text) if label.key in names.values() else label.key
    for index, cell in enumerate(row):
        if cell and index not in names:
            names[index] = OTHER + one_line(cell.text)
    return Columns.of(tuple(names.items()), len(row))


def _unmet_row(row: Row, columns: Columns, carried: dict[str, TableCell], layout: Layout, doubts: list[Doubt]) -> UnmetRow | None:
    fitted, wrong = columns.fitted(row)
    values = {key: cells[0] for key, cells in columns.values(fitted).items()}
    for key in layout.report.unmet_carry_down:
        cell = values.get(key)
        # only a cell known to stand alone is really empty; any other may be the continuation of the one above
        if cell is not None and not cell and cell.merged is not False and key in carried:
            values[key] = carried[key]
        elif cell:
            carried[key] = cell
    name = values.get("name")
    shown = "、".join(one_line(cell.text) for cell in row if cell)
    if wrong or not name:
        doubts.append(
            Doubt("label_unknown", one_line(name.text) if name else "", shown, replace(row[0].place, cell=0), readings=wrong)
        )
        return None
    level2 = values.get("level2")
    fields = {key: cell_of(cell) for key, cell in values.items() if key in ("target", "actual", "reason")}
    return UnmetRow(one_line(name.text), name.place, one_line(level2.text) if level2 else "", **fields)


def _statements(sections: Sequence[Section], layout: Layout) -> Iterator[Statement]:
    for section in sections:
        texts = [Cell(section.heading, section.place), *section.paragraphs]
        wanted = [item for item in layout.statements if not item.sections or section.key in item.sections]
        for cell in texts:
            for item in wanted:
                for match in item.pattern.finditer(cell.text):
                    fields = tuple(match.groups.items())
                    spans = tuple((name, *span) for name, span in match.spans.items())
                    yield Statement(item.key, match.text, cell.place, fields, section.key, cell.text, spans)
