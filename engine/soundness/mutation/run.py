"""Slips drawn by a seed, each tried by itself: what notices it, or a test that would, or that it makes no difference."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.errors import JixiaoError
from engine.policy.library import Library
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.soundness.mutation import proofs
from engine.soundness.mutation.applying import Copies, copies
from engine.soundness.mutation.concerned import concerned
from engine.soundness.mutation.model import Mutant, MutationReport, Verdict
from engine.soundness.mutation.slips import slips
from engine.soundness.mutation.trial import Trial
from engine.soundness.mutation.witness import Witnesses
from engine.soundness.tests.copied import name_of, path_of
from engine.soundness.tests.proposals import Proposal
from engine.yaml.reader import YamlDocument

COUNT = 60
"""Slips that are tried where nobody says how many."""
_CITED = ("clause", "unit")
"""Kinds that readers of an explanation see even where no result is another."""
_COPIED = ("clause", "unit", "word-dropped", "word-added", "number-step", "number-scale", "number-percent")
"""Kinds that show against a copy of the value."""


def mutate(
    policy: str,
    where: Library,
    today: date,
    *,
    seed: int = 0,
    count: int = COUNT,
    inherited: bool = False,
    told: Callable[[int, int], None] = lambda *_: None,
) -> MutationReport:
    """Try slips in the policy's own files, or in those of all it extends (`inherited`), `count` of them drawn by `seed`.

    `told` hears how many of how many are done. Raises PolicyError for a policy that does not hold up as it is.
    """
    resolved = resolve(policy, where)
    built = load(policy, where, locked=False)
    owners = (*resolved.extends, resolved.id) if inherited else (resolved.id,)
    possible = slips(resolved, built, owners)
    chosen = drawn(possible, seed, count)
    trial, witnesses = Trial(policy, where, today), Witnesses(built, where)
    documents = {document.file: document for document in resolved.documents}
    verdicts: list[Verdict] = []
    try:
        with copies(resolved, where) as room:
            for number, mutant in enumerate(chosen):
                verdicts.append(_verdict(mutant, trial, witnesses, room, resolved, built, documents))
                told(number + 1, len(chosen))
    finally:
        witnesses.close()
    return MutationReport(policy, seed, len(possible), tuple(verdicts))


def drawn(possible: Sequence[Mutant], seed: int, count: int) -> list[Mutant]:
    """`count` slips, each kind in its turn, the same for the same seed; in the order of the text."""
    chance = random.Random(seed)
    kinds: dict[str, list[int]] = {}
    for index, mutant in enumerate(possible):
        kinds.setdefault(mutant.kind, []).append(index)
    for indexes in kinds.values():
        chance.shuffle(indexes)
    out: list[int] = []
    while len(out) < count and any(kinds.values()):
        for kind in sorted(kinds):
            if kinds[kind] and len(out) < count:
                out.append(kinds[kind].pop())
    return [possible[index] for index in sorted(out)]


def copied(mutant: Mutant, resolved: Resolved) -> Proposal | None:
    """A test that holds the value against a copy of it; None for a slip of another kind, or in a text that something else takes the
    place of."""
    if mutant.kind not in _COPIED:
        return None
    document = next(one for one in resolved.documents if one.file == mutant.file)
    name = name_of(mutant.path, document.data)
    path = path_of(name, resolved.sections)
    if path is None or resolved.place(path) != mutant.place:
        return None
    value: Any = document.data
    for step in mutant.path:
        value = value[step]
    return Proposal({"test": f"{name} 照文件写"[:200], "written": {name: value}}, (), "")


def _verdict(
    mutant: Mutant,
    trial: Trial,
    witnesses: Witnesses,
    room: Copies,
    resolved: Resolved,
    built: Policy,
    documents: Mapping[str, YamlDocument],
) -> Verdict:
    """What becomes of one slip. Whatever goes wrong with it is its own."""
    document = documents[mutant.file]
    rank = concerned(mutant, document.data, resolved, built)
    try:
        with room.made(mutant) as library:
            noticed = trial.notice(library, str(mutant.path[0]), rank)
            if noticed.by == "check":
                return Verdict(mutant, "check", noticed.told)
            if noticed.by == "tests":
                return Verdict(mutant, "tests", noticed.told)
            if noticed.by == "lint":
                return Verdict(mutant, "lint", noticed.told)
            assert noticed.policy is not None
            if proofs.never_both(mutant, built):
                return Verdict(mutant, "equivalent", "证明了：这两种情形不会在同一行同时成立，谁先谁后都一样")
            if proofs.alike(mutant, built, noticed.policy):
                return Verdict(mutant, "equivalent", "证明了：每一行都走到同一种情形，得同样的分")
            if noticed.policy.sha256 == built.sha256:
                return Verdict(mutant, "equivalent", "改后的内容与改前相同")
            found = witnesses.search(mutant, noticed.policy, library, rank, document)
    except JixiaoError as error:
        return Verdict(mutant, "check", str(error).splitlines()[0][:200])
    except Exception as error:  # one slip that breaks the engine is told, and takes no other with it
        return Verdict(mutant, "failed", f"{type(error).__name__}：{error}"[:200])
    if not found.different and mutant.kind not in _CITED:
        return Verdict(mutant, "equivalent", f"重放 {found.inputs} 份输入，结果全同")
    return Verdict(mutant, "survived", "", found.proposal or copied(mutant, resolved))
