"""Lint of adjustments that look at each other: 质量 follows 数量 while 数量 follows 质量."""

from __future__ import annotations

from engine.language import formula
from engine.language.conditions import leaves
from engine.language.fields import Fields
from engine.language.model import Ref
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy
from engine.soundness.lint.subject import Subject
from engine.soundness.proof.terms import Record

_SCORES = ("score", "zero")
"""What is taken of other indicators that an adjustment changes."""


def circles(subject: Subject, policy: Policy, table: CaseTable, fields: Fields) -> None:
    """Tell of cases of the table that rest on scores which another case, resting on theirs, changes: they are adjusted by what the
    others were before, which is not what one may expect."""
    references = {item.id: item for item in policy.scoring.refer if item.take in _SCORES}
    changing = [case for case in table.cases if not case.keeps]
    asked = {case.id: _asked(case) & references.keys() for case in changing}

    def touches(case: Case, name: str) -> bool:
        """Whether the case can change an indicator that the reference looks at."""
        own = [c.test for c in case.conditions if not {leaf.test.field for leaf in leaves((c,))} & references.keys()]
        record = Record(f"{case.id} {name}", fields)
        terms = [record.all_of(own), record.all_of(c.test for c in references[name].conditions)]
        return subject.prover.possible([*terms, *record.axioms()])[0] != "proved"

    after = {case.id: {other.id for other in changing for name in asked[case.id] if touches(other, name)} for case in changing}
    for case in changing:
        if case.id in _reached(after, case.id):
            subject.add(
                "adjust-circle",
                f"{table.name}.{case.id}",
                case.place,
                f"“{case.id}”看的指标，得分又随它调整的指标而变：都按调整前的得分算",
                "确属本意不必改；不然把条件写窄，不让两条互相看",
            )


def _reached(after: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in after[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found


def _asked(case: Case) -> set[str]:
    tests = [leaf.test for leaf in leaves(case.conditions)]
    named = {test.field for test in tests} | {test.value.field for test in tests if isinstance(test.value, Ref)}
    return named | ({name.name for name in formula.names(case.score)} if case.score is not None else set())
