"""Where the indicators stand in a document nobody described: the row of their headings, the rows below, what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from engine.documents.model import Block, Document, Paragraph, Row, Table, TableCell
from engine.forms.columns import header_columns, one_line
from engine.forms.labels import fold
from engine.forms.model import Layout
from engine.forms.reader import clean
from engine.forms.spans import sheet_of
from engine.learning.assignment import assign
from engine.learning.evidence import evidence
from engine.learning.model import Sample, SeenColumn

_FEWEST = 4
"""Columns a table of indicators has at least."""
_WIDEST = 30
_ROWS = 2
_MOST_ROWS = 60
"""So many rows of a form are looked at: what a column is shows in these."""
_LINES, _LINE = 8, 80
"""So many lines above a table may belong to it, none of them longer."""
_LONGEST = 24
_GAP = 2
"""So many rows in a row may be something else (a level of its own, a page's top) before the indicators are over."""
_ENOUGH = 150
"""Points of the columns of a table from which on it is one of indicators: two known labels, or two pairs that agree."""
_AMOUNTS = 120
"""Points less for a table with columns of the budget."""
_MOST_HEADERS = 60
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
    row, below = _headings(part.rows, at)
    heads = [(index, cell) for index, cell in enumerate(row) if cell]
    if not _FEWEST <= len(heads) <= _WIDEST or not all(_heading_like(cell.text) for _, cell in heads):
        return None
    starts = [index for index, _ in heads]
    end = _body_end(part.rows, below, heads, base)
    body = [line for line in part.rows[below:end] if _under(line, starts) >= _FEWEST - 1]
    body = [line for line in body if not any(cell and base.subtotals.find(cell.text) for cell in line)]
    whole, body = len(body), body[:_MOST_ROWS]
    if len(body) < _ROWS:
        return None
    columns = []
    for n, (index, cell) in enumerate(heads):
        last = heads[n + 1][0] if n + 1 < len(heads) else len(row)
        texts = tuple(next((c.text for c in line[index:last] if c), "") for line in body)
        columns.append(SeenColumn(index, one_line(cell.text), cell.place, texts))
    while columns and not columns[0].filled:
        columns = columns[1:]  # 绩效指标 merged down beside the rows
    if len(columns) < _FEWEST:
        return None
    lines = tuple(line for line in part.lines[-_LINES:] if len(line.text) <= _LINE)
    return Sample(file, tuple(columns), lines, part.rows[start:at], part.rows[end:], heads[0][1].place, whole), end


def _headings(rows: Sequence[Row], at: int) -> tuple[Row, int]:
    """The row of headings at `at`, put together with the one below where that only divides some of them (绩效水平 over 期望 and
    达到); and the index of the row behind."""
    row = rows[at]
    below = rows[at + 1] if at + 1 < len(rows) else ()
    divided = [index for index, cell in enumerate(below) if cell]
    if len(row) != len(below) or len(divided) < 2 or not all(_heading_like(below[index].text) for index in divided):
        return row, at + 1
    heads = [index for index, cell in enumerate(row) if cell]
    over = [max((head for head in heads if head <= index), default=-1) for index in divided]
    # each stands under a heading that spans it and others, or says that heading again
    again = [fold(below[index].text) == fold(row[index].text) for index in divided]
    if not any(over.count(head) > 1 for head in over) or not all(
        head >= 0 and (said or over.count(head) > 1) for head, said in zip(over, again, strict=True)
    ):
        return row, at + 1
    return tuple(lower if lower else upper for upper, lower in zip(row, below, strict=True)), at + 2


def _heading_like(text: str) -> bool:
    plain = one_line(text)
    return len(fold(plain)) <= _LONGEST and _LABEL.fullmatch(plain) is not None


def _under(row: Row, starts: Sequence[int]) -> int:
    """Under how many headings something stands in a row."""
    ends = [*starts[1:], max(len(row), starts[-1] + 1)]
    return sum(any(row[start:end]) for start, end in zip(starts, ends, strict=True))


def _body_end(rows: Sequence[Row], begin: int, heads: Sequence[tuple[int, TableCell]], base: Layout) -> int:
    """The index behind the last row of indicators, which begin at `begin`."""
    headings, starts = {fold(cell.text) for _, cell in heads}, [index for index, _ in heads]
    counts: list[tuple[int, int]] = []
    gap = 0
    for n in range(begin, min(len(rows), begin + 2 * _MOST_ROWS)):
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
    return counts[-1][0] + 1 if counts else begin
