"""A policy as an Excel workbook, and back: drop-downs where there are choices, help at the column, only changed cells written.

A workbook that comes back is read by the same bounded reader as forms are. A cell that was not changed changes nothing; a cell
that was is put into the policy's files as the editor would; a row whose policy moved on meanwhile is a problem, not an overwrite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.documents import excel_xlsx
from engine.documents.excel_model import address
from engine.editing import changes as editing
from engine.editing import fields as form_fields
from engine.editing.changes import FileChange, Snapshot
from engine.editing.sheets import Page, Row, Slot, change, changed_test, pages
from engine.errors import InputError, Place, PolicyError, Problem
from engine.policy.library import Library
from engine.results.views import excel as workbook

ABOUT = "说明"
MARK = "jixiao/policy-workbook/1"
_MOVES_ON = ("出处",)
"""Where an item is written moves with every other edit: that the text differs says nothing."""
_HIDDEN = 8
"""Characters across a column that is hidden."""
MAX_TOLD_APART = 60
"""Changed cells that are checked one by one to tell which of them is wrong; more are told by the policy's own lines."""
_HELP = (
    "本工作簿是一个政策的参数、表、规则和措辞。改白色的格，灰色的格只供查看。",
    "改完存盘，用“jixiao policy import 文件”或工作台的“导入 Excel”读回；没有改过的格不会变动任何东西。",
    "有下拉的格只能选列出的值；几个值用顿号“、”分开。",
    "“出处”写着“继承”的，改了会在这个政策里另写一份，不动原来的。",
    "不能在这里增加或删除行；要增删，请用工作台或直接改 YAML。不要改动隐藏的列和工作表名称。",
)


def export(policy: str, seen: Snapshot) -> bytes:
    """The workbook. Raises PolicyError if the policy has errors: there is nothing certain to lay out."""
    if seen.problems:
        raise PolicyError(seen.problems)
    from openpyxl import Workbook

    book = Workbook()
    about = book.active
    about.title = ABOUT
    for row in (("格式", MARK), ("政策", policy), *(("", text) for text in _HELP)):
        about.append(row)
    workbook.printable(about, (8, 100))
    for style in _styles():
        book.add_named_style(style)
    lists = _Lists(book)
    for page in pages(seen):
        _write(book.create_sheet(page.title), page, lists)
    book.move_sheet(lists.sheet, offset=len(book.sheetnames))
    lists.sheet.sheet_state = "hidden"
    return workbook.saved(book)


_HEAD, _SHOWN, _OPEN = "jixiao 表头", "jixiao 供查看", "jixiao 可改"


def _styles() -> Iterator[Any]:
    """How cells look, by name: set cell by cell, fonts, fills and alignments take half the time of a workbook."""
    from openpyxl.styles import DEFAULT_FONT, Alignment, Font, NamedStyle, PatternFill

    wrap = Alignment(vertical="top", wrap_text=True)
    fills = {_HEAD: PatternFill("solid", fgColor="D9E2EF"), _SHOWN: PatternFill("solid", fgColor="F0F2F5"), _OPEN: PatternFill()}
    for name, fill in fills.items():
        font = Font(DEFAULT_FONT.name, DEFAULT_FONT.size, bold=name == _HEAD)
        yield NamedStyle(name, font=font, fill=fill, alignment=wrap, number_format="@")


class _Lists:
    """The choices of drop-downs, each list once, in a sheet of their own."""

    def __init__(self, book: Any) -> None:
        self.sheet = book.create_sheet("列表")
        self._known: dict[tuple[str, ...], str] = {}

    def area(self, words: Sequence[str]) -> str:
        key = tuple(dict.fromkeys(words))
        if key not in self._known:
            column = len(self._known) + 1
            for row, word in enumerate(key, start=1):
                _text(self.sheet.cell(row, column), word, _OPEN)
            letters = address(1, column)[:-1]
            self._known[key] = f"'列表'!${letters}$1:${letters}${len(key)}"
        return self._known[key]


def _write(sheet: Any, page: Page, lists: _Lists) -> None:
    from openpyxl.comments import Comment

    titles = ("位置", "校验", *page.fixed, *page.columns)
    for column, title in enumerate(titles, start=1):
        _text(sheet.cell(1, column), title, _HEAD)
    first = 3 + len(page.fixed)
    helps: dict[int, str] = {}
    chosen: dict[tuple[str, bool], list[str]] = {}
    for number, row in enumerate(page.rows, start=2):
        for column, text in enumerate((row.key, row.mark(), *row.fixed), start=1):
            _text(sheet.cell(number, column), text, _SHOWN)
        for column in range(len(page.columns)):
            cell, slot = sheet.cell(number, first + column), row.slots.get(column)
            if slot is None:
                cell.style = _SHOWN
                continue
            _text(cell, slot.text, _OPEN)
            if slot.told:
                cell.comment = Comment(slot.told, "jixiao", width=360, height=60)
            helps.setdefault(column, slot.help)
            if slot.choices:
                area = lists.area([word for _, word in slot.choices])
                chosen.setdefault((area, slot.kind != "operand"), []).append(cell.coordinate)
    for (area, only), cells in chosen.items():
        sheet.add_data_validation(_from_list(area, cells, only=only))
    for column, help_ in helps.items():
        if help_:
            sheet.cell(1, first + column).comment = Comment(help_, "jixiao", width=320, height=120)
    _lay_out(sheet, page)
    sheet.freeze_panes = sheet.cell(2, 5)
    sheet.auto_filter.ref = f"A1:{address(len(page.rows) + 1, len(titles))}"


def _lay_out(sheet: Any, page: Page) -> None:
    """How wide the columns are and how high the rows, and how it is printed; the first two columns are for reading it back."""
    texts = [(*row.fixed, *(row.slots[n].text if n in row.slots else "" for n in range(len(page.columns)))) for row in page.rows]
    shown = workbook.Sheet(page.title, (*page.fixed, *page.columns), texts)
    widths = workbook.column_widths(shown)
    workbook.printable(sheet, (_HIDDEN, _HIDDEN, *widths))
    for letters in ("A", "B"):
        sheet.column_dimensions[letters].hidden = True
    for number, row in enumerate((shown.titles, *texts), start=1):
        sheet.row_dimensions[number].height = workbook.row_height(row, widths)


def _from_list(area: str, cells: Sequence[str], *, only: bool) -> Any:
    """A drop-down at the cells; `only` what is listed may be written there."""
    from openpyxl.worksheet.datavalidation import DataValidation

    made = DataValidation("list", formula1=f"={area}", allow_blank=False, showErrorMessage=only, sqref=" ".join(cells))
    made.error, made.errorTitle = "请从下拉里选", "没有这个值"
    return made


def _text(cell: Any, text: str, style: str) -> None:
    """Text, whatever it begins with: never a formula, never a number that Excel would shorten."""
    cell.style = style
    cell.value = workbook.safe(text)
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that came back: the texts of its cells, by sheet, row and column."""

    file: str
    sheets: Mapping[str, Mapping[int, Mapping[int, str]]]

    @property
    def policy(self) -> str:
        """The policy it is of; empty where it does not say."""
        return self.sheets[ABOUT].get(2, {}).get(2, "")


def opened(content: bytes, file: str) -> Returned:
    """The workbook. Raises InputError if it is none of ours."""
    if not content.startswith(b"PK"):
        raise InputError(Problem(Place(file), "不是 .xlsx 工作簿", "用 jixiao policy export 导出的 .xlsx", code="workbook.none"))
    found: dict[str, Mapping[int, Mapping[int, str]]] = {sheet.name: sheet.cells for sheet in excel_xlsx.sheets(content, file)}
    if found.get(ABOUT, {}).get(1, {}).get(2) != MARK:
        raise InputError(
            Problem(Place(file), "不是 jixiao 导出的政策工作簿", "用 jixiao policy export 导出的 .xlsx", code="workbook.none")
        )
    return Returned(file, found)


def read(book: Returned, policy: str, seen: Snapshot, below: Library) -> dict[str, str]:
    """The texts of the policy's files with the workbook's changes in them; only those that differ.

    Raises InputError naming sheet and cell for what cannot be taken over: a workbook of another policy, a row that is none, a
    cell whose policy was changed since, a value the check refuses. Nothing is written here.
    """
    if seen.problems:
        raise PolicyError(seen.problems)
    file, sheets = book.file, book.sheets
    if (named := book.policy) != policy:
        raise InputError(
            Problem(
                Place(file, path=f"{ABOUT}!B2"), f"这是政策“{named}”的工作簿", f"“{policy}”的工作簿", code="workbook.other-policy"
            )
        )
    problems: list[Problem] = []
    found: list[tuple[Place, FileChange]] = []
    for page in pages(seen):
        if page.title not in sheets:
            problems.append(
                Problem(Place(file), f"缺少工作表“{page.title}”", "导出时的全部工作表，名称不变", code="workbook.sheet")
            )
            continue
        found += _changes(page, sheets[page.title], file, problems)
    if problems:
        raise InputError(problems)
    return _applied(found, policy, seen, below)


def _changes(
    page: Page, cells: Mapping[int, Mapping[int, str]], file: str, problems: list[Problem]
) -> Iterator[tuple[Place, FileChange]]:
    first = 3 + len(page.fixed)
    titles = ("位置", "校验", *page.fixed, *page.columns)
    written = tuple(cells.get(1, {}).get(column, "") for column in range(1, len(titles) + 1))
    if written != titles:
        problems.append(
            Problem(
                Place(file, path=f"{page.title}!A1"), f"工作表“{page.title}”的表头改过", "、".join(titles), code="workbook.header"
            )
        )
        return
    rows = {row.key: row for row in page.rows}
    met: set[str] = set()
    for number in sorted(cells):
        if number == 1 or not any(cells[number].values()):
            continue
        place = Place(file, path=f"{page.title}!{address(number, first)}")
        row = rows.get(cells[number].get(1, ""))
        if row is None or row.key in met:
            told = "这一行是新加的或重复的" if row or not cells[number].get(1) else "政策里已经没有这一行"
            problems.append(Problem(place, told, "不增加行；要增加请用工作台或直接改 YAML", code="workbook.rows"))
            continue
        met.add(row.key)
        if cells[number].get(2, "") == row.mark():
            problems.extend(_fixed_changed(page, row, cells[number], number, file))
        texts = {column: cells[number].get(first + column, "") for column in row.slots}
        same = replace(row, slots={column: replace(slot, text=texts[column]) for column, slot in row.slots.items()})
        # an untouched row says what it said when it was exported, whatever the policy says by now
        if same.mark() in (row.mark(), cells[number].get(2, "")):
            continue
        if cells[number].get(2, "") != row.mark():
            problems.append(Problem(place, "导出以后政策里这一行又改过，没有读入", "重新导出，再改一次", code="workbook.stale"))
            continue
        yield from _row_changes(row, texts, page, number, first, file, problems)
    at = {cells[number].get(1, ""): number for number in cells}
    after = 1
    for key, row in rows.items():
        if key in met:
            after = at[key]
            continue
        place = Place(file, path=f"{page.title}!{address(after + 1, 3)}")
        told = f"这里少了一行：{row.fixed[0]} {row.fixed[1]}"
        problems.append(Problem(place, told, _REMOVING, code="workbook.rows"))


_REMOVING = "放回这一行；要去掉它，在 YAML 里写 changes（remove: true），规则写 policy.disable"


def _fixed_changed(page: Page, row: Row, cells: Mapping[int, str], number: int, file: str) -> Iterator[Problem]:
    """Cells that are only shown and say something else now: whoever wrote there expects it to have an effect."""
    shown = {3 + n: text for n, text in enumerate(row.fixed) if page.fixed[n] not in _MOVES_ON}
    first = 3 + len(page.fixed)
    shown |= {first + n: "" for n in range(len(page.columns)) if n not in row.slots}
    for column, text in shown.items():
        written = cells.get(column, "")
        if written.strip() != text.strip() and written.strip() != workbook.safe(text).strip():
            place = Place(file, path=f"{page.title}!{address(number, column)}")
            told = f"这一格只供查看，改了不起作用：写的是“{written[:60]}”，原来是“{text[:60]}”"
            yield Problem(place, told, "改回原样；要改它请用工作台或直接改 YAML", code="workbook.fixed")


def _row_changes(
    row: Row, texts: Mapping[int, str], page: Page, number: int, first: int, file: str, problems: list[Problem]
) -> Iterator[tuple[Place, FileChange]]:
    def place(column: int) -> Place:
        return Place(file, path=f"{page.title}!{address(number, first + column)}")

    wrong = len(problems)
    for column, slot in row.slots.items():
        if texts[column] != slot.text and (problem := _not_a_choice(slot, texts[column], place(column))):
            problems.append(problem)
    if len(problems) > wrong:
        return
    if row.test is not None:
        made = changed_test(row, [texts[n] for n in range(3)])
        if made is None:
            problems.append(
                Problem(place(0), "同一字段另有条件，不能在这里换比较方式", "在工作台或 YAML 里改", code="workbook.condition")
            )
        else:
            yield place(2), made
        return
    for column, slot in row.slots.items():
        if texts[column] != slot.text:
            yield place(column), change(slot, texts[column])


def _not_a_choice(slot: Slot, text: str, place: Place) -> Problem | None:
    words = [word for pair in slot.choices for word in pair]
    if not slot.choices or text in words or slot.kind == "operand":
        return None
    listed = "、".join(word for _, word in slot.choices[:20])
    return Problem(place, f"没有“{text[:60]}”这个选择", listed, code="workbook.choice")


def _applied(found: Sequence[tuple[Place, FileChange]], policy: str, seen: Snapshot, below: Library) -> dict[str, str]:
    texts = dict(seen.texts)
    now = seen
    for place, one in found:
        try:
            texts |= editing.after(replace(now, texts=texts), _moved(one, now))
        except PolicyError as error:
            raise InputError([replace(problem, place=place) for problem in error.problems]) from None
        if not one.file:  # an override makes the item the policy's own: what follows in it goes there
            now = editing.look(policy, texts, below)
            if now.problems:
                raise InputError([replace(problem, place=place) for problem in now.problems])
    after = editing.look(policy, texts, below)
    if after.problems:
        raise InputError(list(_told(found, policy, seen, below, after.problems)))
    return {name: text for name, text in texts.items() if text != seen.texts.get(name)}


def _moved(one: FileChange, now: Snapshot) -> FileChange:
    """The change, where an earlier override has made its item the policy's own."""
    if one.file or now.resolved is None:
        return one
    file, at = form_fields.owner(now.resolved, now.own, one.at)
    return replace(one, file=file, at=at) if file else one


def _told(
    found: Sequence[tuple[Place, FileChange]], policy: str, seen: Snapshot, below: Library, whole: Sequence[Problem]
) -> Iterator[Problem]:
    """What is wrong, said at the cell whose change alone brings it about; what only several together do, at the policy's line."""
    told = False
    for place, one in found[:MAX_TOLD_APART]:
        alone = editing.look(policy, {**seen.texts, **editing.after(seen, one)}, below)
        for problem in alone.problems:
            told = True
            yield replace(problem, place=place)
    if not told:
        yield from whole
