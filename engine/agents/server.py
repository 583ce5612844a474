"""The tools as the official `mcp` library serves them, on standard input and output. What is wrong comes back as its sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from engine import __version__
from engine.agents.desk import AgentDesk, agent_desk
from engine.errors import JixiaoError
from engine.policy.library import Library

T = TypeVar("T")
INSTRUCTIONS = (
    "预算绩效自评表的读取、计分、核对、说明、政策比较和报告起草。只读：不改文件，不发布政策。"
    "文件名相对于启动时给的目录；同时给出的几个文件是一个单位同一年度的表，目录则按单位和年度分开。"
    "分数由政策（YAML）算出，每个数都有依据；没有把握的地方是问题（questions），请转给人回答，不要代答。"
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Files = Annotated[list[str], Field(description="文件或目录，相对于可以读的目录：Word、Excel、PDF、文本，或 JSON/YAML 记录")]
Policy = Annotated[str, Field(description="政策编号，如 hubei/2021；不写则按地区、表种、年度选")]
PolicyOf = Annotated[str, Field(description="政策编号，如 hubei/2021")]


def built(desk: AgentDesk) -> MCPServer[Any]:
    """The server with its tools over a desk."""
    server: MCPServer[Any] = MCPServer(
        "jixiao", title="绩效自评表核对", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR"
    )

    def policies() -> dict[str, Any]:
        return _answer(desk.policies)

    def read(files: Files, policy: Policy = "") -> dict[str, Any]:
        return _answer(lambda: desk.read(files, policy))

    def evaluate(files: Files, policy: Policy = "") -> dict[str, Any]:
        return _answer(lambda: desk.evaluate(files, policy))

    def explain(
        files: Files,
        policy: Policy = "",
        form: Annotated[str, Field(description="只看这张表（名称的一部分）")] = "",
        indicator: Annotated[str, Field(description="只看这个指标（名称的一部分）")] = "",
        rule: Annotated[str, Field(description="规则编号：说明它为什么报或不报")] = "",
    ) -> str:
        return _answer(lambda: desk.explain(files, policy, form, indicator, rule))

    def compare(
        before: PolicyOf,
        after: PolicyOf,
        prove: Annotated[bool, Field(description="由求解器逐表证明哪里相同、哪里不同、差多少")] = False,
    ) -> dict[str, Any]:
        return _answer(lambda: desk.compare(before, after, prove=prove))

    def draft(
        files: Files,
        policy: Policy = "",
        formats: Annotated[list[Literal["docx", "html", "markdown"]], Field(description="docx 以 base64 给出")] = ["markdown"],  # noqa: B006 - read as a schema, nothing adds to it
    ) -> dict[str, Any]:
        return _answer(lambda: desk.draft(files, policy, formats))

    for tool, title, said in (
        (policies, "列出政策", "有哪些政策：编号、名称、地区、年度、表种、状态。"),
        (read, "读表", "读出申报记录：每一格的原文和出处（jixiao read 的记录）。"),
        (evaluate, "计分与核对", "计算得分，与自评对照，列出问题和要问的事（jixiao evaluate 的结果文件）。"),
        (explain, "说明", "逐个说明得分怎样得来：情形、条款、算式、取整前后；或一条规则为什么报或不报。"),
        (compare, "比较两个政策", "逐项比较两个政策：参数、条款、各表各条、规则，哪些影响得分。"),
        (draft, "起草报告", "起草自评报告（jixiao report 的各个文件），只返回内容，不写文件。"),
    ):
        server.add_tool(tool, title=title, description=said, annotations=_READS, structured_output=tool is not explain)
    return server


def serve(folder: Path, library: Library) -> None:
    """Answer on standard input and output until it is closed."""
    with agent_desk(folder, library) as desk:
        built(desk).run("stdio")


def _answer(ask: Callable[[], T]) -> T:
    """What was asked for. Raises ToolError with every problem in its sentence."""
    try:
        return ask()
    except JixiaoError as error:
        raise ToolError("\n".join(str(problem) for problem in error.problems)) from None
