"""What came of the tests of a policy, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Place


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """One test: whether it held, and if not, what was expected and what came."""

    name: str
    place: Place
    about: str
    """The rule or case it tests; empty for a test of a whole record."""
    passed: bool
    fired: bool
    reason: str = ""
    derived_by: tuple[str, ...] = ()
    now: Mapping[str, Any] | None = None
    """Of an inherited test that does not hold: the test with what came in place of what was expected, where that can be said."""
    shows: frozenset[str] = frozenset()
    """What it holds the policy to beyond that its rule or case is there: keys of `CoverageDetail`."""
    owner: str = ""
    """The policy it is written beside."""
    test: Mapping[str, Any] | None = None
    """The test as written."""


@dataclass(frozen=True, slots=True)
class CoverageDetail:
    """One thing a policy says that some test should hold it to: an edge, a list of words, what a finding says."""

    key: str
    about: str
    """The rule, case or grade."""
    what: str
    """What no test shows (Chinese)."""
    place: Place
    own: bool
    """Whether the policy itself writes it, and not what it extends."""
    shown: bool


@dataclass(frozen=True, slots=True)
class PolicyTestReport:
    """All results, and what no passing test covers."""

    results: tuple[PolicyTestResult, ...]
    rules_without_firing: tuple[str, ...]
    rules_without_miss: tuple[str, ...]
    cases_without_test: tuple[str, ...]
    covered: int
    to_cover: int
    details: tuple[CoverageDetail, ...] = ()
    aside: tuple[str, ...] = ()
    """Inherited tests of what the policy no longer has, each with its place and why: they were not run."""

    @property
    def failed(self) -> tuple[PolicyTestResult, ...]:
        return tuple(result for result in self.results if not result.passed)

    @property
    def coverage(self) -> Decimal:
        """Share of rules and scoring cases covered, in percent."""
        return Decimal(100 * self.covered) / self.to_cover if self.to_cover else Decimal(100)

    @property
    def lacking(self) -> tuple[CoverageDetail, ...]:
        """What no passing test holds the policy to, the policy's own first."""
        missing = [detail for detail in self.details if not detail.shown]
        return tuple(sorted(missing, key=lambda one: not one.own))

    @property
    def own_coverage(self) -> Decimal:
        """Of what the policy itself writes, the share in percent that tests hold it to in detail: what publishing asks for."""
        own = [detail for detail in self.details if detail.own]
        return Decimal(100 * sum(detail.shown for detail in own)) / len(own) if own else Decimal(100)
