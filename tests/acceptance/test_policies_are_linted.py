"""`jixiao policy lint`: shipped policies are sound, mistakes are told with what to do, reasons are recorded, repairs are safe."""

from __future__ import annotations

import inspect
import re
from datetime import date

import pytest
from conftest import ROOT, Jixiao, Policies

from engine.errors import PolicyError
from engine.policy.library import library
from engine.reports import context as report_context
from engine.soundness.lint.codes import CODES
from engine.soundness.lint.fix import fix
from engine.soundness.lint.policy import TEMPLATE_NAMES
from engine.soundness.lint.run import lint

SHIPPED = sorted(str(path.parent.relative_to(ROOT / "policies")) for path in (ROOT / "policies").glob("*/*/policy.yaml"))


@pytest.fixture
def own(policies: Policies) -> Policies:
    (policies.home / "policy.lock").unlink(missing_ok=True)
    return policies


DRAFTED = ("evaluation/2020", "guangxi/2022", "hebei/2022", "hunan/2022")
"""Drafts of places over central/2020 that differ in a few cases: jiangxi/2022 is enough, `make deep` takes all."""
LINTED = [pytest.param(one, marks=[pytest.mark.deep] if one in DRAFTED else []) for one in SHIPPED]


@pytest.mark.parametrize("policy", LINTED)
def test_shipped_policies_have_no_error(jixiao: Jixiao, policy: str) -> None:
    run = jixiao("policy", "lint", policy, "--format", "json", "--today", "2021-06-01")
    errors = [one for one in run.data["lints"] if one["severity"] == "error" and not one["accepted"]]
    assert (run.status, errors) == (0, [])
    assert run.data["proofs"]["unknown"] == 0, "everything asked for is decided"


def test_a_shipped_policy_is_proved(shown: Jixiao) -> None:
    run = shown("policy", "lint", "hubei/2021")
    assert run.status == 0
    assert "未能证明 0 项" in run.out
    said = {one["statement"] for one in shown("policy", "lint", "hubei/2021", "--format", "json").data["proofs"]["obligations"]}
    for statement in (
        "正向指标完成值越大得分不减",
        "反向指标完成值越大得分不增",
        "正向指标没有达到目标的不得满分",
        "正向指标达到目标的得满分",
        "总分 0 至 100 都有归属",
        "各项都得满分时总分是满分",
        "“proportional”的得分不高于分值",
        "“proportional”的除数 target 不为 0",
    ):
        assert statement in said


def test_an_error_ends_with_status_3_and_a_counterexample(jixiao: Jixiao, own: Policies) -> None:
    own.change("scoring.yaml", ("score: weight * actual / target", "score: weight * actual"))
    run = jixiao("policy", "lint", "hubei/2021", "--policies", own.root)
    assert run.status == 3
    line = own.line("scoring.yaml", "score: weight * actual")
    told = next(text for text in run.out.splitlines() if text.startswith("错误"))
    assert f"scoring.yaml：第{line}行" in told
    assert "例：正向指标、分值 10、目标值 80、完成值 72：得 10 分" in run.out


def test_what_check_refuses_is_not_linted(jixiao: Jixiao, own: Policies) -> None:
    own.change("scoring.yaml", ("score: weight * actual / target", "score: weight * actual / targte"))
    run = jixiao("policy", "lint", "hubei/2021", "--policies", own.root)
    assert (run.status, run.out) == (3, "")
    assert "targte" in run.err


def test_a_reason_lets_an_error_stand_and_is_shown(jixiao: Jixiao, own: Policies) -> None:
    own.change("scoring.yaml", ("score: weight * actual / target", "score: weight * actual"))
    before = jixiao("policy", "show", "hubei/2021", "--policies", own.root).out
    reason = "本地规定完成一件即得满分"
    accepted = f"lint:\n  accept:\n    - {{code: full-marks-though-missed, at: quantitative.*, reason: {reason}}}\n"
    (own.home / "lint.yaml").write_text(accepted, encoding="utf-8")
    run = jixiao("policy", "lint", "hubei/2021", "--policies", own.root)
    assert run.status == 0
    assert "已认可 full-marks-though-missed" in run.out
    assert reason in run.out
    # no part of the rules: the policy's hash stays
    assert jixiao("policy", "show", "hubei/2021", "--policies", own.root).out == before


def test_repairs_leave_comments_and_order(jixiao: Jixiao, own: Policies) -> None:
    same = 'low_execution: {label: 预算执行率低于此须说明原因, value: 90, unit: "%", basis: review#execution}'
    own.change("parameters.yaml", ("parameters:\n", f"parameters:\n  # 从严\n  {same}\n"))
    twice = "[rate-saved, rate-reduced-bad, # 节约率\n      rate-saved, rate-raised,"
    own.change("words.yaml", ("[rate-saved, rate-reduced-bad,", twice))
    gone = "{code: unused-clause, at: sources.none, reason: 已经删去了}"
    (own.home / "lint.yaml").write_text(f"# 交代\nlint:\n  accept:\n    - {gone}\n", encoding="utf-8")
    # the copied recognition is an override of the same, too: the test is about what an officer wrote
    (own.home / "recognition.yaml").unlink()
    run = jixiao("policy", "lint", "hubei/2021", "--policies", own.root, "--fix", "--no-proofs")
    assert run.status == 0, run.err
    parameters = (own.home / "parameters.yaml").read_text(encoding="utf-8")
    assert "low_execution" not in parameters
    assert "# 可调的数：改这里，不必动规则。" in parameters
    once = "[rate-saved, rate-reduced-bad, # 节约率\n      rate-raised, rate-reduced-alarm,"
    assert once in (own.home / "words.yaml").read_text(encoding="utf-8")
    assert "# 交代" in (own.home / "lint.yaml").read_text(encoding="utf-8")
    for code in ("override-same parameters.low_execution", "word-repeated", "acceptance-stale"):
        assert code.split()[0] + " mine" not in run.out
    assert "已改 " in run.err
    again = jixiao("policy", "lint", "hubei/2021", "--policies", own.root, "--fix", "--no-proofs")
    assert "已改 " not in again.err


def test_a_published_policy_is_not_repaired(own: Policies) -> None:
    own.change("words.yaml", ("[rate-saved,", "[rate-saved, rate-saved,"))
    where = library(own.root)
    report = lint("hubei/2021", where, date(2021, 6, 1), proofs=False)
    (own.home / "policy.lock").write_text("{}\n", encoding="utf-8")
    before = (own.home / "words.yaml").read_bytes()
    with pytest.raises(PolicyError, match="已发布的政策不自动改"):
        fix(report, "hubei/2021", where)
    assert (own.home / "words.yaml").read_bytes() == before


def test_every_check_has_its_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "lint").glob("*.md")} - {"README"}
    assert pages == set(CODES)
    index = (ROOT / "docs" / "lint" / "README.md").read_text(encoding="utf-8")
    for code, (_, title) in CODES.items():
        page = (ROOT / "docs" / "lint" / f"{code}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {code}：{title}\n")
        assert all(f"\n## {part}\n" in page for part in ("不好的写法", "好的写法", "为什么"))
        assert f"| [`{code}`]({code}.md) |" in index


def test_the_names_templates_may_use_are_those_they_are_given() -> None:
    source = inspect.getsource(report_context._context)
    given = {line.split('"')[1] for line in source.splitlines() if line.startswith('        "') and '": ' in line}
    added = re.search(r"\{\*\*made\.data, (.*)\}", inspect.getsource(report_context.contexts))
    given |= set(re.findall(r'"(\w+)": ', added[1] if added else ""))
    assert given | {"phrases", "it", "its"} == set(TEMPLATE_NAMES)
