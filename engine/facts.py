"""Facts: what finding rules match. Flat records made from one evaluation, each with the places its values stand at.

One way only: nothing here judges. Every number is taken from the record or the scores, or counted; every text is as filed.
Ids are padded, so that their text order is the order on the forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from engine import names
from engine.claims import Claim, amounts, claims_of, last_place, percent
from engine.errors import Place
from engine.evaluation import Evaluation, canonical_level1, scored_line
from engine.ir import Fact, Scalar
from engine.names import NameRules
from engine.policy import Policy, StatementRule
from engine.recognition import number_of, value_of
from engine.scoring import ScoredForm, ScoredIndicator, grade
from engine.submission import Cell, Form, Goal, Section, UnmetRow
from engine.vocabulary import Vocabulary, vocabulary

PROBLEM_SECTIONS = ("problems", "problem")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: its form, what officers call it, its place, and the place and text of single fields."""

    form: str
    subject: str
    place: Place
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one submission and, by fact id, where each came from. `notes` say what could not be done in full."""

    facts: tuple[Fact, ...]
    sources: Mapping[str, Source]
    notes: tuple[str, ...] = ()


def facts_of(evaluation: Evaluation) -> Facts:
    """Every fact of an evaluation: bundle, forms, goals, groups, indicators, unmet rows, claims, alike names."""
    return _Builder(evaluation).build()


class _Builder:
    def __init__(self, evaluation: Evaluation) -> None:
        self.policy: Policy = evaluation.policy
        self.words: Vocabulary = vocabulary(evaluation.policy.notation)
        self.rules: NameRules = evaluation.policy.names
        self.forms = evaluation.forms
        self.labels = [scored.label for scored in evaluation.forms]
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
        self._add("f", "bundle", {"forms": len(self.forms), "units": len(units)}, Source(self.labels[0], first.unit, first.place))
        texts = [_Texts(scored.form) for scored in self.forms]
        for n, scored in enumerate(self.forms):  # forms first: a report may speak of a form that comes later
            common = {"form": self.labels[n], "form_kind": scored.form.kind}
            values = self._form_values(scored, texts[n])
            self._add(f"f{n:03}", "form", {**common, **values}, self._form_source(scored.form, self.labels[n]))
        for n, scored in enumerate(self.forms):
            self._parts_of(f"f{n:03}", n, scored, ids[n], matched.keys, texts[n])
        notes = () if matched.complete else ("指标过多，跨表比对时只比对了名称完全相同的指标",)
        return Facts(tuple(self.facts), self.sources, notes)

    def _add(self, identity: str, kind: str, values: Mapping[str, object], source: Source) -> None:
        fields = {name: number for name, value in values.items() if (number := _scalar(value)) is not None}
        self.facts.append(Fact(identity, kind, fields))
        self.sources[identity] = source

    # --- one form ------------------------------------------------------------------------------------------------

    def _parts_of(
        self, base: str, n: int, scored: ScoredForm, ids: list[tuple[str, str]], keys: Mapping[str, str], texts: _Texts
    ) -> None:
        form, label = scored.form, self.labels[n]
        common = {"form": label, "form_kind": form.kind}
        weights = sum((item.known.weight or Decimal(0) for item in scored.indicators), Decimal(0))
        self._parts(base, scored, common)
        by_goal: dict[int, list[ScoredIndicator]] = {}
        for item in scored.indicators:
            by_goal.setdefault(item.goal, []).append(item)
        for goal in form.goals:
            self._goal(f"{base}.g{goal.number:03}", goal, by_goal.get(goal.number, []), common)
        unmet_names = [row.name for row in form.unmet]
        reduced = {identity: names.reduce(name, self.rules) for identity, name in ids}
        listed = {names.find(name, reduced, self.rules) for name in unmet_names}
        for (identity, _), item in zip(ids, scored.indicators, strict=True):
            values = self._indicator_values(item, weights, texts) | {
                "name_key": keys[identity],
                "in_unmet_table": identity in listed,
            }
            self._add(identity, "indicator", {**common, **values}, self._indicator_source(item, label))
        previous: UnmetRow | None = None
        for m, row in enumerate(form.unmet):
            found = names.find(row.name, reduced, self.rules)
            shared = bool(previous and row.reason and previous.reason and row.reason == previous.reason)
            values = self._unmet_values(row, shared) | {"name_key": keys[found] if found else names.reduce(row.name, self.rules)}
            self._add(f"{base}.u{m:03}", "unmet", {**common, **values}, _unmet_source(row, label))
            previous = row
        by_name = {identity: (name, keys[identity]) for identity, name in reduced.items()}
        for m, claim in enumerate(claims_of(form, label, self.labels, by_name, self.rules, self.words, self.policy.statements)):
            source = Source(label, claim.subject, claim.place, {"text": Cell(claim.text, claim.place)})
            self._add(f"{base}.c{m:04}", "claim", {**common, **claim.fields, **self._expected(claim)}, source)
        self._alike(base, ids, scored, common)

    def _form_values(self, scored: ScoredForm, texts: _Texts) -> dict[str, object]:
        form, weights = scored.form, self.policy.scoring.weights
        line = scored_line(form)
        budget, executed = number_of(line.budget) if line else None, number_of(line.executed) if line else None
        original = (
            number_of(line.original)
            if line and line.original
            else claimed_amount(form, "original_budget", self.words, self.policy.statements)
        )
        rate = _ratio(executed, budget, 100)
        stated = value_of(line.rate, self.words) if line else value_of(None, self.words)
        stated_rate = percent(stated)
        parts = [scored.execution.reported, *(item.score.reported for item in scored.indicators)]
        own = [item.score.reported for item in scored.indicators]
        own_sum = None if None in own else sum((o for o in own if o is not None), Decimal(0))
        weight_sum = sum((item.known.weight or Decimal(0) for item in scored.indicators), Decimal(0))
        computed = [item.score.computed for item in scored.indicators]
        counts = scored.counts
        added = None if None in parts else sum((p for p in parts if p is not None), Decimal(0))
        own_rate, own_execution = _ratio(own_sum, weight_sum, 100), _ratio(scored.execution.reported, weights.execution, 100)
        reported_grade = grade(scored.total.reported, self.policy)
        header = {
            item.key: number_of(item.value) for item in form.header if item.key in ("basic_expenditure", "project_expenditure")
        }
        return {
            "name": form.name,
            "unit": form.unit or None,
            "fiscal_year": form.fiscal_year,
            "total_reported": scored.total.reported,
            "total_computed": scored.total.computed,
            "total_gap": _gap(scored.total.reported, scored.total.computed),
            "total_added": added,
            "added_gap": _gap(added, scored.total.reported),
            "execution_reported": scored.execution.reported,
            "execution_computed": scored.execution.computed,
            "execution_gap": _gap(scored.execution.reported, scored.execution.computed),
            "execution_clause": scored.execution.trace.basis if scored.execution.trace else None,
            "indicators_reported": own_sum,
            "indicators_computed": None if None in computed else sum((c for c in computed if c is not None), Decimal(0)),
            "grade_reported": scored.grade_reported or None,
            "grade_computed": scored.grade_computed or None,
            "grade_of_reported": reported_grade.id if reported_grade else None,
            "grade_clause": scored.grade_basis or None,
            "budget": budget,
            "executed": executed,
            "unspent": None if budget is None or executed is None else budget - executed,
            "original_budget": original,
            "budget_walk_gap": _walk_gap(form, budget, self.words, self.policy.statements),
            "budget_change": None if budget is None or original is None else _ratio(budget - original, original),
            "execution_rate": rate,
            "execution_rate_stated": stated_rate,
            "execution_rate_gap": _gap(rate, stated_rate),
            "execution_rate_precision": last_place(stated.raw) if stated_rate is not None else None,
            "execution_rate_unit_missing": True if stated.number is not None and stated.unit == "" else None,
            **header,
            "expenditure_gap": _expenditure_gap(header, budget, executed),
            "indicators": counts.indicators,
            "met": counts.met,
            "unmet": counts.indicators - counts.met - counts.unknown,
            "undecided": counts.unknown,
            "completion_rate": _ratio(Decimal(counts.met), Decimal(counts.indicators), 100),
            "weight_sum": weight_sum if all(item.known.weight is not None for item in scored.indicators) else None,
            "weight_scheme": weights.full_score - weights.execution,
            "indicator_rate": own_rate,
            "execution_score_rate": own_execution,
            "rate_lead": None if own_rate is None or own_execution is None else own_rate - own_execution,
            "goals": len(form.goals),
            **texts.values(),
        }

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

    def _expected(self, claim: Claim) -> dict[str, object]:
        """What a claim should say by the form it is about, and how far off it is, where the policy says what it equals."""
        about = next((fact for fact in self.facts if fact.kind == "form" and fact.fields["form"] == claim.fields["about"]), None)
        for group, name in claim.equals:
            expected, said = (about.fields.get(name) if about else None), claim.fields.get(group)
            if isinstance(expected, Decimal) and isinstance(said, Decimal):
                return {"expected": expected, "gap": abs(expected - said)}
        return {}

    def _parts(self, base: str, scored: ScoredForm, common: Mapping[str, object]) -> None:
        for m, (name, score) in enumerate(scored.level1.items()):
            inside = [item for item in scored.indicators if canonical_level1(item.known.indicator.level1, self.policy) == name]
            values = {
                "name": name,
                "reported": score.reported,
                "computed": score.computed,
                "weight_sum": _weight_sum(inside),
                "weight_scheme": self.policy.scoring.weights.level1.get(name),
            }
            self._add(f"{base}.p{m:02}", "part", {**common, **values}, Source(str(common["form"]), name, scored.form.place))

    def _goal(self, base: str, goal: Goal, items: list[ScoredIndicator], common: Mapping[str, object]) -> None:
        label = str(common["form"])
        values = {"number": goal.number, "title": goal.title or None, "weight": number_of(goal.weight), "indicators": len(items)}
        values["weight_sum"] = _weight_sum(items)
        subject = f"年度目标{goal.number}"
        self._add(base, "goal", {**common, **values}, Source(label, subject, goal.place, _present({"weight": goal.weight})))
        for m, group in enumerate(goal.groups):
            inside = [
                item
                for item in items
                if item.known.indicator.level1 == group.level1 and (not group.level2 or item.known.indicator.level2 == group.level2)
            ]
            home = self._home(group.level2)
            known = bool(home) if group.level2 else self._level1(group.level1) is not None
            values = {
                "goal": goal.number,
                "depth": 2 if group.level2 else 1,
                "level1": group.level1,
                "level2": group.level2 or None,
                "name": group.level2 or group.level1,
                "known": known,
                "belongs": canonical_level1(group.level1, self.policy) in home if group.level2 else None,
                "home": "、".join(home) or None,
                "weight": number_of(group.weight),
                "weight_sum": _weight_sum(inside),
                "indicators": len(inside),
            }
            source = Source(label, group.level2 or group.level1, group.place, _present({"weight": group.weight}))
            self._add(f"{base}.k{m:03}", "group", {**common, **values}, source)

    def _home(self, level2: str) -> list[str]:
        """The 一级指标 under which the taxonomy puts a 二级指标."""
        return [level.name for level in self.policy.taxonomy if level2 in level.level2]

    def _level1(self, name: str) -> str | None:
        return next((level.name for level in self.policy.taxonomy if name == level.name or name in level.aliases), None)

    # --- one indicator -------------------------------------------------------------------------------------------

    def _indicator_values(self, item: ScoredIndicator, weights: Decimal, texts: _Texts) -> dict[str, object]:
        known, score, indicator = item.known, item.score, item.known.indicator
        home = self._home(indicator.level2)
        level1 = canonical_level1(indicator.level1, self.policy)
        target, actual = known.target_number, known.actual_number
        return {
            "goal": item.goal,
            "name": indicator.name,
            "level1": indicator.level1,
            "level1_name": level1,
            "level2": indicator.level2 or None,
            "belongs": level1 in home if indicator.level2 else None,
            "home": "、".join(home) or None,
            "weight": known.weight,
            "weight_share": _ratio(known.weight, weights),
            "target_text": known.target.raw,
            "actual_text": known.actual.raw,
            "target_kind": known.target.kind,
            "actual_kind": known.actual.kind,
            "target_operator": known.target.operator,
            "actual_operator": known.actual.operator,
            "target_unit": known.target.unit,
            "actual_unit": known.actual.unit,
            "target_parts": len(known.target.quantities),
            "actual_parts": len(known.actual.quantities),
            "target": target,
            "actual": actual,
            "comparison": known.comparison.kind,
            "verdict": known.fields["verdict"],
            "excess": _excess(target, actual, known.direction),
            "direction": known.direction,
            "nature": known.nature,
            "attainment": known.attainment if known.nature == "qualitative" else None,
            "met": known.met,
            "status": score.status,
            "case": score.trace.case if score.trace else None,
            "reported": score.reported,
            "computed": score.computed,
            "score_gap": None if score.reported is None or score.computed is None else score.reported - score.computed,
            "score_shortfall": None if score.reported is None or score.computed is None else score.computed - score.reported,
            "score_differs": score.differs,
            "score_merged": indicator.score is None,
            "clause": score.trace.basis if score.trace else None,
            "review_reason": score.reason or None,
            "allowed_low": score.allowed[0] if score.allowed else None,
            "allowed_high": score.allowed[1] if score.allowed else None,
            "full_marks": None if score.reported is None or known.weight is None else score.reported == known.weight,
            "copied": bool(known.actual.raw) and _folded(known.actual.raw) == _folded(known.target.raw),
            "doubled_text": doubled(indicator.name) or None,
            "reason": indicator.reason.text if indicator.reason else None,
            "in_unmet": texts.mentions(texts.unmet, indicator.name, known.target.raw),
            "in_problems": texts.mentions(texts.problems, indicator.name),
            "in_report": texts.mentions(texts.report, indicator.name),
            "evidence": texts.sentence_has(indicator.name, self.policy.evidence_words),
        }

    def _indicator_source(self, item: ScoredIndicator, label: str) -> Source:
        indicator = item.known.indicator
        own = {"target": indicator.target, "actual": indicator.actual, "reported": indicator.score, "reason": indicator.reason}
        cells = {**own, "target_text": indicator.target, "actual_text": indicator.actual, "weight": indicator.weight}
        return Source(label, indicator.name, indicator.place, _present(cells))

    def _unmet_values(self, row: UnmetRow, shared: bool) -> dict[str, object]:
        target, actual = value_of(row.target, self.words), value_of(row.actual, self.words)
        reason = row.reason.text if row.reason else ""
        return {
            "name": row.name,
            "level2": row.level2 or None,
            "target_text": row.target.text if row.target else None,
            "actual_text": row.actual.text if row.actual else None,
            "target": target.number,
            "actual": actual.number,
            "reason": reason or None,
            "shared_reason": shared,
            "shared_terms": names.shared_terms(reason, row.name, self.rules) if reason else None,
        }

    def _alike(self, base: str, ids: list[tuple[str, str]], scored: ScoredForm, common: Mapping[str, object]) -> None:
        by_id = {identity: item for (identity, _), item in zip(ids, scored.indicators, strict=True)}
        for m, pair in enumerate(names.alike(ids, self.rules)):
            first, second = by_id[pair.first], by_id[pair.second]
            values = {
                "first": first.known.indicator.name,
                "second": second.known.indicator.name,
                "ending": pair.ending,
                "ending_length": len(pair.ending),
                "similarity": pair.similarity,
                "same_unit": first.known.actual.unit == second.known.actual.unit,
            }
            place = first.known.indicator.place
            cells = {
                "first": Cell(first.known.indicator.name, place),
                "second": Cell(second.known.indicator.name, second.known.indicator.place),
            }
            self._add(
                f"{base}.s{m:04}",
                "alike",
                {**common, **values},
                Source(str(common["form"]), first.known.indicator.name, place, cells),
            )


class _Texts:
    """The report's text by section, and what it mentions."""

    def __init__(self, form: Form) -> None:
        self.sections = form.report
        analysis = [form.analysis] if form.analysis else []
        remedies = [form.remedies] if form.remedies else []
        self.unmet = self._of("unmet")
        self.problems = "\n".join(filter(None, [self._of(*PROBLEM_SECTIONS), *(c.text for c in analysis)]))
        self.remedies = "\n".join(filter(None, [self._of("remedies"), *(c.text for c in remedies)]))
        self.report = "\n".join(p.text for s in form.report for p in s.paragraphs)
        self.sentences = [_folded(s) for s in re.split(r"[。；;！\n]", self.report) if s.strip()]

    def _of(self, *keys: str) -> str:
        return "\n".join(text for s in self.sections if s.key in keys for text in _section_text(s))

    def values(self) -> dict[str, object]:
        problems = [s for s in self.sections if s.key == "problem"]
        return {
            "problems": len(problems) if any(s.key in PROBLEM_SECTIONS for s in self.sections) else None,
            "remedies": _enumerated(self._of("remedies")),
            "execution_text": self._of("execution") or None,
            "met_text": self._of("met") or None,
            "unmet_text": self.unmet or None,
            "problems_text": self.problems or None,
            "remedies_text": self.remedies or None,
            "report_text": self.report or None,
        }

    def mentions(self, text: str, name: str, target: str = "") -> bool:
        """Whether a text speaks of an indicator: by its name, or by its target value where that is more than a bare digit."""
        inside = _folded(text)
        wanted = _folded(target)
        return _folded(name) in inside or (len(wanted) > 1 and any(c.isdigit() for c in wanted) and wanted in inside)

    def sentence_has(self, name: str, words: Sequence[str]) -> bool:
        """Whether a sentence that names the indicator also has one of the words."""
        wanted = _folded(name)
        return any(wanted in sentence and any(word in sentence for word in words) for sentence in self.sentences)


def _section_text(section: Section) -> Iterator[str]:
    yield section.heading
    yield from (paragraph.text for paragraph in section.paragraphs)


def _enumerated(text: str) -> int | None:
    """How many measures a text numbers (一是、二是 …); None if it numbers none."""
    found = len(set(re.findall(r"[一二三四五六七八九十]是", text)))
    return found or None


def claimed_amount(form: Form, key: str, words: Vocabulary, rules: Mapping[str, StatementRule]) -> Decimal | None:
    """An amount the report states, where the form has no cell for it: only if the report states one and the same."""
    found = {amount for amount, _ in amounts(form, key, words, rules)}
    return found.pop() if len(found) == 1 else None


def _walk_gap(form: Form, budget: Decimal | None, words: Vocabulary, rules: Mapping[str, StatementRule]) -> Decimal | None:
    """How far the report's original budget plus its adjustment is from the adjusted budget on the form; the smaller of both
    signs where the report does not say whether it was raised or cut. None unless each is stated exactly once."""
    stated = {key: list(amounts(form, key, words, rules)) for key in ("original_budget", "budget_adjustment")}
    if budget is None or any(len(found) != 1 for found in stated.values()):
        return None
    original, _ = stated["original_budget"][0]
    change, signed = stated["budget_adjustment"][0]
    gap = abs(original + change - budget)
    return gap if signed else min(gap, abs(original - change - budget))


def _expenditure_gap(header: Mapping[str, Decimal | None], budget: Decimal | None, executed: Decimal | None) -> Decimal | None:
    """How far basic and project expenditure together are from the total line: from its budget or its executed amount,
    whichever is closer, since forms print either."""
    parts = [header.get("basic_expenditure"), header.get("project_expenditure")]
    totals = [total for total in (budget, executed) if total is not None]
    if None in parts or not totals:
        return None
    added = sum((part for part in parts if part is not None), Decimal(0))
    return min(abs(added - total) for total in totals)


def _gap(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else abs(first - second)


def doubled(name: str) -> str:
    """A run of two or more characters that a name has twice in a row (会议会议); empty if none."""
    found = re.search(r"([\u4e00-\u9fff]{2,})\1", name[:200])
    return found[1] if found else ""


def _excess(target: Decimal | None, actual: Decimal | None, direction: str) -> Decimal | None:
    """By what share of the target it is exceeded in the good direction; None without a positive target."""
    if target is None or actual is None or target <= 0:
        return None
    return _ratio(actual - target if direction == "positive" else target - actual, target)


def _ratio(part: Decimal | None, whole: Decimal | None, times: int = 1) -> Decimal | None:
    """`part / whole * times`, exact to 28 significant digits; None where it has no value."""
    if part is None or not whole:
        return None
    exact = Fraction(part) / Fraction(whole) * times
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _weight_sum(items: Iterable[ScoredIndicator]) -> Decimal | None:
    weights = [item.known.weight for item in items]
    return None if None in weights or not weights else sum((w for w in weights if w is not None), Decimal(0))


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, bool | str | Decimal) or value is None:
        return value
    assert isinstance(value, int)
    return Decimal(value)


def _folded(text: str) -> str:
    """Text for comparison: half width, no white space, no quotation marks."""
    return re.sub(r"[\s“”\"'‘’「」]+", "", unicodedata.normalize("NFKC", text))


def _present(cells: Mapping[str, Cell | None]) -> dict[str, Cell]:
    return {name: cell for name, cell in cells.items() if cell is not None}


def _unmet_source(row: UnmetRow, label: str) -> Source:
    cells = {"target_text": row.target, "actual_text": row.actual, "actual": row.actual, "reason": row.reason}
    return Source(label, row.name, row.place, _present(cells))
