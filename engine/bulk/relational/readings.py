"""Directions with all their readings as expressions: a row for each reading, and what they agree in on one row again.

Follows `engine.scoring.readings` line by line. What a body's own score says of the direction only orders the readings for people:
no column here depends on it.
"""

from __future__ import annotations

from typing import Any

from engine.bulk.relational import sql
from engine.bulk.relational.scoring import NULL_ID, Frame, coded, first_case, of_case, select, text_literal
from engine.bulk.relational.sql import Expr
from engine.bulk.relational.terms import Flag, Presence, TextColumn, moved
from engine.language.fields import DIRECTIONS, GROUNDS, READ_DIRECTIONS
from engine.language.tables import CaseTable
from engine.policy.model import Policy
from engine.scoring.recognition import readings_of

_COMPARED = ("met", "verdict", "status", "computed", "allowed_low", "allowed_high")


def spread(frame: Frame, policy: Policy) -> None:
    """Asks the table of directions; rows that it leaves open stand there twice, the likelier reading as number 0."""
    table = policy.recognition["direction"]
    asked = {**frame.fields, "score_direction": TextColumn(NULL_ID, DIRECTIONS)}
    frame.mutate(direction_case=first_case(table, asked))
    code = frame.table["direction_case"]
    likelier = [
        (code.isin([n for n, case in enumerate(table.cases) if readings_of(case)[0] == value]), text_literal(value))
        for value in DIRECTIONS
    ]
    positive, inverse = (text_literal(value) for value in DIRECTIONS)
    open_ = code.isin([n for n, case in enumerate(table.cases) if len(readings_of(case)) > 1])
    both = frame.table.mutate(direction=select(likelier, NULL_ID)).doubled("reading", open_)
    flipped = (both["direction"] == positive).ifelse(inverse, positive)
    frame.table = both.mutate(direction=(both["reading"] == 0).ifelse(both["direction"], flipped))
    frame.fields = {name: moved(value, frame.table) for name, value in frame.fields.items()}
    frame.fields["direction"] = coded(frame.table["direction"], DIRECTIONS)


def code_in(table: Any, numbers: list[int]) -> Expr:
    """Whether a row's case of the table of directions is one of these."""
    return table["direction_case"].isin(numbers) if numbers else sql.FALSE


def agree(frame: Frame, policy: Policy) -> None:
    """One row for each indicator again: what its readings agree in, and what they do not left open."""
    table = policy.recognition["direction"]
    first, second = frame.table.filter(frame.table["reading"] == 0), frame.table.filter(frame.table["reading"] == 1)
    other = second.select(other_fact=second["fact"], **{f"other_{name}": second[name] for name in _COMPARED})
    rows = first.left_join(other, first["fact"] == other["other_fact"])
    there = rows["other_fact"].notnull()
    same = {name: rows[name].identical_to(rows[f"other_{name}"]) for name in _COMPARED}
    differ = there & ~(same["status"] & same["computed"] & same["allowed_low"] & same["allowed_high"])
    open_ = differ | (there & ~same["met"])
    code, unknown = rows["direction_case"], text_literal("unknown")
    cases = dict(enumerate(table.cases))
    both = rows["allowed_low"].notnull() & rows["other_allowed_low"].notnull()
    rows = rows.mutate(
        met=(open_ & ~same["met"]).ifelse(unknown, rows["met"]),
        verdict=(open_ & ~same["verdict"]).ifelse(unknown, rows["verdict"]),
        status=differ.ifelse(text_literal("needs_review"), rows["status"]),
        computed=differ.ifelse(NULL_ID, rows["computed"]),
        allowed_low=differ.ifelse(
            both.ifelse(sql.least(rows["allowed_low"], rows["other_allowed_low"]), NULL_ID), rows["allowed_low"]
        ),
        allowed_high=differ.ifelse(
            both.ifelse(sql.greatest(rows["allowed_high"], rows["other_allowed_high"]), NULL_ID), rows["allowed_high"]
        ),
        case=differ.ifelse(
            of_case(code, {n: text_literal(f"direction.{case.id}") for n, case in cases.items()}, NULL_ID), rows["case"]
        ),
        clause=differ.ifelse(_bases(code, table), rows["clause"]),
        review_reason=differ.ifelse(_worded(code, table, policy), rows["review_reason"]),
        certain=~open_,
        direction_ground=_grounds(code, table),
        direction=select(
            [(code_in(rows, [n for n, c in cases.items() if _certain_as(c, value)]), text_literal(value)) for value in DIRECTIONS],
            unknown,
        ),
    )
    frame.table = rows.drop("other_fact", *(f"other_{name}" for name in _COMPARED))
    names = [f"direction.{case.id}" for case in table.cases]
    for name, more in (("case", names), ("clause", [case.basis for case in table.cases])):
        known = frame.fields[name]
        assert isinstance(known, TextColumn)
        frame.fields[name] = coded(frame.table[name], (*(known.choices or ()), *more))
    frame.fields["direction"] = coded(frame.table["direction"], READ_DIRECTIONS)
    frame.fields["direction_ground"] = coded(frame.table["direction_ground"], GROUNDS)
    frame.fields["certain"] = Flag(frame.table["certain"])
    frame.fields["review_reason"] = Presence(frame.table["review_reason"])


def _certain_as(case: Any, value: str) -> bool:
    return bool(case.certain) and case.value == value


def _bases(code: Expr, table: CaseTable) -> Expr:
    by_basis: dict[str, list[int]] = {}
    for n, case in enumerate(table.cases):
        by_basis.setdefault(case.basis, []).append(n)
    return select([(code.isin(found), text_literal(basis)) for basis, found in by_basis.items()], NULL_ID)


def _grounds(code: Expr, table: CaseTable) -> Expr:
    """What a certain direction was read from; none of one that is not."""
    by_ground: dict[str, list[int]] = {}
    for n, case in enumerate(table.cases):
        if case.certain and case.value in DIRECTIONS:
            by_ground.setdefault(case.ground or "name", []).append(n)
    return select([(code.isin(found), text_literal(ground)) for ground, found in by_ground.items()], text_literal("none"))


def _worded(code: Expr, table: CaseTable, policy: Policy) -> Expr:
    """Whether the reason says anything: always in the policy's words for questions, else by the label of the case."""
    if "direction" in policy.questions:
        return sql.TRUE
    return code.isin([n for n, case in enumerate(table.cases) if case.label]).null_if(sql.FALSE)
