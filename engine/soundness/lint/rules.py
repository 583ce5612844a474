"""Lints of finding rules and measures: those that can never hold, those that say the same, units that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.errors import nearest
from engine.language.conditions import Condition, leaves
from engine.language.fields import PERCENT, SHARE, Field
from engine.language.measures import Measure
from engine.language.model import Ref
from engine.language.rules import FindingRule
from engine.language.wording import asked
from engine.soundness.lint.codes import INFO
from engine.soundness.lint.subject import Subject, numeric
from engine.soundness.proof.logic import Term
from engine.soundness.proof.prover import opposite
from engine.soundness.proof.terms import Record
from engine.soundness.tests.subjects import cases
from engine.values.numerals import plain
from engine.yaml.reader import Path_


def check(subject: Subject) -> None:
    """Every rule and measure."""
    known = _values(subject)
    told = set(_unknown(subject, known))
    _alike(subject)
    _units(subject)
    _weighed(subject)
    if subject.proofs:
        for rule in subject.rules.rules.values():
            if rule.id not in told:
                _fires(subject, rule, known)
        for measure in subject.rules.measures:
            _measured(subject, measure, known)


# --- values that do not exist --------------------------------------------------------------------------------------


def _values(subject: Subject) -> dict[tuple[str, str], tuple[str, ...]]:
    """(kind, field) -> the values it can take under this policy, for fields whose values the policy itself makes."""
    if subject.policy is None:
        return {}
    grades = tuple(band.id for band in subject.policy.grades)
    clauses = tuple(subject.policy.clauses)
    statements = subject.data.get("form", {}).get("statements", [])
    levels = tuple(level.name for level in subject.policy.taxonomy)
    out = {
        ("form", "grade_computed"): grades,
        ("form", "grade_of_reported"): grades,
        ("form", "execution_clause"): clauses,
        ("form", "grade_clause"): clauses,
        ("indicator", "case"): (*cases(subject.policy), ""),
        ("indicator", "clause"): clauses,
        ("indicator", "home"): levels,
        ("group", "home"): levels,
    }
    if statements:
        out["claim", "key"] = tuple(dict.fromkeys(str(item["key"]) for item in statements))
    return out


_NAMES = {
    "grade_computed": "等级",
    "grade_of_reported": "等级",
    "case": "计分情形",
    "key": "陈述（form.statements 的 key）",
    "home": "一级指标",
}


def _unknown(subject: Subject, known: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterator[str]:
    """Comparisons with values that do not exist; the rules that have one."""
    for rule in subject.rules.rules.values():
        for index, pattern in enumerate(rule.patterns):
            for condition in leaves(pattern.conditions):
                test = condition.test
                values = known.get((pattern.kind, test.field))
                if values is None and test.field in ("level1", "level1_name", "level2") and subject.policy:
                    values = tuple(_levels(subject, test.field))
                wrong = _missing(condition, values) if values is not None else []
                if not wrong or values is None:
                    continue
                path = ("findings", rule.id, "when", index, pattern.alias or "without", test.field)
                place = subject.place(path)
                own = subject.is_own(rule.place)
                what = _NAMES.get(test.field, condition.title)
                close = nearest(wrong[0], values)
                subject.add(
                    "rule-value-unknown",
                    f"{rule.id}.{test.field}",
                    place,
                    f"规则“{rule.title}”与“{'、'.join(wrong)}”比较，本政策没有这样的{what}",
                    f"改为“{close}”" if close else f"可用的有：{'、'.join(values[:12])}",
                    severity="" if own else INFO,
                )
                yield rule.id


def _missing(condition: Condition, values: tuple[str, ...]) -> list[str]:
    """The constants of a condition that none of the values is; of a list, only if it has none that is."""
    test = condition.test
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    if test.op not in ("eq", "in") or isinstance(test.value, Ref):
        return []
    texts = [str(value) for value in wanted]
    return [] if any(text in values for text in texts) else texts


def _levels(subject: Subject, field: str) -> Iterable[str]:
    assert subject.policy is not None
    for level in subject.policy.taxonomy:
        yield from level.level2 if field == "level2" else (level.name, *level.aliases)


# --- rules that cannot hold ----------------------------------------------------------------------------------------


def _record(name: str, fields: Mapping[str, Field], kind: str, known: Mapping[tuple[str, str], tuple[str, ...]]) -> Record:
    """Unknowns of a fact; coded fields take the values this policy has."""
    coded = {key: replace(fields[key], choices=values) for (of, key), values in known.items() if of == kind and key in fields}
    return Record(name, {**fields, **coded})


def _natural(record: Record) -> Iterator[Term]:
    """What holds of numbers by their nature: counts are not negative, shares and rates of a whole are a part of it."""
    import z3

    for unknown in record.unknowns.values():
        if unknown.about.low is not None:
            yield unknown.value >= z3.RealVal(str(unknown.about.low))
        if unknown.about.high is not None:
            yield unknown.value <= z3.RealVal(str(unknown.about.high))


def _used(fields: Mapping[str, Field], rule: FindingRule, kind: str, alias: str) -> dict[str, Field]:
    """The fields of a pattern that any condition of the rule speaks of."""
    names = {
        condition.test.field for pattern in rule.patterns if pattern.alias == alias for condition in leaves(pattern.conditions)
    }
    for pattern in rule.patterns:
        for condition in leaves(pattern.conditions):
            ref = condition.test.value
            if isinstance(ref, Ref) and ref.alias in (alias, "") and (ref.alias or pattern.alias == alias):
                names.add(ref.field)
    return {name: field for name, field in fields.items() if name in names}


def _fires(subject: Subject, rule: FindingRule, known: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
    """Whether any facts can satisfy the rule's conditions together (`without` aside: it only takes matches away)."""
    bound: dict[str, Record] = {}
    terms: list[Term] = []
    for pattern in rule.patterns:
        if pattern.negated:
            continue
        fields = _used(subject.rules.kinds[pattern.kind], rule, pattern.kind, pattern.alias)
        record = _record(f"{rule.id} {pattern.alias}", fields, pattern.kind, known)
        terms += [record.holds(condition.test, bound) for condition in pattern.conditions]
        terms += _natural(record)
        bound[pattern.alias] = record
    for record in bound.values():
        terms += record.axioms()
    answer, _ = subject.prover.possible(terms)
    # what was to be proved is that they can hold: no possible record refutes it
    subject.prover.note(rule.id, "条件可以同时成立", opposite(answer), rule.place)
    if answer == "proved":
        # a rule of a pack was sound until a parameter of this policy changed: that is where to look
        changed = [
            place
            for pattern in rule.patterns
            for condition in pattern.conditions
            for name in condition.params
            if subject.is_own(place := subject.place(("parameters", name, "value")))
        ]
        own = subject.is_own(rule.place) or not changed
        positive = [pattern for pattern in rule.patterns if not pattern.negated]
        here = positive[0].place if len(positive) == 1 else rule.place
        place, where = (here, "") if own else (changed[0], f"（{rule.place}）")
        subject.add(
            "rule-never-fires",
            rule.id,
            place,
            f"规则“{rule.title}”{where}的条件不可能同时成立：{_why(subject, rule)}",
            "改正条件或参数；不用的规则删去",
        )


def _why(subject: Subject, rule: FindingRule) -> str:
    """The conditions, as an officer reads them."""
    parts = [
        f"{pattern.alias}.{asked(condition)}" + (f"（参数 {condition.params[0]}）" if condition.params else "")
        for pattern in rule.patterns
        if not pattern.negated
        for condition in pattern.conditions
    ]
    return "，".join(parts)


def _measured(subject: Subject, measure: Measure, known: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
    tests = [condition.test for condition in (*measure.conditions, *measure.among)]
    if not tests:
        return
    asked = [condition.test for condition in leaves((*measure.conditions, *measure.among))]
    names = {test.field for test in asked} | {test.value.field for test in asked if isinstance(test.value, Ref)}
    fields = {name: field for name, field in subject.rules.kinds[measure.of].items() if name in names}
    record = _record(f"measure {measure.id}", fields, measure.of, known)
    holds = [record.holds(test) for test in tests]
    answer, _ = subject.prover.possible([*holds, *_natural(record), *record.axioms()])
    if answer == "unknown":
        subject.prover.note(f"measures.{measure.id}", "条件可以同时成立", answer, measure.place)
    if answer == "proved":
        subject.add(
            "measure-never",
            f"measures.{measure.id}",
            measure.place,
            f"统计量“{measure.title}”（{measure.id}）的条件不可能同时成立，总是 0",
            "改正 where 或 among 里的条件",
        )


# --- rules that are alike ------------------------------------------------------------------------------------------


def _alike(subject: Subject) -> None:
    by_conditions: dict[object, FindingRule] = {}
    by_message: dict[tuple[str, str], FindingRule] = {}
    for rule in subject.rules.rules.values():
        key = tuple(_pattern_key(rule, index) for index in range(len(rule.patterns)))
        first = by_conditions.setdefault(key, rule)
        if first is not rule and rule.message and first.message:
            differs = [
                word
                for word, same in (("级别", first.severity == rule.severity), ("说法", first.message == rule.message))
                if not same
            ]
            subject.add(
                "rule-same-conditions",
                rule.id,
                rule.place,
                f"规则“{rule.id}”的条件与“{first.id}”（{first.place}）完全相同"
                + (f"，{'、'.join(differs)}却不同：同一处会报两次" if differs else "：同一处会报两次"),
                "照抄来的规则要改条件；重复的删去一条",
            )
        elif rule.message:
            same = by_message.setdefault((rule.message, rule.advice), rule)
            if same is not rule:
                subject.add(
                    "rule-same-message",
                    rule.id,
                    subject.place(("findings", rule.id, "message")),
                    f"规则“{rule.id}”的 message 和 advice 与“{same.id}”（{same.place}）一字不差",
                    "照抄来的规则要改 message，让人看得出是哪一个问题",
                )


def _pattern_key(rule: FindingRule, index: int) -> tuple[object, ...]:
    pattern = rule.patterns[index]
    numbers = {p.alias: n for n, p in enumerate(rule.patterns) if p.alias}
    tests = frozenset(
        (
            c.test.field,
            c.test.op,
            (numbers.get(c.test.value.alias, -1), c.test.value.field) if isinstance(c.test.value, Ref) else c.test.value,
            c.test.options,
        )
        for c in pattern.conditions
    )
    return pattern.kind, pattern.negated, tests


# --- units ---------------------------------------------------------------------------------------------------------


_POINTS = ("分", "个", "字", "元", "万元")
"""Units of what is neither a share nor a percentage."""


def _weighed(subject: Subject) -> None:
    """Parameters that are weights or floors of tiers, and say they are in something else."""
    scoring = subject.data.get("scoring", {})
    weights, tiers = scoring.get("weights", {}), scoring.get("qualitative", {}).get("tiers", [])
    used: list[tuple[Path_, Any, str]] = [
        (("scoring", "weights", key), weights.get(key), "分") for key in ("full_score", "execution")
    ]
    used += [(("scoring", "qualitative", "tiers", n, "from"), tier.get("from"), SHARE) for n, tier in enumerate(tiers)]
    for path, written, wanted in used:
        name = written.get("param", "") if isinstance(written, dict) else ""
        unit = subject.data.get("parameters", {}).get(name, {}).get("unit", "")
        if unit and unit != wanted:
            told = f"这里的数是{wanted}，参数 {name} 的单位写的是“{unit}”"
            subject.add("unit-mismatch", f"parameters.{name}.unit", subject.place(path), told, f"把 unit 改为 {wanted}，核对数值")


def _units(subject: Subject) -> None:
    """Percentages compared with shares, by the field's own unit and the parameter's unit or size."""
    units = {name: item.get("unit", "") for name, item in subject.data.get("parameters", {}).items()}
    for condition, at, path in subject.conditions():
        value = condition.test.value
        if not isinstance(value, Decimal):
            continue
        unit = units.get(condition.params[0], "") if condition.params else ""
        said = f"参数 {condition.params[0]}（{plain(value)}{unit}）" if condition.params else f" {plain(value)} "
        wrong = ""
        if condition.unit == PERCENT and (unit == SHARE or (not unit and numeric(value) and 0 < abs(value) < 1)):
            wrong = f"“{condition.title}”是百分数（90 表示 90%），却与{said}比较"
        elif condition.unit == SHARE and (unit in (PERCENT, "百分点") or (not unit and abs(value) >= 5)):
            wrong = f"“{condition.title}”是比例（0.9 表示 90%），却与{said}比较"
        elif condition.unit in (PERCENT, SHARE) and unit in _POINTS:
            wrong = f"“{condition.title}”是{'百分数' if condition.unit == PERCENT else '比例'}，却与{said}比较"
        if wrong:
            subject.add("unit-mismatch", f"{at}.{condition.test.field}", subject.place(path), wrong, "改成同一种写法")
