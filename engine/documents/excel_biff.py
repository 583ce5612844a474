"""Whether an old workbook (.xls, BIFF8) agrees with itself, before `xlrd` reads it: of two contents it takes the last, and a sheet
that the workbook does not list it does not see."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from engine.documents.excel_model import address

_BOF, _EOF, _SHEET, _STRINGS, _STRING = 0x809, 0x0A, 0x85, 0xFC, 0xFD
_CELLS = frozenset({_STRING, 0x203, 0x27E, 0x204, 0x06, 0x205, 0xD6})
"""Records of one cell with something in it: text, number, formula, truth value."""
_SEVERAL = 0xBD
"""A record of numbers side by side."""
_BIFF8 = 0x600
_WORKSHEET = 0x10
_BEGUN_AS = {0: _WORKSHEET, 1: 0x40, 2: 0x20, 6: 0x06}
"""What the listing calls a sheet (worksheet, macros, chart, module), and what it calls itself where it begins."""


@dataclass(slots=True)
class Contradictions:
    """What does not agree (Chinese): of the workbook, and by the number of the worksheet in the listing, counted from 0."""

    said: list[str] = field(default_factory=list)
    sheets: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Substream:
    """One sheet, or what all share, as it lies in the stream."""

    begins: int
    kind: int
    cells: set[tuple[int, int]] = field(default_factory=set)
    last: tuple[int, int] = (-1, -1)
    twice: tuple[int, int] | None = None
    astray: tuple[int, int] | None = None
    """The first cell that stands after one it should stand before."""

    def take(self, row: int, column: int) -> None:
        if (row, column) < self.last:
            self.astray = self.astray or (row, column)
        self.last = row, column
        if (row, column) in self.cells:
            self.twice = self.twice or (row, column)
        self.cells.add((row, column))


def contradictions(data: bytes) -> Contradictions:
    """What a workbook says against itself; nothing of one of another version, or that cannot be followed: its reader says so."""
    out = Contradictions()
    stream = _stream(data)
    if len(stream) < 8 or struct.unpack_from("<HHH", stream)[::2] != (_BOF, _BIFF8):
        return out
    parts: list[_Substream] = []
    listed: list[tuple[int, int]] = []
    total = unique = -1
    references = depth = 0
    for at, kind, length in _records(stream):
        if kind == _BOF:
            depth += 1
            if depth == 1 and length >= 4:
                parts.append(_Substream(at, struct.unpack_from("<H", stream, at + 6)[0]))
        elif kind == _EOF:
            depth -= 1
        elif kind == _SHEET and length >= 6:
            listed.append((struct.unpack_from("<I", stream, at + 4)[0], stream[at + 9]))
        elif kind == _STRINGS and length >= 8:
            total, unique = struct.unpack_from("<ii", stream, at + 4)
        elif depth == 1 and parts and kind in _CELLS and length >= 6:
            references += kind == _STRING
            parts[-1].take(*struct.unpack_from("<HH", stream, at + 4))
        elif depth == 1 and parts and kind == _SEVERAL and length >= 6:
            row, first = struct.unpack_from("<HH", stream, at + 4)
            for column in range(first, first + (length - 6) // 6):
                parts[-1].take(row, column)
    begun = {part.begins: part for part in parts}
    worksheets = [begin for begin, kind in listed if kind == 0]
    for number, begin in enumerate(worksheets):
        part = begun.get(begin)
        if part and (wrong := part.twice or part.astray):
            why = "有两份内容" if part.twice else "不在它该在的次序上"
            out.sheets[number] = f"已损坏：{address(wrong[0] + 1, wrong[1] + 1)} {why}"
    out.said += _unlisted(begun, listed)
    # some programs write the number of texts twice; only one that differs from it has been counted
    if total not in (-1, unique, references):
        out.said.append(f"记着有 {total} 格文字，实有 {references} 格")
    return out


def _unlisted(begun: dict[int, _Substream], listed: list[tuple[int, int]]) -> Iterator[str]:
    """Worksheets that the workbook does not list, or lists as something else."""
    known = dict(listed)
    for begin, part in begun.items():
        if part.kind == _WORKSHEET and part.cells and begin not in known:
            yield "有一张工作表不在工作簿的目录里，没有读"
        elif begin in known and _BEGUN_AS.get(known[begin]) != part.kind and part.cells:
            yield "有一张工作表在目录里记作别的东西，没有读"


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Where each record begins, what it is, and how long its content is, as far as they can be followed."""
    at, end = 0, len(stream) - 4
    while at <= end:
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            return
        yield at, kind, length
        at += 4 + length


def _stream(data: bytes) -> bytes:
    """The stream of the workbook; empty where there is none, or it cannot be read."""
    import olefile  # type: ignore[import-untyped]  # ships no types

    try:
        with olefile.OleFileIO(BytesIO(data)) as container, container.openstream("Workbook") as stream:
            return bytes(stream.read())
    except Exception:  # a damaged file, or of a version before; its reader is to say so
        return b""
