"""The officer's week: a new year's policy is made, changed, tested, published, used; and what was published stays what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Forms, Jixiao, replace_once


def change(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        text = replace_once(text, old, new)
    path.write_text(text, encoding="utf-8")


OWN = """\
tests:
  # 自己写的一条，注释留着
  - test: 自己的，部分达成给一半
    case: qualitative.partial
    indicator: {name: 服务水平, weight: "20", target: 提高, actual: 基本完成, score: "10"}
    expect: {computed: 10}
  - test: 自己的，看住别的一档
    case: qualitative.unmet
    indicator: {name: 服务水平, weight: "20", target: 提高, actual: 基本完成}
    expect: {status: needs_review}
  - test: 自己的，照文件抄的
    written: {parameters.tier_partial_floor.value: 0.5}
"""


@pytest.mark.usefixtures("without_the_packs")
def test_a_new_year(jixiao: Jixiao, forms: Forms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mine = ("--policies", "mine")

    made = jixiao("policy", "new", "hubei/2023", "--from", "hubei/2022", "--into", "mine")
    assert made.status == 0, made.err
    assert made.out.splitlines() == ["mine/hubei/2023/policy.yaml", "mine/hubei/2023/tests/changes.yaml"]
    assert made.err == "接着：编辑 mine/hubei/2023/policy.yaml，再运行 jixiao policy check hubei/2023 --policies mine\n"
    assert jixiao("policy", "check", "hubei/2023", *mine).status == 0

    form = forms.write(("2021年度示例", "2023年度示例"), ("已完成", "基本完成"), name="2023.txt")
    before = jixiao("evaluate", form, *mine, "--policy", "hubei/2023", "--format", "json")
    last = jixiao("evaluate", form, *mine, "--policy", "hubei/2022", "--format", "json")
    assert before.err == "注意：政策“hubei/2023”是草稿，结果不能作数\n"
    assert before.data["forms"] == last.data["forms"]
    assert before.data["findings"] == last.data["findings"], "nothing is changed yet"
    assert jixiao("evaluate", form, *mine, "--format", "json").data["policy"] is None, "a draft is never chosen"

    # the middle tier is 80–60 from this year on, and exceeding a target by 30 % is worth a hint
    policy = tmp_path / "mine" / "hubei" / "2023" / "policy.yaml"
    lines = policy.read_text(encoding="utf-8").splitlines()
    floor, exceeded = (next(line for line in lines if f"  {name}:" in line) for name in ("tier_partial_floor", "exceeded"))
    change(
        policy,
        ("# parameters:", "parameters:"),
        (floor, floor.removeprefix("# ").replace("value: 0.5", "value: 0.6")),
        (exceeded, exceeded.removeprefix("# ").replace("value: 0.2", "value: 0.3")),
    )
    origins = jixiao("policy", "show", "hubei/2023", "--origins", *mine).out
    assert "本政策写的 2 项（其中改写 2 项）" in origins
    assert "  parameters.exceeded  改写  mine/hubei/2023/policy.yaml：" in origins
    assert "      盖过 common/findings  policies/common/findings/parameters.yaml：" in origins

    own = policy.parent / "tests" / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    tested = jixiao("policy", "test", "hubei/2023", *mine)
    assert tested.status == 4
    assert "50% 在部分达成之内：computed 应为 10，是 12.00（hubei/2021 的测试；" in tested.out
    adopted = jixiao("policy", "test", "hubei/2023", *mine, "--adopt", "--min-coverage", "0")
    assert adopted.status == 4, "one of the officer's own would show nothing any more: it is left, and told"
    assert "    原来与现在：computed 应为 10，是 12.00\n    由于：参数“部分达成预期指标一档的下限" in adopted.out
    assert "的值：0.5 → 0.6（" in adopted.out
    assert "条测试按现在的结果写进了 mine/hubei/2023/tests/inherited.yaml，请逐条核对" in adopted.err
    assert "本政策自己的 2 条测试按现在的结果改了" in adopted.err
    assert "自己的，看住别的一档：情形是 qualitative.partial" in adopted.out
    assert "没有改：照现在的结果写，就没有测试看住它测的那一条了" in adopted.out
    anew = own.read_text(encoding="utf-8")
    assert anew.startswith(OWN.partition("    expect: {computed")[0])
    assert 'expect: {computed: "12.00"}' in anew
    assert 'parameters.tier_partial_floor.value: "0.6"' in anew
    own.unlink()
    adopted = jixiao("policy", "test", "hubei/2023", *mine, "--adopt", "--min-coverage", "0")
    assert adopted.status == 0, adopted.out
    written = (policy.parent / "tests" / "inherited.yaml").read_text(encoding="utf-8")
    assert "  - test: 50% 在部分达成之内\n    case: qualitative.partial\n" in written
    assert 'expect: {computed: "12.00"}' in written

    published = jixiao("policy", "publish", "hubei/2023", *mine, "--by", "张三", "--min-coverage", "1")
    assert published.status == 0, published.err
    assert published.out.startswith("hubei/2023：已发布，锁写在 mine/hubei/2023/policy.lock（sha256 ")
    listed = next(line for line in jixiao("policy", "list", *mine).out.splitlines() if line.startswith("hubei/2023"))
    assert "未锁定" not in listed

    result = jixiao("evaluate", form, *mine, "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert result.data["policy"]["id"] == "hubei/2023"
    service = next(one for one in result.data["forms"][0]["indicators"] if one["name"] == "服务水平")
    assert service["allowed"] == ["18.00", "23.99"], "30 points: 60 % to less than 80 %"
    assert result.data["policy"]["sha256"] == jixiao("evaluate", form, *mine, "--format", "json").data["policy"]["sha256"]

    mine_now = floor.removeprefix("# ").replace("value: 0.5", "value: 0.6")
    tampered = mine_now.replace("value: 0.6", "value: 0.7")
    change(policy, (mine_now, tampered))
    for command in (
        ("evaluate", form),
        ("explain", form, "--policy", "hubei/2023"),
        ("report", form, "--out", "out", "--policy", "hubei/2023"),
        ("policy", "check", "hubei/2023"),
        ("policy", "check", "mine/hubei/2023"),
        ("policy", "lint", "hubei/2023"),
        ("policy", "test", "hubei/2023"),
    ):
        run = jixiao(*command, *mine)
        assert run.status == 3, command
        assert not run.out or "lint" in command, "lint tells what is wrong with the change, too"
        assert "“parameters.tier_partial_floor”与“hubei/2023”发布时不同" in run.err, command
        assert "policy publish hubei/2023 --amend" in run.err, command
    shown = jixiao("policy", "show", "hubei/2023", *mine)
    assert shown.status == 0
    assert "tier_partial_floor = 0.7比例" in shown.out
    assert shown.err == "注意：“hubei/2023”与锁不符，不能使用：运行 jixiao policy check hubei/2023 看哪里不同。\n"
    change(policy, (tampered, mine_now))
    assert jixiao("policy", "check", "hubei/2023", *mine).status == 0, "as it was"

    change(policy, ("  title: 湖北省2023年度预算绩效自评计分规则", "  title: 湖北省二〇二三年度预算绩效自评计分规则"))
    assert jixiao("policy", "publish", "hubei/2023", *mine, "--min-coverage", "1").status == 3, "not without a reason"
    amended = jixiao("policy", "publish", "hubei/2023", *mine, "--min-coverage", "1", "--amend", "名称更正")
    assert amended.status == 0, amended.err
    assert amended.out.endswith("更正 1 项：policy.title\n")
    assert "reason: 名称更正" in (policy.parent / "policy.lock").read_text(encoding="utf-8")
    assert jixiao("evaluate", form, *mine).status == 0
