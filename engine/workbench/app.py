"""The workbench's web application: who is asking, what they may do, how a problem is told. Routes are in `api` and `pages`.

On the loopback address without accounts everyone who can reach it sits at this machine; anywhere else there are accounts.
"""

from __future__ import annotations

import base64
import binascii
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from engine import __version__
from engine.errors import InternalError, JixiaoError, Problem
from engine.paths import displayed
from engine.policy.library import Library
from engine.workbench import accounts
from engine.workbench.accounts import LOCAL, Account, Throttle
from engine.workbench.audit import Log, difference
from engine.workbench.bodies import Answer, complaint
from engine.workbench.drafts import Conflict, Drafts, Stale
from engine.workbench.judge_pool import Judges
from engine.workbench.merging import digest
from engine.workbench.safeguards import SAFE_METHODS, App, Safeguards
from engine.workbench.sessions import Session, Sessions

COOKIE = "jixiao"
MAX_UPLOAD = 120_000_000
"""Bytes of one request: a little more than the largest form that is read."""
MAX_JSON = 8_000_000
"""Bytes of a request that is no upload."""
T = TypeVar("T")
_BUSY = CapacityLimiter(2)  # evaluations at once; the rest wait in a row, and hold no thread


@dataclass(frozen=True)
class Workbench:
    """What one running workbench works with."""

    policies: Path
    """The directory whose policies may be changed."""
    library: Library
    drafts: Drafts
    log: Log
    sessions: Sessions = field(default_factory=Sessions)
    throttle: Throttle = field(default_factory=Throttle)
    accounts_file: Path | None = None
    examples: tuple[Path, ...] = ()
    judges: Judges = field(default_factory=Judges)
    secure: bool = False
    """Whether it is reached by https, so that the cookie is sent over nothing else."""

    @property
    def kept(self) -> Path:
        """Where records of forms are that someone asked to keep."""
        return self.policies / ".workbench" / "forms"

    def accounts(self) -> dict[str, Account]:
        """The accounts as the file has them now: one shut out is out at once."""
        return accounts.load(self.accounts_file) if self.accounts_file else {}


class Refused(HTTPException):
    """A request that is not allowed."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, reason, headers)


def bench(request: Request) -> Workbench:
    """The workbench that serves this request."""
    found: Workbench = request.app.state.workbench
    return found


def session_of(request: Request) -> Session | None:
    """The session the browser's cookie names, with the account as it is now; None if there is none."""
    work = bench(request)
    session = work.sessions.find(request.cookies.get(COOKIE, ""))
    if session and work.accounts_file:
        account = work.accounts().get(session.account.name)
        if account is None or account.disabled or account.password != session.account.password:
            work.sessions.end(session.token)
            return None
        session.account = account
    return session


def signed_in(request: Request) -> Session:
    """Whoever asks: the browser's session, a name and password sent along (other systems), or, with no accounts kept, this machine.

    A change made through a browser's session must carry that session's token. Raises Refused with 401 or 403.
    """
    work = bench(request)
    session = session_of(request)
    if session:
        if request.method not in SAFE_METHODS and not session.confirms(request.headers.get("x-csrf-token", "")):
            raise Refused(403, "请求没有带本页的校验码；请刷新页面再试")
        return session
    if work.accounts_file is None:
        return work.sessions.shared(LOCAL)
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        name, password = _basic(header)
        return work.sessions.begin_unkept(sign_in(request, name, password))
    work.log.add(_address(request), "enter", outcome="refused", path=request.url.path)
    raise Refused(401, "请先登录", {"WWW-Authenticate": 'Basic realm="jixiao", charset="UTF-8"'} if header else None)


def may(role: str) -> Callable[[Request], Session]:
    """A dependency: the session, if its account may do what `role` may; 403 otherwise, and the attempt is logged."""

    def allowed(request: Request) -> Session:
        session = signed_in(request)
        if not session.account.may(role):
            bench(request).log.add(session.account.name, "enter", outcome="refused", path=request.url.path, needs=role)
            raise Refused(403, f"账号“{session.account.name}”没有“{accounts.ROLES[role]}”的权限")
        return session

    return allowed


Viewer = Annotated[Session, Depends(may("viewer"))]
Editor = Annotated[Session, Depends(may("editor"))]
Publisher = Annotated[Session, Depends(may("publisher"))]


def sign_in(request: Request, name: str, password: str) -> Account:
    """The account of a name and password. Raises Refused (401, or 429 after too many wrong tries); both are logged."""
    work = bench(request)
    keys = (f"name:{name[:100]}", f"address:{_address(request)}")
    if (wait := work.throttle.wait(*keys)) > 0:
        work.log.add(name[:100], "sign-in", outcome="refused", address=_address(request), reason="too many tries")
        raise Refused(429, f"试的次数太多，请过 {int(wait) + 1} 秒再试", {"Retry-After": str(int(wait) + 1)})
    account = accounts.verified(work.accounts(), name, password)
    if account is None:
        work.throttle.failed(*keys)
        work.log.add(name[:100], "sign-in", outcome="refused", address=_address(request))
        raise Refused(401, "账号或密码不对")
    work.throttle.passed(keys[0])
    return account


async def busy(work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run something long beside the event loop, at most two at once."""
    return await to_thread.run_sync(lambda: work(*arguments, **named), limiter=_BUSY)


def application(workbench: Workbench, hosts: tuple[str, ...]) -> App:
    """The whole application, behind its safeguards. `hosts`: the names it may be called by."""
    from engine.workbench.api import drafts as draft_api
    from engine.workbench.api import forms as api
    from engine.workbench.api import preview as trial_api
    from engine.workbench.api import publish as publish_api
    from engine.workbench.pages import policies as pages
    from engine.workbench.pages import results as result_pages

    workbench.drafts.recover()

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        yield
        workbench.judges.close()

    app = FastAPI(
        title="jixiao 绩效",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=running,
    )
    app.state.workbench = workbench
    app.add_exception_handler(JixiaoError, _wrong)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(OSError, _unwritten)
    app.include_router(api.router)
    app.include_router(draft_api.router)
    app.include_router(publish_api.router)
    app.include_router(trial_api.router)
    app.include_router(pages.router)
    app.include_router(result_pages.router)

    def tell(address: str, path: str, reason: str) -> None:
        workbench.log.add(address, "request", outcome="refused", path=path[:500], reason=reason)

    return Safeguards(app, tuple(name.lower() for name in hosts), MAX_UPLOAD, tell, MAX_JSON)


def told(problem: Problem) -> dict[str, Any]:
    """A problem as data."""
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
    status = 409 if isinstance(error, Stale | Conflict) else 422
    if any(problem.code == "policy.missing" for problem in error.problems):
        status = 404
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


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reasons = {400: "请求的内容读不出来", 404: "没有这个地址", 405: "这个地址不接受这种请求"}
    reason = error.detail if isinstance(error, Refused) else reasons.get(error.status_code, error.detail)
    return _problem(request, error.status_code, {"title": reason, "status": error.status_code}, error.headers)


def _misshapen(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [complaint(item) for item in error.errors()[:100]]
    return _problem(request, 422, {"title": "请求的内容不对", "status": 422, "problems": problems})


_REASONS = {
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EROFS: "磁盘是只读的",
    errno.EACCES: "没有写的权限",
    errno.EPERM: "没有写的权限",
}


def _unwritten(request: Request, error: Exception) -> Response:
    """A file could not be written (disk full, read-only, held by another program): nothing is changed then, and drafts stay."""
    assert isinstance(error, OSError)
    where = f"：{displayed(str(error.filename))}" if error.filename else ""
    reason = _REASONS.get(error.errno or 0, "别的程序正占用着" if isinstance(error, TimeoutError) else error.strerror or "系统出错")
    title = f"没有写成，原来的内容没有变（{reason}{where}）。请管理员处理后再试"
    return _problem(
        request, 507 if error.errno in _REASONS else 503, {"title": title, "status": 507 if error.errno in _REASONS else 503}
    )


def _problem(request: Request, status: int, body: dict[str, Any], headers: Any = None) -> Response:
    """The problem as data, or as a page where a person is looking; who must sign in first is led there."""
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        from engine.workbench.pages.policies import problem_page

        return problem_page(request, status, body["title"], [item["text"] for item in body.get("problems", []) if "text" in item])
    return Answer(body, status, dict(headers or {}), media_type="application/problem+json")


def _basic(header: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(header[6:].strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(401, "账号和密码的写法不对") from None
    return name, password


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
