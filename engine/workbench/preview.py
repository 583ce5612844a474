"""Trying a draft on forms: scores and findings before and after it, how any score came about, and the impact on many forms.

The rules are matched by the plain matcher alone, which is the reference: a draft that nobody has checked yet must not reach
durable-rules, and the answer comes while the officer looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.changes.impact.compare import Comparer, FormImpact, Standing
from engine.changes.impact.run import Impact
from engine.changes.impact.sides import Side
from engine.changes.impact.tally import Tally
from engine.errors import InputError, JixiaoError, Place, Problem
from engine.files import displayed
from engine.findings.findings import Checker
from engine.intake.bundle import Reading
from engine.intake.collection import Collection, collect, fingerprint
from engine.policy.library import Library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.results import explanation
from engine.results.document import to_data
from engine.scoring.form import evaluate
from engine.submission.model import Submission
from engine.workbench import kept as shelf
from engine.workbench.sessions import Session
from engine.workbench.state import Refused, Workbench
from engine.workbench.uploads import collected_as_sent, kept_for_now

MAX_TOLD = 100
"""Indicators and findings of one form told at once."""
MAX_FOLDER = 200
Data = dict[str, Any]


def forms(work: Workbench, who: Session) -> Iterator[tuple[str, str]]:
    """Key and name of the forms there are to try on: the examples, this session's, and for editors those that are kept."""
    for number, path in enumerate(work.examples):
        yield f"example-{number}", f"例表：{path.name}"
    for key, one in list(who.forms.items()):
        yield key, f"本次核对：{one.label}"
    if who.account.may("editor"):
        for key, name, _ in shelf.kept(work.kept):
            yield key, f"保留的：{name}"


def policies(work: Workbench, who: Session, policy: str) -> tuple[Policy, Policy]:
    """The policy as it is saved, and as the draft has it. Raises PolicyError if one of them does not hold up."""
    with work.drafts.library(who.account.name, policy, work.library) as library:
        after = load(policy, library, locked=False)
    return load(policy, work.library, locked=False), after


def effect(work: Workbench, who: Session, policy: str, keys: Sequence[str]) -> Data:
    """Scores, grades and findings of the forms before and after the draft."""
    submissions = {key: _submission(work, who, key) for key in keys}
    comparer = Comparer(*policies(work, who, policy), use_durable=False, known=work.judged)
    found = [(key, impact) for key, submission in submissions.items() for impact in comparer.compare(submission)]
    return {
        "forms": [{"key": key, **_told(impact)} for key, impact in found],
        "covered": all(all(impact.covered) for _, impact in found),
    }


def traces(work: Workbench, who: Session, policy: str, key: str) -> Data:
    """How every score of some forms came about, before and after the draft."""
    submission = _submission(work, who, key)
    sides = [_explained(submission, one) for one in policies(work, who, policy)]
    return {
        "forms": [
            {
                "name": old["name"],
                "parts": _paired(old["parts"], new["parts"]),
                "indicators": _paired(old["indicators"], new["indicators"]),
            }
            for old, new in zip(*sides, strict=True)
        ]
    }


def impact(work: Workbench, who: Session, policy: str, keys: Sequence[str], files: Sequence[tuple[str, Any]]) -> str:
    """A page on what the draft does to many forms; the key it is had by in this session.

    Raises InputError where there is no form, PolicyError where the draft or the policy does not hold up.
    """
    from engine.changes.impact.data import to_data as document
    from engine.changes.impact.html import render

    before, after = policies(work, who, policy)
    collection = _collected(files, work.library) if files else Collection((), (), ())
    given = [*(_submission(work, who, key) for key in keys), *(bundle.submission for bundle in collection.bundles)]
    if not given:
        raise InputError(collection.problems or [Problem(Place(), "没有自评表", "选几份表，或给出一个文件夹", code="input.empty")])
    submissions, same = _once(given)
    comparer, tally, problems = Comparer(before, after, use_durable=False), Tally(40), [*collection.problems, *same]
    for submission in submissions:
        try:
            for form in comparer.compare(submission):
                tally.add(form)
        except JixiaoError as error:
            problems += error.problems
    names = (Side(f"{before.id}，已保存的", ""), Side(f"{after.id}，{who.account.name}未保存的草稿", ""))
    found = Impact(before, after, tally.result(before, after), collection.files, tuple(problems), sides=names)
    return shelf.put_page(who, render(document(found)))


def _once(given: Sequence[Submission]) -> tuple[list[Submission], list[Problem]]:
    """Each submission once, whatever file it was read from: the examples are there for the taking, and get uploaded, too. What was
    left out is told."""
    known: dict[object, Submission] = {}
    told: list[Problem] = []
    for one in given:
        said = frozenset(fingerprint(Reading("", replace(one, forms=(form,)))) for form in one.forms)
        first = known.setdefault(said, one)
        if first is not one:
            message = f"与 {first.forms[0].place.file or shelf.label(first)} 说的完全相同，只算一次"
            told.append(Problem(Place(one.forms[0].place.file or shelf.label(one)), message, code="input.same"))
    return list(known.values()), told


def _collected(files: Sequence[tuple[str, Any]], library: Library) -> Collection:
    with kept_for_now(files, MAX_FOLDER) as paths:
        names = {displayed(path): path.name for path in paths}
        return collected_as_sent(collect([paths[0].parent.parent], library, unjudged=True), names)


def _submission(work: Workbench, who: Session, key: str) -> Submission:
    if key in who.forms:
        kept: shelf.Kept = who.forms[key]
        return kept.found.evaluation.submission
    paths = {f"example-{number}": path for number, path in enumerate(work.examples)}
    if who.account.may("editor"):
        paths |= {name: path for name, _, path in shelf.kept(work.kept)}
    if key not in paths:
        raise Refused(404, f"没有这份自评表：{key}；本次核对的退出后不留")
    return work.readings.of(paths[key], work.library)


def _explained(submission: Submission, policy: Policy) -> list[Data]:
    evaluation = evaluate(submission, policy)
    result = to_data(evaluation, Checker(policy, use_durable=False).check(evaluation))
    return [
        {
            "name": form["name"],
            "parts": [
                {"name": key, "score": score["computed"], "text": explanation.of_part(key, score, policy)}
                for key, score in form["scores"].items()
            ],
            "indicators": [
                {"name": item["name"], "score": item["computed"], "text": explanation.of_indicator(item, policy)}
                for item in form["indicators"]
            ],
        }
        for form in result["forms"]
    ]


def _paired(before: Sequence[Data], after: Sequence[Data]) -> list[Data]:
    """The same scores under both, in order. A group of indicators may be there under one policy only."""
    if [item["name"] for item in before] != [item["name"] for item in after]:
        olds, news = {item["name"]: item for item in before}, {item["name"]: item for item in after}
        return [{"name": name, "before": olds.get(name), "after": news.get(name)} for name in {**olds, **news}]
    return [{"name": old["name"], "before": old, "after": new} for old, new in zip(before, after, strict=True)]


def _told(impact: FormImpact) -> Data:
    return {
        "name": impact.name,
        "unit": impact.unit,
        "changed": impact.changed,
        "difference": "" if impact.difference is None else str(impact.difference),
        "told": change_told(impact),
        "before": _outcome(impact.before),
        "after": _outcome(impact.after),
        "indicators": [
            {
                "name": item.name,
                "weight": "" if item.weight is None else str(item.weight),
                "target": item.target,
                "actual": item.actual,
                "before": _outcome(item.before),
                "after": _outcome(item.after),
            }
            for item in impact.indicators[:MAX_TOLD]
        ],
        "findings": [
            {"rule": item.rule, "title": item.title, "subject": item.subject, "message": item.message, "change": item.change}
            for item in impact.findings[:MAX_TOLD]
        ],
        "left": max(0, len(impact.indicators) - MAX_TOLD) + max(0, len(impact.findings) - MAX_TOLD),
    }


def change_told(impact: FormImpact) -> str:
    """What a change of policy does to a form, in a few words (Chinese): its total, its grade, or what else."""
    before, after, difference = impact.before, impact.after, impact.difference
    said = []
    if difference:
        said.append(f"{'+' if difference > 0 else ''}{difference}")
    elif (before.score is None) != (after.score is None):
        said.append("要人工判断" if after.score is None else "能算出了")
    if before.grade != after.grade:
        said.append(f"等级{before.grade or '无'}→{after.grade or '无'}")
    if not said and impact.changed:
        said.append("总分不变，指标或问题有变")
    return "，".join(said) or "不变"


def _outcome(one: Standing) -> dict[str, str]:
    score = "" if one.score is None else str(one.score)
    return {
        "score": score,
        "grade": one.grade,
        "status": one.status,
        "case": one.case,
        "label": one.label,
        "reason": one.reason,
    }
