"""What a policy looks at in a corpus: the fields its tables, measures and rules name, and what they ask of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.bulk.corpus.columns import PREPARED_KINDS, SUBJECT, columns
from engine.bulk.relational.terms import Patterns
from engine.language import formula
from engine.language.conditions import Condition
from engine.language.fields import NAME_TABLE
from engine.language.measures import KEYS
from engine.language.model import Ref, Test, leaves
from engine.policy.model import Policy


@dataclass(slots=True)
class Needs:
    """What a policy looks at: fields by kind, and what it asks of texts."""

    fields: dict[str, set[str]] = field(default_factory=dict)
    patterns: Patterns = field(default_factory=Patterns)

    def tests(self, kind: str, tests: Iterable[Test], kinds: Mapping[str, str]) -> None:
        tests = list(leaves(tests))
        self.patterns.ask(kind, tests)
        for test in tests:
            self.fields.setdefault(kind, set()).add(test.field)
            if isinstance(test.value, Ref):
                self.fields.setdefault(kinds.get(test.value.alias, kind), set()).add(test.value.field)

    def conditions(self, kind: str, conditions: Iterable[Condition]) -> None:
        self.tests(kind, (item.test for item in conditions), {})


def needs_of(policy: Policy) -> Needs:
    """Every field the policy's tables, measures and rules name."""
    needs = Needs()
    read = [table for name, table in policy.recognition.items() if name != NAME_TABLE]  # names were read when forms were
    for table in (*read, *policy.scoring.tables.values()):
        for case in table.cases:
            needs.conditions("indicator", case.conditions)
            if case.score is not None:
                needs.fields.setdefault("indicator", set()).update(item.name for item in formula.names(case.score))
    for measure in policy.rules.measures:
        needs.conditions(measure.of, (*measure.conditions, *measure.among))
        if measure.field:
            needs.fields.setdefault(measure.of, set()).add(measure.field)
        needs.fields.setdefault(measure.of, set()).update(KEYS[measure.per][1])
        needs.fields.setdefault(measure.per, set()).update(KEYS[measure.per][0])
    for rule in policy.rules.rules.values():
        kinds = {pattern.alias: pattern.kind for pattern in rule.compiled.patterns}
        for pattern in rule.compiled.patterns:
            needs.tests(pattern.kind, pattern.tests, kinds)
        if rule.compiled.conclude is not None:
            for _, written in rule.compiled.conclude.fields:
                if isinstance(written, Ref):
                    needs.fields.setdefault(kinds[written.alias], set()).add(written.field)
    needs.fields.setdefault("indicator", set()).update(
        {"name", "level1", "level2", "weight", "reported", "target_text", "actual_text", "status", "computed"}
    )
    needs.fields.setdefault("form", set()).update(
        {"form", "form_kind", "budget", "executed", "execution_reported", "total_reported", "indicators", "indicators_reported"}
    )
    needs.fields["form"] |= {"weight_sum", "grade_reported", "unit", "name", "fiscal_year"}
    for statement in policy.statements.values():
        needs.fields["form"] |= {name for _, name in statement.equals}
        needs.fields.setdefault("claim", set()).update(group for group, _ in statement.equals)
    return needs


def used_columns(needs: Needs, kind: str) -> list[str]:
    """The prepared columns of a kind that a policy reads."""
    named = needs.fields.get(kind, set())
    always = {SUBJECT, "form", "form_kind", *(name for name in columns(kind) if name in ALWAYS.get(kind, ()))}
    return [name for name in columns(kind) if name in named or name in always]


ALWAYS: Mapping[str, tuple[str, ...]] = {
    "indicator": (
        *("early", "actual_percent", "target_none", "target_positive", "actual_positive", "verdict_positive", "said_positive"),
        *("target_inverse", "actual_inverse", "verdict_inverse", "said_inverse", "name", "level1", "level2", "goal"),
        *("weight", "reported"),
    ),
    "group": ("goal", "level1", "level2"),
    "goal": ("number",),
    "claim": ("key", "about"),
    "alike": ("first_fact", "second_fact"),
}


def relevant_beyond(needs: Needs) -> set[tuple[str, str]]:
    """The columns whose missing values matter to a policy."""
    return {(kind, name) for kind in PREPARED_KINDS for name in used_columns(needs, kind)}
