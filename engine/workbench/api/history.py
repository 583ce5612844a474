"""The HTTP interface of what a policy was: versions, what differs, a version taken back into one's draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from engine.editing.saving import difference
from engine.workbench.access import Editor
from engine.workbench.api.drafts import At, Seen, seen_by
from engine.workbench.api.forms import WRONG
from engine.workbench.api.model import Jurisdiction, Year
from engine.workbench.state import Refused, Workbench, bench

router = APIRouter(prefix="/api/v1", responses=WRONG)
VersionKey = Annotated[str, Path(pattern=r"^\d{8}-\d{6}-\d{6}$")]
MOST_SHOWN = 30
"""Versions whose difference from what is now is told at once."""


class VersionSeen(BaseModel):
    """政策的一个旧版本：谁在什么时候存的，与现在的相比哪里不同。"""

    key: str
    at: str
    who: str
    action: str
    now: bool
    """Whether this is what the policy is now."""
    difference: str


@router.get("/drafts/{jurisdiction}/{year}/history", summary="历史：每次保存以后是什么样，与现在的相比")
async def history(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year) -> list[VersionSeen]:
    return await bench(request).busy(versions, bench(request), f"{jurisdiction}/{year}")


@router.post("/drafts/{jurisdiction}/{year}/history/{key}/restored", summary="恢复：把一个旧版本放进自己的草稿，看过再保存")
async def restore(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, key: VersionKey, at: At) -> Seen:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def made() -> Seen:
        version = work.history.version(policy, key)
        if version is None:
            raise Refused(404, "没有这个版本")
        now = work.drafts.texts(who.account.name, policy)
        work.drafts.edit(who.account.name, policy, at.revision, dict(version.texts), now)
        return seen_by(work, who, policy)

    return await work.busy(made)


def versions(work: Workbench, policy: str) -> list[VersionSeen]:
    """The versions of a policy, the latest first, each with what differs from what is saved now."""
    now = work.drafts.on_disk(policy)
    out = []
    for n, one in enumerate(work.history.versions(policy)):
        names = [name for name in dict.fromkeys([*one.texts, *now]) if one.texts.get(name, "") != now.get(name, "")]
        told = "\n".join(difference(one.texts.get(name, ""), now.get(name, ""), name) for name in names) if n < MOST_SHOWN else ""
        out.append(VersionSeen(key=one.key, at=one.at, who=one.who, action=one.action, now=not names, difference=told))
    return out
