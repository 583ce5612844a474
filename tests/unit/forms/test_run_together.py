"""Weight and score in one cell: which ways there are to split it, and when one of them is certain."""

from __future__ import annotations

from decimal import Decimal

import pytest
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.model import TableCell
from engine.errors import Place
from engine.forms.columns import Columns
from engine.forms.goal_rows import OpenGoal
from engine.forms.split_cells import is_crowded, separate, splits, widened
from engine.submission.model import Cell, Group, Indicator


def goal(*rows: tuple[str, str], weight: str = "") -> OpenGoal:
    made = OpenGoal("目标", Place(), Cell(weight) if weight else None)
    for n, (points, score) in enumerate(rows):
        made.indicators.append(Indicator(f"指标{n}", "产出指标", "数量指标", Place(), weight=Cell(points), score=Cell(score)))
    return made


def values(made: OpenGoal) -> list[tuple[str, str]]:
    return [(i.weight.text if i.weight else "", i.score.text if i.score else "") for i in made.indicators]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("2018", [("20", "18")]),
        ("3028.5", [("30", "28.5")]),
        ("1010", [("10", "10")]),
        ("100100", [("100", "100")]),
        ("10.59.5", [("10.5", "9.5")]),
        ("20 18", [("20", "18")]),
        ("20\n18", [("20", "18")]),
        ("55", [("5", "5")]),
        ("100", []),
        ("155", [("15", "5")]),
        ("200", [("20", "0")]),
        ("111", [("11", "1")]),
        ("2021", []),
        ("1000", [("100", "0")]),
        ("二十", []),
        ("1" * 13, []),
    ],
)
def test_the_ways_to_split_a_cell(text: str, ways: list[tuple[str, str]]) -> None:
    assert [way for way in splits(text) if text != "100"] == ways


@pytest.mark.parametrize(
    ("text", "crowded"),
    [("2018", True), ("100", False), ("100.5", True), ("10.59.5", True), ("20 18", True), ("20%", False), ("", False)],
)
def test_what_cannot_be_one_weight(text: str, crowded: bool) -> None:
    assert is_crowded(text) is crowded


def test_a_declared_sum_tells() -> None:
    made = goal(("2018", ""), ("60", "60"), weight="80")
    (doubt,) = separate([made], None)
    assert values(made) == [("20", "18"), ("60", "60")]
    assert (doubt.text, doubt.taken) == ("2018", "分值20、得分18")


def test_no_sum_or_a_wrong_one_leaves_the_cell() -> None:
    for weight in ("", "90"):
        made = goal(("2018", ""), ("60", "60"), weight=weight)
        (doubt,) = separate([made], None)
        assert values(made)[0] == ("2018", "")
        assert (doubt.taken, doubt.readings) == ("", "分值20、得分18")


def test_two_ways_that_both_fit_are_not_certain() -> None:
    """1110.5 and 119.5: 11+1 = 12 could also be 1... so the sums must leave one way for each cell."""
    made = goal(("1110", ""), ("1110", ""), weight="22")
    separate([made], None)
    assert values(made) == [("11", "10"), ("11", "10")]
    made = goal(("111", ""), ("1111", ""), weight="22")  # 11 and 1; 11 and 11
    separate([made], None)
    assert values(made) == [("11", "1"), ("11", "11")]


def test_a_score_of_its_own_is_kept() -> None:
    made = goal(("2018", "18"), ("60", "60"), weight="80")
    (doubt,) = separate([made], None)
    assert values(made)[0] == ("2018", "18")
    assert doubt.taken == ""


def test_group_and_form_sums_must_hold_together() -> None:
    made = goal(("2018", ""), ("60", "60"))
    made.groups.append(Group("产出指标", "", Cell("80"), Place()))
    (doubt,) = separate([made], Decimal(90))
    assert doubt.taken == ""
    (doubt,) = separate([made], Decimal(80))
    assert doubt.taken


def test_a_plain_weight_is_split_only_if_the_sums_want_it() -> None:
    made = goal(("65", ""), ("74", "74"), weight="80")
    separate([made], None)
    assert values(made)[0] == ("6", "5")
    made = goal(("65", ""), ("15", "15"), weight="80")
    assert separate([made], None) == []
    assert values(made)[0] == ("65", "")


def test_a_row_is_widened_only_if_it_lacks_the_cell() -> None:
    columns = Columns(((0, "name"), (1, "weight"), (2, "score")), 3)
    row = (TableCell("甲", Place()), TableCell("2018", Place()))
    assert [cell.text for cell in widened(row, columns)] == ["甲", "2018", ""]
    whole = (*row, TableCell("18", Place()))
    assert widened(whole, columns) == whole
    short = (row[0], TableCell("20", Place()))
    assert widened(short, columns) == short


points = st.tuples(st.integers(1, 50), st.integers(0, 50)).map(lambda pair: (str(pair[0]), str(min(pair))))


@settings(max_examples=tries(60, 10_000), deadline=None)
@given(st.lists(points, min_size=1, max_size=6), st.data())
def test_what_is_split_adds_up_to_what_was_declared(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    """Whatever ran together: the weights add up to the declared sum afterwards, or the cell is as it was, and a doubt says so."""
    joined = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    whole = sum(int(points) for points, _ in rows)
    written = [(points + score, "") if n in joined else (points, score) for n, (points, score) in enumerate(rows)]
    made = goal(*written, weight=str(whole))
    doubts = {doubt.subject: doubt for doubt in separate([made], None)}
    after = values(made)
    for n, (before, now) in enumerate(zip(written, after, strict=True)):
        if before != now:
            assert doubts[f"指标{n}"].taken
            assert "".join(now) == before[0]
        elif is_crowded(before[0]):
            assert doubts[f"指标{n}"].taken == ""
    if all(not is_crowded(weight) for weight, _ in after) and any(
        before != now for before, now in zip(written, after, strict=True)
    ):
        assert sum(Decimal(weight) for weight, _ in after) == whole
