"""Lint reports for people and for programs."""

from __future__ import annotations

import json
from typing import Any

from engine.soundness.lint.codes import CODES, SEVERITIES
from engine.soundness.lint.run import LintReport
from engine.soundness.lint.subject import Lint


def table(report: LintReport) -> str:
    """Each lint with what to do about it, worst first, then the counts."""
    lines: list[str] = []
    for one in report.lints:
        if one.accepted:
            continue
        lines.append(f"{SEVERITIES[one.level]} {one.code} {one.place}：{one.message}")
        if one.example:
            lines.append(f"    例：{one.example}")
        lines.append(f"    改法：{one.advice}" + ("（可用 --fix 自动改）" if one.fixes else ""))
    accepted = [one for one in report.lints if one.accepted]
    lines += [f"已认可 {one.code} {one.place}：{one.message}（{one.accepted}）" for one in accepted]
    counts = "，".join(f"{title} {report.count(severity)} 处" for severity, title in SEVERITIES.items())
    proved, refuted, unknown = (report.outcomes(outcome) for outcome in ("proved", "refuted", "unknown"))
    lines.append(
        f"{report.policy}：{counts}；已认可 {len(accepted)} 处。证明 {proved} 项，有反例 {refuted} 项，未能证明 {unknown} 项。"
    )
    return "\n".join(lines) + "\n"


def as_json(report: LintReport) -> str:
    """The report as one JSON document."""
    proofs = [
        {"about": o.about, "statement": o.statement, "outcome": o.outcome, "file": o.place.file, "line": o.place.line}
        for o in report.obligations
    ]
    data = {
        "policy": report.policy,
        "counts": {severity: report.count(severity) for severity in SEVERITIES},
        "lints": [_lint(one) for one in report.lints],
        "proofs": {
            **{outcome: report.outcomes(outcome) for outcome in ("proved", "refuted", "unknown")},
            "obligations": proofs,
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _lint(one: Lint) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": CODES[one.code][1],
        "severity": one.level,
        "at": one.at,
        "file": one.place.file,
        "line": one.place.line,
        "column": one.place.column,
        "message": one.message,
        "example": one.example,
        "advice": one.advice,
        "fixable": bool(one.fixes),
        "accepted": one.accepted,
    }
