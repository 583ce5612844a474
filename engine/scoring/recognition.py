"""What an indicator is, before it is scored: typed values, comparison, direction, attainment, nature, met or not.

Values come from `notation`; every judgement is a policy table, and each step is kept with the case that decided it. A direction
that is not certain has two readings: every table behind it is asked once for each (`engine.scoring.readings` puts them together).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.language.fields import DIRECTIONS, cut, quotient
from engine.language.model import Scalar
from engine.language.tables import Case
from engine.policy.model import Policy
from engine.scoring.budget import amounts_of
from engine.scoring.model import Recognised, Step
from engine.submission.model import BudgetLine, Indicator, KnownIndicator
from engine.submission.rolled import Rolled
from engine.values import verdict as verdicts
from engine.values.cells import number_of, value_of
from engine.values.comparison import Comparison, compare
from engine.values.known_names import KnownNames
from engine.values.model import Value
from engine.values.notation import fold
from engine.values.prose import is_empty
from engine.values.reckoned import read_as_pair
from engine.values.said import PairScene
from engine.values.vocabulary import Vocabulary
from engine.values.wording import NOT_READ, WordingReading
from engine.values.wording import read as read_wording
from engine.values.wording.undone import undone_part

_TURNED = {"positive": {"<=": ">=", "<": ">"}, "inverse": {">=": "<=", ">": "<"}}
_QUANTITY = re.compile(r"[^0-9\w]*[0-9][0-9.,]*[^0-9，。；,;！]{0,12}")
_SEVERAL = re.compile(r"[0-9]\D+[0-9]")
NOTHING: Mapping[str, Scalar] = {}
_BEHIND = ("attainment", "nature", "met")
"""The tables behind the direction, in order."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An indicator as filed, its values typed and compared: all that does not depend on which way is better."""

    indicator: Indicator
    form_kind: str
    weight: Decimal | None
    reported: Decimal | None
    target: Value
    actual: Value
    comparison: Comparison
    wording: WordingReading
    fields: Mapping[str, Scalar]
    """As tables see it, with what its name says and what is known of it."""
    said: str = ""
    """The parts of its name, for people."""
    answer: KnownIndicator | None = None
    """What somebody said of which way is better."""


@dataclass(frozen=True, slots=True)
class DirectionReading:
    """One way to read an indicator, through all tables: what they made of it, and the pair of numbers it is judged by."""

    direction: str
    fields: Mapping[str, Scalar]
    steps: tuple[Step, ...]
    verdict_reason: str
    differing: frozenset[str] = field(default=frozenset())
    """Fields that are not as in the reading it was made beside."""


def typed(
    indicator: Indicator,
    form_kind: str,
    fiscal_year: int,
    policy: Policy,
    answers: KnownNames,
    weight: Decimal | None,
    around: Mapping[str, Scalar] = NOTHING,
) -> Typed:
    """Type the values of one indicator, compare them, read its name. What the policy knows outranks the form's own `answers`.
    `around`: the fields that are the form's (`FORM_FIELDS`)."""
    words = policy.words
    target, actual = value_of(indicator.target, words), value_of(indicator.actual, words)
    doubt = doubt_of(indicator)
    compared = Comparison("incomparable", reason=doubt) if doubt else compare(target, actual, words, fiscal_year)
    if not doubt:
        target, actual, compared = read_as_pair(
            target, actual, compared, PairScene(indicator.name, fiscal_year, policy.grammar.open_targets), words
        )
        if (open_ := _still_open(actual, compared, fiscal_year, policy)) is not None:
            compared = open_
    reported = number_of(indicator.score)
    wording = NOT_READ if doubt else _wording(indicator, target, actual, compared, fiscal_year, policy)
    known = {**around, **_as_filed(indicator, form_kind, target, actual, compared), **_said(indicator, policy)}
    known |= {"wording": wording.verdict, "wording_aim": wording.aim, "wording_ground": wording.ground}
    if weight is not None:
        known["weight"] = weight
    if reported is not None:
        known["reported"] = reported
    said = ""
    unit = _unit_of(target) or _unit_of(actual)
    if policy.name_reader is not None:
        name = policy.name_reader.read(indicator.name, unit)
        known["name_case"], known["name_certain"] = name.case, name.certain
        if name.direction:
            known["name_direction"] = name.direction
        said = name.said
    answer = policy.known.find(indicator.name, unit, indicator.level2) or answers.find(indicator.name, unit, indicator.level2)
    if answer is not None:
        known["known_direction"] = answer.means
    return Typed(indicator, form_kind, weight, reported, target, actual, compared, wording, known, said, answer)


def _unit_of(value: Value) -> str:
    """The unit of a number, or the one that all numbers of a range or a composite have."""
    units = {quantity.unit for quantity in value.quantities}
    return units.pop() if len(units) == 1 else ""


def _still_open(actual: Value, compared: Comparison, fiscal_year: int, policy: Policy) -> Comparison | None:
    """That the two cannot be compared, where a number reaches the target only with a part that its own text says is not done."""
    if compared.kind != "numbers" or len(compared.pairs) != 1 or not _SEVERAL.search(actual.raw):
        return None
    pair = compared.pairs[0]
    part, said = undone_part(actual.raw, pair.unit, fiscal_year, policy.grammar)
    if not part or pair.unit == "%" or (pair.actual >= pair.target) == (pair.actual - part >= pair.target):
        return None
    return Comparison("incomparable", reason=f"完成值“{actual.raw.strip()}”里“{said}”，这一部分能不能算完成看不出来。")


def doubt_of(indicator: Indicator) -> str:
    """Why target, actual or weight are not certain to be what was meant; empty if they are."""
    cells = (indicator.target, indicator.actual, indicator.weight)
    return "；".join(dict.fromkeys(cell.doubt for cell in cells if cell is not None and cell.doubt))


def direction_case(item: Typed, policy: Policy, score_direction: str = "") -> Case:
    """The case of the policy's table that says which way is better; `score_direction` is the one the body's own score fits."""
    fields = {**item.fields, "score_direction": score_direction} if score_direction else item.fields
    case = policy.recognition["direction"].first(fields)
    assert case is not None  # every table ends in `otherwise`, checked when the policy was built
    return case


def readings_of(case: Case) -> tuple[str, ...]:
    """The directions a case leaves open, the likelier first."""
    if case.value not in DIRECTIONS:
        return DIRECTIONS
    return (case.value,) if case.certain else (case.value, *(other for other in DIRECTIONS if other != case.value))


def read(
    item: Typed, direction: str, case: Case, policy: Policy, beside: DirectionReading | None = None, *, turned: bool = False
) -> DirectionReading:
    """One reading of an indicator. `beside`: another one, whose answers hold where a table looks at nothing that differs.
    `turned`: what if the sign of the target were meant the other way round?"""
    known = dict(item.fields)
    table = policy.recognition["direction"]
    known["direction"] = direction
    steps = [Step("direction", table.title, case.id, case.label, direction, case.basis)]
    compared = verdicts.taken(item.target, item.actual, item.comparison, policy.scoring.composite, direction)
    pair = verdicts.worst(compared.pairs, direction) if compared.pairs else None
    if pair is not None:
        known["target"], known["actual"] = pair.target, pair.actual
        if (achieved := quotient("achieved", known)) is not None:
            known["achieved"] = cut(achieved)
    target = item.target
    if turned and target.operator in _TURNED[direction]:
        target = replace(target, operator=_TURNED[direction][target.operator])
        known["target_operator"] = target.operator
    known["verdict"], why = verdicts.verdict(target, item.actual, compared, direction, policy.words.levels)
    if item.comparison.scale_doubt:
        known.pop("achieved", None)  # by how much a target was reached or missed depends on the unit that is meant
        if known["verdict"] != verdicts.MET:
            known["comparison"], why = "incomparable", item.comparison.scale_doubt
            for name in ("target", "actual"):
                known.pop(name, None)
    differing = {name for name in known if known[name] != beside.fields.get(name)} if beside else set()
    rolled = item.indicator.rolled
    averaged = _averaged(rolled, policy) if rolled and rolled.score else {}  # its tier is the average's, not that of any words
    for name in _BEHIND:
        if beside is not None and not policy.recognition[name].reads & differing:
            step = next(one for one in beside.steps if one.table == name)
        else:
            step = averaged.get(name) or _step(policy, name, known)
        known[name] = step.value
        if beside is not None and step.value != beside.fields[name]:
            differing.add(name)
        steps.append(step)
    return DirectionReading(direction, known, tuple(steps), why, frozenset(differing))


def recognised(item: Typed, reading: DirectionReading, case: Case) -> Recognised:
    """An indicator as one reading has it, the direction as the case of the table of directions says it."""
    fields = reading.fields
    numbers = {} if item.comparison.scale_doubt else fields
    target, actual = numbers.get("target"), numbers.get("actual")
    return Recognised(
        indicator=item.indicator,
        form_kind=item.form_kind,
        weight=item.weight,
        reported=item.reported,
        target=item.target,
        actual=item.actual,
        comparison=item.comparison,
        wording=item.wording,
        target_number=target if isinstance(target, Decimal) else None,
        actual_number=actual if isinstance(actual, Decimal) else None,
        direction=case.value,
        attainment=str(fields["attainment"]),
        nature=str(fields["nature"]),
        met=str(fields["met"]),
        verdict_reason=reading.verdict_reason,
        steps=reading.steps,
        fields=fields,
        direction_ground=case.ground or "name",
        direction_certain=case.certain and case.value in DIRECTIONS,
        name_parts=item.said,
        answer=item.answer,
        weight_ground="" if item.weight is None else "printed",
    )


def _said(indicator: Indicator, policy: Policy) -> dict[str, Scalar]:
    """What the row's reason and its column of evidence say, as the facts of rules have it."""
    known: dict[str, Scalar] = {}
    if indicator.reason:
        known["reason"] = indicator.reason.text
        known["reason_empty"] = is_empty(indicator.reason.text, policy.prose)
    proof = next((item for item in indicator.others if any(word in item.label for word in policy.prose.proof_columns)), None)
    if proof is not None and proof.value.text:
        known["evidence_text"] = proof.value.text
    return known


def form_fields(line: BudgetLine | None, words: Vocabulary) -> dict[str, Scalar]:
    """What tables of indicators see of their form: budget, executed, and the rate of the two in percent."""
    numbers = amounts_of(line, words).numbers if line is not None else {}
    known: dict[str, Scalar] = {name: number for name in ("budget", "executed") if (number := numbers.get(name)) is not None}
    if (rate := quotient("rate", known)) is not None:
        known["rate"] = cut(rate)
    return known


def _wording(
    indicator: Indicator, target: Value, actual: Value, compared: Comparison, fiscal_year: int, policy: Policy
) -> WordingReading:
    """What the words of the actual say of the target, where it is not numbers or dates that say it."""
    if compared.kind in ("numbers", "deadline", "incomparable"):
        return NOT_READ
    if _bare(target, policy) and _bare(actual, policy):
        return NOT_READ  # two quantities in a unit nobody listed: no words say which way is better
    way = policy.name_reader.way if policy.name_reader is not None else None
    return read_wording(actual.raw, target.raw, indicator.name, fiscal_year, policy.grammar, way)


def _bare(value: Value, policy: Policy) -> bool:
    """Whether a text is a quantity, and nothing more, that could not be typed (0.42吨标准煤, 850元/生)."""
    text = fold(value.raw, policy.words)
    return bool(_QUANTITY.fullmatch(text)) and not any(word in text for word in policy.words.done)


def _step(policy: Policy, table: str, known: Mapping[str, Scalar]) -> Step:
    case = policy.recognition[table].first(known)
    assert case is not None  # every table ends in `otherwise`, checked when the policy was built
    return Step(table, policy.recognition[table].title, case.id, case.label, case.value, case.basis)


def _averaged(rolled: Rolled, policy: Policy) -> dict[str, Step]:
    """Attainment and nature of a qualitative indicator that was rolled up: the tier its averaged score lies in."""
    tiers = {tier.id: tier.label for tier in policy.scoring.tiers}
    attainment = rolled.attainment if rolled.attainment in tiers else "unknown"
    out = {}
    for table, value in (("attainment", attainment), ("nature", "qualitative")):
        label = f"汇总：平均分值所在的档次（{tiers.get(attainment, '不明')}）" if table == "attainment" else "汇总：分值加权平均"
        out[table] = Step(table, policy.recognition[table].title, "rolled-up", label, value, rolled.basis)
    return out


def _as_filed(indicator: Indicator, form_kind: str, target: Value, actual: Value, compared: Comparison) -> dict[str, Scalar]:
    known: dict[str, Scalar] = {
        "name": indicator.name,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "form_kind": form_kind,
        "target_text": target.raw,
        "actual_text": actual.raw,
        # ±10% is the range from -10% to 10%: no smaller deviation is "short of" it
        "target_kind": "range" if target.operator == "±" and compared.kind == "numbers" else target.kind,
        "actual_kind": actual.kind,
        "target_operator": target.operator,
        "target_unit": target.unit,
        "actual_unit": actual.unit,
        "comparison": compared.kind,
        "target_none": target.number == 0 and target.kind == "number",
    }
    if not indicator.level2:
        del known["level2"]
    if actual.number is not None and actual.unit == "%":
        known["actual_percent"] = actual.number
    if compared.early is not None:
        known["early"] = compared.early
    late = {"days_late": compared.late.days, "months_late": compared.late.months, "full_months_late": compared.late.full_months}
    known |= {name: Decimal(number) for name, number in late.items() if number is not None}
    return known
