"""Tools for agents, asked by the library's own client in this process: the documents of the commands, and nothing written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra “mcp” is not installed")

import anyio
from conftest import Jixiao
from mcp import Client

from engine.agents.desk import AgentDesk
from engine.agents.server import built
from engine.policy.library import library

FORM = """2021年度培训经费项目绩效自评表
填报单位：某市某局

\t一级指标
\t二级指标
\t三级指标
\t年初目标值（A）
\t实际完成值（B）
\t得分

\t产出指标
\t数量指标
\t举办培训（100分）
\t3期
\t2期
\t66.67
"""
ASKED = {"files": ["自评表.txt"], "policy": "hubei/2021"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentDesk]:
    folder = tmp_path_factory.mktemp("agents")
    (folder / "自评表.txt").write_text(FORM, encoding="utf-8")
    (folder / "out.txt").symlink_to("/etc/hostname")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = AgentDesk(folder.resolve(), library())
        yield made
        made.close()
        assert sorted(path.name for path in folder.iterdir()) == ["out.txt", "自评表.txt"], "nothing is written"


def call(desk: AgentDesk, tool: str, **arguments: Any) -> Any:
    async def ask() -> Any:
        async with Client(built(desk)) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(ask)


def answered(desk: AgentDesk, tool: str, **arguments: Any) -> Mapping[str, Any]:
    found = call(desk, tool, **arguments)
    assert not found.is_error, found.content
    assert json.loads(found.content[0].text) == found.structured_content
    content: Mapping[str, Any] = found.structured_content
    return content


def test_every_tool_only_reads(desk: AgentDesk) -> None:
    async def ask() -> Any:
        async with Client(built(desk)) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(ask)
    assert [tool.name for tool in tools] == ["policies", "read", "evaluate", "explain", "compare", "draft"]
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)


def test_results_are_the_documents_of_the_commands(desk: AgentDesk, jixiao: Jixiao) -> None:
    run = jixiao("evaluate", "自评表.txt", "--policy", "hubei/2021", "--format", "json")
    assert answered(desk, "evaluate", **ASKED) == json.loads(run.out)
    read = jixiao("read", "自评表.txt", "--policy", "hubei/2021")
    assert answered(desk, "read", **ASKED) == {"records": [json.loads(read.out)], "problems": []}
    told = call(desk, "explain", **ASKED, indicator="举办培训").content[0].text
    assert told == jixiao("explain", "自评表.txt", "--policy", "hubei/2021", "--indicator", "举办培训").out


def test_policies_are_listed_and_compared(desk: AgentDesk, jixiao: Jixiao) -> None:
    listed = answered(desk, "policies")["policies"]
    assert {"hubei/2021", "central/2020"} <= {policy["id"] for policy in listed}
    found = answered(desk, "compare", before="hubei/2020", after="hubei/2021")
    assert found == json.loads(jixiao("policy", "diff", "hubei/2020", "hubei/2021", "--format", "json").out)


def test_a_report_is_drafted_and_not_written(desk: AgentDesk) -> None:
    made = answered(desk, "draft", **ASKED, formats=["markdown", "docx"])["files"]
    texts = [item["text"] for item in made if item["media_type"] == "text/markdown"]
    words = [base64.b64decode(item["base64"]) for item in made if "base64" in item]
    assert len(texts) == 1
    assert "举办培训" in texts[0]
    assert words
    assert all(word.startswith(b"PK") for word in words)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("read", {"files": ["../x.txt"]}, "不在可以读的目录里"),
        ("read", {"files": ["out.txt"]}, "不在可以读的目录里"),
        ("read", {"files": ["/etc/passwd"]}, "不在可以读的目录里"),
        ("read", {"files": []}, "没有给出文件"),
        ("evaluate", {"files": ["没有.txt"]}, "没有.txt"),
        ("evaluate", {"files": ["自评表.txt"], "policy": "../../etc"}, "没有"),
        ("compare", {"before": "hubei/2021", "after": "hubei/2199"}, "没有"),
        ("explain", {**ASKED, "indicator": "不存在的"}, "不存在的"),
    ],
)
def test_what_is_wrong_comes_back_as_a_sentence(desk: AgentDesk, tool: str, arguments: dict[str, Any], said: str) -> None:
    found = call(desk, tool, **arguments)
    assert found.is_error
    assert said in found.content[0].text
    assert "Traceback" not in found.content[0].text


def test_a_folder_that_is_none_is_refused(jixiao: Jixiao, tmp_path: Path) -> None:
    run = jixiao("mcp", "--folder", tmp_path / "none")
    assert (run.status, "没有这个目录" in run.err) == (2, True)
