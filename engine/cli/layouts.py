"""The commands of `jixiao layout`: one taught by example, and which there are. Everything heavy is imported late."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.options import OUT, files_argument, library_option, note, office_options, tell, the_library
from engine.errors import EXIT_OK, EXIT_POLICY
from engine.files import displayed
from engine.resources import shipped

if TYPE_CHECKING:
    from engine.learning.lesson import Lesson
    from engine.learning.model import ChoiceQuestion
    from engine.submission.model import Form

_HOME = Path("policies")


@click.group("layout")
def layout_group() -> None:
    """表样：从填好的表学会一种没见过的表样，列出已有的。"""


@layout_group.command("learn")
@files_argument
@click.option("--as", "id_", metavar="ID", default="", help="表样的编号（地区/名称），如 chongqing/form；不写则是 learned/form-1。")
@click.option("--into", metavar="DIR", type=OUT, help="写在这个目录下；不写则是 --policies 的目录，或这里的 policies/。")
@office_options
@library_option
def layout_learn(files: tuple[Path, ...], id_: str, into: Path | None, policies: Path | None) -> int:
    """从填好的表（一张或几张）学会一种没见过的表样，写成 YAML。

    各栏是什么，从已知的称呼、相近的称呼和栏里的内容（哪一列是 ≥、≤，哪一列加起来是 100，得分不大于分值，目标与完成写法相同……）
    推断，写下来的每一项都注明凭什么；推断不了的，在终端上一个一个地问。写好后照它把表读一遍，给出读出的表。

    不在终端上运行的不问，猜的注明“待确认”：照它读出的格存疑，不计分，确认后才算数。文件里没有表、几张表不是同一种表样、编号已有的，
    说明原因，什么也不写。
    """
    from engine.learning.lesson import learn
    from engine.learning.view import guesses_shown

    target = into or policies or _HOME
    searched = policies or (target if target.is_dir() else None)
    asked = _on_terminal()
    lesson = learn(files, the_library(searched), id_, target, _asked if asked else None, _shown if asked else None)
    if lesson.known_as:
        note([f"这种表样已经认得（{lesson.known_as}），不用学，什么也没有写。"])
        return EXIT_OK
    if lesson.home is None:
        note(["什么也没有写。"])
        return EXIT_OK
    if not asked:
        _shown(lesson.forms)
    click.echo(guesses_shown(lesson.guesses, terminal=sys.stdout.isatty()))
    note(lesson.notes)
    for path in lesson.files:
        click.echo(displayed(path))
    _next(lesson, files[0], target)
    return EXIT_OK


def _on_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _asked(question: ChoiceQuestion) -> int:
    """Put a question on the terminal, its answers numbered; the index of the one chosen."""
    click.echo(f"\n{question.text}", err=True)
    for number, choice in enumerate(question.choices, start=1):
        click.echo(f"  {number}  {choice}", err=True)
    answers = click.IntRange(1, len(question.choices))
    return int(click.prompt("填号码", type=answers, default=1, err=True)) - 1


def _shown(forms: Sequence[Form]) -> None:
    from engine.learning.view import forms_shown

    click.echo(forms_shown(forms, terminal=sys.stdout.isatty()))


def _next(lesson: Lesson, file: Path, target: Path) -> None:
    """What to do now."""
    assert lesson.home is not None
    option = "" if target.resolve() == shipped("policies").resolve() else f" --policies {shlex.quote(displayed(target))}"
    if lesson.open:
        where = displayed(lesson.files[-1])
        click.echo(f"有 {lesson.open} 处待确认：打开 {where}，核对无误的删去 unconfirmed 那一行，不对的改正再删。", err=True)
    click.echo(
        f"接着：jixiao policy check {lesson.id}{option}，再运行 jixiao evaluate {shlex.quote(displayed(file))}{option}", err=True
    )


@layout_group.command("list")
@library_option
def layout_list(policies: Path | None) -> int:
    """列出表样：哪些政策用它，认它的记号有几处，还有几处待确认；有读不了的，逐条列出，退出状态为 3。"""
    from engine.learning.shelf import ListedLayout, listed
    from engine.results.views.columns import Column
    from engine.results.views.screen import ChineseConsole, table

    columns: tuple[Column[ListedLayout], ...] = (
        Column("编号", lambda item: item.id),
        Column("名称", lambda item: item.title),
        Column("记号", lambda item: f"{item.marks} 处里有 {item.at_least} 处" if item.marks else "—"),
        Column("待确认", lambda item: str(item.open or "—")),
        Column("用它的政策", lambda item: "、".join(item.policies) or "—"),
    )
    found, problems = listed(the_library(policies))
    widest = max((len(item.id) for item in found), default=0)
    shown = table(columns, found, least={"编号": widest}, header_style="bold")
    ChineseConsole(highlight=False, width=None if sys.stdout.isatty() else 200).print(shown)
    tell(problems)
    return EXIT_POLICY if problems else EXIT_OK
