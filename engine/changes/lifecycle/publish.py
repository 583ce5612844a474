"""Publishing a policy: check, lint and tests must pass, then the lock is written and the status set.

The lock is written first and the status last, each file as a whole: whatever stops the process between the two leaves a draft
with a lock that matches it, which publishing again completes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import __version__
from engine.errors import Place, PolicyError, PolicyTestsFailed, Problem
from engine.files import write
from engine.policy import lock as policy_lock
from engine.policy.build import build
from engine.policy.heads import heads
from engine.policy.library import Library, display_name
from engine.policy.loading import resolve
from engine.policy.lock import Lock, Publication
from engine.policy.resolved import STATUS, Resolved
from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text

if TYPE_CHECKING:
    from engine.soundness.tests.proposals import Proposal
    from engine.soundness.tests.running import Known


_AMBIGUOUS = "policy-overlap"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: `already` where there was nothing to do; for an amendment the items that changed."""

    policy: str
    sha256: str
    lock: Path
    already: bool = False
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def publish(
    policy: str,
    where: Library,
    *,
    by: str = "",
    amend: str = "",
    min_coverage: Decimal = Decimal(100),
    now: datetime | None = None,
    known: Known | None = None,
) -> Published:
    """Publish a policy. `amend` is the reason for changing what was published before; `now` the time, for tests; `known` what came
    of tests before (see `run_tests`).

    Raises PolicyError if it is not sound, stands on a draft or on a policy that does not match its lock, or was published
    before and is to be changed without a reason; PolicyTestsFailed if its tests fail or cover too little. Then nothing is written.
    """
    resolved = resolve(policy, where)
    head = resolved.sections["policy"]
    if head["status"] == "pack":
        message = f"“{policy}”是供引用的部分（pack），不单独发布"
        raise PolicyError(Problem(resolved.place(STATUS), message, "发布 extends 它的政策", code="publish.pack"))
    _parents_stand(resolved)
    built = build(resolved)
    before = policy_lock.read(resolved)
    _may_change(resolved, before, amend)
    unchanged = before is not None and _matches(resolved, before)
    lock = policy_lock.path_of(resolved)
    if unchanged and head["status"] == "published":
        return Published(policy, built.sha256, lock, already=True)
    moment = now or datetime.now().astimezone()
    _lint(policy, where, moment.date())
    _tests(built, where, min_coverage, known)
    document, at = resolved.origins[STATUS]
    file = resolved.directory / resolved.owners[document.file][1]
    edited = None
    if head["status"] != "published":
        edited = yaml_edit.set_value(yaml_edit.read(file, document.file), at, "published")
    changed: tuple[str, ...] = ()
    if not unchanged:
        changed = tuple(difference.item for difference in policy_lock.compare(resolved, before)) if before else ()
        published = Publication(moment.isoformat(timespec="seconds"), __version__, by, amend)
        new = locked(resolved, before, published, changed)
        write(text(new), lock)
    if edited:
        yaml_edit.save(edited)
    return Published(policy, built.sha256, lock, changed=changed, notes=_notes(resolved))


def unlocked(where: Library) -> list[str]:
    """The published policies of the first root that have no lock or do not match it, those that others stand on first.

    For whoever ships policies, after a change of a pack. Raises PolicyError for policies that cannot be resolved.
    """
    found = [head.id for head in heads(Library(where.roots[:1]))[0] if head.status == "published"]
    resolved = sorted((resolve(id_, where) for id_ in found), key=lambda one: len(one.extends))
    locks = [(one, policy_lock.read(one)) for one in resolved]
    return [one.id for one, lock in locks if lock is None or not _matches(one, lock)]


def _parents_stand(resolved: Resolved) -> None:
    problems: list[Problem] = []
    for parent in resolved.parents:
        if parent.sections["policy"]["status"] == "draft":
            message = f"“{resolved.id}”在草稿“{parent.id}”之上，不能发布"
            place = resolved.place(("policy", "extends"))
            problems.append(Problem(place, message, f"先发布：jixiao policy publish {parent.id}", code="publish.draft-parent"))
        try:
            policy_lock.verify(parent)
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)


def _may_change(resolved: Resolved, before: Lock | None, amend: str) -> None:
    """What was published is changed, or put to use again, only with a reason."""
    status, id_ = resolved.sections["policy"]["status"], resolved.id
    if amend:
        return
    if status == "retired":
        message = f"“{id_}”已停用"
        expected = f'要重新启用：jixiao policy publish {id_} --amend "原因"'
        raise PolicyError(Problem(resolved.place(STATUS), message, expected, code="publish.retired"))
    if before and not _matches(resolved, before):
        wrong = policy_lock.differences_told(resolved, before)
        when = before.published.at[:10]
        message = f"“{id_}”发布过（{when}），现在的内容与那时不同，不能不声不响地换掉"
        expected = f'做新版本：jixiao policy new 新编号 --from {id_}；或更正并写明原因：jixiao policy publish {id_} --amend "原因"'
        place = Place(display_name(policy_lock.path_of(resolved)))
        raise PolicyError([Problem(place, message, expected, code="publish.changed"), *wrong])


def _matches(resolved: Resolved, lock: Lock) -> bool:
    return resolved.sha256() == lock.sha256 and not policy_lock.compare(resolved, lock)


def _lint(policy: str, where: Library, today: date) -> None:
    """Errors of `policy lint` that the policy does not accept with a reason stop a publication; so does what becomes an error by
    it: another policy for the same forms."""
    from engine.soundness.lint.run import lint

    lints = lint(policy, where, today, locked=False).lints
    found = [one for one in lints if (one.level == "error" or one.code == _AMBIGUOUS) and not one.accepted]
    if found:
        raise PolicyError([Problem(one.place, one.message, one.advice, code=f"lint.{one.code}") for one in found])


def _tests(built: Any, where: Library, min_coverage: Decimal, known: Known | None) -> None:
    from engine.soundness.tests.policies import run_tests
    from engine.soundness.tests.proposals import proposals
    from engine.soundness.tests.view import show_tests

    report = run_tests(built, where, known)
    proposed: list[Proposal] = []
    if not report.failed and report.own_coverage < min_coverage:
        proposed, _ = proposals(built, where, report)
    if report.failed or report.coverage < min_coverage or proposed:
        lines = show_tests(report, proposed).splitlines()
        told = f"“{built.id}”的测试没有全部通过，或覆盖不足，没有发布：\n" + "\n".join(lines)
        raise PolicyTestsFailed(Problem(Place(), told, code="publish.tests"))


def _notes(resolved: Resolved) -> tuple[str, ...]:
    retired = [parent.id for parent in resolved.parents if parent.sections["policy"]["status"] == "retired"]
    return tuple(f"“{resolved.id}”在已停用的“{id_}”之上" for id_ in retired)


def locked(resolved: Resolved, before: Lock | None, published: Publication, changed: tuple[str, ...]) -> Lock:
    """The lock of the policy as it is now. `before` goes into its history, with the items that `changed` since."""
    items = policy_lock.hashes(resolved)
    files = {policy_lock.item_name(path): policy_lock.stored_file(resolved, path) for path, _ in resolved.items()}
    history = before.history if before else ()
    if before:
        history = (*history, {**_said(before.published), "sha256": before.sha256, "then_changed": list(changed)})
    return Lock(resolved.id, resolved.sha256(), published, items, files, history)


def _said(published: Publication) -> dict[str, str]:
    pairs = {"at": published.at, "by": published.by, "engine": published.engine, "reason": published.reason}
    return {key: value for key, value in pairs.items() if value}


def text(lock: Lock) -> str:
    """The lock as it is written: for people to read, in a stable order."""
    data: dict[str, Any] = {"lock": policy_lock.SCHEMA, "policy": lock.policy, "sha256": lock.sha256}
    data["published"] = _said(lock.published)
    if lock.history:
        data["history"] = [dict(entry) for entry in lock.history]
    lines = [policy_lock.HEADING + yaml_text.block(data, 0), "items:"]
    for file in sorted(set(lock.files.values())):
        lines.append(f"  {yaml_text.flow(file)}:")
        lines += [f"    {yaml_text.flow(item)}: {lock.items[item]}" for item in sorted(lock.files) if lock.files[item] == file]
    return "\n".join(lines) + "\n"
