"""What became of the slips, as text."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from engine.soundness.mutation.model import KINDS, MutationReport, Verdict
from engine.soundness.mutation.slips import NOT_TRIED
from engine.soundness.tests.view import plain_data
from engine.values.numerals import plain
from engine.values.rounding import rounded
from engine.yaml import writer as yaml_text

_BY = {"check": "检查", "tests": "测试", "lint": "lint"}


def show(report: MutationReport) -> str:
    """Survivors with a test each, what makes no difference and how that is known, what could not be tried, and the figures."""
    lines: list[str] = []
    for verdict in report.of("survived"):
        lines += _survivor(verdict)
    for verdict in report.of("equivalent"):
        lines.append(f"＝ {_said(verdict)} 不起作用：{verdict.by}")
    for verdict in report.of("failed"):
        lines.append(f"！ {_said(verdict)} 没有试成：{verdict.by}")
    lines.append(kinds(report))
    by = Counter(_BY[verdict.fate] for verdict in report.of("check", "tests", "lint"))
    noticed = "、".join(f"{name} {count}" for name, count in by.items()) or "无"
    equal, failed = len(report.of("equivalent")), len(report.of("failed"))
    more = f"，另有 {equal} 处不起作用" if equal else ""
    more += f"，{failed} 处没有试成" if failed else ""
    tried = f"试改 {len(report.verdicts)} 处（共有 {report.possible} 处可改，--seed {report.seed}）"
    lines.append(
        f"{tried}：发现 {report.killed}（{noticed}），"
        f"没有发现 {len(report.of('survived'))}{more}；发现率 {rate(report.killed, report.counted)}。"
    )
    lines.append(f"没有试的：{'、'.join(NOT_TRIED)} 里的字（政策测试从记录出发，看不到条文、版式和报告）。")
    return "\n".join(lines) + "\n"


def rate(killed: int, counted: int) -> str:
    """The share in percent."""
    return f"{plain(rounded(Fraction(100 * killed, counted), 1).normalize())}%" if counted else "（没有可算的）"


def kinds(report: MutationReport) -> str:
    """By kind of slip: noticed of those that make a difference."""
    parts = []
    for kind, name in KINDS.items():
        of = [one for one in report.of("check", "tests", "lint", "survived") if one.mutant.kind == kind]
        if of:
            parts.append(f"{name} {sum(verdict.fate != 'survived' for verdict in of)}/{len(of)}")
    return f"各类：{'，'.join(parts)}" if parts else "各类：无"


def _survivor(verdict: Verdict) -> list[str]:
    lines = [f"✗ {_said(verdict)} 没有任何测试发现"]
    if verdict.proposal is None:
        return [*lines, "  没有找到能看出来的测试：结果有别，而测试说不到那一处"]
    return [*lines, "  建议的测试（结果是按现在的政策算的，请核对）：", yaml_text.item(plain_data(verdict.proposal.test), 4)]


def _said(verdict: Verdict) -> str:
    return f"{verdict.mutant.place}：改动“{verdict.mutant.what}”（{KINDS[verdict.mutant.kind]}）"
