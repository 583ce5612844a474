"""OFD -> blocks: the same grouping of characters and lines as of a PDF's, on files as printers and official systems write them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from drawing import Table, pdf
from ofd_writing import line, of_pdf, ofd, package, text

pytest.importorskip("ofdkit", reason="the extra “ofd” is not installed")

from engine.documents import model as b
from engine.documents import ofd as ofd_reader
from engine.documents import pdf as pdf_reader
from engine.documents import reader
from engine.documents.printed import found
from engine.errors import InputError

ROWS = [
    ["一级指标", "三级指标", "目标值", "完成值", "得分", "偏差原因"],
    ["产出指标", "培训人数（含市级和区县级联合开展的主题活动）", "≥100人", "120人", "10", "无"],
    [..., "资金支付及时率", "≥95.5%", "96.25%", "9.5", None],
    ["效益指标", "群众满意度 (survey)", "≥90%", "88%", "8", "样本量不足，\n下一步加强宣传"],
]
WIDTHS = [70.0, 120.0, 60.0, 60.0, 40.0, 110.0]


def read(data: bytes) -> b.Document:
    return ofd_reader.read_here(data, "表.ofd")


def texts(document: b.Document) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in table.rows] for table in document.tables()]


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        ofd_reader.read_bytes(data, "表.ofd")
    (problem,) = caught.value.problems
    return f"{problem.code} {problem.message}"


def grid(xs: list[float], ys: list[float]) -> str:
    """Lines at these places across and down."""
    return "".join(line(xs[0], y, xs[-1], y) for y in ys) + "".join(line(x, ys[0], x, ys[-1]) for x in xs)


def unit(content: str) -> str:
    """A group of objects that pages refer to by the number 50."""
    group = f'<ofd:CompositeGraphicUnit ID="50" Width="60" Height="10">{content}</ofd:CompositeGraphicUnit>'
    return f"<ofd:CompositeGraphicUnits>{group}</ofd:CompositeGraphicUnits>"


@pytest.mark.parametrize("sides", ["trbl", "tb"], ids=["framed", "open at the sides"])
@pytest.mark.parametrize("align", ["left", "centre"])
def test_a_table_is_read_as_from_a_pdf(sides: str, align: str) -> None:
    first = pdf(
        lambda canvas: (
            canvas.drawString(60, 800, "项目支出绩效自评表"),
            Table(ROWS, WIDTHS, align=align).draw(canvas, 760, sides=sides),
        )
    )
    document, printed = read(of_pdf(first)), pdf_reader.read_here(first, "表.pdf")
    assert texts(document) == texts(printed)
    assert texts(document)[0][2][3:5] == ["96.25%", "9.5"]
    assert [block.text for block in document.paragraphs()] == ["项目支出绩效自评表"]
    assert not document.told


def test_a_row_cut_by_a_page_break_is_one_row() -> None:
    from drawing import cut

    upper, lower = cut(
        ["产出指标", "培训人数（含市级和区县级联合开展的主题活动）", "≥100人", "120人", "10", "受场地影响未能全部按计划开展"],
        WIDTHS,
        1,
    )
    pages = [
        lambda canvas: Table([ROWS[0], ROWS[1], upper], WIDTHS).draw(canvas, 200),
        lambda canvas: Table([lower, ROWS[3]], WIDTHS).draw(canvas, 800),
    ]
    (table,) = texts(read(of_pdf(pdf(*pages))))
    assert len(table) == 4
    assert table[2][1] == "培训人数（含市级和区县级联合开展的主题活动）"


def test_the_printed_form_of_a_template_and_what_was_filled_in() -> None:
    form = grid([20, 60, 110], [30, 40, 50]) + text("指标", 22, 37) + text("完成值", 62, 37)
    (table,) = texts(read(ofd(text("培训人数", 22, 47) + text("120人", 62, 47), templates=[form])))
    assert table == [["指标", "完成值"], ["培训人数", "120人"]]


def test_a_page_whose_template_is_missing_is_not_read_by_half() -> None:
    whole, half = text("第一页的文字", 22, 37), text("第二页的文字", 22, 37)
    parts = _parts(ofd(whole, half))
    parts["Doc_0/Pages/Page_1/Content.xml"] = parts["Doc_0/Pages/Page_1/Content.xml"].replace(
        "<ofd:Content>", '<ofd:Template TemplateID="77"/><ofd:Content>'
    )
    document = read(package(parts))
    assert [block.text for block in document.paragraphs()] == ["第一页的文字"]
    assert [(told.key, told.text) for told in document.told] == [("page_left_out", "第2页已损坏，打不开")]


def _parts(data: bytes) -> dict[str, str]:
    from io import BytesIO
    from zipfile import ZipFile

    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name).decode().partition("?>")[2] for name in archive.namelist()}


def test_steps_between_characters() -> None:
    """Written out, so many alike, or left to the font; wide steps set apart, stretched ones do not."""
    objects = (
        text("完成值120人", 20, 20, deltas="3.5 3.5 3.5 g 2 1.75 1.75")
        + text("预算执行率", 20, 40)
        + text("单位名称：甲局填报日期", 20, 60, deltas="g 6 3.5 20 g 3 3.5")
        + text("项目名称", 20, 80, deltas="g 3 8")
    )
    assert [block.text for block in read(ofd(objects)).paragraphs()] == [
        "完成值120人",
        "预算执行率",
        "单位名称：甲局    填报日期",
        "项目名称",
    ]


def test_matrices_blocks_and_groups() -> None:
    big = text("放大的字", 20, 30, size=1.75, CTM="2 0 0 2 0 0")
    block = f'<ofd:PageBlock ID="8">{text("块里的字", 20, 60)}</ofd:PageBlock>'
    group = '<ofd:CompositeObject ID="9" ResourceID="50" Boundary="20 90 60 10" CTM="1 0 0 1 0 0"/>'
    inside = f"<ofd:Content>{text('组里的字', 0, 4)}</ofd:Content>"
    document = read(ofd(big + block + group, resources=unit(inside)))
    assert [block.text for block in document.paragraphs()] == ["放大的字", "块里的字", "组里的字"]


@pytest.mark.parametrize(
    "label",
    [
        text("产出指标", 23, 63.5).replace('Y="3.5"', 'Y="3.5" DeltaX="g 3 0" DeltaY="g 3 4"'),
        text("产出指标", 23, 63.5, ReadDirection="90"),
        text("产出指标", 26, 60, CTM="0 1 -1 0 0 0"),
    ],
    ids=["one below the other", "by direction", "turned"],
)
def test_a_label_written_downwards(label: str) -> None:
    objects = (
        grid([20, 30, 80], [50, 90]) + grid([30, 80], [50, 70, 90]) + label + text("培训人数", 32, 62) + text("支付进度", 32, 82)
    )
    (table,) = texts(read(ofd(objects)))
    assert table == [["产出指标", "培训人数"], ["", "支付进度"]]


def test_what_nobody_sees_and_what_stands_aslant_is_told() -> None:
    objects = (
        text("看得见的字", 20, 20)
        + text("不画出来的", 20, 40, Visible="false")
        + text("透明的", 20, 60, Alpha="0")
        + text("页面以外的", 260, 80)
        + text("样张", 60, 150, size=20, CTM="0.7 0.7 -0.7 0.7 0 0")
    )
    document = read(ofd(objects))
    assert [block.text for block in document.paragraphs()] == ["看得见的字"]
    told = [("hidden_text", "不画出来的 透明的 页面以外的"), ("aslant_text", "样张")]
    assert [(one.key, one.text) for one in document.told] == told


def test_a_scan_is_refused_in_one_line_and_a_scanned_page_is_told() -> None:
    picture = '<ofd:ImageObject ID="7" Boundary="0 0 210 297" ResourceID="4"/>'
    assert refused(ofd(picture)) == "input.scanned 第1页是扫描件或图片，没有可读的文字"
    document = read(ofd(text("有文字的一页", 20, 20), picture))
    assert [(told.key, told.text) for told in document.told] == [("page_left_out", "第2页是扫描件或图片，没有可读的文字")]


def test_producers_that_write_other_names_and_paths() -> None:
    parts = {
        name: content.replace("ofd:", "").replace("xmlns:", "xmlns=")
        for name, content in _parts(ofd(text("没有前缀", 20, 20))).items()
    }
    parts = {name: content.replace('xmlns=ofd="http://www.ofdspec.org/2016"', "") for name, content in parts.items()}
    parts["OFD.xml"] = parts["OFD.xml"].replace("Doc_0/Document.xml", "/doc_0/Document.xml")
    assert [block.text for block in read(package(parts)).paragraphs()] == ["没有前缀"]


def plain_parts() -> dict[str, str]:
    return _parts(ofd(text("甲", 20, 20)))


LOOP = '<ofd:CompositeObject ID="9" ResourceID="50" Boundary="0 0 9 9"/>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "too many characters": (lambda: ofd(text("甲", 20, 20) * 50_000), "input.too-large"),
    "groups of themselves": (lambda: ofd(LOOP, resources=unit(f"<ofd:Content>{LOOP * 9}</ofd:Content>")), "input.too-large"),
    "steps without end": (lambda: ofd(text("甲" * 10, 20, 20, deltas="g 999999999 3.5") * 3_000), "input.too-large"),
    "no document": (lambda: package({"OFD.xml": plain_parts()["OFD.xml"]}), "input.damaged"),
    "no pages": (ofd, "input.damaged"),
    "not a package": (lambda: b"PK\x03\x04" + b"\0" * 300, "input.damaged"),
    "entities": (
        lambda: package({**plain_parts(), "OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]>' + plain_parts()["OFD.xml"]}),
        "input.damaged",
    ),
    "bomb": (lambda: package({**plain_parts(), "OFD.xml": plain_parts()["OFD.xml"] + " " * 70_000_000}), "input.too-large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    made, code = HOSTILE[name]
    data = made()
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        read(data)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert time.process_time() - started < 10


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "MAX_PAGES", 2)
    with pytest.raises(InputError, match="OFD 超过2页"):
        read(ofd(*[text("甲", 20, 20)] * 3))


def test_through_the_door_for_files_of_any_kind() -> None:
    assert [block.text for block in reader.document(ofd(text("从门里进来", 20, 20)), "表").paragraphs()] == ["从门里进来"]


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str, *_: Any) -> None:
        assert name == "ofdkit"

    monkeypatch.setattr(ofd_reader, "find_spec", absent)
    with pytest.raises(InputError) as caught:
        reader.document(ofd(text("甲", 20, 20)), "表.ofd")
    (problem,) = caught.value.problems
    assert problem.code == "input.no-ofd"
    assert "pip install 'jixiao[ofd]'" in problem.expected


def test_a_page_that_nothing_lists_or_that_has_two_contents_is_told() -> None:
    parts = _parts(ofd(text("第一页的文字", 22, 37), text("第二页的文字", 22, 37)))
    second = "Doc_0/Pages/Page_1/Content.xml"
    listed = parts | {"Doc_0/Document.xml": re.sub(r'<ofd:Page ID="2"[^<>]*/>', "", parts["Doc_0/Document.xml"])}
    unlisted = [("part_damaged", f"“{second}”有文字，而目录里没有这一页，没有读")]
    assert [(told.key, told.text) for told in read(package(listed)).told] == unlisted
    twice = read(package(parts | {second.upper(): parts[second].replace("第二页", "别的")}))
    assert [block.text for block in twice.paragraphs()] == ["第一页的文字"]
    assert [(told.key, told.text) for told in twice.told] == [
        ("page_left_out", "第2页已损坏，打不开"),
        ("part_damaged", f"“{second}”有两份，内容不一样，没有读"),
    ]
