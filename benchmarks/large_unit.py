"""A unit with many forms of one template: how time and memory of `evaluate` and `report` grow with their number.

    python benchmarks/large_unit.py [FORMS ...]

CPU seconds and peak memory of whole processes; the last column is seconds a thousand forms, which should not grow.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LEVELS = (
    *(("产出指标", level2) for level2 in ("数量指标", "质量指标", "时效指标")),
    *(("效益指标", level2) for level2 in ("社会效益指标", "满意度指标")),
)


def unit(forms: int, rows: int = 20, seed: int = 1) -> dict[str, Any]:
    """One unit whose forms share every indicator name; targets and actuals differ, a heading or two as well."""
    rng = random.Random(seed)
    made = []
    for n in range(forms):
        indicators = []
        for m in range(rows):
            level1, level2 = LEVELS[m % len(LEVELS)]
            if m == 0 and n % 97 == 5:
                level2 = "质量指标"
            target = rng.randint(5, 50)
            indicators.append(
                {
                    "name": f"第{m}类培训人数",
                    "level1": level1,
                    "level2": level2,
                    "weight": "4",
                    "target": f"≥{target}人",
                    "actual": f"{target + rng.randint(-2, 4)}人",
                    "score": "4",
                }
            )
        line = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "98"}
        line |= {"rate": "98%", "score": "19.6"}
        form = {"kind": "project", "name": f"第{n}号经费", "budget": [line], "total": "99.6"}
        made.append({**form, "goals": [{"indicators": indicators}]})
    return {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "forms": made}


def run(*arguments: str) -> tuple[float, float, int]:
    """CPU seconds, MiB and status of one command."""
    child = subprocess.Popen([sys.executable, "-m", "engine.cli", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main(counts: list[int]) -> None:
    print("forms  command   CPU s    MiB  status  CPU s / 1,000 forms")
    with tempfile.TemporaryDirectory() as home:
        for count in counts:
            file = Path(home, f"{count}.json")
            file.write_text(json.dumps(unit(count), ensure_ascii=False), encoding="utf-8")
            for command in (
                ("evaluate", str(file), "--format", "json", "--out", str(Path(home, "result.json"))),
                ("report", str(file), "--out", str(Path(home, f"report{count}"))),
            ):
                seconds, memory, status = run(*command)
                print(f"{count:5}  {command[0]:8}{seconds:7.1f}{memory:7.0f}{status:8}{seconds * 1000 / count:10.1f}", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [50, 200, 1000])
