"""The comparison of two policies' scores as text, and each of its parts in Chinese sentences."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rich.text import Text

from engine.changes.diff.data import place_text, sentence
from engine.changes.scores.model import ANSWERS, ScoreComparison, ScoreRegion, SpanEdge, TableComparison, ValueSpan
from engine.changes.scores.spans import QUANTITIES
from engine.results.views.screen import lines_printed
from engine.values.numerals import plain

WHOLE = {
    "equal": "两个政策给每张表的得分、等级处处相同（已证明；汇总不在其内）",
    "differs": "两个政策的得分或等级有不同，下面逐表列出；其余的输入得分相同",
    "undecided": "能证的都相同，但有没有判定的，不能说处处相同",
}


def render(found: ScoreComparison, terminal: bool) -> str:
    """Text for a terminal or a file: first the whole, then table by table, then what was not proved."""
    return lines_printed(_lines(found), terminal=terminal)


def _lines(found: ScoreComparison) -> Iterator[Text]:
    for letter, head in (("A", found.before), ("B", found.after)):
        yield Text(f"{letter} {head.id}  {head.title}  （sha256 {head.sha256[:12]}）")
    yield Text()
    yield Text(whole(found), style="bold")
    for table in found.tables:
        yield from _table(table)
    if found.unproved:
        yield Text()
        yield Text(f"没有求证的改动（{len(found.unproved)} 处；上面的“相同”以它们不改变读出的数为前提）", style="bold")
        for change in found.unproved:
            place = place_text(change)
            yield Text(f"  {sentence(change)}") + Text(f"（{place}）" if place else "", style="dim")


def whole(found: ScoreComparison) -> str:
    """The answer in one sentence."""
    if found.answer == "differs" and (found.unproved or any(table.undecided for table in found.tables)):
        return WHOLE["differs"].split("；")[0] + "；没有判定的也列在下面"
    return WHOLE[found.answer]


def _table(table: TableComparison) -> Iterator[Text]:
    yield Text()
    yield Text(f"{table.title}：{ANSWERS[table.answer]}", style="bold" if table.answer != "equal" else "")
    for region in table.regions:
        yield Text(f"  A {region.before}")
        yield Text(f"  B {region.after}")
        yield Text(f"    {where(region)}")
        if region.example:
            yield Text(f"    例：{region.example.given}：A {region.example.before}，B {region.example.after}")
    for said in table.undecided:
        yield Text(f"  没有判定：{said}")


def where(region: ScoreRegion) -> str:
    """Where and by how much the two differ in a region, in one sentence."""
    parts = [span_said(region.span)] if region.span else []
    parts.append("处处不同" if region.everywhere else "有的地方不同")
    if region.rise:
        parts.append(f"B 最多多得 {_points(region.rise)} 分")
    if region.fall:
        parts.append(f"B 最多少得 {_points(region.fall)} 分")
    if region.rise or region.fall:
        parts[-1] += f"（满分 {_points(region.out_of)} 分）"
    if not region.bounded:
        parts.append("范围和幅度没有全部算出" if any(region.cases) else "举一例，没有逐种列出")
    return "，".join(parts)


def span_said(span: ValueSpan) -> str:
    """A span in words: 完成值与目标值之比在 1.2（含）至 2 之间."""
    of = QUANTITIES[span.quantity]
    low, high = (_edge(edge, percent=of.percent) for edge in (span.low, span.high))
    if span.low.value is not None and span.low.value == span.high.value:
        return f"{of.title}为 {_value(span.low.value, percent=of.percent)}"
    if low and high:
        return f"{of.title}在 {low}至 {high}之间"
    if low:
        return f"{of.title}{'不低于' if span.low.included else '高于'} {low.removesuffix('（含）').removesuffix('（不含）')}"
    if high:
        return f"{of.title}{'不高于' if span.high.included else '低于'} {high.removesuffix('（含）').removesuffix('（不含）')}"
    return f"{of.title}不限"


def _edge(edge: SpanEdge, *, percent: bool) -> str:
    return "" if edge.value is None else f"{_value(edge.value, percent=percent)}{'（含）' if edge.included else '（不含）'}"


def _value(value: Fraction, *, percent: bool) -> str:
    return f"{plain(value * 100)}%" if percent else plain(value)


def _points(value: Fraction) -> str:
    return plain(value) if (value * 10**4).denominator == 1 else f"约 {plain(Fraction(round(value * 100), 100))}"
