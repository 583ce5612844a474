"""`jixiao layout learn`: an officer shows filled forms of a layout nobody described, and from then on such forms are read.

The forms are invented (tests/unlisted.py), every heading of their own; what each must give was worked out by hand.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import unlisted
from conftest import ROOT, Jixiao

from engine.cli import layouts as commands
from engine.learning.model import ChoiceQuestion

Rows = list[tuple[Any, ...]]
COUNTY = [
    ("养护里程", "数量指标", "≥120公里", "126公里", "20", "20"),
    ("路面完好率", "质量指标", "≥90%", "88%", "20", "19.56"),
    ("汛前排查完成时间", "时效指标", "5月底前", "5月20日", "10", "10"),
    ("沿线群众出行时间缩短", "社会效益指标", "≥15分钟", "18分钟", "30", "30"),
    ("沿线群众满意度", "服务对象满意度指标", "≥90%", "93%", "10", "10"),
]
DEPARTMENT = [
    ("修缮文物建筑", "产出数量", "≥12处", "12处", "20", "20"),
    ("修缮工程验收合格率", "产出质量", "＝100%", "100%", "20", "20"),
    ("年度计划按期完成率", "产出时效", "≥95%", "92%", "10", "9.68"),
    ("开放日接待观众", "社会效益", "≥30万人次", "34万人次", "20", "20"),
    ("雨水收集设施覆盖率", "生态效益", "≥60%", "66%", "10", "10"),
    ("观众满意度", "服务对象满意度", "≥90%", "95.2%", "10", "10"),
]
CITY = [
    ("管护公园面积", "", "≥320公顷", "320公顷", "30", "30"),
    ("绿地保存率", "", "≥98%", "95%", "20", "19.39"),
    ("公园服务半径覆盖率", "", "≥85%", "86%", "20", "20"),
    ("噪声扰民投诉起数", "", "≤20起", "25起", "10", "8"),
    ("游园市民满意度", "", "≥90%", "94%", "10", "10"),
]
CHONGQING = [
    ("辅警人员", "", "＝512人", "512人", "20", "20"),
    ("项目持续期", "", "≥1年", "1年", "10", "10"),
    ("项目成本概算", "", "≤3584万元", "2565万元", "20", "20"),
    ("节约多招录正式民警资金支出", "", "≥1500万元", "1600万元", "20", "20"),
    ("促进社会和谐稳定", "", "好", "好", "10", "10"),
    ("受益对象满意度", "", "≥95%", "96%", "10", "10"),
]
CHONGQING_LINES = ["2022年度项目绩效自评表"]
CHONGQING_ROWS = [
    ["项目名称", "辅警人员经费", "项目编码", "500", "主管部门", "丰江县公安局", "财政科室", "行政政法科", "项目联系人", "赵六"],
    ["项目资金（万元）", "年初盘子", "全年（调整）盘子", "全年支用", "执行率（%）", "执行分", "执行所得", "", "", ""],
    ["年度总盘子", "2500", "2565", "2565", "100", "10", "10", "", "", ""],
    ["指标称谓", "计量", "正反向", "年初数值", "中期数值", "全年数值", "系数（%）", "指标应得", "指标实得", "是否核心"],
    ["辅警人员", "人", "＝", "512", "", "512", "100", "20", "20", "是"],
    ["项目持续期", "年", "≥", "1", "", "1", "100", "10", "10", "否"],
    ["项目成本概算", "万元", "≤", "3584", "", "2565", "100", "20", "20", "否"],
    ["节约多招录正式民警资金支出", "万元", "≥", "1500", "", "1600", "100", "20", "20", "否"],
    ["促进社会和谐稳定", "", "定性", "好", "", "好", "100", "10", "10", "否"],
    ["受益对象满意度", "%", "≥", "95", "", "96", "100", "10", "10", "否"],
]
"""Chongqing's layout (no level columns, values of January and of the middle of the year, a coefficient), called otherwise than the
packs know it by now; all scores are full marks, so that only a person can tell weight from score."""


@pytest.fixture
def forms(tmp_path: Path) -> Callable[[str], Path]:
    """A file by its name: `county.docx`, `city.xlsx` …"""

    def write(name: str) -> Path:
        lines, rows = {
            "county": (unlisted.COUNTY_LINES, unlisted.COUNTY_ROWS),
            "county2": (unlisted.COUNTY_OTHER_LINES, unlisted.COUNTY_OTHER_ROWS),
            "two": (unlisted.TWO_ROW_LINES, unlisted.TWO_ROW_ROWS),
            "department": (unlisted.DEPARTMENT_LINES, unlisted.DEPARTMENT_ROWS),
            "city": (unlisted.CITY_LINES, unlisted.CITY_ROWS),
            "chongqing": (CHONGQING_LINES, CHONGQING_ROWS),
        }[name.partition(".")[0]]
        make = unlisted.excel if name.endswith("xlsx") else unlisted.word
        path = tmp_path / name
        path.write_bytes(make(lines, rows))
        return path

    return write


class Officer:
    """Somebody at a terminal: answers with the first choice, or the one that begins as told, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[ChoiceQuestion] = []
        self.answers: dict[str, str] = {}
        """Part of a question -> how the choice begins."""

    def __call__(self, question: ChoiceQuestion) -> int:
        self.asked.append(question)
        wanted = next((answer for part, answer in self.answers.items() if part in question.text), None)
        if wanted is None:
            return 0
        return next(n for n, choice in enumerate(question.choices) if choice.startswith(wanted))


@pytest.fixture
def officer(monkeypatch: pytest.MonkeyPatch) -> Officer:
    sits = Officer()
    monkeypatch.setattr(commands, "_on_terminal", lambda: True)
    monkeypatch.setattr(commands, "_asked", sits)
    return sits


def indicators(form: Any) -> Rows:
    def text(cell: Any) -> str:
        return cell["text"] if isinstance(cell, dict) else (cell or "")

    rows = [indicator for goal in form["goals"] for indicator in goal["indicators"]]
    return [(i["name"], i.get("level2", ""), *(text(i.get(key)) for key in ("target", "actual", "weight", "score"))) for i in rows]


def read(jixiao: Jixiao, path: Path, policies: Path) -> Any:
    run = jixiao("read", path, "--policies", policies)
    assert run.status == 0, run.err
    (form,) = run.data["forms"]
    return {key: run.data.get(key) for key in ("unit", "fiscal_year")} | form


def evaluated(jixiao: Jixiao, path: Path, policies: Path, status: int = 0) -> Any:
    run = jixiao("evaluate", path, "--policies", policies, "--format", "json")
    assert run.status == status, run.err
    return run.data


@pytest.mark.parametrize(
    ("name", "kind", "unit", "year", "rows", "total"),
    [
        ("county.docx", "project", "云川县交通运输局", 2023, COUNTY, "99.06"),
        ("county.xlsx", "project", "云川县交通运输局", 2023, COUNTY, "99.06"),
        ("department.docx", "department", "江陵省文物保护中心", 2022, DEPARTMENT, None),
        ("city.docx", "project", "海津市园林绿化中心", 2023, CITY, "96.39"),
        ("city.xlsx", "project", "海津市园林绿化中心", 2023, CITY, "96.39"),
        ("chongqing.docx", "project", "丰江县公安局", 2022, CHONGQING, None),
    ],
)
def test_a_layout_nobody_described_is_read_without_a_line_corrected_by_hand(
    jixiao: Jixiao,
    forms: Callable[[str], Path],
    officer: Officer,
    tmp_path: Path,
    name: str,
    kind: str,
    unit: str,
    year: int,
    rows: Rows,
    total: str | None,
) -> None:
    """The likeliest answer is right each time; every cell is where a person would put it."""
    path, mine = forms(name), tmp_path / "mine"
    run = jixiao("layout", "learn", path, "--as", "learned/one", "--into", mine)
    assert run.status == 0, run.err
    assert jixiao("policy", "check", "learned/one", "--policies", mine).status == 0
    form = read(jixiao, path, mine)
    assert indicators(form) == rows
    assert (form["kind"], form["unit"], form["fiscal_year"]) == (kind, unit, year)
    assert (form.get("total") or {}).get("text") == total
    assert [line["role"] for line in form["budget"]][:1] == ["total"]
    doubts = {doubt["key"] for doubt in form.get("doubts", [])}
    assert "label_unconfirmed" not in doubts
    assert "unconfirmed" not in (mine / "learned" / "one" / "form.yaml").read_text(encoding="utf-8")
    assert len(officer.asked) <= 6
    assert officer.asked[-1].text == "照这样读，对不对？"


def test_the_county_form_is_scored_once_somebody_said_it_is_read_right(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    """10 × 200 ÷ 200 = 10; 2.1 ÷ 2.4 × 30 = 26.25; another form of the layout than the one it was learned from."""
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine).status == 0
    data = evaluated(jixiao, forms("county2.docx"), mine)
    (form,) = data["forms"]
    assert data["policy"]["id"] == "central/2020"
    assert form["layout"] == "yunchuan/form"
    assert [i["computed"] for i in form["indicators"]] == ["25.00", "25.00", "26.25", "10.00"]
    assert (form["scores"]["execution"]["computed"], form["scores"]["total"]["computed"]) == ("10.00", "96.25")


def test_without_a_terminal_nothing_is_asked_and_nothing_read_through_a_guess_is_certain(
    jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path
) -> None:
    mine, path = tmp_path / "mine", forms("county.docx")
    run = jixiao("layout", "learn", path, "--as", "yunchuan/form", "--into", mine)
    assert run.status == 0, run.err
    assert "待确认" in run.err
    written = mine / "yunchuan" / "form" / "form.yaml"
    text = written.read_text(encoding="utf-8")
    guesses = text.count("unconfirmed: true  # 待确认")
    assert guesses > 10
    assert f"有 {guesses} 处待确认" in run.err
    assert "# “满分”是分值：各格加起来 90，加上预算执行的 10 分正好 100" in text  # its ground beside it

    data = evaluated(jixiao, forms("county2.docx"), mine)
    (form,) = data["forms"]
    assert {i["status"] for i in form["indicators"]} == {"needs_review"}
    assert {i["computed"] for i in form["indicators"]} == {None}
    assert form["scores"]["execution"]["computed"] is None
    assert form["scores"]["total"]["computed"] is None
    told = [finding for finding in data["findings"] if finding["rule"] == "notation.label-unconfirmed"]
    assert len(told) == 1, "once a form, not once a cell"
    assert "“达到水平”（实际完成值）" in told[0]["message"]
    # nothing is held against a form on the strength of a guess
    assert not [finding for finding in data["findings"] if finding["severity"] == "error"]

    written.write_text(re.sub(r" *unconfirmed: true.*\n", "", text), encoding="utf-8")
    (form,) = evaluated(jixiao, forms("county2.docx"), mine)["forms"]
    assert form["scores"]["total"]["computed"] == "96.25"


@pytest.mark.parametrize(
    ("label", "doubtful"),
    [("考核内容", {"target"}), ("考核维度", {"target"}), ("达到水平", {"actual"}), ("满分", {"weight"}), ("赋分", {"score"})],
)
def test_one_guess_left_open_is_one_doubt(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path, label: str, doubtful: set[str]
) -> None:
    """A name or level nobody confirmed puts the target in doubt: what it asks for hangs on it."""
    mine, path = tmp_path / "mine", forms("county.docx")
    assert jixiao("layout", "learn", path, "--as", "yunchuan/form", "--into", mine).status == 0
    written = mine / "yunchuan" / "form" / "form.yaml"
    head, indicators_, rest = written.read_text(encoding="utf-8").partition("  indicators:\n")
    text = rest.replace(f"labels: [{label}]\n", f"labels: [{label}]\n        unconfirmed: true\n", 1)
    assert text != rest
    written.write_text(head + indicators_ + text, encoding="utf-8")
    form = read(jixiao, path, mine)
    for indicator in form["goals"][0]["indicators"]:
        cells = {key for key in ("target", "actual", "weight", "score") if "doubt" in indicator[key]}
        assert cells == doubtful
    result = evaluated(jixiao, path, mine)["forms"][0]
    expected = {"needs_review"} if doubtful != {"score"} else {"scored"}
    assert {i["status"] for i in result["indicators"]} == expected
    assert {i["reported"] for i in result["indicators"]} == {None} if doubtful == {"score"} else True


def test_what_cannot_be_known_is_asked_one_at_a_time(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    """Bare numbers beside bare numbers: which is the target? The other of the two then needs no question."""
    officer.answers = {"设定标准": "年度指标值", "扣分缘由": "现在说不准"}
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("department.docx"), "--as", "a/b", "--into", mine).status == 0
    texts = [question.text for question in officer.asked]
    assert sum("“设定标准”一栏是什么" in text for text in texts) == 1
    assert not any("兑现结果" in text or "实得" in text or "目标类别" in text for text in texts)
    asked = next(question for question in officer.asked if "设定标准" in question.text)
    assert asked.choices[0].startswith("年度指标值（看来是：")
    assert asked.choices[-2:] == ("都不是，照原样保留", "现在说不准，以后再定")
    text = (mine / "a" / "b" / "form.yaml").read_text(encoding="utf-8")
    assert text.count("unconfirmed: true") == 1
    assert "labels: [扣分缘由]\n        unconfirmed: true" in text


def test_an_answer_counts_more_than_any_ground(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    officer.answers = {"设定标准": "实际完成值", "扣分缘由": "都不是"}
    mine, path = tmp_path / "mine", forms("department.docx")
    assert jixiao("layout", "learn", path, "--as", "a/b", "--into", mine).status == 0
    form = read(jixiao, path, mine)
    assert form["goals"][0]["indicators"][2]["actual"]["text"] == "95%"
    others = form["goals"][0]["indicators"][2]["others"]
    assert [(item["label"], item["value"]["text"]) for item in others] == [("扣分缘由", "一处汛期停工两个月")]


def test_who_says_it_is_read_wrong_is_asked_about_everything(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    said = iter(["不对", "对"])
    officer.answers = {}
    first = officer.__call__

    def answer(question: ChoiceQuestion) -> int:
        at = first(question)
        if question.text != "照这样读，对不对？":
            return at
        wanted = next(said)
        return next(n for n, choice in enumerate(question.choices) if choice.startswith(wanted))

    commands._asked = answer  # type: ignore[assignment]  # the fixture puts it back
    assert jixiao("layout", "learn", forms("city.docx"), "--as", "a/b", "--into", mine).status == 0
    texts = [question.text for question in officer.asked]
    assert any("“大类”一栏是什么" in text for text in texts)
    assert any("“总盘子”一行是什么" in text for text in texts)
    assert indicators(read(jixiao, forms("city.docx"), mine)) == CITY


def test_who_does_not_want_it_gets_nothing(jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path) -> None:
    officer.answers = {"对不对": "不写了"}
    run = jixiao("layout", "learn", forms("city.docx"), "--as", "a/b", "--into", tmp_path / "mine")
    assert (run.status, (tmp_path / "mine").exists()) == (0, False)
    assert "什么也没有写" in run.err


def test_several_forms_of_one_layout_teach_it_together(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    run = jixiao("layout", "learn", forms("county.docx"), forms("county2.docx"), "--as", "a/b", "--into", mine)
    assert run.status == 0, run.err
    assert "农村公路养护经费" in run.out
    assert "小型水库维修经费" in run.out
    assert "（2 张表里 2 张）" in (mine / "a" / "b" / "form.yaml").read_text(encoding="utf-8")


def test_headings_in_two_rows(jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path) -> None:
    mine, path = tmp_path / "mine", forms("two.docx")
    assert jixiao("layout", "learn", path, "--as", "a/b", "--into", mine).status == 0
    form = read(jixiao, path, mine)
    assert indicators(form) == COUNTY
    assert form["total"]["text"] == "99.06"


# told, nothing written


def refused(jixiao: Jixiao, *arguments: object, status: int, into: Path) -> str:
    before = sorted(into.rglob("*"))
    run = jixiao("layout", "learn", *arguments, "--into", into)
    assert run.status == status, run.err
    assert sorted(into.rglob("*")) == before
    assert len(run.errors) == 1, run.err
    return run.err


def test_a_file_without_a_table(jixiao: Jixiao, tmp_path: Path) -> None:
    path = tmp_path / "说明.txt"
    path.write_text("2023年度绩效自评情况说明。\n本单位全年完成各项任务。\n", encoding="utf-8")
    assert "文件里没有表格" in refused(jixiao, path, "--as", "a/b", status=5, into=tmp_path)


def test_a_table_that_is_none_of_indicators(jixiao: Jixiao, tmp_path: Path) -> None:
    path = tmp_path / "名册.docx"
    path.write_bytes(
        unlisted.word(
            ["职工名册"], [["姓名", "科室", "职务", "电话"], ["王某", "办公室", "主任", "1"], ["李某", "财务科", "科长", "2"]]
        )
    )
    assert "没有认出自评表" in refused(jixiao, path, "--as", "a/b", status=5, into=tmp_path)


def test_a_record_has_no_layout(jixiao: Jixiao, tmp_path: Path, seed: Path) -> None:
    path = tmp_path / "记录.json"
    path.write_text(jixiao("read", seed).out, encoding="utf-8")
    assert "这是申报记录，没有表样可学" in refused(jixiao, path, "--as", "a/b", status=5, into=tmp_path)


def test_forms_of_two_layouts(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    one, other = forms("county.docx"), forms("city.docx")
    told = refused(jixiao, one, other, "--as", "a/b", status=5, into=tmp_path)
    assert "不是同一种表样：这里有“编号、大类、做什么" in told
    assert "那张有“考核维度、考核方面" in told


@pytest.mark.parametrize("taken", ["hubei/2021", "common/form", "own/form"])
def test_an_id_that_exists(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path, taken: str) -> None:
    (tmp_path / "own" / "form").mkdir(parents=True)
    path = forms("county.docx")
    assert f"已经有“{taken}”，没有改动" in refused(jixiao, path, "--as", taken, status=2, into=tmp_path)


def test_an_id_that_is_none(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    path = forms("county.docx")
    assert "不能作表样的编号" in refused(jixiao, path, "--as", "重庆", status=2, into=tmp_path)


@pytest.mark.parametrize("name", ["central-road-2022.txt", "central-department-2023.txt", "sichuan-farm-2025.txt"])
def test_a_layout_that_is_known_is_not_learned_again(jixiao: Jixiao, tmp_path: Path, name: str) -> None:
    path = ROOT / "tests" / "acceptance" / "data" / "layouts" / name
    run = jixiao("layout", "learn", path, "--as", "a/b", "--into", tmp_path)
    assert (run.status, list(tmp_path.iterdir())) == (0, [])
    assert "已经认得" in run.err


# afterwards


def test_a_learned_layout_is_found_for_its_forms_only(
    jixiao: Jixiao, forms: Callable[[str], Path], seed: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--into", mine).status == 0
    assert (mine / "learned" / "form-1" / "form.yaml").is_file(), "an id of its own where none was given"
    assert jixiao("layout", "learn", forms("city.docx"), "--into", mine).status == 0
    assert (mine / "learned" / "form-2").is_dir()
    again = jixiao("layout", "learn", forms("county2.docx"), "--into", mine)
    assert again.status == 0
    (form,) = evaluated(jixiao, forms("city.xlsx"), mine)["forms"]
    assert form["layout"] == "learned/form-2"
    assert jixiao("evaluate", seed, "--policies", mine, "--format", "json").data["policy"]["id"] == "hubei/2021"
    central = ROOT / "tests" / "acceptance" / "data" / "layouts" / "central-road-2022.txt"
    data = evaluated(jixiao, central, mine)
    assert data["policy"]["id"] == "central/2020"
    assert "layout" not in data["forms"][0]


def test_a_record_of_such_a_form_is_judged_as_the_form_is(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine).status == 0
    record = tmp_path / "record.json"
    record.write_text(jixiao("read", forms("county2.docx"), "--policies", mine).out, encoding="utf-8")
    data = evaluated(jixiao, record, mine)
    assert data["policy"]["id"] == "central/2020"
    assert data["forms"][0]["scores"]["total"]["computed"] == "96.25"


def test_a_policy_may_have_a_learned_layout_as_its_own(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine).status == 0
    assert jixiao("policy", "new", "yunchuan/2023", "--from", "central/2020", "--into", mine).status == 0
    head = mine / "yunchuan" / "2023" / "policy.yaml"
    text = head.read_text(encoding="utf-8").replace("status: draft", "status: published").replace("  fallback: true\n", "")
    head.write_text(text.replace("central/2020]", "central/2020, yunchuan/form]"), encoding="utf-8")
    data = evaluated(jixiao, forms("county2.docx"), mine)
    assert data["policy"]["id"] == "yunchuan/2023"
    assert data["forms"][0]["scores"]["total"]["computed"] == "96.25"


def test_layouts_are_listed(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine).status == 0
    run = jixiao("layout", "list", "--policies", mine)
    assert run.status == 0, run.err
    line = next(line for line in run.out.splitlines() if line.startswith("yunchuan/form"))
    guesses = (mine / "yunchuan" / "form" / "form.yaml").read_text(encoding="utf-8").count("unconfirmed: true  #")
    assert re.search(rf"12 处里有 8 处\s+{guesses}\s", line), line
    assert any(line.startswith("hubei/2021") for line in run.out.splitlines())


def test_a_learned_layout_broken_by_hand_is_told_where(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine).status == 0
    written = mine / "yunchuan" / "form" / "form.yaml"
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace("{year}年", "{yaer}年"), encoding="utf-8")
    run = jixiao("policy", "check", "yunchuan/form", "--policies", mine)
    assert run.status == 3
    assert "没有“{yaer}”这个占位词" in run.err
    assert "form.yaml" in run.err
    written.write_text(text.replace("field: target", "field: traget"), encoding="utf-8")
    run = jixiao("policy", "check", "yunchuan/form", "--policies", mine)
    assert (run.status, "target" in run.err) == (3, True)


def test_the_hint_says_what_to_do_next(jixiao: Jixiao, forms: Callable[[str], Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    run = jixiao("layout", "learn", forms("county.docx"), "--as", "yunchuan/form", "--into", mine)
    command = re.search(r"再运行 jixiao (evaluate .*)$", run.err, re.M)
    assert command, run.err
    assert jixiao(*shlex.split(command[1])).status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_real_terminal(forms: Callable[[str], Path], tmp_path: Path) -> None:
    """As a process with a terminal of its own: one numbered question at a time, Enter takes the likeliest."""
    import pty

    path = forms("city.docx")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        words = ["-m", "engine.cli", "layout", "learn", str(path), "--as", "haijin/form", "--into", "mine"]
        os.execve(sys.executable, [sys.executable, *words], {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"})
    shown, answered = b"", 0
    while select.select([terminal], [], [], 120)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
        if shown.count("填号码".encode()) > answered and shown.rstrip().endswith(b"[1]:"):
            answered += 1
            os.write(terminal, b"\n")
    _, status = os.waitpid(child, 0)
    text = shown.decode()
    assert os.waitstatus_to_exitcode(status) == 0, text
    assert "“项目全称”一栏是什么？" in text
    assert "  1  项目名称（看来是：" in text
    assert "照这样读，对不对？" in text
    assert answered == 2
    assert "unconfirmed" not in (tmp_path / "mine" / "haijin" / "form" / "form.yaml").read_text(encoding="utf-8")


def test_a_layout_is_learned_on_a_pack_of_ones_own_words(
    jixiao: Jixiao, forms: Callable[[str], Path], officer: Officer, tmp_path: Path
) -> None:
    """What the pack of shared words knows is not guessed again: with 期望水平 in it, that column is written nowhere."""
    mine = tmp_path / "mine"
    shutil.copytree(ROOT / "policies" / "common" / "form", mine / "common" / "form")
    pack = mine / "common" / "form" / "indicators.yaml"
    text = pack.read_text(encoding="utf-8").replace("          - 年度指标值\n", "          - 年度指标值\n          - 期望水平\n", 1)
    pack.write_text(text, encoding="utf-8")
    run = jixiao("layout", "learn", forms("county.docx"), "--as", "a/b", "--into", mine, "--policies", mine)
    assert run.status == 0, run.err
    text = (mine / "a" / "b" / "form.yaml").read_text(encoding="utf-8")
    assert "labels: [达到水平]" in text
    assert "labels: [期望水平]" not in text
