"""Findings as SARIF 2.1.0, for editors and review tools that read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from engine.policy import Policy

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(result: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The findings of a result as a SARIF log: rules with their clauses, one result a finding, its evidence as locations."""
    used = dict.fromkeys(finding["rule"] for finding in result["findings"])
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "jixiao", "version": result["engine"], "rules": [_rule(name, policy) for name in used]}
                },
                "columnKind": "unicodeCodePoints",
                "properties": {"policy": result["policy"]["id"], "sha256": result["policy"]["sha256"]},
                "results": [_result(finding, list(used).index(finding["rule"])) for finding in result["findings"]],
            }
        ],
    }


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


def _result(finding: Mapping[str, Any], index: int) -> dict[str, Any]:
    locations = [_location(evidence) for evidence in finding["evidence"] if evidence.get("file")]
    out: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": index,
        "level": _LEVELS[finding["severity"]],
        "message": {"text": finding["message"] + (f"建议：{finding['advice']}" if finding["advice"] else "")},
        "properties": {
            "form": finding["form"],
            "subject": finding["subject"],
            "category": finding["category"],
            "basis": finding["basis"],
        },
    }
    if locations:
        out["locations"] = locations[:1]
    if locations[1:]:
        out["relatedLocations"] = [{"id": n, **location} for n, location in enumerate(locations[1:])]
    return out


def _location(evidence: Mapping[str, Any]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(evidence["file"]).as_posix())}}
    if evidence.get("line"):
        physical["region"] = {"startLine": evidence["line"]}
    return {"physicalLocation": physical, "message": {"text": f"{evidence['title']}：{evidence['value']}"}}
