"""What an officer writes for a parameter is told at its own line, once, whatever rests on it elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Place, PolicyError, Problem
from engine.policy import rollup_texts
from engine.policy.library import Library
from engine.policy.loading import check
from engine.resources import shipped
from engine.yaml.reader import load

HEAD = """\
policy:
  {id: x/2021, title: 试, jurisdiction: x, fiscal_years: {from: 2021, to: 2021}, form_kinds: [project],
   status: draft, extends: hubei/2021}
sources:
  n: {title: 注, document: 试号, evidence: secondary, clauses: {"1": {title: 说明, text: 说明}}}
parameters:
"""
LINE = HEAD.count("\n") + 1
WEIGHTS = """
scoring:
  weights: {full_score: 100, execution: {param: mine}, level1: {产出指标: 40, 效益指标: 40}, basis: n#1}
"""


def wrong(tmp_path: Path, line: str, more: str = "") -> list[Problem]:
    home = tmp_path / "x" / "2021"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(f"{HEAD}  {line}\n{more}", encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        check("x/2021", Library((tmp_path, shipped("policies"))))
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("value", "said", "expected"),
    [
        ("20%", "写的是“20%”", "如 20"),
        ("２0", "写的是“２0”", "如 20"),
        ("二十", "写的是“二十”", "如 10"),
        ("20分", "写的是“20分”", "如 20"),
    ],
)
def test_one_of_ones_own_that_is_no_number(value: str, said: str, expected: str, tmp_path: Path) -> None:
    """The sum it is used in is checked by the number that was meant: it is not told too, in the words of the sum."""
    more = WEIGHTS if value != "二十" else ""
    (problem,) = wrong(tmp_path, f"mine: {{label: 我的分, value: {value}, unit: 分, basis: n#1}}", more)
    assert (problem.code, problem.place.line) == ("policy.parameter-kind", LINE)
    assert said in problem.message
    assert problem.expected.endswith(expected)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("total_tolerance: {label: 差, value: -0.1, unit: 分, basis: n#1}", "是 -0.1，正负与它所改的（0.1）相反"),
        ("budget_change_down: {label: 减, value: 0.2, unit: 比例, basis: n#1}", "是 0.2，正负与它所改的（-0.1）相反"),
        ('low_completion: {label: 低, value: 600, unit: "%", basis: n#1}', "是 600（%），超出范围；应为：0 至 100"),
        ('mine: {label: 低, value: -5, unit: "%", basis: n#1}', "是 -5（%），超出范围；应为：0 至 100"),
        ("full_score: {label: 总分, value: 100%, unit: 分, basis: n#1}", "要写数，写的是“100%”"),
    ],
    ids=lambda text: text.partition(":")[0],
)
def test_one_that_cannot_be_meant(line: str, said: str, tmp_path: Path) -> None:
    (problem,) = wrong(tmp_path, line)
    assert problem.place.line == LINE
    assert said in str(problem)


@pytest.mark.parametrize("words", ["[产出指标，产出]", "[甲， 乙, 丙]", '["丁", 甲，乙]'])
def test_words_that_a_chinese_comma_glues_together(words: str) -> None:
    with pytest.raises(PolicyError) as refused:
        load(f"words: {words}\n", "w.yaml")
    (problem,) = refused.value.problems
    assert "粘成了一个词" in problem.message
    assert problem.place.line == 1


@pytest.mark.parametrize("words", ['["甲，乙"]', "[宣传材料以文字为主，老年人不易理解。]", "[，]", "\n  - 甲，乙"])
def test_a_comma_that_is_meant(words: str) -> None:
    assert "，" in load(f"words: {words}\n", "w.yaml").data["words"][0]


@pytest.mark.parametrize("char", ["\u200f", "\u202e", "\u200b", "\ufeff", "\u00ad"])
def test_what_nobody_sees_in_a_name_is_shown(char: str) -> None:
    problem = Problem(Place("a.yaml", 1), f"没有参数“low{char}_execution”", nearest=f"low{char}", code="policy.no-parameter")
    assert str(problem).count(f"〔U+{ord(char):04X}〕") == 2
    assert char not in str(problem)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("unit_name", "汇总（{cuont} 个单位）", "没有“{cuont}”可填；应为：{count}；是否想写“{count}”？"),
        ("attainment", "{label} {count", "花括号不成对"),
        ("project_line", "所属{项目}合计", "没有“{项目}”可填"),
        ("goal", "{form}：{}", "没有“{}”可填"),
    ],
)
def test_a_place_in_a_text_of_a_rollup_that_nothing_fills(key: str, text: str, said: str) -> None:
    (problem,) = rollup_texts.faults({key: text}, lambda path: Place("rollup.yaml", 3))
    assert said in str(problem)
    good = {"unit_name": "{count}", "attainment": "{label}{count}", "goal": "{form}{number}", "joiner": "，"}
    assert not list(rollup_texts.faults(good, lambda path: Place()))
