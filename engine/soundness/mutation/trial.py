"""A slip tried: read and built, held against the tests it concerns, then against lint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.errors import PolicyError
from engine.policy.library import Library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.soundness.lint.run import LintReport, lint
from engine.soundness.mutation.concerned import Rank
from engine.soundness.tests.running import Running, TestFile

PROVED = frozenset({"scoring", "parameters", "grades", "recognition", "taxonomy"})
"""Sections of which lint proves something."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What noticed a slip (`by`: check, tests, lint) and in which words; `by` is empty where nothing did."""

    by: str
    told: str = ""
    policy: Policy | None = None


def ordered(running: Running, rank: Rank) -> Iterator[tuple[TestFile, Mapping[str, Any], int]]:
    """The tests that are concerned, in their order: file, test, its index."""
    found = [
        (order, number, index, file, test)
        for number, file in enumerate(running.files)
        for index, test in enumerate(file.document.data["tests"])
        if test["test"] not in file.replaced and (order := -1 if "written" in test else rank(test, file.owner)) is not None
    ]
    found.sort(key=lambda one: one[:3])
    yield from ((file, test, index) for _, _, index, file, test in found)


class Trial:
    """Tries slips in one policy. `today` for lint; the lints of the policy as it is are no news."""

    def __init__(self, policy: str, where: Library, today: date) -> None:
        self.policy, self.today = policy, today
        self._known: dict[bool, frozenset[tuple[str, str]]] = {}
        self.where = where

    def notice(self, library: Library, section: str, rank: Rank) -> Noticed:
        """What notices the slip that is in the library."""
        try:
            policy = load(self.policy, library, locked=False)
        except PolicyError as error:
            return Noticed("check", str(error.problems[0].message))
        if told := self._tests(policy, library, rank):
            return Noticed("tests", told, policy)
        for proofs in (False, True) if section in PROVED else (False,):
            try:
                new = lints(lint(self.policy, library, self.today, proofs=proofs, locked=False)) - self._as_it_is(proofs)
            except PolicyError as error:
                return Noticed("lint", str(error.problems[0].message), policy)
            if new:
                return Noticed("lint", "、".join(sorted(f"{code}（{at}）" for code, at in new)[:3]), policy)
        return Noticed("", policy=policy)

    def _tests(self, policy: Policy, library: Library, rank: Rank) -> str:
        """The first test that does not hold; empty where all do."""
        problems: list[Any] = []
        with Running(policy, library, problems, durable=False) as running:
            for file, test, index in ordered(running, rank):
                problems.clear()
                result = file.result(test, index)
                if problems:
                    return str(problems[0].message)
                if result is not None and not result.passed:
                    return f"{result.name}：{result.reason}"[:200]
        return ""

    def _as_it_is(self, proofs: bool) -> frozenset[tuple[str, str]]:
        if proofs not in self._known:
            self._known[proofs] = lints(lint(self.policy, self.where, self.today, proofs=proofs, locked=False))
        return self._known[proofs]


def lints(report: LintReport) -> frozenset[tuple[str, str]]:
    """What lint tells as wrong, or as likely wrong, and the policy does not accept."""
    return frozenset((one.code, one.at) for one in report.lints if one.level in ("error", "warning") and not one.accepted)
