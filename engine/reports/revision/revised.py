"""The filed Word documents of a bundle, each revised as a whole: it may hold the reports of several forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.documents.kinds import kind_of
from engine.errors import InputError
from engine.policy.narrative import Revision
from engine.reports.draft import Draft
from engine.reports.revision.document import revise
from engine.reports.revision.filed import has_report
from engine.reports.revision.model import RevisionPlan, Spot
from engine.reports.revision.settled import accepted

_KINDS = {1: "heading1", 2: "heading2"}
_PATH = re.compile(r"[\\/]")


@dataclass(frozen=True, slots=True)
class RevisedFile:
    """A filed document with our revisions: what it is to be called, its own bare name, the places of its forms among the drafts."""

    name: str
    filed: str
    data: bytes
    forms: tuple[int, ...]


def revised_files(
    drafts: Sequence[Draft], plans: Sequence[RevisionPlan], revision: Revision, filed: Mapping[str, bytes], *, clean: bool = False
) -> tuple[list[RevisedFile], list[str]]:
    """Every document of `filed` (the bytes of the files by name) in which a report stands and that can be revised, and what is to
    be said of those that cannot. `clean`: as it reads with all accepted, without marks and comments."""
    out: list[RevisedFile] = []
    told: list[str] = []
    files: dict[str, list[int]] = {}
    for n, draft in enumerate(drafts):
        files.setdefault(draft.context.form.place.file, []).append(n)
    for file, numbers in files.items():
        if not any(has_report(drafts[n].context.form) for n in numbers):
            continue
        data = filed.get(file)
        if data is None or kind_of(data).key != "docx":
            why = "没有原文件" if data is None else "不是 Word（.docx）文件"
            told.append(f"{file or '记录'}：{why}，不能在原文上修订，按原文的文字另行起草，写对的句子照抄")
            continue
        forms = [drafts[n].context.form for n in numbers]
        models: dict[str, list[Spot]] = {}
        for section in (section for form in forms for section in form.report if section.key):
            models.setdefault(_KINDS.get(section.depth, "heading2"), []).append(Spot(section.place, "", 0, 0))
            models.setdefault("paragraph", []).extend(Spot(p.place, "", 0, 0) for p in section.paragraphs if not p.place.table)
        try:
            made = revise(data, [plans[n] for n in numbers], revision.notes["unwritten"], models)
            name = revision.names["clean" if clean else "revised"].replace("{name}", _stem(file))
            out.append(RevisedFile(name, _stem(file), accepted(made.data) if clean else made.data, tuple(numbers)))
        except InputError as error:
            told += [f"{problem}；按原文的文字另行起草" for problem in error.problems]
            continue
        if made.left:
            why = "有他人的修订，是自动计算的内容，或在原文里找不准"
            told.append(f"{file}：{len(made.left)} 处应改而没有直接改（{why}），写在批注和修改清单里")
    return out, told


def _stem(file: str) -> str:
    """A file's bare name without what it ends with."""
    name = _PATH.split(file)[-1]
    return name.rpartition(".")[0] or name
