"""`--help` in Chinese: click's own words and the names of what is to be given, and lines broken as Chinese is set."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from engine.lines import broken, width_of

_WORDS = {
    "Options": "选项",
    "Commands": "命令",
    "Show this message and exit.": "显示这些说明。",
    "Show the version and exit.": "显示版本号。",
}
_GIVEN = {
    "FILE": "文件",
    "DIR": "目录",
    "PATH": "路径",
    "CORPUS": "语料",
    "ID": "编号",
    "RULE": "规则",
    "NAME": "名称",
    "DATE": "日期",
    "YEAR": "年度",
    "N": "数",
    "PERCENT": "百分数",
    "SIZE": "大小",
    "ADDRESS": "地址",
    "HOST": "主机名",
    "TEXT": "文字",
    "REASON": "理由",
    "OPTIONS": "选项",
    "COMMAND": "命令",
    "ARGS": "参数",
}
"""What stands for what is to be given, by the names the Contract has for it."""
_SAID = ("FILE", "DIR", "PATH", "CORPUS", "ID")
"""Those of them that sentences speak of."""
_WIDE = 100
_HAN = "[\u3000-\u9fff\uff00-\uffef“”‘’]"


def given(text: str, names: Iterable[str] = _GIVEN) -> str:
    """A usage line or the name of an option with the names of what is to be given in Chinese."""
    return re.sub(rf"(?<![A-Za-z-])(?:{'|'.join(names)})(?![A-Za-z])", lambda found: _GIVEN[found[0]], text).replace("...", "…")


def dress(command: click.Command) -> None:
    """Give a command, and all below it, its help in Chinese."""
    command.context_class = _HelpContext
    if command.help and not command.short_help:
        command.short_help = _joined(command.help.split("\n\n")[0])
    if isinstance(command, click.Group):
        for below in command.commands.values():
            dress(below)


class _Formatter(click.HelpFormatter):
    """Writes what click wants written, with its words in Chinese."""

    def __init__(self, width: int | None = None, max_width: int | None = None) -> None:
        super().__init__(width=width, max_width=max_width or _WIDE)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """As click's: `用法：jixiao evaluate [选项] 文件…`."""
        self._lines(f"用法：{prog} {given(args)}", hanging=4)

    def write_heading(self, heading: str) -> None:
        """As click's."""
        self.write(f"{'':>{self.current_indent}}{_WORDS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """The paragraphs of a text."""
        for n, paragraph in enumerate(text.split("\n\n")):
            if n:
                self.write("\n")
            self._lines(_joined(given(paragraph, _SAID)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """As click's: what is written, and beside it what it means."""
        told = [(given(name), _WORDS.get(text) or _extra(_joined(given(text, _SAID)))) for name, text in rows]
        first = min(max((width_of(name) for name, _ in told), default=0), col_max) + col_spacing
        for name, text in told:
            lead = " " * self.current_indent + name
            if width_of(name) > col_max:
                self.write(f"{lead}\n")
                lead = " " * (self.current_indent + first)
            else:
                lead += " " * (first - width_of(name))
            lines = broken(text, self.width - self.current_indent - first)
            self.write(f"{lead}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{'':>{self.current_indent + first}}{line}\n")

    def _lines(self, text: str, hanging: int = 0) -> None:
        for line in broken(text, self.width - self.current_indent, hanging=hanging):
            self.write(f"{'':>{self.current_indent}}{line}\n")


class _HelpContext(click.Context):
    formatter_class = _Formatter


def _joined(paragraph: str) -> str:
    """The lines of a paragraph as one, with blanks only where one is wanted."""
    text = " ".join(line.strip() for line in paragraph.strip().split("\n"))
    return re.sub(rf"(?<={_HAN}) (?={_HAN})", "", text)


def _extra(text: str) -> str:
    """A description with what click adds to it in brackets: what is taken where nothing is given, between which numbers."""

    def told(found: re.Match[str]) -> str:
        return "（" + "；".join(_one(item) for item in found[1].split("; ")) + "）"

    return re.sub(r"\s+\[((?:default: |required|-?[\d.]*<?=?x)[^\]]*)\]$", told, text)


def _one(item: str) -> str:
    if item == "required":
        return "必须写"
    if item.startswith("default: "):
        return f"不写则为 {item.removeprefix('default: ')}"
    return between(item)


def between(span: str) -> str:
    """The range of a number, as click writes it (`1<=x<=1024`), in Chinese."""
    low, high = re.match(r"(-?[\d.]+)<=?x", span), re.search(r"x<=?(-?[\d.]+)", span)
    least = re.match(r"x>=?(-?[\d.]+)", span)
    if low and high:
        return f"{low[1]} 至 {high[1]}"
    return f"不小于 {least[1]}" if least else f"不大于 {high[1]}" if high else span
