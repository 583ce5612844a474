"""Problems as every view tells them: a line each, those that come first, and what folds out under one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.language.rules import SEVERITIES
from engine.results.model import Result, ResultConcern, ResultFinding, ResultForm
from engine.results.views.columns import Column, Medium
from engine.values.numerals import plain
from engine.values.rounding import rounded

DOUBTFUL = "待核实"
_WAN = 10_000
_NAMED = 3
_TEXT: tuple[Medium, ...] = ("terminal", "markdown")
_EXCEL: tuple[Medium, ...] = ("excel",)


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem with what it is about: its forms and findings, and whether it is one of those told first."""

    concern: ResultConcern
    forms: Sequence[ResultForm]
    findings: Sequence[ResultFinding]
    first: bool
    units: bool
    """Whether the forms are of several units, so that they are named."""

    @property
    def level(self) -> str:
        """How severe, and that it is doubtful where it is."""
        level = SEVERITIES[self.concern["severity"]]
        return level if self.concern["certain"] else f"{level}·{DOUBTFUL}"

    @property
    def stake(self) -> str:
        """What hangs on it, in words: 20 分, 107.30 万元; empty where nothing does."""
        points, money = self.concern["stake"]["points"], self.concern["stake"]["money_yuan"]
        parts = [f"{plain_text(points)} 分"] if points and Decimal(points) else []
        return "、".join(parts + ([f"{wan(money)} 万元"] if money and Decimal(money) else []))

    @property
    def unit(self) -> str:
        return "、".join(dict.fromkeys(form["unit"] for form in self.forms))

    @property
    def where(self) -> str:
        """The forms it touches, a few of them by name; of several units with the unit."""
        names = list(dict.fromkeys(form["name"] for form in self.forms))
        named = "、".join(names[:_NAMED]) + (f" 等 {len(names)} 张表" if len(names) > _NAMED else "")
        return f"{self.unit}：{named}" if self.units else named

    @property
    def about(self) -> str:
        """Where and what is at stake, for the end of a line."""
        stake = f"涉及 {self.stake}" if self.stake else ""
        more = f"{len(self.findings)} 处" if len(self.findings) > 1 else ""
        return "；".join(filter(None, (self.where, stake, more)))

    @property
    def rules(self) -> list[str]:
        return list(dict.fromkeys(finding["rule"] for finding in self.findings))

    @property
    def bases(self) -> list[str]:
        return list(dict.fromkeys(finding["basis"] for finding in self.findings))


def told(result: Result) -> list[ToldProblem]:
    """The problems of a result in their order, each with its forms and findings."""
    units = len({form["unit"] for form in result["forms"]}) > 1
    first = set(result["head"])
    return [
        ToldProblem(
            concern,
            [result["forms"][n] for n in concern["forms"]],
            [result["findings"][n] for n in concern["findings"]],
            concern["id"] in first,
            units,
        )
        for concern in result["problems"]
    ]


def heads_told(result: Result) -> list[ToldProblem]:
    """Those that are told before all else."""
    return [one for one in told(result) if one.first]


class FormParts:
    """Which problems touch each form of a result and which findings are on it, by their places: these also by the problem."""

    def __init__(self, result: Result) -> None:
        named = [(form.get("bundle"), form["name"]) for form in result["forms"]]
        on: dict[tuple[int | None, str], list[int]] = {}
        for n, item in enumerate(result["findings"]):
            on.setdefault((item.get("bundle"), item["form"]), []).append(n)
        self.findings = [on.get(name, []) for name in named]
        self.problems: list[list[int]] = [[] for _ in named]
        self.of_problem: dict[tuple[int, tuple[int | None, str]], list[int]] = {}
        self.named = named
        for n, one in enumerate(result["problems"]):
            for place in one["forms"]:
                self.problems[place].append(n)
            for number in one["findings"]:
                item = result["findings"][number]
                self.of_problem.setdefault((n, (item.get("bundle"), item["form"])), []).append(number)


def only(result: Result, forms: Sequence[int], parts: FormParts | None = None) -> Result:
    """The result of some of its forms, by their places: with the problems that touch them and the findings on them. `parts`: the
    result's, for who takes one form after another of many. A problem may touch all forms of a result: of its findings only those
    on these forms are kept, so that what is taken of many forms one by one does not grow with their square."""
    parts = parts or FormParts(result)
    kept = {old: new for new, old in enumerate(forms)}
    own = sorted({n for place in forms for n in parts.problems[place]})
    names = list(dict.fromkeys(parts.named[place] for place in forms))
    places = sorted({n for place in forms for n in parts.findings[place]})
    moved = {old: new for new, old in enumerate(places)}
    problems: list[ResultConcern] = [
        {
            **result["problems"][n],
            "forms": [kept[place] for place in result["problems"][n]["forms"] if place in kept],
            "findings": [moved[number] for name in names for number in parts.of_problem.get((n, name), ())],
        }
        for n in own
    ]
    known = {one["id"] for one in problems}
    return {
        **result,
        "forms": [result["forms"][n] for n in forms],
        "findings": [result["findings"][n] for n in places],
        "problems": problems,
        "head": [one for one in result["head"] if one in known],
    }


def plain_text(number: str) -> str:
    """A decimal of the document without noughts at its end."""
    return plain(Decimal(number))


def wan(yuan: str) -> str:
    """元 as 万元 with two places and groups of three digits."""
    return format(rounded(Fraction(yuan) / _WAN, 2), ",f")


def wan_number(yuan: str) -> Decimal:
    """元 as a number of 万元, to a hundredth of a 分."""
    return rounded(Fraction(yuan) / _WAN, 6)


HEAD: tuple[Column[ToldProblem], ...] = (
    Column("级别", lambda one: one.level, "own"),
    Column("先要知道的", lambda one: one.concern["title"], "name"),
    Column("涉及", lambda one: one.about),
)
PROBLEMS: tuple[Column[ToldProblem], ...] = (
    Column("编号", lambda one: one.concern["id"], "own"),
    Column("级别", lambda one: one.level),
    Column("问题", lambda one: one.concern["title"], "name"),
    Column("涉及的表", lambda one: one.where),
    Column("涉及", lambda one: one.stake, on=_TEXT),
    Column("处数", lambda one: len(one.findings), "count"),
    Column("怎么办", lambda one: one.concern["advice"]),
    Column("依据", lambda one: "、".join(one.bases)),
)
