"""What is foretold of the pages of a filled Word document: labels again where one begins, weights that stay whole."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.templating.word_pages import settle

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{SPACE}}}"
STYLES = f"""<w:styles xmlns:w="{SPACE}">
<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:pPr><w:spacing w:line="300" w:lineRule="exact"/></w:pPr>
<w:rPr><w:sz w:val="20"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Kept"><w:basedOn w:val="N"/><w:pPr><w:keepNext/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="New"><w:basedOn w:val="N"/><w:pPr><w:pageBreakBefore/></w:pPr></w:style>
</w:styles>"""
PAGE = '<w:sectPr><w:pgSz w:w="5000" w:h="3100"/><w:pgMar w:top="0" w:bottom="0" w:left="0" w:right="0"/></w:sectPr>'
"""Ten lines of 300, and a little."""


def cell(text: str, merge: str = "", style: str = "N") -> str:
    merged = {"": "", "begins": '<w:vMerge w:val="restart"/>', "goes on": "<w:vMerge/>"}[merge]
    content = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f'<w:tc><w:tcPr>{merged}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p></w:tc>'


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def settled(before: str, *rows: str, widths: tuple[int, ...] = (2000, 3000)) -> list[list[str]]:
    """The texts of the rows, ＋ before what begins a merged cell, － for one that goes on."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    xml = f'<w:body xmlns:w="{SPACE}">{before}<w:tbl><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>{PAGE}</w:body>'
    body = etree.fromstring(xml)
    settle(body, etree.fromstring(STYLES))
    return [[told(one) for one in line.iter(f"{W}tc")] for line in body.iter(f"{W}tr")]


def told(one: Any) -> str:
    merge = one.find(f"{W}tcPr/{W}vMerge")
    text = "".join("\n" if part.tag == f"{W}br" else part.text or "" for part in one.iter(f"{W}t", f"{W}br"))
    return text if merge is None else ("＋" if merge.get(f"{W}val") else "－") + text


def long(rows: int) -> list[str]:
    return [row(cell("甲" if n == 0 else "", "goes on" if n else "begins"), cell(str(n))) for n in range(rows)]


def test_a_merged_cell_says_its_label_again_where_a_page_begins() -> None:
    shown = settled("", *long(25))
    assert [n for n, line in enumerate(shown) if line[0] == "＋甲"] == [0, 9, 18]
    assert all(line[0] in ("＋甲", "－") for line in shown)
    assert [line[1] for line in shown] == [str(n) for n in range(25)]


def test_what_fits_on_a_page_stays_as_it_is() -> None:
    assert [line[0] for line in settled("", *long(8))] == ["＋甲", *["－"] * 7]


def test_what_stands_before_a_table_takes_room() -> None:
    lines = '<w:p><w:pPr><w:pStyle w:val="N"/></w:pPr></w:p>' * 5
    assert [n for n, line in enumerate(settled(lines, *long(8))) if line[0] == "＋甲"] == [0, 4]


def test_a_page_that_begins_anew_does_not_count_what_was_before() -> None:
    lines = '<w:p><w:pPr><w:pStyle w:val="N"/></w:pPr></w:p>' * 5 + '<w:p><w:pPr><w:pStyle w:val="New"/></w:pPr></w:p>'
    assert [n for n, line in enumerate(settled(lines, *long(10))) if line[0] == "＋甲"] == [0, 8]


def test_a_row_of_headings_goes_with_the_next_one() -> None:
    rows = [
        *long(9),
        row(cell("头", style="Kept"), cell("头", style="Kept")),
        row(cell("乙", "begins"), cell("一")),
        row(cell("", "goes on"), cell("二")),
    ]
    shown = settled("", *rows)
    assert shown[10:] == [["＋乙", "一"], ["－", "二"]]  # headings and their first row went to the next page together


def test_a_weight_in_brackets_stays_on_one_line() -> None:
    rows = [row(cell("组织商会培训（12.5分）"), cell("1期")), row(cell("培训（10分）"), cell("2期"))]
    rows.append(row(cell("组织商会培训工作（12.5分）"), cell("3期")))  # which goes to the next line as it is
    assert [line[0] for line in settled("", *rows)] == ["组织商会培训\n（12.5分）", "培训（10分）", "组织商会培训工作（12.5分）"]


def test_a_document_without_a_page_is_left_alone() -> None:
    body = etree.fromstring(f'<w:body xmlns:w="{SPACE}"><w:p/></w:body>')
    settle(body, etree.fromstring(f'<w:styles xmlns:w="{SPACE}"/>'))
    assert len(body) == 1


def test_headings_amidst_a_table_stand_again_on_the_next_page() -> None:
    """With the merged cells' labels; the rows are made so high that the page ends there."""
    head = row(cell("目标", "begins", style="Kept"), cell("指标", style="Kept"))
    shown = settled("", head, *(row(cell("", "goes on"), cell(str(n))) for n in range(20)))
    tops = [n for n, line in enumerate(shown) if line == ["＋目标", "指标"]]
    assert tops == [0, 9, 18]
    assert all(line[0] in ("－", "＋目标") for line in shown), "what is merged with the headings goes on from there"
    assert [line[1] for n, line in enumerate(shown) if n not in tops] == [str(n) for n in range(20)]


def test_rows_before_the_end_of_a_page_fill_it() -> None:
    """But for less than a row: so it ends there with any font."""
    xml = (
        f'<w:body xmlns:w="{SPACE}"><w:tbl><w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid>{"".join(long(12))}</w:tbl>{PAGE}</w:body>'
    )
    body = etree.fromstring(xml)
    settle(body, etree.fromstring(STYLES))
    rows = list(body.iter(f"{W}tr"))
    heights = [int(one.get(f"{W}val", "0")) for line in rows for one in line.iter(f"{W}trHeight")]
    assert len(heights) == 9
    assert 3100 - 300 < sum(heights) <= 3100 - 190


def test_a_label_with_its_value_is_no_heading_that_stands_again() -> None:
    label = row(cell("项目类型", style="Kept"), cell("常年性项目"))
    rows = [label, *(row(cell(f"说明{n}"), cell(str(n))) for n in range(20))]
    assert [line[0] for line in settled("", *rows)].count("项目类型") == 1


def test_a_number_wider_than_its_cell_is_set_smaller_and_other_texts_are_not() -> None:
    rows = row(cell("186,320.00"), cell("18.40")) + row(cell("部门整体支出总额"), cell("92.00%"))
    grid = '<w:gridCol w:w="1000"/><w:gridCol w:w="1000"/>'
    body = etree.fromstring(f'<w:body xmlns:w="{SPACE}"><w:tbl><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{PAGE}</w:body>')
    settle(body, etree.fromstring(STYLES))
    sizes = {"".join(one.itertext()): [size.get(f"{W}val") for size in one.iter(f"{W}sz")] for one in body.iter(f"{W}tc")}
    assert len(sizes["186,320.00"]) == 1
    assert 12 <= int(sizes["186,320.00"][0]) < 20
    assert (sizes["18.40"], sizes["部门整体支出总额"], sizes["92.00%"]) == ([], [], [])
