"""How results are shown and written: table, JSON, JSON lines, Markdown; to the screen, to a file."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from conftest import ROOT, Forms, Jixiao
from rich.cells import cell_len

from engine.cli.app import app
from engine.lines import CLOSING, width_of
from engine.results.reading import summary
from engine.results.views.table import render as as_table

NAMES = ["部门整体支出", "商协会管理工作经费", "民营经济服务工作经费", "机关保障工作经费"]
LONG = "二〇二一年度全省民营企业高质量发展综合服务平台建设运行维护及推广应用示范工程（一期）补助经费"
LONG_INDICATOR = "全省各级工商业联合会及所属商会组织会员企业参加高质量发展专题培训和政策宣讲活动的平均满意程度"


def test_what_must_be_known_stands_first_and_fits_four_screens(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    text = shown("evaluate", seed).out
    lines = text.splitlines()
    assert len(lines) <= 160, "four screens of forty lines"
    first, rest = squeezed(text).split("汇总自评总分", 1)
    titles = {one["id"]: "".join(one["title"].split()) for one in seed_result["problems"]}
    assert len(titles) <= 50
    assert 5 <= len(seed_result["head"]) <= 7
    for name, title in titles.items():
        assert (title in first) == (name in seed_result["head"])
        assert title in first or title in rest


def test_the_head_holds_what_a_leader_must_hear(seed_result: Any) -> None:
    """What the issue names of the example: it comes out by the policy's weighing, not by name."""
    told = " ".join(one["title"] for one in seed_result["problems"] if one["id"] in seed_result["head"])
    for words in ("建设综治示范点", "20 分", "99.59", "58.67%", "61.66%", "加强商会党组织规范化建设”（40 分）", "378%", "32.52%"):
        assert words in told
    assert "执行率 100.00%，而所属 3 个项目没有执行完" in told


def test_the_table_puts_reported_and_computed_side_by_side(shown: Jixiao, seed: Path) -> None:
    text = shown("evaluate", seed, "--verbose").out
    rows = [line.split() for line in text.splitlines()]
    assert [row[:3] for row in rows if row[:1] == ["总分"]] == [
        ["总分", "96.82", "96.82"],
        ["总分", "88.34", "88.34"],
        ["总分", "98.2", "98.20"],
        ["总分", "99.59", "95.58"],
    ]
    assert [row[1:] for row in rows if row[:1] == ["完成指标"]] == [["34/40"], ["3/7"], ["24/25"], ["3/4"]]
    assert text.count("≠ 不同") == 2, "the part and the total, no other"
    assert "建设综治示范点：自评 20，计算 15.99，可取 10.00–15.99" in text
    assert "note-2021#3" in text
    assert "\x1b" not in text, "no colours in a pipe"
    for name in NAMES:
        assert name in text


def on_a_terminal(*arguments: object, columns: int = 80, **env: str) -> str:
    """What a terminal of this width is sent."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import subprocess
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    keep = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**keep, "TERM": "xterm-256color", **env},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ) as running:
        os.close(slave)
        out = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not part:
                break
            out += part
        assert running.wait(600) == 0
    os.close(master)
    return out.decode("utf-8").replace("\r\n", "\n")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_no_line_is_wider_and_no_name_is_cut(seed: Path, columns: int) -> None:
    text = plain(on_a_terminal("evaluate", seed, "--verbose", columns=columns))
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= columns
    for name in [*NAMES, "预算执行", "产出指标", "效益指标", "总分", "等级", "完成指标", "≠ 不同", "建设综治示范点"]:
        assert name in text
    assert "34/40" in text


def test_long_names_are_wrapped_not_cut(forms: Forms) -> None:
    path = forms.write(("\t示例经费项目\n", f"\t{LONG}项目\n"), ("服务水平（30分）", f"{LONG_INDICATOR}（30分）"), ("27\n", "7\n"))
    text = plain(on_a_terminal("evaluate", path))
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= 80
    assert LONG in squeezed(text)
    assert LONG_INDICATOR in squeezed(text)


def test_a_file_or_pipe_has_lines_people_can_read(jixiao: Jixiao, forms: Forms) -> None:
    path = forms.write(("服务水平（30分）", f"{LONG_INDICATOR}（30分）"), ("27\n", "7\n"))
    text = jixiao("evaluate", path).out
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= 100
    assert LONG_INDICATOR in squeezed(text)


def test_colours_on_a_terminal_and_none_with_no_color(seed: Path) -> None:
    coloured = r"\x1b\[[0-9;]*3[0-7]m"
    assert re.search(coloured, on_a_terminal("evaluate", seed))
    text = on_a_terminal("evaluate", seed, "--verbose", NO_COLOR="1")
    assert not re.search(coloured, text)
    assert "≠ 不同" in plain(text), "what is marked by colour is marked by a sign too"


def test_json_lines_are_one_form_a_line(shown: Jixiao, seed: Path, seed_result: Any) -> None:
    lines = shown("evaluate", seed, "--format", "jsonl").out.splitlines()
    parsed = [json.loads(line) for line in lines]
    assert [line["form"] for line in parsed] == seed_result["forms"]
    assert all(line["policy"] == seed_result["policy"] for line in parsed)
    for number, line in enumerate(parsed):
        touching = [one for one in seed_result["problems"] if number in one["forms"]]
        assert [one["key"] for one in line["problems"]] == [one["key"] for one in touching]
        assert line["findings"] == [found for found in seed_result["findings"] if found["form"] == line["form"]["name"]]


def tables(markdown: str) -> list[list[list[str]]]:
    """The tables of a Markdown text as rows of cells, split where no backslash stands before the bar."""
    out: list[list[list[str]]] = []
    inside = False
    for line in markdown.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
            if not inside:
                out.append([])
            out[-1].append([cell.strip() for cell in re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]])
        inside = line.startswith("|")
    return out


def well_formed(markdown: str) -> list[list[list[str]]]:
    found = tables(markdown)
    for table in found:
        assert len({len(row) for row in table}) == 1, table[0]
        assert set(table[1]) == {"---"}
    return found


def test_markdown_has_the_scores_and_every_indicator_of_each_form(shown: Jixiao, seed: Path) -> None:
    text = shown("evaluate", seed, "--format", "markdown").out
    found = well_formed(text)
    scores = [table for table in found if table[0][1:3] == ["自评", "计算"]]
    indicators = [table for table in found if "三级指标" in table[0]]
    assert len(scores) == 4
    assert [len(table) - 2 for table in indicators] == [40, 7, 25, 4]
    assert [head for head in re.findall(r"^## (.+)$", text, re.M) if head in NAMES] == NAMES
    assert "## 先要知道的\n\n1. [错误] “建设综治示范点”" in text
    assert ["总分", "99.59", "95.58", "89.59–95.58", "≠ 不同"] in scores[3]


def test_markdown_survives_what_forms_contain(jixiao: Jixiao, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    name = "甲|乙\n`丙` *丁* <b>戊</b> \\| [己](x)"
    record = {
        "fiscal_year": 2021,
        "jurisdiction": "hubei",
        "unit": "某|单位",
        "forms": [
            {
                "kind": "project",
                "name": "某|项目",
                "budget": [{"name": "总额", "budget": 1, "executed": 1}],
                "goals": [{"indicators": [{"name": name, "level1": "产出指标", "weight": 80, "target": "1|2", "actual": "3"}]}],
            }
        ],
    }
    path.write_text(json.dumps(record), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "markdown")
    assert run.status == 0, run.err
    found = well_formed(run.out)
    assert [len(table) for table in found if "三级指标" in table[0]] == [3], "one indicator, one row"
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark").enable("table").render(run.out)
    assert "<b>" not in html
    assert "<em>" not in html
    assert "href" not in html
    assert html.count("<table>") == len(found)
    assert "甲|乙 `丙` *丁* &lt;b&gt;戊&lt;/b&gt; \\| [己](x)" in html


def test_the_table_prints_names_as_they_are(jixiao: Jixiao, forms: Forms) -> None:
    """Square brackets are markup to the library that prints; a name is not."""
    path = forms.write(("服务水平（30分）", "服务[bold red]水平[/](30分）"), ("27\n", "7\n"))
    run = jixiao("evaluate", path)
    assert run.status == 0, run.err
    assert "服务[bold red]水平[/]" in run.out


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "markdown"])
def test_out_writes_what_would_be_printed(jixiao: Jixiao, shown: Jixiao, seed: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "result"
    run = jixiao("evaluate", seed, "--format", form, "--out", out)
    assert (run.status, run.out, run.err) == (0, "", "")
    assert out.read_text(encoding="utf-8") == shown("evaluate", seed, "--format", form).out


def test_out_replaces_a_file(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    out.write_text("old" * 1_000_000, encoding="utf-8")
    assert jixiao("evaluate", seed, "--format", "json", "--out", out).status == 0
    assert json.loads(out.read_text(encoding="utf-8"))["engine"]
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_new_file_may_be_read_by_whom_files_may_be_read(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    usual, out = tmp_path / "usual", tmp_path / "result"
    usual.touch()
    assert jixiao("evaluate", seed, "--out", out).status == 0
    assert out.stat().st_mode == usual.stat().st_mode


def test_a_failing_run_leaves_the_old_file(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    home = tmp_path / "out"
    home.mkdir()
    out = home / "result.json"
    out.write_text("old", encoding="utf-8")
    bad = forms.write(("培训期数（20分）", "培训期数（-20分）"))
    for command in ("evaluate", "read"):
        assert jixiao(command, bad, "--out", out).status == 5 or command == "read"
        assert jixiao(command, tmp_path / "none", "--out", out).status == 5
    assert jixiao("evaluate", forms.write(), "--policy", "no/policy", "--out", out).status == 3
    if out.read_text(encoding="utf-8") != "old":  # `read` takes any form it can read
        assert json.loads(out.read_text(encoding="utf-8"))["forms"]
    assert [path.name for path in home.iterdir()] == ["result.json"]


def test_a_run_that_fails_writes_no_file(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    home = tmp_path / "out"
    home.mkdir()
    bad = forms.write(("培训期数（20分）", "培训期数（-20分）"))
    assert jixiao("evaluate", bad, "--out", home / "result").status == 5
    assert list(home.iterdir()) == []


def test_a_place_nothing_can_be_written_to(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    run = jixiao("evaluate", seed, "--out", tmp_path / "none" / "result.json")
    assert run.status == 2
    assert "none" in run.err
    assert run.err.startswith("错误：")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is asked of /dev/full, which is not here")
@pytest.mark.parametrize("command", [["evaluate", "{form}"], ["policy", "list"], ["policy", "check", "hubei/2021"]])
def test_a_full_disk_behind_standard_output(command: list[str], forms: Forms) -> None:
    """Status 6 and one Chinese sentence; not Python's, and not nothing."""
    import subprocess

    arguments = [part.replace("{form}", str(forms.write())) for part in command]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *arguments], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, encoding="utf-8"
        )
    assert done.returncode == 6
    assert len(done.stderr.splitlines()) == 1
    assert "磁盘满了" in done.stderr


def test_places_that_the_machine_refuses(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    form = forms.write()
    for out, why in ((tmp_path, "是一个目录"), (tmp_path / ("绩" * 90), "名字太长"), (form / "x", "不是目录")):
        for arguments in (["evaluate", form, "--out", out], ["policy", "export", "hubei/2021", "--xlsx", out]):
            run = jixiao(*arguments)
            assert run.status == 6, run.err
            assert why in run.err
            assert "应为" in run.err
    assert jixiao("report", form, "--out", form).status == 6
    assert jixiao("evaluate", form, "--out", tmp_path / ("绩" * 82)).status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.txt", "绩" * 82]


def test_read_writes_a_file_too(jixiao: Jixiao, shown: Jixiao, seed: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.yaml"
    assert jixiao("read", seed, "--format", "yaml", "--out", out).status == 0
    assert out.read_text(encoding="utf-8") == shown("read", seed, "--format", "yaml").out


def test_results_to_standard_output_all_else_to_standard_error(process: Jixiao, seed: Path, tmp_path: Path) -> None:
    good = process("evaluate", seed, "--format", "json")
    assert good.err == ""
    assert json.loads(good.out)
    bad = process("evaluate", tmp_path / "none")
    assert (bad.out, bad.status) == ("", 5)
    assert bad.err


def test_chinese_whatever_the_locale(process: Jixiao, seed: Path) -> None:
    run = process("evaluate", seed, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert run.status == 0
    assert "机关保障工作经费" in run.out


def test_a_reader_that_goes_away_is_no_error(seed: Path) -> None:
    import subprocess

    with subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "evaluate", seed, "--format", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(600) == 0


# --- other commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fail_on", ["error", "warning", "never"])
def test_fail_on_is_about_findings(jixiao: Jixiao, seed: Path, seed_result: Any, fail_on: str) -> None:
    levels = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}[fail_on]
    found = any(finding["severity"] in levels for finding in seed_result["findings"])
    assert jixiao("evaluate", seed, "--fail-on", fail_on).status == int(found)


def test_help_lists_the_commands(process: Jixiao) -> None:
    run = process("--help")
    assert (run.status, run.err) == (0, "")
    for command in ("evaluate", "read", "explain", "policy", "schema"):
        assert re.search(rf"^  {command}\s+\S", run.out, re.M), command


def every_command(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, *path, name)
        else:
            yield (*path, name)


CHOICE = re.compile(r"\[[^\]]*\|[^\]]*\]")
"""Values to choose from are written as they are given."""
ENGLISH = re.compile(
    r"\b(?:Usage|Options?|Commands?|Show|this|message|and|exit|default|required|Arguments?|FILE|DIR|PATH|ID|N|x)\b"
)


def test_every_command_has_help_in_chinese_and_nothing_else(jixiao: Jixiao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = list(every_command(app))
    assert len(commands) > 25
    for command in commands:
        run = jixiao(*command, "--help")
        assert (run.status, run.err) == (0, "")
        said = CHOICE.sub("", run.out)
        assert not ENGLISH.findall(said), command
        for line in run.out.splitlines():
            assert not line.strip() or line.strip()[0] not in CLOSING, (command, line)
            assert width_of(line) <= 80


def test_on_a_terminal_lines_are_broken_as_chinese_is_set(seed_result: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", as_table(seed_result, True)).splitlines()
    assert len(lines) > 40
    assert lines[1] == lines[-1 - lines[::-1].index("")] == "", "parts stand apart"
    assert [line for line in lines if line.strip() and (line.strip()[0] in CLOSING or width_of(line) > 80)] == []
    told = {figure for line in lines for figure in re.findall(r"\d+(?:\.\d+)?%?", line)}
    written = {figure for line in summary(seed_result).splitlines() for figure in re.findall(r"\d+(?:\.\d+)?%?", line)}
    totals = {form["scores"]["total"]["computed"] for form in seed_result["forms"]}
    assert written | totals <= told


def test_the_version(shown: Jixiao, seed_result: Any) -> None:
    assert shown("--version").out.strip().endswith(seed_result["engine"])


@pytest.mark.parametrize("name", ["policy", "submission", "result"])
def test_schemas_are_valid_and_stand_alone(jixiao: Jixiao, name: str) -> None:
    from jsonschema import Draft202012Validator

    schema = jixiao("schema", name).data
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in references(value)]
        return [ref for value in node for ref in references(value)] if isinstance(node, list) else []

    for reference in references(schema):
        assert reference.startswith("#/"), reference
        target = schema
        for part in reference[2:].split("/"):
            target = target[part]


def test_policies_are_listed(shown: Jixiao) -> None:
    text = shown("policy", "list").out
    line = next(line for line in text.splitlines() if line.startswith("hubei/2021"))
    assert line.split() == ["hubei/2021", "2021", "published", "部门、项目", "湖北省2021年度预算绩效自评计分规则"]


@pytest.mark.parametrize("columns", [60, 80])
def test_an_id_in_the_list_is_not_cut(columns: int) -> None:
    text = plain(on_a_terminal("policy", "list", columns=columns))
    ids = [line.split()[0] for line in text.splitlines()[1:] if not line.startswith(" ")]
    assert {"common/findings", "common/notation", "hubei/2021"} <= set(ids)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= columns


def test_a_policy_is_shown_with_the_line_of_everything(shown: Jixiao) -> None:
    text = shown("policy", "show", "hubei/2021").out
    assert "weight * actual / target" in text
    assert "tier_met_floor = 0.8" in text
    assert "policies/hubei/2021/scoring.yaml：第" in text
    assert "note-2021#2" in text
    assert re.search(r"优（优）：≥ 90", text)
    assert re.search(r"sha256 [0-9a-f]{64}", text)


def test_results_of_all_kinds_fit_the_schema(jixiao: Jixiao, forms: Forms, result_errors: Callable[[Any], list[str]]) -> None:
    """Whatever stands on a form: scored, left to a human, not applicable, without numbers."""
    changes: list[list[tuple[str, str]]] = [
        [],
        [("1期", "")],
        [("1期", "若干")],
        [("3期\n\t1期", "/\n\t/")],
        [("6.67", "")],
        [("6.67", "优秀")],
        [("\t74.67\n", "\t\n")],
        [("\t中\n", "\t\n")],
        [("已完成", "另行报告")],
        [("27\n", "\n")],
        [("≥90%", "2021年12月底前"), ("95%", "2021年11月30日")],
        [("≥90%", "2021年12月底前"), ("95%", "2022年1月")],
        [("≥90%", "90%-95%")],
        [("95%", "甲95%，乙85%")],
        [("95%", "约95%")],
        [("200.00", "0")],
        [("200.00", "")],
        [("200.00", "若干")],
        [("150.00", "-1")],
    ]
    views = (["evaluate"], ["evaluate", "--format", "markdown"], ["explain"])
    for index, change in enumerate(changes):
        run = jixiao("evaluate", forms.write(*change), "--format", "json")
        assert run.status == 0, (change, run.err)
        assert result_errors(run.data) == [], change
        command, *options = views[index % len(views)]
        shown = jixiao(command, forms.write(*change), *options)
        assert (shown.status, shown.err) == (0, ""), change
        assert "None" not in shown.out, change
