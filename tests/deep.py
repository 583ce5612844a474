"""How much is tried: in `make test` a seeded sample of at most ten CPU seconds a sweep, in `make deep` the full count.

JIXIAO_DEEP is read here and nowhere else. A test that has a full count is marked `deep`, takes its number from `tries`, and tells
what it tried by the fixture `figure`; `make deep` runs these tests alone and prints the figures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

DEEP = os.environ.get("JIXIAO_DEEP") == "1"
KEY = "figure"
Figure = Callable[[str], None]
T = TypeVar("T")


def tries(sample: int, full: int) -> int:
    """The number to try: `sample` in every run of the tests, `full` in `make deep`."""
    return full if DEEP else sample


def some(every: Iterable[T], number: int) -> list[T]:
    """What a test is parametrised by: of all there is `number` members, spread evenly, in every run; all in `make deep`, for which
    the test is marked."""
    listed = list(every)
    return listed if DEEP or len(listed) <= number else [listed[n * len(listed) // number] for n in range(number)]


class Figures:
    """Prints what the tests tell of what they tried."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.told += [(report.nodeid, str(value)) for name, value in report.user_properties if name == KEY]

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("figures")
        for test, text in sorted(self.told):
            terminalreporter.write_line(f"{test}: {text}")
