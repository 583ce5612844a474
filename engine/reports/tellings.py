"""What section 三 of a draft tells of one form: the problems of the result that are about management, put together by kind.

A problem is told once, under the category of the first of its findings that reports tell; findings of one kind (a rule, or the
rules that one entry of `narrative.phrases.tellings` puts together) are one telling, however many there are. The most pressing comes
first. Problems that are not certain are questions to the author and no sentence of a report. How each is worded is the policy's.
What the body's own report tells already (the same matter of the same thing) is not told a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.language.rules import CATEGORIES
from engine.policy.model import Policy
from engine.reports.own_words import OwnProblem, OwnProblems
from engine.results.model import Result, ResultConcern, ResultFinding, ResultForm
from engine.results.reading import unfolded
from engine.templating.filters import closed

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
    admitted: set[str] = field(default_factory=set)
    """The entries of which the body's own report tells something."""
    missed: list[Data] = field(default_factory=list)
    """What was not completed, and is told here."""
    admitted_some: bool = False
    """Whether the body's own report tells some of what was not completed."""


@dataclass(frozen=True, slots=True)
class ToldSections:
    """What is told of a form: the groups of section 三 as templates see them, and what the body's own report tells already."""

    groups: list[Data]
    admitted: tuple[OwnTold, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTold:
    """A problem of a filed report's own, and the findings that it tells."""

    problem: OwnProblem
    findings: tuple[ResultFinding, ...]


FormProblems = list[tuple[ResultConcern, list[ResultFinding]]]
"""The problems of one form, each with those of its findings that are of this form."""


def problems_by_form(result: Result) -> dict[tuple[int | None, str], FormProblems]:
    """The problems of every form of a result, by the form's bundle and name, in the result's order."""
    out: dict[tuple[int | None, str], FormProblems] = {}
    for problem in result["problems"]:
        own: dict[str, list[ResultFinding]] = {}
        for finding in unfolded(result["findings"][number] for number in problem["findings"]):
            own.setdefault(finding["form"], []).append(finding)
        for name, findings in own.items():
            out.setdefault((problem.get("bundle"), name), []).append((problem, findings))
    return out


def told(problems: FormProblems, form: ResultForm, indicators: Sequence[Data], policy: Policy, own: OwnProblems) -> ToldSections:
    """The groups of section 三 of a form, as templates see them. `indicators` are the form's, as templates see them; `own` is what
    its own report tells, which is left out.

    What was not completed is told where much of the weight hangs on it (`phrases.completion.share`), where something happened that
    was not to happen at all, or where nothing else is told, also without a finding.
    """
    phrases = policy.narrative.phrases if policy.narrative else {}
    entries: Mapping[str, Mapping[str, Any]] = phrases.get("tellings", {})
    entry_of = {rule: key for key, entry in entries.items() for rule in entry["rules"]}
    facts = phrases.get("completion", {}).get("rules", ())
    known = {item["name"] for item in indicators}
    groups: dict[str, _Group] = {}
    admitted: dict[OwnProblem, list[ResultFinding]] = {}
    for problem, findings in concerning(problems, policy):
        category = COMPLETION if findings[0]["rule"] in facts else findings[0]["category"]
        for finding in findings:
            key = entry_of.get(finding["rule"], finding["rule"])
            entry = entries.get(key, {})
            aspects: Sequence[str] = (entry or phrases.get("problems", {}).get(finding["category"], {})).get("aspect", ())
            there = None if finding["rule"] in facts else _admitting(own, entry, finding, known, aspects)
            group = groups.setdefault(category, _Group(category))
            if there is not None:
                admitted.setdefault(there, []).append(finding)
                group.admitted.add(key)
                continue
            group.points = max(group.points, Decimal(problem["stake"]["points"] or 0))
            group.problems[problem["id"]] = None
            if finding["rule"] in facts:  # told from the form's own rows
                groups.setdefault(COMPLETION, _Group(COMPLETION)).problems[problem["id"]] = None
                continue
            telling = group.tellings.setdefault(key, _Telling(key))
            telling.findings.append(finding)
            telling.problems[problem["id"]] = None
    ordered = _with_completion(list(groups.values()), problems, indicators, phrases, own, admitted)
    told_here = [_group(group, entries, indicators) for group in ordered if group.tellings or group.missed]
    return ToldSections(told_here, tuple(OwnTold(one, tuple(found)) for one, found in admitted.items()))


def _admitting(
    own: OwnProblems, entry: Mapping[str, Any], finding: ResultFinding, known: Collection[str], aspects: Sequence[str]
) -> OwnProblem | None:
    """The own problem that tells what a finding does: the matter (`own` of the entry) with the indicator's name, or in one sentence
    the indicator and what is wrong about it (`aspects`); where a kind of indicators is lacking, the matter with that kind."""
    wordings: Sequence[str] = entry.get("own", ())
    lack = entry.get("lacks", {}).get(finding["rule"], "")
    name = lack or finding["subject"]
    of_form = not lack and finding["subject"] == finding["form"] and name not in known
    return own.telling(wordings, name, aspects if name in known else (), of_form=of_form)


def concerning(problems: FormProblems, policy: Policy) -> FormProblems:
    """The certain problems of which section 三 of a form's report tells something, each with the findings it tells."""
    rules = policy.rules.rules
    out = []
    for problem, findings in problems:
        if not problem["certain"]:
            continue
        own = [
            one
            for one in findings
            if policy.told_in(one["rule"], one["category"]) == "report"
            and (one["rule"] not in rules or rules[one["rule"]].tie.certain)
        ]
        if own:
            out.append((problem, own))
    return out


def _with_completion(
    groups: list[_Group],
    problems: FormProblems,
    indicators: Sequence[Data],
    phrases: Mapping[str, Any],
    own_problems: OwnProblems,
    admitted: dict[OwnProblem, list[ResultFinding]],
) -> list[_Group]:
    """The groups with that of what was not completed in its place, where it is to be told."""
    unmet = [item for item in indicators if item["met"] == "no"]
    happened = any(item["zero"] for item in unmet)
    share = _share(unmet, indicators, by_weight=True)
    own = next((group for group in groups if group.category == COMPLETION), None)
    said: Mapping[str, Any] = phrases.get("completion", {})
    least = Decimal(str(said.get("share", 0)))
    if own is None and unmet and (happened or share >= least or not any(group.tellings for group in groups)):
        own = _Group(COMPLETION)
    if own is None:
        return groups
    missed, there = _not_admitted(unmet, said, own_problems)
    own.missed, own.admitted_some = missed, len(missed) < len(unmet)
    names = {item["name"] for item in unmet}
    for problem, findings in problems:
        about = [one for one in findings if one["category"] in ("completion", "explanation") and one["subject"] in names]
        if about:
            own.problems[problem["id"]] = None
    if there is not None:
        facts = [one for _, findings in problems for one in findings if one["rule"] in said.get("rules", ())]
        admitted.setdefault(there, []).extend(facts)
    own.points = sum((item["weight_number"] for item in missed), Decimal(0)) if missed else own.points
    happened = any(item["zero"] for item in missed)
    rest = [group for group in groups if group is not own]
    place = 0 if happened else next((n for n, group in enumerate(rest) if group.points < own.points), len(rest))
    return [*rest[:place], own, *rest[place:]]


def _not_admitted(unmet: Sequence[Data], said: Mapping[str, Any], own: OwnProblems) -> tuple[list[Data], OwnProblem | None]:
    """What was not completed and the body's own report does not say so of, and a problem of its own that says so of the others: it
    names them, or says how many there are, or names none."""
    matter = [one for one in own.problems if one.says(said.get("own", ()))]
    whole = next(
        (
            one
            for one in matter
            if not one.elsewhere() and (one.says(said.get("whole", ())) or not any(one.names(item["name"]) for item in unmet))
        ),
        None,
    )
    if whole is not None:
        return [], whole
    left = [item for item in unmet if not any(one.names(item["name"]) for one in matter)]
    return left, matter[0] if len(left) < len(unmet) else None


def _group(group: _Group, entries: Mapping[str, Mapping[str, Any]], indicators: Sequence[Data]) -> Data:
    tellings = [
        {**_telling(one, entries.get(one.entry, {}), indicators), "also": one.entry in group.admitted}
        for one in group.tellings.values()
    ]
    items = {id(item): item for telling in tellings for item in telling["items"]}
    if group.category == COMPLETION:
        items |= {id(item): item for item in group.missed}
    touched = list(items.values())
    return {
        "category": group.category,
        "title": CATEGORIES[group.category],
        "problems": " ".join(group.problems),
        "tellings": tellings,
        "missed": group.missed,
        "also": group.admitted_some,
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
    return closed(finding.get("report", finding["message"])).rstrip(_STOPS)


def _share(some: Sequence[Data], every: Sequence[Data], *, by_weight: bool) -> Decimal:
    """The share of some indicators among all, in per cent; 0 where there are none, or no weights."""
    one = (lambda item: item["weight_number"]) if by_weight else (lambda _: Decimal(1))
    whole = sum(map(one, every), Decimal(0))
    return sum(map(one, some), Decimal(0)) * _WHOLE / whole if whole else Decimal(0)
