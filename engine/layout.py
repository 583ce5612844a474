"""The `form` part of a policy: how a jurisdiction's form is laid out. Labels, patterns and columns are data; this module
turns them into frozen dataclasses, compiles the patterns (RE2: linear time) and matches them tolerantly.

Matching looks at *folded* text: full-width forms made half-width, all kinds of brackets made `()`, white space dropped.
What is handed on is always the raw text, cut out where the folded text matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from engine.errors import Place, PolicyError, Problem, nearest

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]

_FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "〔［【[{｛"), "(") | dict.fromkeys(map(ord, "〕］】]}｝"), ")")
_LABEL_END = ":;,.、。"
_LABEL_LENGTH = 60
"""Longer text is never a label."""


def fold(text: str) -> str:
    """`text` for matching: half-width, brackets as `()`, no white space. One character in, at most one out."""
    return _fold_short(text) if len(text) <= _LABEL_LENGTH else "".join(text.translate(_FOLD).split())


@lru_cache(maxsize=1 << 14)
def _fold_short(text: str) -> str:
    return "".join(text.translate(_FOLD).split())


@dataclass(frozen=True, slots=True)
class Match:
    """Named groups of a match as they stand in the raw text (outer white space dropped), and the raw text matched."""

    groups: Mapping[str, str]
    text: str

    def get(self, name: str) -> str | None:
        return self.groups.get(name)


@dataclass(frozen=True, slots=True)
class Pattern:
    """An RE2 pattern over folded text."""

    source: str
    compiled: Any  # re2 has no type stubs
    groups: tuple[tuple[str, int], ...] = ()
    """Names and numbers of the groups, in the order they stand."""

    def search(self, text: str) -> Match | None:
        return next(self._matches(text, first=True), None)

    def finditer(self, text: str) -> Iterator[Match]:
        return self._matches(text, first=False)

    def _matches(self, text: str, *, first: bool) -> Iterator[Match]:
        folded = fold(text)
        if first:
            found = self.compiled.search(folded)
            hits = [found] if found else []
        else:
            hits = self.compiled.finditer(folded)
        raw: list[int] | None = None
        for hit in hits:
            if raw is None:  # positions of the folded characters in the raw text, wanted only where something matched
                raw = [index for index, char in enumerate(text) if not char.isspace()]
            groups = {
                name: _cut(text, raw, hit.start(number), hit.end(number))
                for name, number in self.groups
                if hit.start(number) >= 0
            }
            yield Match(groups, _cut(text, raw, hit.start(), hit.end()))


    def cut_from(self, text: str) -> str:
        """`text` without the parts that match; here the pattern looks at the raw text."""
        return str(self.compiled.sub("", text)) if self.compiled.search(text) else text


def _cut(text: str, raw: Sequence[int], start: int, end: int) -> str:
    return text[raw[start] : raw[end - 1] + 1].strip() if end > start else ""


def label_keys(text: str) -> Iterator[str]:
    """What a label may be known by: as written, then without bracketed suffixes: 预算数(A), 预算数."""
    folded = fold(text).rstrip(_LABEL_END)
    yield folded
    while folded.endswith(")"):
        depth, start = 0, len(folded)
        while start > 0:
            start -= 1
            depth += {")": 1, "(": -1}.get(folded[start], 0)
            if depth == 0:
                break
        stem = folded[:start].rstrip(_LABEL_END)
        if depth or not stem:
            return
        folded = stem
        yield folded


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its aliases, and what it stands for: a field or key; `kind` if it tells the kind of the form."""

    key: str
    texts: tuple[str, ...]
    required: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by their folded texts."""

    items: tuple[Label, ...]
    index: Mapping[str, Label]

    def find(self, text: str) -> Label | None:
        if len(text) > _LABEL_LENGTH:
            return None
        return next((self.index[key] for key in label_keys(text) if key in self.index), None)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for item in self.items for text in item.texts)

    def find_before_colon(self, text: str) -> tuple[Label, str] | None:
        """The label at the beginning of a cell that holds label and value: 总分：96.82 -> (总分, 96.82)."""
        for end, char in enumerate(text[:_LABEL_LENGTH]):
            if char in ":：\n":
                label = self.find(text[:end])
                return (label, text[end + 1 :].strip()) if label else None
        return None

    @property
    def names(self) -> str:
        """The first text of each label, for messages."""
        return "、".join(item.texts[0] for item in self.items)

    def nearest(self, text: str) -> str:
        return nearest(text, self.texts)


@dataclass(frozen=True, slots=True)
class Title:
    """A form's title. The pattern has the groups `fiscal_year` and `name`, and may have `unit`."""

    kind: str
    pattern: Pattern
    example: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """A pattern with a name: a line above the tables (group `value`)."""

    key: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class BudgetLayout:
    heading: Labels
    columns: Labels
    rows: Labels
    row_patterns: tuple[Keyed, ...]
    """Further names of rows; `key` is the role."""
    weight: tuple[Pattern, ...]
    money_unit: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class GoalHeading:
    """A heading that opens a goal (`goal`) or the indicators of the goal before it (`indicators`).

    `title`: `beside` takes the goal's text from the cells beside the heading, `heading` is the heading itself.
    """

    opens: str
    title: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Heading:
    """How a section heading of some depth looks: group `heading`, and `rest` where text follows on the line."""

    depth: int
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class SectionName:
    """Which key a heading has: the first that fits by depth, key of the section above it (if said) and pattern."""

    key: str
    depth: int
    under: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class ReportLayout:
    start: tuple[Pattern, ...]
    headings: tuple[Heading, ...]
    sections: tuple[SectionName, ...]
    unmet: Labels
    unmet_carry_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementPattern:
    """Something the report may say, and in which sections to look (all if none is named)."""

    key: str
    pattern: Pattern
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole `form` part of a policy."""

    noise: tuple[Pattern, ...]
    """What is cut out of every paragraph and cell. These look at the raw text, not at the folded one."""
    titles: tuple[Title, ...]
    name_drop: tuple[Pattern, ...]
    head: tuple[Keyed, ...]
    header: Labels
    budget: BudgetLayout
    goal_headings: tuple[GoalHeading, ...]
    columns: Labels
    weight: tuple[Pattern, ...]
    """Weight in brackets after the name of an indicator or group: groups `name` and `weight`."""
    closing: Labels
    note_item: Pattern
    attachment: tuple[Pattern, ...]
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
                Title(item.get("kind", ""), pattern, item["example"])
                for item, pattern in self.items(data, "titles", (), "fiscal_year", "name")
            ),
            name_drop=self.patterns(data, "name_drop"),
            head=tuple(Keyed(item["key"], pattern) for item, pattern in self.items(data, "head", (), "value")),
            header=self.labels(data.get("header", ()), ("header",), "key"),
            budget=BudgetLayout(
                heading=self.labels([{"key": "heading", "labels": budget["heading"]}], ("budget", "heading"), "key"),
                columns=self.labels(budget["columns"], ("budget", "columns"), "field"),
                rows=self.labels([row for row in rows if "labels" in row], ("budget", "rows"), "role"),
                row_patterns=tuple(Keyed(item["role"], pattern) for item, pattern in self.items(budget, "rows", ("budget",))),
                weight=self.patterns(budget, "weight", ("budget",), "weight"),
                money_unit=self.patterns(budget, "money_unit", ("budget",), "unit"),
            ),
            goal_headings=tuple(
                GoalHeading(item["opens"], item.get("title", "heading"), pattern)
                for item, pattern in self.items(goals, "headings", ("goals",))
            ),
            columns=self.labels(indicators["columns"], ("indicators", "columns"), "field"),
            weight=self.patterns(indicators, "weight", ("indicators",), "name", "weight"),
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

    def patterns(self, data: Mapping[str, Any], key: str, path: Path = (), *groups: str) -> tuple[Pattern, ...]:
        return tuple(self.pattern(source, (*path, key, i), *groups) for i, source in enumerate(data.get(key, ())))

    def items(self, data: Mapping[str, Any], key: str, path: Path, *groups: str) -> Iterator[tuple[Mapping[str, Any], Pattern]]:
        """The items of a list that have a pattern, each with the pattern compiled."""
        for i, item in enumerate(data.get(key, ())):
            if "pattern" in item:
                yield item, self.pattern(item["pattern"], (*path, key, i, "pattern"), *groups)

    def pattern(self, source: str, path: Path, *groups: str) -> Pattern:
        options = re2.Options()
        options.log_errors = False
        try:
            compiled = re2.compile(source, options)
        except re2.error as error:
            words = error.args[0] if error.args else error
            words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            self.problem(path, f"正则表达式“{source}”无法编译（{words}）", "RE2 语法的正则表达式（不支持前后断言和反向引用）")
            return Pattern(source, None)
        for missing in (group for group in groups if group not in compiled.groupindex):
            self.problem(path, f"正则表达式“{source}”缺少命名组", f"(?P<{missing}>…)")
        return Pattern(source, compiled, tuple(sorted(compiled.groupindex.items(), key=lambda item: item[1])))

    def labels(self, items: Sequence[Mapping[str, Any]], path: Path, key: str) -> Labels:
        index: dict[str, Label] = {}
        made = []
        for i, item in enumerate(items):
            label = Label(item[key], tuple(item["labels"]), bool(item.get("required")), item.get("kind", ""))
            made.append(label)
            for j, text in enumerate(label.texts):
                folded = fold(text).rstrip(_LABEL_END)
                if folded in index:
                    self.problem((*path, i, "labels", j), f"标签“{text}”写了两次", "同一处的标签各不相同")
                index.setdefault(folded, label)
        return Labels(tuple(made), index)

    def problem(self, path: Path, message: str, expected: str) -> None:
        self.problems.append(Problem(self.place(path), message, expected, code="layout.invalid"))
