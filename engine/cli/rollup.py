"""`jixiao rollup`: many forms made one, and their ranking. Everything heavy is imported late."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli import rolled
from engine.cli.options import FILE, OUT, chinese_name, files_argument, out_option, policy_options, the_library, to_file
from engine.cli.rolled import Given
from engine.errors import EXIT_FINDINGS, EXIT_OK, InputError, Place, PolicyError, Problem
from engine.files import displayed, write, write_all

if TYPE_CHECKING:
    from engine.rollup.given import MatchTable
    from engine.rollup.outcome import Rollup
    from engine.rollup.units import UnitTree
    from engine.scoring.model import ScoredForm

FORMATS = ("table", "json", "yaml", "markdown", "html", "docx", "xlsx")
_WITH_RANKS = ("html", "docx", "xlsx")
"""Formats that show the ranking beside the roll-up, whatever is asked for."""


@click.command()
@files_argument
@policy_options
@click.option(
    "--by",
    type=click.Choice(["unit", "project", "region"]),
    help="unit 各单位合成一张；region 按地区逐级（县、市、省）；project 项目合成部门的表。"
    "不写：一个单位的几个项目按 project，写了 --map 按 region，其余按 unit。",
)
@click.option(
    "--map", "table", metavar="FILE", type=FILE, help="单位表（CSV，有“单位”“上级”两栏）：谁在谁之下，应当有谁。不写则按目录。"
)
@click.option("--name", metavar="NAME", default="", callback=chinese_name, help="汇总单位的名称。")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="json、yaml 是申报记录，可以再核对、再汇总；docx 是给领导看的一页，html 的第一部分也是。",
)
@click.option("--ranking", is_flag=True, help="不写汇总表，写排名和分布（table、json；html、docx、xlsx 总是都有）。")
@click.option(
    "--with",
    "earlier",
    metavar="PATH",
    multiple=True,
    type=FILE,
    help="上一年的表或记录，排名写明比上年升降。可以写几次。",
)
@click.option("--match", "match", metavar="FILE", type=FILE, help="对应表：哪张表、哪个指标归入哪一行，怎样合。")
@click.option("--match-out", metavar="FILE", type=OUT, help="把这次的对应关系写成对应表，改好后用 --match 读回。")
@out_option
@click.option("--levels", metavar="DIR", type=OUT, help="每一级的汇总表各写一份 JSON 记录到这个目录。")
@click.option("--strict", is_flag=True, help="有一处没有汇总（目标值、单位、方向不同，缺资金额度，缺单位）就不写，退出状态为 5。")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="never",
    show_default=True,
    help="汇总发现这一级及以上的问题时退出状态为 1。",
)
def rollup(
    files: tuple[Path, ...],
    policy: str | None,
    policies: Path | None,
    by: str | None,
    table: Path | None,
    name: str,
    form: str,
    ranking: bool,
    earlier: tuple[Path, ...],
    match: Path | None,
    match_out: Path | None,
    out: Path | None,
    levels: Path | None,
    strict: bool,
    fail_on: str,
) -> int:
    """汇总：几个单位或项目的自评表合成一张，并排名。

    FILE 是自评表、记录、放着它们的目录，或一个语料。绝对值累加，相对值和定性指标的分值按资金额度加权平均（以政策的规定为准）；
    不能相加的不平均，留空并说明。结果仍是申报记录。
    """
    by = by or ("region" if table else None)
    _check_usage(by, table, form, ranking, out)
    given = _read(files, policy, policies, [path for path in (out, levels, table, match, match_out) if path])
    chosen = given.policy
    from engine.rollup import match_file
    from engine.rollup import run as rolling

    axis = by or rolling.axis_of(given.forms)
    wanted = levels is not None or match_out is not None or strict or fail_on != "never"
    needed = not ranking or form in _WITH_RANKS or wanted
    if chosen.rollup is None and (form == "docx" or (ranking and form in _WITH_RANKS)):
        needed = wanted  # neither a ranking nor a leader's page needs rules of roll-up
    if needed and chosen.rollup is None and not policy:
        raise InputError(_nothing_adds(given, policies))
    tree = _tree(axis, table, given, name)
    marked = match_file.read(match) if match else None
    done = _rolled(given, axis, tree, name, marked) if needed else None
    if done and match_out:
        _write_match(done, match_out)
    if done and strict:
        _refuse(done)
    ranks = None
    if form in _WITH_RANKS or ranking:
        ranks = _ranks(given, tree or rolling.flat_of(given.forms, given.names, name), _before(earlier, policies), done, marked)
    about = rolled.occasion(given, tree, name, done)
    write(rolled.rendered(done, ranks, form, given, about, out), out)
    _tell_left(done, given, told=not (form in ("table", "markdown") and not ranking))
    if done and levels:
        _write_levels(done, levels)
    severities = ("error", "warning", "info")
    failing = severities[: severities.index(fail_on) + 1] if fail_on != "never" else ()
    return EXIT_FINDINGS if done and any(told.severity in failing for told in done.findings) else EXIT_OK


def _nothing_adds(given: Given, policies: Path | None) -> Problem:
    """That the policy the forms found by themselves says nothing of rolling up; which say it."""
    from engine.intake.shelf import Shelf

    shelf = Shelf(the_library(policies))
    adding = [str(head) for head in shelf.published() if shelf.usable(head.id) and shelf.policy(head.id).rollup is not None]
    years = "、".join(sorted({f"{form.fiscal_year}年度" for form in given.forms}))
    message = f"汇总不了：{years}的表适用政策“{given.policy.id}”，它没有规定怎样汇总（rollup）：哪些相加、哪些平均、按什么加权"
    known = f"；写有的：{'；'.join(adding)}" if adding else ""
    return Problem(Place(given.names[0]), message, f"用 --policy 指定写有 rollup 的政策{known}", code="rollup.none")


def _rolled(given: Given, axis: str, tree: UnitTree | None, name: str, table: MatchTable | None) -> Rollup:
    from engine.rollup.admission import Twin
    from engine.rollup.run import roll_up

    twins = [Twin(item.name, item.same_as) for item in given.skipped if item.same_as]
    return roll_up(given.forms, given.policy, axis, tree=tree, name=name, match=table, files=given.names, twins=twins)


def _write_match(done: Rollup, out: Path) -> None:
    from engine.rollup import match_file
    from engine.rollup.document import match_lines

    write(match_file.dump(match_lines(done), out.name), out)


def _tell_left(done: Rollup | None, given: Given, *, told: bool) -> None:
    """Files that were passed over, always; forms that are not added, where the view itself does not say it."""
    from engine.rollup.document import left_lines

    for item in given.skipped:
        if not item.same_as:
            click.echo(f"没有读：{item.name}：{item.reason}", err=True)
    for line in left_lines(done) if done and told else ():
        click.echo(line, err=True)
    if done and told and any(found.severity != "info" for found in done.findings):
        counts = (sum(found.severity == severity for found in done.findings) for severity in ("error", "warning"))
        errors, warnings = counts
        click.echo(f"汇总发现错误 {errors} 处，警告 {warnings} 处，见结果", err=True)


def _check_usage(by: str | None, table: Path | None, form: str, ranking: bool, out: Path | None) -> None:
    if table and by != "region":
        raise click.UsageError("--map 只与 --by region 同用")
    to_file(form, out)
    if ranking and form in ("yaml", "markdown"):
        raise click.UsageError(f"--ranking 没有 {form} 格式，用 table、json、html、docx 或 xlsx")


def _read(files: Sequence[Path], policy: str | None, policies: Path | None, exclude: Sequence[Path]) -> Given:
    """All forms with the file of each, and the one policy they are rolled up by.

    Raises InputError with every problem of every file: what is left out of a sum is not to be left out silently.
    """
    from engine.cli import progress
    from engine.cli.runs import collected
    from engine.intake.collection import SKIPPED

    library = the_library(policies)
    with progress.shown("读表") as bar:
        found = collected(files, library, policy, progress=bar, each_file=True, exclude=exclude)
    if found.problems:
        raise InputError(found.problems)
    if not found.bundles:
        raise InputError(Problem(Place(displayed(files[0])), "里面没有自评表", "自评表或记录", code="input.empty"))
    by_id = {bundle.policy.id: bundle.policy for bundle in found.bundles}
    if len(by_id) > 1:
        listed = "、".join(sorted(by_id))
        raise PolicyError(
            Problem(Place(), f"一起汇总的表适用不同的政策：{listed}", "用 --policy 指定其中一个", code="policy.ambiguous")
        )
    forms = [(form, bundle.files[0]) for bundle in found.bundles for form in bundle.submission.forms]
    skipped = [item for item in found.files if item.status == SKIPPED]
    return Given([form for form, _ in forms], [name for _, name in forms], next(iter(by_id.values())), skipped)


def _tree(axis: str, table: Path | None, given: Given, name: str) -> UnitTree | None:
    """Who is under whom, for a roll-up by region; None for the others."""
    if axis != "region":
        return None
    from engine.rollup import naming, units
    from engine.rollup.run import place_words

    filed, policy = [form.unit for form in given.forms], given.policy
    if not name:
        counted = policy.rollup.texts["unit_name"] if policy.rollup else ""
        name = naming.top_name(given.names, filed, place_words(policy), policy.jurisdiction_name, counted)
    if table is None:
        return units.from_folders(list(zip(given.names, filed, strict=True)), name)
    tree = units.read_table(table, name)
    if problems := units.unknown([(form.unit, form.place) for form in given.forms], tree, displayed(table)):
        raise InputError(problems)
    return tree


def _refuse(done: Rollup) -> None:
    """With --strict: everything that was not rolled up, as problems of the input."""
    problems = []
    for told in done.findings:
        if told.refused or told.severity == "error":
            place = told.evidence[0].place if told.evidence else Place()
            problems.append(Problem(place, f"{told.level}：{told.message}", told.advice, code="rollup.refused", names=(told.rule,)))
    if problems:
        raise InputError(problems)


def _ranks(
    given: Given, tree: UnitTree, earlier: Sequence[ScoredForm], done: Rollup | None, match: MatchTable | None
) -> dict[str, Any]:
    from engine.rollup.admission import Twin
    from engine.rollup.ranking import ranking

    twins = [Twin(item.name, item.same_as) for item in given.skipped if item.same_as]
    scored = done.filed if done else ()
    return ranking(
        given.forms,
        given.policy,
        tree=tree,
        files=given.names,
        twins=twins,
        earlier=earlier,
        scored=scored,
        match=match,
    )


def _before(paths: Sequence[Path], policies: Path | None) -> list[ScoredForm]:
    """The forms of an earlier year, each scored by the policy of its own."""
    if not paths:
        return []
    from engine.cli.runs import collected
    from engine.scoring.form import evaluate

    found = collected(paths, the_library(policies), each_file=True, unjudged=True)
    if found.problems:
        raise InputError(found.problems)
    for bundle in found.bundles:
        if not bundle.policy.judges:
            click.echo(f"上年的 {'、'.join(bundle.files)} 没有政策计分，不作比较", err=True)
    return [scored for bundle in found.bundles for scored in evaluate(bundle.submission, bundle.policy).forms]


def _write_levels(done: Rollup, directory: Path) -> None:
    """A record for each level, its place in the hierarchy in its name."""
    from engine.submission import record

    made: dict[str, bytes] = {}
    for number, level in enumerate(done.levels, start=1):
        safe = "".join(char for char in level.name if char.isalnum() or char in "（）()-_")[:60] or "汇总"
        made[f"{level.depth + 1}-{number:03}-{safe}.json"] = record.dump_json(done.record(level)).encode()
    for path in write_all(made, directory):
        click.echo(displayed(path), err=True)
