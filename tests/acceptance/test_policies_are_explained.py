"""`jixiao policy explain`: a policy in plain Chinese, whole or one item of it, and held against its clauses."""

from __future__ import annotations

from pathlib import Path

from conftest import Jixiao


def test_a_whole_policy_is_read_in_the_terminal(shown: Jixiao) -> None:
    run = shown("policy", "explain", "hubei/2021")
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("湖北省2021年度预算绩效自评计分规则\n")
    assert "\n目录\n一、各部分分值（1 条）\n" in run.out
    assert "`" not in run.out
    assert "总分 100 分：预算执行 20 分，产出指标 40 分，效益指标 40 分" in run.out


def test_one_case_is_read_alone(shown: Jixiao) -> None:
    run = shown("policy", "explain", "hubei/2021", "quantitative.proportional")
    assert "· 条件：是正向指标，且目标值大于 0。\n· 结果：得分＝分值×实际完成值÷目标值，四舍五入，保留 2 位小数。\n" in run.out
    assert "“定量指标完成数汇总原则：" in run.out
    assert "policies/hubei/2021/scoring.yaml：第" in run.out


def test_a_wrong_name_is_a_mistake_of_usage(shown: Jixiao) -> None:
    run = shown("policy", "explain", "hubei/2021", "quantitative.mett")
    assert (run.status, run.out) == (2, "")
    assert "quantitative.met" in run.err
    assert run.err.count("“") >= 7, "what was written, the policy, and the five nearest"


def test_clauses_are_of_the_whole_policy(shown: Jixiao) -> None:
    assert shown("policy", "explain", "hubei/2021", "met", "--clauses").status == 2
    run = shown("policy", "explain", "sichuan/2025", "--clauses")
    assert run.status == 0
    assert "没有写成 1" in run.out
    assert "【没有写成】" in run.out


def test_pages_and_markdown_are_written_to_files(jixiao: Jixiao, tmp_path: Path) -> None:
    for name, more in (
        ("a.html", ["--format", "html"]),
        ("b.html", ["--format", "html", "--clauses"]),
        ("c.md", ["--format", "markdown"]),
    ):
        run = jixiao("policy", "explain", "central/2020", *more, "--out", tmp_path / name)
        assert (run.status, run.out, run.err) == (0, "", "")
        assert "财预〔2020〕10号" in (tmp_path / name).read_text(encoding="utf-8")


def test_a_policy_that_does_not_hold_up_is_refused(shown: Jixiao) -> None:
    assert shown("policy", "explain", "hubei/2099").status == 3
