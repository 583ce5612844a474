"""Words taken away from texts, words two texts share, slips of the pen: what is left is counted, nothing is judged."""

from __future__ import annotations

import pytest

from engine.policy.loading import load
from engine.values.prose import Prose, core, groups_in, shared, slips, without

WORDS = load("central/2020").prose


@pytest.mark.parametrize(
    ("text", "left"), [("/", ""), ("——", ""), ("无。", "无"), (" 略 ", "略"), ("Ｎ/Ａ", "NA"), ("95 %", "95%")]
)
def test_the_core_of_a_text_has_no_signs(text: str, left: str) -> None:
    assert core(text) == left


def test_what_is_left_has_neither_the_words_nor_what_was_given() -> None:
    assert without("有效提升社会影响力", ("有效", "提升", "社会影响力")) == ""
    assert without("提高民营经济人士参政议政水平", ("提高", "水平"), ["引导民营经济人士参政议政"]) == ""
    assert without("资金未到位", ("管理",), ["资金到位率"]) == "未"
    # a run that is cut out does not make a word of what stood on its two sides
    assert without("管举办理", ("管理",), ["举办"]) == "管理"


def test_the_longest_run_two_texts_share() -> None:
    assert shared("举办技能培训班", "举办培训班促进就业", ("举办",)) == "培训班"
    assert shared("森林覆盖率", "培训合格率", ()) == ""
    assert shared("新建充电站", "新建停车场", ("新建",)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "从干部中选拔付出多的",
        "自己经营困难",
        "期末完成考核",
        "公园满意度",
        "收到帐篷12顶",
        "按装机容量补助",
        "究竟标准如何",
        "按排名奖励",
        "拨付及时",
        "人口普查",
        "岁末完成收官",
        "颁布属地办法",
        "推委员到会",
    ],
)
def test_words_that_only_look_wrong_are_no_slips(text: str) -> None:
    assert slips(text, WORDS) == []


@pytest.mark.parametrize("wrong", sorted(WORDS.typos))
def test_every_listed_slip_is_found_and_no_right_word_is_one(wrong: str) -> None:
    right = WORDS.typos[wrong]
    assert (wrong, right) in slips(f"，{wrong}，", WORDS)
    assert slips(f"，{right}，", WORDS) == []


def test_a_slip_is_told_once_and_in_its_place() -> None:
    words = Prose(typos={"拔付": "拨付", "峻工": "竣工"}, typo_exceptions=("选拔付",))
    assert slips("峻工后拔付，又拔付；选拔付", words) == [("峻工", "竣工"), ("拔付", "拨付")]


def test_groups_are_found_by_any_of_their_words() -> None:
    assert groups_in("工商联宣传员培训", {"宣传员": ("宣传员", "通讯员"), "教师": ("教师",)}) == {"宣传员"}
