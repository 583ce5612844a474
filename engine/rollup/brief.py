"""What a leader wants to know of a year's self-evaluation on one page, from a ranking: how many filed and who did
not, own against computed scores, money, the commonest problems, the worst units, what changed since last year.

Plain data, numbers as strings: the page and the Word document are views of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.results.reading import apart, form_kind
from engine.results.views.form_lines import wan_of
from engine.rollup.ranking import BIN
from engine.values.rounding import rounded
from engine.values.vocabulary import Vocabulary

COMMON, WORST, MOVED = 5, 10, 3
"""Problems, units, and units that rose or fell, that are told."""
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BriefOccasion:
    """What a ranking does not say: what all is called, who had to file, what could not be read, what money units mean."""

    name: str
    expected: int | None = None
    """Units that had to file; None where no table of units says."""
    missing: Sequence[str] = ()
    """Of these, the ones that filed nothing."""
    unread: Sequence[str] = ()
    words: Vocabulary | None = None


def brief(ranking: Mapping[str, Any], occasion: BriefOccasion) -> Data:
    """The one page."""
    kinds = [_kind(group, occasion.words) for group in ranking["groups"]]
    units = ranking["by_unit"]
    ranked = [row for row in units if row["score"] is not None]
    common = [row for row in ranking["causes"] if row["severity"] != "info" and row["problems"] > row["doubtful"]]
    worst = sorted(ranked, key=lambda row: (Decimal(row["score"]), row["name"]))[:WORST]
    return {
        "name": occasion.name,
        "year": str(ranking["fiscal_year"]),
        "policy": ranking["policy"],
        "engine": ranking["engine"],
        "units": str(ranking["units"]),
        "forms": str(sum(len(group["rows"]) for group in ranking["groups"])),
        "expected": None if occasion.expected is None else str(occasion.expected),
        "missing": list(occasion.missing),
        "unread": list(occasion.unread),
        "kinds": kinds,
        "common": [_text(row) for row in common[:COMMON]],
        "worst": [_text(row) | {"place": str(n), "change": _signed(row["change"])} for n, row in enumerate(worst, start=1)],
        "unranked": str(len(units) - len(ranked)),
        "change": _change(units),
    }


def _signed(change: str | None) -> str:
    return "" if change is None else f"+{change}" if Decimal(change) > 0 else change


def _text(row: Mapping[str, Any]) -> Data:
    """A row with its counts as texts, as templates show them."""
    return {key: str(value) if isinstance(value, int) and not isinstance(value, bool) else value for key, value in row.items()}


def _kind(group: Mapping[str, Any], words: Vocabulary | None) -> Data:
    """One kind of form: its scores, grades and money. Departments' money holds that of their projects: the two are not added."""
    rows = group["rows"]
    both = [row for row in rows if row["reported"] is not None and row["computed"] is not None]
    own, computed = ([Decimal(row[key]) for row in both] for key in ("reported", "computed"))
    gaps = [mine - theirs for mine, theirs in zip(own, computed, strict=True)]
    widest = max(both, key=lambda row: apart(row["reported"], row["computed"]), default=None)
    return {
        "kind": group["kind"],
        "title": form_kind(group["kind"]),
        "forms": str(len(rows)),
        "both": str(len(both)),
        "open": str(sum(row["computed"] is None for row in rows)),
        "unscored": str(sum(row["reported"] is None for row in rows)),
        "own": _mean(own),
        "computed": _mean(computed),
        "higher": str(sum(gap > 0 for gap in gaps)),
        "lower": str(sum(gap < 0 for gap in gaps)),
        "same": str(sum(gap == 0 for gap in gaps)),
        "widest": _widest(widest),
        "grades": list(_grades(group)),
        "bins": list(_bins(own, computed)),
        "money": _money(rows, words),
    }


def _widest(row: Mapping[str, Any] | None) -> Data | None:
    """The form whose two totals are furthest apart."""
    if row is None or not apart(row["reported"], row["computed"]):
        return None
    gap = apart(row["reported"], row["computed"])
    return {key: row[key] for key in ("unit", "form", "reported", "computed")} | {"gap": format(gap, "f")}


def _mean(values: Sequence[Decimal]) -> str | None:
    return format(rounded(Fraction(sum(values, Decimal(0))) / len(values), 2), "f") if values else None


def _grades(group: Mapping[str, Any]) -> Iterator[Data]:
    """How many forms have each grade, by themselves (what they say, or else what their own total makes) and computed, the policy's
    grades in its order; own words after them."""
    own = Counter(row["grade_own"] for row in group["rows"] if row["grade_own"])
    computed = Counter(row["grade"] for row in group["rows"] if row["grade"])
    for grade in dict.fromkeys([*(item["grade"] for item in group["distribution"]["grades"]), *own, *computed]):
        yield {"grade": grade, "own": own[grade], "computed": computed[grade]}


def _bins(own: Sequence[Decimal], computed: Sequence[Decimal]) -> Iterator[Data]:
    """How many of the forms that have both totals lie in each span of points; the highest span holds its upper end."""
    if not own:
        return
    top = max(BIN, int(-(-max(max(own), max(computed)) // BIN)) * BIN)
    places = [[min(max(int(value // BIN), 0), top // BIN - 1) for value in values] for values in (own, computed)]
    for n in range(min(map(min, places)), top // BIN):
        yield {"from": str(n * BIN), "to": str((n + 1) * BIN), "own": places[0].count(n), "computed": places[1].count(n)}


def _money(rows: Iterable[Mapping[str, Any]], words: Vocabulary | None) -> Data:
    """Budget and executed amount in 万元, of the forms that say both in a unit that is known; how many do not."""
    known, unknown = [], 0
    for row in rows:
        amounts = [_wan(row[key], row["money_unit"], words) for key in ("budget", "executed")]
        if None in amounts:
            unknown += 1
        else:
            known.append(amounts)
    budget, executed = (sum((Fraction(pair[n] or 0) for pair in known), Fraction(0)) for n in (0, 1))
    return {
        "budget": format(rounded(budget, 2), ",f") if known else None,
        "executed": format(rounded(executed, 2), ",f") if known else None,
        "rate": f"{format(rounded(executed / budget * 100, 2), 'f')}%" if budget else None,
        "unknown": str(unknown),
    }


def _wan(value: str | None, unit: str, words: Vocabulary | None) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(wan_of(value, unit, words))
    except ArithmeticError:
        return None


def _change(units: Sequence[Mapping[str, Any]]) -> Data | None:
    """What changed since last year, of the units that have a score in both years; None where no earlier forms were given."""
    compared = [row for row in units if row["change"] is not None]
    if not compared:
        return None
    moved = sorted(compared, key=lambda row: (-Decimal(row["change"]), row["name"]))
    before, now = ([Decimal(row[key]) for row in compared] for key in ("last", "score"))
    rises = [row for row in moved if Decimal(row["change"]) > 0]
    falls = [row for row in reversed(moved) if Decimal(row["change"]) < 0]
    return {
        "compared": str(len(compared)),
        "before": _mean(before),
        "now": _mean(now),
        "up": str(len(rises)),
        "down": str(len(falls)),
        "same": str(len(compared) - len(rises) - len(falls)),
        "rises": [{"name": row["name"], "change": row["change"]} for row in rises[:MOVED]],
        "falls": [{"name": row["name"], "change": row["change"].removeprefix("-")} for row in falls[:MOVED]],
    }
