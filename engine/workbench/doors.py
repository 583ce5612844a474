"""Who asks is known before anything of what they send is read: a stranger's upload is refused with its head.

The framework reads a body first and asks afterwards. So this stands before it, and what was found out is handed on.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from anyio import to_thread
from fastapi import Request

from engine.errors import JixiaoError
from engine.workbench.access import signed_in
from engine.workbench.problems import _refused, _wrong
from engine.workbench.safeguards import SAFE_METHODS, App, Receive, Send
from engine.workbench.state import Refused, bench

OPEN = ("/login", "/logout")
"""Where one may send something without having signed in: little, see `safeguards`."""


class Doors:
    """Refuses whatever has a body and comes from nobody known."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            # hashing takes its time: few at once, and not among the threads that answer pages
            request.state.session = await to_thread.run_sync(signed_in, request, limiter=bench(request).hashing)
        except Refused as refused:
            answer = _refused(request, refused)
        except JixiaoError as error:
            answer = _wrong(request, error)
        else:
            await self._app(scope, receive, send)
            return
        answer.headers["connection"] = "close"  # the rest of what was sent stays unread
        await answer(scope, receive, send)
