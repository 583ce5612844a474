"""Input nobody asked for: endless files, odd names and bytes, closed streams, wrong commands. Never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SMALL_FORM, Forms, Jixiao
from deep import some, tries

from engine.intake import bundle as inputs


def test_an_endless_file_is_refused(jixiao: Jixiao, forms: Forms) -> None:
    for command in ("evaluate", "read"):
        run = jixiao(command, "/dev/zero")
        assert (run.status, run.out) == (5, "")
        assert "文件过大（超过 20000000 字节）" in run.err


@pytest.mark.deep
def test_a_bundle_has_at_most_so_many_indicators(jixiao: Jixiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inputs.MAX_INDICATORS == 100_000
    monkeypatch.setattr(inputs, "MAX_INDICATORS", tries(10_000, inputs.MAX_INDICATORS))
    indicator = {"name": "甲", "level1": "产出指标", "weight": 1, "target": "1", "actual": "1"}
    count = inputs.MAX_INDICATORS + 1
    form = {"kind": "project", "name": "某项目", "goals": [{"indicators": [indicator] * count}]}
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"unit": "某单位", "fiscal_year": 2021, "forms": [form]}), encoding="utf-8")
    run = jixiao("evaluate", path)
    assert (run.status, run.out) == (5, "")
    assert f"共有 {count} 个指标；应为：不超过 {inputs.MAX_INDICATORS} 个" in run.err


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x7f", "\x9b"])
def test_control_characters_in_a_text_are_named_by_line(jixiao: Jixiao, forms: Forms, char: str) -> None:
    run = jixiao("evaluate", forms.write(("培训期数", f"培训{char}期数")))
    assert run.status == 5
    line = SMALL_FORM.splitlines().index("\t培训期数（20分）") + 1
    (error,) = run.errors
    assert f"form.txt：第{line}行：含有控制字符 U+{ord(char):04X}" in error
    assert char not in error


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_control_characters_in_a_record_are_named_by_place(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"record.{kind}"
    name = '"某\\u001b[31m项目"'
    form = {
        "json": '{"unit": "某单位", "fiscal_year": 2021, "forms": [\n{"kind": "project", "name": %s, "goals": []}]}',
        "yaml": "unit: 某单位\nfiscal_year: 2021\nforms:\n  - kind: project\n    name: %s\n    goals: []\n",
    }[kind]
    path.write_text(form % name, encoding="utf-8")
    run = jixiao("evaluate", path)
    assert run.status == 5
    assert re.search(r"第\d+行第\d+列：含有控制字符 U\+001B", run.err), run.err


ODD_NAMES = [b"\xd6\xd0\xce\xc4.txt", b"a\x1b[31mb.txt", "自评 表.txt".encode()]


@pytest.mark.parametrize("env", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=["utf8", "ascii"])
@pytest.mark.parametrize("there", [True, False], ids=["there", "missing"])
def test_a_file_may_have_any_name(tmp_path: Path, env: dict[str, str], there: bool) -> None:
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in ODD_NAMES]
    for number, path in enumerate(paths if there else []):
        Path(os.fsdecode(path)).write_text(SMALL_FORM.replace("示例经费", f"示例经费{number}"), encoding="utf-8")
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"engine.cli", b"evaluate", *paths, b"--format", b"json"],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        timeout=600,
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode == (0 if there else 5), err
    assert "Traceback" not in err
    assert "\x1b" not in out + err
    assert "自评 表.txt" in out + err
    if there:
        assert len(json.loads(out)["forms"]) == len(ODD_NAMES)
    else:
        assert err.count("没有这个文件") == len(ODD_NAMES)


def test_a_chinese_name_is_understood_whatever_the_locale(process: Jixiao, seed: Path) -> None:
    run = process("explain", seed, "--form", "机关", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert run.status == 0, run.err
    assert "机关保障工作经费" in run.out


@pytest.mark.deep
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
@pytest.mark.parametrize("what", some(["evaluate none", "--help", "policy list", "evaluate"], 2))
def test_closed_streams_give_no_traceback(closed: str, what: str) -> None:
    command = f"'{sys.executable}' -m engine.cli {what} {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, timeout=600, check=False)
    assert done.returncode == {"policy list": 0, "evaluate none": 5, "evaluate": 2, "--help": 0}[what]
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"Exception" not in done.stderr


USAGE = [
    (["evalute", "x"], "没有命令“evalute”；是否想写“evaluate”？"),
    (["policy", "lst"], "没有命令“lst”；是否想写“list”？"),
    (["evaluate", "--fromat", "json", "x"], "没有选项“--fromat”；是否想写“--format”？"),
    (
        ["evaluate", "x", "--format", "jsn"],
        "选项“--format”的值不对：“jsn”；应为：table、json、jsonl、markdown、sarif、xlsx；是否想写“json”？",
    ),
    (["evaluate"], "缺少参数“文件…”"),
    (["schema"], "缺少参数“name”（policy、submission、result、test）"),
    (["evaluate", "x", "--out"], "选项“--out”后面缺少值"),
    (["report", "x"], "缺少选项“--out”"),
    (["read", "a", "b"], "多余的参数：b"),
    (["policy", "test", "x", "--min-coverage", "abc"], "选项“--min-coverage”的值不对：“abc”不是数字"),
    (["policy", "test", "x", "--min-coverage", "500"], "超出范围"),
]


@pytest.mark.parametrize(("words", "said"), USAGE, ids=[" ".join(words) for words, _ in USAGE])
def test_a_wrong_command_line_is_told_in_chinese(jixiao: Jixiao, words: list[str], said: str) -> None:
    run = jixiao(*words)
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert not re.search(r"No such|Missing|Invalid|requires|unexpected|Did you", run.err)
