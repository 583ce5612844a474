"""The result in the format asked for: the one place that knows which view is for one bundle and which for many."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from engine.policy.model import Policy
from engine.results.model import Result


def render(result: Result, policies: Mapping[str, Policy], form: str, *, to_terminal: bool) -> str:
    """The result document as `table`, `json`, `jsonl`, `markdown` or `sarif`. `policies`: those it was judged by, by id."""
    if form == "json":
        from engine.results.views.as_json import dumps

        return dumps(result) + "\n"
    if form == "jsonl":
        from engine.results.views.as_json import lines

        return "".join(line + "\n" for line in lines(result))
    many = len(result.get("bundles", ())) > 1
    if form == "markdown":
        from engine.results.views import many as many_view
        from engine.results.views.markdown import render as markdown

        return many_view.markdown(result) if "bundles" in result else markdown(result)
    if form == "sarif":
        from engine.results.views.as_json import dumps
        from engine.results.views.sarif import render as sarif

        return dumps(sarif(result, policies)) + "\n"
    from engine.results.views import many as many_view
    from engine.results.views.table import render as table

    terminal = to_terminal and sys.stdout.isatty()
    if many:
        return many_view.table(result, terminal=terminal)
    return table(result, terminal=terminal) + many_view.closing(result)
