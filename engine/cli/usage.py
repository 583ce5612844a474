"""What is wrong with a command line, in Chinese: the words for the errors of click."""

from __future__ import annotations

import re
from difflib import get_close_matches

import click

from engine.cli.help import between, given

_KINDS = {"integer": "整数", "float": "数字", "int": "整数"}


def in_chinese(error: click.ClickException) -> str:
    """One sentence: what is wrong, and the nearest name where click knows one. Messages of our own pass as they are."""
    match error:
        case click.NoSuchOption():
            return f"没有选项“{error.option_name}”{_near(error.possibilities)}"
        case click.MissingParameter():
            return f"缺少{_parameter(error)}"
        case click.BadParameter():
            return f"{_parameter(error)}的值不对：{_value(error)}"
        case click.BadOptionUsage() if "requires an argument" in error.message:
            return f"选项“{error.option_name}”后面缺少值"
        case click.BadOptionUsage() if "does not take a value" in error.message:
            return f"选项“{error.option_name}”不带值"
        case click.FileError():
            return f"打不开文件“{error.ui_filename}”"
    return _sentence(error)


def _sentence(error: click.ClickException) -> str:
    message = error.message
    if found := re.match(r"No such command '(.*)'", message, re.DOTALL):
        return f"没有命令“{found[1]}”{_near(get_close_matches(found[1], _commands(error)))}"
    if found := re.match(r"Got unexpected extra arguments? \((.*)\)", message, re.DOTALL):
        return f"多余的参数：{found[1]}"
    if message.startswith("Missing command"):
        return "缺少命令"
    if found := re.match(r"(?:Option|Argument) '?([^' ]+)'? (?:requires|takes) (\d+) ", message):
        return f"“{found[1]}”要有 {found[2]} 个值"
    return message


def _commands(error: click.ClickException) -> list[str]:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return context.command.list_commands(context) if context and isinstance(context.command, click.Group) else []


def _parameter(error: click.BadParameter) -> str:
    kind = "参数" if isinstance(error.param, click.Argument) else "选项"
    if error.param is None:
        return f"{kind}“{error.param_hint}”" if error.param_hint else kind
    named = error.param.metavar if isinstance(error.param, click.Argument) else error.param.opts[-1]
    return f"{kind}“{given(named or error.param.name or '')}”" + (
        f"（{'、'.join(map(str, error.param.type.choices))}）"
        if isinstance(error, click.MissingParameter) and isinstance(error.param.type, click.Choice)
        else ""
    )


def _value(error: click.BadParameter) -> str:
    message = error.message
    written = re.match(r"'(.*?)' ", message, re.DOTALL)
    if error.param is not None and isinstance(error.param.type, click.Choice) and written:
        choices = [str(choice) for choice in error.param.type.choices]
        return f"“{written[1]}”；应为：{'、'.join(choices)}{_near(get_close_matches(written[1], choices))}"
    if found := re.match(r"'(.*)' is not a valid (\w+)", message, re.DOTALL):
        return f"“{found[1]}”不是{_KINDS.get(found[2].split()[0], found[2])}"
    if found := re.match(r"(.*) is not in the range (.*)\.", message):
        return f"{found[1]} 超出范围，应为{between(found[2])}"
    return message


def _near(names: list[str] | None) -> str:
    return f"；是否想写“{names[0]}”？" if names else ""
