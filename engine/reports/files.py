"""The files of a bundle's reports, all rendered before any is written, so that a run that fails leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Place, Problem, UsageError
from engine.intake.bundle import Bundle
from engine.policy.model import Policy
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts, narrative_of
from engine.reports.revision.anew import anew
from engine.reports.revision.filed import has_report
from engine.reports.revision.planning import plan_of
from engine.reports.revision.revised import RevisedFile, revised_files
from engine.reports.revision.undivided import with_keys
from engine.resources import shipped
from engine.results.model import Result
from engine.submission.model import Submission

if TYPE_CHECKING:
    from engine.reports.amendments import Amendments


@dataclass(frozen=True, slots=True)
class DraftedFiles:
    """The files of a bundle's reports by name, and what is to be said of how they were made."""

    files: dict[str, bytes]
    told: tuple[str, ...] = ()


FORMATS = ("docx", "html", "markdown")
INDEX = "report.html"
"""The page that leads to all others."""
_LONGEST, _KEPT = 76, 8
"""Characters of a file's name (a file system takes 255 bytes), and how many of its end stay where it is cut."""
_UNSAFE = re.compile(r"[^\w（）()·—-]+")


def reports(
    result: Result,
    submission: Submission,
    policy: Policy,
    formats: Sequence[str],
    templates: Path | None = None,
    *,
    as_filed: bool = False,
) -> dict[str, bytes]:
    """The files by name, as `drafted` makes them, where no filed file is at hand."""
    return drafted(result, submission, policy, formats, templates, as_filed=as_filed).files


def drafted(
    result: Result,
    submission: Submission,
    policy: Policy,
    formats: Sequence[str],
    templates: Path | None = None,
    *,
    as_filed: bool = False,
    clean: bool = False,
    filed: Mapping[str, bytes] | None = None,
    home: str = "",
) -> DraftedFiles:
    """One .docx and .md a form, one .html for the bundle (of many forms: an index, and one a form), from a bundle's result and its
    record. Of a filed Word file (`filed`: the files by name) in which a report stands it is that file itself, revised; `clean`:
    without marks. `home`: where the index of all bundles is where this is
    one of several; then each form has a page of its own.

    Raises PolicyError with template, line and missing name.
    """
    narrative = narrative_of(policy)
    roots = [*([templates] if templates else []), shipped("templates")]
    keyed = [with_keys(form, policy.layout) for form in submission.forms]
    made = drafts(contexts(result, keyed, policy, as_filed=as_filed), policy, roots)
    revision = narrative.revision
    revised: list[RevisedFile] = []
    told: list[str] = []
    if revision is not None:
        plans = plan_of(result, made, policy, revision, as_filed=as_filed)
        if "docx" in formats:
            revised, told = revised_files(made, plans, revision, filed or {}, clean=clean)
        made = [
            anew(draft, plan, narrative, policy.layout) if has_report(draft.context.form) else draft
            for draft, plan in zip(made, plans, strict=True)
        ]
    files: dict[str, bytes] = {}
    names: dict[str, None] = {}
    own: list[str] = []
    in_place = {n for one in revised for n in one.forms if has_report(made[n].context.form)}
    lists: list[tuple[str, tuple[int, ...]]] = []
    for one in revised:
        name = _free(one.name, names)
        files[f"{name}.docx"] = one.data
        lists.append((one.filed, one.forms))
    for n, draft in enumerate(made):
        name = _name(draft, names)
        own.append(name)
        if "markdown" in formats:
            from engine.reports.markdown import render as markdown

            files[f"{name}.md"] = markdown(draft, narrative.phrases["columns"]).encode()
        if "docx" in formats and n not in in_place:
            from engine.reports.word import render as word

            template = _template(narrative.word or "word/report.docx", roots)
            files[f"{name}.docx"] = word(draft, template, narrative.phrases.get("asks"))
            lists.append((name, (n,)))
    if revision is not None and lists:
        from engine.reports.amendments import Amendments

        slips = Amendments(result, policy)
        for name, forms in lists:
            files |= _lists(slips, result, policy, revision.names["list"].replace("{name}", name), forms, made, roots)
    if "html" in formats:
        from engine.reports.html import ON_ONE_PAGE, pages

        together = 1 if home else ON_ONE_PAGE
        shown = pages(result, made, own, policy, roots, together=together, home=home)
        files |= {name: page.encode() for name, page in shown}
    return DraftedFiles(files, tuple(told))


def _lists(
    slips: Amendments, result: Result, policy: Policy, name: str, forms: Sequence[int], made: Sequence[Draft], roots: Sequence[Path]
) -> dict[str, bytes]:
    """The list of corrections of some forms as Word and Excel files; none where there is nothing to correct."""
    from engine.reports.amendments import document, workbook

    rows = slips.of(forms)
    if not rows:
        return {}
    unit = made[forms[0]].context.form.unit
    template = policy.narrative.amendments if policy.narrative else ""
    return {f"{name}.docx": document(rows, result, policy, name, unit, roots, template), f"{name}.xlsx": workbook(rows, roots)}


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


def _name(draft: Draft, taken: dict[str, None]) -> str:
    """A file name from the draft's title: no path signs, no longer than file systems take (its end is kept), none twice."""
    base = _UNSAFE.sub("", draft.title) or "report"
    return _free(base if len(base) <= _LONGEST else base[: _LONGEST - _KEPT] + base[-_KEPT:], taken)


def _free(base: str, taken: dict[str, None]) -> str:
    """A name that is not taken yet, nor the page's."""
    name, number = base, 2
    while name in taken or name == "report":
        name, number = f"{base}（{number}）", number + 1
    taken[name] = None
    return name
