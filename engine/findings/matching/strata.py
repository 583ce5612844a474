"""Strata: rules in an order in which a negated pattern on a derived kind is asked only when no more facts of it can come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import Place, PolicyError, Problem
from engine.language.model import Rule


def stratify(rules: Sequence[Rule]) -> list[tuple[Rule, ...]]:
    """Rules in the order in which they can be evaluated; those without a conclusion last. PolicyError if a fact depends on its
    own absence."""
    concluding = [(rule, rule.conclude.kind) for rule in rules if rule.conclude is not None]
    level = {kind: 0 for _, kind in concluding}
    rank = {rule.id: 0 for rule, _ in concluding}
    raised = [rule for rule, _ in concluding]
    for _ in range(len(level) + 1):  # each sweep settles one level more; there are no more levels than derived kinds
        raised = []
        for rule, kind in concluding:
            rank[rule.id] = max((level[p.kind] + p.negated for p in rule.patterns if p.kind in level), default=0)
            if rank[rule.id] > level[kind]:
                level[kind] = rank[rule.id]
                raised.append(rule)
        if not raised:
            break
    if raised:
        circle = _circle(concluding)
        message = f"规则 {'、'.join(circle)} 互相否定：事实的得出取决于它自己不存在"
        raise PolicyError(
            Problem(Place(path=circle[0]), message, "否定条件只用在别的规则已经全部得出的事实上", code="rule.negation-circle")
        )
    groups = [tuple(rule for rule, _ in concluding if rank[rule.id] == n) for n in sorted(set(rank.values()))]
    silent = tuple(rule for rule in rules if rule.conclude is None)
    return [*groups, silent] if silent else groups


def _circle(concluding: Sequence[tuple[Rule, str]]) -> list[str]:
    """Ids of the rules on a circle of kinds that contains a negation."""
    needs: dict[str, set[str]] = {}
    for rule, kind in concluding:
        needs.setdefault(kind, set()).update(p.kind for p in rule.patterns)
    reach = {kind: _closure(kind, needs) for kind in needs}
    for rule, kind in concluding:
        if any(p.negated and kind in reach.get(p.kind, {p.kind}) for p in rule.patterns):
            together = {k for k in reach if kind in reach[k] and k in reach[kind]}
            return sorted(r.id for r, k in concluding if k in together and any(p.kind in together for p in r.patterns))
    raise AssertionError("no circle although the levels never settled")


def _closure(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    found, left = {start}, [start]
    while left:
        fresh = needs.get(left.pop(), set()) - found
        found |= fresh
        left += fresh
    return found
