"""Where the indicators stand in a document nobody described: the row of their headings, the rows below, what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from engine.documents.model import Block, Document, Paragraph, Row, Table
from engine.forms.columns import header_columns, one_line
from engine.forms.labels import fold
from engine.forms.model import Layout
from engine.forms.reader import clean
from engine.forms.spans import sheet_of
from engine.learning.assignment import assign
from engine.learning.evidence import evidence
from engine.learning.model import Column, Sample

_FEWEST = 4
"""Columns a table of indicators has at least."""
_ROWS = 2
_LONGEST = 24
_GAP = 2
"""So many rows in a row may be something else (a level of its own, a page's top) before the indicators are over."""
_ENOUGH = 150
"""Points of the columns of a table from which on it is one of indicators: two known labels, or two pairs that agree."""
_AMOUNTS = 120
"""Points less for a table with columns of the budget."""
_MOST_HEADERS = 400
"""Rows that are tried as headings in one file."""
_LABEL = re.compile(r"[\u3400-\u9fffA-Za-z][^。；;!！?？]*")


@dataclass(frozen=True, slots=True)
class _Part:
    """Tables that stand together, as one, with the lines above them."""

    lines: tuple[Paragraph, ...]
    rows: tuple[Row, ...]


def samples(document: Document, base: Layout, file: str) -> list[Sample]:
    """The forms of a document, each by its table of indicators; none where there is none."""
    found: list[Sample] = []
    tried = 0
    for part in _parts(clean(document, base)):
        done = 0
        while done < len(part.rows) and tried < _MOST_HEADERS:
            best: tuple[int, Sample, int] | None = None
            for at in range(done, len(part.rows)):
                read = _at(part, done, at, base, file)
                if read is None:
                    continue
                tried += 1
                points = _worth(read[0], base)
                if best is None or points > best[0]:
                    best = (points, *read)
                if tried >= _MOST_HEADERS:
                    break
            if best is None or best[0] < _ENOUGH:
                break
            found.append(best[1])
            done = best[2]
    return found


def _parts(blocks: Sequence[Block]) -> Iterator[_Part]:
    """Tables by sheet, and by the lines between them; tables that follow on each other are one cut by a page."""
    for _, group in groupby(blocks, key=sheet_of):
        lines: list[Paragraph] = []
        rows: list[Row] = []
        for block in group:
            if isinstance(block, Table):
                rows += block.rows
                continue
            if rows:
                yield _Part(tuple(lines), tuple(rows))
                lines, rows = [], []
            lines.append(block)
        if rows:
            yield _Part(tuple(lines), tuple(rows))


def _worth(sample: Sample, base: Layout) -> int:
    """How much speaks for a table being that of the indicators: nothing where it has no results, less where it has amounts."""
    made = assign(sample.columns, evidence(sample.columns, base), base)
    fields = {choice.field for choice in made}
    if not fields & {"target", "actual"} or not fields & {"actual", "score"}:
        return 0
    labels = [base.budget.columns.find(label) for label in sample.labels]
    amounts = sum(label is not None and label.key in ("budget", "executed", "original", "rate") for label in labels)
    points = sum(choice.points for choice in made if choice.field)
    return points - (_AMOUNTS if amounts > 1 else 0) + min(len(sample.columns[0].cells), _LONGEST)


def _at(part: _Part, start: int, at: int, base: Layout, file: str) -> tuple[Sample, int] | None:
    """The sample whose headings stand in a row, and the index behind its indicators; None for a row of anything else."""
    row = part.rows[at]
    heads = [(index, cell) for index, cell in enumerate(row) if cell]
    if len(heads) < _FEWEST or not all(_heading_like(cell.text) for _, cell in heads):
        return None
    end = _body_end(part.rows, at, [index for index, _ in heads], base)
    body = [row for row in part.rows[at + 1 : end] if _under(row, [index for index, _ in heads]) >= _FEWEST - 1]
    body = [row for row in body if not any(cell and base.subtotals.find(cell.text) for cell in row)]
    if len(body) < _ROWS:
        return None
    columns = []
    for n, (index, cell) in enumerate(heads):
        last = heads[n + 1][0] if n + 1 < len(heads) else len(row)
        texts = tuple(next((c.text for c in line[index:last] if c), "") for line in body)
        columns.append(Column(index, one_line(cell.text), cell.place, texts))
    while columns and not columns[0].filled:
        columns = columns[1:]  # 绩效指标 merged down beside the rows
    if len(columns) < _FEWEST:
        return None
    sample = Sample(file, tuple(columns), part.lines, part.rows[start:at], part.rows[end:], heads[0][1].place)
    return sample, end


def _heading_like(text: str) -> bool:
    plain = one_line(text)
    return len(fold(plain)) <= _LONGEST and _LABEL.fullmatch(plain) is not None


def _under(row: Row, starts: Sequence[int]) -> int:
    """Under how many headings something stands in a row."""
    ends = [*starts[1:], max(len(row), starts[-1] + 1)]
    return sum(any(row[start:end]) for start, end in zip(starts, ends, strict=True))


def _body_end(rows: Sequence[Row], at: int, starts: Sequence[int], base: Layout) -> int:
    """The index behind the last row of indicators below the headings at `at`."""
    headings = {fold(cell.text) for cell in rows[at] if cell}
    counts: list[tuple[int, int]] = []
    gap = 0
    for n in range(at + 1, len(rows)):
        row = rows[n]
        filled = [cell for cell in row if cell]
        again = sum(fold(cell.text) in headings for cell in filled) > len(headings) // 2
        under = 0 if again else _under(row, starts)
        first = next(iter(filled), None)
        closing = first is not None and (base.closing.find(first.text) or base.closing.find_before_colon(first.text))
        if closing or len(header_columns(row, base.budget.columns)) > len(headings) // 2:
            break
        if under < _FEWEST - 1:
            gap += 1
            if gap > _GAP:
                break
            continue
        gap = 0
        counts.append((n, under))
    usual = median(under for _, under in counts) if counts else 0
    while counts and counts[-1][1] < 0.6 * usual:  # the row of the total, called as nobody knows
        counts.pop()
    return counts[-1][0] + 1 if counts else at + 1
