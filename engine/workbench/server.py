"""Serving the workbench: one process, one port, told where it is to be opened."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from engine.errors import Place, Problem, UsageError, system_reason
from engine.files import displayed
from engine.policy.library import Library, call
from engine.resources import shipped
from engine.workbench import accounts as accounts_module
from engine.workbench.app import application
from engine.workbench.audit import Log
from engine.workbench.connections import MOST, GuardedProtocol, networks
from engine.workbench.drafts import Drafts
from engine.workbench.state import Workbench

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
EXAMPLES = "examples/hubei-gcc-2021.txt"


def build(policies: Path, library: Library, accounts: Path | None = None) -> Workbench:
    """A workbench over a directory of policies. Raises UsageError if the file of accounts is none, or has nobody in it, InputError
    if it cannot be read."""
    if accounts and not accounts_module.load(accounts):
        raise UsageError(Problem(Place(displayed(accounts)), "没有账号", "先用 jixiao account add 建立", code="account.none"))
    call(policies, policies.name)
    examples = shipped("policies").parent / EXAMPLES
    return Workbench(
        policies=policies,
        library=library,
        drafts=Drafts(policies),
        log=Log(policies / ".workbench" / "log.jsonl"),
        accounts_file=accounts,
        examples=(examples,) if examples.is_file() else (),
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
    proxies: tuple[str, ...],
    said: Callable[[str], None],
    opened: Callable[[str], object] | None = None,
) -> None:
    """Serve until interrupted. `proxies`: addresses and networks that are believed who asks through them and how. `opened` is given
    the address once it can be asked. Raises UsageError if the port cannot be had, or a proxy is no address."""
    secure = certificate is not None
    _check(proxies)
    work = build(policies, library, accounts)
    hosts = LOCAL_NAMES if is_loopback(host) else (*LOCAL_NAMES, host, socket.gethostname(), *names)
    listener = listening(host, port)
    shown_host = f"[{host}]" if ":" in host else host
    address = f"{'https' if secure else 'http'}://{shown_host}:{listener.getsockname()[1]}/"
    said(f"工作台：{address}")
    said(f"可以修改的政策：{displayed(policies)}。按 Ctrl+C 结束。")
    if not is_loopback(host) and not secure and not proxies:
        said("注意：没有用 TLS（--certificate、--key），账号密码在网上是明文。")
    if opened:
        opened(address)
    uvicorn.Server(configured(application(work, tuple({*hosts, *names})), certificate, key, proxies)).run(sockets=[listener])


def _check(proxies: Sequence[str]) -> None:
    for proxy in proxies:
        try:
            networks([proxy])
        except ValueError:
            told = f"“{displayed(proxy)}”不是 IP 地址或网段"
            raise UsageError(Problem(Place(), told, "如 10.0.0.5 或 10.0.0.0/24", code="usage.options")) from None


def configured(
    served: Any, certificate: Path | None = None, key: Path | None = None, proxies: Sequence[str] = ()
) -> uvicorn.Config:
    """How the application is served, by https where there is a certificate. What a request says of whom it was forwarded for is
    believed of `proxies` alone."""
    return uvicorn.Config(
        served,
        http=type("Guarded", (GuardedProtocol,), {"proxies": networks(proxies)}),
        ws="none",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_keep_alive=5,
        limit_concurrency=MOST + 1,
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
