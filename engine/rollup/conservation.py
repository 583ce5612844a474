"""What must hold of every roll-up: each form counted once or named, sums of funds and of rows equal to the sums of their parts.

Checked in code after every run, at every level, whatever the options: a sum that does not hold is no result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import InternalError, Place, Problem
from engine.rollup.admission import COPY, Admitted
from engine.rollup.model import exact, number
from engine.scoring.budget import scored_line
from engine.submission.model import Form, Indicator
from engine.values.cells import number_of
from engine.values.money import money_factor
from engine.values.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Conserved:
    """A form that was rolled up, where, and of which."""

    level: str
    form: Form
    of: tuple[Form, ...]


def check(given: Sequence[Form], admitted: Admitted, own: Sequence[Form], made: Sequence[Conserved], words: Vocabulary) -> None:
    """Raises InternalError with the difference where something was lost or counted twice.

    `given`: the forms that were read; `own`: those of them that were only held against a sum.
    """
    problems = [*_forms(given, admitted, own, made), *(problem for item in made for problem in _sums(item, words))]
    if problems:
        raise InternalError(problems)


def _forms(given: Sequence[Form], admitted: Admitted, own: Sequence[Form], made: Sequence[Conserved]) -> Iterator[Problem]:
    """Every form that was read is part of exactly one form that was made, or is named as not counted."""
    counted = Counter(id(form) for item in made for form in item.of)
    aside = {id(form) for form in own}
    taken = {id(item.form) for item in admitted.members}
    named = Counter((item.unit, item.form) for item in admitted.left if item.why != COPY)
    for form in given:
        wanted = 1 if id(form) in taken and id(form) not in aside else 0
        if counted[id(form)] != wanted:
            said = f"“{form.unit}”的“{form.name}”计入了 {counted[id(form)]} 次"
            yield Problem(form.place, said, f"{wanted} 次", code="rollup.not-conserved")
        elif id(form) not in taken and not named[form.unit, form.name]:
            said = f"“{form.unit}”的“{form.name}”没有计入，也没有说明"
            yield Problem(form.place, said, "计入一次，或写明不计入", code="rollup.not-conserved")
        elif id(form) not in taken:
            named[form.unit, form.name] -= 1  # one that is named stands for one


def _sums(item: Conserved, words: Vocabulary) -> Iterator[Problem]:
    form = item.form
    rows = [row for goal in form.goals for row in goal.indicators]
    filed = sum(len(goal.indicators) for own in item.of for goal in own.goals)
    reported = sum(row.rolled.reporting for row in rows if row.rolled)
    if filed != reported:
        yield _differs(item, "指标个数", Fraction(filed), Fraction(reported))
    if form.rolled and form.rolled.funds:
        whole = sum((number(m.funds) for m in form.rolled.members if m.status == "counted" and m.funds), Fraction(0))
        if whole != number(form.rolled.funds):
            yield _differs(item, "资金额度", whole, number(form.rolled.funds))
    for key in ("budget", "executed"):
        parts = [_amount(own, key, words) for own in item.of]
        printed = _amount(form, key, words)
        known = [part for part in parts if part is not None]
        if printed is not None and len(known) == len(parts) and sum(known, Fraction(0)) != printed:
            yield _differs(item, "预算数" if key == "budget" else "执行数", sum(known, Fraction(0)), printed)
    for row in rows:
        yield from _row(item, row)


def _row(item: Conserved, row: Indicator) -> Iterator[Problem]:
    """A row that was added up is the sum of what the forms filed, in the row's unit."""
    rolled = row.rolled
    if rolled is None or rolled.refused or rolled.method != "sum" or len(rolled.numbers) != 1:
        return
    parts = [number(share.exact) for share in rolled.shares if share.exact]
    if len(parts) == len(rolled.shares) > 1 and sum(parts, Fraction(0)) != number(rolled.numbers[0].actual):
        yield _differs(item, f"“{row.name}”", sum(parts, Fraction(0)), number(rolled.numbers[0].actual))


def _amount(form: Form, key: str, words: Vocabulary) -> Fraction | None:
    """An amount of the total line in the smallest unit; as it stands where no unit is written."""
    line = scored_line(form)
    amount = number_of(getattr(line, key)) if line else None
    if line is None or amount is None:
        return None
    factor = money_factor(line.money_unit, words) if line.money_unit else (Fraction(1), "")
    return Fraction(amount) * factor[0] if factor else None


def _differs(item: Conserved, what: str, parts: Fraction, whole: Fraction) -> Problem:
    said = f"{item.level}“{item.form.name}”的{what}汇总为 {exact(whole)}，各处合计 {exact(parts)}，相差 {exact(abs(whole - parts))}"
    return Problem(Place(), said, "两数相等", code="rollup.not-conserved")
