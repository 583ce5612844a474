"""The commands of `jixiao policy` that look at one: list, show, explain, check, lint, test. Everything heavy is imported late."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import FILE, chinese_name, library_option, note, out_option, show, tell, the_library
from engine.errors import EXIT_OK, EXIT_POLICY
from engine.files import write as _write

if TYPE_CHECKING:
    from engine.policy.heads import Head


@click.group("policy")
def policy_group() -> None:
    """政策：列出、查看、检查、测试。"""


@policy_group.command("list")
@library_option
def policy_list(policies: Path | None) -> int:
    """列出政策；自己的与自带的同编号的，说明用哪一个、差在哪里；有读不了的，逐条列出，退出状态为 3。"""
    from engine.changes.lifecycle.covering import told
    from engine.policy.headings import heading_lines
    from engine.policy.heads import heads
    from engine.results.views.columns import Column
    from engine.results.views.screen import ChineseConsole, table

    columns: tuple[Column[Head], ...] = (
        Column("编号", lambda head: head.id),
        Column("年度", _years),
        Column("状态", lambda head: head.status + ("（未锁定）" if head.status == "published" and not head.locked else "")),
        Column("表种", lambda head: "、".join({"department": "部门", "project": "项目"}[kind] for kind in head.form_kinds) or "—"),
        Column("名称", lambda head: head.title),
    )

    where = the_library(policies)
    readable, problems = heads(where)
    # an id is copied into other commands: it stays on one line where the terminal is not narrower than itself
    widest = max((len(head.id) for head in readable), default=0)
    listed = table(columns, readable, least={"编号": widest}, header_style="bold")
    # a terminal folds what is too long; a file or pipe gets a policy a line
    console = ChineseConsole(highlight=False, width=None if sys.stdout.isatty() else 200)
    console.print(listed)
    for head in readable:
        for line in heading_lines(head.chosen_by, head.kept_away_by):
            console.print(f"{head.id} {line}")
    note(told(where))
    tell(problems)
    return EXIT_POLICY if problems else EXIT_OK


def _years(head: Head) -> str:
    if not head.first_year:
        return "—"
    years = f"{head.first_year}—{head.last_year or '今'}" if head.first_year != head.last_year else str(head.first_year)
    return years + (f"，{head.in_force}" if head.in_force else "")


@policy_group.command("show")
@click.argument("policy", metavar="ID")
@click.option("--origins", is_flag=True, help="只列各项的出处：本政策写的、从哪个政策来的、盖过了哪里的。")
@library_option
def policy_show(policy: str, origins: bool, policies: Path | None) -> None:
    """打印一个政策（合并 extends 之后）。"""
    from engine.policy.build import build
    from engine.policy.loading import resolve
    from engine.policy.lock import mismatch
    from engine.policy.origins import show as show_origins
    from engine.policy.views.listing import show

    resolved = resolve(policy, the_library(policies))
    text = show_origins(resolved) if origins else show(build(resolved))
    if mismatch(resolved):  # it may be looked at, not used
        note([f"“{policy}”与锁不符，不能使用：运行 jixiao policy check {policy} 看哪里不同。"])
    _write(text, None)


@policy_group.command("explain")
@click.argument("policy", metavar="ID")
@click.argument("name", metavar="[RULE]", default="", callback=chinese_name)
@click.option("--clauses", is_flag=True, help="逐条对照：每一条条文旁边列出依它写成的条目，没有写成的照实说。")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "html"]), default="text", show_default=True, help="输出格式。"
)
@click.option("--templates", metavar="DIR", type=FILE, help="先在这个目录里找模板（policy/、page/）。")
@out_option
@library_option
def policy_explain(
    policy: str, name: str, clauses: bool, form: str, templates: Path | None, out: Path | None, policies: Path | None
) -> None:
    """把整个政策说成话；写上规则、情形、参数、档次或条款的编号，只说那一项。"""
    from engine.errors import Place, Problem, UsageError
    from engine.policy.views.clauses import explained

    if clauses and name:
        raise UsageError(Problem(Place(), "--clauses 是整个政策的，不能再写规则的编号", "两样里写一样", code="usage.options"))
    roots = [templates] if templates else []
    text = explained(policy, the_library(policies), name, by_clause=clauses, form=form, roots=roots)
    if form == "text" and out is None:
        show(text)
    else:
        _write(text, out)


@policy_group.command("check")
@click.argument("path", metavar="PATH")
@library_option
def policy_check(path: str, policies: Path | None) -> None:
    """检查一个政策（编号或目录）；有错时逐条列出文件、行、列，退出状态为 3。"""
    from engine.policy.library import locate
    from engine.policy.loading import check

    where = the_library(policies)
    click.echo(f"{check(locate(path, where), where)}：没有发现错误。")


@policy_group.command("lint")
@click.argument("path", metavar="ID")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True, help="怎样输出。")
@click.option("--fix", is_flag=True, help="把可以放心改的直接改好（自己目录里没有发布的政策），再检查一遍。")
@click.option("--today", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="按这一天判断有效期；不写为今天。")
@click.option("--no-proofs", is_flag=True, help="不作证明，只作其余检查。")
@out_option
@library_option
def policy_lint(
    path: str, format_: str, fix: bool, today: datetime | None, no_proofs: bool, out: Path | None, policies: Path | None
) -> int:
    """检查一个政策（编号或目录）写得妥不妥：空档、重叠、用不上的规则、没用到的参数，并证明计分公式；有错误时退出状态为 3。"""
    from engine.policy.library import locate
    from engine.policy.loading import resolve
    from engine.policy.lock import verify
    from engine.soundness.lint import view as lint_view
    from engine.soundness.lint.fix import fix as repair
    from engine.soundness.lint.run import lint

    where, day = the_library(policies), (today or datetime.now()).date()
    found = locate(path, where)
    report = lint(found, where, day, proofs=not no_proofs, locked=False)
    while fix and (done := repair(report, found, where)):  # one repair may show another; each makes the files shorter
        note([f"已改 {line}" for line in done])
        report = lint(found, where, day, proofs=not no_proofs, locked=False)
    _write(lint_view.as_json(report) if format_ == "json" else lint_view.table(report), out)
    verify(resolve(found, where))  # told after the lints: whoever changed what was published is to learn what is wrong with it, too
    return EXIT_POLICY if report.failed else EXIT_OK
