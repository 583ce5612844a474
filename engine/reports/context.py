"""What report templates see of one form: plain data from the result document and the record, ready for prose.

Numbers are as the result has them; amounts and values as filed. Nothing is computed here that the result does not hold, but
for counts of what it lists. The draft states the computed score where there is one, since it is what will stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.policy.model import Policy
from engine.reports.own_words import OwnProblems, own_problems
from engine.reports.proviso import marked
from engine.reports.tellings import FormProblems, OwnTold, problems_by_form
from engine.reports.tellings import told as told_problems
from engine.results.model import Result, ResultBudget, ResultForm, ResultIndicator, ResultQuantity
from engine.results.reading import Scored, differs
from engine.submission.model import Form
from engine.templating.filters import percent, rate
from engine.values.money import money_factor
from engine.values.numerals import EXACT
from engine.values.prose import is_empty

RATES = ("%", "‰", "百分点")
_BARE = 2
"""Letters beside a quantity and its unit with which a result is still no sentence (约, 个次)."""
_NAMES_IT = 6
"""Characters at the end of a project's name in which 项目 says what it is."""


@dataclass(frozen=True, slots=True)
class Context:
    """The data templates see, and the form of the record it was made from."""

    label: str
    data: Mapping[str, Any]
    form: Form
    admitted: tuple[OwnTold, ...] = ()
    """Findings that the report filed with the form tells itself."""


def contexts(result: Result, forms: Sequence[Form], policy: Policy, *, as_filed: bool = False) -> list[Context]:
    """One context a form, in order: `forms` are those of the record the result was made from.

    `as_filed`: the draft states the body's own scores, also where they cannot stand.
    """
    first = marked(result.get("policy"), policy)
    problems = problems_by_form(result)
    names = tuple(dict.fromkeys(form.name for form in forms))
    out = []
    for told, form in zip(result["forms"], forms, strict=True):
        own = own_problems(form, names)
        found = problems.get((told.get("bundle"), told["name"]), [])
        made = _context(found, told, form, policy, as_filed, own)
        out.append(replace(made, data={**made.data, "caution": first, "judged": result.get("policy") is not None}))
    return out


def _context(problems: FormProblems, told: ResultForm, form: Form, policy: Policy, as_filed: bool, own: OwnProblems) -> Context:
    scores, grade, counts = told["scores"], told["grade"], told["counts"]
    as_filed = as_filed or scores["total"]["computed"] is None  # computed parts do not add up to a total that is not known
    indicators = [_indicator(item, as_filed, policy) for item in told["indicators"]]
    filed = _filed(form)
    unmet = [_with_reason(item, filed["unmet"], policy) for item in indicators if item["met"] == "no"]
    parts = [{"name": name, **_score(score, as_filed)} for name, score in scores.items() if name not in ("execution", "total")]
    to_tell = told_problems(problems, told, indicators, policy, own)
    total, execution = _score(scores["total"], as_filed), _score(scores["execution"], as_filed)
    data = {
        "unit": form.unit,
        "year": str(form.fiscal_year),
        "name": form.name,
        "called": _called(form),
        "kind": form.kind,
        "filled_on": form.filled_on.text if form.filled_on else "",
        "total": total,
        "execution_score": execution,
        "parts": parts,
        "parts_sum": _sum([execution, *parts]),
        "adds_up": _sum([execution, *parts]) == number_or_none(total["value"]),
        "score_problems": _about_scores(problems, policy),
        "grade": grade["reported"] or "" if as_filed else grade["computed"] or grade["reported"] or "",
        "as_filed": as_filed,
        "grade_reported": grade["reported"] or "",
        "budget": _budget(told["budget"], policy),
        "goals": [
            {
                "number": str(goal.number),
                "title": goal.title.rstrip("。；;"),
                "indicators": [item for item in indicators if item["goal"] == goal.number],
            }
            for goal in form.goals
        ],
        "undecided": [item for item in indicators if item["met"] == "unknown"],
        "to_judge": [item for item in indicators if item["status"] in ("needs_review", "error")],
        "counts": {
            "goals": str(len(form.goals)),
            "indicators": str(counts["indicators"]),
            "met": str(counts["met"]),
            "unmet": str(len(unmet)),
            "undecided": str(counts["unknown"]),
            "rate": _percent(counts["completion_rate"]),
        },
        "indicators": indicators,
        "unmet": unmet,
        "problems": to_tell.groups,
        "filed": filed,
        "clauses": _clauses(told, policy),
        "notes": [note.text for note in form.notes],
        "policy": {"id": policy.id, "title": policy.title},
        "param": {name: parameter.value for name, parameter in policy.parameters.items()},
    }
    return Context(told["name"], data, form, to_tell.admitted)


def _filed(form: Form) -> dict[str, str]:
    """The body's own words, by section; what says that there is nothing (无。) counts as nothing."""
    out = {}
    for key in ("execution", "met", "unmet", "remedies", "budget_use"):
        text = "".join(p.text for section in form.report if section.key == key for p in section.paragraphs)
        out[key] = "" if len(text) <= 2 else text
    if form.unmet:
        out["unmet"] = ""  # what the section says stands in its table, which the draft shows
    return out


def _score(score: Scored, as_filed: bool) -> dict[str, Any]:
    order = (score["reported"], score["computed"]) if as_filed else (score["computed"], score["reported"])
    allowed = score["allowed"] or ["", ""]
    return {
        "value": next((value for value in order if value is not None), ""),
        "reported": score["reported"] or "",
        "computed": score["computed"] or "",
        "differs": differs(score),
        "open": score["computed"] is None,
        "low": allowed[0],
        "high": allowed[1],
        "outside": outside(score),
    }


def outside(score: Scored) -> bool:
    """Whether the body's own number lies outside the range that is admissible."""
    own, allowed = number_or_none(score["reported"] or ""), score["allowed"]
    return own is not None and allowed is not None and not Decimal(allowed[0]) <= own <= Decimal(allowed[1])


def number_or_none(text: str) -> Decimal | None:
    """The number of a score; None where there is none."""
    return Decimal(text) if text else None


def _sum(scores: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """What the scores that are known add up to; None where none is."""
    known = [Decimal(score["value"]) for score in scores if score["value"]]
    return sum(known, Decimal(0)) if known else None


def _indicator(item: ResultIndicator, as_filed: bool, policy: Policy) -> dict[str, Any]:
    reason = item.get("filed_reason", "")
    values = item["trace"].get("values_read")
    target: Sequence[ResultQuantity] = values["target"].get("quantities", []) if values else []
    actual: Sequence[ResultQuantity] = values["actual"].get("quantities", []) if values else []
    return {
        "goal": item["goal"],
        "name": item["name"],
        "level1": item["level1"],
        "level2": item["level2"],
        "weight": item["weight"] or "",
        "weight_number": Decimal(item["weight"] or 0),
        "target": item["target"],
        "actual": item["actual"],
        "met": item["met"],
        "status": item["status"],
        "nature": item["nature"],
        "direction": item["direction"],
        "rate": any(quantity.get("unit") in RATES for quantity in (*target, *actual)),
        "zero": item["direction"] == "inverse" and [quantity.get("number") for quantity in target] == ["0"],
        "none": [quantity.get("number") for quantity in actual] == ["0"],
        "single": len(actual) == 1 and not actual[0].get("label") and not actual[0].get("approximate") and _bare(item, actual[0]),
        "over": item["direction"] == "positive" and "exceeded_by" in item,
        "excess": percent(Decimal(item["exceeded_share"]), 0) if "exceeded_share" in item else "",
        "excess_number": Decimal(item.get("exceeded_share", "0")),
        "attainment": item["attainment"] or "",
        "reason": "" if is_empty(reason, policy.prose) else reason,
        **_score(item, as_filed),
    }


def _bare(item: ResultIndicator, quantity: ResultQuantity) -> bool:
    """Whether a result says its quantity and next to nothing else: 均在24小时内报告 is a sentence, 12台（套） a number."""
    left = item["actual"].replace(quantity.get("unit") or "", "", 1)
    return len(re.sub(r"[\d.,，%‰≥≤<>=～~\-\s（）()]", "", left)) <= _BARE


def _with_reason(item: Mapping[str, Any], filed: str, policy: Policy) -> dict[str, Any]:
    """The indicator with what stands in the table as its reason: that of the form; where there is none, that the report tells it,
    or that it has to be filled in (`phrases.unmet`)."""
    said = policy.narrative.phrases.get("unmet", {}) if policy.narrative else {}
    return {**item, "reason_shown": item["reason"] or said.get("below" if filed else "missing", "")}


def _budget(budget: ResultBudget, policy: Policy) -> dict[str, Any]:
    """The amounts, in 元 where the form says their unit (for the filter `money`), and the rate."""
    line, change, points = budget.get("line"), budget.get("change", ""), budget.get("execution_rate_unrounded")
    unit = line["unit"] if line else ""
    factor = money_factor(unit, policy.words) if unit else None

    def yuan(amount: str) -> Decimal | None:
        return EXACT.multiply(Decimal(amount), Decimal(factor[0].numerator)) / factor[0].denominator if amount and factor else None

    return {
        "unit": unit,
        "original": yuan(budget.get("original_budget", "")),
        "budget": yuan(budget.get("budget", "")),
        "executed": yuan(budget.get("executed", "")),
        "unspent": yuan(budget.get("unspent", "")),
        "rate": rate(Decimal(points)) if points else "",
        "rate_number": Decimal(points) if points else None,
        "changed": bool(change),
        "cut": change.startswith("-"),
        "change": yuan(change.removeprefix("-")),
        "basic": yuan(budget.get("basic_expenditure", "")),
        "project": yuan(budget.get("project_expenditure", "")),
    }


def _about_scores(problems: FormProblems, policy: Policy) -> str:
    """The ids of the problems that say of a form that its total, grade or execution are not right (`phrases.score.rules`)."""
    rules = policy.narrative.phrases.get("score", {}).get("rules", ()) if policy.narrative else ()
    return " ".join(problem["id"] for problem, findings in problems if any(one["rule"] in rules for one in findings))


def _called(form: Form) -> str:
    """What a sentence calls the form: a project's name with 项目 behind it, unless it says so itself (…建设项目, …项目（二期）)."""
    ends = (form.name[-_NAMES_IT:], re.sub(r"[（(][^（）()]*[）)]$", "", form.name)[-_NAMES_IT:])
    said = any("项目" in end for end in ends)
    return form.name if form.kind == "department" or said else f"{form.name}项目"


def _clauses(told: ResultForm, policy: Policy) -> list[dict[str, str]]:
    """The clauses of official texts that the form's scores rest on, each once, in the order of the sources: what the authors of the
    policy added of their own is not for a report."""
    scored = [*told["indicators"], told["scores"]["execution"], told["scores"]["total"]]
    used = {item["trace"]["basis"] for item in scored if "basis" in item.get("trace", {})} | {told["grade"]["basis"]}
    return [
        {"id": clause.id, "title": clause.title, "text": clause.text, "source": clause.source_title}
        for clause in policy.clauses.values()
        if clause.id in used and clause.evidence in ("read", "secondary")
    ]


def _percent(share: str | None) -> str:
    return "" if share is None else rate(Decimal(share) * 100)
