"""Base records of what a policy extends, after the policy's own scheme: weights, headings, scores, totals and grades.

A record without a mistake under last year's weights is full of them under this year's. What follows from the scheme is put as the
scheme has it; what was filed wrongly there on purpose stays as wrong.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from engine.errors import InputError
from engine.policy.identity import Itself
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.scoring.model import Score, ScoredForm
from engine.submission import record
from engine.values.cells import number_of
from engine.values.numerals import plain, read_decimal

_CENT = Decimal("0.01")
_POINTS = re.compile(r"(?<![0-9.])([0-9]+(?:\.[0-9]+)?)\s*分(?!之|钟)")


def bases(written: Mapping[str, Any], above: Policy, policy: Policy) -> dict[str, Any]:
    """The base records of a file of `above` as they are under `policy`; the same things where both have one scheme."""
    if _scheme(above) == _scheme(policy):
        return dict(written)
    return {name: _rescaled(Itself(base), above.sha256, policy.sha256, _Rescaled(above, policy)) for name, base in written.items()}


def _scheme(policy: Policy) -> tuple[Any, ...]:
    """All that decides what a record without a mistake has in its weights, headings, scores and grades."""
    scoring = policy.scoring
    weights = scoring.weights
    level1 = tuple(sorted(weights.level1.items())), tuple((s.id, tuple(sorted(s.level1.items()))) for s in weights.schemes)
    bands = tuple((band.id, band.floor, band.floor_included) for band in (*scoring.tiers, *policy.grades))
    tables = tuple((case.id, case.formula, case.tier, case.status) for table in _tables(policy) for case in table.cases)
    homes = tuple((level.name, level.level2, level.aliases) for level in policy.taxonomy)
    return weights.full_score, weights.execution, level1, bands, tables, homes, scoring.rounding


def _tables(policy: Policy) -> Iterator[Any]:
    yield policy.scoring.execution
    yield from policy.scoring.tables.values()


@dataclass(frozen=True, slots=True)
class _Rescaled:
    """The policy a record was written for, and the one it is to be of. Equal whatever they are: their hashes stand beside it."""

    above: Policy
    policy: Policy

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rescaled)


@lru_cache(maxsize=256)
def _rescaled(base: Itself[Any], _before: str, _after: str, both: _Rescaled) -> Any:
    data = copy.deepcopy(base.thing)
    try:
        before = _evaluated(data, both.above)
        headings(data, both.above, both.policy)
        for form in data["forms"]:
            _weights(form, both)
        after = _evaluated(data, both.policy)
    except InputError:
        return base.thing  # a record with a mistake on purpose; the tests that start from it say so
    for number, (form, old, new) in enumerate(zip(data["forms"], before, after, strict=True)):
        was = _told(base.thing["forms"][number])
        _scores(form, old, new, both)
        _texts(form, was, _told(form))
    return data


def _evaluated(data: Any, policy: Policy) -> Sequence[ScoredForm]:
    return evaluate(record.from_data({"schema": "jixiao/submission/1", **data}, ""), policy).forms


# --- headings ------------------------------------------------------------------------------------------------------


def headings(data: Any, above: Policy, policy: Policy) -> None:
    """Rows under the 一级 and 二级 headings of the new scheme: where a 二级 has moved to, and for one that is gone another of its
    一级."""
    for form in data["forms"]:
        for goal in form.get("goals", ()):
            for row in (*goal.get("indicators", ()), *goal.get("groups", ())):
                _move(row, above, policy)


def _move(row: dict[str, Any], above: Policy, policy: Policy) -> None:
    level1, level2 = row.get("level1", ""), row.get("level2", "")
    if not level2 or level2 not in _level2(above, level1):
        return  # it was misplaced there, too
    if level2 in _level2(policy, level1):
        return
    home = next((level.name for level in policy.taxonomy if level2 in level.level2), "")
    if home:
        row["level1"] = home
    elif others := _level2(policy, level1):
        row["level2"] = others[0]


def _level2(policy: Policy, level1: str) -> tuple[str, ...]:
    found = next((level for level in policy.taxonomy if level1 in (level.name, *level.aliases)), None)
    return found.level2 if found else ()


# --- weights -------------------------------------------------------------------------------------------------------


def _weights(form: dict[str, Any], both: _Rescaled) -> None:
    """The weights of the rows, each part of the form with what the new scheme gives it; headings and goals have their sums."""
    rows = [row for goal in form.get("goals", ()) for row in goal.get("indicators", ())]
    points = [_number(row.get("weight")) for row in rows]
    known = [(row, number) for row, number in zip(rows, points, strict=True) if number is not None]
    old, new = both.above.scoring.weights, both.policy.scoring.weights
    whole = old.full_score - old.execution
    if not known or sum(number for _, number in known) != whole:
        return  # no full set of weights: nothing follows from the scheme
    parts: dict[str, list[tuple[dict[str, Any], Decimal]]] = {}
    for row, number in known:
        parts.setdefault(_name(both.policy, row.get("level1", "")), []).append((row, number))
    given = _points(new.level1 or next((s.level1 for s in new.schemes if set(s.level1) == set(parts)), {}), parts)
    rest = new.full_score - new.execution
    if given is None or sum(given.values()) != rest:
        _share([one for part in parts.values() for one in part], rest)
    else:
        for name, part in parts.items():
            _share(part, given[name])
    for goal in form.get("goals", ()):
        _sums(goal)


def _points(level1: Mapping[str, Decimal], parts: Mapping[str, Any]) -> dict[str, Decimal] | None:
    return dict(level1) if level1 and set(level1) == set(parts) else None


def _name(policy: Policy, level1: str) -> str:
    return next((level.name for level in policy.taxonomy if level1 in (level.name, *level.aliases)), level1)


def _share(part: Sequence[tuple[dict[str, Any], Decimal]], points: Decimal) -> None:
    """Points over rows in the proportions they had, in hundredths; what rounding leaves over goes to the heaviest."""
    whole = sum((number for _, number in part), Decimal(0))
    if not whole:
        return
    shares = [(number * points / whole).quantize(_CENT, ROUND_HALF_UP) for _, number in part]
    heaviest = max(range(len(part)), key=lambda n: part[n][1])
    shares[heaviest] += points - sum(shares)
    for (row, _), share in zip(part, shares, strict=True):
        row["weight"] = _written(row["weight"], share)


def _sums(goal: dict[str, Any]) -> None:
    rows = goal.get("indicators", ())
    for group in goal.get("groups", ()):
        if "weight" in group:
            own = [r for r in rows if r.get("level1") == group.get("level1") and group.get("level2") in (None, "", r.get("level2"))]
            if own:
                group["weight"] = _written(group["weight"], _total(own, "weight"))
    if "weight" in goal and rows:
        goal["weight"] = _written(goal["weight"], _total(rows, "weight"))


def _total(rows: Sequence[Mapping[str, Any]], key: str) -> Decimal:
    return sum((_number(row.get(key)) or Decimal(0) for row in rows), Decimal(0))


# --- scores --------------------------------------------------------------------------------------------------------


def _scores(form: dict[str, Any], old: ScoredForm, new: ScoredForm, both: _Rescaled) -> None:
    """The scores that were right there as they are right here; a total that was their sum is it again, and so the grade."""
    rows = [row for goal in form.get("goals", ()) for row in goal.get("indicators", ())]
    before = _filed(form, rows)
    for row, was, now in zip(rows, old.indicators, new.indicators, strict=True):
        _score(row, was.score, now.score, _ratio(was.known.indicator.weight, row))
    lines = form.get("budget", ())
    scored = [line for line in lines if line.get("score") not in (None, "")]
    if len(scored) == 1:
        weights = both.policy.scoring.weights.execution, both.above.scoring.weights.execution
        _score(scored[0], old.execution, new.execution, weights[0] / weights[1] if weights[1] else Decimal(1))
    for line in lines:
        if _number(line.get("weight")) == both.above.scoring.weights.execution:
            line["weight"] = _written(line["weight"], both.policy.scoring.weights.execution)
    total, grade = _number(form.get("total")), form.get("grade")
    if total is None:
        return
    now_total = _filed(form, rows) if total == before else total
    form["total"] = _written(form["total"], now_total)
    if grade and grade == old.grade_computed:
        form["grade"] = new.grade_computed or grade


def _told(form: Mapping[str, Any]) -> dict[str, Decimal]:
    """The scores a report tells of a form: of the execution, of each 一级指标, and the total."""
    rows = [row for goal in form.get("goals", ()) for row in goal.get("indicators", ())]
    out = {str(row.get("level1")): _total([r for r in rows if r.get("level1") == row.get("level1")], "score") for row in rows}
    return {**out, "execution": _total(form.get("budget", ()), "score"), "total": _number(form.get("total")) or Decimal(0)}


def _texts(form: dict[str, Any], was: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> None:
    """The same scores where the form's own texts tell them."""
    new = {number: now[name] for name, number in was.items() if number and name in now and now[name] != number}
    if not new:
        return

    def put(found: re.Match[str]) -> str:
        number = new.get(Decimal(found[1]))
        return f"{plain(number)}分" if number is not None else found[0]

    for key, value in form.items():
        if key not in ("goals", "budget", "total", "grade"):
            form[key] = _each(value, put, new)


def _each(value: Any, put: Callable[[re.Match[str]], str], new: Mapping[Decimal, Decimal]) -> Any:
    if isinstance(value, str):
        return _POINTS.sub(put, value)
    if isinstance(value, list):
        return [_each(item, put, new) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: _each(item, put, new) for key, item in value.items()}
    said = _number(out.get("score"))  # a statement as it was read
    return {**out, "score": plain(new[said])} if said is not None and said in new else out


def _filed(form: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Decimal:
    return _total([*rows, *form.get("budget", ())], "score")


def _ratio(was: Any, row: Mapping[str, Any]) -> Decimal:
    before, now = number_of(was), _number(row.get("weight"))
    return now / before if before and now is not None else Decimal(1)


def _score(row: dict[str, Any], was: Score, now: Score, ratio: Decimal) -> None:
    filed = _number(row.get("score"))
    if filed is None:
        return
    if was.computed is not None and filed == was.computed and now.computed is not None:
        row["score"] = _written(row["score"], now.computed)
    elif ratio != 1 and not (now.allowed and now.allowed[0] <= filed <= now.allowed[1]):
        row["score"] = _written(row["score"], (filed * ratio).quantize(_CENT, ROUND_HALF_UP))


def _number(text: Any) -> Decimal | None:
    return None if text is None else read_decimal(str(text).removesuffix("分"))


def _written(before: Any, number: Decimal) -> str:
    """The number as it stood there: with 分 where it had it."""
    return plain(number) + ("分" if str(before).endswith("分") else "")
