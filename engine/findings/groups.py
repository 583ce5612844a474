"""Many forms held against each other: what a rule says of one name is one finding, which tells how many forms write what.

A unit with two hundred forms of one template has one mistake in a name's level, not the thousands of pairs that show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language import messages
from engine.language.model import Fact, Match, Ref, Scalar
from engine.language.rules import FindingRule
from engine.policy.model import GROUPED, GROUPED_VALUE, Grouping
from engine.templating import filters


@dataclass(frozen=True, slots=True)
class FormComparison:
    """How a rule holds two facts of one kind on different forms against each other: the fields in which they are equal, and the one
    in which they are not (empty where they only stand on different forms)."""

    equal: tuple[str, ...]
    unlike: str


def comparison(rule: FindingRule) -> FormComparison | None:
    """How the rule compares rows of different forms: equal in which fields, unlike in which. None of a rule that compares
    otherwise, or within one form."""
    patterns = [pattern for pattern in rule.compiled.patterns if not pattern.negated]
    if len(patterns) != 2 or patterns[0].kind != patterns[1].kind:
        return None
    first, second = patterns
    joins = [
        (test.field, test.op)
        for test in second.tests
        if isinstance(test.value, Ref) and test.value.alias == first.alias and test.value.field == test.field
    ]
    equal = tuple(name for name, op in joins if op == "eq")
    unlike = [name for name, op in joins if op == "ne"]
    if not equal or "form" in equal or not unlike:  # within one form each is a mistake of that form
        return None
    return FormComparison(equal, next((name for name in reversed(unlike) if name != "form"), ""))


def together(how: FormComparison, matches: Sequence[Match], facts: Mapping[str, Fact]) -> list[list[Match]]:
    """The matches that are about the same thing, in the order of the first of each."""
    out: dict[tuple[Scalar | None, ...], list[Match]] = {}
    for match in matches:
        fields = facts[match.facts[0][1]].fields
        out.setdefault(tuple(fields.get(name) for name in how.equal), []).append(match)
    return list(out.values())


@dataclass(frozen=True, slots=True)
class FormSpread:
    """What the matches of one thing show: the forms that have each value, the commonest first."""

    forms: tuple[str, ...]
    values: tuple[tuple[Scalar, tuple[str, ...]], ...]


def spread(how: FormComparison, matches: Sequence[Match], facts: Mapping[str, Fact]) -> FormSpread:
    """Every form of the matches, and which of them have which value where they are compared by one."""
    forms: dict[str, None] = {}
    values: dict[Scalar, dict[str, None]] = {}
    for match in matches:
        for _, identity in match.facts:
            fields = facts[identity].fields
            form = str(fields.get("form", ""))
            forms[form] = None
            value = fields.get(how.unlike) if how.unlike else None
            if value is not None:
                values.setdefault(value, {})[form] = None
    ordered = sorted(values.items(), key=lambda item: -len(item[1]))  # of equally many the first met comes first
    return FormSpread(tuple(forms), tuple((value, tuple(found)) for value, found in ordered))


def sentence(found: FormSpread, pairs: int, grouping: Grouping, params: Mapping[str, Any]) -> str:
    """What is said of all of them, behind what is said of the first. Forms are named of every value but the commonest."""
    rows = []
    for at, (value, forms) in enumerate(found.values):
        named = forms[: grouping.named] if at else ()
        said: dict[str, Scalar] = {"value": str(filters.shown(value)), "forms": Decimal(len(forms))}
        said["more"] = len(forms) > len(named) > 0
        if named:
            said["named"] = _named(named)
        rows.append(messages.render(grouping.value, {"g": said}, {"g": GROUPED_VALUE}, params))
    fields: dict[str, Scalar] = {"count": Decimal(pairs), "forms": Decimal(len(found.forms))}
    fields["named"] = _named(found.forms[: grouping.named])
    if rows:
        fields["spread"] = grouping.between.join(rows)
    return messages.render(grouping.sentence, {"g": fields}, {"g": GROUPED}, params)


def telling(
    how: FormComparison, matches: Sequence[Match], found: FormSpread, facts: Mapping[str, Fact], most: int
) -> Iterator[Match]:
    """The matches whose evidence is shown: the first, then each that shows a form with a value other than the commonest that was
    not shown yet; `most` at the most."""
    common = found.values[0][0] if found.values else None
    shown: set[str] = set()
    for match in matches:
        rare = {identity for _, identity in match.facts if how.unlike and facts[identity].fields.get(how.unlike) != common}
        if match is matches[0] or (rare or {identity for _, identity in match.facts}) - shown:
            yield match
            shown |= rare or {identity for _, identity in match.facts}
            most -= 1
        if most <= 0:
            return


def _named(forms: Sequence[str]) -> str:
    return "、".join(f"“{form}”" for form in forms)
