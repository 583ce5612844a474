"""`jixiao report --letters`: one Word letter a unit, with its problems only, what to change and by when; none where nothing is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import ROOT, Jixiao

from engine.documents import package as office_package
from engine.templating.filters import closed

Row = tuple[str, str, str, str]
GOOD: tuple[Row, ...] = (
    ("产出指标/数量指标", "培训人数", "≥100人", "100人"),
    ("产出指标/质量指标", "学员合格率", "≥90%", "92%"),
    ("效益指标/社会效益指标", "就业率", "≥80%", "82%"),
    ("效益指标/服务对象满意度指标", "学员满意度", "≥90%", "93%"),
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def filed(folder: Path, unit: str, rows: tuple[Row, ...], name: str = "职业培训") -> Path:
    """A project's form as a record; the body gave itself full marks."""
    indicators = [
        {"level1": level.split("/")[0], "level2": level.split("/")[1], "name": called, "weight": "20", "score": "20"}
        | {"target": target, "actual": actual}
        for level, called, target, actual in rows
    ]
    line = {"name": "年度财政资金总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "100", "score": "20"}
    form = {"kind": "project", "name": name, "budget": [line], "goals": [{"number": 1, "indicators": indicators}], "total": "100"}
    record = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": 2021, "jurisdiction": "hubei", "forms": [form]}
    folder.mkdir(exist_ok=True)
    path = folder / f"{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return path


def wrong(actual: str = "50人", name: str = "培训人数", target: str = "≥100人") -> tuple[Row, ...]:
    return (("产出指标/数量指标", name, target, actual), *GOOD[1:])


def text(path: Path) -> str:
    """What a letter says, a line a paragraph."""
    with ZipFile(path) as package:
        root = office_package.parse(package.read("word/document.xml"), str(path), "word/document.xml")
    return "\n".join("".join(t.text or "" for t in paragraph.iter(f"{_W}t")) for paragraph in root.iter(f"{_W}p"))


def letters(jixiao: Jixiao, out: Path, *arguments: object) -> dict[str, str]:
    """Letters by the name of the file."""
    run = jixiao("report", *arguments, "--letters", "--out", out)
    assert run.status == 0, run.err
    return {path.name: text(path) for path in sorted(out.iterdir())} if out.is_dir() else {}


def test_each_unit_gets_its_own_problems_only(jixiao: Jixiao, tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    filed(folder, "甲县人社局", wrong("50人"))
    filed(folder, "乙县人社局", wrong("70人"))
    filed(folder, "丙县人社局", GOOD)
    run = jixiao("report", folder, "--letters", "--by", "2022-04-15", "--out", tmp_path / "通知")
    assert run.status == 0
    assert "3 个单位，1 个没有需要退回修改的问题" in run.err
    made = {path.name: text(path) for path in (tmp_path / "通知").iterdir()}
    assert set(made) == {"退回修改通知-甲县人社局.docx", "退回修改通知-乙县人社局.docx"}, "none to whom nothing is returned"
    one, other = made["退回修改通知-甲县人社局.docx"], made["退回修改通知-乙县人社局.docx"]
    assert "甲县人社局：" in one
    assert "乙县人社局" not in one
    assert "“50人”" in one
    assert "“70人”" not in one
    assert "“70人”" in other
    assert "于2022年4月15日前重新报送" in one
    assert "10分" in one, "what is right"
    assert "依据的出处：定量指标，见2021年度部门整体支出自评表、项目自评表“备注”。" in one
    result = jixiao("evaluate", folder / "0.json", "--format", "json").data
    told = [problem for problem in result["problems"] if problem["severity"] != "info"]
    assert all(closed(problem["title"]) in one and closed(problem["advice"]) in one for problem in told)
    assert f"有{len(told)}个问题需要处理" in one
    assert not result["questions"]
    assert "全表只有4个指标" in one.split("编报下年度目标时改进的（")[1], "what no unit can mend this year is told as that"


def test_without_a_day_a_gap_is_left_to_be_filled_in(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong())
    (made,) = letters(jixiao, tmp_path / "通知", path).values()
    assert "于【请填写日期】前重新报送" in made


def test_what_is_uncertain_is_asked_and_not_charged(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong("120个", "渔业转型示范点数", "100个"))
    result = jixiao("evaluate", path, "--format", "json").data
    assert result["questions"], "the case at hand: it does not say which way is better"
    (made,) = letters(jixiao, tmp_path / "通知", path).values()
    assert "须答复的" in made
    assert result["questions"][0]["ask"] in made
    assert "越高越好：" in made
    assert "越低越好：" in made
    charged = made.split("须答复的（")[0]
    assert result["questions"][0]["ask"] not in charged


def test_one_letter_for_all_that_a_unit_filed_of_several_years(jixiao: Jixiao, tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    filed(folder, "甲县人社局", wrong("50人"))
    older = filed(folder, "甲县人社局", wrong("60人"))
    older.write_text(older.read_text(encoding="utf-8").replace("2021", "2020", 1), encoding="utf-8")
    made = letters(jixiao, tmp_path / "通知", folder)
    assert list(made) == ["退回修改通知-甲县人社局.docx"]
    (only,) = made.values()
    assert "“50人”" in only
    assert "“60人”" in only


@pytest.mark.parametrize(
    "unit", ["<script>alert(1)</script>局", "=cmd|' /C calc'!A1局", "{{ 7 * 7 }}局", "甲" * 300, "../../etc/局"]
)
def test_hostile_names_are_text(jixiao: Jixiao, tmp_path: Path, unit: str) -> None:
    path = filed(tmp_path / "报送", unit, wrong(name="{% for x in y %}<w:p/>人数"))
    made = letters(jixiao, tmp_path / "通知", path)
    (name,) = made
    assert unit in made[name]
    assert "{% for x in y %}<w:p/>人数" in made[name]
    assert len(name.encode()) <= 255
    assert (tmp_path / "通知" / name).resolve().parent == (tmp_path / "通知").resolve()


def test_two_runs_give_the_same_bytes(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong())
    for out in ("一", "二"):
        letters(jixiao, tmp_path / out, path)
    one, other = ((tmp_path / out / "退回修改通知-甲县人社局.docx").read_bytes() for out in ("一", "二"))
    assert one == other


def test_an_officer_changes_words_and_parts(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong())
    own = tmp_path / "模板" / "word"
    own.mkdir(parents=True)
    listed = (ROOT / "templates" / "word" / "letter.yaml").read_text(encoding="utf-8")
    (own / "letter.yaml").write_text(listed.replace("title: 须改正的", "title: 请立即改正的"), encoding="utf-8")
    (made,) = letters(jixiao, tmp_path / "通知", path, "--templates", tmp_path / "模板").values()
    assert "请立即改正的（" in made
    (own / "letter.yaml").write_text(listed.replace("severity: [error]", "severity: [fatal]"), encoding="utf-8")
    run = jixiao("report", path, "--letters", "--templates", tmp_path / "模板", "--out", tmp_path / "不写")
    assert run.status == 3
    assert "letter.yaml" in run.err
    assert "error、warning、info" in run.err
    assert not (tmp_path / "不写").exists()


def test_a_template_of_his_own_is_taken(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong())
    own = tmp_path / "模板" / "word"
    own.mkdir(parents=True)
    shutil.copy(ROOT / "templates" / "word" / "letter.docx", own / "letter.docx")
    with ZipFile(own / "letter.docx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace("收悉".encode(), "收到".encode())
    with ZipFile(own / "letter.docx", "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    (made,) = letters(jixiao, tmp_path / "通知", path, "--templates", tmp_path / "模板").values()
    assert "收到" in made
    assert "收悉" not in made


def test_options_that_do_not_go_together(jixiao: Jixiao, tmp_path: Path) -> None:
    path = filed(tmp_path / "报送", "甲县人社局", wrong())
    for more in (["--by", "2022-04-15"], ["--letters", "--format", "html"], ["--letters", "--by", "明天"]):
        run = jixiao("report", path, "--out", tmp_path / "通知", *more)
        assert (run.status, bool(run.err)) == (2, True), more
        assert not (tmp_path / "通知").exists()
