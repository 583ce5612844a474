"""What the interface says of itself: references lead somewhere, names are one each, who may ask is said; problems are whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from workbenches import policies_in

from engine.policy.library import Library
from engine.resources import shipped
from engine.workbench import accounts
from engine.workbench.api import description
from engine.workbench.app import application
from engine.workbench.server import build


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    home = tmp_path_factory.mktemp("described")
    policies: Path = policies_in(home)
    known, token = accounts.with_token({"甲": accounts.Account("甲", "viewer")}, "甲")
    accounts.save(home / "accounts.json", known)
    work = build(policies, Library((policies, shipped("policies"))), home / "accounts.json")
    return TestClient(application(work, ("testserver",)), headers={"authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    found = set(references(described))
    assert "#/components/schemas/Wrong" in found
    for reference in found:
        node: Any = described
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def test_each_operation_has_a_name_and_says_who_may_ask_and_what_it_answers(described: dict[str, Any]) -> None:
    found = list(description.operations(described))
    names = Counter(operation["operationId"] for _, _, operation in found)
    assert [name for name, count in names.items() if count > 1] == []
    assert {"get_policies", "get_policies_one", "post_evaluate", "post_drafts_undo"} <= set(names)
    for method, path, operation in found:
        assert ("security" in operation) == (path != description.HEALTH), path
        done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        assert all(item["schema"] for item in done.get("content", {}).values()), (method, path)
    schemes = described["components"]["securitySchemes"]
    assert all(name in schemes for _, _, one in found for way in one.get("security", ()) for name in way)


def test_the_server_says_that_it_is_there(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_problem_says_its_kind_and_all_its_sentences(client: TestClient) -> None:
    answer = client.get("/api/v1/policies/hubei/2199")
    body = answer.json()
    assert (answer.status_code, body["type"]) == (404, "urn:jixiao:problem:policy.missing")
    assert body["detail"] == "\n".join(problem["text"] for problem in body["problems"])
    nowhere = client.get("/api/v1/nowhere").json()
    assert (nowhere["type"], nowhere["detail"]) == ("about:blank", "没有这个地址")
