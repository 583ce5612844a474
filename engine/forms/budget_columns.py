"""The columns of a budget block: which field each one is, rows that only number them, and a column whose name says two things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from engine.documents.model import Row
from engine.forms.columns import OTHER, one_line
from engine.forms.labels import Label
from engine.submission.model import BudgetLine, Cell
from engine.values.numerals import read_decimal

_NUMBERED = re.compile(r"[(]?(?:[0-9]{1,2}|[A-Z]|[①-⑳])[)]?(?:=.{1,40})?")


def fields_of(row: Row, found: Sequence[tuple[int, Label]]) -> tuple[dict[int, str], dict[str, str]]:
    """Which field each column is, and why a field is in doubt: of two columns for one the name that is written down counts; where
    both are, or neither, nobody knows which is meant."""
    names: dict[int, str] = {}
    doubtful: dict[str, str] = {}
    for index, label in found:
        before = next((at for at, name in names.items() if name == label.key), None)
        if before is None or label.key == "reason":
            names[index] = label.key
            continue
        written = [label.rank(row[at].text) < len(label.texts) for at in (before, index)]
        counts, kept = (index, before) if written == [False, True] else (before, index)
        names[counts], names[kept] = label.key, OTHER + one_line(row[kept].text)
        if written[0] == written[1]:
            doubtful[label.key] = f"“{one_line(row[before].text)}”和“{one_line(row[index].text)}”都可能是“{label.texts[0]}”"
    return names, doubtful


def are_numbers(texts: Sequence[str]) -> bool:
    """Whether these only number the columns over them: (1), (2), (3)=(2)/(1)."""
    folded = ["".join(text.split()).replace("（", "(").replace("）", ")") for text in texts]
    counted = [int(plain) for text in folded if (plain := text.strip("()")).isdigit()]
    grows = all(b == a + 1 for a, b in pairwise(counted))
    formula = any("=" in text for text in folded) or any(text[:1].isalpha() or text[:1] in "①(" for text in folded)
    return len(folded) > 1 and all(map(_NUMBERED.fullmatch, folded)) and grows and (formula or counted[:1] == [1])


def is_changed(change: Cell, cells: Mapping[str, Cell]) -> bool:
    """Whether a column that may say what the budget came to, or by how much it was changed, says the former: the printed rate is
    what comes of it, to half a percentage point."""
    executed, rate = cells.get("executed"), cells.get("rate")
    if not executed or not rate:
        return False
    budget, spent, printed = (_number(cell.text) for cell in (change, executed, rate))
    if not budget or spent is None or printed is None:
        return False
    whole = Fraction(100) if "%" in rate.text or "％" in rate.text or printed > 1 else Fraction(1)
    return abs(spent / budget * whole - printed) <= whole / 200


def in_doubt(lines: Sequence[BudgetLine], called: str) -> list[BudgetLine]:
    """The lines with the budget in doubt where no line showed what its column (`called` so) says."""
    why = f"“{called}”说的是调整后的预算还是调整了多少，不能确定"
    return [replace(line, budget=replace(line.budget, doubt=line.budget.doubt or why)) if line.budget else line for line in lines]


def _number(text: str) -> Fraction | None:
    number = read_decimal("".join(text.split()).rstrip("%％"))
    return None if number is None else Fraction(number)
