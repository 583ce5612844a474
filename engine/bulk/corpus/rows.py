"""From one bundle to the rows of a corpus, by the code of the reference: values read, names matched, claims typed, texts searched.

The bundle is read and its facts are made exactly as `evaluate` makes them, without asking a policy's tables; of those the fields
are kept that do not depend on a policy's tables, scores and rules. `preparation` names what they do depend on.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from typing import Any

from engine.bulk.corpus.columns import (
    FACT_SHIFT,
    FORM_SHIFT,
    LARGEST_WIDE,
    PREPARED_KINDS,
    SUBJECT,
    WIDE_SCALE,
    Beyond,
    columns,
    scaled,
    text_id,
)
from engine.findings.facts.build import facts_of
from engine.findings.facts.model import Facts
from engine.findings.matching.plain import JOIN_LIMIT
from engine.language.model import Fact, Scalar
from engine.policy.model import Policy
from engine.scoring.filed import read_only
from engine.scoring.model import Evaluation, ScoredIndicator
from engine.submission.model import Form, Submission
from engine.values import names
from engine.values.verdict import taken, worst
from engine.values.verdict import verdict as judged

VERSION = 8
"""Of what the rows mean. A corpus written by another version is refused, not guessed at."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one bundle by kind of fact, and the texts they name by number.

    `beyond`: (kind, field) that some fact has a value for which no column can hold; ("", reason) where there are no rows at all.
    """

    rows: Mapping[str, list[Row]]
    texts: Mapping[int, str]
    forms: int
    indicators: int
    beyond: tuple[tuple[str, str], ...] = ()


def preparation(policy: Policy) -> str:
    """The hash of all that prepared columns depend on: how values, names and statements are read. Two policies that agree in it
    can be run on the same rows."""
    data = {
        "version": VERSION,
        "columns": {kind: dict(columns(kind)) for kind in PREPARED_KINDS},
        "points": [str(policy.scoring.weights.full_score), str(policy.scoring.weights.execution)],
        "reading": policy.reading,
        "composite": policy.scoring.composite,
        "numbering": policy.numbering,
        "evidence_words": policy.evidence_words,
        "prose": repr(policy.prose),
        "statements": sorted((key, rule.equals, rule.negative, rule.positive) for key, rule in policy.statements.items()),
    }
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def rows_of(submission: Submission, policy: Policy, number: int) -> Rows:
    """The rows of a bundle that is `number` in its corpus."""
    evaluation = read_only(submission, policy)
    facts = facts_of(evaluation)
    indicators = sum(len(form.indicators) for form in evaluation.forms)
    if any(_rolled(form) for form in submission.forms):
        return Rows({}, {}, len(evaluation.forms), indicators, (("", "由 rollup 汇总的表"),))
    if why := _too_large(evaluation, facts):
        return Rows({}, {}, len(evaluation.forms), indicators, (("", why),))
    if any(item.known.comparison.scale_doubt for form in evaluation.forms for item in form.indicators):
        return Rows({}, {}, len(evaluation.forms), indicators, (("", "计量单位有几种可能"),))
    if any(item.known.doubt for form in evaluation.forms for item in form.indicators):
        return Rows({}, {}, len(evaluation.forms), indicators, (("", "有的单元格不能确定"),))
    if any(item.known.weight_ends for form in evaluation.forms for item in form.indicators):
        return Rows({}, {}, len(evaluation.forms), indicators, (("", "表上没有列分值，只推得出范围"),))
    builder = _Rows(evaluation, facts, number)
    try:
        rows = builder.build()
    except Beyond as why:
        return Rows({}, {}, len(evaluation.forms), indicators, (("", str(why)),))
    return Rows(rows, builder.texts, len(evaluation.forms), indicators, tuple(sorted(builder.beyond)))


def _too_large(evaluation: Evaluation, facts: Facts) -> str:
    """Why a bundle is left to the reference: rules of its size may be left out there, or told together, and must be alike here.
    Below the root of the limit no pair of facts can exceed it."""
    grouping = evaluation.policy.grouping
    most = max(Counter(fact.kind for fact in facts.facts).values(), default=0)
    if most > isqrt(JOIN_LIMIT) or (grouping is not None and len(evaluation.forms) > grouping.above):
        return "一次申报的表或指标过多"
    return ""


def _rolled(form: Form) -> bool:
    """Whether a form was made by `jixiao rollup`: it is scored from what it was made of, by exact fractions no column holds."""
    return form.rolled is not None or any(item.rolled is not None for goal in form.goals for item in goal.indicators)


def fact_numbers(facts: Facts | list[Fact], number: int) -> dict[str, int]:
    """Fact id -> the number it goes by in a corpus. Numbers of one kind are in the order of the ids."""
    given = facts.facts if isinstance(facts, Facts) else facts
    out: dict[str, int] = {}
    counts: dict[tuple[str, int], int] = {}
    for fact in sorted(given, key=lambda fact: (fact.kind, fact.id)):
        form = 0 if fact.kind == "bundle" else int(fact.id[1:].split(".")[0])
        count = counts.get((fact.kind, form), 0)
        if form >= min(FORM_SHIFT, 1000) or count >= FACT_SHIFT:
            raise Beyond("一次申报的表或事实过多")
        out[fact.id] = (number * FORM_SHIFT + form) * FACT_SHIFT + count
        counts[fact.kind, form] = count + 1
    return out


class _Rows:
    def __init__(self, evaluation: Evaluation, facts: Facts, number: int) -> None:
        self.evaluation, self.facts, self.number = evaluation, facts, number
        self.texts: dict[int, str] = {}
        self.beyond: set[tuple[str, str]] = set()

    def build(self) -> dict[str, list[Row]]:
        prepared = [fact for fact in self.facts.facts if fact.kind in PREPARED_KINDS]
        numbers = fact_numbers(prepared, self.number)
        by_name = self._indicators()
        alike = self._alike(numbers)
        out: dict[str, list[Row]] = {kind: [] for kind in PREPARED_KINDS}
        for fact in prepared:
            values: dict[str, Scalar | None] = dict(fact.fields)
            values[SUBJECT] = self.facts.sources[fact.id].subject
            if fact.kind == "indicator":
                values |= self._recognised(by_name[fact.id])
            elif fact.kind == "form":
                values |= self._form(int(fact.id[1:]))
            row = self._row(fact.kind, values)
            if fact.kind == "alike":
                row |= alike[fact.id]
            identity = numbers[fact.id]
            row |= {"bundle": self.number, "form_key": identity // FACT_SHIFT, "fact": identity}
            out[fact.kind].append(row)
        for kind in out:
            out[kind].sort(key=lambda row: int(row["fact"]))
        return out

    def _row(self, kind: str, values: Mapping[str, Scalar | None]) -> Row:
        row: Row = {}
        for name, declared in columns(kind).items():
            value = values.get(name)
            if value is None or value is True or value is False:  # most are
                row[name] = value
                continue
            try:
                row[name] = self._value(value, declared)
            except Beyond:
                row[name] = None
                self.beyond.add((kind, name))
        return row

    def _value(self, value: str | Decimal, declared: str) -> int:
        if isinstance(value, str):
            number = text_id(value)
            if self.texts.setdefault(number, value) != value:
                raise Beyond("两段文字的编号相同")
            return number
        return scaled(value, WIDE_SCALE, LARGEST_WIDE) if declared == "wide" else scaled(value)

    def _indicators(self) -> dict[str, ScoredIndicator]:
        return {f"f{n:03}.i{m:04}": item for n, form in enumerate(self.evaluation.forms) for m, item in enumerate(form.indicators)}

    def _recognised(self, item: ScoredIndicator) -> dict[str, Scalar | None]:
        """What tables see of an indicator besides its fact, and the two ways it can be compared."""
        known = item.known
        out: dict[str, Scalar | None] = {
            "actual_percent": known.fields.get("actual_percent"),
            "target_none": known.fields.get("target_none"),
            **{name: known.fields.get(name) for name in ("early", "days_late", "months_late", "full_months_late")},
            "known_direction": known.fields.get("known_direction"),
        }
        for direction in ("positive", "inverse"):
            compared = taken(known.target, known.actual, known.comparison, self.evaluation.policy.scoring.composite, direction)
            if compared.pairs:
                pair = worst(compared.pairs, direction)
                out[f"target_{direction}"], out[f"actual_{direction}"] = pair.target, pair.actual
            verdict, why = judged(known.target, known.actual, compared, direction)
            out[f"verdict_{direction}"] = verdict
            out[f"said_{direction}"] = bool(compared.reason or why)
        return out

    def _form(self, n: int) -> dict[str, Scalar | None]:
        scored = self.evaluation.forms[n]
        weighted = all(item.known.weight is not None for item in scored.indicators)
        return {"weighted": weighted}

    def _alike(self, numbers: Mapping[str, int]) -> dict[str, Row]:
        """The two indicators of each pair of alike names: facts name them by place, rows by number."""
        out: dict[str, Row] = {}
        wanted = [fact for fact in self.facts.facts if fact.kind == "alike"]
        if not wanted:
            return out
        by_form: dict[str, Iterator[Any]] = {}
        for n, form in enumerate(self.evaluation.forms):
            ids = [(f"f{n:03}.i{m:04}", item.known.indicator.name) for m, item in enumerate(form.indicators)]
            by_form[f"f{n:03}"] = iter(names.alike(ids, self.evaluation.policy.names))
        for fact in wanted:  # in the order in which the facts were made, which is that of names.alike
            pair = next(by_form[fact.id.split(".")[0]])
            out[fact.id] = {"first_fact": numbers[pair.first], "second_fact": numbers[pair.second]}
        return out
