"""The HTTP interface of the editor: a person's draft of a policy, its changes, its effect on forms, saving and publishing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, Field

from engine.editing import changes as editing
from engine.editing import fields as form_fields
from engine.editing.changes import FileChange
from engine.editing.saving import difference
from engine.errors import PolicyError
from engine.language.wording import WORDS
from engine.workbench import draft_changes
from engine.workbench.access import Editor
from engine.workbench.api.forms import WRONG
from engine.workbench.api.model import Jurisdiction, Trouble, Year
from engine.workbench.bodies import Sent
from engine.workbench.merging import state
from engine.workbench.problems import told
from engine.workbench.sessions import Session
from engine.workbench.state import Workbench, bench
from engine.workbench.uploads import safe_name

router = APIRouter(prefix="/api/v1", responses=WRONG)
Step = Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=0, le=10_000)]
Revision = Annotated[int, Field(ge=0, le=2**31)]


class Seen(BaseModel):
    """一份草稿：各文件的全文、错在哪里、改了哪些。"""

    id: str
    revision: int
    files: dict[str, str]
    changed: list[str]
    problems: list[Trouble]
    groups: dict[str, int] | None
    """None: the policy is too broken to show a form of it."""
    undo: int
    redo: int
    status: str
    state: str
    """Of what is saved: another one after anybody saves."""
    moved: list[str]
    """Files of the draft that someone else has saved since it was begun."""


class Edit(Sent):
    """改一处。file 为空时 at 是整个政策里的路径（继承来的内容）。"""

    revision: Revision
    kind: Literal["set", "delete", "insert", "override", "copy", "disable", "enable"]
    at: Annotated[list[Step], Field(min_length=1, max_length=20)]
    file: Annotated[str, Field(max_length=200)] = ""
    value: Any = None
    value_kind: Literal["text", "number", "bool", "list", "param", "field", "data"] = "data"
    state: Annotated[str, Field(max_length=64)] = ""
    """What was saved when the place was chosen; empty: not looked at."""
    was: Any = None
    """What stood in the field, as the form shows it: where it still does, changes of other places meanwhile do not matter."""
    item: Annotated[str, Field(max_length=200)] = ""
    """The id of the item the field is of."""


class Texts(Sent):
    """整个文件的新内容。seen：动手改时各文件的内容；别人（或别的窗口）这中间的修改据此合并，不会被盖掉。"""

    revision: Revision
    files: Annotated[dict[str, str], Field(max_length=200)]
    seen: Annotated[dict[str, str], Field(max_length=200)] = Field(default_factory=dict)


class At(Sent):
    """从草稿的哪一版起。"""

    revision: Revision


class Save(At):
    """保存。seen：冲突时看过的、磁盘上各文件的校验码。"""

    seen: Annotated[dict[str, str], Field(max_length=200)] = Field(default_factory=dict)


class State(BaseModel):
    """草稿和政策文件现在的版本，和最近一次是谁保存的。"""

    revision: int
    state: str
    moved: list[str]
    by: str
    at: str


class Saved(BaseModel):
    """保存了哪些文件，各改了什么。"""

    saved: dict[str, str]
    draft: Seen


@router.get("/drafts/{jurisdiction}/{year}", summary="草稿")
async def draft(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> Seen:
    return await bench(request).busy(seen_by, bench(request), who, f"{jurisdiction}/{year}")


@router.get("/drafts/{jurisdiction}/{year}/state", summary="草稿和政策文件变了没有")
def state_of(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> State:
    work, policy = bench(request), f"{jurisdiction}/{year}"
    mine, now = work.drafts.get(who.account.name, policy), state(work.drafts.on_disk(policy))
    recent = work.log.page(size=50, only={"policy": policy, "outcome": "done"}).entries
    last = next((one for one in recent if one["action"] in ("save", "publish")), {})
    by, at = str(last.get("who", "")), str(last.get("at", ""))
    return State(revision=mine.revision, state=now, moved=list(work.drafts.moved(mine)), by=by, at=at)


@router.get("/drafts/{jurisdiction}/{year}/items", summary="草稿里的一类内容，逐项逐栏")
async def items(
    request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, group: Annotated[str, Query(max_length=40)]
) -> list[dict[str, Any]]:
    work = bench(request)

    def found() -> list[dict[str, Any]]:
        view = draft_changes.view(work.drafts, who.account.name, f"{jurisdiction}/{year}", work.library)
        return form_fields.items_of(view.resolved, view.own, group) if view.resolved else []

    return await bench(request).busy(found)


@router.get("/drafts/{jurisdiction}/{year}/catalogue", summary="条件里可用的字段、比较方式、参数和条款")
async def catalogue(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> dict[str, Any]:
    work = bench(request)

    def found() -> dict[str, Any]:
        resolved = draft_changes.view(work.drafts, who.account.name, f"{jurisdiction}/{year}", work.library).resolved
        if resolved is None:
            return {"operators": WORDS, "fields": {}, "parameters": [], "clauses": []}
        return {
            "operators": WORDS,
            "fields": form_fields.catalogue(resolved),
            "parameters": list(form_fields.parameters(resolved)),
            "clauses": list(form_fields.clauses(resolved)),
        }

    return await bench(request).busy(found)


@router.post("/drafts/{jurisdiction}/{year}/changes", summary="改一处")
async def change(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, edit: Edit) -> Seen:
    work, policy = bench(request), f"{jurisdiction}/{year}"
    value = edit.value if edit.value_kind == "data" else editing.typed(edit.value, edit.value_kind)
    wanted = FileChange(edit.kind, tuple(edit.at), edit.file, _exact(value))

    def made() -> Seen:
        field = None if edit.was is None else draft_changes.SeenField(edit.was, edit.item)
        draft_changes.apply(work.drafts, who.account.name, policy, edit.revision, wanted, work.library, edit.state, field)
        return seen_by(work, who, policy)

    return await bench(request).busy(made)


@router.post("/drafts/{jurisdiction}/{year}/workbook", summary="读回导出的 Excel 工作簿，改动进入草稿")
async def workbook(
    request: Request,
    who: Editor,
    jurisdiction: Jurisdiction,
    year: Year,
    file: Annotated[UploadFile, File(description="导出的 .xlsx")],
    revision: Annotated[int, Form(ge=0, le=2**31)],
) -> Seen:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def made() -> Seen:
        from engine.editing.workbook import opened, read

        content, name = file.file.read(), safe_name(file.filename or "")
        view = draft_changes.view(work.drafts, who.account.name, policy, work.library)
        with work.log.deed(who.account.name, "import", policy=policy, file=name):
            changed = read(opened(content, name), policy, view, work.library)
            work.drafts.edit(who.account.name, policy, revision, changed, view.texts)
        return seen_by(work, who, policy)

    return await bench(request).busy(made)


@router.put("/drafts/{jurisdiction}/{year}", summary="改整个文件")
async def texts(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, new: Texts) -> Seen:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def made() -> Seen:
        work.drafts.edit(who.account.name, policy, new.revision, new.files, new.seen)
        return seen_by(work, who, policy)

    return await bench(request).busy(made)


@router.post("/drafts/{jurisdiction}/{year}/undo", summary="撤销一步")
async def undo(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, at: At) -> Seen:
    return await bench(request).busy(_stepped, bench(request), who, f"{jurisdiction}/{year}", at.revision, True)


@router.post("/drafts/{jurisdiction}/{year}/redo", summary="重做一步")
async def redo(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, at: At) -> Seen:
    return await bench(request).busy(_stepped, bench(request), who, f"{jurisdiction}/{year}", at.revision, False)


@router.delete("/drafts/{jurisdiction}/{year}", summary="放弃未保存的修改")
async def discard(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> Seen:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def made() -> Seen:
        work.drafts.discard(who.account.name, policy)
        return seen_by(work, who, policy)

    return await bench(request).busy(made)


@router.put("/drafts/{jurisdiction}/{year}/saved", summary="保存到政策文件；别人改过同一处时不保存，给出两边")
async def save(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, at: Save) -> Saved:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def made() -> Saved:
        before = work.drafts.on_disk(policy)
        with work.log.deed(who.account.name, "save", policy=policy) as about:
            written = work.drafts.save(who.account.name, policy, at.revision, at.seen)
            about |= changed(written)
        remembered(work, who, policy, "save", before)
        told_changes = {name: difference(before, after, name) for name, (before, after) in written.items()}
        return Saved(saved=told_changes, draft=seen_by(work, who, policy))

    return await bench(request).busy(made)


@router.get("/drafts/{jurisdiction}/{year}/difference", summary="草稿改了什么：逐文件、逐项")
async def differences(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> dict[str, Any]:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def found() -> dict[str, Any]:
        own, disk = work.drafts.get(who.account.name, policy), work.drafts.on_disk(policy)
        files = {name: difference(disk.get(name, ""), own.texts[name], name) for name in own.changed}
        return {"files": files, "items": _items_changed(work, who, policy)}

    return await bench(request).busy(found)


def _stepped(work: Workbench, who: Session, policy: str, revision: int, back: bool) -> Seen:
    work.drafts.step(who.account.name, policy, revision, back)
    return seen_by(work, who, policy)


def seen_by(work: Workbench, who: Session, policy: str) -> Seen:
    """The person's draft as the editor shows it."""
    draft = work.drafts.get(who.account.name, policy)
    view = draft_changes.view(work.drafts, who.account.name, policy, work.library)
    status = str(view.resolved.sections["policy"].get("status", "")) if view.resolved else ""
    return Seen(
        id=policy,
        revision=draft.revision,
        files=dict(view.texts),
        changed=list(draft.changed),
        problems=[Trouble(**told(problem)) for problem in view.problems],
        groups=form_fields.counts(view.resolved) if view.resolved else None,
        undo=len(draft.undo),
        redo=len(draft.redo),
        status=status,
        state=state(work.drafts.on_disk(policy)),
        moved=list(work.drafts.moved(draft)),
    )


def remembered(work: Workbench, who: Session, policy: str, action: str, before: Mapping[str, str]) -> None:
    """Keep what the policy is now, and what it was before the first save that is kept."""
    if not work.history.versions(policy):
        work.history.keep(policy, "", "", before)
    work.history.keep(policy, who.account.name, action, work.drafts.on_disk(policy))


def changed(changes: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What the log says of files that were changed: their names, and the difference it makes."""
    told_changes = "\n".join(difference(before, after, name) for name, (before, after) in changes.items())
    return {"files": list(changes), "difference": told_changes}


def _items_changed(work: Workbench, who: Session, policy: str) -> str:
    """The change in an officer's words, where both sides are sound enough to be compared."""
    from engine.changes.diff.compare import compare
    from engine.changes.diff.view import render

    with work.drafts.library(who.account.name, policy, work.library) as library:
        try:
            compared = compare(work.policies / policy, library.roots[0] / policy, library)
            return render(compared, terminal=False).replace(str(library.roots[0]) + "/", "")
        except PolicyError:
            return ""


def _exact(value: Any) -> Any:
    """JSON data as YAML data: no binary fractions, which would write 0.1 as something else."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {str(key): _exact(inner) for key, inner in value.items()}
    return [_exact(inner) for inner in value] if isinstance(value, list) else value
