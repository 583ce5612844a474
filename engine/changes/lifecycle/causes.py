"""Which changes of a policy a failed test fails for: what it changes of what it extends, held against what the test is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.changes.diff.compare import Change, difference
from engine.changes.diff.data import place_text, sentence
from engine.language.conditions import leaves
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.model import Policy
from engine.soundness.tests.model import PolicyTestResult

_FELT = ("scores", "findings", "reading")
"""Effects a test can feel."""
_MOST = 4
_WHOLE = ("weights", "rounding", "bounds", "composite", "total")
"""Parts of the scoring that every score comes through."""


def changes(policy: str, where: Library) -> tuple[Change, ...]:
    """What the policy changes of what it extends, as far as a test can feel it; nothing for a policy that extends none.

    Raises PolicyError for a policy that cannot be read.
    """
    resolved = resolve(policy, where)
    scored = [id_ for id_ in resolved.extends if resolve(id_, where).sections["policy"]["status"] != "pack"]
    if not scored:
        return ()
    return tuple(change for change in difference(resolve(scored[-1], where), resolved).changes if change.effect in _FELT)


def causes(result: PolicyTestResult, policy: Policy, changed: Sequence[Change]) -> list[str]:
    """The changes that a failed test is about, each in a Chinese sentence with its place; where none is nearer than another, all
    that every score comes through, told as possible."""
    names = set(_names(result, policy))
    near = [one for one in changed if one.item in names or names & {one.item.rpartition(".")[2]}]
    doubt = "" if near else "可能是"
    near = near or [one for one in changed if one.item in _WHOLE or one.group == "parameters"] or list(changed)
    told = [f"{doubt}{sentence(one)}（{place_text(one)}）" for one in near[:_MOST]]
    return [*told, f"等 {len(near)} 处"] if len(near) > _MOST else told


def _names(result: PolicyTestResult, policy: Policy) -> Iterator[str]:
    """What the subject of a test is called, and what it reads."""
    about = result.about.removeprefix("rollup:")
    yield about
    test = result.test or {}
    if "written" in test:
        for name in test["written"]:
            yield from name.split(".")[1:]
    if "form" in test or "total" in test:
        yield from (*_WHOLE, *(band.id for band in policy.grades), "execution_weight")
    rule = policy.rules.rules.get(about)
    if rule is not None:
        yield from (name for pattern in rule.patterns for condition in pattern.conditions for name in condition.params)
        yield from (leaf.test.field for pattern in rule.patterns for one in pattern.conditions for leaf in leaves([one]))
        return
    table, _, case = about.partition(".")
    yield from (table, case)
    tables = {one.name: one for one in (policy.scoring.execution, *policy.scoring.tables.values())}
    if table not in tables:
        return
    yield from _WHOLE[:1]
    if table == "execution":
        yield from ("execution_weight", "full_score")
    found = next((one for one in tables[table].cases if one.id == case), None)
    if found is not None:
        yield from (name for condition in found.conditions for name in condition.params)
        if found.tier:
            yield found.tier
            yield from (name for name, one in policy.parameters.items() if found.tier in name or one.id == found.tier)
