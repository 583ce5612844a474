"""Office packages damaged in their structure, each held against the whole file: the same is read, or something is told.

Not counted is what no structure shows: another valid digit or word in a text, a row or a cell gone or one more where the file
keeps no count of them. Counted apart (`chosen`) is what makes another whole package, as a person makes one in the program:
another of the file's own formats for a cell or a style, a sheet, row or column no longer hidden, two sheets or pages that changed
places, a page without its printed form; nothing else in such a file says that it was otherwise. Run by hand over as many files as
one likes:

    python tests/damaging.py --files 3000 --seed 7
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from engine.documents import ofd, reader  # noqa: E402
from engine.documents.model import Document, Paragraph  # noqa: E402
from engine.errors import InputError  # noqa: E402

Parts = list[tuple[str, bytes]]
Damage = Callable[[Parts, random.Random], str]
"""Changes the parts in place and says what was done."""
_FREE = frozenset(
    {"t", "v", "f", "is", "si", "r", "rPr", "p", "pPr", "row", "c", "tr", "tc", "tbl", "tcPr", "vMerge", "hMerge", "mergeCells"}
)
"""Elements of content: one gone, one more or another place of one is another content, not damage of what holds it."""
_DRAWN = frozenset({"TextObject", "PathObject", "TextCode", "AbbreviatedData", "PhysicalBox", "Layer"})
"""What is drawn on a page of OFD, and where: content, as words are."""
_CHOSEN = frozenset({("c", "s"), ("xf", "numFmtId"), ("sheet", "state"), ("row", "hidden"), ("col", "hidden")})
"""Attributes that a person chooses in the program, from the values that are there."""
CHOSEN = "chosen: "
_LOOKS = frozenset({"theme1.xml", "app.xml", "core.xml", "settings.xml", "fontTable.xml", "webSettings.xml", "styles.xml"})


def packed(parts: Parts) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as target:
        for name, content in parts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a name that is there twice: that is what is wanted
                target.writestr(name, content)
    return made.getvalue()


def _xml(parts: Parts, chance: random.Random) -> int:
    return chance.choice([n for n, (name, _) in enumerate(parts) if name.endswith((".xml", ".rels"))])


def dropped(parts: Parts, chance: random.Random) -> str:
    name, _ = parts.pop(chance.randrange(len(parts)))
    return f"dropped {name}"


def doubled(parts: Parts, chance: random.Random) -> str:
    n = _xml(parts, chance)
    name, content = parts[n]
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    at = chance.choice(digits) if digits else 0
    other = content[:at] + bytes([48 + (content[at] - 47) % 10]) + content[at + 1 :]
    written = chance.choice((name, name.upper(), name.replace("/", "\\")))
    parts.insert(chance.choice((0, n, len(parts))), (written, other))
    return f"doubled {name} as {written}"


def swapped(parts: Parts, chance: random.Random) -> str:
    a, b = _xml(parts, chance), _xml(parts, chance)
    (one, first), (two, second) = parts[a], parts[b]
    parts[a], parts[b] = (one, second), (two, first)
    alike = etree.fromstring(first).tag == etree.fromstring(second).tag
    return f"{CHOSEN if alike and re.search('/(?:worksheets|Pages|Tpls)/', one) else ''}swapped {one} and {two}"


def emptied(parts: Parts, chance: random.Random) -> str:
    n = _xml(parts, chance)
    parts[n] = (parts[n][0], parts[n][1][: chance.randrange(len(parts[n][1]))])
    return f"cut {parts[n][0]}"


def renamed(parts: Parts, chance: random.Random) -> str:
    n = chance.randrange(len(parts))
    name, content = parts[n]
    new = chance.choice((name.upper(), name.replace("/", "\\"), "/" + name, name + "x", "x" + name))
    parts[n] = (new, content)
    return f"renamed {name} to {new}"


def element_changed(parts: Parts, chance: random.Random) -> str:
    """An element of the structure doubled, taken away, or exchanged with the next."""
    n = _xml(parts, chance)
    name, content = parts[n]
    root = etree.fromstring(content)
    elements = [e for e in root.iter() if e.getparent() is not None and _local(e) not in _FREE | _DRAWN]
    if not elements:
        return ""
    hit = chance.choice(elements)
    said = f"{name}: {_local(hit)} {dict(hit.attrib)!s:.60}"
    how = chance.randrange(3)
    if how == 0:
        hit.addnext(deepcopy(hit))
    elif how == 1:
        hit.getparent().remove(hit)
    elif hit.getnext() is not None and _local(hit) not in ("sheet", "xf", "Page"):  # their order is what the author wants
        hit.getnext().addnext(hit)
    parts[n] = (name, etree.tostring(root))
    gone = how == 1 and _local(hit) in ("Template", "Content") and "/Pages/" in name  # a page without its printed form, or empty
    return f"{CHOSEN if gone else ''}{('doubled', 'removed', 'moved')[how]} {said}"


def attribute_changed(parts: Parts, chance: random.Random) -> str:
    """An attribute taken away, or given a value that another element has, or none could have."""
    n = _xml(parts, chance)
    name, content = parts[n]
    root = etree.fromstring(content)
    elements = [e for e in root.iter() if e.attrib and _local(e) not in _DRAWN | {""}]
    if not elements:
        return ""
    hit = chance.choice(elements)
    key = chance.choice(list(hit.attrib))
    others = [e.get(key) for e in elements if e.get(key) is not None]
    old = hit.get(key)
    if chance.random() < 0.3:
        del hit.attrib[key]
        new = None
    else:
        new = chance.choice((*others[:50], "", "-1", "99999", "x"))
        hit.set(key, new)
    chosen = CHOSEN if (_local(hit), key) in _CHOSEN and (new is None or new in others) else ""
    parts[n] = (name, etree.tostring(root))
    return f"{chosen}{name}: {_local(hit)} {key.rpartition('}')[2]}={old!r} -> {new!r}" if new != old else ""


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


DAMAGES: tuple[Damage, ...] = (dropped, doubled, swapped, emptied, renamed, element_changed, element_changed, attribute_changed)


def bytes_damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes of the package itself changed, or its end cut off."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 4))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.2:
        del made[-chance.randrange(1, len(made) // 4) :]
    return bytes(made)


@dataclass(frozen=True, slots=True)
class Silent:
    """A damaged file that was read as something else without a word."""

    seed: str
    done: str
    data: bytes
    instead: str


def content_of(document: Document) -> list[object]:
    """What a document says, without the numbers of lines."""
    out: list[object] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            out.append(block.text)
        else:
            out.append([[(cell.text, bool(cell.merged) and not cell.text) for cell in row] for row in block.rows])
    return out


def read_of(data: bytes) -> Document:
    """What the reader makes of a file; of OFD without the process of its own that bounds it."""
    with suppress(BadZipFile, NotImplementedError, ValueError), ZipFile(BytesIO(data)) as package:
        if any(name.rpartition("/")[2].casefold() == "ofd.xml" for name in package.namelist()):
            return ofd.read_here(data, "f")
    return reader.document(data, "f")


def outcome(data: bytes, whole: Document) -> str:
    """`refused`, `same`, `told`; else what was read in silence instead."""
    try:
        read = read_of(data)
    except InputError:
        return "refused"
    if content_of(read) == content_of(whole):
        return "same"
    told = {(item.key, item.text) for item in read.told} - {(item.key, item.text) for item in whole.told}
    if told or any(cell.doubt for table in read.tables() for row in table.rows for cell in row):
        return "told"
    pairs = zip(content_of(whole), content_of(read), strict=False)
    first = next(((a, b) for a, b in pairs if a != b), (len(whole.blocks), len(read.blocks)))
    return f"{first[0]!s:.300} -> {first[1]!s:.300}"


def damaged(data: bytes, chance: random.Random) -> tuple[bytes, str]:
    if chance.random() < 0.15:
        return bytes_damaged(data, chance), "bytes"
    with ZipFile(BytesIO(data)) as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    said = chance.choice(DAMAGES)(parts, chance)
    return packed(parts), said


def run(wholes: dict[str, bytes], files: int, seed: int, counts: Counter[str]) -> Iterator[Silent]:
    """Damage files, drawn in turn; every one that was read as something else in silence."""
    documents = {name: read_of(data) for name, data in wholes.items()}
    names = sorted(wholes)
    for n in range(files):
        name = names[n % len(names)]
        chance = random.Random(f"{seed}/{n}")
        data, said = damaged(wholes[name], chance)
        if not said or (said.startswith("bytes") and data == wholes[name]):
            continue
        found = outcome(data, documents[name])
        silent = found not in ("refused", "same", "told")
        counts[found if not silent else "chosen" if said.startswith(CHOSEN) else "silent"] += 1
        if silent and not said.startswith(CHOSEN):
            yield Silent(f"{seed}/{n} {name}", said, data, found)


SMALL = """2021年度某某经费绩效自评表
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
\t2期
\t6.67

\t
\t质量指标
\t合格率（10分）
\t≥95%
\t97.67%
\t10
"""


def with_strings() -> bytes:
    """A workbook as openpyxl builds it: texts in a table of their own, formats, merged cells, a hidden sheet, two in sight."""
    from openpyxl import Workbook
    from openpyxl.styles import Border, Side

    side = Side(style="thin")
    book = Workbook()
    for number in (1, 2):
        sheet = book.active if number == 1 else book.create_sheet()
        sheet.title = f"表{number}"
        sheet.append([f"{2020 + number}年度绩效自评表"])
        sheet.merge_cells("A1:D1")
        for line in (("指标", "目标", "完成", "得分"), ("到位率", 0.95, 0.9767, 10), ("预算", 1200, 1133.5, 9.45)):
            sheet.append(line)
        for cell in (cell for row in sheet["A2:D4"] for cell in row):
            cell.border = Border(left=side, right=side)
            cell.number_format = "0.00%" if cell.row == 3 and cell.column in (2, 3) else "General"
    book.create_sheet("旧表")["A1"] = "作废"
    book["旧表"].sheet_state = "hidden"
    made = BytesIO()
    book.save(made)
    return _shared(made.getvalue())


_INLINE = re.compile(rb't="inlineStr"><is><t>([^<]*)</t></is>')


def _shared(data: bytes) -> bytes:
    """The texts in the cells put into a table of their own, with the counts that Excel keeps."""
    with ZipFile(BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    texts: dict[bytes, int] = {}
    uses = 0

    def number(found: re.Match[bytes]) -> bytes:
        nonlocal uses
        uses += 1
        return b't="s"><v>%d</v>' % texts.setdefault(found[1], len(texts))

    for name in sorted(parts):
        if name.startswith("xl/worksheets/"):
            parts[name] = _INLINE.sub(number, parts[name])
    items = b"".join(b"<si><t>%s</t></si>" % text for text in texts)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s" count="%d" uniqueCount="%d">%s</sst>' % (space, uses, len(texts), items)
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = b'<Relationship Type="%s" Target="/xl/sharedStrings.xml" Id="rIdS"/></Relationships>' % kind
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(b"</Relationships>", relation)
    return packed(list(parts.items()))


def two_pages() -> bytes:
    """An OFD of two pages on one printed form."""
    from ofd_writing import line, ofd, text

    form = "".join(line(20, y, 110, y) for y in (30, 40, 50)) + "".join(line(x, 30, x, 50) for x in (20, 60, 110))
    form += text("指标", 22, 37) + text("完成值", 62, 37)
    return ofd(*(text("培训人数", 22, 47) + text(f"12{n}人", 62, 47) for n in (1, 2)), templates=[form])


def seeds(*, large: bool = False) -> dict[str, bytes]:
    """Whole packages: small forms as Word and Excel in several builds; `large`: the example's, too."""
    from writers import docx, workbook

    from engine.documents import text as text_reader

    texts = {"small": text_reader.read_text(SMALL)}
    if large:
        texts["example"] = text_reader.read(ROOT / "examples" / "hubei-gcc-2021.txt")
    out = {"strings.xlsx": with_strings()}
    if find_spec("ofdkit"):
        out["two.ofd"] = two_pages()
    for name, document in texts.items():
        out[f"{name}.docx"] = docx(document, "merged")
        out[f"{name}.xlsx"] = workbook([document], numbers=True)
        out[f"{name}-2.xlsx"] = workbook([document, document], numbers=True)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description="Damaged packages held against the whole files.")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("more", nargs="*", type=Path, help="files of your own, whole")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    wholes = {path.name: path.read_bytes() for path in options.more} or seeds(large=True)
    found = 0
    for found, silent in enumerate(run(wholes, options.files, options.seed, counts), start=1):
        print(f"#{found} {silent.seed}: {silent.done}\n    {silent.instead}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{found}{Path(silent.seed.split()[1]).suffix}").write_bytes(silent.data)
    print(dict(counts))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
