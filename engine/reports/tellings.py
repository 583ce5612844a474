"""What section 三 of a draft tells of one form: the problems of the result that are about management, put together by kind.

A problem is told once, under the category of the first of its findings that reports tell; findings of one kind (a rule, or the
rules that one entry of `narrative.phrases.tellings` puts together) are one telling, however many there are. The most pressing comes
first. Problems that are not certain are questions to the author and no sentence of a report. How each is worded is the policy's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.language.rules import CATEGORIES
from engine.policy.model import Policy
from engine.results.model import Result, ResultConcern, ResultFinding, ResultForm

COMPLETION = "completion"
_STOPS = "。；，"
_WHOLE = Decimal(100)
Data = dict[str, Any]


@dataclass(slots=True)
class _Telling:
    """Findings that are told together."""

    entry: str
    """The key of `phrases.tellings`, or the id of the rule where none of its entries is about it."""
    findings: list[ResultFinding] = field(default_factory=list)
    problems: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    category: str
    points: Decimal = Decimal(0)
    """The most points of a problem in it."""
    tellings: dict[str, _Telling] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)


def told(result: Result, form: ResultForm, indicators: Sequence[Data], policy: Policy) -> list[Data]:
    """The groups of section 三 of a form, as templates see them. `indicators` are the form's, as templates see them.

    What was not completed is told where much of the weight hangs on it (`phrases.completion.share`) or where something happened
    that was not to happen at all, also without a finding.
    """
    phrases = policy.narrative.phrases if policy.narrative else {}
    entries: Mapping[str, Mapping[str, Any]] = phrases.get("tellings", {})
    entry_of = {rule: key for key, entry in entries.items() for rule in entry["rules"]}
    facts = phrases.get("completion", {}).get("rules", ())
    groups: dict[str, _Group] = {}
    for problem, own in concerning(result, form, policy):
        category = COMPLETION if own[0]["rule"] in facts else own[0]["category"]
        group = groups.setdefault(category, _Group(category))
        group.points = max(group.points, Decimal(problem["stake"]["points"] or 0))
        group.problems[problem["id"]] = None
        for finding in own:
            if finding["rule"] in facts:  # told from the form's own rows
                groups.setdefault(COMPLETION, _Group(COMPLETION)).problems[problem["id"]] = None
                continue
            key = entry_of.get(finding["rule"], finding["rule"])
            telling = group.tellings.setdefault(key, _Telling(key))
            telling.findings.append(finding)
            telling.problems[problem["id"]] = None
    ordered = _with_completion(list(groups.values()), result, form, indicators, phrases)
    return [_group(group, entries, indicators) for group in ordered]


def concerning(result: Result, form: ResultForm, policy: Policy) -> list[tuple[ResultConcern, list[ResultFinding]]]:
    """The certain problems of which section 三 of this form's report tells something, each with the findings it tells."""
    rules = policy.rules.rules
    out = []
    for problem in result["problems"]:
        if not problem["certain"] or problem.get("bundle") != form.get("bundle"):
            continue
        findings = (result["findings"][n] for n in problem["findings"])
        own = [
            one
            for one in findings
            if one["form"] == form["name"]
            and policy.told_in(one["rule"], one["category"]) == "report"
            and (one["rule"] not in rules or rules[one["rule"]].tie.certain)
        ]
        if own:
            out.append((problem, own))
    return out


def _with_completion(
    groups: list[_Group], result: Result, form: ResultForm, indicators: Sequence[Data], phrases: Mapping[str, Any]
) -> list[_Group]:
    """The groups with that of what was not completed in its place, where it is to be told."""
    unmet = [item for item in indicators if item["met"] == "no"]
    happened = any(item["zero"] for item in unmet)
    share = _share(unmet, indicators, by_weight=True)
    own = next((group for group in groups if group.category == COMPLETION), None)
    least = Decimal(str(phrases.get("completion", {}).get("share", 0)))
    if own is None and unmet and (happened or share >= least):
        own = _Group(COMPLETION)
    if own is None:
        return groups
    own.points = sum((item["weight_number"] for item in unmet), Decimal(0))
    names = {item["name"] for item in unmet}
    for problem in result["problems"]:
        if problem.get("bundle") != form.get("bundle"):
            continue
        findings = (result["findings"][n] for n in problem["findings"])
        about = ("completion", "explanation")
        if any(one["form"] == form["name"] and one["category"] in about and one["subject"] in names for one in findings):
            own.problems[problem["id"]] = None
    rest = [group for group in groups if group is not own]
    place = 0 if happened else next((n for n, group in enumerate(rest) if group.points < own.points), len(rest))
    return [*rest[:place], own, *rest[place:]]


def _group(group: _Group, entries: Mapping[str, Mapping[str, Any]], indicators: Sequence[Data]) -> Data:
    tellings = [_telling(one, entries.get(one.entry, {}), indicators) for one in group.tellings.values()]
    items = {id(item): item for telling in tellings for item in telling["items"]}
    if group.category == COMPLETION:
        items |= {id(item): item for item in indicators if item["met"] == "no"}
    touched = list(items.values())
    return {
        "category": group.category,
        "title": CATEGORIES[group.category],
        "problems": " ".join(group.problems),
        "tellings": tellings,
        "items": touched,
        "count": len(touched),
        "share": max(_share(touched, indicators, by_weight=by_weight) for by_weight in (False, True)),
    }


def _telling(one: _Telling, entry: Mapping[str, Any], indicators: Sequence[Data]) -> Data:
    """One telling: what the rules' own words say of each (`said`), what it is about, and the indicators among these."""
    findings = list({_words(finding): finding for finding in reversed(one.findings)}.values())[::-1]
    names = list(dict.fromkeys(finding["subject"] for finding in findings))
    items = [next((item for item in indicators if item["name"] == name), None) for name in names]
    known = [item for item in items if item is not None]
    if entry.get("order") == "excess":
        known.sort(key=lambda item: -item["excess_number"])
        place = {item["name"]: n for n, item in enumerate(known)}
        findings.sort(key=lambda finding: place.get(finding["subject"], len(place)))
        names = list(dict.fromkeys(finding["subject"] for finding in findings))
    kinds = entry.get("lacks", {})
    return {
        "entry": one.entry,
        "rules": list(dict.fromkeys(finding["rule"] for finding in findings)),
        "problems": " ".join(one.problems),
        "said": [_words(finding) for finding in findings],
        "names": names,
        "items": known,
        "lacks": list(dict.fromkeys(kinds[finding["rule"]] for finding in findings if finding["rule"] in kinds)),
        "advice": findings[0]["advice"].rstrip(_STOPS),
    }


def _words(finding: ResultFinding) -> str:
    return finding.get("report", finding["message"]).rstrip(_STOPS)


def _share(some: Sequence[Data], every: Sequence[Data], *, by_weight: bool) -> Decimal:
    """The share of some indicators among all, in per cent; 0 where there are none, or no weights."""
    one = (lambda item: item["weight_number"]) if by_weight else (lambda _: Decimal(1))
    whole = sum(map(one, every), Decimal(0))
    return sum(map(one, some), Decimal(0)) * _WHOLE / whole if whole else Decimal(0)
