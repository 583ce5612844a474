"""What came of a report's figures as facts: a fact for each that differs from its row, and a form's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.findings.facts.figures import FigurePair, TextAgainstTable
from engine.findings.facts.numbers import ratio
from engine.language.facts import FigureFact
from engine.language.facts.form import TextFields
from engine.policy.figures import FigureRules
from engine.scoring.model import ScoredForm
from engine.submission.model import Cell


def figure_fact(
    scored: ScoredForm, pair: FigurePair, held: TextAgainstTable, name_key: str
) -> tuple[FigureFact, Mapping[str, Cell]]:
    """The fact of a pair, and where its text and the row's value stand."""
    row, said = held.rows[pair.row], pair.said
    cell = row.cell(pair.side)
    fact = FigureFact(
        form=scored.label,
        form_kind=scored.form.kind,
        section=said.section or None,
        text=said.clause,
        figure=said.text,
        value=said.figure.number,
        value_unit=said.figure.unit,
        side=pair.side,
        name=row.name,
        name_key=name_key,
        held=cell.text if cell else "",
        alone=all(number.alone for number in row.numbers if number.side == pair.side),
        certain=pair.certain,
    )
    place = said.paragraph.place
    return fact, {"text": Cell(said.clause, place), "figure": Cell(said.text, place), **({"held": cell} if cell else {})}


def text_fields(found: TextAgainstTable, rules: FigureRules | None) -> TextFields:
    """What a form's fact says of its text held against its rows: actuals that the text never says and figures that no row holds,
    the first few named and all counted; the share of actuals said, from 0 to 1. Nothing where the policy does not ask or the
    text was not read."""
    if rules is None or not found.read:
        return TextFields()
    rows = [found.rows[n] for n in found.unsaid]
    measured = sum(row.measured for row in found.rows)
    unsaid = "、".join(f"“{row.name}”{row.actual.text if row.actual else ''}" for row in rows[: rules.listed])
    unheld = "、".join(f"“{said.short}”" for said in found.unheld[: rules.listed])
    return TextFields(
        report_figures=found.read,
        actuals_unsaid=unsaid or None,
        actuals_unsaid_count=len(found.unsaid),
        figures_unheld=unheld or None,
        figures_unheld_count=len(found.unheld),
        actuals_said_share=ratio(Decimal(measured - len(found.unsaid)), Decimal(measured)),
    )
