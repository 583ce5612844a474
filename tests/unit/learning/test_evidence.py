"""What the content of columns says of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from layouts import layout_of

from engine.errors import Place
from engine.learning.assignment import assign
from engine.learning.evidence import averaged, evidence
from engine.learning.model import OTHER, SeenColumn

BASE = layout_of("central/2020")


def columns(**cells: Sequence[str]) -> list[SeenColumn]:
    """Columns under headings that say nothing, in this order."""
    return [SeenColumn(n, label, Place(), tuple(texts)) for n, (label, texts) in enumerate(cells.items())]


def fields(of: Sequence[SeenColumn]) -> dict[str, str]:
    return {choice.column.label: choice.field for choice in assign(of, evidence(of, BASE), BASE)}


NAMES = ("巡护里程", "病虫害防治面积", "补植成活率", "林农满意度")
TARGETS = ("≥300公里", "≥1200亩", "≥85%", "≥90%")
ACTUALS = ("310公里", "1150亩", "88%", "93%")


def test_columns_are_told_by_their_content_alone() -> None:
    found = fields(
        columns(
            甲=("产出指标", "", "", "满意度指标"),
            乙=("数量指标", "", "质量指标", "服务对象满意度指标"),
            丙=NAMES,
            丁=TARGETS,
            戊=ACTUALS,
            己=("30", "30", "20", "10"),
            庚=("30", "28.75", "20", "10"),
            辛=("", "雨季停工一个月，已列入明年计划", "", ""),
        )
    )
    names = ("level1", "level2", "name", "target", "actual", "weight", "score", "reason")
    assert tuple(found.values()) == names


@pytest.mark.parametrize("turned", [False, True])
def test_scores_are_not_above_weights_wherever_they_stand(turned: bool) -> None:
    weight, score = ("30", "30", "20", "10"), ("30", "28.75", "20", "10")
    cells = {"丙": NAMES, "丁": TARGETS, "戊": ACTUALS}
    cells |= {"得": score, "满": weight} if turned else {"满": weight, "得": score}
    found = fields(columns(**cells))
    assert (found["满"], found["得"]) == ("weight", "score")


@pytest.mark.parametrize("turned", [False, True])
def test_the_values_with_signs_are_the_targets_wherever_they_stand(turned: bool) -> None:
    cells = {"丙": NAMES} | ({"做": ACTUALS, "定": TARGETS} if turned else {"定": TARGETS, "做": ACTUALS})
    found = fields(columns(**cells, 满=("30", "30", "20", "10")))
    assert (found["定"], found["做"]) == ("target", "actual")


def test_full_marks_throughout_leave_open_which_of_two_is_the_score() -> None:
    of = columns(丙=NAMES, 丁=TARGETS, 戊=ACTUALS, 己=("30", "30", "20", "10"), 庚=("30", "30", "20", "10"))
    made = {choice.column.label: choice for choice in assign(of, evidence(of, BASE), BASE)}
    assert (made["己"].field, made["庚"].field) == ("weight", "score")
    assert not made["己"].sure
    assert not made["庚"].sure


def test_a_known_label_is_not_believed_against_all_its_content() -> None:
    """分数 usually is the weight; here 满分 makes the hundred and 分数 is never above it."""
    cells = {"丙": NAMES, "丁": TARGETS, "戊": ACTUALS, "满分": ("30", "30", "20", "10"), "分数": ("30", "28.75", "20", "10")}
    of = columns(**cells)
    made = {choice.column.label: choice for choice in assign(of, evidence(of, BASE), BASE)}
    assert (made["满分"].field, made["分数"].field) == ("weight", "score")
    assert not made["分数"].known, "it is told, and asked or left unconfirmed"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (("≥", "≤", "＝", "定性"), "operator"),
        (("大于等于", "小于等于", "等于", "大于等于"), "operator"),
        (("正向", "反向", "正向", "正向"), "nature"),
        (("1", "2", "3", "4"), OTHER),
        (("公里", "亩", "%", "%"), "unit"),
    ],
)
def test_a_column_by_itself(cells: tuple[str, ...], field: str) -> None:
    of = columns(丙=NAMES, 丁=TARGETS, 戊=ACTUALS, 己=cells)
    assert fields(of)["己"] == field


def test_a_column_that_times_the_weight_is_the_score_is_a_coefficient() -> None:
    weight, rate, score = ("30", "30", "20", "10"), ("100", "90", "100", "100"), ("30", "27", "20", "10")
    of = columns(丙=NAMES, 丁=TARGETS, 戊=ACTUALS, 满=weight, 系=rate, 得=score)
    made = {choice.column.label: choice for choice in assign(of, evidence(of, BASE), BASE)}
    assert (made["满"].field, made["系"].field, made["得"].field) == ("weight", OTHER, "score")
    assert "系数" in made["系"].ground


def test_scores_of_nearly_nothing_or_above_the_weight_are_none() -> None:
    weight = ("30", "30", "20", "10")
    for other in (("31", "30", "20", "10"), ("1", "2", "1", "0"), ("30", "-1", "20", "10")):
        of = columns(丙=NAMES, 丁=TARGETS, 戊=ACTUALS, 满=weight, 另=other)
        assert fields(of)["另"] != "score", other


def test_what_somebody_said_outweighs_all_grounds() -> None:
    of = columns(丙=NAMES, 丁=TARGETS, 戊=ACTUALS, 己=("30", "30", "20", "10"))
    made = assign(of, evidence(of, BASE), BASE, {"丁": "actual", "戊": "target", "己": OTHER})
    assert [choice.field for choice in made] == ["name", "actual", "target", OTHER]


def test_what_one_form_contradicts_is_not_settled() -> None:
    """On one form the scores are below the weights; on the other the same columns stand the other way round."""
    one = columns(丙=NAMES, 满=("30", "30", "20", "10"), 得=("30", "28.75", "20", "10"))
    other = columns(丙=NAMES, 满=("30", "28.75", "20", "10"), 得=("30", "30", "20", "10"))
    together = averaged([evidence(one, BASE), evidence(other, BASE)])
    assert not together.weight_score[("满", "得")].settles
    assert evidence(one, BASE).weight_score[("满", "得")].settles
