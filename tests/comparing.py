"""What two policies make of many inputs, asked of their tables one by one: what a comparison that is proved is held against."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.changes.scores.model import ScoreComparison, ScoreRegion, SpanEdge, ValueSpan
from engine.changes.scores.sides import ScoringSide
from engine.changes.scores.spans import QUANTITIES
from engine.language.conditions import leaves
from engine.language.fields import GRADING, QUOTIENTS, cut, quotient
from engine.language.model import Scalar
from engine.language.tables import CaseTable
from engine.scoring.totals import grade

Record = dict[str, Scalar]
_CENT = Decimal("0.01")
_SHARES = ("0", "0.3", "0.5", "0.6", "0.7", "0.8", "0.9", "1", "1.1", "1.2", "1.3", "1.5", "2", "3", "5")


def disagreements(found: ScoreComparison, one: ScoringSide, two: ScoringSide, chance: random.Random, most: int = 400) -> list[str]:
    """Inputs of which the comparison says one thing and the two policies another."""
    wrong: list[str] = []
    by_name = {table.table: table for table in found.tables}
    for name in one.tables:
        told = by_name[name]
        tables = one.tables[name], two.tables[name]
        for fields in _some(_records(one, two, name), chance, most):
            here, there = _sides(one, two, name, fields)
            made, other = one.made(tables[0], here), two.made(tables[1], there)
            if made is None or other is None:
                continue
            first, second = (table.first(side) for table, side in zip(tables, (here, there), strict=True))
            assert first is not None
            assert second is not None
            wrong += _judged(f"{name} {fields}", told.regions, (first.id, second.id), made != other, fields, told.answer)
    for total, counts in _totals(one, two, chance, most):
        bands = [grade(total, side.policy, counts) for side in (one, two)]
        ids = bands[0].id if bands[0] else "", bands[1].id if bands[1] else ""
        told = by_name["grades"]
        wrong += _judged(f"grades {total} {counts}", told.regions, ids, ids[0] != ids[1], {"total": total}, told.answer)
    return wrong


def _judged(
    what: str, regions: tuple[ScoreRegion, ...], cases: tuple[str, str], differs: bool, fields: Mapping[str, Scalar], answer: str
) -> Iterator[str]:
    region = next((region for region in regions if region.cases == cases), None)
    if differs and region is None and answer != "undecided":
        yield f"{what}: differs at {cases}, and nothing was told of it"
    elif differs and region is not None and region.span is not None and not _within(region.span, fields):
        yield f"{what}: differs outside of {region.span}"
    elif not differs and region is not None and region.everywhere:
        yield f"{what}: the same, and {cases} are said to differ everywhere"


def _within(span: ValueSpan, fields: Mapping[str, Scalar]) -> bool:
    of = QUANTITIES[span.quantity]
    above, below = fields.get(of.above), fields.get(of.below) if of.below else Decimal(1)
    if not isinstance(above, Decimal) or not isinstance(below, Decimal) or below <= 0:
        return True  # the span says nothing of it
    value = Fraction(above) / Fraction(below)
    return _beyond(value, span.low, 1) and _beyond(value, span.high, -1)


def _beyond(value: Fraction, edge: SpanEdge, sign: int) -> bool:
    if edge.value is None:
        return True
    return sign * value > sign * edge.value or (value == edge.value and edge.included)


def _sides(one: ScoringSide, two: ScoringSide, name: str, fields: Record) -> tuple[Record, Record]:
    out = []
    for side in (one, two):
        scoring = side.policy.scoring
        own: Record = dict(fields)
        if name == "execution":
            own["weight"] = scoring.weights.execution
        elif name == "total":
            own["full_score"] = scoring.weights.full_score
            own["applicable"] = scoring.weights.full_score - own["not_applicable_weight"]  # type: ignore[operator]
        elif scoring.hundred:
            own["weight"] = Decimal(100)
        for key in QUOTIENTS:
            if (value := quotient(key, own)) is not None:
                own[key] = cut(value)
        out.append(own)
    return out[0], out[1]


def _some(records: Iterator[Record], chance: random.Random, most: int) -> list[Record]:
    found = list(records)
    return found if len(found) <= most else chance.sample(found, most)


def _named(one: ScoringSide, two: ScoringSide, name: str) -> list[Decimal]:
    """The numbers the two tables name, and those beside them."""
    found: set[Decimal] = set()
    for side in (one, two):
        for case in side.tables[name].cases:
            for condition in leaves(case.conditions):
                if isinstance(condition.test.value, Decimal):
                    found.add(condition.test.value)
        found |= {
            Decimal(value) for value in side.params.values() if isinstance(value, int | Decimal) and not isinstance(value, bool)
        }
    found |= {value / 100 for value in found}
    return sorted({value + step for value in found for step in (Decimal(0), _CENT, -_CENT)})


def _records(one: ScoringSide, two: ScoringSide, name: str) -> Iterator[Record]:
    reads = one.tables[name].reads | two.tables[name].reads
    if name == "execution":
        for budget, share in itertools.product(("80", "-80", "0", "3"), [*map(Decimal, _SHARES), *_named(one, two, name)]):
            yield {"budget": Decimal(budget), "executed": Decimal(budget) * share, "reported": Decimal(5)}
    elif name == "total":
        for execution, rest, nothing in itertools.product(("0", "5", "10"), ("0", "33.3", "70", "80"), ("0", "10")):
            if Decimal(rest) + Decimal(nothing) <= 80:
                yield {"execution": Decimal(execution), "indicators": Decimal(rest), "weighted": Decimal(rest),
                       "not_applicable_weight": Decimal(nothing)}  # fmt: skip
    elif name == "quantitative":
        yield from _quantities(one, two, name)
    else:
        tables = one.tables[name], two.tables[name]
        texts = {key: ["某", *_words(tables, key)] for key in reads if key not in ("weight", "reported", "early", "days_late")}
        owned: list[Decimal | None] = [None, *map(Decimal, ("0", "3", "4.99", "5", "6", "8", "10"))]
        for own, early in itertools.product(owned, (True, False)):
            for chosen in itertools.product(*texts.values()):
                record: Record = {"weight": Decimal(10), "early": early, **dict(zip(texts, chosen, strict=True))}
                late = {"days_late", "months_late", "full_months_late"} & reads
                record |= dict.fromkeys(late, Decimal(0 if early else 45))
                yield record if own is None else {**record, "reported": own}


def _words(tables: tuple[CaseTable, CaseTable], key: str) -> list[Scalar]:
    """The texts that conditions ask for, of which there is one for each case."""
    found: dict[Scalar, None] = {}
    for table in tables:
        for case in table.cases:
            for condition in leaves(case.conditions):
                value = condition.test.value
                if condition.test.field == key:
                    found |= {item: None for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, str)}
    return list(found)


def _quantities(one: ScoringSide, two: ScoringSide, name: str) -> Iterator[Record]:
    shares = list(dict.fromkeys([*map(Decimal, _SHARES), *_named(one, two, name)]))
    for direction, target, weight in itertools.product(("positive", "inverse"), ("80", "0", "3", "-80"), ("10", "3")):
        for share in shares:
            base, value = Decimal(target), Decimal(target) * share if Decimal(target) else share
            reached = value >= base if direction == "positive" else value <= base
            record: Record = {
                "direction": direction,
                "weight": Decimal(weight),
                "target": base,
                "actual": value,
                "target_kind": "number",
                "actual_kind": "number",
                "comparison": "numbers",
                "target_operator": "",
                "verdict": "met" if reached else "not_met",
                "nature": "quantitative",
            }
            yield record
            for own in ("0", "2", weight):
                yield {**record, "reported": Decimal(own)}
    for verdict in ("met", "not_met"):
        yield {"direction": "positive", "weight": Decimal(10), "target": Decimal(80), "actual": Decimal(70), "verdict": verdict,
               "target_kind": "range", "actual_kind": "number", "comparison": "numbers", "nature": "quantitative",
               "target_operator": ""}  # fmt: skip


def _totals(one: ScoringSide, two: ScoringSide, chance: random.Random, most: int) -> Iterator[tuple[Decimal, Record]]:
    full = max(one.policy.scoring.weights.full_score, two.policy.scoring.weights.full_score)
    floors = {band.floor + step for side in (one, two) for band in side.policy.grades for step in (Decimal(0), _CENT, -_CENT)}
    for _ in range(most):
        total = chance.choice(sorted({*floors, Decimal(0), full}))
        if 0 <= total <= full:
            met, unmet, open_ = (Decimal(chance.choice((0, 1, 5))) for _ in range(3))
            counts = dict(zip(GRADING, (Decimal(0),) * len(GRADING), strict=True))
            counts |= {"met": met, "unmet": unmet, "undecided": open_, "indicators": met + unmet + open_}
            counts["zero_scores"] = min(Decimal(chance.choice((0, 1))), counts["indicators"])
            yield total, {**counts}
