"""Amounts of money in one unit (元), so that rules compare them across rows, forms and units; and the rows of the budget block."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.findings.facts.claims import last_place, percent
from engine.findings.facts.numbers import gap, ratio
from engine.findings.facts.report_text import ReportText
from engine.language.facts import LineFact
from engine.language.facts.form import MoneyFields
from engine.language.facts.marks import Number
from engine.scoring.budget import Amounts, amounts_of
from engine.submission.model import BudgetLine, Cell, Form
from engine.values.cells import value_of
from engine.values.model import Value
from engine.values.notation import read_value
from engine.values.numerals import EXACT
from engine.values.vocabulary import Vocabulary

YUAN = "元"
"""The unit all amounts are put in; what is money of another currency has no amount in it."""


def yuan_of(value: Value, words: Vocabulary) -> Decimal | None:
    """The amount of a value in 元; None for what is no single exact amount of that currency, or an amount for each (元/人)."""
    if value.kind != "number" or value.remark or value.scanned or value.quantities[0].label or value.quantities[0].approximate:
        return None
    unit, yuan = words.unit(value.unit), words.unit(YUAN)
    if unit is None or yuan is None or unit.dimension != yuan.dimension:
        return None
    return EXACT.multiply(value.quantities[0].number, unit.scale)


def money_fields(
    form: Form,
    line: BudgetLine | None,
    original: Decimal | None,
    lines_budget: Number | None,
    texts: ReportText,
    words: Vocabulary,
) -> MoneyFields:
    """The amounts of the scored line. `original`: the original budget in the line's unit, from its cell or from the report;
    `lines_budget`: what the lines below it add up to."""
    note = "\n".join(_reasons(form))
    rows = (row.reason.text for goal in form.goals for row in goal.indicators if row.reason)
    said = "\n".join(filter(None, [note, *rows, texts.problems, texts.remedies, texts.report]))
    if line is None:
        return MoneyFields(explained_text=said)
    money = amounts_of(line, words)
    one = _one(money, words)
    adjusted, executed = money.numbers.get("budget"), money.numbers.get("executed")
    budget, first = _times(adjusted, one), _times(original, one)
    spent = _times(executed, one)
    return MoneyFields(
        budget_yuan=budget,
        executed_yuan=spent,
        unspent_yuan=None if budget is None or spent is None else budget - spent,
        original_yuan=first,
        largest_yuan=budget if first is None or budget is None else max(first, budget),
        budget_added=None if adjusted is None or original is None else adjusted - original,
        budget_added_yuan=None if budget is None or first is None else budget - first,
        lines_budget_short=None if adjusted is None or lines_budget is None else adjusted - Decimal(lines_budget),
        amounts_blank=not line.budget or not line.executed,
        execution_score_blank=line.score is not None and not line.score.text and not line.score.doubt,
        explained_text=said,
    )


def yuan_spent(line: BudgetLine, words: Vocabulary) -> Decimal | None:
    """What was executed of a line, in 元; None where that is not known."""
    money = amounts_of(line, words)
    return _times(money.numbers.get("executed"), _one(money, words))


def line_facts(form: Form, label: str, words: Vocabulary) -> Iterator[tuple[LineFact, BudgetLine]]:
    """The rows of the budget block as facts, each with the row it is of."""
    for line in form.budget:
        money = amounts_of(line, words)
        one = _one(money, words)
        budget, executed = money.numbers.get("budget"), money.numbers.get("executed")
        rate = ratio(executed, budget, 100)
        stated = value_of(line.rate, words)
        points = percent(stated) if stated.unit == "%" else None
        fact = LineFact(
            form=label,
            form_kind=form.kind,
            name=line.name or None,
            role=line.role,
            budget=budget,
            executed=executed,
            original=money.numbers.get("original"),
            budget_yuan=_times(budget, one),
            executed_yuan=_times(executed, one),
            rate_stated=points,
            rate=rate,
            rate_gap=gap(rate, points),
            rate_precision=None if points is None else last_place(stated.raw),
        )
        yield fact, line


def line_cells(line: BudgetLine) -> dict[str, Cell]:
    """Where the values of a row of the budget block stand."""
    cells = {
        "budget": line.budget,
        "executed": line.executed,
        "original": line.original,
        "budget_yuan": line.budget,
        "executed_yuan": line.executed,
        "rate_stated": line.rate,
    }
    return {name: cell for name, cell in cells.items() if cell is not None}


def _reasons(form: Form) -> Iterator[str]:
    return (line.reason.text for line in form.budget if line.reason)


def _one(money: Amounts, words: Vocabulary) -> Decimal | None:
    """How many 元 one of a line's money unit is; None where that is not known or another currency."""
    return yuan_of(read_value(f"1{money.unit}", words), words) if money.unit else None


def _times(number: Decimal | None, one: Decimal | None) -> Decimal | None:
    return None if number is None or one is None else EXACT.multiply(number, one)
