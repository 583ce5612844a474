"""Damaged real files of every kind put through the whole command, a few for the suite and by hand as many as one likes:

    python tests/fuzzing.py --files 10000 --seed 7

Seeded, so that what it finds can be found again; a file that makes trouble is written to --keep DIR.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from writers import docx, old_workbook, workbook  # noqa: E402

from engine.cli import app as cli  # noqa: E402
from engine.documents import text as text_reader  # noqa: E402
from engine.intake import bundle as inputs  # noqa: E402
from engine.intake.shelf import Shelf  # noqa: E402
from engine.policy.library import library  # noqa: E402
from engine.submission import record  # noqa: E402

STATUSES = {0, 3, 5}
"""Read, no policy that covers what was read, refused."""
LAYOUTS = ROOT / "tests" / "acceptance" / "data"
SLOW = ("xls", "pdf")
"""Kinds that start a process for each file."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file the command did not know what to do with."""

    kind: str
    data: bytes
    said: str


def seeds() -> dict[str, list[bytes]]:
    """Whole files of each kind."""
    texts = [ROOT / "examples" / "hubei-gcc-2021.txt", *sorted(LAYOUTS.glob("*/*.txt")), *sorted(LAYOUTS.glob("*.txt"))]
    small = [path.read_text(encoding="utf-8") for path in texts if path.stat().st_size < 20_000]
    documents = [text_reader.read_text(text) for text in small[:4]]
    shelf = Shelf(library())
    records = []
    for path in texts[1:5]:
        try:
            records.append(inputs.read_file(path, shelf)[0].submission)
        except Exception as error:  # a form that is not to be read at present
            print(f"{path.name}: {error}", file=sys.stderr)
    return {
        "txt": [text.encode() for text in small],
        "docx": [docx(document, style) for document in documents for style in ("merged", "plain")],
        "xlsx": [workbook([document], numbers=True) for document in documents],
        "xls": [old_workbook([documents[0]])],
        "pdf": [small_pdf()],
        "json": [record.dump_json(item).encode() for item in records],
        "yaml": [record.dump_yaml(item).encode() for item in records[:1]],
        "jsonl": ["".join(map(record.dump_line, records)).encode()],
    }


def small_pdf() -> bytes:
    from reportlab.platypus import SimpleDocTemplate, Table

    made = BytesIO()
    rows = [["a", "b", "c"], ["d", "e", "f"]]
    SimpleDocTemplate(made, pageCompression=0).build([Table(rows, style=[("GRID", (0, 0), (-1, -1), 1, (0, 0, 0))])])
    return made.getvalue()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file with bytes changed, cut out, doubled or cut off."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(len(made) or 1)
        how = chance.randrange(5)
        if how == 0 and made:
            made[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            made[at : at + chance.randrange(1, 40)] = bytes(chance.randrange(256) for _ in range(chance.randrange(40)))
        elif how == 2:
            del made[at : at + chance.randrange(1, 200)]
        elif how == 3:
            made[at:at] = made[at : at + chance.randrange(1, 200)]
        elif len(made) > 2000:
            del made[-chance.randrange(1, len(made) // 2) :]
    return bytes(made)


def damaged_inside(data: bytes, chance: random.Random) -> bytes:
    """A package whose parts are damaged, not the package: a checksum would find any other damage."""
    made = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(made, "w") as target:
        names = source.namelist()
        hit = chance.choice([name for name in names if name.endswith((".xml", ".rels"))])
        for name in names:
            content = source.read(name)
            if name == hit and content:
                content = structured(content, chance)
            target.writestr(name, content)
    return made.getvalue()


def structured(content: bytes, chance: random.Random) -> bytes:
    """XML with a few values, names, texts or elements exchanged, most of it still well formed."""
    if chance.random() < 0.5:
        return exchanged(content.decode("utf-8", "replace"), chance, ">", "<").encode()
    pieces = content.split(b'"')
    for _ in range(chance.choice((1, 3, 10))):
        if len(pieces) > 2:
            values = (b"", b"-1", b"99999999999", b"A1:XFD1048576", b"\xe5\x8d\x81", b"1e308", b"true", chance.choice(pieces))
            pieces[chance.randrange(len(pieces) // 2) * 2 + 1] = chance.choice(values)
    out = b'"'.join(pieces)
    return damaged(out, chance) if chance.random() < 0.2 else out.replace(b"<v>", chance.choice((b"<v>", b"<v>-", b"<v>9e99")), 3)


WORDS = (
    *("", "0", "-1", "99999999999999999999999999", "1e400", "0.0000000000001", "NaN", "Infinity", "½", "①", "二〇二一", "2021年度"),
    *("100%", "≥", "≤≥95%", "3期/4期", "（20分", "20分）", "/", "—", "其中：甲", "★", "总分", "一级指标"),
    *(
        "9999年99月99日",
        "万元",
        "亿亿",
        "\u3000",
        "\u200b",
        "\u202e甲",
        "a" * 500,
        "“",
        "{{ x }}",
        "[red]",
        "=1+1",
        "产出指标（0分）",
    ),
)
"""What people, and nobody, would write in a cell."""


def exchanged(text: str, chance: random.Random, before: str = "\t", after: str = "\n") -> str:
    """The text with a few cells exchanged for others, for odd words, doubled or taken away."""
    pieces = text.split(before)
    for _ in range(chance.choice((1, 2, 5, 15))):
        at = chance.randrange(len(pieces))
        cell, mark, rest = pieces[at].partition(after)
        how = chance.randrange(5)
        if how == 0:
            pieces[at] = chance.choice(WORDS) + mark + rest
        elif how == 1:
            pieces[at] = cell + chance.choice(WORDS) + mark + rest
        elif how == 2:
            other = chance.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif how == 3 and len(pieces) > 3:
            del pieces[at]
        else:
            pieces.insert(at, pieces[at])
    return before.join(pieces)


def node_changed(data: bytes, chance: random.Random) -> bytes:
    """A record with a few values of it changed in kind or content."""
    whole = json.loads(data)
    for _ in range(chance.choice((1, 1, 2, 6))):
        parents = [node for node in _containers(whole) if node]
        if not parents:
            break
        parent = chance.choice(parents)
        key = chance.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
        how = chance.randrange(4)
        if how == 0:
            del parent[key]
        elif how == 1:
            parent[key] = chance.choice((None, True, [], {}, -5, 10**30, "x", "\ud800", 2021))
        else:
            parent[key] = chance.choice(WORDS)
    return json.dumps(whole, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _containers(node: object) -> Iterator[dict[object, object] | list[object]]:
    if isinstance(node, dict | list):
        yield node
        for child in node.values() if isinstance(node, dict) else node:
            yield from _containers(child)


def made(kind: str, whole: bytes, chance: random.Random) -> bytes:
    """A damaged file of this kind."""
    if kind in ("docx", "xlsx"):
        return (damaged_inside if chance.random() < 0.8 else damaged)(whole, chance)
    if kind == "json" and chance.random() < 0.7:
        return node_changed(whole, chance)
    if kind == "txt" and chance.random() < 0.8:
        return exchanged(whole.decode(), chance).encode("utf-8", "surrogatepass")
    if kind in ("yaml", "jsonl") and chance.random() < 0.5:
        return exchanged(whole.decode(), chance, ": ", "\n" if kind == "yaml" else ",").encode()
    if kind in SLOW:
        return whole[:8] + damaged(whole[8:], chance)
    return damaged(whole, chance)


def ran(path: Path, form: str) -> tuple[int | None, str]:
    """Exit status and messages of `jixiao evaluate`, or None and the traceback of what should never happen."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["jixiao", "evaluate", str(path), "--format", form]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            cli.main()
    except SystemExit as ended:
        return int(ended.code or 0), err.getvalue()
    except BaseException:
        return None, traceback.format_exc()
    finally:
        sys.argv = before
    return None, "no exit status"


def fuzz(files: int, seed: int, counts: dict[str, dict[int | None, int]] | None = None) -> Iterator[Trouble]:
    """Every file that gave an unhandled exception, a status nobody promised, or a refusal that names no file."""
    chance = random.Random(seed)
    whole = {kind: files for kind, files in seeds().items() if files}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(files):
            kind = chance.choice([k for k in whole if k not in SLOW or chance.random() < 0.1])
            data = made(kind, chance.choice(whole[kind]), chance)
            path = Path(directory) / f"form.{kind}"
            path.write_bytes(data)
            status, said = ran(path, chance.choice(("json", "json", "table", "markdown", "sarif")))
            if counts is not None:
                of = counts.setdefault(kind, {})
                of[status] = of.get(status, 0) + 1
            unclear = status == 5 and f"form.{kind}" not in said
            if status not in STATUSES or unclear or "Traceback" in said:
                yield Trouble(kind, data, said)


def main() -> int:
    parser = argparse.ArgumentParser(description="Damaged files put through jixiao evaluate.")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the files that make trouble here")
    options = parser.parse_args()
    counts: dict[str, dict[int | None, int]] = {}
    found = 0
    for found, trouble in enumerate(fuzz(options.files, options.seed, counts), start=1):
        print(f"#{found} {trouble.kind}\n{trouble.said[-1500:]}\n")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{found}.{trouble.kind}").write_bytes(trouble.data)
    for kind, statuses in sorted(counts.items()):
        print(kind, dict(sorted(statuses.items(), key=str)))
    print(f"{found} troubles")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
