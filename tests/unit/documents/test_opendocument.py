"""OpenDocument files before LibreOffice repairs them, workbooks outside a compound file, PDFs with lines before them."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from writers import packed

from engine.documents import excel_xls, kinds, opendocument, reader
from engine.errors import InputError

CONTENT = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:style="s"><style:style style:name="ce1"/>'
    '<table:table table:name="表1"><table:table-cell table:style-name="ce1"/></table:table>{more}</office:document-content>'
)
STYLES = '<office:document-styles xmlns:office="o" xmlns:style="s"><style:style style:name="Default"/></office:document-styles>'
MANIFEST = (
    '<m:manifest xmlns:m="m"><m:file-entry m:full-path="/"/><m:file-entry m:full-path="content.xml"/>'
    '<m:file-entry m:full-path="Pictures/1.png"/></m:manifest>'
)


def ods(more: str = "", **parts: str) -> bytes:
    whole = {
        "content.xml": CONTENT.format(more=more),
        "styles.xml": STYLES,
        "Pictures/1.png": "x",
        "META-INF/manifest.xml": MANIFEST,
    }
    whole |= {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    return packed({name: content for name, content in whole.items() if content})


def test_a_whole_file_has_no_damage() -> None:
    assert opendocument.damage(ods(), "f", "原件") == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ods(Pictures__1_png=""), ["清单上的“Pictures/1.png”不在文件里"]),
        (ods(styles_xml=""), ["样式“styles.xml”不在文件里，数字显示成什么不得而知"]),
        (ods('<table:table-cell table:style-name="ce9"/>'), ["单元格的样式ce9不在文件里，数字显示成什么不得而知"]),
    ],
)
def test_what_is_missing_beside_the_content_is_told(data: bytes, said: list[str]) -> None:
    assert opendocument.damage(data, "f", "原件") == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ods(content_xml=""), "正文“content.xml”不在文件里"),
        (ods(content_xml="<a"), "“content.xml”不是完整的 XML"),
        (ods('<table:table table:name="表1"/>'), "工作表“表1”有两份"),
        (ods(content_xml="<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"), "声明了 XML 实体"),
    ],
)
def test_content_that_is_not_certain_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        opendocument.damage(data, "f", "原件")


def record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def old(version: int) -> bytes:
    """A workbook as Excel 2 to 4 wrote it: one sheet, no compound file around it."""
    begin = {2: (0x0009, "<HH", (2, 16)), 3: (0x0209, "<HHH", (3, 16, 0)), 4: (0x0409, "<HHH", (4, 16, 0))}[version]
    out = record(begin[0], struct.pack(begin[1], *begin[2])) + record(0x0042, struct.pack("<H", 936))
    if version > 2:
        out += (
            record(0x0231, struct.pack("<HHHB", 200, 0, 0x7FFF, 1) + b"A")
            + record(0x0243 if version == 3 else 0x0443, bytes(12)) * 16
        )
    high, head = (0, struct.pack("<3s", bytes(3))) if version == 2 else (0x0200, struct.pack("<H", 0))
    for row, (label, value) in enumerate((("培训期数", 12.5), ("合格率", 3.0))):
        text = label.encode("gbk")
        size = struct.pack("<B" if version == 2 else "<H", len(text))
        out += record(high | 4, struct.pack("<HH", row, 0) + head + size + text)
        out += record(high | 3, struct.pack("<HH", row, 1) + head + struct.pack("<d", value))
    return out + record(10, b"")


@pytest.mark.parametrize("version", [2, 3, 4])
def test_workbooks_of_excel_2_to_4_are_read(version: int) -> None:
    assert kinds.kind_of(old(version)).key == "xls"
    [table] = excel_xls.read_here(old(version), "f").tables()
    assert [[cell.text for cell in row] for row in table.rows] == [["培训期数", "12.5"], ["合格率", "3"]]


def test_a_pdf_behind_other_lines_is_a_pdf() -> None:
    from reportlab.pdfgen import canvas

    made = BytesIO()
    page = canvas.Canvas(made)
    page.drawString(100, 700, "form 123")
    page.save()
    for before in (b"\x80\x01" * 700, b"Content-Type: application/pdf\r\n" * 60):
        [line] = reader.document(before + made.getvalue(), "f").paragraphs()
        assert line.text == "form 123"
    assert kinds.kind_of("自评报告 %PDF-1.4 是什么".encode()).key == "text"
