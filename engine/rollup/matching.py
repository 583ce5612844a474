"""Which form and which indicator of each member goes into which row (对应): decided once, over all forms, before anything is added.

The key of a form and of an indicator is its full name, with width, white space and style of brackets folded: what stands in
brackets and 不/未/非/无 are part of it. Names that are only alike are a proposal, told and never acted on. Two indicators of one
name on one form are told apart by goal, 二级指标 and target, in that order; where that does not do, nothing of that name is added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.rollup.given import MatchTable
from engine.rollup.model import Entry, name_key
from engine.values import names
from engine.values.names import NameRules

SAME, BY_GOAL, BY_LEVEL2, BY_TARGET, ALONE = "same-name", "by-goal", "by-level2", "by-target", "alone"
GIVEN, ALIKE, UNCLEAR = "given", "alike", "unclear"
REASONS: Mapping[str, str] = {
    SAME: "名称相同",
    BY_GOAL: "同名几个，按年度目标分",
    BY_LEVEL2: "同名几个，按二级指标分",
    BY_TARGET: "同名几个，按目标值分",
    ALONE: "只此一处",
    GIVEN: "对应表",
    ALIKE: "名称相近，没有合成一行",
    UNCLEAR: "同名，分不清",
}
"""Why an indicator stands in its row, in words for the table."""
CERTAIN = frozenset({SAME, BY_GOAL, BY_LEVEL2, BY_TARGET, GIVEN, ALONE})

MAX_ALIKE = 1_000
"""Names that are compared pairwise for a proposal; of more only equal ones are rows."""
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Assigned:
    """The row of one indicator: its key, why it is that row, and names it might belong to as well (a proposal, not acted on)."""

    key: str
    why: str
    name: str = ""
    """What the row is called, where the table of a person says so."""
    alike: tuple[str, ...] = ()
    chosen: tuple[str, str] = ("", "")
    """How the row is to be made where that table says so, and the line that says it."""
    decided: tuple[str, str, str] | None = None
    """How the row is made at every level: method, case, basis; decided once over all who report it."""

    @property
    def certain(self) -> bool:
        return self.why in CERTAIN and not self.alike

    def row(self, name: str) -> str:
        """The row as the table of correspondence names it, for an indicator called `name`; empty where it is not clear."""
        part = self.key.partition(_SEPARATOR)[2]
        return "" if self.why == UNCLEAR else (self.name or name) + (_SEPARATOR + part if part else "")


@dataclass(frozen=True, slots=True)
class Assignment:
    """The row of every indicator of a set of forms, by what identifies an entry (`identity`)."""

    rows: Mapping[tuple[int, int], Assigned] = field(default_factory=dict)

    def of(self, entry: Entry) -> Assigned:
        """The row of an indicator that was filed; one that was rolled up in this run says its row itself."""
        found = self.rows.get(identity(entry))
        return found or Assigned(_key(entry), SAME, chosen=_chosen(entry))  # one that is not there was made in this run


def _key(entry: Entry) -> str:
    return entry.rolled.row if entry.rolled and entry.rolled.row else name_key(entry.indicator.name)


def _chosen(entry: Entry) -> tuple[str, str]:
    """The method a person chose when an indicator was rolled up before: it holds for the levels above, too."""
    rolled = entry.rolled
    return (rolled.method, rolled.basis) if rolled and rolled.case == GIVEN else ("", "")


def identity(entry: Entry) -> tuple[int, int]:
    """The form an entry stands on (as an object: forms are never equal by chance) and its place there."""
    return id(entry.child.form), entry.order[1]


def form_keys(forms: Sequence[tuple[str, str, str]], tails: Sequence[str]) -> list[str]:
    """A key for each form given as (member, kind, name): forms of one key are one form of several members.

    Words a title adds to a name (`tails`: 项目) are no part of it, unless two forms of one member differ in nothing else.
    Departments have one form.
    """
    full = [name_key(name) for _, _, name in forms]
    short = [_without_tail(key, tails) for key in full]
    held: dict[tuple[str, str, str], set[str]] = {}
    for (member, kind, _), key, cut in zip(forms, full, short, strict=True):
        held.setdefault((member, kind, cut), set()).add(key)
    clash = {(kind, cut) for (_, kind, cut), keys in held.items() if len(keys) > 1}
    return [
        "" if kind == "department" else key if (kind, cut) in clash else cut
        for (_, kind, _), key, cut in zip(forms, full, short, strict=True)
    ]


def _without_tail(key: str, tails: Sequence[str]) -> str:
    for tail in sorted(tails, key=len, reverse=True):
        if key.endswith(tail) and len(key) > len(tail):
            return key[: -len(tail)]
    return key


def assign(entries: Sequence[Entry], rules: NameRules, given: MatchTable | None = None, *, goals_shared: bool = True) -> Assignment:
    """The rows of indicators that may be added together. `goals_shared`: the members have the same goals (not so for projects).

    The order of the entries is irrelevant.
    """
    rows: dict[tuple[int, int], Assigned] = {}
    free: dict[str, list[Entry]] = {}
    said = {identity(e): found for e in entries if given is not None and (found := given.of(e)) is not None}
    for entry in entries:
        told = said.get(identity(entry))
        if told is not None and told.row:
            rows[identity(entry)] = Assigned(name_key(told.row), GIVEN, told.row.partition(_SEPARATOR)[0])
        else:
            free.setdefault(_key(entry), []).append(entry)
    aligned = _goals_aligned(free) if goals_shared else None
    for key, group in free.items():
        for entry, part, why in _told_apart(group, aligned):
            rows[identity(entry)] = Assigned(key + (_SEPARATOR + part if part else ""), why)
    methods = {rows[identity(e)].key: _chosen(e) for e in entries if _chosen(e)[0]}
    methods |= {rows[p].key: (told.method, told.where) for p, told in said.items() if told.method}
    rows = {place: replace(item, chosen=methods.get(item.key, ("", ""))) for place, item in rows.items()}
    return Assignment(_with_proposals(entries, rows, rules))


# --- several of one name -----------------------------------------------------------------------------------------------


def _told_apart(group: Sequence[Entry], aligned: Callable[[Entry], str] | None) -> Iterator[tuple[Entry, str, str]]:
    """(entry, what tells its row from others of the name, why) for the indicators of one name."""
    counts = Counter(id(e.child.form) for e in group)
    if len(counts) == len(group):
        yield from ((e, "", SAME if len(group) > 1 else ALONE) for e in group)
        return
    if len(counts) == 1:  # one member alone has them: nothing is added, each is a row of its own
        order = sorted(group, key=lambda e: e.order)
        yield from ((e, str(n) if n > 1 else "", ALONE) for n, e in enumerate(order, start=1))
        return
    parts: list[tuple[str, Callable[[Entry], str]]] = []
    if aligned is not None:
        parts.append((BY_GOAL, aligned))
    parts.append((BY_LEVEL2, lambda e: name_key(e.indicator.level2)))
    # goal alone, 二级 alone, both; then the target, which is another at every unit and counts only where all have the same ones
    for why, of in [*parts, (BY_LEVEL2, _both([of for _, of in parts]))]:
        if _distinct(group, of):
            yield from ((e, of(e), why) for e in group)
            return
    by_target = _both([*(of for _, of in parts), lambda e: name_key(e.known.target.raw)])
    if _distinct(group, by_target) and _everywhere(group, by_target):
        yield from ((e, by_target(e), BY_TARGET) for e in group)
        return
    yield from ((e, "", UNCLEAR) for e in group)


def _both(parts: Sequence[Callable[[Entry], str]]) -> Callable[[Entry], str]:
    return lambda e: _SEPARATOR.join(of(e) for of in parts)


def _distinct(group: Iterable[Entry], of: Callable[[Entry], str]) -> bool:
    """Whether no form has two of one part, and every entry has a part."""
    found = [(id(e.child.form), of(e)) for e in group]
    return len(set(found)) == len(found) and all(part.strip(_SEPARATOR) for _, part in found)


def _everywhere(group: Sequence[Entry], of: Callable[[Entry], str]) -> bool:
    held: dict[int, set[str]] = {}
    for e in group:
        held.setdefault(id(e.child.form), set()).add(of(e))
    return len({frozenset(parts) for parts in held.values()}) == 1


def _goals_aligned(free: Mapping[str, Sequence[Entry]]) -> Callable[[Entry], str] | None:
    """What a goal is called across forms: its title; without one its number, if the names that each form has once stand under
    the same number everywhere. None where goals tell nothing."""
    titled = {True: 0, False: 0}
    numbers: dict[str, set[int]] = {}
    for key, group in free.items():
        counts = Counter(id(e.child.form) for e in group)
        for e in group:
            titled[bool(_title(e))] += 1
        if len(group) > 1 and len(counts) == len(group):
            numbers[key] = {e.order[0] for e in group}
    if not titled[False]:
        return lambda e: name_key(_title(e))
    if titled[True] or any(len(found) > 1 for found in numbers.values()):
        return None
    under = {next(iter(found)) for found in numbers.values()}
    every = {e.order[0] for group in free.values() for e in group}
    return (lambda e: str(e.order[0])) if every <= under else None


def _title(entry: Entry) -> str:
    return next(g.title for g in entry.child.form.goals if g.number == entry.order[0])


# --- proposals -----------------------------------------------------------------------------------------------------------


def _with_proposals(
    entries: Sequence[Entry], rows: Mapping[tuple[int, int], Assigned], rules: NameRules
) -> dict[tuple[int, int], Assigned]:
    """Rows whose names are alike and that no member has both of: they may be one."""
    members: dict[str, set[int]] = {}
    called: dict[str, str] = {}
    for e in entries:
        item = rows[identity(e)]
        members.setdefault(item.key, set()).add(id(e.child.form))
        called.setdefault(item.key, item.name or e.indicator.name)
    everyone = {id(e.child.form) for e in entries}
    partial = sorted(key for key, own in members.items() if own != everyone)
    out = dict(rows)
    alike: dict[str, list[str]] = {}
    for n, key in enumerate(partial):
        for other in partial[n + 1 :] if len(partial) <= MAX_ALIKE else ():
            if not members[key] & members[other] and names.may_be_one(called[key], called[other], rules):
                alike.setdefault(key, []).append(called[other])
                alike.setdefault(other, []).append(called[key])
    for place, item in rows.items():
        if item.key in alike and item.why != GIVEN:
            out[place] = replace(item, alike=tuple(sorted(set(alike[item.key]))))
    return out
