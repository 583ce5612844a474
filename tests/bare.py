"""A bare installation: a virtual environment with the wheel and what it requires, and not one distribution of an extra.

Nothing is downloaded: the distributions are those these tests run with, linked file by file. What counts is what cannot be
imported.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def installation(wheel: Path, home: Path) -> Path:
    """A virtual environment in `home` with the wheel in it; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    asked = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
    )
    site = Path(asked.stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for path in site.glob("engine/**/*.py"):
        _with_bytecode(path, ROOT / path.relative_to(site))
    for distribution in required(next(metadata.distributions(path=[str(site)]))):
        for file in distribution.files or ():
            if ".." not in file.parts:  # a script in bin/ is not imported
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    target.symlink_to(source := Path(str(distribution.locate_file(file))))
                    _with_bytecode_of(source, target)
    return python


def _with_bytecode_of(source: Path, link: Path) -> None:
    """Give a linked module the bytecode of what it is a link to, if that has any: it is of the same text and time."""
    if source.suffix == ".py" and (here := Path(cache_from_source(source))).is_file():
        there = Path(cache_from_source(link))
        there.parent.mkdir(exist_ok=True)
        if not there.exists():
            there.symlink_to(here)


def _with_bytecode(installed: Path, source: Path) -> None:
    """Give a module of the wheel the bytecode that the same text has here, if there is any: compiling all of them takes longer than
    many a command. Python checks it against the text (PEP 552) and compiles anew where the two are not of each other."""
    text, here, there = installed.read_bytes(), Path(cache_from_source(source)), Path(cache_from_source(installed))
    if not here.is_file() or not source.is_file() or source.read_bytes() != text:
        return
    made, stat = here.read_bytes(), source.stat()
    by_time = struct.pack("<III", 0, int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF)
    if made[:4] != MAGIC_NUMBER or made[4:16] != by_time:  # of another Python, or of another text
        return
    there.parent.mkdir(exist_ok=True)
    there.write_bytes(made[:4] + struct.pack("<I", 0b11) + source_hash(text) + made[16:])


def required(wanted: metadata.Distribution) -> Iterator[metadata.Distribution]:
    """What a distribution requires without any extra, and what that requires in turn."""
    seen: set[tuple[str, str]] = set()
    waiting = [(wanted, "")]
    while waiting:
        distribution, extra = waiting.pop()
        for text in distribution.requires or ():
            one = Requirement(text)
            if one.marker and not one.marker.evaluate({"extra": extra}):
                continue
            found = metadata.distribution(one.name)
            for name in ("", *one.extras):
                if (key := (canonicalize_name(one.name), name)) not in seen:
                    seen.add(key)
                    waiting.append((found, name))
                    if not name:
                        yield found
