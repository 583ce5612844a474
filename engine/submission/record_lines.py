"""Many submission records in one file, one a line (.jsonl): each line a bundle of its own, a bad line named and no other lost."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import Any

from engine.errors import InputError, Place, Problem
from engine.submission.model import Submission

MAX_LINES = 100_000
_SUFFIXES = (".jsonl", ".ndjson")


def is_lines(data: bytes, name: str = "") -> bool:
    """Whether a file holds a record a line: its first line is a whole JSON object and more follow, or its name says so and it
    begins like one."""
    head = data[:8].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{"):
        return False
    first, _, rest = data.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not rest.strip():
        return False
    if name.lower().endswith(_SUFFIXES):
        return True
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def load(text: str, source: str, first: int = 1) -> tuple[list[tuple[int, Submission]], list[Problem]]:
    """The records with the number of their line, and what is wrong with the lines that hold none. `first`: the number of the first.

    Raises InputError if there are more lines than any run reads.
    """
    from engine.submission import record  # with all that checks one: slow to import, and not needed to tell what a file is

    records: list[tuple[int, Submission]] = []
    problems: list[Problem] = []
    # no other line ends: U+2028 and its like may stand in a text of JSON
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=first):
        if not line.strip():
            continue
        if number - first >= MAX_LINES:
            message = f"超过 {MAX_LINES:,} 行"
            raise InputError(Problem(Place(source, number), message, "拆分为几个文件", code="input.too-many-rows"))
        try:
            records.append((number, _moved(record.load(line, "json", source), source, number)))
        except InputError as error:
            problems += [replace(problem, place=replace(problem.place, line=number)) for problem in error.problems]
    return records, problems


def _moved(item: Any, source: str, number: int) -> Any:  # Any: a submission or any part of one
    """The same with the line in every place that had only a path inside the record."""
    if isinstance(item, Place):
        return replace(item, line=number) if item.file == source and not item.line else item
    if isinstance(item, tuple):
        return tuple(_moved(part, source, number) for part in item)
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        values = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
        moved = {key: _moved(value, source, number) for key, value in values.items()}
        return type(item)(**moved)
    return item
