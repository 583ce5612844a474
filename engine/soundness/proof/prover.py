"""Proving by an SMT solver that something cannot be: unsatisfiable is proved, a model is a counterexample, the rest is unknown.

Every query has a time limit and all of them together have one; what could not be decided in time is said to be so.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from engine.errors import Place
from engine.soundness.proof.terms import Term

Answer = Literal["proved", "refuted", "unknown"]
QUERY_SECONDS = 2.0
TOTAL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that should hold of every form, and whether it was proved. `statement` is Chinese."""

    about: str
    statement: str
    outcome: Answer
    place: Place


@dataclass(slots=True)
class Prover:
    """Asks the solver, within the time there is, and keeps a list of what was asked for."""

    query_seconds: float = QUERY_SECONDS
    total_seconds: float = TOTAL_SECONDS
    obligations: list[Obligation] = field(default_factory=list)
    spent: float = 0.0

    def possible(self, terms: Iterable[Term]) -> tuple[Answer, Any]:
        """Whether all terms can hold together: `proved` that they cannot, or `refuted` with a model, or unknown."""
        import z3

        left = min(self.query_seconds, self.total_seconds - self.spent)
        if left <= 0:
            return "unknown", None
        asked = list(terms)
        for make in (lambda: z3.SolverFor("QF_NRA"), z3.Solver):  # the one for products and quotients, then the general one
            started = time.monotonic()
            solver = make()
            solver.set("timeout", max(1, int(left * 1000)))
            solver.add(*asked)
            answer = solver.check()
            self.spent += time.monotonic() - started
            if answer == z3.unsat:
                return "proved", None
            if answer == z3.sat:
                return "refuted", solver.model()
        return "unknown", None

    def note(self, about: str, statement: str, outcome: Answer, place: Place) -> None:
        """Keep the outcome of an obligation."""
        self.obligations.append(Obligation(about, statement, outcome, place))


def exact(model: Any, term: Term) -> Fraction | None:
    """The rational value of a term in a model; None where it has none (an irrational root, or left open)."""
    import z3

    found = model.eval(term, model_completion=True)
    return Fraction(found.numerator_as_long(), found.denominator_as_long()) if z3.is_rational_value(found) else None


def decimal(value: Fraction) -> Decimal | None:
    """The value as a number a form can hold: None where its decimals do not end within 12 places."""
    scaled = value * 10**12
    if scaled.denominator != 1:
        return None
    return Decimal(scaled.numerator).scaleb(-12).normalize() + 0
