"""Properties of reading and comparing values that hold for any text and any number."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

from deep import tries
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.values.comparison import compare
from engine.values.notation import read_decimal, read_value, vocabulary
from engine.values.scanning import scanned_alternative
from engine.values.verdict import verdict, worst
from engine.yaml.reader import load_file

SECTION = load_file(Path(__file__).parents[2] / "policies/common/notation/notation.yaml").data["notation"]
WORDS = vocabulary(SECTION)
UNITS = ["", "%", "‰", "元", "人", "平方米", "元/人*月", "家/年", "个工作日"]
OPERATORS = ["", "≥", ">=", "不少于", ">"]

# Texts made of what values are made of: far more likely to reach odd corners than arbitrary ones.
PIECES = [
    *"0123456789.,，、；。%‰/*-—~±（）() \n≥≤=<>〉W万亿千百十一二三年月日前底内余约近每第元人家个次",
    "以上",
    "不少于",
    "达到",
    "百分之",
    "正高",
    "完成",
    "2021",
    "平方米",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


@given(TEXTS)
def test_no_text_raises(text: str) -> None:
    value = read_value(text, WORDS)
    assert value.raw == text
    assert value.kind in ("empty", "not_applicable", "number", "composite", "range", "deadline", "text")
    assert (value.kind in ("number", "composite", "range")) == bool(value.quantities)
    assert (value.kind == "deadline") == (value.deadline is not None)
    assert all(quantity.number.is_finite() for quantity in value.quantities)
    read_decimal(text)


@given(TEXTS, TEXTS, st.sampled_from(["positive", "inverse", "exact", ""]), st.sampled_from([None, 2021]))
def test_no_two_texts_raise_when_compared(target: str, actual: str, direction: str, year: int | None) -> None:
    wanted, got = read_value(target, WORDS), read_value(actual, WORDS)
    comparison = compare(wanted, got, WORDS, year)
    state, reason = verdict(wanted, got, comparison, direction)
    assert state in ("met", "not_met", "unknown")
    assert reason
    assert (comparison.kind == "numbers") == bool(comparison.pairs)
    if comparison.pairs:
        assert worst(comparison.pairs, direction) in comparison.pairs


@settings(max_examples=tries(30, 1500), deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), st.sampled_from([200, 100_000]))
def test_time_is_bounded_on_hostile_texts(piece: str, length: int) -> None:
    text = (piece * (length // len(piece) + 1))[:length]
    start = time.process_time()
    read_value(text, WORDS)
    assert time.process_time() - start < 0.5


@given(NUMBERS, st.sampled_from(OPERATORS), st.booleans(), st.sampled_from(["", "万", "亿"]), st.sampled_from(UNITS), st.booleans())
def test_a_written_number_reads_back(number: Decimal, operator: str, grouped: bool, scale: str, unit: str, wide: bool) -> None:
    digits = f"{number:,}" if grouped else str(number)
    text = f"{operator}{digits}{scale}{unit}"
    if wide:
        text = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    value = read_value(text, WORDS)
    factor = {"": 1, "万": 10_000, "亿": 100_000_000}[scale]
    assert value.kind == "number", value
    assert value.number == number * factor
    assert value.unit == {"个工作日": "工作日"}.get(unit, unit)
    assert not operator or value.operator in (">=", ">")
    if not (operator or scale or unit):
        assert read_decimal(text) == number


@given(NUMBERS, st.sampled_from(["", "≥", "≤", "="]), st.sampled_from(UNITS))
def test_a_number_meets_itself(number: Decimal, operator: str, unit: str) -> None:
    target, actual = read_value(f"{operator}{number}{unit}", WORDS), read_value(f"{number}{unit}", WORDS)
    assume(scanned_alternative(target, WORDS) is None)  # 295% may be ≥95%, and is asked
    assume(scanned_alternative(actual, WORDS) is None)
    assert verdict(target, actual, compare(target, actual, WORDS), "positive")[0] == "met"
    assert verdict(target, target, compare(target, target, WORDS), "positive")[0] == "met"


@given(
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.sampled_from(["", "≥", ">"]),
    st.sampled_from(UNITS),
    st.sampled_from(UNITS),
    st.sampled_from(["", "近", "约"]),
)
def test_raising_the_actual_never_loses_a_met_target(
    target: Decimal, actual: Decimal, more: Decimal, operator: str, unit: str, other: str, approximate: str
) -> None:
    wanted = read_value(f"{operator}{target}{unit}", WORDS)
    states = []
    for number in (actual, actual + more):
        got = read_value(f"{approximate}{number}{other}", WORDS)
        states.append(verdict(wanted, got, compare(wanted, got, WORDS), "positive")[0])
    assert states != ["met", "not_met"]
