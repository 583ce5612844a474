"""Who gets into the workbench and who does not: without an account, with a small role, from another site, with tricks in paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the extra `workbench`")
from starlette.testclient import TestClient

from engine.policy.library import Library
from engine.resources import shipped
from engine.workbench.accounts import save, with_account
from engine.workbench.app import application
from engine.workbench.safeguards import HEADERS
from engine.workbench.server import LOCAL_NAMES, build

PASSWORD = "a long password 一"
HOSTS = ("testserver", *LOCAL_NAMES)


def served(policies: Path, accounts: Path | None = None) -> TestClient:
    work = build(policies, Library((policies, shipped("policies"))), accounts)
    return TestClient(application(work, HOSTS), follow_redirects=False)


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    home = tmp_path / "policies" / "hubei" / "2023"
    home.mkdir(parents=True)
    text = (
        "policy:\n  id: hubei/2023\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {from: 2023, to: 2023}\n"
        "  form_kinds: [department, project]\n  status: draft\n  extends: [hubei/2022]\n"
    )
    (home / "policy.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "policies"


@pytest.fixture(scope="module")
def accounts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("accounts") / "accounts.json"
    accounts: dict[str, Any] = {}
    for role in ("viewer", "editor", "publisher"):
        accounts = with_account(accounts, role, role, PASSWORD)
    save(path, accounts)
    return path


@pytest.fixture
def guarded(policies: Path, accounts_file: Path) -> Iterator[TestClient]:
    with served(policies, accounts_file) as client:
        yield client


def log(policies: Path) -> list[dict[str, Any]]:
    path = policies / ".workbench" / "log.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def sign_in(client: TestClient, role: str) -> str:
    """The token that goes with every change."""
    assert client.post("/login", data={"name": role, "password": PASSWORD}).status_code == 303
    page = client.get("/").text
    return page.partition('name="csrf" content="')[2].partition('"')[0]


DRAFT = "/api/v1/drafts/hubei/2023"
CHANGE = {"revision": 0, "kind": "set", "file": "policy.yaml", "at": ["policy", "title"], "value": "新"}


def test_every_page_and_every_call_asks_for_an_account(guarded: TestClient, policies: Path) -> None:
    for path in ("/", "/evaluate", "/desk", "/compare", "/log", "/policies/hubei/2021", "/policies/hubei/2023/edit"):
        answer = guarded.get(path, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    described = guarded.get("/api/v1/openapi.json").json()
    calls = [(method, path) for path, item in described["paths"].items() for method in item if path != "/healthz"]
    assert len(calls) >= 20
    for method, path in calls:
        key = "20210101-000000-000000" if "/history/" in path else "0123456789abcdef"
        path = path.format(jurisdiction="hubei", year="2023", name="policy", key=key, number=1)
        assert guarded.request(method, path, params={"a": "hubei/2021", "b": "hubei/2021", "group": "x"}).status_code in (
            401,
            422,
        ), path
    answer = guarded.get("/api/v1/policies")
    assert answer.status_code == 401
    assert answer.json()["title"] == "请先登录"
    assert {entry["outcome"] for entry in log(policies)} == {"refused"}


@pytest.mark.parametrize("role", ["viewer", "editor", "publisher"])
def test_a_role_reaches_what_is_its_own_and_no_more(guarded: TestClient, policies: Path, role: str) -> None:
    token = sign_in(guarded, role)
    headers = {"x-csrf-token": token}
    assert guarded.get("/api/v1/policies").status_code == 200
    edits, publishes = role != "viewer", role == "publisher"
    assert guarded.get("/policies/hubei/2023/edit").status_code == (200 if edits else 403)
    assert guarded.post(f"{DRAFT}/changes", json=CHANGE, headers=headers).status_code == (200 if edits else 403)
    assert guarded.get("/log").status_code == (200 if publishes else 403)
    answer = guarded.put(f"{DRAFT}/published", json={}, headers=headers)
    assert answer.status_code == (422 if publishes else 403)  # 422: there is an unsaved change
    refused = [entry for entry in log(policies) if entry["outcome"] == "refused"]
    assert bool(refused) is not publishes
    assert all(entry["who"] == role for entry in refused)


def test_a_change_without_the_pages_token_is_refused(guarded: TestClient) -> None:
    sign_in(guarded, "editor")
    for headers in ({}, {"x-csrf-token": "guessed"}):
        assert guarded.post(f"{DRAFT}/changes", json=CHANGE, headers=headers).status_code == 403
    assert guarded.get(DRAFT).json()["revision"] == 0


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
def test_another_sites_page_cannot_change_anything_even_where_there_are_no_accounts(
    policies: Path, headers: dict[str, str]
) -> None:
    with served(policies) as client:
        assert client.post(f"{DRAFT}/changes", json=CHANGE, headers=headers).status_code == 403
        assert client.post(f"{DRAFT}/changes", json=CHANGE).status_code == 200
    assert log(policies)[0]["reason"] == "请求来自别的网站"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "testserver@evil.example"])
def test_a_foreign_name_for_this_machine_is_refused(policies: Path, host: str) -> None:
    with served(policies) as client:
        assert client.get("/api/v1/policies", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("status_of", ["/", "/login", "/nothing", "/api/v1/policies", "/static/workbench.js"])
def test_every_answer_carries_the_safe_headers(guarded: TestClient, status_of: str) -> None:
    answer = guarded.get(status_of)
    for name in HEADERS.keys() - {"cache-control"}:
        assert answer.headers[name]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_other_systems_send_name_and_password_each_time(guarded: TestClient) -> None:
    assert guarded.get("/api/v1/policies", auth=("viewer", PASSWORD)).status_code == 200
    assert guarded.get("/api/v1/policies", auth=("viewer", "wrong")).status_code == 401
    assert guarded.get("/api/v1/log", auth=("viewer", PASSWORD)).status_code == 403
    assert guarded.post("/api/v1/policies", auth=("viewer", PASSWORD), json={"id": "a/1", "parent": "b/1"}).status_code == 403
    assert guarded.get("/api/v1/policies", headers={"authorization": "Basic ::::"}).status_code == 401


def test_guessing_is_slowed_down_and_logged(guarded: TestClient, policies: Path) -> None:
    statuses = [guarded.post("/login", data={"name": "editor", "password": f"guess {n}"}).status_code for n in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert guarded.post("/login", data={"name": "editor", "password": PASSWORD}).status_code == 429
    assert [entry["action"] for entry in log(policies)] == ["sign-in"] * 9


def test_an_account_that_is_disabled_is_out_at_once(policies: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    accounts = with_account(with_account({}, "a", "editor", PASSWORD), "b", "viewer", PASSWORD)
    save(path, accounts)
    with served(policies, path) as client:
        assert client.post("/login", data={"name": "a", "password": PASSWORD}).status_code == 303
        assert client.get("/api/v1/policies").status_code == 200
        save(path, {"b": accounts["b"]})
        assert client.get("/api/v1/policies").status_code == 401


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aset-cookie:x"]
)
def test_signing_in_leads_to_no_other_site(guarded: TestClient, next_: str) -> None:
    answer = guarded.post("/login", data={"name": "viewer", "password": PASSWORD, "next": next_})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static/%2e%2e/report.docx",
        "/policies/../../etc",
        "/policies/hubei/..%2f..%2f..%2fetc%2fpasswd",
        "/policies/hubei/2023/../../../../etc/passwd",
        "/results/..%2f..%2fsecret/result.json",
        "/api/v1/policies/..%2f../etc",
        "/api/v1/schemas/..%2fpolicy",
        "/api/v1/drafts/hubei/..%2f2021",
        "/api/v1/drafts/.workbench/drafts",
    ],
)
def test_no_path_leads_out_of_the_policies(policies: Path, path: str) -> None:
    with served(policies) as client:
        answer = client.get(path)
    assert answer.status_code in (404, 422), answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", ["../../evil.yaml", "/tmp/evil.yaml", "tests/../../../evil.yaml", "evil.py", "..\\evil.yaml"])
def test_no_file_is_written_outside_a_policy(policies: Path, name: str) -> None:
    with served(policies) as client:
        answer = client.put(DRAFT, json={"revision": 0, "files": {name: "a: 1\n"}})
        assert answer.status_code == 422
        assert client.post("/api/v1/check", json={"id": "hubei/2023", "files": {name: ""}}).status_code == 422
    assert [path.name for path in policies.parent.rglob("evil*")] == []


@pytest.mark.parametrize("id_", ["../x", "hubei", "hubei/../x", "/etc/x", "hubei/2023/x", ".workbench/x", "HUBEI/2023"])
def test_no_policy_is_made_outside_the_directory(policies: Path, id_: str) -> None:
    with served(policies) as client:
        assert client.post("/api/v1/policies", json={"id": id_, "parent": "hubei/2021"}).status_code == 422


def test_an_upload_too_large_is_refused_before_it_is_read(policies: Path) -> None:
    with served(policies) as client:
        answer = client.post(
            "/api/v1/evaluate",
            content=b"",
            headers={"content-length": str(10**9), "content-type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 413

        def endless() -> Iterator[bytes]:  # no length given: counted while it comes
            yield b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.docx"\r\n\r\n'
            for _ in range(130):
                yield b"0" * 1_000_000

        answer = client.post("/api/v1/evaluate", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 413
    assert "超过" in log(policies)[0]["reason"]


def test_a_hostile_pattern_is_refused_at_its_line_and_nothing_hangs(policies: Path) -> None:
    text = (policies / "hubei" / "2023" / "policy.yaml").read_text(encoding="utf-8")
    bad = (
        "recognition:\n  direction:\n    title: x\n    cases:\n"
        "      - {case: a, when: {name: {matches: '(?=a)(a+)+$'}}, value: positive, basis: note-2021#2}\n"
        "      - {case: otherwise, otherwise: true, value: positive, basis: note-2021#2}\n"
    )
    with served(policies) as client:
        answer = client.put(DRAFT, json={"revision": 0, "files": {"policy.yaml": text + bad}})
    assert answer.status_code == 200
    assert any("正则" in problem["message"] and problem["file"] == "policy.yaml" for problem in answer.json()["problems"])


def test_hostile_words_in_a_policy_stay_text_on_the_pages(policies: Path) -> None:
    path = policies / "hubei" / "2023" / "policy.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("title: 试", "title: <script>alert(1)</script>{{ 7*7 }}"), encoding="utf-8"
    )
    with served(policies) as client:
        for page in ("/", "/policies/hubei/2023"):
            text = client.get(page).text
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text
