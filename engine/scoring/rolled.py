"""The score of an indicator that was made by roll-up: an average of scores given below, or none, because it was refused.

Quantitative indicators are not scored here: their values are aggregated first and scored after, like any other (备注 2).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine.policy.model import Policy
from engine.scoring.model import Recognised, Score, Trace, rounding_text
from engine.submission.rolled import Rolled, Share
from engine.values.numerals import plain

ROUNDED = Fraction(1, 2)
"""How far the weight in its cell may be from the exact one: no policy rounds weights to more than whole points."""
SHOWN = 6
"""Shares written out in the operands; the record has all."""


def rolled_score(known: Recognised, rolled: Rolled, policy: Policy) -> Score | None:
    """The score a rolled-up indicator has by its record; None where it is to be scored like any other.

    The average is worked out again from the shares the record lists: a record that says something else is not believed.
    """
    weight = known.weight
    if weight is None or not (rolled.refused or rolled.score):
        return None
    name = f"rollup.{rolled.method}"
    trace = Trace(name, "汇总", rolled.basis, rounding=rounding_text(policy), rounding_basis=policy.scoring.rounding_basis)
    whole = policy.scoring.rounding
    if rolled.refused:
        low, high = whole.above(Fraction(0), True), whole.below(Fraction(weight), True)
        limits = (Fraction(low), Fraction(high))
        return Score(known.reported, None, None, (low, high), "needs_review", f"不能汇总：{rolled.refused}", trace, limits)
    exact = Fraction(rolled.score)
    low_, high_ = Fraction(rolled.low or rolled.score), Fraction(rolled.high or rolled.score)
    top = Fraction(rolled.weight) if rolled.weight else Fraction(weight)
    if not 0 <= low_ <= exact <= high_ <= top or abs(top - Fraction(weight)) > ROUNDED:
        return Score(known.reported, None, None, None, "error", "记录里的汇总分值不在可取范围内，或与分值不符", trace)
    if wrong := _wrong(rolled.shares, exact, top):
        return Score(known.reported, None, None, None, "error", wrong, trace)
    operands = _operands(rolled.shares)
    most = whole.below(Fraction(weight), True)  # the weight's own rounding must not carry a score past it
    value = min(whole(exact), most)
    allowed = (whole(low_), min(whole(high_), most))
    trace = replace(
        trace,
        label=f"{len(rolled.shares)} 处的分值按资金额度加权平均" if len(rolled.shares) > 1 else "只有一处填报，照其分值",
        formula="Σ(分值 × 资金额度) ÷ Σ资金额度" if operands else "",
        operands=operands,
        values=(("weight", weight),),
        unrounded=exact,
        tier=rolled.attainment,
        tier_range=f"[{plain(low_)}, {plain(high_)}]",
    )
    part = exact if whole.at == "form" else Fraction(value)
    return Score(known.reported, value, part, allowed, "scored", "", trace, (Fraction(allowed[0]), Fraction(allowed[1])))


def _weighed(shares: tuple[Share, ...]) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(s.exact), Fraction(s.funds)) for s in shares if s.exact and s.funds]


def _wrong(shares: tuple[Share, ...], exact: Fraction, top: Fraction) -> str:
    """Why the average cannot have come of its shares; empty if it does, or where the record does not list them in full."""
    parts = _weighed(shares)
    if len(parts) < 2 or len(parts) < len(shares) or not all(s.weight for s in shares):
        return ""
    whole = sum((Fraction(s.weight) * f for s, (_, f) in zip(shares, parts, strict=True)), Fraction(0))
    if not whole or top * sum((score * funds for score, funds in parts), Fraction(0)) / whole != exact:
        return "记录里的汇总分值与按各处分值、资金额度计算的不符"
    return ""


def _operands(shares: tuple[Share, ...]) -> str:
    parts = [(s, f) for s, f in _weighed(shares) if f]
    if len(parts) < 2:
        return ""
    shown = " + ".join(f"{plain(score)} × {plain(funds)}" for score, funds in parts[:SHOWN])
    more = f" + …（共 {len(parts)} 处）" if len(parts) > SHOWN else ""
    return f"({shown}{more}) ÷ {plain(sum((funds for _, funds in parts), Fraction(0)))}"
