"""Forms per CPU second and memory with the whole rule pack, in one process; the share of it spent in durable-rules.

    python benchmarks/findings.py            200 forms of 40 indicators, then memory after 2,000

Ratios are against scoring alone in the same run: absolute times say more about the machine than about the engine.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

from random_forms import submission

from engine.findings.findings import Checker
from engine.policy.loading import load
from engine.results.document import to_data
from engine.scoring.form import evaluate

FORMS, LONG = 200, 2_000


def memory() -> tuple[float, float]:
    """Resident and peak memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * resource.getpagesize() / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    policy = load("hubei/2021")
    forms = [submission(seed) for seed in range(FORMS)]
    begin = time.process_time()
    evaluations = [evaluate(form, policy) for form in forms]
    scoring = time.process_time() - begin
    checker, plain = Checker(policy), Checker(policy, use_durable=False)
    for runner in (checker, plain):
        runner.check(evaluations[0])
    begin = time.process_time()
    every = [checker.check(evaluation) for evaluation in evaluations]
    both = time.process_time() - begin
    begin = time.process_time()
    for evaluation in evaluations:
        plain.check(evaluation)
    alone = time.process_time() - begin
    begin = time.process_time()
    for evaluation, checked in zip(evaluations, every, strict=True):
        to_data(evaluation, checked)
    writing = time.process_time() - begin
    durable = sum(checked.outcome.seconds_durable for checked in every)
    found = sum(len(checked.findings) for checked in every)
    total = scoring + both + writing
    early = memory()
    for seed in range(FORMS, LONG):
        checker.check(evaluate(submission(seed), policy))
    late = memory()
    print(f"matcher {every[0].matcher}; {FORMS} forms of 40 indicators, {found} findings")
    print(f"{'step':<34}{'seconds':>9}{'forms/s':>9}{'ratio to scoring':>18}")
    for name, seconds in (
        ("scoring (recognise, score)", scoring),
        ("facts, rules on both matchers", both),
        ("facts, rules on the plain matcher", alone),
        ("result document", writing),
        ("all", total),
    ):
        print(f"{name:<34}{seconds:>9.2f}{FORMS / seconds:>9.0f}{seconds / scoring:>18.2f}")
    print(f"share of all spent in durable-rules: {durable / total:.0%}")
    print(f"memory after {FORMS} forms {early[0]:.0f} MiB, after {LONG} {late[0]:.0f} MiB (peak {late[1]:.0f} MiB)")


if __name__ == "__main__":
    main()
