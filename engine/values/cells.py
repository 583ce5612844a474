"""The value of a cell of a form: typed, or a plain number."""

from __future__ import annotations

from decimal import Decimal

from engine.submission.model import Cell
from engine.values.model import Value
from engine.values.notation import read_decimal, read_value
from engine.values.vocabulary import Vocabulary


def value_of(cell: Cell | None, words: Vocabulary) -> Value:
    """The typed value of a cell; a cell the form does not have reads as empty, one whose text is not certain as words."""
    if cell and cell.doubt:
        return Value(cell.text, "text", note=cell.doubt)
    return read_value(cell.text if cell else "", words)


def number_of(cell: Cell | None) -> Decimal | None:
    """A plain number cell (分值, 得分, 预算数), 分 behind it or not; None if it is missing, empty, no number or not certain."""
    return read_decimal(cell.text.strip().removesuffix("分")) if cell and not cell.doubt else None
