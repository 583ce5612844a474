"""Claims: statements of the report text as facts, so that text and table can be held against each other.

What counts as a statement is the policy's (`form.statements`); here its named groups become typed fields. A group's name says
what it is: score, amount, rate, count, met, year, value (numbers); unit, qualifier, direction, level1, grade, name, project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import Place
from engine.language.model import Scalar
from engine.language.statements import NUMBERS, TEXTS
from engine.policy.model import StatementRule
from engine.scoring.budget import scored_line
from engine.submission.model import Form, Statement
from engine.values import names
from engine.values.model import Value
from engine.values.names import NameRules
from engine.values.notation import read_decimal, read_value
from engine.values.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of the report with its named groups as typed values (amounts in the form's unit, rates in percent, scores in
    points), and where it stands."""

    fields: Mapping[str, Scalar]
    subject: str
    text: str
    place: Place
    equals: tuple[tuple[str, str], ...] = ()
    """(group, field of the form) pairs that should be the same number."""
    spans: tuple[tuple[str, int, int], ...] = ()
    """From where to where in its paragraph each group stands, where that is known."""
    within: str = ""
    """The whole paragraph."""


def claims_of(
    form: Form,
    label: str,
    forms: Sequence[str],
    indicators: Mapping[str, tuple[str, str]],
    rules: NameRules,
    words: Vocabulary,
    statements: Mapping[str, StatementRule],
) -> Iterator[Claim]:
    """The claims of a form's report. `forms` are the labels of all forms of the bundle (a report may speak of another form),
    `indicators` the reduced name and key of this form's indicators by id."""
    for statement in form.statements:
        fields: dict[str, Scalar] = {
            "key": statement.key,
            "about": label,
            "section": statement.section,
            "text": statement.text,
        }
        for group, text in statement.fields:
            fields |= _field(group, text, statement, form, label, forms, indicators, rules, words)
        subject = str(fields.get("subject", "")) or str(fields["about"])
        rule = statements.get(statement.key, StatementRule())
        fields["text"] = statement.text.lstrip("，。；、,;. ")
        within = statement.within or _paragraph(form, statement)
        found = ((name, statement.stretch(name, within)) for name, _ in statement.fields)
        spans = tuple((name, *span) for name, span in found if span)
        yield Claim(fields, subject, str(fields["text"]), statement.place, rule.equals, spans, within)


def _paragraph(form: Form, statement: Statement) -> str:
    """The paragraph or heading of the report that a statement of a record is from; empty where the record does not have it."""
    for section in form.report:
        texts = ((section.place, section.heading), *((paragraph.place, paragraph.text) for paragraph in section.paragraphs))
        for place, text in texts:
            if place == statement.place and statement.text in text:
                return text
    return ""


def _field(
    group: str,
    text: str,
    statement: Statement,
    form: Form,
    label: str,
    forms: Sequence[str],
    indicators: Mapping[str, tuple[str, str]],
    rules: NameRules,
    words: Vocabulary,
) -> dict[str, Scalar]:
    if group == "project":
        return {"about": about} if (about := _form_named(text, forms, rules)) else {}
    if group == "amount":
        unit = dict(statement.fields).get("unit", "")
        amount, one = _amount(text, unit, form, words), _amount("1", unit, form, words)
        return {} if amount is None or one is None else {"amount": amount, "precision": last_place(text) * one}
    if group in NUMBERS:
        value = read_value(text, words)
        number = percent(value) if group == "rate" else value.number
        if number is None:
            return {}
        more: dict[str, Scalar] = {"unit": value.unit} if group == "actual" and value.unit else {}
        if group in ("score", "rate"):
            more["precision"] = last_place(text)
        if group in ("actual", "target"):
            more[f"{group}_precision"] = _worth(text, number)
        return {group: number, **more}
    if group == "name":
        out: dict[str, Scalar] = {"subject": text}
        found = names.find(text, {identity: reduced for identity, (reduced, _) in indicators.items()}, rules)
        if found:
            out |= {"name_key": indicators[found][1], "name_exact": names.reduce(text, rules) == indicators[found][0]}
        return out
    return {TEXTS[group]: text} if group in TEXTS and text else {}


def _form_named(text: str, forms: Sequence[str], rules: NameRules) -> str | None:
    """The form of the bundle that a text names; None if it names none, or none of these."""
    wanted = names.reduce(text, rules)
    close = [
        form for form in forms if (reduced := names.reduce(form, rules)) and (reduced in wanted or (wanted and wanted in reduced))
    ]
    return close[0] if len(close) == 1 else None


def _amount(text: str, unit: str, form: Form, words: Vocabulary) -> Decimal | None:
    """An amount in the money unit of the form's budget line; None where either unit is not known."""
    line = scored_line(form)
    amount, one = read_value(f"{text}{unit}", words), read_value(f"1{line.money_unit}" if line and line.money_unit else "", words)
    if amount.number is None or not one.number or amount.unit != one.unit:
        return None
    return amount.number / one.number


def amounts(form: Form, key: str, words: Vocabulary, statements: Mapping[str, StatementRule]) -> Iterator[tuple[Decimal, bool]]:
    """The amounts the report states under a key, negative where the word of direction says so; whether it gave a direction."""
    rule = statements.get(key, StatementRule())
    for statement in form.statements:
        groups = dict(statement.fields)
        if statement.key == key and "amount" in groups:
            amount = _amount(groups["amount"], groups.get("unit", ""), form, words)
            if amount is not None:
                direction = groups.get("direction", "")
                yield (-amount if direction in rule.negative else amount), direction in (*rule.negative, *rule.positive)


def last_place(text: str) -> Decimal:
    """What one in the last written digit is worth: 0.01 for 97.67%, 1 for 98%. A rounded or cut number is off by less."""
    _, _, decimals = "".join(c for c in text if c.isdigit() or c == ".").partition(".")
    return Decimal(1).scaleb(-len(decimals))


def _worth(text: str, number: Decimal) -> Decimal:
    """What one in the last written digit is worth where the text has a scale: 1,000 for 38.2万."""
    written = read_decimal("".join(c for c in text if c in "0123456789.")) or Decimal(1)
    return last_place(text) * (number / written)


def percent(value: Value) -> Decimal | None:
    """A rate in percentage points: 97.67 for 97.67%; a bare number is taken as it stands; None for anything else."""
    if value.number is None or value.unit not in ("%", ""):
        return None
    return value.number
