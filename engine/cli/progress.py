"""A progress bar on standard error, on a terminal only: what goes to a file or a pipe is never touched by it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from engine.intake.collection import Progress

_WORTH_IT = 2
"""Fewer files than this are read before a bar could be seen."""
_NAME_SHOWN = 36


@contextmanager
def shown(what: str) -> Iterator[Progress | None]:
    """What to call as work goes on, or None where nobody looks. `what` is being done. NO_COLOR is respected (by rich)."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, name="", total=None, visible=False)

        def update(done: int, total: int, name: str) -> None:
            short = name if len(name) <= _NAME_SHOWN else f"…{name[-_NAME_SHOWN:]}"
            bar.update(task, completed=done, total=total, name=short, visible=total >= _WORTH_IT)

        yield update
