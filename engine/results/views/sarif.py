"""Problems as SARIF 2.1.0, for editors and review tools that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from engine.policy.model import Policy
from engine.results.model import Result, ResultEvidence, ResultPolicy, ResultProblem
from engine.results.reading import caution
from engine.results.views.problems import ToldProblem, told
from engine.results.views.tables import heads

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(result: Result, policies: Mapping[str, Policy]) -> dict[str, Any]:
    """The problems of a result as a SARIF log: a run a policy, with its rules and their clauses, one result a problem, its
    findings' evidence as locations, the most pressing first. What could not be read is told with each run as a notification of
    the tool."""
    by_policy: dict[str, list[ToldProblem]] = {_id(head): [] for head in heads(result)}
    of_bundle = {number: bundle["policy"] or "" for number, bundle in enumerate(result.get("bundles", []), start=1)}
    for one in told(result):
        by_policy[of_bundle.get(one.concern.get("bundle", 0), next(iter(by_policy)))].append(one)
    unjudged = next((policy for policy in policies.values() if not policy.judges), None)
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            _run(result, head, policy, by_policy[_id(head)])
            for head in heads(result)
            if (policy := policies[head["id"]] if head else unjudged) is not None
        ],
    }


def _id(head: ResultPolicy | None) -> str:
    return head["id"] if head else ""


def _run(result: Result, head: ResultPolicy | None, policy: Policy, problems: Sequence[ToldProblem]) -> dict[str, Any]:
    used = {rule: number for number, rule in enumerate(dict.fromkeys(rule for one in problems for rule in one.rules))}
    out: dict[str, Any] = {
        "tool": {"driver": {"name": "jixiao", "version": result["engine"], "rules": [_rule(name, policy) for name in used]}},
        "columnKind": "unicodeCodePoints",
        "properties": {"policy": head["id"] if head else None, "sha256": head["sha256"] if head else None},
        "results": [_result(one, used[one.findings[0]["rule"]]) for one in problems],
    }
    wrong = [_notification(problem) for problem in result.get("input_problems", [])]
    first: list[dict[str, Any]] = [{"level": "warning", "message": {"text": caution(head)}}] if caution(head) else []
    if first or wrong:
        out["invocations"] = [{"executionSuccessful": not wrong, "toolExecutionNotifications": [*first, *wrong]}]
    return out


def _notification(problem: ResultProblem) -> dict[str, Any]:
    text = problem["message"] + (f"；应为：{problem['expected']}" if problem.get("expected") else "")
    out: dict[str, Any] = {"level": "error", "message": {"text": text}}
    if problem.get("file"):
        out["locations"] = [_physical(problem)]
    return out


def _rule(name: str, policy: Policy) -> dict[str, Any]:
    rule = policy.rules.rules[name]
    clause = policy.clause(rule.basis)
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{clause.source_title}“{clause.title}”：{clause.text}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"category": rule.category, "basis": rule.basis},
    }


def _result(one: ToldProblem, index: int) -> dict[str, Any]:
    concern, first = one.concern, one.findings[0]
    evidence = (item for finding in one.findings for item in finding["evidence"] if item.get("file"))
    locations = [_location(item) for item in evidence]
    out: dict[str, Any] = {
        "ruleId": first["rule"],
        "ruleIndex": index,
        "level": _LEVELS[concern["severity"]],
        "message": {"text": concern["title"] + (f"建议：{concern['advice']}" if concern["advice"] else "")},
        "partialFingerprints": {"jixiao/v1": concern["key"]},
        "rank": 100.0 if one.first else 50.0 if concern["certain"] else 0.0,
        "properties": {
            "problem": concern["id"],
            "cause": concern["cause"],
            "certain": concern["certain"],
            "stake": concern["stake"],
            "forms": [form["name"] for form in one.forms],
            "subjects": concern["subjects"],
            "rules": one.rules,
            "basis": one.bases,
        },
    }
    if locations:
        out["locations"] = locations[:1]
    if locations[1:]:
        out["relatedLocations"] = [{"id": n, **location} for n, location in enumerate(locations[1:])]
    return out


def _location(evidence: ResultEvidence) -> dict[str, Any]:
    return {**_physical(evidence), "message": {"text": f"{evidence['title']}：{evidence['value']}"}}


def _physical(item: ResultEvidence | ResultProblem) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(item["file"]).as_posix())}}
    if item.get("line"):
        physical["region"] = {"startLine": item["line"]}
    return {"physicalLocation": physical}
