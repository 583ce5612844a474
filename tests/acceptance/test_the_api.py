"""The HTTP interface for other systems: each call does what it says, and none answers with a fault of ours, whatever is sent."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL_FORM

pytest.importorskip("fastapi", reason="needs the extra `workbench`")
import httpx
from deep import Figure, tries
from starlette.testclient import TestClient
from workbenches import POLICY, Server, policies_in, small_form_as_word

from engine.policy.library import Library
from engine.resources import shipped
from engine.workbench.app import application
from engine.workbench.safeguards import Safeguards
from engine.workbench.server import LOCAL_NAMES, build
from engine.workbench.state import Workbench

HOSTS = ("testserver", *LOCAL_NAMES)
DRAFT = "/api/v1/drafts/hubei/2023"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workbench]:
    home = policies_in(tmp_path)
    made = build(home, Library((home, shipped("policies"))))
    yield made
    made.jobs.close()  # one that is still running would ask the solver while other tests do


@pytest.fixture
def api(work: Workbench) -> Iterator[TestClient]:
    with TestClient(application(work, HOSTS), follow_redirects=False) as client:
        yield client


def a_form(name: str = "表.docx") -> dict[str, Any]:
    return {"files": (name, small_form_as_word(), WORD)}


def test_a_policy_that_covers_a_shipped_one_is_marked(api: TestClient) -> None:
    assert api.post("/api/v1/policies", json={"id": "hubei/2022", "parent": "hubei/2021"}).status_code == 200
    page = api.get("/").text
    row = next(line for line in page.splitlines() if line.startswith('<tr><th scope="row"><a href="/policies/hubei/2022"'))
    assert "可以；与自带的同编号，用这一个" in row
    assert page.count("与自带的同编号") == 1
    years = re.findall(r'<th scope="col"[^>]*>([0-9]{4})</th>', page)
    assert years[0] == "2020", "a pack holds for no year of its own"


def edited(api: TestClient, revision: int = 0, **more: Any) -> Any:
    """The lower border of the highest tier set to another value, in the draft."""
    change = {"revision": revision, "kind": "set", "at": ["parameters", "tier_met_floor", "value"], "value": 0.85}
    return api.post(f"{DRAFT}/changes", json=change | more)


def test_policies_are_listed_and_shown(api: TestClient) -> None:
    listed = api.get("/api/v1/policies").json()
    assert listed["problems"] == []
    assert {item["id"]: item["editable"] for item in listed["policies"]}["hubei/2023"] is True
    one = api.get("/api/v1/policies/hubei/2021").json()
    assert len(one["sha256"]) == 64
    assert one["sections"]["parameters"]["full_score"]["value"] == 100
    missing = api.get("/api/v1/policies/hubei/1999")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


def test_texts_are_checked_and_every_problem_has_its_line(api: TestClient) -> None:
    assert api.post("/api/v1/check", json={"id": "hubei/2023", "files": {}}).json() == {"valid": True, "problems": []}
    wrong = {"policy.yaml": POLICY.replace("status: draft", "status: drafty").replace("title: 试", "titel: 试")}
    told = api.post("/api/v1/check", json={"id": "hubei/2023", "files": wrong}).json()
    assert told["valid"] is False
    assert {problem["line"] for problem in told["problems"]} >= {3, 7}


def test_a_form_that_no_policy_fits_is_shown_with_why(api: TestClient) -> None:
    """Read and checked, its report drafted; the first line says that nothing was scored, and which policies there are."""
    import openpyxl

    text = SMALL_FORM.replace("2021年度示例", "2031年度示例").encode()
    form = {"files": ("表.txt", text, "text/plain")}
    answer = api.post("/api/v1/evaluate", files=form)
    assert (answer.status_code, answer.json()["policy"]) == (200, None)
    key = api.post("/api/v1/results", files=form).json()["id"]
    page = api.get(f"/results/{key}").text
    assert "没有适用的政策：没有计分" in page
    assert "没有已发布的政策适用于 2031年度项目支出" in page
    assert "现有：" in page
    assert "/jixiao-" not in page, "where it stood for a moment is nobody's business"
    report = api.get(f"/results/{key}/report.html").text
    assert "没有已发布的政策适用于 2031年度项目支出" in report
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"/results/{key}/findings.xlsx").content))
    assert any("没有适用的政策" in str(cell.value) for cell in book.worksheets[0]["B"])
    with zipfile.ZipFile(io.BytesIO(api.get(f"/results/{key}/report.zip").content)) as packed:
        written = next(name for name in packed.namelist() if name.endswith(".md"))
        assert packed.read(written).decode().startswith("【请送出前删去本段】本年度、本地区没有适用的计分政策")


def test_a_form_is_evaluated_as_by_the_command_line(api: TestClient, jixiao: Any, tmp_path: Path) -> None:
    (tmp_path / "form.docx").write_bytes(small_form_as_word())
    told = jixiao("evaluate", tmp_path / "form.docx", "--format", "json").data
    answer = api.post("/api/v1/evaluate", files=a_form("form.docx"))
    assert answer.status_code == 200
    assert answer.json()["forms"][0]["scores"] == told["forms"][0]["scores"]
    assert [f["message"] for f in answer.json()["findings"]] == [f["message"] for f in told["findings"]]
    assert "jixiao-" not in answer.text, "where the file stood for a moment is told to nobody"
    assert "form.docx" in answer.text


def test_reports_come_as_a_zip(api: TestClient) -> None:
    answer = api.post("/api/v1/report", files=a_form(), data={"formats": ["docx", "html"]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        names = packed.namelist()
        assert sorted(name.rpartition(".")[2] for name in names if "修改清单" not in name) == ["docx", "html"]
        assert packed.testzip() is None


def test_a_file_that_is_no_form_is_refused_with_its_own_name(api: TestClient) -> None:
    answer = api.post("/api/v1/evaluate", files={"files": ("../../名字.docx", b"PK\x03\x04 nothing", WORD)})
    assert answer.status_code == 422
    assert {problem["file"] for problem in answer.json()["problems"]} == {"名字.docx"}


def test_two_policies_are_compared_and_schemas_given(api: TestClient) -> None:
    assert edited(api).status_code == 200
    assert api.put(f"{DRAFT}/saved", json={"revision": 1}).status_code == 200
    found = api.get("/api/v1/diff", params={"a": "hubei/2022", "b": "hubei/2023"}).json()
    assert "tier_met_floor" in json.dumps(found)
    assert "0.8 → 0.85" in api.get("/api/v1/changes", params={"a": "hubei/2022", "b": "hubei/2023"}).json()["text"]
    assert api.get("/api/v1/diff", params={"a": "hubei/2021", "b": "hubei/1"}).status_code == 404
    for name in ("policy", "submission", "result", "test"):
        assert api.get(f"/api/v1/schemas/{name}").json()["$schema"].startswith("https://json-schema.org/")


def test_a_result_is_had_in_every_form(api: TestClient) -> None:
    import openpyxl

    key = api.post("/api/v1/results", files=a_form("=HYPERLINK.docx")).json()["id"]
    page = api.get(f"/results/{key}").text
    assert "2021年度示例经费" in page
    name = page.partition('.docx" download')[0].rpartition("/")[2]
    for file, begin in (("result.json", b"{"), ("record.json", b"{"), ("report.zip", b"PK"), (f"{name}.docx", b"PK")):
        answer = api.get(f"/results/{key}/{file}")
        assert (answer.status_code, answer.content[: len(begin)]) == (200, begin), file
    report = api.get(f"/results/{key}/report.html")
    assert "sha256-" in report.headers["content-security-policy"]
    assert "unsafe-inline" not in report.headers["content-security-policy"]
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"/results/{key}/findings.xlsx").content))
    assert book.sheetnames == ["概况", "各表", "问题汇总", "问题明细", "得分", "规则"]
    assert book["问题明细"].max_row == 1 + len(api.get(f"/results/{key}/result.json").json()["findings"])
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    assert api.get(f"/results/{key}/other.txt").status_code == 404
    assert api.get("/results/0123456789abcdef").status_code == 404


def test_a_record_is_kept_only_when_asked_and_goes_when_asked(api: TestClient, work: Workbench) -> None:
    key = api.post("/api/v1/results", files=a_form()).json()["id"]
    assert not work.kept.exists()
    kept = api.post(f"/api/v1/results/{key}/keep").json()["id"]
    assert "示例单位" in {form["id"]: form["label"] for form in api.get("/api/v1/forms").json()}[kept]
    assert api.delete(f"/api/v1/forms/{kept}").status_code == 200
    assert list(work.kept.iterdir()) == []
    assert api.delete(f"/api/v1/forms/{kept}").status_code == 404


def test_a_draft_is_changed_undone_tried_saved_and_published(api: TestClient, work: Workbench) -> None:
    assert edited(api).json()["changed"] == ["parameters.yaml"]
    assert api.post(f"{DRAFT}/undo", json={"revision": 1}).json()["changed"] == []
    assert api.post(f"{DRAFT}/redo", json={"revision": 2}).json()["changed"] == ["parameters.yaml"]
    assert "0.85" in json.dumps(api.get(f"{DRAFT}/items", params={"group": "parameters"}).json())
    tried = api.post(f"{DRAFT}/effect", json={"forms": ["example-0"]}).json()
    assert tried["forms"][0]["before"]["score"] == "96.82"
    assert any(form["changed"] for form in tried["forms"])
    traced = api.get(f"{DRAFT}/traces/example-0").json()["forms"]
    differing = [one for form in traced for one in form["indicators"] if one["before"]["text"] != one["after"]["text"]]
    assert "范围" in differing[0]["after"]["text"]
    assert api.get(f"{DRAFT}/difference").json()["files"].keys() == {"parameters.yaml"}
    page = api.post(f"{DRAFT}/impact", data={"forms": ["example-0"]}, files=a_form()).json()["id"]
    assert "5 张" in api.get(f"/impacts/{page}").text
    published = api.put(f"{DRAFT}/published", json={})
    assert published.status_code == 422, "there is an unsaved change"
    saved = api.put(f"{DRAFT}/saved", json={"revision": 3}).json()
    assert "+" in saved["saved"]["parameters.yaml"]
    assert api.get(f"{DRAFT}/publication").json()["parent"] == "hubei/2022"
    assert api.put(f"{DRAFT}/published", json={"amendd": "x"}).status_code == 422
    assert [entry["action"] for entry in api.get("/api/v1/log").json()] == ["save"]


@pytest.mark.usefixtures("without_the_packs")
def test_the_parents_tests_that_a_change_fails_are_written_anew(api: TestClient, work: Workbench) -> None:
    edited(api)
    anew = api.post(f"{DRAFT}/tests", json={"revision": 1, "adopt": True}).json()
    assert anew["passed"] is False
    assert anew["adoptable"] > 5
    assert anew["draft"]["changed"] == ["parameters.yaml", "tests/inherited.yaml"]
    assert anew["draft"]["problems"] == []
    assert not (work.policies / "hubei" / "2023" / "tests").exists(), "a draft until it is saved"


def test_what_someone_else_saved_meanwhile_is_merged_or_shown_and_never_overwritten(api: TestClient, work: Workbench) -> None:
    path = work.policies / "hubei" / "2023" / "policy.yaml"
    seen = api.get(DRAFT).json()
    path.write_text(POLICY.replace("title: 试", "title: 别人的"), encoding="utf-8")
    mine = {"policy.yaml": POLICY.replace("to: 2023", "to: 2024")}
    draft = api.put(DRAFT, json={"revision": 0, "files": mine, "seen": {"policy.yaml": seen["files"]["policy.yaml"]}}).json()
    assert draft["moved"] == ["policy.yaml"]
    assert api.put(f"{DRAFT}/saved", json={"revision": draft["revision"]}).status_code == 200
    assert "别人的" in path.read_text(encoding="utf-8")
    assert "to: 2024" in path.read_text(encoding="utf-8")
    stale = {
        "revision": 0,
        "state": seen["state"],
        "kind": "set",
        "file": "policy.yaml",
        "at": ["policy", "title"],
        "value": "我的",
    }
    assert api.post(f"{DRAFT}/changes", json=stale).status_code == 409, "chosen where something else stood"


def test_two_windows_of_one_person_lose_nothing(api: TestClient) -> None:
    first = {"policy.yaml": POLICY.replace("title: 试", "title: 一")}
    second = {"policy.yaml": POLICY.replace("to: 2023", "to: 2024")}
    third = {"policy.yaml": POLICY.replace("title: 试", "title: 三")}
    seen = {"policy.yaml": POLICY}
    assert api.put(DRAFT, json={"revision": 0, "files": first, "seen": seen}).status_code == 200
    both = api.put(DRAFT, json={"revision": 0, "files": second, "seen": seen}).json()["files"]["policy.yaml"]
    assert "title: 一" in both
    assert "to: 2024" in both
    assert api.put(DRAFT, json={"revision": 0, "files": third, "seen": seen}).status_code == 409


def test_two_windows_change_different_parameters(api: TestClient) -> None:
    """Each saw the policy as it was; the second is no conflict, but where it would change what it has not seen."""
    state = api.get(DRAFT).json()["state"]

    def change(name: str, value: str, was: str) -> httpx.Response:
        at = ["parameters", name, "value"]
        body = {"revision": 0, "state": state, "kind": "set", "at": at, "value": value, "value_kind": "number"}
        return api.post(f"{DRAFT}/changes", json={**body, "was": was, "item": name})

    assert change("tier_met_floor", "0.85", "0.8").status_code == 200
    assert change("low_execution", "91", "90").json()["changed"] == ["parameters.yaml"]
    text = api.get(DRAFT).json()["files"]["parameters.yaml"]
    assert "value: 0.85" in text
    assert "value: 91" in text
    assert change("tier_met_floor", "0.7", "0.8").status_code == 409


def test_what_a_policy_was_is_taken_back_into_a_draft(api: TestClient, work: Workbench) -> None:
    for title, revision in (("一", 0), ("二", 0)):
        now = api.get(DRAFT).json()["files"]["policy.yaml"]
        new = {"policy.yaml": POLICY.replace("title: 试", f"title: {title}")}
        draft = api.put(DRAFT, json={"revision": revision, "files": new, "seen": {"policy.yaml": now}}).json()
        assert api.put(f"{DRAFT}/saved", json={"revision": draft["revision"]}).status_code == 200
    versions = api.get(f"{DRAFT}/history").json()
    assert [(one["action"], one["now"]) for one in versions] == [("save", True), ("save", False), ("", False)]
    assert "-  title: 一" in versions[1]["difference"]
    restored = api.post(f"{DRAFT}/history/{versions[2]['key']}/restored", json={"revision": 0}).json()
    assert restored["files"]["policy.yaml"] == POLICY
    assert restored["changed"] == ["policy.yaml"], "in the draft: nothing is saved unseen"
    assert "恢复到草稿" in api.get("/policies/hubei/2023/history").text
    assert "没有政策" in api.get("/compare", params={"a": "no/2021", "b": "hubei/2021"}).json()["title"]


def test_an_unreadable_file_costs_itself_and_units_are_told_apart(api: TestClient) -> None:
    broken, other = ("坏.docx", b"PK\x03\x04 broken", WORD), small_form_as_word()
    made = api.post("/api/v1/results", files=[("files", broken), ("files", a_form()["files"])]).json()
    assert made["others"] == []
    page = api.get(f"/results/{made['id']}").text
    assert "没有读成，不在结果里：坏.docx" in page
    assert "示例经费" in page
    api.cookies.clear()
    one = api.post("/api/v1/evaluate", files=[("files", broken), ("files", a_form()["files"])]).json()
    assert [problem["file"] for problem in one["input_problems"]] == ["坏.docx"]
    record = api.get(f"/results/{made['id']}/record.json").json()
    record["forms"][0] = {**record["forms"][0], "unit": "另一个局"}
    both = [("files", ("表.docx", other, WORD)), ("files", ("乙.json", json.dumps(record).encode(), "application/json"))]
    made = api.post("/api/v1/results", files=both).json()
    assert len(made["others"]) == 1
    pages = [api.get(f"/results/{key}").text for key in (made["id"], *made["others"])]
    assert "按不同的单位核对" in pages[0]
    assert "出现了两次" not in "".join(pages)


HOSTILE = {
    "deep": '{"revision": 0, "kind": "set", "at": ["a"], "value": ' + "[" * 500 + "]" * 500 + "}",
    "very deep": "[" * 200_000,
    "no number": '{"revision": 0, "kind": "set", "at": ["a"], "value": NaN}',
    "infinite": '{"revision": 0, "kind": "set", "at": ["a"], "value": 1e999}',
    "half a character": '{"revision": 0, "kind": "set", "at": ["\\ud800"], "value": "\\udfff"}',
    "nul": '{"revision": 0, "kind": "set", "at": ["a"], "value": "\\u0000"}',
    "huge number": '{"revision": ' + "9" * 5000 + "}",
    "unknown name": '{"revision": 0, "kind": "set", "at": ["a"], "valeu": 1}',
    "no place": '{"revision": 0, "kind": "set", "file": "policy.yaml", "at": ["policy", "title", "x", 3], "value": 1}',
    "no item": '{"revision": 0, "kind": "copy", "at": ["findings", "no-such"], "value": "x"}',
    "not utf-8": b'{"revision": "\xff"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_in_chinese(api: TestClient, name: str) -> None:
    answer = api.post(f"{DRAFT}/changes", content=HOSTILE[name], headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert any("\u4e00" <= char <= "\u9fff" for char in answer.json()["title"])
    assert api.get(DRAFT).json()["revision"] == 0


def test_hostile_texts_are_refused_or_told_at_their_line(api: TestClient) -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    for text, status in ((bomb, 200), ("a: " + "[" * 5000, 200), ("x" * 1_100_000, 422), ("a: \ud800", 422)):
        body = json.dumps({"revision": api.get(DRAFT).json()["revision"], "files": {"policy.yaml": text}})
        answer = api.put(DRAFT, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status, answer.text
        assert status == 422 or answer.json()["problems"]


def test_hostile_uploads_are_refused(api: TestClient) -> None:
    many = [("files", (f"{n}.txt", b"x", "text/plain")) for n in range(51)]
    assert api.post("/api/v1/evaluate", files=many).status_code == 422
    thousands = [("files", (f"{n}.txt", b"", "text/plain")) for n in range(1500)]
    assert api.post("/api/v1/evaluate", files=thousands).status_code in (400, 422)
    long_name = {"files": ("名" * 200_000 + ".docx", b"x", "text/plain")}
    assert api.post("/api/v1/evaluate", files=long_name).status_code in (400, 422)
    assert api.post("/api/v1/check", content=b"x" * 9_000_000).status_code == 413


def test_a_directory_that_cannot_be_written_is_told_and_nothing_is_lost(
    api: TestClient, work: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert edited(api).status_code == 200
    replace = os.replace

    def full(source: Any, target: Any) -> None:
        if str(target).endswith("parameters.yaml"):
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    answer = api.put(f"{DRAFT}/saved", json={"revision": 1})
    assert answer.status_code == 507
    assert "磁盘满了" in answer.json()["title"]
    monkeypatch.undo()
    assert not (work.policies / "hubei" / "2023" / "parameters.yaml").exists()
    assert api.get(DRAFT).json()["changed"] == ["parameters.yaml"]
    assert api.put(f"{DRAFT}/saved", json={"revision": 1}).status_code == 200


def test_a_body_that_comes_too_slowly_is_refused() -> None:
    import asyncio

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"h")]}
    asyncio.run(Safeguards(app, (), 100, patience=0.05)(scope, never, send))
    assert sent[0]["status"] == 408


def test_a_server_killed_while_it_saves_leaves_every_file_whole(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("needs SIGKILL")
    policies = policies_in(tmp_path)
    path = policies / "hubei" / "2023" / "policy.yaml"
    texts = {POLICY}
    for stop in (0.002, 0.01):
        server = Server(policies)
        with server.client() as api:
            draft = api.get(DRAFT).json()
            new = POLICY + f"# {stop} " + "长" * 200_000 + "\n"
            texts |= {new, draft["files"]["policy.yaml"]}
            revision = api.put(DRAFT, json={"revision": draft["revision"], "files": {"policy.yaml": new}}).json()["revision"]

            def save(revision: int = revision, address: str = server.address) -> None:
                with suppress(httpx.HTTPError):
                    httpx.put(f"{address}{DRAFT}/saved", json={"revision": revision}, trust_env=False)

            saving = threading.Thread(target=save)
            saving.start()
            while not list((policies / ".workbench").glob("*.lock")) and not (policies / ".workbench" / "lock").exists():
                time.sleep(0.001)
            time.sleep(stop)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait(timeout=600)
            saving.join()
        assert path.read_text(encoding="utf-8") in texts
        for file in (policies / ".workbench").rglob("*.json"):
            json.loads(file.read_text(encoding="utf-8"))
        assert server.process.stderr
        server.process.stderr.close()


@pytest.mark.deep
@pytest.mark.usefixtures("without_the_packs")
def test_the_interface_is_as_it_describes_itself(work: Workbench, figure: Figure) -> None:
    """Generated requests, right and wrong, to every call: no fault of ours, and every answer as described."""
    schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    app = application(work, HOSTS)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        drafts = 0

        @settings(
            max_examples=tries(2, 100),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(
            case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
            | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        )
        def ask(case: Any) -> None:
            nonlocal drafts, seen
            if case.meta.generation.mode == GenerationMode.POSITIVE and "year" in case.path_parameters and drafts < 1:
                drafts += 1
                case.path_parameters.update(jurisdiction="hubei", year="2023")
            # a request can be as described and its form or policy still be wrong: 422 says so
            case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=600)  # against a hang
            seen += 1

        ask()
    work.checkers.close()
    assert seen > tries(50, 1000)
    figure(f"{seen:,} requests, every answer as described")
