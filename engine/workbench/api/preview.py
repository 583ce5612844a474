"""The HTTP interface of trying a draft on forms: which forms there are, the effect, how a score came about, the impact."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from pydantic import BaseModel, Field

from engine.workbench import kept as shelf
from engine.workbench import preview as trial
from engine.workbench.access import Editor, Viewer
from engine.workbench.api.forms import WRONG
from engine.workbench.api.model import Jurisdiction, Made, Year
from engine.workbench.bodies import Sent
from engine.workbench.state import Refused, bench

router = APIRouter(prefix="/api/v1", responses=WRONG)
MAX_EFFECT = 40
"""Forms' bundles tried at once: the editor waits for the answer."""
Key = Annotated[str, Field(pattern=r"^(example-\d{1,2}|[0-9a-f]{16})$")]


class Forms(Sent):
    """用哪些表试算。"""

    forms: Annotated[list[Key], Field(min_length=1, max_length=MAX_EFFECT)]


class FormToTry(BaseModel):
    """一份可以用来试算的自评表。"""

    id: str
    label: str


@router.get("/forms", summary="可以用来试算的自评表")
def forms(request: Request, who: Viewer) -> list[FormToTry]:
    return [FormToTry(id=key, label=label) for key, label in trial.forms(bench(request), who)]


@router.delete("/forms/{key}", summary="删去保留的自评表")
def forget(request: Request, who: Editor, key: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> list[FormToTry]:
    work = bench(request)
    if not any(known == key for known, _, _ in shelf.kept(work.kept)):
        raise Refused(404, "没有保留这份表")
    with work.log.deed(who.account.name, "forget", forms=key):
        shelf.forget(work.kept, key)
    return forms(request, who)


@router.post("/drafts/{jurisdiction}/{year}/effect", summary="试算：修改前后各表的得分和问题")
async def effect(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, wanted: Forms) -> dict[str, Any]:
    who.asked += 1
    mine = who.asked

    def tried() -> dict[str, Any]:
        if who.asked != mine:
            raise Refused(409, "已有更新的试算")
        return trial.effect(bench(request), who, f"{jurisdiction}/{year}", wanted.forms)

    return await bench(request).busy(tried)


@router.get("/drafts/{jurisdiction}/{year}/traces/{key}", summary="修改前后，每个得分怎样得来")
async def traces(
    request: Request,
    who: Editor,
    jurisdiction: Jurisdiction,
    year: Year,
    key: Annotated[str, Path(pattern=r"^(example-\d{1,2}|[0-9a-f]{16})$")],
) -> dict[str, Any]:
    return await bench(request).busy(trial.traces, bench(request), who, f"{jurisdiction}/{year}", key)


@router.post("/drafts/{jurisdiction}/{year}/impact", summary="影响：修改对许多表的作用，做成一页")
async def impact(
    request: Request,
    who: Editor,
    jurisdiction: Jurisdiction,
    year: Year,
    forms: Annotated[list[Key], Form(description="已有的表", max_length=500)] = [],  # noqa: B006
    files: Annotated[list[UploadFile], File(description="一个文件夹里的自评表，各单位的都可以")] = [],  # noqa: B006
) -> Made:
    sent = [(file.filename or "", file.file) for file in files if file.filename]
    return Made(id=await bench(request).busy(trial.impact, bench(request), who, f"{jurisdiction}/{year}", forms, sent))
