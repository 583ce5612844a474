"""Jobs: told, cancelled while they wait and while they run, forgotten; nobody sees another's; one that breaks ends no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.errors import InputError, Place, Problem
from engine.workbench.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Cancelled, Jobs, JobStatus, Watch


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def until(jobs: Jobs, key: str, *states: str) -> JobStatus:
    met = threading.Event()
    for _ in range(2000):
        status = jobs.find(key, "王")
        assert status is not None
        if status.state in states:
            return status
        met.wait(0.005)
    raise AssertionError(status)


def going(began: threading.Event, go_on: threading.Event) -> Callable[[Watch], str]:
    def work(watch: Watch) -> str:
        began.set()
        while not go_on.wait(0.005):
            watch("数", 3, 10)
        return "结果"

    return work


def test_a_job_is_told_and_gives_what_came_of_it(jobs: Jobs) -> None:
    began, go_on = threading.Event(), threading.Event()
    first = jobs.start("a", "一", "王", going(began, go_on))
    second = jobs.start("a", "二", "王", lambda watch: 2)
    began.wait()
    while not (running := until(jobs, first.id, RUNNING)).of:
        pass
    assert (running.what, running.done, running.of, running.percent) == ("数", 3, 10, 30)
    assert (until(jobs, second.id, WAITING).ahead, jobs.result(first.id, "王")) == (1, None)
    assert [job.title for job in jobs.of("王")] == ["二", "一"]
    assert jobs.find(first.id, "李") is None
    assert jobs.of("李") == []
    go_on.set()
    until(jobs, second.id, DONE)
    assert (jobs.result(first.id, "王"), jobs.result(first.id, "李")) == ("结果", None)


def test_it_is_cancelled_while_it_waits_and_while_it_runs(jobs: Jobs) -> None:
    began, never, gone = threading.Event(), threading.Event(), list[str]()
    first = jobs.start("a", "一", "王", going(began, never), gone=lambda: gone.append("一"))
    second = jobs.start("a", "二", "王", lambda watch: 2, gone=lambda: gone.append("二"))
    began.wait()
    jobs.cancel(second.id, "李")
    jobs.cancel(second.id, "王")
    assert until(jobs, second.id, CANCELLED)
    jobs.cancel(first.id, "王")
    assert until(jobs, first.id, CANCELLED)
    jobs.forget(first.id, "王")
    assert jobs.find(first.id, "王") is None
    assert gone == ["二", "一"]


def test_one_that_breaks_ends_no_other_and_nobody_fills_the_line(jobs: Jobs) -> None:
    def wrong(watch: Watch) -> None:
        raise InputError(Problem(Place("甲"), "读不了", code="input.damaged"))

    def broken(watch: Watch) -> None:
        raise ZeroDivisionError

    told = [jobs.start("a", "坏", "王", work) for work in (wrong, broken)]
    assert [str(until(jobs, one.id, FAILED).problems[0].code) for one in told] == ["input.damaged", "workbench.fault"]
    assert until(jobs, jobs.start("a", "好", "王", lambda watch: 1).id, DONE)
    began, never = threading.Event(), threading.Event()
    for _ in range(8):
        jobs.start("a", "一", "王", going(began, never))
    with pytest.raises(InputError, match="还有 8 件没有做完"):
        jobs.start("a", "一", "王", lambda watch: 1)
    assert jobs.start("b", "别人的", "李", lambda watch: 1)


def test_what_ended_long_ago_is_forgotten_unless_it_was_to_last() -> None:
    now, gone = [0.0], list[str]()
    jobs = Jobs(lambda: now[0])
    keys = [jobs.start("a", name, "王", lambda watch: 1, gone=lambda name=name: gone.append(name)).id for name in ("一", "二")]
    for key in keys:
        until(jobs, key, DONE)
    jobs.keep(keys[1])
    now[0] = 13 * 3600.0
    assert [job.title for job in jobs.of("王")] == ["二"]
    assert gone == ["一"]
    jobs.close()


def test_tests_of_a_policy_end_at_the_next_one_once_they_are_not_wanted() -> None:
    pytest.importorskip("fastapi", reason="needs the extra `workbench`")
    from engine.workbench.api.publish import _Watched

    known: dict[Any, Any] = {"old": 1}
    stop = False

    def watch(what: str, done: int, of: int) -> None:
        if stop:
            raise Cancelled

    watched = _Watched(known, watch)
    assert (watched.get("old"), watched.get("new"), len(watched)) == (1, None, 1)
    watched["new"] = 2
    assert known == {"old": 1, "new": 2}, "what came of it is there for the next run"
    stop = True
    with pytest.raises(Cancelled):
        watched.get("old")
