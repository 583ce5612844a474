"""The workbook of one evaluation: findings to work through, the scores, which rules ran, and what it was made by."""

from __future__ import annotations

from engine.policy.model import Policy
from engine.results.model import Result
from engine.results.reading import caution
from engine.results.views.columns import ABOUT, sheet
from engine.results.views.excel import make
from engine.results.views.tables import INDICATORS, RULES, about, finding_columns, indicators, parts, ran


def findings_workbook(result: Result, policy: Policy) -> bytes:
    """The result as an Excel workbook. The last column of the findings is for whoever works through them."""
    scores = [row for form in result["forms"] for rows in (parts(form), indicators(form)) for row in rows]
    findings = sheet("问题", finding_columns(policy), result["findings"], left=4)
    sheets = [findings, sheet("得分", INDICATORS, scores), sheet("核对了哪些规则", RULES, ran(result))]
    told = sheet("说明", ABOUT, about(result))
    # what is by a draft, or by no policy, says so before all else
    return make([told, *sheets] if caution(result.get("policy")) else [*sheets, told])
