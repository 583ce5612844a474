"""Any directory of documents, each read in a process of its own: what was read, what was refused and why, the longest, the most
memory.

    python benchmarks/documents.py DIR... [--each]

Packed collections (.zip, .whl, .tar.gz, .tgz: sources of other projects, whose test suites hold documents made to break readers)
are looked into. Nothing is unpacked to the disk, and nothing of them is kept. A file that brings its process down, or has no answer
in time, is told by name, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from attempts import attempt  # noqa: E402

KINDS = ("docx", "docm", "doc", "wps", "odt", "rtf", "xlsx", "xlsm", "xlsb", "xls", "et", "ods", "pdf", "ofd")
LARGEST = 120_000_000


@dataclass
class Row:
    """What came of the files of one kind."""

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    megabytes: float = 0.0
    longest: str = ""

    def add(self, name: str, answer: dict[str, Any]) -> None:
        if answer["codes"]:
            self.refused[answer["codes"][0]] += 1
        else:
            self.read += 1
        if answer["seconds"] >= self.seconds:
            self.seconds, self.longest = answer["seconds"], name
        self.megabytes = max(self.megabytes, answer["megabytes"], answer["megabytes of readers"])


def documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every document below a path, and in the packed collections there, with a name to tell it by."""
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            yield from documents(inner)
    elif path.is_file() and path.name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(path) as packed:
            for entry in packed.infolist():
                if _wanted(entry.filename) and entry.file_size <= LARGEST:
                    yield f"{path.name}!{entry.filename}", packed.read(entry)
    elif path.is_file() and path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(fileobj=BytesIO(path.read_bytes())) as packed:
            for member in packed:
                if member.isfile() and _wanted(member.name) and member.size <= LARGEST and (stream := packed.extractfile(member)):
                    yield f"{path.name}!{member.name}", stream.read()
    elif path.is_file() and _wanted(path.name) and path.stat().st_size <= LARGEST:
        yield str(path), path.read_bytes()


def _wanted(name: str) -> bool:
    return name.rpartition(".")[2].lower() in KINDS


def main() -> int:
    parser = argparse.ArgumentParser(description="Documents of any directory, read one by one.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--each", action="store_true", help="print a line for each file, too")
    options = parser.parse_args()
    rows: dict[str, Row] = {}
    for path in options.paths:
        for name, data in documents(path):
            row = rows.setdefault(name.rpartition(".")[2].lower(), Row())
            try:
                answer = attempt(data)
            except AssertionError as error:
                row.broken.append(f"{name}: {error}")
                continue
            row.add(name, answer)
            if options.each:
                print(
                    f"{answer['seconds']:6.2f} s {answer['megabytes']:5.0f} MB  {name}: {'; '.join(answer['messages']) or 'read'}"
                )
    print(f"{'kind':<6}{'files':>7}{'read':>7}{'refused':>9}{'longest s':>11}{'most MB':>9}  refused as; the longest")
    for kind, row in sorted(rows.items()):
        refused = sum(row.refused.values())
        why = ", ".join(f"{code} {count}" for code, count in row.refused.most_common())
        files = row.read + refused + len(row.broken)
        print(f"{kind:<6}{files:>7}{row.read:>7}{refused:>9}{row.seconds:>11.2f}{row.megabytes:>9.0f}  {why}; {row.longest}")
    broken = [name for row in rows.values() for name in row.broken]
    print("\n".join(broken) if broken else "none brought its process down, none was without an answer")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
