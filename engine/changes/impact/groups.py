"""The forms of a comparison by kind, by folder and by size of funds: which of them a change touches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_FOLDERS = 200
"""Folders listed; the others are one group."""
QUARTERS = ("资金最少的四分之一", "资金较少的四分之一", "资金较多的四分之一", "资金最多的四分之一")
NO_FUNDS = "没有资金额度"
LEAST = 8
"""Forms that are cut into quarters by their funds; of fewer a quarter says nothing."""


@dataclass(frozen=True, slots=True)
class FormHead:
    """What of a form its groups look at."""

    kind: str
    folder: str
    funds: Decimal | None
    changed: bool
    difference: Decimal | None
    regraded: bool


@dataclass(frozen=True, slots=True)
class GroupImpact:
    """The forms of a kind, a folder or a size of funds: how many, how many changed, and by how much in all."""

    by: str
    """kind, folder or funds."""
    name: str
    forms: int
    changed: int
    up: int
    down: int
    regraded: int
    difference: Decimal
    """Sum of the differences of totals, where both are known."""


def groups(forms: Sequence[FormHead]) -> tuple[GroupImpact, ...]:
    """The groups, where there are several of a sort."""
    quarter = _quarters(forms)
    out: list[GroupImpact] = []
    out += _grouped("kind", forms, lambda form: form.kind, ("department", "project"))
    out += _grouped("folder", forms, lambda form: form.folder)
    if quarter is not None:
        out += _grouped("funds", forms, quarter, (*QUARTERS, NO_FUNDS))
    return tuple(out)


def _quarters(forms: Sequence[FormHead]) -> Callable[[FormHead], str] | None:
    """The quarter of the forms one belongs to by its funds; equal funds are in one quarter."""
    known = sorted(form.funds for form in forms if form.funds is not None)
    if len(known) < LEAST or known[0] == known[-1]:
        return None
    edges = [known[len(known) * n // 4] for n in (1, 2, 3)]

    def of(form: FormHead) -> str:
        return NO_FUNDS if form.funds is None else QUARTERS[sum(form.funds >= edge for edge in edges)]

    return of


def _grouped(
    by: str, forms: Sequence[FormHead], key: Callable[[FormHead], str], order: Sequence[str] = ()
) -> Iterator[GroupImpact]:
    found: dict[str, list[FormHead]] = {}
    for form in forms:
        found.setdefault(key(form), []).append(form)
    if len(found) < 2:
        return
    if len(found) > MOST_FOLDERS:  # the largest, and all others together
        most = sorted(found, key=lambda name: (-len(found[name]), name))[: MOST_FOLDERS - 1]
        rest = [form for name, own in found.items() if name not in set(most) for form in own]
        found = {**{name: found[name] for name in most}, f"其余 {len(found) - len(most)} 个": rest}
    for name in sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name)):
        own = found[name]
        moved = [form.difference for form in own if form.difference]
        yield GroupImpact(
            by,
            name,
            len(own),
            sum(form.changed for form in own),
            sum(difference > 0 for difference in moved),
            sum(difference < 0 for difference in moved),
            sum(form.regraded for form in own),
            sum(moved, Decimal(0)),
        )
