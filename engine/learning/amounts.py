"""The budget block of a form nobody described: columns told by their amounts, rows by what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

from engine.documents.model import Row, TableCell
from engine.forms.columns import header_columns, one_line
from engine.forms.model import Layout
from engine.learning.evidence import points_of
from engine.learning.model import BUDGET_COLUMNS, BUDGET_ROWS, Guess
from engine.learning.similar import VERY_LIKE, likenesses

_CENT = Decimal("0.0101")
"""A rate printed with two places may be so far from the exact one, in points of a hundred."""
_MOST_COLUMNS = 8
_RATE = 60
_FEW = 2


@dataclass(frozen=True, slots=True)
class _Line:
    name: TableCell | None
    numbers: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Headings over amounts, and the lines below."""

    heads: tuple[TableCell, ...]
    lines: tuple[_Line, ...]


def budget_guesses(rows: Sequence[Row], base: Layout) -> list[Guess]:
    """What the budget's columns and rows are, where the packs do not know them all."""
    if any(_knows(row, base) for row in rows):
        at = next(n for n, row in enumerate(rows) if _knows(row, base))
        block = _block(rows, at)
        return _row_guesses(block, base, {}) if block else []
    best: tuple[int, _Block, dict[str, tuple[int, str, bool]]] | None = None
    for at in range(len(rows)):
        block = _block(rows, at)
        if block is None:
            continue
        points, fields = _fields(block, base)
        if fields and (best is None or points > best[0]):
            best = (points, block, fields)
    if best is None:
        return []
    _, block, fields = best
    guesses = []
    for key, (n, ground, sure) in fields.items():
        cell = block.heads[n]
        known = base.budget.columns.find(cell.text)
        if known is None or known.key != key:
            others = tuple((other, _usual(other, base)) for other in ("budget", "executed", "original") if other != key)
            label = one_line(cell.text)
            guesses.append(Guess(BUDGET_COLUMNS, key, label, _usual(key, base), ground, sure, cell.place, others))
    return [*guesses, *_row_guesses(block, base, {key: n for key, (n, _, _) in fields.items()})]


def _knows(row: Row, base: Layout) -> bool:
    keys = {label.key for _, label in header_columns(row, base.budget.columns)}
    return {"budget", "executed"} <= keys


def _usual(key: str, base: Layout) -> str:
    return next((label.texts[0] for label in base.budget.columns.items if label.key == key), key)


def _block(rows: Sequence[Row], at: int) -> _Block | None:
    """The headings in a row with the amounts below them; None if there are none."""
    heads = [(index, cell) for index, cell in enumerate(rows[at]) if cell]
    if len(heads) < _FEW or any(points_of(cell.text) is not None or len(one_line(cell.text)) > 24 for _, cell in heads):
        return None
    lines: list[_Line] = []
    for row in rows[at + 1 :]:
        if len(row) < heads[-1][0]:
            break
        ends = [*[index for index, _ in heads[1:]], max(len(row), heads[-1][0] + 1)]
        cells = [next((c for c in row[i:end] if c), None) for (i, _), end in zip(heads, ends, strict=True)]
        numbers = tuple(points_of(cell.text) if cell else None for cell in cells)
        if sum(number is not None for number in numbers) < _FEW:
            break
        texts = [cell for cell in row if cell and points_of(cell.text) is None]
        lines.append(_Line(texts[-1] if texts else None, numbers))
    if not lines or len(lines) > _MOST_COLUMNS:
        return None
    return _Block(tuple(cell for _, cell in heads), tuple(lines))


def _fields(block: _Block, base: Layout) -> tuple[int, dict[str, tuple[int, str, bool]]]:
    """Which column is which: the rate is what was executed of the budget; names that are like known ones count."""
    columns = [n for n in range(len(block.heads)) if any(line.numbers[n] is not None for line in block.lines)][:_MOST_COLUMNS]
    like = [likenesses(head.text, base.budget.columns) for head in block.heads]

    def ratio(n: int, key: str) -> float:
        return like[n][key].ratio if key in like[n] else 0.0

    best: tuple[int, dict[str, tuple[int, str, bool]]] = (0, {})
    for budget, executed in permutations(columns, 2):
        if not all(_not_above(line, executed, budget) for line in block.lines):
            continue
        words = ratio(budget, "budget") + ratio(executed, "executed")
        rates = [n for n in columns if n not in (budget, executed) and _is_rate(block, budget, executed, n)]
        points = int(50 * words) + (_RATE if rates else 0) + (5 if budget < executed else 0)
        if (rates or words >= _FEW * VERY_LIKE) and points > best[0]:
            best = (points, _made(block, budget, executed, rates, ratio(budget, "budget") + ratio(executed, "executed")))
    if best[1]:
        best[1].update(_points(block, columns, best[1]))
        taken = {n for n, _, _ in best[1].values()}
        for key in ("original", "weight", "score", "reason"):
            if key in best[1]:
                continue
            hit = max((n for n in range(len(block.heads)) if n not in taken), key=lambda n: ratio(n, key), default=None)
            if hit is not None and ratio(hit, key) >= VERY_LIKE:
                best[1][key] = (hit, f"称呼与“{like[hit][key].label}”相近", False)
                taken.add(hit)
    return best


def _made(block: _Block, budget: int, executed: int, rates: Sequence[int], words: float) -> dict[str, tuple[int, str, bool]]:
    names = [one_line(head.text) for head in block.heads]
    if not rates:
        ground = f"“{names[executed]}”不大于“{names[budget]}”，称呼与预算数、执行数相近"
        return {"budget": (budget, ground, False), "executed": (executed, ground, False)}
    rate = rates[-1]  # where all amounts are the same, another column of amounts fits as well: rates stand behind them
    ground = f"“{names[executed]}”除以“{names[budget]}”就是“{names[rate]}”"
    # 100 of 100: the two can be told apart by their names only
    told = len(rates) == 1 and any(line.numbers[budget] != line.numbers[executed] for line in block.lines)
    told = told or words >= _FEW * VERY_LIKE
    return {"budget": (budget, ground, told), "executed": (executed, ground, told), "rate": (rate, ground, told)}


def _points(block: _Block, columns: Sequence[int], fields: dict[str, tuple[int, str, bool]]) -> dict[str, tuple[int, str, bool]]:
    """Weight and score of execution: two columns of which the second is the first times the rate, in every line that has both."""
    at = {key: n for key, (n, _, _) in fields.items()}
    left = [n for n in columns if n not in at.values()]
    for weight, score in permutations(left, 2):
        lines = [line for line in block.lines if line.numbers[weight] is not None and line.numbers[score] is not None]
        if lines and all(_is_score(line, weight, score, at) for line in lines):
            names = [one_line(block.heads[n].text) for n in (weight, score)]
            ground = f"“{names[1]}”是“{names[0]}”乘以执行率"
            told = any(line.numbers[weight] != line.numbers[score] for line in lines)
            return {"weight": (weight, ground, told), "score": (score, ground, told)}
    return {}


def _is_score(line: _Line, weight: int, score: int, at: Mapping[str, int]) -> bool:
    w, s, b, e = (line.numbers[n] for n in (weight, score, at["budget"], at["executed"]))
    return w is not None and s is not None and b is not None and e is not None and b > 0 and abs(w * e / b - s) <= _CENT


def _not_above(line: _Line, executed: int, budget: int) -> bool:
    one, other = line.numbers[executed], line.numbers[budget]
    return one is None or (other is not None and 0 <= one <= other)


def _is_rate(block: _Block, budget: int, executed: int, at: int) -> bool:
    """Whether a column is executed of budget in every line that has all three, as share or in hundredths."""
    rows = [(line.numbers[budget], line.numbers[executed], line.numbers[at]) for line in block.lines]
    whole = [(b, e, r) for b, e, r in rows if b is not None and e is not None and r is not None and b > 0]
    return bool(whole) and all(abs(e * 100 / b - r) <= _CENT or abs(e / b - r) <= _CENT / 100 for b, e, r in whole)


# rows


def _row_guesses(block: _Block, base: Layout, fields: dict[str, int]) -> list[Guess]:
    """Which line is the total, where none is called as the packs know it: the one that the others add up to, or the only one."""
    roles = [base.budget.role(line.name.text) if line.name else None for line in block.lines]
    if any(role and role[0] in ("total", "sum") for role in roles):
        return []
    at = fields.get("budget")
    if at is None:
        keys = {n: base.budget.columns.find(head.text) for n, head in enumerate(block.heads)}
        at = next((n for n, label in keys.items() if label and label.key == "budget"), None)
    if at is None:
        return []
    amounts = [line.numbers[at] for line in block.lines]
    whole = [amount for amount in amounts if amount is not None]
    for n, line in enumerate(block.lines):
        amount = amounts[n]
        if line.name is None or amount is None:
            continue
        alone = len(block.lines) == 1
        adds = len(whole) > _FEW and amount * 2 == sum(whole)
        if adds or alone or (n == 0 and amount == max(whole)):
            ground = "其余各行加起来等于它" if adds else "只有这一行" if alone else "是第一行，金额最大"
            label, usual = one_line(line.name.text), base.budget.total
            others = (("detail", "其中一项"),)
            return [Guess(BUDGET_ROWS, "total", label, usual, ground, adds or alone, line.name.place, others)]
    return []
