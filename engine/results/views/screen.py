"""What goes to a terminal, or as plain text to a file: tables without lines, as wide as the screen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.results.views.columns import LEFT, Column, Row, shown_on

TERMINAL_WIDTH = 80
PLAIN_WIDTH = 100
"""Columns of a text that goes to a file or a pipe."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A line that is not broken in a file, however long."""

    text: Text


def printed(parts: Iterable[Any], *, terminal: bool, wide: int | None = None) -> str:
    """The parts one below the other: in colour on a terminal (NO_COLOR respected), plain for a file.

    `wide`: columns, where they are not the terminal's or COLUMNS'.
    """
    out = StringIO()
    console = Console(file=out, highlight=False, force_terminal=terminal, width=wide or width(terminal))
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
        cells = [Text(column.text(row), style=style(row, column.title) if style else "") for column in own]
        made.add_row(*cells, style=style(row, "") if style else "")
    return made
