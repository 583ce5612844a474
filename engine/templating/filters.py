"""How values stand in sentences: numbers in plain decimals, shares as percentages, long texts cut; and the sandbox of messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.values.numerals import plain
from engine.values.rounding import rounded

MAX_LENGTH = 2_000

_WHOLE = Decimal(100)
_TEN_THOUSAND = Decimal(10_000)


@cache
def environment() -> Any:
    """The sandbox messages run in: StrictUndefined, numbers shown in plain decimals."""

    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=shown, autoescape=False, keep_trailing_newline=False)
    made.filters.clear()
    made.filters.update(FILTERS)
    made.globals.clear()
    made.tests = {"defined": lambda value: not isinstance(value, Missing | StrictUndefined)}
    return made


def shown(value: object) -> object:
    """How a value stands in a message: numbers in plain decimals (at most 4), true and false as 是 and 否."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(rounded_for_people(value))
    return value


def rounded_for_people(value: Decimal, places: int = 4) -> Decimal:

    return rounded(Fraction(value), places).normalize()


def percent(value: Decimal, places: int = 2) -> str:
    """A share as a percentage: 0.4286 is 42.86%. What is short of 100 % is never shown as 100 %: 0.99998 is 99.99%."""
    return plain(points_for_people(value * 100, places)) + "%"


def points_for_people(points: Decimal, places: int = 2) -> Decimal:
    """Percentage points rounded half up, but cut where rounding would turn less than 100 into 100."""
    shown = rounded_for_people(points, places)
    return points.quantize(Decimal(1).scaleb(-places), ROUND_DOWN) if shown == _WHOLE > points else shown


def fixed(value: Decimal, places: int = 2) -> str:
    """A number with so many decimals."""

    return format(rounded(Fraction(value), places), "f")


def rate(points: Decimal, places: int = 2) -> str:
    """Percentage points as a percentage with so many decimals: 97.666… is 97.67%, 99.998 is 99.99% and not 100.00%."""
    return format(points_for_people(points, places), f".{places}f") + "%"


def money(yuan: Decimal) -> str:
    """An amount given in 元, in 万元 from ten thousand on: 495000 is 49.5万元."""
    return (
        f"{plain(rounded_for_people(yuan / _TEN_THOUSAND))}万元"
        if abs(yuan) >= _TEN_THOUSAND
        else f"{plain(rounded_for_people(yuan))}元"
    )


def magnitude(value: Decimal) -> Decimal:
    """A number without its sign."""
    return abs(value)


def short(text: str, length: int = 40) -> str:
    """A long text cut to `length` characters with an ellipsis."""
    return text if len(text) <= length else text[:length] + "…"


def swap(text: str, old: str, new: str) -> str:
    """Text with one phrase put in place of another."""
    return text.replace(old, new) if old else text


class Missing:
    """A field the form did not fill in, where a message names it: shown as such, false, not `defined`."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return MISSING


MISSING = "（未填）"

_MISSING = Missing()


def _of(kind: type, apply: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that leaves a value not filled in as it is. The checks let no other type get here."""

    def filtered(value: Any, *rest: Any) -> Any:
        return apply(value, *rest) if isinstance(value, kind) else value

    return filtered


FILTERS: Mapping[str, Any] = {
    "percent": _of(Decimal, percent),
    "rate": _of(Decimal, rate),
    "fixed": _of(Decimal, fixed),
    "money": _of(Decimal, money),
    "abs": _of(Decimal, magnitude),
    "short": _of(str, short),
    "swap": _of(str, swap),
}
