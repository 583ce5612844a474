"""1,000 units with 40 indicators each rolled up: in one step, by levels, and written as record, page and workbook.

    python benchmarks/rollup.py [UNITS]

Ratios are against scoring the same forms alone in the same run: absolute times say more about the machine than about the
engine. Half as many units are rolled up too: a ratio near 2 between the two says that time grows with the number of units.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.errors import Place
from engine.policy.loading import load
from engine.rollup.document import data
from engine.rollup.ranking import ranking
from engine.rollup.run import roll_up
from engine.rollup.units import Node, UnitTree
from engine.rollup.views.html import render
from engine.rollup.views.workbook import workbook
from engine.scoring.form import evaluate
from engine.submission import record
from engine.submission.model import BudgetLine, Cell, Form, Goal, Indicator, Submission

UNITS, INDICATORS, COUNTIES = 1_000, 40, 10


_NAMES = ("培训人数", "学员合格率", "就业服务水平", "学员投诉次数")
"""Names that say which way is better: what has none is left to a human, and the form has no total."""


def province(units: int, seed: int = 1) -> list[Form]:
    """Forms of one project by many units: a quarter each of counts, rates, words and limits. The same seed gives the same."""
    rng = random.Random(seed)
    return [_form(rng, number) for number in range(units)]


def _form(rng: random.Random, number: int) -> Form:
    place = Place(f"unit-{number}.json", 1)

    def cell(text: str) -> Cell:
        return Cell(text, place)

    indicators = []
    for n in range(INDICATORS):
        level1, level2 = ("产出指标", "数量指标") if n < INDICATORS // 2 else ("效益指标", "社会效益指标")
        score = "2"
        if n % 4 == 0:
            target, actual = f"{10 * (n + 1)}人", f"{rng.randint(5 * (n + 1), 14 * (n + 1))}人"
        elif n % 4 == 1:
            target, actual = "≥90%", f"{rng.randint(7000, 10000) / 100}%"
        elif n % 4 == 2:
            target, actual = "提高服务水平", rng.choice(["已完成", "明显提高", "在一定程度上提高了服务水平"])
            score = "1.5" if actual.startswith("在") else "2"
        else:
            target, actual = "≤4次", f"{rng.randint(0, 6)}次"
        name = f"{_NAMES[n % 4]}（第{n + 1}批）"
        indicators.append(Indicator(name, level1, level2, place, *map(cell, ("2", target, actual, score))))
    budget = Decimal(rng.randint(5_000, 900_000)) / 100
    executed = (budget * rng.choice([100, 99, 97, 92, 85, 60]) / 100).quantize(Decimal("0.01"))
    line = BudgetLine("年度财政资金总额", "total", place, "万元", None, cell(str(budget)), cell(str(executed)))
    goal = Goal(1, "目标", place, None, (), tuple(indicators))
    return Form("project", "职业培训专项", f"第{number:05}县人社局", 2021, place, budget=(line,), goals=(goal,))


def tree(forms: list[Form]) -> UnitTree:
    """Cities of COUNTIES counties each under one province."""
    nodes = {"省": Node("省", "省")}
    for number, form in enumerate(forms):
        city = f"第{number // COUNTIES}市"
        if city not in nodes:
            nodes[city] = Node(city, city, "省")
            nodes["省"].children.append(city)
        nodes[form.unit] = Node(form.unit, form.unit, city)
        nodes[city].children.append(form.unit)
    return UnitTree(nodes, "省")


def memory() -> tuple[float, float]:
    """Resident and peak memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * resource.getpagesize() / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    made = work()
    return time.process_time() - begin, made


def main() -> None:
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    policy = load("hubei/2021")
    forms = province(units)
    roll_up(forms[:10], policy, "unit")  # everything imported
    base = memory()[0]
    scoring, _ = timed(lambda: [evaluate(Submission((form,), "hubei", policy.id), policy) for form in forms])
    half, _ = timed(lambda: roll_up(forms[: units // 2], policy, "unit"))
    one, done = timed(lambda: roll_up(forms, policy, "unit", name="省"))
    after = memory()[0]
    levels, by_level = timed(lambda: roll_up(forms, policy, "region", tree=tree(forms)))
    same = [
        [item.rolled.numbers if item.rolled else () for goal in made.submission.forms[0].goals for item in goal.indicators]
        for made in (done, by_level)
    ]
    writing, text = timed(lambda: record.dump_json(done.submission))
    reading, _ = timed(lambda: record.load(text, "json"))
    ranked, ranks = timed(lambda: ranking(forms, policy))
    rolled = data(by_level)
    page, html = timed(lambda: render(ranks, rolled))
    book, sheet = timed(lambda: workbook(ranks, rolled))
    equal = "equal" if same[0] == same[1] else "NOT equal"
    print(f"{units} units × {INDICATORS} indicators; {len(by_level.levels)} levels; one step and by levels: {equal}")
    print(f"{'step':<44}{'cpu s':>8}{'units/s':>9}{'ratio to scoring':>18}")
    for name, seconds in (
        ("scoring alone (recognise, score)", scoring),
        (f"rolled up in one step, {units // 2} units", half),
        (f"rolled up in one step, {units} units", one),
        ("rolled up by levels", levels),
        (f"record as JSON ({len(text) / 2**20:.1f} MiB)", writing),
        ("record read back", reading),
        ("ranking with findings (both matchers)", ranked),
        (f"page ({len(html) / 2**20:.1f} MiB)", page),
        (f"workbook ({len(sheet) / 2**20:.1f} MiB)", book),
    ):
        print(f"{name:<44}{seconds:>8.2f}{units / seconds:>9.0f}{seconds / scoring:>18.2f}")
    held, peak = after - base, memory()[1]
    print(f"twice the units take {one / half:.2f} times as long; rolled up holds {held:.0f} MiB, peak of all {peak:.0f} MiB")


if __name__ == "__main__":
    main()
