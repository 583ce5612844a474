"""Guesses are slowed down before they are heard; slips are forgotten; nobody locks out others."""

from __future__ import annotations

import threading

import pytest

from engine.workbench.throttle import ADDRESS, FORGOTTEN, MAX_REMEMBERED, NAME, PAIR, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def test_of_eighty_guesses_at_once_five_are_heard(throttle: Throttle) -> None:
    """Before: a wrong try was counted when its hash was done, and 44 of 80 were heard."""
    heard: list[float] = []
    threads = [threading.Thread(target=lambda: heard.append(throttle.reserve("a", "10.0.0.1"))) for _ in range(80)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.count(0.0) == PAIR.free
    assert len(heard) == 80


def test_each_further_guess_waits_longer_and_a_right_password_is_heard_at_once_again(throttle: Throttle, clock: Clock) -> None:
    for _ in range(PAIR.free):
        assert throttle.reserve("a", "x") == 0
    waits = []
    for _ in range(12):
        waits.append(throttle.reserve("a", "x"))
        clock.now += waits[-1]
        assert throttle.reserve("a", "x") == 0
    assert waits == sorted(waits)
    assert waits[0] > 0
    assert waits[-1] == PAIR.longest
    throttle.passed("a", "x")
    assert throttle.reserve("a", "x") == 0


def test_an_office_behind_one_address_is_not_locked_out_by_slips(throttle: Throttle, clock: Clock) -> None:
    """Before: five slips of an address, ever, made all of the office wait, each further one twice as long."""
    for day in range(15):
        clock.now = day * 86_400.0
        assert throttle.reserve(f"person {day}", "office") == 0
    for number in range(30):  # a morning on which thirty people mistype
        assert throttle.reserve(f"person {number}", "office") == 0
    assert throttle.reserve("another", "office") == 0


def test_many_names_from_one_address_are_slowed_down_too(throttle: Throttle) -> None:
    heard = sum(throttle.reserve(f"name {number}", "x") == 0 for number in range(500))
    assert heard == ADDRESS.free


def test_a_name_tried_from_everywhere_slows_its_owner_for_a_moment_only(throttle: Throttle, clock: Clock) -> None:
    heard = sum(throttle.reserve("a", f"10.0.{number // 256}.{number % 256}") == 0 for number in range(2000))
    assert heard == NAME.free
    wait = throttle.reserve("a", "its owner's")
    assert 0 < wait <= NAME.longest
    clock.now += wait
    assert throttle.reserve("a", "its owner's") == 0


def test_counters_go_down_by_themselves(throttle: Throttle, clock: Clock) -> None:
    for _ in range(PAIR.free):
        throttle.reserve("a", "x")
    assert throttle.reserve("a", "x") > 0
    clock.now += FORGOTTEN * 2
    assert [throttle.reserve("a", "x") == 0 for _ in range(3)] == [True, True, False]


def test_what_is_remembered_is_bounded(throttle: Throttle) -> None:
    for number in range(MAX_REMEMBERED):
        throttle.reserve(f"n{number}", f"a{number}")
    assert len(throttle._tried) <= MAX_REMEMBERED
