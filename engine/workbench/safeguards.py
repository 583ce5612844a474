"""What stands before every request of the workbench: the host it is for, where it comes from, how large it is, and safe headers.

Plain ASGI, so that nothing is read of a request that is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
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


MOST_AT_ONCE = 16
"""Requests of one address whose bodies are read, or that are being answered, at one time."""


class Broken(Exception):
    """The body went over the limit, or came too slowly, while it was read."""


class Safeguards:
    """Refuses requests for another host (a name an outsider points at this machine), from another site's page, or too large."""

    def __init__(
        self,
        app: App,
        hosts: Collection[str],
        limit: int,
        tell: Tell = lambda address, path, reason: None,
        plain_limit: int | None = None,
        patience: float = 60.0,
        longest: float = 900.0,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        """`limit`: bytes of an upload, `plain_limit` of any other request, `limits` of those to single paths, whatever
        they are. `patience`: seconds for the next piece of a body, `longest` for the whole of it."""
        self._app, self._hosts, self._limit, self._tell = app, frozenset(hosts), limit, tell
        self._plain_limit = limit if plain_limit is None else plain_limit
        self._patience, self._longest = patience, longest
        self._limits = dict(limits or {})
        self._sending: Counter[str] = Counter()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if refusal := self._refusal(scope, headers):
            await self._refuse(scope, send, *refusal)
            return
        limit, address = self._limit_of(scope["path"], headers), _address(scope)
        read, over = 0, ""
        began = time.monotonic()
        whole = scope["method"] in SAFE_METHODS

        async def counted() -> Message:
            nonlocal read, over, whole
            if whole:  # what comes now is the end of the connection, which may take as long as the answer
                return await receive()
            try:
                left = self._longest - (time.monotonic() - began)
                message = await asyncio.wait_for(receive(), max(0.0, min(self._patience, left)))
            except TimeoutError:
                over = "内容来得太慢"
                raise Broken from None
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > limit:
                over = self._too_large(limit)
                raise Broken
            return message

        async def guarded(message: Message) -> None:
            if over:  # whatever the application makes of the body cut short
                return
            if message["type"] == "http.response.start":
                given = {key.lower() for key, _ in message.get("headers", [])}
                extra = [(key.encode(), value.encode()) for key, value in HEADERS.items() if key.encode() not in given]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        sends = scope["method"] not in SAFE_METHODS
        self._sending[address] += sends
        try:
            with contextlib.suppress(Broken):
                await self._app(scope, counted, guarded)
        finally:
            self._sending[address] -= sends
            if not self._sending[address]:
                del self._sending[address]
        if over:
            await self._refuse(scope, send, 408 if read <= limit else 413, over)

    def _limit_of(self, path: str, headers: dict[str, str]) -> int:
        if path in self._limits:
            return self._limits[path]
        upload = headers.get("content-type", "").lower().startswith("multipart/form-data")
        return self._limit if upload else min(self._limit, self._plain_limit)

    def _refusal(self, scope: MutableMapping[str, Any], headers: dict[str, str]) -> tuple[int, str] | None:
        method, host = scope["method"], headers.get("host", "")
        if self._hosts and urlsplit(f"//{host}").hostname not in self._hosts:
            return 421, "请求的主机名不是这台工作台的"
        if method not in SAFE_METHODS:
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != host:
                return 403, "请求来自别的网站"
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return 403, "请求来自别的网站"
            if self._sending[_address(scope)] >= MOST_AT_ONCE:
                return 429, "同一个地址同时发来的请求太多"
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400, "请求的长度写得不对"
        limit = self._limit_of(scope["path"], headers)
        if len(length) > 15 or int(length) > limit:
            return 413, self._too_large(limit)
        return None

    @staticmethod
    def _too_large(limit: int) -> str:
        return f"内容超过 {limit // 1_000_000} MB" if limit >= 1_000_000 else f"内容超过 {limit // 1_000} KB"

    async def _refuse(self, scope: MutableMapping[str, Any], send: Send, status: int, reason: str) -> None:
        self._tell(_address(scope), scope["path"], reason)
        body = json.dumps({"title": reason, "status": status}, ensure_ascii=False).encode()
        start = [(b"content-type", b"application/problem+json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        safe = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
        # the rest of the body stays unread: the connection cannot be used again
        await send({"type": "http.response.start", "status": status, "headers": [*start, *safe, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})


def _address(scope: MutableMapping[str, Any]) -> str:
    address: str = (scope.get("client") or ("", 0))[0]
    return address
