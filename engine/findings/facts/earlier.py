"""What earlier and approved records of the same body say of this year's indicators (`--with`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.findings.facts.money import money_fields
from engine.findings.facts.numbers import ratio
from engine.findings.facts.report_text import ReportText
from engine.findings.facts.report_text import folded as plain_text
from engine.language.facts import EarlierFact
from engine.language.facts.form import ApprovedFields
from engine.language.facts.indicator import BesideFields
from engine.scoring.budget import amounts_of, scored_line
from engine.scoring.model import Evaluation, Recognised, ScoredForm, ScoredIndicator
from engine.values import names
from engine.values.cells import value_of
from engine.values.comparison import compare
from engine.values.model import Value
from engine.values.names import NameRules
from engine.values.vocabulary import Vocabulary


class RecordsBeside:
    """The forms a bundle is held against, paired with its own by kind and name, and their indicators by name."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.rules: NameRules = evaluation.policy.names
        self.words: Vocabulary = evaluation.policy.words
        self.evaluation = evaluation
        self._pairs: dict[tuple[int, str], dict[int, ScoredIndicator]] = {}
        self._forms = {
            (n, role): other
            for n, scored in enumerate(evaluation.forms)
            for role, others in (("earlier", evaluation.earlier), ("approved", evaluation.approved))
            if (other := self._same(scored, others)) is not None
        }

    def _same(self, scored: ScoredForm, others: Sequence[ScoredForm]) -> ScoredForm | None:
        """The one form of the same kind and name; None where there is none, or more than one."""
        found = [other for other in others if self._key(other) == self._key(scored)]
        return found[0] if len(found) == 1 else None

    def _key(self, scored: ScoredForm) -> tuple[str, str, str]:
        form = scored.form
        return form.kind, plain_text(form.unit), "" if form.kind == "department" else names.reduce(form.name, self.rules)

    def _paired(self, n: int, role: str) -> Mapping[int, ScoredIndicator]:
        """Number of an indicator of form `n` -> the same indicator on the form beside it."""
        if (n, role) not in self._pairs:
            self._pairs[n, role] = self._pair(self.evaluation.forms[n], self._forms.get((n, role)))
        return self._pairs[n, role]

    def _pair(self, own: ScoredForm, other: ScoredForm | None) -> dict[int, ScoredIndicator]:
        if other is None:
            return {}
        lists = [_named("a", own), _named("b", other)]
        keys = names.keys(lists, self.rules).keys
        by_key: dict[str, list[ScoredIndicator]] = {}
        for m, item in enumerate(other.indicators):
            by_key.setdefault(keys[f"b{m}"], []).append(item)
        mine: dict[str, list[int]] = {}
        for m in range(len(own.indicators)):
            mine.setdefault(keys[f"a{m}"], []).append(m)
        return {found[0]: by_key[key][0] for key, found in mine.items() if len(found) == 1 and len(by_key.get(key, ())) == 1}

    def of_indicator(self, n: int, m: int) -> BesideFields:
        """What last year's record, the approved targets and the form's own initial target say of indicator `m` of form `n` (both
        from 0): only of one whose name is that of exactly one row there."""
        known = self.evaluation.forms[n].indicators[m].known
        initial = self._initial(known)
        if not (self.evaluation.earlier or self.evaluation.approved):
            return BesideFields(**initial) if initial else _NOTHING  # type: ignore[arg-type]  # by groups
        before, approved = self._paired(n, "earlier").get(m), self._paired(n, "approved").get(m)
        return BesideFields(**initial, **self._earlier(known, before), **self._approved(known, approved))  # type: ignore[arg-type]  # by groups

    def of_form(self, n: int) -> ApprovedFields:
        """What the approved targets of form `n` have and it has not, and the other way round."""
        other = self._forms.get((n, "approved"))
        if other is None:
            return ApprovedFields()
        own = self.evaluation.forms[n]
        paired = self._paired(n, "approved")
        there = {id(item) for item in paired.values()}
        missing = [item.known.indicator.name for item in other.indicators if id(item) not in there]
        added = [item.known.indicator.name for m, item in enumerate(own.indicators) if m not in paired]
        return ApprovedFields(
            approved_indicators=len(other.indicators),
            approved_missing=len(missing),
            approved_missing_names=_listed(missing),
            approved_added=len(added),
            approved_added_names=_listed(added),
        )

    def earlier(self) -> Iterator[tuple[EarlierFact, ScoredForm]]:
        """Last year's forms as facts, amounts in their own unit and in 元, each with the form it is of."""
        own = {self._key(scored) for scored in self.evaluation.forms}
        for scored in self.evaluation.earlier:
            form, line = scored.form, scored_line(scored.form)
            money = amounts_of(line, self.words) if line else None
            budget, executed = (money.numbers.get(name) if money else None for name in ("budget", "executed"))
            yuan = money_fields(form, line, None, None, ReportText(form, ()), self.words)
            fact = EarlierFact(
                form=self.evaluation.forms[0].label,
                form_kind=form.kind,
                name=form.name or None,
                fiscal_year=form.fiscal_year,
                money_unit=money.unit if money else None,
                budget=budget,
                executed=executed,
                unspent=None if budget is None or executed is None else budget - executed,
                unspent_yuan=yuan.unspent_yuan,
                continued=self._key(scored) in own,
            )
            yield fact, scored

    def _earlier(self, known: Recognised, item: ScoredIndicator | None) -> dict[str, object]:
        if item is None or known.doubt or item.known.doubt:
            return {}
        year = next((form.form.fiscal_year for form in self.evaluation.earlier if item in form.indicators), None)
        told = {"earlier_year": year, "earlier_target_text": item.known.target.raw or None}
        return {**told, "earlier_actual_text": item.known.actual.raw or None, "earlier_drop": self._drop(known, item.known)}

    def _drop(self, known: Recognised, before: Recognised) -> Decimal | None:
        """By what share the target asks less than was reached; None where the two are not numbers in one unit, or the direction
        is not certain."""
        pair = self._numbers(known.target, before.actual)
        if pair is None or not known.direction_certain or pair[1] <= 0:
            return None
        if known.direction not in ("positive", "inverse"):
            return None
        return ratio(pair[1] - pair[0] if known.direction == "positive" else pair[0] - pair[1], pair[1])

    def _approved(self, known: Recognised, item: ScoredIndicator | None) -> dict[str, object]:
        if item is None or known.doubt or item.known.doubt:
            return {}
        told = {"approved_target_text": item.known.target.raw or None, "approved_weight": item.known.weight}
        return {**told, **self._changed(known, item.known.target, "approved")}

    def _initial(self, known: Recognised) -> dict[str, object]:
        cell = known.indicator.initial
        if not cell or known.doubt:
            return {}
        changed = self._changed(known, value_of(cell, self.words), "initial")
        return {"initial_target_text": cell.text, "initial_differs": changed.get("initial_differs")}

    def _changed(self, known: Recognised, before: Value, of: str) -> dict[str, object]:
        """Whether the target is another than the one before, and whether it asks less."""
        if plain_text(known.target.raw) == plain_text(before.raw):
            return {f"{of}_differs": False}
        pair = self._numbers(known.target, before)
        if pair is None:
            spoken = known.target.kind == before.kind == "text"
            return {f"{of}_reworded": True} if spoken and of == "approved" else {}
        lower = pair[0] < pair[1] if known.direction == "positive" else pair[0] > pair[1]
        certain = known.direction_certain and known.direction in ("positive", "inverse")
        lowered = {f"{of}_lowered": lower} if certain and of == "approved" and pair[0] != pair[1] else {}
        return {f"{of}_differs": pair[0] != pair[1], **lowered}

    def _numbers(self, first: Value, second: Value) -> tuple[Decimal, Decimal] | None:
        """Two single numbers in one unit; None for anything else, and where their ratio is not certain."""
        compared = compare(first, replace(second, operator=""), self.words)  # a target's sign is no doubt of its number
        if compared.kind != "numbers" or len(compared.pairs) != 1 or compared.scale_doubt or compared.assumptions:
            return None
        return compared.pairs[0].target, compared.pairs[0].actual


_NOTHING = BesideFields()
_MOST_LISTED = 8


def _named(side: str, form: ScoredForm) -> list[tuple[str, str]]:
    return [(f"{side}{m}", item.known.indicator.name) for m, item in enumerate(form.indicators)]


def _listed(found: Sequence[str]) -> str | None:
    more = f"等 {len(found)} 个" if len(found) > _MOST_LISTED else ""
    return "、".join(f"“{name}”" for name in found[:_MOST_LISTED]) + more or None
