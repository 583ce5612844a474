"""Random policies and bundles for the executors to agree on, and the comparison itself."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.bulk.batch.reference import Reference
from engine.bulk.corpus import store as corpus
from engine.bulk.corpus.parts import write_rows
from engine.bulk.relational import plans
from engine.bulk.relational import program as relational
from engine.bulk.relational.duckdb_backend import sizes_of
from engine.bulk.relational.needs import needs_of
from engine.errors import JixiaoError, Place
from engine.language import formula
from engine.language import model as ir
from engine.language.causes import Cause, Tie
from engine.language.conditions import Condition
from engine.language.fact_fields import FACTS
from engine.language.fields import EXECUTION, GRADING, GROUNDS, TOTAL, Field, stages
from engine.language.measures import KEYS, Measure
from engine.language.rules import FindingRule, RulePattern, RuleSet
from engine.language.tables import Case, CaseTable
from engine.policy.build import NATURES
from engine.policy.model import Band, Bounds, Policy
from engine.submission.model import BudgetLine, Cell, Form, Goal, Group, Indicator, Section, Statement, Submission, UnmetRow
from engine.values.rounding import MODES, Rounding

NOWHERE = Place("x", 1)
MADE_UP = "0" * 64
"""The hash of policies made at random: no two are alike, so that a plan of one is none of another."""
NAMES = [
    "培训期数",
    "培训人数",
    "培训班期数",
    "群众满意度",
    "安全事故次数",
    "验收合格率",
    "论文发表数量",
    "会议会议次数",
    "成本控制",
    "办结及时率",
    "应急救援出动次数",
    "困难群众补助标准",
    "平台用量",
]
UNITS = ["", "次", "%", "万元", "人", "期", "元", "天"]
WORDS = [
    "已完成",
    "基本完成",
    "在一定程度上推进",
    "未完成",
    "效果显著",
    "另行报告",
    "无",
    "/",
    "",
    "12月底前",
    "2021年6月",
    "2021年6月15日前",
    "2021年9月20日",
    "2021年7月15日",
    "🙂良好",
    "前期手续已办完",
    "完成项目建设",
    "未发生",
    "发生1起",
    "较上年下降",
    "不断提高",
    "预计2023年完成",
    "除一项外均已完成",
    "验收未通过",
    "无一例未完成",
]
LEVELS = [
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("效益指标", "社会效益指标"),
    ("效益指标", "满意度指标"),
    ("满意度", "自拟"),
    ("产出", ""),
]


def number(rng: random.Random) -> str:
    choice = rng.random()
    if choice < 0.6:
        return str(rng.choice([0, 1, 2, 3, 5, 10, 95, 100, 120, 400]))
    if choice < 0.9:
        return str(Decimal(rng.randint(0, 20_000)).scaleb(-rng.choice([1, 2, 3])))
    if rng.random() < 0.1:
        return rng.choice(["0.3333333", "12345678901234", "99999999999"])
    return rng.choice(["38.2万", "1,157", "-5", "999999", "0.000001"])


def value(rng: random.Random, unit: str) -> str:
    choice = rng.random()
    if choice < 0.15:
        return rng.choice(WORDS)
    if choice < 0.2:
        return f"{number(rng)}{unit}，副高{number(rng)}{unit}"
    if choice < 0.25:
        return f"{rng.randint(1, 9)}-{rng.randint(10, 20)}{unit}"
    return f"{rng.choice(['', '', '≥', '≤', '＞', '='])}{number(rng)}{unit}"


def cell(text: str | None) -> Cell | None:
    return None if text is None else Cell(text, NOWHERE)


def indicator(rng: random.Random) -> Indicator:
    unit, (level1, level2) = rng.choice(UNITS), rng.choice(LEVELS)
    weight = rng.choice(["1", "1.2", "5", "10", "0", "3.335", "0.01", "", "多"])
    score = weight if rng.random() < 0.5 else number(rng)
    name = rng.choice(NAMES) + rng.choice(["", "", "（次）", "\ud800" if rng.random() < 0.02 else ""])
    cells = [cell(text) for text in (weight, value(rng, unit), value(rng, unit), score)]
    reason = cell(rng.choice([None, "", "受疫情影响"]))
    return Indicator(name, level1, level2, NOWHERE, *cells, reason=reason)


def form(rng: random.Random, kind: str, name: str) -> Form:
    made = [indicator(rng) for _ in range(rng.randint(1, 7))]
    cut = rng.randint(0, len(made))
    goals = []
    for n, some in enumerate([made[:cut], made[cut:]], start=1):
        pairs = dict.fromkeys((i.level1, i.level2) for i in some)
        groups = tuple(Group(a, b, cell(rng.choice([None, "5", "10"])), NOWHERE) for a, b in pairs) if rng.random() < 0.6 else ()
        goals.append(Goal(n, rng.choice(["", "目标"]), NOWHERE, cell(rng.choice([None, "10", "20"])), groups, tuple(some)))
    line = BudgetLine(
        "年度财政资金总额",
        "total",
        NOWHERE,
        rng.choice(["万元", "元", ""]),
        cell(rng.choice([None, "100"])),
        cell(number(rng)),
        cell(number(rng)),
        cell(rng.choice([None, "97.67%", "1", "100%"])),
        cell("20"),
        cell(number(rng)),
    )
    told = rng.sample(made, min(3, len(made)))
    text = "".join(f"{i.name}完成{i.actual.text if i.actual else ''}。" for i in told) + rng.choice(["", "主要是疫情影响。"])
    keys = [
        ("total_score", "score"),
        ("execution_rate", "rate"),
        ("completion_rate", "rate"),
        ("indicators", "count"),
        ("indicators_met", "count"),
        ("executed", "amount"),
        ("grade", "grade"),
        ("indicator_values", "actual"),
    ]
    statements = tuple(
        Statement(
            key,
            f"写{number(rng)}",
            NOWHERE,
            ((group, rng.choice(["优", "良"]) if group == "grade" else number(rng)), ("name", rng.choice(made).name)),
            "met",
        )
        for key, group in rng.sample(keys, rng.randint(0, 4))
    )
    unmet = tuple(
        UnmetRow(i.name, NOWHERE, i.level2, cell(value(rng, "")), cell(value(rng, "次")), cell(rng.choice(["", "疫情"])))
        for i in told[:2]
    )
    report = (
        Section("met", "完成", 1, NOWHERE, (Cell(text, NOWHERE),)),
        Section("unmet", "未完成", 1, NOWHERE, (Cell(text[:20], NOWHERE),)),
    )
    return Form(
        kind,
        name,
        "某单位",
        2021,
        NOWHERE,
        budget=(line,) if rng.random() < 0.9 else (),
        goals=tuple(goals),
        total=cell(rng.choice([None, number(rng)])),
        grade=cell(rng.choice([None, "优", "良", "中"])),
        report=report if rng.random() < 0.7 else (),
        unmet=unmet if rng.random() < 0.4 else (),
        statements=statements,
    )


def submission(rng: random.Random) -> Submission:
    forms = [form(rng, "department", "部门整体")] if rng.random() < 0.7 else []
    forms += [form(rng, "project", f"项目{rng.choice('甲乙')}") for _ in range(rng.randint(0 if forms else 1, 3))]
    return Submission(tuple(forms), "hubei", "hubei/2021")


# --- policies ------------------------------------------------------------------------------------------------------

CONSTANTS: dict[str, list[Any]] = {
    "text": [
        "",
        "positive",
        "inverse",
        "met",
        "unknown",
        "数量指标",
        "产出指标",
        "%",
        "次",
        "培训期数",
        "department",
        "numbers",
        "无",
        "优",
    ],
    "number": [Decimal(n) for n in ("0", "1", "0.2", "0.5", "5", "20", "95", "100", "-0.1", "0.333")],
    "bool": [True, False],
}
PARTS = ["培训", "率", "满意", "数量", "完成", "", "%", "未", "次", "🙂"]
PATTERNS = ["率$", "^培", "[0-9]+", "(完成|良好)", ".", "未[^，]{0,2}完成", r"\d{2,}", "(?i)A|期"]


def written_test(rng: random.Random, fields: dict[str, Field], bound: dict[str, str], kinds: Any, depth: int = 0) -> ir.Test:
    if depth < 2 and rng.random() < 0.08:
        options = [[written_test(rng, fields, {}, kinds, depth + 1) for _ in range(rng.choice([1, 1, 2]))] for _ in range(2)]
        return ir.Test("", "any", options=tuple(map(tuple, options)))
    name = rng.choice(list(fields))
    declared = fields[name].type
    ordered = declared == "number"
    compare = ["eq", "ne", "lt", "lte", "gt", "gte"] if ordered else ["eq", "ne"]
    choice = rng.random()
    if choice < 0.1:
        return ir.Test(name, rng.choice(["present", "absent"]))
    if choice < 0.35 and bound:
        alias = rng.choice(list(bound))
        same = [other for other, its in kinds[bound[alias]].items() if its.type == declared]
        if same:
            return ir.Test(
                name, rng.choice(["eq", *compare]), ir.Ref(alias, name if name in same and rng.random() < 0.7 else rng.choice(same))
            )
    if choice < 0.45:
        others = [other for other, its in fields.items() if its.type == declared and other != name]
        if others:
            return ir.Test(name, rng.choice(compare), ir.Ref("", rng.choice(others)))
    if choice < 0.6:
        constants = tuple(rng.sample(CONSTANTS[declared], rng.randint(0, 2)))
        return ir.Test(name, rng.choice(["in", "not_in"]), constants)
    if choice < 0.8 and declared == "text":
        if rng.random() < 0.6:
            return ir.Test(name, rng.choice(["contains", "not_contains"]), tuple(rng.sample(PARTS, rng.randint(0, 2))))
        return ir.Test(name, rng.choice(["matches", "not_matches"]), rng.choice(PATTERNS))
    return ir.Test(name, rng.choice(compare), rng.choice(CONSTANTS[declared]))


def conditions(rng: random.Random, fields: Any, most: int = 2) -> tuple[Condition, ...]:
    usable = {name: field for name, field in fields.items() if field.type in ("text", "number", "bool")}
    return tuple(condition(written_test(rng, usable, {}, {})) for _ in range(rng.randint(1, most)))


def condition(test: ir.Test) -> Condition:
    return Condition(test, "x", options=tuple(tuple(map(condition, option)) for option in test.options))


def table(rng: random.Random, name: str, fields: Any, outcome: Any) -> CaseTable:
    count = rng.randint(0, 4)
    cases = [Case(f"c{n}", rng.choice(["", "l"]), conditions(rng, fields), f"b#{n}", NOWHERE, **outcome(rng)) for n in range(count)]
    return CaseTable(name, name, (*cases, Case("otherwise", rng.choice(["", "l"]), (), "b#o", NOWHERE, **outcome(rng))))


def expression(rng: random.Random, names: list[str], depth: int = 0) -> str:
    choice = rng.random()
    if depth > 1 or choice < 0.35:
        return rng.choice(names) if rng.random() < 0.8 else rng.choice(["2", "0.5", "100", "0.333"])
    inner = [expression(rng, names, depth + 1) for _ in range(2)]
    if choice < 0.9:
        return f"({inner[0]} {rng.choice('+-**//')} {inner[1]})"
    if choice < 0.95:
        return f"{rng.choice(formula.ROUNDINGS)}({inner[0]}, {rng.choice([0, 0, 1, 2])})"
    return f"{rng.choice(['min', 'max'])}({inner[0]}, {inner[1]})" if choice < 0.98 else f"abs({inner[0]})"


def scored(rng: random.Random, fields: Any) -> dict[str, Any]:
    names = [name for name, field in fields.items() if field.type == "number"]
    text = (
        rng.choice(["weight", "weight * actual / target", expression(rng, names)]) if "target" in names else expression(rng, names)
    )
    return {"score": formula.parse(text), "formula": text}


def rule_of(rng: random.Random, number_: int, kinds: Any, derived: dict[str, dict[str, Field]]) -> ir.Rule:
    conclude = rng.choice(list(derived)) if rng.random() < 0.25 else None
    allowed = [kind for kind in kinds if kind not in derived or (conclude is None or kind < conclude)]
    weights = [4 if kind in ("indicator", "form", "claim") else 1 for kind in allowed]
    signs = [False, *([False] if rng.random() < 0.5 else []), *([True] if rng.random() < 0.3 else [])]
    bound: dict[str, str] = {}
    patterns = []
    for alias, negated in zip("abcd", signs, strict=False):
        kind = rng.choices(allowed, weights)[0]
        if bound and rng.random() < 0.5:
            kind = bound["a"]
        tests = tuple(written_test(rng, kinds[kind], bound, kinds) for _ in range(rng.randint(0 if bound else 1, 3)))
        patterns.append(ir.Pattern(alias, kind, tests, negated))
        if not negated:
            bound[alias] = kind
    conclusion = None
    if conclude:
        written = []
        for name, field in derived[conclude].items():
            sources = [ir.Ref(a, f) for a, k in bound.items() for f, its in kinds[k].items() if its.type == field.type]
            if sources and rng.random() < 0.8:
                written.append((name, rng.choice(sources)))
            else:
                written.append((name, rng.choice(CONSTANTS[field.type])))
        conclusion = ir.Conclusion(conclude, tuple(written))
    return ir.Rule(f"r{number_:02}", tuple(patterns), conclusion, rng.random() < 0.3)


def policy_of(rng: random.Random, base: Policy, rules: int = 10) -> Policy:
    """A policy with random tables, formulas, measures and rules; words, names and statements are those of `base`."""
    floors = sorted(rng.sample([Decimal(n) / 20 for n in range(1, 20)], 2), reverse=True)
    tiers = tuple(
        Band(name, name, floor, rng.random() < 0.7 or not floor, "b", NOWHERE)
        for name, floor in zip(("met", "partial", "unmet"), (*floors, Decimal(0)), strict=True)
    )
    fields = stages(("met", "partial", "unmet"), NATURES)
    values = {
        "direction": ("positive", "inverse", "unknown"),
        "attainment": ("met", "partial", "unmet", "unknown"),
        "nature": NATURES,
        "met": ("yes", "no", "unknown"),
    }

    def read(name: str, choices: tuple[str, ...]) -> Any:
        def one(r: random.Random) -> dict[str, Any]:
            out: dict[str, Any] = {"value": r.choice(choices)}
            if name == "direction":  # read both ways where it is not certain
                out |= {"certain": r.random() < 0.6, "ground": r.choice(GROUNDS), "ask": r.random() < 0.2}
            return out

        return one

    recognition = {
        name: table(rng, name, fields[name], read(name, choices)) if rng.random() < 0.6 else base.recognition[name]
        for name, choices in values.items()
    }

    def outcome(name: str) -> Any:
        def one(r: random.Random) -> dict[str, Any]:
            choice = r.random()
            if name == "qualitative" and choice < 0.6:
                return {"tier": r.choice(["met", "partial", "unmet"])}
            if choice < 0.6:
                return scored(r, fields[name])
            return {"status": r.choice(["needs_review", "not_applicable"])}

        return one

    tables = {
        name: table(rng, name, fields[name], outcome(name)) if rng.random() < 0.7 else base.scoring.tables[name] for name in NATURES
    }
    total = table(rng, "total", TOTAL, lambda r: scored(r, TOTAL)) if rng.random() < 0.5 else base.scoring.total
    execution = table(rng, "execution", EXECUTION, outcome("execution_")) if False else base.scoring.execution
    if rng.random() < 0.5:
        execution = table(
            rng, "execution", EXECUTION, lambda r: scored(r, EXECUTION) if r.random() < 0.8 else {"status": "needs_review"}
        )
    bounds = Bounds(
        formula.parse(rng.choice(["0", "weight * 0.1", "0 - weight"])),
        formula.parse(rng.choice(["weight", "weight * 1.255", "100"])),
        "b",
    )
    scoring = dataclasses.replace(
        base.scoring,
        rounding=Rounding(rng.choice(MODES), rng.randint(0, 4), "indicator"),
        bounds=bounds,
        tables=tables,
        tiers=tiers,
        total=total,
        execution=execution,
    )
    grades = tuple(
        Band(
            *(name, name, Decimal(floor), rng.random() < 0.7 or not floor, f"g#{name}", NOWHERE),
            conditions(rng, GRADING, 1) if floor and rng.random() < 0.3 else (),
        )
        for name, floor in (("优", 90), ("良", 60), ("差", 0))
    )
    clauses = {**base.clauses, "b": next(iter(base.clauses.values()))}
    tables_ = {"recognition": recognition, "scoring": scoring, "grades": grades, "rules": rules_of(rng, rules)}
    return dataclasses.replace(base, id="random/2021", clauses=clauses, **tables_, sha256=MADE_UP)


def rules_of(rng: random.Random, count: int) -> RuleSet:
    kinds: dict[str, dict[str, Field]] = {kind: dict(fields) for kind, fields in FACTS.items()}
    measures = [measure for n in range(rng.randint(0, 6)) if (measure := measure_of(rng, n, kinds))]
    for measure in measures:
        kinds[measure.per][measure.id] = Field("number", measure.id)
    derived = {
        "derived0": {"form": Field("text", "x"), "n": Field("number", "n"), "t": Field("text", "t")},
        "derived1": {"t": Field("text", "t"), "b": Field("bool", "b")},
    }
    kinds |= derived
    rules = {}
    for n in range(count):
        rule = rule_of(rng, n, kinds, derived)
        rules[rule.id] = finding_rule(rule, "x" if rule.conclude is None or rng.random() < 0.3 else "")
    return RuleSet(rules, tuple(measures), kinds, frozenset(derived))


def finding_rule(rule: ir.Rule, said: str = "x") -> FindingRule:
    """A rule as policies have it, telling `said` of every match."""
    told = tuple(RulePattern("" if p.negated else p.alias, p.kind, (), p.negated, NOWHERE) for p in rule.patterns)
    cause = Cause(rule.id, rule.id, None, "", "", "", "", "", Decimal(1), head=True)
    tie = Tie(cause, tuple(p.alias for p in told if p.alias), ("", ""), ("", ""))
    return FindingRule(rule.id, rule.id, "scoring", "warning", told, said, "", "", "", (), "b", ("", ""), NOWHERE, rule, tie=tie)


def measure_of(rng: random.Random, n: int, kinds: Any) -> Measure | None:
    per = rng.choice(list(KEYS))
    of = rng.choice([kind for kind in FACTS if all(key in FACTS[kind] for key in KEYS[per][1]) and kind != "bundle"])
    take = rng.choice(["count", "sum", "share", "min", "max"])
    numbers = [name for name, field in FACTS[of].items() if field.type == "number"]
    field = rng.choice(numbers) if numbers and (take in ("sum", "min", "max") or rng.random() < 0.5) else ""
    if take == "count":
        field = ""
    elif take in ("sum", "min", "max") and not field:
        return None
    among = conditions(rng, FACTS[of], 1) if take == "share" and rng.random() < 0.5 else ()
    return Measure(f"m{n}", f"m{n}", per, of, conditions(rng, FACTS[of], 2), among, take, field, "b", NOWHERE)


# --- comparison ----------------------------------------------------------------------------------------------------


def canonical(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((key, item.normalize() + 0 if isinstance(item, Decimal) else item) for key, item in row.items())


def disagreements(
    policy: Policy, prepared_by: Policy, bundles: list[Submission], folder: Path, backend: Any, *, generous: bool = False
) -> tuple[list[str], Counter[str]]:
    """Where a backend and the reference differ on some bundles, and how much was compared."""
    part, _ = write_rows(folder / "part", [(n, f"x{n}", bundle) for n, bundle in enumerate(bundles)], prepared_by)
    corpus.verify([part], ["indicator"])
    needs = needs_of(policy)
    backend.load([part], needs)
    seen: Counter[str] = Counter()
    sizes = sizes_of([part])
    try:
        program = relational.compile_policy(policy, needs, plans.generous(sizes) if generous else sizes)
        backend.run(program, policy)
    except relational.Unsupported as why:
        seen[f"refused: {why}"] += 1
        return [], seen
    reference = Reference(policy)
    wanted: dict[str, Counter[Any]] = {name: Counter() for name in relational.OUTPUTS}
    undecided = set()
    for n, bundle in enumerate(bundles):
        if n in backend.left_out:
            seen["left out"] += 1
            continue
        try:
            rows = reference.rows(bundle, n)
        except JixiaoError:
            undecided.add(n)
            seen["no verdict"] += 1
            continue
        for name in relational.OUTPUTS:
            asked = [row for row in rows[name] if row.get("rule") not in program.refused]
            wanted[name].update(canonical(row) for row in asked if "fact_kind" not in row or row["fact_kind"] in program.kinds)
    out = []
    for name in relational.OUTPUTS:
        got = Counter(canonical(row) for row in backend.rows(name) if row["bundle"] not in undecided)
        seen[name] += sum(wanted[name].values())
        out += [f"{name}: only the database has {dict(row)}" for row in (got - wanted[name])]
        out += [f"{name}: only the reference has {dict(row)}" for row in (wanted[name] - got)]
    seen["rules"] += len(policy.rules.rules)
    seen["refused rules"] += len(program.refused)
    for why in program.refused.values():
        seen[f"why: {why[:40]}"] += 1
    return out, seen
