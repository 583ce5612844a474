"""Labels nobody has confirmed: what is read through one is kept, in doubt, and told once."""

from __future__ import annotations

from typing import Any

from layouts import written

from engine.documents.model import Document, Paragraph, Table, TableCell
from engine.errors import Place
from engine.forms.inheritance import laid_over
from engine.forms.layout import layout
from engine.forms.reader import read_forms
from engine.submission.model import Form

LINES = ["2023年度护林经费绩效自评表", "填报单位：某林场"]
ROWS = [
    ["项目资金", "全年盘子", "全年执行数", "执行率", "分值", "得分"],
    ["年度资金总额", "100", "90", "90%", "10", "9"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "做到多少", "分值", "得分"],
    ["产出指标", "数量指标", "巡护里程", "≥300公里", "310公里", "50", "50"],
    ["满意度指标", "服务对象满意度指标", "林农满意度", "≥90%", "93%", "40", "40"],
    ["一共", "", "", "", "", "100", "99"],
]
OWN: dict[str, Any] = {
    "budget": {"columns": [{"field": "budget", "labels": ["全年盘子"], "unconfirmed": True}]},
    "indicators": {"columns": [{"field": "actual", "labels": ["做到多少"], "unconfirmed": True}]},
    "closing": [{"field": "total", "labels": ["一共"], "unconfirmed": True}],
}


def read(own: dict[str, Any]) -> Form:
    table = Table(tuple(tuple(TableCell(text, Place(row=n)) for text in row) for n, row in enumerate(ROWS, 1)), Place())
    blocks = (*(Paragraph(line, Place()) for line in LINES), table)
    (form,) = read_forms(Document(blocks, "表.txt"), layout(laid_over(written("central/2020"), own)[0]))
    return form


def test_cells_under_a_guess_are_in_doubt_and_the_others_are_not() -> None:
    form = read(OWN)
    for indicator in form.goals[0].indicators:
        assert indicator.actual is not None
        assert indicator.actual.doubt == "“做到多少”按“实际完成值”读入，还没有人确认"
        assert not any(cell and cell.doubt for cell in (indicator.target, indicator.weight, indicator.score))
    (line,) = form.budget
    assert line.budget is not None
    assert line.executed is not None
    assert (bool(line.budget.doubt), bool(line.executed.doubt)) == (True, False)
    assert form.total is not None
    assert (form.total.text, bool(form.total.doubt)) == ("99", True)


def test_all_guesses_of_a_form_are_one_doubt() -> None:
    doubts = read(OWN).doubts
    assert [doubt.key for doubt in doubts] == ["label_unconfirmed"]
    assert doubts[0].text == "“全年盘子”（全年预算数）、“做到多少”（实际完成值）、“一共”（总分）"


def test_confirmed_they_are_labels_like_any_other() -> None:
    own = {
        "budget": {"columns": [{"field": "budget", "labels": ["全年盘子"]}]},
        "indicators": {"columns": [{"field": "actual", "labels": ["做到多少"]}]},
        "closing": [{"field": "total", "labels": ["一共"]}],
    }
    form = read(own)
    assert form.doubts == ()
    assert form.total is not None
    assert not form.total.doubt


def test_a_guess_does_not_put_in_doubt_what_the_parent_knows_of_the_field() -> None:
    """The same field by a known label, beside a guessed one for it: only what stands under the guess is in doubt."""
    data, sources = laid_over(written("central/2020"), OWN)
    actual = [item for item in data["indicators"]["columns"] if item["field"] == "actual"]
    assert [item.get("unconfirmed", False) for item in actual] == [False, True]
    assert actual[1]["labels"] == ["做到多少"]
    assert sources[("indicators", "columns", data["indicators"]["columns"].index(actual[1]))][0]


def test_two_guesses_for_one_field_stand_together() -> None:
    own = {
        "indicators": {
            "columns": [{"field": "actual", "labels": [label], "unconfirmed": True} for label in ("做到多少", "做到几成")]
        }
    }
    data, _ = laid_over(written("central/2020"), own)
    actual = [item for item in data["indicators"]["columns"] if item["field"] == "actual" and item.get("unconfirmed")]
    assert [sorted(item["labels"]) for item in actual] == [["做到几成", "做到多少"]]
