"""The files of a bundle's reports, all rendered before any is written, so that a run that fails leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Place, Problem, UsageError
from engine.intake.bundle import Bundle
from engine.policy.model import Policy
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts, narrative_of
from engine.reports.revision.anew import anew
from engine.reports.revision.filed import has_report
from engine.reports.revision.planning import plan_of
from engine.reports.revision.revised import RevisedFile, revised_files
from engine.resources import shipped
from engine.results.model import Result
from engine.submission.model import Submission


@dataclass(frozen=True, slots=True)
class DraftedFiles:
    """The files of a bundle's reports by name, and what is to be said of how they were made."""

    files: dict[str, bytes]
    told: tuple[str, ...] = ()


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
    why: str = "",
) -> dict[str, bytes]:
    """The files by name, as `drafted` makes them, where no filed file is at hand."""
    return drafted(result, submission, policy, formats, templates, as_filed=as_filed, why=why).files


def drafted(
    result: Result,
    submission: Submission,
    policy: Policy,
    formats: Sequence[str],
    templates: Path | None = None,
    *,
    as_filed: bool = False,
    clean: bool = False,
    why: str = "",
    filed: Mapping[str, bytes] | None = None,
    home: str = "",
) -> DraftedFiles:
    """One .docx and .md a form, one .html for the bundle (of many forms: an index, and one a form), from a bundle's result and its
    record. Of a filed Word file (`filed`: the files by name) in which a report stands it is that file itself, revised; `clean`:
    without marks. `why`: why no policy judged the bundle, where none did. `home`: where the index of all bundles is where this is
    one of several; then each form has a page of its own.

    Raises PolicyError with template, line and missing name.
    """
    narrative = narrative_of(policy)
    roots = [*([templates] if templates else []), shipped("templates")]
    made = drafts(contexts(result, submission.forms, policy, as_filed=as_filed, why=why), policy, roots)
    revision = narrative.revision
    revised: list[RevisedFile] = []
    told: list[str] = []
    if revision is not None:
        plans = plan_of(result, made, policy, revision, as_filed=as_filed)
        if "docx" in formats:
            revised, told = revised_files(made, plans, revision, filed or {}, clean=clean)
        made = [
            anew(draft, plan, narrative) if has_report(draft.context.form) else draft
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

