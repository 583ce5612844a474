"""The referee: on every evaluation the plain matcher runs, then durable-rules where it is available, and they must agree.

A disagreement is an InternalError. If durable-rules fails, its verdict is lost and never the results: `matcher` says so.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.errors import InternalError, Place, Problem
from engine.findings.matching.durable_library import DurableDeclined, DurableFailed
from engine.findings.matching.durable_worker import Durable
from engine.findings.matching.plain import Limited, PlainMatcher
from engine.language.model import Fact, Match

BOTH, ALONE = "durable-rules+plain", "plain"
"""Which matchers ran, as the result says it."""


class Referee:
    """Both matchers on each evaluation of one run, and how the run went for durable-rules."""

    def __init__(self, strata: Sequence[PlainMatcher], durable: Durable | None, why_plain: str) -> None:
        """`why_plain`: why durable-rules does not run though it was asked for; empty if it runs, or is not installed."""
        self._strata = strata
        self._durable = durable
        self.matcher = ALONE
        if why_plain:
            self.matcher = f"plain (durable-rules failed: {why_plain})"
        elif durable is not None:
            self.matcher = BOTH
        self.limited: dict[str, Limited] = {}
        self.seconds_plain = self.seconds_durable = 0.0
        self.spent: dict[str, float] = {}

    def evaluate(self, number: int, facts: Sequence[Fact]) -> list[Match]:
        """The matches of a stratum. InternalError where the two disagree; rules too wide to run are added to `limited`."""
        begin = time.perf_counter()
        # first: it also bounds the width of joins
        expected, limited = self._strata[number].run_what_can(facts, checked=True, spent=self.spent)
        self.limited |= {item.rule: item for item in limited}
        self.seconds_plain += time.perf_counter() - begin
        if limited and self._durable is not None:
            self._give_up(f"规则 {'、'.join(item.rule for item in limited)} 要比较的事实组合过多")
        if self._durable is not None:
            begin = time.perf_counter()
            found = self._ask(self._durable, number, facts)
            self.seconds_durable += time.perf_counter() - begin
            if found is not None and found != expected:
                raise _disagreement(found, expected)
        return expected

    def _ask(self, backend: Durable, number: int, facts: Sequence[Fact]) -> list[Match] | None:
        try:
            return backend.run(number, facts)
        except DurableDeclined as why:
            self._give_up(str(why))
            return None
        except DurableFailed:
            try:
                return backend.run(number, facts)  # on a fresh handle, or in a fresh process
            except DurableFailed as error:
                self.matcher = f"plain (durable-rules failed: {error})"
                self._durable = None  # for the rest of this run
                return None

    def _give_up(self, why: str) -> None:
        """durable-rules is not asked for the rest of this run; the result says so in a sentence."""
        self.matcher = f"plain（规则照常核对，只是这一次没有用 durable-rules 再核对一遍：{why}）"
        self._durable = None


def _disagreement(found: list[Match], expected: list[Match]) -> InternalError:
    def said(match: Match) -> str:
        return f"规则“{match.rule}”，事实 {'、'.join(f'{alias}={fact}' for alias, fact in match.facts)}"

    problems = [
        Problem(Place(path=m.rule), f"两个匹配器结论不一致，只有 durable-rules 认为成立：{said(m)}", code="engine.matchers")
        for m in found
        if m not in expected
    ]
    problems += [
        Problem(Place(path=m.rule), f"两个匹配器结论不一致，只有内置匹配器认为成立：{said(m)}", code="engine.matchers")
        for m in expected
        if m not in found
    ]
    if not problems:
        twice = next(m for m in found if found.count(m) > 1)
        problems = [
            Problem(Place(path=twice.rule), f"两个匹配器结论不一致，durable-rules 重复给出：{said(twice)}", code="engine.matchers")
        ]
    return InternalError(problems[:20])
