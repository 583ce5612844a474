"""One list of columns, shown in a terminal, as Markdown and in Excel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rich.text import Text

from engine.results.views.columns import Column, markdown, page_cells, page_head, sheet
from engine.results.views.screen import Whole, printed, table, width


@dataclass(frozen=True)
class Thing:
    name: str
    score: str | None = None
    met: int | None = None
    said: str = ""


THINGS = [Thing("甲|乙", "95.50", 3), Thing("=丙", None, None, "≠ 不同")]
COLUMNS: tuple[Column[Thing], ...] = (
    Column("名称", lambda thing: thing.name, "own"),
    Column("得分", lambda thing: thing.score, "number"),
    Column("等级", lambda thing: thing.score and "优", "word", ("terminal", "markdown")),
    Column("完成", lambda thing: thing.met, "count"),
    Column("条文", lambda thing: "长" * 30, on=("excel",)),
    Column("结论", lambda thing: thing.said, "mark"),
)


def text(**options: object) -> list[str]:
    return printed([table(COLUMNS, THINGS, **options)], terminal=False).rstrip("\n").split("\n")  # type: ignore[arg-type]


def test_a_terminal_leaves_out_titles_that_the_row_says_and_puts_a_dash_where_a_number_is_missing() -> None:
    assert text() == ["        得分  等级  完成", "甲|乙  95.50    优     3", "=丙        —     —        ≠ 不同"]


def test_numbers_and_short_words_stay_in_one_piece_where_the_screen_is_narrow() -> None:
    long = [Thing("很长的名称" * 6, "89.59–95.58")]
    lines = printed([table(COLUMNS, long)], terminal=False, wide=30).split("\n")
    assert "89.59–95.58" in lines[1]
    assert len(lines) > 4  # the name is what was folded


def test_markdown_escapes_what_would_be_markup() -> None:
    assert markdown(COLUMNS, THINGS) == [
        "|  | 得分 | 等级 | 完成 |  |",
        "| --- | --- | --- | --- | --- |",
        "| 甲\\|乙 | 95.50 | 优 | 3 |  |",
        "| =丙 | — | — |  | ≠ 不同 |",
    ]


def test_a_sheet_has_all_titles_and_numbers_as_numbers() -> None:
    made = sheet("表", COLUMNS, THINGS, left=2)
    assert made.titles == ("名称", "得分", "完成", "条文", "结论")
    assert [row[:3] for row in made.rows] == [["甲|乙", Decimal("95.50"), 3], ["=丙", None, None]]
    assert made.left == 2


def test_a_style_is_asked_for_each_cell_and_for_the_row() -> None:
    asked: list[tuple[str, str]] = []

    def style(thing: Thing, title: str) -> str:
        asked.append((thing.name, title))
        return ""

    table(COLUMNS, THINGS[:1], style=style)
    assert asked == [("甲|乙", title) for title in ("名称", "得分", "等级", "完成", "结论", "")]


def test_a_whole_line_is_not_broken_in_a_file() -> None:
    said = Text("问题" * 80)
    assert printed([Whole(said)], terminal=False) == f"{said}\n"
    assert printed([said], terminal=False).count("\n") > 1
    assert width(terminal=False) == 100


def test_a_page_gets_titles_kinds_and_texts_and_says_itself_what_is_missing() -> None:
    assert page_head(COLUMNS) == [
        {"title": "名称", "kind": "own"},
        {"title": "得分", "kind": "number"},
        {"title": "完成", "kind": "count"},
        {"title": "结论", "kind": "mark"},
    ]
    assert page_cells(COLUMNS, THINGS[1]) == ["=丙", "", "", "≠ 不同"]
