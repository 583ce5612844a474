"""`and`, `or`, `not`, `implies` and `=` of the solver, of terms known to be true or false, or of one kind.

z3's own ask each term for its sort and for its context, and look for a way to bring them to one: of a policy's thousand conditions
that takes longer than the proofs. The terms that come out are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

Term = Any
"""A term of z3, which ships no useful types."""


def every(terms: Sequence[Term]) -> Term:
    """That all of them hold."""
    import z3

    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_and(context.ref(), len(terms), _listed(terms)), context)


def some(terms: Sequence[Term]) -> Term:
    """That at least one of them holds."""
    import z3

    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_or(context.ref(), len(terms), _listed(terms)), context)


def no(term: Term) -> Term:
    """That it does not hold."""
    import z3

    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_not(context.ref(), term.ast), context)


def implies(one: Term, other: Term) -> Term:
    """That where the one holds, the other does."""
    import z3

    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_implies(context.ref(), one.ast, other.ast), context)


def same(one: Term, other: Term) -> Term:
    """That two terms of one kind (numbers, or truth values) are equal."""
    import z3

    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_eq(context.ref(), one.ast, other.ast), context)


@lru_cache(maxsize=4096)
def number(value: Decimal | Fraction | int) -> Term:
    """An exact rational constant."""
    import z3

    exact = Fraction(value)
    return z3.RealVal(f"{exact.numerator}/{exact.denominator}")


def _listed(terms: Sequence[Term]) -> Any:
    import z3

    return (z3.Ast * len(terms))(*[term.ast for term in terms])
