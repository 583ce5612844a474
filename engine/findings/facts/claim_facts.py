"""Facts of kind `claim`: what the text states, with what it should say by the form and by the indicator, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.findings.facts.claims import Claim
from engine.findings.facts.model import Source, TextSpan
from engine.language.facts import ClaimFact
from engine.language.model import Scalar
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import Cell
from engine.values.vocabulary import Vocabulary


def claim_fact(
    claim: Claim, about: Mapping[str, Scalar], indicators: Mapping[str, ScoredIndicator], scored: ScoredForm, words: Vocabulary
) -> tuple[ClaimFact, Source]:
    """A claim of a form with what it should say, and where it and its groups stand. `about` are the fields of the fact of the
    form it speaks of (none where there is no such form), `indicators` the form's rows by the key of their name."""
    said = {"form": scored.label, "form_kind": scored.form.kind, **claim.fields}
    fact = ClaimFact(**{**said, **_expected(claim, about), **_off(claim, indicators, words)})  # type: ignore[arg-type]  # by groups
    spans = {name: TextSpan(claim.within[start:end], start, claim.place) for name, start, end in claim.spans}
    return fact, Source(scored.label, claim.subject, claim.place, {"text": Cell(claim.text, claim.place)}, spans)


def _expected(claim: Claim, about: Mapping[str, Scalar]) -> dict[str, Decimal]:
    """What a claim should say, and how far off it is, where the policy says what it equals."""
    for group, name in claim.equals:
        expected, said = about.get(name), claim.fields.get(group)
        if isinstance(expected, Decimal) and isinstance(said, Decimal):
            return {"expected": expected, "gap": abs(expected - said)}
    return {}


def _off(claim: Claim, indicators: Mapping[str, ScoredIndicator], words: Vocabulary) -> dict[str, Decimal]:
    """How far the values a claim states of an indicator are from those on the form, in the unit of either."""
    item = indicators.get(str(claim.fields.get("name_key", "")))
    if item is None or item.known.comparison.kind != "numbers" or len(item.known.comparison.pairs) != 1:
        return {}
    out: dict[str, Decimal] = {}
    for name, number in (("actual", item.known.actual_number), ("target", item.known.target_number)):
        said = claim.fields.get(name)
        if not isinstance(said, Decimal) or number is None:
            continue
        value = item.known.actual if name == "actual" else item.known.target
        unit = str(claim.fields.get("unit") or "") if name == "actual" else ""
        if unit and value.unit and not _one_kind(unit, value.unit, words):
            continue  # 337天 of 优良天数337天（92.1%）: the text may say any number of the sentence
        out[f"{name}_gap"] = min(abs(said - number), *(abs(said - quantity.number) for quantity in value.quantities))
    return out


def _one_kind(first: str, second: str, words: Vocabulary) -> bool:
    one, other = words.unit(first), words.unit(second)
    return first == second or one is None or other is None or one.dimension == other.dimension or (one.counting and other.counting)
