"""An actual against a target: are the two comparable, and in which numbers.

Everything assumed on the way is said in `assumptions`; where an assumption could turn the verdict, the two are incomparable
and the verdict is `unknown`. What words are worth (完成, 达成预期指标) is for the policy's recognition tables to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.values.common_unit import Incomparable, Notes, common_unit
from engine.values.lateness import IN_TIME, NOT_KNOWN, Lateness, lateness
from engine.values.model import Quantity, Value
from engine.values.notation import Vocabulary, fold
from engine.values.numerals import EXACT, scaled
from engine.values.scanning import turns

INEQUALITIES = (">=", ">", "<=", "<")
_ANY_YEAR = 2001


@dataclass(frozen=True, slots=True)
class Pair:
    """A target and an actual number in one unit. `label` names the component they belong to."""

    target: Decimal
    actual: Decimal
    unit: str
    label: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an actual relates to a target. `kind` is numbers, deadline, words, none (a side is empty or 不适用) or incomparable.

    `reason` (Chinese) says why there is nothing to compare; `assumptions` (Chinese sentences) say what was taken for granted.
    `early` is for deadlines: True in time, False late, None where the texts cannot tell.
    """

    kind: str
    pairs: tuple[Pair, ...] = ()
    reason: str = ""
    assumptions: tuple[str, ...] = ()
    early: bool | None = None
    late: Lateness = NOT_KNOWN
    """By how much, for deadlines."""
    scale_doubt: str = ""
    """Why the ratio of the two numbers is not certain (a missing unit) though every reading has the same one greater; empty if
    it is: which of them is greater then stands, how much a score in proportion is worth does not."""


def compare(target: Value, actual: Value, words: Vocabulary, fiscal_year: int | None = None) -> Comparison:
    """Bring an actual and a target into common units, or say why that cannot be done."""
    for value, name in ((target, "年初目标值"), (actual, "实际完成值")):
        if value.kind in ("empty", "not_applicable"):
            return Comparison("none", reason=f"{name}{'为空' if value.kind == 'empty' else '标为不适用'}。")
    if "text" in (target.kind, actual.kind):
        reason = "".join(note for note in (target.note, actual.note) if note) or "目标值或实际完成值是文字。"
        copied = (_copied(actual),) if _same_text(target, actual, words) else ()
        return Comparison("words", reason=reason, assumptions=copied)
    if target.deadline is not None and actual.deadline is not None:
        return _deadlines(target, actual, words, fiscal_year)
    try:
        if target.deadline is not None or actual.deadline is not None:
            raise Incomparable(f"“{target.raw.strip()}”与“{actual.raw.strip()}”一个是日期，一个是数值。")
        return _numbers(target, actual, words)
    except Incomparable as problem:
        return Comparison("incomparable", reason=str(problem))


def _deadlines(target: Value, actual: Value, words: Vocabulary, fiscal_year: int | None) -> Comparison:
    """In time if the last day the actual can mean is no later than the last admissible one, however 前 is read; late if its
    first day is later than that; else the texts cannot tell (9月前 against 9月)."""
    assert target.deadline is not None
    assert actual.deadline is not None
    if _same_text(target, actual, words):
        same = "实际完成值与目标值文字一致。"
        return Comparison("deadline", reason=same, assumptions=(_copied(actual),), early=True, late=IN_TIME)
    if actual.deadline.planned and not target.deadline.planned:
        return Comparison("deadline", reason=f"实际完成值“{actual.raw.strip()}”写的是打算，不是已经完成。")
    if actual.remark and actual.remark not in target.remark:
        return Comparison("deadline", reason=f"实际完成值说的是“{actual.remark}”，不能确定就是目标所说的完成。")
    # a target without a year is of the form's; an actual without one is of the year its target names
    due = target.deadline.year or fiscal_year or actual.deadline.year
    done = actual.deadline.year or due
    assumptions = []
    if due is None or done is None:
        due = done = _ANY_YEAR
        assumptions.append("目标值和实际完成值都没有写年份，按同一年理解。")
    elif not (target.deadline.year and actual.deadline.year):
        unsaid = due if target.deadline.year is None else done
        assumptions.append(f"没有写年份的日期按{unsaid}年理解。")
    strict, generous = target.deadline.latest(due)
    first, last = actual.deadline.days(done)
    if actual.deadline.before:
        first = date.min
    shown = f"实际“{actual.raw.strip()}”，目标“{target.raw.strip()}”"
    if last <= strict:
        return Comparison("deadline", reason=f"{shown}，按期完成。", assumptions=tuple(assumptions), early=True, late=IN_TIME)
    if first > generous:
        by = lateness((strict, generous), (first, last))
        return Comparison("deadline", reason=f"{shown}，晚于目标。", assumptions=tuple(assumptions), early=False, late=by)
    return Comparison("deadline", reason=f"{shown}，不能确定先后。", assumptions=tuple(assumptions))


def _numbers(target: Value, actual: Value, words: Vocabulary) -> Comparison:
    notes = Notes(value.note for value in (target, actual) if value.note)
    if actual.remark:
        notes.append(f"实际完成值“{actual.raw.strip()}”附有文字“{actual.remark}”，只比较了数值。")
    if actual.operator in (*INEQUALITIES, "±"):
        notes.append(_copied(actual) if _same_text(target, actual, words) else f"实际完成值“{actual.raw.strip()}”不是确数。")
    pairs = []
    for wanted, got in _matched(target, actual, words, notes):
        pairs.append(_pair(wanted, got, target, actual, words, notes))
    for value in (target, actual):
        if value.scanned and any(turns(value, value is target, pair.target, pair.actual, words) for pair in pairs):
            raise Incomparable(value.note)
    return Comparison("numbers", tuple(pairs), assumptions=tuple(dict.fromkeys(notes)), scale_doubt=notes.doubt or actual.doubt)


def _matched(target: Value, actual: Value, words: Vocabulary, notes: Notes) -> Iterable[tuple[Quantity, Quantity]]:
    """Which quantity of the target belongs to which of the actual."""
    wanted, got = target.quantities, actual.quantities
    kinds = (target.kind, actual.kind)
    if kinds in (("number", "number"), ("range", "range")):
        if kinds[0] == "range" and not (_inside(wanted, got) or any(word in target.raw for word in words.levels)):
            raise Incomparable("目标值和实际完成值都是区间，不能比较。")
        _check_labels(wanted[0], got[0], words, notes)
        return list(zip(wanted, got, strict=True))
    if "range" in kinds:
        if "composite" in kinds:
            raise Incomparable("一边是区间，一边有多个分项，不能比较。")
        return [(w, g) for w in wanted for g in got]
    if kinds == ("composite", "composite"):
        return _by_name(wanted, got)
    if target.kind == "number" and (whole := _overall(got, words)) is not None:
        notes.append(f"实际完成值有几个分项，按“{whole.label}”的数比较。")
        return [(wanted[0], whole)]
    parts = got if target.kind == "number" else wanted
    for part in parts:
        unit = words.unit(part.unit)
        if unit is None or not unit.each:
            raise Incomparable("一边只有一个数，另一边有多个分项，不能确定应当合计还是分别比较。")
    single, name = (wanted[0], "目标值") if target.kind == "number" else (got[0], "实际完成值")
    notes.append(f"{name}只有一个数，对每个分项都适用。")
    if {_change(single, words)} != {_change(part, words) for part in parts}:
        raise Incomparable("一边是增减幅度，一边不是，不能比较。")
    return [(single, part) if target.kind == "number" else (part, single) for part in parts]


def _inside(wanted: Sequence[Quantity], got: Sequence[Quantity]) -> bool:
    """Whether a range lies within another, both in one unit."""
    units = {quantity.unit for quantity in (*wanted, *got)}
    return len(units) == 1 and wanted[0].number <= got[0].number and got[1].number <= wanted[1].number


def _overall(parts: Sequence[Quantity], words: Vocabulary) -> Quantity | None:
    """The figure of all parts, where one is called so and lies between the others: 乔木96.3%，灌木94.1%，综合95.2%."""
    named = [part for part in parts if part.label in words.overall]
    others = [part.number for part in parts if part.label not in words.overall]
    if len(named) != 1 or len(others) < 2 or {part.unit for part in parts} != {named[0].unit}:
        return None
    return named[0] if min(others) <= named[0].number <= max(others) else None


def _by_name(wanted: Sequence[Quantity], got: Sequence[Quantity]) -> Iterable[tuple[Quantity, Quantity]]:
    """Components of two composites, paired by label, or by unit where labels do not name them all alike."""
    for keys in ([[q.label for q in side] for side in (wanted, got)], [[q.unit for q in side] for side in (wanted, got)]):
        if all(len(set(side)) == len(side) for side in keys) and set(keys[0]) == set(keys[1]):
            return [(w, got[keys[1].index(key)]) for w, key in zip(wanted, keys[0], strict=True)]
    raise Incomparable("目标值和实际完成值的分项对不上。")


def _check_labels(wanted: Quantity, got: Quantity, words: Vocabulary, notes: Notes) -> None:
    """Two names for what is measured must be compatible; a rise is compared with a rise only, a fall only with the same fall."""
    change = _change(wanted, words), _change(got, words)
    if change[0] != change[1]:
        raise Incomparable("目标值与实际完成值不都是同一方向的增减幅度，不能比较。")
    if change[0] == "decrease" and wanted.number != got.number:
        raise Incomparable("目标值和实际完成值都是降幅，不能确定降得多是好还是不好。")
    if wanted.label == got.label or change[0]:
        return
    if wanted.label and got.label and wanted.label not in got.label and got.label not in wanted.label:
        raise Incomparable(f"目标值说的是“{wanted.label}”，实际完成值说的是“{got.label}”。")
    notes.append(f"“{wanted.label or got.label}”只在一边写明，按同一事项比较。")


def _change(quantity: Quantity, words: Vocabulary) -> str:
    if not quantity.label:
        return ""
    for kind, listed in zip(("increase", "decrease"), words.changes, strict=True):
        if any(word in quantity.label for word in listed):
            return kind
    return ""


def _pair(wanted: Quantity, got: Quantity, target: Value, actual: Value, words: Vocabulary, notes: Notes) -> Pair:
    """One pair in one unit. Raises Incomparable where an approximate number lies too close to tell."""
    factors, unit = common_unit(wanted, got, target, actual, words, notes)
    pair = Pair(scaled(wanted.number, factors[0]), scaled(got.number, factors[1]), unit, got.label or wanted.label)
    _check_slip(wanted, got, pair, target, actual, words)
    if wanted.approximate or got.approximate:
        sides = replace(wanted, number=pair.target), replace(got, number=pair.actual)
        if not wanted.approximate and (moved := _beyond(sides[1], pair.target, target.operator, words)) is not None:
            notes.doubt = notes.doubt or f"“{got.approximate}”表示约数，只看得出哪一边大。"
            return replace(pair, actual=moved)
        _check_approximate(*sides, target.operator, words, notes)
    return pair


def _check_slip(wanted: Quantity, got: Quantity, pair: Pair, target: Value, actual: Value, words: Vocabulary) -> None:
    """Numbers far apart as written, and close without a scale that one side alone has (35万人次 against 36.2人次), or nearly
    the same in two units (3200亩 against 3180公顷): more likely a slip than a result. Raises Incomparable with the doubt."""
    if words.slip_near is None or not (pair.target and pair.actual and wanted.unit and got.unit):
        return
    if _is_near(pair.target, pair.actual, words.slip_near):
        return
    ratio, near = Fraction(pair.actual) / Fraction(pair.target), Fraction(words.slip_near)
    if 1 / near <= ratio <= near:
        return
    shown = f"目标“{target.raw.strip()}”、完成“{actual.raw.strip()}”"
    for word, scale in words.scales.items():
        one_side = (word in target.raw) != (word in actual.raw)
        if one_side and any(1 / near <= meant <= near for meant in (ratio * Fraction(scale), ratio / Fraction(scale))):
            raise Incomparable(f"{shown}照所写相差很远，不看“{word}”就很接近，可能有一边漏写或多写了“{word}”。")
    alike = Fraction(words.slip_alike)
    written = Fraction(got.number) / Fraction(wanted.number)
    if wanted.unit != got.unit and 1 / alike <= written <= alike and min(ratio, 1 / ratio) * Fraction(words.slip_least) <= 1:
        raise Incomparable(f"{shown}数字相近而单位不同，可能有一边的单位写错了。")


def _is_near(target: Decimal, actual: Decimal, near: Decimal) -> bool:
    """Whether two numbers above 0 are not further apart than `near` times; False says nothing of others."""
    if target <= 0 or actual <= 0 or near <= 0:
        return False
    (wanted, parts), (got, others), (times, share) = target.as_integer_ratio(), actual.as_integer_ratio(), near.as_integer_ratio()
    one, other = wanted * others, got * parts
    return other * share <= one * times and one * share <= other * times


def _check_approximate(wanted: Quantity, got: Quantity, operator: str, words: Vocabulary, notes: Notes) -> None:
    """An approximate number is compared only where the other lies outside what it may mean (近80人 against 80 cannot tell), or
    where all that it may mean answers the target's sign (1000余人 against ≥1000人)."""
    shown = "、".join(f"“{q.approximate}”" for q in (wanted, got) if q.approximate)
    if (wanted.number != got.number or wanted.approximate != got.approximate) and not _all_answer(wanted, got, operator, words):
        low, high = zip(_span(wanted, words), _span(got, words), strict=True)
        if max(low) <= min(high):
            raise Incomparable(f"{shown}表示约数，与另一边的数值相差不大，不能确定是否达到目标。")
    notes.append(f"{shown}表示约数，按所写数字比较。")


def _beyond(got: Quantity, target: Decimal, operator: str, words: Vocabulary) -> Decimal | None:
    """A number for what 近80, 100余 may mean, where it lies near the target, but none of it is the target: 近1100 is above
    1000, 1.9万余 below 2万. None where that is not so, where it is far from it, or where the word leaves both sides open (约)."""
    sense = words.approximate_sense.get(got.approximate, "")
    if sense not in ("below", "above") or got.number <= 0 or (sense == "below" and got.number == target):
        return None
    low, high = _span(got, words)
    if (target < low or target > high) or (sense == "above" and operator == ">=" and got.number >= target):
        return None  # far enough, or all of it answers the sign: as written
    if sense == "below":
        step = Decimal(1).scaleb(int(got.number.normalize(EXACT).as_tuple().exponent), EXACT)
        low = max(low, EXACT.subtract(got.number, step))
    if low < target < high:
        return None
    return got.number if got.number != target else EXACT.divide(EXACT.add(low, high), Decimal(2))


def _all_answer(wanted: Quantity, got: Quantity, operator: str, words: Vocabulary) -> bool:
    if wanted.approximate:
        return False
    sense = words.approximate_sense.get(got.approximate, "")
    return (operator == ">=" and sense == "above" and got.number >= wanted.number) or (
        operator == "<=" and sense == "below" and got.number <= wanted.number
    )


def _span(quantity: Quantity, words: Vocabulary) -> tuple[Decimal, Decimal]:
    """From where to where the real number may lie: 约 by a share, 近 below by a share, 余 above to the next of its last digit that
    is not 0 (150余 below 160)."""
    number, sense = quantity.number, words.approximate_sense.get(quantity.approximate, "")
    share = words.approximate_clear if sense == "around" else words.approximate_margin
    slack = EXACT.multiply(abs(number), share)
    below = slack if sense in ("below", "around") else Decimal(0)
    above = slack if sense == "around" else Decimal(0)
    if sense == "above" and number:
        exponent = number.normalize(EXACT).as_tuple().exponent
        above = Decimal(1).scaleb(int(exponent), EXACT)
    return EXACT.subtract(number, below), EXACT.add(number, above)


def _same_text(first: Value, second: Value, words: Vocabulary) -> bool:
    texts = [fold(value.raw, words).rstrip(" .,;。、") for value in (first, second)]
    return texts[0] == texts[1]


def _copied(actual: Value) -> str:
    return f"实际完成值照抄目标值“{actual.raw.strip()}”。"
