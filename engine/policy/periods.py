"""From which day to which a policy holds: its fiscal years, and the days of filing inside a year (`in_force`).

Rules change inside a year (天津 2024-04-28, 2024-05-09). Which ones a form falls under is told by the day it was filed: 填报日期 on
the form, or `--on-date`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import Place, Problem, UsageError
from engine.submission.model import Form

if TYPE_CHECKING:
    pass

_DIGITS = {char: str(number) for number, char in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0"}
_NUMBER = "[0-9〇○零一二三四五六七八九十]"
_DAY = re.compile(rf"({_NUMBER}{{2,4}})[年./-]\s*({_NUMBER}{{1,3}})[月./-]\s*({_NUMBER}{{1,3}})")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of filing, both inclusive; None is open."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    def holds(self, on: date | None) -> bool:
        """Whether a form filed on that day falls into it. A day that is not known refutes nothing."""
        return on is None or ((self.first is None or self.first <= on) and (self.last is None or on <= self.last))

    def __str__(self) -> str:
        if self.first and self.last:
            return f"{self.first} 至 {self.last} 填报"
        return f"{self.first} 起填报" if self.first else f"{self.last} 止填报" if self.last else "不限填报日期"


ALWAYS = Period()


class Covering(Protocol):
    """A policy, or what it says of itself."""

    def covers(self, fiscal_year: int, kind: str, on: date | None = None) -> bool: ...


def period(policy: Mapping[str, Any]) -> Period:
    """The days of filing of a policy's own data. A day that is none counts as open: `wrong_days` tells of it."""
    span: Mapping[str, str] = policy.get("in_force", {})
    return Period(_day(span.get("from", "")), _day(span.get("to", "")))


def wrong_days(policy: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """What is wrong with the days a policy writes: (path, message) pairs."""
    span: Mapping[str, str] = policy.get("in_force", {})
    wrong: list[tuple[tuple[str, ...], str]] = []
    wrong += [(("in_force", key), f"没有“{text}”这一天") for key, text in span.items() if _day(text) is None]
    found = period(policy)
    if not wrong and found.first and found.last and found.last < found.first:
        wrong.append((("in_force",), f"起止颠倒：{found.first} 至 {found.last}"))
    return wrong


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def option(text: str | None, name: str = "--on-date") -> date | None:
    """The day of the option of that name: 2024-04-28, 20240428 or 2024年4月28日. Raises UsageError if it is none."""
    if not text:
        return None
    found = _day(text) or _read(text)
    if found is None:
        raise UsageError(Problem(Place(), f"{name} 不是日期：“{text}”", "如 2024-04-28", code="usage.date"))
    return found


def filed_on(form: Form, on: date | None = None) -> date | None:
    """The day the form was filed: `on` if that is given, else the 填报日期 it prints; None if that names no day."""
    return on or (_read(form.filled_on.text) if form.filled_on else None)


def _read(text: str) -> date | None:
    """A day written with year, month and day; digits and Chinese numerals."""
    found = _DAY.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    year, month, day = (_number(part) for part in found.groups())
    if year is not None and year < 100:
        year += 2000
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """28, 二〇二四, 十二, 二十八; None for digits and 十 in an order that says nothing."""
    plain = "".join(_DIGITS.get(char, char) for char in text)
    if "十" in plain:
        tens, _, ones = plain.partition("十")
        plain = f"{tens or 1}{ones or 0}" if len(tens) < 2 and len(ones) < 2 else ""
    return int(plain) if plain.isdecimal() else None


def covers_all(policy: Covering, forms: Iterable[Form], on: date | None = None) -> bool:
    """Whether the policy applies to every one of the forms, on the day each was filed."""
    return all(policy.covers(form.fiscal_year, form.kind, filed_on(form, on)) for form in forms)
