"""Finding rules as officers know them: what one says, how what it finds is told, all rules and measures of a policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.errors import Place
from engine.language import model as ir
from engine.language.causes import Tie
from engine.language.conditions import Condition
from engine.language.fields import Fields
from engine.language.measures import Measure

CATEGORIES: Mapping[str, str] = {
    "classification": "归类",
    "scoring": "计分",
    "arithmetic": "勾稽",
    "consistency": "文表或表间不一致",
    "target": "目标值设定",
    "design": "指标设计",
    "completion": "完成情况",
    "explanation": "原因说明",
    "budget": "预算执行",
    "evidence": "佐证",
    "notation": "填写规范",
}
SEVERITIES: Mapping[str, str] = {"error": "错误", "warning": "警告", "info": "提示"}
"""Worst first."""


@dataclass(frozen=True, slots=True)
class RulePattern:
    """One fact of the rule (`alias` empty for `without`), with its conditions as the officer wrote them."""

    alias: str
    kind: str
    conditions: tuple[Condition, ...]
    negated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class RowFold:
    """How what a rule finds on several rows of one form is told: as one finding, whose rows fold out."""

    message: str
    """Template over what the sentence of several findings sees (`c`)."""
    least: int
    """Rows from which on they are one."""
    once: bool
    """Rows of which another finding tells why are not told again."""
    across: bool = False
    """Whether the forms of a submission are one, too."""


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A rule as officers know it, and its compiled form."""

    id: str
    title: str
    category: str
    severity: str
    patterns: tuple[RulePattern, ...]
    message: str
    advice: str
    report: str
    """How the body's own report would put it; empty where the message serves."""
    subject: str
    evidence: tuple[tuple[str, str], ...]
    """(alias, field) shown as evidence beside the fields the conditions name."""
    basis: str
    cite: tuple[str, str]
    """(alias, field) whose value is the clause to cite; ("", "") where `basis` is."""
    place: Place
    compiled: ir.Rule
    tie: Tie
    """Which problem its findings are part of."""
    corrects: tuple[tuple[str, str], str] = (("", ""), "")
    """(alias, field) whose value is wrong, and the template of what should stand there; empty where that is not known."""
    told_in: str = ""
    """`report`: told in section 三 of a drafted report; `list`: only to the author, to be corrected; empty: as its category is."""
    rows: RowFold | None = None
    """None where every row is a finding of its own."""
    capped: str = ""
    """Why it is less severe than it was written: what it rests on is not certain (Chinese); empty where it is not."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule of the policy that this run does not tell, and why (Chinese)."""

    rule: FindingRule
    reason: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules and measures of a policy, and the schema of the facts they run on."""

    rules: Mapping[str, FindingRule]
    measures: tuple[Measure, ...]
    kinds: Mapping[str, Fields]
    """Fields by fact kind: those of the engine, measures, and kinds the rules conclude."""
    derived: frozenset[str]
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    """Rules that say something and that whoever runs them does not want told. What others rest on is in `rules`, too, silent."""
    order: tuple[str, ...] = ()
    """The ids of all rules as the policy has them, where some are left out."""

    def looked_at(self, without: Collection[str] = ()) -> list[str]:
        """The kinds of facts that rules with something to say are about, those rules left aside. Where a bundle has none of one of
        its kinds, a rule is not applicable."""
        said = (rule for rule in self.rules.values() if rule.message and rule.id not in without)
        return sorted({pattern.kind for rule in said for pattern in rule.patterns if not pattern.negated})

    def schema(self, derived: bool) -> ir.Schema:
        """Types by kind and field, of the given kinds or of the concluded ones."""
        return {
            kind: {name: field.type for name, field in fields.items()}
            for kind, fields in self.kinds.items()
            if (kind in self.derived) is derived
        }
