"""The page a reviewer reads: one self-contained HTML file of a bundle, rendered from the result document by a template.

Here is only plain data made ready: findings sorted, indicators put under their goals, bars measured, clauses collected. Every
word and tag is the template's. The page can load nothing: its Content-Security-Policy is made here from the hashes of the style
sheet and the script, and a template that does not begin with it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.reports.draft import Draft
from engine.results.document import policy_data
from engine.results.model import Result, ResultFinding, ResultForm, ResultScore
from engine.results.reading import (
    apart,
    caution,
    clause_ids,
    concerning,
    differs,
    grades_differ,
    matched,
    numbers_of,
    rules_told,
    worth,
)
from engine.results.views.columns import Column, page_cells, page_head
from engine.results.views.problems import only
from engine.results.views.tables import GOALS, INDICATORS, OVERVIEW, PARTS, QUESTIONS, RULES, FormRow, goal_row, ran
from engine.results.views.tables import indicators as indicator_rows
from engine.results.views.tables import parts as part_rows
from engine.templating.filters import rate
from engine.templating.page import self_contained

TEMPLATE = "page/report.html.j2"
INDEX = "page/report-index.html.j2"
ON_ONE_PAGE = 12
"""Forms of a bundle that are shown on one page; of more, each has a page of its own, and an index leads to them."""
_ORDER = list(SEVERITIES)
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
    return self_contained((policy.narrative and policy.narrative.page) or TEMPLATE, data(result, drafts, policy), roots)


def pages(
    result: Result, drafts: Sequence[Draft], names: Sequence[str], policy: Policy, roots: Sequence[Path]
) -> Iterator[tuple[str, str]]:
    """(file name, page) of a bundle: one page for all forms where they are few, else an index and a page for each form.

    `names` are those of the forms' files, without their ending. Raises PolicyError as `render` does.
    """
    if len(result["forms"]) <= ON_ONE_PAGE:
        yield "report.html", render(result, drafts, policy, roots)
        return
    by_form: dict[str, list[ResultFinding]] = {}
    for finding in result["findings"]:
        by_form.setdefault(finding["form"], []).append(finding)
    by_label = {draft.label: draft for draft in drafts}
    rows: list[Data] = []
    touching = concerning(result)
    for number, (form, name) in enumerate(zip(result["forms"], names, strict=True)):
        own = by_form.get(form["name"], [])
        alone = only(result, [number])
        alone["rules"] = []  # of all forms together: on the page that lists them
        draft = by_label.get(form["name"])
        yield f"{name}.html", render(alone, [draft] if draft else [], policy, roots)
        total = _score("total", form["scores"]["total"], form)
        grade = {**form["grade"], "differs": grades_differ(form)}
        cells = page_cells(OVERVIEW, FormRow(form, touching[number]))
        rows.append({**form, "href": f"{name}.html", "total": total, "grade": grade, "tally": numbers_of(own), "cells": cells})
    # worst first: a reviewer opens from the top
    rows.sort(key=lambda row: [-row["tally"][key] for key in SEVERITIES])
    shown = {**data(only(result, []), [], policy), "rows": rows, "tally": numbers_of(result["findings"])}
    shown["units"] = list(dict.fromkeys(form["unit"] for form in result["forms"]))
    shown["years"] = list(dict.fromkeys(form["fiscal_year"] for form in result["forms"]))
    yield "report.html", self_contained(INDEX, shown, roots)


def data(result: Result, drafts: Sequence[Draft], policy: Policy) -> Data:
    """What the template sees: the result document as it is, and beside it what the page needs to show it."""
    source = _source(result)
    by_label = {draft.label: draft for draft in drafts}
    return {
        "engine": result["engine"],
        "policy": {**policy_data(policy), "short": policy.sha256[:12]},
        "matcher": matched(result.get("matcher", "")),
        "judged": result.get("policy") is not None,
        "caution": caution(result.get("policy")),
        "notes": [note for note in result.get("notes", []) if note != caution(result.get("policy"))],
        "questions": [{**question, "cells": page_cells(QUESTIONS, question)} for question in result["questions"]],
        "rules": [{**rule, "cells": page_cells(RULES, rule)} for rule in ran(result)],
        "rules_told": rules_told(result.get("rules", [])),
        "source": source,
        "units": list(dict.fromkeys(form["unit"] for form in result["forms"])),
        "years": list(dict.fromkeys(form["fiscal_year"] for form in result["forms"])),
        "forms": [
            _form(f"f{number}", FormRow(form, touching), result["findings"], by_label.get(form["name"]), source)
            for number, (form, touching) in enumerate(zip(result["forms"], concerning(result), strict=True), start=1)
        ],
        "tally": numbers_of(result["findings"]),
        "clauses": _clauses(result, policy),
        "columns": {name: page_head(columns) for name, columns in _TABLES.items()},
        "categories": {key: title for key, title in CATEGORIES.items() if any(f["category"] == key for f in result["findings"])},
        "severities": dict(SEVERITIES),
        "tiers": {band.id: band.label for band in policy.scoring.tiers},
        "recognition": {name: table.title for name, table in policy.recognition.items()},
    }


def _source(result: Result) -> str:
    """The one file everything was read from, named once in the head and not at every place; empty if there are several."""
    files = {form["where"].partition("：")[0] for form in result["forms"] if "：" in form["where"]}
    files |= {item["file"] for finding in result["findings"] for item in finding["evidence"] if "file" in item}
    return files.pop() if len(files) == 1 else ""


def _placed(item: Mapping[str, Any], source: str) -> Data:
    return {**item, "where": item["where"].removeprefix(f"{source}：") if source else item["where"]}


def _form(anchor: str, row_of: FormRow, findings: Sequence[ResultFinding], draft: Draft | None, source: str) -> Data:
    form = row_of.form
    own = sorted((f for f in findings if f["form"] == form["name"]), key=lambda f: _ORDER.index(f["severity"]))
    indicators: list[Data] = [
        _placed(item, source)
        | {"id": f"{anchor}-i{number}", "bar": _bar(item, item["weight"]), "differs": differs(item), "problems": []}
        | {"cells": page_cells(INDICATORS, row)}
        for number, (item, row) in enumerate(zip(form["indicators"], indicator_rows(form), strict=True), start=1)
    ]
    first: dict[str, Data] = {}
    for item in indicators:
        first.setdefault(item["name"], item)
    shown = []
    for number, finding in enumerate(own, start=1):
        about = first.get(finding["subject"])
        evidence = [_placed(item, source) for item in finding["evidence"]]
        links = {"id": f"{anchor}-p{number}", "number": number, "indicator": about["id"] if about else ""}
        shown.append({**finding, "evidence": evidence, **links})
        if about:
            about["problems"].append({"id": f"{anchor}-p{number}", "number": number})
    grade = form["grade"]
    return {
        **_placed(form, source),
        "id": anchor,
        "cells": page_cells(OVERVIEW, row_of),
        "scores": [
            _score(key, score, form) | {"cells": page_cells(PARTS, row)}
            for (key, score), row in zip(form["scores"].items(), part_rows(form), strict=False)  # the last row is the grade's
        ],
        "grade": {**grade, "differs": grades_differ(form)},
        "rate": _percent(form["counts"]["completion_rate"]),
        "findings": shown,
        "tally": numbers_of(own),
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
        "blocks": [{"kind": block.kind, "text": block.text} for block in draft.blocks],
        "unmet": seen["unmet"],
        "notes": seen["notes"],
        "budget": seen["budget"],
    }


def _clauses(result: Result, policy: Policy) -> dict[str, Data]:
    """The clauses the result cites, by basis, in the order of the policy's sources, each with an anchor for links."""
    cited = set(clause_ids(result))
    return {
        clause.id: {
            "id": f"c{number}",
            "basis": clause.id,
            "title": clause.title,
            "text": clause.text,
            "source": clause.source_title,
            "document": clause.document,
            "evidence": clause.evidence,
        }
        for number, clause in enumerate((c for c in policy.clauses.values() if c.id in cited), start=1)
    }
