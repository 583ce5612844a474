"""Where units and regions stand, and one project across units: their forms' totals, weighted with funds; what is open stands last.

A unit that files projects stands by these; one that files only the form of the whole department by that. Where a total is open the
score is open, too, and lies in the range the forms' ranges leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.forms.labels import fold
from engine.results.numbers import number
from engine.rollup.matching import form_keys
from engine.rollup.model import exact, mean
from engine.rollup.units import UnitTree
from engine.scoring.model import ScoredForm
from engine.values.rounding import rounded

Data = dict[str, Any]
PLACES = 2


@dataclass(frozen=True, slots=True)
class Entrant:
    """A form that counts for its unit: whose it is, what the unit is called, its funds, and its total a year before."""

    scored: ScoredForm
    home: str
    label: str
    funds: Fraction | None
    last: Decimal | None = None
    first: str = ""
    """What its unit's most pressing problem is called."""


def standings(items: Sequence[Entrant], tree: UnitTree | None, tails: Sequence[str] = ()) -> Data:
    """Units, regions (by the tree, each level ranked by itself) and projects that several units have, each ranked."""
    units: dict[str, list[Entrant]] = {}
    for item in items:
        units.setdefault(item.home, []).append(item)
    counted = {key: _counted(own) for key, own in units.items()}
    rows = [_row(own[0].label, _region(key, tree), counted[key]) | {"first": own[0].first} for key, own in units.items()]
    return {"by_unit": _ranked(rows), "by_region": _regions(counted, tree), "by_project": _projects(items, tails)}


def _counted(own: Sequence[Entrant]) -> list[Entrant]:
    """The forms a unit stands by."""
    return [item for item in own if item.scored.form.kind == "project"] or list(own)


def _region(key: str, tree: UnitTree | None) -> str:
    if tree is None or key not in tree.nodes:
        return ""
    parent = tree.nodes[key].parent
    return tree.nodes[parent].name if parent and (parent != tree.top or tree.by_folder) else ""


def _regions(counted: Mapping[str, Sequence[Entrant]], tree: UnitTree | None) -> list[Data]:
    if tree is None:
        return []
    under: dict[str, list[Entrant]] = {}
    for key, own in counted.items():
        if tree.nodes[key].children:
            continue  # a region's own form says again what those under it say
        for above in list(tree.above(key))[1:]:
            if above != tree.top:
                under.setdefault(above, []).extend(own)
    levels: dict[int, list[Data]] = {}
    for key, own in under.items():
        depth = tree.depth(key)
        over = tree.nodes[tree.nodes[key].parent].name if tree.nodes[key].parent else ""
        row = _row(tree.nodes[key].name, over if tree.nodes[key].parent != tree.top else "", own)
        levels.setdefault(depth, []).append({"depth": depth, "units": len({item.home for item in own}), **row})
    return [row for depth in sorted(levels) for row in _ranked(levels[depth])]


def _projects(items: Sequence[Entrant], tails: Sequence[str]) -> list[Data]:
    """Projects that several units have, with the units ranked by their totals."""
    projects = [item for item in items if item.scored.form.kind == "project"]
    keys = form_keys([(item.home, "project", item.scored.form.name) for item in projects], tails)
    held: dict[str, list[Entrant]] = {}
    for key, item in zip(keys, projects, strict=True):
        held.setdefault(key, []).append(item)
    out = []
    for group in held.values():
        if len({item.home for item in group}) > 1:
            rows = _ranked([_row(item.label, "", [item]) for item in group])
            out.append({"project": group[0].scored.form.name, "rows": rows})
    return sorted(out, key=lambda item: item["project"])


def _row(name: str, region: str, forms: Sequence[Entrant]) -> Data:
    """A row without its rank: score, or the range it lies in, and what it was a year before where every form has that."""
    score, reason = _weighted([(item.scored.total.computed, item.funds) for item in forms])
    ends = [_ends(item.scored) for item in forms]
    allowed = None
    if score is None and not reason and all(end is not None for end in ends):
        low, _ = _weighted([(end[0], item.funds) for end, item in zip(ends, forms, strict=True) if end])
        high, _ = _weighted([(end[1], item.funds) for end, item in zip(ends, forms, strict=True) if end])
        allowed = None if low is None or high is None else [number(low), number(high)]
    last, _ = _weighted([(item.last, item.funds) for item in forms])
    known = [item.funds for item in forms if item.funds is not None]
    return {
        "rank": None,
        "name": name,
        "region": region,
        "forms": len(forms),
        "open": sum(item.scored.total.computed is None for item in forms),
        "score": number(score),
        "allowed": allowed,
        "funds": exact(sum(known, Fraction(0))) if len(known) == len(forms) else "",
        "last": number(last),
        "change": None if last is None or score is None else number(score - last),
        "reason": reason,
    }


def _ends(scored: ScoredForm) -> tuple[Decimal, Decimal] | None:
    total = scored.total
    return (total.computed, total.computed) if total.computed is not None else total.allowed


def _weighted(pairs: Iterable[tuple[Decimal | None, Fraction | None]]) -> tuple[Decimal | None, str]:
    """The mean of scores weighted with funds, rounded; why there is none where funds are missing. One score needs no weight, nor do
    equal ones."""
    pairs = list(pairs)
    scores = [score for score, _ in pairs if score is not None]
    if len(scores) < len(pairs):
        return None, ""
    if len(set(scores)) == 1:
        return scores[0], ""
    funds = [weight for _, weight in pairs if weight is not None]
    if len(funds) < len(pairs) or not sum(funds):
        return None, "有的表没有资金额度，不能加权"
    return rounded(mean([Fraction(score) for score in scores], funds), PLACES), ""


def _ranked(rows: Sequence[Data]) -> list[Data]:
    """Best first; equal scores share a rank and the next is passed over; what is open comes last, by the best it may reach."""
    known = sorted((row for row in rows if row["score"] is not None), key=lambda row: (-Decimal(row["score"]), row["name"]))
    rest = sorted((row for row in rows if row["score"] is None), key=_open)
    for place, row in enumerate(known, start=1):
        same = place > 1 and Decimal(known[place - 2]["score"]) == Decimal(row["score"])
        row["rank"] = known[place - 2]["rank"] if same else place
    return known + rest


def _open(row: Data) -> tuple[Decimal, str]:
    return (-Decimal(row["allowed"][1]) if row["allowed"] else Decimal(1), row["name"])


def totals_before(earlier: Iterable[ScoredForm], tails: Sequence[str]) -> dict[tuple[str, str, str], Decimal]:
    """Computed totals of an earlier year by unit, kind and name; none where two forms have these in common."""
    forms = list(earlier)
    keys = form_keys([(fold(s.form.unit), s.form.kind, s.form.name) for s in forms], tails)
    found: dict[tuple[str, str, str], list[Decimal | None]] = {}
    for s, key in zip(forms, keys, strict=True):
        found.setdefault((fold(s.form.unit), s.form.kind, key), []).append(s.total.computed)
    return {key: totals[0] for key, totals in found.items() if len(totals) == 1 and totals[0] is not None}
