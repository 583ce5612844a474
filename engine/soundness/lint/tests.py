"""Lints of test coverage, from what the tests say they are about; `policy test` runs them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.errors import PolicyError
from engine.policy import files as policy_files
from engine.policy.library import display_name
from engine.soundness.lint.codes import INFO
from engine.soundness.lint.subject import Subject, parameters_named
from engine.soundness.tests.subjects import cases


def check(subject: Subject) -> None:
    """Rules without a test that fires or without a near miss, cases without a test, parameters only those read."""
    if subject.policy is None:
        return
    tests = list(_tests(subject))
    fires = {test["rule"] for test in tests if "rule" in test and test.get("fires", 0) > 0}
    misses = {test["rule"] for test in tests if "rule" in test and test.get("fires") == 0}
    about = {str(test["case"]) for test in tests if "case" in test}
    fires |= _derived(subject, fires)
    untested: set[str] = set()
    for rule in subject.rules.rules.values():
        missing = [
            word
            for word, lacks in (
                ("应当报的", rule.id not in fires),
                ("不该报的", bool(rule.message) and rule.id not in misses),
            )
            if lacks
        ]
        if missing:
            untested.add(rule.id)
            subject.add(
                "untested-rule",
                rule.id,
                rule.place,
                f"规则“{rule.title}”没有{'和'.join(missing)}测试",
                f"在 tests/ 里写 {{rule: {rule.id}, fires: 1}} 和 fires: 0 各一条",
                severity="" if subject.is_own(rule.place) else INFO,
            )
    tables = dict(subject.scoring_tables())
    for name in cases(subject.policy):
        if name not in about:
            table, _, case_id = name.partition(".")
            place = next(case.place for case in tables[table].cases if case.id == case_id)
            untested.add(name)
            subject.add("untested-case", name, place, f"计分情形“{name}”没有测试", f"在 tests/ 里写一条 case: {name}")
    _parameters(subject, untested)


def _tests(subject: Subject) -> Iterable[dict[str, Any]]:
    """The tests of the policy and of what it extends, as far as they can be read."""
    assert subject.policy is not None
    homes = [subject.where.directory(name) for name in subject.policy.extends if name in subject.where]
    for directory in (*homes, subject.resolved.directory):
        for path in sorted((directory / "tests").glob("*.yaml")):
            try:
                data = policy_files.read(path, display_name(path), "test")[0].data
            except PolicyError:
                continue  # `policy test` says what is wrong with it
            if isinstance(data, dict) and isinstance(data.get("tests"), list):
                yield from (test for test in data["tests"] if isinstance(test, dict))


def _derived(subject: Subject, fires: set[str]) -> set[str]:
    """Rules that only conclude, and whose conclusions a rule with a test that fires builds on."""
    rules = subject.rules.rules
    out: set[str] = set()
    growing = True
    while growing:
        tested = {pattern.kind for name in fires | out if name in rules for pattern in rules[name].patterns}
        more = {name for name, rule in rules.items() if rule.compiled.conclude and rule.compiled.conclude.kind in tested} - out
        growing = bool(more)
        out |= more
    return out


def _parameters(subject: Subject, untested: set[str]) -> None:
    """Parameters that only rules and cases without a test read."""
    readers: dict[str, set[str]] = {}
    for name, item in subject.data.get("findings", {}).items():
        for param in parameters_named(item):
            readers.setdefault(param, set()).add(name)
    for name, table in subject.scoring_tables():
        data = subject.data["scoring"][name]
        for case, raw in zip(table.cases, data["cases"], strict=True):
            for param in parameters_named(raw):
                readers.setdefault(param, set()).add(f"{name}.{case.id}")
    for param, names in readers.items():
        if param in subject.params and names <= untested:
            place = subject.place(("parameters", param), key=True)
            message = f"读参数“{param}”的 {'、'.join(sorted(names)[:4])} 都没有测试：改了它看不出对错"
            subject.add("untested-parameter", f"parameters.{param}", place, message, "给用到它的规则或情形写测试，界限两边各一条")
