"""One of the two policies that are compared: built, with the words of its cases and the engine's own answer for a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.language import formula
from engine.language.model import Scalar
from engine.language.tables import Case, CaseTable
from engine.language.wording import Wording
from engine.policy import titles
from engine.policy.build import build
from engine.policy.items import Item, items, summary
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.model import Band, Policy
from engine.policy.resolved import Resolved
from engine.scoring.recognition import readings_of
from engine.soundness.proof.counterexample import of_engine
from engine.values.numerals import plain

READ = ("direction", "nature", "attainment")
"""Fields of a row that tables of recognition give."""
Made = tuple[str, Decimal | None, tuple[Decimal, Decimal] | None]
"""What an input is worth: a status, the rounded score where there is one, and the admissible range where a person decides."""


@dataclass(frozen=True)
class ScoringSide:
    """A policy under comparison."""

    resolved: Resolved
    policy: Policy

    @classmethod
    def of(cls, policy: str | Path, where: Library) -> ScoringSide:
        """Read and build a policy. Raises PolicyError with everything wrong with it."""
        resolved = resolve(policy, where)
        return cls(resolved, build(resolved))

    @cached_property
    def params(self) -> dict[str, Any]:
        return {name: parameter.value for name, parameter in self.policy.parameters.items()}

    @cached_property
    def words(self) -> Wording:
        return Wording(self.resolved.sections)

    @cached_property
    def _items(self) -> dict[tuple[str, str], Item]:
        return {item.key: item for item in items(self.resolved)}

    @property
    def tables(self) -> dict[str, CaseTable]:
        """The tables of scores by name, that of the total last."""
        scoring = self.policy.scoring
        return {"execution": scoring.execution, **scoring.tables, "total": scoring.total}

    def said(self, table: str, case: Case) -> str:
        """What a case asks and gives, as `policy diff` says it."""
        item = self._items[f"scoring.{table}", case.id]
        return f"“{case.label}”（{summary(item, self.words)}）" if case.label else f"{case.id}（{summary(item, self.words)}）"

    def edges(self, case: Case) -> tuple[Decimal, bool, Decimal, bool]:
        """The floor of a case's tier and what is above it, as shares of the weight, each with whether it belongs to the tier."""
        tiers = self.policy.scoring.tiers
        index = next(n for n, tier in enumerate(tiers) if tier.id == case.tier)
        tier, above = tiers[index], tiers[index - 1] if index else None
        high = (above.floor, not above.floor_included) if above else (Decimal(1), True)
        return tier.floor, tier.floor_included, *high

    def reads(self, fields: Mapping[str, Scalar], names: Iterable[str]) -> bool:
        """Whether the policy's tables of recognition give a record what it says of these fields."""
        for name in names:
            if name in READ and (case := self.policy.recognition[name].first(fields)) is not None:
                values = readings_of(case) if name == "direction" else (case.value,)
                if fields.get(name) not in values:
                    return False
        return True

    def made(self, table: CaseTable, fields: Mapping[str, Scalar]) -> Made | None:
        """What the engine makes of a record; None where its formula has no value."""
        found = of_engine(table, fields, self.policy)
        if found is None:
            return None
        if found.case.tier:
            return self._tiered(found.case, fields)
        if found.case.score is None:
            return found.case.status, None, None
        if found.score is None:
            return None
        rounding = self.policy.scoring.rounding
        value = rounding(found.score)
        if table.name != "total":  # rounding carries no score past its bounds
            bounds = self.policy.scoring.bounds
            low, high = (formula.evaluate(edge, {"weight": _number(fields["weight"])}) for edge in (bounds.lowest, bounds.highest))
            value = max(rounding.above(low, True), min(rounding.below(high, True), value))
        return "scored", value, None

    def _tiered(self, case: Case, fields: Mapping[str, Scalar]) -> Made:
        rounding = self.policy.scoring.rounding
        weight = Decimal(100) if self.policy.scoring.hundred else _number(fields["weight"])
        low, low_included, high, high_included = self.edges(case)
        allowed = rounding.above(_exact(low, weight), low_included), rounding.below(_exact(high, weight), high_included)
        own = fields.get("reported")
        if not isinstance(own, Decimal) or allowed[0] > allowed[1]:
            return "needs_review", None, allowed
        return "scored", max(allowed[0], min(allowed[1], rounding(own))), None

    def told(self, made: Made) -> str:
        """What an input is worth, in words."""
        status, score, allowed = made
        if score is not None:
            return f"得 {plain(score)} 分"
        word = titles.word(("scoring", "quantitative", "cases", 0, "status"), status)
        return word + (f"（可在 {plain(allowed[0])} 至 {plain(allowed[1])} 分之间评定）" if allowed else "")


def band_said(band: Band | None) -> str:
    """A grade as an example shows it."""
    return f"“{band.id}”" if band else "没有等级"


def _number(value: Scalar) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def _exact(share: Decimal, weight: Decimal) -> Any:
    from fractions import Fraction

    return Fraction(share) * Fraction(weight)
