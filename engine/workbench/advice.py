"""Advice for the command line, said for a page: where on it the same is done. Words: `templates/workbench/advice.yaml`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from engine.errors import Problem
from engine.resources import shipped
from engine.yaml.reader import load

WORDS = "workbench/advice.yaml"
_COMMAND = re.compile(r"jixiao [a-z]|--[a-z]")


def on_page(text: str) -> str:
    """A text as a page says it. Raises PolicyError where the file of words is wrong."""
    if not _COMMAND.search(text):
        return text
    for said, say in _advice():
        text = said.sub(say, text)
    return text


def problem_on_page(problem: Problem) -> Problem:
    """A problem as a page tells it."""
    return replace(problem, message=on_page(problem.message), expected=on_page(problem.expected))


@lru_cache(maxsize=1)
def _advice() -> list[tuple[re.Pattern[str], str]]:
    path = shipped("templates") / WORDS
    listed = load(path.read_text(encoding="utf-8"), WORDS).data["advice"]
    return [(re.compile(one["said"]), str(one["say"] or "").replace("\\", r"\\")) for one in listed]
