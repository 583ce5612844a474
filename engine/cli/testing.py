"""`jixiao policy test`: a policy's tests, what they leave out, and slips made on purpose. Everything heavy is imported late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.bulk import progress
from engine.cli.options import library_option, note, the_library
from engine.errors import EXIT_OK, EXIT_TESTS
from engine.files import displayed
from engine.files import write as _write

if TYPE_CHECKING:
    from engine.policy.library import Library
    from engine.soundness.tests.model import PolicyTestReport


@click.command("test")
@click.argument("policy", metavar="ID")
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    help="规则和计分情形至少有百分之几有测试。",
)
@click.option(
    "--adopt",
    is_flag=True,
    help="不过的测试，按现在的结果写进本政策的 tests/，新旧并列，写明由哪处改动引起；建议的测试也写进去；供逐条核对。",
)
@click.option("--mutate", is_flag=True, help="在本政策的文件里故意改错，看检查、lint 和测试发现不发现。")
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="与 --mutate 合用：抽哪些；同一个数抽同样的。")
@click.option("--count", metavar="N", type=click.IntRange(1), default=60, show_default=True, help="与 --mutate 合用：试几处。")
@click.option("--inherited", is_flag=True, help="与 --mutate 合用：连所用各政策、各包的文件一起改。")
@library_option
def policy_test(
    policy: str,
    min_coverage: float,
    adopt: bool,
    mutate: bool,
    seed: int,
    count: int,
    inherited: bool,
    policies: Path | None,
) -> int:
    """运行政策的测试；有不过的，或覆盖不足的，退出状态为 4。--mutate 时没有发现的改动也是 4。"""
    from engine.policy.loading import load
    from engine.soundness.tests.policies import run_tests
    from engine.soundness.tests.proposals import proposals
    from engine.soundness.tests.view import show_tests

    where = the_library(policies)
    loaded = load(policy, where)
    report = run_tests(loaded, where)
    if mutate:
        return _mutated(policy, where, report, SlipChoice(seed, count, inherited), adopt)
    if adopt:
        from engine.changes.lifecycle.adopt import adopt as write_anew

        adopted = write_anew(report, policy, where)
        if told := adopted.told():
            _write("\n".join(told) + "\n", None)
        if adopted.written:
            note([f"把上级政策的 {len(adopted.written)} 条测试按现在的结果写进了 {displayed(adopted.file)}，请逐条核对。"])
        if adopted.own:
            note([f"本政策自己的 {len(adopted.own)} 条测试按现在的结果改了，请逐条核对。"])
        if adopted.written or adopted.own:
            report = run_tests(loaded, where)
    proposed = [] if report.failed else proposals(loaded, where, report)[0]
    if adopt and proposed:
        from engine.changes.lifecycle.adopt import take_over

        files = "、".join(map(displayed, take_over(proposed, policy, where)))
        note([f"把建议的 {len(proposed)} 条测试写进了 {files}，请逐条核对。"])
        report, proposed = run_tests(loaded, where), []
    _write(show_tests(report, proposed), None)
    short = min(report.coverage, report.own_coverage if proposed else Decimal(100)) < Decimal(str(min_coverage))
    return EXIT_TESTS if report.failed or short else EXIT_OK


@dataclass(frozen=True, slots=True)
class SlipChoice:
    """Which slips `--mutate` tries."""

    seed: int
    count: int
    inherited: bool


def _mutated(policy: str, where: Library, report: PolicyTestReport, slips: SlipChoice, adopt: bool) -> int:
    """Try slips and tell what notices them; the tests have to hold before."""
    from engine.changes.lifecycle.adopt import take_over
    from engine.soundness.mutation.run import mutate
    from engine.soundness.mutation.view import show
    from engine.soundness.tests.view import show_tests

    if report.failed:
        _write(show_tests(report), None)
        return EXIT_TESTS
    done = mutate(
        policy,
        where,
        datetime.now().date(),
        seed=slips.seed,
        count=slips.count,
        inherited=slips.inherited,
        told=partial(progress(), "试改"),
    )
    _write(show(done), None)
    survived = done.of("survived")
    proposed = [verdict.proposal for verdict in survived if verdict.proposal is not None]
    if adopt and proposed:
        files = "、".join(map(displayed, take_over(proposed, policy, where)))
        note([f"把建议的 {len(proposed)} 条测试写进了 {files}，请逐条核对。"])
    return EXIT_TESTS if survived else EXIT_OK


COMMANDS = (policy_test,)
"""What this module adds to the group of `jixiao policy`."""
