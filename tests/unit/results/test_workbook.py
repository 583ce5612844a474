"""核对结果.xlsx: what stands in each sheet, as numbers where they are numbers, to be printed, and the same bytes each time."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from engine.intake.shelf import Shelf
from engine.policy.library import library
from engine.policy.model import Policy
from engine.results.model import Result, ResultConcern, ResultFinding, ResultForm, ResultIndicator
from engine.results.views import details, excel
from engine.results.views.excel import Sheet, make
from engine.results.views.form_lines import wan_of
from engine.results.views.overview import Occasion
from engine.results.views.workbook import check_workbook

EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "\x00\ud800正常", "甲" * 40_000]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Shelf(library(None)).policy("hubei/2021")


def item(name: str, where: str = "", **more: Any) -> ResultIndicator:
    out: dict[str, Any] = {
        "goal": 2,
        "name": name,
        "level1": "产出指标",
        "level2": "数量指标",
        "weight": "10",
        "target": "≥100人",
        "actual": "80人",
        "status": "scored",
        "met": "no",
        "reported": "10",
        "computed": "8.00",
        "allowed": ["8.00", "8.00"],
        "where": where or f"表.docx：表1第3行第4格（{name}）",
        "trace": {"case": "quantitative.proportional", "label": "按比例"},
    }
    return out | more  # type: ignore[return-value]


def form(name: str, unit: str = "甲局", **more: Any) -> ResultForm:
    score = {"reported": "98", "computed": "96.00", "allowed": ["96.00", "96.00"], "status": "scored"}
    out: dict[str, Any] = {
        "unit": unit,
        "fiscal_year": 2021,
        "kind": "project",
        "name": name,
        "where": f"表.docx：表1（{name}）",
        "scores": {"execution": score, "total": score},
        "grade": {"reported": "优", "computed": "优", "basis": "x#1"},
        "counts": {"indicators": 3, "met": 2, "unknown": 0, "completion_rate": "0.6666666666666666666666666667"},
        "indicators": [item("培训人数")],
        "budget": {"unit": "元", "budget": "1234567.89", "executed": "1200000", "execution_rate": "97.20"},
        "scheme": {"full_score": "100", "execution": "20", "level1": {}, "basis": "x#1"},
    }
    return out | more  # type: ignore[return-value]


def finding(subject: str, message: str = "不符。", **more: Any) -> ResultFinding:
    place = {"where": "表.docx：表1第3行第5格", "field": "actual_text", "title": "完成值原文", "value": "80人", "file": "表.docx"}
    out: dict[str, Any] = {
        "rule": "scoring.more-than-formula",
        "title": "自评得分高于规则算得的分",
        "category": "scoring",
        "severity": "error",
        "form": "培训项目",
        "subject": subject,
        "message": message,
        "advice": "更正。",
        "basis": "note-2021#2",
        "evidence": [place],
    }
    return out | more  # type: ignore[return-value]


def concern(number: int, findings: list[int], **more: Any) -> ResultConcern:
    out: dict[str, Any] = {
        "id": f"P{number}",
        "title": f"问题{number}。",
        "cause": "attained",
        "severity": "error",
        "certain": True,
        "stake": {"points": "10", "money_yuan": None},
        "forms": [0],
        "subjects": ["培训人数"],
        "findings": findings,
        "advice": "更正。",
        "key": f"k{number}",
    }
    return out | more  # type: ignore[return-value]


def result(**more: Any) -> Result:
    out: dict[str, Any] = {
        "engine": "0.1.0",
        "policy": {"id": "hubei/2021", "title": "湖北省2021年度", "status": "published", "sha256": "ab" * 32},
        "forms": [form("培训项目"), form("维修项目", "乙局", budget={"unit": "万元", "budget": "20.5", "executed": "20.5"})],
        "findings": [finding("培训人数"), finding("培训人数", "也不符。", severity="info"), finding("培训项目", "没有说明。")],
        "problems": [
            concern(1, [0, 1]),
            concern(2, [2], certain=False, forms=[0, 1], stake={"points": None, "money_yuan": "326700"}, severity="info"),
        ],
        "head": ["P1"],
        "questions": [],
        "matcher": "plain",
        "rules": [
            {"id": "a.clean", "title": "没有的", "state": "clean", "hits": 0, "reason": ""},
            {"id": "a.hit", "title": "有的", "state": "hit", "hits": 3, "reason": ""},
            {"id": "a.none", "title": "用不上的", "state": "not_applicable", "hits": 0, "reason": "没有部门表"},
            {"id": "a.left", "title": "没跑的", "state": "skipped", "hits": 0, "reason": "出错"},
        ],
    }
    return out | more  # type: ignore[return-value]


def rows(content: bytes, name: str) -> list[dict[str, Any]]:
    titles, *rest = load_workbook(BytesIO(content))[name].iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rest]


def told(content: bytes, what: str) -> list[Any]:
    return [row["内容"] for row in rows(content, "概况") if row["项目"] == what]


def test_the_sheets_and_how_they_are_printed(policy: Policy) -> None:
    book = load_workbook(BytesIO(check_workbook(result(), {policy.id: policy})))
    assert book.sheetnames == ["概况", "各表", "问题汇总", "问题明细", "得分", "规则"]
    for page in book:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9), page.title
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0), page.title
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.print_title_rows == "$1:$1"
        assert page.freeze_panes
        assert page.auto_filter.ref
        assert "&P" in page.oddFooter.center.text
        assert all(page.row_dimensions[n].height >= 16 for n in range(1, page.max_row + 1))


def test_what_it_was_made_by_and_what_comes_first(policy: Policy) -> None:
    from datetime import date

    files = [
        {"name": "表.docx", "status": "read", "forms": 2},
        {"name": "坏.pdf", "status": "failed", "forms": 0, "reason": "文件已损坏"},
        {"name": "照片.jpg", "status": "skipped", "forms": 0, "reason": "不是自评表"},
    ]
    wrong = [{"where": "坏.pdf", "message": "打不开", "expected": "PDF"}]
    made = check_workbook(result(files=files, input_problems=wrong), {policy.id: policy}, Occasion(on=date(2022, 4, 28)))
    assert told(made, "政策") == ["湖北省2021年度（hubei/2021）"]
    assert told(made, "规则的校验码（SHA-256）") == ["ab" * 32]
    assert told(made, "程序") == ["jixiao 0.1.0"]
    assert told(made, "填报日期（--on-date）") == ["2022-04-28"]
    assert told(made, "自评表") == [2]
    assert (told(made, "问题"), told(made, "其中错误"), told(made, "问题共有几处")) == ([2], [1], [3])
    assert told(made, "先要知道的 1") == ["[错误] 问题1。（甲局：培训项目；涉及 10 分；2 处）"]
    assert not told(made, "先要知道的 2")
    assert told(made, "读入") == ["表.docx"]
    assert told(made, "未读出") == ["坏.pdf：文件已损坏"]
    assert told(made, "跳过") == ["照片.jpg：不是自评表"]
    assert told(made, "读入时的问题") == ["坏.pdf：打不开；应为：PDF"]
    assert told(check_workbook(result(), {}, Occasion(["一.docx", "二.docx"])), "读入") == ["一.docx", "二.docx"]


def test_what_is_by_a_draft_or_by_nothing_says_so_first(policy: Policy) -> None:
    draft = check_workbook(result(policy={"id": "x/1", "title": "试", "status": "draft", "sha256": "00"}), {})
    assert rows(draft, "概况")[0] == {"项目": "政策", "内容": "按未经核实的草案 x/1 计分：试"}
    assert "没有适用的政策" in rows(check_workbook(result(policy=None), {}), "概况")[0]["内容"]


def test_forms_are_numbers_in_one_unit_and_the_worst_is_first(policy: Policy) -> None:
    content = check_workbook(result(), {policy.id: policy})
    first, second = rows(content, "各表")
    assert (first["单位"], first["年度"], first["自评表"]) == ("甲局", 2021, "培训项目")
    assert (first["自评总分"], first["计算总分"], first["相差"]) == (98, 96, 2)
    assert first["预算数（万元）"] == pytest.approx(123.456789)
    assert (first["执行数（万元）"], first["执行率"]) == (120, 0.972)
    assert (second["预算数（万元）"], second["执行率"]) == (20.5, None)
    assert first["完成率"] == pytest.approx(2 / 3, abs=1e-5)
    assert (first["错误"], first["警告"], first["提示"]) == (1, 0, 1)
    page = load_workbook(BytesIO(content))["各表"]
    shown = {page.cell(1, cell.column).value: cell.number_format for cell in page[2]}
    assert (shown["预算数（万元）"], shown["执行率"], shown["计算总分"]) == ("#,##0.00", "0.00%", "0.00")


def test_an_amount_without_a_known_unit_stays_as_it_is_and_says_so(policy: Policy) -> None:
    assert wan_of("5", "亿元", policy.words) == "50000"
    assert wan_of("1,5", "", policy.words) == "1,5（没有写单位）"
    assert wan_of("15", "担", policy.words) == "15（单位“担”）"
    odd = form("培训项目", budget={"unit": None, "budget": "12"})
    assert (
        rows(check_workbook(result(forms=[odd], problems=[], findings=[]), {}), "各表")[0]["预算数（万元）"] == "12（没有写单位）"
    )


def test_causes_are_counted_over_problems_forms_and_units(policy: Policy) -> None:
    (row,) = rows(check_workbook(result(), {policy.id: policy}), "问题汇总")
    assert row["问题"] == "完成情况与得分不符"  # the policy's own words for the cause
    assert (row["级别"], row["问题数"], row["其中待核实"]) == ("错误", 2, 1)
    assert (row["自评表数"], row["单位数"], row["处数"]) == (2, 2, 3)
    assert (row["涉及分值合计"], row["涉及金额合计（万元）"]) == (10, 32.67)
    (unknown,) = rows(check_workbook(result(), {}), "问题汇总")
    assert unknown["问题"] == "自评得分高于规则算得的分"


def test_a_row_a_finding_with_the_stake_of_its_problem_once(policy: Policy) -> None:
    one, two, three = rows(check_workbook(result(), {policy.id: policy}), "问题明细")
    assert [row["编号"] for row in (one, two, three)] == ["P1", "P1", "P2"]
    assert [row["涉及分值"] for row in (one, two, three)] == [10, None, None]
    assert [row["涉及金额（万元）"] for row in (one, two, three)] == [None, None, 32.67]
    assert [row["是否确定"] for row in (one, two, three)] == ["确定", "确定", "待核实"]
    assert (one["级别"], two["级别"]) == ("错误", "提示")
    assert (one["目标值"], one["完成值"], one["自评得分"], one["计算得分"]) == ("≥100人", "80人", 10, 8)
    assert one["位置"] == "目标2·数量指标·培训人数\n表.docx：表1第3行第5格"
    clause = policy.clauses["note-2021#2"]
    assert one["依据"] == f"{clause.source_title}：{clause.title}"
    assert one["条文"] == clause.text
    assert one["规则"] == "自评得分高于规则算得的分"
    assert (three["指标或事项"], three["目标值"], three["自评得分"]) == ("培训项目", None, None)
    assert [row["处理意见"] for row in (one, two, three)] == [None] * 3


def test_what_to_do_is_chosen_from_words_that_are_data(policy: Policy) -> None:
    page = load_workbook(BytesIO(check_workbook(result(), {policy.id: policy})))["问题明细"]
    (rule,) = page.data_validations.dataValidation
    column = next(cell.column_letter for cell in page[1] if cell.value == "处理意见")
    assert str(rule.sqref) == f"{column}2:{column}4"
    assert rule.formula1 == '"已改正,已说明,不改（说明理由）,需补充材料"'
    assert rule.formula1.strip('"').split(",") == list(details.handling())
    assert not rule.showErrorMessage, "something else may be written, too"


def test_words_that_a_drop_down_cannot_hold_are_refused() -> None:
    for words in (("甲,乙",), ('"甲"',), tuple(f"说明理由之{n}" for n in range(60))):
        with pytest.raises(ValueError, match="下拉"):
            make([Sheet("表", ("处理",), [], choices={0: words})])


def test_of_two_rows_of_one_name_the_one_whose_row_it_is() -> None:
    twice = [item("培训人数", "表.docx：表1第3行第4格", actual="80人"), item("培训人数", "表.docx：表1第9行第4格", actual="90人")]
    content = check_workbook(result(forms=[form("培训项目", indicators=twice)], problems=[concern(1, [0])], head=[]), {})
    assert rows(content, "问题明细")[0]["完成值"] == "80人"
    elsewhere = finding("培训人数", evidence=[{"where": "表.docx：表2第3行第5格", "field": "x", "title": "x", "value": "x"}])
    other = result(forms=[form("培训项目", indicators=twice)], findings=[elsewhere], problems=[concern(1, [0])], head=[])
    assert rows(check_workbook(other, {}), "问题明细")[0]["完成值"] is None, "which of the two is not known"
    goals = [item("人数", f"记录.json：目标{n}·数量指标·人数", goal=n, actual=f"{n}人") for n in (1, 11)]
    cell = {"where": "记录.json：目标11·数量指标·人数·实际完成值", "field": "x", "title": "x", "value": "x", "file": "记录.json"}
    other_row = {**cell, "where": "记录.json：目标2·数量指标·期数·实际完成值"}
    two = [finding("人数", evidence=[cell, other_row])]
    record = result(forms=[form("培训项目", indicators=goals)], findings=two, problems=[concern(1, [0])])
    told = rows(check_workbook(record, {}), "问题明细")[0]
    assert told["完成值"] == "11人"
    assert told["位置"] == "目标11·数量指标·人数\n记录.json：目标2·数量指标·期数·实际完成值", "its own row is said once"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (["第12行（表1第3行第4格）", "第14行（表1第3行第6格）", "第13行（表1第3行第5格）"], "第12–14行（表1第3行）"),
        (["表1第3行第4格", "表1第3行第6格", "表2第1行"], "表1第3行第4、6格、表2第1行"),
        (["第7行", "第7行", "目标表!C12"], "第7行、目标表!C12"),
        (["第3页{0}"], "第3页{0}"),
    ],
)
def test_places_as_people_read_them(where: list[str], said: str) -> None:
    evidence = [
        {"where": f"上报/表.txt：{place}", "field": "x", "title": "x", "value": "x", "file": "上报/表.txt"} for place in where
    ]
    assert list(details.places(evidence)) == [f"表.txt：{said}"]  # type: ignore[arg-type]


def test_rules_say_what_came_of_them_those_that_did_not_run_first(policy: Policy) -> None:
    found = rows(check_workbook(result(), {policy.id: policy}), "规则")
    assert [(row["规则"], row["结果"], row["处数"]) for row in found] == [
        ("没跑的", "没有核对", 0),
        ("有的", "发现问题", 3),
        ("没有的", "没有发现", 0),
        ("用不上的", "不适用", 0),
    ]
    assert found[3]["说明"] == "没有部门表"


def test_two_workbooks_are_the_same_bytes_and_say_no_time(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    first = check_workbook(result(), {policy.id: policy})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1_000_000)
    assert check_workbook(result(), {policy.id: policy}) == first
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert package.testzip() is None
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = package.read("docProps/core.xml").decode()
    assert ">jixiao</dc:creator>" in said
    assert "created" not in said
    assert "modified" not in said


def test_text_of_strangers_stays_text(policy: Policy) -> None:
    forms = [form(text, text, indicators=[item(text, target=text, actual=text)], where=text) for text in EVIL]
    found = [finding(text, text, form=text, advice=text) for text in EVIL]
    problems = [concern(n, [n], title=text, forms=[n], subjects=[text]) for n, text in enumerate(EVIL)]
    evil = result(forms=forms, findings=found, problems=problems, head=["P0"], notes=EVIL)
    for page in load_workbook(BytesIO(check_workbook(evil, {policy.id: policy}))):
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t", "＝")):
                    assert cell.quotePrefix, cell.value


def test_thousands_of_problems_take_a_bounded_time(policy: Policy) -> None:
    many = 3_000  # 10,000 problems on 1,000 forms took 6 CPU seconds
    forms = [form(f"项目{n}", f"单位{n % 300}", bundle=n, indicators=[item("培训人数")]) for n in range(many // 10)]
    found = [finding("培训人数", f"第{n}处不符，请核对。", form=f"项目{n // 10}", bundle=n // 10) for n in range(many)]
    problems = [concern(n, [n], forms=[n // 10], cause=f"c{n % 50}") for n in range(many)]
    began = time.process_time()
    content = check_workbook(result(forms=forms, findings=found, problems=problems), {policy.id: policy})
    assert time.process_time() - began < 30
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.read("xl/worksheets/sheet4.xml").count(b"<row ") == many + 1


def test_columns_that_wrap_are_made_narrower_until_a_page_holds_them() -> None:
    long = "很长的说明" * 40
    wide = Sheet("表", tuple(f"栏目{n}" for n in range(12)), [[long] * 8 + [Decimal("123456.78")] * 4] * 3)
    page = load_workbook(BytesIO(make([wide])))["表"]
    widths = [page.column_dimensions[cell.column_letter].width for cell in page[1]]
    assert sum(widths) <= 211
    assert min(widths[8:]) >= len("123456.78"), "numbers are never cut"
    lines = excel.width(long) / widths[0]
    assert page.row_dimensions[2].height >= 15 * min(lines, 25)


def test_columns_for_looking_up_are_not_printed() -> None:
    made = Sheet("表", ("甲", "乙", "丙"), [["一", "二", "三" * 50]], printed=2)
    page = load_workbook(BytesIO(make([made])))["表"]
    assert page.print_area == "'表'!$A$1:$B$2"
    assert replace(made, printed=0).printed == 0
