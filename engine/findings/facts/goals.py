"""Facts of kinds `part`, `goal` and `group`: first-level parts of a form, its annual goals and what its rows are grouped under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.findings.facts.indicator import home_of, level1_of
from engine.findings.facts.model import Source, present
from engine.findings.facts.numbers import headings_sum, reported_sum, weight_sum
from engine.language.facts import GoalFact, GroupFact, PartFact
from engine.policy.model import Policy
from engine.scoring.form import canonical_level1
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import Goal, Group
from engine.values.cells import number_of


def part_facts(scored: ScoredForm, policy: Policy) -> Iterator[tuple[PartFact, Source]]:
    """The first-level parts of a form, as its scores have them."""
    for name, score in scored.level1.items():
        inside = [item for item in scored.indicators if canonical_level1(item.known.indicator.level1, policy) == name]
        fact = PartFact(
            form=scored.label,
            form_kind=scored.form.kind,
            name=name,
            reported=score.reported,
            computed=score.computed,
            weight_sum=weight_sum(inside),
            weight_scheme=scored.scheme.level1.get(name),
            weight_case=scored.scheme.label or None,
            weight_clause=scored.scheme.basis,
        )
        yield fact, Source(scored.label, name, scored.form.place)


def goal_fact(goal: Goal, items: Sequence[ScoredIndicator], scored: ScoredForm) -> tuple[GoalFact, Source]:
    """An annual goal with the sums over `items`, its rows."""
    fact = GoalFact(
        form=scored.label,
        form_kind=scored.form.kind,
        number=goal.number,
        title=goal.title or None,
        weight=number_of(goal.weight),
        weight_sum=weight_sum(items),
        reported_sum=reported_sum(items),
        headings_sum=headings_sum(goal, "", number_of(goal.weight)),
        indicators=len(items),
    )
    return fact, Source(scored.label, f"年度目标{goal.number}", goal.place, present({"weight": goal.weight}))


def group_facts(
    goal: Goal, items: Sequence[ScoredIndicator], scored: ScoredForm, policy: Policy
) -> Iterator[tuple[GroupFact, Source]]:
    """What the rows of a goal (`items`) are grouped under, at the first and the second level."""
    for group in goal.groups or _groups(goal):
        inside = [
            item
            for item in items
            if item.known.indicator.level1 == group.level1 and (not group.level2 or item.known.indicator.level2 == group.level2)
        ]
        home = home_of(group.level2, policy)
        known = bool(home) if group.level2 else level1_of(group.level1, policy) is not None
        fact = GroupFact(
            form=scored.label,
            form_kind=scored.form.kind,
            goal=goal.number,
            depth=2 if group.level2 else 1,
            level1=group.level1,
            level2=group.level2 or None,
            name=group.level2 or group.level1,
            known=known,
            belongs=canonical_level1(group.level1, policy) in home if group.level2 else None,
            home="、".join(home) or None,
            weight=number_of(group.weight),
            weight_sum=weight_sum(inside),
            reported_sum=reported_sum(inside),
            headings_sum=None if group.level2 else headings_sum(goal, group.level1, number_of(group.weight)),
            indicators=len(inside),
        )
        yield fact, Source(scored.label, group.level2 or group.level1, group.place, present({"weight": group.weight}))


def _groups(goal: Goal) -> list[Group]:
    """The groups of a goal that a record does not list, as its indicators name them; without declared weights."""
    seen: dict[tuple[str, str], Group] = {}
    for item in goal.indicators:
        for level2 in dict.fromkeys(["", item.level2]):
            seen.setdefault((item.level1, level2), Group(item.level1, level2, None, item.place))
    return list(seen.values())
