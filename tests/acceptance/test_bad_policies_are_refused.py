"""A policy with a mistake: file, line and column, what was expected, the nearest name; all mistakes at once; exit status 3.

The full texts are frozen in tests/golden; here is what must hold of them whatever their wording.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Forms, Jixiao, Policies

MISTAKES = {
    # name: file, old, new, words of the message, text of the line that is named, text the column points at
    "a duplicate key": (
        "scoring.yaml",
        "  composite: {take: worst,",
        "  bounds: {lowest: '0', highest: weight, basis: note-2021#2}\n  composite: {take: worst,",
        ["重复"],
        "  bounds: {lowest: '0'",
        "bounds",
    ),
    "an unknown key": (
        "scoring.yaml",
        "mode: half_up, places: 2",
        "mode: half_up, place: 2",
        ["place", "是否想写“places”"],
        "place: 2",
        "place: 2",
    ),
    "a missing key": (
        "grades.yaml",
        "{grade: 良, from: 80, basis: practice-2021#grades}",
        "{grade: 良, from: 80}",
        ["缺少必填项 basis"],
        "{grade: 良",
        "{grade: 良",
    ),
    "a wrong type": ("scoring.yaml", "places: 2", "places: two", ["places", "整数"], "places: two", "two"),
    "a formula with an unknown name": (
        "scoring.yaml",
        "score: weight * actual / target",
        "score: weight * actul / target",
        ["actul", "是否想写“actual”"],
        "weight * actul",
        "actul",
    ),
    "a division that can be by zero": (
        "scoring.yaml",
        "when: {direction: positive, target: {gt: 0}}",
        "when: {direction: positive}",
        ["除数 target 可能为 0"],
        "score: weight * actual / target",
        "weight * actual / target",
    ),
    "a missing last tier": (
        "scoring.yaml",
        "      - {tier: unmet, label: 未达成预期指标且效果较差, from: 0, basis: note-2021#3}\n",
        "",
        ["缺少最末一档"],
        "tier: partial, label:",
        "{tier: partial, label:",
    ),
    "a missing last grade": (
        "grades.yaml",
        "  - {grade: 差, from: 0, basis: practice-2021#grades}\n",
        "",
        ["缺少最末一档"],
        "grade: 中",
        "{grade: 中",
    ),
    "an unknown basis": (
        "grades.yaml",
        "- {grade: 优, from: 90, basis: practice-2021#grades}",
        "- {grade: 优, from: 90, basis: practice-2021#grade}",
        ["practice-2021#grade”", "是否想写“practice-2021#grades”"],
        "grade: 优",
        "practice-2021#grade}",
    ),
    "an unknown field": (
        "recognition.yaml",
        "when: {target_operator: {in: [\"<=\", \"<\"]}}",
        "when: {target_operater: {in: [\"<=\", \"<\"]}}",
        ["target_operater", "是否想写“target_operator”"],
        "target_operater",
        "",
    ),
    "a weight below nought": (
        "scoring.yaml",
        "产出指标: 40, 效益指标: 40",
        "产出指标: -40, 效益指标: 120",
        ["负", "-40"],
        "产出指标: -40",
        "-40",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_where_it_stands(jixiao: Jixiao, policies: Policies, forms: Forms, mistake: str) -> None:
    file, old, new, words, line_text, column_text = MISTAKES[mistake]
    policies.change(file, (old, new))
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert (run.status, run.out) == (3, "")
    line = policies.line(file, line_text)
    column = (policies.home / file).read_text(encoding="utf-8").splitlines()[line - 1].index(column_text) + 1 if column_text else 0
    place = f"{policies.home}/{file}：第{line}行第{column or ''}"
    (problem,) = [error for error in run.errors if all(word in error for word in words)]
    assert place in problem
    # the same whoever asks, and nothing is evaluated by half a policy
    evaluated = jixiao("evaluate", forms.write(), "--policies", policies.root)
    assert (evaluated.status, evaluated.out, evaluated.err) == (3, "", run.err)
    assert jixiao("policy", "show", "hubei/2021", "--policies", policies.root).status == 3


def test_all_mistakes_of_meaning_are_told_at_once(jixiao: Jixiao, policies: Policies) -> None:
    policies.change(
        "scoring.yaml",
        ("score: weight * actual / target", "score: weight * actul / target"),
        ("score: weight * executed / budget", "score: weight * executed / (budget"),
        ("产出指标: 40,", "产出指标: 45,"),
    )
    policies.change("grades.yaml", ("良, from: 80", "良, from: 95"))
    old, new = (
        f"when: {{known_direction: inverse}}\n        value: {value}\n        ground: known\n        basis: recognising#{basis}"
        for value, basis in (("inverse", "known"), ("reverse", "knowns"))
    )
    policies.change("recognition.yaml", (old, new))
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    for word in ("actul", "缺“)”", "不等于总分", "不低于上一档", "reverse", "recognising#knowns"):
        assert len([error for error in run.errors if word in error]) == 1, word
    assert len(run.errors) == 6
    assert run.errors == sorted(run.errors, key=lambda error: error.split("：")[1]), "by file"


def test_all_mistakes_of_shape_are_told_at_once_in_all_files(jixiao: Jixiao, policies: Policies) -> None:
    policies.change("scoring.yaml", ("places: 2", "places: two"), ("take: worst", "take: most"))
    policies.change("grades.yaml", ("{grade: 优,", "{grade: 优, form: 1,"))
    policies.change("parameters.yaml", ("    label: 总分\n", ""))
    policies.change("taxonomy.yaml", ("taxonomy:\n", "taxonomy:\n\t一级: 1\n"))
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    for word in ("two", "most", "form", "label", "Tab"):
        assert [error for error in run.errors if word in error], word
    assert {error.split("：")[1].rsplit("/", 1)[1] for error in run.errors} == {
        "scoring.yaml",
        "grades.yaml",
        "parameters.yaml",
        "taxonomy.yaml",
    }


def test_checking_takes_an_id_or_a_directory(jixiao: Jixiao, shown: Jixiao, policies: Policies) -> None:
    assert shown("policy", "check", "hubei/2021").out == "hubei/2021：没有发现错误。\n"
    assert shown("policy", "check", "common/notation").out == "common/notation：没有发现错误。\n"
    assert jixiao("policy", "check", policies.home).out == "hubei/2021：没有发现错误。\n"
    assert jixiao("policy", "check", policies.home / "policy.yaml").out == "hubei/2021：没有发现错误。\n"
    policies.change("grades.yaml", ("优, from: 90", "优, from: 900"))
    run = jixiao("policy", "check", policies.home)
    assert run.status == 3
    assert "900" in run.err
    assert shown("policy", "check", "hubei/2021").status == 0


def test_a_broken_policy_of_another_place_does_not_go_unsaid(jixiao: Jixiao, policies: Policies, seed: Path) -> None:
    other = policies.root / "hunan" / "2021"
    other.mkdir(parents=True)
    (other / "policy.yaml").write_text("policy: [", encoding="utf-8")
    run = jixiao("policy", "list", "--policies", policies.root)
    assert run.status == 3
    assert "hunan/2021/policy.yaml" in run.err
    named = jixiao("evaluate", seed, "--policies", policies.root, "--policy", "hubei/2021")
    assert named.status == 0, "a policy that is named needs no other"
    unnamed = jixiao("evaluate", seed, "--policies", policies.root)
    assert (unnamed.status, unnamed.err) == (0, ""), "nor does one that fits"


def test_good_policies_are_listed_beside_broken_ones(jixiao: Jixiao, policies: Policies) -> None:
    policies.change("policy.yaml", ("status: published", "status: publish"))
    run = jixiao("policy", "list", "--policies", policies.root)
    assert run.status == 3
    assert "common/findings" in run.out
    assert "hubei/2021" not in run.out
    (line,) = (line for line in run.errors if line.startswith("错误："))
    assert line.startswith(f"错误：{policies.home}/policy.yaml：")


def test_a_broken_policy_is_named_where_no_other_fits(jixiao: Jixiao, policies: Policies, seed: Path) -> None:
    policies.change("policy.yaml", ("status: published", "status: publish"))
    run = jixiao("evaluate", seed, "--policies", policies.root)
    assert (run.status, run.out) == (3, "")
    assert f"{policies.home}/policy.yaml：" in run.err
    assert "是否想写“published”" in run.err


def test_mistakes_of_shape_and_of_meaning_are_told_together(jixiao: Jixiao, policies: Policies) -> None:
    policies.change(
        "scoring.yaml",
        ("mode: half_up, places: 2, at: indicator, basis: practice-2021#rounding", "mode: up2, basis: practice-2021#roundin"),
        ("score: weight * executed / budget", "score: weight * excuted / budget"),
    )
    policies.change("grades.yaml", ("良, from: 80", "良, from: 95"))
    policies.change("parameters.yaml", ("value: 0.8\n", "value: 8\n"))
    (policies.home / "extra.yaml").write_text(
        "findings:\n  - {id: test.one, title: 测试, category: design, severity: warning, when: [{a: {fact: indicator, wieght: 1}}],"
        " message: 分值, advice: 调整, basis: note-2021#2}\n  - {title: 无编号}\n",
        encoding="utf-8",
    )
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    for word in ("up2", "缺少必填项 places", "excuted", "下限 95 ", "下限 8 ", "wieght", "缺少必填项 id"):
        assert len([error for error in run.errors if word in error]) == 1, (word, run.errors)
    assert "第3行第5列" in next(error for error in run.errors if "缺少必填项 id" in error)


@pytest.mark.parametrize(
    ("file", "old", "new", "count"),
    [
        ("parameters.yaml", "    value: 20\n", "    value:\n", 1),
        ("grades.yaml", "{grade: 差, from: 0,", "{grade: 差, from: 零,", 1),
        ("grades.yaml", "{grade: 良, from: 80,", "{grade: 良, from 80,", 1),
        ("scoring.yaml", "  rounding: {mode", "  roundng: {mode", 1),
        ("scoring.yaml", "score: weight * executed / budget", "scroe: weight * executed / budget", 1),
        ("taxonomy.yaml", "  产出指标:\n", "  产出指标：\n", 1),
        ("parameters.yaml", "parameters:\n", "paramters:\n", 1),
        ("policy.yaml", "policy:\n", "polcy:\n", 1),
        ("policy.yaml", "extends: [", "extends: [common/none, ", 1),
    ],
)
def test_one_mistake_is_told_once(jixiao: Jixiao, policies: Policies, file: str, old: str, new: str, count: int) -> None:
    """What only follows from a mistake is not told: a policy without its parameters lacks each of them a dozen times."""
    text = (policies.home / file).read_text(encoding="utf-8")
    assert old in text
    (policies.home / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    assert len(run.errors) == count, run.errors


def test_a_missing_section_is_missed_in_the_policy_file(jixiao: Jixiao, policies: Policies) -> None:
    text = (policies.home / "policy.yaml").read_text(encoding="utf-8")
    (policies.home / "policy.yaml").write_text("".join(x for x in text.splitlines(True) if "extends" not in x), encoding="utf-8")
    run = jixiao("policy", "check", "hubei/2021", "--policies", policies.root)
    assert run.status == 3
    assert run.errors
    assert all(f"{policies.home}/policy.yaml：第{policies.line('policy.yaml', 'policy:')}行" in error for error in run.errors)
