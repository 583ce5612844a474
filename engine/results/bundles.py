"""Bundles scored and checked, and the one result document of a run: as the Contract has it for one bundle, put together for many.

In the document of many bundles every form and finding says which bundle it belongs to; `bundles` names each with its unit, year,
policy and files, `files` tells what became of every file and `problems` what was wrong with those that could not be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import __version__
from engine.errors import Problem
from engine.findings.findings import Checker, Findings
from engine.intake.bundle import Bundle
from engine.intake.collection import Collection, Progress
from engine.policy.model import Policy
from engine.results.document import to_data, where
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation


@dataclass(frozen=True, slots=True)
class BundleResult:
    """One bundle with all that was made of it; `result` is the Contract's document for it alone."""

    bundle: Bundle
    evaluation: Evaluation
    checked: Findings
    result: dict[str, Any]

    @property
    def policy(self) -> Policy:
        return self.bundle.policy


def checked_bundles(bundles: Sequence[Bundle], progress: Progress | None = None) -> Iterator[BundleResult]:
    """Each bundle scored and checked by its own policy; the rules of a policy are compiled once."""
    checkers: dict[str, Checker] = {}
    try:
        for done, bundle in enumerate(bundles):
            if progress:
                progress(done, len(bundles), bundle.submission.forms[0].unit)
            if bundle.policy.id not in checkers:
                checkers[bundle.policy.id] = Checker(bundle.policy)
            yield check_bundle(bundle, checkers[bundle.policy.id].check)
        if progress:
            progress(len(bundles), len(bundles), "")
    finally:
        for checker in checkers.values():
            checker.close()


def check_bundle(bundle: Bundle, check: Callable[[Evaluation], Findings]) -> BundleResult:
    """One bundle scored, checked by `check` (of its policy's checker), and told with how its forms were read."""
    evaluation = evaluate(bundle.submission, bundle.policy)
    checked = check(evaluation)
    result = to_data(evaluation, checked)
    for form, layout in zip(result["forms"], bundle.layouts, strict=True):
        form |= {"layout": layout} if layout not in ("", bundle.policy.id) else {}
    if notes := [*result.get("notes", []), *_told(bundle)]:
        result["notes"] = notes
    return BundleResult(bundle, evaluation, checked, result)


def _told(bundle: Bundle) -> Iterator[str]:
    """What a reader of the result must know of how the forms were read."""
    others = dict.fromkeys(layout for layout in bundle.layouts if layout not in ("", bundle.policy.id))
    for other in others:
        names = "、".join(
            form.name for form, layout in zip(bundle.submission.forms, bundle.layouts, strict=True) if layout == other
        )
        yield f"{names}：用 {other} 的表样读入，按 {bundle.policy.id} 计分和核对"


def combined(items: Sequence[BundleResult], collection: Collection) -> dict[str, Any]:
    """One document for all bundles. `policy` is there where all share one; `policies` lists every one."""
    policies = {item.policy.id: item.result["policy"] for item in items}
    data: dict[str, Any] = {"engine": __version__}
    if len(policies) == 1:
        data["policy"] = next(iter(policies.values()))
    data["policies"] = list(policies.values())
    forms: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    bundles: list[dict[str, Any]] = []
    notes: list[str] = []
    for number, item in enumerate(items, start=1):
        result = item.result
        forms += [{**form, "bundle": number, "policy": item.policy.id} for form in result["forms"]]
        findings += [{**finding, "bundle": number} for finding in result["findings"]]
        notes += result.get("notes", [])
        bundles.append(_bundle(item))
    data |= {"forms": forms, "findings": findings, "bundles": bundles, "files": _files(collection)}
    data["problems"] = [problem_data(problem) for problem in collection.problems]
    if matchers := dict.fromkeys(item.result["matcher"] for item in items):
        data["matcher"] = "、".join(matchers)
    if notes:
        data["notes"] = list(dict.fromkeys(notes))
    return data


def _bundle(item: BundleResult) -> dict[str, Any]:
    forms = item.bundle.submission.forms
    return {
        "unit": "、".join(dict.fromkeys(form.unit for form in forms)),
        "fiscal_year": forms[0].fiscal_year,
        "policy": item.policy.id,
        "files": list(item.bundle.files),
        "forms": [form["name"] for form in item.result["forms"]],
        "findings": tally(item.result["findings"]),
    }


def tally(findings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many findings there are of each severity."""
    numbers = {"error": 0, "warning": 0, "info": 0}
    for finding in findings:
        numbers[finding["severity"]] += 1
    return numbers


def _files(collection: Collection) -> list[dict[str, Any]]:
    return [
        {"name": item.name, "status": item.status, **({"reason": item.reason} if item.reason else {}), "forms": item.forms}
        for item in collection.files
    ]


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem of an input as plain data."""
    place = problem.place
    said = {"message": problem.message, "expected": problem.expected, "nearest": problem.nearest, "code": problem.code}
    places = {"file": place.file, "line": place.line, "column": place.column}
    return {"where": where(place), **{key: value for key, value in {**places, **said}.items() if value}}
