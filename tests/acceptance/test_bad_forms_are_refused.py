"""Bad input: a clear Chinese error that names file and line, exit status 5. Where there is a form in it, the rest is judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Forms, Jixiao, Policies, Run


def refused(run: Run, *words: str, status: int = 5) -> str:
    """The error text of a command that must fail, and say these words."""
    assert run.status == status, run.err
    assert run.out == ""
    assert all(line.startswith("错误：") for line in run.errors), run.err
    assert "Traceback" not in run.err
    for word in words:
        assert word in run.err, f"{word!r} is not in: {run.err}"
    return run.err


COMMANDS = [("evaluate",), ("evaluate", "--format", "json"), ("read",), ("explain",)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["空"]),
        (b"  \n\t\n\xe3\x80\x80\n", ["空"]),
        (b"\x00\x01\x02\xff\xfe\x00" * 50, ["二进制文件", "读不了"]),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", ["图片"]),
        (b"PK\x03\x04" + b"\x00" * 100, ["压缩包"]),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, ["Word"]),
        (b"%PDF-1.7\n", ["PDF"]),
        ("今天天气不错。\n".encode(), ["没有认出自评表"]),
        (b"{", ["JSON", "第1行"]),
        (b"forms: []\n", ["自评表", "第1行"]),
    ],
    ids=["empty", "blank", "binary", "picture", "docx", "doc", "pdf", "other text", "broken json", "no forms"],
)
def test_a_file_that_is_no_form(jixiao: Jixiao, tmp_path: Path, command: tuple[str, ...], content: bytes, words: list[str]) -> None:
    path = tmp_path / "form.txt"
    path.write_bytes(content)
    refused(jixiao(command[0], path, *command[1:]), str(path), *words)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_is_not_there(jixiao: Jixiao, tmp_path: Path, command: tuple[str, ...]) -> None:
    refused(jixiao(command[0], tmp_path / "nothing.txt", *command[1:]), "nothing.txt：没有这个文件")


def test_a_directory(jixiao: Jixiao, tmp_path: Path) -> None:
    refused(jixiao("evaluate", tmp_path), "目录")


INDICATORS = "\t一级指标\n\t二级指标\n\t三级指标\n\t年初目标值（A)\n\t实际完成值(B)\n\t得分\n"
BAD = {
    "a form without goals": (lambda text: text[: text.index("\t年度绩效目标1")] + text[text.index("\t总分") :], ["指标"]),
    "a goal without indicators": (lambda text: text[: text.index("\t\n\t产出指标")] + text[text.index("\t总分") :], ["指标"]),
    "a row with too few cells": (lambda text: text.replace("\t1期\n\t6.67\n", ""), ["第28行", "培训期数"]),
    "a row with too many cells": (lambda text: text.replace("\t1期\n", "\t1期\n\t2期\n\t3期\n"), ["第28行", "培训期数"]),
    "a goal whose rows are prose": (
        lambda text: text.replace("\t3期\n\t1期\n\t6.67\n", "\t第一期已经办完，其余两期移至次年。\n"),
        ["第28行", "培训期数"],
    ),
    "a header nobody knows": (
        lambda text: text.replace("\t实际完成值(B)\n", "\t干得怎么样\n"),
        ["第25行", "干得怎么样", "实际完成值"],
    ),
    "a negative weight": (lambda text: text.replace("培训期数（20分）", "培训期数（-20分）"), ["负", "-20", "第31行", "培训期数"]),
    "a weight that is no number": (lambda text: text.replace("培训期数（20分）", "培训期数（贰拾点分）"), ["培训期数", "第31行"]),
    "no budget line": (
        lambda text: text[: text.index("\t预算执行情况")] + text[text.index("\t年度绩效目标1") :],
        ["预算执行"],
    ),
}  # fmt: skip


NO_FORM = ("a form without goals", "a goal without indicators", "a negative weight")
LEFT_OUT = ("a row with too few cells", "a row with too many cells", "a goal whose rows are prose", "a header nobody knows")


@pytest.mark.parametrize("mistake", LEFT_OUT)
def test_what_is_not_understood_is_told_and_costs_what_rests_on_it(jixiao: Jixiao, forms: Forms, mistake: str) -> None:
    break_, words = BAD[mistake]
    path = forms.write()
    path.write_text(break_(path.read_text(encoding="utf-8")), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 5
    assert all(line.startswith("注意：") for line in run.err.splitlines())
    for word in (str(path), *words):
        assert word in run.err
    (form,) = run.data["forms"]
    hurt = [item for item in form["indicators"] if item["status"] == "needs_review"]
    assert ("培训期数" in {item["name"] for item in hurt}, form["scores"]["total"]["computed"]) == (True, None)
    assert all((item["met"], item["computed"]) == ("unknown", None) for item in hurt)
    assert len(hurt) == (4 if mistake == "a header nobody knows" else 1)
    accused = [finding["rule"] for finding in run.data["findings"] if finding["subject"] == "培训期数"]
    assert all(rule.startswith("notation.unread") for rule in accused), accused


@pytest.mark.parametrize("mistake", NO_FORM)
def test_a_form_with_a_mistake(jixiao: Jixiao, forms: Forms, mistake: str) -> None:
    break_, words = BAD[mistake]
    path = forms.write()
    path.write_text(break_(path.read_text(encoding="utf-8")), encoding="utf-8")
    refused(jixiao("evaluate", path), str(path), *words)


@pytest.mark.parametrize("mistake", ["a weight that is no number", "no budget line"])
def test_what_is_missing_is_refused_or_left_to_a_human_but_never_scored(jixiao: Jixiao, forms: Forms, mistake: str) -> None:
    break_, words = BAD[mistake]
    path = forms.write()
    path.write_text(break_(path.read_text(encoding="utf-8")), encoding="utf-8")
    run = jixiao("evaluate", path)
    if run.status == 0:
        assert "待人工判断" in run.out
        assert jixiao("evaluate", path, "--format", "json").data["forms"][0]["scores"]["total"]["computed"] is None
    else:
        refused(run, *words)


def test_a_score_above_its_weight_is_no_crash(jixiao: Jixiao, forms: Forms) -> None:
    run = jixiao("evaluate", forms.write(("\t16\n", "\t160\n")))
    assert (run.status, run.err) == (0, "")
    assert "服务投诉次数：自评 160，计算 16.00" in run.out


def test_every_problem_of_every_file_is_told_at_once(jixiao: Jixiao, forms: Forms, tmp_path: Path) -> None:
    one = forms.write(("培训期数（20分）", "培训期数（-20分）"), ("服务水平（30分）", "服务水平（-30分）"), name="one.txt")
    two = tmp_path / "two.txt"
    two.write_bytes(b"")
    run = jixiao("evaluate", one, two, tmp_path / "three.txt")
    text = refused(run, "one.txt", "two.txt", "three.txt", "-20", "-30", "没有这个文件", "空")
    assert len(text.splitlines()) == 4


def test_forms_of_different_years_are_no_bundle(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    policies.change("policy.yaml", ("{from: 2021, to: 2021}", "{from: 2021, to: 2022}"))
    one, two = forms.write(name="one.txt"), forms.write(("2021年度示例", "2022年度示例"), name="two.txt")
    refused(jixiao("evaluate", one, two, "--policies", policies.root), "不同年度", "2021", "2022")


def said_of_no_policy(run: Run, *words: str) -> None:
    """What is said where no policy, or more than one, fits by itself: read and checked, not scored, and which policies exist."""
    assert run.status == 5
    assert run.out.startswith("没有适用的政策")
    for word in words:
        assert word in run.out


def test_a_year_no_policy_covers_lists_what_there_is(jixiao: Jixiao, tmp_path: Path) -> None:
    record = tmp_path / "record.yaml"
    record.write_text(
        "fiscal_year: 1998\nunit: 某单位\nforms:\n- kind: project\n  name: 某项目\n  goals:\n"
        "  - indicators:\n    - {name: 甲, level1: 产出指标, weight: 80, target: 1, actual: 1, score: 80}\n",
        encoding="utf-8",
    )
    said_of_no_policy(jixiao("evaluate", record), "1998", "--policy", "hubei/2021")


def test_a_form_of_a_year_no_policy_covers_is_a_form_all_the_same(jixiao: Jixiao, forms: Forms) -> None:
    """Next year's forms come before next year's policy does: that is what must be said of them."""
    said_of_no_policy(jixiao("evaluate", forms.write(("2021年度示例", "2031年度示例"))), "2031", "--policy", "hubei/2021")


def test_two_policies_that_fit_are_listed(jixiao: Jixiao, forms: Forms, policies: Policies) -> None:
    import shutil

    shutil.copytree(policies.home, policies.root / "hubei" / "trial")
    trial = Policies(policies.root).root / "hubei" / "trial" / "policy.yaml"
    trial.write_text(trial.read_text(encoding="utf-8").replace("id: hubei/2021", "id: hubei/trial"), encoding="utf-8")
    said_of_no_policy(jixiao("evaluate", forms.write(), "--policies", policies.root), "hubei/2021", "hubei/trial")
    run = jixiao("evaluate", forms.write(), "--policies", policies.root, "--policy", "hubei/trial", "--format", "json")
    assert run.data["policy"]["id"] == "hubei/trial"


def test_an_unknown_policy_gets_the_nearest_or_the_years_there_are(shown: Jixiao, seed: Path) -> None:
    for run in (
        shown("evaluate", seed, "--policy", "hubei/2012"),
        shown("policy", "show", "hubei/2012"),
        shown("policy", "check", "hubei/2012"),
    ):
        text = refused(run, "没有政策“hubei/2012”；应为：hubei/2020、hubei/2021、hubei/2022\n", status=3)
        assert "是否想写" not in text, "another year's policy is not what was meant"
    refused(shown("policy", "check", "hubie/2021"), "没有政策“hubie/2021”", "是否想写“hubei/2021”", status=3)
    refused(shown("policy", "check", "central/2021-11"), "是否想写“central/2021-101”", status=3)


def test_a_policy_name_cannot_reach_outside(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    for name in ("../hubei/2021", "hubei/../hubei/2021", "/etc", "", "."):
        run = jixiao("evaluate", seed, "--policy", name)
        assert run.status in (0, 3), name
        assert (run.status == 0) == (name == "")


def test_a_directory_of_policies_that_is_not_there(jixiao: Jixiao, seed: Path, tmp_path: Path) -> None:
    refused(jixiao("evaluate", seed, "--policies", tmp_path / "none"), "没有这个政策目录", status=3)
    refused(jixiao("policy", "list", "--policies", tmp_path / "none"), "没有这个政策目录", status=3)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["evaluate"],
        ["evaluate", "--no-such-option", "x"],
        ["evaluate", "x", "--format", "xml"],
        ["evaluate", "x", "--fail-on", "sometimes"],
        ["read"],
        ["read", "a", "b"],
        ["nonsense"],
        ["policy"],
        ["policy", "nonsense"],
        ["policy", "show"],
        ["schema"],
        ["schema", "nonsense"],
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_wrong_usage_is_status_2(jixiao: Jixiao, arguments: list[str]) -> None:
    run = jixiao(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert "--help" in run.err or "Usage" in run.err


def test_the_exit_status_of_the_process(process: Jixiao, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    assert process("evaluate", empty).status == 5
    assert process("policy", "check", "hubei/2012").status == 3
    assert process("evaluate").status == 2
