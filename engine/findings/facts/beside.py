"""Fields of indicator facts that its cells and its name say beside what they are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.findings.facts.money import yuan_of, yuan_spent
from engine.findings.facts.numbers import ratio
from engine.findings.facts.report_text import ReportText
from engine.language.facts.indicator import ReadFields
from engine.policy.model import Policy
from engine.scoring.budget import scored_line
from engine.scoring.model import Recognised, ScoredForm, ScoredIndicator
from engine.values import names
from engine.values.dates import dates_in
from engine.values.vocabulary import Vocabulary


class FormAround:
    """What every indicator of a form is looked at beside: the amounts of the others, and all the form is about."""

    def __init__(self, scored: ScoredForm, texts: ReportText, policy: Policy, words: Vocabulary) -> None:
        form = scored.form
        self.policy, self.words, self.year = policy, words, form.fiscal_year
        self.rows = [(item.known.indicator, _texts(item)) for item in scored.indicators]
        self.people = names.group_pattern(policy.names)
        titles = [goal.title for goal in form.goals]
        heads = [item.value.text for item in form.header]
        self.about = "\n".join((form.name, form.unit, form.title, *titles, *heads, texts.report))
        line = scored_line(form)
        self.executed = yuan_spent(line, words) if line else None
        self.sums = _sums(scored.indicators, words)

    def read(self, item: ScoredIndicator) -> ReadFields:
        """What the row says beside its values. Nothing is made of cells that are not certain."""
        known = item.known
        if known.doubt:
            return ReadFields()
        amount, spent = yuan_of(known.target, self.words), yuan_of(known.actual, self.words)
        return ReadFields(
            target_yuan=amount,
            actual_yuan=spent,
            spent_gap=None if spent is None or self.executed is None else ratio(abs(spent - self.executed), self.executed),
            target_is_sum=None if amount is None else id(item) in self.sums,
            weight_copied=_weight_copied(known),
            late_part=self._late(known),
            foreign_group=self._foreign(item),
        )

    def _late(self, known: Recognised) -> bool | None:
        """Whether one of several days in the actual is later than the target allows, read generously."""
        if known.target.deadline is None or known.actual.deadline is not None or not known.actual.raw:
            return None
        last = known.target.deadline.latest(self.year)[1]
        days = dates_in(known.actual.raw, self.words)
        return any(day.days(self.year)[0] > last for day in days if not day.planned) if days else None

    def _foreign(self, item: ScoredIndicator) -> str | None:
        """Whom the name speaks of, if nothing on the form but this row has to do with them."""
        indicator = item.known.indicator
        if self.people is None or self.people.search(indicator.name) is None:
            return None
        others = "\n".join(text for row, text in self.rows if row is not indicator)
        return names.foreign_group(indicator.name, f"{self.about}\n{others}", self.policy.names) or None


def _texts(item: ScoredIndicator) -> str:
    known = item.known
    return "\n".join((known.indicator.name, known.target.raw, known.actual.raw))


def _weight_copied(known: Recognised) -> bool | None:
    if known.weight is None or known.weight_ground != "printed":
        return None
    values = (known.target, known.actual)
    return all(value.number == known.weight and not value.unit and not value.operator and not value.remark for value in values)


def _sums(items: Sequence[ScoredIndicator], words: Vocabulary) -> frozenset[int]:
    """The rows (by identity) whose target is what the other amounts under the same 二级指标 add up to, two of them or more."""
    together: dict[tuple[str, str], list[tuple[int, Decimal]]] = {}
    for item in items:
        amount = yuan_of(item.known.target, words)
        if amount is not None:
            indicator = item.known.indicator
            together.setdefault((indicator.level1, indicator.level2), []).append((id(item), amount))
    return frozenset(identity for some in together.values() for identity in _sum_of_others(some))


def _sum_of_others(amounts: Sequence[tuple[int, Decimal]]) -> Mapping[int, Decimal]:
    whole = sum((amount for _, amount in amounts), Decimal(0))
    return {identity: amount for identity, amount in amounts if len(amounts) > 2 and amount * 2 == whole}
