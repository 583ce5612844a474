"""The files of a bundle's reports, all rendered before any is written, so that a run that fails leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.errors import Place, Problem, UsageError
from engine.intake.bundle import Bundle
from engine.policy.model import Policy
from engine.reports.comparison import compared
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts, narrative_of
from engine.resources import shipped
from engine.results.model import Result
from engine.submission.model import Submission

FORMATS = ("docx", "html", "markdown")
INDEX = "report.html"
"""The page that leads to all others."""
_UNSAFE = re.compile(r"[^\w（）()·—-]+")


def reports(
    result: Result,
    submission: Submission,
    policy: Policy,
    formats: Sequence[str],
    templates: Path | None = None,
    *,
    as_filed: bool = False,
    compare: bool = False,
    why: str = "",
    home: str = "",
) -> dict[str, bytes]:
    """File name -> content: one .docx and .md a form, one .html for the bundle (of many forms: an index, and one a form),
    from a bundle's result and its record. `why`: why no policy judged it, where none did. `home`: where the index of all bundles is
    where this is one of several; then each form has a page of its own.

    Raises PolicyError with template, line and missing name.
    """
    narrative = narrative_of(policy)
    roots = [*([templates] if templates else []), shipped("templates")]
    made = drafts(contexts(result, submission.forms, policy, as_filed=as_filed, why=why), policy, roots)
    if compare:
        made = [compared(draft, draft.context.form, narrative) for draft in made]
    files: dict[str, bytes] = {}
    names: dict[str, None] = {}
    for draft in made:
        name = _name(draft, names)
        names[name] = None
        if "markdown" in formats:
            from engine.reports.markdown import render as markdown

            files[f"{name}.md"] = markdown(draft, narrative.phrases["columns"]).encode()
        if "docx" in formats:
            from engine.reports.word import render as word

            files[f"{name}.docx"] = word(draft, _template(narrative.word or "word/report.docx", roots))
    if "html" in formats:
        from engine.reports.html import ON_ONE_PAGE, pages

        together = 1 if home else ON_ONE_PAGE
        shown = pages(result, made, list(names), policy, roots, together=together, home=home)
        files |= {name: page.encode() for name, page in shown}
    return files


def index(result: Result, pages: Sequence[str], policies: Mapping[str, Policy], templates: Path | None = None) -> bytes:
    """The index of a folder's pages, from the one result of all its bundles. `pages`: the page of each form, in their order."""
    from engine.reports.index import page

    return page(result, pages, policies, [*([templates] if templates else []), shipped("templates")]).encode()


def pages_of(made: Mapping[str, bytes]) -> list[str]:
    """The names of the forms' pages among a bundle's files, in the order of the forms."""
    pages = [name for name in made if name.endswith(".html")]
    return pages[:-1] or pages


def folders(bundles: Sequence[Bundle]) -> list[str]:
    """A folder's name for each bundle: its unit, with the year where a unit has several, and a number where that is not enough.
    No two are the same to a file system that does not tell capitals apart."""
    units = [next(iter(bundle.submission.forms)).unit for bundle in bundles]
    out: list[str] = []
    for bundle, unit in zip(bundles, units, strict=True):
        base = _UNSAFE.sub("", unit)[:60] or "report"
        if units.count(unit) > 1:
            base = f"{base}{bundle.submission.forms[0].fiscal_year}"
        name, number = base, 2
        while name.casefold() in map(str.casefold, out):
            name, number = f"{base}（{number}）", number + 1
        out.append(name)
    return out


def _template(name: str, roots: Sequence[Path]) -> Path:
    found = next((root / name for root in roots if (root / name).is_file()), None)
    if found is None:
        raise UsageError(
            Problem(Place(name), "没有这个 Word 模板", "、".join(str(root) for root in roots), code="template.missing")
        )
    return found


def _name(draft: Draft, taken: Mapping[str, None]) -> str:
    """A file name from the draft's title: no path signs, no longer than file systems take, none twice."""
    base = _UNSAFE.sub("", draft.title)[:60] or "report"
    name, number = base, 2
    while name in taken or name == "report":
        name, number = f"{base}（{number}）", number + 1
    return name
