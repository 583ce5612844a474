"""What stands before every request of the workbench: the host it is for, where it comes from, how large it is, and safe headers.

Plain ASGI, so that nothing is read of a request that is refused.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Tell = Callable[[str, str, str], None]
"""(address, path, reason): called for each request that is refused."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class TooLarge(Exception):
    """The body went over the limit while it was read."""


class Safeguards:
    """Refuses requests for another host (a name an outsider points at this machine), from another site's page, or too large."""

    def __init__(self, app: App, hosts: Collection[str], limit: int, tell: Tell = lambda address, path, reason: None) -> None:
        self._app, self._hosts, self._limit, self._tell = app, frozenset(hosts), limit, tell

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if refusal := self._refusal(scope["method"], headers):
            await self._refuse(scope, send, *refusal)
            return
        read, over = 0, False

        async def counted() -> Message:
            nonlocal read, over
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                over = True
                raise TooLarge
            return message

        async def guarded(message: Message) -> None:
            if over:  # whatever the application makes of the body cut short
                return
            if message["type"] == "http.response.start":
                given = {key.lower() for key, _ in message.get("headers", [])}
                extra = [(key.encode(), value.encode()) for key, value in HEADERS.items() if key.encode() not in given]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        with contextlib.suppress(TooLarge):
            await self._app(scope, counted, guarded)
        if over:
            await self._refuse(scope, send, 413, self._too_large())

    def _refusal(self, method: str, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._hosts and urlsplit(f"//{host}").hostname not in self._hosts:
            return 421, "请求的主机名不是这台工作台的"
        if method not in SAFE_METHODS:
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != host:
                return 403, "请求来自别的网站"
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return 403, "请求来自别的网站"
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return 400, "请求的长度写得不对"
        if len(length) > 15 or int(length) > self._limit:
            return 413, self._too_large()
        return None

    def _too_large(self) -> str:
        return f"上传的内容超过 {self._limit // 1_000_000} MB"

    async def _refuse(self, scope: MutableMapping[str, Any], send: Send, status: int, reason: str) -> None:
        self._tell((scope.get("client") or ("", 0))[0], scope["path"], reason)
        body = json.dumps({"title": reason, "status": status}, ensure_ascii=False).encode()
        start = [(b"content-type", b"application/problem+json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        safe = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
        # the rest of the body stays unread: the connection cannot be used again
        await send({"type": "http.response.start", "status": status, "headers": [*start, *safe, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})
