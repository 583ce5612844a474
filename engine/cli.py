"""The command line (Contract): parses, calls, prints, and turns errors into exit statuses. Everything heavy is imported late.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import __version__
from engine.errors import (
    EXIT_FINDINGS,
    EXIT_INPUT,
    EXIT_OK,
    EXIT_USAGE,
    JixiaoError,
    Place,
    Problem,
    UsageError,
)
from engine.options import FILE, chinese_name, files_argument, out_option, policy_options, tell, the_library
from engine.output import write as _write
from engine.paths import displayed
from engine.policy_commands import policy_group

if TYPE_CHECKING:
    from engine.evaluation import Evaluation
    from engine.findings import Judgement
    from engine.policy import Policy

Command = Callable[..., Any]

SEVERITIES = ("error", "warning", "info")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jixiao")
def app() -> None:
    """预算绩效自评的计分与核对。"""


@app.command()
@files_argument
@policy_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "markdown", "sarif"]),
    default="table",
    show_default=True,
    help="输出格式。",
)
@out_option
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="never",
    show_default=True,
    help="有这一级及以上的问题时退出状态为 1。",
)
def evaluate(files: tuple[Path, ...], policy: str | None, policies: Path | None, form: str, out: Path | None, fail_on: str) -> int:
    """计算得分并与自评对照。

    FILE 是自评表（Word、Excel、PDF、文本）或 JSON/YAML 记录；一起给出的是同一单位同一年度的表。
    """
    result, chosen, _, _ = _judged(files, policy, policies)
    _write(_render(result, chosen, form, out), out)
    levels = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "never" else ()
    return EXIT_FINDINGS if any(finding["severity"] in levels for finding in result["findings"]) else EXIT_OK


@app.command()
@click.argument("file", metavar="FILE", type=FILE)
@policy_options
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json", show_default=True, help="输出格式。")
@out_option
def read(file: Path, policy: str | None, policies: Path | None, form: str, out: Path | None) -> None:
    """读出申报记录：每一格的原文和出处。"""
    from engine import record
    from engine.inputs import read_bundle

    submission = read_bundle([file], the_library(policies), policy).submission
    _write(record.dump_json(submission) if form == "json" else record.dump_yaml(submission), out)


@app.command()
@files_argument
@click.option("--form", metavar="NAME", default="", callback=chinese_name, help="只看这张表（名称的一部分即可）。")
@click.option("--indicator", metavar="NAME", default="", callback=chinese_name, help="只看这个指标（名称的一部分即可）。")
@click.option("--rule", metavar="ID", default="", help="说明这条规则：每个条件与各事实的值，包括没有发现问题的原因。")
@policy_options
def explain(files: tuple[Path, ...], form: str, indicator: str, rule: str, policy: str | None, policies: Path | None) -> None:
    """逐个说明得分怎样得来（情形、条款、算式、取整前后），或一条规则为什么报或不报。"""
    if rule and indicator:
        raise click.UsageError("--rule 与 --indicator 不能同时用")
    result, chosen, judgement, _ = _judged(files, policy, policies)
    if rule:
        from engine.rule_explanation import explain_rule

        _write(explain_rule(rule, judgement, chosen, form), None)
        return
    from engine.explanation import explain as explained

    _write(explained(result, chosen, form, indicator), None)


@app.command()
@files_argument
@click.option("--out", metavar="DIR", type=FILE, required=True, help="写到这个目录。")
@click.option(
    "--format", "formats", type=click.Choice(["docx", "html", "markdown"]), multiple=True, help="可以写几次；不写则三种都出。"
)
@click.option("--templates", metavar="DIR", type=FILE, help="先在这个目录里找模板。")
@click.option("--as-filed", is_flag=True, help="按填报的自评得分起草，不用核算的得分。")
@click.option("--compare", is_flag=True, help="在稿中标出与原报告不同的地方。")
@policy_options
def report(
    files: tuple[Path, ...],
    out: Path,
    formats: tuple[str, ...],
    templates: Path | None,
    as_filed: bool,
    compare: bool,
    policy: str | None,
    policies: Path | None,
) -> None:
    """起草自评报告：每张表一份 Word 和 Markdown，全部表一个网页。"""
    from engine.report import FORMATS, reports, write

    if templates and not templates.is_dir():
        raise UsageError(Problem(Place(displayed(templates)), "没有这个模板目录"))
    result, _, judgement, evaluation = _judged(files, policy, policies)
    made = reports(evaluation, judgement, result, formats or FORMATS, templates, as_filed=as_filed, compare=compare)
    for path in write(made, out):
        click.echo(str(path))


@app.command()
@click.argument("name", type=click.Choice(["policy", "submission", "result", "test"]))
def schema(name: str) -> None:
    """打印 JSON Schema（2020-12）：政策、申报记录、结果、政策测试。"""
    import json

    from engine.schemas import bundled

    _write(json.dumps(bundled(name), ensure_ascii=False, indent=2) + "\n", None)


app.add_command(policy_group)


def _judged(
    files: tuple[Path, ...], policy: str | None, policies: Path | None
) -> tuple[dict[str, Any], Policy, Judgement, Evaluation]:
    from engine.evaluation import evaluate as run
    from engine.findings import Judge
    from engine.inputs import read_bundle
    from engine.result import to_data

    bundle = read_bundle(files, the_library(policies), policy)
    evaluation = run(bundle.submission, bundle.policy)
    judgement = Judge(bundle.policy).judge(evaluation)
    return to_data(evaluation, judgement), bundle.policy, judgement, evaluation


def _render(result: dict[str, Any], policy: Policy, form: str, out: Path | None) -> str:
    if form == "json":
        from engine.result import dumps

        return dumps(result) + "\n"
    if form == "jsonl":
        from engine.result import lines

        return "".join(line + "\n" for line in lines(result))
    if form == "markdown":
        from engine.markdown_view import render as markdown

        return markdown(result)
    if form == "sarif":
        from engine.result import dumps
        from engine.sarif import render as sarif

        return dumps(sarif(result, policy)) + "\n"
    from engine.table_view import render as table

    return table(result, terminal=out is None and sys.stdout.isatty())


def main() -> None:
    """Entry point: runs the command line and exits with the Contract's status."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us (`>&-`): what goes there is lost, not an error
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        elif hasattr(stream, "reconfigure"):
            # Chinese on any console (Windows defaults to its code page), and whatever cannot be encoded as \\x..
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_run())


def _run() -> int:
    try:
        return int(app.main(standalone_mode=False) or EXIT_OK)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as wrong:
        from engine.usage import in_chinese

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
        # the reader of our output went away (`| head`): nothing more to say, and nothing went wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except OSError as error:
        name = f"{displayed(os.fspath(error.filename))}：" if isinstance(error.filename, str | os.PathLike) else ""
        click.echo(f"错误：{name}{error.strerror or error}", err=True)
        return EXIT_INPUT


if __name__ == "__main__":
    main()
