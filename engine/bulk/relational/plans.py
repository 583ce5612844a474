"""Plans: what a policy comes to in DuckDB, kept as plain data, so that compiling, which takes seconds, is done once.

A plan does not depend on a corpus but for the sizes its arithmetic is proven for. These are taken by a few bounds (`generous`), so
that corpora of ordinary amounts share a plan; where the bounds would cost a rule its place in the database, the sizes are taken
as they are. Plans are kept in the user's folder for caches, by a hash of all they depend on: each is as good as compiled.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import engine
from engine.bulk.corpus.columns import PREPARED_KINDS, columns
from engine.bulk.relational.needs import Needs
from engine.bulk.relational.program import Plan, compile_policy
from engine.bulk.relational.terms import Unsupported
from engine.errors import OutputError
from engine.files import make_directory, write
from engine.leftovers import contents
from engine.policy.model import Policy
from engine.resources import kept

Sizes = Mapping[tuple[str, str], int]
"""(kind, column) -> the largest absolute value in the rows."""

USUAL, LARGE, HUGE = 10**11, 10**14, 10**16
"""Bounds of number columns, in millionths: a hundred thousand, a hundred million, ten thousand million."""
RATIO = 10**36
"""The bound of quotients: ten thousand."""
MULTIPLIED = frozenset({"form", "line", "claim"})
"""Kinds whose numbers are multiplied by quotients: budgets, rates and points, which are small in the units that forms have."""
COUNTED = frozenset({"value", "target", "actual"})
"""Columns of such kinds that hold what indicators count, which may be large: people, square metres, yuan."""
MOST_KEPT = 60
"""Plans kept; those used longest ago go."""


def folder() -> Path:
    """Where this user's plans are kept."""
    return kept("plans")


def generous(sizes: Sizes) -> dict[tuple[str, str], int]:
    """The bound that each column is taken by: the least of a few that holds its values. Every prepared column has one."""
    out = dict(sizes)
    for kind in PREPARED_KINDS:
        for name, declared in columns(kind).items():
            if declared not in ("number", "wide"):
                continue
            bounds: tuple[int, ...] = (RATIO,) if declared == "wide" else (LARGE, HUGE)
            if declared == "number" and kind in MULTIPLIED and name not in COUNTED and not name.endswith("_yuan"):
                bounds = (USUAL, *bounds)
            size = sizes.get((kind, name), 0)
            out[kind, name] = next((bound for bound in bounds if size <= bound), size)
    return out


def plan_for(policy: Policy, needs: Needs, sizes: Sizes) -> Plan:
    """The policy for rows of these sizes: a plan that is kept, or one compiled and kept.

    Raises Unsupported where nothing of the policy can be computed in a database."""
    bounds = generous(sizes)
    plan, why_not = _plan(policy, needs, bounds)
    if (plan is None or plan.narrowed) and bounds != sizes:
        exact, why_not = _plan(policy, needs, sizes)
        if plan is None or (exact is not None and _worth(exact) > _worth(plan)):
            plan = exact
    if plan is None:
        raise Unsupported(why_not)
    return plan


def _worth(plan: Plan) -> tuple[int, int]:
    """Rather fewer rules left to the reference, then fewer bundles."""
    return -len(plan.refused), plan.cap


def _plan(policy: Policy, needs: Needs, sizes: Sizes) -> tuple[Plan | None, str]:
    """The plan for these bounds; None if nothing can be computed in a database, and why, which is kept, too."""
    path = folder() / f"{plan_key(policy, sizes)}.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        plan = None if "why_not" in said else Plan(**said)
    except (OSError, ValueError, TypeError):  # there is none, or half of one: it is made again
        try:
            plan = compile_policy(policy, needs, sizes)
            said = dataclasses.asdict(plan)
        except Unsupported as why:
            plan, said = None, {"why_not": str(why)}
        _keep(said, path)
    else:
        with contextlib.suppress(OSError):
            os.utime(path)
    return plan, "" if plan is not None else str(said["why_not"])


def _keep(said: Mapping[str, Any], path: Path) -> None:
    """Write a plan down. Where there is no room or right to, it is compiled again next time."""
    with contextlib.suppress(OutputError, OSError):
        make_directory(path.parent)
        write(json.dumps(said, ensure_ascii=False), path)
        every = sorted(contents(path.parent), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in every[MOST_KEPT:]:
            old.unlink(missing_ok=True)


def plan_key(policy: Policy, sizes: Sizes) -> str:
    """What a plan depends on: the policy, the bounds its arithmetic was proven for, and the code that compiled it."""
    said = hashlib.sha256(policy.sha256.encode())
    said.update(repr(sorted(policy.rules.left_out)).encode())
    said.update(repr(sorted(sizes.items())).encode())
    said.update(_code())
    return said.hexdigest()[:32]


@functools.cache
def _code() -> bytes:
    """The hash of the engine's code, and of the versions of what it compiles with."""
    said = hashlib.sha256(version("duckdb").encode())
    home = Path(engine.__file__).parent
    for path in sorted(home.rglob("*.py")):
        said.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return said.digest()
