"""Which day a form was filed, and whether a policy was in force then."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import Place, UsageError
from engine.policy.periods import Period, filed_on, option
from engine.submission.model import Cell, Form


def form(text: str | None) -> Form:
    return Form("project", "甲", "乙", 2024, Place(), filled_on=Cell(text) if text is not None else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年4月28日", date(2024, 4, 28)),
        ("２０２４年４月２８日", date(2024, 4, 28)),
        ("2024-04-28", date(2024, 4, 28)),
        ("2024.4.28", date(2024, 4, 28)),
        ("2024/4/8", date(2024, 4, 8)),
        ("二〇二四年四月二十八日", date(2024, 4, 28)),
        ("二○二四年十二月三十日", date(2024, 12, 30)),
        ("二零二四年十月十一日", date(2024, 10, 11)),
        ("24年4月28日", date(2024, 4, 28)),
        ("2024年4月", None),
        ("2024年2月30日", None),
        ("2024年十十月1日", None),
        ("", None),
        (None, None),
    ],
)
def test_the_day_a_form_prints(text: str | None, day: date | None) -> None:
    assert filed_on(form(text)) == day
    assert filed_on(form(text), date(2020, 1, 1)) == date(2020, 1, 1), "the day that is named comes first"


@pytest.mark.parametrize("text", ["2024-04-28", "20240428", "2024年4月28日", "2024/4/28"])
def test_the_day_on_the_command_line(text: str) -> None:
    assert option(text) == date(2024, 4, 28)


@pytest.mark.parametrize("text", ["2024-4", "四月", "2024-02-30"])
def test_a_day_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="不是日期"):
        option(text)


def test_both_ends_count() -> None:
    period = Period(date(2024, 4, 28), date(2024, 5, 8))
    days = [date(2024, 4, 27), date(2024, 4, 28), date(2024, 5, 8), date(2024, 5, 9), None]
    assert [period.holds(day) for day in days] == [False, True, True, False, True]
    assert [str(one) for one in (period, Period(last=date(2024, 5, 8)), Period())] == [
        "2024-04-28 至 2024-05-08 填报",
        "2024-05-08 止填报",
        "不限填报日期",
    ]
