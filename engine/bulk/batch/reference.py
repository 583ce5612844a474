"""The reference executor over bundles of a corpus, its results in the shape of a batch's outputs: for what a database cannot do,
and to check what it did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from engine.bulk.corpus.columns import FACT_SHIFT, FORM_SHIFT, MOST_FACTS, text_id
from engine.bulk.corpus.rows import fact_numbers
from engine.findings.findings import Checker, Findings
from engine.findings.model import RuleRun
from engine.language.fact_fields import FACTS
from engine.language.model import Fact
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation, Score
from engine.submission.model import Submission

Rows = dict[str, list[dict[str, Any]]]


class Reference:
    """One policy, for many bundles."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.checker = Checker(policy, use_durable=False)
        self.kinds = frozenset(policy.rules.looked_at())
        self.ran: tuple[RuleRun, ...] = ()
        """What came of each rule of the bundle judged last."""

    def rows(self, submission: Submission, number: int, rules: Collection[str] | None = None) -> Rows:
        """Forms, parts, indicators, findings and kinds of facts of a bundle; with `rules`, the findings of these alone."""
        evaluation = evaluate(submission, self.policy)
        checked = self.checker.check(evaluation)
        self.ran = checked.rules
        findings = _findings(checked, self.policy, number, rules)
        if rules is not None:
            return {"forms": [], "parts": [], "indicators": [], "findings": findings, "kinds": []}
        kinds = [{"bundle": number, "fact_kind": kind} for kind in sorted({fact.kind for fact in checked.facts} & self.kinds)]
        return {**_scores(evaluation, number), "findings": findings, "kinds": kinds}


def _scores(evaluation: Evaluation, number: int) -> Rows:
    out: Rows = {"forms": [], "parts": [], "indicators": []}
    for n, scored in enumerate(evaluation.forms):
        head = {"bundle": number, "form_number": n}
        form = scored.form
        low, high = _ends(scored.total)
        out["forms"].append(
            {
                **head,
                "unit": form.unit or None,
                "fiscal_year": Decimal(form.fiscal_year),
                "kind": form.kind,
                "form": scored.label,
                "execution_reported": scored.execution.reported,
                "execution_computed": scored.execution.computed,
                "execution_status": scored.execution.status,
                "total_reported": scored.total.reported,
                "total_computed": scored.total.computed,
                "total_low": low,
                "total_high": high,
                "total_status": scored.total.status,
                "grade_reported": scored.grade_reported or None,
                "grade_computed": scored.grade_computed or None,
                "indicators": scored.counts.indicators,
                "met": scored.counts.met,
                "undecided": scored.counts.unknown,
            }
        )
        for name, score in scored.level1.items():
            low, high = _ends(score)
            numbers = {"reported": score.reported, "computed": score.computed, "low": low, "high": high}
            out["parts"].append({**head, "name": name, **numbers})
        for m, item in enumerate(scored.indicators):
            known, score, trace = item.known, item.score, item.score.trace
            low, high = _ends(score)
            out["indicators"].append(
                {
                    **head,
                    "indicator_number": m,
                    "name": known.indicator.name,
                    "direction": known.direction if known.direction_certain else "unknown",
                    "nature": known.nature,
                    "attainment": known.attainment,
                    "met": known.met,
                    "status": score.status,
                    "case": trace.case if trace else None,
                    "clause": trace.basis if trace else None,
                    "reported": score.reported,
                    "computed": score.computed,
                    "low": low,
                    "high": high,
                }
            )
    return out


def _ends(score: Score) -> tuple[Decimal | None, Decimal | None]:
    return score.allowed if score.allowed else (None, None)


def _findings(checked: Findings, policy: Policy, number: int, rules: Collection[str] | None) -> list[dict[str, Any]]:
    by_id = {fact.id: fact for fact in checked.facts}
    numbers = numbers_of(checked, number)
    origins = {item.fact.id: item.match for item in checked.outcome.derived}

    def lead(fact: Fact) -> Fact:
        while fact.id in origins:
            fact = by_id[origins[fact.id].facts[0][1]]
        return fact

    out = []
    for match in checked.outcome.matches:
        rule = policy.rules.rules[match.rule]
        if not rule.message or (rules is not None and rule.id not in rules):
            continue
        facts = [by_id[identity] for _, identity in match.facts]
        source = checked.sources[lead(facts[0]).id]
        row: dict[str, Any] = {
            "bundle": number,
            "rule": rule.id,
            "severity": rule.severity,
            "category": rule.category,
            "form": str(facts[0].fields.get("form", source.form)),
            "subject": source.subject,
        }
        found = [numbers.get(fact.id) for fact in facts] + [None] * MOST_FACTS
        out.append({**row, **{f"fact_{n + 1}": found[n] for n in range(MOST_FACTS)}})
    return out


def numbers_of(checked: Findings, number: int) -> Mapping[str, int]:
    """Fact id -> its number in a corpus; what rules concluded has none."""
    given = [fact for fact in checked.facts if fact.kind in FACTS]
    out = fact_numbers([fact for fact in given if fact.kind != "part"], number)
    parts: dict[int, list[Fact]] = {}
    for fact in given:
        if fact.kind == "part":
            parts.setdefault(int(fact.id[1:].split(".")[0]), []).append(fact)
    for form, some in parts.items():  # by name, as a database can order them
        ordered = sorted(some, key=lambda fact: text_id(str(fact.fields["name"])))
        out |= {fact.id: (number * FORM_SHIFT + form) * FACT_SHIFT + n for n, fact in enumerate(ordered)}
    return out
