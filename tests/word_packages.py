"""Word packages made by hand for tests, and whether their XML is in the order of the schema (ECMA-376, wml.xsd)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:v="urn:schemas-microsoft-com:vml"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>{}</Types>'
)
_COMMENTS_TYPE = (
    '<Override PartName="/word/comments.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/>'
)
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package(body: str, comments: str = "") -> bytes:
    """A .docx with this body (XML), and these comments (XML) where there are some."""
    links = f'<Relationship Id="rId1" Type="{_LINK}/comments" Target="comments.xml"/>' if comments else ""
    parts = {
        "[Content_Types].xml": _TYPES.format(_COMMENTS_TYPE if comments else ""),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_LINK}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f"<w:document {_SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
        ),
    }
    if comments:
        parts["word/comments.xml"] = f"<w:comments {_SPACES}>{comments}</w:comments>"
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def p(*content: str, look: str = "") -> str:
    """A paragraph: texts become runs, what begins with < is taken as it is."""
    runs = (one if one.startswith("<") else r(one) for one in content)
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def r(text: str, look: str = "") -> str:
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def part(data: bytes, name: str = "word/document.xml") -> Any:
    with ZipFile(BytesIO(data)) as packed:
        return etree.fromstring(packed.read(name))


def names(data: bytes) -> list[str]:
    with ZipFile(BytesIO(data)) as packed:
        return packed.namelist()


def letters(root: Any) -> list[tuple[str, str]]:
    """Every letter of a document with the properties of its run, a line break after each paragraph: what runs are split where does
    not matter, what they look like does."""
    out: list[tuple[str, str]] = []
    for paragraph in root.iter(f"{{{W}}}p"):
        look = paragraph.find(f"{{{W}}}pPr")
        for run in paragraph.iter(f"{{{W}}}r"):
            if next(up for up in run.iterancestors() if up.tag == f"{{{W}}}p") is not paragraph:
                continue
            set_as = run.find(f"{{{W}}}rPr")
            around = "/".join(etree.QName(up).localname for up in run.iterancestors() if up.get(f"{{{W}}}author"))
            shown = around + ("" if set_as is None else etree.tostring(set_as, method="c14n").decode())
            for child in run.iterchildren("{*}*"):
                kind = etree.QName(child).localname
                if kind in ("t", "delText"):
                    out += [(letter, shown) for letter in child.text or ""]
                elif kind != "rPr":
                    boxed = any(True for _ in child.iter(f"{{{W}}}p"))  # its letters come with its own paragraphs
                    out.append((kind if boxed else etree.tostring(child, method="c14n").decode(), shown))
        out.append(("\n", "" if look is None else etree.tostring(look, method="c14n").decode()))
    return out


_ORDER = {
    "document": "background body",
    "comments": "comment",
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid "
        "spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl "
        "divId cnfStyle rPr sectPr pPrChange"
    ),
    "rPr": (
        "ins del moveFrom moveTo rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
        "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
        "lang eastAsianLayout specVanish oMath rPrChange"
    ),
    "tblPr": (
        "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders "
        "shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange"
    ),
    "tblBorders": "top left bottom right insideH insideV",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
}
_FIRST = {"p": "pPr", "r": "rPr", "tc": "tcPr", "tbl": "tblPr"}
_MARKS = {
    "commentRangeStart",
    "commentRangeEnd",
    "bookmarkStart",
    "bookmarkEnd",
    "proofErr",
    "permStart",
    "permEnd",
    "ins",
    "del",
    "moveFrom",
    "moveTo",
}
_RUNS = {"r", "customXml", "smartTag", "sdt", "dir", "bdo"} | _MARKS
_HOLDS = {
    "body": {"p", "tbl", "sdt", "customXml", "sectPr"} | _MARKS,
    "p": _RUNS | {"pPr", "hyperlink", "fldSimple", "subDoc"},
    "hyperlink": _RUNS | {"hyperlink", "fldSimple"},
    "ins": _RUNS,
    "del": _RUNS,
    "tbl": {"tblPr", "tblGrid", "tr", "sdt", "customXml"} | _MARKS,
    "tc": {"tcPr", "p", "tbl", "sdt", "customXml"} | _MARKS,
    "comment": {"p", "tbl", "sdt", "customXml"} | _MARKS,
}


def disorder(root: Any) -> Iterator[str]:
    """What in a part stands where the schema does not have it."""
    for element in root.iter(f"{{{W}}}*"):
        name = etree.QName(element).localname
        own = [etree.QName(child).localname for child in element.iterchildren("{*}*")]
        if name in _ORDER:
            order = _ORDER[name].split()
            known = [order.index(child) for child in own if child in order]
            if known != sorted(known) or len(known) != len(own):
                yield f"{name}: {own}"
        if _FIRST.get(name) in own[1:]:
            yield f"{name}: {_FIRST[name]} 不在最前"
        if name in _HOLDS and element.getparent() is not None and set(own) - _HOLDS[name]:
            yield f"{name}: {sorted(set(own) - _HOLDS[name])}"
        if name == "body" and "sectPr" in own[:-1]:
            yield "sectPr 不在最后"
        if name == "tc" and own[-1:] != ["p"]:
            yield "格子不以段落结束"
        if name in ("t", "delText") and (name == "delText") != any(up.tag == f"{{{W}}}del" for up in element.iterancestors()):
            yield f"{name}: {element.text}"
        if name in ("ins", "del", "comment") and (not element.get(f"{{{W}}}id") or not element.get(f"{{{W}}}author")):
            yield f"{name} 没有编号或作者"
