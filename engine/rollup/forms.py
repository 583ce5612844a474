"""Several forms made one: goals and groups aligned, indicators matched by name, budgets added up.

The order of the forms does not matter: whatever has to be chosen among them is the most frequent, then the first by its text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from engine.policy.model import Policy
from engine.policy.rollup import RollupRules
from engine.rollup.budget import budget_lines
from engine.rollup.gathering import Setting
from engine.rollup.matching import Assigned, Assignment
from engine.rollup.model import (
    HERE,
    Child,
    Entry,
    Obstacle,
    exact,
    funds_changed,
    funds_of,
    grouped,
    listed,
    made,
    name_key,
    trimmed,
)
from engine.rollup.values import roll
from engine.scoring.budget import scored_line
from engine.scoring.form import canonical_level1
from engine.scoring.model import ScoredForm
from engine.submission.model import Cell, Form, Goal, Group, HeaderField, Indicator
from engine.submission.rolled import Member, RolledForm
from engine.values.cells import number_of
from engine.values.money import money_factor
from engine.values.rounding import rounded
from engine.values.vocabulary import Vocabulary

MOST_REASONS = 20
FUNDS = "资金额度"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RolledHead:
    """What the rolled-up form is to be: for whom, called what, of which kind, by which axis."""

    by: str
    unit: str
    name: str
    kind: str
    missing: tuple[str, ...] = ()
    """Units that were expected and have not filed this form."""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """The form without scores (the policy gives them when it is evaluated), and what stood in the way."""

    form: Form
    obstacles: tuple[Obstacle, ...]


def children_of(forms: Sequence[tuple[str, Form, ScoredForm]], by: str, rules: RollupRules, words: Vocabulary) -> list[Child]:
    """Forms with what their unit is called and their evaluations, as children with their funds, in an order that does not depend
    on the order given."""
    units = {line.money_unit for _, form, _ in forms for line in [scored_line(form)] if line and line.money_unit}
    money = {factor[1] for unit in units if (factor := money_factor(unit, words))}
    mixed = len(money) > 1  # 元 and 美元 have no common weight
    made = [
        Child(
            unit,
            form,
            scored,
            None if mixed else funds_of(form, rules, words, not units),
            form.name if by == "project" else unit,
            funds_changed(form, rules, words),
        )
        for unit, form, scored in forms
    ]
    return sorted(made, key=lambda c: (c.label, c.unit, c.form.name, c.form.place))


def entries_of(child: Child) -> list[Entry]:
    """The indicators of a child, as they may be put into rows."""
    return [
        Entry(child, item.known.indicator, item.known, item.score, (item.goal, place))
        for place, item in enumerate(child.scored.indicators)
    ]


def roll_form(
    children: Sequence[Child], head: RolledHead, policy: Policy, rules: RollupRules, words: Vocabulary, assignment: Assignment
) -> RolledUp:
    """The children as one form. `assignment` has the row of each of their indicators that was filed; of one that was rolled up in
    this run the row is its own."""
    obstacles: list[Obstacle] = []
    year = children[0].form.fiscal_year
    funds = [child.funds for child in children]
    whole = None if any(f is None for f in funds) else sum((f for f in funds if f is not None), Fraction(0))
    setting = Setting(head.by, len(children), whole, year, policy, rules, words)
    matched = _matched(children, assignment)
    goals = _goals(matched, children, head, setting, obstacles)
    budget = budget_lines(children, head.by, rules, words, obstacles)
    for child in children:
        if child.changed:
            told = f"{child.form.rolled.funds if child.form.rolled else ''} 元改为 {exact(child.funds)} 元（{child.label}）"
            obstacles.append(Obstacle("hand-changed", FUNDS, units=(child.label,), whole=len(children), details=told))
    obstacles = _gathered(obstacles)
    members = [Member(c.form.unit, c.form.name, "counted", exact(c.funds), c.form.place) for c in children]
    members += [Member(unit, "", "missing") for unit in sorted(head.missing)]
    form = Form(
        kind=head.kind,
        name=head.name,
        unit=head.unit,
        fiscal_year=year,
        place=HERE,
        title="",
        header=_header(children),
        budget=budget,
        goals=goals,
        rolled=RolledForm(head.by, policy.id, exact(whole), tuple(members)),
    )
    return RolledUp(form, tuple(obstacles))


def _gathered(obstacles: Sequence[Obstacle]) -> list[Obstacle]:
    """Percentages that nobody gives a base for are one thing to say of the form, not one for each of them."""
    bare = [o for o in obstacles if o.code == "rate-without-base" and not o.refused and len(o.units) == o.whole]
    rest = [o for o in obstacles if not any(o is item for item in bare)]
    if not bare:
        return rest
    return [*rest, Obstacle("rate-without-base", whole=len(bare), details=listed(o.name for o in bare))]


def most(values: Iterable[_T]) -> _T:
    """The most frequent value; of several the first by its text."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], str(value)))


# --- indicators --------------------------------------------------------------------------------------------------------


def _matched(children: Sequence[Child], assignment: Assignment) -> dict[str, list[tuple[Entry, Assigned]]]:
    """The indicators of all children by the key of their row."""
    out: dict[str, list[tuple[Entry, Assigned]]] = {}
    for child in children:
        for entry in entries_of(child):
            item = assignment.of(entry)
            out.setdefault(item.key, []).append((entry, item))
    return out


def _goals(
    matched: Mapping[str, Sequence[tuple[Entry, Assigned]]],
    children: Sequence[Child],
    head: RolledHead,
    setting: Setting,
    obstacles: list[Obstacle],
) -> tuple[Goal, ...]:
    """The goals with their indicators. Forms of several units have the same goals (told by title, else number); of several
    projects each has its own."""
    homes: list[tuple[tuple[str, int, str], tuple[int, str]]] = []
    titles: dict[tuple[str, int, str], Counter[str]] = {}
    made_: list[Indicator] = []
    keys = {id(e): _goal_key(e, head) for row in matched.values() for e, _ in row}
    for key, row in sorted(matched.items()):
        entries = [entry for entry, _ in row]
        goal = most(keys[id(e)] for e in entries)
        inside = [e for e in entries if keys[id(e)] == goal]
        titles.setdefault(goal, Counter()).update(_goal_title(e, head, setting.rules) for e in inside)
        made_.append(_indicator(entries, row, children, head, setting, obstacles))
        homes.append((goal, (min(e.order[1] for e in inside), key)))
    if setting.rules.weights[head.by].take == "by_funds" and len(children) > 1:
        made_ = _apportioned(made_, setting.rules)
    placed: dict[tuple[str, int, str], list[tuple[tuple[int, str], Indicator]]] = {}
    for (goal, order), indicator in zip(homes, made_, strict=True):
        placed.setdefault(goal, []).append((order, indicator))
    out = []
    first = {goal: (goal[0], min(order for order, _ in items)) for goal, items in placed.items()}
    for number, goal in enumerate(sorted(placed, key=lambda g: (first[g][0], g[1], first[g][1], g)), start=1):
        indicators = tuple(indicator for _, indicator in sorted(placed[goal], key=lambda item: item[0]))
        title = min(titles[goal], key=lambda text, goal=goal: (-titles[goal][text], text))  # type: ignore[misc]  # a bound default
        groups = _groups(indicators) if any(g.groups for c in children for g in c.form.goals) else ()
        out.append(Goal(number, title, HERE, _sum(i.weight for i in indicators), groups, indicators))
    return tuple(out)


def _apportioned(indicators: Sequence[Indicator], rules: RollupRules) -> list[Indicator]:
    """Weights made by funds, rounded so that those of a 一级指标 still add up: all are cut, and what is left of the sum goes to
    the largest remainders, one unit of the last decimal each."""
    out = list(indicators)
    unit = Fraction(1, 10**rules.rounding.places)
    for level1 in dict.fromkeys(i.level1 for i in indicators):
        inside = [(n, item.rolled) for n, item in enumerate(indicators) if item.level1 == level1]
        group = [(n, Fraction(rolled.weight)) for n, rolled in inside if rolled and rolled.weight]
        whole = sum((weight for _, weight in group), Fraction(0))
        if (whole / unit).denominator != 1 or len(group) < len(inside):
            continue
        cut = {n: weight // unit for n, weight in group}
        left = int(whole / unit) - sum(cut.values())
        order = sorted(group, key=lambda item: (-(item[1] / unit % 1), indicators[item[0]].name, item[0]))
        for n, _ in order[:left]:
            cut[n] += 1
        for n, units in cut.items():
            out[n] = replace(out[n], weight=made(trimmed(rounded(units * unit, rules.rounding.places))))
    return out


def goal_of(entry: Entry) -> Goal:
    """The goal an indicator stands under."""
    return next(goal for goal in entry.child.form.goals if goal.number == entry.order[0])


def _goal_key(entry: Entry, head: RolledHead) -> tuple[str, int, str]:
    """Project (where each has goals of its own), number, title. One title is one goal, whatever its number."""
    goal = next(g for g in entry.child.form.goals if g.number == entry.order[0])
    project = entry.child.form.name if head.by == "project" else ""
    return (project, 0 if goal.title else goal.number, name_key(goal.title) if goal.title else "")


def _goal_title(entry: Entry, head: RolledHead, rules: RollupRules) -> str:
    goal = next(g for g in entry.child.form.goals if g.number == entry.order[0])
    if goal.title or head.by != "project":
        return goal.title
    shape = rules.texts["goal"]
    return shape.replace("{form}", entry.child.form.name).replace("{number}", str(goal.number))


def _indicator(
    entries: Sequence[Entry],
    row: Sequence[tuple[Entry, Assigned]],
    children: Sequence[Child],
    head: RolledHead,
    setting: Setting,
    obstacles: list[Obstacle],
) -> Indicator:
    given = [item.name for _, item in row if item.name]
    name = most(given) if given else most(e.indicator.name for e in entries)
    level1, level2 = most((e.indicator.level1, e.indicator.level2) for e in entries)
    value = roll(name, row, setting)
    obstacles += [o for o in value.obstacles if o.units or o.code == "rate-bias"]
    if len({name_key(e.indicator.name) for e in entries}) > 1:
        obstacles.append(_told("names-merged", name, entries, grouped((e.indicator.name, e.child.label) for e in entries)))
    if alike := sorted({other for _, item in row for other in item.alike if other > name}):
        obstacles.append(_told("names-alike", name, entries, listed(alike)))
    titles = {name_key(goal_of(e).title): goal_of(e).title for e in entries if goal_of(e).title}
    if len(titles) > 1 and head.by != "project" and len(entries) == len({id(e.child.form) for e in entries}):
        pairs = ((goal_of(e).title, e.child.label) for e in entries)
        obstacles.append(_told("goals-differ", name, entries, grouped(pairs)))
    filed = {(canonical_level1(e.indicator.level1, setting.policy), e.indicator.level2) for e in entries}
    if len(filed) > 1:
        pairs = ((f"{e.indicator.level1}/{e.indicator.level2}", e.child.label) for e in entries)
        obstacles.append(_told("classification-differs", name, entries, grouped(pairs)))
    if head.by != "project" and len(entries) < len(children):
        having = {e.child.label for e in entries}
        absent = tuple(c.label for c in children if c.label not in having)
        obstacles.append(Obstacle("partly-reported", name, value.rolled.method, units=absent, whole=len(children)))
    return Indicator(
        name,
        level1,
        level2,
        HERE,
        weight=value.weight,
        target=value.target,
        actual=value.actual,
        score=entries[0].indicator.score if len(entries) == 1 else None,
        reason=_reasons(entries),
        rolled=replace(value.rolled, row=row[0][1].key if row[0][1].key != name_key(name) else ""),
        base=made(value.rolled.base) if value.rolled.base and "/" not in value.rolled.base else None,
    )


def _told(code: str, name: str, entries: Sequence[Entry], details: str) -> Obstacle:
    return Obstacle(code, name, units=tuple(e.child.label for e in entries), whole=len(entries), details=details)


def _reasons(entries: Sequence[Entry]) -> Cell | None:
    """What the forms say of a deviation, each with who says it."""
    said = [(e.child.label, e.indicator.reason.text) for e in entries if e.indicator.reason]
    if not said:
        return None
    if len(said) == 1 and len(entries) == 1:
        return made(said[0][1])
    shown = [f"{who}：{text}" for who, text in said[:MOST_REASONS]]
    return made("\n".join(shown) + (f"\n（共 {len(said)} 处）" if len(said) > MOST_REASONS else ""))


def _groups(indicators: Sequence[Indicator]) -> tuple[Group, ...]:
    """The headings of the indicators with the weights that lie under them."""
    inside: dict[tuple[str, str], list[Indicator]] = {}
    for item in indicators:
        for level2 in dict.fromkeys(["", item.level2]):
            inside.setdefault((item.level1, level2), []).append(item)
    order = sorted(inside, key=lambda key: (list(dict.fromkeys(i.level1 for i in indicators)).index(key[0]), key[1] != "", key[1]))
    return tuple(Group(level1, level2, _sum(i.weight for i in inside[(level1, level2)]), HERE) for level1, level2 in order)


def _sum(cells: Iterable[Cell | None]) -> Cell | None:
    values = [number_of(cell) for cell in cells]
    known = [value for value in values if value is not None]
    return made(trimmed(sum(known, Decimal(0)))) if known and len(known) == len(values) else None


def _header(children: Sequence[Child]) -> tuple[HeaderField, ...]:
    """What all forms say alike in their heads (主管部门 …); amounts and what differs are left out."""
    fields = [{(f.key, f.label): f.value.text for f in child.form.header} for child in children]
    out = []
    for item in children[0].form.header:
        key = (item.key, item.label)
        if all(own.get(key) == item.value.text for own in fields) and number_of(item.value) is None:
            out.append(HeaderField(item.key, item.label, made(item.value.text)))
    return tuple(out)


def with_scores(form: Form, scored: ScoredForm) -> Form:
    """The form with the policy's scores in its score cells, as a body would have filed it; `scored` is its evaluation.

    Where only one form reports an indicator and the policy gives no score, what that form gave itself stands.
    """
    scores = iter(scored.indicators)
    goals = []
    for goal in form.goals:
        own = [replace(item, score=_cell(next(scores).score.computed) or item.score or made("")) for item in goal.indicators]
        goals.append(replace(goal, indicators=tuple(own)))
    budget = tuple(replace(line, score=_cell(scored.execution.computed)) if line.role == "total" else line for line in form.budget)
    grade = made(scored.grade_computed) if scored.grade_computed else None
    return replace(form, goals=tuple(goals), budget=budget, total=_cell(scored.total.computed), grade=grade)


def _cell(value: Decimal | None) -> Cell | None:
    return None if value is None else made(format(value, "f"))
