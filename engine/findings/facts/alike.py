"""Facts of kind `alike`: two rows of a form whose names are nearly one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.findings.facts.model import Source
from engine.language.facts import AlikeFact
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import Cell
from engine.values import names
from engine.values.model import Value
from engine.values.names import NameRules


def alike_facts(
    scored: ScoredForm, by_id: Mapping[str, ScoredIndicator], ids: Sequence[tuple[str, str]], rules: NameRules
) -> Iterator[tuple[AlikeFact, Source]]:
    """The pairs of a form whose names are alike; `ids` are the (id, name) of its rows, `by_id` the rows."""
    for pair in names.alike(ids, rules):
        first, second = by_id[pair.first], by_id[pair.second]
        one, other = first.known.indicator, second.known.indicator
        fact = AlikeFact(
            form=scored.label,
            form_kind=scored.form.kind,
            first=one.name,
            second=other.name,
            ending=pair.ending,
            ending_length=len(pair.ending),
            similarity=pair.similarity,
            one_thing=pair.one_thing,
            same_unit=first.known.actual.unit == second.known.actual.unit,
            same_target=_same(first.known.target, second.known.target),
            first_target=first.known.target.raw or None,
            second_target=second.known.target.raw or None,
            same_actual=first.known.actual_number is not None and first.known.actual_number == second.known.actual_number,
        )
        cells = {"first": Cell(one.name, one.place), "second": Cell(other.name, other.place)}
        yield fact, Source(scored.label, one.name, one.place, cells)


def _same(first: Value, second: Value) -> bool | None:
    """Whether two values are one number in one unit; None where one of them is none, or the units differ."""
    if first.number is None or second.number is None or first.unit != second.unit:
        return None
    return first.number == second.number
