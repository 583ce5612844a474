"""Bar charts in a Word document: a paragraph 【图：名称 7.6×4.6】 of the filled template becomes the chart of that name (in cm).

The chart is Word's own kind, drawn from the numbers written in it: sharp in print, readable aloud, without an Excel file inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from engine.documents import package as office_package
from engine.documents.packing import packed, xml_bytes
from engine.errors import Place, PolicyError, Problem, nearest

_MARK = re.compile(r"\s*【图：([^】\s]+)(?:\s+([0-9.]+)[×xX*]([0-9.]+))?】\s*")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMU = 360_000
"""Word's units in a centimetre."""
_SIZE, _LARGEST = ("15", "7"), 25
_DOCUMENT, _RELATIONS, _TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
_KIND = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_CHART = f"{_DRAWING}/chart"
_ROOM = 1.2
"""How much higher than the highest bar the plot is, for the number on it."""
_COLOURS = ("9AA6B5", "24558C", "B35900")
_FONT = '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side: what they stand over, and one number each in every series. `told`: what it shows, in words."""

    categories: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    told: str


def with_charts(data: bytes, charts: Mapping[str, Chart | None], name: str) -> bytes:
    """The .docx with its marks replaced; the paragraph of a chart there is none of (None) is left out. `name` is the template's.

    Raises PolicyError for a mark that names no chart, or a size that is none.
    """
    with ZipFile(BytesIO(data)) as package:
        order = package.infolist()
        parts = {entry.filename: package.read(entry) for entry in order}
    root = office_package.parse(parts[_DOCUMENT], name, _DOCUMENT)
    made: list[Chart] = []
    for paragraph in list(root.iter(f"{_W}p")):
        found = _MARK.fullmatch("".join(text.text or "" for text in paragraph.iter(f"{_W}t")))
        if found:
            _put(paragraph, found, charts, made, name)
    if not made:
        return packed(parts | {_DOCUMENT: xml_bytes(root)})
    for n, chart in enumerate(made, start=1):
        parts[f"word/charts/chart{n}.xml"] = _xml(chart).encode()
    numbers = range(1, len(made) + 1)
    links = "".join(f'<Relationship Id="chart{n}" Type="{_RELATION}/chart" Target="charts/chart{n}.xml"/>' for n in numbers)
    kinds = "".join(f'<Override PartName="/word/charts/chart{n}.xml" ContentType="{_KIND}"/>' for n in numbers)
    parts[_RELATIONS] = parts[_RELATIONS].replace(b"</Relationships>", f"{links}</Relationships>".encode())
    parts[_TYPES] = parts[_TYPES].replace(b"</Types>", f"{kinds}</Types>".encode())
    return packed(parts | {_DOCUMENT: xml_bytes(root)})


def _put(paragraph: Any, found: re.Match[str], charts: Mapping[str, Chart | None], made: list[Chart], name: str) -> None:
    """The chart in place of its mark; what the paragraph looks like stays."""
    if found[1] not in charts:
        expected = "、".join(f"【图：{known}】" for known in charts)
        raise PolicyError(
            Problem(Place(name), f"没有“{found[1]}”这张图", expected, nearest(found[1], list(charts)), code="template.no-chart")
        )
    wide, high = (float(size) for size in (found[2] or _SIZE[0], found[3] or _SIZE[1]))
    if not (0 < wide <= _LARGEST and 0 < high <= _LARGEST):
        raise PolicyError(
            Problem(Place(name), f"图“{found[1]}”的大小不对", f"宽×高，各不超过 {_LARGEST} 厘米", code="template.no-chart")
        )
    chart = charts[found[1]]
    for run in [child for child in paragraph if child.tag != f"{_W}pPr"]:
        paragraph.remove(run)
    if chart is not None:
        made.append(chart)
        paragraph.append(office_package.parse(_run(len(made), wide, high, chart).encode(), name, _DOCUMENT))


def _run(number: int, wide: float, high: float, chart: Chart) -> str:
    spaces = f'xmlns:w="{_W[1:-1]}" xmlns:wp="{_DRAWING}/wordprocessingDrawing" xmlns:a="{_DRAWING}/main"'
    spaces += f' xmlns:c="{_CHART}" xmlns:r="{_RELATION}"'
    return (
        f'<w:r {spaces}><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{round(wide * _EMU)}" cy="{round(high * _EMU)}"/>'
        f'<wp:docPr id="{1000 + number}" name="图{number}" descr={quoteattr(chart.told)}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_CHART}"><c:chart r:id="chart{number}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _xml(chart: Chart) -> str:
    """The part: columns side by side with their numbers on them, no lines but the one they stand on."""
    count = len(chart.categories)
    texts = "".join(f'<c:pt idx="{n}"><c:v>{escape(text)}</c:v></c:pt>' for n, text in enumerate(chart.categories))
    over = f'<c:cat><c:strLit><c:ptCount val="{count}"/>{texts}</c:strLit></c:cat>'
    series = []
    for n, (title, values) in enumerate(chart.series):
        points = "".join(f'<c:pt idx="{k}"><c:v>{value}</c:v></c:pt>' for k, value in enumerate(values))
        series.append(
            f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx><c:v>{escape(title)}</c:v></c:tx>'
            f'<c:spPr><a:solidFill><a:srgbClr val="{_COLOURS[n % len(_COLOURS)]}"/></a:solidFill></c:spPr>'
            f'<c:invertIfNegative val="0"/>{over}'
            f"<c:val><c:numLit><c:formatCode>General</c:formatCode>"
            f'<c:ptCount val="{count}"/>{points}</c:numLit></c:val></c:ser>'
        )
    labels = "".join(
        f'<c:{key} val="{int(key == "showVal")}"/>'
        for key in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    top = max([1, *(value for _, values in chart.series for value in values)]) * _ROOM
    axis = '<c:scaling><c:orientation val="minMax"/></c:scaling>'
    legend = f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_FONT}</c:legend>' if len(chart.series) > 1 else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_DRAWING}/main" xmlns:r="{_RELATION}"><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{"".join(series)}<c:dLbls>{_FONT}{labels}</c:dLbls><c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        f'<c:catAx><c:axId val="1"/>{axis}<c:delete val="0"/><c:axPos val="b"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{_FONT}<c:crossAx val="2"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="{top}"/><c:min val="0"/></c:scaling>'
        '<c:delete val="1"/>'
        '<c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea>'
        f'{legend}<c:plotVisOnly val="1"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>'
    )
