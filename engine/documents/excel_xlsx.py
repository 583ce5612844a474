"""A workbook (.xlsx, .xlsm) -> its sheets, read as a stream: cells as they are seen, merged areas, frames, what is hidden.

Nothing is computed: of a formula the value that was saved with it is used. Files come from strangers; the package is opened by
`package.opened`, whose bounds hold here as well. What is damaged costs its sheet: a sheet is whole, or it is left out with the
reason; where the counts that the file keeps of itself do not agree with what is in it, this is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.documents import package
from engine.documents.excel_formats import shown_text
from engine.documents.excel_model import (
    EXPECTED,
    LAST_COLUMN,
    MAX_ROWS,
    MAX_SHEETS,
    Allowance,
    FilledSheet,
    address,
    area,
    damaged,
    number_shown,
    reference,
    tidy,
    too_large,
)
from engine.documents.excel_parts import Strings, Styles, attribute, children, descend, local, rich, stream, whole
from engine.documents.package import Package, PartRelations
from engine.errors import InputError, Place, Problem

LAST_ROW = 1_048_576
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_VALUE = re.compile(rb"<(?:\w+:)?[vt](?:\s[^<>]*)?>[^<]")
_SHARED = re.compile(rb"<(?:\w+:)?c\s[^<>]*\bt=[\"']s[\"']")
_KINDS = frozenset({"", "n", "s", "str", "inlineStr", "b", "e", "d"})
_NO_CELLS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_HIDDEN = frozenset({"hidden", "veryHidden"})


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """The sheets of a workbook in their order, those that are left out among them, and what else is damaged (Chinese)."""

    sheets: tuple[FilledSheet, ...]
    damage: tuple[str, ...] = ()


def sheets(data: bytes, file: str = "") -> list[FilledSheet]:
    """The sheets of a workbook that has to be whole. Raises InputError for one that is not."""
    book = read(data, file)
    if wrong := [f"工作表“{sheet.name}”{sheet.unread}" for sheet in book.sheets if sheet.unread] or list(book.damage):
        raise InputError([Problem(Place(file), message, EXPECTED, code="input.damaged") for message in wrong])
    return list(book.sheets)


def read(data: bytes, file: str = "") -> FilledWorkbook:
    """The sheets of a workbook. Hidden sheets (lists, old copies) are named and not read; hidden rows and columns are read. Raises
    InputError for what is no workbook, encrypted, too large or damaged as a whole."""
    parts = package.opened(data, file, EXPECTED)
    main = _main_part(parts, file)
    root = package.parse(parts.parts[main], file, main, expected=EXPECTED)
    found = package.relations(parts, main, file)
    strings, styles = _shared(parts, found, file)
    limits = Allowance(file)
    workbook = _Workbook(
        limits, strings, styles, any(attribute(e, "date1904") in ("1", "true") for e in descend(root, "workbookPr"))
    )
    listed = list(descend(root, "sheet"))
    if len(listed) > MAX_SHEETS:
        raise too_large(file, f"有{len(listed)}个工作表", f"不超过{MAX_SHEETS}个，可拆分为几个文件")
    made = list(_listed(workbook, parts, found, listed))
    damage = [said for said in (strings.differs, styles.differs, *_states(listed), *_others(parts, found, listed)) if said]
    is_whole = not found.lost and not any(sheet.unread for sheet in made)
    if is_whole and strings.references not in (-1, (used := _references(parts, found))):
        damage.append(f"记着有 {strings.references} 格文字，实有 {used} 格")
    damage += [said for sheet in made for said in workbook.told.get(sheet.name, ())]
    return FilledWorkbook(tuple(made), tuple(damage))


def _main_part(parts: Package, file: str) -> str:
    named = [part for _, part in package.relations(parts, "", file).each("officeDocument")]
    wanted = named or [name for name in (parts.name("xl/workbook.xml"),) if name in parts.parts or name in parts.bad]
    if len(wanted) != 1:
        raise damaged(file, f"压缩包里有 {len(wanted)} 个 Excel 工作簿" if wanted else "压缩包里没有 Excel 工作簿")
    if why := parts.bad.get(wanted[0]):
        raise damaged(file, f"工作簿的目录“{wanted[0]}”{why}")
    return wanted[0]


def _shared(parts: Package, found: PartRelations, file: str) -> tuple[Strings, Styles]:
    """The texts and styles. Without texts the cells that need them are told one sheet at a time; without styles no number is known
    as it is seen."""
    strings_part, styles_part = found.only("sharedStrings"), found.only("styles")
    strings = Strings.of(parts.parts[strings_part], file, strings_part) if strings_part else Strings()
    if not styles_part:
        return strings, Styles(lost=_no_styles(parts, found))
    try:
        return strings, Styles.of(parts.parts[styles_part], file, styles_part)
    except InputError as error:
        if any(problem.code != "input.damaged" for problem in error.problems):
            raise
        return strings, Styles(lost="样式表已损坏")


def _no_styles(parts: Package, found: PartRelations) -> str:
    """Why there are no styles; empty for a workbook that never had any."""
    if found.each("styles"):
        return "样式表不止一份"
    named = [found.names[number] for number, (kind, _) in found.targets.items() if kind == "styles"]
    if name := next(iter(named), ""):
        return f"样式表“{name}”{parts.bad.get(name, '不在文件里')}"
    name = parts.name("xl/styles.xml")
    return f"工作簿没有指明样式表“{name}”" if name in parts.parts or name in parts.bad else ""


def _listed(workbook: _Workbook, parts: Package, found: PartRelations, listed: Sequence[Any]) -> Iterator[FilledSheet]:
    """The sheets as the workbook lists them: each read, or with why it is not."""
    same = list(dict.fromkeys((attribute(e, "name"), attribute(e, "id"), attribute(e, "state")) for e in listed))
    names = Counter(name.casefold() for name, _, _ in same)
    used = Counter(found.targets.get(number, ("", ""))[1] for _, number, _ in same)
    for name, number, state in same:
        kind, part = found.targets.get(number, ("", ""))
        if kind in _NO_CELLS:
            continue
        hidden, why = state in _HIDDEN, ""
        if number in found.twice or names[name.casefold()] > 1 or (part and used[part] > 1):
            why = "有两份，分不清哪一份是"
        elif not part:
            why = parts.bad.get(found.names.get(number, ""), "不在文件里")
        elif kind != "worksheet":
            why = f"的类型“{kind[:20]}”没有见过"
        if why:
            yield FilledSheet(name, hidden=hidden, unread=why)
        elif not hidden:
            yield workbook.sheet(parts.parts[part], name, part)
        elif _VALUE.search(parts.parts[part]):
            yield FilledSheet(name, hidden=True)


def _states(listed: Sequence[Any]) -> Iterator[str]:
    """Sheets of which is said neither that they are hidden nor that they are not."""
    for element in listed:
        state = element.get("state")
        if state is not None and state not in _HIDDEN and state != "visible":
            yield f"工作表“{attribute(element, 'name')}”记作“{state[:20]}”，是否隐藏不得而知，已照样读入"


def _others(parts: Package, found: PartRelations, listed: Sequence[Any]) -> Iterator[str]:
    """Sheets that lie in the package and that the workbook does not list, and parts without a certain content."""
    numbers = {attribute(e, "id") for e in listed}
    known = {found.targets[number][1] for number in numbers if number in found.targets}
    folders = {part.rpartition("/")[0] for kind, part in found.each("worksheet")} or {"xl/worksheets"}
    for name in parts.parts:
        folder, _, file = name.rpartition("/")
        if folder in folders and file.endswith(".xml") and name not in known and _VALUE.search(parts.parts[name]):
            yield f"“{name}”有内容，而工作簿的目录里没有这个工作表，没有读"
    for name, why in parts.bad.items():
        yield f"“{name}”{why}，没有读"


def _references(parts: Package, found: PartRelations) -> int:
    return sum(len(_SHARED.findall(parts.parts[part])) for _, part in found.each("worksheet"))


@dataclass(frozen=True, slots=True)
class _Workbook:
    limits: Allowance
    strings: Strings
    styles: Styles
    date1904: bool
    told: dict[str, list[str]] = field(default_factory=dict)

    def sheet(self, content: bytes, name: str, part: str) -> FilledSheet:
        """The sheet, or why it is left out: two contents for one place, references to what is not there, no whole XML."""
        try:
            return self._read(content, name, part)
        except InputError as error:
            if any(problem.code != "input.damaged" for problem in error.problems):
                raise
            return FilledSheet(name, unread="已损坏：" + "；".join(problem.message for problem in error.problems))

    def _read(self, content: bytes, name: str, part: str) -> FilledSheet:
        sheet = FilledSheet(name)
        row = data = 0
        wanted = ("row", "mergeCell", "col", "sheetData", "mergeCells")
        for element in stream(content, self.limits.file, part, wanted, "worksheet"):
            kind = local(element)
            if kind == "row":
                row = self._number_of(element, row)
                self._row(sheet, element, row)
            elif kind == "col" and _is_hidden(element, "width"):
                first, last = whole(attribute(element, "min")), whole(attribute(element, "max"))
                sheet.hidden_columns.update(range(max(1, first), min(last, LAST_COLUMN) + 1))
            elif kind == "mergeCell":
                self._merged(sheet, attribute(element, "ref"))
            elif kind == "mergeCells":
                said = whole(attribute(element, "count"), -1)
                if said not in (-1, len(sheet.merged)):
                    self._tell(name, f"记着有 {said} 处合并的单元格，实有 {len(sheet.merged)} 处")
            elif kind == "sheetData":
                data += 1
        if data != 1:
            raise self._wrong(f"有 {data} 份内容")
        return sheet

    def _tell(self, sheet: str, said: str) -> None:
        self.told.setdefault(sheet, []).append(f"工作表“{sheet}”{said}")

    def _wrong(self, said: str) -> InputError:
        return damaged(self.limits.file, said)

    def _number_of(self, element: Any, before: int) -> int:
        """The number of a row, which is to be after the one before: else two rows stand in one place."""
        written = attribute(element, "r")
        row = whole(written, -1) if written else before + 1
        if not 0 < row <= LAST_ROW:
            raise self._wrong(f"行号“{written[:20]}”不是行号")
        if row <= before:
            raise self._wrong(f"第 {row} 行在第 {before} 行之后，同一行有两份或者次序乱了")
        return row

    def _merged(self, sheet: FilledSheet, written: str) -> None:
        found = area(written)
        if found is None or found[0] > found[2] or found[1] > found[3]:
            raise self._wrong(f"合并的单元格“{written[:20]}”不是一片单元格")
        if found not in sheet.merged:
            self.limits.take(1, sheet.name)
            sheet.merged.append(found)

    def _row(self, sheet: FilledSheet, element: Any, row: int) -> None:
        hidden = _is_hidden(element, "ht")
        column = 0
        for cell in children(element, "c"):
            column = self._column(attribute(cell, "r"), row, column)
            written = attribute(cell, "s")
            style = whole(written, -1) if written or cell.get("s") is not None else 0
            if style < 0:
                raise self._wrong(f"{address(row, column)} 的样式号“{written[:20]}”不是数")
            text, doubt = self._text(cell, row, column, style)
            if doubt:
                sheet.doubts[row, column] = doubt
            if text:
                self.limits.row(row, sheet.name)
                self.limits.take(1, sheet.name)
                sheet.cells.setdefault(row, {})[column] = text
            if row <= MAX_ROWS and style < len(self.styles.framed) and self.styles.framed[style]:
                sheet.framed.add(row)
        if hidden and row <= MAX_ROWS:
            sheet.hidden_rows.add(row)

    def _column(self, written: str, row: int, before: int) -> int:
        if not written:
            return before + 1
        place = reference(written)
        if place is None or place[0] != row:
            raise self._wrong(f"第 {row} 行里有单元格“{written[:20]}”，不是这一行的")
        if place[1] <= before:
            raise self._wrong(f"{written} 在 {address(row, before)} 之后，同一格有两份或者次序乱了")
        return place[1]

    def _text(self, cell: Any, row: int, column: int, style: int) -> tuple[str, str]:
        """What the cell shows, and why that is not certain to be what was meant."""
        kind, value, formula, inline = attribute(cell, "t"), None, None, None
        for child in cell:
            name = local(child)
            if (name == "v" and value is not None) or (name == "is" and inline is not None):
                raise self._wrong(f"{address(row, column)} 有两份内容")
            if name == "v":
                value = child.text or ""
            elif name == "f":
                formula = "=" + (child.text or "")
            elif name == "is":
                inline = rich(child)
        code = self.styles.format(style)
        if inline is not None and (kind != "inlineStr" or value):
            raise self._wrong(f"{address(row, column)} 的类型与内容不合")
        if kind == "inlineStr" and inline is None and value:
            return tidy(value), "的类型与内容不合"
        if kind == "inlineStr":
            return shown_text(tidy(inline or ""), code or ""), ""
        if kind == "str" and value is not None:
            return shown_text(tidy(value), code or ""), ""
        if not value:
            return (tidy(formula), "是公式，文件里没有存下它的结果") if formula else ("", "")
        if kind not in _KINDS:
            raise self._wrong(f"{address(row, column)} 的类型“{kind[:20]}”没有见过")
        if kind == "s":
            index = whole(value, -1)
            if not 0 <= index < len(self.strings.texts):
                raise self._wrong(f"{address(row, column)} 指向不存在的文字")
            return shown_text(tidy(self.strings.texts[index]), code or ""), ""
        if kind == "b":
            return "FALSE" if value.strip() == "0" else "TRUE", ""
        if kind == "e":
            return value[:20], f"是错误值“{value[:20]}”"
        if kind == "d":
            return tidy(value), ""
        if not _NUMBER.fullmatch(value.strip()):
            return tidy(value), f"记作数，而“{value[:20]}”不是数"
        if code is None:
            why = self.styles.lost or "它的样式不在样式表里"
            raise self._wrong(f"{address(row, column)} 是数，{why}，显示成什么（例如百分数）不得而知")
        return number_shown(float(value), code, date1904=self.date1904), ""


def _is_hidden(element: Any, size: str) -> bool:
    """Whether a row or column is hidden, or made so small that nothing of it is seen."""
    return attribute(element, "hidden") in ("1", "true") or attribute(element, size) in ("0", "0.0")
