"""What can go wrong, and where: places, problems, and the one exception root.

A problem is data. Whoever finds one collects it and goes on; whoever owns the run raises all of them at once.
Messages are Chinese, since officers read them; each says what was wrong and what was expected.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_POLICY = 3
EXIT_TESTS = 4
EXIT_INPUT = 5


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file, and in it a line and column, or a table, row and cell. All counted from 1; 0 is unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    path: str = ""
    """Path of keys inside a record or policy (`forms[0].goals[1]`), where there is no line to point at."""

    def within(self, file: str) -> Place:
        """The same place, with the file's name filled in if there was none."""
        return self if self.file else replace(self, file=file)

    def __str__(self) -> str:
        parts = []
        if self.line:
            parts.append(f"第{self.line}行" + (f"第{self.column}列" if self.column else ""))
        if self.table:
            inside = f"表{self.table}" + (f"第{self.row}行" if self.row else "") + (f"第{self.cell}格" if self.cell else "")
            parts.append(f"（{inside}）" if self.line else inside)
        if self.path and not self.line:  # a sheet and cell, a page, a key of a record
            parts.append(f"（{self.path}）" if parts else self.path)
        return "：".join(filter(None, [self.file, "".join(parts)]))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input or a policy.

    `message` says what is wrong, `expected` what should stand there, `nearest` a valid name close to the one written.
    """

    place: Place
    message: str
    expected: str = ""
    nearest: str = ""
    code: str = ""

    def __str__(self) -> str:
        text = f"{self.place}：{self.message}" if str(self.place) else self.message
        if self.expected:
            text += f"；应为：{self.expected}"
        if self.nearest:
            text += f"；是否想写“{self.nearest}”？"
        return text


class JixiaoError(Exception):
    """Root of every error a user can cause. Carries all problems found, and the exit status of the Contract."""

    exit_status = EXIT_USAGE

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(Place(), problems)
        if isinstance(problems, Problem):
            problems = [problems]
        unique = dict.fromkeys(problems)
        self.problems: tuple[Problem, ...] = tuple(sorted(unique, key=lambda p: (p.place.file, p.place.line, p.place.column)))
        super().__init__("\n".join(map(str, self.problems)))


class UsageError(JixiaoError):
    """The command line asks for something that cannot be."""

    exit_status = EXIT_USAGE


class PolicyError(JixiaoError):
    """A policy is missing, invalid or tampered with."""

    exit_status = EXIT_POLICY


class PolicyTestsFailed(JixiaoError):
    """A policy's own tests failed, or cover too little."""

    exit_status = EXIT_TESTS


class InputError(JixiaoError):
    """A form or record cannot be read, or is incomplete."""

    exit_status = EXIT_INPUT


class InternalError(JixiaoError):
    """The engine contradicts itself (two matchers disagree): never a result, always an error."""

    exit_status = EXIT_POLICY


def nearest(word: str, words: Iterable[str]) -> str:
    """The valid word closest to `word`, or an empty string if none is close (difflib ratio under 0.6)."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return close[0] if close else ""
