"""Edges and lists of scoring cases that no row can come to, proved by the solver: no test of them is asked for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.language.model import Ref
from engine.language.tables import CaseTable
from engine.policy.model import Policy
from engine.soundness.proof.assumptions import world
from engine.soundness.proof.logic import no, number
from engine.soundness.proof.prover import Prover, solving
from engine.soundness.tests.details import of_case
from engine.soundness.tests.model import CoverageDetail, PolicyTestReport

MOST_STEPS = 400_000
"""Steps of the solver for one edge."""


def reachable(policy: Policy, report: PolicyTestReport) -> PolicyTestReport:
    """The report without what no test shows and none can: the cases before it catch all that would."""
    tables = {table.name: table for table in (policy.scoring.execution, *policy.scoring.tables.values())}

    def beyond(detail: CoverageDetail) -> bool:
        table = tables.get(detail.about.partition(".")[0])
        asked = table is not None and not detail.shown and detail.key.partition(":")[0] in ("edge", "list")
        return asked and table is not None and _impossible(policy, table, detail)

    with solving():
        return replace(report, details=tuple(detail for detail in report.details if not beyond(detail)))


def _impossible(policy: Policy, table: CaseTable, detail: CoverageDetail) -> bool:
    index = next((n for n, case in enumerate(table.cases) if f"{table.name}.{case.id}" == detail.about), None)
    if index is None:
        return False
    case, side = table.cases[index], detail.key.rpartition(":")[2]
    condition = next(c for c, key, _ in of_case(table, case).subjects() if detail.key == f"{key}:{side}")
    params = {name: parameter.value for name, parameter in policy.parameters.items()}
    here = world(policy, table, params)
    record, test = here.record, condition.test
    before = [no(record.all_of(c.test for c in earlier.conditions)) for earlier in table.cases[:index]]
    others = [record.holds(c.test) for c in case.conditions if c is not condition]
    holds = record.holds(test)
    if side == "at":
        value = test.value
        edge = record.value(value.field) if isinstance(value, Ref) else number(Decimal(str(value)))
        asked = [record.present(test.field), record.value(test.field) == edge]
        asked += [record.present(value.field)] if isinstance(value, Ref) else []
    else:
        inside = side == "hit" if not test.op.startswith("not_") else side == "miss"
        if side == "past":
            inside = test.op in ("lt", "gt")
        asked = [record.present(test.field), holds if inside else no(holds)]
    prover = Prover(query_steps=MOST_STEPS)
    return prover.possible(here.terms(*before, *others, *asked))[0] == "proved"
