"""Which tests a slip concerns, and in which order they are tried: nothing else can notice it, and the nearest do first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.language.conditions import leaves
from engine.language.model import Ref
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.soundness.lint.subject import parameters_named
from engine.soundness.mutation.model import Mutant

Rank = Callable[[Mapping[str, Any], str], int | None]
"""Of a test and whose it is: when its turn comes (the lowest first), None where it is not concerned."""
_TOLD_ONLY = frozenset({"telling", "causes", "narrative", "statements", "revision"})
"""Sections that only say how findings are put together or told."""
_ROLLED = frozenset({"rollup", "rollup_checks"})
"""Sections that only many forms made one come to."""


def concerned(mutant: Mutant, data: Mapping[str, Any], resolved: Resolved, policy: Policy) -> Rank:
    """The order for a slip in a file with this `data`."""
    section = str(mutant.path[0])
    key = str(mutant.path[1]) if len(mutant.path) > 1 else ""
    if section == "findings" and len(mutant.path) > 1:
        key = str(data["findings"][mutant.path[1]]["id"])
        return _rules(resting_on(key, policy))
    if section in ("measures", "parameters"):
        rules, elsewhere, sections = _readers(section, key, resolved, policy)
        if elsewhere and sections <= _ROLLED:
            return _rolled(rules)
        return _rules(rules) if not elsewhere else _all(elsewhere, rules)
    if section in _ROLLED:
        return _rolled(set())
    if section in _TOLD_ONLY:
        return lambda test, _: None if "case" in test or "total" in test or "rollup" in test else 5
    return _all({section, key}, set())


def resting_on(rule: str, policy: Policy) -> set[str]:
    """The rule, and all that read what it concludes."""
    rules, out, growing = policy.rules.rules, {rule}, True
    while growing:
        kinds = {rules[name].compiled.conclude.kind for name in out if name in rules and rules[name].compiled.conclude}  # type: ignore[union-attr]
        more = {name for name, one in rules.items() if any(p.kind in kinds for p in one.patterns)} - out
        out |= more
        growing = bool(more)
    return out


def _readers(section: str, key: str, resolved: Resolved, policy: Policy) -> tuple[set[str], set[str], set[str]]:
    """The rules that read a parameter or a measure, the names of the sections and tables that do, and of these the sections."""
    measures = {key} if section == "measures" else set()
    elsewhere: set[str] = set()
    sections: set[str] = set()
    rules: set[str] = set()
    if section == "parameters":
        for name, part in resolved.sections.items():
            if name == "measures":
                measures |= {measure for measure, item in part.items() if key in set(parameters_named(item))}
            elif name == "findings":
                rules |= {rule for rule, item in part.items() if key in set(parameters_named(item))}
            elif name != "parameters" and isinstance(part, dict):
                for table, item in part.items():
                    if key in set(parameters_named(item, (name, table))):
                        elsewhere |= {name, table}
                        sections.add(name)
    for name, rule in policy.rules.rules.items():
        tests = [c.test for p in rule.patterns for c in leaves(p.conditions)]
        read = {test.field for test in tests} | {test.value.field for test in tests if isinstance(test.value, Ref)}
        if measures & read:
            rules.add(name)
    return {name for rule in rules for name in resting_on(rule, policy)}, elsewhere, sections


def _rolled(rules: set[str]) -> Rank:
    """Tests of roll-ups, and of these rules."""
    return lambda test, _: 0 if "rollup" in test else 1 if test.get("rule") in rules else None


def _rules(rules: set[str]) -> Rank:
    """Tests of these rules, then those of whole records."""

    def rank(test: Mapping[str, Any], _: str) -> int | None:
        if "case" in test or "rollup" in test or "total" in test:
            return None
        if "rule" in test:
            return 0 if test["rule"] in rules else None
        return 1

    return rank


def _all(names: set[str], rules: set[str]) -> Rank:
    """Every test: those of the table first, then of cases, then of rules concerned, of roll-ups, whole records, and the others."""

    def rank(test: Mapping[str, Any], _: str) -> int | None:
        if "total" in test:
            return 0
        if "case" in test:
            return 0 if test["case"].partition(".")[0] in names else 1
        if "rollup" in test:
            return 3
        if "rule" in test:
            return 2 if test["rule"] in rules else 5
        return 4

    return rank
