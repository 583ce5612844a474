"""Facts: what finding rules match. Flat records made from one evaluation, each with the places its values stand at.

One way only: nothing here judges. Every number is taken from the record or the scores, or counted; every text is as filed.
Ids are padded, so that their text order is the order on the forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from engine.errors import Place
from engine.findings.facts.beside import FormAround
from engine.findings.facts.claims import Claim, claims_of
from engine.findings.facts.earlier import RecordsBeside
from engine.findings.facts.figure_facts import figure_fact, text_fields
from engine.findings.facts.figures import Numbers, TextAgainstTable, text_against_table
from engine.findings.facts.form import form_fact
from engine.findings.facts.indicator import Around, home_of, indicator_fact, level1_of
from engine.findings.facts.money import line_cells, line_facts
from engine.findings.facts.numbers import headings_sum, reported_sum, weight_sum
from engine.findings.facts.pairs import pairs
from engine.findings.facts.report_text import ReportText
from engine.findings.facts.rows import blanks_below
from engine.findings.facts.words import FormWords, rest_of_reason
from engine.language.fact_fields import kind_of, values_of
from engine.language.facts import (
    AlikeFact,
    AnyFact,
    BundleFact,
    ClaimFact,
    DoubtFact,
    GoalFact,
    GroupFact,
    PartFact,
    UnmetFact,
)
from engine.language.model import Fact
from engine.policy.model import Policy
from engine.scoring.budget import scored_line
from engine.scoring.form import canonical_level1
from engine.scoring.model import Evaluation, ScoredForm, ScoredIndicator
from engine.submission.model import Cell, Form, Goal, Group, UnmetRow
from engine.values import names
from engine.values.cells import number_of, value_of
from engine.values.comparison import compare
from engine.values.model import Value
from engine.values.names import NameRules
from engine.values.prose import core, is_empty
from engine.values.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A value as it stands in a running text."""

    text: str
    start: int
    place: Place


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: its form, what officers call it, its place, and the place and text of single fields."""

    form: str
    subject: str
    place: Place
    cells: Mapping[str, Cell] = field(default_factory=dict)
    spans: Mapping[str, TextSpan] = field(default_factory=dict)
    """Where in a running text the values of single fields stand."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one submission and, by fact id, where each came from. `notes` say what could not be done in full."""

    facts: tuple[Fact, ...]
    sources: Mapping[str, Source]
    notes: tuple[str, ...] = ()


def facts_of(evaluation: Evaluation) -> Facts:
    """Every fact of an evaluation: bundle, forms, goals, groups, indicators, unmet rows, claims, alike names."""
    return _FactsBuilder(evaluation).build()


class _FactsBuilder:
    def __init__(self, evaluation: Evaluation) -> None:
        self.policy: Policy = evaluation.policy
        self.words: Vocabulary = evaluation.policy.words
        self.rules: NameRules = evaluation.policy.names
        self.forms = evaluation.forms
        self.labels = [scored.label for scored in evaluation.forms]
        self.beside = RecordsBeside(evaluation)
        self.facts: list[Fact] = []
        self.sources: dict[str, Source] = {}

    def build(self) -> Facts:
        ids = [
            [(f"f{n:03}.i{m:04}", item.known.indicator.name) for m, item in enumerate(s.indicators)]
            for n, s in enumerate(self.forms)
        ]
        matched = names.keys(ids, self.rules)
        units = {scored.form.unit for scored in self.forms if scored.form.unit}
        first = self.forms[0].form
        self._add("f", BundleFact(forms=len(self.forms), units=len(units)), Source(self.labels[0], first.unit, first.place))
        texts = [ReportText(scored.form, self.policy.numbering) for scored in self.forms]
        claims = [self._claims(scored, self.labels[n], ids[n], matched.keys) for n, scored in enumerate(self.forms)]
        held = self._against_table(claims)
        for n, scored in enumerate(self.forms):  # forms first: a report may speak of a form that comes later
            against = text_fields(held[n], self.policy.figures)
            fact = form_fact(scored, texts[n], against, self.policy, self.words, self.beside.of_form(n))
            self._add(f"f{n:03}", fact, self._form_source(scored.form, scored.label))
        for n, scored in enumerate(self.forms):
            self._parts_of(f"f{n:03}", n, scored, ids[n], matched.keys, texts[n], claims[n])
            self._figures(f"f{n:03}", scored, ids[n], matched.keys, held[n])
        for m, (known, earlier) in enumerate(self.beside.earlier()):
            self._add(f"f000.e{m:03}", known, self._form_source(earlier.form, earlier.label))
        notes = () if matched.complete else ("指标过多，跨表比对时只比对了名称完全相同的指标",)
        return Facts(tuple(self.facts), self.sources, notes)

    def _add(self, identity: str, fact: AnyFact, source: Source) -> None:
        self.facts.append(Fact(identity, kind_of(fact), values_of(fact)))
        self.sources[identity] = source

    # --- one form ------------------------------------------------------------------------------------------------

    def _parts_of(
        self,
        base: str,
        n: int,
        scored: ScoredForm,
        ids: list[tuple[str, str]],
        keys: Mapping[str, str],
        texts: ReportText,
        claims: Sequence[Claim],
    ) -> None:
        form, label = scored.form, self.labels[n]
        weights = sum((item.known.weight or Decimal(0) for item in scored.indicators), Decimal(0))
        self._parts(base, scored)
        for m, (line, printed) in enumerate(line_facts(form, label, self.words)):
            self._add(f"{base}.l{m:03}", line, Source(label, printed.name or form.name, printed.place, line_cells(printed)))
        rows = FormAround(scored, texts, self.policy, self.words)
        by_goal: dict[int, list[ScoredIndicator]] = {}
        for item in scored.indicators:
            by_goal.setdefault(item.goal, []).append(item)
        for goal in form.goals:
            self._goal(f"{base}.g{goal.number:03}", goal, by_goal.get(goal.number, []), scored)
        unmet_names = [row.name for row in form.unmet]
        reduced = {identity: names.reduce(name, self.rules) for identity, name in ids}
        listed = {names.find(name, reduced, self.rules) for name in unmet_names}
        filed = [row for goal in form.goals for row in zip(goal.indicators, blanks_below(goal.indicators), strict=True)]
        said = FormWords(scored, texts, self.policy, self.words)
        for m, ((identity, _), item) in enumerate(zip(ids, scored.indicators, strict=True)):
            beside = self.beside.of_indicator(n, m)
            around = Around(
                label, form.kind, weights, *filed[m], keys[identity], identity in listed, said.fields(m, item), rows, beside
            )
            fact = indicator_fact(item, around, texts, self.policy, self.words)
            self._add(identity, fact, self._indicator_source(item, label))
        by_id = {identity: item for (identity, _), item in zip(ids, scored.indicators, strict=True)}
        previous: UnmetRow | None = None
        for m, row in enumerate(form.unmet):
            found = names.find(row.name, reduced, self.rules)
            shared = bool(previous and row.reason and previous.reason and row.reason == previous.reason)
            key = keys[found] if found else names.reduce(row.name, self.rules)
            unmet = self._unmet(row, key, shared, by_id.get(found or ""), scored)
            self._add(f"{base}.u{m:03}", unmet, _unmet_source(row, label))
            previous = row
        by_key = {keys[identity]: item for (identity, _), item in zip(ids, scored.indicators, strict=True)}
        for m, claim in enumerate(claims):
            spans = {name: TextSpan(claim.within[start:end], start, claim.place) for name, start, end in claim.spans}
            source = Source(label, claim.subject, claim.place, {"text": Cell(claim.text, claim.place)}, spans)
            self._add(f"{base}.c{m:04}", self._claim(claim, by_key, scored), source)
        self._alike(base, ids, scored)
        self._pairs(base, scored)
        for m, doubt in enumerate(form.doubts):
            told = DoubtFact(
                form=label,
                form_kind=form.kind,
                key=doubt.key or None,
                subject=doubt.subject or None,
                text=doubt.text or None,
                taken=doubt.taken or None,
                readings=doubt.readings or None,
            )
            source = Source(label, doubt.subject, doubt.place, {"text": Cell(doubt.text, doubt.place)})
            self._add(f"{base}.d{m:04}", told, source)

    def _form_source(self, form: Form, label: str) -> Source:
        line = scored_line(form)
        cells = {"total_reported": form.total, "grade_reported": form.grade}
        if line:
            cells |= {
                "budget": line.budget,
                "executed": line.executed,
                "execution_rate_stated": line.rate,
                "execution_reported": line.score,
            }
        cells |= {item.key: item.value for item in form.header if item.key in ("basic_expenditure", "project_expenditure")}
        for section in form.report:
            if section.key in ("execution", "met", "unmet") and section.paragraphs:
                cells.setdefault(f"{section.key}_text", section.paragraphs[0])
        return Source(label, form.name, form.place, _present(cells))

    def _claims(self, scored: ScoredForm, label: str, ids: list[tuple[str, str]], keys: Mapping[str, str]) -> list[Claim]:
        by_name = {identity: (names.reduce(name, self.rules), keys[identity]) for identity, name in ids}
        return list(claims_of(scored.form, label, self.labels, by_name, self.rules, self.words, self.policy.statements))

    def _against_table(self, claims: Sequence[Sequence[Claim]]) -> list[TextAgainstTable]:
        """What came of each form's text against its rows; nothing where the policy does not say how."""
        rules = self.policy.figures
        if rules is None or not any(scored.form.report or scored.form.analysis for scored in self.forms):
            return [TextAgainstTable() for _ in self.forms]
        numbers = Numbers([scored.indicators for scored in self.forms], self.words)
        return [
            text_against_table(scored.form, scored.indicators, claims[n], numbers, rules, self.rules, self.words)
            for n, scored in enumerate(self.forms)
        ]

    def _figures(
        self, base: str, scored: ScoredForm, ids: list[tuple[str, str]], keys: Mapping[str, str], held: TextAgainstTable
    ) -> None:
        for m, pair in enumerate(held.pairs):
            fact, cells = figure_fact(scored, pair, held, keys[ids[pair.row][0]])
            spans = {"figure": TextSpan(pair.said.text, pair.said.figure.start, pair.said.paragraph.place)}
            self._add(f"{base}.n{m:04}", fact, Source(scored.label, fact.name, cells["text"].place, cells, spans))

    def _claim(self, claim: Claim, indicators: Mapping[str, ScoredIndicator], scored: ScoredForm) -> ClaimFact:
        """A claim with what it should say by the form it is about and by the indicator it speaks of, and how far off it is."""
        said = {"form": scored.label, "form_kind": scored.form.kind, **claim.fields}
        return ClaimFact(**{**said, **self._expected(claim), **_off(claim, indicators, self.words)})  # type: ignore[arg-type]  # by groups

    def _expected(self, claim: Claim) -> dict[str, Decimal]:
        """What a claim should say, and how far off it is, where the policy says what it equals."""
        about = next((fact for fact in self.facts if fact.kind == "form" and fact.fields["form"] == claim.fields["about"]), None)
        for group, name in claim.equals:
            expected, said = (about.fields.get(name) if about else None), claim.fields.get(group)
            if isinstance(expected, Decimal) and isinstance(said, Decimal):
                return {"expected": expected, "gap": abs(expected - said)}
        return {}

    def _parts(self, base: str, scored: ScoredForm) -> None:
        for m, (name, score) in enumerate(scored.level1.items()):
            inside = [item for item in scored.indicators if canonical_level1(item.known.indicator.level1, self.policy) == name]
            part = PartFact(
                form=scored.label,
                form_kind=scored.form.kind,
                name=name,
                reported=score.reported,
                computed=score.computed,
                weight_sum=weight_sum(inside),
                weight_scheme=scored.scheme.level1.get(name),
                weight_case=scored.scheme.label or None,
                weight_clause=scored.scheme.basis,
            )
            self._add(f"{base}.p{m:02}", part, Source(scored.label, name, scored.form.place))

    def _goal(self, base: str, goal: Goal, items: list[ScoredIndicator], scored: ScoredForm) -> None:
        label, kind = scored.label, scored.form.kind
        fact = GoalFact(
            form=label,
            form_kind=kind,
            number=goal.number,
            title=goal.title or None,
            weight=number_of(goal.weight),
            weight_sum=weight_sum(items),
            reported_sum=reported_sum(items),
            headings_sum=headings_sum(goal, "", number_of(goal.weight)),
            indicators=len(items),
        )
        subject = f"年度目标{goal.number}"
        self._add(base, fact, Source(label, subject, goal.place, _present({"weight": goal.weight})))
        for m, group in enumerate(goal.groups or _groups(goal)):
            inside = [
                item
                for item in items
                if item.known.indicator.level1 == group.level1 and (not group.level2 or item.known.indicator.level2 == group.level2)
            ]
            home = home_of(group.level2, self.policy)
            known = bool(home) if group.level2 else level1_of(group.level1, self.policy) is not None
            group_fact = GroupFact(
                form=label,
                form_kind=kind,
                goal=goal.number,
                depth=2 if group.level2 else 1,
                level1=group.level1,
                level2=group.level2 or None,
                name=group.level2 or group.level1,
                known=known,
                belongs=canonical_level1(group.level1, self.policy) in home if group.level2 else None,
                home="、".join(home) or None,
                weight=number_of(group.weight),
                weight_sum=weight_sum(inside),
                reported_sum=reported_sum(inside),
                headings_sum=None if group.level2 else headings_sum(goal, group.level1, number_of(group.weight)),
                indicators=len(inside),
            )
            source = Source(label, group.level2 or group.level1, group.place, _present({"weight": group.weight}))
            self._add(f"{base}.k{m:03}", group_fact, source)

    # --- one indicator -------------------------------------------------------------------------------------------

    def _indicator_source(self, item: ScoredIndicator, label: str) -> Source:
        indicator = item.known.indicator
        own = {"target": indicator.target, "actual": indicator.actual, "reported": indicator.score, "reason": indicator.reason}
        cells = {**own, "target_text": indicator.target, "actual_text": indicator.actual, "weight": indicator.weight}
        return Source(label, indicator.name, indicator.place, _present(cells))

    def _unmet(self, row: UnmetRow, key: str, shared: bool, item: ScoredIndicator | None, scored: ScoredForm) -> UnmetFact:
        target, actual = value_of(row.target, self.words), value_of(row.actual, self.words)
        reason = row.reason.text if row.reason else ""
        return UnmetFact(
            form=scored.label,
            form_kind=scored.form.kind,
            name_key=key,
            name=row.name,
            level2=row.level2 or None,
            target_text=row.target.text if row.target else None,
            actual_text=row.actual.text if row.actual else None,
            target=target.number,
            actual=actual.number,
            actual_differs=self._differs(actual, item.known.actual) if item else None,
            target_differs=self._differs(target, item.known.target) if item else None,
            reason=reason or None,
            reason_core=core(reason) if row.reason else None,
            reason_empty=is_empty(reason, self.policy.prose) if row.reason else None,
            reason_rest=rest_of_reason(reason, (row.name, target.raw, actual.raw), self.policy.prose) if reason else None,
            shared_reason=shared,
            shared_terms=names.shared_terms(reason, row.name, self.rules) if reason else None,
        )

    def _differs(self, first: Value, second: Value) -> bool | None:
        """Whether two values are different numbers, in one unit; None where that cannot be told."""
        if first.raw == second.raw:
            return False
        compared = compare(first, second, self.words)
        return any(pair.target != pair.actual for pair in compared.pairs) if compared.kind == "numbers" else None

    def _alike(self, base: str, ids: list[tuple[str, str]], scored: ScoredForm) -> None:
        by_id = {identity: item for (identity, _), item in zip(ids, scored.indicators, strict=True)}
        for m, pair in enumerate(names.alike(ids, self.rules)):
            first, second = by_id[pair.first], by_id[pair.second]
            alike = AlikeFact(
                form=scored.label,
                form_kind=scored.form.kind,
                first=first.known.indicator.name,
                second=second.known.indicator.name,
                ending=pair.ending,
                ending_length=len(pair.ending),
                similarity=pair.similarity,
                one_thing=pair.one_thing,
                same_unit=first.known.actual.unit == second.known.actual.unit,
                same_target=_same(first.known.target, second.known.target),
                first_target=first.known.target.raw or None,
                second_target=second.known.target.raw or None,
                same_actual=first.known.actual_number is not None and first.known.actual_number == second.known.actual_number,
            )
            place = first.known.indicator.place
            cells = {
                "first": Cell(first.known.indicator.name, place),
                "second": Cell(second.known.indicator.name, second.known.indicator.place),
            }
            self._add(
                f"{base}.s{m:04}",
                alike,
                Source(scored.label, first.known.indicator.name, place, cells),
            )

    def _pairs(self, base: str, scored: ScoredForm) -> None:
        for m, pair in enumerate(pairs(scored, self.policy)):
            first, second = pair.first.known.indicator, pair.second.known.indicator
            cells = {"first": Cell(first.name, first.place), "second": Cell(second.name, second.place)}
            cells |= _present({"target_text": second.target, "actual_text": second.actual})
            self._add(f"{base}.t{m:04}", pair.fact, Source(scored.label, first.name, first.place, cells))


def _present(cells: Mapping[str, Cell | None]) -> dict[str, Cell]:
    return {name: cell for name, cell in cells.items() if cell is not None}


def _same(first: Value, second: Value) -> bool | None:
    """Whether two values are one number in one unit; None where one of them is none, or the units differ."""
    if first.number is None or second.number is None or first.unit != second.unit:
        return None
    return first.number == second.number


def _unmet_source(row: UnmetRow, label: str) -> Source:
    cells = {"target_text": row.target, "actual_text": row.actual, "actual": row.actual, "reason": row.reason}
    return Source(label, row.name, row.place, _present(cells))


def _off(claim: Claim, indicators: Mapping[str, ScoredIndicator], words: Vocabulary) -> dict[str, Decimal]:
    """How far the values a claim states of an indicator are from those on the form, in the unit of either."""
    item = indicators.get(str(claim.fields.get("name_key", "")))
    if item is None or item.known.comparison.kind != "numbers" or len(item.known.comparison.pairs) != 1:
        return {}
    out: dict[str, Decimal] = {}
    for name, number in (("actual", item.known.actual_number), ("target", item.known.target_number)):
        said = claim.fields.get(name)
        if not isinstance(said, Decimal) or number is None:
            continue
        value = item.known.actual if name == "actual" else item.known.target
        unit = str(claim.fields.get("unit") or "") if name == "actual" else ""
        if unit and value.unit and not _one_kind(unit, value.unit, words):
            continue  # 337天 of 优良天数337天（92.1%）: the text may say any number of the sentence
        out[f"{name}_gap"] = min(abs(said - number), *(abs(said - quantity.number) for quantity in value.quantities))
    return out


def _one_kind(first: str, second: str, words: Vocabulary) -> bool:
    one, other = words.unit(first), words.unit(second)
    return first == second or one is None or other is None or one.dimension == other.dimension or (one.counting and other.counting)


def _groups(goal: Goal) -> list[Group]:
    """The groups of a goal that a record does not list, as its indicators name them; without declared weights."""
    seen: dict[tuple[str, str], Group] = {}
    for item in goal.indicators:
        for level2 in dict.fromkeys(["", item.level2]):
            seen.setdefault((item.level1, level2), Group(item.level1, level2, None, item.place))
    return list(seen.values())
