"""The commands of `jixiao policy` for the yearly change: what differs, what it does to real forms, a new year, publishing.

Everything heavy is imported late.
"""

from __future__ import annotations

import shlex
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import FILE, OUT, chinese_name, library_option, note, office_options, out_option, tell, the_library
from engine.errors import EXIT_INPUT, EXIT_OK, Place, Problem, UsageError
from engine.extras import extra
from engine.files import displayed
from engine.files import write as _write
from engine.resources import shipped

if TYPE_CHECKING:
    from engine.policy.library import Library


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="输出格式。")
@out_option
@library_option
def policy_diff(before: str, after: str, form: str, out: Path | None, policies: Path | None) -> int:
    """逐项比较两个政策（编号或目录）：参数、条款、各表各条、规则各项，哪些影响得分，哪些只改文字。"""
    from engine.policy.library import locate

    where = the_library(policies)
    _told_difference(locate(before, where), locate(after, where), where, form, out)
    return EXIT_OK


def _told_difference(before: str | Path, after: str | Path, where: Library, form: str, out: Path | None) -> None:
    """Print or write what differs item by item."""
    from engine.changes.diff.compare import compare

    difference = compare(before, after, where)
    if form == "json":
        from engine.changes.diff.data import to_data
        from engine.results.views.as_json import dumps

        _write(dumps(to_data(difference)) + "\n", out)
    else:
        from engine.changes.diff.view import render

        _write(render(difference, terminal=out is None and sys.stdout.isatty()), out)


@click.command("compare")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--prove", is_flag=True, help="用求解器逐表证明：对一切输入相同，或在哪里不同、差多少、举一个最简单的例子。")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="输出格式。")
@out_option
@library_option
def policy_compare(before: str, after: str, prove: bool, form: str, out: Path | None, policies: Path | None) -> int:
    """比较两个政策（编号或目录）的得分：--prove 时逐表证明哪里相同、哪里不同；不写则与 diff 相同，只比条文。"""
    from engine.policy.library import locate

    where = the_library(policies)
    one, two = locate(before, where), locate(after, where)
    if not prove:
        _told_difference(one, two, where, form, out)
        return EXIT_OK
    from engine.changes.scores.compare import compare_scores

    found = compare_scores(one, two, where)
    if form == "json":
        from engine.changes.scores.data import to_data
        from engine.results.views.as_json import dumps

        _write(dumps(to_data(found)) + "\n", out)
    else:
        from engine.changes.scores.view import render

        _write(render(found, terminal=out is None and sys.stdout.isatty()), out)
    return EXIT_OK


@click.command("impact")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--on",
    "paths",
    metavar="PATH",
    type=FILE,
    multiple=True,
    required=True,
    help="自评表、记录或目录（连同下级目录），可以写几次；或一个语料（jixiao ingest 建的）。",
)
@click.argument("more", metavar="[PATH]...", nargs=-1, type=FILE)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True, help="输出格式。"
)
@out_option
@click.option(
    "--limit", metavar="N", type=click.IntRange(0), default=20, show_default=True, help="逐张细列变化最大的几张；0 为全部。"
)
@click.option("--each/--no-each", default=None, help="每一项改动单独再算一遍；不写则表不多时才逐项算。")
@click.option("--reweigh", is_flag=True, help="旧表的分值先按 B 的分值比例折算，再按 B 计分：旧表套新分值。")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(0), default=0, show_default=True, help="同时用几个进程；0 为按处理器个数。"
)
@office_options
@library_option
def policy_impact(
    before: str,
    after: str,
    paths: tuple[Path, ...],
    more: tuple[Path, ...],
    form: str,
    out: Path | None,
    limit: int,
    each: bool | None,
    reweigh: bool,
    jobs: int,
    policies: Path | None,
) -> int:
    """用两个政策各算一遍真实的自评表：多少张变了、变多少、哪些等级变了、哪些问题有了或没了，变化大的在前。"""
    from engine.bulk.batch.impact import CHECKED, impact_on_corpus
    from engine.bulk.batch.options import Options
    from engine.bulk.corpus.collected import corpus_among
    from engine.changes.impact.data import to_data
    from engine.changes.impact.run import run
    from engine.cli import progress

    where, given = the_library(policies), [*paths, *more]
    if each and reweigh:
        raise click.UsageError("--each 与 --reweigh 不能同时用：折算分值是几项一起的事")
    if corpus := corpus_among(given):
        from engine.cli.bulk import progress as bar

        if each or reweigh:
            raise click.UsageError("语料只能整个地比较，--each、--reweigh 用于表、记录和目录")
        options = Options(threads=jobs, check=CHECKED)
        with extra("corpus"):
            impact = impact_on_corpus(corpus, before, after, where, limit=limit, options=options, progress=bar())
    else:
        impact = run(before, after, given, where, limit=limit, jobs=jobs, watch=progress.shown, each=each, reweigh=reweigh)
    data = to_data(impact)
    if form == "json":
        from engine.results.views.as_json import dumps

        text = dumps(data) + "\n"
    elif form == "html":
        from engine.changes.impact.html import render as page

        text = page(data)
    else:
        from engine.changes.impact.view import render as table

        text = table(data, terminal=out is None and sys.stdout.isatty())
    _write(text, out)
    tell(impact.problems)
    return EXIT_INPUT if impact.problems else EXIT_OK


@click.command("new")
@click.argument("new_id", metavar="ID")
@click.option("--from", "parent", metavar="ID", required=True, help="在哪个政策之上，如 hubei/2021。")
@click.option("--into", metavar="DIR", type=OUT, help="写在这个目录下；不写则是 --policies 的目录，或这里的 policies/。")
@click.option("--title", metavar="TEXT", default="", callback=chinese_name, help="名称；不写则照上一个政策，换成新年度。")
@click.option("--year", metavar="YEAR", type=click.IntRange(1990, 2200), help="适用年度；不写则看编号。")
@library_option
def policy_new(new_id: str, parent: str, into: Path | None, title: str, year: int | None, policies: Path | None) -> int:
    """做一个新年度的政策：一个小目录，内容照旧，注释里写明各处怎样改。"""
    from engine.changes.lifecycle.new import new

    target = into or policies or Path("policies")
    if not (into or target.is_dir()):
        raise UsageError(Problem(Place(), "没有写明新政策放在哪里，这里也没有 policies 目录", "--into 目录", code="new.into"))
    searched = policies or (target if target.is_dir() else None)
    made = new(new_id, parent, the_library(searched), target, title=title, year=year or 0)
    note(made.notes)
    for path in made.files:
        click.echo(displayed(path))
    option = "" if target.resolve() == shipped("policies").resolve() else f" --policies {shlex.quote(displayed(target))}"
    click.echo(f"接着：编辑 {displayed(made.files[0])}，再运行 jixiao policy check {new_id}{option}", err=True)
    return EXIT_OK


@click.command("publish")
@click.argument("policy", metavar="[ID]", required=False)
@click.option("--by", metavar="NAME", default="", callback=chinese_name, help="谁发布的，记在锁里。")
@click.option("--amend", metavar="REASON", default="", callback=chinese_name, help="更正已发布的政策，写明原因，记在锁里。")
@click.option("--all", "every", is_flag=True, help="--policies 目录（不写则自带）里已发布而没有锁、与锁不符的，全部上锁。")
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    help="测试至少覆盖百分之几。",
)
@library_option
def policy_publish(policy: str | None, by: str, amend: str, every: bool, min_coverage: float, policies: Path | None) -> int:
    """发布：检查、测试都通过后写锁（policy.lock），此后内容与锁不符就拒绝使用。"""
    from engine.changes.lifecycle.publish import publish, unlocked

    if (policy is None) != every:
        raise click.UsageError("写一个政策编号，或 --all")
    where = the_library(policies)
    least = Decimal(str(min_coverage))
    ids = unlocked(where) if every else [str(policy)]
    if not ids:
        click.echo("都有锁，都与锁一致，没有要做的。")
    for id_ in ids:
        done = publish(id_, where, by=by, amend=amend, min_coverage=least)
        note(done.notes)
        if done.already:
            click.echo(f"{done.policy}：已发布，与锁一致，没有要做的。")
        else:
            changed = f"；更正 {len(done.changed)} 项：{'、'.join(done.changed)}" if done.changed else ""
            click.echo(f"{done.policy}：已发布，锁写在 {displayed(done.lock)}（sha256 {done.sha256[:12]}…）{changed}")
    return EXIT_OK


COMMANDS = (policy_diff, policy_compare, policy_impact, policy_new, policy_publish)
"""What this module adds to the group of `jixiao policy`."""
