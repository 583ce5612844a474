"""The outcome of a policy's tests as text."""

from __future__ import annotations

from fractions import Fraction

from engine.soundness.tests.policies import PolicyTestReport
from engine.values.numerals import plain
from engine.values.rounding import rounded


def show_tests(report: PolicyTestReport) -> str:
    """The outcome of a policy's tests: failures with what was expected and what came, then what no test covers."""
    lines = [f"✗ {result.place}：{result.name}：{result.reason}" for result in report.failed]
    for title, names in (
        ("没有报出来的测试的规则", report.rules_without_firing),
        ("没有不该报的测试的规则", report.rules_without_miss),
        ("没有测试的计分情形", report.cases_without_test),
    ):
        if names:
            lines.append(f"{title}：{'、'.join(names)}")
    passed = len(report.results) - len(report.failed)
    coverage = plain(rounded(Fraction(report.coverage), 1).normalize())
    lines.append(f"测试 {len(report.results)} 条，通过 {passed} 条；覆盖 {report.covered}/{report.to_cover}（{coverage}%）。")
    return "\n".join(lines) + "\n"
