"""Changes to a policy that are not saved yet: texts of files laid over those on disk, with undo, kept across a restart.

A draft belongs to one person and one policy. Saving compares what is on disk with what the draft began from: what someone else
changed meanwhile is merged where the two touched different lines, and is a conflict, with both texts, where they touched the same.
Nobody's work is overwritten unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from engine import files as output
from engine.editing.overlay import ID, check_name, check_text, missing, overlaid
from engine.editing.saving import Conflict, SavedPolicies, set_aside
from engine.errors import Place, PolicyError, Problem
from engine.policy.library import Library
from engine.workbench.merging import all_merged, digest, merged, state

MAX_UNDO, MAX_UNDO_TEXT = 200, 4_000_000
"""Steps that can be undone, and characters they take together."""
_PERSON = re.compile(r"[\w.-]{1,40}")


class Stale(PolicyError):
    """The draft was changed elsewhere (another window) since it was read."""


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """What one person has changed in one policy and not saved. `base` and `texts` by file name; a file that is new has base ""."""

    policy: str
    revision: int = 0
    base: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    undo: tuple[Mapping[str, str | None], ...] = ()
    """For each step back, the texts it brings back; None where the file was not changed then."""
    redo: tuple[Mapping[str, str | None], ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The files whose text differs from what the draft began from."""
        return tuple(name for name, text in self.texts.items() if text != self.base.get(name, ""))


class Drafts(SavedPolicies):
    """The drafts kept beside a directory of policies, and the saving of them."""

    def get(self, person: str, policy: str) -> PolicyDraft:
        """The person's draft of the policy; an empty one if nothing was changed. Raises PolicyError for what is no such id, and
        for a draft that is damaged: once, since it is put aside then."""
        path = self._path(person, policy)
        if not path.exists():
            return PolicyDraft(policy)
        try:
            return _read(path.read_bytes(), policy)
        except ValueError:
            raise PolicyError(set_aside(path)) from None

    def texts(self, person: str, policy: str) -> dict[str, str]:
        """Every file of the policy as this person sees it: those on disk, under the draft's."""
        return {**self.on_disk(policy), **self.get(person, policy).texts}

    def edit(
        self, person: str, policy: str, revision: int, texts: Mapping[str, str], seen: Mapping[str, str] | None = None
    ) -> PolicyDraft:
        """Lay texts over files. `seen`: what the files were when the person began to write; what others did to them since then
        is merged now (another window of the same person) or when the draft is saved (someone else), or is a conflict.

        Raises Stale if the draft is no longer at `revision` and the two cannot be merged, PolicyError for what cannot be a file
        of a policy.
        """
        for name, text in texts.items():
            check_name(name)
            check_text(name, text)
        seen = seen or {}
        with self.locked():
            draft, disk = self.get(person, policy), self.on_disk(policy)
            if draft.revision != revision:
                both = all_merged(seen, {**disk, **draft.texts}, texts)
                if both is None:
                    raise _stale(draft, revision)
                texts = both
            begun = {name: seen.get(name, disk.get(name, "")) for name in texts}
            new = {name: text for name, text in texts.items() if text != draft.texts.get(name, begun[name])}
            if not new:
                return draft
            back: dict[str, str | None] = {name: draft.texts.get(name) for name in new}
            # a file whose edits were all undone begins anew from what the person saw
            base = {name: begun[name] for name in new} | {n: t for n, t in draft.base.items() if n in draft.texts}
            return self._keep(
                person,
                replace(draft, base=base, texts={**draft.texts, **new}, undo=_bounded((*draft.undo, back)), redo=()),
            )

    def moved(self, draft: PolicyDraft) -> tuple[str, ...]:
        """The files of a draft that someone else has saved since it was begun."""
        disk = self.on_disk(draft.policy)
        return tuple(name for name in draft.changed if disk.get(name, "") != draft.base.get(name, ""))

    def check_seen(self, person: str, policy: str, revision: int, seen_state: str) -> None:
        """Raise Stale if the draft, or what is saved below it, is another one than the person saw when they chose a place in it."""
        self._current(person, policy, revision)
        if seen_state and seen_state != state(self.on_disk(policy)):
            raise Stale(Problem(Place(policy), "别人刚保存了这个政策，内容的位置可能变了", "重新载入再改这一处", code="edit.stale"))

    def step(self, person: str, policy: str, revision: int, back: bool = True) -> PolicyDraft:
        """Undo the last edit, or redo the last one undone. The draft as it is if there is none."""
        with self.locked():
            draft = self._current(person, policy, revision)
            steps = draft.undo if back else draft.redo
            if not steps:
                return draft
            other: dict[str, str | None] = {name: draft.texts.get(name) for name in steps[-1]}
            texts = {name: text for name, text in {**draft.texts, **steps[-1]}.items() if text is not None}
            undo, redo = (steps[:-1], (*draft.redo, other)) if back else ((*draft.undo, other), steps[:-1])
            return self._keep(person, replace(draft, texts=texts, undo=undo, redo=redo))

    def discard(self, person: str, policy: str) -> None:
        """Forget the person's changes to the policy."""
        with self.locked():
            self._path(person, policy).unlink(missing_ok=True)

    def save(
        self,
        person: str,
        policy: str,
        revision: int,
        seen: Mapping[str, str] | None = None,
    ) -> dict[str, tuple[str, str]]:
        """Write the draft's files; by name, the text before and after. The draft is gone then.

        `seen`: digests of texts on disk whose conflict the person was shown and settled in the draft. Raises Stale, or Conflict
        where someone else changed the same lines and the person has not seen it; nothing is written then.
        """
        with self.locked():
            draft, disk = self._current(person, policy, revision), self.on_disk(policy)
            new: dict[str, tuple[str, str]] = {}
            conflicts: dict[str, tuple[str, str]] = {}
            for name in draft.changed:
                now, base, mine = disk.get(name, ""), draft.base.get(name, ""), draft.texts[name]
                if now == base or digest(now) == (seen or {}).get(name):
                    new[name] = (now, mine)
                elif (both := merged(base, now, mine)) is not None:
                    new[name] = (now, both)
                else:
                    conflicts[name] = (now, mine)
            if conflicts:
                raise Conflict(conflicts)
            self.replace(policy, {name: after for name, (_, after) in new.items()})
            self._path(person, policy).unlink(missing_ok=True)
            return new

    @contextmanager
    def library(self, person: str, policy: str, below: Library) -> Iterator[Library]:
        """The library as it would be with this person's draft saved, for the time of the `with`."""
        with overlaid(policy, self.texts(person, policy), below) as library:
            yield library

    def _current(self, person: str, policy: str, revision: int) -> PolicyDraft:
        draft = self.get(person, policy)
        if draft.revision != revision:
            raise _stale(draft, revision)
        return draft

    def _keep(self, person: str, draft: PolicyDraft) -> PolicyDraft:
        draft = replace(draft, revision=draft.revision + 1)
        path = self._path(person, draft.policy)
        output.make_directory(path.parent, mode=0o700)
        output.write(json.dumps(asdict(draft), ensure_ascii=False), path)
        return draft

    def _path(self, person: str, policy: str) -> Path:
        if not ID.fullmatch(policy) or not _PERSON.fullmatch(person):
            raise PolicyError(missing(policy))
        # the name is hashed: `.` and `..` are names a person may have, and no directories of ours
        return self.home / "drafts" / hashlib.sha256(person.encode()).hexdigest()[:20] / f"{policy.replace('/', '@')}.json"


def _read(content: bytes, policy: str) -> PolicyDraft:
    """A draft as it was kept. Raises ValueError for what is none."""
    try:
        data = json.loads(content)
        draft = PolicyDraft(**data | {"undo": tuple(data["undo"]), "redo": tuple(data["redo"])})
        steps = [text for step in (*draft.undo, *draft.redo) for text in step.values()]
        texts = [*draft.base.values(), *draft.texts.values(), *(text for text in steps if text is not None)]
    except (TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError from None
    if draft.policy != policy or type(draft.revision) is not int or not all(isinstance(text, str) for text in texts):
        raise ValueError
    return draft


def _stale(draft: PolicyDraft, revision: int) -> Stale:
    told = f"这份草稿已在别的窗口改过（第 {draft.revision} 版，不是第 {revision} 版）"
    return Stale(Problem(Place(draft.policy), told, "重新载入再改", code="edit.stale"))


def _bounded(steps: tuple[Mapping[str, str | None], ...]) -> tuple[Mapping[str, str | None], ...]:
    """The last steps, as many as may be kept."""
    size, kept = 0, 0
    for step in reversed(steps[-MAX_UNDO:]):
        size += sum(len(text or "") for text in step.values())
        if kept and size > MAX_UNDO_TEXT:
            break
        kept += 1
    return steps[-kept:] if kept else ()
