"""The workbench's web application: who is asking, what they may do, how a problem is told. Routes are in `api` and `pages`.

On the loopback address without accounts everyone who can reach it sits at this machine; anywhere else there are accounts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from engine import __version__
from engine.errors import JixiaoError
from engine.workbench.doors import OPEN, Doors
from engine.workbench.problems import _misshapen, _refused, _unwritten, _wrong
from engine.workbench.safeguards import App, Safeguards
from engine.workbench.state import Workbench

MAX_UPLOAD = 120_000_000
"""Bytes of one request: a little more than the largest form that is read."""
JOBS, MAX_JOB = "/api/v1/jobs", 1_000_000_000
"""Where many units' forms are sent, and bytes of all of them."""
MAX_JSON = 8_000_000
"""Bytes of a request that is no upload."""
MAX_STRANGERS = 32_000
"""Bytes that someone may send who has not signed in: a name and a password."""


def application(workbench: Workbench, hosts: tuple[str, ...]) -> App:
    """The whole application, behind its safeguards. `hosts`: the names it may be called by."""
    from engine.workbench.api import description
    from engine.workbench.api import drafts as draft_api
    from engine.workbench.api import forms as api
    from engine.workbench.api import history as history_api
    from engine.workbench.api import jobs as job_api
    from engine.workbench.api import preview as trial_api
    from engine.workbench.api import publish as publish_api
    from engine.workbench.pages import desk as desk_pages
    from engine.workbench.pages import history as history_pages
    from engine.workbench.pages import policies as pages
    from engine.workbench.pages import results as result_pages

    recovered = workbench.drafts.recover()
    for name in recovered.finished:
        workbench.log.add("", "recover", policy=name)
    for problem in recovered.problems:
        workbench.log.add("", "recover", policy="".join(problem.names), outcome="refused", reason=str(problem))

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        workbench.desk.resume()
        yield
        workbench.jobs.close()
        workbench.desk.close()
        workbench.checkers.close()

    app = FastAPI(
        title="jixiao 绩效",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=running,
    )
    app.state.workbench = workbench
    app.add_middleware(Doors)
    app.add_exception_handler(JixiaoError, _wrong)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(OSError, _unwritten)
    app.include_router(description.router)
    app.include_router(api.router)
    app.include_router(draft_api.router)
    app.include_router(publish_api.router)
    app.include_router(trial_api.router)
    app.include_router(job_api.router)
    app.include_router(history_api.router)
    app.include_router(pages.router)
    app.include_router(desk_pages.router)
    app.include_router(history_pages.router)
    app.include_router(result_pages.router)
    description.describe(app, accounts=workbench.accounts_file is not None)

    def tell(address: str, path: str, reason: str) -> None:
        workbench.log.add(address, "request", outcome="refused", path=path[:500], reason=reason)

    return Safeguards(
        app,
        tuple(name.lower() for name in hosts),
        MAX_UPLOAD,
        tell,
        MAX_JSON,
        limits={**dict.fromkeys(OPEN, MAX_STRANGERS), JOBS: MAX_JOB},
    )
