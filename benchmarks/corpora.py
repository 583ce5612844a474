"""Corpora for benchmarks: many bundles of one department and its projects, seeded, with mistakes planted at known rates.

    python benchmarks/corpora.py BUNDLES > forms.jsonl

Distribution. A bundle is a department form and 3 project forms of 40 indicators each (`random_forms.submission` for one form). An
indicator is quantitative in 8 of 9 cases, missed in 1 of 8; amounts are spread evenly from 50 to 9,000 (万元); 1 in 4 of the
department's indicators stand on a project form as well, under the same name and 二级指标. Unit and project names are unique;
indicator names come from 144 subjects times 9 shapes, and 1 in 3 carries a place name of its own.

Planted mistakes, each on a form of its own, so that they can be counted exactly (`planted`):
- `score`: an indicator that missed its target by 50 % with full marks (scoring.more-than-formula, which `over` breaks as well)
- `satisfaction`: a satisfaction rate as an output (classification.satisfaction-under-output)
- `over`: an indicator scored above its weight (scoring.above-weight)
- `total`: a total that is 5 points above the sum of its parts (arithmetic.total-not-sum)
- `level2`: an indicator under different 二级指标 on two forms (classification.level2-differs-across-forms)
"""

from __future__ import annotations

import dataclasses
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from random_forms import SUBJECTS, submission

from engine.errors import Place
from engine.submission import record
from engine.submission.model import Cell, Form, Indicator, Submission

RATES = {"score": 40, "satisfaction": 60, "over": 90, "total": 70, "level2": 50}
"""One bundle in so many has the mistake."""
RULES = {
    "score": "scoring.more-than-formula",
    "satisfaction": "classification.satisfaction-under-output",
    "over": "scoring.above-weight",
    "total": "arithmetic.total-not-sum",
    "level2": "classification.level2-differs-across-forms",
}
PLACES = ["东", "西", "南", "北", "上", "下", "大", "小", "新", "老"]
NOWHERE = Place("form", 1)
CLEAN = [
    ("产出指标", "数量指标", "{}处数", "处"),
    ("产出指标", "数量指标", "{}人数", "人"),
    ("产出指标", "质量指标", "{}合格率", "%"),
    ("产出指标", "时效指标", "{}及时率", "%"),
    ("效益指标", "社会效益指标", "{}受益率", "%"),
    ("效益指标", "生态效益指标", "{}改善情况", ""),
    ("效益指标", "经济效益指标", "{}增收", "万元"),
    ("效益指标", "满意度指标", "{}满意度", "%"),
]


def _indicator(rng: random.Random, n: int, weight: Decimal) -> Indicator:
    level1, level2, shape, unit = CLEAN[n % len(CLEAN)]
    subject = "".join(rng.sample(SUBJECTS, 2))
    if rng.random() < 1 / 3:
        subject = "".join(rng.sample(PLACES, 3)) + "村" + subject
    name = shape.format(f"{n}号{subject}")
    if not unit:
        return _made(name, level1, level2, weight, f"改善{subject}状况", "已完成，状况明显改善", weight)
    target = rng.randint(60, 95) if unit == "%" else rng.randint(10, 400)
    missed = rng.random() < 1 / 8
    actual = rng.randint(target * 6 // 10, target - 1) if missed else target
    score = weight if not missed else _half_up(weight * actual, target)
    return _made(name, level1, level2, weight, f"{target}{unit}", f"{actual}{unit}", score)


def _half_up(part: Decimal, whole: int) -> Decimal:
    return Decimal((2 * int(part * 100) + whole) // (2 * whole)) / 100


def _made(name: str, level1: str, level2: str, *texts: Any) -> Indicator:
    return Indicator(name, level1, level2, NOWHERE, *(Cell(str(text), NOWHERE) for text in texts))


def bundles(count: int, first: int = 0) -> Iterator[tuple[Submission, set[str]]]:
    """Bundles, each with the mistakes planted in it. The same number gives the same bundle."""
    for number in range(first, first + count):
        yield bundle(number)


def bundle(number: int) -> tuple[Submission, set[str]]:
    rng = random.Random(number)
    planted = {name for name, rate in RATES.items() if rng.randrange(rate) == 0}
    weight = Decimal("2")
    department = [_indicator(rng, n, weight) for n in range(40)]
    forms = [_form(rng, number, "department", "部门整体支出", department, planted & {"total"})]
    for project in range(3):
        made = [_indicator(rng, n, weight) for n in range(40)]
        for n in range(0, 40, 4):
            if n % 3 == project:
                made[n] = department[n]
        if project == 0:
            _plant(made, department, planted)
        forms.append(_form(rng, number, "project", f"{rng.choice(SUBJECTS)}专项{number}-{project}", made, set()))
    return Submission(tuple(forms), "hubei", "hubei/2021"), planted


def _plant(made: list[Indicator], department: list[Indicator], planted: set[str]) -> None:
    two = Decimal(2)
    if "score" in planted:
        made[7] = _made("7号植树造林任务处数", "产出指标", "数量指标", two, "100处", "50处", two)
    if "satisfaction" in planted:
        made[14] = _made("14号办事群众满意率", "产出指标", "数量指标", two, "90%", "90%", two)
    if "over" in planted:
        made[21] = _made("21号设备更新处数", "产出指标", "数量指标", two, "10处", "10处", "2.5")
    if "level2" in planted:
        made[29] = dataclasses.replace(department[29], level2="可持续影响指标")


def _form(rng: random.Random, number: int, kind: str, name: str, made: list[Indicator], planted: set[str]) -> Form:
    shell = submission(rng.randrange(10**9), 5).forms[0]  # its budget line and execution score
    line = dataclasses.replace(shell.budget[0], place=NOWHERE)
    assert line.score is not None
    total = Decimal(line.score.text) + sum(Decimal(item.score.text) for item in made if item.score)
    total += 5 if "total" in planted else 0
    goals = tuple(
        dataclasses.replace(shell.goals[n], groups=(), indicators=tuple(made[8 * n : 8 * n + 8]), place=NOWHERE) for n in range(5)
    )
    return Form(kind, name, f"单位{number}", 2021, NOWHERE, budget=(line,), goals=goals, total=Cell(str(total), NOWHERE))


def main() -> None:
    count: Counter[str] = Counter()
    for made, planted in bundles(int(sys.argv[1])):
        count.update(planted)
        sys.stdout.write(json.dumps(record.to_data(made), ensure_ascii=False) + "\n")
    print(dict(count), file=sys.stderr)


if __name__ == "__main__":
    main()
