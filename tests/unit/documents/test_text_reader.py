"""A text file as blocks: paragraphs, table cells, and clear words for whatever is no text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.documents.model import Paragraph, Table
from engine.documents.text import read, read_bytes, read_text
from engine.errors import EXIT_INPUT, InputError

SEED = Path(__file__).parents[3] / "examples" / "hubei-gcc-2021.txt"


def rows(text: str) -> list[list[str]]:
    (table,) = read_text(text, "f.txt").tables()
    return [[cell.text for cell in row] for row in table.rows]


def test_cells_rows_and_paragraphs() -> None:
    document = read_text("前文\n\t甲\n\t乙\n\n\t丙\n\t\n\n后文\n", "f.txt")
    kinds = [type(block) for block in document.blocks]
    assert kinds == [Paragraph, Table, Paragraph]
    assert rows("前文\n\t甲\n\t乙\n\n\t丙\n\t\n\n后文\n") == [["甲", "乙"], ["丙", ""]]


def test_text_of_a_cell_runs_on_without_a_tab() -> None:
    assert rows("\t原因\n\t（1）一\n（2）二\n\n\t下一行\n\t\n") == [["原因", "（1）一\n（2）二"], ["下一行", ""]]


def test_several_empty_lines_leave_the_table_whole() -> None:
    assert rows("\t甲\n\n\n\n\t乙\n\n") == [["甲"], ["乙"]]


def test_places_count_lines_tables_rows_cells() -> None:
    document = read_text("一\n\t甲\n\n二\n\t乙\n\n\t丙\n\t丁\n", "f.txt")
    last = list(document.tables())[1].rows[1][1]
    assert (last.text, str(last.place)) == ("丁", "f.txt：第8行（表2第2行第2格）")


def test_gap_says_that_an_empty_line_stood_before() -> None:
    assert [block.gap for block in read_text("一\n二\n\n三\n").paragraphs()] == [False, False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    document = read_bytes("绩效自评\r\n\t得分\r\n".encode(encoding), "f.txt")
    paragraph, table = document.blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == "绩效自评"
    assert isinstance(table, Table)
    assert table.rows[0][0].text == "得分"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf \r\n\t\n", "空的"),
        (b"a\0b", "NUL"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "Word"),
        (b"\xff\xff\xff", "无法按文本解码"),
        (b"\x01\x02\x03", "无法按文本解码"),
        (b"\xff\xfea", "无法按文本解码"),
    ],
)
def test_what_is_no_text_is_said(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_bytes(data, "f.txt")
    assert caught.value.exit_status == EXIT_INPUT
    assert caught.value.problems[0].place.file == "f.txt"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="无法读取"):
        read(tmp_path / "no.txt")
    with pytest.raises(InputError, match="无法读取"):
        read(tmp_path)


def test_limits(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("\t甲\n\n" * 11, encoding="utf-8")
    with pytest.raises(InputError, match="行数超过10行") as caught:
        read(path, max_rows=10)
    assert caught.value.problems[0].place.line == 21
    with pytest.raises(InputError, match="文件过大"):
        read(path, max_bytes=20)
    assert read(path, file="名.txt").file == "名.txt"


def test_fifty_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"x" * 50_000_000)
    begin = time.process_time()
    with pytest.raises(InputError, match="文件过大"):
        read(path)
    assert time.process_time() - begin < 2


def test_the_seed_has_five_tables() -> None:
    document = read(SEED, file="seed.txt")
    assert [len(table.rows) for table in document.tables()] == [7, 67, 19, 37, 16]
