"""`jixiao policy test`: the tests beside a policy run, say what failed and what nothing covers, and end with a telling status."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Jixiao
from ruamel.yaml import YAML

OWN = """\
# yaml-language-server: $schema=../../../../schemas/test.schema.json
bases:
  小表:
    unit: 测试单位
    fiscal_year: 2021
    forms:
      - kind: project
        name: 测试经费
        goals:
          - indicators:
              - {name: 培训, level1: 产出指标, level2: 数量指标, weight: "10", target: 10期, actual: 10期, score: "10"}
tests:
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A directory with copies of hubei/2021 and the pack it extends, neither with tests yet."""
    root = tmp_path / "mine"
    shutil.copytree(ROOT / "policies", root, ignore=shutil.ignore_patterns("tests"))
    (root / "hubei" / "2021" / "tests").mkdir()
    return root


def write(root: Path, tests: str, name: str = "own.yaml") -> None:
    (root / "hubei" / "2021" / "tests" / name).write_text(OWN + tests, encoding="utf-8")


def test_every_rule_and_every_scoring_case_is_tested(shown: Jixiao) -> None:
    run = shown("policy", "test", "hubei/2021")
    assert (run.status, run.err) == (0, ""), run.out[-3000:]
    assert "没有" not in run.out
    found = re.search(r"测试 ([0-9]+) 条，通过 ([0-9]+) 条；覆盖 ([0-9]+)/([0-9]+)（100%）", run.out)
    assert found
    assert found[1] == found[2]
    assert int(found[1]) > 300
    assert found[3] == found[4]


def test_test_files_name_their_schema() -> None:
    yaml = YAML(typ="safe")
    files = sorted((ROOT / "policies").rglob("tests/*.yaml"))
    assert len(files) >= 6
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, path
        assert (path.parent / found[1]).resolve() == ROOT / "schemas" / "test.schema.json"
        names = [test["test"] for test in yaml.load(path.read_text(encoding="utf-8"))["tests"]]
        assert all(names)


def test_without_tests_of_the_cases_coverage_is_short(jixiao: Jixiao, own: Path) -> None:
    indicator = "{weight: '5', target: 3期, actual: 3期}"
    write(own, f"  - {{test: 满分, case: quantitative.met, indicator: {indicator}, expect: {{computed: 5}}}}\n")
    run = jixiao("policy", "test", "hubei/2021", "--policies", own)
    assert run.status == 4
    assert "没有测试的计分情形" in run.out
    assert "execution.proportional" in run.out
    assert "quantitative.met、" not in run.out
    assert "覆盖 1/" in run.out
    assert jixiao("policy", "test", "hubei/2021", "--policies", own, "--min-coverage", "1").status == 4
    assert jixiao("policy", "test", "hubei/2021", "--policies", own, "--min-coverage", "0.1").status == 0


def test_a_test_that_fails_says_what_came_instead(jixiao: Jixiao, own: Path) -> None:
    third = "{weight: '5', target: 3期, actual: 1期}"
    write(
        own,
        "  - {test: 应报而不报, rule: notation.no-actual, base: 小表, fires: 1}\n"
        f"  - {{test: 算错, case: quantitative.proportional, indicator: {third}, expect: {{computed: 1.66}}}}\n"
        f"  - {{test: 情形不对, case: quantitative.met, indicator: {third}, expect: {{computed: 1.67}}}}\n"
        "  - {test: 不干净, base: 小表, severity: none}\n",
    )
    run = jixiao("policy", "test", "hubei/2021", "--policies", own, "--min-coverage", "0")
    assert run.status == 4
    assert "应报而不报：应报 1 处，报了 0 处" in run.out
    assert "算错：computed 应为 1.66，是 1.67" in run.out
    assert "情形不对：情形是 quantitative.proportional" in run.out
    assert "不干净：" in run.out
    assert "design.few-indicators" in run.out
    assert "own.yaml：第13行" in run.out


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{test: 坏, rule: notation.no-actul, base: 小表, fires: 1}", "notation.no-actual"),
        ("{test: 坏, rule: notation.no-actual, base: 大表, fires: 1}", "没有底稿“大表”"),
        ("{test: 坏, case: quantitative.mets, indicator: {weight: '5'}, expect: {computed: 5}}", "quantitative.met"),
        ("{test: 坏, rule: notation.no-actual, base: 小表, change: {'forms[3].name': 甲}, fires: 1}", "forms[3].name"),
        ("{test: 坏, rule: notation.no-actual, base: 小表, change: {'forms[0].kind': 其他}, fires: 1}", "表的种类"),
        ("{test: 坏, rule: notation.no-actual, base: 小表}", "没有写期望"),
        ("{test: 坏, case: quantitative.met, expect: {computed: 5}}", "没有写全"),
        ("{rule: notation.no-actual, base: 小表, fires: 1}", "test"),
    ],
)
def test_a_test_that_cannot_run_is_an_error_with_its_line(jixiao: Jixiao, own: Path, test: str, said: str) -> None:
    write(own, f"  - {test}\n")
    run = jixiao("policy", "test", "hubei/2021", "--policies", own)
    assert run.status not in (0, 4)
    assert said in run.err
    assert "own.yaml：第13行" in run.err
    assert "Traceback" not in run.err


def test_a_changed_threshold_is_noticed_by_the_tests(jixiao: Jixiao, tmp_path: Path) -> None:
    """The near misses are near: one step of each threshold and some test fails."""
    root = tmp_path / "mine"
    shutil.copytree(ROOT / "policies", root, ignore=shutil.ignore_patterns("policy.lock"))
    # of the packs' tests those of the words of forms and of roll-ups look at none of these thresholds: they take most of the time
    for name in ("findings/tests/content", "findings/tests/wording", "findings/tests/catalogue", "rollup/tests/rollup"):
        (root / "common" / f"{name}.yaml").unlink()
    for path in (root / "common" / "recognition" / "tests").iterdir():
        path.unlink()
    path = root / "common" / "findings" / "parameters.yaml"
    text = path.read_text(encoding="utf-8")
    steps = [
        ("逐个提示, value: 0.3,", "逐个提示, value: 0.29,", None),
        ("警告, value: 0.3,", "警告, value: 0.28,", "占 28.75%"),
        ("警告, value: 5,", "警告, value: 6,", "5 个指标"),
        ("须说明原因, value: 90,", "须说明原因, value: 90.1,", "90%"),
        ("警告, value: 60,", "警告, value: 63,", "62.5%"),
        ("上限, value: 10,", "上限, value: 9.6,", "9.65"),
    ]
    for old, new, _ in steps:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    run = jixiao("policy", "test", "hubei/2021", "--policies", root)
    assert run.status == 4
    for _, _, said in steps:
        assert said is None or any(said in line for line in run.out.splitlines() if line.startswith("✗")), said
