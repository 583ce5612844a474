"""The workbench's pages and the files it gives out. Words are in templates/workbench, changes go through `api`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from engine.editing import changes as editing
from engine.editing import fields as form_fields
from engine.editing.overlay import files_of
from engine.errors import JixiaoError
from engine.policy.heads import Head, heads
from engine.resources import shipped
from engine.workbench.access import cookie_of, session_of, sign_in
from engine.workbench.api.model import Jurisdiction, Year
from engine.workbench.frame import _inside, _render, asks, forget, page, remember
from engine.workbench.problems import told
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, Workbench, bench

router = APIRouter(include_in_schema=False)
STATIC = {
    "report.css": ("page", "text/css"),
    "report.js": ("page", "text/javascript"),
    "policy-parts.css": ("page", "text/css"),
    "workbench.css": ("workbench", "text/css"),
    "workbench.js": ("workbench", "text/javascript"),
    "editor.js": ("workbench", "text/javascript"),
    "trial.js": ("workbench", "text/javascript"),
    "desk.js": ("workbench", "text/javascript"),
}
STATUS = {"draft": "草稿", "published": "已发布", "retired": "已停用", "pack": "公共部分"}
ACTIONS = {
    "sign-in": "登录",
    "sign-out": "退出",
    "enter": "进入",
    "request": "请求",
    "save": "保存",
    "publish": "发布",
    "new": "新建",
    "import": "导入",
    "keep": "保留自评表",
    "forget": "删去保留的自评表",
    "recover": "接着写完断了的保存",
}
OUTCOMES = {"done": "完成", "failed": "没有做成", "refused": "拒绝"}
ENTRIES = 100
"""Of the log, on one page."""
Wanted = Annotated[str, Query(max_length=100)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/login")
def login(request: Request, next: str = "/") -> Response:
    if bench(request).accounts_file is None:
        return RedirectResponse("/", 303)
    return HTMLResponse(_render("workbench/login.html.j2", problem="", next=_inside(next)))


@router.post("/login")
async def enter(
    request: Request,
    name: Annotated[str, Form(max_length=1000)] = "",
    password: Annotated[str, Form(max_length=5000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    work = bench(request)
    if work.accounts_file is None:
        return RedirectResponse("/", 303)
    try:
        account = await to_thread.run_sync(sign_in, request, name, password, limiter=work.hashing)
    except Refused as refused:
        text = _render("workbench/login.html.j2", problem=str(refused.detail), next=_inside(next))
        return HTMLResponse(text, refused.status_code, dict(refused.headers or {}))
    work.sessions.end(request.cookies.get(cookie_of(request), ""))  # a new name gets a new token
    session = work.sessions.begin(account)
    work.log.add(account.name, "sign-in")
    response = RedirectResponse(_inside(next), 303)
    remember(request, response, session)
    return response


@router.post("/logout")
def leave(request: Request) -> Response:
    session = session_of(request)
    if session:
        if not session.confirms(request.headers.get("x-csrf-token", "")):
            raise Refused(403, "请求没有带本页的校验码；请刷新页面再试")
        bench(request).sessions.end(session.token)
        bench(request).log.add(session.account.name, "sign-out")
    response = PlainTextResponse("")
    forget(request, response)
    return response


@router.get("/")
def policies(request: Request) -> Response:
    session, work = asks(request), bench(request)
    readable, problems = heads(work.library)
    every = [listed(head, work, session) for head in readable]
    return page(
        request,
        session,
        "policies.html.j2",
        "policies",
        policies=every,
        problems=[told(problem) for problem in problems],
        **_timeline([head for head in readable if head.first_year and head.status != "pack"], every),
    )


@router.get("/policies/{jurisdiction}/{year}")
async def policy(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    session, work, name = asks(request), bench(request), f"{jurisdiction}/{year}"
    head = next((head for head in heads(work.library)[0] if head.id == name), None)
    if head is None:
        raise Refused(404, f"没有政策“{name}”")
    text, contents, sha256, problems = ("", [], "", []) if head.status == "pack" else await bench(request).busy(_shown, name, work)
    shown = {**listed(head, work, session), "sha256": sha256 or "—"}
    data: dict[str, Any] = {"policy": shown, "text": text, "contents": contents, "problems": problems}
    return page(request, session, "policy.html.j2", "policies", **data)


@router.get("/policies/{jurisdiction}/{year}/edit")
def edit(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    session, work, name = asks(request, "editor"), bench(request), f"{jurisdiction}/{year}"
    if not is_inside(work.policies, name):
        raise Refused(404, f"政策“{name}”不在可以修改的目录里；可以在政策列表里以它为底新建一个")
    return page(request, session, "edit.html.j2", "policies", policy=name, groups=list(form_fields.GROUPS.items()))


@router.get("/policies/{jurisdiction}/{year}/workbook.xlsx")
async def policy_workbook(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    session, work, name = asks(request), bench(request), f"{jurisdiction}/{year}"

    def made() -> bytes:
        from engine.editing.workbook import export

        # an editor's workbook is of the policy as they see it, unsaved changes included
        mine = is_inside(work.policies, name) and session.account.may("editor")
        texts = work.drafts.texts(session.account.name, name) if mine else files_of(name, work.library)
        return export(name, editing.look(name, texts, work.library))

    download = {"content-disposition": f'attachment; filename="{jurisdiction}-{year}.xlsx"'}
    return Response(await bench(request).busy(made), media_type=XLSX, headers=download)


@router.get("/policies/{jurisdiction}/{year}/read")
async def read(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    return await _explained(request, f"{jurisdiction}/{year}", by_clause=False)


@router.get("/policies/{jurisdiction}/{year}/clauses")
async def clauses(request: Request, jurisdiction: Jurisdiction, year: Year) -> Response:
    return await _explained(request, f"{jurisdiction}/{year}", by_clause=True)


async def _explained(request: Request, name: str, *, by_clause: bool) -> Response:
    """The policy in words, or held against its clauses, as a page of its own."""
    asks(request)
    work = bench(request)

    def made() -> bytes:
        from engine.policy.views.clauses import explained

        files_of(name, work.library)  # an id, never a path
        return explained(name, work.library, by_clause=by_clause, form="html").encode()

    content = await bench(request).busy(made)
    media, headers = alone(content)
    return Response(content, media_type=media, headers=headers)


def alone(page: bytes) -> tuple[str, dict[str, str]]:
    """Media type and headers of a self-contained page. Its own protection names its style and script by their hashes; the
    workbench's general one would forbid them."""
    own = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    protection = own[1].decode().replace("&#39;", "'") if own else "default-src 'none'"
    return "text/html; charset=utf-8", {"content-security-policy": protection + "; frame-ancestors 'none'"}


def _shown(name: str, work: Workbench) -> tuple[Any, list[dict[str, str]], str, list[dict[str, Any]]]:
    """The policy in words, its headings, its hash, and what is wrong with it; worked out once while no policy changes."""
    return work.told.of(name, work.library, lambda: _told(name, work))  # type: ignore[no-any-return]  # what `_told` gave


def _told(name: str, work: Workbench) -> tuple[Any, list[dict[str, str]], str, list[dict[str, Any]]]:
    from engine.policy.build import build
    from engine.policy.loading import resolve
    from engine.policy.views.clauses import policy_body
    from engine.policy.views.plain_language import PolicyReading

    try:
        resolved = resolve(name, work.library)
        found = build(resolved)
        body, contents = policy_body(PolicyReading(found, resolved))
    except JixiaoError as error:
        return "", [], "", [told(problem) for problem in error.problems]
    return body, contents, found.sha256, []


@router.get("/log")
def log(
    request: Request,
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
    person: Wanted = "",
    action: Wanted = "",
    policy: Wanted = "",
    outcome: Wanted = "",
) -> Response:
    session, kept = asks(request, "publisher"), bench(request).log
    shown = {"person": person, "action": action, "policy": policy, "outcome": outcome}
    found = kept.page(number, ENTRIES, {"who" if key == "person" else key: value for key, value in shown.items()})
    query = urlencode({key: value for key, value in shown.items() if value})
    data: dict[str, Any] = {"shown": shown, "number": number, "query": f"&{query}" if query else "", "head": kept.head()}
    data |= {"actions": ACTIONS, "outcomes": OUTCOMES, "entries": found.entries, "more": found.more}
    data |= {"every_action": list(ACTIONS.items()), "every_outcome": list(OUTCOMES.items())}
    return page(request, session, "log.html.j2", "log", **data)


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        raise Refused(404, "没有这个文件")
    folder, media = STATIC[name]
    content = (shipped("templates") / folder / name).read_bytes()
    return Response(content, media_type=media, headers={"cache-control": "no-cache"})


def listed(head: Head, work: Workbench, session: Session) -> dict[str, Any]:
    """A policy as the pages list it."""
    last = head.last_year or "今"
    editable = is_inside(work.policies, head.id)
    mine = editable and bool(work.drafts.get(session.account.name, head.id).changed)
    return {
        "id": head.id,
        "title": head.title,
        "status": head.status,
        "status_name": STATUS.get(head.status, head.status),
        "span": "—" if not head.first_year else f"{head.first_year}—{last}" if head.last_year != head.first_year else str(last),
        "pack": head.status == "pack",
        "open": head.last_year is None,
        "editable": editable,
        "mine": mine,
        "covers": bool(work.library.covered(head.id)),
    }


def is_inside(policies: FilePath, policy: str) -> bool:
    """Whether a policy is one of the directory whose policies may be changed."""
    return (policies / policy / "policy.yaml").is_file()


def _timeline(dated: Sequence[Head], every: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A row for each policy, by jurisdiction: how many years before it, in it, and after it."""
    this_year = datetime.date.today().year
    first = min([head.first_year for head in dated], default=this_year)
    last = max([head.last_year or head.first_year for head in dated] + [this_year, first]) + 1
    last = min(last, first + 40)
    by_id = {item["id"]: item for item in every}
    said = {head.jurisdiction: head.jurisdiction_name for head in dated if head.jurisdiction_name}
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(head.jurisdiction for head in dated):
        own = sorted((head for head in dated if head.jurisdiction == name), key=lambda head: (head.first_year, head.id))
        for number, head in enumerate(own):
            start, end = min(head.first_year, last), min(head.last_year or last, last)
            spans = {"before": start - first, "length": end - start + 1, "after": last - end}
            rows.append({"name": said.get(name, name), "first": len(own) if number == 0 else 0, "policy": by_id[head.id], **spans})
    return {"years": list(range(first, last + 1)), "rows": rows, "this_year": this_year}
