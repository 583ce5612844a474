"""A Word document from a .docx template that an officer edits in Word or WPS, filled by docxtpl.

It is run in the sandbox of the text templates: a .docx comes from strangers too. The same values and template give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from engine.documents import package as office_package
from engine.documents import word as docx_reader
from engine.documents.packing import packed, xml_bytes
from engine.errors import InputError, Place, PolicyError, Problem, system_reason
from engine.templating.word_pages import settle

MAKER = "jixiao"
"""Who made a document, as its properties say: by that it is known as none that a body filed."""
MAX_TEMPLATE = 5_000_000
MAX_TAGS = 3_000
MAX_TAG = 2_000
"""Characters of one {{ … }} or {% … %} with whatever Word put inside."""
_MOMENT = datetime(2000, 1, 1)
"""What the file says of when it was made: the same draft gives the same bytes."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RULED_OUT = ("vbaProject", "vbaData", "activeX", "embeddings/")
"""Parts that run something or hold files of other programs."""
_PART = "正文"


def fill(template: Path, values: Mapping[str, Any], title: str, *, own: bool = False) -> bytes:
    """The .docx of a template and what it sees; `title` is the document's in its properties. `own`: it is no form nor a draft of
    one, and says who made it, so that it is passed over where forms are read.

    Raises PolicyError for a template that is missing, damaged or dangerous, or that asks for what is not there."""
    return packed(filled_parts(template, values, title, own=own))


def filled_parts(template: Path, values: Mapping[str, Any], title: str, *, own: bool = False) -> dict[str, bytes]:
    """The parts of what `fill` makes, by name, before they are packed."""
    name = str(template)
    try:
        data = template.read_bytes()
    except OSError as error:
        raise PolicyError(
            Problem(Place(name), f"Word 模板读不了（{system_reason(error)}）", "一个 .docx 文件", code="template.unreadable")
        ) from None
    ready = _prepared(data, name)
    context = _sanitised(values)
    parts = dict(ready.parts)
    for part in ready.filled:
        root = _filled(part, context, name)
        if part.name == ready.main:
            settle(root, office_package.parse(ready.parts[ready.styles], name, ready.styles) if ready.styles else root)
            whole = office_package.parse(ready.shell, name, part.name)
            whole.replace(whole.find(f"{_W}body"), root)
            root = whole
        parts[part.name] = xml_bytes(root)
    if ready.properties:
        parts[ready.properties] = _properties(parts[ready.properties], title, own=own)
    return parts


@dataclass(frozen=True, slots=True)
class _TemplatePart:
    """A part of a template that is to be filled."""

    name: str
    kind: str
    """What it is called where something is wrong in it."""
    source: str
    """Its text as Jinja2 source."""
    environment: Any
    """The sandbox it is filled in."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A template that was opened and looked through: all that is the same whatever it is filled with."""

    parts: Mapping[str, bytes]
    filled: tuple[_TemplatePart, ...]
    main: str
    shell: bytes
    """The main part with an empty body."""
    styles: str
    properties: str


@lru_cache(maxsize=16)
def _prepared(data: bytes, name: str) -> _Prepared:
    """Raises PolicyError for a template that is damaged, dangerous or not written to the end."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # ships no types

    _check(data, name)
    try:
        document = DocxTemplate(BytesIO(data))
        document.render_init()
        body = document.docx.element.body
        main = _part_name(document.docx.part)
        found = [(main, _PART, document.get_xml())]
        for kind, uri in (("页眉", document.HEADER_URI), ("页脚", document.FOOTER_URI)):
            found += [(_part_name(part), kind, document.get_part_xml(part)) for _, part in document.get_headers_footers(uri)]
        assert document.docx.core_properties is not None  # are made where there are none
        properties = _part_name(document.docx.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES))
        styles = _part_name(document.docx.part._styles_part)
        for child in list(body):
            body.remove(child)
        saved = BytesIO()
        document.docx.save(saved)
        with ZipFile(saved) as package:
            parts = {entry.filename: package.read(entry) for entry in package.infolist()}
    except Exception as error:  # python-docx raises whatever a broken package leads it to
        raise PolicyError(
            Problem(Place(name), f"Word 模板打不开（{error}）", "能用 Word 或 WPS 打开的 .docx 文件", code="template.unreadable")
        ) from None
    sources = ((part, kind, _source(xml, kind, name)) for part, kind, xml in found)
    filled = tuple(_TemplatePart(part, kind, source, _environment(kind, source, name)) for part, kind, source in sources)
    return _Prepared(parts, filled, main, parts[main], styles, properties)


def _environment(kind: str, source: str, name: str) -> Any:
    from jinja2 import DictLoader

    from engine.templating.sandbox import Environment

    class Loader(DictLoader):
        """The part as a template, with a file name by which an error's line is found."""

        searchpath = (name,)

        def get_source(self, environment: Any, template: str) -> Any:
            text, _, fresh = super().get_source(environment, template)
            return text, f"{name}/{template}", fresh

    made = Environment([], autoescape=True)
    made.loader = Loader({kind: source})
    return made


def _part_name(part: Any) -> str:
    """The name of a part of python-docx in its package."""
    return str(part.partname).lstrip("/")


def _properties(content: bytes, title: str, *, own: bool) -> bytes:
    """The part that says what a document is called and when it was made."""
    from docx.opc.packuri import PackURI
    from docx.opc.parts.coreprops import CorePropertiesPart
    from docx.package import Package

    part = CorePropertiesPart.load(PackURI("/docProps/core.xml"), "", content, Package())
    properties = part.core_properties
    if own:
        properties.author = MAKER
    properties.title = _ILLEGAL.sub("", title)[:255]
    properties.created = properties.modified = _MOMENT
    properties.last_modified_by, properties.revision = "", 1
    return bytes(part.blob)


def _sanitised(value: Any) -> Any:
    """The data without characters that XML cannot hold or that docxtpl takes for layout."""
    if isinstance(value, str):
        return _ILLEGAL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {key: _sanitised(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sanitised(item) for item in value]
    return value


def _check(data: bytes, name: str) -> None:
    """Refuse a template that is no Word document, a bomb, or that would run or fetch something where the report is opened."""
    try:
        if len(data) > MAX_TEMPLATE or not docx_reader.is_docx(data):
            raise InputError(
                Problem(Place(name), "不是可用的 Word 模板", f"不超过{MAX_TEMPLATE:,}字节的 .docx 文件", code="template.word")
            )
        parts = office_package.unpack(data, name)
        for part, content in parts.items():
            if any(word in part for word in _RULED_OUT):
                raise InputError(
                    Problem(Place(name), f"模板里有宏或嵌入的文件（{part}）", "没有宏和嵌入文件的 .docx", code="template.active")
                )
            if not part.lower().endswith((".xml", ".rels")):
                continue
            root = office_package.parse(content, name, part)
            if part.endswith(".rels"):
                for relation in root:
                    kind = str(relation.get("Type", "")).rpartition("/")[2]
                    if relation.get("TargetMode") == "External" and kind != "hyperlink":
                        raise InputError(
                            Problem(Place(name), f"模板要从外部取内容（{kind}）", "图片等放在模板里面", code="template.external")
                        )
    except InputError as error:
        raise PolicyError(error.problems) from None


def _filled(part: _TemplatePart, context: Mapping[str, Any], name: str) -> Any:
    """A part of the template, rendered: the root element."""
    from docxtpl import DocxTemplate

    from engine.templating.sandbox import render

    try:
        text = render(part.environment, part.kind, context)
    except PolicyError as error:
        raise PolicyError([_told(problem, part.source, part.kind, name) for problem in error.problems]) from None
    try:
        listed = DocxTemplate(None).resolve_listing(text.replace("\n<w:p", "<w:p"))
        root = office_package.parse(listed.encode(), name, part.kind)
    except InputError:
        expected = "成对的 {%p … %} 或 {%tr … %}，各占一整段或一整行"
        raise PolicyError(
            Problem(
                Place(name),
                f"{part.kind}填写后不是完整的 Word 内容：标记没有成对，或跨了段落、表格行",
                expected,
                code="template.word",
            )
        ) from None
    _mend(root)
    return root


def _source(xml: str, part: str, name: str) -> str:
    """The part as Jinja2 source: each tag in one piece, docxtpl's marks and {% vmerge … %} resolved, a line a paragraph."""
    from docxtpl import DocxTemplate

    # as docxtpl does first: braces Word tore apart, then whatever stands inside a tag
    xml = re.sub(r"(?<={)(<[^>]*>)+(?=[\{%\#])|(?<=[%\}\#])(<[^>]*>)+(?=\})", "", xml)
    tags, out, done = 0, [], 0
    for begin in re.finditer(r"\{[{%#]", xml):
        if begin.start() < done:
            continue
        close = {"{": "}}", "%": "%}", "#": "#}"}[begin[0][1]]
        end = xml.find(close, begin.end(), begin.end() + 20 * MAX_TAG)
        tag = re.sub(r"<[^>]*>", "", xml[begin.start() : end])
        tags += 1
        if end < 0 or len(tag) > MAX_TAG or "</w:p>" in xml[begin.start() : end] or tags > MAX_TAGS:
            shown = re.sub(r"<[^>]*>", "", xml[begin.start() : begin.start() + 20 * MAX_TAG])[:40]
            message = f"{part}里标记过多" if tags > MAX_TAGS else f"{part}里的标记“{shown}”没有写完"
            raise PolicyError(Problem(Place(name), message, f"每个标记在同一段里以“{close}”结束", code="template.syntax"))
        out += [xml[done : begin.start()], tag]
        done = end
    xml = _vmerged("".join([*out, xml[done:]]), part, name)
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", DocxTemplate(None).patch_xml(xml))


def _vmerged(xml: str, part: str, name: str) -> str:
    """Cells with {% vmerge condition %}: where it holds a merged cell begins, else the cell above goes on and is left empty.

    docxtpl's own {% vm %} can only follow the innermost loop.
    """
    while found := re.search(r"\{%\s*vmerge\s+([^%}]+?)\s*%\}", xml):
        start = max(xml.rfind("<w:tc>", 0, found.start()), xml.rfind("<w:tc ", 0, found.start()))
        end = xml.find("</w:tc>", found.end())
        if start < 0 or end < 0:
            raise PolicyError(
                Problem(Place(name), f"{part}里的“{found[0]}”不在表格的格子里", "写在要合并的格子里", code="template.cell")
            )
        whole = xml[start : found.start()] + xml[found.end() : end]
        head = re.match(r"<w:tc[^>]*>(<w:tcPr\s*/>|<w:tcPr[ >].*?</w:tcPr>)?", whole, re.S)
        assert head
        properties = re.sub(r"<w:vMerge[^>]*/>|</?w:tcPr\s*/?>", "", head[1] or "")
        before = re.match(r"(<w:(tcW|gridSpan|cnfStyle|hMerge)\b[^>]*/>)*", properties)
        cut = before.end() if before else 0
        merge = f'{{% if {found[1]} %}}<w:vMerge w:val="restart"/>{{% else %}}<w:vMerge/>{{% endif %}}'
        style = re.search(r"<w:pPr[ >].*?</w:pPr>", whole[head.end() :], re.S)
        empty = f"<w:p>{style[0] if style else ''}</w:p>"
        content = f"{{% if {found[1]} %}}{whole[head.end() :]}{{% else %}}{empty}{{% endif %}}"
        xml = f"{xml[:start]}<w:tc><w:tcPr>{properties[:cut]}{merge}{properties[cut:]}</w:tcPr>{content}{xml[end:]}"
    return xml


def _told(problem: Problem, source: str, part: str, name: str) -> Problem:
    """A template's problem in terms of the document: lines of its XML mean nothing, the text of the paragraph does."""
    lines = source.split("\n")
    line = lines[problem.place.line - 1] if 0 < problem.place.line <= len(lines) else ""
    near = re.sub(r"<[^>]*>", "", line).strip()[:60]
    return replace(problem, place=Place(name), message=f"{problem.message}（{part}{f'，在“{near}”' if near else ''}）")


def _mend(root: Any) -> None:
    """What a loop may leave that Word refuses to open: a table without rows, a cell without a paragraph at its end."""
    for table in list(root.iter(f"{_W}tbl")):
        if not any(True for _ in table.iterchildren(f"{_W}tr")):
            table.getparent().remove(table)
    for cell in root.iter(f"{_W}tc"):
        if len(cell) == 0 or cell[-1].tag != f"{_W}p":
            cell.append(cell.makeelement(f"{_W}p"))
