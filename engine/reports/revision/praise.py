"""Where a filed report speaks well of what the figures of its form speak against: a question beside the sentence, which stays.

What counts as such, in which wordings, and from which figure on, is the policy's (`narrative.revision.praise`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.policy.model import Policy
from engine.policy.narrative import Praise, Revision
from engine.reports.context import Context
from engine.reports.own_words import folded, said, saying
from engine.reports.revision.model import Spot
from engine.reports.revision.notes import RevisionNotes
from engine.submission.model import Form
from engine.templating.filters import fill, listed, rate

Data = Mapping[str, Any]
_SENTENCE = re.compile(r"[^。！？\n]+")
_KIND = "指标"
"""What a kind of indicators is called with and without: 产出指标, 产出."""


def doubtful_praise(
    context: Context, policy: Policy, revision: Revision, notes: RevisionNotes
) -> Iterator[tuple[Spot, tuple[str, ...]]]:
    """Each stretch of praise of a filed report that the form's figures speak against, with what is to be said beside it."""
    if "praise" not in revision.notes:
        return
    for text, spot in _sentences(context.form):
        for praise in revision.praise:
            found = _found(text, praise)
            if found is None:
                continue
            facts = list(_against(text, praise, context.data, policy, revision.notes))
            if facts:
                asked = fill(revision.notes["praise"], {"said": found[0], "facts": "、".join(facts)})
                clause = (notes.clause_line([praise.basis]),) if praise.basis in policy.clauses else ()
                yield Spot(spot.place, spot.text, spot.start + found.start(), spot.start + found.end()), (asked, *clause)
                break


def _sentences(form: Form) -> Iterator[tuple[str, Spot]]:
    for paragraph in (one for section in form.report if section.key for one in section.paragraphs):
        for found in _SENTENCE.finditer(paragraph.text):
            yield found[0], Spot(paragraph.place, paragraph.text, found.start(), found.end())


def _found(sentence: str, praise: Praise) -> re.Match[str] | None:
    if praise.about and not any(word in sentence for word in praise.about):
        return None
    for found in saying(sentence, praise.said):
        if not any(word in sentence[: found.end()] for word in praise.apart):
            return found
    return None


def _against(sentence: str, praise: Praise, data: Data, policy: Policy, words: Mapping[str, str]) -> Iterator[str]:
    """The facts that speak against a sentence, in the words of the policy."""
    items, whole = _spoken_of(sentence, data["indicators"])
    unmet = [item["name"] for item in items if item["met"] == "no"]
    named = policy.narrative.phrases.get("named", 5) if policy.narrative else 5
    share = Decimal(len(items) - len(unmet)) * 100 / len(items) if items else Decimal(100)
    low = praise.completion is not None and share < praise.completion
    if low and whole and "praise_completion" in words:
        done = sum(item["met"] == "yes" for item in items)
        yield fill(words["praise_completion"], {"all": len(items), "met": done, "rate": data["counts"]["rate"]})
    elif unmet and (low or praise.unmet) and "praise_unmet" in words:
        yield fill(words["praise_unmet"], {"names": listed(unmet, named, f"个{_KIND}")})
    if not whole:
        return
    budget = data["budget"]["rate_number"]
    if praise.execution is not None and budget is not None and budget < praise.execution and "praise_execution" in words:
        yield fill(words["praise_execution"], {"rate": rate(budget)})
    if data["grade"] in praise.grades and "praise_grade" in words:
        yield fill(words["praise_grade"], {"grade": data["grade"]})


def _spoken_of(sentence: str, indicators: Sequence[Data]) -> tuple[Sequence[Data], bool]:
    """The indicators a sentence is about: those it names, else those of the kinds it names, else all; and whether that is all."""
    text = folded(sentence)
    named = [item for item in indicators if folded(item["name"]) in text]
    if named:
        return named, False
    for level in ("level2", "level1"):
        kinds = {kind for item in indicators if (kind := item[level].removesuffix(_KIND)) and said(text, (kind,))}
        if kinds:
            return [item for item in indicators if item[level].removesuffix(_KIND) in kinds], False
    return indicators, True
