"""What people write into the cells of a policy's workbook, and what of it cannot be taken over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.editing.changes import words, written
from engine.editing.sheets import Page, Row, Slot, change
from engine.editing.workbook import _changes
from engine.errors import Problem


@pytest.mark.parametrize(
    ("percent", "text", "value"),
    [
        ("share", "60%", Decimal("0.6")),
        ("share", " 85 ％", Decimal("0.85")),
        ("share", "0.6", Decimal("0.6")),
        ("number", "85%", 85),
        ("number", "85", 85),
        ("", "60%", "60%"),
    ],
)
def test_a_percentage_is_the_number_the_cell_means(percent: str, text: str, value: Any) -> None:
    """Where a percentage means nothing (points) it stays text, and the check says so."""
    assert change(Slot("1", "number", "f", ("a",), percent=percent), text).value == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("甲、乙", ["甲", "乙"]),
        ("甲，乙,丙；丁;戊\n己", ["甲", "乙", "丙", "丁", "戊", "己"]),
        ("1,000、2", ["1,000", "2"]),
        ("、甲、", ["甲"]),
    ],
)
def test_words_stand_apart_by_whatever_people_write_between_them(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("entries", [["水、电", "煤气"], ["甲", '他说"好"', "1,000"], ["一\n二", "三"], ['"', '"、"']])
def test_words_are_shown_so_that_they_are_read_back(entries: list[str]) -> None:
    assert words(written(entries)) == entries


def test_a_word_that_has_a_comma_keeps_it() -> None:
    assert words("甲,乙、丙，丁", kept=["甲,乙"]) == ["甲,乙", "丙", "丁"]


def found(edit: dict[tuple[int, int], str], gone: int = 0) -> list[Problem]:
    """What is told of a page of three rows with some cells written over; `gone`: a row that was deleted."""
    rows = tuple(Row(f"k{n}", (f"id{n}", f"名{n}", "出处"), {0: Slot(f"值{n}", "text", "f", (n,))}) for n in range(3))
    page = Page("页", ("编号", "名称", "出处"), ("甲", "乙"), rows)
    cells: dict[int, dict[int, str]] = {1: dict(enumerate(("位置", "校验", "编号", "名称", "出处", "甲", "乙"), start=1))}
    number = 2
    for n, row in enumerate(rows):
        if gone == n + 2:
            continue
        cells[number] = dict(enumerate((row.key, row.mark(), *row.fixed, f"值{n}", ""), start=1))
        number += 1
    for (at, column), text in edit.items():
        cells.setdefault(at, {})[column] = text
    problems: list[Problem] = []
    assert list(_changes(page, cells, "f.xlsx", problems)) == []
    return problems


def test_what_is_only_shown_and_was_changed_is_told_at_its_cell() -> None:
    (name,) = found({(3, 4): "另一个名"})
    assert (name.place.path, name.code) == ("页!D3", "workbook.fixed")
    (empty,) = found({(2, 7): "0.5"})
    assert empty.place.path == "页!G2"
    assert "改了不起作用" in empty.message
    assert found({(2, 5): "别处"}) == [], "where it is written moves with every edit"


def test_a_row_that_was_deleted_or_added_is_told_where_it_stood() -> None:
    (gone,) = found({}, gone=3)
    assert (gone.place.path, gone.code) == ("页!C3", "workbook.rows")
    assert "id1 名1" in gone.message
    (new,) = found({(5, 3): "新的", (5, 6): "1"})
    assert new.place.path == "页!F5"
