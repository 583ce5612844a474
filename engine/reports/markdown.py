"""A draft as Markdown: prose, the table of unmet indicators, the official form, the clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.reports.draft import Draft
from engine.results.views.columns import escape
from engine.results.views.columns import markdown_rows as table
from engine.templating.filters import money

_HEADINGS = {"title": "# ", "subtitle": "### ", "heading1": "## ", "heading2": "### "}


def render(draft: Draft, columns: Mapping[str, Any]) -> str:
    """The whole draft as one Markdown document. `columns` are the policy's words for the columns of its tables."""
    lines: list[str] = []
    for block in draft.blocks:
        if block.kind in _HEADINGS:
            lines += [_HEADINGS[block.kind] + escape(block.text), ""]
        elif block.kind in ("paragraph", "signature"):
            lines += [escape(block.text), ""]
        else:
            lines += [*_TABLES[block.text](draft.context.data, columns), ""]
    return "\n".join(lines).rstrip() + "\n"


def _unmet(data: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    rows = [[item["level2"], item["name"], item["target"], item["actual"], item["reason_shown"]] for item in data["unmet"]]
    yield from table(columns["unmet"], rows)


def _form(data: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    what = f"{data['unit']}部门整体支出" if data["kind"] == "department" else data["called"]
    yield f"**{escape(data['year'])}年度{escape(what)}自评表**"
    yield ""
    budget = data["budget"]
    amounts = ("" if budget[key] is None else money(budget[key]) for key in ("budget", "executed"))
    row = [*amounts, budget["rate"], data["execution_score"]["value"]]
    yield from table(columns["budget"], [row])
    yield ""
    rows = [
        [
            str(item["goal"]),
            item["level1"],
            item["level2"],
            f"{item['name']}（{item['weight']}分）" if item["weight"] else item["name"],
            item["target"],
            item["actual"],
            item["value"],
        ]
        for item in data["indicators"]
    ]
    yield from table(columns["form"], rows)
    yield ""
    yield f"{columns['total']}：{data['total']['value']}"


def _notes(data: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    """What the form itself has as its notes; where it has none, the clauses of official texts its scores rest on."""
    own = [escape(note) for note in data["notes"]]
    clauses = [f"{number}. {escape(one['text'])}（{escape(one['source'])}）" for number, one in enumerate(data["clauses"], start=1)]
    if own or clauses:
        yield f"{columns['notes']}："
        yield ""
        yield from own or clauses


_TABLES = {"unmet": _unmet, "form": _form, "notes": _notes}
