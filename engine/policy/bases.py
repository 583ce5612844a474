"""Basis follows value: what uses an overridden value rests on the clause of the override, and on what supersedes its clause.

A case, band or rule names its clause where it is written. A policy that extends it and gives a parameter, a weight or the floor of
a tier another value changes what the case says without touching it: the clause that says what is now said is the override's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.policy.identity import Itself
from engine.policy.items import parameters_used
from engine.policy.parts import part_at, with_part
from engine.policy.resolved import Resolved, Same, bases
from engine.yaml.reader import Path_

_FOLLOWING = ("scoring", "recognition", "findings", "measures", "grades", "taxonomy", "rollup", "rollup_checks", "parameters")
"""Sections whose items rest on clauses that values can be overridden under."""
_SCORED = ("scoring", "grades")
_WEIGHT = re.compile(r"\bweight\b")


@dataclass(frozen=True, slots=True)
class Rested:
    """One `basis` that is not the one written: `path` of the key, the clause `written` there, and the clauses it follows, the one
    of the value it uses first."""

    path: Path_
    written: str
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The sections of a policy with every basis that follows a value put in place of the one written."""

    sections: Mapping[str, Any]
    rested: Mapping[Path_, Rested]
    """By the path of the item (without `basis`)."""
    replaced: Mapping[str, tuple[tuple[Path_, str], ...]]
    """Clause -> items that rested on it before an override or a superseding clause, each with the clause it rests on now."""


def followed(resolved: Resolved) -> Followed:
    """The policy's sections as they rest now. Remembered: asked for by whatever builds, shows or examines a policy."""
    return _followed(Same(resolved))


@lru_cache(maxsize=16)
def _followed(same: Same) -> Followed:
    resolved = same.resolved
    heirs = superseding(resolved.sections)
    if not heirs and not any(path[0] in _FOLLOWING for path in resolved.overridden):
        return Followed(resolved.sections, {}, {})
    rested: dict[Path_, Rested] = {}
    for path, written in bases_of(resolved.sections):
        now = tuple(dict.fromkeys(last(clause, heirs) for clause in _overriding(resolved, path[:-1], written) or (written,)))
        if now != (written,):
            rested[path[:-1]] = Rested(path, written, now)
    sections = resolved.sections
    for one in rested.values():
        sections = with_part(sections, one.path, one.now[0])
    return Followed(sections, rested, _replaced(resolved, rested, sections))


def bases_of(sections: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Every `basis` that may follow a value."""
    for section in _FOLLOWING:
        if section in sections:
            yield from bases(sections[section], (section,))


# --- clauses that say themselves what supersedes them --------------------------------------------------------------


def superseding(sections: Mapping[str, Any]) -> dict[str, str]:
    """Clause -> the clause that supersedes it, as the sources say: the old one (`superseded_by`) or the new (`supersedes`)."""
    out: dict[str, str] = {}
    for source, item in sections.get("sources", {}).items():
        for number, clause in item.get("clauses", {}).items():
            name = f"{source}#{number}"
            out |= {str(old): name for old in clause.get("supersedes", ())}
            if heir := clause.get("superseded_by"):
                out[name] = str(heir)
    return out


def last(clause: str, heirs: Mapping[str, str]) -> str:
    """What supersedes a clause in the end; the clause itself where nothing does. One that goes round ends where it began."""
    seen = {clause}
    while (heir := heirs.get(clause)) is not None and heir not in seen:
        seen.add(heir)
        clause = heir
    return clause


# --- values that were overridden -----------------------------------------------------------------------------------


def _overriding(resolved: Resolved, item: Path_, written: str) -> tuple[str, ...]:
    """The clauses of the overridden values that the item at `item` uses, as its writer did not know them; none where it uses
    none. A parameter is overridden itself, and rests on what it says."""
    if item[0] == "parameters":
        return ()
    writer = _writer(resolved, resolved.owner(item))
    if writer is None:
        return ()
    node = part_at(resolved.sections, item)
    then, now = writer.sections, resolved.sections
    out = []
    for used in _uses(item, node, now):
        before, after = used.clause(then), used.clause(now)
        # a rule rests on what it is about: a bound it takes from elsewhere is that only where both name one clause
        if before is not None and after is not None and before != after and (item[0] in _SCORED or before == written):
            out.append(after)
    return tuple(dict.fromkeys(out))


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str

    def clause(self, sections: Mapping[str, Any]) -> str | None:
        """The clause the value rests on, with what these sections say; None where they do not have it."""
        found = sections.get("parameters", {}).get(self.name)
        return None if found is None else str(found["basis"])


@dataclass(frozen=True, slots=True)
class _Execution:
    """What the execution of the budget is worth."""

    def clause(self, sections: Mapping[str, Any]) -> str | None:
        weights = sections.get("scoring", {}).get("weights")
        if weights is None:
            return None
        points = weights["execution"]
        return _Parameter(points["param"]).clause(sections) if isinstance(points, dict) else str(weights["basis"])


@dataclass(frozen=True, slots=True)
class _Floor:
    """The floor of a tier, or of the one above it."""

    tier: str
    above: bool = False

    def clause(self, sections: Mapping[str, Any]) -> str | None:
        tiers = sections.get("scoring", {}).get("qualitative", {}).get("tiers", [])
        at = next((n for n, tier in enumerate(tiers) if tier["tier"] == self.tier), None)
        if at is None or (self.above and at == 0):
            return None
        tier = tiers[at - self.above]
        floor = tier.get("from", tier.get("above"))
        return _Parameter(floor["param"]).clause(sections) if isinstance(floor, dict) else str(tier["basis"])


_Used = _Parameter | _Execution | _Floor


def _uses(item: Path_, node: Any, sections: Mapping[str, Any]) -> Iterator[_Used]:
    """The values the item at `item` uses: its own parameters first, then what it takes from the weights and the tiers."""
    known = sections.get("parameters", {})
    if isinstance(node, dict) and "cases" in node:  # its cases rest on clauses of their own
        names = frozenset(parameters_used({key: value for key, value in node.items() if key != "cases"}))
    else:
        names = _parameters(Itself(node))
    yield from (_Parameter(name) for name in sorted(names) if name in known)
    if not isinstance(node, dict):
        return
    if item[:2] == ("scoring", "execution") and _WEIGHT.search(str(node.get("score", ""))):
        yield _Execution()
    tier = node.get("tier")
    if item[:2] == ("scoring", "qualitative") and isinstance(tier, str):
        yield _Floor(tier)
        yield _Floor(tier, above=True)


@lru_cache(maxsize=1 << 13)
def _parameters(of: Itself[Any]) -> frozenset[str]:
    return frozenset(parameters_used(of.thing))


def _writer(resolved: Resolved, owner: str) -> Resolved | None:
    """The policy that wrote an item, as it stands by itself; None for the policy's own items: their writer knew every value."""
    if owner == resolved.id:
        return None
    for parent in resolved.parents:
        found = parent if parent.id == owner else _writer(parent, owner)
        if found is not None:
            return found
    return None


# --- what rested on a clause before --------------------------------------------------------------------------------


def _replaced(
    resolved: Resolved, rested: Mapping[Path_, Rested], sections: Mapping[str, Any]
) -> dict[str, tuple[tuple[Path_, str], ...]]:
    out: dict[str, dict[Path_, str]] = {}
    for item, one in rested.items():
        out.setdefault(one.written, {})[item] = one.now[0]
    for path, below in resolved.overridden.items():
        if path[0] not in _FOLLOWING:
            continue
        at = part_at(sections, path)
        mine = list(dict.fromkeys(basis for _, basis in bases(at)))
        if not mine:
            continue
        for document, origin in below:
            for _, basis in bases(part_at(document.data, origin)):
                if basis not in mine:
                    out.setdefault(basis, {}).setdefault(path, mine[0])
    return {clause: tuple(items.items()) for clause, items in out.items()}
