"""The commands for whole provinces: `ingest` reads forms once into a corpus, `batch` runs a policy over it.

Everything heavy is imported late.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from engine.cli.options import FILE, OUT, library_option, note, office_options, place_option, rule_options, tell, the_library, today
from engine.cli.options import show as on_screen
from engine.errors import EXIT_INPUT, EXIT_OK, Place, Problem, UsageError
from engine.extras import extra
from engine.files import write as _write

SHOWN = 20
"""Lines of a kind that are printed."""
Progress = Callable[[str, int, int], None]


def progress() -> Progress:
    """Progress on a terminal, and nowhere else."""
    if not sys.stderr.isatty():
        return lambda what, n, of: None

    def told(what: str, n: int, of: int) -> None:
        click.echo(f"\r\x1b[K{what} {n}/{of}", nl=n >= of, err=True)

    return told


@click.command("ingest")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FILE)
@click.option("--out", metavar="CORPUS", type=OUT, required=True, help="语料的目录；已有的语料照原件更新。")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), help="几个进程一起读；不写则每个核一个。")
@click.option("--policy", metavar="ID", help="都按这个政策读；不写则按地区、表种、年度选。")
@click.option("--keep", is_flag=True, help="原件已不在的也留在语料里；不写则从语料里去掉，并说明。")
@office_options
@place_option
@library_option
@extra("corpus")
def ingest(paths: tuple[Path, ...], out: Path, jobs: int | None, policy: str | None, keep: bool, policies: Path | None) -> int:
    """把自评表读入语料（Parquet），供 batch 和 policy impact 反复使用。

    PATH 是文件或目录（连同下级目录）：Word、Excel、PDF、文本，JSON/YAML 记录，每行一份记录的 .jsonl，Parquet。
    再运行一次：没有改动的不再读，改了的换成新的，PATH 里已经不在的去掉；以前从别处读入的留着。中断后再运行一次就接着做。
    一个单位一年一张表有两份的只算一份，并说明。有读不了的文件、两份不同的表时退出状态为 5，其余照常读入。
    """
    from engine.bulk.corpus.index import TOLD
    from engine.bulk.corpus.ingest import ingest as run
    from engine.files import displayed

    for path in paths:
        if not path.exists():
            expected = "已有的文件或目录；要把已删去的从语料里去掉，给出它的上级目录"
            raise UsageError(Problem(Place(displayed(path)), "没有这个文件或目录", expected, code="usage.path"))
    done = run(paths, out, the_library(policies), policy, jobs or 0, progress(), keep=keep)
    click.echo(
        f"{done.bundles} 份申报、{done.forms} 张表、{done.indicators} 个指标；"
        f"新写 {done.parts - done.kept} 部分，原有 {done.kept} 部分。"
    )
    if done.again:
        click.echo(f"与上次比：新读 {len(done.new)} 个文件，改了 {len(done.changed)} 个，去掉 {len(done.gone)} 个。")
    if done.beyond:
        click.echo(f"{done.beyond} 份含有数据库不能准确存放的数值，或由汇总得出，用到时由参照执行器核对。")
    if done.skipped:
        click.echo(f"{len(done.skipped)} 个文件不是自评表，没有读（见 {displayed(done.index / TOLD)}）。")
    note(_some([f"{name} 已不在，从语料里去掉了" for name in done.gone], "个文件已不在，从语料里去掉了"))
    note(_some([f"{name} 已不在，留在语料里（--keep）" for name in done.left], "个文件已不在，留在语料里（--keep）"))
    note(_some(done.told, f"处，见 {displayed(done.index / TOLD)}"))
    tell(done.problems)
    return EXIT_INPUT if done.problems else EXIT_OK


def _some(lines: Sequence[str], more: str) -> list[str]:
    """As many lines as a person reads, and how many more there are."""
    return [*lines[:SHOWN], *([f"另有 {len(lines) - SHOWN} {more}"] if len(lines) > SHOWN else [])]


@click.command("batch")
@click.argument("corpus", metavar="CORPUS", type=FILE)
@click.option("--out", metavar="DIR", type=OUT, required=True, help="结果写到这个目录；没有做完的可以接着做。")
@click.option("--backend", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="用哪个数据库。")
@click.option("--policy", metavar="ID", help="都按这个政策；不写则各按读入时选定的。")
@click.option("--memory", metavar="SIZE", default="4GB", show_default=True, help="最多用多少内存。")
@click.option("--threads", metavar="N", type=click.IntRange(1, 1024), help="几个线程；不写则每个核一个。")
@click.option(
    "--check", metavar="N", type=click.IntRange(0), default=20, show_default=True, help="每一分区抽几份与参照执行器对照。"
)
@click.option(
    "--show", metavar="N", type=click.IntRange(0), default=10, show_default=True, help="列出最要紧的几个问题，各写明单位。"
)
@click.option(
    "--words",
    metavar="N",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="写出最严重的几处的原文、依据和出处（sentences.jsonl），及其所在各份申报的全部问题（problems.jsonl）；每份要另算一遍。",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "xlsx"]),
    default="table",
    show_default=True,
    help="摘要的格式；xlsx 是核对结果的工作簿，写到 --out 的目录里。",
)
@rule_options
@place_option
@library_option
@extra("corpus")
def batch(
    corpus: Path,
    out: Path,
    backend: str,
    policy: str | None,
    memory: str,
    threads: int | None,
    check: int,
    show: int,
    words: int,
    form: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    most: int | None,
    verbose: bool,
    policies: Path | None,
) -> int:
    """按政策核对整个语料，结果写成 Parquet（forms、parts、indicators、findings），另有摘要 summary.json。"""
    import json

    from engine.bulk.batch import sentences
    from engine.bulk.batch.options import Options
    from engine.bulk.batch.run import batch as run
    from engine.bulk.batch.summary import render, summary
    from engine.bulk.batch.workbook import Rejudged, batch_workbook
    from engine.bulk.corpus.placed import for_place
    from engine.bulk.corpus.store import write_json
    from engine.files import displayed
    from engine.findings.choice import RuleChoice
    from engine.language.rules import SEVERITIES
    from engine.results.document import policy_data
    from engine.results.reading import caution
    from engine.results.views.problems import DOUBTFUL
    from engine.results.views.workbook import NAME

    where = the_library(policies)
    rules = RuleChoice(only, without)
    options = Options(backend, memory, threads or 0, check=check, rules=rules, most=most, timed=verbose)
    done = run(corpus, out, where, policy or for_place(corpus, where), options, progress())
    cautions = [told for judging in done.judging.values() if (told := caution(policy_data(judging)))]
    titles = {name: rule.title for judging in done.judging.values() for name, rule in judging.rules.rules.items()}
    rejudged = Rejudged()
    said = sentences.in_words(corpus, out, done.judging, max(words, show), rejudged.add if form == "xlsx" else None)
    sentences.write_said(said, out, words)
    data = {"notes": cautions, **summary(done, titles)}
    data["sentences"] = {"file": sentences.FILE, "written": len(said.findings[:words]), "of": sum(data["findings"].values())}
    data["problems_told"] = {"file": sentences.PROBLEMS, "written": len(said.problems) if words else 0, "bundles": said.bundles}
    data["shown"] = sentences.shown(said.problems[:show])
    write_json(data, out / "summary.json")
    if form == "xlsx":
        _write(batch_workbook(corpus, out, data, done.judging, rejudged, today()), out / NAME)
        click.echo(displayed(out / NAME))
    elif form == "json":
        _write(json.dumps(data, ensure_ascii=False, indent=2) + "\n", None)
    else:
        _write(render(data, sys.stdout.isatty(), verbose), None)
        for item in data["shown"]:
            level = SEVERITIES[item["severity"]] + ("" if item["certain"] else f"·{DOUBTFUL}")
            on_screen(f"[{level}]{item['unit']}：{item['title']}（{'、'.join(item['forms'][:3])}；{item['files']}）\n")
    if data["sentences"]["written"] < data["sentences"]["of"]:
        note(["报出 {of} 处，写出了最严重的 {written} 处的原文（--words）".format(**data["sentences"])])
    note(done.told)
    tell(done.problems)
    return EXIT_INPUT if done.problems else EXIT_OK
