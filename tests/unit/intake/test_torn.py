"""A row that a page break may have torn is not scored before a person has looked; what the tear does not touch is."""

from __future__ import annotations

import pytest

from engine.documents.model import Told
from engine.errors import Place
from engine.intake.torn import withheld
from engine.submission.model import Cell, Form, Goal, Indicator

FILE = "表.pdf"


def row(page: int, number: int, name: str, target: str = "≥100人", reason: str = "") -> Indicator:
    place = Place(FILE, table=1, row=number, path=f"第{page}页")
    cells = {key: Cell(text, place) for key, text in (("target", target), ("actual", "90人"), ("weight", "5"), ("reason", reason))}
    return Indicator(name, "产出指标", "数量指标", place, **cells)


def doubts(rows: list[Indicator], text: str, key: str = "torn_row") -> list[str]:
    """The doubt of each row's target, where that cell may be torn on the second page."""
    form = Form("某中心", 2023, "project", "培训", Place(FILE), goals=(Goal(1, "", Place(FILE), indicators=tuple(rows)),))
    (found,) = withheld([form], [Told(key, text, Place(FILE, path="第2页"))])
    return [item.target.doubt if item.target else "" for item in found.goals[0].indicators]


FIRST, LAST = row(1, 1, "培训期数"), row(3, 9, "满意人数")


@pytest.mark.parametrize(
    ("above", "below", "text", "expected"),
    [
        (row(1, 2, "全年培训各级数"), row(2, 3, "持证人数"), "数", [False, True, False, False]),  # put to the row above
        (row(1, 2, "全年培训各级"), row(2, 3, "数"), "数", [False, True, True, False]),  # stands as a row's own
        (row(1, 2, "培训人数", "≥100人\n次"), row(2, 3, "持证人数"), "次", [False, True, False, False]),
        (
            row(1, 2, "培训人数", reason="受场地影响\n没有办成"),
            row(2, 3, "持证人数"),
            "没有办成",
            [False] * 4,
        ),  # no score
        (row(1, 2, "培训人数"), row(2, 3, "持证人数"), "（含市级）", [False, True, False, False]),  # nobody knows where it went
    ],
)
def test_what_rests_on_a_torn_row_is_not_certain(above: Indicator, below: Indicator, text: str, expected: list[bool]) -> None:
    found = doubts([FIRST, above, below, LAST], text)
    assert [bool(one) for one in found] == expected
    assert all(f"“{text}”" in one and "跨页" in one for one in found if one)


def test_other_things_told_of_a_file_touch_no_row() -> None:
    assert doubts([FIRST, row(1, 2, "各级数"), LAST], "数", "aslant_text") == ["", "", ""]
