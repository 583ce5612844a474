"""What the roll-up found, as findings by the policy's checks: obstacles, and a level's own form against what was rolled up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.errors import InternalError, Place, Problem
from engine.findings.model import Evidence
from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.policy.rollup import Check, RollupRules
from engine.rollup.model import Obstacle, funds_of, listed
from engine.scoring.budget import scored_line
from engine.scoring.model import Recognised, ScoredForm
from engine.submission.model import Form
from engine.values import names
from engine.values.cells import number_of
from engine.values.comparison import compare
from engine.values.model import Value
from engine.values.money import money_factor
from engine.values.notation import fold
from engine.values.vocabulary import Vocabulary

SHOWN_PLACES = 8
"""Places an obstacle names as evidence; the trace has all."""


@dataclass(frozen=True, slots=True)
class RollupFinding:
    """A finding of the roll-up, in the shape of all findings, and the level (province, city, department) it is about."""

    rule: str
    title: str
    category: str
    severity: str
    level: str
    form: str
    subject: str
    message: str
    advice: str
    basis: str
    refused: bool
    evidence: tuple[Evidence, ...] = ()


Fact = tuple[str, Mapping[str, Scalar], tuple[Evidence, ...]]


def tell(facts: Sequence[Fact], rules: RollupRules, policy: Policy) -> list[RollupFinding]:
    """Findings for facts of the roll-up. An obstacle is told by the first check that fits it, comparisons of levels by all."""
    params = {name: parameter.value for name, parameter in policy.parameters.items()}
    out: list[RollupFinding] = []
    for kind, fields, evidence in facts:
        found = [check for check in rules.checks if check.of == kind and check.fits(fields)]
        if kind == "obstacle":
            if not found:  # the policy was built with a check for every code
                told = f"没有规则说“{fields['code']}”怎么办"
                raise InternalError(Problem(Place(), told, "rollup_checks 里的一条", code="rollup.no-check"))
            found = found[:1]
        out += [_told(check, fields, evidence, params) for check in found if check.severity != "none"]
    return out


def _told(check: Check, fields: Mapping[str, Scalar], evidence: tuple[Evidence, ...], params: Mapping[str, Any]) -> RollupFinding:
    subject = fields.get("own_name") or fields.get("name") or fields["form"]
    return RollupFinding(
        rule=check.id,
        title=check.title,
        category=check.category,
        severity=check.severity,
        level=str(fields["level"]),
        form=str(fields["form"]),
        subject=str(subject),
        message=check.told(check.message, fields, params),
        advice=check.told(check.advice, fields, params),
        basis=check.basis,
        refused=bool(fields.get("refused", False)),
        evidence=evidence,
    )


def obstacle_facts(obstacles: Sequence[Obstacle], whole: Mapping[str, Scalar]) -> Iterator[Fact]:
    """`whole` are the fields all facts of one rolled-up form share: by, level, form, form_kind."""
    for item in obstacles:
        fields: dict[str, Scalar] = {
            **whole,
            "code": item.code,
            "method": item.method,
            "refused": item.refused,
            "units": listed(item.units),
            "count": Decimal(len(item.units)),
            "whole": Decimal(item.whole),
            **item.numbers,
        }
        if item.name:
            fields["name"] = item.name
        if item.details:
            fields["details"] = item.details
        cells = [(e, e.indicator.actual) for e in item.entries[:SHOWN_PLACES]]
        evidence = tuple(
            Evidence(cell.place if cell else e.indicator.place, "actual", e.child.label, cell.text if cell else "")
            for e, cell in cells
        )
        yield "obstacle", fields, evidence


def level_facts(
    own: ScoredForm, rolled: ScoredForm, whole: Mapping[str, Scalar], policy: Policy, words: Vocabulary, count: int
) -> Iterator[Fact]:
    """A level's own form against the one rolled up to it, indicator by indicator and as a whole."""
    sides = [[(f"{n}.{m}", item.known.indicator.name) for m, item in enumerate(s.indicators)] for n, s in enumerate((own, rolled))]
    keys = names.keys(sides, policy.names).keys
    below: dict[str, list[int]] = {}
    for identity, _ in sides[1]:
        below.setdefault(keys[identity], []).append(int(identity.partition(".")[2]))
    matched = 0
    for m, item in enumerate(own.indicators):
        candidates = below.get(keys[f"0.{m}"], [])
        other = rolled.indicators[candidates.pop(0)].known if candidates else None
        matched += other is not None
        fields = {**whole, **_indicator(item.known, other, words)}
        yield "level_indicator", fields, _evidence(item.known, other)
    for left in sorted(index for indexes in below.values() for index in indexes):
        known = rolled.indicators[left].known
        sources = _sources(known)
        fields = {**whole, "name": known.indicator.name, "found": "below", "rolled_actual": known.actual.raw}
        yield "level_indicator", {**fields, "units": listed(sources), "count": Decimal(len(sources))}, _evidence(None, known)
    yield "level_form", {**whole, **_forms(own, rolled, policy, words), "matched": Decimal(matched), "count": Decimal(count)}, ()


def _indicator(own: Recognised, rolled: Recognised | None, words: Vocabulary) -> dict[str, Scalar]:
    out: dict[str, Scalar] = {
        "name": own.indicator.name,
        "own_name": own.indicator.name,
        "found": "both" if rolled else "own",
        "own_target": own.target.raw,
        "own_actual": own.actual.raw,
    }
    if own.actual.unit:
        out["own_unit"] = own.actual.unit
    if own.indicator.level2:
        out["own_level2"] = own.indicator.level2
    if rolled is None:
        return out
    sources = _sources(rolled)
    out |= {"rolled_target": rolled.target.raw, "rolled_actual": rolled.actual.raw}
    out |= {"units": listed(sources), "count": Decimal(len(sources))}
    if rolled.actual.unit:
        out["rolled_unit"] = rolled.actual.unit
    if rolled.indicator.level2:
        out["rolled_level2"] = rolled.indicator.level2
    if rolled.indicator.rolled and rolled.indicator.rolled.refused:
        return out  # nothing was rolled up: there is nothing to hold the own value against, and the obstacle says why
    for name, first, second in (("target", own.target, rolled.target), ("actual", own.actual, rolled.actual)):
        out |= _compared(name, first, second, words)
    return out


def _compared(name: str, first: Value, second: Value, words: Vocabulary) -> dict[str, Scalar]:
    """How far two values are apart, in one unit; whether they differ as words where they are no comparable numbers."""
    if fold(first.raw, words) == fold(second.raw, words):
        return {f"{name}_gap": Decimal(0), f"{name}_text_differs": False}
    found = compare(first, second, words)
    if found.kind == "numbers" and found.pairs:
        return {f"{name}_gap": max(abs(pair.target - pair.actual) for pair in found.pairs), f"{name}_text_differs": False}
    return {f"{name}_text_differs": True}


def _sources(known: Recognised) -> list[str]:
    rolled = known.indicator.rolled
    shares = rolled.shares if rolled else ()
    units = {share.unit for share in shares}
    return sorted({share.form if len(units) == 1 and share.form else share.unit for share in shares})


def _evidence(own: Recognised | None, rolled: Recognised | None) -> tuple[Evidence, ...]:
    out = []
    if own and own.indicator.actual:
        out.append(Evidence(own.indicator.actual.place, "actual", "本级表", own.actual.raw))
    shares = rolled.indicator.rolled.shares if rolled and rolled.indicator.rolled else ()
    out += [Evidence(share.place, "actual", share.form or share.unit, share.value) for share in shares[:SHOWN_PLACES]]
    return tuple(out)


def _forms(own: ScoredForm, rolled: ScoredForm, policy: Policy, words: Vocabulary) -> dict[str, Scalar]:
    """Budgets in the own form's unit of money, rates in percent, totals."""
    unit = (line.money_unit if (line := scored_line(own.form)) else "") or ""
    out: dict[str, Scalar] = {"money_unit": unit}
    for side, form in (("own", own.form), ("rolled", rolled.form)):
        for key in ("budget", "executed"):
            if (amount := _amount(form, key, unit, words)) is not None:
                out[f"{side}_{key}"] = _decimal(amount)
        budget, executed = (out.get(f"{side}_{key}") for key in ("budget", "executed"))
        if isinstance(budget, Decimal) and isinstance(executed, Decimal) and budget:
            out[f"{side}_rate"] = _decimal(Fraction(executed) / Fraction(budget) * 100)
    for key in ("budget", "executed"):
        _gap(out, f"{key}_gap", out.get(f"own_{key}"), out.get(f"rolled_{key}"))
    own_rate, rolled_rate = out.get("own_rate"), out.get("rolled_rate")
    if isinstance(own_rate, Decimal) and isinstance(rolled_rate, Decimal):
        out["rate_lead"] = own_rate - rolled_rate
    spent = next((number_of(item.value) for item in own.form.header if item.key == "project_expenditure"), None)
    if spent is not None:
        out["project_expenditure"] = spent
        _gap(out, "project_gap", spent, out.get("rolled_budget"))
    own_total = own.total.reported if own.total.reported is not None else own.total.computed
    for name, total in (("own_total", own_total), ("rolled_total", rolled.total.computed)):
        if total is not None:
            out[name] = total
    _gap(out, "total_gap", out.get("own_total"), out.get("rolled_total"))
    out |= {"own_indicators": Decimal(len(own.indicators)), "rolled_indicators": Decimal(len(rolled.indicators))}
    return out


def _amount(form: Form, key: str, unit: str, words: Vocabulary) -> Fraction | None:
    line = scored_line(form)
    amount = number_of(getattr(line, key)) if line else None
    if line is None or amount is None or bool(line.money_unit) != bool(unit):
        return None
    if not unit:
        return Fraction(amount)
    own, to = money_factor(line.money_unit, words), money_factor(unit, words)
    return None if own is None or to is None or own[1] != to[1] else Fraction(amount) * own[0] / to[0]


def _gap(out: dict[str, Scalar], name: str, first: Scalar | None, second: Scalar | None) -> None:
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        out[name] = abs(first - second)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


__all__ = ["Fact", "RollupFinding", "funds_of", "level_facts", "obstacle_facts", "tell"]
