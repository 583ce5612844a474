"""Forms in the layout of 财预〔2020〕10号 and of Sichuan: read as a clerk would read them, by the policy the form itself tells.

The files in data/layouts are invented, and as messy as published ones. Every score was worked out by hand.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao, replace_once

LAYOUTS = ROOT / "tests" / "acceptance" / "data" / "layouts"


def evaluated(jixiao: Jixiao, name: str, policy: str) -> Any:
    """The one form of a file, judged by the policy that was found for it."""
    run = jixiao("evaluate", LAYOUTS / name, "--format", "json")
    assert run.status == 0, run.err
    assert run.data["policy"]["id"] == policy
    (form,) = run.data["forms"]
    return form


def read(jixiao: Jixiao, name: str) -> Any:
    run = jixiao("read", LAYOUTS / name)
    assert run.status == 0, run.err
    (form,) = run.data["forms"]
    return form


def text(cell: Any) -> str:
    return cell["text"] if isinstance(cell, dict) else (cell or "")


def rows(form: Any) -> list[tuple[Any, ...]]:
    """Name, 二级, weight, and the score filed and computed."""
    return [
        (i["name"], i["level2"], *(None if i[key] is None else Decimal(i[key]) for key in ("weight", "reported", "computed")))
        for i in form["indicators"]
    ]


def scores(form: Any) -> dict[str, str | None]:
    return {key: score["computed"] for key, score in form["scores"].items()}


def header(form: Any, key: str) -> list[tuple[str, str]]:
    return [(item["label"], text(item["value"])) for item in form["header"] if item.get("key") == key]


def rules(jixiao: Jixiao, name: str) -> set[tuple[str, str]]:
    run = jixiao("evaluate", LAYOUTS / name, "--format", "json")
    return {(finding["rule"], finding["subject"]) for finding in run.data["findings"]}


def test_a_central_form(jixiao: Jixiao) -> None:
    """10 × 461.72 ÷ 480.50 = 9.609; 10 × 9120 ÷ 9500 = 9.6; total 9.61 + 49.6 + 29 + 10."""
    form = evaluated(jixiao, "central-road-2022.txt", "central/2020")
    assert (form["unit"], form["fiscal_year"], form["kind"]) == ("清江市市政设施管理处", 2022, "project")
    assert form["name"] == "城市道路日常养护"
    assert rows(form) == [
        ("养护里程", "数量指标", 15, 15, 15),
        ("修补坑槽", "数量指标", 10, Decimal("9.6"), Decimal("9.6")),
        ("道路完好率", "质量指标", 15, 15, 15),
        ("汛前排查", "时效指标", 5, 5, 5),
        ("每平方米修补成本", "成本指标", 5, 5, 5),
        ("道路投诉办结率", "社会效益指标", 15, 15, 15),
        ("养护机制", "可持续影响指标", 15, 14, 14),
        ("市民满意度", "服务对象满意度指标", 10, 10, 10),
    ]
    expected = {"execution": "9.61", "产出指标": "49.60", "效益指标": "29.00", "满意度指标": "10.00", "total": "98.21"}
    assert scores(form) == expected


def test_everything_on_a_central_form_is_kept(jixiao: Jixiao) -> None:
    form = read(jixiao, "central-road-2022.txt")
    total, *details = form["budget"]
    cells = ("original", "budget", "executed", "weight", "rate", "score")
    assert [text(total.get(key)) for key in cells] == ["500.00", "480.50", "461.72", "10", "96.09%", "9.61"]
    assert [(line["name"], line["role"], text(line["budget"])) for line in details] == [
        ("其中：当年财政拨款", "detail", "460.50"),
        ("上年结转资金", "detail", "20.00"),
        ("其他资金", "detail", "0"),
    ]
    assert {line["money_unit"] for line in form["budget"]} == {"万元"}
    (goal,) = form["goals"]
    assert goal["title"] == "完成城区主次干道养护，保障道路完好、通行顺畅。"
    assert header(form, "goal_achieved") == [("实际完成情况", "完成养护里程132公里，道路完好率达96.4%。")]
    assert header(form, "total_weight") == [("总分", "100")]
    assert header(form, "department") == [("主管部门", "清江市住房和城乡建设局")]
    assert text(form["total"]) == "98.21"
    assert text(goal["indicators"][1]["reason"]) == "雨季提前，三个路段延至次年"


def test_a_messy_central_form(jixiao: Jixiao) -> None:
    """Full width, labels broken over lines, a header said again on the next page, weights as 20 %, a parent with its parts."""
    form = evaluated(jixiao, "central-training-2022.txt", "central/2020")
    assert (form["unit"], form["name"], form["fiscal_year"]) == ("清江市委党校", "基层干部能力提升培训", 2022)
    assert rows(form) == [
        ("★培训人次", "数量指标", 20, 20, 20),
        ("考核合格率", "质量指标", 20, Decimal("19.7"), Decimal("19.7")),
        ("培训完成时间", "时效指标", 10, 10, 10),
        ("干部履职能力", "社会效益指标", 30, 28, 28),
        ("参训学员满意度", "服务对象满意度指标", 10, 10, 10),
    ]
    assert scores(form)["execution"] == "9.50"
    assert scores(form)["total"] == "97.20"
    record = read(jixiao, "central-training-2022.txt")
    parts = record["goals"][0]["indicators"][0]["parts"]
    assert [(part["name"], text(part["target"]), text(part["actual"])) for part in parts] == [
        ("其中：村党组织书记", "≥300人次", "310人次"),
        ("其中：社区干部", "≥300人次", "302人次"),
    ]
    assert record["goals"][0]["title"] == "培训基层干部600人次以上"


def test_what_a_central_form_leaves_open_is_flagged(jixiao: Jixiao) -> None:
    """A score merged over two rows is nobody's own; a total of 0 above real lines is for a human; a missing weight is what
    the others leave."""
    name = "central-department-2023.txt"
    form = evaluated(jixiao, name, "central/2020")
    assert (form["unit"], form["kind"]) == ("清江市档案馆", "department")
    assert [(row[0], row[3], row[4]) for row in rows(form)] == [
        ("接收档案", None, 20),
        ("数字化扫描", None, 20),
        ("扫描合格率", None, 10),
        ("查档接待", 18, 18),
        ("开放档案", 10, 10),
        ("查档群众满意度", 10, 10),
    ]
    assert scores(form)["execution"] is None
    assert scores(form)["total"] is None
    found = rules(jixiao, name)
    assert ("notation.weight-inferred", "开放档案") in found
    assert {"arithmetic.budget-lines", "arithmetic.executed-lines"} <= {rule for rule, _ in found}


def test_a_sichuan_form(jixiao: Jixiao) -> None:
    """Signs, values and units in three columns; 10 × 36 ÷ 40 = 9; 10 × 266 ÷ 280 = 9.5; 9.5 + 39 + 24.5 + 15 + 10."""
    form = evaluated(jixiao, "sichuan-farm-2025.txt", "sichuan/2025")
    assert (form["unit"], form["fiscal_year"], form["kind"]) == ("蓉溪县农业农村局", 2025, "project")
    assert [(i["target"], i["actual"], i["computed"]) for i in form["indicators"]] == [
        ("≥3.5万亩", "3.6万亩", "15.00"),
        ("≥40公里", "36公里", "9.00"),
        ("≥95%", "97.5%", "10.00"),
        ("2025年11月底前", "2025年11月20日", "5.00"),
        ("＝5200户", "5200户", "15.00"),
        ("健全管护机制", "落实村级管护员46名，机制健全，有效运行", "9.50"),
        ("≤80元", "76元", "15.00"),
        ("≥90%", "93.4%", "10.00"),
    ]
    assert scores(form) == {
        "execution": "9.50",
        "产出指标": "39.00",
        "效益指标": "24.50",
        "成本指标": "15.00",
        "满意度指标": "10.00",
        "total": "98.00",
    }
    indicator = read(jixiao, "sichuan-farm-2025.txt")["goals"][0]["indicators"][0]
    assert (text(indicator["nature"]), text(indicator["unit"])) == ("≥", "万亩")


def test_a_messy_sichuan_form(jixiao: Jixiao) -> None:
    """A bare 1 under % may be a share and is not guessed; signs and units written twice; 效果指标; one not applicable."""
    name = "sichuan-clinic-2025.txt"
    form = evaluated(jixiao, name, "sichuan/2025")
    assert [(i["target"], i["actual"], i["status"], i["computed"]) for i in form["indicators"]] == [
        ("≧12个", "17个", "scored", "20.00"),
        ("=100%", "1", "needs_review", None),
        ("≥10%", "12%", "scored", "20.00"),
        ("/", "/", "not_applicable", None),
        ("≤10万元/个", "99000元/个", "scored", "10.00"),
        ("≥90%", "95%", "scored", "10.00"),
    ]
    assert scores(form)["execution"] == "9.90"
    assert ("target.unexplained-above-limit", "建设村卫生室") in rules(jixiao, name)


def test_what_is_not_applicable_is_left_out_of_the_total(jixiao: Jixiao, tmp_path: Path) -> None:
    """(9.9 + 20 + 20 + 20 + 10 + 10) ÷ (100 − 10) × 100 = 99.888…"""
    content = (LAYOUTS / "sichuan-clinic-2025.txt").read_text(encoding="utf-8")
    path = tmp_path / "form.txt"
    path.write_text(replace_once(content, "\t20\n\t1\n", "\t20\n\t100\n"), encoding="utf-8")
    run = jixiao("evaluate", path, "--format", "json")
    assert run.data["forms"][0]["scores"]["total"]["computed"] == "99.89"


def test_a_sichuan_department_form(jixiao: Jixiao) -> None:
    """10 × 54 ÷ 60 = 9; 10 × 399 ÷ 420 = 9.5; 15600 册 against 1.5 万册 is met."""
    form = evaluated(jixiao, "sichuan-department-2025.txt", "sichuan/2025")
    assert (form["unit"], form["kind"], form["fiscal_year"]) == ("蓉溪县图书馆", "department", 2025)
    assert [(i["target"], i["actual"], i["computed"]) for i in form["indicators"]] == [
        ("≥1.5万册", "15600册", "20.00"),
        ("≥60场次", "54场次", "9.00"),
        ("≤2‰", "1.5‰", "10.00"),
        ("全年开放", "全年开放", "10.00"),
        ("≥12万人次", "12.8万人次", "20.00"),
        ("≤35元", "34.2元", "10.00"),
        ("≥90%", "90%", "10.00"),
    ]
    assert scores(form)["total"] == "98.50"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\t132公里\n\t15\n\t15\n", "\t132公里\n\t15\n", ["养护里程", "表1第11行", "表头有9格"]),
        ("\t年度指标值\n", "\t拟做多少\n", ["拟做多少", "年度指标值"]),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(jixiao: Jixiao, tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    content = (LAYOUTS / "central-road-2022.txt").read_text(encoding="utf-8")
    path = tmp_path / "form.txt"
    path.write_text(replace_once(content, old, new), encoding="utf-8")
    run = jixiao("evaluate", path)
    assert run.status == 5
    for word in words:
        assert word in run.err


def test_a_sign_nobody_knows_is_named(jixiao: Jixiao, tmp_path: Path) -> None:
    content = (LAYOUTS / "sichuan-farm-2025.txt").read_text(encoding="utf-8")
    path = tmp_path / "form.txt"
    path.write_text(replace_once(content, "\t＝\n", "\t约\n"), encoding="utf-8")
    run = jixiao("evaluate", path)
    assert run.status == 5
    assert "（“约”）" in run.err
    assert "填 ≥、≤、= 或“定性”" in run.out


def test_a_policy_named_comes_before_the_one_found(jixiao: Jixiao, tmp_path: Path) -> None:
    """Central and Sichuan differ in the middle grade: 72 is 中 for both, 65 only for the first. A layout of another policy reads
    the form where the named policy's own does not, and the result says so."""
    run = jixiao("evaluate", LAYOUTS / "central-road-2022.txt", "--policy", "central/2020", "--format", "json")
    assert (run.status, run.data["policy"]["id"]) == (0, "central/2020")
    assert "layout" not in run.data["forms"][0]
    lent = jixiao("evaluate", LAYOUTS / "central-road-2022.txt", "--policy", "sichuan/2025", "--format", "json")
    assert (lent.status, lent.data["policy"]["id"]) == (0, "sichuan/2025")
    assert lent.data["forms"][0]["layout"] == "central/2020"
    assert any("用 central/2020 的表样读入，按 sichuan/2025 计分和核对" in note for note in lent.data["notes"])
    nothing = tmp_path / "notice.txt"
    nothing.write_text("关于开展绩效自评的通知\n各单位：\n", encoding="utf-8")
    wrong = jixiao("evaluate", nothing, "--policy", "sichuan/2025")
    assert wrong.status == 5
    assert "没有认出自评表：看上去是通知或办法" in wrong.err
    record = tmp_path / "record.json"
    record.write_text(jixiao("read", LAYOUTS / "central-road-2022.txt").out, encoding="utf-8")
    other = jixiao("evaluate", record, "--policy", "hubei/2021", "--format", "json")
    assert (other.status, other.data["policy"]["id"]) == (0, "hubei/2021")
    assert other.data["forms"][0]["scores"]["execution"]["computed"] == "19.22"  # 20 × 461.72 ÷ 480.50
