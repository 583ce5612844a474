"""The result in the format asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.policy.model import Policy
from engine.results.model import Result

if TYPE_CHECKING:
    from engine.results.views.overview import Occasion


def render(
    result: Result,
    policies: Mapping[str, Policy],
    form: str,
    *,
    to_terminal: bool,
    verbose: bool = False,
    occasion: Occasion | None = None,
) -> str | bytes:
    """The result document as `table`, `json`, `jsonl`, `markdown`, `sarif` or `xlsx`. `policies`: those it was judged by, by id;
    `occasion`: what a workbook says beside the document."""
    if form == "xlsx":
        from engine.results.views.workbook import check_workbook

        return check_workbook(result, policies, occasion)
    if form == "json":
        from engine.results.views.as_json import dumps

        return dumps(result) + "\n"
    if form == "jsonl":
        from engine.results.views.as_json import lines

        return "".join(line + "\n" for line in lines(result))
    if form == "markdown":
        from engine.results.views.markdown import render as markdown

        return markdown(result)
    if form == "sarif":
        from engine.results.views.as_json import dumps
        from engine.results.views.sarif import render as sarif

        return dumps(sarif(result, policies)) + "\n"
    from engine.results.views.table import render as table

    return table(result, to_terminal and sys.stdout.isatty(), verbose)
