"""How values stand in sentences: numbers in plain decimals, shares as percentages, money in 万元, scores in points, names listed,
quotation marks inside quotation marks; and the sandbox of messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from engine.values.numerals import plain, read_decimal
from engine.values.rounding import rounded

MAX_LENGTH = 2_000

_WHOLE = Decimal(100)
_TEN_THOUSAND = 10_000
_SLOT = re.compile(r"\{([a-z_]+)\}")
_QUOTED = re.compile(r"(“[^“”]*”|‘[^‘’]*’)")
_APART = re.compile("(?<=[0-9%‰]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=[0-9])")


@cache
def environment() -> Any:
    """The sandbox messages run in: StrictUndefined, numbers shown in plain decimals."""
    from jinja2 import StrictUndefined  # most messages are told without it (`messages.render`), and it is slow to import
    from jinja2.sandbox import ImmutableSandboxedEnvironment

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
    return rounded(value, places).normalize()


def percent(value: Decimal, places: int = 2) -> str:
    """A share as a percentage: 0.4286 is 42.86%. What is short of 100 % is never shown as 100 %: 0.99998 is 99.99%."""
    return plain(points_for_people(value * 100, places)) + "%"


def points_for_people(points: Decimal, places: int = 2) -> Decimal:
    """Percentage points rounded half up, but cut where rounding would turn less than 100 into 100."""
    shown = rounded_for_people(points, places)
    return points.quantize(Decimal(1).scaleb(-places), ROUND_DOWN) if shown == _WHOLE > points else shown


def fixed(value: Decimal, places: int = 2) -> str:
    """A number with so many decimals."""
    return format(rounded(value, places), "f")


def rate(points: Decimal, places: int = 2) -> str:
    """Percentage points as a percentage with so many decimals: 97.666… is 97.67%, 99.998 is 99.99% and not 100.00%."""
    return format(points_for_people(points, places), f".{places}f") + "%"


def money(yuan: Decimal) -> str:
    """An amount given in 元, in 万元 with two places and thousands separators: 32680000 is 3,268.00万元. What would come to nothing
    that way is left in 元: 32 is 32.00元."""
    shown = rounded(Fraction(yuan) / _TEN_THOUSAND, 2)
    return f"{shown:,.2f}万元" if shown or not yuan else f"{rounded(Fraction(yuan), 2):,.2f}元"


def money_apart(yuan: Decimal) -> str:
    """The same as messages have it, which set numbers apart from what they count: 3,268.00 万元."""
    return re.sub("(?<=[0-9])(?=[万元])", " ", money(yuan))


def closed(text: str) -> str:
    """A message as a document has it: no space between a number and what it counts (16.26万元, 4个). What is quoted stays."""
    return "".join(part if n % 2 else _APART.sub("", part) for n, part in enumerate(_QUOTED.split(text)))


def points(score: Decimal | str) -> str:
    """A score with two places, or as many as it was given with: 40 is 40.00, 9.4 is 9.40, 98.325 stays. Empty text stays empty."""
    if isinstance(score, str):
        if (number := read_decimal(score)) is None:
            return score
        score = number
    places = max(2, -int(score.as_tuple().exponent))
    return f"{score:.{places}f}"


def fill(text: str, slots: Mapping[str, object]) -> str:
    """Text with `{name}` replaced by what `slots` has under that name. Raises ValueError for a name that is not there."""

    def filled(found: re.Match[str]) -> str:
        if found[1] not in slots:
            raise ValueError(f"措辞“{text}”里的“{found[0]}”没有内容可填，可用的有 {'、'.join(slots)}")
        return str(shown(slots[found[1]]))

    return _SLOT.sub(filled, text)


def listed(names: Sequence[object], most: int = 5, unit: str = "项", after: Sequence[object] = ()) -> str:
    """Names in quotation marks, one after the other (GB/T 15834: nothing between them); of more than `most` that many, and how many
    there are in all: “甲”“乙”等7项. `after`: what stands behind each (its weight). No name is cut."""
    behind = [str(text) for text in after] or [""] * len(names)
    quoted = [f"“{name}”{text}" for name, text in zip(names, behind, strict=True)]
    between = "、" if any(behind) else ""
    return between.join(quoted) if len(quoted) <= most else f"{between.join(quoted[:most])}等{len(quoted)}{unit}"


def nested(text: str) -> str:
    """Text in which quotation marks inside others are single ones (GB/T 15834): “参加“走出去”培训” is “参加‘走出去’培训”. Text
    whose marks do not match is left as it is."""
    out, depth = [], 0
    for sign in text:
        if sign == "“":
            depth += 1
            sign = "“" if depth % 2 else "‘"
        elif sign == "”":
            if depth == 0:
                return text
            sign = "”" if depth % 2 else "’"
            depth -= 1
        out.append(sign)
    return text if depth else "".join(out)


def magnitude(value: Decimal) -> Decimal:
    """A number without its sign."""
    return abs(value)


def short(text: str, length: int = 40) -> str:
    """A long text cut to `length` characters with an ellipsis."""
    return text if len(text) <= length else text[:length] + "…"


def swap(text: str, old: str, new: str) -> str:
    """Text with one phrase put in place of another. Raises TooMuch for what would be longer than any text of a form."""
    from engine.templating.bounds import MAX_OUTPUT, TooMuch

    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_OUTPUT:
        raise TooMuch(f"一段文字超过 {MAX_OUTPUT} 字")
    return text.replace(old, new)


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
    "money": _of(Decimal, money_apart),
    "abs": _of(Decimal, magnitude),
    "short": _of(str, short),
    "swap": _of(str, swap),
}

NARRATIVE: Mapping[str, Any] = {
    "points": points,
    "fill": fill,
    "listed": listed,
    "nested": nested,
    "money": _of(Decimal, money),
    "closed": _of(str, closed),
}
"""Those that only templates of pages and reports have beside these, or have otherwise; messages of rules are held to a smaller
language."""
