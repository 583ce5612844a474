"""What a file is, told by its content and never by its name, and the reader for it; a sentence for what none can read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it is called, and what to do about it if it cannot be read."""

    key: str
    name: str
    remedy: str = ""
    code: str = "input.kind"

    @property
    def readable(self) -> bool:
        return not self.remedy


_AS_OTHER = "自评表的 Word（.docx）、Excel（.xlsx）、PDF 或文本文件"
_AS_DOCX = "用 Word 或 WPS 打开后另存为 .docx"
_UNPACK = "解压后给出其中的文件"

_KINDS = (
    Kind("text", "文本文件"),
    Kind("json", "JSON 记录"),
    Kind("yaml", "YAML 记录"),
    Kind("docx", "Word 文件"),
    Kind("xlsx", "Excel 文件"),
    Kind("xls", "旧版 Excel 文件"),
    Kind("doc", "旧版 Word（或 WPS）文件"),
    Kind("odt", "OpenDocument 文字文件（.odt）"),
    Kind("rtf", "RTF 文件"),
    Kind("pdf", "PDF 文件"),
    Kind("ofd", "OFD 版式文件"),
    Kind("empty", "空文件", "一份绩效自评表", "input.empty"),
    Kind("encrypted", "加了密码的 Office 文件", "去掉密码、另存后的文件", "input.encrypted"),
    Kind("xlsb", "二进制 Excel 文件（.xlsb）"),
    Kind("ods", "OpenDocument 表格（.ods）"),
    Kind("mhtml", "网页或 MHT 文件（有的系统导出时以 .doc、.xls 为扩展名）", f"{_AS_DOCX}，表格另存为 .xlsx"),
    Kind("xml", "XML 文件（可能是 2003 版 XML 格式）", f"{_AS_DOCX}，表格另存为 .xlsx"),
    Kind("ppt", "演示文稿（PowerPoint）", _AS_OTHER),
    Kind("image", "图片", "有文字的文件；扫描件和照片请先识别成文字，并与原件核对"),
    Kind("zip", "压缩包（zip）", _UNPACK),
    Kind("archive", "压缩包（rar、7z、gz 等）", _UNPACK),
    Kind("program", "可执行程序", _AS_OTHER),
    Kind("ole", "旧版 Office 一类的文件，但里面没有 Word 或 Excel 内容", _AS_OTHER),
    Kind("media", "音频或视频", _AS_OTHER),
    Kind("binary", "二进制文件", _AS_OTHER, "input.binary"),
)
KINDS: Mapping[str, Kind] = {kind.key: kind for kind in _KINDS}

_RECORD = re.compile(r"\s*(#[^\n]*\n\s*)*(\{|---|schema\s*:|forms\s*:|unit\s*:|fiscal_year\s*:)")
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\x09\x00\x04\x00", "xls"),
    (b"\x09\x02\x06\x00", "xls"),
    (b"\x09\x04\x06\x00", "xls"),
    (b"\x09\x08\x08\x00", "xls"),
    (b"\xfd7zXZ", "archive"),
    (b"ID3", "media"),
    (b"OggS", "media"),
)
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MARKUP = re.compile(
    r"\s*(?:(?P<html><!doctype\s+html|<html[\s>]|<table[\s>]|<meta\s|MIME-Version:)|(?P<xml><\?xml|<[A-Za-z]+:))", re.I
)
_PDF = re.compile(rb"%PDF-[12]\.\d[\r\n]")
_PDF_HEAD = 1024
"""A PDF may begin with other bytes; readers look this far."""


def kind_of(data: bytes) -> Kind:
    """The kind of a file with this content."""
    return KINDS[_key(data)]


def _key(data: bytes) -> str:
    if data.startswith(_ZIPS):
        return _zip(data)
    if data.startswith(_OLE[:4]):
        return _ole(data)
    for magic, key in _MAGIC:
        if data.startswith(magic) and (len(magic) > 2 or not _is_text(data)):
            return key
    if data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] in (b"WAVE", b"AVI ")):
        return "image" if data[8:12] in (b"heic", b"mif1", b"avif") else "media"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image"
    if b"%PDF-" in data[:_PDF_HEAD] and not _is_text(data[:_PDF_HEAD]):
        return "pdf"
    if b"%%EOF" in data[-_PDF_HEAD:] and _PDF.search(data):  # behind the lines of a letter, or of the server that sent it
        return "pdf"
    return _text(data)


def _text(data: bytes) -> str:
    """What kind of text it is; the text reader has its own words for bytes that are none."""
    encoding = next((name for mark, name in _BOMS.items() if data.startswith(mark)), "")
    if not encoding and b"\0" in data:
        return "binary"
    head = data[:20_000].decode(encoding or "utf-8", "ignore").lstrip("\ufeff")
    if not head.strip() and not data.strip():
        return "empty"
    markup = _MARKUP.match(head)
    if markup:
        return "mhtml" if markup["html"] or "<html" in head.lower() else "xml"
    if _RECORD.match(head):
        return "json" if head.lstrip().startswith("{") else "yaml"
    return "text"


def _is_text(data: bytes) -> bool:
    """Whether bytes that begin with two letters some format begins with are text all the same."""
    return not any(byte < 9 or 13 < byte < 32 for byte in data[:512])


def _zip(data: bytes) -> str:
    """By the names in the package; of a damaged one, by what its bytes hold."""
    from zipfile import BadZipFile, LargeZipFile, ZipFile

    try:
        with ZipFile(BytesIO(data)) as package:
            names = {entry.filename for entry in package.infolist()}
            written = [name.replace("\\", "/").lstrip("/").casefold() for name in names]  # as some exporters write them
            kind = b""
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                with package.open("mimetype") as stream:
                    kind = stream.read(200)
    except (BadZipFile, LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        known = (b"word/document", b"docx"), (b"xl/workbook.bin", b"xlsb"), (b"xl/workbook", b"xlsx"), (b"ppt/", b"ppt")
        return next((key.decode() for mark, key in known if mark in data), "xlsx" if b"xl/worksheets" in data else "zip")
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    parts = (("word/document", "docx"), ("xl/workbook.bin", "xlsb"), ("xl/workbook", "xlsx"), ("ppt/", "ppt"), ("ofd.xml", "ofd"))
    return next((key for part, key in parts if any(name.startswith(part) for name in written)), "zip")


def _ole(data: bytes) -> str:
    """By the streams at the root of the compound file; of a damaged one, by what its bytes hold."""
    names = _root_streams(data)
    if names is not None:
        return next((key for name, key in _STREAMS if name in names), "ole")
    return next((key for name, key in _STREAMS if name.encode("utf-16-le") in data), "ole")


def _root_streams(data: bytes) -> set[str] | None:
    import logging

    import olefile  # type: ignore[import-untyped]  # ships no types

    logging.getLogger("olefile").setLevel(logging.CRITICAL)
    try:
        with olefile.OleFileIO(BytesIO(data)) as file:
            return {path[0] for path in file.listdir() if len(path) == 1}
    except Exception:  # olefile raises whatever a damaged file leads it to
        return None
