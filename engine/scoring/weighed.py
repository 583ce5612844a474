"""An indicator judged with the weight the form leaves it: the printed one, the one its sums leave, or every one they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.scoring.model import Recognised, Score
from engine.scoring.readings import judge
from engine.scoring.recognition import NOTHING
from engine.scoring.weighing import Weight
from engine.submission.model import Indicator
from engine.values.known_names import KnownNames
from engine.values.numerals import plain


def judge_weighed(
    indicator: Indicator,
    weight: Weight | None,
    form_kind: str,
    fiscal_year: int,
    policy: Policy,
    answers: KnownNames,
    around: Mapping[str, Scalar] = NOTHING,
) -> tuple[Recognised, Score]:
    """Recognise and score one indicator, in points of the weight it has.

    Where only bounds are known, it is scored at both: what they agree in stands, else the score is open between them. Every score
    the tables give grows with the weight (lint proves it), so that nothing lies outside.
    """

    def judged(value: Decimal | None) -> tuple[Recognised, Score]:
        return judge(indicator, form_kind, fiscal_year, policy, answers, value, around)

    if weight is None:
        return judged(None)
    if weight.value is not None:
        known, score = judged(weight.value)
        if weight.ground == "printed":
            return known, score
        said = f"表上没有该指标的分值；按{weight.reason}和各行自评得分，只能是 {plain(weight.value)} 分"
        return replace(known, weight_ground=weight.ground, weight_reason=said), score
    (known, low), (_, high) = judged(weight.low), judged(weight.high)
    fields = {name: value for name, value in known.fields.items() if name != "weight"}
    said = f"表上没有该指标的分值；按{weight.reason}和各行自评得分，在 {plain(weight.low)} 至 {plain(weight.high)} 之间"
    ends = (weight.low, weight.high)
    known = replace(known, weight=None, fields=fields, weight_ground=weight.ground, weight_reason=said, weight_ends=ends)
    return known, _between(low, high, said)


def _between(low: Score, high: Score, said: str) -> Score:
    if (low.status, low.computed, low.allowed) == (high.status, high.computed, high.allowed):
        return high
    allowed = (low.allowed[0], high.allowed[1]) if low.allowed and high.allowed else None
    limits = (low.limits[0], high.limits[1]) if low.limits and high.limits else None
    reason = "；".join(dict.fromkeys(filter(None, [said, high.reason])))
    return replace(high, computed=None, exact=None, allowed=allowed, limits=limits, status="needs_review", reason=reason)
