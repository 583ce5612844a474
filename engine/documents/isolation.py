"""Readers built on libraries that bound nothing, in a process of their own with limits on time and memory.

A PDF of some kilobytes can ask for gigabytes or go round in circles; so can an old Excel file. The process gets the bytes on its
standard input and answers with the blocks or the problems as JSON; what it cannot do in time ends with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from engine.documents.model import Block, Document, Paragraph, Table, TableCell, Told
from engine.errors import InputError, Place, Problem

SECONDS = 60
"""Of the clock, which also runs while other programs have the machine."""
CPU_SECONDS = 18
"""Of computing; a PDF of 270 full pages takes two thirds of it on a busy machine."""
MEGABYTES = 1_500
_TOO_SLOW = -24
"""How a process ended that used up its computing time (SIGXCPU); Windows knows no such limit."""
_FAILED = 70
"""Exit status of a process that found no words for what went wrong."""


def read(reader: str, data: bytes, file: str, expected: str, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Document:
    """What `read_here(data, file)` of the module `reader` gives, run under limits. Raises InputError, whatever happens there."""
    import subprocess  # not needed in the process, whose start is half the time of reading a small file

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "engine.documents.isolation", reader, str(min(int(seconds) + 1, CPU_SECONDS)), str(megabytes)]
    head = json.dumps(file).encode() + b"\n"
    try:
        done = subprocess.run(command, input=head + data, capture_output=True, timeout=seconds, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise _too_slow(seconds, file, expected) from None
    if done.returncode == _TOO_SLOW:
        raise _too_slow(CPU_SECONDS, file, expected)
    try:
        answer = json.loads(done.stdout)
        if "problems" in answer:
            raise InputError([Problem.from_data(item) for item in answer["problems"]])
        told = (Told(key, text, _place(place)) for key, text, place in answer["told"])
        return Document(tuple(map(_block, answer["blocks"])), file, tuple(told))
    except (ValueError, KeyError, TypeError):
        message = "文件已损坏，或占用内存过多" if done.returncode else "文件已损坏"
        raise InputError(Problem(Place(file), f"{message}，读不了", expected, code="input.damaged")) from None


def _too_slow(seconds: float, file: str, expected: str) -> InputError:
    message = f"读了{seconds:g}秒还没有读完，文件过大或结构异常"
    return InputError(Problem(Place(file), message, expected, code="input.too-slow"))


def _place(values: Sequence[Any]) -> Place:
    return Place(*values)


def _block(item: Sequence[Any]) -> Block:
    kind, *rest = item
    if kind == "p":
        return Paragraph(rest[0], _place(rest[1]), rest[2])
    rows = tuple(
        tuple(TableCell(text, _place(place), merged, across, doubt) for text, place, merged, across, doubt in row)
        for row in rest[0]
    )
    return Table(rows, _place(rest[1]))


# in the process


def _values(place: Place) -> list[Any]:
    return [place.file, place.line, place.column, place.table, place.row, place.cell, place.path]


def _plain(block: Block) -> list[Any]:
    if isinstance(block, Paragraph):
        return ["p", block.text, _values(block.place), block.gap]
    return [
        "t",
        [[[cell.text, _values(cell.place), cell.merged, cell.across, cell.doubt] for cell in row] for row in block.rows],
        _values(block.place),
    ]


def _limit(seconds: int, megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent remains
        return
    for what, most in ((resource.RLIMIT_AS, megabytes << 20), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        try:
            hard = resource.getrlimit(what)[1]  # left as it is: at a hard limit there is no signal that says why
            resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))
        except (ValueError, OSError):
            continue


def main(arguments: Sequence[str]) -> int:
    """Read one document from standard input. Everything a library does to a damaged file comes back as a problem."""
    import importlib

    reader, seconds, megabytes = arguments
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    _limit(int(seconds), int(megabytes))
    read_here: Callable[[bytes, str], Document] = importlib.import_module(reader).read_here
    file = json.loads(head)
    try:
        document = read_here(data, file)
        told = [[item.key, item.text, _values(item.place)] for item in document.told]
        answer: dict[str, Any] = {"blocks": [_plain(block) for block in document.blocks], "told": told}
    except InputError as error:
        answer = {"problems": [asdict(problem) for problem in error.problems]}
    except Exception:  # libraries raise anything on damaged files; the parent has the words for it
        return _FAILED
    with os.fdopen(answers, "wb") as stream:
        stream.write(json.dumps(answer).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
