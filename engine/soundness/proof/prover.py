"""Proving by an SMT solver that something cannot be: unsatisfiable is proved, a model is a counterexample, the rest is unknown.

How far the solver goes is bounded by its own count of the steps it takes, for a query and for all of them together: no clock is
looked at, so that a busy or a slow machine says what any other says. What could not be decided within the bounds is said to be so.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from engine.errors import Place
from engine.soundness.proof.logic import Term

Answer = Literal["proved", "refuted", "unknown"]
QUERY_STEPS = 2_000_000
"""Steps (z3's `rlimit`) a query may take. The dearest of any shipped policy takes under 120,000."""
TOTAL_STEPS = 40_000_000
"""Steps all queries of a lint may take together. The dearest shipped policy takes 2.3 million."""
SEED = 0
_SOLVER = threading.RLock()


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that should hold of every form, and whether it was proved. `statement` is Chinese."""

    about: str
    statement: str
    outcome: Answer
    place: Place


@dataclass(slots=True)
class Prover:
    """Asks the solver, within the steps there are, and keeps a list of what was asked for."""

    query_steps: int = QUERY_STEPS
    total_steps: int = TOTAL_STEPS
    obligations: list[Obligation] = field(default_factory=list)
    spent: int = 0
    dearest: int = 0
    """Steps all queries took until now, and the most that one took."""

    def possible(self, terms: Iterable[Term]) -> tuple[Answer, Any]:
        """Whether all terms can hold together: `proved` that they cannot, or `refuted` with a model, or unknown."""
        import z3

        asked = list(terms)
        for solver in _solvers():
            left = min(self.query_steps, self.total_steps - self.spent)
            if left <= 0:
                break
            before = _steps(solver)
            solver.set("rlimit", left)
            for term in asked:  # as `solver.add` does, which asks each for its sort
                z3.Z3_solver_assert(solver.ctx.ref(), solver.solver, term.as_ast())
            answer = solver.check()
            steps = _steps(solver) - before
            self.spent, self.dearest = self.spent + steps, max(self.dearest, steps)
            if answer == z3.unsat:
                return "proved", None
            if answer == z3.sat:
                return "refuted", solver.model()
        return "unknown", None

    def note(self, about: str, statement: str, outcome: Answer, place: Place) -> None:
        """Keep the outcome of an obligation."""
        self.obligations.append(Obligation(about, statement, outcome, place))


@contextmanager
def solving() -> Iterator[None]:
    """z3 for one thread. It keeps the terms of a process in one place that knows no threads, and counts steps there.

    Terms that are garbage would be given back by whichever thread Python looks for garbage in, and end the process if another asks
    the solver meanwhile: where there are several threads, none is left over before, and none is given back until the end.
    """
    with _SOLVER:
        if threading.active_count() == 1:
            yield
            return
        collecting = gc.isenabled()
        gc.collect()
        gc.disable()
        try:
            yield
        finally:
            gc.collect()
            if collecting:
                gc.enable()


def opposite(answer: Answer) -> Answer:
    """The answer where what was to be proved is that the terms can hold together: a model shows it."""
    turned: dict[Answer, Answer] = {"refuted": "proved", "proved": "refuted", "unknown": "unknown"}
    return turned[answer]


def _solvers() -> Iterator[Any]:
    """The solver for products and quotients, then the same with its variables in another order.

    Put together by hand: the strategies that z3 chooses by itself (`QF_NRA`, the default solver) give up on their parts by the
    clock (5 s, 10 s), and its general one (`smt`) does not count what it does to large polynomials.
    """
    return (tactic.solver() for tactic in _tactics())


@cache
def _tactics() -> tuple[Any, ...]:
    """The two ways, which keep nothing of what they were used for."""
    import z3

    ways = ({"seed": SEED, "inline_vars": True}, {"seed": SEED + 1, "factor": False})
    return tuple(z3.Then("simplify", "propagate-values", z3.With("qfnra-nlsat", **way)) for way in ways)


def _steps(solver: Any) -> int:
    """How many steps z3 has taken in this process; it says nothing where it has taken none."""
    counted = solver.statistics()
    return int(counted.get_key_value("rlimit count")) if "rlimit count" in counted.keys() else 0  # noqa: SIM118  # no mapping


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
