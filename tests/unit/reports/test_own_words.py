"""What a filed report says itself: what it tells is not told again, and praise that its figures speak against is asked about."""

from __future__ import annotations

from functools import cache

import pytest
from conftest import SMALL_FORM

from engine.documents import text as text_reader
from engine.errors import Place
from engine.findings.findings import Checker
from engine.forms.reader import read_forms
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.reports.context import Context, contexts
from engine.reports.own_words import OwnProblem, OwnProblems, said
from engine.reports.revision.notes import RevisionNotes
from engine.reports.revision.praise import doubtful_praise
from engine.results.document import to_data
from engine.results.model import Result
from engine.scoring.form import evaluate
from engine.submission.model import Submission

REPORT = """2021年度示例经费项目
绩效自评结果

一、自评得分
示例单位2021年度示例经费项目绩效自评得分为74.67分，自评等级为“中”。
二、绩效目标完成情况
（二）完成的绩效目标
{done}
三、存在的问题
（一）{heading}
{problem}
四、下一步改进措施
（一）下一步改进措施
一是加强管理。
附件：
"""
PLAIN = "项目设置了4个绩效指标。"


@cache
def policy() -> Policy:
    return load("hubei/2021", library())


@cache
def made(problem: str, heading: str = "有待改进", done: str = PLAIN) -> tuple[Context, Result]:
    text = REPORT.format(done=done, heading=heading, problem=problem) + SMALL_FORM
    forms = read_forms(text_reader.read_text(text), policy().layout)
    evaluation = evaluate(Submission(forms), policy())
    result = to_data(evaluation, Checker(policy()).check(evaluation))
    (context,) = contexts(result, forms, policy())
    return context, result


def tellings(context: Context) -> dict[str, list[str]]:
    """What is told, and of what; what was not completed under its own name."""
    groups = context.data["problems"]
    told = {one["entry"]: one["lacks"] or one["names"] for group in groups for one in group["tellings"]}
    missed = [item["name"] for group in groups for item in group["missed"]]
    return {**told, **({"missed": missed} if missed else {})}


def admitted(context: Context) -> set[str]:
    return {finding["rule"] for one in context.admitted for finding in one.findings}


ALL = {
    "missed": ["培训期数", "服务投诉次数"],
    "not-measurable": ["服务水平"],
    "few": ["示例经费"],
    "lacking": ["成本指标", "时效指标"],
    "concentrated": ["服务水平"],
    "low-execution": ["示例经费"],
}
KINDS = {
    "lacking": "design",
    "few": "design",
    "concentrated": "design",
    "low-execution": "budget",
    "not-measurable": "design",
    "missed": "completion",
}
CASES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "nothing of it": ("内部管理制度有待完善。", {}),
    "a kind that is lacking": ("没有设置成本指标。", {"lacking": ["时效指标"]}),
    "both kinds": ("指标中缺少成本指标和时效指标。", {"lacking": []}),
    "the budget": ("预算执行率偏低。", {"low-execution": []}),
    "the budget, in other words": ("资金支付不及时，结余较大。", {"low-execution": []}),
    "few indicators": ("指标设置过少，不够全面。", {"few": []}),
    "of an indicator": ("“服务水平”一项分值过于集中。", {"concentrated": []}),
    "the matter, but of another": ("“服务对象满意度”一项分值过于集中。", {}),
    "the indicator, but another matter": ("“服务水平”还要进一步提高。", {}),
    "of an indicator, in no word that is known": ("“服务水平”占的权重值得商榷。", {"concentrated": []}),
    "its target, in no word that is known": ("服务水平一项的目标定得随意。", {"not-measurable": []}),
    "its target in one sentence, its name in another": ("目标定得随意。服务水平要提高。", {}),
    "what was missed, by name": ("“培训期数”没有完成。", {"missed": ["服务投诉次数"]}),
    "what was missed, all by name": ("培训期数、服务投诉次数未达到目标。", {"missed": []}),
    "what was missed, as a rate": ("指标完成率仅50%，偏低。", {"missed": []}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_that_the_report_tells_itself_is_not_told_again(case: str) -> None:
    """The same matter of the same thing is left out, all else is told; what the rules found of it is said beside its sentence."""
    text, changed = CASES[case]
    context, _ = made(text)
    assert tellings(context) == {key: names for key, names in (ALL | changed).items() if names}
    kinds = {KINDS[key] for key in changed} - {"budget"}  # of which the rules find nothing where the report tells it
    assert {policy().rules.rules[rule].category for rule in admitted(context)} == kinds


def test_what_is_left_of_a_matter_is_told_as_a_further_one() -> None:
    context, _ = made("没有设置成本指标。")
    (lacking,) = (one for group in context.data["problems"] for one in group["tellings"] if one["entry"] == "lacking")
    assert lacking["also"]
    (completion,) = (group for group in made("“培训期数”没有完成。")[0].data["problems"] if group["missed"])
    assert completion["also"]


def test_a_problem_of_another_form_is_none_of_this_one() -> None:
    one = OwnProblem("完成率偏低", "如商协会工作经费完成率偏低。", Place(), "部门整体支出", ("商协会工作经费", "部门整体支出"))
    own = OwnProblems((one,))
    assert own.telling(["完成率…低"], "部门整体支出", of_form=True) is None
    assert own.telling(["完成率…低"], "商协会工作经费", of_form=False) is one, "but it is told of what it names"
    assert OwnProblem("", "部门整体支出和商协会工作经费都偏低。", Place(), "部门整体支出", ("商协会工作经费",)).elsewhere() is False


def test_a_wording_has_room_between_its_parts_within_a_sentence() -> None:
    assert said("项目仅设置了4个绩效指标", ["仅设置…指标"])
    assert not said("仅设置了4个。绩效指标", ["仅设置…指标"])
    assert not said("仅设置了" + "很" * 40 + "多指标", ["仅设置…指标"])
    assert not said("(((仅设置", ["仅设置…指标", "a(b"])


PRAISE = {
    "执行情况良好，各项工作有序开展。": ("执行情况良好", ["自评等级为“中”", "完成率为50.00%"]),
    "项目总体完成情况较好。": ("完成情况较好", ["4个指标完成2个"]),
    "各项指标均已完成。": ("均已完成", ["“培训期数”“服务投诉次数”没有完成"]),
    "产出指标全部完成。": ("全部完成", ["“培训期数”“服务投诉次数”没有完成"]),
    "“培训期数”指标全部完成。": ("全部完成", ["“培训期数”没有完成"]),
    "预算执行情况较好。": ("预算执行情况较好", ["预算执行率为75.00%"]),
    "效益指标全部完成。": None,
    "“服务水平”指标全部完成。": None,
    "除培训期数等外，其余指标全部完成。": None,
    "力争明年各项指标全部完成。": None,
    "项目取得了较好的社会效益。": None,
    "没有做到各项指标全部完成。": None,
    "会议均按时召开。": None,
}


@pytest.mark.parametrize("sentence", PRAISE)
def test_praise_that_the_figures_speak_against_is_a_question(sentence: str) -> None:
    context, result = made("内部管理有待完善。", done=PLAIN + sentence)
    revision = policy().narrative.revision  # type: ignore[union-attr]
    assert revision
    found = list(doubtful_praise(context, policy(), revision, RevisionNotes(result, policy(), revision.notes)))
    expected = PRAISE[sentence]
    assert len(found) == (expected is not None), found
    if expected:
        (spot, note), (words, facts) = found[0], expected
        assert spot.said == words
        assert note[0].startswith(f"请核实：这里写“{words}”，而")
        assert all(fact in note[0] for fact in facts), note
        assert note[1] == "依据：绩效自评核对的通行做法：文表一致"
