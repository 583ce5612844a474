"""What ties a finding to others: the fields its cause goes by, and what hangs on it, read from the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.findings.model import NOTHING, Bond, Stake
from engine.language.model import Fact, Scalar
from engine.language.rules import FindingRule
from engine.policy.model import Policy
from engine.templating import filters
from engine.values.money import money_factor


class Bonds:
    """Ties the findings of one submission."""

    def __init__(self, policy: Policy, facts: Iterable[Fact]) -> None:
        self.policy = policy
        self.forms = {str(fact.fields["form"]): fact.fields for fact in facts if fact.kind == "form"}
        self.factors: dict[str, Fraction | None] = {}

    def of(self, rule: FindingRule, bound: Mapping[str, Fact], form: str, subject: str, follows: str) -> Bond:
        """The bond of one finding: `bound` are the facts it rests on by alias, `form` and `subject` what it is told of."""
        tie = rule.tie
        by = tie.cause.by or ()
        lead = next((alias for alias in tie.leads if all(name in bound[alias].fields for name in by)), "")
        fields = bound[lead or tie.leads[0]].fields
        # what a cause goes by may not be filled in: then the finding stands by itself
        key = tuple(_text(fields[name]) for name in by) if lead and tie.cause.by is not None else ("", form, subject)
        facts = [bound[lead or tie.leads[0]], *bound.values()]
        names = [str(fact.fields["name_key"]) for fact in facts if "name_key" in fact.fields]
        forms = dict.fromkeys([form, *(str(fact.fields["form"]) for fact in bound.values() if "form" in fact.fields)])
        points, money = (_number(bound[alias].fields if alias else fields, name) for alias, name in (tie.points, tie.money))
        stake = self._stake(str(fields.get("form", form)), points, money)
        return Bond(
            cause=tie.cause,
            key=key,
            name=names[0] if names else "",
            forms=tuple(forms),
            stake=stake,
            supersedes=tie.supersedes,
            follows=follows,
            certain=tie.certain,
            size=_number(fields, tie.cause.largest),
        )

    def _stake(self, form: str, points: Decimal | None, money: Decimal | None) -> Stake:
        if points is None and money is None:
            return NOTHING
        whole = self.forms.get(form, {})
        shares = [Fraction(0)]
        full = whole.get("full_score") or self.policy.scoring.weights.full_score
        if points is not None and isinstance(full, Decimal) and full:
            shares.append(abs(Fraction(points)) / Fraction(full))
        yuan = None
        if money is not None:
            budget = max(
                (abs(amount) for key in ("budget", "original_budget") if isinstance(amount := whole.get(key), Decimal)),
                default=None,
            )
            if budget:
                shares.append(abs(Fraction(money)) / Fraction(budget))
            factor = self._factor(str(whole.get("money_unit", "")))
            yuan = abs(Fraction(money)) * factor if factor is not None else None
        return Stake(None if points is None else abs(points), yuan, max(shares))

    def _factor(self, unit: str) -> Fraction | None:
        """How many 元 the form's unit of money is; None where it writes none."""
        if unit not in self.factors:
            found = money_factor(unit, self.policy.words) if unit else None
            self.factors[unit] = found[0] if found else None
        return self.factors[unit]


def _number(fields: Mapping[str, Scalar], name: str) -> Decimal | None:
    value = fields.get(name) if name else None
    return value if isinstance(value, Decimal) else None


def _text(value: Scalar) -> str:
    return str(filters.shown(value))
