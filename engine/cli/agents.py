"""`jixiao mcp`: the tools for other programs' agents. Everything heavy is imported late."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.options import FILE, library_option, the_library
from engine.errors import Place, Problem, UsageError
from engine.extras import extra
from engine.files import displayed


@click.command("mcp")
@click.option(
    "--folder", metavar="DIR", type=FILE, default=Path("."), show_default=True, help="可以读这个目录下的文件，别处的不读。"
)
@library_option
@extra("mcp")
def mcp(folder: Path, policies: Path | None) -> None:
    """给智能体用的工具（MCP，标准输入输出）：读表、计分与核对、说明、比较政策、起草报告。

    由智能体的程序启动，不在终端里用。只读：不写文件，不发布政策；结果就是各命令的结果文件。
    """
    if not folder.is_dir():
        raise UsageError(Problem(Place(displayed(folder)), "没有这个目录", code="usage.folder"))
    from engine.agents.server import serve

    serve(folder, the_library(policies))
