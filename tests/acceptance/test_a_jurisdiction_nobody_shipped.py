"""Jurisdictions written from a description of their rules, in files only: 江西 (满意率), 天津 (rules changed inside a year, then
execution by steps), 上海 (amounts in 元). Nothing in Python knows of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao
from deep import DEEP

POLICIES = Path(__file__).parent / "data" / "policies"
FORM = """\
项目支出绩效自评表
（2023年度）
\t项目名称
\t社区养老服务项目
\t实施单位
\t示例街道办事处
\t填报日期
\t2024年5月DAY日

\t项目资金（元）
\t
\t年初预算数
\t全年预算数
\t全年执行数
\t分值
\t执行率
\t得分

\t
\t年度资金总额
\t4,805,000.00
\t4,805,000.00
\t4,324,500.00
\t10
\t90%
\t9

\t年度总体目标
\t预期目标
\t实际完成情况

\t
\t办好社区养老服务
\t已完成

\t绩效指标
\t一级指标
\t二级指标
\t三级指标
\t年度指标值
\t实际完成值
\t分值
\t得分
\t偏差原因分析及改进措施

\t
\t产出指标
\t数量指标
\t服务老人
\t≥400人
\t420人
\t50
\t50
\t

\t
\t效益指标
\t社会效益指标
\t助餐覆盖社区
\t≥20个
\t18个
\t30
\t27
\t两个社区改造未完

\t
\t满意度指标
\t服务对象满意度指标
\t老人满意率
\t≥95%
\t87.5%
\t10
\t9.5
\t评价时段较短

\t总分
\t100
\t95.5
"""


@pytest.mark.deep
@pytest.mark.parametrize("policy", ["jiangxi/2023", "tianjin/2023-b"] if DEEP else ["jiangxi/2023"])
def test_it_is_sound_and_tested_as_the_shipped_ones(jixiao: Jixiao, policy: str, request: pytest.FixtureRequest) -> None:
    run = jixiao("policy", "lint", policy, "--policies", POLICIES, "--format", "json", "--today", "2023-06-01")
    wrong = [one for one in run.data["lints"] if one["severity"] != "info" and not one["accepted"]]
    assert (run.status, wrong, run.data["proofs"]["unknown"]) == (0, [], 0)
    if not DEEP:  # its own tests and its parents'; those of the packs, which cover the rest, run elsewhere, and take seconds
        request.getfixturevalue("without_the_packs")
    tests = jixiao("policy", "test", policy, "--policies", POLICIES, "--min-coverage", 100 if DEEP else 0)
    assert (tests.status, "（100%）" in tests.out) == (0, DEEP), tests.out + tests.err


def scored(jixiao: Jixiao, tmp_path: Path, day: int, *more: object) -> Any:
    path = tmp_path / f"form-{day}.txt"
    path.write_text(FORM.replace("DAY", str(day)), encoding="utf-8")
    run = jixiao("evaluate", path, "--policies", POLICIES, "--format", "json", *more)
    assert run.status == 0, run.err
    form = run.data["forms"][0]
    computed = {name: score["computed"] for name, score in form["scores"].items()}
    computed |= {item["name"]: item["computed"] for item in form["indicators"]}
    return run.data["policy"]["id"], {name: None if value is None else Decimal(value) for name, value in computed.items()}


def test_the_same_form_under_each(jixiao: Jixiao, tmp_path: Path) -> None:
    """10 × 4324500 ÷ 4805000 = 9; 30 × 18 ÷ 20 = 27; 满意率 87.5 %: 10 × 87.5 ÷ 95 = 9.21, in 江西 10 − 2.5 ÷ 5 = 9.5."""
    _, shanghai = scored(jixiao, tmp_path, 8, "--policy", "shanghai/2023")
    assert (shanghai["execution"], shanghai["助餐覆盖社区"], shanghai["老人满意率"]) == (Decimal(9), Decimal(27), Decimal("9.21"))
    _, jiangxi = scored(jixiao, tmp_path, 8, "--policy", "jiangxi/2023")
    assert (jiangxi["老人满意率"], jiangxi["total"]) == (Decimal("9.5"), Decimal("95.5"))


def test_rules_that_changed_inside_a_year(jixiao: Jixiao, tmp_path: Path) -> None:
    """Until 8 May in proportion, from 9 May by steps: 90 % is 7 points."""
    _, before = scored(jixiao, tmp_path, 8, "--policy", "tianjin/2023-a")
    _, after = scored(jixiao, tmp_path, 9, "--policy", "tianjin/2023-b")
    assert (before["execution"], after["execution"]) == (Decimal(9), Decimal(7))


def test_a_draft_is_not_chosen_for_anyone(jixiao: Jixiao, tmp_path: Path) -> None:
    """All four are drafts: without --policy the central rules apply, as for any place without its own."""
    policy, computed = scored(jixiao, tmp_path, 9)
    assert (policy, computed["execution"]) == ("central/2020", Decimal(9))
