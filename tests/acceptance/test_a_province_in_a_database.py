"""Many forms at once: `ingest` reads them into a corpus, `batch` runs a policy over it; both go on where they stopped, and say
what is damaged, of another version, or in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SMALL_FORM, Jixiao

pytest.importorskip("duckdb", reason="the corpus extra is not installed")
pytest.importorskip("duckdb", reason="the corpus extra is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the corpus extra is not installed")
pa = pytest.importorskip("pyarrow", reason="the corpus extra is not installed")

from engine import leftovers  # noqa: E402
from engine.bulk.relational import plans  # noqa: E402

SEED = ROOT / "examples" / "hubei-gcc-2021.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published forms, three units more, a note and a file that is no form."""
    at = tmp_path_factory.mktemp("filed")
    shutil.copy(SEED, at / "seed.txt")
    for n in range(3):
        (at / f"unit-{n}.txt").write_text(SMALL_FORM.replace("示例单位", f"第{n}单位"), encoding="utf-8")
    (at / "broken.json").write_text('{"schema": "jixiao/submission/1", "forms": [', encoding="utf-8")
    return at


@pytest.fixture(scope="module")
def corpus(folder: Path, jixiao: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("made") / "corpus"
    run = jixiao("ingest", folder, "--out", at, "--jobs", 1)
    assert run.status == 5  # one file cannot be read, and is named; the others are in
    assert "broken.json" in run.err
    assert "4 份申报、7 张表" in run.out
    return at


@pytest.fixture(scope="module")
def results(corpus: Path, jixiao: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    at = tmp_path_factory.mktemp("results") / "out"
    run = jixiao("batch", corpus, "--out", at, "--format", "json")
    assert run.status == 0, run.err
    return at, run.data


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    return [row for path in sorted(out.glob(f"*/*/{name}*.parquet")) for row in pq.read_table(path).to_pylist()]


def plain(number: Any) -> str:
    return "" if number is None else format(Decimal(number).normalize(), "f")


def test_the_results_are_those_of_evaluate(results: tuple[Path, Any], jixiao: Jixiao, folder: Path) -> None:
    out, data = results
    alone = jixiao("evaluate", SEED, "--format", "json").data
    small = [jixiao("evaluate", folder / f"unit-{n}.txt", "--format", "json").data for n in range(3)]
    every = [alone, *small]
    assert data["forms"] == sum(len(each["forms"]) for each in every) == 7
    hits = sum(rule["hits"] for each in every for rule in each["rules"])
    assert sum(data["findings"].values()) == hits, "a row a match, also where `evaluate` tells several rows of a form as one"
    assert data["reference"]["checked"] == 4
    assert not data["reference"]["bundles"]
    totals = {(row["unit"], row["form"]): str(row["total_computed"]) for row in rows(out, "forms")}
    for each in every:
        for form in each["forms"]:
            assert totals[form["unit"], form["name"]] == form["scores"]["total"]["computed"]
    problems = [(problem, each["forms"][0]["unit"]) for each in every for problem in each["problems"]]
    told = [json.loads(line) for line in (out / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
    same = ("title", "cause", "severity", "certain", "stake", "subjects", "advice", "key")
    assert sorted(json.dumps([[line[key] for key in same], line["unit"]]) for line in told) == sorted(
        json.dumps([[problem[key] for key in same], unit]) for problem, unit in problems
    )
    assert [shown["title"] for shown in data["shown"]] == [line["title"] for line in told[:10]]
    assert data["problems_told"] == {"file": "problems.jsonl", "written": len(problems), "bundles": 4}
    assert sum(cause["findings"] for cause in data["causes"]) == sum(data["findings"].values())
    assert data["ran"] == jixiao("evaluate", folder, "--format", "json").data["rules"], "what came of each rule, and why"
    lines = [json.loads(line) for line in (out / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = [{**told, **row} for each in every for told in each["findings"] for row in told.get("rows") or [told]]
    keys = ("rule", "severity", "category", "form", "subject", "message", "advice", "basis")
    missing = Counter(tuple(f[key] for key in keys) for f in wanted) - Counter(tuple(line[key] for key in keys) for line in lines)
    assert not missing
    assert all(line["evidence"][0]["where"] for line in lines if line["evidence"])
    found = {(row["bundle"], row["rule"], row["fact_1"], row["fact_2"], row["fact_3"]) for row in rows(out, "findings")}
    assert {(line["bundle"], line["rule"], line["fact_1"], line["fact_2"], line["fact_3"]) for line in lines} == found
    assert data["sentences"] == {"file": "sentences.jsonl", "written": hits, "of": hits}


def test_ingesting_again_reads_nothing_twice(corpus: Path, folder: Path, jixiao: Jixiao) -> None:
    before = {path: path.stat().st_mtime_ns for path in corpus.glob("parts/*/*.parquet")}
    run = jixiao("ingest", folder, "--out", corpus, "--jobs", 1)
    assert "新写 0 部分" in run.out
    assert {path: path.stat().st_mtime_ns for path in corpus.glob("parts/*/*.parquet")} == before


def test_an_interrupted_ingest_goes_on(folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    """Killed at any point, what is there is whole, and the next run makes the rest."""
    at = tmp_path / "corpus"
    command = [sys.executable, "-m", "engine.cli", "ingest", str(folder), "--out", str(at), "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None and not (at / "corpus.json").exists():  # how long it takes to begin is the machine's affair
        time.sleep(0.05)
    time.sleep(0.3)
    child.kill()
    child.wait()
    (at / "parts" / f"{leftovers.PREFIX}half").mkdir(parents=True, exist_ok=True)
    run = jixiao("ingest", folder, "--out", at, "--jobs", 1)
    assert "4 份申报、7 张表" in run.out
    assert not list(at.glob("parts/.*"))


def record(unit: str, amount: int = 100, day: str = "2022年4月20日") -> str:
    """A county's form: one project of the funds given."""
    line = {"name": "年度财政资金总额", "role": "total", "weight": "20", "score": "20", "money_unit": "万元"}
    indicator = {"name": "培训人数", "level1": "产出指标", "level2": "数量指标", "weight": "80", "target": "9人", "actual": "9人"}
    form = {"kind": "project", "name": "山塘修缮", "filled_on": day, "budget": [{**line, "budget": amount, "executed": amount}]}
    form["goals"] = [{"indicators": [indicator]}]
    data = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": 2021, "jurisdiction": "hubei", "forms": [form]}
    return json.dumps(data, ensure_ascii=False)


def test_a_corpus_that_is_kept_up_counts_every_form_once(
    tmp_path: Path, jixiao: Jixiao, results: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file more, one edited, one deleted, one copied and one filed again: after each ingest what is there is counted once, and
    all else is told. What the policy was compiled to for another corpus serves this one."""
    monkeypatch.setattr(plans, "compile_policy", None)
    filed, at = tmp_path / "filed", tmp_path / "corpus"
    filed.mkdir()
    for n in range(3):
        (filed / f"{n}.json").write_text(record(f"第{n}县水务局"), encoding="utf-8")

    def forms(status: int = 0, *, batch: bool = False) -> tuple[int, str]:
        """How many forms stand in the corpus, by its own index; by what a batch counts, too, where that is asked."""
        run = jixiao("ingest", filed, "--out", at, "--jobs", 1)
        assert run.status == status, run.err
        listed = [json.loads(line) for file in at.glob("index/*/forms.jsonl") for line in file.read_text().splitlines()]
        counted = sum("bundle" in form for form in listed)
        if not batch:
            return counted, run.out + run.err
        done = jixiao("batch", at, "--out", tmp_path / f"out{len(list(tmp_path.iterdir()))}", "--format", "json", "--show", 0)
        assert done.status == 0
        assert done.data["forms"] == counted
        return counted, run.out + run.err + done.err

    assert forms()[0] == 3
    (filed / "3.json").write_text(record("第3县水务局"), encoding="utf-8")
    assert forms() == (
        4,
        "4 份申报、4 张表、4 个指标；新写 1 部分，原有 0 部分。\n与上次比：新读 1 个文件，改了 0 个，去掉 0 个。\n",
    )
    (filed / "0.json").write_text(record("第0县水务局", 300), encoding="utf-8")
    (filed / "1.json").unlink()
    count, told = forms()
    assert (count, "改了 1 个，去掉 1 个" in told, "1.json 已不在，从语料里去掉了" in told) == (3, True, True)
    shutil.copy(filed / "2.json", filed / "2 副本.json")
    count, told = forms()
    assert (count, "2.json 的“山塘修缮”（第2县水务局，2021年度）与 " in told, "只算一份" in told) == (3, True, True)
    (filed / "9.json").write_text(record("第0县水务局", 900, "2022年5月8日"), encoding="utf-8")
    count, told = forms(5, batch=True)
    assert (count, "0.json" in told, "9.json，两份不同；只算那一份（填报日期在后）" in told) == (3, True, True)
    assert "有 1 张表另有一份不同的，只算了一份" in told
    change = jixiao("policy", "impact", "hubei/2021", "hubei/2021", "--on", at, "--format", "json")
    assert change.status == 5
    assert change.data["counts"]["forms"] == 3
    assert "两份不同" in change.err
    (filed / "3.json").unlink()
    kept = jixiao("ingest", filed, "--out", at, "--keep", "--jobs", 1)
    assert "3.json 已不在，留在语料里（--keep）" in kept.err
    assert "3 份申报" in kept.out


def test_a_batch_goes_on_and_computes_nothing_twice(corpus: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    out = tmp_path / "out"
    first = jixiao("batch", corpus, "--out", out, "--format", "json").data
    places = sorted(out.glob("*/*/partition.json"))
    shutil.rmtree(places[0].parent)
    (places[0].parent.parent / f"{leftovers.PREFIX}half").mkdir(exist_ok=True)
    again = jixiao("batch", corpus, "--out", out, "--format", "json")
    assert again.data == first
    assert not list(out.glob("*/.*"))


def test_results_of_something_else_are_not_overwritten(corpus: Path, results: tuple[Path, Any], jixiao: Jixiao) -> None:
    run = jixiao("batch", corpus, "--out", results[0], "--policy", "central/2020")
    assert run.status == 2
    assert "另一次运行的结果" in run.err


def test_another_policy_is_run_on_rows_read_by_its_words(corpus: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    run = jixiao("batch", corpus, "--out", tmp_path / "out", "--policy", "central/2020", "--format", "json")
    assert run.status == 0, run.err
    assert run.data["reference"]["checked"] == 4
    assert run.data["policies"][0]["id"] == "central/2020"


def test_a_corpus_of_another_version_is_refused(corpus: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    old = tmp_path / "old"
    shutil.copytree(corpus, old)
    stamp = json.loads((old / "corpus.json").read_text())
    (old / "corpus.json").write_text(json.dumps({**stamp, "version": 0}))
    run = jixiao("batch", old, "--out", tmp_path / "out")
    assert run.status == 5
    assert "另一版本" in run.err
    assert "重新建" in run.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_file_is_named(corpus: Path, tmp_path: Path, jixiao: Jixiao, damage: str) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(corpus, bad)
    path = next(iter(sorted(bad.glob("parts/*/indicator.parquet"))))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(bytes(data) if damage == "flipped" else bytes(data[: len(data) // 2]))
    run = jixiao("batch", bad, "--out", tmp_path / "out")
    assert run.status == 5
    assert "indicator.parquet" in run.err
    assert "重新 ingest" in run.err
    assert not list((tmp_path / "out").glob("*/*/*.parquet"))


def test_a_folder_that_is_no_corpus_is_told(tmp_path: Path, jixiao: Jixiao) -> None:
    (tmp_path / "some.txt").write_text("x")
    assert "没有 corpus.json" in jixiao("batch", tmp_path, "--out", tmp_path / "out").err
    run = jixiao("ingest", SEED, "--out", tmp_path)
    assert run.status == 5
    assert "别的东西" in run.err


def test_a_full_disk_stops_the_run_and_loses_nothing(corpus: Path, folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(small)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        run = jixiao("ingest", folder, "--out", small / "corpus", "--jobs", 1)
        assert run.status == 6
        assert "写不进去：磁盘满了" in run.err
        shutil.rmtree(small / "corpus")
        (small / "filler").write_bytes(b"x" * 80_000)
        run = jixiao("batch", corpus, "--out", small / "out")
        assert run.status == 6
        assert "腾出空间" in run.err
        assert not list(small.glob("out/*/*/partition.json"))
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        assert jixiao("batch", corpus, "--out", small / "out").status == 0
        assert "4 份申报" in jixiao("ingest", folder, "--out", small / "corpus", "--jobs", 1).out
    finally:
        subprocess.run(["umount", str(small)], check=False)


def test_lines_and_parquet_are_read_directly(tmp_path: Path, jixiao: Jixiao, shown: Jixiao) -> None:
    """One of the lines has a target that no database column holds: the reference takes it, and the summary says so. What stands
    in both files is counted once."""
    record = shown("read", SEED).data
    huge = {**json.loads(json.dumps(record)), "unit": "另一单位"}
    indicator = huge["forms"][0]["goals"][0]["indicators"][0]
    indicator["target"], indicator["actual"] = "10000000000000000000次", "5000000000000000000次"
    (tmp_path / "forms.jsonl").write_text(
        json.dumps(record, ensure_ascii=False) + "\n" + '{"no": "record"}\n' + json.dumps(huge) + "\n", encoding="utf-8"
    )
    third = {**record, "unit": "第三单位"}
    pq.write_table(pa.table({"record": [json.dumps(third), json.dumps(record)]}), tmp_path / "records.parquet")
    flat = [
        {"unit": "某局", "fiscal_year": 2021, "kind": "project", "form": "某项目", "level1": "产出指标", "level2": "数量指标",
         "name": f"第{n}项演练次数", "weight": "40", "target": "10次", "actual": f"{n}次", "score": str(4 * n), "budget": "100",
         "executed": "50", "execution_score": "10", "total": "90"}
        for n in (5, 10)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(flat), tmp_path / "flat.parquet")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "other.parquet")
    run = jixiao("ingest", tmp_path, "--out", tmp_path / "corpus", "--policy", "hubei/2021", "--jobs", 1)
    assert run.status == 5
    assert "4 份申报" in run.out
    assert "forms.jsonl：第2行" in run.err
    assert "records.parquet 第2行 的" in run.err
    assert "forms.jsonl 第1行 的相同，只算一份" in run.err
    assert "other.parquet" in run.err
    out = tmp_path / "out"
    run = jixiao("batch", tmp_path / "corpus", "--out", out, "--format", "json")
    assert run.status == 0, run.err
    assert run.data["reference"]["bundles"] == 1
    (tmp_path / "huge.json").write_text(json.dumps(huge), encoding="utf-8")
    other = jixiao("evaluate", tmp_path / "huge.json", "--format", "json", "--policy", "hubei/2021").data
    changed = [form["scores"]["total"]["computed"] for form in other["forms"]]
    totals = sorted(plain(row["total_computed"]) for row in rows(out, "forms"))
    once = [form["scores"]["total"]["computed"] for form in shown("evaluate", SEED, "--format", "json").data["forms"]]
    assert totals == sorted(map(plain, [*once, *once, *changed, "70.00"]))


def test_what_reads_a_folder_reads_its_corpus(corpus: Path, folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    """evaluate, report, rollup and ranking say of a corpus what they say of the files it was made from, and open none of them."""
    for form in ("json", "table", "markdown"):
        files, there = (jixiao("evaluate", path, "--format", form) for path in (folder, corpus))
        assert (there.out, there.err, there.status) == (files.out, files.err, files.status)
    assert jixiao("report", corpus, "--out", tmp_path / "a", "--format", "markdown").status == 5
    jixiao("report", folder, "--out", tmp_path / "b", "--format", "markdown")
    drafts = {path.relative_to(tmp_path / "b"): path.read_bytes() for path in (tmp_path / "b").rglob("*.md")}
    assert {path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a").rglob("*.md")} == drafts
    assert len(drafts) == 7
    run = jixiao("rollup", corpus, "--name", "东市")
    assert run.status == 5  # a file that could not be read is in no sum
    assert "broken.json" in run.err
    assert jixiao("evaluate", corpus, folder).status == 2


def test_a_corpus_is_rolled_up_as_its_files_are(tmp_path: Path, jixiao: Jixiao) -> None:
    filed, at = tmp_path / "filed", tmp_path / "corpus"
    for n, place in enumerate(("甲县", "乙县", "丙县")):
        (filed / place).mkdir(parents=True)
        (filed / place / "水务局.json").write_text(record("水务局", 100 * n + 100), encoding="utf-8")
        (filed / place / "more.jsonl").write_text(f"{record(f'{place}甲局', 7)}\n{record(f'{place}乙局', 9)}\n", encoding="utf-8")
    assert jixiao("ingest", filed, "--out", at, "--jobs", 1).status == 0
    for options in (
        ("--name", "东市", "--format", "json"),
        ("--by", "region"),
        ("--ranking", "--format", "json"),
    ):
        files, there = (jixiao("rollup", path, *options) for path in (filed, at))
        assert (there.out, there.err, there.status) == (files.out, files.err, 0)
        assert "水务局" in there.out
    # two versions: a batch counts one, and whoever adds up is asked, as of the files
    (filed / "甲县" / "水务局 新.json").write_text(record("水务局", 900, "2022年5月8日"), encoding="utf-8")
    assert jixiao("ingest", filed, "--out", at, "--jobs", 1).status == 5
    shutil.rmtree(filed / "乙县")
    files, there = (jixiao("rollup", path, "--by", "region") for path in (filed, at))
    assert (there.status, files.status) == (5, 5)
    assert "水务局 新.json" in there.err


def test_impact_on_a_corpus_is_that_on_its_files(corpus: Path, folder: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    """Counts, distributions, grades, rules and every changed form are those of the reference on the same files."""
    change = ("policy", "impact", "hubei/2021", "central/2020", "--format", "json", "--on")
    files, there = jixiao(*change, folder).data, jixiao(*change, corpus)
    assert there.status == 5  # the broken file is in no number, and is named again
    found = there.data
    told = ("counts", "difference", "histogram", "distribution", "grades", "grade_order", "statuses", "indicator_statuses", "notes")
    assert {name: found[name] for name in told} == {name: files[name] for name in told}
    assert found["counts"]["changed"] > 0
    assert (
        (found["files"]["read"], len(found["files"]["failed"])) == (files["files"]["read"], len(files["files"]["failed"])) == (4, 1)
    )

    def bare(items: Any) -> list[Any]:
        return [{key: item[key] for key in item if key != "examples"} for item in items]

    assert bare(found["rules"]) == bare(files["rules"])
    assert all(item["examples"] for item in found["rules"])
    assert [{**item, "difference": Decimal(item["difference"])} for item in bare(found["cases"])] == [
        {**item, "difference": Decimal(item["difference"])} for item in bare(files["cases"])
    ]
    # those told in detail are compared by the reference: word for word the same
    assert {form["unit"] + form["name"]: form for form in found["forms"]} == {
        form["unit"] + form["name"]: form for form in files["forms"]
    }
    page = tmp_path / "impact.html"
    assert jixiao(*change[:4], "--format", "html", "--out", page, "--on", corpus).status == 5
    assert "<svg" in page.read_text(encoding="utf-8")
    table = jixiao(*change[:4], "--on", corpus, "--limit", 2).out
    assert f"{found['counts']['forms']} 张表中 {found['counts']['changed']} 张有变化" in table
    assert "等级（行为 A，列为 B）" in table


def test_a_corpus_stands_alone(corpus: Path, folder: Path, jixiao: Jixiao) -> None:
    run = jixiao("policy", "impact", "hubei/2021", "hubei/2021", "--on", corpus, "--on", folder)
    assert run.status == 2
    assert "是语料，不能与别的" in run.err
    same = jixiao("policy", "impact", "hubei/2021", "hubei/2021", "--on", corpus)
    assert "没有变化" in same.out


def test_rules_are_chosen_as_evaluate_chooses_them(
    corpus: Path, results: tuple[Path, Any], jixiao: Jixiao, folder: Path, tmp_path: Path
) -> None:
    """The database runs some of the rules, the reference the others; what is told is cut alike, and told to be."""
    options = ("--without", "notation.*", "--without", "design.no-*", "--max-per-rule", 1)
    run = jixiao("batch", corpus, "--out", tmp_path / "out", *options, "--verbose", "--format", "json")
    assert run.status == 0, run.err
    whole, found = results[1], run.data
    alone = {rule["id"]: rule for rule in jixiao("evaluate", folder, *options, "--format", "json").data["rules"]}
    assert [rule["id"] for rule in found["ran"]] == [rule["id"] for rule in whole["ran"]] == list(alone)
    for rule, before in zip(found["ran"], whole["ran"], strict=True):
        left = rule["id"].startswith(("notation.", "design.no-"))
        assert rule.get("by_option", False) == left == (rule["state"] == "skipped")
        assert (rule["state"], rule["hits"]) == (alone[rule["id"]]["state"], alone[rule["id"]]["hits"])
        assert left or (rule["state"], rule["hits"]) == (before["state"], before["hits"])
    cut = {row["rule"]: 0 for row in rows(tmp_path / "out", "findings")}
    for row in rows(tmp_path / "out", "findings"):
        cut[row["rule"]] += 1
    bundles = {row["bundle"] for row in rows(tmp_path / "out", "forms")}
    more = 0
    for rule in found["ran"]:
        assert cut.get(rule["id"], 0) <= min(rule["hits"], len(bundles))
        missing = rule["hits"] - cut.get(rule["id"], 0)
        assert missing == 0 or f"另有 {missing} 处没有写" in rule["reason"]
        more += missing
    assert more > 0
    assert f"另有 {more} 处没有写" in run.err
    assert "（--without）" in run.err
    assert {item["partition"].split("/")[0] for item in found["times"]} == {"hubei"}
    assert "times" not in whole
    other = jixiao("batch", corpus, "--out", tmp_path / "out", "--format", "json")
    assert other.status == 2, "what was asked for then is another run"


def test_a_rule_no_policy_has_is_refused_before_anything_is_made(corpus: Path, jixiao: Jixiao, tmp_path: Path) -> None:
    run = jixiao("batch", corpus, "--out", tmp_path / "out", "--only", "scoring.totl-differs")
    assert run.status == 2
    assert "scoring.total-differs" in run.err
    assert not (tmp_path / "out").exists()
