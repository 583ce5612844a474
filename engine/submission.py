"""The submission record: what a body filed, cell by cell, and where each cell stood. Nothing here is computed.

One bundle is one body and one fiscal year; it holds several forms (部门整体支出, 项目支出). Raw text is kept as written:
typing it is `notation`'s work. A cell that stands empty is `Cell("")`; a cell the form does not have is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Place


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell as written (outer white space dropped), and where it stood."""

    text: str
    place: Place = field(default=Place(), compare=True)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A label above the tables and what was filed beside it: 主管部门, 项目类别, 基本支出总额 …

    `key` is the layout's name for it (`department`, `basic_expenditure`); empty if the layout knows the label only.
    """

    key: str
    label: str
    value: Cell


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A row of the budget block. `role` is `total` for the line that is scored, `detail` for a 其中 line."""

    name: str
    role: str
    place: Place
    money_unit: str = ""
    original: Cell | None = None
    """年初预算数, where the layout has such a column."""
    budget: Cell | None = None
    """预算数(A): the adjusted budget."""
    executed: Cell | None = None
    rate: Cell | None = None
    weight: Cell | None = None
    """分值 of budget execution as printed, e.g. 20."""
    score: Cell | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A 一级 (level2 empty) or 二级指标 heading inside a goal, with the weight declared beside it."""

    level1: str
    level2: str
    weight: Cell | None
    place: Place


@dataclass(frozen=True, slots=True)
class Indicator:
    """One 三级指标: name, weight, target, actual and the score the body gave itself, as filed."""

    name: str
    level1: str
    level2: str
    place: Place
    weight: Cell | None = None
    target: Cell | None = None
    actual: Cell | None = None
    score: Cell | None = None
    nature: Cell | None = None
    """指标性质 (≥ ≤ = 定性) where the layout has such a column."""
    unit: Cell | None = None
    """度量单位 where the layout has such a column."""
    reason: Cell | None = None
    """偏差原因分析 where the layout has such a column."""


@dataclass(frozen=True, slots=True)
class Goal:
    """An annual goal (年度目标) with the indicators under it. `number` is 1-based order on the form."""

    number: int
    title: str
    place: Place
    weight: Cell | None = None
    groups: tuple[Group, ...] = ()
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True)
class UnmetRow:
    """A row of the report's table of unmet indicators (未完成绩效指标及原因)."""

    name: str
    place: Place
    level2: str = ""
    target: Cell | None = None
    actual: Cell | None = None
    reason: Cell | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report text. `key` is the layout's name for it (`score`, `execution`, `met`, `unmet`, `problems`,
    `remedies`, `budget_use`); empty for a heading the layout does not name. `depth` is 1 for 一、, 2 for （一）."""

    key: str
    heading: str
    depth: int
    place: Place
    paragraphs: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something the report text says in so many words: a score, a grade, a count, a rate, a date.

    `key` is the claim pattern's name in the policy (`total_score`, `indicators_met` …), `fields` its named groups as written.
    """

    key: str
    text: str
    place: Place
    fields: tuple[tuple[str, str], ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One self-evaluation form with the report that stands before it."""

    kind: str
    """`department` or `project`."""
    name: str
    """部门整体支出, or the project's name."""
    unit: str
    """The body that filed it (填报单位)."""
    fiscal_year: int
    place: Place
    title: str = ""
    filled_on: Cell | None = None
    header: tuple[HeaderField, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    goals: tuple[Goal, ...] = ()
    total: Cell | None = None
    """总分 as filed."""
    grade: Cell | None = None
    """自评等级 as filed, on the form or in the report."""
    analysis: Cell | None = None
    """偏差大或目标未完成原因分析."""
    remedies: Cell | None = None
    """改进措施及结果应用方案."""
    notes: tuple[Cell, ...] = ()
    """备注 under the form, a paragraph each."""
    report: tuple[Section, ...] = ()
    unmet: tuple[UnmetRow, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One bundle: the forms of one body for one fiscal year, in the order they were read."""

    forms: tuple[Form, ...]
    jurisdiction: str = ""
    """Jurisdiction of the layout that read it; empty for a record that does not say."""
    policy: str = ""
    """Id of the policy whose layout read the files; empty for a record that does not say."""
