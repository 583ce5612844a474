"""Figures in running text: what is one, and what the words around it make of it. Sentences of our own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.policy.library import library
from engine.policy.loading import load
from engine.values.figures import Figure, figures_in

POLICY = load("hubei/2021", library(), locked=False)


def read(text: str, year: int = 2021) -> list[Figure]:
    assert POLICY.figures is not None
    return list(figures_in(text, POLICY.words, POLICY.figures.patterns, year))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("新建水渠12.5公里，受益群众1,230余人。", [("12.5", "公里", ""), ("1230", "人", "余")]),
        ("接待游客38.2万人次，满意率95%。", [("382000", "人次", ""), ("95", "%", "")]),
        ("覆盖率达到百分之90。", [("90", "%", "")]),
        ("近80人参加", [("80", "人", "近")]),
    ],
)
def test_numbers_with_units_are_read(text: str, said: list[tuple[str, str, str]]) -> None:
    assert [(item.number, item.unit, item.approximate) for item in read(text)] == [(Decimal(n), u, a) for n, u, a in said]


@pytest.mark.parametrize(
    "text",
    [
        "2021年11月30日前完成",
        "根据财预〔2020〕10号文件",
        "第5届、第12期简报",
        "发布《2021年100件实事报告》",
        "新建泵站10-15座，改造3至5处",
        "G20峰会、PM2.5、5G基站",
        "设置了25个绩效指标，涉及9个年度目标",
        "本项目设定三级指标13个，完成11个，未完成2个",
        "年初设置绩效指标12项。实际完成9项。",
        "1.组织培训；（2）开展检查",
        "全天7×24小时值守",
    ],
)
def test_what_is_no_figure_of_something_is_left(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "hedges"),
    [
        ("2020年培训30人，2021年培训31人", ["other", ""]),
        ("培训由上年的30人增加到35人", ["other", ""]),
        ("培训36人，比上年增加5人", ["", "change"]),
        ("同比增长12%，明年力争培训40人", ["change", "later"]),
        ("2022年培训50人", ["later"]),
        ("培训36人，其中女性12人", ["", "part"]),
        ("接待观众超目标20.4%", ["change"]),
        ("资助项目低于目标15项，系从严评审", ["change"]),
        ("丰水期、枯水期各开展水质检测1次", ["each"]),
        ("举办各类培训12期", [""]),
        ("1部丛书未能年底前出版", ["part"]),
        ("查办案件未达到200件", ["other"]),
        ("完成预留额度2,085万元的118%", ["other", "share"]),
        ("2023年拟将审核时限由90日压缩至60日", ["later", "later"]),
        ("每人每月补助800元", ["each"]),
        ("完成目标的93%", ["share"]),
        ("差错率不超过3%", ["bound"]),
        ("专家工作站少建1个", ["change"]),
        ("泵站多完成2座，水渠短3公里", ["change", "change"]),
        ("泵站至少建2座", [""]),
    ],
)
def test_words_make_a_figure_another_than_what_was_done(text: str, hedges: list[str]) -> None:
    assert [item.hedge for item in read(text)] == hedges


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("危桥改造计划8座，完成7座", ["target", "actual"]),
        ("组织了1期（目标值3期）培训", ["", "target"]),
        ("计划完成6个模块，实际完成5个", ["target", "actual"]),
        ("返工率1.8%，好于2%的控制目标", ["", "target"]),
        ("按计划购置设备12台", [""]),
    ],
)
def test_a_figure_is_planned_or_reached(text: str, sides: list[str]) -> None:
    assert [item.side for item in read(text)] == sides


def test_a_figure_with_no_name_beside_it_is_of_what_was_named_before() -> None:
    assert ["危桥改造" in item.own for item in read("危桥改造计划8座，完成7座；治理隐患3处")] == [True, True, False]
    assert ["实用技术" in item.own for item in read("开展实用技术培训58期3,480人次")] == [True, True]


def test_items_of_a_list_are_not_mixed() -> None:
    first, second = read("报送口头发言1篇、团体提案4篇")
    assert "提案" not in first.own
    assert "发言" not in second.own


@pytest.mark.parametrize("text", ["(" * 20_000 + "5人", "5人" * 6_000, "1,2," * 5_000 + "3个", "培训5人，" * 4_000])
def test_hostile_text_ends(text: str) -> None:
    assert len(read(text)) <= 20_000
