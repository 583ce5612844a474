"""A change of one field in someone's draft of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.editing.changes import FileChange, Snapshot, after, look
from engine.errors import PolicyError
from engine.policy.library import Library
from engine.workbench.drafts import Drafts, PolicyDraft, Stale
from engine.yaml.reader import load


@dataclass(frozen=True, slots=True)
class SeenField:
    """What a person saw of the field they changed: its value as the form shows it, and the id of the item it is of."""

    value: Any = None
    item: str = ""


def view(drafts: Drafts, person: str, policy: str, below: Library) -> Snapshot:
    """What a person sees of a policy, their unsaved changes laid over it."""
    return look(policy, drafts.texts(person, policy), below)


def apply(
    drafts: Drafts,
    person: str,
    policy: str,
    revision: int,
    change: FileChange,
    below: Library,
    seen_state: str = "",
    field: SeenField | None = None,
) -> PolicyDraft:
    """The person's draft with a change made. `seen_state`: what was saved when they saw the place (`merging.state`); `field`: what
    stood there. A change of another place made meanwhile, in another window or by someone else, is in nobody's way.

    Raises Stale if the draft or what is saved is another one by now and the field is not what the person saw, and PolicyError for
    what cannot be changed so.
    """
    stale: Stale | None = None
    try:
        drafts.check_seen(person, policy, revision, seen_state)
    except Stale as error:
        stale = error
        revision = drafts.get(person, policy).revision
    seen = view(drafts, person, policy, below)
    if stale is not None and not _stands(seen, change, field):
        raise stale
    return drafts.edit(person, policy, revision, after(seen, change), seen.texts)


def _stands(seen: Snapshot, change: FileChange, field: SeenField | None) -> bool:
    """Whether the place of a change still is the field that the person saw, and says what it said."""
    if change.kind in ("disable", "enable"):
        return True  # by the name of the rule
    if change.kind != "set" or field is None:
        return False
    try:
        node: Any = _whole(seen, change.file)
        for step in change.at:
            node = node[step]
            if isinstance(step, int) and isinstance(node, Mapping) and not _is(node, field.item):
                return False  # another has its place
    except (KeyError, IndexError, TypeError, PolicyError):
        return False
    return bool(_shown(node) == _shown(field.value))


def _whole(seen: Snapshot, file: str) -> Any:
    if file:
        return load(seen.texts[file], file).data
    return seen.resolved.sections if seen.resolved else {}


def _is(entry: Mapping[str, Any], item: str) -> bool:
    return any(str(entry[key]) == item for key in ("id", "case", "tier", "grade", "test") if key in entry)


def _shown(value: Any) -> Any:
    """A value as the form shows it."""
    if isinstance(value, Mapping):
        return str(next(iter(value.values()), "")) if set(value) == {"param"} else dict(value)
    if isinstance(value, bool):
        return str(value).lower()
    return [str(one) for one in value] if isinstance(value, list) else "" if value is None else str(value)
