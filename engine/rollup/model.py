"""The parts of a roll-up as data: who is rolled up, what each filed, what stands in the way; and exact numbers as text.

Money is in the smallest unit of its dimension (元); every number is an exact fraction until it is written into a cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from engine.errors import Place
from engine.forms.labels import fold
from engine.policy.rollup import RollupRules
from engine.scoring.budget import scored_line
from engine.scoring.model import Recognised, Score, ScoredForm
from engine.submission.model import Cell, Form, Indicator
from engine.submission.rolled import Rolled
from engine.values.cells import number_of
from engine.values.comparison import compare
from engine.values.model import Quantity, Value
from engine.values.money import money_factor
from engine.values.notation import printed
from engine.values.numerals import plain
from engine.values.rounding import Rounding
from engine.values.vocabulary import Vocabulary

SHOWN_GROUPS, SHOWN_UNITS = 6, 4
"""How many values, and how many units of each, an obstacle lists; the trace has all."""


@dataclass(frozen=True, slots=True)
class Child:
    """One form that is rolled up: a unit's, a project's, or one that was itself rolled up. `funds` is None where not known."""

    unit: str
    """What the unit is called here: its name, with its folder where two units have one name."""
    form: Form
    scored: ScoredForm
    funds: Fraction | None
    label: str
    """What it is called among those it is rolled up with: the unit, or the project."""
    changed: bool = False
    """Whether its budget was changed by hand after it was rolled up: then its funds are what its budget says, everywhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator on one child's form. `order` is its place there: goal and position."""

    child: Child
    indicator: Indicator
    known: Recognised
    score: Score
    order: tuple[int, int]

    @property
    def rolled(self) -> Rolled | None:
        return self.indicator.rolled

    @property
    def funds(self) -> Fraction | None:
        """What it weighs: the funds of those that report it where it was rolled up before, else the form's."""
        if not self.rolled or not self.rolled.funds or self.child.changed:
            return self.child.funds
        parts = [number(share.funds) for share in self.rolled.shares if share.funds]
        whole = number(self.rolled.funds)
        # what the shares do not add up to was changed by hand, and what they add up to counts
        return sum(parts, Fraction(0)) if parts and len(parts) == len(self.rolled.shares) and sum(parts) != whole else whole

    @property
    def _unit(self) -> Fraction:
        """One unit of the last decimal that the record says it was rounded to: a weight farther off was changed by hand."""
        places = _PLACES.search(self.rolled.rounding) if self.rolled else None
        return Fraction(1, 10 ** int(places[1])) if places else Fraction(1, 100)

    @property
    def weight(self) -> Fraction | None:
        """The weight: the exact one of the record it was rolled up to, where the cell still says it."""
        printed = None if self.known.weight is None else Fraction(self.known.weight)
        exactly = number(self.rolled.weight) if self.rolled and self.rolled.weight else None
        if exactly is not None and (printed is None or abs(exactly - printed) < self._unit):
            return exactly
        return printed


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of rolling something up, or should be known about it. `code` is one of rollup_rules.CODES."""

    code: str
    name: str = ""
    method: str = ""
    refused: bool = False
    units: tuple[str, ...] = ()
    whole: int = 0
    details: str = ""
    numbers: Mapping[str, Decimal | str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()


_PLACES = re.compile(r"保留 ([0-9]{1,2}) 位")
"""How `told` writes the decimals of a rounding."""


@lru_cache(maxsize=1 << 16)  # the same names on every form
def name_key(name: str) -> str:
    """A full name for comparison: width and style of brackets folded, white space and signs nobody sees dropped, nothing else: what
    stands in brackets, 不/未/非/无 and every sign (2.1 and 21, 2² and 22) are part of it."""
    return fold("".join(char for char in name if unicodedata.category(char) != "Cf"))


def number(text: str) -> Fraction:
    return Fraction(text)


def exact(value: Fraction | None) -> str:
    """An exact number as records write it: in decimals where it ends, else as a fraction."""
    if value is None:
        return ""
    text = plain(value)
    return f"{value.numerator}/{value.denominator}" if text.endswith("…") else text


def mean(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """The mean of values by their weights, exact. The weights add up to more than 0."""
    return sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0)) / sum(weights, Fraction(0))


def listed(units: Iterable[str], most: int = 8) -> str:
    """Names for people, the first few of many."""
    names = list(dict.fromkeys(units))
    return "、".join(names[:most]) + (f"等{len(names)}个" if len(names) > most else "")


def grouped(pairs: Iterable[tuple[str, str]]) -> str:
    """Who has which value: `95%（甲县、乙县）、90%（丙县）`, most frequent first."""
    groups: dict[str, list[str]] = {}
    for value, unit in pairs:
        groups.setdefault(value or "（空）", []).append(unit)
    order = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [f"{value}（{listed(sorted(units), SHOWN_UNITS)}）" for value, units in order[:SHOWN_GROUPS]]
    return "、".join(shown) + (f"等{len(order)}种" if len(order) > SHOWN_GROUPS else "")


def funds_of(form: Form, rules: RollupRules, words: Vocabulary, bare: bool) -> Fraction | None:
    """The 资金额度 of a form: of one rolled up, what it says; else the budget or the executed amount of its total line.

    `bare`: no form of the set writes a unit of money, so that amounts are taken as they stand. None where it is not known,
    not a number, or negative.
    """
    if form.rolled and form.rolled.funds and not funds_changed(form, rules, words):
        return number(form.rolled.funds)
    line = scored_line(form)
    amount = number_of(getattr(line, rules.funds.take)) if line else None
    if line is None or amount is None or amount < 0:
        return None
    if not line.money_unit:
        return Fraction(amount) if bare else None
    factor = money_factor(line.money_unit, words)
    return None if factor is None else Fraction(amount) * factor[0]


def funds_changed(form: Form, rules: RollupRules, words: Vocabulary) -> bool:
    """Whether the budget of a form that was rolled up is no longer what it was: changed by hand."""
    line = scored_line(form)
    amount = number_of(getattr(line, rules.funds.take)) if line else None
    if form.rolled is None or not form.rolled.funds or line is None or amount is None or not line.money_unit:
        return False
    factor = money_factor(line.money_unit, words)
    return factor is not None and Fraction(amount) * factor[0] != number(form.rolled.funds)


@dataclass(frozen=True, slots=True)
class Units:
    """Units of measure brought together: the common one, the factor of each, and whether a missing one was taken for it."""

    unit: str
    factors: Mapping[str, Fraction]
    assumed: tuple[str, ...] = ()


def together(units: Sequence[str], words: Vocabulary) -> Units | str:
    """The common unit of several, or why there is none (Chinese). The order they are given in does not matter."""
    distinct = sorted(set(units), key=lambda unit: (not unit, unit))
    common = distinct[0]
    for other in distinct[1:]:
        found = _pair(common, other, words)
        if isinstance(found, str):
            return found
        common = found[2]
    factors: dict[str, Fraction] = {}
    for unit in distinct:
        found = _pair(common, unit, words)
        if isinstance(found, str):
            return found
        factors[unit] = found[1] / found[0]
    return Units(common, factors, tuple(unit for unit in distinct if not unit and common))


def _pair(first: str, second: str, words: Vocabulary) -> tuple[Fraction, Fraction, str] | str:
    """Factors that bring two units into one, and that one. A number without unit goes with any but money (2 reads as 2元 or
    2万元) and a percentage it may be a share of."""
    if first == second:
        return Fraction(1), Fraction(1), first
    values = [Value(f"2{unit}", "number", "", (Quantity(Decimal(2), unit),)) for unit in (first, second)]
    compared = compare(values[0], values[1], replace(words, slip_near=None))  # of two units alone there is no slip
    if compared.kind != "numbers":
        return compared.reason
    pair = compared.pairs[0]
    return Fraction(pair.target) / 2, Fraction(pair.actual) / 2, pair.unit


HERE = Place(path="汇总")
"""Where what was rolled up stands: on no form."""

EXACT_PLACES = 12
"""A sum that ends within so many decimals is written in full."""

_LARGE = 10_000


def made(text: str) -> Cell:
    """A cell that the roll-up wrote."""
    return Cell(text, HERE)


def told(rounding: Rounding) -> str:
    """A rounding in words."""
    names = {"half_up": "四舍五入", "half_even": "四舍六入五成双", "down": "舍去", "up": "进一"}
    return f"{names[rounding.mode]}，保留 {rounding.places} 位小数"


def trimmed(value: Decimal) -> str:
    """A decimal without zeros at its end: 91.50 is 91.5."""
    return format(value.normalize(), "f") if value else "0"


def _apart(rounding: Rounding, value: Fraction, target: Fraction | None) -> Decimal:
    """The value rounded, on the same side of the target as it is."""
    out = rounding(value)
    for places in range(rounding.places + 1, EXACT_PLACES + 1):
        if target is None or (Fraction(out) == target) == (value == target):
            break
        out = replace(rounding, places=places)(value)
    return out


def written(
    operator: str,
    parts: Sequence[tuple[str, Fraction]],
    unit: str,
    raws: Sequence[str],
    rounding: Rounding,
    words: Vocabulary,
    *,
    full: bool = False,
    beside: Mapping[str, Fraction] | None = None,
) -> str:
    """A value as forms write it: `≥400件`, `38.2万户` where all it came from are written in 万, `正高81.82%，副高88.98%`.

    `full`: written in all its decimals where they end, as a sum of what was filed does; a mean is rounded. `beside`: the target of
    each component: a value that is below it is never rounded to it, nor one above; it has as many decimals as that takes.
    """
    scale, factor = "", Fraction(1)
    for word, size in sorted(words.scales.items(), key=lambda item: -item[1]):
        behind = re.compile(rf"[0-9][\s]*{re.escape(word)}")
        if size >= _LARGE and raws and word not in unit and all(behind.search(unicodedata.normalize("NFKC", raw)) for raw in raws):
            scale, factor = word, Fraction(size)
            break
    texts = []
    for label, value in parts:
        scaled = value / factor
        digits = scaled * 10**EXACT_PLACES
        ends = full and digits.denominator == 1
        target = (beside or {}).get(label)
        rounded_ = _apart(rounding, scaled, None if target is None else target / factor)
        text = trimmed(Decimal(digits.numerator).scaleb(-EXACT_PLACES) if ends else rounded_)
        texts.append(f"{label}{printed(operator)}{text}{scale}{unit}")
    return "，".join(texts)
