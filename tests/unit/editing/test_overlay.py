"""Texts laid over a policy: the same ones in the same place, so that the policy is built once; gone when nobody looks any more."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.editing.overlay import copied, overlaid
from engine.errors import PolicyError
from engine.policy.library import library
from engine.policy.loading import load

BELOW = library()
POLICY = "hubei/2022"
HEAD = (
    "policy:\n  id: hubei/2022\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {from: 2022, to: 2022}\n"
    "  form_kinds: [department, project]\n  status: draft\n  extends: [hubei/2021]\n"
)
BORDER = "parameters:\n  tier_met_floor: {label: 下限, value: %s, unit: 比例, basis: note-2021#3}\n"


def texts(border: str) -> Mapping[str, str]:
    return {"policy.yaml": HEAD, "parameters.yaml": BORDER % border}


def place_of(said: Mapping[str, str]) -> Path:
    with overlaid(POLICY, said, BELOW) as laid:
        assert {path.name: path.read_text(encoding="utf-8") for path in laid.directory(POLICY).iterdir()} == dict(said)
        return laid.roots[0]


def test_the_same_texts_make_the_same_policy_and_others_another() -> None:
    found = []
    for border in ("0.85", "0.9", "0.85"):
        with overlaid(POLICY, texts(border), BELOW) as laid:
            found.append(load(POLICY, laid))
    assert found[2] is found[0]
    assert [str(policy.parameters["tier_met_floor"].value) for policy in found] == ["0.85", "0.9", "0.85"]


def test_texts_lie_there_as_long_as_anybody_looks() -> None:
    said = texts("0.85")
    with overlaid(POLICY, said, BELOW) as outer:
        with overlaid(POLICY, said, BELOW) as inner:
            assert inner.roots == outer.roots
        assert (outer.directory(POLICY) / "policy.yaml").is_file(), "one has looked, the other looks still"
    assert not outer.roots[0].exists()
    assert place_of(said) == outer.roots[0]


def test_of_texts_that_differ_in_names_alone_each_has_its_place() -> None:
    one, two = {"policy.yaml": HEAD, "a.yaml": "b: 1\n"}, {"policy.yaml": HEAD, "b.yaml": "b: 1\n"}
    assert place_of(one) != place_of(two)
    assert place_of(one) == place_of(dict(reversed(one.items())))


def test_a_copy_to_be_written_into_is_its_own() -> None:
    with overlaid(POLICY, texts("0.85"), BELOW) as shared, copied(POLICY, texts("0.85"), BELOW) as own:
        (own.directory(POLICY) / "policy.yaml").write_text("changed", encoding="utf-8")
        assert (shared.directory(POLICY) / "policy.yaml").read_text(encoding="utf-8") == HEAD
    assert not own.roots[0].exists()


def test_many_at_once_see_their_own_texts() -> None:
    wrong: list[object] = []

    def looking(border: str) -> None:
        for _ in range(30):
            try:
                place_of(texts(border))
            except (AssertionError, OSError) as error:
                wrong.append(error)

    threads = [threading.Thread(target=looking, args=(f"0.8{n % 2}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("name", ["../policy.yaml", "policy.lock", "tests/../x.yaml"])
def test_a_name_that_is_no_file_of_a_policy_is_refused(name: str) -> None:
    for way in (overlaid, copied):
        with pytest.raises(PolicyError), way(POLICY, {name: HEAD}, BELOW):
            raise AssertionError
