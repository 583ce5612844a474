"""Serving the workbench: one process, one port, told where it is to be opened."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from engine.errors import Place, Problem, UsageError, system_reason
from engine.files import displayed
from engine.policy.library import Library
from engine.resources import shipped
from engine.workbench import accounts as accounts_module
from engine.workbench.app import application
from engine.workbench.audit import Log
from engine.workbench.drafts import Drafts
from engine.workbench.state import Workbench

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
EXAMPLES = "examples/hubei-gcc-2021.txt"


def build(policies: Path, library: Library, accounts: Path | None = None, secure: bool = False) -> Workbench:
    """A workbench over a directory of policies. Raises UsageError if the file of accounts cannot be read, or has nobody in it."""
    if accounts and not accounts_module.load(accounts):
        raise UsageError(Problem(Place(displayed(accounts)), "没有账号", "先用 jixiao account add 建立", code="account.none"))
    examples = shipped("policies").parent / EXAMPLES
    return Workbench(
        policies=policies,
        library=library,
        drafts=Drafts(policies),
        log=Log(policies / ".workbench" / "log.jsonl"),
        accounts_file=accounts,
        examples=(examples,) if examples.is_file() else (),
        secure=secure,
    )


def serve(
    *,
    policies: Path,
    library: Library,
    accounts: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    said: Callable[[str], None],
) -> None:
    """Serve until interrupted. Raises UsageError if the port cannot be had."""
    secure = certificate is not None
    work = build(policies, library, accounts, secure)
    hosts = LOCAL_NAMES if is_loopback(host) else (*LOCAL_NAMES, host, socket.gethostname(), *names)
    listener = listening(host, port)
    shown_host = f"[{host}]" if ":" in host else host
    said(f"工作台：{'https' if secure else 'http'}://{shown_host}:{listener.getsockname()[1]}/")
    said(f"可以修改的政策：{displayed(policies)}。按 Ctrl+C 结束。")
    if not is_loopback(host) and not secure:
        said("注意：没有用 TLS（--certificate、--key），账号密码在网上是明文。")
    uvicorn.Server(configured(application(work, tuple({*hosts, *names})), certificate, key)).run(sockets=[listener])


def configured(served: Any, certificate: Path | None = None, key: Path | None = None) -> uvicorn.Config:
    """How the application is served, by https where there is a certificate."""
    return uvicorn.Config(
        served,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_keep_alive=5,
        limit_concurrency=100,
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UsageError if the port cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(100)
    except OSError as error:
        raise UsageError(
            Problem(Place(), f"不能监听 {host}:{port}：{system_reason(error)}", "换一个端口或地址", code="usage.port")
        ) from None
    return listener


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address. A name other than localhost is taken as reachable."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
