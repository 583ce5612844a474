"""Facts of kind `unmet`: rows of a form's list of what was not met, held against the indicators they name."""

from __future__ import annotations

from engine.findings.facts.model import Source, present
from engine.findings.facts.words import rest_of_reason
from engine.language.facts import UnmetFact
from engine.policy.model import Policy
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import UnmetRow
from engine.values import names
from engine.values.cells import value_of
from engine.values.comparison import compare
from engine.values.model import Value
from engine.values.prose import core, is_empty
from engine.values.vocabulary import Vocabulary


def unmet_fact(
    row: UnmetRow, key: str, shared: bool, item: ScoredIndicator | None, scored: ScoredForm, policy: Policy
) -> tuple[UnmetFact, Source]:
    """A row of the list: `key` is that of its name, `item` the indicator it names (None where it names none), `shared` whether it
    gives the very reason that the row above it gives."""
    target, actual = value_of(row.target, policy.words), value_of(row.actual, policy.words)
    reason = row.reason.text if row.reason else ""
    fact = UnmetFact(
        form=scored.label,
        form_kind=scored.form.kind,
        name_key=key,
        name=row.name,
        level2=row.level2 or None,
        target_text=row.target.text if row.target else None,
        actual_text=row.actual.text if row.actual else None,
        target=target.number,
        actual=actual.number,
        actual_differs=_differs(actual, item.known.actual, policy.words) if item else None,
        target_differs=_differs(target, item.known.target, policy.words) if item else None,
        reason=reason or None,
        reason_core=core(reason) if row.reason else None,
        reason_empty=is_empty(reason, policy.prose) if row.reason else None,
        reason_rest=rest_of_reason(reason, (row.name, target.raw, actual.raw), policy.prose) if reason else None,
        shared_reason=shared,
        shared_terms=names.shared_terms(reason, row.name, policy.names) if reason else None,
    )
    cells = {"target_text": row.target, "actual_text": row.actual, "actual": row.actual, "reason": row.reason}
    return fact, Source(scored.label, row.name, row.place, present(cells))


def _differs(first: Value, second: Value, words: Vocabulary) -> bool | None:
    """Whether two values are different numbers, in one unit; None where that cannot be told."""
    if first.raw == second.raw:
        return False
    compared = compare(first, second, words)
    return any(pair.target != pair.actual for pair in compared.pairs) if compared.kind == "numbers" else None
