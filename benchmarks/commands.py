"""What the commands people type take of a processor, as whole processes: start, imports, work, end.

    python benchmarks/commands.py [--runs N] [FILE]

Each command is run N times in turn with a bare `python -c pass` of the same interpreter; the median of each is printed, and
the ratio to the bare process. CPU seconds, user and system together: how busy the machine is matters less than for wall time,
though a core that is shared counts for more. Exit status 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "examples" / "hubei-gcc-2021.txt"
JIXIAO = ("-m", "engine.cli")


@dataclass
class Bench:
    """A command, the seconds it may take, and those it took."""

    title: str
    arguments: tuple[str, ...]
    goal: float | None = None
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        before = _spent()
        done = subprocess.run([sys.executable, *self.arguments], cwd=ROOT, env=environment(), capture_output=True, check=False)
        self.seconds.append(_spent() - before)
        if done.returncode != 0:
            sys.exit(f"{self.title}: exit status {done.returncode}\n{done.stderr.decode('utf-8', 'replace')}")

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def met(self) -> bool:
        return self.goal is None or self.median <= self.goal


def _spent() -> float:
    """CPU seconds of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment() -> dict[str, str]:
    """As a user's shell, with this checkout importable whether or not it is installed."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # each run would compile all
    return {**own, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the commands as whole processes.")
    parser.add_argument("file", nargs="?", type=Path, default=SEED, help="the forms to evaluate")
    parser.add_argument("--runs", type=int, default=9, help="runs of each command (median is taken)")
    given = parser.parse_args()
    file = str(given.file.resolve())
    bare = Bench("python -c pass", ("-c", "pass"))
    benches = [
        bare,
        Bench("jixiao --help", (*JIXIAO, "--help"), 0.08),
        Bench("jixiao evaluate FILE", (*JIXIAO, "evaluate", file), 0.5),
        Bench("jixiao evaluate FILE --format json", (*JIXIAO, "evaluate", file, "--format", "json"), 0.5),
    ]
    for bench in benches:  # once to warm the caches of the file system and of compiled modules
        bench.run()
        bench.seconds.clear()
    for _ in range(max(1, given.runs)):
        for bench in benches:
            bench.run()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, median of {max(1, given.runs)}")
    print(f"{'command':<36}{'median s':>10}{'min s':>8}{'ratio':>8}{'goal s':>8}")
    for bench in benches:
        goal = "" if bench.goal is None else f"{bench.goal:.2f}"
        verdict = "" if bench.goal is None else "  met" if bench.met else "  MISSED"
        ratio = bench.median / bare.median
        print(f"{bench.title:<36}{bench.median:>10.3f}{min(bench.seconds):>8.3f}{ratio:>8.1f}{goal:>8}{verdict}")
    return 0 if all(bench.met for bench in benches) else 1


if __name__ == "__main__":
    sys.exit(main())
