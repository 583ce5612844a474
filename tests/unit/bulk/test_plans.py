"""Compiled plans: the bounds they are proven for, where they are kept, what becomes of one that is broken or cannot be kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the corpus extra is not installed")

from engine.bulk.corpus.columns import PREPARED_KINDS, columns
from engine.bulk.relational import plans
from engine.bulk.relational.program import CAPS, Plan
from engine.bulk.relational.terms import Unsupported
from engine.policy.loading import load

POLICY = load("hubei/2021")
NEEDS: Any = None
BUDGET, YUAN, RATE = ("form", "budget"), ("form", "budget_yuan"), ("form", "execution_rate")


Compiling = list[Mapping[tuple[str, str], int]]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compiling:
    """The bounds that something was compiled for. With bounds of a billion and more a rule is refused; of none at all, all is."""
    monkeypatch.setenv("JIXIAO_CACHE", str(tmp_path / "cache"))
    out: Compiling = []

    def compile_policy(policy: Any, needs: Any, sizes: Mapping[tuple[str, str], int]) -> Plan:
        out.append(sizes)
        if sizes[BUDGET] > plans.HUGE:
            raise Unsupported("政策的算式用到的数过大")
        narrow = sizes[BUDGET] < plans.LARGE
        refused = {} if narrow else {"budget.some-rule": "数过大"}
        steps, tables = [("r_form", "SELECT 1")], {"p_words": ([{"id": 1}], {"id": "int64"})}
        return Plan(CAPS[0], refused, ("form",), not narrow, steps, tables, {"forms": "SELECT 2"})

    monkeypatch.setattr(plans, "compile_policy", compile_policy)
    return out


def taken_up(size: int, policy: Any = POLICY) -> Plan:
    return plans.plan_for(policy, NEEDS, {BUDGET: size})


def test_every_prepared_number_has_a_bound_that_holds_it() -> None:
    sizes = {BUDGET: 3 * 10**9, YUAN: 3 * 10**14, RATE: 2 * 10**34, ("indicator", "actual_number"): 10**17, ("bundle", "units"): 7}
    bounds = plans.generous(sizes)
    assert all(bounds[key] >= size for key, size in sizes.items())
    assert (bounds[BUDGET], bounds[YUAN], bounds[RATE]) == (plans.USUAL, plans.HUGE, plans.RATIO)
    assert bounds["indicator", "actual_number"] == 10**17, "what is larger than the bounds is taken as it is"
    every = {(kind, name) for kind in PREPARED_KINDS for name, kept in columns(kind).items() if kept in ("number", "wide")}
    assert every <= bounds.keys()


def test_corpora_of_ordinary_amounts_share_a_plan(compiled: Compiling) -> None:
    plan = taken_up(3 * 10**9)
    other = taken_up(9 * 10**10)
    assert len(compiled) == 1
    assert json.dumps(other.steps) == json.dumps(plan.steps)
    assert (other.outputs, other.cap, dict(other.refused)) == (plan.outputs, plan.cap, {})


def test_sizes_are_taken_as_they_are_where_bounds_cost_a_rule(compiled: Compiling) -> None:
    plan = taken_up(plans.LARGE - 1)
    assert [sizes[BUDGET] for sizes in compiled] == [plans.LARGE, plans.LARGE - 1]
    assert not plan.refused
    again = taken_up(plans.LARGE - 1)
    assert len(compiled) == 2, "both are known"
    assert not again.refused


def test_of_two_as_good_the_one_that_others_share_is_taken(compiled: Compiling) -> None:
    plan = taken_up(plans.HUGE - 1)
    assert plan.refused == {"budget.some-rule": "数过大"}


def test_that_nothing_can_be_computed_is_known_the_next_time(compiled: Compiling) -> None:
    for _ in range(2):
        with pytest.raises(Unsupported, match="过大"):
            taken_up(10**17)
    assert len(compiled) == 2


def test_a_plan_is_of_one_policy_and_its_rules(compiled: Compiling) -> None:
    from engine.findings.choice import RuleChoice, choose

    taken_up(1)
    taken_up(1, load("central/2020"))
    some = choose({POLICY.id: POLICY}, RuleChoice(("notation.*",), ()))[POLICY.id]
    taken_up(1, some)
    assert len(compiled) == 3


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"cap": 1}', "\udce9"])
def test_a_broken_plan_is_made_again(compiled: Compiling, broken: str) -> None:
    taken_up(1)
    (path,) = plans.folder().iterdir()
    whole = path.read_bytes()
    path.write_bytes(broken.encode("utf-8", "surrogateescape"))
    assert taken_up(1).outputs == {"forms": "SELECT 2"}
    assert len(compiled) == 2
    assert path.read_bytes() == whole


def test_where_nothing_can_be_kept_all_is_compiled(compiled: Compiling, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    for _ in range(2):
        assert taken_up(1).outputs == {"forms": "SELECT 2"}
    assert len(compiled) == 2


def test_the_plans_used_last_are_kept(compiled: Compiling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_KEPT", 2)
    taken_up(1)
    (first,) = plans.folder().iterdir()
    os.utime(first, (1, 1))
    taken_up(1)  # it is used again
    assert first.stat().st_mtime > 1
    taken_up(1, load("central/2020"))
    (second,) = set(plans.folder().iterdir()) - {first}
    os.utime(second, (1, 1))
    taken_up(1, load("platform/2021"))
    assert first in plans.folder().iterdir()
    assert second not in plans.folder().iterdir()


def test_plans_are_kept_with_the_caches_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JIXIAO_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert plans.folder() == tmp_path / "jixiao" / "plans"
    monkeypatch.setenv("JIXIAO_CACHE", str(tmp_path / "own"))
    assert plans.folder() == tmp_path / "own" / "plans"
