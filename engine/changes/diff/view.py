"""The difference of two policies as text: heaviest first, each with the places of both sides."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from engine.changes.diff.compare import EFFECTS, Change, PolicyDifference
from engine.changes.diff.data import place_text, sentence
from engine.results.views.screen import lines_printed

_SHOWN = 90
"""Characters of one side of a difference, on a screen; JSON has all."""


def render(found: PolicyDifference, terminal: bool) -> str:
    """Text for a terminal (in colour, NO_COLOR respected) or for a file: one difference a line, folded on a terminal alone."""
    return lines_printed(_lines(found), terminal=terminal)


def _lines(found: PolicyDifference) -> Iterator[Text]:
    for letter, head in (("A", found.before), ("B", found.after)):
        yield Text(f"{letter} {head.id}  {head.title}  （sha256 {head.sha256[:12]}）")
    yield Text()
    if not found.changes:
        same = "内容完全相同" if found.before.sha256 == found.after.sha256 else "除编号等登记事项外，内容相同"
        yield Text(f"没有不同：两个政策{same}。")
        return
    yield Text(f"共 {len(found.changes)} 处不同：" + "，".join(f"{title} {found.count(key)} 处" for key, title in EFFECTS.items()))
    for effect, title in EFFECTS.items():
        changes = [change for change in found.changes if change.effect == effect]
        if not changes:
            continue
        yield Text()
        yield Text(f"{title}（{len(changes)} 处）", style="bold")
        bases = [change for change in changes if effect == "words" and change.field == "basis"]
        for change in changes:
            if change not in bases:
                yield from _change(change)
        if bases:
            yield Text(f"  依据的条款有改动的 {len(bases)} 项")
            for (before, after), names in _by_basis(bases).items():
                yield Text(f"    {before} → {after}：{'、'.join(names)}")


def _change(change: Change) -> Iterator[Text]:
    said, place = _cut(sentence(change)), place_text(change)
    yield Text(f"  {said}") + Text(f"（{place}）" if place else "", style="dim")
    if change.used_by:
        listed = "、".join(change.used_by[:6]) + (f" 等 {len(change.used_by)} 处" if len(change.used_by) > 6 else "")
        yield Text(f"      用在：{listed}", style="dim")


def _cut(text: str) -> str:
    """A sentence short enough for a screen: long texts in the middle of it cut on both sides of the arrow."""
    text = " ".join(text.split())
    sides = [part if len(part) <= 3 * _SHOWN else part[: 3 * _SHOWN] + "…" for part in text.split(" → ")]
    return " → ".join(sides)


def _by_basis(changes: list[Change]) -> dict[tuple[str, str], list[str]]:
    out: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        out.setdefault((change.before or "（没有）", change.after or "（没有）"), []).append(change.name)
    return out
