"""Fields of form facts about how the budget block and the weights are written: repeated lines, other units, cut rates."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from engine.findings.facts.numbers import headings_sum, ratio
from engine.language.facts.form import BudgetFields, ExecutionHabit, PrintedWeights
from engine.scoring.budget import Amounts, Pair, amounts_of, line_below_zeros, nesting, scored_line
from engine.submission.model import BudgetLine, Form
from engine.values.cells import number_of
from engine.values.vocabulary import Vocabulary

_RATE_PLACES = 2
"""A rate with more decimals was not cut on purpose."""


def budget_values(form: Form, scored: tuple[Decimal | None, Decimal | None], words: Vocabulary) -> BudgetFields:
    """What the budget block is made of: sums over the lines that stand for themselves, and what had to be read into it."""
    details = [line for line in form.budget if line.role == "detail"]
    money = [amounts_of(line, words) for line in details]
    pairs = [_pair(line, amounts) for line, amounts in zip(details, money, strict=True)]
    whole = (scored[0], scored[1]) if scored[0] is not None and scored[1] is not None else None
    found = nesting(details, pairs, whole)
    counted = [amounts for line, amounts in zip(details, money, strict=True) if any(line is item for item in found.counted)]
    line, below = scored_line(form), line_below_zeros(form)
    first = next((item for item in form.budget if item.role == "total"), None)
    other = [cell for item in ([first] if first else []) + details for cell in amounts_of(item, words).other_units]
    return BudgetFields(
        lines_budget=_sum(counted, "budget"),
        lines_executed=_sum(counted, "executed"),
        repeated_lines="、".join(f"“{child.name}”" for child, _ in found.repeated) or None,
        repeated_owner="、".join(dict.fromkeys(f"“{owner.name}”" for _, owner in found.repeated)) or None,
        scored_line=line.name if line else None,
        zero_total=first.name if first and (below or _is_zero(first, details)) else None,
        line_below_zeros=below is not None,
        other_unit_amounts="、".join(f"“{cell.text}”" for cell in other) or None,
    )


def _pair(line: BudgetLine, amounts: Amounts) -> Pair | None:
    numbers = [amounts.numbers.get(name) if getattr(line, name) else Decimal(0) for name in ("budget", "executed")]
    return None if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])


def _sum(lines: list[Amounts], column: str) -> Decimal | None:
    """The sum of a column; None unless there are two lines or more, each with a number."""
    numbers = [amounts.numbers.get(column) for amounts in lines]
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if len(known) == len(numbers) >= 2 else None


def _is_zero(total: BudgetLine, details: list[BudgetLine]) -> bool:
    """Whether a total is printed as 0 while a line below it has an amount."""
    return number_of(total.budget) == 0 and any(number_of(line.budget) for line in details)


def execution_habit(reported: Decimal | None, weight: Decimal, rate: Decimal | None) -> ExecutionHabit:
    """The execution rate the body's own score follows from, and the true rate cut and rounded to as many decimals."""
    implied = ratio(reported, weight, 100)
    if implied is None or rate is None:
        return ExecutionHabit()
    implied = implied.normalize()
    places = max(-int(implied.as_tuple().exponent), 0)
    if places > _RATE_PLACES:
        return ExecutionHabit()
    step = Decimal(1).scaleb(-places)
    return ExecutionHabit(
        execution_rate_implied=Decimal(format(implied, "f")),
        execution_rate_cut=rate.quantize(step, ROUND_DOWN),
        execution_rate_rounded=rate.quantize(step, ROUND_HALF_UP),
    )


def printed_weights(form: Form, indicators: Decimal | None, scheme: Decimal, full_score: Decimal) -> PrintedWeights:
    """The total of weights as printed, the weights added up, and how far apart they are; what the headings' weights add up to.

    Budget execution counts with its printed weight, else with the `scheme`'s. A total of the indicators alone is right as well
    where both together make up the full score.
    """
    printed = next((number_of(item.value) for item in form.header if item.key == "total_weight"), None)
    line = scored_line(form)
    execution = number_of(line.weight) if line else None
    if printed is None or indicators is None:
        return PrintedWeights(headings_sum=_headings(form))
    added = indicators + (scheme if execution is None else execution)
    gap = abs(printed - (indicators if added == full_score and printed == indicators else added))
    return PrintedWeights(
        weight_total_printed=printed, weight_total_added=added, weight_total_gap=gap, headings_sum=_headings(form)
    )


def _headings(form: Form) -> Decimal | None:
    """What the goals are worth together, each by its own weight, else by those of its 一级指标; None where one prints neither."""
    goals = []
    for goal in form.goals:
        weight = number_of(goal.weight)
        goals.append(weight if weight is not None else headings_sum(goal, "", None))
    return sum((one for one in goals if one is not None), Decimal(0)) if goals and None not in goals else None
