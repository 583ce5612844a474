"""`jixiao report --letters`: a letter to each unit whose material is to be returned. Everything heavy is imported late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import note
from engine.errors import Place, Problem, UsageError
from engine.files import argument, write_all

if TYPE_CHECKING:
    from engine.results.bundles import BundleResult

BY = "--by"


def day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """The day of `--by`. Raises UsageError if it is none."""
    from engine.policy.periods import option

    return option(argument(value), BY) if value else None


def write_letters(items: Sequence[BundleResult], out: Path, templates: Path | None, by: date | None) -> None:
    """A letter to each unit of which something is to be returned; how many there are, and who gets none, is told."""
    from engine.reports import files as drafting
    from engine.reports import letters
    from engine.resources import shipped

    roots = [*([templates] if templates else []), shipped("templates")]
    parts = letters.parts_of(roots)
    units: dict[str, list[BundleResult]] = {}
    for item in items:
        units.setdefault(item.bundle.submission.forms[0].unit, []).append(item)
    names = drafting.folders([own[0].bundle for own in units.values()])
    made: dict[str, bytes] = {}
    for (unit, own), name in zip(units.items(), names, strict=True):
        if content := letters.letter(unit, [(item.result, item.policy) for item in own], roots, parts, by):
            made[f"退回修改通知-{name}.docx"] = content
    for path in write_all(made, out):
        click.echo(str(path))
    if left := len(units) - len(made):
        note([f"{len(units)} 个单位，{left} 个没有需要退回修改的问题，没有写通知"])


def check(letters_wanted: bool, by: date | None, formats: Sequence[str]) -> None:
    """Raises UsageError for options that do not go together."""
    if by and not letters_wanted:
        raise UsageError(Problem(Place(), f"{BY} 只与 --letters 同用", "--letters", code="usage.letters"))
    if letters_wanted and formats:
        raise UsageError(Problem(Place(), "--letters 只写 Word 的通知，不与 --format 同用", "不写 --format", code="usage.letters"))
