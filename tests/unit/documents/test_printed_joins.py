"""Tables that go on on the next page: rows cut by the page break, rows that only look so, merged cells, headings said again."""

from __future__ import annotations

import random
from typing import Any

import pytest
from drawing import Table, cut, pdf
from reportlab.pdfgen.canvas import Canvas

from engine.documents import model
from engine.documents import pdf as pdf_reader

WIDTHS = (46.0, 50.0, 62.0, 55.0, 55.0, 40.0, 40.0, 80.0)
HEAD = ["一级指标", "二级指标", "三级指标", "目标值", "实际值", "分值", "得分", "偏差原因"]
LONG = ["产出指标", "数量指标", "开展禁毒宣传活动次数（含市级和区县级）", "≥10场次（其中市级不少于2场次）", "8场", "20", "16"]
LONG += ["受场地影响未能全部开展，下一步协调"]


def row(n: int) -> list[Any]:
    return ["产出指标", "数量指标", f"培训第{n}期人数", "≥100人", "120人", "2", "2", ""]


def pages(first: list[list[Any]], second: list[list[Any]], *, sides: tuple[str, str] = ("trbl", "trbl"), by: float = 0.0) -> bytes:
    """A table on the foot of a page and on the head of the next, there set to the right by so much."""

    def foot(canvas: Canvas) -> None:
        table = Table(first, WIDTHS)
        table.draw(canvas, 60 + sum(map(table.height, first)), sides=sides[0])

    def head(canvas: Canvas) -> None:
        Table(second, WIDTHS, left=60 + by).draw(canvas, 780, sides=sides[1])

    return pdf(foot, head)


def read(data: bytes) -> tuple[list[list[str]], list[str]]:
    """The rows of the one table, merged cells as ^; the texts that are told as doubtful."""
    document = pdf_reader.read_here(data, "表.pdf")
    (table,) = document.blocks
    assert isinstance(table, model.Table)
    assert all(told.key == "torn_row" for told in document.told)
    rows = [["^" if cell.merged else cell.text.replace("\n", "") for cell in row] for row in table.rows]
    return rows, [told.text for told in document.told]


@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("repeated", [True, False], ids=["heading said again", "said once"])
def test_a_row_cut_by_the_page_break_is_one(lines: int, repeated: bool) -> None:
    upper, lower = cut(LONG, WIDTHS, lines)
    data = pages([HEAD, row(1), row(2), upper], [*([HEAD] if repeated else []), lower, row(3), row(4)])
    assert read(data) == ([HEAD, row(1), row(2), LONG, row(3), row(4)], [])


def test_its_place_is_where_it_begins() -> None:
    upper, lower = cut(LONG, WIDTHS, 2)
    (table,) = pdf_reader.read_here(pages([HEAD, row(1), upper], [lower, row(2)]), "表.pdf").tables()
    assert [cells[0].place.path for cells in table.rows] == ["第1页", "第1页", "第1页", "第2页"]
    assert [cells[0].place.row for cells in table.rows] == [1, 2, 3, 4]


def test_a_row_cut_twice() -> None:
    text = "受场地影响未能全部按计划开展，下一步提前协调场地，争取全部开展，" * 4
    long = [*LONG[:-1], text + "按时完成"]
    upper, rest = cut(long, WIDTHS, 3)
    middle, lower = cut(rest, WIDTHS, 8)

    def whole(canvas: Canvas) -> None:
        Table([middle], WIDTHS).draw(canvas, 780)

    def foot(canvas: Canvas) -> None:
        table = Table([HEAD, row(1), upper], WIDTHS)
        table.draw(canvas, 60 + sum(map(table.height, table.rows)))

    def head(canvas: Canvas) -> None:
        Table([lower, row(2)], WIDTHS).draw(canvas, 780)

    assert read(pdf(foot, whole, head)) == ([HEAD, row(1), long, row(2)], [])


def test_rows_that_end_with_their_page_stay_apart() -> None:
    """However well the texts would fit together: seeded, so that what it finds can be found again."""
    chance = random.Random(15)
    names = ["产出指标", "培训人数", "水土流失治理面积", "项目成本控制", "经费支出合规性", "设备验收合格率", "受益群众满意度调查"]
    values = ["100人", "≥95%", "100万元", "12月底前完成", "效果明显", "健全日常巡查机制", "已完成"]
    for _ in range(40):
        rows = [
            [
                *("产出指标", "数量指标", chance.choice(names), chance.choice(values), chance.choice(values)),
                *("5", "5", chance.choice(["", "无"])),
            ]
            for _ in range(8)
        ]
        assert read(pages([HEAD, *rows[:4]], rows[4:])) == ([HEAD, *rows], [])


def test_a_row_that_says_little_is_told_where_it_may_be_the_rest_of_another() -> None:
    full = ["产出指标", "数量指标", "培训人", "100人", "120人", "5", "5", ""]  # the name fills its cell to the last character
    widths_of_name = WIDTHS[2] - 10
    assert widths_of_name < 9 * 6
    rest = ["", "", "数", "", "", "", "", ""]
    rows, doubts = read(pages([HEAD, row(1), ["", "", "全年培训各级", "100人", "1人", "5", "5", ""]], [rest, row(2)]))
    assert (rows[2][2], doubts) == ("全年培训各级数", ["数"])
    rows, doubts = read(pages([HEAD, row(1), full], [["", "", "……", "", "", "", "", ""], row(2)]))
    assert ([cells[2] for cells in rows[2:4]], doubts) == (["培训人", "……"], [])


def test_a_merged_label_goes_on_and_a_new_one_does_not() -> None:
    upper = [HEAD, ["产出指标（50分）", "数量指标", *row(1)[2:]], [..., ..., *row(2)[2:]], [..., ..., *row(3)[2:]]]
    lower = [["", "", *row(4)[2:]], ["效益指标（30分）", "社会效益", *row(5)[2:]], [..., ..., *row(6)[2:]]]
    rows, doubts = read(pages(upper, lower))
    assert doubts == []
    assert [cells[0] for cells in rows] == ["一级指标", "产出指标（50分）", "^", "^", "", "效益指标（30分）", "^"]
    document = pdf_reader.read_here(pages(upper, lower), "表.pdf")
    (table,) = document.tables()
    assert table.rows[4][0].merged is None  # whether the label above holds for it cannot be seen


def test_a_label_cut_before_its_bracket() -> None:
    upper = [HEAD, ["产出指标", "社会效益指标", *row(1)[2:]]]
    lower = [["", "（13分）", *row(2)[2:]], ["", ..., *row(3)[2:]]]
    rows, _ = read(pages(upper, lower))
    assert [cells[1] for cells in rows] == ["二级指标", "社会效益指标（13分）", "^", "^"]


def test_a_word_written_downwards_is_cut() -> None:
    upper, lower = cut(["产\n出\n指\n标", "数量指标", "培训人数", "100人", "120人", "5", "5", ""], WIDTHS, 2)
    rows, _ = read(pages([HEAD, row(1), upper], [lower, row(2)]))
    assert rows[2][0] == "产出指标"
    assert len(rows) == 4


@pytest.mark.parametrize("sides", ["tb", "trl", "tr"])
def test_a_cut_row_without_all_outer_lines(sides: str) -> None:
    upper, lower = cut(LONG, WIDTHS, 2)
    data = pages([HEAD, row(1), upper], [lower, row(2)], sides=(sides, "rbl" if sides == "trl" else sides))
    assert read(data) == ([HEAD, row(1), LONG, row(2)], [])


def test_pages_bound_left_and_right_by_turns() -> None:
    upper, lower = cut(LONG, WIDTHS, 2)
    assert read(pages([HEAD, row(1), upper], [lower, row(2)], by=25.0)) == ([HEAD, row(1), LONG, row(2)], [])


def test_forms_each_on_a_page_of_its_own_keep_their_titles() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("STSong-Light", 16)
        canvas.drawString(200, 800, "项目支出绩效自评表")
        canvas.setFont("STSong-Light", 9)
        Table([HEAD, row(1)], WIDTHS).draw(canvas, 780)

    blocks = pdf_reader.read_here(pdf(page, page, page), "表.pdf").blocks
    assert [block.text for block in blocks if isinstance(block, model.Paragraph)] == ["项目支出绩效自评表"] * 3
