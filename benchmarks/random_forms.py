"""Invented submissions for benchmarks: realistic in shape, seeded, with mistakes planted at stated rates.

Each bundle is one project form with a report. An indicator is missed in one of eight cases; planted mistakes: a score above its
formula (1 in 20 of the missed), a satisfaction rate under output (1 in 60), a copied qualitative actual (1 in 4 of those).
"""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

from engine.errors import Place
from engine.submission.model import BudgetLine, Cell, Form, Goal, Group, Indicator, Section, Statement, Submission
from engine.values.rounding import rounded

SUBJECTS = [
    "河道治理",
    "农田灌溉",
    "乡村医生",
    "校舍维修",
    "图书采购",
    "职业培训",
    "森林防火",
    "污水处理",
    "公共文化",
    "食品抽检",
    "地质监测",
    "就业援助",
]
OUTPUTS = [
    ("数量指标", "{}处数", "处"),
    ("数量指标", "{}人数", "人"),
    ("数量指标", "{}次数", "次"),
    ("质量指标", "{}合格率", "%"),
    ("时效指标", "{}及时率", "%"),
]
BENEFITS = [
    ("社会效益指标", "{}受益率", "%"),
    ("经济效益指标", "{}增收", "万元"),
    ("生态效益指标", "{}改善情况", ""),
    ("满意度指标", "{}满意度", "%"),
]


def submission(seed: int, indicators: int = 40) -> Submission:
    """One bundle with one project form. The same seed gives the same bundle."""
    rng = random.Random(seed)
    place = Place(f"form-{seed}.txt", 1)
    name = f"{rng.choice(SUBJECTS)}{rng.choice(SUBJECTS)}专项{seed}"
    per = (Decimal(80) / indicators).quantize(Decimal("0.01"))
    made = [_indicator(rng, n, per, Place(f"form-{seed}.txt", 20 + n)) for n in range(indicators)]
    goals = []
    for number in range(1, 6):
        part = made[(number - 1) * indicators // 5 : number * indicators // 5]
        groups = [Group(i.level1, i.level2, None, i.place) for i in part]
        goals.append(
            Goal(number, f"目标{number}：推进{rng.choice(SUBJECTS)}工作", place, None, tuple(dict.fromkeys(groups)), tuple(part))
        )
    budget = Decimal(rng.randint(5_000, 900_000)) / 100
    executed = (budget * Decimal(rng.choice([100, 100, 99, 97, 92, 85, 60])) / 100).quantize(Decimal("0.01"))
    rate = executed / budget * 100
    score = rounded(min(Fraction(20), Fraction(20) * Fraction(executed) / Fraction(budget)), 2)
    total = score + sum((Decimal(i.score.text) for i in made if i.score), Decimal(0))
    line = BudgetLine(
        "年度财政资金总额",
        "total",
        place,
        "万元",
        None,
        Cell(f"{budget}", place),
        Cell(f"{executed}", place),
        Cell(f"{rate:.2f}%", place),
        Cell("20", place),
        Cell(f"{score}", place),
    )
    text = f"项目共设计{indicators}个绩效指标。" + "".join(f"{i.name}完成{i.actual.text}。" for i in made[:10] if i.actual)
    missed = "受客观因素影响，未完成：" + "、".join(i.name for i in made)
    report = (
        Section("score", "一、自评得分", 1, place, (Cell(f"自评得分为{total}分。", place),)),
        Section("execution", "（一）执行率情况", 2, place, (Cell(f"调整后预算为{budget}万元，实际执行{executed}万元。", place),)),
        Section("met", "（二）完成的绩效目标", 2, place, (Cell(text, place),)),
        Section("unmet", "（三）未完成的绩效目标", 2, place, (Cell(missed, place),)),
        Section("problem", "（一）部分指标目标值偏低", 2, place, (Cell("部分指标目标值偏低。", place),)),
    )
    statements = (
        Statement("total_score", f"自评得分为{total}分", place, (("score", str(total)),), "score"),
        Statement("executed", f"实际执行{executed}万元", place, (("amount", str(executed)), ("unit", "万元")), "execution"),
        Statement("indicators", f"设计{indicators}个绩效指标", place, (("count", str(indicators)),), "met"),
    )
    form = Form(
        "project",
        name,
        f"某单位{seed}",
        2021,
        place,
        budget=(line,),
        goals=tuple(goals),
        total=Cell(f"{total}", place),
        report=report,
        statements=statements,
    )
    return Submission((form,), "hubei", "hubei/2021")


def _indicator(rng: random.Random, number: int, weight: Decimal, place: Place) -> Indicator:
    benefit = number % 8 >= 5
    level2, shape, unit = rng.choice(BENEFITS if benefit else OUTPUTS)
    level1 = "效益指标" if benefit else "产出指标"
    name = shape.format(f"{rng.choice(SUBJECTS)}")
    if rng.random() < 1 / 60:
        level1, level2, name, unit = "产出指标", "数量指标", f"{name}满意率", "%"
    if not unit:
        target = f"改善{rng.choice(SUBJECTS)}状况"
        actual = target if rng.random() < 0.25 else rng.choice(["明显改善", "有所改善", "已完成", "基本达到"])
        return Indicator(name, level1, level2, place, *(Cell(t, place) for t in (str(weight), target, actual, str(weight))))
    target_number = rng.randint(60, 95) if unit == "%" else rng.randint(1, 400)
    missed = rng.random() < 1 / 8
    top = 100 if unit == "%" else int(target_number * 1.4) + 1
    most = max(target_number, min(top, target_number + target_number // 8))
    actual_number = rng.randint(0, max(0, target_number - 1)) if missed else rng.randint(target_number, most)
    score = weight
    if missed and rng.random() > 1 / 20:
        score = rounded(Fraction(weight) * actual_number / target_number, 2)
    sign = rng.choice(["", "", "≥"])
    texts = (str(weight), f"{sign}{target_number}{unit}", f"{actual_number}{unit}", str(score))
    return Indicator(name, level1, level2, place, *(Cell(t, place) for t in texts))
