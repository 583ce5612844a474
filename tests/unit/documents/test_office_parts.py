"""LibreOffice without Calc or Writer, and workbooks that go through it."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_office import RTF, refused
from writers import packed, workbook

from engine.documents import libreoffice as office
from engine.documents import reader
from engine.documents import text as text_reader
from engine.errors import InputError

ODS = packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})
XLSB = packed({"xl/workbook.bin": b"x"})


def installed(tmp_path: Path, *libraries: str, script: str = "exit 1") -> str:
    """A LibreOffice that has these libraries and does what the script says."""
    program = tmp_path / "program" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    for name in libraries:
        (program.parent / name).touch()
    return str(program)


def test_a_libreoffice_without_calc_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    soffice = installed(tmp_path, "libswlo.so")
    monkeypatch.setattr(office, "program", lambda: soffice)
    for kind, data in (("ods", ODS), ("xlsb", XLSB)):
        text = refused(data, kind)
        assert text.startswith("input.no-office")
        assert "没有装 Calc（表格）部分" in text
        assert "libreoffice-calc" in text
        assert ".xlsx" in text


def test_a_libreoffice_without_writer_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    soffice = installed(tmp_path, "libsclo.so")
    monkeypatch.setattr(office, "program", lambda: soffice)
    assert "没有装 Writer（文字）部分" in refused(RTF, "rtf")


def test_without_libreoffice_a_workbook_names_calc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    with pytest.raises(InputError, match="没有安装") as caught:
        reader.document(ODS, "表.ods")
    assert "libreoffice-calc" in str(caught.value)


def test_a_workbook_converted_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "made.xlsx").write_bytes(workbook([text_reader.read_text("题目\n\t甲\n\t乙\n\n\t丙\n\t丁\n\n\t戊\n\t己\n")]))
    script = f"""while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out="$2"; shift; done
mkdir -p "$out" && cp '{tmp_path / "made.xlsx"}' "$out/in.xlsx" """
    soffice = installed(tmp_path, "libswlo.so", "libsclo.so", script=script)
    monkeypatch.setattr(office, "program", lambda: soffice)
    for data in (ODS, XLSB):
        assert list(reader.document(data, "表").tables())


def test_a_workbook_it_cannot_open_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    soffice = installed(tmp_path, "libsclo.so")
    monkeypatch.setattr(office, "program", lambda: soffice)
    text = refused(ODS, "ods")
    assert text.startswith("input.damaged")
    assert "另存为 .xlsx" in text
