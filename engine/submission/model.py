"""The submission record: what a body filed, cell by cell, and where each cell stood. Nothing here is computed.

One bundle is one body and one fiscal year; it holds several forms (部门整体支出, 项目支出). Raw text is kept as written:
typing it is `notation`'s work. A cell that stands empty is `Cell("")`; a cell the form does not have is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Place
from engine.submission.rolled import Rolled, RolledForm


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell as written (outer white space dropped), and where it stood."""

    text: str
    place: Place = field(default=Place(), compare=True)
    doubt: str = ""
    """Why what stands here is not certain to be what was meant (Chinese): a formula without its result, a row that lacks a cell."""

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
    reason: Cell | None = None
    """原因 where the block has such a column."""


@dataclass(frozen=True, slots=True)
class Group:
    """A 一级 (level2 empty) or 二级指标 heading inside a goal, with the weight declared beside it."""

    level1: str
    level2: str
    weight: Cell | None
    place: Place


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """A row that only says what the indicator above it consists of: 其中：… without weight and score, or one of the numbered rows
    whose weights and scores add up to it. It is no indicator of its own."""

    name: str
    place: Place
    target: Cell | None = None
    actual: Cell | None = None
    nature: Cell | None = None
    unit: Cell | None = None
    reason: Cell | None = None
    weight: Cell | None = None
    score: Cell | None = None


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
    """指标性质 (正向, 定性, or ≥ ≤ =) where the layout has such a column."""
    operator: Cell | None = None
    """计算符号 (≥ ≤ = or such words) where there is a column of them, whatever its heading, beside or instead of 指标性质."""
    initial: Cell | None = None
    """年初指标值 where the form has an adjusted one, which then is the target."""
    unit: Cell | None = None
    """度量单位 where the layout has such a column."""
    reason: Cell | None = None
    """偏差原因分析 where the layout has such a column."""
    others: tuple[HeaderField, ...] = ()
    """What stands in columns that are no field of an indicator (序号, 评分标准, 佐证材料), by the labels of the columns."""
    parts: tuple[IndicatorPart, ...] = ()
    """The 其中 rows under it, in their order; never scored or counted."""
    base: Cell | None = None
    """The number a percentage is of (基数, e.g. how many were asked), where the record gives it."""
    rolled: Rolled | None = None
    """How it came about, if the form was made by `jixiao rollup`."""


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
    within: str = field(default="", compare=False)
    """The whole paragraph; not part of a record that is written down."""
    spans: tuple[tuple[str, int, int], ...] = field(default=(), compare=False)
    """From where to where in the paragraph each of the fields stands; known where the text itself was read."""

    def stretch(self, name: str, paragraph: str = "") -> tuple[int, int] | None:
        """From where to where in its paragraph a field stands. `paragraph`: its text, for a statement from a record, where only
        what occurs once can be told; None where it cannot."""
        known = next(((start, end) for group, start, end in self.spans if group == name), None)
        said = dict(self.fields).get(name, "")
        if known or not said or paragraph.count(self.text) != 1 or self.text.count(said) != 1:
            return known
        start = paragraph.index(self.text) + self.text.index(said)
        return start, start + len(said)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell or row that can be read in more than one way. Rules of the policy say it to the officer.

    `key` is what the doubt is about: `run_together` (weight and score in one cell), `part_unmarked` (a row read as a part of
    the indicator above though it does not say so), `part_alone` (其中 without an indicator above it), `column_unlisted` (a
    column of the indicators that the layout does not know: kept, but nothing is made of it), and so on: each has a rule that
    says it. Keys that begin with `unread_` are of what was left out or not understood though a score or sum rests on it.
    """

    key: str
    subject: str
    """The indicator or line it is about."""
    text: str
    """What stands there, as written."""
    place: Place
    taken: str = ""
    """The reading that was taken; empty if none is certain enough and the cell stays as written."""
    readings: str = ""
    """The readings that are possible, in Chinese, for people."""

    @property
    def is_unread(self) -> bool:
        """Whether it is of something left out or not understood though a score or sum rests on it."""
        return self.key.startswith("unread_")


DIRECTION_WORDS = {
    **dict.fromkeys(("positive", "越高越好", "正向"), "positive"),
    **dict.fromkeys(("inverse", "越低越好", "反向"), "inverse"),
}
"""How an answer may say a direction; the schemas allow these words and no other."""


@dataclass(frozen=True, slots=True)
class KnownIndicator:
    """What a person said of an indicator, once and for all: which way is better. `unit` and `level2` say where it holds; empty
    for everywhere."""

    name: str
    direction: str
    unit: str = ""
    level2: str = ""
    source: str = ""
    """Who said so, and when or where."""
    place: Place = field(default=Place(), compare=False)

    @property
    def means(self) -> str:
        """The direction in the engine's own word: positive or inverse."""
        return DIRECTION_WORDS[self.direction]


@dataclass(frozen=True, slots=True)
class Copied:
    """What the free text of a form (reasons, analysis, measures, report) shares word for word with a form of another body that was
    looked at in the same run. Figures and the bodies' own names do not count. Which of the two was first nobody can tell."""

    unit: str
    form: str
    fiscal_year: int
    characters: int
    """How many characters stand there too, in passages and not word by word."""
    of: int
    """How many characters of free text the form has."""
    text: str
    """The longest passage that both have, as this form writes it."""
    place: Place = field(default=Place(), compare=False)
    """Where the other form stands."""


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
    doubts: tuple[Doubt, ...] = ()
    """What on the form can be read in more than one way, and which reading was taken."""
    rolled: RolledForm | None = None
    """What it was made of, if the form was made by `jixiao rollup`."""
    answers: tuple[KnownIndicator, ...] = ()
    """What was answered beside the form (答复.yaml) about its indicators."""
    copied: tuple[Copied, ...] = ()
    """Forms of other bodies with the same text, the most first; known only where several bodies are looked at together."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One bundle: the forms of one body for one fiscal year, in the order they were read."""

    forms: tuple[Form, ...]
    jurisdiction: str = ""
    """Jurisdiction of the layout that read it; empty for a record that does not say."""
    policy: str = ""
    """Id of the policy whose layout read the files; empty for a record that does not say."""
