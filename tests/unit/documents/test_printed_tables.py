"""Tables of a page, however their lines are drawn and whichever of them are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from drawing import FONT, LINES, SIZE, Table, pdf, stroke
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from engine.documents import model
from engine.documents import pdf as pdf_reader

FORM: list[list[Any]] = [
    ["项目名称", None, "河湖管护经费", None, None, None],
    ["一级指标", "二级指标", "三级指标", "目标值", "实际值", "得分"],
    ["产出指标", "数量指标", "巡查河湖次数（3分）", "≥480次", "526次", "3"],
    [..., ..., "治理水土流失面积（5分）", "≥30平方公里", "28.5平方公里", "4.75"],
    [..., "质量指标", "合格率（4分）", "≥95%", "97.71%", "4"],
    ["效益指标", "生态效益指标", "水质优良比例（8分）", "≥85%", "83.3%", "7.84"],
    ["总分", None, None, None, None, "96.82"],
]
PLAIN: list[list[Any]] = [FORM[1], *(["产出指标", "数量指标", f"培训第{n}期人数", "≥100人", "120人", "2"] for n in range(5))]
WIDTHS = (50.0, 60.0, 120.0, 80.0, 90.0, 50.0)


def shown(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """A ^ for what goes on from another cell."""
    return [[text if isinstance(text, str) else "^" for text in row] for row in rows]


def read(*pages: Callable[[Canvas], Any]) -> list[Any]:
    """Paragraphs and tables; nothing else is told."""
    document = pdf_reader.read_here(pdf(*pages), "表.pdf")
    assert document.told == ()
    return [
        block.text
        if isinstance(block, model.Paragraph)
        else [["^" if cell.merged else cell.text for cell in row] for row in block.rows]
        for block in document.blocks
    ]


@pytest.mark.parametrize("align", ["left", "centre", "right"])
@pytest.mark.parametrize("lines", LINES)
def test_lines_however_drawn(lines: str, align: str) -> None:
    assert read(lambda canvas: Table(FORM, WIDTHS, align=align).draw(canvas, 780, LINES[lines])) == [shown(FORM)]


@pytest.mark.parametrize("sides", ["tb", "lr", "", "trb", "tbl", "t", "b"])
@pytest.mark.parametrize("lines", ["strokes", "thin areas", "dashed"])
def test_outer_lines_missing(lines: str, sides: str) -> None:
    assert read(lambda canvas: Table(FORM, WIDTHS).draw(canvas, 780, LINES[lines], sides=sides)) == [shown(FORM)]


def test_a_first_and_a_last_row_in_one_cell_without_sides() -> None:
    rows = [["项目支出绩效自评表", *[None] * 5], *FORM, ["备注：按规定执行。", *[None] * 5]]
    assert read(lambda canvas: Table(rows, WIDTHS).draw(canvas, 780, sides="tb")) == [shown(rows)]


@pytest.mark.parametrize("missing", [(4,), (2, 3, 4), (1, 2, 3, 4, 5)])
def test_lines_between_columns_missing(missing: tuple[int, ...]) -> None:
    table = Table(PLAIN, WIDTHS)
    gone = [table.xs[n] for n in missing]

    def line(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
        if x0 != x1 or min(abs(x0 - x) for x in gone) > 1:
            stroke(canvas, x0, y0, x1, y1)

    assert read(lambda canvas: table.draw(canvas, 780, line)) == [shown(PLAIN)]


@pytest.mark.parametrize("sides", ["tb", ""])
def test_level_lines_alone(sides: str) -> None:
    assert read(lambda canvas: Table(PLAIN, WIDTHS).draw(canvas, 780, sides=sides, inner="h")) == [shown(PLAIN)]


def test_three_level_lines() -> None:
    def page(canvas: Canvas) -> None:
        table = Table(PLAIN, WIDTHS)
        foot = table.draw(canvas, 780, sides="", inner="")
        for y in (780, 780 - table.height(PLAIN[0]), foot):
            canvas.line(60, y, 510, y)

    assert read(page) == [shown(PLAIN)]


def test_level_lines_between_paragraphs_are_no_table() -> None:
    def page(canvas: Canvas) -> None:
        for n in range(4):
            canvas.drawString(60, 700 - 40 * n, "关于报送预算绩效自评报告的通知，请各单位按时填报并对内容的真实性负责")
            canvas.line(60, 690 - 40 * n, 510, 690 - 40 * n)
        canvas.drawString(60, 500, "抄送：各科室")
        canvas.drawString(300, 500, "2022年3月印发")

    assert all(isinstance(block, str) for block in read(page))


def test_words_set_apart_in_a_cell_are_no_columns() -> None:
    rows = [["填表人：甲        日期：2022年", "1"], ["联系人：乙", "2"], ["负责人：丙      （签字）", "3"], ["电话", "4"]]
    ((first, *_),) = read(lambda canvas: Table(rows, (220.0, 60.0)).draw(canvas, 780))
    assert len(first) == 2


def test_two_tables_on_a_page() -> None:
    other = [["姓名", "职务"], ["甲", "科长"]]

    def below(canvas: Canvas) -> None:
        foot = Table(FORM, WIDTHS).draw(canvas, 780)
        canvas.drawString(60, foot - 20, "附表")
        Table(other, (100.0, 100.0)).draw(canvas, foot - 40)

    def close(canvas: Canvas) -> None:
        Table(other, (100.0, 100.0)).draw(canvas, Table(FORM, WIDTHS).draw(canvas, 780) - 8)

    def beside(canvas: Canvas) -> None:
        Table(other, (100.0, 100.0)).draw(canvas, 780)
        Table(other, (80.0, 60.0), left=300.0).draw(canvas, 780)

    assert read(below) == [shown(FORM), "附表", shown(other)]
    assert read(close) == [shown(FORM), shown(other)]
    assert read(beside) == [shown(other), shown(other)]


def test_what_is_drawn_within_cells_bounds_none() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        canvas.rect(62, 700, 300, 60, stroke=0, fill=1)  # a coloured area over several cells
        canvas.setFillGray(0)
        Table(FORM, WIDTHS).draw(canvas, 780)
        canvas.rect(80, 770, 6, 6)  # a box to be ticked
        canvas.rect(200, 768, 20, 8)
        canvas.line(210, 768, 210, 776)
        canvas.line(176, 769, 230, 769)  # underlined

    assert read(page) == [shown(FORM)]


def test_cells_drawn_as_coloured_areas_alone() -> None:
    def page(canvas: Canvas) -> None:
        table = Table(FORM, WIDTHS)
        canvas.setFillGray(0.99)
        canvas.rect(0, 0, *A4, stroke=0, fill=1)
        for row, column, last_row, last_column, _, ys in table.cells(780):
            canvas.setFillGray(0.8 if (row + column) % 2 else 0.95)
            left, lower = table.xs[column], ys[last_row]
            canvas.rect(left, lower, table.xs[last_column] - left, ys[row] - lower, stroke=0, fill=1)
        canvas.setFillGray(0)
        table.draw(canvas, 780, sides="", inner="")

    assert read(page) == [shown(FORM)]


def test_one_path_a_rectangle_each_and_a_form_drawn_smaller() -> None:
    def path(canvas: Canvas) -> None:
        drawn = canvas.beginPath()

        def line(_: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
            drawn.moveTo(x0, y0)
            drawn.lineTo(x1, y1)

        Table(FORM, WIDTHS).draw(canvas, 780, line)
        canvas.drawPath(drawn)

    def rectangles(canvas: Canvas) -> None:
        table = Table(FORM, WIDTHS)
        table.draw(canvas, 780, sides="", inner="")
        for row, column, last_row, last_column, _, ys in table.cells(780):
            canvas.rect(table.xs[column], ys[last_row], table.xs[last_column] - table.xs[column], ys[row] - ys[last_row])

    def form(canvas: Canvas) -> None:
        canvas.beginForm("form")
        canvas.setFont(FONT, SIZE)
        Table(FORM, WIDTHS).draw(canvas, 780)
        canvas.endForm()
        canvas.translate(10, -20)
        canvas.scale(0.9, 0.9)
        canvas.doForm("form")

    assert read(path) == read(rectangles) == read(form) == [shown(FORM)]


@pytest.mark.parametrize("told", [True, False], ids=["told of the page", "drawn so"])
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages(turn: int, told: bool) -> None:
    def page(canvas: Canvas) -> None:
        if told:
            canvas.setPageRotation(turn)
        width, height = A4 if turn == 180 or not told else A4[::-1]
        canvas.translate(width if turn != 270 else 0, height if turn != 90 else 0)
        canvas.rotate(turn)
        Table(FORM, WIDTHS).draw(canvas, 500)

    assert read(page) == [shown(FORM)]


def test_a_label_written_upwards() -> None:
    rows = [["", "数量指标", "100人"], [..., "质量指标", "95%"], [..., "时效指标", "95%"], [..., "成本指标", "95万元"]]

    def page(canvas: Canvas) -> None:
        Table(rows, (30.0, 80.0, 60.0)).draw(canvas, 780)
        canvas.translate(78, 720)
        canvas.rotate(90)
        canvas.drawString(0, 0, "产出指标")

    assert read(page) == [shown([["产出指标", *rows[0][1:]], *rows[1:]])]
