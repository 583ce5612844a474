"""What a file is by its content, whatever its name, and the sentence for what cannot be read."""

from __future__ import annotations

import pytest
from conftest import ROOT
from writers import docx, packed, workbook

from engine.documents import kinds, reader
from engine.documents import text as text_reader
from engine.documents.model import Document
from engine.errors import InputError


def seed() -> Document:
    return text_reader.read(ROOT / "examples" / "hubei-gcc-2021.txt")


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(stream: str) -> bytes:
    """No whole compound file, but what is left of one."""
    return OLE + b"\0" * 512 + stream.encode("utf-16-le")


CASES = {
    "text": "2021年度某单位部门整体支出自评表".encode(),
    "text in GB 18030": "2021年度某单位".encode("gb18030"),
    "text in UTF-16": "2021年度某单位".encode("utf-16"),
    "text BMxx": b"BM is short for benchmark\n",
    "text MZxx": "MZ：名字".encode(),
    "json": b' {"unit": "x"}',
    "yaml": b"# remark\nunit: x\n",
    "rtf": rb"{\rtf1\ansi x}",
    "pdf": b"%PDF-1.7\n",
    "pdf late": b"\0\0junk\n%PDF-1.4\n",
    "empty": b"",
    "empty blank": b"\n \n",
    "image": b"\x89PNG\r\n\x1a\n",
    "image bmp": b"BM\x36\0\0\0\0\0\0\0",
    "image heic": b"\0\0\0\x18ftypheic",
    "program": b"MZ\x90\0\x03\0\0\0",
    "program elf": b"\x7fELF\x02\x01",
    "archive": b"Rar!\x1a\x07\0",
    "archive 7z": b"7z\xbc\xaf\x27\x1c",
    "mhtml": b"<html xmlns:o='urn'><table></table></html>",
    "mhtml mht": b"MIME-Version: 1.0\nContent-Type: multipart/related",
    "xml": b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>",
    "binary": b"ab\0cd",
    "zip": packed({"a.txt": b"x"}),
    "xlsb": packed({"xl/workbook.bin": b"x"}),
    "ppt": packed({"ppt/presentation.xml": b"x"}),
    "ofd": packed({"OFD.xml": b"x"}),
    "odt": packed({"mimetype": b"application/vnd.oasis.opendocument.text"}),
    "ods": packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "docx": packed({"word/document.xml": b"x"}),
    "xlsx": packed({"xl/workbook.xml": b"x"}),
    "doc": ole("WordDocument"),
    "xls": ole("Workbook"),
    "ppt old": ole("PowerPoint Document"),
    "encrypted": ole("EncryptedPackage"),
    "ole": OLE,
}


@pytest.mark.parametrize("case", CASES)
def test_the_kind_is_told_by_content(case: str) -> None:
    assert kinds.kind_of(CASES[case]).key == case.split()[0]


def test_real_files_and_damaged_ones() -> None:
    whole = {"docx": docx(seed()), "xlsx": workbook([seed()])}
    for key, data in whole.items():
        assert kinds.kind_of(data).key == key
        assert kinds.kind_of(data[:-40]).key == key


@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS.values() if not kind.readable], ids=lambda kind: kind.key)
def test_what_cannot_be_read_is_told_in_a_sentence(kind: kinds.Kind) -> None:
    text = str(reader.refusal(kind, "表"))
    assert text.startswith("表：")
    assert "；应为：" in text
    assert "读不了" in text or kind.key == "empty"


def test_every_kind_is_tested() -> None:
    assert {case.split()[0] for case in CASES} | {"media"} == set(kinds.KINDS)


def test_documents_of_each_kind_go_to_their_reader() -> None:
    assert reader.document("2021年度".encode(), "a").blocks
    assert reader.document(docx(seed()), "a").file == "a"
    assert reader.document(workbook([seed()]), "a").file == "a"
    for data, code in ((b"{}", "input.kind"), (CASES["image"], "input.kind"), (CASES["encrypted"], "input.encrypted")):
        with pytest.raises(InputError) as caught:
            reader.document(data, "a")
        assert [problem.code for problem in caught.value.problems] == [code]
