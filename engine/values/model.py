"""A typed value and the quantities it holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.values.dates import Deadline


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number. Numeral scales are folded in (8万 is 80000), percent stays as written (95 with unit "%").

    `unit` is the canonical spelling, or the text written for an unlisted one; compound units keep their signs ("元/人*月").
    `label` names a component ("正高") or what is counted; `approximate` is the word that makes it approximate ("近").
    """

    number: Decimal
    unit: str = ""
    label: str = ""
    approximate: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """The text of a cell, typed. `kind` is empty, not_applicable, number, composite, range, deadline or text.

    `operator` is "", ">=", ">", "<=", "<", "=" or "±". A range has two quantities, low and high. `remark` is text left beside
    a value; `note` (Chinese) says what could not be read, or was read with a doubt.
    """

    raw: str
    kind: str
    operator: str = ""
    quantities: tuple[Quantity, ...] = ()
    deadline: Deadline | None = None
    remark: str = ""
    note: str = ""
    extent: str = ""
    """The word that says which of several numbers it is (平均, 最长); empty where it is the only one."""
    inside: bool = False
    """Whether the number is one of a sentence (优良天数337天（92.1%）): the text is not the number as one would write it."""
    scanned: str = ""
    """The operator (as printed) that a scan may have turned into a letter or digit of this text; empty if there is no doubt."""

    doubt: str = ""
    """Why only the order of the number and the other side's is certain (Chinese), where it was computed; empty if it is."""

    @property
    def number(self) -> Decimal | None:
        """The number, if the value is a single one."""
        return self.quantities[0].number if self.kind == "number" else None

    @property
    def unit(self) -> str:
        """The unit of the single number; empty for other kinds."""
        return self.quantities[0].unit if self.kind == "number" else ""
