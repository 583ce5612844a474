"""What a form made by roll-up (汇总) keeps of the forms it was made of: members, methods, and each value exact."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Place


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit or project gave to a value rolled up (汇总): the value as filed, and the weight it had. Numbers are exact."""

    unit: str
    form: str = ""
    value: str = ""
    """As filed; for an averaged score, the score taken."""
    exact: str = ""
    """The number taken, in the unit of the rolled-up value: `91.5`, `275/3`."""
    funds: str = ""
    """资金额度 it is weighted with, in the smallest unit of money written (元)."""
    weight: str = ""
    """分值 it had there."""
    place: Place = field(default=Place())


@dataclass(frozen=True, slots=True)
class RolledNumber:
    """A number of a rolled-up value, exact (`275/3`), with its canonical unit; `label` names a component (正高)."""

    label: str = ""
    unit: str = ""
    actual: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Rolled:
    """How the values of an indicator came about by roll-up, exact, so that they can be rolled up further without rounding twice."""

    method: str
    case: str
    """The case of the policy's table that chose the method."""
    basis: str
    row: str = ""
    """What the row is known by at the next level, where that is more than its name."""
    reporting: int = 0
    """How many of those rolled up report the indicator."""
    funds: str = ""
    """Funds of those that report it: its weight at the next level."""
    weight: str = ""
    """The weight, exact."""
    numbers: tuple[RolledNumber, ...] = ()
    score: str = ""
    """The averaged score, exact, and below the ends of the range it may lie in."""
    low: str = ""
    high: str = ""
    attainment: str = ""
    base: str = ""
    """The bases (numbers the percentage is of) added up, where all give one; `by_base` the average weighted with them."""
    by_base: str = ""
    rounding: str = ""
    refused: str = ""
    """Why there is no value (Chinese); empty if there is one."""
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A unit or project of a rolled-up form. `status` is counted, or missing where it was expected and has no form."""

    unit: str
    form: str = ""
    status: str = "counted"
    funds: str = ""
    place: Place = field(default=Place())


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of the roll-up, kept with the form it is about."""

    rule: str
    severity: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class RolledForm:
    """What a rolled-up form was made of. `by` is unit, region or project."""

    by: str
    policy: str
    funds: str = ""
    members: tuple[Member, ...] = ()
    remarks: tuple[Remark, ...] = ()
