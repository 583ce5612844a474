"""The fields of each kind of fact that finding rules may name, as the dataclasses of `engine.language.facts` declare them.

A policy's measures add number fields to form, goal, group and bundle; its rules' conclusions add kinds of their own. Chinese
titles stand in `schemas/facts.titles.json`, with the unit and the natural bounds of those that are percentages, shares or counts;
a field without a title is an error of the program, found by a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from engine.language import facts
from engine.language.facts.marks import INTERNAL, Choices
from engine.language.fields import Field, Fields
from engine.language.model import FieldType, Scalar
from engine.resources import shipped

KINDS: Mapping[str, type[facts.AnyFact]] = {
    "bundle": facts.BundleFact,
    "form": facts.FormFact,
    "line": facts.LineFact,
    "part": facts.PartFact,
    "goal": facts.GoalFact,
    "group": facts.GroupFact,
    "indicator": facts.IndicatorFact,
    "unmet": facts.UnmetFact,
    "claim": facts.ClaimFact,
    "figure": facts.FigureFact,
    "doubt": facts.DoubtFact,
    "alike": facts.AlikeFact,
    "pair": facts.PairFact,
    "earlier": facts.EarlierFact,
}
"""Fact kind -> the dataclass of its facts."""
_KIND_OF = {made: kind for kind, made in KINDS.items()}


def kind_of(fact: facts.AnyFact) -> str:
    """The kind that rules call a fact by."""
    return _KIND_OF[type(fact)]


def values_of(fact: facts.AnyFact) -> dict[str, Scalar]:
    """The fields of a fact that have a value, flat; whole numbers as Decimal."""
    made: Any = type(fact)
    names, get = _getters(made)
    return {
        name: _whole(value) if type(value) is int else value
        for name, value in zip(names, get(fact), strict=True)
        if value is not None
    }


@lru_cache(maxsize=1024)
def _whole(number: int) -> Decimal:
    return Decimal(number)


@cache
def _getters(made: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a kind's fields, and what gives all their values at once."""
    paths = [path for path, _ in _leaves(made)]
    get = attrgetter(*paths)
    return tuple(path.rpartition(".")[2] for path in paths), get if len(paths) > 1 else lambda fact: (get(fact),)


def _leaves(made: type, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of the dataclass with its annotation, those of the dataclasses inside it in their place."""
    hints = get_type_hints(made, include_extras=True)
    for item in fields(made):
        hint = hints[item.name]
        if isinstance(hint, type) and is_dataclass(hint):
            yield from _leaves(hint, f"{prefix}{item.name}.")
        else:
            yield f"{prefix}{item.name}", hint


def _declared(made: type, titles: Mapping[str, Any]) -> Fields:
    return {(name := path.rpartition(".")[2]): _field(hint, titles[name]) for path, hint in _leaves(made)}


def _field(hint: Any, said: Any) -> Field:
    """`said`: the title, or the title with the unit and the bounds of a number."""
    marks = getattr(hint, "__metadata__", ())
    plain = hint.__origin__ if marks else hint
    inside = set(get_args(plain)) or {plain}
    choices = next((mark.values for mark in marks if isinstance(mark, Choices)), ())
    kind: FieldType = "bool" if bool in inside else "text" if str in inside else "number"
    about = {"title": said} if isinstance(said, str) else said
    low, high = (None if key not in about else Decimal(about[key]) for key in ("at_least", "at_most"))
    return Field(kind, about["title"], choices, INTERNAL in marks, about.get("unit", ""), low, high)


_TITLES: Mapping[str, Any] = json.loads((shipped("schemas") / "facts.titles.json").read_text(encoding="utf-8"))

FACTS: Mapping[str, Fields] = {kind: _declared(made, _TITLES[kind]["fields"]) for kind, made in KINDS.items()}
"""Fact kind -> field -> what it is."""

TITLES: Mapping[str, str] = {kind: _TITLES[kind]["title"] for kind in KINDS}
