"""Where, along one quantity a person thinks in, something is possible; and how far a difference goes at most.

Ends are found among the numbers the two policies name; where it is none of these, by halving, and the simplest fraction near by is
then held against the solver. What it cannot decide has no end here: the caller says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.changes.scores.model import SpanEdge, ValueSpan
from engine.language import formula
from engine.language.conditions import leaves
from engine.language.tables import Case
from engine.soundness.proof.logic import Term, number
from engine.soundness.proof.prover import Answer

MOST = Fraction(1000)
"""Beyond this a span counts as having no end."""
_HALVINGS = 24
_GUESSED = 6
Ask = Callable[[Sequence[Term]], Answer]
"""Whether some terms are possible beside what is known: `refuted` (of being impossible) is yes."""


@dataclass(frozen=True, slots=True)
class SpannedQuantity:
    """A quotient of two fields, or one field (`below` empty), and what it is called."""

    above: str
    below: str
    title: str
    percent: bool = False


QUANTITIES: Mapping[str, SpannedQuantity] = {
    "achieved": SpannedQuantity("actual", "target", "完成值与目标值之比"),
    "executed": SpannedQuantity("executed", "budget", "执行率", percent=True),
    "own": SpannedQuantity("reported", "weight", "自评得分与分值之比", percent=True),
    "total": SpannedQuantity("total", "", "总分"),
    "days_late": SpannedQuantity("days_late", "", "逾期天数"),
    "months_late": SpannedQuantity("months_late", "", "逾期月数"),
    "full_months_late": SpannedQuantity("full_months_late", "", "逾期整月数"),
}
"""What a span may be of."""


class Undecided(Exception):
    """The solver could not say where a span ends."""


def constants(cases: Iterable[Case], params: Mapping[str, Any]) -> list[Fraction]:
    """The numbers that conditions and formulas of these cases name, with their hundredths; 0 and 1 among them."""
    found = {Fraction(0), Fraction(1)}
    for case in cases:
        for condition in leaves(case.conditions):
            value = condition.test.value
            parts = value if isinstance(value, tuple) else (value,)
            found |= {Fraction(part) for part in parts if isinstance(part, int | Decimal) and not isinstance(part, bool)}
        if case.score is not None:
            found |= {Fraction(node.value) for node in _constants(case.score)}
            found |= {Fraction(params[name.name]) for name in formula.names(case.score) if _numeric(params.get(name.name))}
    return sorted(found | {value / 100 for value in found})


def _constants(node: formula.Expression) -> list[formula.Constant]:
    if isinstance(node, formula.Constant):
        return [node]
    return [] if isinstance(node, formula.Name) else [found for operand in node.operands for found in _constants(operand)]


def _numeric(value: Any) -> bool:
    return isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool)


def span(name: str, quotient: tuple[Term, Term | None], ask: Ask, named: Sequence[Fraction]) -> ValueSpan | None:
    """The span of a quantity among which something is possible (`ask`); None if it is not possible at all.

    Raises Undecided where the solver cannot say.
    """
    above, below = quotient
    if _possible(ask, []) is False:
        return None

    def at(value: Fraction, sign: int) -> Term:
        point = number(value) if below is None else number(value) * below
        return above > point if sign > 0 else above < point if sign < 0 else above == point

    low = _end(lambda value, sign: _possible(ask, [at(value, sign)]), -1, named)
    high = _end(lambda value, sign: _possible(ask, [at(value, sign)]), 1, named)
    return ValueSpan(name, low, high)


def greatest(term: Term, ask: Ask, most: Fraction) -> Fraction:
    """The most that a term can come to, or approach, from 0 to `most`; 0 where it is never above 0. Raises Undecided."""
    if not _possible(ask, [term > 0]):
        return Fraction(0)
    end = _end(lambda value, sign: _possible(ask, [term > number(value) if sign else term == number(value)]), 1, [most])
    return MOST if end.value is None else end.value


def _possible(ask: Ask, terms: list[Term]) -> bool:
    answer = ask(terms)
    if answer == "unknown":
        raise Undecided
    return answer == "refuted"


def _end(possible: Callable[[Fraction, int], bool], sign: int, named: Sequence[Fraction]) -> SpanEdge:
    """The outermost value on one side, of what is possible. `possible(value, sign)`: something lies beyond the value (0: on it)."""
    known = sorted(set(named), reverse=sign > 0)
    if possible(sign * MOST, sign):
        return SpanEdge(None)
    beyond, inside = sign * MOST, None
    for value in known:  # from outside inwards: the first beyond which something lies
        if possible(value, sign):
            inside = value
            break
        beyond = value
        if possible(value, 0):
            return SpanEdge(value, included=True)
    if inside is None:
        inside = -sign * MOST
    return _halved(possible, sign, Fraction(inside), Fraction(beyond))


def _halved(possible: Callable[[Fraction, int], bool], sign: int, inside: Fraction, beyond: Fraction) -> SpanEdge:
    """The end between a value beyond which something lies, and one beyond which nothing does."""
    if _reaches(possible, sign, beyond):  # everything up to the number that is named, but not that number itself
        return SpanEdge(beyond)
    for turn in range(1, _HALVINGS + 1):
        middle = (inside + beyond) / 2
        if possible(middle, sign):
            inside = middle
        else:
            beyond = middle
        if turn % _GUESSED == 0:  # the ends that policies make are simple numbers: found long before halving comes to them
            simple = simplest(min(inside, beyond), max(inside, beyond))
            if not possible(simple, sign) and ((on := possible(simple, 0)) or _reaches(possible, sign, simple)):
                return SpanEdge(simple, included=on)
    return SpanEdge(beyond)  # no simple number: too far out by less than a ten-thousandth


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator from `low` to `high`, by the tree of Stern and Brocot."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = low.numerator // low.denominator
    if whole == low:
        return low
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))


def _reaches(possible: Callable[[Fraction, int], bool], sign: int, value: Fraction) -> bool:
    """Whether something lies just inside of a value."""
    return possible(value - sign * Fraction(1, 10**9), sign)
