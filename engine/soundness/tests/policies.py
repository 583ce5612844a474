"""Policy tests: YAML beside each policy, run by `policy test`. Officers write them; no code is needed.

A test of a rule starts from a base record, changes it, and says how often the rule fires (0 is a near miss). A test of a
scoring case gives one indicator, or the budget line, and says what comes out. A test of neither says how clean a record is.
The tests of what a policy extends run under the policy too, except those it writes anew under the same name and those of rules
it stops; their base records are at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.errors import Place, PolicyError, Problem
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.soundness.tests.details import Details
from engine.soundness.tests.model import PolicyTestReport, PolicyTestResult
from engine.soundness.tests.running import Known, Running
from engine.soundness.tests.subjects import cases, rolled_up
from engine.soundness.tests.unreachable import reachable


def run_tests(policy: Policy, where: Library, known: Known | None = None) -> PolicyTestReport:
    """Run every test of the policy and of what it extends. With `known`, a test that ran before under the very same policy is not
    run again, and what comes of those that are is added: for a workbench, where a few tests change from one run to the next.

    Raises PolicyError for tests that cannot be run: bad YAML, an unknown base, rule or case, a path that leads nowhere.
    """
    problems: list[Problem] = []
    results: list[PolicyTestResult] = []
    with Running(policy, where, problems, known) as running:
        for file in running.files:
            results += file.run()
    if problems:
        raise PolicyError(problems)
    return reachable(policy, replace(_report(results, policy, running.is_own), aside=tuple(running.aside)))


def _report(results: list[PolicyTestResult], policy: Policy, own: Callable[[Place], bool] = lambda _: True) -> PolicyTestReport:
    good = [result for result in results if result.passed]
    fired = {r.about for r in good if r.fired} | {name for r in good for name in r.derived_by}
    missed = {r.about for r in good if not r.fired}
    rules = policy.rules.rules
    # a rule that only concludes is tested by the findings that rest on it
    needs_miss = [name for name, rule in rules.items() if rule.message]
    known = [*cases(policy), *rolled_up(policy)]
    without_firing = tuple(name for name in rules if name not in fired)
    without_miss = tuple(name for name in needs_miss if name not in missed)
    without_test = tuple(name for name in known if name not in fired)
    to_cover = len(rules) + len(needs_miss) + len(known)
    covered = to_cover - len(without_firing) - len(without_miss) - len(without_test)
    seen = frozenset(key for result in good for key in result.shows)
    details = Details(policy).report(seen, own)
    return PolicyTestReport(tuple(results), without_firing, without_miss, without_test, covered, to_cover, details)
