"""What the commands share: their common options and arguments, the library they look in, how they tell a problem."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from engine.errors import Problem
from engine.files import argument, telling

if TYPE_CHECKING:
    from engine.policy.library import Library

Command = Callable[..., Any]
FILE = click.Path(path_type=Path, readable=False)  # what cannot be read is said by who reads it


class _Output(click.Path):
    """Where something is to be written: a name that cannot be is told before anything is done."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        with telling(path), contextlib.suppress(FileNotFoundError):
            path.stat()
        return path


OUT = _Output(path_type=Path, readable=False)
_DAY = "jixiao.on-date"
_PLACE = "jixiao.place"
_OFFICE = "jixiao.office"


def files_argument(command: Command) -> Command:
    """One file or more, judged as one bundle."""
    return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)(command)


def library_option(command: Command) -> Command:
    """`--policies DIR`."""
    return click.option("--policies", metavar="DIR", type=FILE, help="先在这个目录里找政策。")(command)


def policy_options(command: Command) -> Command:
    """`--policy ID`, `--policies DIR`, `--place NAME` and `--on-date DATE`; the day is asked for with `on_date`."""
    command = office_options(place_option(library_option(command)))
    command = click.option(
        "--on-date",
        metavar="DATE",
        expose_value=False,
        callback=_keep_day,
        help="填报日期，如 2024-04-28：一年之中规定改过而表上没有填报日期时，据此选政策。",
    )(command)
    return click.option("--policy", metavar="ID", help="政策编号，如 hubei/2021；不写则按地区、表种、年度选。")(command)


def place_option(command: Command) -> Command:
    """`--place NAME`: where all forms are from; `the_library` knows it."""
    return click.option(
        "--place",
        metavar="NAME",
        expose_value=False,
        callback=_keep_place,
        help="表是哪个地区的，如 湖北省、武汉市、湖北省宜昌市夷陵区：按它、没有就按它上级的政策；不写则看记录和单位名称。",
    )(command)


def office_options(command: Command) -> Command:
    """`--office-file-seconds N`, `--office-run-seconds N`."""
    command = click.option(
        "--office-run-seconds",
        metavar="N",
        type=click.IntRange(1),
        default=600,
        show_default=True,
        expose_value=False,
        callback=_keep_office,
        help="旧格式（.doc、.wps、.odt、.ods …）由 LibreOffice 转换：一次运行一共可以计算几秒，超过的文件不读并说明。",
    )(command)
    return click.option(
        "--office-file-seconds",
        metavar="N",
        type=click.IntRange(1),
        default=30,
        show_default=True,
        expose_value=False,
        callback=_keep_office,
        help="同上：一个文件可以计算几秒。",
    )(command)


def _keep_office(context: click.Context, parameter: click.Parameter, value: int) -> None:
    from engine.documents import office_budget

    seconds = context.meta.setdefault(_OFFICE, {})
    seconds[parameter.name] = value
    if len(seconds) > 1:
        office_budget.begin(seconds["office_file_seconds"], seconds["office_run_seconds"])


def _keep_place(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value:
        context.meta[_PLACE] = argument(value)


def _keep_day(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value:
        from engine.policy.periods import option

        context.meta[_DAY] = option(argument(value))


def on_date() -> date | None:
    """The day of `--on-date` in the command that is running; None if it was not given."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_DAY) if context else None


def today() -> date:
    """The day as a workbook says it; of SOURCE_DATE_EPOCH where that is set, so that it can be made again."""
    set_ = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(set_), UTC).date() if set_.isascii() and set_.isdigit() else date.today()


def rule_options(command: Command) -> Command:
    """`--only RULE`, `--without RULE`, `--max-per-rule N`, `--verbose`."""
    command = click.option(
        "--verbose",
        is_flag=True,
        help="多说：各表分项得分，每个问题的佐证、依据、建议；逐条规则说结果和用时（用时每次不同，不写时没有）。",
    )(command)
    command = click.option(
        "--max-per-rule",
        "most",
        metavar="N",
        type=click.IntRange(1),
        help="每条规则最多逐个列出几处，其余只说还有几处。",
    )(command)
    command = click.option(
        "--without",
        metavar="RULE",
        multiple=True,
        callback=_names,
        help="不核对这条规则（可写几次；notation.* 是这样开头的全部）。",
    )(command)
    return click.option(
        "--only",
        metavar="RULE",
        multiple=True,
        callback=_names,
        help="只核对这条规则（可写几次；notation.* 是这样开头的全部）。",
    )(command)


def _names(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(argument(value) for value in values)


def out_option(command: Command) -> Command:
    """`--out FILE`."""
    return click.option("--out", metavar="FILE", type=OUT, help="写到文件（整个写成才替换）；不写则打印。")(command)


def to_file(form: str, out: Path | None) -> None:
    """Raises UsageError for a workbook or Word document that nobody says where to write: it is not for a terminal."""
    if form in ("xlsx", "docx") and out is None:
        raise click.UsageError(f"{form} 要用 --out 写到文件")


def chinese_name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A Chinese name given on the command line, whatever the locale."""
    return argument(value)


def the_library(policies: Path | None) -> Library:
    """The shipped policies, with the directory of `--policies` before them, and the place of `--place`. Raises UsageError where
    that is none."""
    from engine.policy.library import library

    context = click.get_current_context(silent=True)
    where = library(policies, context.meta.get(_PLACE, "") if context else "")
    if where.place:
        from engine.intake.placing import asked
        from engine.intake.shelf import Shelf

        asked(Shelf(where))
    return where


def show(text: str) -> None:
    """A text on standard output; on a terminal with its lines broken as Chinese is set."""
    from engine.files import write

    write(_for_screen(text, sys.stdout), None)


def _for_screen(text: str, stream: TextIO) -> str:
    """The text as it is, or on a terminal no wider than that."""
    from engine.lines import filled

    return filled(text, max(20, shutil.get_terminal_size().columns)) if stream.isatty() else text


def note(lines: Iterable[str]) -> None:
    """Each line on standard error: what to know of a result that is no mistake."""
    for line in lines:
        click.echo(_for_screen(f"注意：{line}", sys.stderr), err=True)


def tell(problems: Iterable[Problem]) -> None:
    """Each problem on a line of standard error."""
    for problem in problems:
        click.echo(_for_screen(f"错误：{problem}", sys.stderr), err=True)
