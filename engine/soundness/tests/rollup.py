"""Policy tests of 汇总: a few forms written short, rolled up, and what has to come of it. Run by `running`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.errors import Place, nearest
from engine.forms.labels import fold
from engine.policy.model import Policy
from engine.rollup.given import CHOSEN, GivenIndicator, MatchTable, method_of, table_of
from engine.rollup.model import name_key
from engine.rollup.outcome import Rollup
from engine.rollup.run import roll_up
from engine.rollup.units import Node, UnitTree
from engine.scoring.model import ScoredIndicator
from engine.soundness.tests.blanks import blank
from engine.soundness.tests.expected import OF_FINDING, compare_finding, finding_came
from engine.soundness.tests.records import Unusable
from engine.submission import record

TOP = "上级"
"""Name of the unit the children are rolled up to."""


def subjects(policy: Policy) -> Iterator[str]:
    """Everything of the policy's 汇总 that wants a test: the cases of its table, and its checks."""
    if policy.rollup:
        yield from (f"values.{case.id}" for case in policy.rollup.values.cases)
        yield from (check.id for check in policy.rollup.checks)


def run(
    test: Mapping[str, Any], policy: Policy, year: int, file: str, later: Callable[[Place], bool]
) -> tuple[str, bool, dict[str, Any], frozenset[str]]:
    """Why the test does not hold (empty if it does), whether it shows its subject at work and not only a near miss, the test as
    it would hold, and what it shows in detail. Of what is written `later` than the test it does not know what it rests on."""
    known = list(subjects(policy))
    about = test["rollup"]
    if about not in known:
        raise Unusable(f"没有汇总的情形或规则“{about}”", "values.情形，或 rollup_checks 的编号", nearest(about, known))
    is_case = about.startswith("values.")
    if "children" not in test or ("expect" if is_case else "fires") not in test:
        raise Unusable("没有写全", "children，和 expect（情形）或 fires（规则）")
    done = _rolled(test, policy, year, file)
    aside = later(_place(policy, about))
    wrong, now = _wrong_values(test, done, about if is_case else "", {"basis"} if aside else set())
    shows = {f"basis:rollup.{about}"} if is_case and "basis" in test["expect"] and not aside else set()
    if not is_case and "finding" in test:
        told_by = [told for told in done.findings if told.rule == about]
        compared = compare_finding(test["finding"], told_by, OF_FINDING if aside else ())
        wrong += [compared.wrong] if compared.wrong else []
        now = {**now, "finding": dict(compared.came)} if compared.came else {k: v for k, v in now.items() if k != "finding"}
        shows |= set() if aside else {f"{key}:rollup.{about}" for key in test["finding"]}
    if not is_case:
        found = [told.subject for told in done.findings if told.rule == about]
        wrong += _wrong_count(test, done, about, found)
        now = {key: value for key, value in now.items() if key != "subject" or value in found} | {"fires": len(found)}
    none = not is_case and any(c.id == about and c.severity == "none" for c in (policy.rollup.checks if policy.rollup else ()))
    return "；".join(wrong), is_case or none or test["fires"] > 0, now, frozenset() if wrong else frozenset(shows)


def everything(test: Mapping[str, Any], policy: Policy, year: int, file: str) -> dict[str, Any]:
    """All that comes of a test's roll-up, whatever it expects."""
    done = _rolled(test, policy, year, file)
    out: dict[str, Any] = {"rows": [_came(item) for item in done.levels[0].forms[0].indicators]}
    line = done.levels[0].forms[0].form.budget[0]
    out["budget"] = [line.budget.text if line.budget else "", line.executed.text if line.executed else "", line.money_unit]
    for told in done.findings:
        out.setdefault(f"finding of {told.rule}", []).append({"subject": told.subject, **finding_came(told)})
    return out


def _place(policy: Policy, about: str) -> Place:
    """Where the case or check is written that a test is about."""
    rules = policy.rollup
    assert rules is not None
    if about.startswith("values."):
        return next(case.place for case in rules.values.cases if f"values.{case.id}" == about)
    return next(check.place for check in rules.checks if check.id == about)


def _rolled(test: Mapping[str, Any], policy: Policy, year: int, file: str) -> Rollup:
    by = test.get("by", "unit")
    children = [_form(child, n, by, policy) for n, child in enumerate(test["children"], start=1)]
    if "own" in test:
        own = {"kind": "department" if by == "project" else "project", "unit": "单位" if by == "project" else TOP, **test["own"]}
        children.append(_form(own, 0, by, policy))
    data = {"schema": record.SCHEMA, "fiscal_year": year, "forms": children}
    forms = record.from_data(data, file).forms
    units = [child["unit"] for child in children]
    tree, name = (None, "") if by == "project" else (_tree(test, units), TOP)
    return roll_up(forms, policy, by, tree=tree, name=name, match=_match(test, children, file))


def _match(test: Mapping[str, Any], children: Sequence[Mapping[str, Any]], file: str) -> MatchTable:
    """What the test says of rows: `row` and `method` of an indicator, as a table of correspondence would."""
    lines = []
    for child, form in zip(test["children"], children, strict=False):
        for place, item in enumerate(_given(child), start=1):
            if "row" in item or "method" in item:
                name = form["goals"][0]["indicators"][place - 1]["name"]
                key = (name_key(form["unit"]), name_key(form["name"]), place, name_key(name))
                method = method_of(str(item.get("method", "")))
                if method is None:
                    raise Unusable(f"没有“{item['method']}”这种合法", "、".join(CHOSEN))
                lines.append(GivenIndicator(key, str(item.get("row", "")), method, Place(file)))
    return table_of((), lines)[0]


def _given(child: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The indicators a test writes of a form."""
    return list(child.get("indicators", [child["indicator"]] if "indicator" in child else [{}]))


def _tree(test: Mapping[str, Any], units: Sequence[str]) -> UnitTree:
    """All units and those expected, under the top."""
    named = list(dict.fromkeys([*units, *test.get("expected", [])]))
    below = [Node(fold(u), u, TOP, expected="expected" in test) for u in named if u != TOP]
    nodes = {TOP: Node(TOP, TOP, "", [node.key for node in below]), **{node.key: node for node in below}}
    return UnitTree(nodes, TOP)


def _form(child: Mapping[str, Any], number: int, by: str, policy: Policy) -> dict[str, Any]:
    """A form from what a test writes of it; the rest is filled in."""
    given = _given(child)
    filled = {**blank(policy), "weight": "10", "target": "10件", "actual": "10件"}
    indicators = [{k: v for k, v in {**filled, **item}.items() if v is not None and k not in ("row", "method")} for item in given]
    budget = {"name": "总额", "money_unit": "万元", "budget": "100", **child.get("line", {})}
    budget = {key: value for key, value in {"executed": budget.get("budget"), **budget}.items() if value is not None}
    return {
        "kind": child.get("kind", "project"),
        "name": child.get("form", f"项目{number}" if by == "project" else "项目"),
        "unit": child.get("unit", "单位" if by == "project" else f"{number}县"),
        "header": child.get("header", []),
        "budget": [budget, *child.get("lines", [])],
        "goals": [{"title": child.get("goal", "目标"), "indicators": indicators}],
    }


def _wrong_values(test: Mapping[str, Any], done: Rollup, case: str, aside: Container[str]) -> tuple[list[str], dict[str, Any]]:
    """What differs, and the test with what came."""
    expect, said = test.get("expect", {}), {}
    scored = done.levels[0].forms[0]
    item = scored.indicators[0]
    came = _came(item)
    wrong = [f"情形是 values.{came['case']}"] if case and f"values.{came['case']}" != case else []
    for key, wanted in expect.items():
        value: Any = came.get(key)
        if key in ("computed", "weight"):
            same = wanted == "" if value is None else Decimal(str(wanted)) == value if wanted != "" else False
        elif key == "allowed":
            same = [Decimal(str(edge)) for edge in wanted] == value
        elif key == "cases":
            value = [_came(item)["case"] for item in scored.indicators]
            same = list(wanted) == value
        elif key == "budget":
            line = scored.form.budget[0]
            value = [line.budget.text if line.budget else "", line.executed.text if line.executed else "", line.money_unit]
            same = [str(part) for part in wanted] == value
        else:
            same = str(wanted) == str(value)
        if value is not None or key in ("computed", "weight"):
            said[key] = wanted if same else "" if value is None else value
        if not same and key not in aside:
            wrong.append(f"{key} 应为 {_shown(wanted)}，是 {_shown(value)}")
    now = {**test, **({"rollup": f"values.{came['case']}"} if case else {}), **({"expect": said} if said else {})}
    return wrong, now


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "空" if value in ("", None) else str(value)


def _came(item: ScoredIndicator) -> dict[str, Any]:
    indicator, score = item.known.indicator, item.score
    rolled = indicator.rolled
    assert rolled is not None
    return {
        "case": rolled.case,
        "basis": rolled.basis,
        "actual": indicator.actual.text if indicator.actual else "",
        "target": indicator.target.text if indicator.target else "",
        "weight": item.known.weight,
        "computed": score.computed,
        "allowed": list(score.allowed) if score.allowed else None,
        "status": score.status,
        "met": item.known.met,
        "direction": item.known.direction,
        "attainment": item.known.attainment,
        "exact": "，".join(f"{n.label}{n.actual}" for n in rolled.numbers) or rolled.score,
    }


def _wrong_count(test: Mapping[str, Any], done: Rollup, about: str, found: Sequence[str]) -> list[str]:
    if len(found) != test["fires"]:
        others = "、".join(dict.fromkeys(told.rule for told in done.findings)) or "没有别的问题"
        return [f"应报 {test['fires']} 处，报了 {len(found)} 处（{others}）"]
    if "subject" in test and test["subject"] not in found:
        return [f"对象应有“{test['subject']}”，是 {'、'.join(found)}"]
    return []
