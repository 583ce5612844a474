"""The result as JSON: the document itself, or a line a form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.results.model import Result, ResultConcern
from engine.results.reading import Grouped, caution


def dumps(data: Mapping[str, Any]) -> str:
    """A document as JSON text."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def lines(result: Result) -> Iterator[str]:
    """The document as JSON lines, one form a line with its own findings and the problems that touch it: what a reviewer's
    script reads.

    In a run over many bundles each form has its policy, and what could not be read comes last, a problem a line. What is by a
    draft or by no policy says so first (`notes`)."""
    found = Grouped(result)
    policies = {policy["id"]: policy for policy in result.get("policies", [])}
    for number, form in enumerate(result["forms"]):
        policy = policies.get(form["policy"] or "") if "bundles" in result else result.get("policy")
        first = caution(policy)
        own: dict[str, Any] = {"notes": [first]} if first else {}
        own |= {"engine": result["engine"], "policy": policy, "form": form, "findings": found.of(form)}
        own["problems"] = [_alone(one) for one in result["problems"] if number in one["forms"]]
        yield json.dumps(own, ensure_ascii=False)
    for problem in result.get("input_problems", []):
        yield json.dumps({"engine": result["engine"], "problem": problem}, ensure_ascii=False)


def _alone(concern: ResultConcern) -> dict[str, Any]:
    """A problem without the places of others in a document that a line is not."""
    return {key: value for key, value in concern.items() if key not in ("forms", "findings", "id")}
