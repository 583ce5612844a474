"""Where one's own policies cover the shipped ones of the same id: which is used, what differs, what else changes with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Jixiao, Policies, replace_once

from engine.changes.lifecycle.covering import coverings, told
from engine.changes.lifecycle.new import new
from engine.policy.library import Library, library
from engine.resources import shipped


def test_nothing_is_covered_and_nothing_is_said(jixiao: Jixiao, tmp_path: Path) -> None:
    assert told(library()) == []
    assert told(library(shipped("policies"))) == [], "the shipped ones named by hand are no others"
    made = new("hubei/2031", "hubei/2022", library(), tmp_path / "mine")
    assert made.notes == ()
    assert told(library(tmp_path / "mine")) == []
    assert jixiao("policy", "list", "--policies", tmp_path / "mine").err == ""


def test_a_new_policy_says_at_once_what_it_covers(jixiao: Jixiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = jixiao("policy", "new", "hubei/2022", "--from", "hubei/2021", "--into", "mine")
    assert run.status == 0
    told_first, then = run.err.splitlines()
    assert told_first.startswith("注意：“hubei/2022”有两个：用 mine/hubei/2022（草稿），不用自带的（已发布）；")
    assert "2022 年度部门整体支出、项目支出的表因此不再自动选到“hubei/2022”" in told_first
    # what hubei/2021 has and the shipped hubei/2022 has not
    assert "影响得分或等级 1 处（计分·各部分分值的各一级指标分值：（没有） → 产出指标 40；效益指标 40）" in told_first
    assert "影响发现的问题 1 处（增加规则“一级指标的分值与规定不符”" in told_first
    assert "在“hubei/2022”之上" not in told_first, "nothing shipped stands on it"
    assert then.startswith("接着：")
    listed = jixiao("policy", "list", "--policies", "mine")
    assert (listed.status, listed.err) == (0, f"{told_first}\n"), "and so does the list"
    assert len([line for line in listed.out.splitlines() if line.startswith("hubei/2022")]) == 1


def test_one_that_is_published_is_chosen(tmp_path: Path) -> None:
    made = new("hubei/2022", "hubei/2021", library(), tmp_path)
    path = made.directory / "policy.yaml"
    path.write_text(replace_once(path.read_text(encoding="utf-8"), "status: draft", "status: published"), encoding="utf-8")
    (said,) = told(library(tmp_path))
    assert "（已发布），不用自带的（已发布）；两个的不同：" in said
    assert "不再自动选到" not in said
    assert "影响适用范围和状态" not in said


def test_a_copy_is_no_difference(policies: Policies) -> None:
    shutil.copytree(shipped("policies") / "hubei" / "2020", policies.root / "hubei" / "2020")
    for name in ("recognition.yaml", "words.yaml"):
        (policies.home / name).unlink()
    (said,) = told(library(policies.root))
    assert said.startswith("hubei/2020、hubei/2021 与自带的同编号、内容相同，用 ")


def test_what_stands_on_it_changes_too(jixiao: Jixiao, policies: Policies) -> None:
    for name in ("recognition.yaml", "words.yaml"):
        (policies.home / name).unlink()
    policies.change("parameters.yaml", ("value: 0.5", "value: 0.6"))
    (said,) = told(library(policies.root))
    assert (
        "影响得分或等级 1 处（参数“部分达成预期指标一档的下限（含），占分值的比例”（tier_partial_floor）的值：0.5 → 0.6）" in said
    )
    assert said.endswith("；自带的 hubei/2020、hubei/2022 在“hubei/2021”之上，也跟着改用，与发布时不同，不能使用")
    # and so it is
    for year, status in ((2020, 3), (2021, 0), (2022, 3)):
        assert jixiao("policy", "check", f"hubei/{year}", "--policies", policies.root).status == status


def test_one_with_a_mistake_is_used_all_the_same_and_told(policies: Policies) -> None:
    policies.change("parameters.yaml", ("parameters:", "parametres:"))
    (said,) = told(library(policies.root))
    assert "有错，不能使用，见 jixiao policy check hubei/2021" in said


def test_of_three_roots_the_first_is_used_and_the_next_is_covered(tmp_path: Path) -> None:
    for name in ("a", "b"):
        new("hubei/2022", "hubei/2021", library(), tmp_path / name)
    where = Library((tmp_path / "a", tmp_path / "b", shipped("policies")))
    (one,) = coverings(where)
    assert (one.used, one.covered) == (tmp_path / "a" / "hubei" / "2022", tmp_path / "b" / "hubei" / "2022")
    (said,) = told(where)
    assert said.startswith("hubei/2022 与 ")
    assert "b 里的同编号、内容相同" in said
