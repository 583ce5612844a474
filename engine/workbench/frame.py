"""What every page has: who is looking, the frame around it, and the page of a problem."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from engine import __version__
from engine.files import displayed
from engine.resources import shipped
from engine.templating import sandbox as templates
from engine.workbench import accounts
from engine.workbench.access import cookie_of, session_of
from engine.workbench.accounts import LOCAL
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, bench


def visitor(request: Request) -> Session:
    """The session of a page's visitor; a new one where no accounts are kept. Raises Refused 401 where one must sign in first."""
    session = session_of(request)
    if session is None and bench(request).accounts_file is None:
        session = bench(request).sessions.shared(LOCAL)
    if session is None:
        raise Refused(401, "请先登录")
    return session


def page(request: Request, session: Session, name: str, here: str = "", status: int = 200, **data: Any) -> HTMLResponse:
    """A page, with who is looking at it, and the cookie by which they are known."""
    work = bench(request)
    who = {
        "name": session.account.name,
        "role": accounts.ROLES[session.account.role],
        "csrf": session.csrf,
        "editor": session.account.may("editor"),
        "publisher": session.account.may("publisher"),
        "accounts": work.accounts_file is not None,
    }
    # where it lies is for whoever sits at the machine
    directory = displayed(work.policies.name if work.accounts_file else work.policies)
    text = _render(f"workbench/{name}", who=who, here=here, version=__version__, directory=directory, **data)
    response = HTMLResponse(text, status)
    remember(request, response, session)
    return response


def problem_page(request: Request, status: int, title: str, lines: Sequence[str]) -> Response:
    """What went wrong, for a person; whoever has not signed in is led to the sign-in page."""
    work, session = bench(request), session_of(request)
    if session is None and work.accounts_file:
        return RedirectResponse(f"/login?next={quote(_inside(request.url.path))}", 303)
    shown = [line for line in lines if line != title]
    return page(request, session or visitor(request), "problem.html.j2", status=status, heading=title, problems=shown)


def _render(name: str, **data: Any) -> str:
    return templates.render(templates.Environment([shipped("templates")], autoescape=True), name, data)


def remember(request: Request, response: Response, session: Session) -> None:
    """Have the browser say from now on whose it is."""
    name, secure = cookie_of(request), request.url.scheme == "https"
    response.set_cookie(name, session.token, httponly=True, samesite="strict", secure=secure, path="/")


def forget(request: Request, response: Response) -> None:
    """Have the browser say so no more."""
    name, secure = cookie_of(request), request.url.scheme == "https"
    response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=secure)


def asks(request: Request, role: str = "viewer") -> Session:
    """The visitor's session, if their account may do what `role` may. Raises Refused 403, and logs it, otherwise."""
    session = visitor(request)
    if not session.account.may(role):
        bench(request).log.add(session.account.name, "enter", outcome="refused", path=request.url.path, needs=role)
        raise Refused(403, f"账号“{session.account.name}”没有“{accounts.ROLES[role]}”的权限")
    return session


def _inside(path: str) -> str:
    """Where to go after signing in: a page of ours, never another site's."""
    return path if re.fullmatch(r"/(?:[\w.-][\w./-]*)?", path) else "/"
