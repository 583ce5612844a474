"""`jixiao report`: the reports of every bundle written, and how they were made told. Everything heavy is imported late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import note
from engine.errors import InputError
from engine.files import write_all

if TYPE_CHECKING:
    from engine.intake.bundle import Bundle
    from engine.results.bundles import BundleResult
    from engine.results.model import Result


def write_reports(
    items: Sequence[BundleResult],
    out: Path,
    formats: Sequence[str],
    templates: Path | None,
    together: Callable[[], Result] | None,
    *,
    as_filed: bool,
    clean: bool,
) -> None:
    """The files of each bundle, in a folder of its own unless there is one bundle only. `together`: the one result of all bundles,
    of which there is an index; None where the files are one bundle by the Contract."""
    from engine.reports import files as drafting

    pages: list[str] = []
    names = drafting.folders([item.bundle for item in items])
    for item, name in zip(items, names, strict=True):
        made = drafting.drafted(
            item.result,
            item.bundle.submission,
            item.policy,
            formats or drafting.FORMATS,
            templates,
            as_filed=as_filed,
            clean=clean,
            filed=_filed(item.bundle),
            home=f"../{drafting.INDEX}" if together else "",
        )
        pages += [f"{name}/{page}" for page in drafting.pages_of(made.files)]
        for path in write_all(made.files, out / name if together else out):
            click.echo(str(path))
        note(made.told)
    if pages and together:
        index = drafting.index(together(), pages, {item.policy.id: item.policy for item in items}, templates)
        for path in write_all({drafting.INDEX: index}, out):
            click.echo(str(path))


def _filed(bundle: Bundle) -> dict[str, bytes]:
    """The files of a bundle by name; one that is no longer there is left out."""
    from engine.intake.bundle import content_of

    out = {}
    for name in bundle.files:
        try:
            out[name] = content_of(Path(name))
        except InputError:
            continue
    return out
