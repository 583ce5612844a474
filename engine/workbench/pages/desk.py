"""The pages of the reviewer's desk: what is sent, how far it is, the table of all forms, a form beside its problems, the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response

from engine.policy.heads import heads
from engine.workbench.advice import on_page, problem_on_page
from engine.workbench.desk.desk import KIND, MADE_KIND
from engine.workbench.desk.made import KINDS
from engine.workbench.desk.model import STATES, DeskLine, Wanted
from engine.workbench.desk.sent import MAX_FILES
from engine.workbench.desk.sheet import sheet
from engine.workbench.frame import asks, page
from engine.workbench.jobs import DONE, JobStatus
from engine.workbench.pages.policies import alone, listed
from engine.workbench.state import Refused, Workbench, bench

router = APIRouter(include_in_schema=False)
JobKey = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Text = Annotated[str, Query(max_length=200)]
SEVERITIES = {"error": "有错误", "warning": "有警告", "info": "有提示"}
SORTS = {
    "unit": "单位",
    "name": "自评表",
    "own": "自评总分",
    "computed": "计算总分",
    "gap": "相差",
    "grade": "等级",
    "problems": "问题",
    "state": "状态",
}
DOCUMENTS = ("docx", "markdown", "html")
_AT_ONCE = 100


@router.get("/desk")
def desk(request: Request) -> Response:
    session, work = asks(request), bench(request)
    every = [listed(head, work, session) for head in heads(work.library)[0]]
    mine = [_seen(job) for job in work.jobs.of(session.account.name) if job.kind == KIND]
    return page(request, session, "desk.html.j2", "desk", policies=every, jobs=mine, most=f"{MAX_FILES:,}")


@router.get("/jobs/{key}")
async def job(
    request: Request,
    key: JobKey,
    text: Text = "",
    state: Text = "",
    severity: Text = "",
    unit: Text = "",
    seen: Text = "",
    sort: Text = "unit",
    down: bool = False,
    n: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> Response:
    session, work = asks(request), bench(request)
    found = _job(work, key, session.account.name)
    if found.state != DONE:
        return page(request, session, "job.html.j2", "desk", job=_seen(found))
    wanted = Wanted(text, state, severity, unit, seen, sort if sort in SORTS else "unit", down, (n - 1) * _AT_ONCE, _AT_ONCE)
    store = work.desk.store(key)

    def looked() -> dict[str, Any]:
        count, lines = store.lines(wanted)
        collection = store.said("collection")
        return {
            "tally": store.tally(),
            "count": count,
            "lines": [{**asdict(line), "of_unit": _query({}, unit=line.unit)} for line in lines],
            "told": [on_page(line) for line in collection.told],
            "skipped": [{"name": item.name, "reason": item.reason} for item in collection.files if item.status == "skipped"],
        }

    about = {name: value for name, value in asdict(wanted).items() if value and name not in ("offset", "size")}
    return page(
        request,
        session,
        "desk_job.html.j2",
        "desk",
        job=_seen(found),
        kept=work.desk.is_kept(key),
        states=STATES,
        severities=SEVERITIES,
        wanted=asdict(wanted),
        sorts=_sorts(about, wanted),
        number=n,
        before=_query(about, n=n - 1) if n > 1 else "",
        size=_AT_ONCE,
        after=_query(about, n=n + 1),
        kinds=[asdict(kind) for kind in KINDS.values()],
        made=[_seen(one) for one in work.jobs.of(session.account.name) if one.kind == MADE_KIND and one.of_job == key],
        **await work.busy(looked),
    )


@router.get("/jobs/{key}/forms/{number}")
async def form(request: Request, key: JobKey, number: int) -> Response:
    session, work = asks(request), bench(request)
    _done(work, key, session.account.name)
    return page(request, session, "desk_form.html.j2", "desk", key=key, **await work.busy(_sheet, work, key, number))


@router.get("/jobs/{key}/forms/{number}/{name}")
async def form_file(request: Request, key: JobKey, number: int, name: str) -> Response:
    session, work = asks(request), bench(request)
    _done(work, key, session.account.name)

    def made() -> bytes:
        from engine.reports.files import reports
        from engine.workbench.api.forms import archive

        line = _line(work, key, number)
        (item,) = work.desk.store(key).bundles([line.bundle])
        if name == "report.html":
            return reports(item.result, item.bundle.submission, item.policy, ("html",))[name]
        if name == "files.zip":
            return archive(reports(item.result, item.bundle.submission, item.policy, DOCUMENTS))
        raise Refused(404, "没有这个文件")

    content = await work.busy(made)
    media, headers = alone(content) if name == "report.html" else ("application/zip", _download("报告和修改清单.zip"))
    return Response(content, media_type=media, headers=headers)


@router.get("/jobs/{key}/file")
def file(request: Request, key: JobKey) -> Response:
    session, work = asks(request), bench(request)
    found = _job(work, key, session.account.name)
    path = work.jobs.result(key, session.account.name)
    if found.kind != MADE_KIND or path is None or not path.is_file():
        raise Refused(404, "没有这个文件；还没有做好，或已经删去")
    return FileResponse(path, headers=_download(path.name), media_type="application/octet-stream")


def _sheet(work: Workbench, key: str, number: int) -> dict[str, Any]:
    line, store = _line(work, key, number), work.desk.store(key)
    (item,) = store.bundles([line.bundle])
    first = number - line.place
    hrefs = [f"/jobs/{key}/forms/{first + n}" for n in range(len(item.result["forms"]))]
    before, after = store.beside(line)
    others = [
        {"href": href, "name": form["name"], "here": n == line.place}
        for n, (href, form) in enumerate(zip(hrefs, item.result["forms"], strict=True))
    ]
    beside = {"before": before, "after": after, "siblings": others}
    notes = [on_page(note) for note in item.result.get("notes", [])]
    return {"line": asdict(line), "state": STATES[line.state], "notes": notes, **beside, **sheet(item, line.place, hrefs)}


def _line(work: Workbench, key: str, number: int) -> DeskLine:
    line = work.desk.store(key).line(number)
    if line is None or not line.bundle:
        raise Refused(404, "没有这张表")
    return line


def _job(work: Workbench, key: str, owner: str) -> JobStatus:
    found = work.jobs.find(key, owner)
    if found is None:
        raise Refused(404, "没有这件事；做完的在工作台关闭后不留，除非请它留着")
    return found


def _done(work: Workbench, key: str, owner: str) -> None:
    if (found := _job(work, key, owner)).kind != KIND or found.state != DONE:
        raise Refused(404, "这件事还没有做完")


def _seen(job: JobStatus) -> dict[str, Any]:
    """The job as a page tells it."""
    told = {name: getattr(job, name) for name in JobStatus.__slots__}
    problems = [str(problem_on_page(problem)) for problem in job.problems]
    return {**told, "problems": problems, "ended": job.ended, "percent": job.percent}


def _sorts(about: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    """The heads of the columns: each a link that puts the table in its order, or turns it round."""
    out = []
    for name, title in SORTS.items():
        now = wanted.sort == name
        down = not wanted.down if now else name in ("gap", "problems")
        order = ("descending" if wanted.down else "ascending") if now else "none"
        out.append({"name": name, "title": title, "order": order, "href": _query(about, sort=name, down=down)})
    return out


def _query(about: Mapping[str, Any], **more: Any) -> str:
    said = {**about, **more}
    return "?" + urlencode({name: "true" if value is True else value for name, value in said.items() if value not in (False, "")})


def _download(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
