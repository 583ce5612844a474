"""The command line (Contract): parses, calls, prints, and turns errors into exit statuses. Everything heavy is imported late.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from engine import __version__, leftovers
from engine.cli import agents as agent_commands
from engine.cli import bulk as corpus_commands
from engine.cli import changes as lifecycle_commands
from engine.cli import letters as sending
from engine.cli import testing as testing_commands
from engine.cli import workbook as workbook_commands
from engine.cli.help import dress
from engine.cli.layouts import layout_group
from engine.cli.options import (
    FILE,
    OUT,
    chinese_name,
    files_argument,
    on_date,
    out_option,
    policy_options,
    rule_options,
    show,
    tell,
    to_file,
    today,
)
from engine.cli.policy import policy_group
from engine.cli.rollup import rollup
from engine.cli.selftest import selftest
from engine.cli.workbench import account, workbench
from engine.errors import (
    EXIT_FINDINGS,
    EXIT_MACHINE,
    EXIT_OK,
    EXIT_USAGE,
    JixiaoError,
    Place,
    Problem,
    UsageError,
)
from engine.files import displayed, refused, unreadable
from engine.files import write as _write
from engine.resources import GARBAGE as GARBAGE

Command = Callable[..., Any]

SEVERITIES = ("error", "warning", "info")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jixiao", message="%(prog)s %(version)s")
def app() -> None:
    """预算绩效自评的计分与核对。"""


@app.command()
@files_argument
@policy_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "markdown", "sarif", "xlsx"]),
    default="table",
    show_default=True,
    help="输出格式；xlsx 是核对结果的工作簿，要 --out。",
)
@out_option
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="never",
    show_default=True,
    help="有这一级及以上的问题时退出状态为 1。",
)
@click.option(
    "--with",
    "beside",
    metavar="DIR",
    multiple=True,
    type=FILE,
    help="同一单位上年的自评表、本年批复的目标表所在的目录（或文件）：目标值与上年结果、与批复相比。",
)
@rule_options
def evaluate(
    files: tuple[Path, ...],
    policy: str | None,
    policies: Path | None,
    form: str,
    out: Path | None,
    fail_on: str,
    beside: tuple[Path, ...],
    only: tuple[str, ...],
    without: tuple[str, ...],
    most: int | None,
    verbose: bool,
) -> int:
    """计算得分并与自评对照。

    FILE 是自评表（Word、Excel、PDF、文本）或 JSON/YAML 记录；一起给出的几个文件是同一单位同一年度的表，互相核对。FILE 是目录的，
    读其中全部文件，按单位和年度分开核对；有文件读不了的，其余照常核对，退出状态为 5。
    """
    to_file(form, out)
    from engine.cli import runs
    from engine.findings.choice import RuleChoice
    from engine.findings.findings import MAX_PER_RULE
    from engine.results import render as views
    from engine.results.bundles import Telling
    from engine.results.views.overview import Occasion

    run = runs.chosen(runs.read(files, policy, policies, [out] if out else [], unjudged=True), RuleChoice(only, without))
    run = runs.beside(run, beside, policies)
    items = runs.check(run, Telling(most or MAX_PER_RULE, verbose))
    result = runs.document(run, items)
    policies_used = {item.policy.id: item.policy for item in items}
    content = views.render(
        result, policies_used, form, to_terminal=out is None, verbose=verbose, occasion=Occasion(run.files, on_date(), today())
    )
    _write(content, out)
    levels = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "never" else ()
    found = any(finding["severity"] in levels for finding in result["findings"])
    return run.status or runs.unrun(items) or (EXIT_FINDINGS if found else EXIT_OK)


@app.command()
@click.argument("file", metavar="FILE", type=FILE)
@policy_options
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json", show_default=True, help="输出格式。")
@out_option
def read(file: Path, policy: str | None, policies: Path | None, form: str, out: Path | None) -> int:
    """读出申报记录：每一格的原文和出处。

    FILE 是目录的，按单位和年度分开，一行写一个 JSON 记录（可以存为 .jsonl 再读）。
    """
    from engine.cli import runs
    from engine.submission import record

    run = runs.read([file], policy, policies, [out] if out else [], unjudged=True)
    submissions = [bundle.submission for bundle in run.bundles]
    if not run.single and form == "json":
        _write("".join(record.dump_line(submission) for submission in submissions), out)
    elif len(submissions) > 1:
        raise UsageError(
            Problem(
                Place(displayed(file)),
                f"读出 {len(submissions)} 个记录，一个 YAML 文件写不下",
                "--format json",
                code="usage.format",
            )
        )
    else:
        _write(record.dump_json(submissions[0]) if form == "json" else record.dump_yaml(submissions[0]), out)
    return run.status


@app.command()
@files_argument
@click.option("--form", metavar="NAME", default="", callback=chinese_name, help="只看这张表（名称的一部分即可）。")
@click.option("--indicator", metavar="NAME", default="", callback=chinese_name, help="只看这个指标（名称的一部分即可）。")
@click.option("--rule", metavar="ID", default="", help="说明这条规则：每个条件与各事实的值，包括没有发现问题的原因。")
@policy_options
def explain(files: tuple[Path, ...], form: str, indicator: str, rule: str, policy: str | None, policies: Path | None) -> int:
    """逐个说明得分怎样得来（情形、条款、算式、取整前后），或一条规则为什么报或不报。"""
    if rule and indicator:
        raise click.UsageError("--rule 与 --indicator 不能同时用")
    from engine.cli import runs
    from engine.results.explanation import explain as explained
    from engine.results.reading import caution
    from engine.results.rule_explanation import explain_rule

    run = runs.read(files, policy, policies)
    told: list[str] = []
    unknown: list[UsageError] = []
    for item in runs.check(run):
        try:
            one = explain_rule(rule, item.checked, item.policy, form) if rule else ""
            one = "\n".join(filter(None, (caution(item.result.get("policy")), one))) if one else ""
            told.append(one or explained(item.result, item.policy, form, indicator))
        except UsageError as error:  # a name that occurs in one bundle need not occur in the others
            unknown.append(error)
    if not told:
        raise UsageError(problem for error in unknown for problem in error.problems)
    show("\n".join(told))
    return run.status


@app.command()
@files_argument
@click.option("--out", metavar="DIR", type=OUT, required=True, help="写到这个目录。")
@click.option(
    "--format", "formats", type=click.Choice(["docx", "html", "markdown"]), multiple=True, help="可以写几次；不写则三种都出。"
)
@click.option("--templates", metavar="DIR", type=FILE, help="先在这个目录里找模板。")
@click.option("--as-filed", is_flag=True, help="按填报的自评得分起草，不用核算的得分。")
@click.option("--clean", is_flag=True, help="在原 Word 报告上改好的，不留修订标记和批注。")
@click.option("--letters", "letters", is_flag=True, help="不起草报告，给要退回修改的单位各写一份退回修改通知（Word）。")
@click.option("--by", metavar="DATE", callback=sending.day, help="通知里写明的重新报送期限，如 2022-04-15；不写则留空待填。")
@policy_options
def report(
    files: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    templates: Path | None,
    as_filed: bool,
    clean: bool,
    letters: bool,
    by: date | None,
    policy: str | None,
    policies: Path | None,
) -> int:
    """起草自评报告：每张表一份 Word 和 Markdown，全部表一个网页。

    填报的 Word 文件里有报告的，就在那个文件上修订（作者 jixiao），能确定的直接改，其余写在批注里；别的人的修订和批注不动。
    FILE 是目录的，每个单位（每个年度）一个子目录，每张表一个网页，DIR/report.html 是全部表的目录，可以排序、查找。
    --letters 写的是退回修改通知，每个单位一份，都在 DIR 里。
    """
    from engine.cli import drafting, runs

    sending.check(letters, by, formats)
    if templates and not templates.is_dir():
        raise UsageError(Problem(Place(displayed(templates)), "没有这个模板目录", code="usage.templates"))
    run = runs.read(files, policy, policies, [out], unjudged=True)
    items = runs.check(run)
    if letters:
        sending.write_letters(items, out, templates, by)
        return run.status or runs.unrun(items)
    result = None if run.single else lambda: runs.document(run, items)
    drafting.write_reports(items, out, formats, templates, result, as_filed=as_filed, clean=clean)
    return run.status or runs.unrun(items)


@app.command()
@click.argument("name", type=click.Choice(["policy", "submission", "result", "test"]))
def schema(name: str) -> None:
    """打印 JSON Schema（2020-12）：政策、申报记录、结果、政策测试。"""
    import json

    from engine.yaml.schema import bundled

    _write(json.dumps(bundled(name), ensure_ascii=False, indent=2) + "\n", None)


for _command in (*testing_commands.COMMANDS, *lifecycle_commands.COMMANDS, *workbook_commands.COMMANDS):
    policy_group.add_command(_command)
app.add_command(policy_group)
app.add_command(layout_group)
app.add_command(rollup)
app.add_command(selftest)
app.add_command(workbench)
app.add_command(account)
app.add_command(agent_commands.mcp)
app.add_command(corpus_commands.ingest)
app.add_command(corpus_commands.batch)
dress(app)


_FOR_WANT = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
"""What the machine lacks, whatever file it was."""


def main() -> None:
    """Entry point: runs the command line and exits with the Contract's status."""
    gc.set_threshold(*GARBAGE)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us (`>&-`): what goes there is lost, not an error
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        elif hasattr(stream, "reconfigure"):
            # Chinese on any console (Windows defaults to its code page), and whatever cannot be encoded as \\x..
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_finished(_run()))


def _finished(status: int) -> int:
    """The status, once all that was printed has gone where it was to go; what cannot go there is told here, not at the very end."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # what is left in the buffer would be tried again when Python ends, and fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError) and status == EXIT_OK:
            tell(refused(error, "标准输出").problems)
            return EXIT_MACHINE
    return status


def _run() -> int:
    try:
        return int(app.main(standalone_mode=False) or EXIT_OK)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as wrong:
        from engine.cli.usage import in_chinese

        click.echo(f"用法有误：{in_chinese(wrong)}", err=True)
        if isinstance(wrong, click.UsageError) and wrong.ctx:
            click.echo(f"用 {wrong.ctx.command_path} --help 看用法。", err=True)
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中断。", err=True)
        return EXIT_USAGE
    except JixiaoError as error:
        tell(error.problems)
        return error.exit_status
    except BrokenPipeError:
        return EXIT_OK  # the reader of our output went away (`| head`): nothing more to say, and nothing went wrong
    except MemoryError:
        tell([Problem(Place(), "内存不够", "分几次做，或换一台内存多的机器", code="machine.memory")])
        return EXIT_MACHINE
    except OSError as error:
        told = _refused(error)
        tell(told.problems)
        return told.exit_status


def _refused(error: OSError) -> JixiaoError:
    """What the system refused where nobody had words of their own for it."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else ""
    if path and leftovers.within(Path(path)) is not None:
        return refused(error, f"放临时文件的目录 {displayed(leftovers.home())}（可用环境变量 TMPDIR 另指一个）")
    if not path or error.errno in _FOR_WANT:
        return refused(error, displayed(path))
    return unreadable(error, displayed(path))
