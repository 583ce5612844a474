"""Names read from their end: only words cut out at their place count, whatever stands between."""

from __future__ import annotations

from functools import cache

import pytest

from engine.language.name_reading import NameReader, NameReading
from engine.policy.loading import load
from engine.values.name_lists import NameListError, name_words
from engine.values.name_parts import NameParts, folded, parts_of
from engine.values.vocabulary import Vocabulary, vocabulary


@cache
def reader() -> NameReader:
    found = load("hubei/2021", locked=False).name_reader
    assert found is not None
    return found


def parts(name: str, unit: str = "") -> NameParts:
    return parts_of(name, unit, reader().lists, reader().words)


def reading(name: str, unit: str = "") -> NameReading:
    return reader().read(name, unit)


@pytest.mark.parametrize(
    ("name", "unit", "head", "last", "verb"),
    [
        ("违法占地复耕面积", "亩", "count", "treating", ""),
        ("查处违法案件数", "件", "count", "badly", "enforcing"),
        ("全年组织培训班期数", "期", "count", "output", "done"),
        ("案件数量", "件", "count", "", ""),  # 案件 is no 件数 of 案
        ("违法行为查处数", "起", "count", "enforcing", ""),  # nor is 查处数 a 处数 of 查
        ("渗漏点处数", "处", "count", "bad", ""),
        ("处置突发事件数量", "起", "count", "emergency", "coping"),
        ("缩短政府采购审批时间", "天", "time", "receiving", "saving"),
        ("优良天数比例", "%", "share", "good", ""),
        ("新建公厕", "座", "count", "output", "done"),
        ("服务对象投诉次数", "次", "count", "bad", ""),  # the verb makes a name of 对象 and governs nothing
        ("整治期间事故起数", "起", "count", "bad", ""),
        ("漏检率", "%", "rate", "bad", ""),
    ],
)
def test_the_parts_of_a_name(name: str, unit: str, head: str, last: str, verb: str) -> None:
    found = parts(name, unit)
    # 审批 is a verb of its own list; what matters is that it is found
    assert (found.head, found.verb) == (head, verb)
    assert found.last == last or (last == "done" and found.last == "handling")


@pytest.mark.parametrize("name", ["专用时段直播场次", "研发案例库条目数", "预案发送单位数", "下发案例汇编本数"])
def test_two_characters_that_meet_are_no_word(name: str) -> None:
    assert all(key not in ("bad", "limit") for _, key in parts(name).words)


@pytest.mark.parametrize(
    ("name", "unit", "direction"),
    [
        ("不合格率", "%", "inverse"),
        ("未按时完成率", "%", "inverse"),
        ("未发生安全事故天数", "天", "positive"),
        ("无故障运行时间", "小时", "positive"),
        ("零投诉率", "%", "positive"),
        ("不合格产品下架率", "%", "positive"),
        ("逾期办理件数", "件", "inverse"),
    ],
)
def test_what_a_negation_reaches(name: str, unit: str, direction: str) -> None:
    assert reading(name, unit).direction == direction
    assert reading(name, unit).certain


@pytest.mark.parametrize(
    "name",
    ["应急救援出动次数", "投诉受理数量", "发现问题数", "缩短办理时间", "逾期案件办结数", "困难群众救助标准", "某某率", "甲乙丙"],
)
def test_what_a_name_does_not_say_is_not_guessed(name: str) -> None:
    assert not reading(name, "次").certain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("指标1：培训人次（人次）", "培训人次"),
        ("“三公”经费 控制率", "三公经费控制率"),
        ("数量指标：培训人次", "培训人次"),
        ("培训人次：", "培训人次"),
        ("★ 开展 演练次数", "开展演练次数"),
    ],
)
def test_what_is_dropped_before_reading(written: str, read: str) -> None:
    assert folded(written, reader().words) == read


def test_no_name_takes_long_or_is_lost() -> None:
    for name in ("不" * 5000, "的" * 5000, "培训" * 5000, "率" * 5000, "（" * 5000, "", " ", "\ud800", "数", "率"):
        reading(name, "次")


def test_a_word_in_two_lists_is_refused() -> None:
    lists = {
        "numbers": ["数"],
        "basis": "a#b",
        "good": {"as": "word", "label": "好", "words": "合格"},
        "bad": {"as": "word", "label": "坏", "words": "事故 合格"},
    }
    with pytest.raises(NameListError, match="合格"):
        name_words(lists, words())


@cache
def words() -> Vocabulary:
    assert vocabulary is not None
    return reader().words
