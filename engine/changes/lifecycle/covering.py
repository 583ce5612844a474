"""Where a directory of policies covers others: the same id is in a root that is searched later, and is not used any more.

Told in Chinese with what that does: which of the two is used, whether forms still find a policy by themselves, what differs
between the two, and what else of the later roots stands on the id and changes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.changes.diff.compare import EFFECTS, PolicyDifference, difference
from engine.changes.diff.data import sentence
from engine.errors import PolicyError
from engine.language.wording import code
from engine.policy.heads import Head, heads
from engine.policy.library import Library, display_name
from engine.policy.loading import resolve
from engine.policy.lock import verify
from engine.policy.resolved import Resolved
from engine.resources import shipped

_STATUS = {"draft": "草稿", "published": "已发布", "retired": "停用", "pack": "只供引用"}
_SHOWN = 2
"""So many differences of one effect are written out."""


@dataclass(frozen=True, slots=True)
class CoveredPolicy:
    """An id that is in two roots: the first is used."""

    id: str
    used: Path
    covered: Path
    below: Library
    """The roots after that of the one used: what there would be without it."""


def coverings(where: Library) -> list[CoveredPolicy]:
    """Every id that more than one root has, in the order of ids."""
    out = []
    for id_ in where.ids():
        if covered := where.covered(id_):
            used = where.directory(id_)
            below = where.roots[where.roots.index(used.parent.parent) + 1 :]
            out.append(CoveredPolicy(id_, used, covered[0], Library(below)))
    return out


def told(where: Library, only: str = "") -> list[str]:
    """What the coverings of a library (or of the id `only`) do, each in a Chinese sentence; those that change nothing in one."""
    found = [one for one in coverings(where) if only in ("", one.id)]
    if not found:
        return []
    known = {head.id: head for head in heads(where)[0]}
    standing = _standing(where, frozenset(one.id for one in found))
    out, same = [], []
    for one in found:
        beneath = {head.id: head for head in heads(one.below)[0]}
        changes = _difference(one, where)
        if changes is not None and not changes.changes:
            same.append(one.id)
        else:
            out.append(_sentence(one, changes, known.get(one.id), beneath.get(one.id), standing.get(one.id, {})))
    if same:
        out.append(f"{'、'.join(same)} 与{_whose(found[0])}同编号、内容相同，用 {display_name(found[0].used.parent.parent)} 里的")
    return out


def _sentence(
    one: CoveredPolicy, changes: PolicyDifference | None, used: Head | None, covered: Head | None, standing: Mapping[str, bool]
) -> str:
    at = display_name(one.used)
    parts = [f"“{one.id}”有两个：用 {at}{_state(used)}，不用{_whose(one)}{_state(covered)}", *_chosen(used, covered)]
    if changes is None:
        parts.append(f"{at} 有错，不能使用，见 jixiao policy check {one.id}")
    else:
        parts.append("两个的不同：" + ("、".join(_counted(changes)) or "没有"))
    if standing:
        broken = [id_ for id_, good in standing.items() if not good]
        also = f"{_whose(one)} {'、'.join(standing)} 在“{one.id}”之上，也跟着改用"
        unusable = "" if len(broken) == len(standing) else f"其中 {'、'.join(broken)} "
        parts.append(also + (f"，{unusable}与发布时不同，不能使用" if broken else ""))
    return "；".join(parts)


def _whose(one: CoveredPolicy) -> str:
    """How the root of what is covered is called."""
    root = one.covered.parent.parent
    return "自带的" if root.resolve() == shipped("policies").resolve() else f" {display_name(root)} 里的"


def _state(head: Head | None) -> str:
    return f"（{_STATUS[head.status]}）" if head and head.status in _STATUS else ""


def _chosen(used: Head | None, covered: Head | None) -> Iterator[str]:
    """Which forms found a policy by themselves before, and find this one no more."""
    if covered is None or covered.status != "published" or (used is not None and used.status == "published"):
        return
    first, last = covered.first_year, covered.last_year
    years = str(first) if first == last else f"{first}—{last or '今'}"
    kinds = "、".join(code("form_kind", kind) for kind in covered.form_kinds)
    yield f"没有发布的不会自动选用，{years} 年度{kinds}的表因此不再自动选到“{covered.id}”"


def _counted(changes: PolicyDifference) -> Iterator[str]:
    """How many differences of each effect, heaviest first, with the first of them."""
    for effect, name in EFFECTS.items():
        found = [change for change in changes.changes if change.effect == effect]
        if not found:
            continue
        some = "；".join(sentence(change) for change in found[:_SHOWN]) if effect != "words" else ""
        more = "等" if len(found) > _SHOWN else ""
        yield f"{name} {len(found)} 处" + (f"（{some}{more}）" if some else "")


def _difference(one: CoveredPolicy, where: Library) -> PolicyDifference | None:
    """What the covering changes; None where one of the two cannot be read."""
    try:
        return difference(resolve(one.id, one.below), resolve(one.id, where))
    except PolicyError:
        return None


def _standing(where: Library, ids: frozenset[str]) -> dict[str, dict[str, bool]]:
    """By covered id: the policies of later roots that stand on it, and whether each can still be used."""
    out: dict[str, dict[str, bool]] = {}
    for id_ in where.ids():
        first = next(root for root in where.roots if (root / id_).is_dir())
        if first == where.roots[0]:
            continue
        try:
            resolved: Resolved = resolve(id_, where)
        except PolicyError:
            continue  # told by `policy list` and `policy check` with what is wrong
        try:
            verify(resolved)
            good = True
        except PolicyError:
            good = False
        for parent in _named(resolved.extends, ids):
            out.setdefault(parent, {})[id_] = good
    return out


def _named(extends: Sequence[str], ids: frozenset[str]) -> list[str]:
    return [id_ for id_ in extends if id_ in ids]
