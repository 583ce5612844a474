"""What the check found as the result document has it: findings, and what came of each rule."""

from __future__ import annotations

from engine.findings.model import Correction, Evidence, Finding, FoldedRow, RuleRun
from engine.results.model import ResultCorrection, ResultEvidence, ResultFinding, ResultFindingRow, ResultRule
from engine.results.numbers import where


def rule_run(run: RuleRun) -> ResultRule:
    """What came of one rule."""
    reason = run.reason
    if run.more:
        cut = f"只逐个列出前 {run.hits - run.more:,} 处，另有 {run.more:,} 处没有列出"
        reason = "；".join(filter(None, (run.reason, cut)))
    out = ResultRule(id=run.id, title=run.title, state=run.state, hits=run.hits, reason=reason)
    if run.by_option:
        out["by_option"] = True
    if run.ms is not None:
        out["ms"] = run.ms
    return out


def finding_data(finding: Finding) -> ResultFinding:
    """A finding as the result has it: its sentences, the clause it rests on, and where each value stands."""
    out = ResultFinding(
        rule=finding.rule,
        title=finding.title,
        category=finding.category,
        severity=finding.severity,
        form=finding.form,
        subject=finding.subject,
        message=finding.message,
        advice=finding.advice,
        basis=finding.basis,
        basis_title=finding.basis_title,
        evidence=[_evidence(item) for item in finding.evidence],
    )
    if finding.correction:
        out["correction"] = _correction(finding.correction)
    if finding.derived_by:
        out["derived_by"] = list(finding.derived_by)
    if finding.rows:
        places = {item: n for n, item in enumerate(finding.evidence)}
        out["rows"] = [_row(row, finding.form, [places[item] for item in row.evidence]) for row in finding.rows]
    if finding.report != finding.message:
        out["report"] = finding.report
    return out


def _row(row: FoldedRow, form: str, evidence: list[int]) -> ResultFindingRow:
    out = ResultFindingRow(subject=row.subject, message=row.message, evidence=evidence)
    if row.form != form:
        out["form"] = row.form
    if row.report != row.message:
        out["report"] = row.report
    return out


def _correction(item: Correction) -> ResultCorrection:
    out = ResultCorrection(where=where(item.place), field=item.field, now=item.now, right=item.right)
    if item.start is not None:
        out["start"] = item.start
    return out


def _evidence(item: Evidence) -> ResultEvidence:
    out = ResultEvidence(where=where(item.place), field=item.field, title=item.title, value=item.value)
    if item.place.file:
        out["file"] = item.place.file
    if item.place.line:
        out["line"] = item.place.line
    return out
