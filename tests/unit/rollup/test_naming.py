"""What the top of a roll-up is called: a region that something says, never a folder somebody made up."""

from __future__ import annotations

import pytest

from engine.policy.loading import load
from engine.rollup.naming import region, shared, top_name
from engine.rollup.run import place_words

WORDS = place_words(load("hubei/2021"))


@pytest.mark.parametrize(
    ("units", "named"),
    [
        (["东市甲县水务局", "东市乙县水务局"], "东市"),
        (["东市甲县水务局", "东市甲县教育局"], "东市甲县"),
        (["东市", "东市甲县教育局"], "东市"),
        (["甲县水务局", "乙县水务局"], ""),
        (["水务局", "教育局"], ""),
        (["东市水务局", "教育局"], ""),
        (["城市管理局"], ""),
        ([], ""),
    ],
)
def test_what_all_names_begin_with(units: list[str], named: str) -> None:
    assert shared(units, WORDS) == named


@pytest.mark.parametrize(
    ("files", "units", "named"),
    [
        (["/x/湖北省/东市/a.docx", "/x/湖北省/西市/b.docx"], ["水务局", "教育局"], "湖北省"),
        (["/x/报送材料/a.docx"], ["东市甲县水务局"], "东市甲县"),
        (["/x/东市/2021年/a.docx"], ["水务局"], "东市"),
        (["/x/东市/2021年/a.docx"], ["西市水务局"], "西市"),
        (["/x/各市/a.docx"], ["水务局"], ""),
        (["/x/报送材料/a.docx"], ["水务局"], ""),
    ],
)
def test_the_region_of_all(files: list[str], units: list[str], named: str) -> None:
    assert region(files, units, WORDS) == named


def test_where_nothing_says_it_the_folder_is_not_taken() -> None:
    assert (
        top_name(["/x/新建文件夹/a.docx"], ["水务局", "教育局"], WORDS, "湖北省", "汇总（{count} 个单位）")
        == "湖北省汇总（2 个单位）"
    )
