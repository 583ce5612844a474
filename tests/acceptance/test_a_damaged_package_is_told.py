"""A damaged office file is read as the whole one, or something is told: never another content in silence."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import Jixiao
from damaging import Parts, packed, run, seeds, with_strings
from deep import DEEP, Figure, tries
from writers import docx, workbook

from engine.documents import reader
from engine.documents import text as text_reader
from engine.documents.model import Document
from engine.errors import InputError
from engine.intake.bundle import read_bundle
from engine.policy.library import library

ROOT = Path(__file__).resolve().parents[2]
STRINGS = "xl/sharedStrings.xml"


def parts_of(data: bytes) -> Parts:
    with ZipFile(BytesIO(data)) as package:
        return [(name, package.read(name)) for name in package.namelist()]


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    assert any(part == name and old in content.decode() for part, content in parts_of(data))
    return packed(
        [(part, content.replace(old.encode(), new.encode(), 1) if part == name else content) for part, content in parts_of(data)]
    )


def told(data: bytes) -> list[str]:
    return [item.text for item in reader.document(data, "f").told if item.key in ("unread_part", "part_damaged")]


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        reader.document(data, "f")
    return str(caught.value)


def shown(document: Document) -> list[str]:
    return [cell.text for table in document.tables() for row in table.rows for cell in row if cell.text]


@pytest.mark.deep
def test_no_damage_changes_what_is_read_in_silence(figure: Figure) -> None:
    counts: Counter[str] = Counter()
    silent = [(found.seed, found.done, found.instead) for found in run(seeds(large=DEEP), tries(160, 3000), 20211231, counts)]
    figure(f"{sum(counts.values()):,} damaged packages: {dict(counts)}")
    assert silent == []
    assert min(counts[key] for key in ("same", "refused", "told")) > 0


def test_a_second_part_of_one_name_is_not_taken_and_the_other_sheet_is() -> None:
    whole = with_strings()
    parts = parts_of(whole)
    sheet = dict(parts)["xl/worksheets/sheet1.xml"]
    other = packed([*parts, ("xl/worksheets/sheet1.xml", sheet.replace(b"<v>10</v>", b"<v>20</v>"))])
    assert told(other) == ["工作表“表1”有两份，内容不一样", "“xl/worksheets/sheet1.xml”有两份，内容不一样，没有读"]
    assert shown(reader.document(other, "f")).count("97.67%") == 1
    assert told(packed([*parts, ("xl/worksheets/sheet1.xml", sheet)])) == []


def test_lost_styles_do_not_turn_a_rate_into_a_fraction() -> None:
    whole = with_strings()
    lost = refusal(packed([(name, content) for name, content in parts_of(whole) if name != "xl/styles.xml"]))
    assert "B3 是数，样式表“xl/styles.xml”不在文件里，显示成什么（例如百分数）不得而知" in lost
    beyond = changed(whole, "xl/worksheets/sheet1.xml", 's="2"', 's="77"')
    assert "B3 是数，它的样式不在样式表里" in told(beyond)[0]
    assert shown(reader.document(beyond, "f")).count("97.67%") == 1  # of the other sheet


def test_a_missing_sheet_is_told_and_the_others_are_read() -> None:
    whole = with_strings()
    assert told(packed([part for part in parts_of(whole) if part[0] != "xl/worksheets/sheet2.xml"])) == ["工作表“表2”不在文件里"]
    listed = re.findall(r"<sheet [^<>]*/>", dict(parts_of(whole))["xl/workbook.xml"].decode())
    unlisted = changed(whole, "xl/workbook.xml", listed[1], "")
    assert "“xl/worksheets/sheet2.xml”有内容，而工作簿的目录里没有这个工作表，没有读" in told(unlisted)


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (
            "xl/worksheets/sheet1.xml",
            '<row r="3"',
            '<row r="2"',
            "工作表“表1”已损坏：第 2 行在第 2 行之后，同一行有两份或者次序乱了",
        ),
        ("xl/worksheets/sheet1.xml", 'r="C3"', 'r="B3"', "工作表“表1”已损坏：B3 在 B3 之后，同一格有两份或者次序乱了"),
        ("xl/worksheets/sheet1.xml", 'r="C3"', 'r="C4"', "工作表“表1”已损坏：第 3 行里有单元格“C4”，不是这一行的"),
        ("xl/worksheets/sheet1.xml", "<v>0.95</v>", "<v>0.95</v><v>0.5</v>", "工作表“表1”已损坏：B3 有两份内容"),
        ("xl/worksheets/sheet1.xml", 't="s"', 't="q"', "工作表“表1”已损坏：A1 的类型“q”没有见过"),
        ("xl/worksheets/sheet1.xml", 'ref="A1:D1"', 'ref="D1:A1"', "工作表“表1”已损坏：合并的单元格“D1:A1”不是一片单元格"),
        (
            "xl/worksheets/sheet1.xml",
            'mergeCells count="1"',
            'mergeCells count="2"',
            "工作表“表1”记着有 2 处合并的单元格，实有 1 处",
        ),
        ("xl/workbook.xml", 'name="表2"', 'name="表1"', "工作表“表1”有两份，分不清哪一份是"),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet2.xml", "worksheets/sheet1.xml", "工作表“表1”有两份，分不清哪一份是"),
        (STRINGS, "<si><t>&#39044;&#31639;</t></si>", "", "文字表记着有 9 条，实有 8 条"),
    ],
)
def test_what_contradicts_itself_is_named(part: str, old: str, new: str, said: str) -> None:
    whole = with_strings()
    damaged = changed(whole, part, old, new)
    try:
        read = told(damaged)
    except InputError as error:  # both sheets, and nothing is left
        read = [str(error)]
    assert any(said in text for text in read)


def test_names_of_parts_with_backslashes_or_capitals_are_accepted() -> None:
    whole = with_strings()
    for rename in (lambda name: name.replace("/", "\\"), str.upper, lambda name: "/" + name):
        other = packed([(rename(name), content) for name, content in parts_of(whole)])
        assert shown(reader.document(other, "f")) == shown(reader.document(whole, "f"))


def test_two_texts_of_one_word_file_are_neither() -> None:
    whole = docx(text_reader.read_text("题目\n\t甲\n\t乙\n\n\t丙\n\t丁\n"), "merged")
    parts = parts_of(whole)
    main = dict(parts)["word/document.xml"]
    assert "正文“word/document.xml”有两份，内容不一样" in refusal(
        packed([*parts, ("word/document.xml", main.replace("甲".encode(), "己".encode()))])
    )
    assert told(packed([*parts, ("word/media/image1.png", b"1"), ("word/media/image1.png", b"2")])) == [
        "“word/media/image1.png”有两份，内容不一样，没有读"
    ]


def test_three_forms_of_four_are_judged_and_the_status_says_that_one_is_missing(jixiao: Jixiao, tmp_path: Path) -> None:
    """The officer sees which sheet was left out on the screen, in the findings, and by the exit status."""
    forms = [text_reader.read_text(SHEET.format(n=n)) for n in (1, 2)]
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(changed(workbook(forms), "xl/worksheets/sheet2.xml", "</row>", ""))
    run = jixiao("evaluate", path)
    assert run.status == 5
    assert "已损坏" in run.err
    assert "已损坏" in run.out
    bundle = read_bundle([path], library(), unjudged=True)
    assert [form.name for form in bundle.submission.forms] == ["经费1"]


SHEET = """2021年度经费{n}项目绩效自评表
填报单位：某市某局

\t一级指标
\t二级指标
\t三级指标
\t年初目标值（A）
\t实际完成值（B）
\t得分

\t产出指标
\t数量指标
\t举办培训（10分）
\t3期
\t3期
\t10
"""
