"""One line about speed, true of the machine it is printed on: what README says of ours.

    python benchmarks/line.py [--runs 5]

CPU seconds, medians. Evaluation is of the forms of `realistic.py`, scored with trace, checked by all rules and made a result
document; beside it, in the same run, what reading the same records as JSON takes, so that two machines can be compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import realistic
from commands import JIXIAO, SEED, Bench

from engine.findings.findings import Checker
from engine.policy.loading import load
from engine.results.document import to_data
from engine.scoring.form import evaluate
from engine.submission import record

UNITS, FIRST = 120, 1_000
WARM = 20
READINGS = 20
"""Times that JSON is read, which takes a fraction of what evaluation does."""


def main() -> None:
    parser = argparse.ArgumentParser(description="One line about speed.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (median is taken)")
    runs = max(1, parser.parse_args().runs)
    start, forms = _processes(runs)
    policy = load("hubei/2021")
    made = [realistic.bundle(seed) for seed in range(FIRST, FIRST + UNITS)]
    texts = [record.dump_json(one) for one in made]
    many = sum(len(goal.indicators) for one in made for form in one.forms for goal in form.goals)

    def judged(checker: Checker) -> Callable[[], None]:
        def run() -> None:
            for one in made:
                evaluation = evaluate(one, policy)
                to_data(evaluation, checker.check(evaluation))

        for seed in range(WARM):
            checker.check(evaluate(realistic.bundle(seed), policy))
        return run

    plain, both, read = judged(Checker(policy, use_durable=False)), judged(Checker(policy)), lambda: _read(texts)
    spent: dict[str, list[float]] = {"plain": [], "both": [], "json": []}
    for _ in range(runs):
        for name, run in (("plain", plain), ("both", both), ("json", read)):
            begin = time.process_time()
            run()
            spent[name].append(time.process_time() - begin)
    alone, twice, json_ = (statistics.median(spent[name]) / many * 1e6 for name in ("plain", "both", "json"))
    json_ /= READINGS
    print(
        f"CPU, medians of {runs}: four example forms {forms:.2f} s whole process, --help {start:.2f} s;"
        f" {1e6 / alone:,.0f} indicators a second and core with trace and all findings ({alone:.0f} µs each,"
        f" {alone / json_:.0f} times reading it as JSON), durable-rules beside it {max(0.0, twice - alone):.0f} µs more."
    )


def _processes(runs: int) -> tuple[float, float]:
    """Seconds of `--help` and of the four example forms."""
    benches = [Bench("help", (*JIXIAO, "--help")), Bench("evaluate", (*JIXIAO, "evaluate", str(SEED)))]
    for bench in benches:
        bench.run()
        bench.seconds.clear()
    for _ in range(runs):
        for bench in benches:
            bench.run()
    return benches[0].median, benches[1].median


def _read(texts: list[str]) -> None:
    for _ in range(READINGS):
        for text in texts:
            json.loads(text)


if __name__ == "__main__":
    main()
