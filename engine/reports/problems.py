"""The problems of a result as a page's template sees them: a line each, the forms as links, and what folds out under it.

Everything here is plain data made ready once for all pages of a result: which problem touches which form and which row, and
where each of them is to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.results.model import Result, ResultEvidence, ResultFinding
from engine.results.reading import clause_ids, numbers_of, row_told, rules_told
from engine.results.views.columns import page_cells, page_head
from engine.results.views.problems import ToldProblem, told
from engine.results.views.tables import RULES, ran
from engine.submission.spoken import BETWEEN

Data = dict[str, Any]
_STOPS = "。；，"
_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_])")
_ROW = re.compile(r"^(.*?)(?:第\d+行(?:第\d+列)?（?)?(表\d+第\d+行)第\d+格")
MOST_OF_ONE = 300
"""Forms that a problem leads to: of more it says how many."""
MOST_AWAY = 12
"""Forms on other pages that a form's page leads to from a problem that they share: of more it says how many."""
_SHORT = 44
"""Characters of a problem's sentence where it is only pointed at."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the forms of a result are to be found: the address of each, and the anchors of those on this page."""

    hrefs: Sequence[str]
    here: Mapping[int, str]
    source: str = ""
    """The one file everything on the page was read from, named in its head and not at every place; empty if there are several."""

    rows: bool = True
    """Whether the page shows the rows of its forms, for links to lead there."""

    @classmethod
    def one_page(cls, result: Result, *, rows: bool = True) -> Site:
        """All forms on one page."""
        here = {n: f"f{n + 1}" for n in range(len(result["forms"]))}
        return cls([f"#{anchor}" for anchor in here.values()], here, source_of(result), rows)

    def place(self, where: str) -> str:
        """A place as the page tells it: without the file where it is the page's one."""
        return where.removeprefix(f"{self.source}：") if self.source else where


class Shown:
    """A result, and what its pages show of its problems."""

    def __init__(self, result: Result, titles: Mapping[str, str]) -> None:
        """`titles`: those of the rules, by their ids."""
        self._titles = titles
        self.result, self.all = result, told(result)
        self._form: dict[tuple[int | None, str], int] = {}
        self._named: dict[tuple[int, str], list[int]] = {}
        self._rows: dict[str, tuple[int, int]] = {}
        for place, form in enumerate(result["forms"]):
            self._form.setdefault((form.get("bundle"), form["name"]), place)
            for number, item in enumerate(form["indicators"], start=1):
                self._named.setdefault((place, item["name"]), []).append(number)
                self._rows.setdefault(_keys(item["where"])[0], (place, number))
        self.touching: list[list[ToldProblem]] = [[] for _ in result["forms"]]
        for one in self.all:
            for place in one.concern["forms"]:
                self.touching[place].append(one)
        self._own: dict[tuple[str, int | None], list[ResultFinding]] = {}  # the findings of a problem by their form
        self._homes: dict[str, list[int]] = {}  # the forms that a problem's findings are on
        self._marks: dict[int, dict[int, dict[str, Data]]] = {}
        for one in self.all:
            touched = set(one.concern["forms"])
            for finding in one.findings:
                self._own.setdefault((one.concern["id"], self._home(finding)), []).append(finding)
                for of, number in self._touched(finding):
                    if of in touched:
                        self._marks.setdefault(of, {}).setdefault(number, {})[one.concern["id"]] = _named(one)
            homes = {home for finding in one.findings if (home := self._home(finding)) is not None}
            self._homes[one.concern["id"]] = sorted(homes)
        self._categories = {one.concern["id"]: list(dict.fromkeys(f["category"] for f in one.findings)) for one in self.all}

    def problems(self, site: Site) -> list[Data]:
        """The problems that touch the forms of a page, in their order, with their findings on it; on a page without forms all."""
        if len(site.here) == 1:  # one of many, whose problems are known
            return [self._whole(one, site) for place in site.here for one in self.touching[place]]
        return [self._whole(one, site) for one in self.all if not site.here or site.here.keys() & set(one.concern["forms"])]

    def marks(self, place: int) -> dict[int, list[Data]]:
        """The problems that touch the rows of a form, by the numbers of the rows."""
        return {number: list(problems.values()) for number, problems in self._marks.get(place, {}).items()}

    def pointed(self, place: int) -> list[Data]:
        """The problems that touch a form, each to be pointed at."""
        return [{**_named(one), "title": cut(one.concern["title"]), **_standing(one)} for one in self.touching[place]]

    def _whole(self, one: ToldProblem, site: Site) -> Data:
        concern = one.concern
        own = self._here(one, site)
        listed = own if site.here else []
        homes = self._homes[concern["id"]] if site.here else []
        away = [place for place in homes if place not in site.here]
        shown = MOST_AWAY if away else MOST_OF_ONE
        first = f"#{_anchor(one)}"
        return {
            **_named(one),
            **_standing(one),
            "href": first if site.here or len(concern["forms"]) != 1 else site.hrefs[concern["forms"][0]] + first,
            "title": unbroken(concern["title"]),
            "first": one.first,
            "advice": unbroken(concern["advice"]),
            "stake": unbroken(one.stake),
            "count": len(one.findings),
            "here": len(own),
            "one_form": len({self._home(finding) for finding in own}) < 2,
            "categories": self._categories[concern["id"]],
            "forms": [self._link(place, one, site) for place in concern["forms"][:shown]],
            "reach": len(concern["forms"]),
            "rules": list(self._by_rule(listed, one, site)),
            "elsewhere": [self._link(place, one, site) for place in away[:MOST_AWAY]],
            "away": len(away),
        }

    def _here(self, one: ToldProblem, site: Site) -> list[ResultFinding]:
        """The findings of a problem that are on the forms of a page, or on none."""
        if len(site.here) != 1:
            return [f for f in one.findings if (place := self._home(f)) is None or place in site.here]
        number = one.concern["id"]  # of many pages each is made from its own
        return [finding for place in (None, *site.here) for finding in self._own.get((number, place), ())]

    def _link(self, place: int, one: ToldProblem, site: Site) -> Data:
        """A form as a link; where it is on another page, to what is told there of the problem."""
        form, href = self.result["forms"][place], site.hrefs[place]
        own = place in site.here or "#" in href
        return {"name": form["name"], "unit": form["unit"] if one.units else "", "href": href if own else f"{href}#{_anchor(one)}"}

    def _by_rule(self, findings: Sequence[ResultFinding], one: ToldProblem, site: Site) -> Iterator[Data]:
        """Findings under what they share: the rule and its clause, and the advice where all have the same."""
        groups: dict[tuple[str, ...], list[ResultFinding]] = {}
        for finding in findings:
            key = (finding["rule"], finding["basis"], finding["severity"], *finding.get("derived_by", ()))
            groups.setdefault(key, []).append(finding)
        for group in groups.values():
            first = group[0]
            advices = {finding["advice"] for finding in group}
            shared = first["advice"] if len(advices) == 1 and first["advice"] != one.concern["advice"] else ""
            yield {
                "rule": first["rule"],
                "title": first.get("title", ""),
                "category": first["category"],
                "basis": first["basis"],
                "severity": first["severity"] if first["severity"] != one.concern["severity"] else "",
                "derived_by": [self._titles.get(rule, rule) for rule in first.get("derived_by", ())],
                "advice": unbroken(shared),
                "findings": [self._finding(finding, one, site, apart=len(advices) > 1) for finding in group],
            }

    def _finding(self, finding: ResultFinding, one: ToldProblem, site: Site, *, apart: bool) -> Data:
        place = self._home(finding)
        form = self._link(place, one, site) if place is not None else {"name": finding["form"], "href": "", "unit": ""}
        rows = [number for of, number in self._touched(finding) if of == place] if site.rows else []
        return {
            "form": form,
            "subject": finding["subject"] if finding["subject"] != finding["form"] else "",
            "indicator": f"{site.here[place]}-i{rows[0]}" if place is not None and place in site.here and rows else "",
            "message": "" if _same(finding["message"], one.concern["title"]) else unbroken(finding["message"]),
            "rows": [unbroken(row_told(row)) for row in finding.get("rows", ())],
            "advice": unbroken(finding["advice"]) if apart and finding["advice"] != one.concern["advice"] else "",
            "evidence": [self._evidence(item, site) for item in finding["evidence"]],
        }

    def _evidence(self, item: ResultEvidence, site: Site) -> Data:
        title = item.get("title") or item["field"]
        return {"title": title, "field": item["field"], "value": item["value"], "where": site.place(item["where"])}

    def _home(self, finding: ResultFinding) -> int | None:
        return self._form.get((finding.get("bundle"), finding["form"]))

    def _touched(self, finding: ResultFinding) -> list[tuple[int, int]]:
        """The rows (form, number of the indicator) a finding is about: its own by name, and those its evidence stands in."""
        rows = [self._rows[key] for item in finding["evidence"] for key in _keys(item["where"]) if key in self._rows]
        home = self._home(finding)
        named = [] if home is None else [(home, number) for number in self._named.get((home, finding["subject"]), ())]
        own = [row for row in named if row in rows] or named[:1]
        return list(dict.fromkeys([*own, *rows]))


def around(part: Result, shown: Shown, site: Site, policy: Policy) -> Data:
    """What a template needs to tell the problems of the forms on its page, which `part` holds: the problems, those that come
    first, how many there are, what they can be filtered by, and the clauses and tiers they speak of."""
    problems = shown.problems(site)
    return {
        "problems": problems,
        "heads": [problem for problem in problems if problem["first"]],
        "clauses": _clauses(part, policy),
        "tiers": {band.id: band.label for band in policy.scoring.tiers},
        **standing(part),
    }


def on_one_page(result: Result, policy: Policy) -> Data:
    """The problems of a result and what came of the rules, for a page that shows nothing of the forms' rows."""
    site = Site.one_page(result, rows=False)
    told_of = {"source": site.source, "columns": {"rules": page_head(RULES)}, **rules_shown(result)}
    return {**around(result, Shown(result, titles_of(policy)), site, policy), **told_of}


def titles_of(policy: Policy) -> dict[str, str]:
    """The titles of a policy's rules, by their ids."""
    return {name: rule.title for name, rule in policy.rules.rules.items()}


def standing(result: Result) -> Data:
    """What every page with problems has beside them: how many there are, and what they can be filtered by."""
    categories = {finding["category"] for finding in result["findings"]}
    return {
        "tally": numbers_of(result["problems"]),
        "doubtful": sum(not concern["certain"] for concern in result["problems"]),
        "categories": {key: title for key, title in CATEGORIES.items() if key in categories},
        "severities": dict(SEVERITIES),
    }


def rules_shown(result: Result) -> Data:
    """What came of the rules: each with its title, what came of it, how often and why, and all in one sentence."""
    rules = result.get("rules", [])
    return {"rules": [{**rule, "cells": page_cells(RULES, rule)} for rule in ran(result)], "rules_told": rules_told(rules)}


def unbroken(text: str) -> str:
    """Text in which a number and its unit stay on one line."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def _named(one: ToldProblem) -> Data:
    return {"id": _anchor(one), "number": one.concern["id"]}


def _standing(one: ToldProblem) -> Data:
    return {"severity": one.concern["severity"], "level": one.level, "certain": one.concern["certain"]}


def _anchor(one: ToldProblem) -> str:
    return one.concern["id"].lower()


def _keys(where: str) -> tuple[str, ...]:
    """What a row is known by, of the place of one of its cells: the row of the table, or what the cell's name is put after."""
    if found := _ROW.match(where):
        return (found[1] + found[2],)
    return where, where.rpartition(BETWEEN)[0]


def cut(text: str) -> str:
    """The beginning of a sentence: to the last clause that has room, or else not in the midst of a number."""
    if len(text) <= _SHORT:
        return unbroken(text)
    end = max(text.rfind(stop, _SHORT // 2, _SHORT) for stop in _STOPS)
    kept = text[:end] if end > 0 else re.sub(r"[\d.,%％‰]+$", "", text[:_SHORT])
    return unbroken(kept.rstrip(f"{_STOPS}、“（ ")) + "…"


def _same(message: str, title: str) -> bool:
    return message.rstrip(_STOPS) == title.rstrip(_STOPS)


def source_of(result: Result) -> str:
    """The one file all of a result was read from; empty if there are several."""
    files = {form["where"].partition("：")[0] for form in result["forms"] if "：" in form["where"]}
    files |= {item["file"] for finding in result["findings"] for item in finding["evidence"] if "file" in item}
    return files.pop() if len(files) == 1 else ""


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
