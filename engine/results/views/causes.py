"""A row a cause, for a workbook: how many problems, forms and units have it, and what hangs on them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.results.views.columns import Column
from engine.results.views.problems import ToldProblem, wan_number


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The problems that have one cause, and what the cause is called."""

    title: str
    problems: Sequence[ToldProblem]

    @property
    def severity(self) -> str:
        """The worst of its problems'."""
        return min((told.concern["severity"] for told in self.problems), key=list(SEVERITIES).index)

    @property
    def forms(self) -> int:
        return len({(form.get("bundle"), form["name"], form["where"]) for told in self.problems for form in told.forms})

    @property
    def units(self) -> int:
        return len({form["unit"] for told in self.problems for form in told.forms})

    @property
    def doubtful(self) -> int:
        return sum(not told.concern["certain"] for told in self.problems)

    @property
    def points(self) -> Decimal | None:
        """The points of the forms' totals that hang on them."""
        return _added(told.concern["stake"]["points"] for told in self.problems)

    @property
    def money(self) -> Decimal | None:
        """The money that hangs on them, in 万元."""
        yuan = _added(told.concern["stake"]["money_yuan"] for told in self.problems)
        return None if yuan is None else wan_number(format(yuan, "f"))


def _added(numbers: Iterable[str | None]) -> Decimal | None:
    known = [Decimal(number) for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known else None


def causes(problems: Iterable[ToldProblem], policies: Mapping[str, Policy]) -> Iterator[CauseRow]:
    """The problems by their cause, the cause of the most pressing one first. `policies` say what causes are called."""
    titles = cause_titles(policies)
    grouped: dict[str, list[ToldProblem]] = {}
    for told in problems:
        grouped.setdefault(told.concern["cause"], []).append(told)
    for cause, those in grouped.items():
        # the cause of a policy that is not at hand: what its first finding is called
        first = those[0].findings[0].get("title", "") if those[0].findings else ""
        yield CauseRow(titles.get(cause) or first or cause, those)


def cause_titles(policies: Mapping[str, Policy]) -> dict[str, str]:
    """What the causes of some policies are called, by id."""
    ties = (rule.tie for policy in policies.values() for rule in policy.rules.rules.values())
    return {tie.cause.id: tie.cause.title for tie in ties}


CAUSES: tuple[Column[CauseRow], ...] = (
    Column("问题", lambda row: row.title, "name", wide=50),
    Column("级别", lambda row: SEVERITIES[row.severity]),
    Column("问题数", lambda row: len(row.problems), "count"),
    Column("其中待核实", lambda row: row.doubtful, "count"),
    Column("自评表数", lambda row: row.forms, "count"),
    Column("单位数", lambda row: row.units, "count"),
    Column("处数", lambda row: sum(len(told.findings) for told in row.problems), "count"),
    Column("涉及分值合计", lambda row: row.points, "number"),
    Column("涉及金额合计（万元）", lambda row: row.money, "money"),
    Column("例如", lambda row: row.problems[0].concern["title"], wide=60),
)
"""The sheet 问题汇总."""
