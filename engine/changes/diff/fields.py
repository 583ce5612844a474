"""The fields in which two versions of one item of a policy differ, each told as an officer would say it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language import formula, names
from engine.language.wording import Wording
from engine.policy import titles as schema_titles
from engine.policy.items import Item, outcome
from engine.yaml.reader import Path_

_FORMULAS = ("score", "lowest", "highest")
_WHENS = ("when", "where", "among")
_OUTCOMES = ("value", "score", "tier", "status")
_OWN = ("id", "case", "tier", "grade", "otherwise")
"""Keys of an item that are its name, or (`otherwise`) are told by what stands in their place: `when` comes where it goes."""
_IDENTITY = ("id", "case", "key", "field", "role", "kind", "opens", "sign", "name", "word", "label", "template")
"""Keys by which an entry of a list is known, the first it has."""
_LONG = 200


@dataclass(frozen=True, slots=True)
class Differing:
    """One field that differs: its path inside the item, what it is called, both texts, and where each stands."""

    field: str
    title: str
    before: str
    after: str
    before_path: Path_ = ()
    after_path: Path_ = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    spelling: bool = False
    """Written otherwise, meaning the same."""


def differing(old: Item, new: Item, value: Any, words: tuple[Wording, Wording]) -> Iterator[Differing]:
    """The fields in which `new` differs from `old`. `value` is what `old` says, in the names the new policy uses."""
    yield from _Fields(old, new, words).compare(value, new.value, (), ())


class _Fields:
    def __init__(self, old: Item, new: Item, words: tuple[Wording, Wording]) -> None:
        self.old, self.new, self.words = old, new, words

    def compare(self, a: Any, b: Any, at: Path_, to: Path_) -> Iterator[Differing]:
        if same(a, b):
            return
        if self.new.group == "findings" and to == ("when",):
            yield from self._patterns(a, b)
        elif to and to[-1] in _WHENS and isinstance(a, Mapping) and isinstance(b, Mapping):
            yield from self._conditions(a, b, at, to, self._kind(), self._kind())
        elif isinstance(a, Mapping) and isinstance(b, Mapping) and not _reference(a) and not _reference(b):
            yield from self._mappings(a, b, at, to)
        elif isinstance(a, list) and isinstance(b, list):
            yield from self._lists(a, b, at, to)
        else:
            yield self._leaf(a, b, at, to)

    def _kind(self) -> str:
        """The kind of fact a measure counts; for a case, its table."""
        return str(self.new.value["of"]) if self.new.group == "measures" else str(self.new.path[1])

    def _mappings(self, a: Mapping[str, Any], b: Mapping[str, Any], at: Path_, to: Path_) -> Iterator[Differing]:
        if not to and self.new.ordered and (found := self._outcome(a, b)):
            yield found
        for key in dict.fromkeys((*a, *b)):
            if not to and (key in _OWN or (self.new.ordered and key in _OUTCOMES)):
                continue
            if key in a and key in b:
                yield from self.compare(a[key], b[key], (*at, key), (*to, key))
            elif key in _WHENS:
                yield from self._conditions(a.get(key, {}), b.get(key, {}), (*at, key), (*to, key), self._kind(), self._kind())
            else:
                yield self._leaf(a.get(key), b.get(key), (*at, key), (*to, key))

    def _outcome(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> Differing | None:
        """What follows from a case: one of value, formula, tier, status, perhaps another kind of it."""
        here, there = ({key: case[key] for key in _OUTCOMES if key in case} for case in (a, b))
        if same(here, there):
            return None
        before = outcome(Item(self.old.group, self.old.id, "", self.old.path, a), self.words[0])
        after = outcome(Item(self.new.group, self.new.id, "", self.new.path, b), self.words[1])
        both = "score" in here and "score" in there
        key = next(iter(there), "")
        title = "公式" if both else "结果"
        spelling = both and _formula(here["score"]) == _formula(there["score"])
        return Differing(key, title, before, after, (next(iter(here), ""),), (key,), spelling=spelling)

    def _conditions(self, a: Mapping[str, Any], b: Mapping[str, Any], at: Path_, to: Path_, kind_a: str, kind_b: str,
                    kinds: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})) -> Iterator[Differing]:  # fmt: skip
        for name in dict.fromkeys((*a, *b)):
            if same(a.get(name), b.get(name)):
                continue
            before = self.words[0].requirement(name, a[name], kind_a, kinds[0]) if name in a else ""
            after = self.words[1].requirement(name, b[name], kind_b, kinds[1]) if name in b else ""
            added, removed = _word_lists(a.get(name), b.get(name))
            title = "条件" if to[-1] not in ("where", "among") else schema_titles.title((*self.new.path, *to))
            if added or removed:
                title += f"（{self.words[1].field(name, kind_b)}）"
            yield Differing(_dotted((*to, name)), title, before, after, (*at, name), (*to, name), added, removed)

    def _patterns(self, a: list[Mapping[str, Any]], b: list[Mapping[str, Any]]) -> Iterator[Differing]:
        """The facts of a rule, matched by alias (those that must not be, in their order)."""
        old, new = _by_alias(a), _by_alias(b)
        kinds = ({k: str(v[1]["fact"]) for k, v in old.items()}, {k: str(v[1]["fact"]) for k, v in new.items()})
        for alias in dict.fromkeys((*old, *new)):
            bare = alias.split("#")[0]
            (n, here), (m, there) = old.get(alias, (0, None)), new.get(alias, (0, None))
            at, to = ("when", n, bare), ("when", m, bare)
            if here and there and here["fact"] == there["fact"]:
                when_a, when_b = ({k: v for k, v in side.items() if k != "fact"} for side in (here, there))
                yield from self._conditions(when_a, when_b, at, to, str(here["fact"]), str(there["fact"]), kinds)
            elif not same(here, there):
                before = self.words[0].pattern(bare, here, kinds[0]) if here else ""
                after = self.words[1].pattern(bare, there, kinds[1]) if there else ""
                yield Differing(f"when.{alias}", "事实", before, after, at if here else ("when",), to if there else ("when",))
        if list(old) != list(new) and set(old) == set(new):
            yield Differing("when", "各事实的次序", "、".join(old), "、".join(new), ("when",), ("when",))

    def _lists(self, a: list[Any], b: list[Any], at: Path_, to: Path_) -> Iterator[Differing]:
        if not any(isinstance(item, Mapping | list) for item in (*a, *b)):
            added, removed = _word_lists(a, b)
            if added or removed:
                yield Differing(_dotted(to), self._title(to), "", "", at, to, added, removed)
            else:  # the same words in another order, or some twice
                before, after = ("、".join(map(str, side)) for side in (a, b))
                yield Differing(_dotted(to), self._title(to) + "的次序", before, after, at, to)
            return
        yield from self._entries(a, b, at, to)

    def _entries(self, a: list[Any], b: list[Any], at: Path_, to: Path_) -> Iterator[Differing]:
        """Entries of a list: those the same on both sides set aside, the rest matched by what they are known by."""
        left, right = list(range(len(a))), list(range(len(b)))
        for n in list(left):
            m = next((m for m in right if same(a[n], b[m])), None)
            if m is not None:
                left.remove(n)
                right.remove(m)
        if not left and not right:
            yield Differing(
                _dotted(to), self._title(to) + "的次序", _short(self._text(a, to, 0)), _short(self._text(b, to, 1)), at, to
            )
            return
        known_a, known_b = _identities(a, left), _identities(b, right)
        for identity in dict.fromkeys((*known_a, *known_b)):
            here, there = known_a.get(identity), known_b.get(identity)
            if here is not None and there is not None:
                yield from self.compare(a[here], b[there], (*at, here), (*to, there))
            elif here is not None:
                yield self._leaf(a[here], None, (*at, here), to)
            elif there is not None:
                yield self._leaf(None, b[there], at, (*to, there))

    def _leaf(self, a: Any, b: Any, at: Path_, to: Path_) -> Differing:
        longer = to if len(to) >= len(at) else at
        added, removed = _word_lists(a, b)
        spelling = (
            bool(longer) and longer[-1] in _FORMULAS and isinstance(a, str) and isinstance(b, str) and _formula(a) == _formula(b)
        )
        return Differing(
            _dotted(longer), self._title(longer), self._text(a, at, 0), self._text(b, to, 1), at, to, added, removed, spelling
        )

    def _title(self, path: Path_) -> str:
        """The titles along a path inside the item: 表样·列·标签."""
        base = self.new.path
        titles = [
            f"第{step + 1}条" if isinstance(step, int) else schema_titles.title((*_schema_path(base), *path[: n + 1]))
            for n, step in enumerate(path)
        ]
        return "·".join(titles)

    def _text(self, value: Any, path: Path_, side: int) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            last = (*_schema_path(self.new.path), *path)
            return schema_titles.word(last, value) if value and "\n" not in value else value
        if isinstance(value, Mapping) and not _reference(value):
            return _short("；".join(f"{key} {self._text(inner, (*path, key), side)}" for key, inner in value.items()))
        if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
            return _short("；".join(self._text(item, (*path, n), side) for n, item in enumerate(value)))
        if isinstance(value, list):
            return "、".join(self._text(item, (*path, n), side) for n, item in enumerate(value))
        return self.words[side].value(value)


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same to the engine: 0.80 is 0.8, true is not 1, the order of keys does not matter."""
    if a is b:
        return True
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | Decimal) and isinstance(b, int | Decimal):
        return a == b
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and bool(a == b)


def _reference(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) <= {"param", "field"} and len(value) == 1


def _word_lists(a: Any, b: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words added and removed, where both sides are lists of words (or one test of a field on such a list)."""
    if isinstance(a, Mapping) and isinstance(b, Mapping) and len(a) == 1 and a.keys() == b.keys():
        a, b = next(iter(a.values())), next(iter(b.values()))
    if not (isinstance(a, list) and isinstance(b, list)) or any(isinstance(item, Mapping | list) for item in (*a, *b)):
        return (), ()
    old, new = Counter(map(word_of, a)), Counter(map(word_of, b))
    return tuple((new - old).elements()), tuple((old - new).elements())


def word_of(value: Any) -> str:
    """A value as it is compared: numbers however they were written."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _by_alias(when: list[Mapping[str, Any]]) -> dict[str, tuple[int, Mapping[str, Any]]]:
    out: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for n, entry in enumerate(when):
        alias, data = next(iter(entry.items()))
        count = sum(known.split("#")[0] == alias for known in out)
        out[f"{alias}#{count + 1}" if count else alias] = (n, data)
    return out


def _identities(entries: list[Any], left: list[int]) -> dict[tuple[str, str, int], int]:
    """By what an entry is known (the first naming key it has, and the how-manieth of that name): its index."""
    out: dict[tuple[str, str, int], int] = {}
    for n in left:
        entry = entries[n]
        key = next((key for key in _IDENTITY if isinstance(entry, Mapping) and isinstance(entry.get(key), str)), "")
        name = str(entry[key]) if key else ""
        count = 0
        while (key, name, count) in out:
            count += 1
        out[key, name, count] = n
    return out


def _formula(text: Any) -> str:
    """A formula without what is only a way to write it: spaces, signs, Chinese names, brackets that change nothing."""
    try:
        return formula.show(formula.renamed(formula.parse(str(text)), names.chinese(names.field_names())))
    except formula.FormulaError:
        return re.sub(r"\s+", "", str(text))


def _dotted(path: Path_) -> str:
    return ".".join(map(str, path))


def _schema_path(path: Path_) -> Path_:
    """The path of an item as the schema knows it: rules are a list there, and known by their id here."""
    return (path[0], 0, *path[2:]) if path[0] == "findings" else path


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG] + "…"
