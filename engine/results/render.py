"""The result in the format asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from engine.policy.model import Policy
from engine.results.model import Result


def render(result: Result, policies: Mapping[str, Policy], form: str, *, to_terminal: bool, verbose: bool = False) -> str:
    """The result document as `table`, `json`, `jsonl`, `markdown` or `sarif`. `policies`: those it was judged by, by id."""
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
