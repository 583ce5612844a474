"""The index of many forms: a line a form, the worst first, with a link to its page; sorted by a click, searched by words.

One line takes some hundred bytes: three thousand forms are a page a browser opens at once. Of a folder the index tells what the
problems come of and which forms have them; what a problem is and rests on stands on the forms' pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.reports.problems import rules_shown, standing, unbroken
from engine.results.model import Result, ResultConcern, ResultForm
from engine.results.reading import apart, caution, concerning, form_kind, matched, numbers_of
from engine.results.views.causes import CauseRow, cause_titles, causes
from engine.results.views.columns import page_head
from engine.results.views.problems import ToldProblem, told
from engine.results.views.tables import RULES, UNREAD
from engine.templating.filters import rate
from engine.templating.page import self_contained

TEMPLATE = "page/reports.html.j2"
FILE = "report.html"
MOST_ROWS = 4_000
"""Forms on one page, the worst: of more it would be larger than a browser likes."""
_INSTEAD = "；应为："
"""What stands in a problem between what is wrong and what was expected."""
MOST_NAMED, MOST_CAUSES, MOST_FILES = 6, 100, 200
Data = dict[str, Any]


def rows(result: Result, hrefs: Sequence[str], titles: Mapping[str, str]) -> list[Data]:
    """A line a form, most errors first, then most warnings, then the largest difference of the totals. `hrefs`: the page of each;
    `titles`: what the causes of problems are called."""
    found = concerning(result)
    places = sorted(range(len(result["forms"])), key=lambda n: _badness(result["forms"][n], found[n]))
    return [_row(result["forms"][n], found[n], hrefs[n], titles) for n in places]


def _badness(form: ResultForm, problems: Sequence[ResultConcern]) -> tuple[int, int, Decimal]:
    numbers, total = numbers_of(problems), form["scores"]["total"]
    return -numbers["error"], -numbers["warning"], -apart(total["reported"], total["computed"])


def _row(form: ResultForm, problems: Sequence[ResultConcern], href: str, titles: Mapping[str, str]) -> Data:
    total, grade, counts = form["scores"]["total"], form["grade"], form["counts"]
    executed, gap = form["budget"].get("execution_rate"), apart(total["reported"], total["computed"])
    return {
        "unit": form["unit"],
        "name": form["name"],
        "year": form["fiscal_year"],
        "kind": form_kind(form["kind"]),
        "href": href,
        "reported": total["reported"] or "",
        "computed": total["computed"] or "",
        "gap": format(gap, "f") if gap else "",
        "grade": "→".join(dict.fromkeys(filter(None, (grade["reported"], grade["computed"])))),
        "executed": rate(Decimal(executed)) if executed else "",
        "met": f"{counts['met']}/{counts['indicators']}",
        **numbers_of(problems),
        "first": titles.get(problems[0]["cause"], problems[0]["cause"]) if problems else "",
    }


def page(result: Result, hrefs: Sequence[str], policies: Mapping[str, Policy], roots: Sequence[Path]) -> str:
    """The index of a folder, from the one result of all its bundles. Raises PolicyError where the template is wrong."""
    titles, problems = cause_titles(policies), told(result)
    every = rows(result, hrefs, titles)
    grouped = sorted(causes(problems, policies), key=lambda row: (-row.units, -row.forms, list(SEVERITIES).index(row.severity)))
    places = {id(form): n for n, form in enumerate(result["forms"])}
    unread = [file for file in result.get("files", ()) if file["status"] != "read"]
    seen = {
        "engine": result["engine"],
        "policies": result.get("policies", []),
        "cautions": list(dict.fromkeys(filter(None, (caution(one) for one in result.get("policies", ()))))),
        "matcher": matched(result.get("matcher", "")),
        "notes": _notes(result.get("notes", [])),
        "units": len({form["unit"] for form in result["forms"]}),
        "years": sorted({form["fiscal_year"] for form in result["forms"]}),
        "forms": len(every),
        "rows": every[:MOST_ROWS],
        "left": max(0, len(every) - MOST_ROWS),
        "heads": [_head(one, hrefs, places) for one in problems if one.first],
        "causes": [_cause(row) for row in grouped[:MOST_CAUSES]],
        "questions": len(result["questions"]),
        "unread": [f"{UNREAD[file['status']]}：{file['name']}：{file.get('reason', '')}" for file in unread[:MOST_FILES]],
        "unread_left": max(0, len(unread) - MOST_FILES),
        "columns": {"rules": page_head(RULES)},
        **standing(result),
        **rules_shown(result),
    }
    return self_contained(TEMPLATE, seen, roots)


def _notes(notes: Sequence[str]) -> list[str]:
    """Notes of many bundles: what was found of each, and what is to be done, which many have in common, once at the end."""
    parts = [note.partition(_INSTEAD) for note in notes]
    return list(
        dict.fromkeys([*(found for found, _, _ in parts), *(f"{_INSTEAD[1:]}{wanted}" for _, _, wanted in parts if wanted)])
    )


def _head(one: ToldProblem, hrefs: Sequence[str], places: Mapping[int, int]) -> Data:
    forms = [{"name": form["name"], "unit": form["unit"], "href": hrefs[places[id(form)]]} for form in one.forms[:MOST_NAMED]]
    return {
        "severity": one.concern["severity"],
        "level": one.level,
        "title": unbroken(one.concern["title"]),
        "advice": unbroken(one.concern["advice"]),
        "stake": unbroken(one.stake),
        "forms": forms,
        "more": max(0, len(one.forms) - MOST_NAMED),
    }


def _cause(row: CauseRow) -> Data:
    return {
        "title": row.title,
        "severity": row.severity,
        "problems": len(row.problems),
        "doubtful": row.doubtful,
        "forms": row.forms,
        "units": row.units,
        "points": "" if row.points is None else format(row.points.normalize(), "f"),
        "money": "" if row.money is None else format(row.money, ",.2f"),
    }
