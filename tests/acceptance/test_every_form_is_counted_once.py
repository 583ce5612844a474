"""What a roll-up adds and what it does not: forms told apart, copies, versions and results named, nothing lost, nothing twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao


def row(name: str, target: str, actual: str, level2: str = "数量指标", weight: str = "80") -> dict[str, Any]:
    return {"name": name, "level1": "产出指标", "level2": level2, "weight": weight, "target": target, "actual": actual}


def form(
    unit: str, *rows: dict[str, Any], name: str = "河道整治", budget: str = "100", money: str = "万元", **more: Any
) -> dict[str, Any]:
    return {
        "kind": "project",
        "name": name,
        "unit": unit,
        "budget": [{"name": "年度财政资金总额", "money_unit": money, "budget": budget, "executed": budget}],
        "goals": [{"title": "目标", "indicators": list(rows) or [row("清淤长度", "10公里", "10公里")]}],
        **more,
    }


def save(path: Path, *forms: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"schema": "jixiao/submission/1", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": list(forms)}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def budgets(data: dict[str, Any]) -> dict[str, str]:
    return {form["name"]: form["budget"][0]["budget"]["text"] for form in data["forms"]}


def rows_of(data: dict[str, Any]) -> dict[str, tuple[str, str]]:
    rows = [item for form in data["forms"] for goal in form["goals"] for item in goal["indicators"]]
    return {item["name"]: (item.get("target", {}).get("text", ""), item["actual"]["text"]) for item in rows}


@pytest.mark.parametrize(
    "names",
    [
        ("堤防加固（一期）", "堤防加固（二期）"),
        ("堤防加固（中央资金）", "堤防加固（省级资金）"),
        ("堤防加固【上游】", "堤防加固【下游】"),
        ("召开代表大会", "代表大会"),
        ("堤防加固", "堤防加固项目"),
        ("未达标河段整治", "达标河段整治"),
        ("2.1公里渠道", "21公里渠道"),
        ("1、2期护岸", "12期护岸"),
        ("甲-1线", "甲1线"),
        ("2²渠", "22渠"),
    ],
)
def test_projects_that_differ_in_brackets_or_small_words_are_two(jixiao: Jixiao, tmp_path: Path, names: tuple[str, str]) -> None:
    for unit in ("甲县水利局", "乙县水利局"):
        for name, budget in zip(names, ("1000", "200"), strict=True):
            save(tmp_path / f"{unit}{name}.json", form(unit, name=name, budget=budget))
    run = jixiao("rollup", tmp_path, "--name", "东市", "--format", "json", "--strict")
    assert run.status == 0, run.err
    assert budgets(run.data) == {names[0]: "2000", names[1]: "400"}


def test_a_project_is_one_whether_its_title_says_so_or_not(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县水利局", name="堤防加固项目"))
    save(tmp_path / "b.json", form("乙县水利局", name="堤防加固"))
    assert list(budgets(jixiao("rollup", tmp_path, "--format", "json").data).values()) == ["200"]


@pytest.mark.parametrize("reverse", [False, True])
def test_what_stands_in_brackets_keeps_indicators_apart(jixiao: Jixiao, tmp_path: Path, reverse: bool) -> None:
    cadres, people = row("受训人次（骨干）", "20人", "20人", weight="40"), row("受训人次（村民）", "300人", "300人", weight="40")
    other = [row("受训人次(村民)", "100人", "90人", weight="40"), row("受训人次 （骨干）", "10人", "5人", weight="40")]
    save(tmp_path / "a.json", form("甲县", cadres, people))
    save(tmp_path / "b.json", form("乙县", *(reversed(other) if reverse else other)))
    found = rows_of(jixiao("rollup", tmp_path, "--format", "json").data)
    assert {name.replace("(", "（").replace(")", "）").replace(" ", ""): cells for name, cells in found.items()} == {
        "受训人次（骨干）": ("30人", "25人"),
        "受训人次（村民）": ("400人", "390人"),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("未整改问题数", "整改问题数"), ("不合格批次", "合格批次"), ("无故缺勤人数", "缺勤人数"), ("非法采砂点数量", "采砂点数量")],
)
def test_a_name_and_its_negation_are_never_added(jixiao: Jixiao, tmp_path: Path, one: str, other: str) -> None:
    save(tmp_path / "a.json", form("甲县", row(one, "9个", "9个")))
    save(tmp_path / "b.json", form("乙县", row(other, "30个", "30个")))
    run = jixiao("rollup", tmp_path, "--format", "json")
    assert rows_of(run.data) == {one: ("9个", "9个"), other: ("30个", "30个")}
    assert "名称相近" not in jixiao("rollup", tmp_path).out


def goal(title: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "indicators": list(rows)}


def test_one_name_under_two_goals_in_another_order(jixiao: Jixiao, tmp_path: Path) -> None:
    def goals(*order: tuple[str, str]) -> list[dict[str, Any]]:
        return [goal(title, row("活动场次", "10场", actual, weight="40")) for title, actual in order]

    save(tmp_path / "a.json", form("甲县", goals=goals(("丰富群众文化", "1场"), ("发展青少年体育", "2场"))))
    save(tmp_path / "b.json", form("乙县", goals=goals(("发展青少年体育", "20场"), ("丰富群众文化", "10场"))))
    run = jixiao("rollup", tmp_path, "--format", "json")
    found = {g["title"]: g["indicators"][0]["actual"]["text"] for g in run.data["forms"][0]["goals"]}
    assert found == {"丰富群众文化": "11场", "发展青少年体育": "22场"}


def test_one_name_twice_that_nothing_tells_apart_is_not_added(jixiao: Jixiao, tmp_path: Path) -> None:
    save(
        tmp_path / "a.json", form("甲县", row("活动场次", "10场", "1场", weight="40"), row("活动场次", "50场", "2场", weight="40"))
    )
    save(
        tmp_path / "b.json", form("乙县", row("活动场次", "40场", "20场", weight="40"), row("活动场次", "8场", "10场", weight="40"))
    )
    run = jixiao("rollup", tmp_path)
    assert "都分不清哪个对哪个，没有汇总" in run.out
    assert jixiao("rollup", tmp_path, "--strict").status == 5


def test_names_that_are_only_alike_are_proposed_and_a_table_joins_them(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "表" / "a.json", form("甲县", row("清理河道垃圾的数量", "10吨", "10吨")))
    save(tmp_path / "表" / "b.json", form("乙县", row("清理河道垃圾数量", "20吨", "30吨")))
    run = jixiao("rollup", tmp_path / "表", "--match-out", tmp_path / "对应.yaml")
    assert "名称相近，不能断定是同一指标，没有合成一行" in run.out
    text = (tmp_path / "对应.yaml").read_text(encoding="utf-8")
    assert text.count("待确认") == 2
    (tmp_path / "对应.yaml").write_text(text.replace("row: 清理河道垃圾的数量", "row: 清理河道垃圾数量"), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "表", "--match", tmp_path / "对应.yaml", "--format", "json")
    assert rows_of(run.data) == {"清理河道垃圾数量": ("30吨", "40吨")}


def test_the_table_as_a_workbook_is_read_back_as_it_was(jixiao: Jixiao, tmp_path: Path) -> None:
    save(
        tmp_path / "表" / "a.json",
        form(
            "甲县",
            row("受训人次（骨干）", "20人", "20人"),
            goals=[goal("甲", row("场次", "1场", "1场")), goal("乙", row("场次", "1场", "2场"))],
        ),
    )
    save(
        tmp_path / "表" / "b.json",
        form("乙县", goals=[goal("乙", row("场次", "1场", "3场")), goal("甲", row("场次", "1场", "4场"))]),
    )
    plain = jixiao("rollup", tmp_path / "表", "--format", "json", "--match-out", tmp_path / "m.xlsx")
    assert plain.status == 0, plain.err
    again = jixiao("rollup", tmp_path / "表", "--format", "json", "--match", tmp_path / "m.xlsx")
    assert rows_of(again.data) == rows_of(plain.data)
    assert budgets(again.data) == budgets(plain.data)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("place: 1", "place: 7", "没有这个单位、这张表或这一行"),
        ("unit: 甲县", "unit: 丙县", "没有“丙县”的“河道整治”这张表"),
        ("sure: 确定", "sure: 确定, method: 大概加一下", "没有“大概加一下”这种合法"),
        ("schema: jixiao/match/1", "schema: jixiao/match/9", "jixiao/match/1"),
        ("place: 1", "position: 1", "position"),
    ],
)
def test_a_line_of_the_table_that_is_wrong_is_told_with_its_place(
    jixiao: Jixiao, tmp_path: Path, old: str, new: str, told: str
) -> None:
    save(tmp_path / "表" / "a.json", form("甲县"))
    save(tmp_path / "表" / "b.json", form("乙县"))
    jixiao("rollup", tmp_path / "表", "--match-out", tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "m.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "表", "--match", tmp_path / "m.yaml")
    assert run.status == 5, run.out
    assert told in run.err
    assert "m.yaml：第" in run.err


def test_its_own_result_beside_the_forms_is_named_and_left_out(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县"))
    save(tmp_path / "b.json", form("乙县"))
    assert jixiao("rollup", tmp_path, "--format", "json", "--out", tmp_path / "上报.json").status == 0
    run = jixiao("rollup", tmp_path)
    assert "200万元" in run.out
    assert "没有计入" in run.out
    assert "上报.json" in run.out
    again = jixiao("rollup", tmp_path, "--format", "json")
    assert list(budgets(again.data).values()) == ["200"]
    assert "没有计入" in again.err


def test_a_result_beside_only_some_of_its_forms_is_refused(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县"))
    save(tmp_path / "b.json", form("乙县"))
    jixiao("rollup", tmp_path, "--format", "json", "--out", tmp_path / "上报.json", "--name", "东市")
    (tmp_path / "b.json").unlink()
    run = jixiao("rollup", tmp_path)
    assert run.status == 5
    assert "同一笔钱会加两遍" in run.err


def test_a_copy_in_another_county_is_refused(jixiao: Jixiao, tmp_path: Path) -> None:
    first = save(tmp_path / "东市" / "甲县" / "甲县水利局.json", form("甲县水利局"))
    save(tmp_path / "东市" / "乙县" / "乙县水利局.json", form("乙县水利局"))
    (tmp_path / "东市" / "乙县" / "误放.json").write_bytes(first.read_bytes())
    run = jixiao("rollup", tmp_path / "东市", "--by", "region")
    assert run.status == 5
    assert "在两个目录里" in run.err
    assert "误放.json" in run.err


def test_a_copy_in_the_same_folder_is_counted_once_and_told(jixiao: Jixiao, tmp_path: Path) -> None:
    first = save(tmp_path / "甲县水利局.json", form("甲县水利局"))
    save(tmp_path / "乙县水利局.json", form("乙县水利局"))
    (tmp_path / "甲县水利局 - 副本.json").write_bytes(first.read_bytes())
    run = jixiao("rollup", tmp_path)
    assert "200万元" in run.out
    assert "与另一份完全相同，只计一次" in run.out


def test_a_unit_in_another_county_s_folder_is_refused(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "东市" / "甲县" / "a.json", form("甲县水利局"))
    save(tmp_path / "东市" / "甲县" / "b.json", form("东市乙县水利局"))
    save(tmp_path / "东市" / "乙县" / "c.json", form("乙县教育局"))
    run = jixiao("rollup", tmp_path / "东市", "--by", "region")
    assert run.status == 5
    assert "“东市乙县水利局”放在“甲县”的目录里，按名称是“乙县”的" in run.err


def test_two_versions_are_refused_and_the_newer_is_named(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县", filled_on="2022年3月1日"))
    save(tmp_path / "a_最终版2.json", form("甲县", row("清淤长度", "10公里", "9公里"), filled_on="2022年4月20日"))
    save(tmp_path / "b.json", form("乙县"))
    run = jixiao("rollup", tmp_path)
    assert run.status == 5
    assert "有两份" in run.err
    assert "较新的是" in run.err
    assert "a_最终版2.json）" in run.err


@pytest.mark.parametrize("options", [("--by", "region"), ()])
def test_one_short_name_in_two_counties_is_two_units(jixiao: Jixiao, tmp_path: Path, options: tuple[str, ...]) -> None:
    save(tmp_path / "甲县" / "水利局.json", form("水利局", row("清淤长度", "10公里", "10公里")))
    save(tmp_path / "乙县" / "水利局.json", form("水利局", row("清淤长度", "10公里", "4公里")))
    run = jixiao("rollup", tmp_path, *options, "--format", "json")
    assert run.status == 0, run.err
    assert rows_of(run.data)["清淤长度"] == ("20公里", "14公里")
    judged = jixiao("evaluate", tmp_path)
    assert "出现了两次" not in judged.out
    assert "共 2 组" in judged.out
    assert "按不同的单位核对" in judged.out


def test_a_unit_without_funds_is_told_where_a_mean_hides_it(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县", row("完好率", "≥90%", "95%")))
    save(tmp_path / "b.json", form("乙县", row("完好率", "≥90%", "20%"), budget="0"))
    run = jixiao("rollup", tmp_path)
    assert "乙县 的资金额度为 0" in run.out
    assert "20%（乙县）" in run.out
    assert jixiao("rollup", tmp_path, "--strict").status == 5


@pytest.mark.parametrize(
    ("name", "values", "target", "made"),
    [
        ("群众满意度", ("92分", "80分"), "≥90分", "86分"),
        ("家庭医生签约服务率", ("92.5", "80.5"), "≥80", "86.5"),
        ("PM2.5年均浓度", ("40微克/立方米", "50微克/立方米"), "≤45微克/立方米", "45微克/立方米"),
        ("每千人床位数", ("6张", "4张"), "≥5张", "5张"),
        ("审批办结时限", ("3工作日", "5工作日"), "≤5工作日", ""),
        ("设备使用年限", ("8年", "10年"), "≥8年", ""),
        ("水质等级", ("2级", "3级"), "≤3级", ""),
        ("环境评分", ("92", "80"), "≥80", ""),
        ("补贴标准", ("500元", "480元"), "500元", ""),
        ("服务质量", ("95", "93"), "95", ""),
        ("开展巡河次数", ("95次", "93次"), "95次", "188次"),
        ("培训学时", ("95学时", "93学时"), "95学时", "188学时"),
    ],
)
def test_what_looks_relative_is_averaged_or_asked_never_summed(
    jixiao: Jixiao, tmp_path: Path, name: str, values: tuple[str, str], target: str, made: str
) -> None:
    for unit, value in zip(("甲县", "乙县"), values, strict=True):
        save(tmp_path / f"{unit}.json", form(unit, row(name, target, value)))
    run = jixiao("rollup", tmp_path, "--format", "json")
    assert rows_of(run.data)[name][1] == made
    if not made:
        assert "可能是相对值" in jixiao("rollup", tmp_path).out


@pytest.mark.parametrize(
    ("target", "values", "made"),
    [
        (("100%", "全覆盖"), ("90%", "全覆盖"), "95%"),
        (("0起", "无"), ("1起", "无"), "1起"),
        (("2021年12月31日前", "2021年12月底前"), ("2021年11月", "2021年12月"), "2021年12月"),
    ],
)
def test_words_and_dates_that_say_the_same_are_no_obstacle(
    jixiao: Jixiao, tmp_path: Path, target: tuple[str, str], values: tuple[str, str], made: str
) -> None:
    for unit, aim, value in zip(("甲县", "乙县"), target, values, strict=True):
        save(tmp_path / f"{unit}.json", form(unit, row("覆盖情况", aim, value)))
    found = rows_of(jixiao("rollup", tmp_path, "--format", "json").data)["覆盖情况"]
    assert found[1] == made
    assert found[0]


def test_a_share_beside_percentages_is_not_guessed(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县", row("达标率", "0.9", "0.92")))
    save(tmp_path / "b.json", form("乙县", row("达标率", "≥90%", "80%")))
    run = jixiao("rollup", tmp_path)
    assert "说的是 92% 还是 0.92%" in run.out


def test_a_record_changed_by_hand_is_what_it_says(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "下" / "a.json", form("甲县", row("清淤长度", "100公里", "100公里")))
    save(tmp_path / "下" / "b.json", form("乙县", row("清淤长度", "50公里", "50公里")))
    save(tmp_path / "上" / "西市.json", form("西市", row("清淤长度", "10公里", "10公里")))
    jixiao("rollup", tmp_path / "下", "--format", "json", "--name", "东市", "--out", tmp_path / "上" / "东市.json")
    text = (tmp_path / "上" / "东市.json").read_text(encoding="utf-8")
    assert text.count('"150公里"') == 2
    (tmp_path / "上" / "东市.json").write_text(text.replace('"text": "150公里"', '"text": "160公里"'), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "上", "--format", "json")
    assert rows_of(run.data)["清淤长度"] == ("170公里", "170公里")
    assert "汇总以后改过" in json.dumps(run.data, ensure_ascii=False)


def test_money_is_written_in_the_unit_most_use(jixiao: Jixiao, tmp_path: Path) -> None:
    for n, unit in enumerate(("甲县", "乙县", "丙县")):
        save(tmp_path / f"{n}.json", form(unit, budget="10982.88"))
    save(tmp_path / "丁.json", form("丁县", budget="12345", money="元"))
    line = jixiao("rollup", tmp_path, "--format", "json").data["forms"][0]["budget"][0]
    assert (line["budget"]["text"], line["money_unit"]) == ("32949.8745", "万元")


def test_a_mean_below_its_target_is_never_printed_as_the_target(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县", row("达标率", "≥90%", "90%"), budget="99999"))
    save(tmp_path / "b.json", form("乙县", row("达标率", "≥90%", "89%"), budget="1"))
    assert rows_of(jixiao("rollup", tmp_path, "--format", "json").data)["达标率"][1] == "89.99999%"
    assert "0/1" in jixiao("rollup", tmp_path).out


def test_two_forms_that_say_the_same_under_two_names_are_told(jixiao: Jixiao, tmp_path: Path) -> None:
    rows = [row(f"事项{n}", "10件", "9件", weight="20") for n in "甲乙丙丁"]
    save(tmp_path / "a.json", form("甲县", *rows, name="河道整治"))
    save(tmp_path / "b.json", form("甲县", *rows, name="河道整治工程"))
    save(tmp_path / "c.json", form("乙县", *rows, name="河道整治"))
    assert "除名称外完全相同" in jixiao("rollup", tmp_path).out


def test_units_regions_and_one_project_across_units_are_ranked(jixiao: Jixiao, tmp_path: Path) -> None:
    def filed(city: str, unit: str, name: str, budget: str, actual: str, year: int = 2021) -> None:
        path = tmp_path / str(year) / city / f"{unit}{name}.json"
        save(path, form(unit, row("清淤长度", "100公里", actual), name=name, budget=budget))
        if year != 2021:
            path.write_text(
                path.read_text(encoding="utf-8").replace('"fiscal_year": 2021', f'"fiscal_year": {year}'), encoding="utf-8"
            )

    filed("东市", "甲县水利局", "河道整治", "300", "100公里")
    filed("东市", "甲县水利局", "堤防加固", "100", "50公里")
    filed("西市", "乙县水利局", "河道整治", "50", "90公里")
    filed("西市", "丙县水利局", "河道整治", "50", "按有关要求办理")
    filed("东市", "甲县水利局", "河道整治", "300", "50公里", 2020)
    filed("东市", "甲县水利局", "堤防加固", "100", "50公里", 2020)
    paths = (tmp_path / "2021", "--by", "region", "--ranking", "--with", tmp_path / "2020")
    data = jixiao("rollup", *paths, "--format", "json").data
    units = {item["name"]: item for item in data["by_unit"]}
    assert [item["name"] for item in data["by_unit"]] == ["乙县水利局", "甲县水利局", "丙县水利局"]
    assert units["甲县水利局"]["score"] == "90.00"  # (100 × 300 ＋ 60 × 100) ÷ 400
    assert (units["甲县水利局"]["last"], units["甲县水利局"]["change"]) == ("60.00", "30.00")
    assert (units["丙县水利局"]["rank"], units["丙县水利局"]["score"]) == (None, None)
    assert units["丙县水利局"]["allowed"]
    assert [(item["name"], item["rank"], item["units"]) for item in data["by_region"]] == [("东市", 1, 1), ("西市", None, 2)]
    assert [(item["project"], len(item["rows"])) for item in data["by_project"]] == [("河道整治", 3)]
    shown = jixiao("rollup", *paths).out
    for title in ("地区排名", "单位排名", "同一项目在各单位", "+30.00"):
        assert title in shown
    page = jixiao("rollup", *paths, "--format", "html").out
    assert "单位排名" in page


@pytest.mark.parametrize("by", [("--by", "region"), (), ("--by", "unit")])
def test_two_versions_in_two_folders_are_no_two_units(jixiao: Jixiao, tmp_path: Path, by: tuple[str, ...]) -> None:
    save(tmp_path / "初稿" / "甲县水利局.json", form("甲县水利局", row("清淤长度", "10公里", "9公里")))
    save(tmp_path / "定稿" / "甲县水利局.json", form("甲县水利局"))
    save(tmp_path / "定稿" / "乙县水利局.json", form("乙县水利局", budget="200"))
    run = jixiao("rollup", tmp_path, *by)
    assert run.status == 5, run.out
    assert "在两个目录里各有一份" in run.err


def test_a_unit_of_a_county_without_a_folder_is_not_put_under_another(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "东市" / "乙县" / "a.json", form("丙县水利局"))
    save(tmp_path / "东市" / "乙县" / "b.json", form("城市管理局"))
    save(tmp_path / "东市" / "甲县" / "c.json", form("甲县水利局"))
    run = jixiao("rollup", tmp_path / "东市", "--by", "region")
    assert run.status == 5
    assert "“丙县水利局”放在“乙县”的目录里，按名称是“丙县”的" in run.err
    assert "城市管理局" not in run.err


def test_the_form_of_the_one_rolled_up_to_is_not_added(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县"))
    save(tmp_path / "b.json", form("乙县", budget="200"))
    save(tmp_path / "own.json", form("东市", budget="300"))
    run = jixiao("rollup", tmp_path, "--name", "东市")
    assert "300万元" in run.out
    assert "600万元" not in run.out
    assert "本级自己的表" in run.out


@pytest.mark.parametrize(("values", "made"), [(("2件/万人", "4件/万人"), "3件/万人"), (("2吨/万元", "4吨/万元"), "3吨/万元")])
def test_a_scale_in_a_unit_is_no_scale_of_the_number(jixiao: Jixiao, tmp_path: Path, values: tuple[str, str], made: str) -> None:
    for unit, value in zip(("甲县", "乙县"), values, strict=True):
        save(tmp_path / f"{unit}.json", form(unit, row("案件比", "≤" + values[1], value)))
    assert rows_of(jixiao("rollup", tmp_path, "--format", "json").data)["案件比"][1] == made


@pytest.mark.parametrize("name", ["日均客流量", "单位面积造价", "亩均投入", "万元GDP能耗"])
def test_averages_by_name_are_not_summed(jixiao: Jixiao, tmp_path: Path, name: str) -> None:
    for unit, value in (("甲县", "120"), ("乙县", "80")):
        save(tmp_path / f"{unit}.json", form(unit, row(name, f"{int(value) + 7}元", f"{value}元")))
    assert rows_of(jixiao("rollup", tmp_path, "--format", "json").data)[name][1] == "100元"


def test_two_indicators_of_one_form_in_one_row_are_worth_both(jixiao: Jixiao, tmp_path: Path) -> None:
    for unit in ("甲县", "乙县"):
        rows = (row("清理垃圾", "≥10吨", "10吨", weight="40"), row("清理淤泥", "≥10吨", "5吨", weight="40"))
        save(tmp_path / "表" / f"{unit}.json", form(unit, *rows))
    jixiao("rollup", tmp_path / "表", "--match-out", tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    (tmp_path / "m.yaml").write_text(text.replace("row: 清理淤泥", "row: 清理垃圾"), encoding="utf-8")
    data = jixiao("rollup", tmp_path / "表", "--match", tmp_path / "m.yaml", "--format", "json").data
    (made,) = data["forms"][0]["goals"][0]["indicators"]
    assert (made["actual"]["text"], made["weight"]["text"], made["score"]["text"]) == ("30吨", "80", "60.00")


def test_a_sign_nobody_sees_is_no_part_of_a_name(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县", name="河道\u200b整治"))
    save(tmp_path / "b.json", form("乙县", name="河道整治"))
    assert list(budgets(jixiao("rollup", tmp_path, "--format", "json").data).values()) == ["200"]


def test_a_version_in_a_county_s_folder_is_a_version_whatever_another_county_has(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "甲县" / "水利局.json", form("水利局"))
    save(tmp_path / "甲县" / "修改稿" / "水利局.json", form("水利局", budget="107"))
    save(tmp_path / "乙县" / "水利局.json", form("水利局", budget="200"))
    for options in (("--by", "region"), ()):
        run = jixiao("rollup", tmp_path, *options)
        assert run.status == 5, run.out
        assert "修改稿" in run.err


def test_a_share_that_was_rolled_up_is_no_percentage_above(jixiao: Jixiao, tmp_path: Path) -> None:
    for city, unit, target, value in (
        ("东市", "甲局", "≥0.9", "0.92"),
        ("东市", "乙局", "≥0.9", "0.92"),
        ("西市", "丙局", "≥90%", "80%"),
    ):
        save(tmp_path / city / f"{unit}.json", form(unit, row("达标率", target, value)))
    for options in (("--by", "region"), ("--by", "unit")):
        data = jixiao("rollup", tmp_path, *options, "--format", "json").data
        assert rows_of(data)["达标率"][1] == ""


def test_a_project_of_the_city_that_no_county_has_is_counted(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "东市" / "甲县.json", form("甲县"))
    save(tmp_path / "东市" / "东市.json", form("东市", name="塘坝", budget="50"))
    save(tmp_path / "西市" / "乙县.json", form("乙县"))
    run = jixiao("rollup", tmp_path, "--by", "region", "--format", "json")
    assert run.status == 0, run.err
    assert budgets(run.data) == {"河道整治": "200", "塘坝": "50"}


def test_records_of_levels_beside_the_result_are_left_out(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "东市" / "甲县" / "a.json", form("甲县水利局"))
    save(tmp_path / "东市" / "乙县" / "b.json", form("乙县水利局"))
    paths = (tmp_path / "东市", "--by", "region")
    out = tmp_path / "东市" / "东市汇总.json"
    assert jixiao("rollup", *paths, "--format", "json", "--out", out, "--levels", tmp_path / "东市" / "各级").status == 0
    run = jixiao("rollup", *paths)
    assert run.status == 0, run.err
    assert "200万元" in run.out
    assert "东市汇总.json" in run.out


def test_an_office_in_another_county_is_its_own_county_s(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "甲县" / "a.json", form("甲县驻乙县办事处"))
    save(tmp_path / "乙县" / "b.json", form("乙县水利局"))
    assert jixiao("rollup", tmp_path, "--by", "region").status == 0


def test_a_missing_amount_spent_is_told(jixiao: Jixiao, tmp_path: Path) -> None:
    other = form("乙县")
    other["budget"][0]["executed"] = ""
    save(tmp_path / "a.json", form("甲县"), other)
    run = jixiao("rollup", tmp_path)
    assert "1 处没有执行数（乙县）" in run.out


def test_what_is_wrong_is_said_beside_a_file_too(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "表" / "a.json", form("甲县", row("完好率", "≥90%", "95%")))
    save(tmp_path / "表" / "b.json", form("乙县", row("完好率", "≥90%", "20%"), budget="0"))
    run = jixiao("rollup", tmp_path / "表", "--format", "json", "--out", tmp_path / "o.json")
    assert "汇总发现错误 1 处" in run.err


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--format", "xlsx", "--out"), "汇总.xlsx"),
        (("--format", "html", "--out"), "汇总.html"),
        (("--format", "docx", "--out"), "概览.docx"),
        (("--format", "table", "--out"), "汇总.txt"),
        (("--ranking", "--format", "json", "--out"), "排名.json"),
        (("--match-out",), "对应.yaml"),
        (("--match-out",), "对应.xlsx"),
    ],
)
def test_what_it_wrote_itself_is_passed_over(jixiao: Jixiao, tmp_path: Path, options: tuple[str, ...], name: str) -> None:
    save(tmp_path / "a.json", form("甲县"))
    save(tmp_path / "b.json", form("乙县"))
    assert jixiao("rollup", tmp_path, *options, tmp_path / name).status == 0
    run = jixiao("rollup", tmp_path)
    assert run.status == 0, run.err
    assert "200万元" in run.out
    assert name in run.err
    assert "不是自评表" in run.err


def test_a_form_that_the_table_says_is_not_counted_is_not(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "表" / "a.json", form("甲县"))
    save(tmp_path / "表" / "b.json", form("乙县", budget="200"))
    save(tmp_path / "表" / "c.json", form("丙县", budget="400"))
    jixiao("rollup", tmp_path / "表", "--match-out", tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "unit: 乙县" in line and "status" in line)
    (tmp_path / "m.yaml").write_text(text.replace(line, line.replace("计入", "不计入")), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "表", "--match", tmp_path / "m.yaml")
    assert run.status == 0, run.err
    assert "500万元" in run.out
    assert "对应表写明不计入" in run.out


def test_the_table_read_back_as_it_was_written_changes_nothing(jixiao: Jixiao, tmp_path: Path) -> None:
    first = save(tmp_path / "表" / "a.json", form("甲县"))
    (tmp_path / "表" / "副本.json").write_bytes(first.read_bytes())
    save(tmp_path / "表" / "b.json", form("乙县", budget="200"))
    save(tmp_path / "表" / "own.json", form("东市", budget="310"))
    for name in ("m.yaml", "m.xlsx"):
        plain = jixiao("rollup", tmp_path / "表", "--name", "东市", "--match-out", tmp_path / name)
        again = jixiao("rollup", tmp_path / "表", "--name", "东市", "--match", tmp_path / name)
        assert (again.status, again.out) == (plain.status, plain.out), again.err
    assert "本级自己的表" in plain.out


def test_a_result_of_others_of_the_same_names_is_no_result_of_these(jixiao: Jixiao, tmp_path: Path) -> None:
    below = tmp_path / "下"
    save(below / "a.json", form("水务局", budget="1000"))
    save(below / "b.json", form("教育局", budget="2000"))
    (tmp_path / "省" / "东市").mkdir(parents=True)
    made = tmp_path / "省" / "东市" / "东市.json"
    assert jixiao("rollup", below, "--name", "东市", "--format", "json", "--out", made).status == 0
    save(tmp_path / "省" / "西市" / "a.json", form("水务局", budget="100"))
    save(tmp_path / "省" / "西市" / "b.json", form("教育局", budget="200"))
    run = jixiao("rollup", tmp_path / "省", "--by", "region", "--format", "json")
    assert run.status == 0, run.err
    assert budgets(run.data) == {"河道整治": "3300"}


@pytest.mark.parametrize("by", ["unit", "region"])
def test_a_result_of_units_of_one_name_is_known_again(jixiao: Jixiao, tmp_path: Path, by: str) -> None:
    save(tmp_path / "甲县" / "a.json", form("水务局", budget="100"))
    save(tmp_path / "乙县" / "b.json", form("水务局", budget="200"))
    options = (tmp_path, "--by", by, "--format", "json")
    assert budgets(jixiao("rollup", *options).data) == {"河道整治": "300"}
    assert jixiao("rollup", tmp_path, "--by", "unit", "--format", "json", "--out", tmp_path / "汇总.json").status == 0
    assert budgets(jixiao("rollup", *options).data) == {"河道整治": "300"}


def test_a_region_s_own_form_is_not_ranked_twice_and_units_of_one_name_are_two(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "东市" / "甲县" / "own.json", form("甲县", budget="30"))
    save(tmp_path / "东市" / "甲县" / "a.json", form("水务局", budget="10"))
    save(tmp_path / "东市" / "乙县" / "b.json", form("水务局", row("清淤长度", "10公里", "5公里"), budget="20"))
    data = jixiao("rollup", tmp_path / "东市", "--by", "region", "--ranking", "--format", "json").data
    assert data["units"] == 3
    rows = {item["name"]: (item["forms"], item["funds"]) for item in data["by_region"]}
    assert rows == {"甲县": (1, "100000"), "乙县": (1, "200000")}
    assert {item["name"] for item in data["by_unit"]} == {"甲县", "水务局（甲县）", "水务局（乙县）"}


def test_a_form_of_one_of_two_units_of_one_name_may_be_left_out_and_the_ranking_follows(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "表" / "甲县" / "a.json", form("水务局", budget="100"))
    save(tmp_path / "表" / "乙县" / "b.json", form("水务局", budget="200"))
    jixiao("rollup", tmp_path / "表", "--by", "region", "--match-out", tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "乙县" in line and "status" in line)
    (tmp_path / "m.yaml").write_text(text.replace(line, line.replace("计入", "不计入")), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "表", "--by", "region", "--match", tmp_path / "m.yaml", "--format", "json")
    assert run.status == 0, run.err
    assert budgets(run.data) == {"河道整治": "100"}
    ranked = jixiao("rollup", tmp_path / "表", "--by", "region", "--match", tmp_path / "m.yaml", "--ranking", "--format", "json")
    assert [item["name"] for item in ranked.data["by_unit"]] == ["水务局（甲县）"]


@pytest.mark.parametrize(("city", "unit"), [("荆州市", "沙市区水务局"), ("京山市", "新市镇财政所"), ("津市市", "津市市水务局")])
def test_names_of_places_that_hold_another_ending_are_whole(jixiao: Jixiao, tmp_path: Path, city: str, unit: str) -> None:
    save(tmp_path / city / "a.json", form(unit))
    save(tmp_path / "东市" / "b.json", form("东市水务局"))
    assert jixiao("rollup", tmp_path, "--by", "region").status == 0


@pytest.mark.parametrize("place", ["①", "²", "0" * 5000 + "1"])
def test_a_place_that_is_no_number_is_told(jixiao: Jixiao, tmp_path: Path, place: str) -> None:
    from openpyxl import load_workbook

    save(tmp_path / "表" / "a.json", form("甲县"))
    save(tmp_path / "表" / "b.json", form("乙县"))
    jixiao("rollup", tmp_path / "表", "--match-out", tmp_path / "m.xlsx")
    book = load_workbook(tmp_path / "m.xlsx")
    book["指标"]["E2"] = place
    book.save(tmp_path / "m.xlsx")
    run = jixiao("rollup", tmp_path / "表", "--match", tmp_path / "m.xlsx")
    assert run.status == 5
    assert "表上第几个" in run.err


def test_a_small_change_by_hand_of_a_large_number_is_seen(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "下" / "a.json", form("甲县", row("受益人数", "100000人", "123456人")))
    save(tmp_path / "上" / "b.json", form("西市", row("受益人数", "1人", "1人")))
    out = tmp_path / "上" / "东市.json"
    jixiao("rollup", tmp_path / "下", "--by", "unit", "--name", "东市", "--format", "json", "--out", out)
    out.write_text(out.read_text(encoding="utf-8").replace('"text": "123456人"', '"text": "123480人"'), encoding="utf-8")
    run = jixiao("rollup", tmp_path / "上", "--format", "json")
    assert rows_of(run.data)["受益人数"][1] == "123481人"
    assert "汇总以后改过" in json.dumps(run.data, ensure_ascii=False)


def test_a_broken_workbook_stops_no_other_file(jixiao: Jixiao, tmp_path: Path) -> None:
    save(tmp_path / "a.json", form("甲县"))
    jixiao("rollup", tmp_path, "--format", "xlsx", "--out", tmp_path / "x.xlsx")
    content = bytearray((tmp_path / "x.xlsx").read_bytes())
    at = content.index(b"docProps/core.xml") + len(b"docProps/core.xml")
    content[at : at + 40] = bytes(40)
    (tmp_path / "x.xlsx").write_bytes(bytes(content))
    run = jixiao("evaluate", tmp_path)
    assert run.status in (0, 5)
    assert "甲县" in run.out
