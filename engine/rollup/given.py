"""What a person said of the correspondence (对应表): which row an indicator belongs to, which form, how a row is made.

A line names a form by its unit and its name, an indicator by these, its place on the form and its name; a line that fits nothing,
contradicts another or names an unknown method is told with its place, and nothing is rolled up until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.errors import Place, Problem, nearest
from engine.policy.rollup import METHODS
from engine.rollup.model import Entry, name_key

CHOSEN = ("sum", "funds_mean", "base_mean", "same", "latest", "score_mean", "refuse")
"""Methods a person may choose for a row."""
MOST_NEAREST = 20
"""Lines that fit nothing for which the nearest unit is looked for."""
FormKey = tuple[str, str]
"""Unit and name of a form, as `name_key` folds them."""
IndicatorKey = tuple[str, str, int, str]
"""Unit and name of its form, its place on the form (from 1), its name."""


@dataclass(frozen=True, slots=True)
class GivenIndicator:
    """What a line says of an indicator. An empty row or method says nothing of it."""

    key: IndicatorKey
    row: str
    method: str
    place: Place

    @property
    def where(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class GivenForm:
    """What a line says of a form: what the form is called that it goes into."""

    key: FormKey
    row: str
    place: Place
    leave: bool = False
    """Whether it is not to be counted."""


@dataclass(frozen=True, slots=True)
class MatchTable:
    """The lines of a table that was read, by what they are about."""

    forms: Mapping[FormKey, GivenForm] = field(default_factory=dict)
    indicators: Mapping[IndicatorKey, GivenIndicator] = field(default_factory=dict)

    def of(self, entry: Entry) -> GivenIndicator | None:
        return self.indicators.get(indicator_key(entry)) if self.indicators else None

    def row_of(self, label: str, name: str) -> str:
        """The form that a form goes into, as the table calls it; empty where it says nothing."""
        found = self.forms.get((name_key(label), name_key(name)))
        return found.row if found else ""


def left_out(table: MatchTable, label: str, name: str) -> bool:
    """Whether the table says that a form is not to be counted."""
    found = table.forms.get((name_key(label), name_key(name)))
    return found is not None and found.leave


def indicator_key(entry: Entry) -> IndicatorKey:
    child = entry.child
    return (name_key(child.unit), name_key(child.form.name), entry.order[1] + 1, name_key(entry.indicator.name))


def method_of(text: str) -> str | None:
    """The method a cell names, by its code or its word; None for neither."""
    if not text or text in CHOSEN:
        return text
    words = {name_key(METHODS[method]): method for method in CHOSEN} | _SHORT
    return words.get(name_key(text))


_SHORT = {
    "累加": "sum",
    "加权平均": "funds_mean",
    "按资金加权平均": "funds_mean",
    "取最晚": "latest",
}


def table_of(forms: Iterable[GivenForm], indicators: Iterable[GivenIndicator]) -> tuple[MatchTable, list[Problem]]:
    """The lines as a table, and what contradicts: two lines of one form or indicator, two methods for one row."""
    problems: list[Problem] = []
    by_form: dict[FormKey, GivenForm] = {}
    for line in forms:
        known = by_form.setdefault(line.key, line)
        if name_key(known.row) != name_key(line.row) or known.leave != line.leave:
            problems.append(_twice(line.place, known.place, f"“{line.row}”和“{known.row}”"))
    by_indicator: dict[IndicatorKey, GivenIndicator] = {}
    methods: dict[str, GivenIndicator] = {}
    for item in indicators:
        first = by_indicator.setdefault(item.key, item)
        if (name_key(first.row), first.method) != (name_key(item.row), item.method):
            problems.append(_twice(item.place, first.place, f"“{item.row}”和“{first.row}”"))
        if item.row and item.method:
            other = methods.setdefault(name_key(item.row), item)
            if other.method != item.method:
                said = f"“{METHODS[item.method]}”和“{METHODS[other.method]}”"
                problems.append(_twice(item.place, other.place, f"“{item.row}”这一行的办法：{said}"))
    return MatchTable(by_form, by_indicator), problems


def unfitting(table: MatchTable, entries: Iterable[Entry], forms: Iterable[tuple[str, str]]) -> list[Problem]:
    """Lines about a form or an indicator that is not there. `forms`: unit and name of each."""
    if not table.indicators and not table.forms:
        return []
    there = {indicator_key(entry) for entry in entries}
    at_place = {key[:3]: key[3] for key in there}
    known = {(name_key(unit), name_key(name)) for unit, name in forms}
    known |= {key for key, line in table.forms.items() if line.leave}  # what is said of one that is left out does no harm
    out: list[Problem] = []
    units = {unit for unit, _ in known}
    for key, line in table.indicators.items():
        if key not in there and not (key[:2] in table.forms and table.forms[key[:2]].leave):
            other = at_place.get(key[:3], "")
            said = f"第 {key[2]} 个指标是“{other}”" if other else "没有这个单位、这张表或这一行"
            close = "" if other or len(out) > MOST_NEAREST else nearest(key[0], units)
            message = f"“{key[0]}”的“{key[1]}”没有“{key[3]}”：{said}"
            out.append(Problem(line.place, message, "与各处的表一致", close, code="rollup.match-unfitting"))
    out += [
        Problem(line.place, f"没有“{key[0]}”的“{key[1]}”这张表", "与各处的表一致", code="rollup.match-unfitting")
        for key, line in table.forms.items()
        if key not in known
    ]
    return out


def _twice(place: Place, other: Place, what: str) -> Problem:
    return Problem(place, f"与 {other} 矛盾：{what}", "同一处只写一种", code="rollup.match-contradicts")
