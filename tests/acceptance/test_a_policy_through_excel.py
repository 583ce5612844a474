"""A policy out to Excel and back: only what was changed is written, and what is wrong is named by sheet and cell."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from conftest import Jixiao
from deep import DEEP, some

from engine import leftovers
from engine.policy.library import Library
from engine.policy.loading import load
from engine.resources import shipped

POLICY = "hubei/2023"


@pytest.fixture(scope="module")
def made(jixiao: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new policy and its workbook, made once: each test changes a copy."""
    home = tmp_path_factory.mktemp("made")
    assert jixiao("policy", "new", POLICY, "--from", "hubei/2022", "--into", home / "mine").status == 0
    run = jixiao("policy", "export", POLICY, "--xlsx", home / "政策.xlsx", "--policies", home / "mine")
    assert run.status == 0, run.err
    return home


@pytest.fixture
def policies(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "mine", tmp_path / "mine")
    return tmp_path / "mine"


@pytest.fixture
def exported(made: Path, policies: Path) -> Path:
    return Path(shutil.copy(made / "政策.xlsx", policies.parent))


@pytest.fixture(scope="module")
def book(made: Path) -> Any:
    """The workbook of `made`, read once: what a test sets is set back."""
    return openpyxl.load_workbook(made / "政策.xlsx")


def texts(policies: Path) -> dict[str, bytes]:
    return {path.relative_to(policies).as_posix(): path.read_bytes() for path in policies.rglob("*.yaml")}


Change = tuple[str, str, str, str]
"""A sheet, what stands in the id column, the title of the column, the new text."""


def cell_of(book: Any, sheet: str, id_: str, title: str) -> Any:
    page = book[sheet]
    titles = [cell.value for cell in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if row[titles.index("编号")].value == id_)
    return row[titles.index(title)]


@pytest.fixture
def changed(book: Any, tmp_path: Path) -> Callable[..., Path]:
    """Writes the workbook with cells set."""

    def write(*changes: Change) -> Path:
        cells = [cell_of(book, *change[:3]) for change in changes]
        before = [cell.value for cell in cells]
        for cell, change in zip(cells, changes, strict=True):
            cell.value = change[3]
        book.save(tmp_path / "改过.xlsx")
        for cell, value in zip(cells, before, strict=True):
            cell.value = value
        return tmp_path / "改过.xlsx"

    return write


SHIPPED = [path.parent.relative_to(shipped("policies")).as_posix() for path in shipped("policies").glob("[!c]*/*/policy.yaml")]


def test_formulas_are_told_in_chinese_and_in_english(book: Any) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row]
    told = {cell.comment.text for cell in cells if cell.comment and cell.value == "weight * actual / target"}
    assert told == {"分值 × 实际完成值 ÷ 目标值（weight × actual ÷ target）"}


def test_a_workbook_is_the_same_bytes_twice_and_tells_of_no_place_on_this_machine(made: Path, jixiao: Jixiao) -> None:
    again = made / "again.xlsx"
    assert jixiao("policy", "export", POLICY, "--xlsx", again, "--policies", made / "mine").status == 0
    assert again.read_bytes() == (made / "政策.xlsx").read_bytes()
    with ZipFile(again) as package:
        parts = {name: package.read(name).decode("utf-8") for name in package.namelist() if name.endswith((".xml", ".rels"))}
    for name, text in parts.items():
        assert leftovers.PREFIX not in text, name
        assert tempfile.gettempdir() + "/" not in text.replace(str(made), ""), name
    assert any("policies/hubei/2022/" in text for text in parts.values()), "places are told by what they are called"


@pytest.mark.deep
@pytest.mark.parametrize("policy", SHIPPED if DEEP else ["sichuan/2025"])
def test_every_shipped_policy_comes_back_unchanged(policy: str, tmp_path: Path, jixiao: Jixiao) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(shipped("policies") / policy, mine / policy, ignore=shutil.ignore_patterns("policy.lock"))
    before = texts(mine)
    assert jixiao("policy", "export", policy, "--xlsx", tmp_path / "x.xlsx", "--policies", mine).status == 0
    run = jixiao("policy", "import", tmp_path / "x.xlsx", "--policies", mine)
    assert (run.status, run.out) == (0, "")
    assert texts(mine) == before


def test_changed_cells_are_written_and_nothing_else(
    changed: Callable[..., Path], exported: Path, policies: Path, jixiao: Jixiao
) -> None:
    before = texts(policies)
    new = changed(
        ("参数", "tier_partial_floor", "值", "0.6"),
        ("规则", "budget.cut", "级别", "提示"),
        ("定性分档", "partial", "说明", "部分达成"),
    )
    run = jixiao("policy", "import", new, "--policies", policies)
    assert run.status == 0, run.err
    assert "+" in run.out
    policy = load(POLICY, Library((policies, shipped("policies"))))
    assert policy.parameters["tier_partial_floor"].value == Decimal("0.6")
    assert policy.rules.rules["budget.cut"].severity == "info"
    assert [band.label for band in policy.scoring.tiers] == ["达成预期指标", "部分达成", "未达成预期指标且效果较差"]
    parent = load("hubei/2021")
    assert {name: p.value for name, p in policy.parameters.items() if p.value != parent.parameters[name].value} == {
        "tier_partial_floor": Decimal("0.6")
    }
    assert texts(policies)[f"{POLICY}/policy.yaml"] == before[f"{POLICY}/policy.yaml"], "comments and order"
    # and once more: what comes back is what went out
    assert jixiao("policy", "export", POLICY, "--xlsx", exported, "--policies", policies).status == 0
    after = texts(policies)
    assert jixiao("policy", "import", exported, "--policies", policies).out == ""
    assert texts(policies) == after


def test_a_condition_is_changed_by_its_drop_downs(exported: Path, policies: Path, jixiao: Jixiao) -> None:
    book = openpyxl.load_workbook(exported)
    page = book["条件"]
    titles = [cell.value for cell in page[1]]
    row = next(
        row
        for row in page.iter_rows(min_row=2)
        if row[titles.index("编号")].value == "inverse-met" and row[titles.index("比较")].value == "小于等于"
    )
    row[titles.index("比较")].value = "小于"
    new = exported.with_name("改过.xlsx")
    book.save(new)
    run = jixiao("policy", "import", new, "--policies", policies)
    assert run.status == 5, "the field has another condition: said, not guessed"
    assert "条件!" in run.err
    row[titles.index("比较")].value = "小于等于"
    row[titles.index("和什么比")].value, row[titles.index("值")].value = "数字", "7"
    book.save(new)
    run = jixiao("policy", "import", new, "--policies", policies)
    assert run.status == 0, run.err
    cases = load(POLICY, Library((policies, shipped("policies")))).scoring.tables["quantitative"].cases
    tests = [c.test for case in cases if case.id == "inverse-met" for c in case.conditions if c.test.op == "lte"]
    assert [test.value for test in tests] == [7]


WRONG: list[dict[Change, str]] = [
    {
        ("规则", "budget.cut", "级别", "很严重"): "没有“很严重”这个选择",
        ("参数", "low_execution", "依据", "note-2021#99"): "没有“note-2021#99”这个选择",
    },
    {("参数", "tier_partial_floor", "值", "八成"): "要写数"},
    {("计分表", "proportional", "得分公式", "weight * actual / tarxget"): "tarxget"},
    {("参数", "tier_partial_floor", "值", "1.5"): ""},
    {("等级", "优", "下限（含）", "70"): ""},
]
"""What no cell of its kind may hold, several at once; what the policy that comes of it may not say."""


@pytest.mark.deep
@pytest.mark.parametrize("wrong", some(WRONG, 3))
def test_each_wrong_cell_is_named_and_nothing_is_written(
    changed: Callable[..., Path], book: Any, policies: Path, jixiao: Jixiao, wrong: dict[Change, str]
) -> None:
    before = texts(policies)
    run = jixiao("policy", "import", changed(*wrong), "--policies", policies)
    assert run.status == 5, run.out
    for cell, told in wrong.items():
        lines = [line for line in run.errors if f"{cell[0]}!{cell_of(book, *cell[:3]).coordinate}" in line]
        assert any(told in line for line in lines), run.err
    assert texts(policies) == before


def test_what_someone_else_changed_since_is_not_overwritten(changed: Callable[..., Path], policies: Path, jixiao: Jixiao) -> None:
    assert jixiao("policy", "import", changed(("参数", "low_execution", "值", "85")), "--policies", policies).status == 0
    before = texts(policies)
    run = jixiao("policy", "import", changed(("参数", "low_execution", "值", "70")), "--policies", policies)
    assert run.status == 5
    assert "导出以后" in run.err
    assert texts(policies) == before
    # another row of the old workbook is still good, and the row that moved on keeps its new value
    assert jixiao("policy", "import", changed(("参数", "full_score", "说明", "总分值")), "--policies", policies).status == 0
    policy = load(POLICY, Library((policies, shipped("policies"))))
    assert (policy.parameters["low_execution"].value, policy.parameters["full_score"].label) == (85, "总分值")


def test_rows_added_removed_or_renamed_are_told(exported: Path, policies: Path, jixiao: Jixiao) -> None:
    book = openpyxl.load_workbook(exported)
    book["参数"].append([None, None, "new_one", "新参数"])
    book["等级"].delete_rows(2)
    book["规则"].cell(1, 4).value = "别的"
    new = exported.with_name("改过.xlsx")
    book.save(new)
    run = jixiao("policy", "import", new, "--policies", policies)
    assert run.status == 5
    for told in ("新加的", "少了一行", "表头改过"):
        assert told in run.err


def test_a_workbook_of_another_policy_or_none_of_ours_is_refused(
    exported: Path, policies: Path, tmp_path: Path, jixiao: Jixiao
) -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    other = tmp_path / "other.xlsx"
    other.write_bytes(stream.getvalue())
    run = jixiao("policy", "import", other, "--policies", policies)
    assert (run.status, "不是 jixiao 导出的" in run.err) == (5, True)
    (tmp_path / "empty").mkdir()
    run = jixiao("policy", "import", exported, "--policies", tmp_path / "empty")
    assert run.status != 0
    assert POLICY in run.err


def test_no_cell_is_a_formula_whatever_the_policy_says(policies: Path, tmp_path: Path, jixiao: Jixiao) -> None:
    path = policies / POLICY / "parameters.yaml"
    path.write_text(
        "parameters:\n  full_score: {label: \"=cmd|' /C calc'!A1\", value: 100, unit: 分, basis: form-2022#weights}\n",
        encoding="utf-8",
    )
    out = tmp_path / "x.xlsx"
    assert jixiao("policy", "export", POLICY, "--xlsx", out, "--policies", policies).status == 0
    book = openpyxl.load_workbook(out)
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    before = texts(policies)
    assert jixiao("policy", "import", out, "--policies", policies).status == 0
    assert texts(policies) == before
