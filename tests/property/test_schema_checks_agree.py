"""jsonschema-rs is asked first whether a record is valid: what it accepts, jsonschema accepts too."""

from __future__ import annotations

import copy
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("jsonschema_rs", reason="the corpus extra is not installed")
sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))

from realistic import bundle

from engine.submission import record
from engine.yaml import schema as schemas
from engine.yaml.schema_quick import surely_valid

RECORD = record.to_data(bundle(0))
ODD: list[Any] = [
    None,
    True,
    "",
    "x",
    "1\n",
    "\ud800",
    0,
    -1,
    10**40,
    1.0,
    Decimal("1.0"),
    Decimal("1.5"),
    Decimal("0.00"),
    Decimal("-0.5"),
    Decimal("0.99999999999999999999"),
    [],
    {},
    [[]],
    {"text": 1},
    {1: 2},
    (1,),
]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container with every key of it."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [*((node, key) for key in keys), *(item for key in keys for item in places(node[key]))]


def slowly(data: Any, name: str = "submission") -> bool:
    return not list(schemas._validator(name).iter_errors(data))


@pytest.mark.parametrize("value", ["0.5", "0.7", "1.5", "-0.1", "1.0", "100.0", "1" + "0" * 20 + ".5", "0.99999999999999999999"])
def test_numbers_with_a_fraction_are_judged_alike(value: str) -> None:
    data = {"parameters": {"p": {"label": "一", "value": Decimal(value), "basis": "a#1"}}, "scoring": {"rounding": Decimal(value)}}
    for name in ("policy", "submission"):
        assert slowly(data, name) or not surely_valid(data, name, schemas.bundled)
    del data["scoring"]
    quick = value in ("0.5", "0.7", "1.5", "-0.1")
    assert surely_valid(data, "policy", schemas.bundled) is quick, "what a binary fraction tells apart is decided at once"


def test_a_sound_record_is_accepted_at_once() -> None:
    assert surely_valid(RECORD, "submission", schemas.bundled)
    assert slowly(RECORD)


@settings(max_examples=tries(60, 3000), deadline=None, database=None)
@given(st.randoms(use_true_random=False), st.integers(1, 2))
def test_what_the_quick_check_accepts_is_valid(rng: random.Random, changes: int) -> None:
    data = copy.deepcopy(RECORD)
    data["forms"] = data["forms"][:1]
    for _ in range(changes):
        node, key = rng.choice(places(data))
        if rng.random() < 0.2:
            del node[key]
        elif rng.random() < 0.2 and isinstance(node, dict):
            node[rng.choice(["text", "where", "score", "other"])] = rng.choice(ODD)
        else:
            node[key] = copy.deepcopy(rng.choice(ODD))
    valid = slowly(data)
    assert valid or not surely_valid(data, "submission", schemas.bundled)
    # the other way it may be careful, but not with what records are made of: texts, whole numbers, lists
    if valid and "Decimal" not in repr(data) and "1.0" not in repr(data) and "\\n" not in repr(data):
        assert surely_valid(data, "submission", schemas.bundled)
