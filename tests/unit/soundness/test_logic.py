"""The solver's terms are put together without its own checks of sorts; they are the very terms that these would have given."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import z3

from engine.soundness.proof import logic

A, B, C = z3.Bools("a b c")
X, Y = z3.Reals("x y")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: logic.every([A, B, C]), lambda: z3.And(A, B, C)),
        (lambda: logic.every([A]), lambda: z3.And(A)),
        (lambda: logic.some([A, X > Y]), lambda: z3.Or(A, X > Y)),
        (lambda: logic.no(logic.some([A, B])), lambda: z3.Not(z3.Or(A, B))),
        (lambda: logic.implies(A, logic.no(B)), lambda: z3.Implies(A, z3.Not(B))),
        (lambda: logic.same(X, Y), lambda: X == Y),
        (lambda: logic.same(A, B), lambda: A == B),
        (lambda: logic.same(X, logic.number(3)), lambda: X == 3),
    ],
)
def test_a_term_is_the_one_z3_makes(ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    # equal terms are one term there
    assert ours().get_id() == theirs().get_id()


def test_nothing_at_all_holds_of_all_and_of_none() -> None:
    solver = z3.Solver()
    solver.add(logic.every([]), logic.no(logic.some([])))
    assert solver.check() == z3.sat


@pytest.mark.parametrize("value", [0, -3, 10**40, Decimal("0.85"), Decimal("-1.50"), Fraction(1, 3)])
def test_a_number_is_exact_and_one_term_however_it_is_given(value: Decimal | Fraction | int) -> None:
    found = logic.number(value)
    assert Fraction(found.numerator_as_long(), found.denominator_as_long()) == Fraction(value)
    assert logic.number(Fraction(value)).get_id() == found.get_id()
