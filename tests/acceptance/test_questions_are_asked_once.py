"""What cannot be read with certainty is asked at the end, answered in a line of YAML, and not asked again."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Jixiao, Run

RECORD = """schema: jixiao/submission/1
unit: 甲县应急局
fiscal_year: 2021
forms:
  - kind: project
    name: 应急救援项目
    budget: [{name: 总额, role: total, money_unit: 万元, budget: "100", executed: "100", score: "20"}]
    goals:
      - indicators:
          - {name: 应急救援出动次数, level1: 产出指标, level2: 数量指标, weight: "20", target: 25次, actual: 38次, score: "20"}
          - {name: 应急救援出动次数, level1: 产出指标, level2: 数量指标, weight: "20", target: 50次, actual: 40次, score: "20"}
          - {name: 群众救助标准, level1: 产出指标, level2: 成本指标, weight: "20", target: 600元/人, actual: 650元/人, score: "20"}
          - {name: 培训人次, level1: 产出指标, level2: 数量指标, weight: "20", target: 100人次, actual: 120人次, score: "20"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "表.yaml").write_text(RECORD, encoding="utf-8")
    return tmp_path


def evaluate(jixiao: Jixiao, *paths: Path, form: str = "json") -> Run:
    return jixiao("evaluate", *paths, "--policy", "hubei/2021", "--format", form)


def answer(folder: Path, *lines: str) -> None:
    (folder / "答复.yaml").write_text("known_indicators:\n" + "".join(f"  - {line}\n" for line in lines), encoding="utf-8")


def test_each_name_is_asked_once_with_both_scores(jixiao: Jixiao, folder: Path) -> None:
    run = evaluate(jixiao, folder / "表.yaml")
    assert run.status == 0
    questions = run.data["questions"]
    assert [q["subject"] for q in questions] == ["应急救援出动次数", "群众救助标准"]
    first = questions[0]
    assert first["of"] == "direction"
    assert first["stake"] == "10.84"  # 20 - 13.16, and 20 - 16
    assert {one["reading"] for one in first["readings"]} == {"positive", "inverse"}
    rows = run.data["forms"][0]["indicators"]
    assert [row["certain"] for row in rows] == [False, False, False, True]
    assert [row["direction_ground"] for row in rows] == ["none", "none", "none", "name"]
    assert rows[3]["readings"] == []


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_they_are_told_at_the_end_in_one_block(jixiao: Jixiao, folder: Path, form: str) -> None:
    out = evaluate(jixiao, folder / "表.yaml", form=form).out
    block = out[out.index("待答复的问题 2 个") :]
    assert "“应急救援出动次数”是越高越好，还是越低越好？" in block
    assert "越高越好：完成，20.00 分；越低越好：未完成，13.16 分" in block
    assert "{name: 应急救援出动次数, direction: 越高越好 / 越低越好, unit: 次, level2: 数量指标, source:" in block
    assert out.count("待答复的问题") == 1


def test_the_lines_told_are_the_lines_to_answer_with(jixiao: Jixiao, folder: Path) -> None:
    out = evaluate(jixiao, folder / "表.yaml", form="table").out
    lines = out[out.index("known_indicators:") :].replace("越高越好 / 越低越好", "越高越好").replace("（答复的人、日期）", "张三")
    (folder / "答复.yaml").write_text(lines, encoding="utf-8")
    run = evaluate(jixiao, folder / "表.yaml")
    assert run.data["questions"] == []
    assert not run.data.get("notes")
    assert [row["direction_ground"] for row in run.data["forms"][0]["indicators"]] == ["known", "known", "known", "name"]


@pytest.mark.parametrize("given", ["file", "folder", "named"])
def test_an_answer_beside_the_forms_is_used(jixiao: Jixiao, folder: Path, tmp_path: Path, given: str) -> None:
    answer(folder, "{name: 应急救援 出动次数, direction: 越低越好, source: 张三}")
    if given == "named":
        other = tmp_path / "别处"
        other.mkdir()
        (other / "表.yaml").write_text(RECORD, encoding="utf-8")
        run = evaluate(jixiao, other / "表.yaml", folder / "答复.yaml")
    else:
        run = evaluate(jixiao, folder if given == "folder" else folder / "表.yaml")
    assert run.status == 0, run.err
    assert [q["subject"] for q in run.data["questions"]] == ["群众救助标准"]
    assert [row["met"] for row in run.data["forms"][0]["indicators"]] == ["no", "yes", "unknown", "yes"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{name: 没有的指标, direction: 越高越好, source: 张三}", "第2行第5列：表上没有“没有的指标”这个指标"),
        ("{name: 应急救援出动次数, direction: 越多越好, source: 张三}", "第2行第33列"),
        ("{name: 应急救援出动次数, direction: 越高越好}", "source"),
        ("{name: 应急救援出动次数, direction: 越高越好, unit: 件, source: 张三}", "写的单位或二级指标与表上的不同"),
        ("{name: 应急救援出动次数, direction: 越高越好, source: [}", "第2行"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_with_its_line(jixiao: Jixiao, folder: Path, line: str, said: str) -> None:
    answer(folder, line)
    run = evaluate(jixiao, folder / "表.yaml")
    assert run.status == 0
    told = [note for note in run.data["notes"] if "答复.yaml" in note]
    assert len(told) == 1
    assert said in told[0]
    assert len(run.data["questions"]) == 2


def test_answers_that_contradict_each_other_are_both_left(jixiao: Jixiao, folder: Path) -> None:
    answer(
        folder, "{name: 应急救援出动次数, direction: 越高越好, source: 甲}", "{name: 应急救援出动次数, direction: 反向, source: 乙}"
    )
    run = evaluate(jixiao, folder / "表.yaml")
    assert any("第3行" in note and "第2行" in note and "没有用" in note for note in run.data["notes"])
    assert len(run.data["questions"]) == 2


def test_an_answer_against_a_sign_is_told_and_the_sign_counts(jixiao: Jixiao, folder: Path) -> None:
    path = folder / "表.yaml"
    path.write_text(RECORD.replace("target: 25次", "target: ≥25次"), encoding="utf-8")
    answer(folder, "{name: 应急救援出动次数, direction: 越低越好, source: 甲}")
    run = evaluate(jixiao, path)
    assert run.data["forms"][0]["indicators"][0]["direction_ground"] == "sign"
    assert any("以表上的符号为准" in note for note in run.data["notes"])


def test_the_page_shows_them(jixiao: Jixiao, folder: Path, tmp_path: Path) -> None:
    run = jixiao("report", folder / "表.yaml", "--policy", "hubei/2021", "--out", tmp_path / "out", "--format", "html")
    assert run.status == 0, run.err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count('<h2 id="questions">') == 1
    assert "应急救援出动次数”是越高越好，还是越低越好？" in page


def test_the_record_keeps_the_answers(jixiao: Jixiao, folder: Path) -> None:
    answer(folder, "{name: 应急救援出动次数, direction: 越低越好, source: 张三}")
    written = jixiao("read", folder / "表.yaml", "--policy", "hubei/2021").out
    (folder / "答复.yaml").unlink()
    (folder / "再读.json").write_text(written, encoding="utf-8")
    run = evaluate(jixiao, folder / "再读.json")
    assert [q["subject"] for q in run.data["questions"]] == ["群众救助标准"]


def test_readings_and_answers_are_explained(jixiao: Jixiao, folder: Path) -> None:
    told = jixiao("explain", folder / "表.yaml", "--policy", "hubei/2021", "--indicator", "出动次数").out
    assert "定不下来，各种读法：越高越好：完成，20.00 分；越低越好：未完成，13.16 分" in told
    answer(folder, "{name: 应急救援出动次数, direction: 越低越好, source: 应急科答复}")
    told = jixiao("explain", folder / "表.yaml", "--policy", "hubei/2021", "--indicator", "出动次数").out
    assert "答复：" in told
    assert "第2行" in told
    assert "应急科答复" in told
    assert "定不下来" not in told
