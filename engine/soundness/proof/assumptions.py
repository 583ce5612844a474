"""What the solver is told of the engine: how a record comes to a scoring table, and what its fields then say of each other.

Only what holds of every record the engine makes may stand here (`recognition`, `comparison`, `scoring`); where the engine knows
more than is said here, a proof may fail, never a wrong thing be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language import fields as catalogue
from engine.language.conditions import leaves
from engine.language.fields import Fields
from engine.language.tables import Case, CaseTable
from engine.policy.build import NATURES
from engine.policy.model import Policy, Scheme
from engine.scoring.recognition import readings_of
from engine.soundness.proof.logic import Term, every, implies, no, number, some
from engine.soundness.proof.terms import Record, numbers_of

OPTIONAL = (
    *("level2", "actual_percent", "early", "reported", "target", "actual", *catalogue.QUOTIENTS),
    *catalogue.SAID,
    *catalogue.FORM_FIELDS,
    *("name_direction", "name_certain", "name_case", "known_direction", "score_direction"),
)
"""Fields of an indicator that a record may lack; `scoring` refuses one without a weight."""
MOVED = ("actual", "actual_text", "actual_percent", "verdict", "attainment", "achieved", "wording", "wording_aim", "wording_ground")
"""Fields that differ between two indicators of which one did better."""


@dataclass(frozen=True, slots=True)
class World:
    """A record as it comes to a table, what is known of it, and what formulas over it may name."""

    record: Record
    known: tuple[Term, ...]
    names: Mapping[str, Term]

    def terms(self, *more: Term) -> list[Term]:
        """Everything that holds, with `more`; the axioms last, since conditions make new texts."""
        return [*more, *self.known, *self.record.axioms()]


def reached(cases: Sequence[Case | Scheme], record: Record) -> list[Term]:
    """For each case, whether the record comes to it: it holds, and none before it does."""

    out: list[Term] = []
    before: list[Term] = []  # what does not hold of one that comes further
    for case in cases:
        holds = record.all_of(condition.test for condition in case.conditions)
        out.append(every([holds, *before]))
        before.append(no(holds))
    return out


def stage(policy: Policy, table: str) -> Fields:
    """The fields a table sees."""
    if table == "total":
        return catalogue.TOTAL
    return catalogue.stages(tuple(band.id for band in policy.scoring.tiers), NATURES)[table]


def world(
    policy: Policy,
    table: CaseTable,
    params: Mapping[str, Any],
    name: str = "a",
    other: World | None = None,
    own: Iterable[str] | None = None,
) -> World:
    """A record as it comes to a scoring table. With `other`: one that differs from it in the fields `own` only (those that say what
    the body achieved, if nothing is said)."""
    moved: Iterable[str] = {"execution": ("executed", "reported", "rate"), "total": ()}.get(table.name, MOVED)
    moved = moved if own is None else own
    fields = stage(policy, table.name)
    if table.name not in ("execution", "total"):
        fields = {**fields, **catalogue.READ_FROM}  # the table of directions sees one field that no table behind it does
    record = Record(name, fields, other.record if other else None, moved)
    make = {"execution": _execution, "total": _total}.get(table.name)
    known = make(policy, record) if make else _indicator(policy, table, record)
    return World(record, (*known, *_quotients(record)), numbers_of(record, params))


def _quotients(record: Record) -> Iterator[Term]:
    """A quotient is there where its parts are and the divisor is not 0."""

    for name, (above, below, times) in catalogue.QUOTIENTS.items():
        if name in record.fields and above in record.fields and below in record.fields:
            parts = every([record.present(above), record.present(below), record.value(below) != 0])
            yield record.present(name) == parts
            yield implies(parts, record.value(name) * record.value(below) == record.value(above) * times)


def _indicator(policy: Policy, table: CaseTable, record: Record) -> Iterator[Term]:

    yield from (record.present(key) for key in record.fields if key not in OPTIONAL)
    # a weight of nothing has no score to prove anything of; none is more than the form is worth
    yield record.value("weight") > 0
    yield record.value("weight") <= number(policy.scoring.weights.full_score)
    if policy.scoring.hundred:  # each is scored out of 100, whatever it weighs: proved of one that weighs 100
        yield record.value("weight") == number(Decimal(100))
    yield from _compared(record)
    used = {condition.test.field for case in table.cases for condition in leaves(case.conditions)}
    tables = ["direction", "nature", *(["attainment"] if "attainment" in used else [])]
    for name in tables:
        found = policy.recognition[name]
        for case, here in zip(found.cases, reached(found.cases, record), strict=True):
            # a direction that is not certain is read both ways, and each reading is a record of its own
            values = readings_of(case) if name == "direction" else (case.value,)
            yield implies(here, some([record.text(name, value) for value in values]))
    if table.name in NATURES:
        yield record.text("nature", table.name)


def percent_factor() -> Term:
    """What a percentage is multiplied by to be compared with the target: the same for two records that differ in what was
    achieved only."""
    import z3

    return z3.Real("percent-factor")


def _compared(record: Record) -> Iterator[Term]:
    """What `comparison` says of kinds, numbers and verdicts."""

    numbers = record.text("comparison", "numbers")
    both = every([record.present("target"), record.present("actual")])
    yield numbers == both
    yield record.present("target") == record.present("actual")
    yield implies(record.present("early"), record.text("comparison", "deadline"))
    if "days_late" in record.fields:
        yield from _late(record)
    yield implies(every([numbers, record.text("target_operator", "±")]), record.text("target_kind", "range"))
    for key in ("target_kind", "actual_kind"):
        for kind in ("empty", "not_applicable", "text", "deadline"):
            yield implies(record.text(key, kind), no(numbers))
    yield record.text("comparison", "none") == some(
        [record.text(key, kind) for key in ("target_kind", "actual_kind") for kind in ("empty", "not_applicable")]
    )
    # a percentage is compared as it stands, or brought into the target's unit by a factor that is not known here
    percent, factor = every([numbers, record.present("actual_percent")]), percent_factor()
    yield factor >= 1  # the finer of two units is the one both are brought into
    bare = every([record.text("target_unit", ""), record.text("target_kind", "number")])
    yield implies(some([record.text("target_unit", "%"), bare]), factor == 1)
    yield implies(percent, record.value("actual") == record.value("actual_percent") * factor)
    yield record.present("actual_percent") == record.text("actual_unit", "%")
    # a number that meets a target at the very least reaches it; of several the worst is taken, by the same direction
    target, actual = record.value("target"), record.value("actual")
    plain = every([numbers, no(record.text("target_kind", "range"))])
    none = every([record.present("target_none"), record.value("target_none")])
    yield implies(none, record.text("target_kind", "number"))
    yield implies(every([numbers, none]), target == 0)
    unsigned = record.text("target_operator", "")
    exact = record.text("target_operator", "=")
    up = some([record.text("target_operator", ">="), record.text("target_operator", ">"), exact, unsigned])
    down = some([record.text("target_operator", "<="), record.text("target_operator", "<"), exact, unsigned])
    for direction, signs, reaches in (("positive", up, actual >= target), ("inverse", down, actual <= target)):
        here = every([plain, signs, record.text("direction", direction)])
        yield implies(every([here, record.text("verdict", "met")]), reaches)
        strict = actual < target if direction == "positive" else actual > target
        sharp = some([record.text("target_operator", ">"), record.text("target_operator", "<")])
        yield implies(every([here, no(sharp), record.text("verdict", "not_met")]), strict)
        at_most = actual <= target if direction == "positive" else actual >= target
        yield implies(every([here, record.text("verdict", "not_met")]), at_most)


def _late(record: Record) -> Iterator[Term]:
    """What was in time is 0 days and months late, what was not at least 1; months begun are at least those that are over."""
    for name in ("days_late", "months_late", "full_months_late"):
        here, value = record.present(name), record.value(name)
        yield implies(here, record.present("early"))
        yield implies(here, value >= 0)
        yield implies(every([here, record.value("early")]), value == 0)
        if name != "full_months_late":
            yield implies(every([here, no(record.value("early"))]), value >= 1)
    begun, over = record.value("months_late"), record.value("full_months_late")
    both = every([record.present("months_late"), record.present("full_months_late")])
    yield implies(both, every([begun >= over, begun <= over + 1]))


def _execution(policy: Policy, record: Record) -> Iterator[Term]:
    yield from (record.present(key) for key in ("weight", "budget", "executed"))
    yield record.value("weight") == number(policy.scoring.weights.execution)


def _total(policy: Policy, record: Record) -> Iterator[Term]:
    """The parts as the weights let them be: execution up to its weight, the indicators up to what is left and applicable."""
    full, execution = number(policy.scoring.weights.full_score), number(policy.scoring.weights.execution)
    yield from (record.present(key) for key in record.fields)
    value = record.value
    yield value("full_score") == full
    yield value("applicable") == full - value("not_applicable_weight")
    yield value("weighted") >= 0
    yield value("weighted") <= full - execution - value("not_applicable_weight")
    yield value("not_applicable_weight") >= 0
    yield value("not_applicable_weight") <= full - execution
    yield value("execution") >= 0
    yield value("execution") <= execution
    yield value("indicators") >= 0
    yield value("indicators") <= full - execution - value("not_applicable_weight")
