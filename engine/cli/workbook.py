"""The commands that turn a policy into an Excel workbook and take the changes in one back. Everything heavy is imported late."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.options import FILE, OUT, library_option, tell, the_library
from engine.errors import EXIT_OK, Place, Problem, UsageError
from engine.files import displayed, write


@click.command("export")
@click.argument("policy", metavar="ID")
@click.option("--xlsx", "out", metavar="FILE", type=OUT, required=True, help="写到这个 .xlsx 文件。")
@library_option
def policy_export(policy: str, out: Path, policies: Path | None) -> int:
    """导出为 Excel 工作簿：参数、表、条件、规则、措辞各一张工作表，有下拉和说明。"""
    from engine.editing import changes as editing
    from engine.editing.overlay import files_of
    from engine.editing.workbook import export

    where = the_library(policies)
    content = export(policy, editing.look(policy, files_of(policy, where), where))
    write(content, out)
    click.echo(f"{displayed(out)}：{policy} 的工作簿。改完用 jixiao policy import {displayed(out)} 读回。", err=True)
    return EXIT_OK


@click.command("import")
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--dry-run", is_flag=True, help="只说会改什么，不写。")
@library_option
def policy_import(file: Path, dry_run: bool, policies: Path | None) -> int:
    """读回改过的工作簿：只改动过的格写进政策文件，注释和次序不变；有错时指出工作表和格，什么都不写。"""
    from engine.editing import changes as editing
    from engine.editing.overlay import files_of
    from engine.editing.saving import SavedPolicies, difference
    from engine.editing.workbook import opened, read
    from engine.intake.bundle import content_of

    target = policies or Path("policies")
    book = opened(content_of(file), displayed(file))
    policy = book.policy
    where = the_library(target if target.is_dir() else None)
    if not (target / policy / "policy.yaml").is_file():
        told = f"“{policy}”不在 {displayed(target)} 里，不能改"
        raise UsageError(
            Problem(
                Place(displayed(file)),
                told,
                "用 --policies 指明它所在的目录；随程序提供的先用 policy new 建一个",
                code="policy.not-here",
            )
        )
    if not dry_run:
        recovered = SavedPolicies(target).recover()
        for name in recovered.finished:
            click.echo(f"“{name}”：上一次没有写完的保存，已接着写完。", err=True)
        tell(one for one in recovered.problems if policy not in one.names)  # of this one it is told below, as an error
    texts = files_of(policy, where)
    seen = editing.look(policy, texts, where)
    changed = read(book, policy, seen, where)
    for name, text in changed.items():
        click.echo(difference(texts.get(name, ""), text, f"{policy}/{name}"))
    if not changed:
        click.echo("没有改动。", err=True)
        return EXIT_OK
    if dry_run:
        return EXIT_OK
    SavedPolicies(target).write(policy, texts, changed)
    resolved = seen.resolved
    if resolved is not None and resolved.sections["policy"].get("status") == "published":
        click.echo(f"“{policy}”已发布：改动后要 jixiao policy publish {policy} --amend 原因，才能再用。", err=True)
    return EXIT_OK


COMMANDS = (policy_export, policy_import)
"""What this module adds to the group of `jixiao policy`."""
