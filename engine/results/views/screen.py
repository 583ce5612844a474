"""What goes to a terminal, or as plain text to a file: tables without lines, as wide as the screen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.lines import breaks, widest, width_of
from engine.results.views.columns import LEFT, Column, Row, shown_on

TERMINAL_WIDTH = 80
PLAIN_WIDTH = 100
"""Columns of a text that goes to a file or a pipe."""


class ChineseText(Text):
    """A text whose lines are broken as Chinese is set."""

    @classmethod
    def of(cls, text: Text) -> ChineseText:
        """The same text, broken so."""
        return cls(
            text.plain,
            style=text.style,
            justify=text.justify,
            overflow=text.overflow,
            no_wrap=text.no_wrap,
            end=text.end,
            tab_size=text.tab_size,
            spans=list(text.spans),
        )

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """As that of Text, at the places where Chinese may be broken."""
        if self.no_wrap if no_wrap is None else no_wrap:
            return super().wrap(console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        out = Lines()
        for line in self.split(allow_blank=True):
            line.expand_tabs(tab_size)
            made = line.divide(breaks(line.plain, width))
            for one in made:
                one.rstrip_end(width)
            if aligned := justify or self.justify:
                made.justify(console, width, justify=aligned, overflow=overflow or self.overflow or "fold")
            out.extend(made)
        return out

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Between what is not to be broken and the longest line."""
        longest = max((width_of(line) for line in self.plain.split("\n")), default=0)
        return Measurement(min(widest(self.plain), longest), longest)


class ChineseConsole(Console):
    """A console whose texts are broken as Chinese is set; a string is what it is, no markup."""

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """As that of Console; with `soft_wrap` no line is broken."""
        shown = [Text(one) if isinstance(one, str) else one for one in objects]
        super().print(*(shown if soft_wrap else map(_chinese, shown)), soft_wrap=soft_wrap, **options)


def _chinese(part: Any) -> Any:
    if isinstance(part, Padding):
        around = (part.top, part.right, part.bottom, part.left)
        return Padding(_within(part.renderable), around, style=part.style, expand=part.expand)
    # a console joins the texts it is given to one of its own kind: one with an edge, if of no width, it leaves as it is
    return Padding(_within(part), 0, expand=False) if isinstance(part, Text) and part.plain.strip() else part


def _within(part: Any) -> Any:
    return ChineseText.of(part) if isinstance(part, Text) else part


@dataclass(frozen=True, slots=True)
class Whole:
    """A line that is not broken in a file, however long."""

    text: Text


def printed(parts: Iterable[Any], *, terminal: bool, wide: int | None = None) -> str:
    """The parts one below the other: in colour on a terminal (NO_COLOR respected), plain for a file.

    `wide`: columns, where they are not the terminal's or COLUMNS'.
    """
    out = StringIO()
    console = ChineseConsole(file=out, highlight=False, force_terminal=terminal, width=wide or width(terminal))
    for part in parts:
        if isinstance(part, Whole):
            console.print(part.text, soft_wrap=not terminal)
        else:
            console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def width(terminal: bool) -> int:
    """The terminal's columns; COLUMNS where it is set; else a width for files."""
    return shutil.get_terminal_size((TERMINAL_WIDTH if terminal else PLAIN_WIDTH, 24)).columns


def plain_table(**options: Any) -> Table:
    """A table without lines."""
    return Table(**{"box": None, "pad_edge": False, "padding": (0, 2, 0, 0), "header_style": "", **options})


def table(
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    *,
    least: Mapping[str, int] | None = None,
    style: Callable[[Row, str], str] | None = None,
    **options: Any,
) -> Table:
    """A table of these columns. `least`: the least width of a column, by title; `style`: that of a cell, by row and title, and of
    a whole row where the title is empty."""
    own, made = shown_on(columns, "terminal"), plain_table(**options)
    for column in own:
        left, wide = column.kind in LEFT, (least or {}).get(column.title)
        made.add_column(column.heading, justify="left" if left else "right", no_wrap=not left, overflow="fold", min_width=wide)
    for row in rows:
        cells = [ChineseText(column.text(row), style=style(row, column.title) if style else "") for column in own]
        made.add_row(*cells, style=style(row, "") if style else "")
    return made


def lines_printed(lines: Iterable[Text], *, terminal: bool) -> str:
    """Lines one below the other, folded on a terminal alone; in colour there (NO_COLOR respected)."""
    out = StringIO()
    console = ChineseConsole(file=out, highlight=False, force_terminal=terminal)
    for line in lines:
        console.print(line, soft_wrap=not terminal)
    return out.getvalue()
