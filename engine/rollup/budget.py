"""The budgets of several forms added up, in one unit of money, exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.policy.rollup import RollupRules
from engine.rollup.model import HERE, Child, Obstacle, grouped, made
from engine.scoring.budget import scored_line
from engine.submission.model import BudgetLine, Cell
from engine.values.cells import number_of
from engine.values.money import money_factor
from engine.values.numerals import plain
from engine.values.rounding import rounded
from engine.values.vocabulary import Vocabulary

_AMOUNTS = ("original", "budget", "executed")


def budget_lines(
    children: Sequence[Child], by: str, rules: RollupRules, words: Vocabulary, obstacles: list[Obstacle]
) -> tuple[BudgetLine, ...]:
    """The total lines added up, and the detail lines that every form lists."""
    lines = [scored_line(child.form) for child in children]
    obstacles += _obstacles(children, lines)
    unit = _common(lines, rules, words)
    line_names = {line.name for line in lines if line}
    name = rules.texts["project_line"] if by == "project" else rules.texts["total_line"]
    if by != "project" and len(line_names) == 1:
        name = line_names.pop()
    total = _line(name, "total", lines, unit, words)
    if by == "project":
        return (total,)
    named = [{line.name: line for line in child.form.budget if line.role == "detail"} for child in children]
    every = sorted({name for own in named for name in own}, key=lambda n: (min(list(o).index(n) for o in named if n in o), n))
    whole = [n for n in every if all(n in own for own in named)]
    if rest := [n for n in every if n not in whole]:
        lacking = tuple(c.label for c, own in zip(children, named, strict=True) if any(n not in own for n in rest))
        obstacles.append(Obstacle("lines-partly", units=lacking, whole=len(children), details="、".join(rest)))
    return (total, *(_line(n, "detail", [own[n] for own in named], unit, words) for n in whole))


def _obstacles(children: Sequence[Child], lines: Sequence[BudgetLine | None]) -> Iterator[Obstacle]:
    """Why the total lines cannot be added up, or not for certain."""
    whole, both = len(children), list(zip(children, lines, strict=True))
    bare = tuple(child.label for child, line in both if line and not line.money_unit)
    if bare and not any(line and line.money_unit for line in lines):
        yield Obstacle("money-unit-unclear", units=bare, whole=whole)
    if missing := [child for child in children if child.funds is None]:
        pairs = ((_money(scored_line(child.form)), child.label) for child in missing)
        labels = tuple(child.label for child in missing)
        yield Obstacle("funds-missing", units=labels, whole=whole, details=grouped(pairs), refused=True)
    totals = [(child, sum(line.role == "total" for line in child.form.budget)) for child in children]
    if several := [(f"{count} 行", child.label) for child, count in totals if count > 1]:
        labels = tuple(label for _, label in several)
        yield Obstacle("total-lines", units=labels, whole=whole, details=grouped(several), refused=True)
    unspent = [child.label for child, line in both if child.funds is not None and line and number_of(line.executed) is None]
    if unspent:
        yield Obstacle("executed-missing", units=tuple(unspent), whole=whole, refused=True)


def _money(line: BudgetLine | None) -> str:
    if line is None:
        return "没有预算执行一行"
    texts = [cell.text if cell else "没有填" for cell in (line.budget, line.executed)]
    return f"预算数 {texts[0] or '空'}、执行数 {texts[1] or '空'}、金额单位 {line.money_unit or '没有写'}"


def _common(lines: Sequence[BudgetLine | None], rules: RollupRules, words: Vocabulary) -> str:
    """The unit of money of the sums: the policy's where it has one that goes with theirs, else the one most forms write, of
    several the largest: a province's money is not written in 元 because one unit did so."""
    written = Counter(line.money_unit for line in lines if line and line.money_unit)
    found = {unit: factor for unit in written if (factor := money_factor(unit, words))}
    wanted = money_factor(rules.money_unit, words) if rules.money_unit else None
    if wanted and any(factor[1] == wanted[1] for factor in found.values()):
        return rules.money_unit
    return max(found, key=lambda unit: (written[unit], found[unit][0], unit), default=next(iter(written), ""))


def _line(name: str, role: str, lines: Sequence[BudgetLine | None], unit: str, words: Vocabulary) -> BudgetLine:
    sums = {key: _added([(line, getattr(line, key) if line else None) for line in lines], unit, words) for key in _AMOUNTS}
    budget, executed = sums["budget"], sums["executed"]
    rate = None
    if budget and executed is not None:
        rate = made(f"{format(rounded(executed / budget * 100, 2), 'f')}%")
    cells = {key: None if value is None else made(_plain(value)) for key, value in sums.items()}
    weights = {line.weight.text for line in lines if line and line.weight}
    weight = made(weights.pop()) if len(weights) == 1 else None
    cells["original"] = cells["original"] if any(line and line.original for line in lines) else None
    empty = {key: cells[key] or made("") for key in ("budget", "executed")}
    return BudgetLine(name, role, HERE, unit, cells["original"], empty["budget"], empty["executed"], rate, weight)


def _added(cells: Sequence[tuple[BudgetLine | None, Cell | None]], unit: str, words: Vocabulary) -> Fraction | None:
    """Amounts added up in `unit`; None where one is missing, no number, or in a unit that is not certain."""
    whole = Fraction(0)
    to = money_factor(unit, words) if unit else (Fraction(1), "")
    for line, cell in cells:
        amount = number_of(cell)
        if line is None or amount is None or amount < 0 or to is None or bool(line.money_unit) != bool(unit):
            return None
        own = money_factor(line.money_unit, words) if unit else (Fraction(1), "")
        if own is None or own[1] != to[1]:
            return None
        whole += Fraction(amount) * own[0] / to[0]
    return whole


def _plain(value: Fraction) -> str:
    text = plain(value, 30)
    return text.rstrip("…")
