"""The `form` part of a policy compiled: labels folded and indexed, wordings and regular expressions made into RE2 (linear time)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import re2

from engine.errors import Place, PolicyError, Problem
from engine.forms.labels import LABEL_END, Label, LabelPattern, Labels, fold
from engine.forms.model import (
    BudgetLayout,
    Composition,
    GoalHeading,
    Heading,
    Keyed,
    Layout,
    Look,
    Marks,
    ReportLayout,
    SectionName,
    StatementPattern,
    Title,
)
from engine.forms.places import PlaceWords
from engine.forms.wordings import Placeholder, WordingError, regex

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]
Rule = str | Mapping[str, Any]
"""A pattern as written: a regular expression, or an entry with `pattern` or `wording`."""

_NEEDED: tuple[Path, ...] = (
    ("titles",),
    ("budget", "heading"),
    ("budget", "columns"),
    ("budget", "rows"),
    ("goals", "headings"),
    ("indicators", "columns"),
    ("closing",),
)


def _nowhere(path: Path) -> Place:
    return Place(path=".".join(map(str, ("form", *path))))


def layout(data: Mapping[str, Any], place: PlaceOf = _nowhere) -> Layout:
    """The layout from the value of `form` (already checked against form.schema.json). `place` tells where a path stands.

    Raises PolicyError with every pattern that does not compile or lacks a group, every unknown placeholder, every label given
    twice, and every part that no form can do without.
    """
    build = _Build(place)
    build.check_whole(data)
    result = build.layout(data) if not build.problems else None
    if build.problems or result is None:
        raise PolicyError(build.problems)
    return result


def fits(data: Mapping[str, Any], wording: str, text: str) -> bool:
    """Whether a wording of the layout, taken as a whole, fits a text; one that is wrong fits none."""
    build = _Build(_nowhere)
    build.read_placeholders(data.get("placeholders", {}))
    found = build.pattern({"wording": wording}, ()).compiled
    return found is not None and found.search(fold(text)) is not None


def _composition(data: Mapping[str, Any] | None) -> Composition | None:
    if data is None:
        return None
    operators, words, no_unit, shares, directions = (
        frozenset(map(fold, data.get(name, ()))) for name in ("operators", "words", "no_unit", "share_units", "directions")
    )
    meaning = {fold(word): sign for word, sign in data.get("meaning", {}).items()}
    return Composition(operators, words, no_unit, shares, tuple(data.get("scales", ())), meaning, directions)


@lru_cache(maxsize=2_048)
def _re2(source: str) -> Any:
    """The pattern compiled, each once: those of the layouts that are held against a file are many and mostly the same. Re2 by
    itself remembers 128."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(source, options)


class _Build:
    """Building a layout: the problems found on the way."""

    def __init__(self, place: PlaceOf) -> None:
        self.place = place
        self.problems: list[Problem] = []
        self.known: dict[str, Placeholder] = {}

    def check_whole(self, data: Mapping[str, Any]) -> None:
        for path in _NEEDED:
            node: Any = data
            for key in path:
                node = node.get(key) if isinstance(node, Mapping) else None
            if not node:
                self.problem(path[:1], f"版式缺少 {'.'.join(map(str, path))}", "写上；或 extends: [common/form]，只写本地自己的")

    def layout(self, data: Mapping[str, Any]) -> Layout:
        self.read_placeholders(data.get("placeholders", {}))
        budget, goals, indicators = data["budget"], data["goals"], data["indicators"]
        notes, marks = data.get("notes", {}), data.get("marks", {})
        rows = budget["rows"]
        return Layout(
            noise=self.patterns(data, "noise", whole=False),
            titles=tuple(
                Title(item.get("kind", ""), pattern, item["example"], bool(item.get("unconfirmed")))
                for item, pattern in self.items(data, "titles", (), "name", also=("fiscal_year", "unit"))
            ),
            not_titles=tuple(map(fold, data.get("not_titles", ()))),
            not_bodies=self.patterns(data, "not_bodies"),
            places=PlaceWords(
                tuple(map(str, data.get("places", {}).get("endings", ()))),
                tuple(map(str, data.get("places", {}).get("others", ()))),
            ),
            name_drop=self.patterns(data, "name_drop", whole=False),
            head=tuple(Keyed(item["key"], pattern) for item, pattern in self.items(data, "head", (), "value")),
            header=self.labels(data.get("header", ()), ("header",), "key"),
            tasks=self.one_label(data, "tasks"),
            budget=BudgetLayout(
                heading=self.labels([{"key": "heading", "labels": budget["heading"]}], ("budget", "heading"), "key"),
                columns=self.labels(budget["columns"], ("budget", "columns"), "field"),
                rows=self.labels([row for row in rows if "labels" in row], ("budget", "rows"), "role"),
                row_patterns=tuple(Keyed(item["role"], pattern) for item, pattern in self.items(budget, "rows", ("budget",))),
                weight=self.patterns(budget, "weight", ("budget",), "weight"),
                money_unit=self.patterns(budget, "money_unit", ("budget",), "unit", whole=False),
            ),
            goal_headings=tuple(
                GoalHeading(
                    item["opens"],
                    item.get("title", "heading"),
                    pattern,
                    self.labels(item.get("columns", ()), ("goals", "headings", "columns"), "field"),
                )
                for item, pattern in self.items(goals, "headings", ("goals",), also=("number", "weight"))
            ),
            goal_columns=self.labels(goals.get("columns", ()), ("goals", "columns"), "field"),
            blocks=self.one_label(data, "blocks"),
            columns=self.labels(indicators["columns"], ("indicators", "columns"), "field"),
            stand_ins=self.labels(indicators.get("stand_ins", ()), ("indicators", "stand_ins"), "field"),
            other_times=self.patterns(indicators, "other_times", ("indicators",), whole=False),
            whole_year=self.patterns(indicators, "whole_year", ("indicators",), whole=False),
            other_columns=self.one_label(indicators, "other_columns", ("indicators",)),
            subtotals=self.one_label(indicators, "subtotals", ("indicators",)),
            level1=self.one_label(indicators.get("levels", {}), "level1", ("indicators", "levels")),
            level2=self.one_label(indicators.get("levels", {}), "level2", ("indicators", "levels")),
            filler=self.patterns(indicators, "filler", ("indicators",)),
            numbering=self.patterns(indicators, "numbering", ("indicators",), "rest"),
            weight=self.patterns(indicators, "weight", ("indicators",), "name", "weight", also=("rest",)),
            weight_if_all=self.patterns(indicators, "weight_if_all", ("indicators",), "name", "weight"),
            weight_cells=self.patterns(indicators, "weight_cells", ("indicators",), "weight"),
            part=self.patterns(indicators, "part", ("indicators",)),
            parent=self.patterns(indicators, "parent", ("indicators",)),
            composition=_composition(indicators.get("composition")),
            closing=self.labels(data["closing"], ("closing",), "field"),
            grades=self.one_label(data, "grades"),
            note_item=self.pattern(notes.get("item", "^[0-9]+[.、]"), ("notes", "item")),
            attachment=self.patterns(data, "attachment"),
            report=self._report(data.get("report", {})),
            statements=tuple(
                StatementPattern(item["key"], pattern, tuple(item.get("sections", ())))
                for item, pattern in self.items(data, "statements", (), also=None, whole=False)
            ),
            money=self.one_label(data, "money"),
            department_name=data.get("department_name", ""),
            looks=tuple(Look(item["name"], self.wordings(item, ("looks", n))) for n, item in enumerate(data.get("looks", ()))),
            marks=Marks(marks.get("at_least", 0), self.patterns(marks, "of", ("marks",))),
        )

    def _report(self, report: Mapping[str, Any]) -> ReportLayout:
        unmet = report.get("unmet", {})
        return ReportLayout(
            start=self.patterns(report, "start", ("report",)),
            headings=tuple(
                Heading(item["depth"], pattern)
                for item, pattern in self.items(report, "headings", ("report",), "heading", also=("rest",))
            ),
            sections=tuple(
                SectionName(item["key"], item["depth"], item.get("under", ""), pattern)
                for item, pattern in self.items(report, "sections", ("report",), whole=False)
            ),
            unmet=self.labels(unmet.get("columns", ()), ("report", "unmet", "columns"), "field"),
            unmet_carry_down=tuple(unmet.get("carry_down", ())),
        )

    # placeholders

    def read_placeholders(self, data: Mapping[str, Any]) -> None:
        """What words in braces stand for. One may be made of others that stand before it."""
        for name, item in data.items():
            path: Path = ("placeholders", name)
            if "words" in item:
                source = "|".join(self._source({"wording": word}, (*path, "words", n)) for n, word in enumerate(item["words"]))
            else:
                source = self._source(item, path)
            self._compiled(source, path)
            self.known[name] = Placeholder(name, source, item.get("group", ""), item.get("title", ""))

    # patterns

    def patterns(
        self, data: Mapping[str, Any], key: str, path: Path = (), *groups: str, also: Collection[str] = (), whole: bool = True
    ) -> tuple[LabelPattern, ...]:
        return tuple(
            self.pattern(rule, (*path, key, i), *groups, also=also, whole=whole) for i, rule in enumerate(data.get(key, ()))
        )

    def wordings(self, item: Mapping[str, Any], path: Path) -> tuple[LabelPattern, ...]:
        return tuple(self.pattern({"wording": text}, (*path, "wordings", n)) for n, text in enumerate(item.get("wordings", ())))

    def items(
        self,
        data: Mapping[str, Any],
        key: str,
        path: Path,
        *groups: str,
        also: Collection[str] | None = (),
        whole: bool = True,
    ) -> Iterator[tuple[Mapping[str, Any], LabelPattern]]:
        """The items of a list that are found by a pattern, each with the pattern compiled; `also` None keeps every group."""
        for i, item in enumerate(data.get(key, ())):
            if "pattern" in item or "wording" in item:
                yield item, self.pattern(item, (*path, key, i), *groups, also=also, whole=whole)

    def pattern(self, rule: Rule, path: Path, *groups: str, also: Collection[str] | None = (), whole: bool = True) -> LabelPattern:
        """The pattern a rule writes. `groups` it must have, `also` it may have; `whole`: a wording is all of the text."""
        where = path if isinstance(rule, str) else (*path, "wording" if "wording" in rule else "pattern")
        kept = [found.group for found in self.known.values()] if also is None else [*groups, *also]
        before = len(self.problems)
        source = self._source(rule, path, kept, whole=whole, anchored=True)
        compiled = self._compiled(source, where)
        if compiled is None or len(self.problems) > before:
            return LabelPattern(source, None)
        for missing in (group for group in groups if group not in compiled.groupindex):
            if isinstance(rule, str) or "pattern" in rule:
                self.problem(where, f"正则表达式“{source}”缺少命名组", f"(?P<{missing}>…)")
            else:
                names = [f"{{{found.name}}}" for found in self.known.values() if found.group == missing]
                self.problem(where, f"“{rule['wording']}”缺少 {missing}", "、".join(names) or f"(?P<{missing}>…)")
        return LabelPattern(source, compiled, tuple(sorted(compiled.groupindex.items(), key=lambda item: item[1])))

    def _source(self, rule: Rule, path: Path, groups: Collection[str] = (), *, whole: bool = False, anchored: bool = False) -> str:
        if isinstance(rule, str):
            return rule
        if "pattern" in rule:
            return str(rule["pattern"])
        try:
            return regex(rule["wording"], self.known, groups, whole=whole and anchored)
        except WordingError as error:
            place = self.place((*path, "wording"))
            self.problems.append(Problem(place, error.message, error.expected, error.nearest, code="layout.wording"))
            return ""

    def _compiled(self, source: str, path: Path) -> Any:  # Any: re2 has no types
        try:
            return _re2(source)
        except re2.error as error:
            words = error.args[0] if error.args else error
            words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
            self.problem(path, f"正则表达式“{source}”无法编译（{words}）", "RE2 语法的正则表达式（不支持前后断言和反向引用）")
            return None

    # labels

    def labels(self, items: Sequence[Mapping[str, Any]], path: Path, key: str) -> Labels:
        index: dict[str, Label] = {}
        made = []
        for i, item in enumerate(items):
            label = Label(
                item[key],
                tuple(item["labels"]),
                bool(item.get("required")),
                item.get("kind", ""),
                self._further(item, (*path, i)),
                bool(item.get("unconfirmed")),
            )
            made.append(label)
            for j, text in enumerate(label.texts):
                folded = fold(text).rstrip(LABEL_END)
                if folded in index:
                    self.problem((*path, i, "labels", j), f"标签“{text}”写了两次", "同一处的标签各不相同")
                index.setdefault(folded, label)
        return Labels(tuple(made), index)

    def _further(self, item: Mapping[str, Any], path: Path) -> LabelPattern | None:
        """Further wordings of a label beside those written out, as one pattern."""
        rules: list[tuple[Rule, Path]] = [({"pattern": item["pattern"]}, path)] if "pattern" in item else []
        rules += [({"wording": text}, (*path, "wordings", n)) for n, text in enumerate(item.get("wordings", ()))]
        if not rules:
            return None
        sources = [self._source(rule, where, whole=True, anchored=True) for rule, where in rules]
        return self.pattern("|".join(f"(?:{source})" for source in sources), path)

    def one_label(self, data: Mapping[str, Any], key: str, path: Path = ()) -> Labels:
        """Labels that all stand for the same; none if the layout has none."""
        texts = data.get(key, ())
        return self.labels([{"key": key, "labels": texts}] if texts else [], (*path, key), "key")

    def problem(self, path: Path, message: str, expected: str) -> None:
        self.problems.append(Problem(self.place(path), message, expected, code="layout.invalid"))
