"""核对结果.xlsx: what a result says, for a reviewer to work through and for whoever the reviewer reports to."""

from __future__ import annotations

from collections.abc import Mapping

from engine.policy.model import Policy
from engine.results.model import Result
from engine.results.views.causes import CAUSES, causes
from engine.results.views.columns import sheet
from engine.results.views.details import PRINTED, detail_columns, details
from engine.results.views.excel import make
from engine.results.views.form_lines import FORM_LINES, form_lines
from engine.results.views.overview import OVERVIEW_ROWS, Occasion, overview
from engine.results.views.problems import told
from engine.results.views.tables import INDICATORS, RULES, indicators, parts, ran

NAME = "核对结果.xlsx"
"""What the file is called where whoever wants it gives no name."""
RULES_PRINTED = 4
"""The columns of 规则 that are printed: not the ids."""


def check_workbook(result: Result, policies: Mapping[str, Policy], occasion: Occasion | None = None) -> bytes:
    """The result as an Excel workbook, the same bytes each time. `policies`: those it was judged by, by id."""
    scores = [row for form in result["forms"] for rows in (parts(form), indicators(form)) for row in rows]
    return make(
        [
            sheet("概况", OVERVIEW_ROWS, overview(result, occasion or Occasion())),
            sheet("各表", FORM_LINES, form_lines(result, policies), left=3),
            sheet("问题汇总", CAUSES, causes(told(result), policies)),
            sheet("问题明细", detail_columns(), details(result, policies), left=1, printed=PRINTED),
            sheet("得分", INDICATORS, scores),
            sheet("规则", RULES, ran(result), printed=RULES_PRINTED),
        ]
    )
