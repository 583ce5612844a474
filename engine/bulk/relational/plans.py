"""Plans: what a policy comes to in DuckDB, kept as plain data, so that compiling, which takes seconds, is done once.

A plan does not depend on a corpus but for the sizes its arithmetic is proven for. These are taken by a few bounds (`generous`), so
that corpora of ordinary amounts share a plan; where the bounds would cost a rule its place in the database, the sizes are taken
as they are. Plans are kept in the user's folder for caches, by a hash of all they depend on: each is as good as compiled.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gc
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import engine
from engine.bulk.corpus.columns import PREPARED_KINDS, columns
from engine.bulk.relational.duckdb_backend import DuckDB
from engine.bulk.relational.needs import Needs
from engine.bulk.relational.program import compile_policy
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


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy as SQL over the rows of a corpus."""

    cap: int
    """The largest integer of a number column that it computes with."""
    refused: Mapping[str, str]
    """Rule -> why the reference executor runs it."""
    kinds: tuple[str, ...]
    """The kinds of facts of which is told where there are any."""
    narrowed: bool
    """Whether smaller bounds could let more of it be computed in the database."""
    steps: Sequence[tuple[str, str]]
    """What is stored, one after the other: a table's name, and SQL."""
    tables: Mapping[str, Any]
    """Small tables of the policy: rows, and the types of their columns."""
    outputs: Mapping[str, str]
    """What comes out, by name: SQL over the stored tables."""


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


def taken_up(policy: Policy, needs: Needs, backend: DuckDB, sizes: Sizes) -> Plan:
    """The policy over the rows that stand in the backend, its steps run: by a plan that is kept, or compiled and kept.

    Raises Unsupported where nothing of the policy can be computed in a database."""
    making = _Making(policy, needs, backend)
    bounds = generous(sizes)
    plan = making.plan(bounds)
    if (plan is None or plan.narrowed) and bounds != sizes:
        exact = making.plan(sizes)
        if plan is None or (exact is not None and _worth(exact) > _worth(plan)):
            plan = exact
    if plan is None:
        raise Unsupported(making.why_not)
    if making.stands is not plan:
        backend.take_up(plan.steps, plan.tables)
        backend.again(plan.cap, needs, policy)
    return plan


def _worth(plan: Plan) -> tuple[int, int]:
    """Rather fewer rules left to the reference, then fewer bundles."""
    return -len(plan.refused), plan.cap


@dataclass(slots=True)
class _Making:
    """The plans of one policy for one backend."""

    policy: Policy
    needs: Needs
    backend: DuckDB
    stands: Plan | None = None
    """The plan whose steps have just run."""
    why_not: str = ""

    def plan(self, sizes: Sizes) -> Plan | None:
        """The plan for these bounds; None if nothing can be computed in a database, which is kept, too."""
        path = folder() / f"{plan_key(self.policy, sizes)}.json"
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            plan = None if "why_not" in said else Plan(**said)
        except (OSError, ValueError, TypeError):  # there is none, or half of one: it is made again
            plan, said = self._compiled(sizes)
            _keep(said, path)
        else:
            with contextlib.suppress(OSError):
                os.utime(path)
        if plan is None:
            self.why_not = str(said["why_not"])
        return plan

    def _compiled(self, sizes: Sizes) -> tuple[Plan | None, dict[str, Any]]:
        self.stands = None
        try:
            with without_collecting():
                made = compile_policy(self.policy, self.needs, self.backend, sizes)
        except Unsupported as why:
            return None, {"why_not": str(why)}
        self.stands = Plan(made.cap, made.refused, made.kinds, made.narrowed, *self.backend.plan(made.outputs))
        return self.stands, dataclasses.asdict(self.stands)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Compiling makes millions of small objects, none of them garbage: looking through them is a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


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
    said = hashlib.sha256(repr([(name, version(name)) for name in ("duckdb", "ibis-framework", "sqlglot")]).encode())
    home = Path(engine.__file__).parent
    for path in sorted(home.rglob("*.py")):
        said.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return said.digest()
