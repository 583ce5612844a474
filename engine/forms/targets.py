"""Targets written in several columns: the sign, the value, the unit; the value set in January and the one adjusted in the year.

Which column holds the signs is told by what stands in it, whatever its heading; the others keep what they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.documents.model import TableCell
from engine.forms.goal_rows import OpenGoal
from engine.forms.labels import fold
from engine.forms.model import Composition, Layout
from engine.submission.model import Cell, Doubt, Indicator
from engine.values.numerals import read_decimal


def joined(cells: Sequence[TableCell], by: Composition | None, *, achieved: bool = False) -> tuple[str, bool]:
    """A value whose sign, number and unit stand in cells of their own under one header, as one text; False if they are none.

    `achieved`: the value is what was reached, of which = says nothing more.
    """
    texts = [cell.text for cell in cells]
    if by is None or len(texts) > len(("sign", "value", "unit")):
        return "", False
    sign = by.meaning.get(fold(texts[0]), texts[0]) if fold(texts[0]) in _signs(by) else ""
    rest = texts[1:] if sign else texts
    sign = "" if achieved and fold(sign) == "=" else sign
    if sign and fold(sign) in by.words:
        return (rest[0], True) if len(rest) == 1 else ("", False)
    is_value = bool(rest) and (read_decimal(rest[0]) is not None or (bool(sign) and rest[0][:1].isdigit()))
    is_unit = len(rest) < 2 or not any(char.isdigit() for char in rest[1])
    if not is_value or not is_unit or len(rest) > 2:
        return "", False
    unit = rest[1] if len(rest) == 2 and fold(rest[1]) not in by.no_unit else ""
    return sign + rest[0] + (unit if _lacks(rest[0], unit, by.scales, bool(sign)) else ""), True


def settle_targets(goals: Sequence[OpenGoal], layout: Layout, doubts: list[Doubt]) -> None:
    """Put sign, value and unit of every indicator together, in place."""
    by = layout.composition
    if by is None:
        return
    every = [indicator for goal in goals for indicator in goal.indicators]
    column = _operator_column(every, by)
    mixed = _mixed_columns(every, by) if column is None and not any(i.operator or i.nature for i in every) else []
    if column:
        doubts[:] = [doubt for doubt in doubts if (doubt.key, doubt.text) != ("column_unlisted", column)]
    for goal in goals:
        goal.indicators = [_settled(indicator, column, mixed, by, doubts) for indicator in goal.indicators]


def _settled(indicator: Indicator, column: str | None, mixed: Sequence[str], by: Composition, doubts: list[Doubt]) -> Indicator:
    if column is not None:
        sign = next((item.value for item in indicator.others if item.label == column), None)
        rest = tuple(item for item in indicator.others if item.label != column)
        indicator = replace(indicator, operator=sign or Cell("", indicator.place), others=rest)
    said = next((item for item in indicator.others if item.label in mixed and fold(item.value.text) in _signs(by)), None)
    if said and indicator.target:
        why = f"“{said.label}”一列写着“{said.value.text}”，这一列不全是符号，没有并入目标值"
        doubts.append(Doubt("unread_cell", indicator.name, said.value.text, said.value.place, readings=why))
        return replace(indicator, target=replace(indicator.target, doubt=indicator.target.doubt or why))
    return composed(indicator, by, doubts)


def composed(indicator: Indicator, by: Composition, doubts: list[Doubt]) -> Indicator:
    """An indicator with the target of three columns put together (≥, 95, % -> ≥95%), and with the unit its actual lacks.

    The operator goes before the 指标性质. Where the form has no column of signs, the unit alone is put behind, but an empty sign
    of one that has it may be missing. A sign nobody knows makes the target doubtful.
    """
    sign_cell = indicator.operator or indicator.nature
    has_column = indicator.operator is not None or indicator.nature is not None
    target = indicator.target
    if target is None or not (sign_cell if has_column else indicator.unit):
        return indicator
    sign = by.meaning.get(fold(sign_cell.text), sign_cell.text) if sign_cell else ""
    if sign and fold(sign) not in by.signs:
        assert sign_cell is not None
        doubts.append(Doubt("unread_sign", indicator.name, sign_cell.text, sign_cell.place))
        return replace(indicator, target=replace(target, doubt=target.doubt or f"符号“{sign_cell.text}”不认得"))
    if fold(sign) in by.words or not target:
        return indicator
    unit = indicator.unit.text if indicator.unit and fold(indicator.unit.text) not in by.no_unit else ""
    signed = any(fold(target.text).startswith(other) for other in by.operators)
    bare = target.text if signed else sign + target.text
    made = replace(target, text=bare + (unit if _lacks(target.text, unit, by.scales, signed) else ""))
    actual = indicator.actual
    if actual and _lacks(actual.text, unit, by.scales) and not (fold(unit) in by.share_units and _may_be_share(actual.text)):
        actual = replace(actual, text=actual.text + unit)
    return replace(indicator, target=made, actual=actual)


def _signs(by: Composition) -> frozenset[str]:
    return by.signs | frozenset(by.meaning)


def _compares(text: str, by: Composition) -> bool:
    """Whether a sign says how the actual is compared (≥, 大于等于), and not only which way is better (正向)."""
    folded = fold(text)
    return folded in by.operators or folded in by.comparing


def _columns(every: Sequence[Indicator]) -> Mapping[str, list[str]]:
    """What stands in the columns that are no field, by their labels; empty cells left out."""
    found: dict[str, list[str]] = {}
    for indicator in every:
        for item in indicator.others:
            found.setdefault(item.label, []).append(item.value.text)
    return found


def _operator_column(every: Sequence[Indicator], by: Composition) -> str | None:
    """The column, not listed as one, that holds nothing but signs and at least one that compares; None if there is none, or the
    form has a column listed as that of the operators."""
    if any(indicator.operator for indicator in every):
        return None
    known = _signs(by)
    hits = [
        label
        for label, texts in _columns(every).items()
        if all(fold(text) in known for text in texts) and any(_compares(text, by) for text in texts)
    ]
    return hits[0] if len(hits) == 1 else None


def _mixed_columns(every: Sequence[Indicator], by: Composition) -> list[str]:
    """Columns in which signs stand among other things: nobody knows what they are."""
    return [label for label, texts in _columns(every).items() if any(_compares(text, by) for text in texts)]


def _lacks(text: str, unit: str, scales: tuple[str, ...], signed: bool = False) -> bool:
    """Whether this unit is lacking: behind a plain number, one behind a sign, or one that ends in a scale (12万) of its own."""
    number = text
    if text.endswith(scales) and not unit.startswith(scales):
        number = text[:-1]
    return read_decimal(number) is not None or (signed and number[-1:].isdigit())


def _may_be_share(text: str) -> bool:
    number = read_decimal(text)
    return number is not None and 0 < number <= 1
