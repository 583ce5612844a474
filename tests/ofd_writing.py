"""OFD files as a printer driver writes them, for tests of what is read back: from what a PDF shows, or from objects."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby, pairwise
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from engine.documents import pdf_pages
from engine.documents.printed.found import Found
from engine.documents.printed.model import Char, PrintedPage, Stroke

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
MM = 25.4 / 72


def package(parts: dict[str, str]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return made.getvalue()


def ofd(
    *pages: str, templates: Sequence[str] = (), box: str = "0 0 210 297", resources: str = "", extra: dict[str, str] | None = None
) -> bytes:
    """A file with pages of these objects; every page lies on all the templates."""
    forms = "".join(f'<ofd:TemplatePage ID="{900 + n}" BaseLoc="Tpls/{n}.xml"/>' for n in range(len(templates)))
    listed = "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    public = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>" if resources else ""
    common = (
        f"<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>{public}{forms}</ofd:CommonData>"
    )
    root = "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    parts = {
        "OFD.xml": f'<ofd:OFD {SPACE} Version="1.0">{root}</ofd:OFD>',
        "Doc_0/Document.xml": f"<ofd:Document {SPACE}>{common}<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    used = "".join(f'<ofd:Template TemplateID="{900 + n}"/>' for n in range(len(templates)))
    for n, objects in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = f"<ofd:Page {SPACE}>{used}{_layer(objects)}</ofd:Page>"
    for n, objects in enumerate(templates):
        parts[f"Doc_0/Tpls/{n}.xml"] = f"<ofd:Page {SPACE}>{_layer(objects)}</ofd:Page>"
    if resources:
        parts["Doc_0/PublicRes.xml"] = f"<ofd:Res {SPACE}>{resources}</ofd:Res>"
    return package({**parts, **(extra or {})})


def _layer(objects: str) -> str:
    return f'<ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content>'


def text(value: str, x: float, y: float, size: float = 3.5, deltas: str = "", **attributes: str) -> str:
    """A text whose base line begins at this point of the page, in millimetres."""
    more = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    steps = f' DeltaX="{deltas}"' if deltas else ""
    code = f'<ofd:TextCode X="0" Y="{size}"{steps}>{escape(value)}</ofd:TextCode>'
    boundary = f"{x} {y - size} {size * max(1, len(value))} {size * 1.3}"
    return f'<ofd:TextObject ID="5" Boundary="{boundary}" Font="3" Size="{size}"{more}>{code}</ofd:TextObject>'


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    data = f"M 0 0 L {x1 - x0} {y1 - y0}"
    boundary = f"{x0} {y0} {max(x1 - x0, 0.3)} {max(y1 - y0, 0.3)}"
    path = f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>"
    return f'<ofd:PathObject ID="6" Boundary="{boundary}" LineWidth="0.2">{path}</ofd:PathObject>'


def of_pdf(data: bytes) -> bytes:
    """What a PDF shows, printed as OFD: one text object for each run of characters, a path for each line."""
    pages = [found.page for found in pdf_pages.pages(data) if isinstance(found, Found)]
    box = f"0 0 {pages[0].width * MM:.4f} {pages[0].height * MM:.4f}"
    return ofd(*map(_objects, pages), box=box)


def _objects(page: PrintedPage) -> str:
    chars = [char for char in page.chars if char.x1 > char.x0]
    runs = [list(run) for _, run in groupby(chars, key=lambda char: (round(char.top, 1), char.height, char.turn))]
    return "".join(_path(stroke) for stroke in page.rules) + "".join(_run(run) for run in runs)


def _run(run: Sequence[Char]) -> str:
    size, first = run[0].height * MM, run[0]
    steps = " ".join(f"{(after.x0 - before.x0) * MM:.4f}" for before, after in pairwise(run))
    return text("".join(char.text for char in run), first.x0 * MM, (first.top + 0.88 * first.height) * MM, size, steps)


def _path(stroke: Stroke) -> str:
    at, start, end = stroke.at * MM, stroke.start * MM, stroke.end * MM
    return line(start, at, end, at) if stroke.level else line(at, start, at, end)
