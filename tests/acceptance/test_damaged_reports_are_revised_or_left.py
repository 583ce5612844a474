"""Word reports with elements lost, doubled, renamed and wrapped: what is revised can be taken back, and nothing is raised."""

from __future__ import annotations

import random
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import deep
import pytest
from conftest import SMALL_FORM, Jixiao
from lxml import etree
from word_packages import W, letters, part
from writers import docx

from engine.documents import text as text_reader
from engine.documents.word import read_bytes
from engine.reports.revision.settled import accepted, rejected

REPORT = """2021年度示例经费项目绩效自评报告
一、自评得分
示例单位2021年度示例经费项目绩效自评得分为84.67分，其中：预算执行得15分，产出指标得22.67分，效益指标得37分。
二、绩效目标完成情况
（一）执行率情况
2021年度项目调整后预算数为200.00万元，实际执行资金150.00万元，预算执行率为57.00%。
（二）完成的绩效目标
项目设置了4个绩效指标，完成指标4个，指标完成率为100%。
（三）未完成的绩效目标
无。
附件：
"""
WRAPS = ("ins", "sdt", "smartTag", "hyperlink", "del", "moveFrom", "moveTo", "r", "p", "txbxContent")
NAMES = ("p", "r", "t", "tc", "tr", "tbl", "rPr", "pPr", "tab", "br")


def damaged(data: bytes, rng: random.Random) -> bytes:
    with ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    root = etree.fromstring(parts["word/document.xml"])
    elements = [one for one in root.iter() if one.getparent() is not None and not one.tag.endswith("}body")]
    for _ in range(rng.randint(1, 6)):
        one = rng.choice(elements)
        kind = rng.randrange(5)
        if one.getparent() is None:
            continue
        if kind == 0:
            one.getparent().remove(one)
        elif kind == 1:
            one.addnext(deepcopy(one))
        elif kind == 2:
            wrap = one.makeelement(f"{{{W}}}{rng.choice(WRAPS)}", {f"{{{W}}}id": "7", f"{{{W}}}author": "李四"})
            one.addprevious(wrap)
            wrap.append(one)
        elif kind == 3:
            one.tag = f"{{{W}}}{rng.choice(NAMES)}"
        else:
            one.addnext(etree.Comment("x"))
    parts["word/document.xml"] = etree.tostring(root)
    out = BytesIO()
    with ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def words(data: bytes) -> list[str]:
    document = read_bytes(data)
    cells = [cell.text for table in document.tables() for row in table.rows for cell in row]
    return [block.text for block in document.paragraphs()] + cells


@pytest.mark.deep
def test_a_damaged_report_is_revised_so_that_it_goes_back_or_left(jixiao: Jixiao, tmp_path: Path, figure: deep.Figure) -> None:
    whole = docx(text_reader.read_text(REPORT + SMALL_FORM, "x"))
    rng = random.Random(20261130)
    tried = made = 0
    for number in range(deep.tries(12, 2_000)):
        source = damaged(whole, rng)
        home = tmp_path / str(number)
        home.mkdir()
        (home / "自评.docx").write_bytes(source)
        run = jixiao("report", home / "自评.docx", "--out", home / "out", "--format", "docx")
        tried += 1
        assert run.status in (0, 5), (number, run.err)
        assert "Traceback" not in run.err
        for path in (home / "out").glob("*修订稿*"):
            data = path.read_bytes()
            made += 1
            assert letters(part(rejected(data))) == letters(part(source)), number
            assert words(accepted(data)) == words(data), number
    assert made > tried // 4
    figure(f"{tried} damaged reports, {made} revised, all go back")
