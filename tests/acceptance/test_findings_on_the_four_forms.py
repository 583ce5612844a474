"""What `jixiao evaluate` finds on the four published forms: what an expert expects, where it stands, and how it is told."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao

from engine.findings.findings import Checker
from engine.intake.bundle import read_bundle
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.library import library
from engine.scoring.form import evaluate

DEPARTMENT, CHAMBERS, PRIVATE, OFFICE = "部门整体支出", "商协会管理工作经费", "民营经济服务工作经费", "机关保障工作经费"

EXPECTED = [
    # scoring
    ("scoring.above-tier", OFFICE, "建设综治示范点"),
    ("scoring.total-differs", OFFICE, OFFICE),
    ("scoring.full-marks-above-project", DEPARTMENT, "建设综治示范点"),
    # text against table
    ("consistency.unmet-table-actual", DEPARTMENT, "直属商会会员注册率"),
    ("consistency.text-met", OFFICE, OFFICE),
    ("consistency.text-completion-rate", OFFICE, OFFICE),
    ("consistency.below-round-number", DEPARTMENT, "组织民企“走出去”培训"),
    ("consistency.below-round-number", PRIVATE, "组织民企“走出去”培训"),
    ("consistency.budget-year", PRIVATE, PRIVATE),
    ("consistency.text-units", DEPARTMENT, "平台注册用户"),
    ("consistency.text-units", PRIVATE, "平台注册用户"),
    # form against form
    ("consistency.unit-differs-across-forms", DEPARTMENT, "诉求受理数量"),
    ("consistency.name-differs-across-forms", DEPARTMENT, "主席、常委和执委会议会议数量"),
    # classification
    ("classification.count-as-quality", DEPARTMENT, "评选年度民营企业百强"),
    ("classification.count-as-quality", PRIVATE, "评选年度民营企业百强"),
    ("classification.level2-under-wrong-level1", DEPARTMENT, "质量指标"),
    ("classification.level2-under-wrong-level1", PRIVATE, "时效指标"),
    ("classification.level2-under-wrong-level1", OFFICE, "质量指标"),
    ("classification.level1-differs-across-forms", DEPARTMENT, "及时发布民营经济景气指数"),
    ("classification.level2-differs-across-forms", DEPARTMENT, "年重大安全事故次数"),
    ("classification.level2-differs-across-forms", DEPARTMENT, "办公区环境卫生满意率"),
    ("classification.level2-differs-across-forms", DEPARTMENT, "管理服务保障率"),
    ("classification.level2-differs-across-forms", DEPARTMENT, "建设综治示范点"),
    ("classification.satisfaction-under-output", DEPARTMENT, "办公区环境卫生满意率"),
    ("classification.product-as-benefit", DEPARTMENT, "发布湖北民企社会责任报告"),
    ("classification.product-as-benefit", DEPARTMENT, "民营企业“走出去”专题调研报告"),
    ("classification.product-as-benefit", PRIVATE, "发布湖北民企社会责任报告"),
    ("classification.product-as-benefit", PRIVATE, "民营企业“走出去”专题调研报告"),
    # targets
    ("target.far-exceeded", DEPARTMENT, "组织商会工作会议"),
    ("target.far-exceeded", DEPARTMENT, "表彰杰出民营企业家、民营企业"),
    ("target.far-exceeded", DEPARTMENT, "诉求受理数量"),
    ("target.far-exceeded", CHAMBERS, "组织商会工作会议"),
    ("target.zero-heavy", OFFICE, "年重大安全事故次数"),
    # budget
    ("budget.cut", CHAMBERS, CHAMBERS),
    ("budget.cut", PRIVATE, PRIVATE),
    ("budget.department-full-projects-short", DEPARTMENT, DEPARTMENT),
    ("budget.projects-do-not-add-up", DEPARTMENT, DEPARTMENT),
    # design
    ("design.concentrated", CHAMBERS, "加强商会党组织规范化建设"),
    ("design.no-quality", CHAMBERS, CHAMBERS),
    ("design.goal-without-benefit", DEPARTMENT, "年度目标7"),
    # explanation and evidence
    ("explanation.unrelated", DEPARTMENT, "直属商会会员注册率"),
    ("explanation.missing", OFFICE, "建设综治示范点"),
    ("evidence.bare-words", CHAMBERS, "加强商会党组织规范化建设"),
    ("evidence.satisfaction-without-survey", DEPARTMENT, "商会会员满意度"),
    # notation
    ("notation.copied", DEPARTMENT, "引导非公有制经济人士健康成长"),
    ("notation.units-differ", DEPARTMENT, "表彰杰出民营企业家、民营企业"),
    ("notation.unit-missing-in-actual", PRIVATE, "法治宣传人数"),
    ("notation.unit-missing", DEPARTMENT, "平台注册用户"),
    ("notation.several-values", DEPARTMENT, "高级职称参评通过率"),
    ("notation.doubled-words", DEPARTMENT, "主席、常委和执委会议会议数量"),
]

ADMITTED = [
    # the problems the body lists itself (section 三 of each report), as far as facts can decide them
    ("target.exceeded-and-admitted", PRIVATE, "非公经济人士培训"),  # 年初目标值设计保守
    ("target.exceeded-and-admitted", PRIVATE, "平台注册用户"),
    ("target.exceeded-and-admitted", PRIVATE, "诉求回复率"),
    ("target.exceeded-and-admitted", DEPARTMENT, "非公经济人士培训"),
    ("design.few-indicators", OFFICE, OFFICE),  # 仅设置了4个绩效指标
    ("design.funded-without-indicator", OFFICE, "干部档案数字化建设、聘用人员劳务费、商会管理工作"),
    ("completion.low-rate", CHAMBERS, CHAMBERS),  # 指标完成率为42.86%
    ("design.single-benefit", CHAMBERS, CHAMBERS),  # 仅设置了1个效益指标
    ("design.same-thing", PRIVATE, "法律咨询回复率"),  # 两个部门均对回复率设置了考核指标
    ("classification.satisfaction-under-output", OFFICE, "办公区环境卫生满意率"),  # 归类不准确
]


TEXT_AND_TABLE = "review#text-and-table"


def keys(result: Any) -> list[tuple[str, str, str]]:
    return [(f["rule"], f["form"], f["subject"]) for f in result["findings"]]


def one(result: Any, rule: str, form: str, subject: str) -> Any:
    found = [f for f in result["findings"] if (f["rule"], f["form"], f["subject"]) == (rule, form, subject)]
    assert len(found) == 1, (rule, form, subject, len(found))
    return found[0]


@pytest.mark.parametrize(("rule", "form", "subject"), EXPECTED)
def test_what_an_expert_expects(seed_result: Any, rule: str, form: str, subject: str) -> None:
    one(seed_result, rule, form, subject)


@pytest.mark.parametrize(("rule", "form", "subject"), ADMITTED)
def test_what_the_body_admits(seed_result: Any, rule: str, form: str, subject: str) -> None:
    one(seed_result, rule, form, subject)


REJECTED = [
    # facts that look like a problem and are none
    ("consistency.text-part-score", DEPARTMENT),  # 36.82 is what the items add up to
    ("consistency.text-rate", CHAMBERS),  # 97.67% is rounded
    ("consistency.text-rate", PRIVATE),
    ("arithmetic.total-not-sum", DEPARTMENT),
    ("arithmetic.group-weight", DEPARTMENT),
    ("arithmetic.budget-walk", DEPARTMENT),  # 3263.05 + 16.26 = 3279.31
    ("arithmetic.budget-walk", CHAMBERS),  # 330 - 107.3 = 222.7
    ("scoring.more-than-formula", DEPARTMENT),
    ("scoring.less-than-formula", DEPARTMENT),
    ("scoring.rounding", DEPARTMENT),
    ("scoring.execution-differs", CHAMBERS),
    ("explanation.missing", DEPARTMENT),  # all six misses stand in the unmet table
    ("explanation.missing", CHAMBERS),  # explained in prose
    ("explanation.missing", PRIVATE),
    ("explanation.empty", DEPARTMENT),  # the empty cell is merged with the row above
    ("consistency.text-target", PRIVATE),
    ("consistency.text-indicators", PRIVATE),
    ("consistency.text-met", DEPARTMENT),  # 34 of 40, by the standard
    ("consistency.text-unmet", DEPARTMENT),
    ("target.lower-bound-on-inverse", DEPARTMENT),
    ("classification.money-as-quantity", DEPARTMENT),
    ("budget.low-execution", CHAMBERS),
    ("budget.cut", OFFICE),  # 3.3 %
    ("budget.raised", DEPARTMENT),  # 0.5 %
    ("consistency.several-units", DEPARTMENT),
]


@pytest.mark.parametrize(("rule", "form"), REJECTED)
def test_what_an_expert_would_not_say(seed_result: Any, rule: str, form: str) -> None:
    assert (rule, form) not in [(found[0], found[1]) for found in keys(seed_result)]


def test_nothing_is_said_twice(seed_result: Any) -> None:
    messages = Counter((f["rule"], f["form"], f["message"]) for f in seed_result["findings"])
    assert [key for key, n in messages.items() if n > 1] == []


@pytest.mark.parametrize(
    ("rule", "form", "subject", "lines", "values", "basis"),
    [
        ("consistency.unmet-table-actual", DEPARTMENT, "直属商会会员注册率", [54, 458], ["58.67%", "61.66%"], TEXT_AND_TABLE),
        ("scoring.above-tier", OFFICE, "建设综治示范点", [1102, 1103], ["20", "15.99"], "note-2021#3"),
        ("budget.cut", CHAMBERS, CHAMBERS, [616], ["330", "222.7"], "review#execution"),
        ("consistency.budget-year", PRIVATE, PRIVATE, [], ["2021"], "review#text-and-table"),
        ("design.few-indicators", OFFICE, OFFICE, [], ["4"], "review#coverage"),
    ],
)
def test_a_finding_shows_where_it_stands_and_on_what_it_rests(
    seed_result: Any, seed: Path, rule: str, form: str, subject: str, lines: list[int], values: list[str], basis: str
) -> None:
    finding = one(seed_result, rule, form, subject)
    assert finding["basis"] == basis
    text = seed.read_text(encoding="utf-8").splitlines()
    shown = " ".join(item["value"] for item in finding["evidence"])
    for value in values:
        assert value in shown + finding["message"]
    stands = {item.get("line") for item in finding["evidence"]}
    for line in lines:
        assert line in stands, (line, stands)
    for item in finding["evidence"]:
        assert item["title"]
        assert item["where"]
        if "line" in item:
            assert 1 <= item["line"] <= len(text)


def test_a_value_stands_in_the_line_the_evidence_names(seed_result: Any, seed: Path) -> None:
    """What is cited as filed is filed there."""
    text = seed.read_text(encoding="utf-8").splitlines()
    checked = 0
    for finding in seed_result["findings"]:
        for item in finding["evidence"]:
            if item["field"] in ("target_text", "actual_text") and item.get("line"):
                assert item["value"].strip() in text[item["line"] - 1], (finding["rule"], item)
                checked += 1
    assert checked > 60


def test_every_finding_is_whole(seed_result: Any) -> None:
    for finding in seed_result["findings"]:
        assert finding["severity"] in SEVERITIES
        assert finding["category"] in CATEGORIES
        assert finding["message"].endswith(("。", "）")) or finding["rule"] == "scoring.needs-review"
        assert "。。" not in finding["message"] + finding["advice"]
        assert "None" not in finding["message"]
        assert "#" in finding["basis"]
        assert finding["evidence"], finding["rule"]


def test_the_worst_come_first(seed_result: Any) -> None:
    order = [list(SEVERITIES).index(f["severity"]) for f in seed_result["findings"]]
    assert order == sorted(order)
    forms = [form["name"] for form in seed_result["forms"]]
    for severity in SEVERITIES:
        of = [forms.index(f["form"]) for f in seed_result["findings"] if f["severity"] == severity]
        assert of == sorted(of), "within a severity, in the order of the forms"


def test_about_a_hundred_findings_and_five_errors(seed_result: Any) -> None:
    """A change of the rules that adds or drops many findings is one that somebody meant."""
    counts = Counter(f["severity"] for f in seed_result["findings"])
    assert counts["error"] == 5
    assert 45 <= counts["warning"] <= 65
    assert 40 <= counts["info"] <= 75


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("warning", 1), ("never", 0)])
def test_the_exit_status_says_whether_to_stop(jixiao: Jixiao, seed: Path, level: str, status: int) -> None:
    run = jixiao("evaluate", seed, "--format", "json", "--fail-on", level)
    assert run.status == status
    assert run.data["findings"], "the result is printed all the same"


CLEAN = ROOT / "tests" / "acceptance" / "data" / "water-bureau-2021.txt"


@pytest.mark.parametrize("level", ["error", "warning", "never"])
def test_notes_alone_stop_nothing(jixiao: Jixiao, level: str) -> None:
    assert jixiao("evaluate", CLEAN, "--format", "json", "--fail-on", level).status == 0


def test_warnings_alone_stop_only_where_asked(jixiao: Jixiao, tmp_path: Path) -> None:
    path = tmp_path / "form.txt"
    text = CLEAN.read_text(encoding="utf-8")
    assert text.count("\t4320元") == 1
    path.write_text(text.replace("\t4320元", "\t4320公斤"), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json", "--fail-on", "error")
    worst = {f["severity"] for f in run.data["findings"]}
    assert "warning" in worst
    assert "error" not in worst
    assert run.status == 0
    assert jixiao("evaluate", path, "--fail-on", "warning").status == 1


def test_sarif_is_what_review_tools_read(jixiao: Jixiao, shown: Jixiao, seed: Path, seed_result: Any) -> None:
    log = json.loads(shown("evaluate", seed, "--format", "sarif").out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "jixiao"
    assert run["columnKind"] in ("unicodeCodePoints", "utf16CodeUnits")
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert {rule["id"] for rule in rules} == {f["rule"] for f in seed_result["findings"]}
    lines = len(seed.read_text(encoding="utf-8").splitlines())
    assert len(run["results"]) == len(seed_result["problems"])
    for result, problem in zip(run["results"], seed_result["problems"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == seed_result["findings"][problem["findings"][0]]["rule"]
        assert result["level"] == {"error": "error", "warning": "warning", "info": "note"}[problem["severity"]]
        assert problem["title"] in result["message"]["text"]
        assert result["partialFingerprints"] == {"jixiao/v1": problem["key"]}
        for location in [*result.get("locations", []), *result.get("relatedLocations", [])]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"].endswith("hubei-gcc-2021.txt")
            if "region" in physical:
                assert 1 <= physical["region"]["startLine"] <= lines
    assert any(result.get("locations") for result in run["results"])


def test_explain_shows_why_a_rule_fires(shown: Jixiao, seed: Path) -> None:
    run = shown("explain", seed, "--rule", "scoring.above-tier", "--form", "机关保障")
    assert (run.status, run.err) == (0, "")
    assert "成立 1 处" in run.out
    assert "建设综治示范点" in run.out
    assert "✓ 自评得分减计算得分（4.01）＞ 0" in run.out
    assert "✗" not in run.out.split("成立：")[1].split("\n\n")[0]


def test_explain_shows_which_condition_failed(shown: Jixiao, seed: Path) -> None:
    run = shown("explain", seed, "--rule", "budget.low-execution", "--form", "商协会")
    assert run.status == 0
    assert "没有成立" in run.out
    assert "✗ 执行率（百分数，按预算数、执行数计算）（97.674" in run.out
    assert "＜ 90（参数 low_execution）" in run.out
    run = shown("explain", seed, "--rule", "explanation.missing", "--form", "商协会")
    assert "✗ 报告的未完成情况提到它（是）＝ 否" in run.out


def test_explain_of_a_join_names_both_values(shown: Jixiao, seed: Path) -> None:
    run = shown("explain", seed, "--rule", "consistency.unmet-table-actual", "--form", "部门整体")
    assert run.status == 0
    assert "成立 1 处" in run.out
    assert "58.67" in run.out
    assert "61.66" in run.out


def test_the_result_names_the_matcher(seed_result: Any) -> None:
    pytest.importorskip("durable_rules_engine")
    assert "durable-rules" in seed_result["matcher"]


def test_the_plain_matcher_alone_finds_the_same(seed: Path, seed_result: Any) -> None:
    bundle = read_bundle([seed], library())
    checker = Checker(bundle.policy, use_durable=False)
    try:
        checked = checker.check(evaluate(bundle.submission, bundle.policy))
    finally:
        checker.close()
    assert "durable" not in checked.matcher
    alone = [(f.rule, f.severity, f.form, f.subject, f.message) for f in checked.findings]
    both = [(f["rule"], f["severity"], f["form"], f["subject"], f["message"]) for f in seed_result["findings"]]
    assert alone == both
