"""Time and peak memory of each reader, per form, as ratios to the text reader.

    python benchmarks/readers.py [--runs N]

The four published forms, written in each kind, are read N times in a process of their own (imports not counted for time, counted
for memory); the median is printed. PDF and .xls start a process for each file, and .odt, .doc and .rtf a LibreOffice: what counts
is what a user waits for. Kinds that need LibreOffice are left out where it is not installed.
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
from engine import form_reader, kinds
from engine.layout import layout
from engine.policy_build import load
from engine.policy_files import library
path, runs = sys.argv[1], int(sys.argv[2])
shape = layout(load("hubei/2021", library()).form)
data = pathlib.Path(path).read_bytes()
assert len(form_reader.read_forms(kinds.document(data, path), shape)) == 4
seconds = []
for _ in range(runs):
    started = time.perf_counter()
    document = kinds.document(data, path)
    seconds.append(time.perf_counter() - started)
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([statistics.median(seconds), max(peak)]))
"""


def files() -> dict[str, bytes]:
    """The seed in each kind that can be written here."""
    from writers import converted, docx, has_office, old_workbook, workbook

    from engine import text_reader

    text = re.sub(r"\[bookmark: [^\]]*\]", "", (ROOT / "examples" / "hubei-gcc-2021.txt").read_text(encoding="utf-8"))
    document = text_reader.read_text(text)
    made = {"txt": text.encode(), "docx": docx(document), "xlsx": workbook([document]), "xls": old_workbook([document])}
    for kind in ("pdf", "odt", "doc", "rtf") if has_office() else ():
        made[kind] = converted({"seed.docx": made["docx"]}, kind, kind)["seed.docx"]
    return made


def measured(path: Path, runs: int) -> tuple[float, float]:
    command = [sys.executable, "-c", CHILD, str(path), str(runs)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def main() -> int:
    parser = argparse.ArgumentParser(description="Time and memory of the readers.")
    parser.add_argument("--runs", type=int, default=5, help="readings of each file (median is taken)")
    runs = max(1, parser.parse_args().runs)
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
