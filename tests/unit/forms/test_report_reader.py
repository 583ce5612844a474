"""The report before a form: sections, unmet indicators, and what the text says in so many words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from layouts import layout_of

from engine.documents.model import Block, Table, TableCell
from engine.documents.text import read, read_text
from engine.errors import Place
from engine.forms.model import Layout
from engine.forms.reader import read_forms
from engine.forms.report import FiledReport, read_report
from engine.submission.model import Doubt, Form

ROOT = Path(__file__).parents[3]


def hubei() -> Layout:
    return layout_of("hubei/2021")


@cache
def seed() -> tuple[Form, ...]:
    return read_forms(read(ROOT / "examples" / "hubei-gcc-2021.txt", file="seed.txt"), hubei())


def report(text: str) -> tuple[FiledReport, list[Doubt]]:
    doubts: list[Doubt] = []
    return read_report(read_text(text, "f.txt").blocks, hubei(), doubts), doubts


def said(form: Form) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for statement in form.statements:
        found.setdefault(statement.key, []).append(dict(statement.fields))
    return found


def test_sections_of_the_seed() -> None:
    keys = [(section.depth, section.key) for section in seed()[0].report]
    assert keys == [
        (1, ""),
        (1, "score"),
        (1, ""),
        (2, "execution"),
        (2, "met"),
        (2, "unmet"),
        (1, "problems"),
        (2, "problem"),
        (2, "problem"),
        (2, "problem"),
        (1, "remedies"),
        (2, "remedies"),
        (2, "budget_use"),
    ]


def test_heading_and_text_on_one_line() -> None:
    first = next(section for section in seed()[0].report if section.key == "problem")
    assert first.heading == "（一）项目少数指标年初绩效目标值设计保守，缺乏挑战性"
    assert first.paragraphs[0].text.startswith("如民营经济服务工作经费项目")
    remedies = [section for section in seed()[1].report if section.key == "remedies"][1]
    assert remedies.heading == "（一）下一步改进措施"


def test_headings_by_parts() -> None:
    first = "第一部分 自评结论\n自评得分100分，等级为优。\n"
    result, _ = report(f"2021年度某经费自评报告\n{first}第二部分：存在的问题\n无\n第三部分工作全部完成，没有问题。\n")
    assert [(s.depth, s.key, s.heading) for s in result.sections[1:]] == [
        (1, "score", "第一部分 自评结论"),
        (1, "problems", "第二部分：存在的问题"),
    ]
    assert [(s.key, dict(s.fields)) for s in result.statements] == [("total_score", {"score": "100"}), ("grade", {"grade": "优"})]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("综合评分为99分", "99"),
        ("本项目综合得分为99.5分", "99.5"),
        ("自评总分为98分", "98"),
        ("绩效自评得分为88.34分", "88.34"),
        ("自评综合评分：97分", "97"),
        ("自评结果总分是９６分", "９６"),
        ("产出指标综合得分为40分", None),
        ("自评满分为100分", None),
        ("自评分值3分", None),
    ],
)
def test_ways_to_say_the_total_score(text: str, score: str | None) -> None:
    result, _ = report(f"一、自评得分\n我单位，{text}。\n")
    found = [dict(s.fields)["score"] for s in result.statements if s.key == "total_score"]
    assert found == ([score] if score else [])


@pytest.mark.parametrize(
    ("text", "grade"), [("自评等级为“良”", "良"), ("自评得分90分，等级为优", "优"), ("评价等次：中", "中"), ("风险等级为中", None)]
)
def test_ways_to_say_the_grade(text: str, grade: str | None) -> None:
    result, _ = report(f"一、自评得分\n{text}。\n")
    found = [dict(s.fields)["grade"] for s in result.statements if s.key == "grade"]
    assert found == ([grade] if grade else [])


def test_unmet_rows_of_the_seed() -> None:
    department = seed()[0]
    assert [(row.level2, row.name) for row in department.unmet] == [
        ("数量指标", "召开省外商会会长会议"),
        ("数量指标", "组织商会培训"),
        ("数量指标", "主席、常委和执委会议数量"),
        ("数量指标", "主席、常委和执委会议人数"),
        ("数量指标", "国外商会、社团互访次数"),
        ("质量指标", "直属商会会员注册率"),
    ]
    last = department.unmet[-1]
    assert last.target
    assert last.actual
    assert (last.target.text, last.actual.text) == ("80%", "58.67%")
    assert [len(form.unmet) for form in seed()] == [6, 0, 0, 0]


def test_reason_of_two_rows_is_carried_down_with_its_own_place() -> None:
    third, fourth = seed()[0].unmet[2:4]
    assert third.reason == fourth.reason
    assert fourth.reason
    assert fourth.reason.place.line == 37


def test_statements_of_the_department() -> None:
    found = said(seed()[0])
    assert found["total_score"] == [{"score": "96.82"}]
    assert found["execution_score"] == [{"score": "20"}]
    assert found["level1_score"] == [{"level1": "产出指标", "score": "36.82"}, {"level1": "效益指标", "score": "40"}]
    assert found["grade"] == [{"grade": "优"}]
    assert found["original_budget"] == [{"amount": "3,263.05", "unit": "万元"}]
    assert found["budget_adjustment"] == [{"direction": "调整", "amount": "16.26", "unit": "万元"}]
    assert found["adjusted_budget"] == [{"amount": "3,279.31", "unit": "万元"}]
    assert found["executed"] == [{"amount": "3,279.31", "unit": "万元"}]
    assert found["execution_rate"] == [{"rate": "100%"}]
    assert found["goals"] == [{"count": "9"}]
    assert found["indicators"] == [{"count": "40"}]
    assert found["indicators_met"] == [{"count": "34"}]
    assert found["completion_rate"] == [{"rate": "85.00%"}]
    assert found["indicators_unmet"] == [{"count": "6"}]
    assert found["results_used_for"] == [{"year": "2022"}]
    assert found["project_completion"] == [
        {"project": "民营经济服务工作经费", "count": "25", "met": "24"},
        {"project": "商协会管理工作经费", "count": "7", "met": "3", "rate": "42.86%"},
    ]
    assert {"name": "平台注册用户", "target": "8万人", "actual": "38.2万人"} in found["indicator_values"]
    assert {"qualifier": "近", "value": "80", "unit": "人"} in found["approximate_quantity"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, ("88.34", "19.53", "良", "330.00", "压减", "107.30", "222.70", "217.52", "97.67%", "7", "3")),
        (2, ("98.2", "19.2", "优", "658.82", "压减", "119.36", "539.46", "517.89", "96.00%", "25", "24")),
        (3, ("99.59", "19.59", "优", "299.18", "压减", "10.00", "289.18", "283.26", "97.95%", "4", "4")),
    ],
)
def test_statements_of_the_projects(number: int, expected: tuple[str, ...]) -> None:
    found = said(seed()[number])
    names = (
        ("total_score", "score"),
        ("execution_score", "score"),
        ("grade", "grade"),
        ("original_budget", "amount"),
        ("budget_adjustment", "direction"),
        ("budget_adjustment", "amount"),
        ("adjusted_budget", "amount"),
        ("executed", "amount"),
        ("execution_rate", "rate"),
        ("indicators", "count"),
        ("indicators_met", "count"),
    )
    assert tuple(found[key][0][group] for key, group in names) == expected
    assert all(len(found[key]) == 1 for key, _ in names)


def test_year_the_results_are_used_for() -> None:
    assert said(seed()[2])["results_used_for"] == [{"year": "2021"}]


def test_a_statement_knows_its_section_text_and_place() -> None:
    statement = next(s for s in seed()[0].statements if s.key == "total_score")
    assert (statement.section, statement.text, statement.place.line) == ("score", "自评得分为96.82分", 6)


def test_text_before_the_first_heading_is_a_section_without_a_key() -> None:
    result, doubts = report("2021年度某经费\n项目自评结果\n一、自评得分\n正文\n")
    assert [(s.key, s.heading, [p.text for p in s.paragraphs]) for s in result.sections] == [
        ("", "2021年度某经费", ["项目自评结果"]),
        ("score", "一、自评得分", ["正文"]),
    ]
    assert not doubts


def test_unknown_table_is_kept_as_text() -> None:
    result, doubts = report("一、自评得分\n\t科目\n\t金额\n\n\t差旅\n\t3\n\n")
    assert [p.text for p in result.sections[0].paragraphs] == ["科目\t金额", "差旅\t3"]
    assert not doubts
    result, _ = report("\t科目\n\t金额\n\n")
    assert [p.text for p in result.sections[0].paragraphs] == ["科目\t金额"]


def test_unmet_table_with_rows_that_do_not_fit() -> None:
    head = "\t二级指标\n\t三级指标\n\t年初目标值\n\t实际完成值\n\t未完成原因分析\n\n"
    _, doubts = report("（三）未完成的绩效目标\n" + head + "\t数量指标\n\t甲\n\t1\n\n\t\n\t\n\t1\n\t0\n\t因\n\n")
    assert [(doubt.key, doubt.subject, doubt.text) for doubt in doubts] == [
        ("label_unknown", "甲", "数量指标、甲、1"),
        ("label_unknown", "", "1、0、因"),
    ]
    assert "本行有3格，表头有5格" in doubts[0].readings


def test_unmet_table_without_a_column_is_read_without_it() -> None:
    read, doubts = report("\t三级指标\n\t年初目标值\n\t实际完成值\n\n\t甲\n\t2\n\t1\n\n")
    assert [(row.name, row.actual and row.actual.text, row.reason) for row in read.unmet] == [("甲", "1", None)]
    assert not doubts


def test_a_cell_known_to_stand_alone_is_not_carried_down() -> None:
    def row(number: int, *texts: str) -> tuple[TableCell, ...]:
        return tuple(TableCell(text, Place(row=number, cell=i), merged=False) for i, text in enumerate(texts, 1))

    rows = (
        row(1, "三级指标", "年初目标值", "实际完成值", "未完成原因分析"),
        row(2, "甲", "2", "1", "疫情"),
        row(3, "乙", "2", "1", ""),
    )
    blocks: list[Block] = [Table(rows, Place())]
    first, second = read_report(blocks, hubei(), []).unmet
    assert first.reason
    assert first.reason.text == "疫情"
    assert second.reason is not None
    assert second.reason.text == ""
