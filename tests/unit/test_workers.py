"""Work in several processes: results in order, what is held made once, errors and killed processes told, nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from engine.errors import InputError, OutputError, Place, Problem
from engine.workers import Workers


class Held:
    """Notes in a directory that it was made, and that it was closed."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        (notes / f"made-{os.getpid()}").touch()

    def close(self) -> None:
        (self.notes / f"closed-{os.getpid()}").touch()


def square(held: Held, number: int) -> tuple[int, int]:
    time.sleep(0.02 if number % 3 == 0 else 0)  # the later ones are done first
    return number * number, os.getpid()


def refuse(held: Held, number: int) -> int:
    if number == 5:
        raise InputError(Problem(Place("五.txt", 5), "第五个不行", "别的", code="input.damaged"))
    return number


def die(held: Held, number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def broken() -> Held:
    raise InputError(Problem(Place(), "开不了头", code="input.damaged"))


def _notes(home: Path, kind: str) -> int:
    return len(list(home.glob(f"{kind}-*")))


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order_and_what_is_held_is_made_once(jobs: int, tmp_path: Path) -> None:
    with Workers(partial(Held, tmp_path), jobs) as workers:
        first = list(workers.run(square, range(30)))
        second = list(workers.run(square, [7, 8]))
    assert [result for result, _ in first] == [n * n for n in range(30)]
    assert [result for result, _ in second] == [49, 64]
    assert len({process for _, process in first}) == jobs
    assert (os.getpid() in {process for _, process in first}) is (jobs == 1)
    assert _notes(tmp_path, "made") == _notes(tmp_path, "closed") == jobs


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_task_raises_is_raised_with_its_problems(jobs: int, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused, Workers(partial(Held, tmp_path), jobs) as workers:
        list(workers.run(refuse, range(20)))
    (problem,) = refused.value.problems
    assert (problem.place, problem.code, problem.expected) == (Place("五.txt", 5), "input.damaged", "别的")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_cannot_be_made_is_told(jobs: int) -> None:
    with pytest.raises(InputError, match="开不了头"), Workers(broken, jobs) as workers:
        list(workers.run(square, range(3)))


def test_a_killed_process_is_told_and_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="中断") as refused, Workers(partial(Held, tmp_path), 2) as workers:
        list(workers.run(die, range(20)))
    assert refused.value.exit_status == 6


def test_a_run_that_is_left_leaves_no_process(tmp_path: Path) -> None:
    with Workers(partial(Held, tmp_path), 2) as workers:
        processes = list(workers._processes.values())
        for result, _ in workers.run(square, range(1000)):
            if result == 4:
                break
    assert processes
    assert not any(process.is_alive() for process in processes)
