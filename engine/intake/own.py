"""What this tool itself wrote beside the forms of a folder: results, tables and pages that are no forms, by marks of their own.

A record that was rolled up is one all the same (`engine.rollup` tells whether it is counted), and so is a draft of a report.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from io import BytesIO

HEAD = 4_000
"""Bytes at its beginning in which a text says what it is."""
TAIL = 30_000
"""Bytes at its end in which a page says who wrote it, before its script."""
MAX_PROPERTIES = 100_000
_RESULT = re.compile(rb'"engine"')
_MATCH = re.compile(rb"^\s*['\"]?schema['\"]?\s*:\s*['\"]?jixiao/(?!submission/)", re.MULTILINE)
_OTHER = re.compile(rb'"schema"\s*:\s*"jixiao/(?!submission/)')
_PAGE = re.compile("由 jixiao [^<]{1,60}(按政策|生成)".encode())
_TABLE = re.compile("(汇总（[^）]{1,20}）|排名)，政策 ")
_MAKER = re.compile(rb"<dc:creator[^>]*>jixiao</dc:creator>")


def own_output(content: bytes, kind: str) -> str:
    """What a file is that this tool wrote (Chinese); empty for one that it did not. `kind`: the kind of the file by its content."""
    head = content[:HEAD]
    if kind == "json" and (_OTHER.search(head) or (_RESULT.search(head) and b'"finding' in content)):
        return "jixiao 的结果，不是自评表"
    if kind in ("yaml", "text", "json") and _MATCH.search(head):
        return "jixiao 的对应表或结果，不是自评表"
    if kind in ("mhtml", "xml", "text") and b"<html" in head.lower() and _PAGE.search(content[-TAIL:]):
        return "jixiao 的网页，不是自评表"
    if kind == "text" and _TABLE.match(head.decode("utf-8", "ignore").lstrip("\ufeff")):
        return "jixiao 的汇总或排名，不是自评表"
    return _made_here(content) if content.startswith(b"PK") else ""


_OFFICE = {
    "xl/workbook.xml": "jixiao 的工作簿，不是自评表",
    "word/document.xml": "jixiao 的通知或概览，不是自评表",
}


def _made_here(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            told = next((told for part, told in _OFFICE.items() if part in package.namelist()), "")
            if not told:
                return ""
            with package.open("docProps/core.xml") as properties:
                return told if _MAKER.search(properties.read(MAX_PROPERTIES)) else ""
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, KeyError, OSError, ValueError, RuntimeError, EOFError):
        return ""  # what cannot be opened is told by who reads it
