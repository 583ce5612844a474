"""What the tests cost in CPU time, which a busy machine does not lengthen: `pytest --costs 20` prints the dearest tests and files.

Counted are this process and the processes it started and waited for, set-up and tear-down with the test they belong to. What a
fixture of the session costs is thus told at the test that first asked for it.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator

import pytest

KEY = "cpu seconds"


def spent() -> float:
    """CPU seconds, user and system, of this process and of its processes that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


class Costs:
    """Collects what each phase of each test cost, from all workers."""

    def __init__(self, shown: int) -> None:
        self.shown = shown
        self.tests: Counter[str] = Counter()

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        costs = (value for name, value in report.user_properties if name == KEY and isinstance(value, float))
        self.tests[report.nodeid] += sum(costs)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        files: Counter[str] = Counter()
        for test, seconds in self.tests.items():
            files[test.partition("::")[0]] += seconds
        write = terminalreporter.write_line
        for title, counted, most in (("tests", self.tests, self.shown), ("files", files, len(files))):
            terminalreporter.section(f"the dearest {title}, CPU seconds")
            for name, seconds in counted.most_common(most):
                write(f"{seconds:8.2f} {name}")
        write(f"{sum(files.values()):8.2f} in all")


class Meter:
    """Puts into each report what its phase cost, where the test runs."""

    def __init__(self) -> None:
        self.before = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[None]:
        report = yield
        now = spent()
        report.user_properties = [*(each for each in report.user_properties if each[0] != KEY), (KEY, now - self.before)]
        self.before = now
        return report
