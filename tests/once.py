"""Work that many tests ask for and that comes out the same each time is done once a process. `make deep` does all of it anew.

Some things take most of the time, and none depends on anything but what it is given: whether the solver finds a way for terms to
hold together, what the engine makes of one test of a policy, which forms a layout finds in a document, and what a policy's rules
find in a submission. All that is handed out again is frozen.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from engine.changes.impact import compare
from engine.findings.findings import Checker, Findings
from engine.forms import reader
from engine.policy import lock
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.model import Policy
from engine.results import bundles
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation
from engine.soundness.proof.prover import Prover
from engine.soundness.tests import running
from engine.soundness.tests.proposals import Proposer
from engine.submission.model import Submission


def proofs(patch: pytest.MonkeyPatch) -> None:
    """The solver is asked once about the same terms, and under the same bounds: forty policies with one mistake each, and the
    policy that they are copies of, have most of their obligations in common."""
    ask = Prover.possible
    # with the terms: as long as they are there, their addresses are theirs, and z3 keeps equal ones once
    known: dict[tuple[Any, ...], tuple[list[Any], Any, int]] = {}

    def possible(self: Prover, terms: Iterable[Any]) -> Any:
        asked = list(terms)
        key = (self.query_steps, *[term.ast.value for term in asked])
        if key in known and known[key][2] <= self.total_steps - self.spent:
            self.spent += known[key][2]
            return known[key][1]
        before = self.spent
        answer = ask(self, asked)
        if answer[0] != "unknown":
            known[key] = (asked, answer, self.spent - before)
        return answer

    patch.setattr(Prover, "possible", possible)


class Shared:
    """What comes of things, by what they are said to be, for all processes of a run of the tests: a file each in their cache."""

    def __init__(self, name: str) -> None:
        self.home = Path(os.environ["JIXIAO_CACHE"]) / "once" / name
        self.home.mkdir(parents=True, exist_ok=True)
        self.known: dict[bytes, Any] = {}

    def made(self, key: object, make: Callable[[], Any]) -> Any:
        """What is known by this key, here or in another process; made where it is not."""
        said = hashlib.sha256(repr(key).encode()).digest()
        if said not in self.known:
            path = self.home / said.hex()
            try:
                self.known[said] = pickle.loads(path.read_bytes())
            except FileNotFoundError:
                self.known[said] = make()
                half = path.with_suffix(f".{os.getpid()}")
                half.write_bytes(pickle.dumps(self.known[said], pickle.HIGHEST_PROTOCOL))
                half.replace(path)
        return self.known[said]


def tests_of_policies(patch: pytest.MonkeyPatch) -> None:
    """A test of a policy gives what it gave before, as long as the policy has the same rules, whatever its clauses say in words:
    five hundred tests of the shipped rules are asked for by commands, by pages that show them, by each policy built on them."""
    known = Shared("tests")
    rules: dict[str, str] = {}
    find = running.written_tests

    def written(policy: Policy, where: Library, problems: Any) -> Any:
        if policy.sha256 not in rules:
            items = lock.hashes(resolve(policy.id, where)).items()
            said = [(name, value) for name, value in items if not name.startswith(("sources.", "policy.title"))]
            rules[policy.sha256] = hashlib.sha256(repr(said).encode()).hexdigest()
        return find(policy, where, problems)

    def remembered(run: Callable[..., Any]) -> Callable[..., Any]:
        def once(self: Any, test: Any, place: Any) -> Any:
            base = self.bases.get(test.get("base", ""))
            key = (self.policy.id, rules.get(self.policy.sha256), self.owner, self.year, str(place), repr(test), repr(base))
            return known.made(key, lambda: run(self, test, place))

        return once

    search = Proposer._searched

    def searched(self: Proposer, detail: Any) -> Any:
        results = [(result.name, result.passed, result.test) for result in self.report.results]
        key = (self.policy.id, rules.get(self.policy.sha256), self.owner, detail.key, results, sorted(self.names))
        found = known.made(key, lambda: search(self, detail))
        if found is not None:
            self.names.add(found.test["test"])
        return found

    patch.setattr(Proposer, "_searched", searched)
    patch.setattr(running, "written_tests", written)
    for name in ("_record", "_case", "_rollup"):
        patch.setattr(running.TestFile, name, remembered(getattr(running.TestFile, name)))


MOST_BYTES = 1_000_000
"""What is larger is read to see how long it takes."""
MOST_KNOWN = 200
"""Documents, and submissions, that are remembered: the latest."""


def digest(thing: object) -> bytes:
    """The hash of a frozen thing; nothing of a large one."""
    content = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(content).digest() if len(content) <= MOST_BYTES else b""


def readings(patch: pytest.MonkeyPatch) -> None:
    """The same few forms are read by most commands: a layout finds in a document what it found before."""

    def remembered(read: Callable[..., Any]) -> Callable[..., Any]:
        known: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

        @wraps(read)
        def once(document: Any, layout: Any, *more: Any) -> Any:
            # with the layout: as long as it is there, its address is its own
            key = (said := digest(document), id(layout), more)
            if not said:
                return read(document, layout, *more)
            if key not in known:
                known[key] = layout, read(document, layout, *more)
            return latest(known, key)[1]

        return once

    for name in ("recognises", "read_forms"):
        patch.setattr(reader, name, remembered(getattr(reader, name)))


def latest(known: OrderedDict[Any, Any], key: Any) -> Any:
    """What is known by this key; what was asked for longest ago is forgotten."""
    known.move_to_end(key)
    while len(known) > MOST_KNOWN:
        known.popitem(last=False)
    return known[key]


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission as a policy scores it, and what the rules of policies find in it."""

    policy: Policy
    evaluation: Evaluation
    found: dict[tuple[Any, ...], tuple[Policy, Findings]]


def judgements(patch: pytest.MonkeyPatch) -> None:
    """A policy makes of a submission what it made of it before, and its rules find what they found."""
    known: OrderedDict[tuple[Any, ...], Judged] = OrderedDict()
    ours: dict[int, Judged] = {}
    check = Checker.check

    def evaluated(submission: Submission, policy: Policy, **beside: Any) -> Evaluation:
        if any(beside.values()) or not (said := digest(submission)):
            return evaluate(submission, policy, **beside)
        key = (id(policy), said)
        if key not in known:
            known[key] = Judged(policy, evaluate(submission, policy), {})
            ours[id(known[key].evaluation)] = known[key]
        judged: Judged = latest(known, key)
        if len(ours) > len(known):
            ours.clear()
            ours.update((id(one.evaluation), one) for one in known.values())
        return judged.evaluation

    @wraps(check)
    def checked(self: Checker, evaluation: Evaluation) -> Findings:
        judged = ours.get(id(evaluation))
        if judged is None or self.timed:
            return check(self, evaluation)
        key = (id(self.policy), self.most, bool(self.folds), type(self.program.durable), self.program.why_plain)
        if key not in judged.found:
            judged.found[key] = self.policy, check(self, evaluation)
        return judged.found[key][1]

    patch.setattr(Checker, "check", checked)
    for module in (bundles, compare):
        patch.setattr(module, "evaluate", evaluated)
