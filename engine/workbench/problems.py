"""How a problem is told: as data, or as a page where a person is looking."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from engine.editing.saving import Conflict, difference
from engine.errors import InternalError, JixiaoError, OutputError, Problem
from engine.files import displayed, refused
from engine.workbench.advice import problem_on_page
from engine.workbench.audit import Unlogged
from engine.workbench.bodies import Answer, complaint
from engine.workbench.drafts import Stale
from engine.workbench.merging import digest
from engine.workbench.state import Refused, Workbench, bench

TYPES = "urn:jixiao:problem:"
"""What the kind of a problem is called (RFC 9457), before its code: docs/codes.md lists them."""


def told(problem: Problem) -> dict[str, Any]:
    """A problem as data, as a page tells it."""
    problem = problem_on_page(problem)
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "table": place.table,
        "row": place.row,
        "cell": place.cell,
        "path": place.path,
        "message": problem.message,
        "expected": problem.expected,
        "nearest": problem.nearest,
        "code": problem.code,
        "text": str(problem),
    }


def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, JixiaoError)
    for problem in error.problems:
        if problem.code == "edit.damaged":
            bench(request).log.add("", "recover", outcome="failed", reason=str(problem))
    error.problems = tuple(_for_a_page(problem, bench(request)) for problem in error.problems)
    if isinstance(error, OutputError):
        return _unwritten(request, error)
    status = 409 if isinstance(error, Stale | Conflict) else 422
    if any(problem.code == "policy.missing" for problem in error.problems):
        status = 404
    if any(problem.code == "policy.busy" for problem in error.problems):
        status = 503
    if isinstance(error, InternalError):
        status = 500
    body: dict[str, Any] = {
        "title": str(error.problems[0]) if error.problems else "出错了",
        "status": status,
        "exit_status": error.exit_status,
        "problems": [told(problem) for problem in error.problems],
    }
    if isinstance(error, Conflict):
        body["conflicts"] = [
            {"file": name, "saved": saved, "draft": mine, "seen": digest(saved), "difference": difference(saved, mine, name)}
            for name, (saved, mine) in error.files.items()
        ]
    return _problem(request, status, body)


def _for_a_page(problem: Problem, work: Workbench) -> Problem:
    """The problem without the place of the policies on the machine, which is for who looks after it."""

    def called(text: str) -> str:
        return text.replace(displayed(work.policies), work.policies.name)

    problem = problem_on_page(problem)
    place = replace(problem.place, file=called(problem.place.file))
    return replace(problem, place=place, message=called(problem.message), expected=called(problem.expected))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reasons = {400: "请求的内容读不出来", 404: "没有这个地址", 405: "这个地址不接受这种请求"}
    reason = error.detail if isinstance(error, Refused) else reasons.get(error.status_code, error.detail)
    return _problem(request, error.status_code, {"title": reason, "status": error.status_code}, error.headers)


def _misshapen(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [complaint(item) for item in error.errors()[:100]]
    return _problem(request, 422, {"title": "请求的内容不对", "status": 422, "problems": problems})


def _unwritten(request: Request, error: Exception) -> Response:
    """A file could not be written (disk full, read-only, held by another program): nothing is changed then, and drafts stay."""
    known = error if isinstance(error, OutputError) else refused(error, "") if isinstance(error, OSError) else None
    assert known is not None
    problem = known.problems[0]
    # where it lies on the machine is in the log; who asks sees what it is called
    problem = replace(problem, place=replace(problem.place, file=re.split(r"[/\\]", problem.place.file)[-1]))
    status = 507 if problem.code in ("output.full", "output.denied", "output.unlogged") else 503
    title = f"没有写成，原来的内容没有变（{problem}）。请管理员处理后再试"
    if isinstance(error, Unlogged):
        title = f"{problem}。请管理员处理"
    return _problem(request, status, {"title": title, "status": status, "problems": [told(problem)]})


def _problem(request: Request, status: int, body: dict[str, Any], headers: Any = None) -> Response:
    """The problem as data, or as a page where a person is looking; who must sign in first is led there."""
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        from engine.workbench.frame import problem_page

        return problem_page(request, status, body["title"], [item["text"] for item in body.get("problems", []) if "text" in item])
    found: list[dict[str, Any]] = body.get("problems", [])
    code = next((item["code"] for item in found if item.get("code")), "")
    detail = "\n".join(item["text"] for item in found if item.get("text")) or body["title"]
    whole = {"type": f"{TYPES}{code}" if code else "about:blank", **body, "detail": detail}
    return Answer(whole, status, dict(headers or {}), media_type="application/problem+json")
