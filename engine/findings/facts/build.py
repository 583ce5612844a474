"""Facts: what finding rules match. Flat records made from one evaluation, each with the places its values stand at.

One way only: nothing here judges. Every number is taken from the record or the scores, or counted; every text is as filed.
Ids are padded, so that their text order is the order on the forms.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from engine.findings.facts.alike import alike_facts
from engine.findings.facts.beside import FormAround
from engine.findings.facts.claim_facts import claim_fact
from engine.findings.facts.claims import Claim, claims_of
from engine.findings.facts.earlier import RecordsBeside
from engine.findings.facts.figure_facts import figure_fact, text_fields
from engine.findings.facts.figures import Numbers, TextAgainstTable, text_against_table
from engine.findings.facts.form import form_fact, form_source
from engine.findings.facts.goals import goal_fact, group_facts, part_facts
from engine.findings.facts.indicator import Around, indicator_fact, indicator_source
from engine.findings.facts.model import Facts, Source, TextSpan, present
from engine.findings.facts.money import line_cells, line_facts
from engine.findings.facts.pairs import pairs
from engine.findings.facts.report_text import ReportText
from engine.findings.facts.rows import blanks_below
from engine.findings.facts.unmet import unmet_fact
from engine.findings.facts.words import FormWords
from engine.language.fact_fields import KINDS, kind_of, values_of
from engine.language.facts import AnyFact, BundleFact, DoubtFact
from engine.language.model import Fact, Scalar
from engine.policy.model import Policy
from engine.scoring.model import Evaluation, ScoredForm, ScoredIndicator
from engine.submission.model import Cell, UnmetRow
from engine.values import names
from engine.values.names import NameRules
from engine.values.vocabulary import Vocabulary


def facts_of(evaluation: Evaluation, kinds: Collection[str] = KINDS) -> Facts:
    """Every fact of an evaluation: bundle, forms, goals, groups, indicators, unmet rows, claims, alike names. Of `kinds` at least:
    what takes long and no other kind of fact is asked for is not made."""
    return _FactsBuilder(evaluation, kinds).build()


class _FactsBuilder:
    def __init__(self, evaluation: Evaluation, kinds: Collection[str]) -> None:
        self.kinds = kinds
        self.policy: Policy = evaluation.policy
        self.words: Vocabulary = evaluation.policy.words
        self.rules: NameRules = evaluation.policy.names
        self.forms = evaluation.forms
        self.labels = [scored.label for scored in evaluation.forms]
        self.beside = RecordsBeside(evaluation)
        self.facts: list[Fact] = []
        self.sources: dict[str, Source] = {}
        self.of_form: dict[str, Mapping[str, Scalar]] = {}
        """The fields of the fact of a form, by its label."""

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
        claims: list[list[Claim]] = [[] for _ in self.forms]
        if self._asked("form", "claim", "figure"):
            claims = [self._claims(scored, self.labels[n], ids[n], matched.keys) for n, scored in enumerate(self.forms)]
        held = self._against_table(claims) if self._asked("form", "figure") else [TextAgainstTable() for _ in self.forms]
        # forms first: a report may speak of a form that comes later
        for n, scored in enumerate(self.forms) if self._asked("form", "claim") else ():
            against = text_fields(held[n], self.policy.figures)
            fact = form_fact(scored, texts[n], against, self.policy, self.words, self.beside.of_form(n))
            self._add(f"f{n:03}", fact, form_source(scored.form, scored.label))
            self.of_form.setdefault(scored.label, self.facts[-1].fields)
        for n, scored in enumerate(self.forms):
            self._parts_of(f"f{n:03}", n, scored, ids[n], matched.keys, texts[n], claims[n])
            self._figures(f"f{n:03}", scored, ids[n], matched.keys, held[n])
        for m, (known, earlier) in enumerate(self.beside.earlier()):
            self._add(f"f000.e{m:03}", known, form_source(earlier.form, earlier.label))
        notes = () if matched.complete else ("指标过多，跨表比对时只比对了名称完全相同的指标",)
        return Facts(tuple(self.facts), self.sources, tuple(self.labels), notes)

    def _asked(self, *kinds: str) -> bool:
        return any(kind in self.kinds for kind in kinds)

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
        for m, (part, source) in enumerate(part_facts(scored, self.policy)):
            self._add(f"{base}.p{m:02}", part, source)
        for m, (line, printed) in enumerate(line_facts(form, label, self.words)):
            self._add(f"{base}.l{m:03}", line, Source(label, printed.name or form.name, printed.place, line_cells(printed)))
        by_goal: dict[int, list[ScoredIndicator]] = {}
        for item in scored.indicators:
            by_goal.setdefault(item.goal, []).append(item)
        for goal in form.goals if self._asked("goal", "group") else ():
            inside = by_goal.get(goal.number, [])
            self._add(f"{base}.g{goal.number:03}", *goal_fact(goal, inside, scored))
            for m, (group, source) in enumerate(group_facts(goal, inside, scored, self.policy)):
                self._add(f"{base}.g{goal.number:03}.k{m:03}", group, source)
        reduced = {identity: names.reduce(name, self.rules) for identity, name in ids}
        if self._asked("indicator"):
            self._indicators(n, scored, keys, texts, reduced)
        by_id = {identity: item for (identity, _), item in zip(ids, scored.indicators, strict=True)}
        self._unmet(base, scored, keys, reduced, by_id)
        by_key = {keys[identity]: item for identity, item in by_id.items()}
        for m, claim in enumerate(claims if self._asked("claim") else ()):
            about = self.of_form.get(str(claim.fields["about"]), {})
            self._add(f"{base}.c{m:04}", *claim_fact(claim, about, by_key, scored, self.words))
        for m, (alike, source) in enumerate(alike_facts(scored, by_id, ids, self.rules)) if self._asked("alike") else ():
            self._add(f"{base}.s{m:04}", alike, source)
        if self._asked("pair"):
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

    def _indicators(
        self, n: int, scored: ScoredForm, keys: Mapping[str, str], texts: ReportText, reduced: Mapping[str, str]
    ) -> None:
        """`keys`, `reduced`: what each indicator is matched by, and its name reduced, by its id, in the order of the rows."""
        form, label = scored.form, self.labels[n]
        weights = sum((item.known.weight or Decimal(0) for item in scored.indicators), Decimal(0))
        rows = FormAround(scored, texts, self.policy, self.words)
        listed = {names.find(row.name, reduced, self.rules) for row in form.unmet}
        filed = [row for goal in form.goals for row in zip(goal.indicators, blanks_below(goal.indicators), strict=True)]
        said = FormWords(scored, texts, self.policy, self.words)
        for m, (identity, item) in enumerate(zip(reduced, scored.indicators, strict=True)):
            beside = self.beside.of_indicator(n, m)
            around = Around(
                label, form.kind, weights, *filed[m], keys[identity], identity in listed, said.fields(m, item), rows, beside
            )
            fact = indicator_fact(item, around, texts, self.policy, self.words)
            self._add(identity, fact, indicator_source(item, label))

    def _unmet(
        self,
        base: str,
        scored: ScoredForm,
        keys: Mapping[str, str],
        reduced: Mapping[str, str],
        by_id: Mapping[str, ScoredIndicator],
    ) -> None:
        """The rows of a form's list of what was not met, which name indicators."""
        previous: UnmetRow | None = None
        for m, row in enumerate(scored.form.unmet):
            found = names.find(row.name, reduced, self.rules)
            shared = bool(previous and row.reason and previous.reason and row.reason == previous.reason)
            key = keys[found] if found else names.reduce(row.name, self.rules)
            self._add(f"{base}.u{m:03}", *unmet_fact(row, key, shared, by_id.get(found or ""), scored, self.policy))
            previous = row

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

    def _pairs(self, base: str, scored: ScoredForm) -> None:
        for m, pair in enumerate(pairs(scored, self.policy)):
            first, second = pair.first.known.indicator, pair.second.known.indicator
            cells = {"first": Cell(first.name, first.place), "second": Cell(second.name, second.place)}
            cells |= present({"target_text": second.target, "actual_text": second.actual})
            self._add(f"{base}.t{m:04}", pair.fact, Source(scored.label, first.name, first.place, cells))
