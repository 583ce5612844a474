"""Policy conditions and formulas as terms of the SMT solver: one record of fields as unknowns, over exact rationals.

Numbers are reals with a flag for presence; a text is a number, too, one for each constant the policy compares it with and any
other for the rest, with a truth value for each pattern, tied together by what holds of every text (a constant contains what it
contains).
That is more than a text can be, never less: what is proved of every such record holds of every real one, and what is found
possible is held against the engine before anyone is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.language import formula, predicates
from engine.language.fields import Field
from engine.language.formula import Constant, Expression, Name
from engine.language.model import Ref, Scalar, Test
from engine.soundness.proof.logic import Term, every, implies, no, number, same, some


@dataclass(slots=True)
class Unknown:
    """One field: its value (numbers and truth values), whether it is there, and what is asked of its text."""

    name: str
    about: Field
    present: Term
    value: Term = None
    constants: dict[str, Term] = field(default_factory=dict)
    """Constant -> whether the text is it. The code of a text is in `value`."""
    patterns: dict[tuple[str, Any], Term] = field(default_factory=dict)
    """(contains or matches, words or pattern) -> whether it holds of the text."""


class Record:
    """The fields of one record as unknowns. `shared` are taken from another record: two records that differ in the rest only."""

    def __init__(self, name: str, fields: Mapping[str, Field], other: Record | None = None, own: Iterable[str] = ()) -> None:
        import z3

        self.name, self.fields = name, fields
        self.unknowns: dict[str, Unknown] = {}
        self.own: list[str] = []
        self.made: tuple[int, tuple[Term, ...]] = (-1, ())
        own = set(own)
        for key, about in fields.items():
            if other is not None and key in other.unknowns and key not in own:
                self.unknowns[key] = other.unknowns[key]
                continue
            self.own.append(key)
            unknown = Unknown(f"{name}.{key}", about, z3.Bool(f"{name}.{key}?"))
            unknown.value = z3.Bool(f"{name}.{key}") if about.type == "bool" else z3.Real(f"{name}.{key}")
            self.unknowns[key] = unknown

    def value(self, key: str) -> Term:
        """The number or truth value of a field."""
        return self.unknowns[key].value

    def present(self, key: str) -> Term:
        return self.unknowns[key].present

    def text(self, key: str, constant: str) -> Term:
        """Whether the text of a field is this constant (presence apart)."""
        unknown = self.unknowns[key]
        if constant not in unknown.constants:
            unknown.constants[constant] = same(unknown.value, _code(constant))
        return unknown.constants[constant]

    def holds(self, test: Test, bound: Mapping[str, Record] | None = None) -> Term:
        """The condition as a term: what `predicates.predicate` says of a record, said of this one."""
        if test.op == "any":
            return some([self.all_of(option, bound) for option in test.options])
        here = self.unknowns[test.field]
        if test.op == "present":
            return here.present
        if test.op == "absent":
            return no(here.present)
        if isinstance(test.value, Ref):
            record = (bound or {})[test.value.alias] if test.value.alias else self
            there = record.unknowns[test.value.field]
            return every([here.present, there.present, predicates.COMPARE[test.op](here.value, there.value)])
        return every([here.present, self._holds_of(test.op, here, test.value, test.field)])

    def all_of(self, tests: Iterable[Test], bound: Mapping[str, Record] | None = None) -> Term:
        """All conditions together as one term."""
        return every([self.holds(test, bound) for test in tests])

    def _holds_of(self, op: str, here: Unknown, value: Any, key: str) -> Term:
        import z3

        if op in ("contains", "not_contains", "matches", "not_matches"):
            kind = op.removeprefix("not_")
            known = here.patterns.get((kind, value))
            if known is None:
                known = here.patterns[kind, value] = z3.Bool(f"{here.name} {kind} {value!r}")
            return no(known) if op.startswith("not_") else known
        if op in ("in", "not_in"):
            among = some([self._equals(here, each, key) for each in value])
            return no(among) if op == "not_in" else among
        if op in ("eq", "ne"):
            equal = self._equals(here, value, key)
            return no(equal) if op == "ne" else equal
        return predicates.COMPARE[op](here.value, number(value))

    def _equals(self, here: Unknown, value: Scalar, key: str) -> Term:
        import z3

        if isinstance(value, bool):
            return same(here.value, z3.BoolVal(value))
        return self.text(key, value) if isinstance(value, str) else same(here.value, number(value))

    def axioms(self) -> tuple[Term, ...]:
        """What holds of every record, whatever it says (of a field shared with another record, that one says it). To be asked for
        after all conditions have been made; made anew only where there were new ones since."""
        known = sum(len(unknown.constants) + len(unknown.patterns) for unknown in self.unknowns.values())
        if self.made[0] != known:
            self.made = (known, tuple(self._axioms()))
        return self.made[1]

    def _axioms(self) -> Iterator[Term]:
        for key in self.own:
            if self.fields[key].type == "text":
                yield from _of_text(self.unknowns[key])


def _code(text: str) -> Term:
    """A number for a text: another for every other text, and the same whatever was asked before, so that answers stay the same."""
    return number(int.from_bytes(b"\x01" + text.encode("utf-8", "surrogatepass"), "big"))


def _of_text(unknown: Unknown) -> Iterator[Term]:
    """One of the choices if it is coded; what holds of a constant; what one word list says of another."""
    if (unknown.constants or unknown.patterns) and unknown.about.choices:
        yield some([same(unknown.value, _code(choice)) for choice in unknown.about.choices])
    for (kind, value), term in unknown.patterns.items():
        test = predicates.predicate(Test("x", kind, value))  # type: ignore[arg-type]  # contains or matches
        for constant, equal in unknown.constants.items():
            yield implies(equal, term if test({"x": constant}) else no(term))
    lists = [(value, term) for (kind, value), term in unknown.patterns.items() if kind == "contains"]
    for words, term in lists:
        for others, other in lists:
            if term is not other and all(any(part in word for part in others) for word in words):
                yield implies(term, other)


@dataclass(frozen=True, slots=True)
class TermValue:
    """A formula as a term, with what has to hold for it to have a value."""

    term: Term
    divisors: tuple[tuple[Term, Expression], ...]
    cuts: tuple[Cut, ...] = ()
    """What is rounded in it."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A number rounded in a formula: how, what, and the term that stands for what comes out."""

    sign: str
    places: int
    whole: Term
    cut: Term


def value(expression: Expression, names: Mapping[str, Term]) -> TermValue:
    """The formula as a term over `names`. Where a divisor is 0 the term means nothing: see `divisors`."""
    divisors: list[tuple[Term, Expression]] = []
    cuts: list[Cut] = []

    def made(node: Expression) -> Term:
        import z3

        if isinstance(node, Constant):
            return number(node.value)
        if isinstance(node, Name):
            return names[node.name]
        if node.sign in formula.ROUNDINGS:
            inner = made(node.operands[0])
            cuts.append(Cut(node.sign, formula.places(node), inner, _rounded(node.sign, formula.places(node), inner)))
            return cuts[-1].cut
        terms = [made(operand) for operand in node.operands]
        match node.sign:
            case "+":
                return terms[0] + terms[1]
            case "-":
                return terms[0] - terms[1]
            case "*":
                return terms[0] * terms[1]
            case "neg":
                return -terms[0]
            case "abs":
                return z3.If(terms[0] >= 0, terms[0], -terms[0])
            case "/":
                divisors.append((terms[1], node.operands[1]))
                return terms[0] / terms[1]
        least = terms[0]
        for term in terms[1:]:
            least = z3.If(least <= term, least, term) if node.sign == "min" else z3.If(least >= term, least, term)
        return least

    return TermValue(made(expression), tuple(divisors), tuple(cuts))


def _rounded(sign: str, places: int, inner: Term) -> Term:
    """A number that rounding may give: any from where it lies up to one step further, on the right side of 0. The solver knows no
    whole numbers beside products; that is more than rounding can give, never less."""
    import z3

    step = number(Fraction(1, 10**places))
    rest = z3.Real(f"rest of {inner.sexpr()}")
    rest = z3.If(z3.And(rest >= 0, rest <= 1), rest, number(0)) * step  # named by what is rounded: the same of the same
    if sign == "floor":
        low = inner - rest
        return z3.If(inner >= step, z3.If(low >= step, low, step), z3.If(inner >= 0, number(0), z3.If(low <= -step, low, -step)))
    if sign == "ceil":
        high = inner + rest
        return z3.If(
            inner <= -step, z3.If(high <= -step, high, -step), z3.If(inner <= 0, number(0), z3.If(high >= step, high, step))
        )
    near, half = inner - step / 2 + rest, step / 2
    outside = z3.If(inner >= half, z3.If(near >= step, near, step), z3.If(near <= -step, near, -step))
    return z3.If(z3.And(inner < half, inner > -half), number(0), outside)


def ordered(one: Iterable[Cut], two: Iterable[Cut]) -> list[Term]:
    """That numbers rounded the same way stay in their order."""
    two = list(two)
    out: list[Term] = []
    for a in one:
        for b in two:
            if (a.sign, a.places) == (b.sign, b.places):
                out += [implies(a.whole <= b.whole, a.cut <= b.cut), implies(b.whole <= a.whole, b.cut <= a.cut)]
    return out


def numbers_of(record: Record, params: Mapping[str, Any]) -> dict[str, Term]:
    """Everything a formula over this record may name: its numeric fields, and numeric parameters."""
    names = {
        name: number(given) for name, given in params.items() if isinstance(given, int | Decimal) and not isinstance(given, bool)
    }
    return names | {name: unknown.value for name, unknown in record.unknowns.items() if unknown.about.type == "number"}


def fields_of(expression: Expression, fields: Mapping[str, Field]) -> list[str]:
    """The fields a formula reads."""
    return list(dict.fromkeys(name.name for name in formula.names(expression) if name.name in fields))


HIGHEST_DEGREE = 8
"""Factors above and below the line of a formula, together, up to which it is proved anything of. `weight * actual / target` has
three; of polynomials of a much higher degree the solver's single steps become long, so that counting them bounds nothing."""


def degree(expression: Expression, fields: Mapping[str, Field]) -> int:
    """How many fields are multiplied above and below the line of a formula, at most, were it written as one quotient."""

    def made(node: Expression) -> tuple[int, int]:
        if isinstance(node, Constant | Name):
            return int(isinstance(node, Name) and node.name in fields), 0
        parts = [made(operand) for operand in node.operands]
        above, below = parts[0]
        for other_above, other_below in parts[1:]:
            match node.sign:
                case "*":
                    above, below = above + other_above, below + other_below
                case "/":
                    above, below = above + other_below, below + other_above
                case "+" | "-":
                    above, below = max(above + other_below, other_above + below), below + other_below
                case _:  # min, max: one of them
                    above, below = max(above, other_above), max(below, other_below)
        return above, below

    return sum(made(expression))
