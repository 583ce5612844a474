"""The HTTP interface of jobs: forms of many units sent at once, how far they are, what came of them, files to take away; and tests
and publishing of a policy, which take long, too.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from engine.workbench.access import Editor, Publisher, Viewer
from engine.workbench.api.forms import WRONG
from engine.workbench.api.model import Jurisdiction, Trouble, Year
from engine.workbench.api.publish import Publish, TestRequest, publish_now, tested
from engine.workbench.bodies import Sent
from engine.workbench.desk.desk import KIND
from engine.workbench.desk.made import KINDS
from engine.workbench.desk.model import Wanted
from engine.workbench.desk.sent import MAX_FILES
from engine.workbench.jobs import DONE, JobStatus, Watch
from engine.workbench.problems import told
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, Workbench, bench

router = APIRouter(prefix="/api/v1", responses=WRONG)
JobKey = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Text = Annotated[str, Query(max_length=200)]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "自评表或 ZIP 压缩包；文件名可以带路径，如 甲县/水务局/表.docx",
                        },
                        "policy": {"type": "string", "description": "政策编号；不写则按表样和年度选"},
                        "title": {"type": "string", "maxLength": 100, "description": "这件事叫什么"},
                    },
                }
            }
        },
    }
}


class JobSeen(BaseModel):
    """一件要做一会儿的事：做到哪里了。"""

    id: str
    kind: str
    title: str
    state: str
    """waiting, running, done, failed, cancelled"""
    at: str
    what: str
    done: int
    of: int
    """0: how much there is to do is not known."""
    ahead: int
    """Jobs before it in the line."""
    problems: list[Trouble]
    result: str
    """Where what came of it is to be had; empty until it is done."""


_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"model": JobSeen, "description": "排上了；Location 是看进展的地址"}}


class DeskForms(BaseModel):
    """一件事里的表，一页一页地给。"""

    total: int
    tally: dict[str, int]
    forms: list[dict[str, Any]]


class Make(Sent):
    """要哪一种文件。"""

    kind: Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]


class SeenMark(Sent):
    """看过没有。"""

    seen: bool


@router.post("/jobs", summary="成批核对：许多单位的表，或压缩包", status_code=202, openapi_extra=_BODY, responses=_ACCEPTED)
async def begin(request: Request, who: Viewer) -> JSONResponse:
    work = bench(request)
    async with request.form(max_files=MAX_FILES, max_fields=10) as form:
        sent = [(one.filename or "", one.file) for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        policy, title = str(form.get("policy") or ""), str(form.get("title") or "")[:100]
        if policy and policy not in work.library.ids():
            raise Refused(404, f"没有这个政策：{policy[:80]}")
        job = await work.busy(work.desk.begin, who.account.name, sent, policy, title)
    return _accepted(job)


@router.get("/jobs", summary="我的各件事，最近的在前")
def jobs(request: Request, who: Viewer) -> list[JobSeen]:
    return [seen(job) for job in bench(request).jobs.of(who.account.name)]


@router.get("/jobs/{key}", summary="做到哪里了")
def job(request: Request, who: Viewer, key: JobKey) -> JobSeen:
    return seen(_job(bench(request), key, who))


@router.delete("/jobs/{key}", summary="取消；做完的连同结果删去")
async def cancel(request: Request, who: Viewer, key: JobKey) -> dict[str, str]:
    work = bench(request)
    if _job(work, key, who).ended:
        await work.busy(work.desk.forget, key, who.account.name)
        return {"id": key, "state": "gone"}
    work.jobs.cancel(key, who.account.name)
    return {"id": key, "state": "cancelling"}


@router.put("/jobs/{key}/kept", summary="工作台关闭后也留着，直到删去")
def keep(request: Request, who: Viewer, key: JobKey) -> JobSeen:
    work = bench(request)
    found = _done(work, key, who, KIND)
    with work.log.deed(who.account.name, "keep", forms=found.title):
        work.desk.keep(key)
    return seen(found)


@router.get("/jobs/{key}/result", summary="做完的结果：核对的是各种状态的张数，测试、发布的与直接调用的相同")
def result(request: Request, who: Viewer, key: JobKey) -> Any:
    work = bench(request)
    _done(work, key, who)
    found = work.jobs.result(key, who.account.name)
    return {"file": f"/jobs/{key}/file"} if hasattr(found, "is_file") else found


@router.get("/jobs/{key}/forms", summary="核对过的表，可筛选、排序、翻页")
async def forms(
    request: Request,
    who: Viewer,
    key: JobKey,
    text: Text = "",
    state: Text = "",
    severity: Text = "",
    unit: Text = "",
    sort: Text = "unit",
    down: bool = False,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DeskForms:
    work = bench(request)
    _done(work, key, who, KIND)
    store, wanted = work.desk.store(key), Wanted(text, state, severity, unit, "", sort, down, offset, limit)
    total, lines = await work.busy(store.lines, wanted)
    return DeskForms(total=total, tally=store.tally(), forms=[asdict(line) for line in lines])


@router.put("/jobs/{key}/forms/{number}/seen", summary="标记看过")
def mark(request: Request, who: Viewer, key: JobKey, number: int, wanted: SeenMark) -> dict[str, bool]:
    work = bench(request)
    _done(work, key, who, KIND)
    work.desk.store(key).mark(number, wanted.seen)
    return {"seen": wanted.seen}


@router.post("/jobs/{key}/files", summary="做出要带走的文件", status_code=202, responses=_ACCEPTED)
def make(request: Request, who: Viewer, key: JobKey, wanted: Make) -> JSONResponse:
    work = bench(request)
    _done(work, key, who, KIND)
    return _accepted(work.desk.make(key, who.account.name, KINDS[wanted.kind]))


@router.post(
    "/drafts/{jurisdiction}/{year}/tests/jobs",
    summary="运行草稿的测试，作为一件事",
    status_code=202,
    responses=_ACCEPTED,
)
def test(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, wanted: TestRequest) -> JSONResponse:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def run(watch: Watch) -> Any:
        return tested(work, who, policy, wanted, watch).model_dump()

    return _accepted(work.jobs.start("tests", f"运行 {policy} 的测试", who.account.name, run, line="policy"))


@router.post("/drafts/{jurisdiction}/{year}/published/jobs", summary="发布，作为一件事", status_code=202, responses=_ACCEPTED)
def publish(request: Request, who: Publisher, jurisdiction: Jurisdiction, year: Year, wanted: Publish) -> JSONResponse:
    work, policy = bench(request), f"{jurisdiction}/{year}"

    def run(watch: Watch) -> Any:
        return publish_now(work, who, policy, wanted, watch).model_dump()

    return _accepted(work.jobs.start("publish", f"发布 {policy}", who.account.name, run, line="policy"))


def seen(job: JobStatus) -> JobSeen:
    """A job as it is told."""
    return JobSeen(
        id=job.id,
        kind=job.kind,
        title=job.title,
        state=job.state,
        at=job.at,
        what=job.what,
        done=job.done,
        of=job.of,
        ahead=job.ahead,
        problems=[Trouble(**told(problem)) for problem in job.problems],
        result=f"/api/v1/jobs/{job.id}/result" if job.state == DONE else "",
    )


def _accepted(job: JobStatus) -> JSONResponse:
    return JSONResponse(seen(job).model_dump(), 202, {"location": f"/api/v1/jobs/{job.id}"})


def _job(work: Workbench, key: str, who: Session) -> JobStatus:
    found = work.jobs.find(key, who.account.name)
    if found is None:
        raise Refused(404, "没有这件事")
    return found


def _done(work: Workbench, key: str, who: Session, kind: str = "") -> JobStatus:
    found = _job(work, key, who)
    if found.state != DONE or (kind and found.kind != kind):
        raise Refused(404, "这件事还没有做完，或没有这样的结果")
    return found
