"""Work that many tests ask for and that comes out the same each time is done once a process. `make deep` does all of it anew.

Two things take most of the time, and neither depends on anything but what it is given: whether the solver finds a way for terms to
hold together, and what the engine makes of one test of a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from engine.policy import lock
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.model import Policy
from engine.soundness.proof.prover import Prover
from engine.soundness.tests import policies as policy_tests


def proofs(patch: pytest.MonkeyPatch) -> None:
    """The solver is asked once about the same terms, and under the same bounds: forty policies with one mistake each, and the
    policy that they are copies of, have most of their obligations in common."""
    ask = Prover.possible
    # with the terms: as long as they are there, their addresses are theirs, and z3 keeps equal ones once
    known: dict[tuple[Any, ...], tuple[list[Any], Any, int]] = {}

    def possible(self: Prover, terms: Iterable[Any]) -> Any:
        asked = list(terms)
        key = (self.query_steps, *[term.ast.value for term in asked])
        if key in known and known[key][2] <= self.total_steps - self.spent:
            self.spent += known[key][2]
            return known[key][1]
        before = self.spent
        answer = ask(self, asked)
        if answer[0] != "unknown":
            known[key] = (asked, answer, self.spent - before)
        return answer

    patch.setattr(Prover, "possible", possible)


def tests_of_policies(patch: pytest.MonkeyPatch) -> None:
    """A test of a policy gives what it gave before, as long as the policy has the same rules, whatever its clauses say in words:
    five hundred tests of the shipped rules are asked for by commands, by pages that show them, by each policy built on them."""
    known: dict[tuple[Any, ...], Any] = {}
    rules: dict[str, Any] = {}
    find = policy_tests._written

    def written(policy: Policy, where: Library, problems: Any) -> Any:
        if policy.sha256 not in rules:
            items = lock.hashes(resolve(policy.id, where)).items()
            rules[policy.sha256] = tuple(
                (name, value) for name, value in items if not name.startswith(("sources.", "policy.title"))
            )
        return find(policy, where, problems)

    def remembered(run: Callable[..., Any]) -> Callable[..., Any]:
        def once(self: Any, test: Any, place: Any) -> Any:
            base = self.bases.get(test.get("base", ""))
            key = (self.policy.id, rules.get(self.policy.sha256), self.owner, self.year, str(place), repr(test), repr(base))
            if key not in known:
                known[key] = run(self, test, place)
            return known[key]

        return once

    patch.setattr(policy_tests, "_written", written)
    for name in ("_record", "_case", "_rollup"):
        patch.setattr(policy_tests._File, name, remembered(getattr(policy_tests._File, name)))
