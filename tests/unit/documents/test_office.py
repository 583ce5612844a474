"""Other word processors' documents by way of LibreOffice: what it may not do, and what is said when it cannot."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from writers import converted, has_office, packed

from engine.documents import libreoffice as office
from engine.documents import office_budget
from engine.documents import word as docx_reader
from engine.errors import InputError

RTF = rb"{\rtf1\ansi\uc0 \u39064 \u30446 \par\trowd\cellx3000\cellx6000 a\intbl\cell b\intbl\cell\row\pard end\par}"
needs_office = pytest.mark.skipif(not has_office(), reason="LibreOffice (soffice) is not installed")


def refused(data: bytes, kind: str, **limits: float) -> str:
    with pytest.raises(InputError) as caught:
        office.convert(data, kind, "表", **limits)
    (problem,) = caught.value.problems
    assert problem.expected
    return f"{problem.code} {problem.message} {problem.expected}"


def test_without_libreoffice_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    text = refused(RTF, "rtf")
    assert text.startswith("input.no-office")
    assert "LibreOffice" in text
    assert "libreoffice-writer" in text


def test_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(office, "_PLACES", ("/nowhere/soffice",))
    assert office.program() is None


@needs_office
def test_a_document_is_converted_and_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    document = docx_reader.read_bytes(office.convert(RTF, "rtf"))
    assert [block.text for block in document.paragraphs()] == ["题目", "end"]
    assert [[[cell.text for cell in row] for row in table.rows] for table in document.tables()] == [[["a", "b"]]]
    assert list(tmp_path.iterdir()) == []


@needs_office
@pytest.mark.parametrize("kind", ["doc", "odt"])
def test_what_is_no_such_document_is_refused(kind: str) -> None:
    assert refused(b"\xd0\xcf\x11\xe0" + b"\0" * 2000 if kind == "doc" else b"PK\x03\x04 damaged", kind).startswith("input.damaged")


@needs_office
def test_it_is_stopped_in_time() -> None:
    started = time.monotonic()
    assert refused(RTF, "rtf", seconds=0.2).startswith("input.too-slow")
    assert time.monotonic() - started < 60, "its own time limit for a document is longer"


ODT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 office:version="1.2"><office:body><office:text><text:p>X<draw:frame svg:width="2cm" svg:height="2cm"
 text:anchor-type="as-char"><draw:image xlink:href="{}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame>
 </text:p></office:text></office:body></office:document-content>"""
MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


@needs_office
def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A linked picture on a server that would notice: LibreOffice with its usual settings asks for it, ours does not, even
    where there is a way to the network."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        content = ODT.format(f"http://127.0.0.1:{server.server_port}/a.png")
        kind = "application/vnd.oasis.opendocument.text"
        data = packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": MANIFEST})
        assert office.convert(data, "odt")
        monkeypatch.setattr(office, "_offline", list)
        assert office.convert(data, "odt")
        assert asked == []
        converted({"a.odt": data}, "docx:MS Word 2007 XML", "docx")
        assert asked
    finally:
        server.shutdown()


def test_what_is_too_large_or_encrypted_is_not_given_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: "/nowhere/soffice")
    monkeypatch.setattr(office, "MAX_BYTES", 10)
    assert refused(RTF, "rtf").startswith("input.too-large")
    monkeypatch.setattr(office, "MAX_BYTES", 10_000)
    monkeypatch.setattr(office, "_is_encrypted", lambda data: True)
    assert refused(b"x", "doc").startswith("input.encrypted")


def test_a_run_has_so_many_seconds_for_all_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (office_budget._FILE, office_budget._RUN, office_budget._TALLY):
        monkeypatch.setenv(name, "")
    given: list[int] = []
    used = [0.0]

    def slow(soffice: str, data: bytes, kind: str, file: str, seconds: float, most: int) -> bytes:
        given.append(most)
        used[0] += min(25, most)
        return b"docx"

    monkeypatch.setattr(office, "program", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(office, "_has_part", lambda *_: True)
    monkeypatch.setattr(office, "_run", slow)
    monkeypatch.setattr(office, "_used", lambda: used[0])
    office_budget.begin(30, 70)
    for _ in range(3):
        assert office.convert(b"x", "rtf") == b"docx"
    assert given == [30, 30, 20], "the last has what is left"
    with pytest.raises(InputError, match=r"已经计算了 70 秒，这个文件没有读；应为：分几次运行；用 --office-run-seconds 放宽"):
        office.convert(b"x", "rtf", "a.rtf")
    office_budget.begin(40, 70)
    office.convert(b"x", "rtf")
    assert given[-1] == 40


def test_processes_of_a_run_have_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (office_budget._FILE, office_budget._RUN, office_budget._TALLY):
        monkeypatch.setenv(name, "")
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(atexit, "register", ends.append)
    office_budget.begin(30, 70)
    office_budget.settle(office_budget.take(), 10)
    office_budget.share()
    tally = Path(os.environ[office_budget._TALLY])
    script = "from engine.documents import office_budget as b; print(b.take(), b.take(), b.take())"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.split() == ["30", "30", "0"], "what another process was granted is not there for a second time"
    office_budget.settle(30, 12)
    assert [office_budget.take(), office_budget.take()] == [18, 0]
    ends[0]()
    assert not tally.exists()
