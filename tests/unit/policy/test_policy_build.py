"""From resolved data to a policy: every shipped policy is sound; what a policy cannot do without; what must add up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from conftest import ROOT, Policies

from engine.errors import PolicyError
from engine.policy.library import library
from engine.policy.loading import check, load
from engine.policy.model import Policy

SHIPPED = sorted(path.parent.relative_to(ROOT / "policies").as_posix() for path in (ROOT / "policies").glob("*/*/policy.yaml"))
SCORING = [name for name in SHIPPED if not name.startswith("common/")]


def changed(policies: Policies, file: str, *changes: tuple[str, str]) -> Policy:
    policies.change(file, *changes)
    return load("hubei/2021", library(policies.root))


def said(policies: Policies, file: str, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(PolicyError) as wrong:
        changed(policies, file, *changes)
    return [str(problem) for problem in wrong.value.problems]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_are_sound(name: str) -> None:
    assert check(name, library()) == name


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policies_help_the_editor(name: str) -> None:
    """The first line of each file names its schema, from where the file stands."""
    for path in sorted((ROOT / "policies" / name).rglob("*.yaml")):
        if "tests" in path.relative_to(ROOT / "policies" / name).parts:
            continue
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), path


@pytest.mark.parametrize("name", SCORING)
def test_everything_rests_on_a_clause(name: str) -> None:
    from engine.policy.loading import resolve
    from engine.policy.resolved import bases

    policy = load(name)
    cited = {basis for _, basis in bases(resolve(name, library()).sections)}
    assert cited <= set(policy.clauses)
    tables = [*policy.recognition.values(), policy.scoring.execution, *policy.scoring.tables.values()]
    for case in (case for table in tables for case in table.cases):
        assert policy.clause(case.basis).text
        assert case.place.line
        assert case.place.file.startswith("policies/")


@pytest.mark.parametrize("name", SCORING)
def test_every_table_ends_in_otherwise(name: str) -> None:
    policy = load(name)
    for table in (*policy.recognition.values(), policy.scoring.execution, *policy.scoring.tables.values()):
        assert table.cases[-1].conditions == ()
        assert table.first({}) is not None


def test_a_policy_that_says_next_to_nothing(tmp_path: Path) -> None:
    home = tmp_path / "a" / "one"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text("policy: {id: a/one, title: 空, status: draft}\n", encoding="utf-8")
    with pytest.raises(PolicyError) as wrong:
        load("a/one", library(tmp_path))
    text = str(wrong.value)
    for part in (
        "jurisdiction",
        "fiscal_years",
        "form_kinds",
        "sources",
        "taxonomy",
        "recognition",
        "scoring",
        "grades",
        "notation",
    ):
        assert part in text


def test_a_pack_is_checked_but_does_not_score() -> None:
    assert check("common/notation", library()) == "common/notation"
    with pytest.raises(PolicyError, match="不能单独使用"):
        load("common/notation")


@pytest.mark.parametrize("part", ["rounding", "bounds", "composite"])
def test_parts_of_scoring_it_cannot_do_without(policies: Policies, part: str) -> None:
    path = policies.home / "scoring.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(f"  {part}:")), encoding="utf-8")
    with pytest.raises(PolicyError, match=f"scoring 缺少 {part}"):
        load("hubei/2021", library(policies.root))


@pytest.mark.parametrize("table", ["deadline", "unscorable", "not_applicable", "execution", "total"])
def test_a_missing_table_is_told(policies: Policies, table: str) -> None:
    path = policies.home / "scoring.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"\n  {table}:\n    title") + 1
    end = min(at for at in (text.find("\n\n", start), len(text)) if at > 0)
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(PolicyError, match=f"scoring 缺少 {table}"):
        load("hubei/2021", library(policies.root))


def test_bands(policies: Policies) -> None:
    policy = changed(policies, "grades.yaml", ("良, from: 80", "良, above: 80"), ("中, from: 60", "中, from: 60.5"))
    assert [(band.id, band.floor, band.floor_included) for band in policy.grades] == [
        ("优", Decimal(90), True),
        ("良", Decimal(80), False),
        ("中", Decimal("60.5"), True),
        ("差", Decimal(0), True),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("良, from: 80", "良, from: 90"), ["“良”的下限 90 不低于上一档“优”的 90"]),
        (("良, from: 80", "良, from: 80, above: 80"), ["from（含）或 above（不含）其中一个"]),
        (("良, from: 80,", "良,"), ["from（含）或 above（不含）其中一个"]),
        (("优, from: 90", "优, from: 100.01"), ["超出范围", "0 至 100"]),
        (("差, from: 0", "差, from: -1"), ["超出范围"]),
        (("差, from: 0", "差, from: 10"), ["0 到 10 没有归属"]),
        (("差, from: 0", "差, above: 0"), ["没有归属"]),
        (("grade: 良", "grade: 优"), ["“优”重复"]),
        (("优, from: 90", "优, from: {param: saved_cases}"), ["不是数字"]),
        (("优, from: 90", "优, from: {param: full_scor}"), ["没有参数“full_scor”", "是否想写“full_score”"]),
    ],
)
def test_what_is_wrong_with_bands(policies: Policies, change: tuple[str, str], words: list[str]) -> None:
    lines = said(policies, "grades.yaml", change)
    for word in words:
        assert any(word in line for line in lines), lines
    assert all(f"{policies.home}/grades.yaml：第" in line for line in lines)


def test_one_mistake_in_a_band_is_one_problem(policies: Policies) -> None:
    """A floor that cannot be read says nothing about the order of the others."""
    assert len(said(policies, "grades.yaml", ("良, from: 80", "良, from: {param: full_scor}"))) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([("产出指标: 40,", "产出指标: 41,")], ["101，不等于总分 100"]),
        ([("产出指标: 40,", "产出指标: -1,"), ("效益指标: 40}", "效益指标: 81}")], ["分值 -1 是负数"]),
        ([("效益指标: 40}", "效益: 40}")], ["指标体系里没有“效益”"]),
        ([("execution: {param: execution_weight}", "execution: -20")], ["分值 -20 是负数", "不等于总分"]),
        ([("full_score: {param: full_score}", "full_score: 120")], ["不等于总分 120"]),
    ],
)
def test_weights_must_add_up(policies: Policies, changes: list[tuple[str, str]], words: list[str]) -> None:
    lines = said(policies, "scoring.yaml", *changes)
    for word in words:
        assert any(word in line for line in lines), lines


def test_weights_by_level1_may_be_left_open(policies: Policies) -> None:
    policy = changed(policies, "scoring.yaml", ("    level1: {产出指标: 40, 效益指标: 40}\n", ""))
    assert policy.scoring.weights.level1 == {}


def test_parameters_are_numbers_texts_or_lists() -> None:
    policy = load("hubei/2021")
    assert isinstance(policy.parameters["saved_cases"].value, tuple)
    assert policy.parameters["tier_met_floor"].value == Decimal("0.8")
    assert policy.parameters["tier_met_floor"].place.file == "policies/hubei/2021/parameters.yaml"


def test_a_policy_covers_its_years_and_kinds(policies: Policies) -> None:
    policy = changed(policies, "policy.yaml", ("{from: 2021, to: 2021}", "{from: 2020}"), ("[department, project]", "[project]"))
    assert [policy.covers(year, "project") for year in (2019, 2020, 2050)] == [False, True, True]
    assert not policy.covers(2020, "department")


def test_division_in_the_total_is_by_a_number_or_not_at_all(policies: Policies) -> None:
    policy = changed(policies, "scoring.yaml", ("score: execution + indicators", "score: (execution + indicators) / 2"))
    assert policy.scoring.total.cases[0].formula == "(execution + indicators) / 2"
    lines = said(policies, "scoring.yaml", ("(execution + indicators) / 2", "execution / (full_score - not_applicable_weight)"))
    assert "可能为 0" in lines[0]


def test_a_policy_the_engine_has_no_case_for_is_no_policy(policies: Policies) -> None:
    lines = said(policies, "recognition.yaml", ("value: deadline", "value: deadlines"))
    assert any("“deadlines”不是可用的结果" in line and "是否想写“deadline”" in line for line in lines)
