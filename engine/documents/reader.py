"""The reader for a file of whatever kind; a sentence for what none can read."""

from __future__ import annotations

from engine.documents import text as text_reader
from engine.documents.kinds import _AS_OTHER, Kind, kind_of
from engine.documents.model import Document
from engine.errors import InputError, Place, Problem

_OLE = b"\xd0\xcf\x11\xe0"


def workbook(data: bytes, file: str = "") -> Document:
    """The blocks of a workbook, old or new. Raises InputError for what is damaged, encrypted, too large or no workbook. Cells that
    have no certain value (formulas never computed, error values) say so."""
    from engine.documents import excel_grid, excel_xls, excel_xlsx

    if kind_of(data).key == "xls" or data.startswith(_OLE):
        return excel_xls.read_bytes(data, file)
    book = excel_xlsx.read(data, file)
    return excel_grid.document(book.sheets, file, book.damage)


def document(data: bytes, file: str = "") -> Document:
    """The blocks of a file of whatever kind. Raises InputError, also for records (JSON, YAML), which are no documents."""
    kind = kind_of(data)
    if not kind.readable:
        raise refusal(kind, file)
    if kind.key == "docx":
        from engine.documents import word as docx_reader

        return docx_reader.read_bytes(data, file)
    if kind.key in ("xlsx", "xls"):
        return workbook(data, file)
    if kind.key == "pdf":
        from engine.documents import pdf as pdf_reader

        return pdf_reader.read_bytes(data, file)
    if kind.key == "ofd":
        from engine.documents import ofd as ofd_reader

        return ofd_reader.read_bytes(data, file)
    if kind.key in ("doc", "odt", "rtf", "ods", "xlsb"):
        return _converted(data, kind, file)
    if kind.key in ("json", "yaml"):
        raise InputError(Problem(Place(file), f"这是{kind.name}，不是文档", _AS_OTHER, code="input.kind"))

    return text_reader.read_bytes(data, file)


def _converted(data: bytes, kind: Kind, file: str) -> Document:
    """Through LibreOffice, which repairs what is damaged without a word: what is a package is looked at before."""
    from engine.documents import libreoffice as office
    from engine.documents import opendocument, package
    from engine.documents import word as docx_reader

    expected = f"能打开的{kind.name}"
    damage = opendocument.damage(data, file, expected) if kind.key in ("odt", "ods") else []
    if kind.key == "xlsb":
        package.whole(data, file, expected)
    made = office.convert(data, kind.key, file)
    document = workbook(made, file) if kind.key in ("ods", "xlsb") else docx_reader.read_bytes(made, file)
    return opendocument.with_damage(document, damage, file)


def refusal(kind: Kind, file: str = "") -> InputError:
    """Why a file of this kind is not read, and what to give instead."""
    message = "文件是空的" if kind.key == "empty" else f"这是{kind.name}，读不了"
    return InputError(Problem(Place(file), message, kind.remedy, code=kind.code))
