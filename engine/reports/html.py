"""The page a reviewer reads: one self-contained HTML file of a bundle, rendered from the result document by a template.

Here is only plain data made ready: indicators put under their goals, bars measured, clauses collected; the problems are made
ready in problems.py. Every word and tag is the template's. The page can load nothing: its Content-Security-Policy is made from
the hashes of the style sheet and the script, and a template that does not begin with it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.policy.model import Policy
from engine.reports import index
from engine.reports.draft import Draft
from engine.reports.problems import Shown, Site, around, rules_shown, source_of, standing, titles_of
from engine.results.document import policy_data
from engine.results.model import Result, ResultForm, ResultScore
from engine.results.reading import apart, caution, differs, grades_differ, matched, numbers_of, worth
from engine.results.views.causes import cause_titles
from engine.results.views.columns import Column, page_cells, page_head
from engine.results.views.problems import FormParts, only
from engine.results.views.tables import GOALS, INDICATORS, OVERVIEW, PARTS, QUESTIONS, RULES, FormRow, goal_row
from engine.results.views.tables import indicators as indicator_rows
from engine.results.views.tables import parts as part_rows
from engine.templating.filters import rate
from engine.templating.page import self_contained
from engine.templating.weights import joined

TEMPLATE = "page/report.html.j2"
INDEX = "page/report-index.html.j2"
ON_ONE_PAGE = 12
"""Forms of a bundle that are shown on one page; of more, each has a page of its own, and an index leads to them."""
INDEX_FILE = index.FILE
MOST_PROBLEMS = 500
"""Problems told on an index, the most pressing; the rest are on the forms' pages."""
MOST_LINKS = 5_000
"""Forms that the problems of an index lead to together: of more each says how many."""
_TABLES: dict[str, Sequence[Column[Any]]] = {
    "forms": OVERVIEW,
    "parts": PARTS,
    "goals": GOALS,
    "indicators": INDICATORS,
    "questions": QUESTIONS,
    "rules": RULES,
}
Data = dict[str, Any]


def render(result: Result, drafts: Sequence[Draft], policy: Policy, roots: Sequence[Path]) -> str:
    """The page. Templates are looked for in `roots`, in order.

    Raises PolicyError with template, line and missing name, or where the template does not begin with the page's protection.
    """
    return self_contained(_template(policy), data(result, drafts, policy), roots)


def pages(
    result: Result,
    drafts: Sequence[Draft],
    names: Sequence[str],
    policy: Policy,
    roots: Sequence[Path],
    *,
    together: int = ON_ONE_PAGE,
    home: str = "",
) -> Iterator[tuple[str, str]]:
    """(file name, page) of a bundle: one page for all forms where they are no more than `together`, else a page for each form and,
    last, an index. `home`: where the index of all bundles is, where there is one.

    `names` are those of the forms' files, without their ending. Raises PolicyError as `render` does.
    """
    if len(result["forms"]) <= together:
        yield INDEX_FILE, self_contained(_template(policy), data(result, drafts, policy) | {"home": home}, roots)
        return
    shown, hrefs = Shown(result, titles_of(policy)), [f"{name}.html" for name in names]
    by_label, parts = {draft.label: draft for draft in drafts}, FormParts(result)
    for place, (form, name) in enumerate(zip(result["forms"], names, strict=True)):
        alone, draft = only(result, [place], parts), by_label.get(form["name"])
        alone["rules"] = []  # stand on the index
        alone["questions"] = [question for question in alone["questions"] if form["name"] in question["forms"]]
        site = Site([*hrefs[:place], "#f1", *hrefs[place + 1 :]], {place: "f1"}, source_of(alone))
        seen = _page(alone, shown, site, [draft] if draft else [], policy) | {"index": INDEX_FILE, "home": home, "rules": []}
        yield f"{name}.html", self_contained(_template(policy), seen, roots)
    yield INDEX_FILE, self_contained(INDEX, index_of(result, names, policy, shown, home), roots)


def index_of(result: Result, names: Sequence[str], policy: Policy, shown: Shown | None = None, home: str = "") -> Data:
    """What the template of an index sees of a bundle of many forms. `shown`: its problems, for who has them."""
    shown, hrefs = shown or Shown(result, titles_of(policy)), [f"{name}.html" for name in names]
    whole = _page(only(result, []), shown, Site(hrefs, {}, source_of(result)), [], policy) | standing(result)
    whole |= rules_shown(result) | {"units": _units(result), "years": _years(result), "home": home}
    every = whole["problems"]
    whole["problems"] = [one for n, one in enumerate(every) if n < MOST_PROBLEMS or one["first"]]
    whole["left"] = len(every) - len(whole["problems"])
    links = MOST_LINKS
    for one in whole["problems"]:  # the same dictionaries as those that are told first
        one["forms"] = one["forms"][: max(index.MOST_NAMED, links)]
        links -= len(one["forms"])
    whole["rows"] = index.rows(result, hrefs, cause_titles({policy.id: policy}))
    return whole


def data(result: Result, drafts: Sequence[Draft], policy: Policy) -> Data:
    """What the template sees of a result on one page: the result document as it is, and beside it what it takes to show it."""
    seen = _page(result, Shown(result, titles_of(policy)), Site.one_page(result), drafts, policy)
    return seen | rules_shown(result) | {"index": "", "home": ""}


def _page(part: Result, shown: Shown, site: Site, drafts: Sequence[Draft], policy: Policy) -> Data:
    """What a template sees of those forms that are on its page, which `part` holds."""
    by_label = {draft.label: draft for draft in drafts}
    return {
        "engine": part["engine"],
        "policy": {**policy_data(policy), "short": policy.sha256[:12]},
        "matcher": matched(part.get("matcher", "")),
        "judged": part.get("policy") is not None,
        "caution": caution(part.get("policy")),
        "notes": [note for note in part.get("notes", []) if note != caution(part.get("policy"))],
        "questions": [{**question, "cells": page_cells(QUESTIONS, question)} for question in part["questions"]],
        "source": site.source,
        "units": _units(part),
        "years": _years(part),
        "forms": [_form(place, shown, site, by_label.get(shown.result["forms"][place]["name"])) for place in sorted(site.here)],
        **around(part, shown, site, policy),
        "columns": {name: page_head(columns) for name, columns in _TABLES.items()},
        "recognition": {name: table.title for name, table in policy.recognition.items()},
    }


def _template(policy: Policy) -> str:
    return (policy.narrative and policy.narrative.page) or TEMPLATE


def _units(result: Result) -> list[str]:
    return list(dict.fromkeys(form["unit"] for form in result["forms"]))


def _years(result: Result) -> list[int]:
    return list(dict.fromkeys(form["fiscal_year"] for form in result["forms"]))


def _form(place: int, shown: Shown, site: Site, draft: Draft | None) -> Data:
    form, anchor = shown.result["forms"][place], site.here[place]
    touching = [one.concern for one in shown.touching[place]]
    row_of, marks = FormRow(form, touching), shown.marks(place)
    indicators: list[Data] = [
        {**item, "where": site.place(item["where"])}
        | {"id": f"{anchor}-i{number}", "bar": _bar(item, item["weight"]), "differs": differs(item)}
        | {"cells": page_cells(INDICATORS, row), "problems": marks.get(number, [])}
        for number, (item, row) in enumerate(zip(form["indicators"], indicator_rows(form), strict=True), start=1)
    ]
    grade = form["grade"]
    return {
        **form,
        "where": site.place(form["where"]) if form["where"] != f"{site.source}：{form['name']}" else "",
        "id": anchor,
        "cells": page_cells(OVERVIEW, row_of),
        "scores": [
            _score(key, score, form) | {"cells": page_cells(PARTS, row)}
            for (key, score), row in zip(form["scores"].items(), part_rows(form), strict=False)  # the last row is the grade's
        ],
        "grade": {**grade, "differs": grades_differ(form)},
        "rate": _percent(form["counts"]["completion_rate"]),
        "problems": shown.pointed(place),
        "tally": numbers_of(touching),
        "goals": list(_goals(indicators, form, draft)),
        "draft": _draft(draft) if draft else None,
    }


def _score(key: str, score: ResultScore, form: ResultForm) -> Data:
    """A part's score, and what it is worth."""
    weight = worth(form, key)
    return {"key": key, **score, "weight": weight, "differs": differs(score), "bar": _bar(score, weight)}


def _goals(indicators: Sequence[Data], form: ResultForm, draft: Draft | None) -> Iterator[Data]:
    """The indicators by goal, with their sums."""
    titles = {goal["number"]: goal["title"] for goal in draft.context.data["goals"]} if draft else {}
    for number in dict.fromkeys(item["goal"] for item in form["indicators"]):
        row = goal_row([item for item in form["indicators"] if item["goal"] == number])
        sums = {"reported": row.reported, "computed": row.computed}
        yield {
            "number": number,
            "title": titles.get(str(number), ""),
            "indicators": [item for item in indicators if item["goal"] == number],
            "met": sum(item["met"] == "yes" for item in row.items),
            "weight": row.weight,
            **sums,
            "differs": apart(row.reported, row.computed) != 0,
            "bar": _bar(sums, row.weight),
            "cells": page_cells(GOALS, row),
        }


def _bar(score: Mapping[str, Any], weight: str | None) -> dict[str, str | None] | None:
    """How far the bars reach, in hundredths of the weight; nothing where there is no weight to measure against."""
    whole = Decimal(weight or 0)
    if whole <= 0:
        return None
    ends = {"reported": score["reported"], "computed": score["computed"]}
    return {key: None if value is None else _reach(Decimal(value) / whole) for key, value in ends.items()}


def _reach(share: Decimal) -> str:
    return format(round(min(max(share, Decimal(0)), Decimal(1)) * 100, 1).normalize(), "f")


def _percent(share: str | None) -> str:
    return "" if share is None else rate(Decimal(share) * 100)


def _draft(draft: Draft) -> Data:
    seen = draft.context.data
    return {
        "title": draft.title,
        "blocks": [{"kind": block.kind, "text": joined(block.text)} for block in draft.blocks],
        "unmet": seen["unmet"],
        "notes": seen["notes"],
        "budget": seen["budget"],
    }
