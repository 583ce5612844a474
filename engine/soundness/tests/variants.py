"""Tests like a given one, with one thing of its record changed: a number moved to where something changes over, a word put in or
taken out, a row more or less.

They are candidates only. Whoever asks for them runs them and keeps what shows something.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from engine.soundness.tests.records import change

_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_ROW = ("target", "actual", "score", "weight")
_LINE = ("executed", "budget", "score", "rate")
_TEXTS = ("name", "actual", "target", "level1", "level2", "reason")
_PLACES = 4
"""Decimals of a number that a form may hold."""
MOST_LEAVES = 60
MOST_STEPS = 6
"""Numbers that are tried for one goal of a measure."""
PAIR = 2
Measure = Callable[[Mapping[str, Any]], Fraction | None]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A cell of a record, or of the one row of a test of a case, by the path that a test's `change` names it with."""

    path: str
    text: str

    def number(self) -> Fraction | None:
        found = _NUMBER.search(self.text)
        return Fraction(found[0].replace(",", "")) if found else None

    def with_number(self, value: Fraction) -> str | None:
        """The text with another number in place of its first; None for one a form would not hold."""
        scaled = value * 10**_PLACES
        if scaled.denominator != 1:
            return None
        number = format((Decimal(scaled.numerator).scaleb(-_PLACES)).normalize(), "f")
        return _NUMBER.sub(lambda _: number, self.text, count=1)


def leaves(test: Mapping[str, Any], record: Any) -> Iterator[Leaf]:
    """The cells a test can change, those it changes itself first."""
    if "case" in test:
        part = "indicator" if "indicator" in test else "budget"
        yield from (
            Leaf(f"{part}.{key}", str(value)) for key, value in test[part].items() if isinstance(value, str | int | Decimal)
        )
        return
    found = list(_cells(record))
    touched = [path.rpartition(".")[0] for path in test.get("change", {})]
    found.sort(key=lambda leaf: not any(leaf.path.startswith(path) for path in touched if path))
    yield from found


def _cells(record: Any) -> Iterator[Leaf]:
    for number, form in enumerate(record.get("forms", [])):
        at = f"forms[{number}]"
        for place, line in enumerate(form.get("budget", [])):
            yield from _of(line, f"{at}.budget[{place}]", _LINE)
        yield from _of(form, at, ("total", "grade"))
        for goal_number, goal in enumerate(form.get("goals", [])):
            inside = f"{at}.goals[{goal_number}]"
            for place, row in enumerate(goal.get("indicators", [])):
                yield from _of(row, f"{inside}.indicators[{place}]", (*_ROW, *_TEXTS))
            for place, group in enumerate(goal.get("groups", [])):
                yield from _of(group, f"{inside}.groups[{place}]", ("weight",))
            yield from _of(goal, inside, ("weight",))
        for place, said in enumerate(form.get("statements", [])):
            for key, value in said.get("fields", {}).items():
                if isinstance(value, str):
                    yield Leaf(f"{at}.statements[{place}].fields.{key}", value)


def _of(part: Mapping[str, Any], path: str, keys: Iterable[str]) -> Iterator[Leaf]:
    yield from (
        Leaf(f"{path}.{key}", str(part[key])) for key in dict.fromkeys(keys) if isinstance(part.get(key), str | int | Decimal)
    )


def changed(test: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The test with one cell changed."""
    out = copy.deepcopy(dict(test))
    if "case" in test:
        part, _, key = path.partition(".")
        out[part][key] = value
    else:
        out["change"] = {**out.get("change", {}), path: value}
    return out


def moved(test: Mapping[str, Any], record: Any, numbers: Iterable[Fraction] = ()) -> Iterator[dict[str, Any]]:
    """Each number of the test's row at 0, below 0, at what it is held against, and at `numbers`."""
    wanted = list(dict.fromkeys([*numbers, Fraction(0), Fraction(-1)]))
    listed = [leaf for leaf in leaves(test, record) if leaf.number() is not None]
    rows: dict[str, list[Leaf]] = {}
    for leaf in listed[:MOST_LEAVES]:
        rows.setdefault(leaf.path.rpartition(".")[0], []).append(leaf)
    for row in rows.values():
        for leaf in row:
            beside = [other.number() for other in row if other is not leaf]
            for value in dict.fromkeys([*wanted, *(one for one in beside if one is not None)]):
                if value != leaf.number() and (text := leaf.with_number(value)) is not None:
                    yield changed(test, leaf.path, text)


def paired(test: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The one row of a test of a case with target and actual both at 0, beside it, and below."""
    both = [leaf for leaf in leaves(test, {}) if leaf.path.rpartition(".")[2] in ("target", "actual", "budget", "executed")]
    for one in (0, -1, 1, 2):
        for other in (0, -1, 1, 2):
            if len(both) == PAIR and all(leaf.number() is not None for leaf in both):
                texts = [leaf.with_number(Fraction(value)) for leaf, value in zip(both, (one, other), strict=True)]
                yield changed(changed(test, both[0].path, texts[0]), both[1].path, texts[1])


def reaching(test: Mapping[str, Any], record: Any, measure: Measure, goals: Iterable[Fraction]) -> Iterator[dict[str, Any]]:
    """The test with one number moved so that `measure` is exactly one of `goals`: what is measured is taken for a quotient of two
    things that the number adds to, and tried."""
    start = measure(test)
    if start is None:
        return
    for leaf in [leaf for leaf in leaves(test, record) if leaf.number() is not None][:MOST_LEAVES]:
        x0 = leaf.number()
        assert x0 is not None
        points = [(x0, start)]
        for x in (x0 + 1, x0 * 2 + 3):
            text = leaf.with_number(x)
            value = measure(changed(test, leaf.path, text)) if text is not None else None
            if value is not None:
                points.append((x, value))
        if len(points) < 2 or all(value == start for _, value in points):
            continue
        for goal in goals:
            if (found := _reached(test, leaf, measure, points, goal)) is not None:
                yield found


def _reached(
    test: Mapping[str, Any], leaf: Leaf, measure: Measure, points: list[tuple[Fraction, Fraction]], goal: Fraction
) -> dict[str, Any] | None:
    """The test with the leaf's number where `measure` is at the goal. A measure may be rounded, as rates are: what is solved of its
    values then lies beside, and is solved again of those nearer to the goal."""
    known, tried = dict(points), {x for x, _ in points}
    waiting = list(_solved(points, goal))
    for _ in range(MOST_STEPS):
        x = next((x for x in map(_held, waiting) if x not in tried), None)
        text = leaf.with_number(x) if x is not None else None
        if x is None or text is None:
            return None
        tried.add(x)
        value = measure(trial := changed(test, leaf.path, text))
        if value == goal:
            return trial
        if value is not None:
            known[x] = value
            near = sorted(known.items(), key=lambda point: abs(point[1] - goal))
            waiting += _solved(near[:3], goal)
    return None


def _held(value: Fraction) -> Fraction:
    """The nearest that a form would hold: as it is, or in hundredths."""
    return value if (value * 10**_PLACES).denominator == 1 else round(value, 2)


def _solved(points: list[tuple[Fraction, Fraction]], goal: Fraction) -> Iterator[Fraction]:
    """Where a straight line, or a hyperbola, through the points is at the goal."""
    (a, fa), (b, fb) = points[0], points[1]
    if fa != fb:
        yield a + (goal - fa) * (b - a) / (fb - fa)
    if len(points) > 2:
        c, fc = points[2]
        # f = (p x + q) / (x + r): p x + q - f r = f x at three points
        rows = [[x, Fraction(1), -f, f * x] for x, f in ((a, fa), (b, fb), (c, fc))]
        solved = _gauss(rows)
        if solved is not None and solved[0] != goal:
            p, q, r = solved
            yield (goal * r - q) / (p - goal)


def _gauss(rows: list[list[Fraction]]) -> tuple[Fraction, Fraction, Fraction] | None:
    for column in range(3):
        pivot = next((row for row in range(column, 3) if rows[row][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(3):
            if row != column:
                factor = rows[row][column]
                rows[row] = [one - factor * other for one, other in zip(rows[row], rows[column], strict=True)]
    return rows[0][3], rows[1][3], rows[2][3]


def worded(test: Mapping[str, Any], record: Any, words: Iterable[str], others: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """Each text of the test's rows with a word in place of one of `others` that stands in it, as the text, and behind it; and
    with none of them."""
    listed = [leaf for leaf in leaves(test, record) if leaf.path.rpartition(".")[2] in (*_TEXTS, "grade")][:MOST_LEAVES]
    known = sorted(set(others), key=len, reverse=True)
    for word in words:
        for leaf in listed:
            inside = next((other for other in known if other and other in leaf.text), "")
            for text in dict.fromkeys(
                [leaf.text.replace(inside, word) if inside else word, word, f"{leaf.text}{word}", f"{word}{leaf.text}"]
            ):
                if text != leaf.text:
                    yield changed(test, leaf.path, text)
    for leaf in listed:
        text = leaf.text
        for other in known:
            text = text.replace(other, "")
        if text != leaf.text:
            yield changed(test, leaf.path, text or "其他事项")


def rolled_up(
    test: Mapping[str, Any], numbers: Iterable[Fraction], words: Iterable[str], others: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """A roll-up's test with the indicator called otherwise everywhere, measured otherwise everywhere, or with other numbers."""
    children = test["children"]
    rows = [child.get("indicator") for child in children]
    if not all(isinstance(row, Mapping) for row in rows):
        return

    def everywhere(key: str, made: Callable[[str], str]) -> dict[str, Any]:
        out = copy.deepcopy(dict(test))
        for child in out["children"]:
            if key in child["indicator"]:
                child["indicator"][key] = made(str(child["indicator"][key]))
        return out

    known = sorted(set(others), key=len, reverse=True)
    for word in words:
        for key, before, after in (
            ("name", "", "情况"),
            ("name", "*", ""),
            ("name", "", "*"),
            ("actual", "", ""),
            ("target", "", ""),
        ):
            yield everywhere(key, partial(_around, word, before, after))
        for other in known:
            yield everywhere("name", partial(_instead, other, word))
        both = everywhere("actual", partial(_measured, word))
        for child in both["children"]:
            if "target" in child["indicator"]:
                child["indicator"]["target"] = _measured(word, str(child["indicator"]["target"]))
        yield both
        for form in ("form", "goal"):
            out = copy.deepcopy(dict(test))
            for child in out["children"]:
                child[form] = f"{child.get(form, '经费')}{word}"
            yield out
    for number in numbers:
        for place in range(len(children)):
            for value in (number, 100 + number, 100 - number, 100 * number, 10 * number):
                scaled = value * 10**_PLACES
                if scaled.denominator == 1:
                    out = copy.deepcopy(dict(test))
                    row = out["children"][place]["indicator"]
                    row["actual"] = Leaf("", str(row.get("actual", "10"))).with_number(value) or "10"
                    yield out


_AROUND = (("name", "", "情况"), ("name", "*", ""), ("name", "", "*"), ("actual", "", ""), ("target", "", ""))


def _around(word: str, before: str, after: str, text: str) -> str:
    """The word between two texts, of which `*` stands for what was there."""
    return before.replace("*", text) + word + after.replace("*", text)


def _instead(other: str, word: str, text: str) -> str:
    return text.replace(other, word)


def _measured(unit: str, text: str) -> str:
    """The first number of a text, in another unit."""
    found = _NUMBER.search(text)
    return (text[: found.end()] if found else "10") + unit


def reshaped(test: Mapping[str, Any], record: Any) -> Iterator[dict[str, Any]]:
    """The test with rows of a form taken away or doubled, or with a cell left out."""
    if "case" in test:
        return
    for form_number, form in enumerate(record.get("forms", [])):
        for goal_number, goal in enumerate(form.get("goals", [])):
            path = f"forms[{form_number}].goals[{goal_number}].indicators"
            rows = goal.get("indicators", [])
            for fewer in range(1, len(rows)):
                yield changed(test, path, copy.deepcopy(rows[:-fewer]))
            for place, row in enumerate(rows):
                if len(rows) > 1:
                    yield changed(test, f"{path}[{place}]", None)
                for more in (1, 2, 3, 5):
                    yield changed(
                        test,
                        path,
                        [
                            *copy.deepcopy(rows),
                            *({**copy.deepcopy(row), "name": f"{row.get('name', '')}{n + 1}"} for n in range(more)),
                        ],
                    )
                for key in row:
                    yield changed(test, f"{path}[{place}].{key}", None)
        for key in form:
            if key not in ("kind", "goals", "name"):
                yield changed(test, f"forms[{form_number}].{key}", None)


def record_of(test: Mapping[str, Any], bases: Mapping[str, Any]) -> Any:
    """The record a test is about, with its changes made; nothing for a test of a case."""
    if "case" in test or "base" not in test:
        return {}
    data = copy.deepcopy(bases[test["base"]])
    for path, value in test.get("change", {}).items():
        change(data, path, value)
    return data
