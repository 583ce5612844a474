"""Invented self-evaluations with the variety of filed ones, for impact studies: seeded, one unit a bundle, Hubei's layout of 2021.

    python benchmarks/realistic.py DIR [--units 240] [--first-seed 0]        a JSON record a unit

The distribution, per unit: in one of four a department form beside one or two project forms, else one project form. Per form: 8
to 30 indicators under two to four goals, 40 points for 产出, 40 for 效益, each split in steps of half a point.

| kind of indicator | share | outcome |
|---|---|---|
| quantitative, more is better | 62 % | met 78 % (one in six of these by 30 % and more), else 40–99 % of the target |
| quantitative, less is better | 12 % | met 80 %, else 5–150 % above; target 0 in one of four (then 1–3 where missed) |
| deadline | 5 % | kept 85 %, else a month or two late |
| qualitative | 20 % | worded as met 65 %, in part 25 %, not met 8 %, nothing to judge by 2 %; own score inside the tier |
| not applicable, or no actual value | 1 % | – |

Budgets: executed in full 45 %, 95–100 % 25 %, 80–95 % 20 %, 50–80 % 10 %. Scores are the body's own by Hubei's formulas, but full
marks though missed in one of twenty. Shares follow what the four seed forms and sixty published ones show; they are no statistics.
"""

from __future__ import annotations

import argparse
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from random_forms import BENEFITS, OUTPUTS, SUBJECTS

from engine.errors import Place
from engine.submission import record
from engine.submission.model import BudgetLine, Cell, Form, Goal, Group, Indicator, Submission
from engine.values.rounding import rounded

_LESS = [
    ("产出指标", "成本指标", "{}单位成本", "万元"),
    ("产出指标", "成本指标", "{}费用控制", "万元"),
    ("产出指标", "质量指标", "{}差错率", "%"),
    ("效益指标", "社会效益指标", "{}投诉次数", "次"),
    ("效益指标", "社会效益指标", "{}重大安全事故次数", "次"),
]
_WORDED = [("社会效益指标", "{}水平"), ("可持续影响指标", "{}长效机制"), ("生态效益指标", "{}环境"), ("社会效益指标", "{}影响力")]
_MET = ["已完成", "达成预期指标", "明显改善", "显著提升"]
_PART = ["有所改善", "部分完成", "在一定程度上提升", "基本完成，效果一般"]
_UNMET = ["未完成", "未开展"]
_UNCLEAR = ["持续推进中", "详见附件", "正在实施"]


def bundle(seed: int) -> Submission:
    """One unit's forms. The same seed gives the same forms."""
    rng = random.Random(f"realistic {seed}")
    unit = f"{rng.choice(SUBJECTS)}服务中心{seed}"
    forms = []
    if rng.random() < 1 / 4:
        forms.append(_form(rng, seed, 0, "department", "部门整体支出", unit))
        forms += [_project(rng, seed, n, unit) for n in range(1, rng.randint(1, 2) + 1)]
    else:
        forms.append(_project(rng, seed, 1, unit))
    return Submission(tuple(forms), "hubei", "hubei/2021")


def _project(rng: random.Random, seed: int, number: int, unit: str) -> Form:
    return _form(rng, seed, number, "project", f"{rng.choice(SUBJECTS)}{rng.choice(SUBJECTS)}专项{number}", unit)


def _form(rng: random.Random, seed: int, number: int, kind: str, name: str, unit: str) -> Form:
    place = Place(f"unit-{seed}.json", path=f"forms[{number}]")
    count = rng.randint(8, 30)
    outputs = max(4, count * rng.randint(5, 7) // 10)
    made = [
        _indicator(rng, level1, weight, place)
        for level1, many in (("产出指标", outputs), ("效益指标", max(3, count - outputs)))
        for weight in _split(rng, Decimal(40), many)
    ]
    rng.shuffle(made)
    goals, parts = [], rng.randint(2, 4)
    for n in range(parts):
        part = sorted(made[n::parts], key=lambda item: item.level1)
        groups = tuple(dict.fromkeys(Group(item.level1, item.level2, None, place) for item in part))
        goals.append(Goal(n + 1, f"目标{n + 1}：推进{rng.choice(SUBJECTS)}", place, None, groups, tuple(part)))
    line, score = _budget(rng, place, kind)
    total = score + sum((Decimal(item.score.text) for item in made if item.score), Decimal(0))
    return Form(
        kind, name, unit, 2021, place, budget=(line,), goals=tuple(goals), total=Cell(f"{total}", place),
        analysis=Cell("受客观因素影响，个别指标未完成。", place), remedies=Cell("加强预算绩效管理。", place),
    )  # fmt: skip


def _split(rng: random.Random, whole: Decimal, many: int) -> list[Decimal]:
    """`whole` in `many` parts, in steps of half a point, none below half a point."""
    steps = int(whole * 2) - many
    cuts = sorted(rng.randint(0, steps) for _ in range(many - 1))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, steps], strict=True)]
    return [Decimal(part + 1) / 2 for part in parts]


def _budget(rng: random.Random, place: Place, kind: str) -> tuple[BudgetLine, Decimal]:
    budget = Decimal(rng.randint(5_000, 900_000)) / 100
    chance = rng.random()
    low, high = (1000, 1000) if chance < 0.45 else (950, 999) if chance < 0.7 else (800, 949) if chance < 0.9 else (500, 799)
    executed = (budget * rng.randint(low, high) / 1000).quantize(Decimal("0.01"))
    score = rounded(min(Fraction(20), 20 * Fraction(executed) / Fraction(budget)), 2)
    name = "部门整体支出总额" if kind == "department" else "年度财政资金总额"
    texts = (f"{budget}", f"{executed}", f"{executed / budget * 100:.2f}%", "20", f"{score}")
    return BudgetLine(name, "total", place, "万元", None, *(Cell(text, place) for text in texts)), score


def _indicator(rng: random.Random, level1: str, weight: Decimal, place: Place) -> Indicator:
    chance = rng.random()
    less = [shape for shape in _LESS if shape[0] == level1]
    if chance < 0.12:
        _, level2, shape, unit = rng.choice(less)
        target, actual, share = _less(rng, unit)
    elif chance < 0.17:
        level2, shape, month = "时效指标", "{}完成时间", rng.randint(6, 10)
        late = rng.random() < 0.15
        target, actual = f"{month}月底前", f"{month + rng.randint(1, 2) if late else month - rng.randint(0, 2)}月"
        share = Fraction(1, 2) if late else Fraction(1)
        level1 = "产出指标"
    elif chance < 0.37:
        level2, shape = rng.choice(_WORDED) if level1 == "效益指标" else ("质量指标", "{}质量")
        target, actual, share = _worded(rng)
    elif chance < 0.38:
        level2, shape, unit = rng.choice(BENEFITS[:2] if level1 == "效益指标" else OUTPUTS)
        target, actual, share = ("/", "/", Fraction(1)) if rng.random() < 0.5 else (f"≥{rng.randint(5, 90)}{unit}", "", Fraction(1))
    else:
        level2, shape, unit = rng.choice([*BENEFITS[:2], BENEFITS[3]] if level1 == "效益指标" else OUTPUTS)
        target, actual, share = _more(rng, unit)
    if share < 1 and rng.random() < 1 / 20:
        share = Fraction(1)
    score = rounded(Fraction(weight) * share, 2)
    texts = (f"{weight}", target, actual, f"{score}")
    return Indicator(shape.format(rng.choice(SUBJECTS)), level1, level2, place, *(Cell(text, place) for text in texts))


def _more(rng: random.Random, unit: str) -> tuple[str, str, Fraction]:
    target = rng.randint(60, 98) if unit == "%" else rng.randint(1, 400)
    if rng.random() < 0.78:
        most = 100 if unit == "%" else target * (rng.choice([130, 150, 200]) if rng.random() < 1 / 6 else 112) // 100
        actual = rng.randint(target, max(target, most))
    else:
        actual = target * rng.randint(40, 99) // 100
    sign = rng.choice(["", "≥", "≥", "不低于"])
    return f"{sign}{target}{unit}", f"{actual}{unit}", min(Fraction(1), Fraction(actual, target))


def _less(rng: random.Random, unit: str) -> tuple[str, str, Fraction]:
    missed = rng.random() < 0.2
    if (unit == "次" and rng.random() < 0.5) or rng.random() < 0.1:
        actual = rng.randint(1, 3) if missed else 0
        return f"{rng.choice(['', '≤'])}0{unit}", f"{actual}{unit}", Fraction(0) if missed else Fraction(1)
    target = rng.randint(2, 5) if unit == "%" else rng.randint(2, 60)
    actual = max(target + 1, target * rng.randint(105, 250) // 100) if missed else rng.randint(max(1, target // 2), target)
    sign = rng.choice(["≤", "≤", "不超过", "控制在"])
    return (
        f"{sign}{target}{unit}" + ("以内" if sign == "控制在" else ""),
        f"{actual}{unit}",
        min(Fraction(1), Fraction(target, actual)),
    )


def _worded(rng: random.Random) -> tuple[str, str, Fraction]:
    target, chance = rng.choice(["有效提升", "持续改善", "明显提高"]), rng.random()
    if chance < 0.65:
        return target, rng.choice([target, *_MET]), Fraction(1) if rng.random() < 0.6 else Fraction(rng.randint(80, 99), 100)
    if chance < 0.9:
        return target, rng.choice(_PART), Fraction(rng.randint(50, 79), 100)
    if chance < 0.98:
        return target, rng.choice(_UNMET), Fraction(rng.randint(0, 49), 100)
    return target, rng.choice(_UNCLEAR), Fraction(1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Invented self-evaluations as JSON records, one file a unit.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--units", type=int, default=240)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(options.first_seed, options.first_seed + options.units):
        (options.out / f"unit-{seed}.json").write_text(record.dump_json(bundle(seed)), encoding="utf-8")


if __name__ == "__main__":
    main()
