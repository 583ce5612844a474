"""Reading what was written gives the same record, whatever the record holds."""

from __future__ import annotations

from deep import tries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Place
from engine.submission.model import (
    BudgetLine,
    Cell,
    Doubt,
    Form,
    Goal,
    Group,
    HeaderField,
    Indicator,
    IndicatorPart,
    Section,
    Statement,
    Submission,
    UnmetRow,
)
from engine.submission.record import dump_json, dump_yaml, from_data, load, to_data

characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
"""What is text: no halves of a pair, no control characters, not the two that are no character at all."""
words = st.text(characters, max_size=12) | st.sampled_from(
    [
        "",
        "0.92 ",
        "19.20",
        "1e5",
        "null",
        "~",
        "true",
        "- a",
        "a: b",
        "#",
        "'",
        '"',
        "\n",
        "甲\n乙\n",
        "\t",
        "\u2028",
        "\x85",
        "\ufeff",
        "=",
        "<<",
    ]
)
names = words.filter(bool)
numbers = st.integers(0, 10**6)
places = st.builds(Place, words, numbers, numbers, numbers, numbers, numbers, words)
cells = st.builds(Cell, words, places)
maybe = st.none() | cells


def several(strategy: st.SearchStrategy[object], least: int = 0) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, min_size=least, max_size=2).map(tuple)


headers = st.builds(HeaderField, words, words, cells)
lines = st.builds(BudgetLine, words, st.sampled_from(["total", "detail"]), places, words, maybe, maybe, maybe, maybe, maybe, maybe)
groups = st.builds(Group, words, words, maybe, places)
parts = st.builds(IndicatorPart, names, places, *[maybe] * 5)
indicators = st.builds(Indicator, names, words, words, places, *[maybe] * 7, others=several(headers), parts=several(parts))
doubts = st.builds(Doubt, st.sampled_from(["run_together", "part_unmarked", "part_alone"]), words, words, places, words, words)
goals = st.builds(Goal, st.integers(1, 99), words, places, maybe, several(groups), several(indicators, 1))
unmet = st.builds(UnmetRow, words, places, words, maybe, maybe, maybe)
sections = st.builds(Section, words, words, st.integers(1, 9), places, several(cells))
fields = st.dictionaries(names, words, max_size=3).map(lambda found: tuple(found.items()))
statements = st.builds(Statement, names, words, places, fields, words)
forms = st.builds(
    Form,
    st.sampled_from(["department", "project"]),
    names,
    names,
    st.integers(1990, 2999),
    places,
    words,
    maybe,
    several(headers),
    several(lines),
    several(goals, 1),
    maybe,
    maybe,
    maybe,
    maybe,
    several(cells),
    several(sections),
    several(unmet),
    several(statements),
    several(doubts),
)
submissions = st.builds(Submission, several(forms, 1), words, words)

relaxed = settings(
    max_examples=tries(10, 1500), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@relaxed
@given(submissions)
def test_plain_data_comes_back(submission: Submission) -> None:
    assert from_data(to_data(submission), "f") == submission


@relaxed
@given(submissions)
def test_json_comes_back(submission: Submission) -> None:
    assert load(dump_json(submission), "json", "f") == submission


@relaxed
@given(submissions)
def test_yaml_comes_back(submission: Submission) -> None:
    assert load(dump_yaml(submission), "yaml", "f") == submission


@relaxed
@given(submissions)
def test_what_was_read_is_written_the_same(submission: Submission) -> None:
    text = dump_json(submission)
    assert dump_json(load(text, "json", "f")) == text


@relaxed
@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers(-(10**9), 10**9) | words, min_size=1, max_size=3
    )
)
def test_a_plain_scalar_is_a_cell_with_that_text(values: list[object]) -> None:
    data = {
        "unit": "u",
        "fiscal_year": 2021,
        "forms": [{"kind": "project", "name": "n", "goals": [{"indicators": [{"name": "i", "level1": "l"}]}], "notes": values}],
    }
    read = [note.text for note in from_data(data, "f").forms[0].notes]
    assert read == [str(value) if isinstance(value, int | str) else format(value, "f") for value in values]
