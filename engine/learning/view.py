"""What was learned, for people: the table the examples give, and what was guessed of which heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.learning.model import Guess
from engine.learning.writing import UNCONFIRMED
from engine.results.views.columns import Column
from engine.results.views.screen import printed, table
from engine.submission.model import Cell, Form, Indicator

_EMPTY = "—"
_MOST = 40
"""Rows of a form that are shown."""


def _cell(cell: Cell | None) -> str:
    if cell is None or not cell:
        return _EMPTY
    return f"{cell.text}{'？' if cell.doubt else ''}"


_COLUMNS: tuple[Column[Indicator], ...] = (
    Column("一级", lambda row: row.level1 or _EMPTY),
    Column("二级", lambda row: row.level2 or _EMPTY),
    Column("指标", lambda row: row.name),
    Column("目标值", lambda row: _cell(row.target)),
    Column("完成值", lambda row: _cell(row.actual)),
    Column("分值", lambda row: _cell(row.weight)),
    Column("得分", lambda row: _cell(row.score)),
    Column("原因", lambda row: _cell(row.reason)),
)

_GUESSES: tuple[Column[Guess], ...] = (
    Column("表上写的", lambda guess: guess.extra.get("example", guess.label)),
    Column("认作", lambda guess: guess.usual or "照原样保留"),
    Column("凭什么", lambda guess: guess.ground),
    Column("状态", lambda guess: "已确认" if guess.confirmed else UNCONFIRMED if guess.field else ""),
)


def forms_shown(forms: Sequence[Form], *, terminal: bool) -> str:
    """The forms as they are read: head, budget, indicators, total. What is not certain has a 问号 behind it."""
    return printed((part for form in forms for part in _form(form)), terminal=terminal)


def guesses_shown(guesses: Sequence[Guess], *, terminal: bool) -> str:
    """What each heading was taken for, and why."""
    return printed([table(_GUESSES, guesses)], terminal=terminal)


def _form(form: Form) -> Iterator[object]:
    kind = "部门整体支出" if form.kind == "department" else "项目支出"
    year = f"{form.fiscal_year}年度" if form.fiscal_year else "没有年度"
    yield f"{form.name}（{kind}，{form.unit or '没有单位'}，{year}）"
    total = next((line for line in form.budget if line.role == "total"), None)
    if total is None:
        yield "预算：没有读出"
    else:
        amounts = (
            f"预算数 {_cell(total.budget)}，执行数 {_cell(total.executed)}，执行率 {_cell(total.rate)}，得分 {_cell(total.score)}"
        )
        yield f"预算（{total.money_unit or '没有写单位'}）：{amounts}"
    rows = [indicator for goal in form.goals for indicator in goal.indicators]
    yield table(_COLUMNS, rows[:_MOST])
    if len(rows) > _MOST:
        yield f"……另有 {len(rows) - _MOST} 行"
    yield f"总分：{_cell(form.total)}；等级：{_cell(form.grade)}；共 {len(rows)} 个指标"
    yield ""
