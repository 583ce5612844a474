"""How a jurisdiction's form is laid out, as data: labels, patterns and columns (the `form` part of a policy, compiled)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.forms.labels import LabelMatch, LabelPattern, Labels, fold, may_be_in
from engine.forms.places import PlaceWords


@dataclass(frozen=True, slots=True)
class Title:
    """A form's title. The pattern has the group `name`, and may have `fiscal_year` (else a line or cell says it) and `unit`."""

    kind: str
    pattern: LabelPattern
    example: str
    unconfirmed: bool = False
    """Whether it was guessed from an example, and nobody has said yet that it is the title."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A pattern with a name: a line above the tables (group `value`)."""

    key: str
    pattern: LabelPattern


@dataclass(frozen=True, slots=True)
class BudgetLayout:
    heading: Labels
    columns: Labels
    rows: Labels
    row_patterns: tuple[Keyed, ...]
    """Further names of rows; `key` is the role."""
    weight: tuple[LabelPattern, ...]
    money_unit: tuple[LabelPattern, ...]

    @property
    def total(self) -> str:
        """What the line of the total is usually called."""
        return next((label.texts[0] for label in self.rows.items if label.key == "total"), "")

    def role(self, text: str) -> tuple[str, str] | None:
        """Role of the row that has this name, and the kind of form it tells."""
        label = self.rows.find(text)
        if label:
            return label.key, label.kind
        return next(((item.key, "") for item in self.row_patterns if item.pattern.search(text)), None)

    def has(self, text: str) -> bool:
        """Whether this is a heading, weight, money unit or row name of the budget block."""
        patterns = (*self.weight, *self.money_unit)
        return bool(self.heading.find(text) or self.role(text) or any(pattern.search(text) for pattern in patterns))


@dataclass(frozen=True, slots=True)
class GoalHeading:
    """A heading that opens a goal (`goal`) or the indicators of the goal before (`indicators`), or goes on with it (`continued`).

    `title`: `beside` takes the goal's text from the cells beside the heading, `heading` is the heading itself, `columns`
    finds labels beside the heading (`columns`: 预期目标, 实际完成情况) and the texts in the rows below them.
    """

    opens: str
    title: str
    pattern: LabelPattern
    columns: Labels


@dataclass(frozen=True, slots=True)
class Composition:
    """How a target written in three columns (指标性质, 指标值, 度量单位) becomes one text that notation reads.

    `operators` and `words` are what the first column may hold: a sign in front of the value, or a word for a value that is
    text. `no_unit` fills the unit column where there is none; with `share_units` a bare number up to 1 may be a share.
    """

    operators: frozenset[str]
    words: frozenset[str]
    no_unit: frozenset[str]
    share_units: frozenset[str]
    scales: tuple[str, ...]
    """What a number may end in and still lack its unit: 12万."""
    meaning: Mapping[str, str]
    """Words of the first column and the sign they stand for: 大于等于 and 正向 are ≥."""
    directions: frozenset[str] = frozenset()
    """Those of them that only say which way is better (正向), and not how the actual is compared."""

    @property
    def signs(self) -> frozenset[str]:
        """All that the first column may hold, folded; words that stand for a sign left aside."""
        return self.operators | self.words

    @property
    def comparing(self) -> frozenset[str]:
        """Words that say how the actual is compared."""
        return frozenset(self.meaning) - self.directions


@dataclass(frozen=True, slots=True)
class Heading:
    """How a section heading of some depth looks: group `heading`, and `rest` where text follows on the line."""

    depth: int
    pattern: LabelPattern


@dataclass(frozen=True, slots=True)
class SectionName:
    """Which key a heading has: the first that fits by depth, key of the section above it (if said) and pattern."""

    key: str
    depth: int
    under: str
    pattern: LabelPattern


@dataclass(frozen=True, slots=True)
class ReportLayout:
    start: tuple[LabelPattern, ...]
    headings: tuple[Heading, ...]
    sections: tuple[SectionName, ...]
    unmet: Labels
    unmet_carry_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementPattern:
    """Something the report may say, and in which sections to look (all if none is named)."""

    key: str
    pattern: LabelPattern
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a document without a form may be, and how it is told."""

    name: str
    patterns: tuple[LabelPattern, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What only the forms of this place have: so many of these, and the layout is the form's."""

    at_least: int = 0
    of: tuple[LabelPattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole `form` part of a policy."""

    noise: tuple[LabelPattern, ...]
    """What is cut out of every paragraph and cell. These look at the raw text, not at the folded one."""
    titles: tuple[Title, ...]
    not_titles: tuple[str, ...]
    """Words no title has: a line with one of them is running text, whatever pattern it fits."""
    not_bodies: tuple[LabelPattern, ...]
    """What stands beside the label of the unit and names no single body (各市、县)."""
    places: PlaceWords
    """How regions are written in the names of units and folders."""
    name_drop: tuple[LabelPattern, ...]
    head: tuple[Keyed, ...]
    header: Labels
    tasks: Labels
    """Heading of the year's tasks, above the budget: its rows are kept as they are."""
    budget: BudgetLayout
    goal_headings: tuple[GoalHeading, ...]
    goal_columns: Labels
    """Labels of the goal's texts (预期目标, 实际完成情况), whatever the heading beside them."""
    blocks: Labels
    """Blocks between budget and goals that are kept as they are (资金管理情况)."""
    columns: Labels
    stand_ins: Labels
    """What is the column of a field only where no other column is (备注 for the reasons, 绩效指标 for the names)."""
    other_times: tuple[LabelPattern, ...]
    """Words of a heading that make its column one of another time (上年, 半年): no target and no actual of the year."""
    whole_year: tuple[LabelPattern, ...]
    """Words that say a column is of the whole year, where a form has several columns of targets or of actuals."""
    other_columns: Labels
    """Columns that are kept with each indicator but are no field of it (序号, 评分标准, 佐证材料)."""
    subtotals: Labels
    """Rows between the indicators that add up the ones above (小计)."""
    level1: Labels
    level2: Labels
    """What 一级 and 二级 are usually called: for forms that have them in rows of their own."""
    filler: tuple[LabelPattern, ...]
    """Names of rows of an empty template (……, 指标1：): no indicators where nothing stands beside them."""
    numbering: tuple[LabelPattern, ...]
    """How names of indicators are numbered, from the outermost: 一、 then 1、 then （1）; group `rest` is the name itself."""
    weight: tuple[LabelPattern, ...]
    """Weight in brackets after the name of an indicator or group: groups `name`, `weight`, and `rest` that belongs to the name."""
    weight_if_all: tuple[LabelPattern, ...]
    """Brackets that hold a weight only if all names have them: 培训（15）, for 工程（3） may be just a name."""
    weight_cells: tuple[LabelPattern, ...]
    """Weights in a column of their own that are no plain numbers (20%): group `weight`; taken if all of the form have one."""
    part: tuple[LabelPattern, ...]
    """Names of rows that only say what the indicator above consists of (其中：…), if they have neither weight nor score."""
    parent: tuple[LabelPattern, ...]
    """Names of indicators whose parts stand below them without saying 其中 (★…)."""
    composition: Composition | None
    closing: Labels
    grades: Labels
    """The words of grades: anything else beside 评价结论 is prose."""
    note_item: LabelPattern
    attachment: tuple[LabelPattern, ...]
    report: ReportLayout
    statements: tuple[StatementPattern, ...]
    money: Labels
    """Units of money: 单位：万元 over a table is no body's name."""
    department_name: str
    """What a form of a department is called where it does not say."""
    looks: tuple[Look, ...] = ()
    marks: Marks = Marks()

    def title(self, text: str) -> tuple[Title, LabelMatch] | None:
        """The title that a line is, and what it says; None for a line that is none."""
        folded = fold(text)
        if any(word in folded for word in self.not_titles):
            return None
        if not may_be_in([title.pattern for title in self.titles], folded):
            return None
        hits = ((title, title.pattern.search(text)) for title in self.titles)
        return next(((title, match) for title, match in hits if match), None)

    def goal_heading(self, text: str) -> tuple[GoalHeading, LabelMatch] | None:
        """The goal's heading that a text is, and what it says; None if it is none."""
        hits = ((heading, heading.pattern.search(text)) for heading in self.goal_headings)
        return next(((heading, match) for heading, match in hits if match), None)
