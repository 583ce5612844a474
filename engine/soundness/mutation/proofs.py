"""Proof that a slip in a scoring table makes no difference: no row comes to another case, or to another score."""

from __future__ import annotations

from typing import Any

from engine.language.conditions import Condition
from engine.language.model import Ref
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy
from engine.soundness.mutation.model import Mutant
from engine.soundness.proof.assumptions import World, reached, world
from engine.soundness.proof.logic import Term
from engine.soundness.proof.prover import Prover, solving
from engine.soundness.proof.terms import value

MOST_STEPS = 1_000_000
"""Steps of the solver for one pair of cases."""


def alike(mutant: Mutant, before: Policy, after: Policy) -> bool:
    """Whether it is proved that the one table of scoring in which the slip is gives every row the same case and score."""
    if mutant.path[0] != "scoring" or len(mutant.path) < 2:
        return False
    tables = {table.name: table for table in (before.scoring.execution, *before.scoring.tables.values())}
    others = {table.name: table for table in (after.scoring.execution, *after.scoring.tables.values())}
    name = str(mutant.path[1])
    if name not in tables or name not in others or "cases" not in mutant.path:
        return False
    with solving():
        return _same(before, tables[name], others[name])


def never_both(mutant: Mutant, before: Policy) -> bool:
    """Whether the slip swaps two cases of a table that never hold of the same row: one field would have to have two values."""
    path, index = mutant.path, mutant.edits[0][1][-1]
    if mutant.kind != "order" or mutant.edits[0][0] != "swap" or len(path) < 3 or not isinstance(index, int):
        return False
    rolled = {"values": before.rollup.values} if before.rollup else {}
    known = {"scoring": before.scoring.tables, "recognition": before.recognition, "rollup": rolled}
    table = known.get(str(path[0]), {}).get(str(path[1]))
    if table is None or index + 1 >= len(table.cases):
        return False
    one, two = (_values(table.cases[n].conditions) for n in (index, index + 1))
    return any(one[name].isdisjoint(two[name]) for name in one.keys() & two.keys())


def _values(conditions: tuple[Condition, ...]) -> dict[str, frozenset[Any]]:
    """The fields that have to have one of a few constants."""
    out: dict[str, frozenset[Any]] = {}
    for test in (condition.test for condition in conditions if not condition.options):
        if test.op in ("eq", "in") and not isinstance(test.value, Ref):
            out[test.field] = frozenset(test.value if isinstance(test.value, tuple) else (test.value,))
    return out


def _same(policy: Policy, one: CaseTable, two: CaseTable) -> bool:
    params: dict[str, Any] = {name: parameter.value for name, parameter in policy.parameters.items()}
    here = world(policy, one, params)
    ways, others = reached(one.cases, here.record), reached(two.cases, here.record)
    prover = Prover(query_steps=MOST_STEPS)
    for way, case in zip(ways, one.cases, strict=True):
        for other_way, other in zip(others, two.cases, strict=True):
            differing = _differing(here, case, other)
            if differing is not None and prover.possible(here.terms(way, other_way, *differing))[0] != "proved":
                return False
    return True


def _differing(here: World, one: Case, two: Case) -> list[Term] | None:
    """What has to hold for the two cases to give a row something different; None where they never do."""
    if (one.id, one.basis, one.status, one.tier, one.value) != (two.id, two.basis, two.status, two.tier, two.value):
        return []
    if one.formula == two.formula:
        return None
    if one.score is None or two.score is None:
        return []
    return [value(one.score, here.names).term != value(two.score, here.names).term]
