"""Time and peak memory of each reader, per form, as ratios to the text reader; and of a folder of mixed files, read and checked.

    python benchmarks/readers.py [--runs N] [--files N]

The four published forms, written in each kind, are read N times in a process of their own (imports not counted for time, counted
for memory); the median is printed. PDF and .xls start a process for each file, and .odt, .doc and .rtf a LibreOffice: what counts
is what a user waits for. Kinds that need LibreOffice are left out where it is not installed.

The folder holds files of one form each, of three jurisdictions, every one of another unit: what `jixiao evaluate DIR` takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
FORMS = 4
CHILD = """
import json, pathlib, resource, statistics, sys, time
from engine.documents import reader
from engine.forms import reader as form_reader
from engine.policy.library import library
from engine.policy.loading import load
path, runs = sys.argv[1], int(sys.argv[2])
shape = load("hubei/2021", library()).layout
data = pathlib.Path(path).read_bytes()
assert len(form_reader.read_forms(reader.document(data, path), shape)) == 4
seconds = []
for _ in range(runs):
    started = time.perf_counter()
    document = reader.document(data, path)
    seconds.append(time.perf_counter() - started)
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([statistics.median(seconds), max(peak)]))
"""


def files() -> dict[str, bytes]:
    """The seed in each kind that can be written here."""
    from writers import converted, docx, has_office, old_workbook, workbook

    from engine.documents import text as text_reader

    text = re.sub(r"\[bookmark: [^\]]*\]", "", (ROOT / "examples" / "hubei-gcc-2021.txt").read_text(encoding="utf-8"))
    document = text_reader.read_text(text)
    made = {"txt": text.encode(), "docx": docx(document), "xlsx": workbook([document]), "xls": old_workbook([document])}
    for kind in ("pdf", "odt", "doc", "rtf") if has_office() else ():
        made[kind] = converted({"seed.docx": made["docx"]}, kind, kind)["seed.docx"]
    return made


FOLDER = """
import json, pathlib, resource, sys, time
from engine.intake.collection import collect
from engine.policy.library import library
from engine.results.bundles import checked_bundles
started = time.perf_counter()
found = collect([pathlib.Path(sys.argv[1])], library())
read = time.perf_counter()
forms = sum(len(item.result["forms"]) for item in checked_bundles(found.bundles))
checked = time.perf_counter()
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
problems = [str(problem) for problem in found.problems]
print(json.dumps([found.count("read"), len(found.bundles), forms, read - started, checked - read, *peak, problems]))
"""
SHARES = (("docx", 0.4), ("xlsx", 0.25), ("txt", 0.15), ("xls", 0.05), ("json", 0.05), ("pdf", 0.1))
"""Of the files of the folder; what cannot be written here is .docx."""


def folder(directory: Path, count: int) -> dict[str, int]:
    """Write files of one form, each of a unit of its own; how many there are of each kind."""
    from writers import converted, docx, has_office, old_workbook, workbook

    from engine.documents import text as text_reader
    from engine.intake.bundle import read_file
    from engine.intake.shelf import Shelf
    from engine.policy.library import library
    from engine.submission import record

    shelf = Shelf(library())
    sources = []
    for path in sorted((ROOT / "tests" / "acceptance" / "data").glob("layouts/*.txt")):
        (reading,) = read_file(path, shelf)
        sources.append((path.read_text(encoding="utf-8"), reading.submission.forms[0].unit))
    kinds = [kind for kind, share in SHARES for _ in range(round(share * count))]
    kinds = [kind if kind != "pdf" or has_office() else "docx" for kind in kinds]
    numbers: dict[str, int] = {}
    pdfs: dict[str, bytes] = {}
    for n, kind in enumerate(kinds):
        text, unit = sources[n % len(sources)]
        text = text.replace(unit, f"第{n}{unit}")
        numbers[kind] = numbers.get(kind, 0) + 1
        document = text_reader.read_text(text)
        name = directory / str(n % 10) / f"{n}.{kind}"
        name.parent.mkdir(exist_ok=True)
        if kind == "json":
            (directory / "one.txt").write_text(text, encoding="utf-8")
            (reading,) = read_file(directory / "one.txt", shelf)
            (directory / "one.txt").unlink()
            name.write_text(record.dump_json(reading.submission), encoding="utf-8")
        elif kind == "pdf":
            pdfs[f"{n}.docx"] = docx(document)
        else:
            made = {"docx": docx, "xlsx": lambda d: workbook([d]), "xls": lambda d: old_workbook([d])}
            name.write_bytes(made[kind](document) if kind in made else text.encode())
    for name, data in (converted(pdfs, "pdf", "pdf") if pdfs else {}).items():
        (directory / name).with_suffix(".pdf").write_bytes(data)
    return numbers


def report_folder(count: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        numbers = folder(Path(directory), count)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", FOLDER, directory]
        done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
    files, bundles, forms, reading, checking, own, children, problems = json.loads(done.stdout)
    listed = "、".join(f"{kind} {number}" for kind, number in numbers.items())
    print(f"\nfolder: {sum(numbers.values())} files ({listed}), {files} read, {bundles} bundles, {forms} forms")
    each_file, each_form = 1000 * reading / max(files, 1), 1000 * checking / max(forms, 1)
    print(f"read {reading:.1f} s, {each_file:.0f} ms a file; checked {checking:.1f} s, {each_form:.0f} ms a form")
    print(f"peak {own:.0f} MB, of a reader's process {children:.0f} MB")
    for problem in problems[:5]:
        print(f"  {problem}")


def measured(path: Path, runs: int) -> tuple[float, float]:
    command = [sys.executable, "-c", CHILD, str(path), str(runs)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def main() -> int:
    parser = argparse.ArgumentParser(description="Time and memory of the readers.")
    parser.add_argument("--runs", type=int, default=5, help="readings of each file (median is taken)")
    parser.add_argument("--files", type=int, default=200, help="files of the folder (0: none)")
    options = parser.parse_args()
    runs = max(1, options.runs)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {FORMS} forms a file, median of {runs}")
    print(f"{'kind':<8}{'kB':>8}{'ms a form':>12}{'ratio':>9}{'peak MB':>10}{'ratio':>8}")
    base: tuple[float, float] | None = None
    with tempfile.TemporaryDirectory() as directory:
        for kind, data in files().items():
            path = Path(directory) / f"seed.{kind}"
            path.write_bytes(data)
            seconds, megabytes = measured(path, runs)
            base = base or (seconds, megabytes)
            times, spaces = seconds / base[0], megabytes / base[1]
            row = f"{1000 * seconds / FORMS:>12.2f}{times:>9.1f}{megabytes:>10.0f}{spaces:>8.1f}"
            print(f"{kind:<8}{len(data) / 1000:>8.0f}{row}")
    if options.files:
        report_folder(options.files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
