"""Names: one indicator under two names is one, two measures of one thing are two."""

from __future__ import annotations

import pytest

from engine.policy.library import library
from engine.policy.loading import load
from engine.values import names
from engine.values.names import NameRules


@pytest.fixture(scope="module")
def rules() -> NameRules:
    return load("hubei/2021", library()).names


@pytest.mark.parametrize(
    ("name", "reduced"),
    [
        ("主席、常委和执委会议数量", "主席常委和执委会议数量"),
        ("召开主席、常委和执委会议数量", "主席常委和执委会议数量"),
        ("组织民企“走出去”培训", "组织民企走出去培训"),
        ("培训人数（人）", "培训人数"),
        ("ＧＤＰ 增长率", "gdp增长率"),
        ("（　）", "（　）"),  # nothing would be left
    ],
)
def test_reduce(rules: NameRules, name: str, reduced: str) -> None:
    assert names.reduce(name, rules) == reduced


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("主席、常委和执委会议会议数量", "召开主席、常委和执委会议数量", True),
        ("主席、常委和执委会议数量", "主席、常委和执委会议人数", False),
        ("诉求回复率", "诉求受理数量", False),
        ("新建、改建校舍面积", "新建改建校舍的面积", True),
        ("一季度培训人数", "二季度培训人数", False),
        ("2021年培训人数", "2022年培训人数", False),
        ("小学入学率", "初中入学率", False),
        ("教师培训人数", "医师培训人数", False),
        ("工程验收合格率", "工程验收合格数量", False),
        ("第一批补助发放", "第二批补助发放", False),
    ],
)
def test_one_indicator_or_two_across_forms(rules: NameRules, first: str, second: str, same: bool) -> None:
    for a, b in ((first, second), (second, first)):
        keys = names.keys([[("x", a)], [("y", b)]], rules).keys
        assert (keys["x"] == keys["y"]) is same


def test_the_order_of_forms_does_not_matter(rules: NameRules) -> None:
    one, other = "主席、常委和执委会议会议数量", "召开主席、常委和执委会议数量"
    forms = [[("a", one), ("b", "培训人数")], [("c", other)], [("d", "培训的人数")]]
    first = names.keys(forms, rules).keys
    second = names.keys(list(reversed(forms)), rules).keys
    for keys in (first, second):
        assert keys["a"] == keys["c"]
        assert keys["b"] == keys["d"]
        assert keys["a"] != keys["b"]


def test_an_equal_name_wins_over_a_similar_one(rules: NameRules) -> None:
    forms = [[("a", "水库除险加固工程")], [("b", "水库除险加固工程"), ("c", "水库除险加固的工程量")]]
    keys = names.keys(forms, rules).keys
    assert keys["a"] == keys["b"] != keys["c"]


def test_two_names_of_one_form_never_share_a_key(rules: NameRules) -> None:
    forms = [[("a", "农村供水工程改造数量"), ("b", "农村供水工程维修数量")], [("c", "农村供水工程改造维修数量")]]
    keys = names.keys(forms, rules).keys
    assert keys["a"] != keys["b"]


def test_too_many_names_are_said_to_be_too_many(rules: NameRules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_PAIRS", 3)
    forms = [[("a", "甲指标"), ("b", "乙指标")], [("c", "丙指标"), ("d", "丁指标")]]
    assert not names.keys(forms, rules).complete
    assert names.keys(forms[:1], rules).complete


@pytest.mark.parametrize(
    ("said", "candidates", "found"),
    [
        ("诉求回复率", {"x": "诉求回复率", "y": "法律咨询回复率"}, "x"),
        ("机关后勤管理服务保障率", {"x": "管理服务保障率"}, "x"),
        ("满意度", {"x": "学员满意度"}, None),  # three characters inside another name are not enough
        ("培训合格率", {"x": "教师培训合格率", "y": "医师培训合格率"}, None),  # no single best
        ("财政支付率", {"x": "诉求回复率"}, None),
        ("", {"x": "诉求回复率"}, None),
    ],
)
def test_find(rules: NameRules, said: str, candidates: dict[str, str], found: str | None) -> None:
    assert names.find(said, candidates, rules) == found


def test_alike_endings(rules: NameRules) -> None:
    pairs = names.alike([("a", "法律咨询回复率"), ("b", "诉求回复率"), ("c", "培训人数")], rules)
    assert [(p.first, p.second, p.ending) for p in pairs] == [("a", "b", "回复率")]


@pytest.mark.parametrize(
    ("reason", "name", "none"),
    [
        ("维权渠道拓宽、民营企业维权意识有待提高", "直属商会会员注册率", True),
        ("减少了商会培训活动", "组织商会培训", False),
        ("", "组织商会培训", True),
    ],
)
def test_shared_terms(rules: NameRules, reason: str, name: str, none: bool) -> None:
    assert (names.shared_terms(reason, name, rules) == 0) is none
