"""A folder of forms: grouped by unit and year, each group judged by its own policy, one broken file stopping no other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SMALL_FORM, Jixiao
from writers import docx

from engine.documents import text as text_reader
from engine.errors import InputError
from engine.intake import collection, folders
from engine.policy.library import library

LAYOUTS = ROOT / "tests" / "acceptance" / "data" / "layouts"
DEPARTMENT = """{"unit": "示例 单位", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": [{"kind": "department",
 "name": "部门整体支出", "goals": [{"indicators": [{"name": "办件数", "level1": "产出指标", "level2": "数量指标",
 "weight": 80, "target": "10件", "actual": "10件", "score": 80}]}]}]}"""


def other(unit: str) -> str:
    return SMALL_FORM.replace("示例单位", unit).replace("示例经费", f"{unit}经费")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two units of Hubei, one of them with two files, a form of another layout, and what is no form."""
    top = tmp_path / "forms"
    deep = top / "市直" / "甲"
    deep.mkdir(parents=True)
    (top / "a.txt").write_text(SMALL_FORM, encoding="utf-8")
    (deep / "department.json").write_text(DEPARTMENT, encoding="utf-8")
    (deep / "b.docx").write_bytes(docx(text_reader.read_text(other("乙单位"))))
    shutil.copy(LAYOUTS / "central-road-2022.txt", top / "c.txt")
    (top / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (top / "~$b.docx").write_bytes(b"lock")
    (top / ".hidden").write_text("x")
    (top / "notice.txt").write_text("关于开展绩效自评的通知\n", encoding="utf-8")
    (top / "broken.docx").write_bytes(docx(text_reader.read_text(SMALL_FORM))[:-200])
    return top


def statuses(data: Any, top: Path) -> dict[str, str]:
    return {os.path.relpath(item["name"], top): item["status"] for item in data["files"]}


def test_a_folder_is_grouped_and_nothing_is_lost(jixiao: Jixiao, folder: Path, result_errors: Callable[[Any], list[str]]) -> None:
    run = jixiao("evaluate", folder, "--format", "json")
    assert run.status == 5  # two files could not be read
    assert result_errors(run.data) == []
    units = [(bundle["unit"], bundle["policy"], len(bundle["files"])) for bundle in run.data["bundles"]]
    assert sorted(units) == [
        ("乙单位", "hubei/2021", 1),
        ("清江市市政设施管理处", "central/2020", 1),
        ("示例单位、示例 单位", "hubei/2021", 2),
    ]
    assert "policy" not in run.data
    assert {policy["id"] for policy in run.data["policies"]} == {"hubei/2021", "central/2020"}
    assert [form["policy"] for form in run.data["forms"] if form["unit"] == "乙单位"] == ["hubei/2021"]
    assert statuses(run.data, folder) == {
        "a.txt": "read",
        "c.txt": "read",
        "市直/甲/b.docx": "read",
        "市直/甲/department.json": "read",
        "broken.docx": "failed",
        "notice.txt": "failed",
        "scan.png": "skipped",
        ".hidden": "skipped",
        "~$b.docx": "skipped",
    }
    assert {Path(problem["file"]).name for problem in run.data["input_problems"]} == {"broken.docx", "notice.txt"}
    assert "broken.docx：文件已损坏" in run.err
    assert "跳过：" in run.err


def test_forms_of_one_unit_in_two_files_are_held_against_each_other(jixiao: Jixiao, folder: Path) -> None:
    data = jixiao("evaluate", folder, "--format", "json").data
    number = next(n for n, bundle in enumerate(data["bundles"], start=1) if len(bundle["files"]) == 2)
    assert {form["name"] for form in data["forms"] if form["bundle"] == number} == {"示例经费", "部门整体支出"}
    alone = jixiao("evaluate", folder / "a.txt", "--format", "json").data
    together = [finding for finding in data["findings"] if finding["bundle"] == number and finding["form"] == "示例经费"]
    assert len(together) >= len(alone["findings"])


def test_the_table_has_a_line_a_form_worst_first(jixiao: Jixiao, folder: Path) -> None:
    (folder / "worse.txt").write_text(other("丙单位").replace("6.67", "20"), encoding="utf-8")
    run = jixiao("evaluate", folder)
    assert run.status == 5
    lines = run.out.splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("单位"))
    assert lines[head + 1].startswith("丙单位")  # more points than allowed: an error
    assert any("共 4 组" in line and "5 张表" in line for line in lines)
    assert any("文件 10 个：读出 5，未读出 2，跳过 3。" in line for line in lines)
    assert "三级指标" not in run.out  # no table of every indicator


@pytest.mark.parametrize("form", ["jsonl", "markdown", "sarif"])
def test_every_format_holds_all_bundles(jixiao: Jixiao, folder: Path, form: str) -> None:
    run = jixiao("evaluate", folder, "--format", form)
    assert run.status == 5
    for unit in ("乙单位", "清江市市政设施管理处", "示例单位"):
        assert form == "sarif" or unit in run.out
    if form == "jsonl":
        lines = [json.loads(line) for line in run.out.splitlines()]
        assert {line["policy"]["id"] for line in lines if "form" in line} == {"hubei/2021", "central/2020"}
        assert sum("problem" in line for line in lines) >= 2
    if form == "sarif":
        log = run.data
        assert [one["properties"]["policy"] for one in log["runs"]] == ["hubei/2021", "central/2020"]
        assert "broken.docx" in json.dumps(log["runs"][0]["invocations"])
    if form == "markdown":
        assert "没有读的文件" in run.out


def test_a_folder_of_one_unit_is_told_in_full(jixiao: Jixiao, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SMALL_FORM, encoding="utf-8")
    run = jixiao("evaluate", tmp_path)
    assert run.status == 0, run.err
    assert "可取范围" in run.out
    assert "文件 1 个：读出 1，未读出 0，跳过 0。" in run.out
    assert jixiao("evaluate", tmp_path, "--format", "json").data["policy"]["id"] == "hubei/2021"


def test_findings_decide_the_status_where_all_files_are_read(jixiao: Jixiao, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SMALL_FORM.replace("6.67", "20"), encoding="utf-8")
    assert jixiao("evaluate", tmp_path, "--fail-on", "error").status == 1
    (tmp_path / "b.txt").write_text("通知", encoding="utf-8")
    assert jixiao("evaluate", tmp_path, "--fail-on", "error").status == 5


def test_a_folder_without_forms_writes_nothing(jixiao: Jixiao, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    run = jixiao("evaluate", tmp_path / "in", "--out", tmp_path / "out.json")
    assert (run.status, run.out) == (5, "")
    assert "里面没有自评表" in run.err
    assert not (tmp_path / "out.json").exists()


def test_one_file_explicit_and_a_folder(jixiao: Jixiao, folder: Path, tmp_path: Path) -> None:
    """What is named is one bundle, whatever the units; what stands in the folder is not read a second time."""
    run = jixiao("evaluate", folder / "a.txt", folder / "市直" / "甲", "--format", "json")
    assert run.status == 0, run.err
    assert len(run.data["files"]) == 3
    named = jixiao("evaluate", folder / "a.txt", folder, "--format", "json").data
    assert sum(form["name"] == "示例经费" for form in named["forms"]) == 1


def test_output_written_into_the_folder_is_not_read_again(jixiao: Jixiao, folder: Path) -> None:
    for _ in range(2):
        assert jixiao("report", folder, "--out", folder / "drafts", "--format", "docx").status == 5
        run = jixiao("evaluate", folder, "--format", "json", "--out", folder / "result.json")
        assert run.status == 5
        assert not any("result.json" in line and line.startswith("错误") for line in run.errors)
        shutil.move(folder / "drafts", folder.parent / "drafts")
        shutil.rmtree(folder.parent / "drafts")


@pytest.mark.parametrize("in_a_folder", [False, True])
def test_forms_of_two_years_in_one_file_are_judged_apart(jixiao: Jixiao, tmp_path: Path, *, in_a_folder: bool) -> None:
    form = (LAYOUTS / "central-road-2022.txt").read_text(encoding="utf-8")
    path = tmp_path / "two.txt"
    path.write_text(form + "\n" + form.replace("2022年", "2023年"), encoding="utf-8")
    run = jixiao("evaluate", tmp_path if in_a_folder else path, "--format", "json")
    assert run.status == 0, run.err
    assert sorted(bundle["fiscal_year"] for bundle in run.data["bundles"]) == [2022, 2023]
    assert [len(bundle["forms"]) for bundle in run.data["bundles"]] == [1, 1]


def test_copies_and_the_same_form_in_another_format_are_read_once(jixiao: Jixiao, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SMALL_FORM, encoding="utf-8")
    (tmp_path / "copy.txt").write_text(SMALL_FORM, encoding="utf-8")
    (tmp_path / "same.docx").write_bytes(docx(text_reader.read_text(SMALL_FORM)))
    run = jixiao("evaluate", tmp_path, "--format", "json")
    assert run.status == 0
    assert len(run.data["forms"]) == 1
    reasons = {Path(item["name"]).name: item.get("reason", "") for item in run.data["files"]}
    assert "完全相同" in reasons["copy.txt"]
    assert "完全相同" in reasons["same.docx"]


def test_links_and_pipes_do_not_hold_anyone_up(jixiao: Jixiao, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "sub").mkdir(parents=True)
    (top / "a.txt").write_text(SMALL_FORM, encoding="utf-8")
    (top / "sub" / "loop").symlink_to(top)
    (top / "away").symlink_to("/")
    (top / "again.txt").symlink_to(top / "a.txt")
    (top / "gone.txt").symlink_to(top / "nowhere")
    os.mkfifo(top / "pipe.txt")
    run = jixiao("evaluate", top, "--format", "json")
    found = statuses(run.data, top)
    assert {name for name, status in found.items() if status == "skipped"} == {"sub/loop", "away", "again.txt", "pipe.txt"} or {
        name for name, status in found.items() if status == "skipped"
    } == {"sub/loop", "away", "a.txt", "pipe.txt"}
    assert found["gone.txt"] == "failed"
    assert run.status == 5


def test_there_is_a_cap_on_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(folders, "MAX_FILES", 3)
    for n in range(4):
        (tmp_path / f"{n}.txt").write_text("x")
    with pytest.raises(InputError, match="文件超过 3 个"):
        collection.collect([tmp_path], library())


def test_records_a_line_are_bundles_and_a_bad_line_is_named(jixiao: Jixiao, folder: Path, tmp_path: Path) -> None:
    read = jixiao("read", folder)
    assert read.status == 5
    path = tmp_path / "all.jsonl"
    path.write_text(read.out + '{"unit": "坏"}\n\n{"unit": \n', encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 5
    assert len(run.data["bundles"]) == 3
    lines = {problem["line"] for problem in run.data["input_problems"]}
    assert lines == {4, 6}
    assert "all.jsonl：第4行" in run.err
    direct = jixiao("evaluate", folder, "--format", "json").data
    totals = {form["name"]: form["scores"]["total"]["computed"] for form in direct["forms"]}
    assert {form["name"]: form["scores"]["total"]["computed"] for form in run.data["forms"]} == totals


def test_a_record_by_hand_in_a_line_is_found_by_its_line(jixiao: Jixiao, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    line = json.dumps(json.loads(DEPARTMENT), ensure_ascii=False)
    path.write_text(f"{line}\n{line.replace('示例 单位', '另一单位')}\n", encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 0, run.err
    assert [form["where"] for form in run.data["forms"]] == [f"{path}：第1行", f"{path}：第2行"]


def test_a_bundle_that_no_policy_fits_is_read_and_checked(
    jixiao: Jixiao, folder: Path, result_errors: Callable[[Any], list[str]]
) -> None:
    (folder / "old.json").write_text(DEPARTMENT.replace("2021", "1995").replace("示例 单位", "旧单位"), encoding="utf-8")
    run = jixiao("evaluate", folder, "--format", "json")
    assert (run.status, result_errors(run.data)) == (5, [])
    assert len(run.data["bundles"]) == 4
    assert statuses(run.data, folder)["old.json"] == "read"
    (bundle,) = [item for item in run.data["bundles"] if item["unit"] == "旧单位"]
    (form,) = [item for item in run.data["forms"] if item["unit"] == "旧单位"]
    assert (bundle["policy"], form["policy"], form["scores"]["total"]["computed"]) == (None, None, None)
    assert any("没有已发布的政策适用于 1995年度" in note for note in run.data["notes"])


@pytest.mark.parametrize("form", ["table", "markdown", "sarif", "jsonl"])
@pytest.mark.parametrize("alone", [False, True])
def test_every_view_of_a_folder_tells_what_no_policy_fits(
    jixiao: Jixiao, folder: Path, tmp_path: Path, form: str, *, alone: bool
) -> None:
    where = tmp_path / "alone" if alone else folder
    where.mkdir(exist_ok=True)
    for year in ("1995", "1996"):
        text = DEPARTMENT.replace("2021", year).replace("示例 单位", f"旧单位{year}")
        (where / f"{year}.json").write_text(text, encoding="utf-8")
    run = jixiao("evaluate", where, "--format", form)
    assert run.status == 5, run.err
    assert {"table": "2 组没有适用的政策", "markdown": "没有适用的政策：没有计分"}.get(form, "null") in run.out


def test_one_policy_for_all(jixiao: Jixiao, folder: Path) -> None:
    run = jixiao("evaluate", folder, "--policy", "hubei/2021", "--format", "json")
    assert run.data["policy"]["id"] == "hubei/2021"
    road = next(form for form in run.data["forms"] if form["unit"] == "清江市市政设施管理处")
    assert (road["policy"], road["layout"]) == ("hubei/2021", "central/2020")


def test_reports_of_a_folder_go_into_a_folder_each(jixiao: Jixiao, folder: Path, tmp_path: Path) -> None:
    (folder / "last.txt").write_text(other("乙单位").replace("2021年度", "2022年度"), encoding="utf-8")
    out = tmp_path / "out"
    run = jixiao("report", folder, "--policy", "hubei/2021", "--out", out, "--format", "markdown", "--format", "html")
    assert run.status == 5
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert sorted(path.name for path in folders) == ["乙单位2021", "乙单位2022", "清江市市政设施管理处", "示例单位"]
    assert all((path / "report.html").is_file() for path in folders)
    assert "乙单位" in (out / "report.html").read_text(encoding="utf-8"), "the index of all"


def test_explain_looks_into_every_bundle(jixiao: Jixiao, folder: Path) -> None:
    run = jixiao("explain", folder, "--indicator", "培训期数")
    assert run.status == 5
    assert run.out.count("培训期数") >= 2
    missing = jixiao("explain", folder, "--indicator", "没有这个")
    assert (missing.status, missing.out) == (2, "")
    assert "没有这个" in missing.err


def test_a_bar_is_shown_on_a_terminal_only(folder: Path) -> None:
    """On a terminal of our own; with NO_COLOR it has no colours; standard output is untouched."""
    pty = pytest.importorskip("pty")
    for env in ({}, {"NO_COLOR": "1"}):
        master, slave = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", "evaluate", str(folder), "--format", "json"],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **env},
            stdout=subprocess.PIPE,
            stderr=slave,
            timeout=600,
            check=False,
        )
        os.close(slave)
        shown = b""
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        os.close(master)
        assert done.returncode == 5
        assert json.loads(done.stdout)["bundles"]
        assert "读表".encode() in shown
        assert (b"\x1b[3" in shown) == (not env)


def spent_by(pid: int) -> float:
    """CPU seconds of a process that runs."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
def test_an_interrupt_ends_it_without_a_traceback(tmp_path: Path) -> None:
    for n in range(300):
        (tmp_path / f"{n}.txt").write_text(other(f"单位{n}"), encoding="utf-8")
    out = tmp_path.parent / "result.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "evaluate", str(tmp_path), "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background have it ignored
    )
    while process.poll() is None and spent_by(process.pid) < 1.5:  # the program is loaded and at work, however slow the machine
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    shown, err = process.communicate(timeout=600)
    assert process.returncode == 2
    assert shown == b""
    assert "已中断" in err.decode()
    assert b"Traceback" not in err
    assert not out.exists()
