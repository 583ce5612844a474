"""The pages of the evaluation: forms given, scores, findings with evidence, files to download, and the impact of a change."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from engine.policy.heads import heads
from engine.results.reading import caution, differs
from engine.workbench.advice import on_page
from engine.workbench.api.forms import archive
from engine.workbench.frame import asks, page
from engine.workbench.kept import MAX_RESULTS, Kept
from engine.workbench.pages.policies import XLSX, alone, listed
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, bench

router = APIRouter(include_in_schema=False)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/evaluate")
def evaluate(request: Request) -> Response:
    session, work = asks(request), bench(request)
    every = [listed(head, work, session) for head in heads(work.library)[0]]
    results = [{"id": key, "label": kept.label} for key, kept in reversed(session.forms.items())]
    return page(request, session, "evaluate.html.j2", "evaluate", policies=every, results=results, examples=bool(work.examples))


@router.get("/results/{key}")
async def result(request: Request, key: str) -> Response:
    session = asks(request)
    kept = _result(session, key)
    first = caution(kept.found.result.get("policy"))
    return page(
        request,
        session,
        "result.html.j2",
        "evaluate",
        id=key,
        label=kept.label,
        result=kept.found.result,
        caution=on_page(first),
        notes=[on_page(note) for note in kept.found.result.get("notes", []) if note != first],
        different=[differs(form["scores"]["total"]) for form in kept.found.result["forms"]],
        files=await bench(request).busy(_documents, kept),
        **await bench(request).busy(_problems, kept),
    )


@router.get("/results/{key}/{name}")
async def result_file(request: Request, key: str, name: str) -> Response:
    session = asks(request)
    made = await bench(request).busy(_file, _result(session, key), name)
    if made is None:
        raise Refused(404, "没有这个文件")
    content, media, headers = made
    return Response(content, media_type=media, headers=headers)


def _problems(kept: Kept) -> dict[str, Any]:
    """The problems, as a page tells them."""
    from engine.reports.problems import on_one_page

    return on_one_page(kept.found.result, kept.found.policy)


def _documents(kept: Kept) -> list[str]:
    """The names of the Word reports there are: one for each form."""
    from engine.reports.files import reports

    made = reports(kept.found.result, kept.found.bundle.submission, kept.found.policy, ("markdown",))
    return [name.removesuffix(".md") + ".docx" for name in made]


def _file(kept: Kept, name: str) -> tuple[bytes, str, dict[str, str]] | None:
    """One of the files a result can be had as: content, media type, headers."""
    found = kept.found
    download = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    if name == "result.json":
        from engine.results.views.as_json import dumps

        return dumps(found.result).encode(), "application/json", download
    if name == "record.json":
        from engine.submission import record

        return record.dump_json(found.evaluation.submission).encode(), "application/json", download
    if name == "findings.xlsx":
        from engine.results.views.overview import Occasion
        from engine.results.views.workbook import NAME, check_workbook

        named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(NAME)}"}
        return (
            check_workbook(found.result, {found.policy.id: found.policy}, Occasion(found.bundle.files, day=date.today())),
            XLSX,
            named,
        )
    from engine.reports.files import reports

    if name == "report.zip":
        made = reports(found.result, found.bundle.submission, found.policy, ("docx", "html", "markdown"))
        return archive(made), "application/zip", download
    if name == "report.html":
        content = reports(found.result, found.bundle.submission, found.policy, ("html",))[name]
        return content, *alone(content)
    if name.endswith(".docx"):
        made = reports(found.result, found.bundle.submission, found.policy, ("docx",))
        return (made[name], DOCX, download) if name in made else None
    return None


@router.get("/impacts/{key}")
def impact(request: Request, key: str) -> Response:
    session = asks(request, "editor")
    if key not in session.pages:
        raise Refused(404, "没有这一页；每次登录只留最近几页，退出后不留")
    content = session.pages[key].encode()
    media, headers = alone(content)
    return Response(content, media_type=media, headers=headers)


def _result(session: Session, key: str) -> Kept:
    if key not in session.forms:
        raise Refused(404, f"没有这次核对的结果；每次登录只留最近 {MAX_RESULTS} 次，退出后不留")
    kept: Kept = session.forms[key]
    return kept
