"""Whether two policies give every input the same score and the same grade, by the solver; and where they do not.

Each table of scores is held against its counterpart over every record that can come to it: the same filed values on both sides,
each side reading direction, kind and tier of completion by its own tables where these differ. What is no table the solver can be
asked about (how cells are read, adjustments that look at other rows, how several values are put together) is listed as not proved,
and nothing is then called equal as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.changes.diff.compare import Change, difference
from engine.changes.scores.grades import compare_grades
from engine.changes.scores.joint import Joint
from engine.changes.scores.model import ScoreComparison, ScoreRegion, TableComparison, Witness
from engine.changes.scores.sides import ScoringSide
from engine.errors import PolicyError, Problem
from engine.language.formula import names
from engine.policy.library import Library
from engine.policy.resolved import Resolved
from engine.soundness.proof.prover import Prover, solving
from engine.values.numerals import plain

DERIVED: Mapping[str, tuple[str, ...]] = {
    "direction": ("direction", "verdict"),
    "attainment": ("attainment",),
    "nature": ("nature",),
}
"""By table of recognition, in the order they are asked: the fields of a row that follow from it."""
_TEXTS = ("label", "title", "basis", "place", "definition")
TOTAL_STEPS = 400_000_000
"""Steps of the solver for two policies: every pair of cases with its example, its span, its rise and its fall."""
_PROVED = ("scoring.execution", "scoring.total", "scoring.quantitative", "scoring.deadline", "scoring.qualitative",
           "scoring.not_applicable", "scoring.unscorable", "recognition.direction", "recognition.nature", "recognition.attainment",
           "tiers", "grades", "parameters")  # fmt: skip
"""Groups of items whose differences the solver is asked about."""
_SETTINGS = ("rounding", "bounds")
"""Settings of scoring that are."""


def compare_scores(before: str | Path, after: str | Path, where: Library, steps: int = TOTAL_STEPS) -> ScoreComparison:
    """Hold the scores of two policies (ids or directories) against each other. Raises PolicyError with everything wrong with
    either; a pack has no scores and is refused."""
    for policy in (before, after):
        _no_pack(policy, where)
    return held(ScoringSide.of(before, where), ScoringSide.of(after, where), steps)


def held(one: ScoringSide, two: ScoringSide, steps: int = TOTAL_STEPS) -> ScoreComparison:
    """Hold two policies that are built against each other."""
    found = difference(one.resolved, two.resolved)
    with solving():
        tables = tuple(_tables(one, two, Prover(total_steps=steps)))
    unproved = tuple(change for change in found.changes if _touches(change) and not _proved(change, one, two))
    return ScoreComparison(found.before, found.after, tables, unproved)


def _no_pack(policy: str | Path, where: Library) -> None:
    from engine.policy.loading import resolve

    resolved = resolve(policy, where)
    if resolved.sections["policy"]["status"] == "pack":
        wrong = f"“{resolved.id}”是供政策引用的包，没有得分可比"
        raise PolicyError(
            [Problem(resolved.place(("policy", "status")), wrong, "写两个政策的编号或目录", code="policy.compared-pack")]
        )


def _touches(change: Change) -> bool:
    """Whether a difference touches what a form scores; a roll-up of forms is no form."""
    return change.effect in ("scores", "reading") and change.group != "rollup"


def _proved(change: Change, one: ScoringSide, two: ScoringSide) -> bool:
    """Whether a difference is one that the tables compared here carry."""
    if change.group == "scoring":
        if change.item == "weights":  # of the weights only what execution and the whole are worth enter a score
            return change.field in ("execution", "full_score")
        return change.item in (*_SETTINGS, *one.tables)
    if change.group == "parameters":  # used where nothing is proved: told there
        return not _outside({change.item}, one, two)
    return change.group in _PROVED


def _outside(names: set[str], one: ScoringSide, two: ScoringSide) -> set[str]:
    """Parameters among these that something outside of the proved tables reads, and that touches readings or adjustments."""
    from engine.policy.items import items, parameters_used

    found: set[str] = set()
    for side in (one, two):
        for item in items(side.resolved):
            if item.path[0] in ("notation", "wording", "names") or item.group in ("scoring.adjust", "taxonomy"):
                found |= names & parameters_used(item.value)
    return found


# --- tables --------------------------------------------------------------------------------------------------------------


def _tables(one: ScoringSide, two: ScoringSide, prover: Prover) -> Iterator[TableComparison]:
    yield from _rounding(one, two)
    if one.policy.scoring.hundred != two.policy.scoring.hundred:
        said = "一个按百分计每个指标、一个按分值计：得分不是同一种数，没有比较"
        yield TableComparison("hundred", "各指标怎样计分", undecided=(said,))
        return
    yield _alike(one, two, "execution", ("weight",), prover)
    own, tables = _read_apart(one, two), list(one.policy.scoring.tables)
    for name in tables:
        yield _alike(one, two, name, (), prover)
    if own:
        others = [(name, other) for name in tables for other in tables if name == other or "nature" in own]
        for name, other in others:
            found = _apart(one, two, (name, other), own, prover)
            if found.answer != "equal":
                yield found
    yield _alike(one, two, "total", ("full_score", "applicable"), prover)
    yield compare_grades(one.policy, two.policy, prover)


def _alike(one: ScoringSide, two: ScoringSide, name: str, own: tuple[str, ...], prover: Prover) -> TableComparison:
    """A table, for rows that both read alike. `own`: what execution and the whole are worth."""
    tables = one.tables[name], two.tables[name]
    title = tables[0].title or name
    if _same_text(one, two, name) and not _worth_differs(one, two, own):
        return TableComparison(name, title)  # word for word the same, of the same fields: nothing to be proved
    return Joint(one, two, tables, own, prover).compare(title)


def _apart(one: ScoringSide, two: ScoringSide, names: tuple[str, str], own: tuple[str, ...], prover: Prover) -> TableComparison:
    """The tables that rows come to which the two policies read otherwise."""
    tables = one.tables[names[0]], two.tables[names[1]]
    titles = [table.title or table.name for table in tables]
    title = f"{titles[0]}（两边读法不同的行）" if names[0] == names[1] else f"A 归入{titles[0]}、B 归入{titles[1]}的行"
    return Joint(one, two, tables, own, prover).compare_apart(title)


def _worth_differs(one: ScoringSide, two: ScoringSide, own: tuple[str, ...]) -> bool:
    """Whether something among these that each policy has for itself is another."""
    here, there = one.policy.scoring.weights, two.policy.scoring.weights
    return ("weight" in own and here.execution != there.execution) or ("full_score" in own and here.full_score != there.full_score)


def _same_text(one: ScoringSide, two: ScoringSide, name: str) -> bool:
    """Whether a table says the same in both, parameters of formulas and the bounds of all scores included."""
    paths = [("scoring", name), ("scoring", "bounds"), ("scoring", "qualitative", "tiers")]
    named = {found.name for side in (one, two) for case in side.tables[name].cases if case.score for found in names(case.score)}
    values = [{key: side.params.get(key) for key in named} for side in (one, two)]
    return values[0] == values[1] and all(_meaning(one.resolved, path) == _meaning(two.resolved, path) for path in paths)


def _read_apart(one: ScoringSide, two: ScoringSide) -> tuple[str, ...]:
    """The fields that the two read from a row by tables of recognition that are not the same, or that look at such a field."""
    out: dict[str, None] = {}
    tiers = [tuple(tier.id for tier in side.policy.scoring.tiers) for side in (one, two)]
    for name, fields in DERIVED.items():
        here, there = (_meaning(side.resolved, ("recognition", name)) for side in (one, two))
        looks = one.policy.recognition[name].reads | two.policy.recognition[name].reads
        if here != there or (name == "attainment" and tiers[0] != tiers[1]) or looks & out.keys():
            out |= dict.fromkeys(fields)
    return tuple(out)


def _meaning(resolved: Resolved, path: tuple[str, ...]) -> Any:
    """What stands at a path without what only people read, and with parameters as their values."""
    node: Any = resolved.sections
    for step in path:
        node = node.get(step, {})
    params = resolved.sections.get("parameters", {})

    def made(value: Any) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {"param"} and value["param"] in params:
                return made(params[value["param"]]["value"])
            return {key: made(inner) for key, inner in value.items() if key not in _TEXTS}
        return [made(inner) for inner in value] if isinstance(value, list) else value

    return made(node)


def _rounding(one: ScoringSide, two: ScoringSide) -> Iterator[TableComparison]:
    """Rounding, where it differs: with a number that shows it. What is proved of the tables is proved of scores before it."""
    from fractions import Fraction

    here, there = (side.policy.scoring.rounding for side in (one, two))
    if here == there:
        return
    words = [f"保留 {each.places} 位小数、{_mode(each.mode)}、{'逐个指标' if each.at == 'indicator' else '只在合计时'}舍入"
             for each in (here, there)]  # fmt: skip
    tried = (Fraction(n, d) for d in (1000, 2000, 3, 7) for n in range(1, 60))
    number = next((value for value in tried if here(value) != there(value)), None)
    example = None
    if number is not None:
        example = Witness(f"算出的数 {plain(number)}", f"得 {plain(here(number))} 分", f"得 {plain(there(number))} 分")
    elif here.at != there.at:
        part = Fraction(1, 3)
        sums = [sum(Fraction(each(part)) for _ in range(3)) if each.at == "indicator" else part * 3 for each in (here, there)]
        shown = [f"合计 {plain(each(Fraction(total)))} 分" for each, total in zip((here, there), sums, strict=True)]
        example = Witness("三个指标各算出 1/3 分", *shown)
    yield TableComparison("rounding", "舍入", (ScoreRegion(("", ""), words[0], words[1], everywhere=False, example=example),))


def _mode(mode: str) -> str:
    from engine.policy import titles

    return titles.word(("scoring", "rounding", "mode"), mode)
