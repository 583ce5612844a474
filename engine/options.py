"""What the commands share: their common options and arguments, the library they look in, how they tell a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import Problem
from engine.paths import argument

if TYPE_CHECKING:
    from engine.policy_files import Library

Command = Callable[..., Any]
FILE = click.Path(path_type=Path)


def files_argument(command: Command) -> Command:
    """One file or more, judged as one bundle."""
    return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)(command)


def library_option(command: Command) -> Command:
    """`--policies DIR`."""
    return click.option("--policies", metavar="DIR", type=FILE, help="先在这个目录里找政策。")(command)


def policy_options(command: Command) -> Command:
    """`--policy ID` and `--policies DIR`."""
    command = library_option(command)
    return click.option("--policy", metavar="ID", help="政策编号，如 hubei/2021；不写则按地区、表种、年度选。")(command)


def out_option(command: Command) -> Command:
    """`--out FILE`."""
    return click.option("--out", metavar="FILE", type=FILE, help="写到文件（整个写成才替换）；不写则打印。")(command)


def chinese_name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A Chinese name given on the command line, whatever the locale."""
    return argument(value)


def the_library(policies: Path | None) -> Library:
    """The shipped policies, with the directory of `--policies` before them."""
    from engine.policy_files import library

    return library(policies)


def tell(problems: Iterable[Problem]) -> None:
    """Each problem on a line of standard error."""
    for problem in problems:
        click.echo(f"错误：{problem}", err=True)
