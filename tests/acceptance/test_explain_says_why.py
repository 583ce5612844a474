"""`jixiao explain`: for every score the case, the clause, the numbers, before and after rounding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Forms, Jixiao


def explained(jixiao: Jixiao, *arguments: object) -> str:
    run = jixiao("explain", *arguments)
    assert (run.status, run.err) == (0, "")
    return run.out


def test_a_score_in_proportion(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--form", "部门整体", "--indicator", "组织商会培训")
    assert "quantitative.proportional" in text
    assert "1 × 1 ÷ 3" in text
    assert "0.333333333333…" in text
    assert "计算 0.33" in text
    assert "自评 0.33" in text
    assert "四舍五入，保留 2 位小数" in text
    assert "note-2021#2" in text
    assert "正向指标（即目标值为≥X,得分=权重*B/A）" in text, "the clause's own text"
    assert "目标值“3期”，实际完成值“1期”" in text
    assert "第131行" in text


def test_nought_against_nought_is_full(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--form", "部门整体", "--indicator", "年重大安全事故次数")
    assert "目标为零、实际也为零" in text
    assert "quantitative.inverse-both-zero" in text
    assert "practice-2021#zero-target（通行做法）：目标值为 0、实际完成值为 0 的指标" in text
    assert "反向（越少越好）" in text
    assert "计算 1.50" in text


def test_a_claim_that_cannot_stand(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--form", "机关保障", "--indicator", "建设综治示范点")
    assert "自评 20，计算 15.99，可取 10.00 至 15.99" in text
    assert "[10, 16)" in text
    assert "完成值的措辞表示部分达成" in text
    assert "“在一定程度上”管到“推进”" in text
    assert "80-50%（含50%）" in text


def test_a_part_of_a_name_is_enough_and_finds_it_on_every_form(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--indicator", "商会培训")
    assert text.count("■ 组织商会培训") == 2
    assert text.count("【") == 2
    assert "5 × 1 ÷ 3" in text


def test_a_form_is_explained_from_execution_to_grade(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--form", "商协会管理")
    assert "20 × 217.52 ÷ 222.7 = 19.534800179613…" in text
    assert "19.53 + 68.81 = 88.34" in text
    assert "等级：自评 良，计算 良" in text
    assert text.count("■") == 7
    assert "【部门整体支出】" not in text


def test_the_words_of_a_name_are_shown_with_what_each_is(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--indicator", "诉求受理数量")
    assert (
        "名称读作：诉求（人家要办的事）·受理（应人所求的事：多少看有多少人来）·数量（个数、数量）（name.count-received-request："
        in text
    )


def test_every_indicator_is_explained_when_none_is_named(jixiao: Jixiao, seed: Path) -> None:
    assert explained(jixiao, seed).count("■") == 76


def test_it_opens_with_a_list_of_what_is_explained(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed)
    contents, rest = text.split("\n\n", 1)
    listed = contents.splitlines()
    assert listed[0] == "目录"
    heads = re.findall(r"^【(.*)】", rest, re.M)
    assert [line.removeprefix("· ").split("：")[0] for line in listed[1 : 1 + len(heads)]] == heads
    names = [name.strip("≠?") for line in listed[1 : 1 + len(heads)] for name in line.split(" 个：")[1].split("；")]
    assert names == re.findall(r"^■ (.*?)（(?:产出|效益)指标", rest, re.M)
    assert "≠建设综治示范点" in contents
    assert "`" not in text
    assert "公式 分值 × 实际完成值 ÷ 目标值 = 1 × 1 ÷ 3" in text
    assert "weight" not in text
    assert not explained(jixiao, seed, "--form", "部门整体", "--indicator", "组织商会培训").startswith("目录"), "of one thing none"


def test_which_words_decided_and_what_they_reach(jixiao: Jixiao, seed: Path) -> None:
    text = explained(jixiao, seed, "--form", "机关保障", "--indicator", "建设综治示范点")
    assert "措辞：部分达到。“在一定程度上”管到“推进”：只达到了一定程度，只算一部分。" in text
    assert "“在一定程度上”（第1至6字，程度词（弱））管到“推进”" in text
    assert "attainment.reached-in-part：完成值的措辞表示部分达成" in text


@pytest.mark.parametrize(
    ("target", "actual", "verdict", "words"),
    [
        ("完成搬迁", "前期手续已办完", "部分达到", ["做到的是“前期手续办完”", "“办完”（第6至7字，做成的词）管到“前期手续”"]),
        ("完成前期手续", "前期手续已办完", "达到", ["“办完”（第6至7字，做成的词）管到“前期手续”"]),
        ("通过验收", "至今未能通过验收", "没有达到", ["“未能”（第3至4字，否定词）管到“通过”"]),
        ("增强服务能力", "服务能力有所减弱", "相反", ["“减弱”"]),
        ("不发生事故", "发生1起", "没有达到", ["“1起”（第3至4字，数）"]),
    ],
)
def test_the_parse_of_an_answer_in_words(
    jixiao: Jixiao, forms: Forms, target: str, actual: str, verdict: str, words: list[str]
) -> None:
    text = explained(jixiao, forms.write(("提高服务水平", target), ("已完成", actual)), "--indicator", "服务水平")
    assert f"措辞：{verdict}。" in text
    assert [word for word in words if word not in text] == []


def test_numbers_have_no_parse(jixiao: Jixiao, seed: Path) -> None:
    assert "措辞：" not in explained(jixiao, seed, "--form", "部门整体", "--indicator", "组织商会培训")


def test_what_could_not_be_judged_says_so(jixiao: Jixiao, forms: Forms) -> None:
    text = explained(jixiao, forms.write(("已完成", "另行报告")), "--indicator", "服务水平")
    assert "待人工判断" in text
    assert "从措辞判断不了" in text


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--indicator", "组织商会培川", "没有指标“组织商会培川”"),
        ("--form", "商协会管里工作经费", "没有表“商协会管里工作经费”"),
    ],
)
def test_a_name_that_is_not_there_gets_the_nearest(jixiao: Jixiao, seed: Path, option: str, name: str, message: str) -> None:
    run = jixiao("explain", seed, option, name)
    assert run.err.count("“") >= (6 if option == "--indicator" else 5), "what was asked for, and the five nearest"
    assert (run.status, run.out) == (2, "")
    assert message in run.err
    assert f"最接近的：“{'组织商会培训' if option == '--indicator' else '商协会管理工作经费'}”" in run.err
