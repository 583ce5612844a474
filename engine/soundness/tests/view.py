"""The outcome of a policy's tests as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.soundness.tests.model import PolicyTestReport
from engine.soundness.tests.proposals import Proposal
from engine.values.numerals import plain
from engine.values.rounding import rounded
from engine.yaml import writer as yaml_text


def show_tests(report: PolicyTestReport, proposed: Sequence[Proposal] = ()) -> str:
    """The outcome of a policy's tests: failures with what was expected and what came, then what no test covers, with the tests
    `proposed` for what the policy itself writes."""
    lines = [f"✗ {result.place}：{result.name}：{result.reason}" for result in report.failed]
    for title, names in (
        ("没有报出来的测试的规则", report.rules_without_firing),
        ("没有不该报的测试的规则", report.rules_without_miss),
        ("没有测试的计分情形", report.cases_without_test),
    ):
        if names:
            lines.append(f"{title}：{'、'.join(names)}")
    if report.aside:
        lines += [f"上级的测试 {len(report.aside)} 条没有运行，测的是这里没有了的：", *(f"  {line}" for line in report.aside)]
    own = [detail for detail in report.details if detail.own]
    for detail in own if not report.failed else ():  # first what does not hold
        if not detail.shown:
            lines.append(f"{detail.place}：{detail.about}：{detail.what}")
    lines += show_proposals(proposed)
    passed = len(report.results) - len(report.failed)
    coverage = plain(rounded(Fraction(report.coverage), 1).normalize())
    lines.append(f"测试 {len(report.results)} 条，通过 {passed} 条；覆盖 {report.covered}/{report.to_cover}（{coverage}%）。")
    if own and not report.failed:
        shown = sum(detail.shown for detail in own)
        lines.append(f"细查（界限两边、词表、等级、报出的文字、级别和依据）：本政策写的 {shown}/{len(own)}。")
    return "\n".join(lines) + "\n"


def show_proposals(proposed: Sequence[Proposal]) -> list[str]:
    """The proposed tests as they would be written, with how to take them over."""
    if not proposed:
        return []
    lines = [f"建议的测试 {len(proposed)} 条（结果是按现在的政策算的，请核对；jixiao policy test --adopt 写进 tests/）："]
    for one in proposed:
        lines.append(yaml_text.item(plain_data(one.test), 2))
    return lines


def plain_data(value: Any) -> Any:
    """A test as it is written: numbers that came as text, as they are in results."""
    if isinstance(value, Mapping):
        return {key: plain_data(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_data(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
