"""A table is one list of columns: what stands in them is said once, and a terminal, Markdown, Excel and a page each show it.

A column's kind says how. `text` and `name` are words, at the left and folded where they are long (a `name` is the row's own);
`number` (decimals as the document writes them) and `word` (short: a grade, 12/40) stand at the right, in one piece, and where
there is none (None) a dash says so; `count` and `extra` stand there, too, but are left out. `money` (万元) and `rate` (a share of
1, shown in per cent) are numbers of Excel's. `mark` is a remark beside numbers;
`own` and `mark` need no title in a text: the row says it. `bar` and `markup` are a page's: its template draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from engine.results.views.excel import Sheet, Value, numeric

Kind = Literal["text", "name", "own", "number", "money", "rate", "word", "count", "extra", "mark", "bar", "markup"]
Medium = Literal["terminal", "markdown", "excel", "page"]
Row = TypeVar("Row")
EVERYWHERE: tuple[Medium, ...] = ("terminal", "markdown", "excel", "page")
MISSING = "—"
LEFT = ("text", "name", "own", "mark")
_UNTITLED = ("own", "mark")
_DASHED = ("number", "word")
_NUMBERS = ("number", "money", "rate")
FORMATS: dict[str, str] = {"money": "#,##0.00", "rate": "0.00%"}
"""How Excel shows the numbers of these kinds."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its title, what stands in it for a row, of which kind that is, and where it is shown."""

    title: str
    value: Callable[[Row], Value]
    kind: Kind = "text"
    on: tuple[Medium, ...] = EVERYWHERE
    wide: int | None = None
    """How many characters wide it is in Excel at the most, where that is not as usual."""
    choices: tuple[str, ...] = ()
    """The words a drop-down offers in Excel."""

    def text(self, row: Row) -> str:
        """What stands in the column, as a text shows it."""
        value = self.value(row)
        return str(value) if value is not None else MISSING if self.kind in _DASHED else ""

    @property
    def heading(self) -> str:
        """The title in a text."""
        return "" if self.kind in _UNTITLED else self.title


def shown_on(columns: Iterable[Column[Row]], medium: Medium) -> list[Column[Row]]:
    """The columns a medium shows."""
    return [column for column in columns if medium in column.on]


def page_head(columns: Iterable[Column[Row]]) -> list[dict[str, str]]:
    """Title and kind of each column, for a page's template (`head` and `cells` of page/parts.html.j2)."""
    return [{"title": column.title, "kind": column.kind} for column in shown_on(columns, "page")]


def page_cells(columns: Iterable[Column[Row]], row: Row) -> list[str]:
    """What stands in the columns of a page; empty where there is nothing, which the template says in its own way."""
    values = (column.value(row) for column in shown_on(columns, "page"))
    return ["" if value is None else str(value) for value in values]


def markdown(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> list[str]:
    """The table as lines of Markdown; cells are escaped."""
    own = shown_on(columns, "markdown")
    return markdown_rows([column.heading for column in own], [[column.text(row) for column in own] for row in rows])


def markdown_rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table of texts; cells are escaped."""
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return out + ["| " + " | ".join(map(escape, row)) + " |" for row in rows]


def escape(text: str) -> str:
    """Text as a Markdown cell shows it: on one line, with no markup of its own."""
    out = " ".join(str(text).split())
    for sign in "\\|`*_[]<>#":
        out = out.replace(sign, "\\" + sign)
    return out


def sheet(name: str, columns: Sequence[Column[Row]], rows: Iterable[Row], left: int = 1, printed: int = 0) -> Sheet:
    """The table as a sheet of a workbook: numbers are numbers. `left` columns stay in view, `printed` are printed (0: all)."""
    own = shown_on(columns, "excel")
    return Sheet(
        name,
        tuple(column.title for column in own),
        [[_cell(column, row) for column in own] for row in rows],
        left,
        formats={n: FORMATS[column.kind] for n, column in enumerate(own) if column.kind in FORMATS},
        widest={n: column.wide for n, column in enumerate(own) if column.wide is not None},
        words=frozenset(n for n, column in enumerate(own) if column.kind in LEFT),
        choices={n: column.choices for n, column in enumerate(own) if column.choices},
        printed=printed,
    )


def _cell(column: Column[Row], row: Row) -> Value:
    value = column.value(row)
    return numeric(value) if column.kind in _NUMBERS and isinstance(value, str) else value
