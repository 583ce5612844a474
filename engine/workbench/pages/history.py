"""The pages of what a policy was: its versions, and two policies held against each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from engine.policy.heads import heads
from engine.workbench.api.history import versions
from engine.workbench.api.model import Jurisdiction, Year
from engine.workbench.frame import asks, page
from engine.workbench.pages.policies import ACTIONS
from engine.workbench.state import Refused, bench

router = APIRouter(include_in_schema=False)
Side = Annotated[str, Query(max_length=100)]


@router.get("/policies/{jurisdiction}/{year}/history")
async def history(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    session, work, name = asks(request, "editor"), bench(request), f"{jurisdiction}/{year}"
    found = await work.busy(versions, work, name)
    shown = [{**one.model_dump(), "did": ACTIONS.get(one.action, "这以前")} for one in found]
    revision = work.drafts.get(session.account.name, name).revision
    return page(request, session, "history.html.j2", "policies", policy=name, versions=shown, revision=revision)


@router.get("/compare")
async def compare(request: Request, a: Side = "", b: Side = "") -> Response:
    session, work = asks(request), bench(request)
    every = [{"id": head.id, "title": head.title} for head in heads(work.library)[0] if head.status != "pack"]
    known = {one["id"] for one in every}
    if missing := next((one for one in (a, b) if one and one not in known), ""):
        raise Refused(404, f"没有政策“{missing}”")

    def compared() -> str:
        from engine.changes.diff.compare import compare as run
        from engine.changes.diff.view import render

        return render(run(a, b, work.library), terminal=False)

    text = await work.busy(compared) if a and b and a != b else ""
    return page(request, session, "compare.html.j2", "policies", policies=every, a=a, b=b, text=text)
