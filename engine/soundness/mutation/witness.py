"""An input of which two policies make something different, and the test that would have noticed; or how many inputs show none."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from engine.policy.library import Library
from engine.policy.model import Policy
from engine.soundness.mutation.concerned import Rank
from engine.soundness.mutation.model import Mutant
from engine.soundness.mutation.outcomes import Outcome, outcome
from engine.soundness.mutation.trial import ordered
from engine.soundness.tests import variants
from engine.soundness.tests.expected import OF_FINDING
from engine.soundness.tests.proposals import Proposal
from engine.soundness.tests.records import Unusable
from engine.soundness.tests.running import Running, TestFile
from engine.soundness.tests.trials import reach
from engine.yaml.reader import YamlDocument

MOST_TESTS = 40
"""Tests whose inputs are varied in search of a difference."""
MOST_VARIANTS = 120
"""Variants of one of them."""
MIXED = 400
"""Rows put together from those of different tests."""
_WHOLE = ("order", "dropped", "condition-dropped", "exception-dropped", "turned", "boundary", "value", "yes-no", "moved")
_WORD = re.compile(r"[\u4e00-\u9fff]+|%|/")
MOST_WORDS = 8
MOST_PATTERN = 1_000
_ROLLED = ("actual", "target", "weight", "computed", "allowed", "status", "met", "basis")
_SCORED = ("computed", "allowed", "status", "basis", "met", "direction", "direction_ground", "certain", "attainment")


@dataclass(frozen=True, slots=True)
class Search:
    """A proposal, if an input was found; and how many were tried."""

    proposal: Proposal | None
    inputs: int
    different: bool = False
    """Whether some input shows a difference, even one that no test could expect."""


class Witnesses:
    """Searches for one policy. Close it after use."""

    def __init__(self, policy: Policy, where: Library) -> None:
        self.running = Running(policy, where, [], durable=False)
        self.known: dict[tuple[str, int], Outcome] = {}
        self.names = {test["test"] for file in self.running.files for test in file.document.data["tests"]}

    def close(self) -> None:
        self.running.checker.close()

    def search(self, mutant: Mutant, other: Policy, library: Library, rank: Rank, document: YamlDocument) -> Search:
        """An input that tells the policy from the `other`, which has the slip in it."""
        with Running(other, library, [], durable=False) as slipped:
            files = {file.document.file.rpartition("/tests/")[2] + file.owner: file for file in slipped.files}
            pairs = [(file, files[file.document.file.rpartition("/tests/")[2] + file.owner], test, index)
                     for file, test, index in ordered(self.running, rank) if "written" not in test]  # fmt: skip
            tried, different = 0, False
            for file, there, test, index in pairs:
                key = file.document.file, index
                if key not in self.known:
                    self.known[key] = outcome(file, test)
                tried += 1
                now = outcome(there, test)
                if now != self.known[key]:
                    different = True
                    if proposal := self._proposed(file, there, test, self.known[key], now, mutant, as_it_is=True):
                        return Search(proposal, tried, True)
            for file, there, test in self._candidates(mutant, pairs, document):
                tried += 1
                before, now = outcome(file, test), outcome(there, test)
                if before != now and "error" not in before:
                    different = True
                    if proposal := self._proposed(file, there, test, before, now, mutant):
                        return Search(proposal, tried, True)
            return Search(None, tried, different)

    # --- inputs ------------------------------------------------------------------------------------------------------

    def _candidates(
        self, mutant: Mutant, pairs: Sequence[tuple[TestFile, TestFile, Mapping[str, Any], int]], document: YamlDocument
    ) -> Iterator[tuple[TestFile, TestFile, dict[str, Any]]]:
        numbers, words, listed = _of(mutant, document)
        near = [pair for pair in pairs if "rollup" not in pair[2] and "total" not in pair[2]]
        if mutant.path[0] == "rollup" or not near:
            for file, there, test, _ in [pair for pair in pairs if "rollup" in pair[2]]:
                for trial in variants.rolled_up(test, numbers, words, listed):
                    yield file, there, trial
            return
        if words:
            for file, there, test, _ in [pair for pair in pairs if "rollup" in pair[2]][:MOST_TESTS]:
                for trial in variants.rolled_up(test, (), words, listed):
                    yield file, there, trial
        for file, there, test, _ in near[:MOST_TESTS]:
            try:
                record = variants.record_of(test, file.bases)
            except Unusable:
                continue
            for trial in islice(self._variants(file, test, record, numbers, words, listed), MOST_VARIANTS):
                yield file, there, trial
        yield from _mixed([pair for pair in near if "indicator" in pair[2]])
        if mutant.path[0] == "grades":
            for number in numbers:
                for total in (number, number - Fraction(1, 100)):
                    file, there = pairs[0][0], pairs[0][1]
                    yield file, there, {"test": f"总分 {_plain(total)}", "total": _plain(total), "expect": {}}

    def _variants(
        self,
        file: TestFile,
        test: Mapping[str, Any],
        record: Any,
        numbers: Sequence[Fraction],
        words: Sequence[str],
        listed: Sequence[str],
    ) -> Iterator[dict[str, Any]]:
        if words:
            yield from variants.worded(test, record, words, listed)
        if numbers and "rule" in test and test["rule"] in file.policy.rules.rules:
            for scope in self.running.details.of_rule(test["rule"]):
                for condition, key, _ in scope.subjects():
                    if key.startswith("edge:") and isinstance(condition.test.value, Decimal):
                        yield from islice(reach(file, test, record, scope, condition.test.field, numbers), 6)
        yield from islice(variants.moved(test, record, numbers), 60)
        if "case" in test:
            yield from variants.paired(test)
        else:
            yield from islice(variants.reshaped(test, record), 60)

    # --- what is proposed --------------------------------------------------------------------------------------------

    def _proposed(
        self,
        file: TestFile,
        there: TestFile,
        test: Mapping[str, Any],
        before: Outcome,
        now: Outcome,
        mutant: Mutant,
        *,
        as_it_is: bool = False,
    ) -> Proposal | None:
        """A test of this input that holds of the one policy and not of the other."""
        for expecting in _expecting(test, before, now):
            if expecting["test"] in self.names or not as_it_is:
                expecting["test"] = self._name(f"{test['test']}（{mutant.what}）")
            one, two = file.tried(expecting, self.running.policy.id), there.tried(expecting, self.running.policy.id)
            if one is not None and one.passed and (two is None or not two.passed):
                self.names.add(expecting["test"])
                return Proposal(expecting, (), expecting.get("rule") or expecting.get("case") or "")
        return None

    def _name(self, wanted: str) -> str:
        name, number = wanted[:150], 2
        while name in self.names:
            name, number = f"{wanted[:150]}（{number}）", number + 1
        return name


def _expecting(test: Mapping[str, Any], before: Outcome, now: Outcome) -> Iterator[dict[str, Any]]:
    """Tests of the input that expect what differs."""
    if "total" in test:
        yield {**test, "expect": {key: before[key] for key in ("grade", "basis") if before.get(key)}}
        return
    if "rollup" in test:
        yield from _of_rollup(test, before, now)
        return
    if "case" in test:
        case = before.get("case")
        expect = {key: _written(before[key]) for key in _SCORED if before.get(key) is not None and before.get(key) != now.get(key)}
        if case:
            yield {**test, "case": case, "expect": {**expect, "status": before["status"]}}
        for key, name in before.items():
            if key.startswith("case of ") and name != now.get(key) and not name.endswith("."):
                yield {**test, "case": name, "expect": expect or {"status": before["status"]}}
        return
    kept = {key: value for key, value in test.items() if key in ("test", "base", "change", "earlier", "approved")}
    for key in dict.fromkeys([*before, *now]):
        if not key.startswith("finding of ") or before.get(key) == now.get(key):
            continue
        rule, found, others = key.removeprefix("finding of "), before.get(key, []), now.get(key, [])
        if len(found) != len(others):
            yield {**kept, "rule": rule, "fires": len(found)}
        for one in found:
            if one not in others:
                finding = {name: one[name] for name in ("severity", "category", "basis", "message") if one[name]}
                wrong = {name: one[name] for name in OF_FINDING if one[name] and all(one[name] != o[name] for o in others)}
                yield {**kept, "rule": rule, "fires": len(found), "subject": one["subject"], "finding": {**finding, **wrong}}
    if before.get("form 0") != now.get("form 0") and "form 0" in before:
        (total, _, _, _, _), grade, basis, (execution, *_) = before["form 0"]
        form = {"total": total, "grade": grade, "basis": basis, "execution": execution}
        yield {**kept, "form": {name: _written(value) for name, value in form.items() if value not in (None, "")}}


def _of_rollup(test: Mapping[str, Any], before: Outcome, now: Outcome) -> Iterator[dict[str, Any]]:
    kept = {key: value for key, value in test.items() if key in ("test", "by", "children", "own", "expected")}
    rows, others = before.get("rows", []), now.get("rows", [])
    if rows and rows[0] != (others or [None])[0]:
        asked = {key: _written(rows[0][key]) for key in _ROLLED if rows[0].get(key) not in (None, "")}
        yield {**kept, "rollup": f"values.{rows[0]['case']}", "expect": asked}
    if before.get("budget") != now.get("budget") and rows:
        yield {**kept, "rollup": f"values.{rows[0]['case']}", "expect": {"budget": before["budget"]}}
    for key in dict.fromkeys([*before, *now]):
        if key.startswith("finding of ") and before.get(key) != now.get(key):
            found = before.get(key, [])
            yield {**kept, "rollup": key.removeprefix("finding of "), "fires": len(found)}
            for one in found:
                said = {name: one[name] for name in OF_FINDING if one[name]}
                yield {**kept, "rollup": key.removeprefix("finding of "), "fires": len(found), "finding": said}


def _mixed(
    pairs: Sequence[tuple[TestFile, TestFile, Mapping[str, Any], int]],
) -> Iterator[tuple[TestFile, TestFile, dict[str, Any]]]:
    """Rows of one test with the target, the actual or the score of another: the same ones every time."""
    chosen = random.Random(MIXED)
    for _ in range(MIXED if len(pairs) > 1 else 0):
        file, there, test, _ = chosen.choice(pairs)
        other = chosen.choice(pairs)[2]["indicator"]
        keys = chosen.choice((("target", "actual"), ("actual",), ("name",), ("score",), ("level1", "level2"), ("target",)))
        row = {**test["indicator"], **{key: other[key] for key in keys if key in other}}
        yield file, there, {**test, "indicator": row, "test": f"{test['test']}；换一种"}


def _of(mutant: Mutant, document: YamlDocument) -> tuple[list[Fraction], list[str], list[str]]:
    """The numbers, the words and the whole list that a slip is about."""
    numbers: list[Fraction] = []
    words: list[str] = []
    listed: list[str] = []
    node: Any = document.data
    for step in mutant.path:
        node = node[step]
    if mutant.kind in _WHOLE:
        return _parts(node, mutant, document)
    if isinstance(node, int | Decimal) and not isinstance(node, bool):
        new = mutant.edits[0][2]
        numbers = [Fraction(str(node)), Fraction(str(new)), (Fraction(str(node)) + Fraction(str(new))) / 2]
    elif isinstance(node, dict):
        numbers = [Fraction(str(v)) for v in node.values() if isinstance(v, int | Decimal) and not isinstance(v, bool)]
    elif isinstance(node, list) and all(isinstance(word, str) for word in node):
        listed = list(node)
        how, path, value = mutant.edits[0]
        words = [str(value)] if how == "insert" else [str(node[path[-1]])] if how == "delete" and isinstance(path[-1], int) else []
    return numbers, words, listed


def _parts(node: Any, mutant: Mutant, document: YamlDocument) -> tuple[list[Fraction], list[str], list[str]]:
    """The numbers and words in what is dropped, swapped or turned, those of parameters named there, too."""
    how, path, _ = mutant.edits[0]
    if how in ("delete", "swap"):
        node = document.data
        for step in path:
            node = node[step]
    params = document.data.get("parameters", {})
    numbers: dict[Fraction, None] = {}
    words: dict[str, None] = {}
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            named = params.get(one.get("param"), {}) if isinstance(one.get("param"), str) else {}
            waiting += [named.get("value", []), *one.values()]
        elif isinstance(one, list):
            waiting += one[:MOST_WORDS]
        elif isinstance(one, bool):
            continue
        elif isinstance(one, int | Decimal):
            numbers[Fraction(str(one))] = None
        elif isinstance(one, str) and len(one) <= MOST_PATTERN:
            words |= dict.fromkeys(list(_WORD.findall(one))[:MOST_WORDS])
    return list(numbers), list(words), list(words)


def _written(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value


def _plain(value: Fraction) -> str:
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
