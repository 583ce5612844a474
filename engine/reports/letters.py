"""退回修改通知: a Word letter to each unit with its problems, what to change and by when, through a template an officer edits.

The letter is told from the problems of the unit's results and from what is still to be answered. Which of them make a letter,
and in which part they stand, says `templates/word/letter.yaml`; every sentence is there or in `templates/word/letter.docx`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import PolicyError, Problem
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.reports.proviso import proviso
from engine.results.model import Result, ResultEvidence, ResultForm, ResultQuestion
from engine.results.reading import differs, form_kind, grades_differ, readings_told
from engine.results.views.problems import ToldProblem, told
from engine.templating.filters import closed
from engine.templating.word import fill
from engine.yaml.reader import YamlDocument, load_file

TEMPLATE = "word/letter.docx"
PARTS = "word/letter.yaml"
Data = dict[str, Any]
_ROW = re.compile(r"表\d+第\d+行")
_PLACES = 3
"""Places of one spot, at the most: evidence beyond them is in the workbook."""
_STOPS = "。；，"


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A part of a letter: its title and sentence, which problems stand in it, and whether they alone make a letter."""

    title: str
    ask: str
    severities: tuple[str, ...]
    categories: tuple[str, ...]
    certain: bool | None
    questions: bool
    returns: bool

    def takes(self, one: ToldProblem) -> bool:
        """Whether a problem stands in it."""
        fits = self.certain is None or self.certain == one.concern["certain"]
        category = one.findings[0]["category"] if one.findings else ""
        within = one.concern["severity"] in self.severities and category in self.categories
        return not self.questions and fits and within


def parts_of(roots: Sequence[Path]) -> tuple[LetterPart, ...]:
    """The parts of a letter, from the first of `roots` that says them. Raises PolicyError with the line of what is wrong."""
    path = next((root / PARTS for root in roots if (root / PARTS).is_file()), roots[-1] / PARTS)
    document = load_file(path)
    listed = document.data.get("parts") if isinstance(document.data, dict) else None
    if not isinstance(listed, list) or not listed:
        raise PolicyError(Problem(document.place(()), "没有写通知分哪几部分", "parts: [{title: …, ask: …}]", code="template.parts"))
    made = [_part(document, n, item) for n, item in enumerate(listed)]
    if problems := [one for one in made if isinstance(one, Problem)]:
        raise PolicyError(problems)
    return tuple(one for one in made if isinstance(one, LetterPart))


_LISTS = {"severity": SEVERITIES, "category": CATEGORIES}
_KEYS = {"title": str, "ask": str, "severity": list, "category": list, "certain": bool, "questions": bool, "returns": bool}


def _part(document: YamlDocument, number: int, item: Any) -> LetterPart | Problem:
    path = ("parts", number)
    if not isinstance(item, dict) or not isinstance(item.get("title"), str):
        return Problem(document.place(path), "这一部分没有写标题", "{title: …, ask: …, severity: [error]}", code="template.parts")
    for key, value in item.items():
        kind = _KEYS.get(key)
        if kind is None:
            return Problem(document.place((*path, key), key=True), f"没有“{key}”这一项", "、".join(_KEYS), code="template.parts")
        known = _LISTS.get(key, {})
        if not isinstance(value, kind) or (isinstance(value, list) and not all(item in known for item in value)):
            expected = "、".join(known) or {str: "文字", bool: "true 或 false"}[kind]
            return Problem(document.place((*path, key)), f"“{key}”的值不对", expected, code="template.parts")
    return LetterPart(
        item["title"],
        item.get("ask", ""),
        tuple(item.get("severity", SEVERITIES)),
        tuple(item.get("category", CATEGORIES)),
        item.get("certain"),
        item.get("questions", False),
        item.get("returns", True),
    )


def letter(
    unit: str, results: Sequence[tuple[Result, Policy]], roots: Sequence[Path], parts: Sequence[LetterPart], by: date | None = None
) -> bytes | None:
    """The letter to a unit, from the results of all it filed; None where nothing of them is to be returned.

    `by`: the day by which it is to file again; without it the letter leaves a gap to be filled in. Raises PolicyError where the
    template cannot be used.
    """
    seen = values(unit, results, parts, by)
    if not any(part["returns"] for part in seen["parts"]):
        return None
    template = next((root / TEMPLATE for root in roots if (root / TEMPLATE).is_file()), roots[-1] / TEMPLATE)
    return fill(template, seen, seen["unit"], own=True)


def values(unit: str, results: Sequence[tuple[Result, Policy]], parts: Sequence[LetterPart], by: date | None) -> Data:
    """What the template sees."""
    forms = [form for result, _ in results for form in result["forms"]]
    problems = [(one, policy) for result, policy in results for one in told(result)]
    questions = [question for result, _ in results for question in result["questions"]]
    several = len({form["name"] for form in forms}) > 1
    shown: list[Data] = []
    number = 0
    left = list(problems)
    for part in parts:
        own = [(one, policy) for one, policy in left if part.takes(one)]
        left = [item for item in left if item not in own]
        rows = [_problem(one, policy, several) for one, policy in own]
        rows += [_question(question, several) for question in questions] if part.questions else []
        for row in rows:
            number += 1
            row["number"] = str(number)
        if rows:
            shown.append({"title": part.title, "ask": part.ask, "returns": part.returns, "rows": rows, "count": str(len(rows))})
    return {
        "unit": unit,
        "year": "、".join(dict.fromkeys(str(form["fiscal_year"]) for form in forms)),
        "by": {"year": str(by.year), "month": str(by.month), "day": str(by.day)} if by else "",
        "caution": "。".join(dict.fromkeys(filter(None, (proviso(result.get("policy"), policy) for result, policy in results)))),
        "policies": list(dict.fromkeys(policy.title for result, policy in results if result.get("policy"))),
        "forms": [_form(form) for form in forms],
        "apart": [_form(form) for form in forms if differs(form["scores"]["total"]) or grades_differ(form)],
        "parts": shown,
        "sources": _sources(shown),
        "count": str(number),
    }


def _sources(parts: Iterable[Data]) -> list[Data]:
    """The documents the problems rest on, each with the clauses cited of it; a practice is in none."""
    held: dict[str, dict[str, None]] = {}
    for row in (row for part in parts for row in part["rows"]):
        for clause in (clause for one in (row, *row["spots"]) for clause in one["basis"]):
            if not clause["practice"]:
                held.setdefault(clause["source"], {})[clause["title"]] = None
    return [{"title": source, "clauses": list(clauses)} for source, clauses in held.items()]


def _form(form: ResultForm) -> Data:
    total, grade = form["scores"]["total"], form["grade"]
    return {
        "name": form["name"],
        "kind": form_kind(form["kind"]),
        "reported": total["reported"] or "",
        "computed": total["computed"] or "",
        "grade_reported": grade["reported"] or "",
        "grade": grade["computed"] or "",
    }


def _problem(one: ToldProblem, policy: Policy, several: bool) -> Data:
    """A problem: its sentence and what to do about it, the clauses, and its spots where they say more than that."""
    spots = list(_spots(one, policy, several))
    place = ""
    if len(spots) == 1 and not spots[0]["text"] and spots[0]["advice"] in ("", one.concern["advice"]):
        place, spots = spots[0]["at"], []
    return {
        "title": closed(one.concern["title"]),
        "at": place,
        "advice": closed(one.concern["advice"]),
        "spots": spots,
        "basis": [] if spots else _basis(one.bases, policy),
        "stake": closed(one.stake),
    }


def _question(question: ResultQuestion, several: bool) -> Data:
    return {
        "title": closed(question["ask"]) or question["subject"],
        "at": "、".join(question["forms"]) if several else "",
        "advice": readings_told(question["readings"]),
        "spots": [],
        "basis": [],
        "stake": f"{question['stake']}分" if question["stake"] else "",
    }


def _basis(bases: Iterable[str], policy: Policy) -> list[Data]:
    """The clauses, each once."""
    clauses = [policy.clauses[basis] for basis in dict.fromkeys(bases) if basis in policy.clauses]
    return [{"title": c.title, "source": c.source_title, "practice": c.evidence == "practice"} for c in clauses]


def _spots(one: ToldProblem, policy: Policy, several: bool) -> Iterator[Data]:
    """Where a problem is: the form, the indicators and rows, what is said of them where the title does not, what to do where that
    is not what the problem says. Findings that say the same of several indicators are one spot."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    bases: dict[tuple[str, str, str], list[str]] = {}
    advised = {one.concern["advice"]}
    for finding in one.findings:
        message = finding["message"].rstrip(_STOPS)
        text = "" if message in one.concern["title"] else message
        advice = "" if finding["advice"] in advised else finding["advice"]
        subject = "" if finding["subject"] == finding["form"] or f"“{finding['subject']}”" in text else finding["subject"]
        rows = _rows(finding["evidence"])
        spot = f"“{subject}”（{rows}）" if subject and rows else f"“{subject}”" if subject else rows
        key = (finding["form"] if several else "", text, advice)
        lines.setdefault(key, []).append(spot)
        bases.setdefault(key, []).append(finding["basis"])
    for key, spots in lines.items():
        form, text, advice = key
        at = "、".join(dict.fromkeys(filter(None, spots)))
        where = "：".join(filter(None, (form, at)))
        yield {"at": where, "text": closed(text), "advice": closed(advice), "basis": _basis(bases[key], policy)}


def _rows(evidence: Iterable[ResultEvidence]) -> str:
    """The rows of the form's tables in which the evidence stands; a body that filed a text knows of no rows but these."""
    found = dict.fromkeys(row[0] for item in evidence if (row := _ROW.search(item["where"])))
    return "、".join(list(found)[:_PLACES])
