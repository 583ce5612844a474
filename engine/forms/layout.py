"""The `form` part of a policy: how a jurisdiction's form is laid out. Labels, patterns and columns are data; this module
turns them into frozen dataclasses and compiles the patterns (RE2: linear time).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from engine.errors import Place, PolicyError, Problem
from engine.forms.labels import LABEL_END, Label, LabelPattern, Labels, fold

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]


@dataclass(frozen=True, slots=True)
class Title:
    """A form's title. The pattern has the group `name`, and may have `fiscal_year` (else a line or cell says it) and `unit`."""

    kind: str
    pattern: LabelPattern
    example: str


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
    """Words of the first column that say a direction, and the sign they stand for: 正向 is ≥."""

    @property
    def signs(self) -> frozenset[str]:
        """All that the first column may hold, folded."""
        return self.operators | self.words


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
class Layout:
    """The whole `form` part of a policy."""

    noise: tuple[LabelPattern, ...]
    """What is cut out of every paragraph and cell. These look at the raw text, not at the folded one."""
    titles: tuple[Title, ...]
    name_drop: tuple[LabelPattern, ...]
    head: tuple[Keyed, ...]
    header: Labels
    tasks: Labels
    """Heading of the year's tasks, above the budget: its rows are kept as they are."""
    budget: BudgetLayout
    goal_headings: tuple[GoalHeading, ...]
    columns: Labels
    other_columns: Labels
    """Columns that are kept with each indicator but are no field of it (序号, 评分标准, 佐证材料)."""
    subtotals: Labels
    """Rows between the indicators that add up the ones above (小计)."""
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
    note_item: LabelPattern
    attachment: tuple[LabelPattern, ...]
    report: ReportLayout
    statements: tuple[StatementPattern, ...]


def _nowhere(path: Path) -> Place:
    return Place(path=".".join(map(str, ("form", *path))))


def layout(data: Mapping[str, Any], place: PlaceOf = _nowhere) -> Layout:
    """The layout from the value of `form` (already checked against form.schema.json). `place` tells where a path stands.

    Raises PolicyError with every pattern that does not compile or lacks a group, and every label given twice.
    """
    build = _Build(place)
    result = build.layout(data)
    if build.problems:
        raise PolicyError(build.problems)
    return result


def _composition(data: Mapping[str, Any] | None) -> Composition | None:
    if data is None:
        return None
    operators, words, no_unit, shares = (
        frozenset(map(fold, data.get(name, ()))) for name in ("operators", "words", "no_unit", "share_units")
    )
    meaning = {fold(word): sign for word, sign in data.get("meaning", {}).items()}
    return Composition(operators, words, no_unit, shares, tuple(data.get("scales", ())), meaning)


class _Build:
    """Building a layout: the problems found on the way."""

    def __init__(self, place: PlaceOf) -> None:
        self.place = place
        self.problems: list[Problem] = []

    def layout(self, data: Mapping[str, Any]) -> Layout:
        budget, goals, indicators = data["budget"], data["goals"], data["indicators"]
        report, notes = data.get("report", {}), data.get("notes", {})
        rows = budget["rows"]
        unmet = report.get("unmet", {})
        return Layout(
            noise=self.patterns(data, "noise"),
            titles=tuple(
                Title(item.get("kind", ""), pattern, item["example"]) for item, pattern in self.items(data, "titles", (), "name")
            ),
            name_drop=self.patterns(data, "name_drop"),
            head=tuple(Keyed(item["key"], pattern) for item, pattern in self.items(data, "head", (), "value")),
            header=self.labels(data.get("header", ()), ("header",), "key"),
            tasks=self.one_label(data, "tasks"),
            budget=BudgetLayout(
                heading=self.labels([{"key": "heading", "labels": budget["heading"]}], ("budget", "heading"), "key"),
                columns=self.labels(budget["columns"], ("budget", "columns"), "field"),
                rows=self.labels([row for row in rows if "labels" in row], ("budget", "rows"), "role"),
                row_patterns=tuple(Keyed(item["role"], pattern) for item, pattern in self.items(budget, "rows", ("budget",))),
                weight=self.patterns(budget, "weight", ("budget",), "weight"),
                money_unit=self.patterns(budget, "money_unit", ("budget",), "unit"),
            ),
            goal_headings=tuple(
                GoalHeading(
                    item["opens"],
                    item.get("title", "heading"),
                    pattern,
                    self.labels(item.get("columns", ()), ("goals", "headings", "columns"), "field"),
                )
                for item, pattern in self.items(goals, "headings", ("goals",))
            ),
            columns=self.labels(indicators["columns"], ("indicators", "columns"), "field"),
            other_columns=self.one_label(indicators, "other_columns", ("indicators",)),
            subtotals=self.one_label(indicators, "subtotals", ("indicators",)),
            weight=self.patterns(indicators, "weight", ("indicators",), "name", "weight"),
            weight_if_all=self.patterns(indicators, "weight_if_all", ("indicators",), "name", "weight"),
            weight_cells=self.patterns(indicators, "weight_cells", ("indicators",), "weight"),
            part=self.patterns(indicators, "part", ("indicators",)),
            parent=self.patterns(indicators, "parent", ("indicators",)),
            composition=_composition(indicators.get("composition")),
            closing=self.labels(data["closing"], ("closing",), "field"),
            note_item=self.pattern(notes.get("item", "^[0-9]+[.、]"), ("notes", "item")),
            attachment=self.patterns(data, "attachment"),
            report=ReportLayout(
                start=self.patterns(report, "start", ("report",)),
                headings=tuple(
                    Heading(item["depth"], pattern) for item, pattern in self.items(report, "headings", ("report",), "heading")
                ),
                sections=tuple(
                    SectionName(item["key"], item["depth"], item.get("under", ""), pattern)
                    for item, pattern in self.items(report, "sections", ("report",))
                ),
                unmet=self.labels(unmet.get("columns", ()), ("report", "unmet", "columns"), "field"),
                unmet_carry_down=tuple(unmet.get("carry_down", ())),
            ),
            statements=tuple(
                StatementPattern(item["key"], pattern, tuple(item.get("sections", ())))
                for item, pattern in self.items(data, "statements", ())
            ),
        )

    def patterns(self, data: Mapping[str, Any], key: str, path: Path = (), *groups: str) -> tuple[LabelPattern, ...]:
        return tuple(self.pattern(source, (*path, key, i), *groups) for i, source in enumerate(data.get(key, ())))

    def items(
        self, data: Mapping[str, Any], key: str, path: Path, *groups: str
    ) -> Iterator[tuple[Mapping[str, Any], LabelPattern]]:
        """The items of a list that have a pattern, each with the pattern compiled."""
        for i, item in enumerate(data.get(key, ())):
            if "pattern" in item:
                yield item, self.pattern(item["pattern"], (*path, key, i, "pattern"), *groups)

    def pattern(self, source: str, path: Path, *groups: str) -> LabelPattern:
        options = re2.Options()
        options.log_errors = False
        try:
            compiled = re2.compile(source, options)
        except re2.error as error:
            words = error.args[0] if error.args else error
            words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            self.problem(path, f"正则表达式“{source}”无法编译（{words}）", "RE2 语法的正则表达式（不支持前后断言和反向引用）")
            return LabelPattern(source, None)
        for missing in (group for group in groups if group not in compiled.groupindex):
            self.problem(path, f"正则表达式“{source}”缺少命名组", f"(?P<{missing}>…)")
        return LabelPattern(source, compiled, tuple(sorted(compiled.groupindex.items(), key=lambda item: item[1])))

    def labels(self, items: Sequence[Mapping[str, Any]], path: Path, key: str) -> Labels:
        index: dict[str, Label] = {}
        made = []
        for i, item in enumerate(items):
            pattern = self.pattern(item["pattern"], (*path, i, "pattern")) if "pattern" in item and "labels" in item else None
            label = Label(item[key], tuple(item["labels"]), bool(item.get("required")), item.get("kind", ""), pattern)
            made.append(label)
            for j, text in enumerate(label.texts):
                folded = fold(text).rstrip(LABEL_END)
                if folded in index:
                    self.problem((*path, i, "labels", j), f"标签“{text}”写了两次", "同一处的标签各不相同")
                index.setdefault(folded, label)
        return Labels(tuple(made), index)

    def one_label(self, data: Mapping[str, Any], key: str, path: Path = ()) -> Labels:
        """Labels that all stand for the same; none if the layout has none."""
        texts = data.get(key, ())
        return self.labels([{"key": key, "labels": texts}] if texts else [], (*path, key), "key")

    def problem(self, path: Path, message: str, expected: str) -> None:
        self.problems.append(Problem(self.place(path), message, expected, code="layout.invalid"))
