"""What should stand where something is wrong: the result has it with the place, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import Forms, Jixiao

from engine.intake.bundle import read_bundle
from engine.policy.library import library
from engine.submission.model import Cell, Form


def cells_at(forms: tuple[Form, ...], where: str) -> list[str]:
    """The texts of all cells at a place of the record."""
    out: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, Cell):
            out.extend([node.text] if str(node.place) == where else [])
        elif isinstance(node, tuple):
            for part in node:
                walk(part)
        elif hasattr(node, "__dataclass_fields__"):
            for name in node.__dataclass_fields__:
                walk(getattr(node, name))

    walk(forms)
    return out


def held(shown: Jixiao, path: Path) -> dict[str, list[dict[str, Any]]]:
    """The corrections of a file by their rules; each is what stands at its place."""
    result = shown("evaluate", path, "--format", "json").data
    forms = read_bundle([path], library(None)).submission.forms
    out: dict[str, list[dict[str, Any]]] = {}
    for finding in result["findings"]:
        one = finding.get("correction")
        if one is None:
            continue
        out.setdefault(finding["rule"], []).append(one)
        assert one["right"].strip()
        assert one["right"] != one["now"]
        if "start" in one:
            start = one["start"]
            assert one["now"] in {text[start : start + len(one["now"])] for text in cells_at(forms, one["where"])}, one
    return out


def test_every_correction_is_of_what_stands_at_its_place(shown: Jixiao, seed: Path) -> None:
    found = held(shown, seed)
    assert {(one["now"], one["right"]) for one in found["consistency.unmet-table-actual"]} == {("58.67%", "61.66%")}
    assert [(one["now"], one["right"]) for one in found["scoring.total-differs"]] == [("99.59", "95.58")]
    assert [(one["now"], one["right"]) for one in found["consistency.text-met"]] == [("4", "3")]


REPORT = """2021年度示例经费项目
绩效自评结果

一、自评得分
示例单位2021年度示例经费项目绩效自评得分为74.67分，其中：预算执行得15分，产出指标得22.67分，效益指标得37分。
二、绩效目标完成情况
（一）执行率情况
2021年度项目调整后预算数为200.00万元，实际执行资金150.00万元，预算执行率为57.00%。
（二）完成的绩效目标
项目设置了4个绩效指标，完成指标4个，指标完成率为100%。
附件：
"""


def test_of_two_equal_figures_in_one_paragraph_the_one_that_is_wrong_is_meant(shown: Jixiao, forms: Forms) -> None:
    path = forms.write()
    path.write_text(REPORT + path.read_text(encoding="utf-8"), encoding="utf-8")
    found = held(shown, path)
    (met,) = found["consistency.text-met"]
    text = "项目设置了4个绩效指标，完成指标4个，指标完成率为100%。"
    assert (met["now"], met["right"], met["start"]) == ("4", "2", text.index("4个，"))
    assert "consistency.text-indicators" not in found
    (rate,) = found["consistency.text-rate"]
    assert (rate["now"], rate["right"]) == ("57.00%", "75.00%")
    (done,) = found["consistency.text-completion-rate"]
    assert (done["now"], done["right"]) == ("100%", "50.00%")
