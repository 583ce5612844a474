"""`rollup --format docx` and the first section of its page: one page that says how the year went, with what it was made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import ROOT, Jixiao

from engine.documents import package as office_package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SCORES = {"甲县水务局": ("120", "90"), "乙县水务局": ("120", "50"), "丙县水务局": ("100", "100"), "丁县水务局": ("100", "70")}
"""Target and actual of each unit's first indicator; each gave itself full marks."""


def filed(path: Path, unit: str, actual: str, target: str, *, year: int = 2021, budget: str = "100") -> None:
    rows = [
        ("产出指标", "数量指标", "培训人数", f"≥{target}人", f"{actual}人"),
        ("产出指标", "质量指标", "学员合格率", "≥90%", "92%"),
        ("效益指标", "社会效益指标", "就业率", "≥80%", "82%"),
        ("效益指标", "服务对象满意度指标", "学员满意度", "≥90%", "93%"),
    ]
    items = [
        {"level1": one, "level2": two, "name": name, "weight": "20", "score": "20", "target": wanted, "actual": had}
        for one, two, name, wanted, had in rows
    ]
    line = {"name": "年度财政资金总额", "role": "total", "money_unit": "万元", "budget": budget, "executed": "80", "score": "16"}
    form = {"kind": "project", "name": "职业培训", "budget": [line], "goals": [{"number": 1, "indicators": items}], "total": "96"}
    record = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": year, "jurisdiction": "hubei", "forms": [form]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Four units in a folder that says nothing, one more that had to file, and what three of them filed a year before."""
    for unit, (target, actual) in SCORES.items():
        filed(tmp_path / "新建文件夹" / f"{unit}.json", unit, actual, target)
    for unit in list(SCORES)[:3]:
        filed(tmp_path / "上年" / f"{unit}.json", unit, "80", "100", year=2020)
    lines = ["单位,上级", *(f"{unit},东市" for unit in [*SCORES, "戊县水务局"])]
    (tmp_path / "单位.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def package(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as held:
        return {name: held.read(name) for name in held.namelist()}


def paragraphs(path: Path) -> list[str]:
    root = office_package.parse(package(path)["word/document.xml"], str(path), "word/document.xml")
    return ["".join(t.text or "" for t in p.iter(f"{_W}t")) for p in root.iter(f"{_W}p")]


def made(jixiao: Jixiao, county: Path, name: str = "概览.docx", *more: object) -> Path:
    out = county / name
    run = jixiao("rollup", county / "新建文件夹", "--map", county / "单位.csv", "--with", county / "上年", "--out", out, *more)
    assert run.status == 0, run.err
    return out


def test_it_says_how_the_year_went(jixiao: Jixiao, county: Path) -> None:
    told = "\n".join(paragraphs(made(jixiao, county, "概览.docx", "--format", "docx")))
    assert told.startswith("东市2021年度绩效自评情况"), "the region, by the table of units"
    assert "应报5个单位，已报4个，缺1个（戊县水务局）" in told
    ranking = jixiao("rollup", county / "新建文件夹", "--ranking", "--format", "json").data
    (group,) = ranking["groups"]
    computed = [Decimal(row["computed"]) for row in group["rows"]]
    assert f"自评平均96.00分，核算平均{sum(computed) / 4:.2f}分" in told
    assert "自评高于核算的3张，低于的0张，相同的1张" in told
    assert "预算400.00万元，执行320.00万元，执行率80.00%" in told
    worst = sorted(group["rows"], key=lambda row: Decimal(row["computed"]))
    lines = told.splitlines()
    begin = lines.index("首要问题") + 1
    assert [lines[begin + 5 * n + 1] for n in range(4)] == [row["unit"] for row in worst]
    assert "两年都有得分的单位3个" in told


def test_the_commonest_problems_are_those_of_the_results(jixiao: Jixiao, county: Path) -> None:
    told = paragraphs(made(jixiao, county, "概览.docx", "--format", "docx"))
    result = jixiao("evaluate", county / "新建文件夹", "--format", "json").data
    units: dict[str, set[str]] = {}
    for problem in result["problems"]:
        if problem["severity"] != "info" and problem["certain"]:
            units.setdefault(problem["cause"], set()).update(result["forms"][n]["unit"] for n in problem["forms"])
    begin = told.index("问题（个）") + 1
    listed = [told[begin + 4 * n : begin + 4 * n + 4] for n in range(min(5, len(units)))]
    assert [int(row[1]) for row in listed] == sorted(map(len, units.values()), reverse=True)[:5]


def test_its_plots_are_drawn_from_its_numbers(jixiao: Jixiao, county: Path) -> None:
    out = made(jixiao, county, "概览.docx", "--format", "docx")
    parts = package(out)
    charts = sorted(name for name in parts if name.startswith("word/charts/"))
    assert len(charts) == 2
    for name in charts:
        root = office_package.parse(parts[name], str(out), name)
        for series in root.iter(f"{_C}ser"):
            (values,) = list(series.iter(f"{_C}numLit"))
            assert sum(int(value.text or 0) for value in values.iter(f"{_C}v")) == len(SCORES)
        assert f"/{name}".encode() in parts["[Content_Types].xml"]
    assert not any("【图" in line for line in paragraphs(out))
    assert made(jixiao, county, "又.docx", "--format", "docx").read_bytes() == out.read_bytes(), "two runs give the same bytes"


def test_the_page_begins_with_it_and_leads_to_the_forms_worst_first(jixiao: Jixiao, county: Path) -> None:
    page = made(jixiao, county, "汇总.html", "--format", "html").read_text(encoding="utf-8")
    main = page.split("<main")[1]
    assert main.index('id="leader"') < main.index('id="g1"')
    assert "东市2021年度绩效自评情况" in main
    links = re.findall(r'<a href="([^"#]+)">职业培训</a>', main)
    assert len(links) == 4
    from urllib.parse import unquote

    assert all((county / unquote(link)).is_file() for link in links)
    names = [unquote(link).split("/")[-1].removesuffix(".json") for link in links]
    assert names[0] == "乙县水务局", "the worst first"
    assert names[-1] == "丙县水务局"


def test_without_a_table_of_units_nobody_is_said_to_be_missing(jixiao: Jixiao, county: Path) -> None:
    out = county / "概览.docx"
    run = jixiao("rollup", county / "新建文件夹", "--by", "region", "--format", "docx", "--out", out)
    assert run.status == 0, run.err
    told = paragraphs(out)
    assert told[0] == "湖北省汇总（4 个单位）2021年度绩效自评情况", "not the folder's name"
    assert "没有给出单位表，应报多少、谁没有报不知道" in "".join(told)
    assert not any("与上年比" in line for line in told)


def test_a_policy_that_says_nothing_of_rolling_up_has_the_page_too(jixiao: Jixiao, county: Path) -> None:
    out = county / "概览.docx"
    run = jixiao(
        *(
            "rollup",
            county / "新建文件夹",
            "--policy",
            "central/2020",
            "--map",
            county / "单位.csv",
            "--format",
            "docx",
            "--out",
            out,
        )
    )
    assert run.status == 0, run.err
    told = "".join(paragraphs(out))
    assert "应报5个单位，已报4个，缺1个（戊县水务局）" in told
    assert "4张表自评平均96.00分" in told


HOSTILE: Mapping[str, str] = {
    "script": "<script>alert(1)</script>水务局",
    "formula": "=1+1水务局",
    "long": "长" * 200 + "局",
    "tag": "{{ x }}局",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_are_text(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    filed(tmp_path / "表" / "a.json", HOSTILE[kind], "50", "100")
    filed(tmp_path / "表" / "b.json", "乙县水务局", "60", "100", budget="别处")
    for name, form in (("o.docx", "docx"), ("o.html", "html")):
        run = jixiao("rollup", tmp_path / "表", "--by", "unit", "--format", form, "--out", tmp_path / name)
        assert run.status == 0, run.err
    assert HOSTILE[kind] in "\n".join(paragraphs(tmp_path / "o.docx"))
    assert "<script>alert" not in (tmp_path / "o.html").read_text(encoding="utf-8")


def test_a_template_that_asks_for_a_plot_there_is_none_of_is_told(tmp_path: Path, jixiao: Jixiao) -> None:
    from engine.errors import PolicyError
    from engine.templating.charts import Chart, with_charts

    data = (ROOT / "templates" / "word" / "leader.docx").read_bytes()
    chart = Chart(["优"], [("自评", [1])], "一张")
    assert b"chart1" in with_charts(data, {"得分": chart, "等级": None}, "leader.docx")
    with pytest.raises(PolicyError, match="没有“等级”这张图"):
        with_charts(data, {"得分": chart}, "leader.docx")
