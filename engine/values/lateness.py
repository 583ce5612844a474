"""How late something was done: days and months behind its deadline, where the texts leave one answer only."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lateness:
    """Days late; months late with a month begun counted whole (不足一个月按一个月计); months that are over. None where that cannot
    be told: a month names no day."""

    days: int | None = None
    months: int | None = None
    full_months: int | None = None


NOT_KNOWN = Lateness()
IN_TIME = Lateness(0, 0, 0)


def lateness(due: tuple[date, date], done: tuple[date, date]) -> Lateness:
    """How late a day of the span `done` is for the last admissible day, which is in the span `due` (read strictly and generously).

    The spans do not overlap: it is late for certain. Numbers the spans do not agree in are None.
    """
    least, most = (due[1], done[0]), (due[0], done[1])
    days = [(done_ - due_).days for due_, done_ in (least, most)]
    begun = [_begun(due_, done_) for due_, done_ in (least, most)]
    over = [_over(due_, done_) for due_, done_ in (least, most)]
    return Lateness(*(found[0] if found[0] == found[1] else None for found in (days, begun, over)))


def _begun(due: date, done: date) -> int:
    apart = _apart(due, done)
    return apart if _later(due, apart) >= done.toordinal() else apart + 1


def _over(due: date, done: date) -> int:
    apart = _apart(due, done)
    return apart if _later(due, apart) <= done.toordinal() else apart - 1


def _apart(due: date, done: date) -> int:
    return (done.year - due.year) * 12 + done.month - due.month


def _later(due: date, months: int) -> int:
    """The day so many months later, as a number: the end of a month for the end of a month, its last day for a day it lacks."""
    year, month = divmod(due.year * 12 + due.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    ends = due.day == calendar.monthrange(due.year, due.month)[1]
    return date(year, month + 1, last if ends else min(due.day, last)).toordinal()
