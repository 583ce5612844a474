"""What an indicator is, before it is scored: typed values, comparison, direction, attainment, nature, met or not.

Values come from `notation`; every judgement is a policy table, and each step is kept with the case that decided it.
"""

from __future__ import annotations

from engine.language.fields import cut, quotient
from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.scoring.model import Recognised, Step
from engine.submission.model import Indicator, Rolled
from engine.values import comparison as compare_values
from engine.values.cells import number_of, value_of
from engine.values.comparison import Comparison
from engine.values.model import Value
from engine.values.vocabulary import Vocabulary
from engine.values.wording import NOT_READ, WordingReading, read


def recognise(indicator: Indicator, form_kind: str, fiscal_year: int, policy: Policy, words: Vocabulary) -> Recognised:
    """Type the values of one indicator and run the policy's recognition tables over them, in order."""
    target, actual = value_of(indicator.target, words), value_of(indicator.actual, words)
    compared = compare_values.compare(target, actual, words, fiscal_year)
    weight, reported = number_of(indicator.weight), number_of(indicator.score)
    if weight is not None and weight > policy.scoring.weights.full_score:
        weight = None  # no indicator is worth more than the form: two numbers in one cell
    wording = _wording(indicator, target, actual, compared, fiscal_year, policy)
    known = _as_filed(indicator, form_kind, target, actual, compared)
    known |= {"wording": wording.verdict, "wording_aim": wording.aim, "wording_ground": wording.ground}
    if weight is not None:
        known["weight"] = weight
    if reported is not None:
        known["reported"] = reported
    steps: list[Step] = []
    direction = _run(policy, "direction", known, steps)
    pair = compare_values.worst(compared.pairs, direction) if compared.pairs else None
    if pair is not None:
        known["target"], known["actual"] = pair.target, pair.actual
        if (achieved := quotient("achieved", known)) is not None:
            known["achieved"] = cut(achieved)
    known["verdict"], why = compare_values.verdict(target, actual, compared, direction)
    if indicator.rolled and indicator.rolled.score:  # an averaged score: its tier is the average's, not that of any words
        attainment, nature = _averaged(indicator.rolled, policy, known, steps)
    else:
        attainment = _run(policy, "attainment", known, steps)
        nature = _run(policy, "nature", known, steps)
    met = _run(policy, "met", known, steps)
    return Recognised(
        indicator=indicator,
        form_kind=form_kind,
        weight=weight,
        reported=reported,
        target=target,
        actual=actual,
        comparison=compared,
        wording=wording,
        target_number=pair.target if pair else None,
        actual_number=pair.actual if pair else None,
        direction=direction,
        attainment=attainment,
        nature=nature,
        met=met,
        verdict_reason=why,
        steps=tuple(steps),
        fields=known,
    )


def _wording(
    indicator: Indicator, target: Value, actual: Value, compared: Comparison, fiscal_year: int, policy: Policy
) -> WordingReading:
    """What the words of the actual say of the target, where it is not numbers or dates that say it."""
    if compared.kind in ("numbers", "deadline", "incomparable"):
        return NOT_READ
    return read(actual.raw, target.raw, indicator.name, fiscal_year, policy.grammar)


def _run(policy: Policy, table: str, known: dict[str, Scalar], steps: list[Step]) -> str:
    case = policy.recognition[table].first(known)
    assert case is not None  # every table ends in `otherwise`, checked when the policy was built
    known[table] = case.value
    steps.append(Step(table, policy.recognition[table].title, case.id, case.label, case.value, case.basis))
    return case.value


def _averaged(rolled: Rolled, policy: Policy, known: dict[str, Scalar], steps: list[Step]) -> tuple[str, str]:
    """Attainment and nature of a qualitative indicator that was rolled up: the tier its averaged score lies in."""
    tiers = {tier.id: tier.label for tier in policy.scoring.tiers}
    attainment = rolled.attainment if rolled.attainment in tiers else "unknown"
    for table, value in (("attainment", attainment), ("nature", "qualitative")):
        known[table] = value
        label = f"汇总：平均分值所在的档次（{tiers.get(attainment, '不明')}）" if table == "attainment" else "汇总：分值加权平均"
        steps.append(Step(table, policy.recognition[table].title, "rolled-up", label, value, rolled.basis))
    return attainment, "qualitative"


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
    }
    if not indicator.level2:
        del known["level2"]
    if actual.number is not None and actual.unit == "%":
        known["actual_percent"] = actual.number
    if compared.early is not None:
        known["early"] = compared.early
    return known
