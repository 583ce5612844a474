"""What checks the records of policy tests: a policy's rules, or for a test of one rule that rule with all it rests on.

What a rule finds hangs on nothing else, and most tests ask about one: the other hundreds need not run with it. Where a test
does not hold the whole policy runs, to tell what was found instead.
"""

from __future__ import annotations

from engine.findings.choice import RuleChoice, choose
from engine.findings.findings import Checker, Findings, looked_at
from engine.policy.model import Policy
from engine.scoring.model import Evaluation

MOST_OPEN = 4
"""Rules made ready at once: tests of one stand together, and each holds a handle of durable-rules."""


class TestChecks:
    """Close it to give back durable-rules' handles."""

    __test__ = False

    def __init__(self, policy: Policy, durable: bool = True) -> None:
        self.policy, self.durable = policy, durable
        self._whole: Checker | None = None
        self._open: dict[str, Checker] = {}

    def whole(self, evaluation: Evaluation) -> Findings:
        """What all rules find."""
        if self._whole is None:
            self._whole = Checker(self.policy, use_durable=self.durable)
        return self._whole.check(evaluation)

    def of_rule(self, rule: str, evaluation: Evaluation) -> Findings:
        """What one rule finds, and what the rules find that it rests on."""
        if not self.policy.rules.rules[rule].message:  # it only concludes, and is tested by what rests on it
            return self.whole(evaluation)
        if rule not in self._open:
            if len(self._open) >= MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            narrowed = choose({self.policy.id: self.policy}, RuleChoice(only=(rule,)))[self.policy.id]
            kinds = looked_at(narrowed.rules)
            self._open[rule] = Checker(narrowed, remember=False, use_durable=self.durable, kinds=kinds)
        return self._open[rule].check(evaluation)

    def close(self) -> None:
        for checker in (self._whole, *self._open.values()):
            if checker is not None:
                checker.close()
