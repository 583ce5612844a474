"""Why a rule fired, or did not: each condition with its operand values, pattern by pattern, nearest misses first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from engine.errors import Place, Problem, UsageError, closest
from engine.findings.choice import unknown_rule
from engine.findings.findings import Findings
from engine.language.conditions import Condition
from engine.language.fact_fields import TITLES
from engine.language.model import Fact, Ref, Scalar
from engine.language.predicates import COMPARE
from engine.language.rules import CATEGORIES, SEVERITIES, FindingRule, RulePattern
from engine.language.wording import answered
from engine.policy.model import Policy
from engine.results.explanation import written_clause

MISSES_SHOWN = 3
BINDINGS_SHOWN = 5

Bound = Mapping[str, Fact]


def explain_rule(name: str, checked: Findings, policy: Policy, form: str = "") -> str:
    """The rule held against the facts of each form (or of the forms whose name contains `form`).

    Raises UsageError, with the nearest names, for a rule or form there is none of.
    """
    rules = policy.rules.rules
    if name not in rules:
        raise UsageError(unknown_rule(name, [policy]))
    forms = [str(fact.fields["form"]) for fact in checked.facts if fact.kind == "form"]
    chosen = [label for label in forms if form in label]
    if not chosen:
        raise UsageError(Problem(Place(), f"没有表“{form}”", near=closest(form, forms), code="usage.form"))
    explainer = _Explainer(rules[name], checked)
    lines = list(_head(rules[name], policy))
    for label in chosen:
        lines += ["", *explainer.form(label)]
    return "\n".join(lines) + "\n"


def _head(rule: FindingRule, policy: Policy) -> Iterator[str]:
    kind = f"（{SEVERITIES[rule.severity]}·{CATEGORIES[rule.category]}）" if rule.message else "（只推出事实，不报问题）"
    yield f"规则 {rule.id}：{rule.title}{kind}"
    yield f"写在 {rule.place}"
    yield f"依据 {rule.basis}：{policy.clause(rule.basis).text}"
    yield from (line.strip() for line in written_clause(rule.id, policy))


class _Explainer:
    def __init__(self, rule: FindingRule, checked: Findings) -> None:
        self.rule, self.checked = rule, checked
        self.by_id = {fact.id: fact for fact in checked.facts}
        self.matches = [match for match in checked.outcome.matches if match.rule == rule.id]

    def form(self, label: str) -> Iterator[str]:
        own = [match for match in self.matches if self._about(self.by_id[match.facts[0][1]], label)]
        yield f"【{label}】" + (f"成立 {len(own)} 处" if own else "没有成立")
        for match in own:
            bound = {alias: self.by_id[identity] for alias, identity in match.facts}
            yield "  成立：" + "；".join(f"{alias} = {self._title(fact)}" for alias, fact in bound.items())
            for pattern in self.rule.patterns:
                if not pattern.negated:
                    before = {alias: bound[alias] for alias in list(bound)[: list(bound).index(pattern.alias)]}
                    yield from _conditions(pattern, bound[pattern.alias], before, "    ")
                else:
                    yield f"    ✓ 没有这样的{TITLES.get(pattern.kind, pattern.kind)}：{_wanted(pattern)}"
        if not own:
            first = [fact for fact in self._of(self.rule.patterns[0].kind) if self._about(fact, label)]
            yield from self._walk(0, first, {}, "  ")

    def _walk(self, index: int, candidates: Sequence[Fact], bound: Bound, indent: str) -> Iterator[str]:
        """Where the search ends: the pattern for which no fact passes, and what its nearest misses lack."""
        pattern = self.rule.patterns[index]
        kind = TITLES.get(pattern.kind, pattern.kind)
        used = {fact.id for fact in bound.values()}
        candidates = [fact for fact in candidates if fact.id not in used]
        passing = [fact for fact in candidates if not _failed(pattern, fact, bound)]
        name = "without" if pattern.negated else pattern.alias
        yield f"{indent}{name}（{kind}）：{len(candidates)} 个中有 {len(passing)} 个符合全部条件"
        if pattern.negated:
            if passing:
                yield f"{indent}  ✗ 有 {self._title(passing[0])}，所以不成立"
                return
            yield from self._next(index, bound, indent)
            return
        if not passing:
            ranked = sorted(candidates, key=lambda fact: _distance(pattern, fact, bound))
            for fact in ranked[: 1 if bound else MISSES_SHOWN]:
                yield f"{indent}  最接近的：{self._title(fact)}"
                yield from _conditions(pattern, fact, bound, indent + "    ")
            return
        for fact in islice(passing, BINDINGS_SHOWN):
            yield f"{indent}  符合：{self._title(fact)}"
            yield from self._next(index, {**bound, pattern.alias: fact}, indent + "    ")
        if len(passing) > BINDINGS_SHOWN:
            yield f"{indent}  另有 {len(passing) - BINDINGS_SHOWN} 个，从略"

    def _next(self, index: int, bound: Bound, indent: str) -> Iterator[str]:
        if index + 1 < len(self.rule.patterns):
            yield from self._walk(index + 1, self._of(self.rule.patterns[index + 1].kind), bound, indent)

    def _of(self, kind: str) -> list[Fact]:
        return [fact for fact in self.checked.facts if fact.kind == kind]

    @staticmethod
    def _about(fact: Fact, label: str) -> bool:
        return fact.fields.get("form", label) == label

    def _title(self, fact: Fact) -> str:
        kind = TITLES.get(fact.kind, fact.kind)
        source = self.checked.sources.get(fact.id)
        name = source.subject if source else str(fact.fields.get("name", fact.id))
        form = f"（{fact.fields['form']}）" if "form" in fact.fields and fact.fields["form"] != name else ""
        return f"{kind}“{name}”{form}"


def holds(condition: Condition, fact: Fact, bound: Bound) -> bool:
    """Whether one condition holds of a fact, given the facts bound before it."""
    test = condition.test
    if isinstance(test.value, Ref) and test.value.alias:
        here, there = fact.fields.get(test.field), bound[test.value.alias].fields.get(test.value.field)
        return here is not None and there is not None and COMPARE[test.op](here, there)
    return condition.passes(fact.fields)


def _failed(pattern: RulePattern, fact: Fact, bound: Bound) -> list[Condition]:
    return [condition for condition in pattern.conditions if not holds(condition, fact, bound)]


def _distance(pattern: RulePattern, fact: Fact, bound: Bound) -> tuple[int, int, str]:
    """How far a fact is from passing: one that is not joined to what is bound is further than one that is."""
    failed = _failed(pattern, fact, bound)
    unjoined = sum(c.test.op == "eq" and isinstance(c.test.value, Ref) and bool(c.test.value.alias) for c in failed)
    return unjoined, len(failed), fact.id


def _conditions(pattern: RulePattern, fact: Fact, bound: Bound, indent: str) -> Iterator[str]:
    fields: dict[str, Mapping[str, Scalar]] = {alias: other.fields for alias, other in bound.items()}
    for condition in pattern.conditions:
        yield f"{indent}{'✓' if holds(condition, fact, bound) else '✗'} {answered(condition, fact.fields, fields)}"
    if not pattern.conditions:
        yield f"{indent}✓ 没有条件"


def _wanted(pattern: RulePattern) -> str:
    return "、".join(condition.title for condition in pattern.conditions) or "任何一个"
