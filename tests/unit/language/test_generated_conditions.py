"""Conditions as generated Python mean what `predicates` says, of every word and of records with and without the fields."""

from __future__ import annotations

import pickle
import random
from decimal import Decimal

import pytest

from engine.language import generated
from engine.language.generated import Which
from engine.language.model import Ref, Scalar, Test
from engine.language.predicates import predicate

_TEXTS = ("甲", "甲乙", "乙丙", "", "a'b\\", "\ud83d")
_NUMBERS = tuple(map(Decimal, ("0", "0.0", "1", "-2.50")))


def _test(rng: random.Random, deep: bool = True) -> Test:
    field = rng.choice(["t", "u", "n", "m", "b"])
    if deep and rng.random() < 0.1:
        options = tuple(tuple(_test(rng, False) for _ in range(rng.randint(0, 2))) for _ in range(rng.randint(0, 3)))
        return Test("", "any", options=options)
    op = rng.choice(["eq", "ne", "in", "not_in", "present", "absent"])
    if field in "tu":
        op = rng.choice([op, "contains", "not_contains", "matches", "not_matches"])
    elif field in "nm":
        op = rng.choice([op, "lt", "lte", "gt", "gte"])
    if op in ("present", "absent"):
        return Test(field, op)
    if op in ("eq", "ne", "lt", "lte", "gt", "gte") and rng.random() < 0.2:
        return Test(field, op, Ref("", {"t": "u", "u": "t", "n": "m", "m": "n", "b": "b"}[field]))
    values: tuple[Scalar, ...] = _TEXTS if field in "tu" else _NUMBERS if field in "nm" else (True, False)
    if op.endswith(("in", "contains")):
        return Test(field, op, tuple(rng.sample(values, rng.randint(0, 2))) * (40 if rng.random() < 0.1 else 1))
    if op.endswith("matches"):
        return Test(field, op, rng.choice(["^甲", "乙$", "[丙]", "'"]))
    return Test(field, op, rng.choice(values))


def _row(rng: random.Random) -> dict[str, Scalar]:
    row: dict[str, Scalar] = {
        "t": rng.choice(_TEXTS),
        "u": rng.choice(_TEXTS),
        "n": rng.choice(_NUMBERS),
        "m": rng.choice(_NUMBERS),
    }
    row |= {"n": rng.choice(_NUMBERS), "m": rng.choice(_NUMBERS)}
    return {name: value for name, value in row.items() if rng.random() < 0.8}


@pytest.mark.parametrize("seed", range(20))
def test_every_word_means_what_the_predicates_say(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    lists = [[_test(rng) for _ in range(rng.randint(0, 3))] for _ in range(30)]
    for _ in range(5):
        row = _row(rng)
        held = [n for n, tests in enumerate(lists) if all(predicate(test)(row) for test in tests)]
        one = Which(lists)
        assert one.all(row) == held
        assert one.first(row) == (held[0] if held else -1)
        monkeypatch.setattr(generated, "WORTH", 0)
        assert pickle.loads(pickle.dumps(one)).first(row) == (held[0] if held else -1)
        monkeypatch.undo()


def test_a_name_of_a_field_is_never_read_as_python() -> None:
    name = "x'); import os; ('"
    assert Which([[Test(name, "eq", "甲")]]).all({name: "甲"}) == [0]
