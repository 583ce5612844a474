"""A change of one field in someone's draft of a policy."""

from __future__ import annotations

from engine.editing.changes import FileChange, Snapshot, after, look
from engine.policy.library import Library
from engine.workbench.drafts import Drafts, PolicyDraft


def view(drafts: Drafts, person: str, policy: str, below: Library) -> Snapshot:
    """What a person sees of a policy, their unsaved changes laid over it."""
    return look(policy, drafts.texts(person, policy), below)


def apply(
    drafts: Drafts, person: str, policy: str, revision: int, change: FileChange, below: Library, seen_state: str = ""
) -> PolicyDraft:
    """The person's draft with a change made. `seen_state`: what was saved when they saw the place (`merging.state`).

    Raises Stale if the draft or what is saved is another one by now, and PolicyError for what cannot be changed so.
    """
    drafts.check_seen(person, policy, revision, seen_state)
    seen = view(drafts, person, policy, below)
    return drafts.edit(person, policy, revision, after(seen, change), seen.texts)
