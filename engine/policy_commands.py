"""The commands of `jixiao policy`: list, show, check, test. Everything heavy is imported late."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import click

from engine.errors import EXIT_OK, EXIT_POLICY, EXIT_TESTS
from engine.options import library_option, tell, the_library
from engine.output import write as _write


@click.group("policy")
def policy_group() -> None:
    """政策：列出、查看、检查、测试。"""


@policy_group.command("list")
@library_option
def policy_list(policies: Path | None) -> int:
    """列出政策；有读不了的，逐条列出，退出状态为 3。"""
    from rich.console import Console
    from rich.table import Table

    from engine.policy_heads import heads

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("编号", "年度", "状态", "表种", "名称"):
        table.add_column(title, overflow="fold")
    readable, problems = heads(the_library(policies))
    # an id is copied into other commands: it stays on one line where the terminal is not narrower than itself
    table.columns[0].min_width = max([len(head.id) for head in readable], default=0)
    for head in readable:
        years = f"{head.first_year}—{head.last_year or '今'}" if head.first_year != head.last_year else str(head.first_year)
        kinds = "、".join({"department": "部门", "project": "项目"}[kind] for kind in head.form_kinds)
        table.add_row(head.id, years if head.first_year else "—", head.status, kinds or "—", head.title)
    # a terminal folds what is too long; a file or pipe gets a policy a line
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)
    tell(problems)
    return EXIT_POLICY if problems else EXIT_OK


@policy_group.command("show")
@click.argument("policy", metavar="ID")
@library_option
def policy_show(policy: str, policies: Path | None) -> None:
    """打印一个政策（合并 extends 之后）。"""
    from engine.policy_build import load
    from engine.policy_view import show

    _write(show(load(policy, the_library(policies))), None)


@policy_group.command("check")
@click.argument("path", metavar="PATH")
@library_option
def policy_check(path: str, policies: Path | None) -> None:
    """检查一个政策（编号或目录）；有错时逐条列出文件、行、列，退出状态为 3。"""
    from engine.policy_build import check
    from engine.policy_files import locate

    where = the_library(policies)
    click.echo(f"{check(locate(path, where), where)}：没有发现错误。")


@policy_group.command("test")
@click.argument("policy", metavar="ID")
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    help="规则和计分情形至少有百分之几有测试。",
)
@library_option
def policy_test(policy: str, min_coverage: float, policies: Path | None) -> int:
    """运行政策的测试；有不过的，或覆盖不足的，退出状态为 4。"""
    from engine.policy_build import load
    from engine.policy_tests import run_tests
    from engine.policy_view import show_tests

    where = the_library(policies)
    report = run_tests(load(policy, where), where)
    _write(show_tests(report), None)
    return EXIT_TESTS if report.failed or report.coverage < Decimal(str(min_coverage)) else EXIT_OK
