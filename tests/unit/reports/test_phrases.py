"""Every phrase of the shipped narrative, and both sides of every choice its templates make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from conftest import ROOT, SMALL_FORM

from engine.documents import text as text_reader
from engine.findings.findings import Checker
from engine.forms.reader import read_forms
from engine.policy.library import library
from engine.policy.loading import load
from engine.reports.context import contexts
from engine.reports.mention import mentions
from engine.results.document import to_data
from engine.scoring.form import evaluate
from engine.submission.model import Submission
from engine.templating.filters import nested
from engine.templating.sandbox import Environment, render

Data = dict[str, Any]
POLICIES = ("hubei/2021", "central/2020", "sichuan/2025", "platform/2021", "central/2021-101")
NARRATIVE = load("hubei/2021", library()).narrative
assert NARRATIVE is not None
PHRASES: Mapping[str, Any] = NARRATIVE.phrases
NAMES = ("甲", "“走出去”培训", "丙", "丁", "戊", "己", "庚")
ASK = re.compile(r"【(请[^】]+)】")


@pytest.fixture(scope="module")
def seen() -> Data:
    """What templates see of the small form."""
    policy = load("hubei/2021", library())
    forms = read_forms(text_reader.read_text(SMALL_FORM), policy.layout)
    evaluation = evaluate(Submission(forms), policy)
    (context,) = contexts(to_data(evaluation, Checker(policy).check(evaluation)), forms, policy)
    return {**context.data, "phrases": PHRASES}


def written(section: str, data: Data) -> str:
    return render(Environment([ROOT / "templates"]), f"narrative/{section}.txt.j2", {**data, **mentions(data, PHRASES)})


def indicator(name: str = "甲", **values: Any) -> Data:
    """An indicator as templates see it: a count of 3 against a target of 1, met."""
    return {
        "goal": 1, "name": name, "level1": "产出指标", "level2": "数量指标", "weight": "5", "weight_number": Decimal(5),
        "target": "1次", "actual": "3次", "met": "yes", "status": "scored", "nature": "quantitative", "direction": "positive",
        "rate": False, "zero": False, "none": False, "single": True, "over": False, "excess": "200%", "excess_number": Decimal(2),
        "attainment": "", "reason": "", "reason_shown": "【请填写原因】", "value": "5", "reported": "5", "computed": "5",
        "differs": False, "open": False, "low": "5", "high": "5", "outside": False,
    } | values  # fmt: skip


def group(category: str, entry: str, count: int) -> Data:
    """A group of section 三 with one telling about so many indicators."""
    lacks = list(PHRASES["tellings"].get(entry, {}).get("lacks", {}).values())
    items = [indicator(name) for name in NAMES[:count]]
    telling = {
        "entry": entry, "rules": ["a.rule"], "problems": "P1", "said": [f"“{name}”有误" for name in NAMES[:count]],
        "names": list(NAMES[:count]), "items": items, "lacks": lacks[:count], "advice": "改",
        "also": False,
    }  # fmt: skip
    return {
        "category": category, "title": "", "problems": "P1", "tellings": [telling], "items": items, "count": count,
        "share": Decimal(40), "missed": [], "also": False,
    }  # fmt: skip


def entries() -> Iterator[Any]:
    categories = {rule.id: rule.category for name in POLICIES for rule in load(name, library()).rules.rules.values()}
    for key, entry in PHRASES["tellings"].items():
        yield pytest.param(categories[entry["rules"][0]], key, id=key)
    for category in NARRATIVE.categories or ():
        yield pytest.param(category, "a.rule", id=f"other {category}")


@pytest.mark.parametrize(("category", "entry"), entries())
def test_each_telling_is_a_sentence_for_one_and_for_several(seen: Data, category: str, entry: str) -> None:
    told = {}
    for count in (1, 2, 7):
        data = {**seen, "problems": [group(category, entry, count)], "unmet": []}
        three, four = (nested(written(section, data)) for section in ("problems", "remedies"))
        paragraph = next(line for line in three.splitlines() if line and not line.startswith(("#", "@")))
        measure = next(line for line in four.splitlines() if line and not line.startswith("#"))
        for text in (paragraph, measure):
            assert text.endswith("。")
            assert not re.search(r"[{}]|“”|（）|。。|；。|，。|None", text), text
        assert paragraph.endswith("原因：【请填写原因】。")
        own = PHRASES["tellings"].get(entry, PHRASES["problems"][category])
        if "{names}" in own["measure"]:
            assert "“甲”" in measure
            assert count < 2 or "“‘走出去’培训”" in measure
            assert ("等7" in measure) == (count == 7)
        told[count] = paragraph
    assert len(set(told.values())) == 3 or "{names}" not in PHRASES["tellings"].get(entry, {}).get("many", "{names}")


@pytest.mark.parametrize("category", NARRATIVE.categories)
def test_the_degree_is_of_number_and_weight(seen: Data, category: str) -> None:
    heading = PHRASES["problems"][category]["heading"]
    if "{degree}" not in heading:
        return
    steps = [(step["up_to"], step["word"]) for step in PHRASES["degrees"]["steps"]]
    for count, share, word in [(1, 100, PHRASES["degrees"]["one"]), *((4, share, word) for share, word in steps)]:
        one = group(category, "a.rule", count) | {"share": Decimal(str(share))}
        assert f"（一）{heading.replace('{degree}', word)}" in written("problems", {**seen, "problems": [one], "unmet": []})
    assert steps[-1][0] == 100


def test_every_rule_a_report_tells_has_words_for_it() -> None:
    """The message of a rule speaks to whoever checks; a report needs other words."""
    own = {
        rule for entry in PHRASES["tellings"].values() if "one" in entry and "{said}" not in entry["one"] for rule in entry["rules"]
    }
    for name in POLICIES:
        policy = load(name, library())
        told = (rule for rule in policy.rules.rules.values() if policy.told_in(rule.id, rule.category) == "report")
        rules = [rule for rule in told if rule.message and rule.tie.certain]  # of what is not certain no report says anything
        assert rules
        assert [rule.id for rule in rules if not rule.report and rule.id not in own] == []


def test_the_rules_of_each_telling_are_rules() -> None:
    known = {rule for name in POLICIES for rule in load(name, library()).rules.rules}
    named = [rule for entry in PHRASES["tellings"].values() for rule in entry["rules"]]
    assert set(named) | set(PHRASES["score"]["rules"]) | set(PHRASES["completion"]["rules"]) <= known
    assert len(named) == len(set(named))


def test_what_templates_ask_for_has_its_comment_and_nothing_else_has() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "templates" / "narrative").iterdir()]
    asked = {found for text in [*texts, PHRASES["unmet"]["missing"], *PHRASES["caution"].values()] for found in ASK.findall(text)}
    assert asked == set(PHRASES["asks"])


# what happened


HAPPENED = {
    "counted": (indicator(), "“甲”完成3次（目标1次）"),
    "a rate": (indicator(rate=True, target="≥95%", actual="97%"), "“甲”达到97%（目标≥95%）"),
    "a rate not met": (indicator(rate=True, met="no", target="≥95%", actual="93%"), "“甲”为93%（目标≥95%）"),
    "nothing done": (indicator(met="no", none=True, actual="0"), "“甲”没有完成（目标1次，实际0）"),
    "less is better": (indicator(direction="inverse", target="≤4小时", actual="2小时"), "“甲”为2小时，控制在目标（≤4小时）以内"),
    "too much": (indicator(direction="inverse", met="no", target="≤2%", actual="3%", rate=True), "“甲”为3%，超过目标（≤2%）"),
    "nothing happened": (indicator(direction="inverse", zero=True, target="0", actual="0"), "“甲”为0，没有发生"),
    "it happened": (indicator(direction="inverse", zero=True, met="no", target="0次", actual="1次"), "“甲”目标为0次，实际发生1次"),
    "a rate of nothing": (indicator(direction="inverse", zero=True, rate=True, target="0%", actual="0%"), "“甲”为0%"),
    "a rate of something": (
        indicator(direction="inverse", zero=True, rate=True, met="no", target="0%", actual="2%"),
        "“甲”目标为0%，实际为2%",
    ),
    "several values": (indicator(single=False, actual="正高81%，副高88%"), "“甲”的完成情况为“正高81%，副高88%”（目标1次）"),
    "no way is better": (indicator(direction="unknown", target="=650元", actual="650元"), "“甲”实际为650元（目标=650元）"),
    "bare words": (indicator(nature="qualitative", actual="已完成"), "“甲”已完成"),
    "as aimed at": (indicator(nature="qualitative", target="按季发布", actual="按季发布"), "“甲”按目标完成（按季发布）"),
    "in words": (indicator(nature="qualitative", actual="有所改善"), "“甲”的完成情况为“有所改善”"),
}


@pytest.mark.parametrize("case", HAPPENED)
def test_a_sentence_says_what_happened(seen: Data, case: str) -> None:
    item, told = HAPPENED[case]
    unmet = [item] if item["met"] == "no" else []
    data = seen | {"indicators": [item], "unmet": unmet, "undecided": [], "goals": [], "filed": {"unmet": ""}}
    data["counts"] = {**seen["counts"], "indicators": "1", "met": str(1 - len(unmet)), "unmet": str(len(unmet))}
    assert told in written("completion", data)


# the score


def score(value: str = "40", **more: Any) -> Data:
    return {
        "value": value,
        "reported": value,
        "computed": value,
        "differs": False,
        "open": False,
        "low": "",
        "high": "",
        "outside": False,
    } | more


SCORES: dict[str, tuple[Data, list[str], list[str]]] = {
    "adds up": ({}, ["得分为100.00分，其中：预算执行得20.00分，产出指标得80.00分。自评等级为“优”。"], ["不一致", "【"]),
    "does not, and is open": (
        {"total": score("99", open=True), "adds_up": False, "to_judge": [indicator()]},
        ["以上各项相加为100.00分，与总分99.00分不一致【请核定总分】。", "“甲”的得分不能按计分办法算出", "【请核定得分】"],
        ["核定后，总分应在"],
    ),
    "does not for rounding": ({"total": score("99.99"), "adds_up": False}, ["以上各项分别取整，相加为100.00分"], ["【"]),
    "open within bounds": (
        {"total": score("100", open=True, low="90", high="100"), "to_judge": [indicator()]},
        ["核定后，总分应在90.00分至100.00分之间。"],
        ["不在此范围内", "不一致"],
    ),
    "open and outside": (
        {"total": score("100", open=True, low="90", high="95", outside=True), "to_judge": [indicator()]},
        ["现列总分不在此范围内【请核定总分】"],
        [],
    ),
    "a part is missing": (
        {"parts": [score("80", name="产出指标"), score("", name="效益指标")]},
        ["产出指标得80.00分；效益指标的得分没有填报【请填写得分】。"],
        ["效益指标得"],
    ),
    "execution is missing": (
        {"execution_score": score("", open=True), "total": score("80", open=True)},
        ["其中：产出指标得80.00分；预算执行的得分没有填报【请填写得分】", "“预算执行”的得分不能按计分办法算出"],
        ["得分，", "预算执行得"],
    ),
    "nothing but the total": (
        {"execution_score": score("20"), "parts": []},
        ["其中：预算执行得20.00分。"],
        ["，。"],
    ),
    "no total": ({"total": score("", open=True)}, ["总分没有填报【请填写得分】"], ["不一致"]),
    "no grade": ({"grade": ""}, ["产出指标得80.00分。"], ["等级"]),
}


@pytest.mark.parametrize("case", SCORES)
def test_the_score_is_told_as_far_as_it_is_known(seen: Data, case: str) -> None:
    change, there, absent = SCORES[case]
    base = {
        "total": score("100"), "execution_score": score("20"), "parts": [score("80", name="产出指标")], "parts_sum": Decimal(100),
        "adds_up": True, "grade": "优", "to_judge": [], "score_problems": "",
    }  # fmt: skip
    text = written("score", {**seen, **base, **change})
    assert [part for part in there if part not in text] == []
    assert [part for part in absent if part in text] == []


def test_the_problems_of_the_score_are_marked(seen: Data) -> None:
    assert "@problem P1 P4\n" in written("score", {**seen, "score_problems": "P1 P4"})


# money


BUDGETS: dict[str, tuple[Data, str]] = {
    "left over": ({}, "预算500.00万元，实际执行400.00万元，预算执行率为80.00%，尚有100.00万元没有执行。"),
    "cut": (
        {"changed": True, "cut": True, "change": Decimal(10**6)},
        "年初预算600.00万元，年中压减100.00万元，调整后预算500.00万元",
    ),
    "raised": ({"changed": True, "change": Decimal(10**6)}, "年中追加100.00万元"),
    "all spent": ({"rate_number": Decimal(100), "rate": "100.00%"}, "预算执行率为100.00%，预算已全部执行。"),
    "more than all": ({"rate_number": Decimal(110), "rate": "110.00%"}, "执行数大于预算数【请核实执行数】。"),
    "rest not known": ({"unspent": None}, "预算执行率为80.00%。"),
    "only the rate": ({"budget": None, "executed": None, "unspent": None}, "年度项目预算执行率为80.00%。"),
    "nothing": ({"rate": "", "rate_number": None, "budget": None}, "执行率无从计算【请填写预算数和执行数】。"),
    "a budget of nothing": (
        {"rate": "", "rate_number": None, "budget": Decimal(0)},
        "预算为0.00万元，执行率无从计算【请核实预算数】。",
    ),
}


@pytest.mark.parametrize("case", BUDGETS)
def test_the_execution_is_told_by_what_is_known(seen: Data, case: str) -> None:
    change, told = BUDGETS[case]
    budget = {
        "unit": "万元", "original": Decimal(6 * 10**6), "budget": Decimal(5 * 10**6), "executed": Decimal(4 * 10**6),
        "unspent": Decimal(10**6), "rate": "80.00%", "rate_number": Decimal(80), "changed": False, "cut": False, "change": None,
        "basic": None, "project": None,
    }  # fmt: skip
    assert told in written("completion", {**seen, "kind": "project", "budget": {**budget, **change}})
    four = written("remedies", {**seen, "budget": {**budget, **change}})
    assert ("【请填写处理意见】" in four) == (case in ("left over", "cut", "raised"))


# what was completed, and what was not


def completion(seen: Data, rows: list[Data], goals: int, **more: Any) -> str:
    """The section with these rows spread over so many goals."""
    data = deepcopy(seen) | {"indicators": rows, "filed": {"unmet": ""}}
    data["unmet"] = [row for row in rows if row["met"] == "no"]
    data["undecided"] = [row for row in rows if row["met"] == "unknown"]
    data["goals"] = [{"number": str(n), "title": f"目标{n}", "indicators": rows[n::goals]} for n in range(goals)]
    met = sum(row["met"] == "yes" for row in rows)
    data["counts"] = {"goals": str(goals), "indicators": str(len(rows)), "met": str(met), "unmet": str(len(data["unmet"])),
                      "undecided": str(len(data["undecided"])), "rate": "50.00%"}  # fmt: skip
    return written("completion", {**data, **more})


def test_few_goals_are_told_one_by_one_and_many_in_groups(seen: Data) -> None:
    rows = [indicator(f"指标{n}", met="no" if n % 4 == 3 else "yes", over=n == 0) for n in range(24)]
    few, many = completion(seen, rows, 2), completion(seen, rows, 12)
    assert "“目标0”方面，12个指标全部完成：" in few
    assert "“目标1”方面，12个指标完成6个：" in few
    assert "“目标0”“目标1”“目标2”“目标4”" in many
    assert "的指标都没有完成。" in many
    assert "完成的指标中有1个超过目标，超过较多的有：“指标0”完成3次（目标1次）。" in many
    assert "方面，" not in many


def test_all_none_and_open(seen: Data) -> None:
    assert "全部完成，指标完成率为" in completion(seen, [indicator("甲"), indicator("乙")], 1)
    none = completion(seen, [indicator("甲", met="no"), indicator("乙", met="no")], 1)
    assert "没有一个达到目标值，指标完成率为" in none
    assert "方面，" not in none
    left = completion(seen, [indicator("甲"), indicator("乙", met="unknown")], 1)
    assert "确认完成1个" in left
    assert "“乙”是否完成尚待核实【请核实是否完成】。" in left
    assert "除尚待核实的指标外，没有未完成的绩效指标。" in left


def test_what_was_not_completed_has_its_reason_or_asks_for_it(seen: Data) -> None:
    one = indicator("甲", met="no", actual="0次", none=True)
    assert "（目标1次，实际0次）。原因：【请填写原因】。" in completion(seen, [one], 1)
    assert "。原因：招标流标。" in completion(seen, [one | {"reason": "招标流标。"}], 1)
    filed = {"unmet": "因疫情没有召开。"}
    assert "（目标1次，实际0次）。因疫情没有召开。" in completion(seen, [one], 1, filed=filed)
    two = [one, indicator("乙", met="no")]
    assert "没有完成的绩效指标有2个" in completion(seen, two, 1)
    assert "@unmet" in completion(seen, two, 1)
    assert "\n因疫情没有召开。\n" in completion(seen, two, 1, filed=filed)
    assert "\n无。\n" in completion(seen, [indicator()], 1)


def test_an_event_and_what_else_was_missed(seen: Data) -> None:
    event = indicator("事故", met="no", direction="inverse", zero=True, target="0起", actual="1起")

    def told(*rows: Data, also: bool = False) -> str:
        one = {**group("completion", "a.rule", 0), "tellings": [], "missed": list(rows), "also": also}
        return written("problems", {**seen, "kind": "project", "called": "某项目", "problems": [one], "unmet": list(rows)})

    assert "\n“事故”（5分）目标为0起，实际发生1起。原因见前文。" in told(event)
    assert "实际发生1起。此外，某项目的“乙”（5分）没有达到年初目标。" in told(event, indicator("乙", met="no"))
    assert "\n此外，某项目的“乙”（5分）没有达到年初目标。" in told(indicator("乙", met="no"), also=True), (
        "the report tells the others"
    )
    several = [indicator(f"指标{n}", met="no", weight=str(n), weight_number=Decimal(n)) for n in range(1, 8)]
    text = told(*several)
    assert "某项目有7个指标没有完成，分值合计28.00分：“指标7”（7分）、“指标6”（6分）" in text  # heaviest first
    assert "等。原因见前文。" in text


def test_without_problems_nothing_is_made_up(seen: Data) -> None:
    assert "没有发现需要在本报告中说明的管理问题。" in written("problems", {**seen, "problems": []})
    assert "【请填写改进措施】。" in written("remedies", {**seen, "problems": []})


def test_signature(seen: Data) -> None:
    assert "> 2022年4月27日" in written("form", {**seen, "filled_on": "2022年4月27日"})
    assert "> 【请填写日期】" in written("form", {**seen, "filled_on": ""})


def test_a_section_names_its_form_once(seen: Data) -> None:
    """A name is said where it comes first, afterwards 项目; what is the form's needs no name then."""
    data = {**seen, "kind": "project", "called": "培训经费项目", "unmet": []}
    data["problems"] = [group("design", "few", 1), group("design", "lacking", 2), group("target", "exceeded", 2)]
    three, four = written("problems", data), written("remedies", data)
    assert three.count("培训经费项目") == four.count("培训经费项目") == 1
    assert "项目有2个指标超过目标值较多" in three
    assert re.search(r"增设数量指标、质量指标。三是编制以后年度目标时，参照2021年度完成数调整“甲”", four)
    department = {**data, "kind": "department", "unit": "某某局"}
    assert written("problems", department).count("某某局部门整体支出") == 1
