"""Attacks on the workbench that need no login, against the server as it is served; with what they did before and do now.

| attack | before | now |
|---|---|---|
| 110 sockets that say nothing | everyone else got 503 | answered; the silent ones give way, and are closed after 10 s |
| a head that comes a byte at a time | held its place for ever | closed after 10 s |
| 110 MB sent before the sign-in | spooled to the disk, then 401 | 401 after the head, nothing read |
| 80 guesses at once | 44 heard | 5 heard |
| a forged X-Forwarded-For | believed of this machine | believed of the proxies that are named |
| an empty journal, a damaged draft | the server did not start, each page 500 | put aside and told |
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the extra `workbench`")
import httpx
from starlette.testclient import TestClient
from workbenches import Thread, policies_in

from engine.policy import unfinished
from engine.policy.library import Library
from engine.resources import shipped
from engine.workbench import connections, throttle
from engine.workbench.accounts import save, with_account, with_token
from engine.workbench.app import MAX_STRANGERS, application
from engine.workbench.server import LOCAL_NAMES, build

PASSWORD = "a long password 一"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file of accounts, and a token of one of them."""
    path = tmp_path_factory.mktemp("accounts") / "accounts.json"
    accounts, token = with_token(with_account({}, "editor", "editor", PASSWORD), "editor")
    save(path, accounts)
    return path, token


@pytest.fixture
def served(tmp_path: Path, known: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Thread]:
    monkeypatch.setattr(connections.GuardedProtocol, "head_seconds", 1.0)  # ten where nobody waits for it
    one = started(Thread(policies_in(tmp_path), known[0]))
    yield one
    one.close()


def started(one: Thread) -> Thread:
    end = time.monotonic() + 60
    while not one.server.started and time.monotonic() < end:
        time.sleep(0.01)
    return one


def silent(port: int, count: int, first: bytes = b"") -> list[socket.socket]:
    made = []
    for _ in range(count):
        made.append(socket.create_connection(("127.0.0.1", port)))
        made[-1].sendall(first)
        made[-1].settimeout(30)
    return made


def closed(sockets: list[socket.socket]) -> bool:
    """Whether the server has closed all of them, without a word."""
    said = []
    for one in sockets:
        try:
            said.append(one.recv(100))
        except ConnectionResetError:
            said.append(b"")
        one.close()
    return said == [b""] * len(sockets)


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["silent", "half a head"])
def test_sockets_that_ask_nothing_keep_nobody_out(served: Thread, first: bytes) -> None:
    sockets = silent(served.port, 110, first)
    with served.client() as client:
        assert [client.get("/login").status_code for _ in range(3)] == [200] * 3
    with ThreadPoolExecutor(8) as many, httpx.Client(base_url=served.address, trust_env=False, timeout=60) as client:
        assert set(many.map(lambda _: client.get("/static/workbench.css").status_code, range(40))) == {200}
    assert closed(sockets)


def test_an_upload_before_the_sign_in_is_refused_with_its_head(served: Thread) -> None:
    head = (
        f"POST /api/v1/evaluate HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: 110000000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    (one,) = silent(served.port, 1, head.encode())
    answer = b""
    while piece := one.recv(65536):  # the answer comes though the body does not, and the connection is closed
        answer += piece
    one.close()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer jx_guessed"}, {"authorization": "Basic ZWRpdG9yOndyb25n"}, {"cookie": "jixiao=x"}]
)
def test_nothing_of_a_strangers_body_is_read(headers: dict[str, str], tmp_path: Path, known: tuple[Path, str]) -> None:
    sent = []

    def body() -> Iterator[bytes]:
        for number in range(3):
            sent.append(number)
            yield b"x" * 1000

    policies = policies_in(tmp_path)
    work = build(policies, Library((policies, shipped("policies"))), known[0])
    read: list[Any] = []

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        async def counted() -> Any:
            read.append(1)
            return await receive()

        await application(work, ("testserver",))(scope, counted, send)

    with TestClient(asked) as client:
        answer = client.post("/api/v1/evaluate", content=body(), headers=headers)
    assert answer.status_code == 401
    # what the lifespan of the application received is not the request's
    assert len(read) <= 2, "not one piece of the body was asked for"


def test_who_has_not_signed_in_may_send_a_name_and_a_password_and_no_more(served: Thread) -> None:
    with served.client() as client:
        for path in ("/login", "/logout"):
            assert client.post(path, data={"name": "a", "password": "x" * (MAX_STRANGERS + 1)}).status_code == 413


def test_of_eighty_guesses_at_once_five_are_heard(served: Thread) -> None:
    def guess(number: int) -> int:
        with httpx.Client(base_url=served.address, trust_env=False, timeout=600) as client:
            return client.post("/login", data={"name": "editor", "password": f"guess {number}"}).status_code

    with ThreadPoolExecutor(15) as many:
        statuses = list(many.map(guess, range(80)))
    assert statuses.count(401) <= throttle.PAIR.free + 3, "three more where a second goes by"
    assert set(statuses) == {401, 429}


def test_a_name_that_is_locked_does_not_lock_its_token(served: Thread, known: tuple[Path, str]) -> None:
    with served.client() as client:
        for number in range(throttle.PAIR.free + 1):
            locked = client.get("/api/v1/policies", auth=("editor", f"guess {number}")).status_code
        assert locked == 429
        assert client.get("/api/v1/policies", headers={"authorization": f"Bearer {known[1]}"}).status_code == 200
        assert client.get("/api/v1/policies", headers={"authorization": f"Bearer {known[1]}x"}).status_code == 401


@pytest.mark.parametrize(
    ("proxies", "seen"), [((), "127.0.0.1"), (("10.0.0.0/8",), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9")]
)
def test_addresses_are_believed_of_the_proxies_that_are_named(
    proxies: tuple[str, ...], seen: str, tmp_path: Path, known: tuple[Path, str]
) -> None:
    served = started(Thread(policies_in(tmp_path), known[0], proxies))
    try:
        with served.client() as client:
            forged = {"x-forwarded-for": "198.51.100.1, 203.0.113.9", "x-forwarded-proto": "https"}
            assert client.post("/login", data={"name": "a", "password": "wrong"}, headers=forged).status_code == 401
            entry = served.work.log.entries(1)[0]
            assert entry["address"] == seen
            again = client.post("/login", data={"name": "editor", "password": PASSWORD}, headers=forged)
            cookie = again.headers["set-cookie"]
            assert cookie.startswith("__Host-jixiao=") == (seen == "203.0.113.9")
    finally:
        served.close()


def test_the_cookie_of_https_is_the_hosts_own(tmp_path: Path, known: tuple[Path, str]) -> None:
    policies = policies_in(tmp_path)
    work = build(policies, Library((policies, shipped("policies"))), known[0])
    with TestClient(application(work, ("testserver",)), base_url="https://testserver", follow_redirects=False) as client:
        cookie = client.post("/login", data={"name": "editor", "password": PASSWORD}).headers["set-cookie"]
        parts = {part.strip().partition("=")[0].lower() for part in cookie.split(";")}
        assert cookie.startswith("__Host-jixiao=")
        assert {"secure", "httponly", "samesite", "path"} <= parts
        assert "domain" not in parts
        assert client.get("/").status_code == 200
        token = cookie.partition("=")[2].partition(";")[0]
    with TestClient(application(work, ("testserver",)), base_url="https://testserver", follow_redirects=False) as other:
        planted = {"cookie": f"jixiao={token}"}  # what somebody on the way by http may have set
        assert other.get("/", headers={**planted, "accept": "text/html"}).status_code == 303


DRAFT = "/api/v1/drafts/hubei/2023"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"policy": "x/1"}', b"\xff\xfe"], ids=range(6))
def test_a_damaged_draft_is_put_aside_and_told_once(content: bytes, tmp_path: Path) -> None:
    policies = policies_in(tmp_path)
    work = build(policies, Library((policies, shipped("policies"))))
    with TestClient(application(work, ("testserver", *LOCAL_NAMES))) as client:
        change = {"revision": 0, "kind": "set", "file": "policy.yaml", "at": ["policy", "title"], "value": "新"}
        assert client.post(f"{DRAFT}/changes", json=change).status_code == 200
        (draft,) = policies.glob(".workbench/drafts/*/hubei@2023.json")
        draft.write_bytes(content)
        told = client.get("/", headers={"accept": "text/html"})
        assert told.status_code == 422
        assert "文件坏了，已改名为 damaged-" in told.text
        assert f"{tmp_path}/policies/" not in told.text
        assert [client.get(path).status_code for path in ("/", DRAFT, "/policies/hubei/2023/edit")] == [200] * 3
        assert client.get(DRAFT).json()["revision"] == 0
    assert [path.read_bytes() for path in draft.parent.glob("damaged-*")] == [content]
    assert any(entry["action"] == "recover" and entry["outcome"] == "failed" for entry in work.log.entries())


@pytest.mark.parametrize("content", [b"", b"{", b'{"policy": "nowhere/2021", "before": {}, "texts": {}}'], ids=range(3))
def test_a_damaged_journal_stops_no_server(content: bytes, tmp_path: Path) -> None:
    policies = policies_in(tmp_path)
    journal = unfinished.journal_of(policies, "hubei/2023")
    journal.parent.mkdir()
    journal.write_bytes(content)
    work = build(policies, Library((policies, shipped("policies"))))
    with TestClient(application(work, ("testserver", *LOCAL_NAMES))) as client:
        assert client.get("/").status_code == 200
        assert "接着写完断了的保存" in client.get("/log").text
        assert client.get("/log", params={"action": "recover", "outcome": "refused"}).status_code == 200
    assert json.loads(json.dumps(work.log.entries()))[-1]["action"] == "recover"


@pytest.mark.parametrize(
    "path", ["/", "/log", "/policies/hubei/2021", "/policies/hubei/2023", "/policies/nowhere/2021", "/nothing"]
)
def test_no_page_tells_where_things_lie_on_the_machine(path: str, tmp_path: Path, known: tuple[Path, str]) -> None:
    policies = policies_in(tmp_path)
    (policies / "hubei" / "2023" / "broken.yaml").write_text("parameters: [\n", encoding="utf-8")
    work = build(policies, Library((policies, shipped("policies"))), known[0])
    headers = {"authorization": f"Bearer {known[1]}", "accept": "text/html"}
    with TestClient(application(work, ("testserver", *LOCAL_NAMES)), follow_redirects=False) as client:
        client.post("/login", data={"name": "editor", "password": PASSWORD})
        text = client.get(path).text + client.get(f"/api/v1{path}", headers=headers).text
    assert str(tmp_path) not in text
    assert str(shipped("policies").parent) not in text
    assert "site-packages" not in text
