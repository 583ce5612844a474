"""The problems of a result, as the Contract has them: of one submission, and of many put in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.findings.concerns import heads, rank
from engine.findings.findings import Findings
from engine.findings.model import Concern
from engine.language.causes import ProblemTelling
from engine.results.model import ResultConcern, ResultForm, ResultStake
from engine.values.numerals import plain


@dataclass(frozen=True, slots=True)
class Numbered:
    """The problems of one bundle, and where its forms and findings stand in the result."""

    checked: Findings
    forms: Sequence[ResultForm]
    bundle: int | None = None
    forms_before: int = 0
    findings_before: int = 0


def concerns(several: Sequence[Numbered], telling: ProblemTelling) -> tuple[list[ResultConcern], list[str]]:
    """The problems of all bundles, the most pressing first, and the ids of those to be told before all else."""
    ordered = sorted(((concern, of) for of in several for concern in of.checked.concerns), key=lambda item: rank(item[0]))
    if len(several) == 1:
        chosen = {n for n, (concern, _) in enumerate(ordered) if concern.head}
    else:
        chosen = heads([concern for concern, _ in ordered], telling)
    listed = [_data(concern, of, f"P{n}") for n, (concern, of) in enumerate(ordered, start=1)]
    return listed, [listed[n]["id"] for n in sorted(chosen)]


def _data(concern: Concern, of: Numbered, identity: str) -> ResultConcern:
    places = {form["name"]: n for n, form in enumerate(of.forms, start=of.forms_before)}
    out = ResultConcern(
        id=identity,
        title=concern.title,
        cause=concern.cause,
        severity=concern.severity,
        certain=concern.certain,
        stake=_stake(concern),
        forms=sorted(places[name] for name in concern.forms if name in places),
        subjects=list(concern.subjects),
        findings=[of.findings_before + n for n in concern.findings],
        advice=concern.advice,
        key=concern.key,
    )
    if of.bundle is not None:
        out["bundle"] = of.bundle
    return out


def concern_data(concern: Concern) -> dict[str, Any]:
    """A problem by itself, outside a result: its forms by name."""
    return {
        "title": concern.title,
        "cause": concern.cause,
        "severity": concern.severity,
        "certain": concern.certain,
        "stake": _stake(concern),
        "forms": list(concern.forms),
        "subjects": list(concern.subjects),
        "advice": concern.advice,
        "key": concern.key,
        "head": concern.head,
    }


def _stake(concern: Concern) -> ResultStake:
    points, money = concern.stake.points, concern.stake.money
    return {"points": None if points is None else format(points, "f"), "money_yuan": None if money is None else _yuan(money)}


def _yuan(money: Fraction) -> str:
    return plain(money)
