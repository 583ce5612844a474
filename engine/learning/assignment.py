"""Which field each column is: the assignment for which most speaks, by known words, similar words and content together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from engine.forms.model import Layout
from engine.learning.evidence import ColumnEvidence, fields_of
from engine.learning.model import KNOWN, OTHER, Ground, SeenColumn
from engine.learning.similar import LIKE, VERY_LIKE, Likeness, likenesses

_LIKE_POINTS = 50
_LEAST = 25
"""Fewer points than these are no ground: the column is kept as it is, or asked about."""
_COEFFICIENT = 40
"""So much speaks for a column being none by its content: nothing is made of it."""
_CLEAR = 20
"""So many points more than the next make a meaning clear."""
ANSWERED = 1000
"""Points of what somebody said of a column: nothing outweighs it."""
_PAIRS_TRIED = 6
_PAIRED = (("weight", "score"), ("target", "actual"))
_LEFT_OF = (("level1", "level2"), ("level2", "name"), ("level1", "name"))
"""What stands left of what on every form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a column is taken for. `known`: the packs know its label so; `sure`: no other meaning has nearly as much for it."""

    column: SeenColumn
    field: str
    points: int
    ground: str
    known: bool
    sure: bool
    others: tuple[str, ...]
    """What else it may be, likeliest first."""


@dataclass(frozen=True, slots=True)
class _Label:
    """What the words of a heading say."""

    known: str | None
    """The field the packs know the label for; OTHER for a column that is none."""
    like: Mapping[str, Likeness]

    def points(self, key: str) -> int:
        if self.known is not None:
            return KNOWN if key == self.known else 0
        return int(_LIKE_POINTS * self.like[key].ratio) if key in self.like else 0

    def ground(self, key: str) -> str:
        if self.known is not None:
            return "称呼已知" if key == self.known else ""
        return f"称呼与“{self.like[key].label}”相近" if key in self.like else ""


def assign(
    columns: Sequence[SeenColumn], found: ColumnEvidence, base: Layout, fixed: Mapping[str, str] | None = None
) -> tuple[Choice, ...]:
    """What each column is. `fixed` is what somebody said of labels. A field is that of one column, except for reasons."""
    labels = {column.label: _label(column.label, base) for column in columns}
    table = _table(columns, found, labels, fixed or {})
    best: tuple[int, dict[str, str]] | None = None
    for (weight, score), (target, actual) in product(table.pairs(0), table.pairs(1)):
        chosen = {weight: "weight", score: "score"} if weight and score else {}
        second = {target: "target", actual: "actual"} if target and actual else {}
        if set(chosen) & set(second):
            continue
        made = table.rest({**chosen, **second})
        worth = table.worth(made)
        if best is None or worth > best[0]:
            best = (worth, made)
    assert best is not None
    return tuple(table.choice(column, best[1]) for column in columns)


def _label(text: str, base: Layout) -> _Label:
    if known := base.columns.find(text):
        return _Label(known.key, {})
    if base.other_columns.find(text):
        return _Label(OTHER, {})
    return _Label(None, likenesses(text, base.columns))


def _table(columns: Sequence[SeenColumn], found: ColumnEvidence, labels: Mapping[str, _Label], fixed: Mapping[str, str]) -> _Table:
    every = {column.label: _grounds(column.label, found, labels[column.label], fixed) for column in columns}
    return _Table(columns, found, labels, fixed, every)


def _grounds(of: str, found: ColumnEvidence, label: _Label, fixed: Mapping[str, str]) -> dict[str, Ground]:
    """How much speaks for each field a column may be: what its heading says, and what stands in it."""
    if of in fixed:
        return {fixed[of]: Ground(ANSWERED, "", True)}
    content = {key: ground for (name, key), ground in found.single.items() if name == of}
    made: dict[str, Ground] = {}
    for key in dict.fromkeys([*content, *label.like, *([label.known] if label.known is not None else [])]):
        said = content.get(key, Ground(0, ""))
        text = "；".join(filter(None, (label.ground(key), said.text)))
        made[key] = Ground(label.points(key) + said.points, text, said.settles)
    return made


@dataclass(frozen=True, slots=True)
class _Table:
    columns: Sequence[SeenColumn]
    found: ColumnEvidence
    labels: Mapping[str, _Label]
    fixed: Mapping[str, str]
    every: Mapping[str, Mapping[str, Ground]]

    def grounds(self, column: SeenColumn) -> Mapping[str, Ground]:
        """For each field a column may be, by itself, how much speaks for it."""
        return self.every[column.label]

    def pairs(self, which: int) -> list[tuple[str, str]]:
        """The likeliest pairs of columns for weight and score, or target and actual, and no pair at all."""
        first, second = _PAIRED[which]
        together = self.found.weight_score if which == 0 else self.found.target_actual
        every: list[tuple[int, tuple[str, str]]] = []
        for pair, ground in together.items():
            if any(self.fixed.get(label, key) != key for label, key in zip(pair, (first, second), strict=True)):
                continue
            points = ground.points + sum(self._single(label, key) for label, key in zip(pair, (first, second), strict=True))
            every.append((points, pair))
        every.sort(key=lambda item: -item[0])
        return [pair for _, pair in every[:_PAIRS_TRIED]] + [("", "")]

    def _single(self, label: str, key: str) -> int:
        ground = self.every[label].get(key)
        return ground.points if ground else 0

    def rest(self, taken: Mapping[str, str]) -> dict[str, str]:
        """The columns left, each as what has most for it, one after another."""
        made = dict(taken)
        every = [
            (ground.points, -column.index, column.label, key)
            for column in self.columns
            if column.label not in made
            for key, ground in self.grounds(column).items()
            if ground.points >= _LEAST
        ]
        used = set(made.values())
        for _, _, label, key in sorted(every, reverse=True):
            if label not in made and (key in (OTHER, "reason") or key not in used):
                made[label] = key
                used.add(key)
        return made

    def worth(self, made: Mapping[str, str]) -> int:
        """How much speaks for all of it together."""
        points = sum(self._single(label, key) for label, key in made.items() if key != OTHER)
        points += sum(self._single(label, key) // 2 for label, key in made.items() if key == OTHER)
        at = {key: label for label, key in made.items()}
        for (first, second), pairs in zip(_PAIRED, (self.found.weight_score, self.found.target_actual), strict=True):
            if first in at and second in at and (ground := pairs.get((at[first], at[second]))):
                points += ground.points
        index = {column.label: column.index for column in self.columns}
        for left, right in _LEFT_OF:
            if left in at and right in at and index[at[left]] > index[at[right]]:
                points -= _CLEAR
        return points

    def choice(self, column: SeenColumn, made: Mapping[str, str]) -> Choice:
        """What a column is taken for, with its ground and whether it is clear."""
        key, label = made.get(column.label, OTHER), self.labels[column.label]
        own = self.grounds(column).get(key, Ground(0, ""))
        pair = self._pair(column.label, key, made)
        points = own.points + (pair.points if pair else 0)
        other = self._next(column, key)
        known = label.known is not None and label.known == key
        like = label.like[key].ratio if key in label.like else 0.0
        kept = key == OTHER and own.points >= _COEFFICIENT
        content = own.settles or kept or (pair is not None and (pair.settles or self._partner_is_known(key, made)))
        # words and content agree, or the content can mean nothing else, and nothing else has nearly as much for it
        agree = like >= LIKE and points - int(_LIKE_POINTS * like) >= (_LEAST if like < VERY_LIKE else 1)
        sure = known or column.label in self.fixed or ((content or agree) and points >= other + _CLEAR)
        text = "；".join(filter(None, (own.text, pair.text if pair else ""))) or "没有看出是什么"
        return Choice(column, key, points, text, known, sure, tuple(self._others(column, key)))

    def _pair(self, label: str, key: str, made: Mapping[str, str]) -> Ground | None:
        at = {field: of for of, field in made.items()}
        for (first, second), pairs in zip(_PAIRED, (self.found.weight_score, self.found.target_actual), strict=True):
            if key in (first, second) and first in at and second in at:
                return pairs.get((at[first], at[second]))
        return None

    def _partner_is_known(self, key: str, made: Mapping[str, str]) -> bool:
        """Whether the other column of a pair is known, by its label or an answer: then this one is what is left."""
        other = next((b if key == a else a for a, b in _PAIRED if key in (a, b)), "")
        label = next((of for of, field in made.items() if field == other), "")
        return bool(label) and (label in self.fixed or self.labels[label].known == other)

    def _next(self, column: SeenColumn, key: str) -> int:
        """How much speaks for the likeliest other meaning of a column, by its own words and content."""
        return max((ground.points for other, ground in self.grounds(column).items() if other != key), default=0)

    def _others(self, column: SeenColumn, key: str) -> Iterable[str]:
        points = {other: ground.points for other, ground in self.grounds(column).items()}
        for other, ground in fields_of(self.found, column.label):
            points[other] = max(points.get(other, 0), ground.points)
        return [other for other in sorted(points, key=lambda of: -points[of]) if other != key]
