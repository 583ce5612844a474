"""Drafted sections held against filed ones: what is missing is added where it belongs, what is told is not told again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.errors import Place
from engine.policy.loading import load
from engine.reports.draft import Block, Draft, parse
from engine.reports.revision.filed import has_report
from engine.reports.revision.model import Addition, TextChange
from engine.reports.revision.sections import FiledSections, additions, drafted_sections
from engine.reports.revision.undivided import renumbered, with_keys
from engine.submission.model import Cell, Form, Section, UnmetRow

POLICY = load("hubei/2021")
SECTIONS = frozenset(section.id for section in POLICY.narrative.sections if section.filed)  # type: ignore[union-attr]
ORDINALS = "一二三四五六七八九十"
DRAFT = """# 一、自评得分

得分为95.58分。

# 二、绩效目标完成情况

## （一）执行率情况

执行24.00万元，执行率为75.00%。

## （二）完成的绩效目标

完成2个。

## （三）未完成的绩效目标

没有完成的有2个：

@unmet

# 三、存在的问题和原因

## （一）部分指标没有完成

@problem P1
“培训期数”和“服务投诉次数”没有完成，分值合计40.00分。原因：【请填写原因】。

## （二）指标设计有待完善

@problem P2 P3
没有成本指标、时效指标。“服务水平”的分值占38.5%，权重过于集中。原因：【请填写原因】。

# 四、下一步改进措施

## （一）下一步改进措施

一是查明培训没有完成的原因。二是增设成本指标。

## （二）与预算安排相结合情况

作为安排预算的依据。
"""


def filed(*sections: tuple[str, int, str, Sequence[str]], unmet: int = 0) -> Form:
    """A form with these sections: key, depth, heading, paragraphs; places count from 1."""
    number, made = 0, []
    for key, depth, heading, paragraphs in sections:
        number += 1
        place = Place(path=f"第{number}段")
        cells = []
        for text in paragraphs:
            number += 1
            cells.append(Cell(text, Place(path=f"第{number}段")))
        made.append(Section(key, heading, depth, place, tuple(cells)))
    rows = tuple(UnmetRow("培训期数", Place(table=1, row=n + 2)) for n in range(unmet))
    return Form("project", "示例", "单位", 2021, Place(), report=tuple(made), unmet=rows)


TITLE = ("", 1, "2021年度示例项目绩效自评报告", ())
SCORE = ("score", 1, "一、自评得分", ("得分为95.58分。",))
SECOND = ("", 1, "二、绩效目标完成情况", ())
RATE = ("execution", 2, "（一）执行率情况", ("执行率为75.00%。",))
MET = ("met", 2, "（二）完成的绩效目标", ("完成2个。",))
UNMET = ("unmet", 2, "（三）未完成的绩效目标", ("如下表：",))
PROBLEMS = ("problems", 1, "三、存在的问题", ())
PROBLEM = ("problem", 2, "（一）培训没有完成", ("“培训期数”“服务投诉次数”没有完成，共40.00分，占38.5%。",))
FOURTH = ("", 1, "四、下一步改进措施", ())
REMEDIES = ("remedies", 2, "（一）下一步改进措施", ("一是加强管理。",))
USE = ("budget_use", 2, "（二）与预算安排相结合情况", ("作为参考。",))
WHOLE = (TITLE, SCORE, SECOND, RATE, MET, UNMET, PROBLEMS, PROBLEM, FOURTH, REMEDIES, USE)


def added(form: Form, **more: Any) -> list[Addition | TextChange]:
    assert POLICY.layout
    narrative = {"score": "score", "completion": "completion", "problems": "problems", "remedies": "remedies"}
    blocks: list[Block] = []
    for part, name in zip(DRAFT.split("\n# "), narrative, strict=True):
        blocks += parse(part if part.startswith("# ") else f"# {part}", name, "t")
    draft = Draft("示例", "示例", tuple(blocks), None)  # type: ignore[arg-type]  # its data is not looked at
    sections = drafted_sections(draft, POLICY.layout, SECTIONS)
    note = more.get("note", lambda block: (f"问题{block.problem}",) if block.problem else ())
    return list(
        additions(
            sections, FiledSections(form, POLICY.layout), 55, note, list(ORDINALS), "补写", KINDS, unmet=more.get("unmet", ())
        )
    )


KINDS = [["没有完成"], ["指标设计有待", "指标设计不"]]


def texts(one: Addition | TextChange) -> list[str]:
    return [one.right] if isinstance(one, TextChange) else [block.block.text for block in one.blocks]


def test_a_report_that_has_all_gets_only_the_problems_it_does_not_tell() -> None:
    """In a heading numbered on, with the sentences alone that are new, and the measure against them numbered on."""
    problems, measures = added(filed(*WHOLE, unmet=2))
    assert isinstance(problems, Addition)
    assert texts(problems) == [
        "（二）指标设计有待完善",
        "没有成本指标、时效指标。“服务水平”的分值占38.5%，权重过于集中。原因：【请填写原因】。",
    ]
    assert problems.blocks[1].note == ("问题P2 P3",)
    assert problems.after[-1] == Place(path="第13段"), "behind the last of the problems"
    assert texts(measures) == ["二是增设成本指标。"]


@pytest.mark.parametrize(
    ("missing", "heading", "behind"),
    [
        (SCORE, "一、自评得分", 1),
        (RATE, "（一）执行率情况", 4),
        (MET, "（二）完成的绩效目标", 6),
        (USE, "（二）与预算安排相结合情况", 16),
    ],
)
def test_a_section_that_is_missing_stands_behind_the_one_before_it(missing: Any, heading: str, behind: int) -> None:
    form = filed(*(one for one in WHOLE if one is not missing), unmet=2)
    one = next(one for one in added(form) if texts(one)[0] == heading)
    assert isinstance(one, Addition)
    assert one.after[-1] == Place(path=f"第{behind}段")
    assert one.blocks[0].note == ("补写",)
    assert not any(block.note for block in one.blocks[1:])


def test_a_whole_part_that_is_missing_is_added_with_all_that_is_under_it() -> None:
    form = filed(*(one for one in WHOLE if one not in (PROBLEMS, PROBLEM)), unmet=2)
    (one,) = added(form)
    assert isinstance(one, Addition)
    assert [block.block.kind for block in one.blocks] == ["heading1", "heading2", "paragraph", "heading2", "paragraph"]
    assert Place(table=1, row=3) in one.after, "behind the table of what was not completed"


def test_a_report_without_a_title_gets_its_first_section_before_the_others() -> None:
    one = added(filed(SECOND, RATE, MET, UNMET, PROBLEMS, PROBLEM, FOURTH, REMEDIES, USE, unmet=2))[0]
    assert isinstance(one, Addition)
    assert (one.after, one.before) == ((), Place(path="第1段"))


def test_a_section_that_says_there_is_nothing_says_what_there_is() -> None:
    nothing = ("unmet", 2, "（三）未完成的绩效目标", ("无。",))
    form = filed(*(nothing if one is UNMET else one for one in WHOLE))
    change, rest = (one for one in added(form) if texts(one)[0] in ("没有完成的有2个：", "unmet"))
    assert isinstance(change, TextChange)
    assert (change.spot.said, change.right) == ("无。", "没有完成的有2个：")
    assert isinstance(rest, Addition)
    assert rest.blocks[0].block.kind == "table"
    empty = ("unmet", 2, "（三）未完成的绩效目标", ())
    form = filed(*(empty if one is UNMET else one for one in WHOLE))
    one = next(one for one in added(form) if texts(one)[0] == "没有完成的有2个：")
    assert isinstance(one, Addition), "under a heading with nothing below it all is added"


def test_a_sentence_with_the_same_numbers_or_names_is_told_already() -> None:
    told = ("problem", 2, "（二）指标设计不全面", ("指标没有成本指标和时效指标。“服务水平”占38.5%，过于集中。",))
    form = filed(*(one for one in WHOLE if one is not FOURTH), unmet=2)
    assert any("38.5%" in text for one in added(form) for text in texts(one)), "one number alone says little"
    both = [*WHOLE[:8], told, *WHOLE[8:]]
    assert not any("没有成本指标" in text for one in added(filed(*both, unmet=2)) for text in texts(one))


def test_what_is_new_of_a_kind_that_is_told_stands_with_it() -> None:
    """Behind the filed problem of its kind, without a heading of its own."""
    told = ("problem", 2, "（一）指标设计不全面", ("指标没有突出重点。",))
    other = ("problem", 2, "（二）资金管理有待加强", ("支付不及时。",))
    form = filed(*WHOLE[:7], told, other, *WHOLE[8:], unmet=2)
    within, apart = sorted((one for one in added(form) if "查明" not in texts(one)[0]), key=lambda one: len(texts(one)))
    assert texts(within) == ["没有成本指标、时效指标。“服务水平”的分值占38.5%，权重过于集中。原因：【请填写原因】。"]
    assert isinstance(within, Addition)
    assert within.after[-1] == Place(path="第13段")
    assert texts(apart)[0] == "（三）部分指标没有完成", "numbered on from the filed ones"


UNDIVIDED = ("", 1, "二、部门整体绩效目标完成情况", ("预算32.00万元，执行24.00万元，执行率75.00%。", "培训期数完成2期。"))


@pytest.mark.parametrize(
    ("heading", "second"),
    [
        ("of about the same name", UNDIVIDED),
        ("of another name, with its figures", ("", 1, "二、工作情况", (UNDIVIDED[3][0], "全年得分为95.58分。"))),
    ],
)
def test_a_part_that_is_not_divided_is_kept_and_not_written_a_second_time(heading: str, second: Any) -> None:
    """Only what was not reached and is not named there is added behind it, without headings."""
    form = filed(TITLE, SCORE, second, PROBLEMS, PROBLEM, FOURTH, REMEDIES, USE)
    found = [one for one in added(form, unmet=["培训期数", "服务投诉次数"]) if isinstance(one, Addition)]
    told = [block.block for one in found for block in one.blocks]
    if heading == "of about the same name":
        assert [block.text for block in told if block.section == "completion"] == ["没有完成的有2个：", "unmet"]
    assert not [block for block in told if block.kind == "heading1"]
    named = filed(
        TITLE, SCORE, (*second[:3], (*second[3], "培训期数、服务投诉次数没有完成。")), PROBLEMS, PROBLEM, FOURTH, REMEDIES, USE
    )
    more = [block.block for one in added(named) for block in getattr(one, "blocks", ())]
    assert not [block for block in more if block.section == "completion"]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("一、自评得分", "二、完成情况", "三、存在的问题"), ("四、改进", True, "四、改进")),
        (("一、项目概况", "二、完成情况"), ("一、自评得分", False, "自评得分")),  # its number is another's
        (("一、自评得分", "三、存在的问题"), ("二、完成情况", False, "二、完成情况")),
        (("自评得分", "完成情况"), ("三、存在的问题", True, "存在的问题")),  # the filed parts have no numbers
    ],
)
def test_an_added_part_takes_no_number_that_is_taken(headings: tuple[str, ...], expected: tuple[str, bool, str]) -> None:
    text, last, right = expected
    assert renumbered(headings, list(ORDINALS))(text, last) == right


def test_a_record_that_does_not_say_what_its_sections_are_is_read_by_their_headings() -> None:
    bare = filed(*(("", *one[1:]) for one in WHOLE))
    assert [section.key for section in with_keys(bare, POLICY.layout).report if section.depth == 2] == [
        one[0] for one in WHOLE if one[1] == 2
    ]


def test_a_text_under_headings_that_nobody_knows_is_a_report_too() -> None:
    """It stays as it is; told figures are not told again, and what is added has no number where its own parts have none."""
    own = filed(("", 1, "自评说明", ("全年执行24.00万元，执行率75.00%。", "培训期数完成2期，目标3期。")))
    assert has_report(own)
    assert not has_report(filed(("", 1, "2021年度示例项目绩效自评报告", ("示例单位", "2022年3月"))))
    told = [block.block for one in added(own) for block in getattr(one, "blocks", ())]
    assert [block.text for block in told if block.kind == "heading1"] == ["自评得分", "存在的问题和原因", "下一步改进措施"]
    assert not any("75.00%" in block.text for block in told)


def test_a_report_without_headings_of_a_second_depth_gets_none() -> None:
    """What is added stands behind its own paragraphs, without a heading that would be the only one with a number."""
    second = ("met", 1, "二、绩效目标完成情况", ("完成2个。",))
    problems = ("problems", 1, "三、存在的问题", ("人手不足。",))
    fourth = ("remedies", 1, "四、下一步改进措施", ("加强管理。",))
    found = added(filed(TITLE, SCORE, second, problems, fourth))
    assert not any(block.block.kind.startswith("heading") for one in found if isinstance(one, Addition) for block in one.blocks)
    assert any("没有成本指标" in text for one in found for text in texts(one))
    assert any(text == "作为安排预算的依据。" for one in found for text in texts(one))
