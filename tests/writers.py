"""Blocks -> files of other formats, as people's programs write them: for tests that read the same form back from each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from engine.documents.model import Block, Document, Paragraph, Table

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
_CHINESE_FONT = '<w:rFonts w:eastAsia="Noto Serif CJK SC" w:ascii="Noto Serif CJK SC" w:hAnsi="Noto Serif CJK SC"/>'
STYLES = ("merged", "hmerge", "plain", "repeated")
"""Of merging: gridSpan and vMerge; the older hMerge; last cell spans but nothing is merged downwards; as the first, with a first
row that is said again on each page and runs of text cut in two."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell laid out: its text, the columns it spans, and whether it goes on from above or begins what goes on below."""

    text: str
    columns: int = 1
    above: bool = False
    rows: int = 1


def slots(table: Table) -> list[list[Slot]]:
    """The rows of a text, of unequal lengths, on one grid: the last cell of a short row spans the rest, empty cells are merged
    with the ones above where such tables have merged cells."""
    width = max(len(row) for row in table.rows)
    out: list[list[Slot]] = []
    for row in table.rows:
        above = out[-1] if out and len(out[-1]) == len(row) else None
        places = (0, len(row) - 1) if width == 5 else (0, 1, 2) if len(row) == width else (0,)
        made = []
        for n, cell in enumerate(row):
            columns = width - len(row) + 1 if n == len(row) - 1 else 1
            going_on = above is not None and n in places and not cell.text and len(row) > 2
            made.append(Slot(cell.text, columns, going_on))
        out.append(made)
    for r, laid in enumerate(out):
        for n, slot in enumerate(laid):
            rows = 1
            while not slot.above and r + rows < len(out) and n < len(out[r + rows]) and out[r + rows][n].above:
                rows += 1
            laid[n] = Slot(slot.text, slot.columns, slot.above, rows)
    return out


# Word


def docx(document: Document, style: str = "merged", *, main: str = _MAIN, extra: dict[str, bytes] | None = None) -> bytes:
    body = "".join(_word_block(block, style) for block in document.blocks)
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1200" w:bottom="1440" w:left="1200"/></w:sectPr>'
    )
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.'
            f'vbaProject"/><Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"<w:document {_W}><w:body>{body}{page}</w:body></w:document>",
            **(extra or {}),
        }
    )


def packed(parts: dict[str, str | bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def _word_block(block: Block, style: str) -> str:
    if isinstance(block, Table):
        return _word_table(slots(block), style)
    return ("<w:p/>" if block.gap else "") + _word_paragraph(block.text, style)


def _word_paragraph(text: str, style: str) -> str:
    middle = len(text) // 2 if style == "repeated" else 0
    runs = [text[:middle], text[middle:]] if middle else [text]
    marked = (f'<w:r><w:rPr>{_CHINESE_FONT}</w:rPr><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in runs)
    return f"<w:p>{''.join(marked)}</w:p>"


def _word_table(rows: Sequence[Sequence[Slot]], style: str) -> str:
    width = max(sum(slot.columns for slot in row) for row in rows)
    each = 9500 // width
    column = f'<w:gridCol w:w="{each}"/>'
    sides = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = f"<w:tblGrid>{column * width}</w:tblGrid>"
    made = "".join(_word_row(row, style, each, first=n == 0) for n, row in enumerate(rows))
    return f'<w:tbl><w:tblPr><w:tblW w:w="{each * width}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>' + (
        f'<w:tblLayout w:type="fixed"/></w:tblPr>{grid}{made}</w:tbl>'
    )


def _word_row(row: Sequence[Slot], style: str, each: int, *, first: bool) -> str:
    cells = []
    for slot in row:
        vertical = (
            "" if style == "plain" else "<w:vMerge/>" if slot.above else '<w:vMerge w:val="restart"/>' if slot.rows > 1 else ""
        )
        parts = [(slot.text, slot.columns, "")]
        if style == "hmerge" and slot.columns > 1:
            parts = [(slot.text, 1, '<w:hMerge w:val="restart"/>'), *[("", 1, "<w:hMerge/>")] * (slot.columns - 1)]
        for text, columns, horizontal in parts:
            span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
            width = f'<w:tcW w:w="{each * columns}" w:type="dxa"/>'
            paragraphs = "".join(_word_paragraph(line, style) for line in text.split("\n"))
            cells.append(f"<w:tc><w:tcPr>{width}{span}{horizontal}{vertical}</w:tcPr>{paragraphs}</w:tc>")
    head = "<w:tblHeader/>" if first and style == "repeated" else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


# Excel


def workbook(parts: Sequence[Document], *, numbers: bool = False, framed: bool = True, columns: int = 1) -> bytes:
    """A sheet for each part. `numbers`: figures as numbers with formats; `columns`: of the sheet for each of the table."""
    from openpyxl import Workbook
    from openpyxl.styles import Border, Side

    side = Side(style="thin")
    border = Border(left=side, right=side, top=side, bottom=side) if framed else None
    book = Workbook()
    book.remove(book.active)
    for number, part in enumerate(parts, start=1):
        sheet = book.create_sheet(f"表{number}")
        row = 1
        width = columns * max(max(len(r) for r in table.rows) for table in part.tables())
        for block in part.blocks:
            if isinstance(block, Paragraph):
                row += block.gap
                sheet.cell(row, 1, block.text)
                sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
                row += 1
            else:
                row = _sheet_table(sheet, block, row, columns, border, numbers=numbers)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _sheet_table(sheet: Any, table: Table, row: int, columns: int, border: Any, *, numbers: bool) -> int:
    for laid in slots(table):
        column = 1
        for slot in laid:
            last = column + slot.columns * columns - 1
            if slot.text:
                value, code = number_of(slot.text) if numbers else (slot.text, "@")
                sheet.cell(row, column, value).number_format = code
            for c in range(column, last + 1) if border else ():
                sheet.cell(row, c).border = border
            if (slot.rows > 1 or last > column) and not slot.above:
                sheet.merge_cells(start_row=row, end_row=row + slot.rows - 1, start_column=column, end_column=last)
            column = last + 1
        row += 1
    return row


def number_of(text: str) -> tuple[Any, str]:
    """A figure as a spreadsheet holds it: 97.67% is 0.9767 in the format 0.00%, 20 is 20.0."""
    day = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", text)
    if day:
        return date(*map(int, day.groups())), 'yyyy"年"m"月"d"日"'
    match = re.fullmatch(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<rest>\d+))?(?P<percent>%?)", text)
    if not match:
        return text, "General"
    rest, grouped = match["rest"] or "", "," in match["whole"]
    value = float(text.rstrip("%").replace(",", "")) / (100 if match["percent"] else 1)
    plain = not grouped and not match["percent"] and not rest.endswith("0")
    return value, "General" if plain else ("#,##0" if grouped else "0") + ("." + "0" * len(rest) if rest else "") + match["percent"]


def old_workbook(parts: Sequence[Document]) -> bytes:
    """The same as .xls, figures as numbers."""
    import xlwt

    book = xlwt.Workbook()
    styles: dict[str, Any] = {}

    def style(code: str, lines: str = "borders: left thin, right thin, top thin, bottom thin") -> Any:
        if code + lines not in styles:
            styles[code + lines] = xlwt.easyxf(lines, num_format_str=code)
        return styles[code + lines]

    for number, part in enumerate(parts, start=1):
        sheet = book.add_sheet(f"表{number}")
        row = 0
        for block in part.blocks:
            if isinstance(block, Paragraph):
                row += block.gap
                sheet.write_merge(row, row, 0, 6, block.text, style("General", ""))
                row += 1
                continue
            for laid in slots(block):
                column = 0
                for slot in laid:
                    value, code = number_of(slot.text)
                    last = column + slot.columns - 1
                    if not slot.above:
                        sheet.write_merge(row, row + slot.rows - 1, column, last, value, style(code))
                    column = last + 1
                row += 1
    made = BytesIO()
    book.save(made)
    return made.getvalue()


# LibreOffice


def has_office() -> bool:
    return shutil.which("soffice") is not None


def font_file(family: str) -> Path | None:
    """The file of a font installed here."""
    if not shutil.which("fc-match"):
        return None
    command = ["fc-match", "--format", "%{family}\n%{file}", family]
    found, _, path = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout.partition("\n")
    return Path(path) if family in found.split(",") else None


def converted(files: dict[str, bytes], target: str, suffix: str, *, font: Path | None = None) -> dict[str, bytes]:
    """Files by name, converted by one run of LibreOffice as its users run it. `font`: the only one it finds, which takes the place
    of all that the files name."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        environment = dict(os.environ)
        if font:
            (home / "fonts").mkdir()
            shutil.copy(font, home / "fonts")
            settings = f"<fontconfig><dir>{home / 'fonts'}</dir><cachedir>{home / 'cache'}</cachedir></fontconfig>"
            (home / "fonts.conf").write_text(settings, encoding="utf-8")
            environment["FONTCONFIG_FILE"] = str(home / "fonts.conf")
        for name, data in files.items():
            (home / name).write_bytes(data)
        profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
        command = ["soffice", "--headless", profile, "--convert-to", target, "--outdir", str(home / "out")]
        names = [str(home / name) for name in files]
        subprocess.run([*command, *names], check=True, capture_output=True, timeout=600, env=environment)
        return {name: (home / "out" / f"{Path(name).stem}.{suffix}").read_bytes() for name in files}
