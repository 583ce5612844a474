"""What differs between two policies, item by item and field by field, and what kind of difference it is.

Both are compared as resolved (what they extend laid under them), so that it does not matter in which file something stands.
A difference either changes scores or grades, changes findings, changes how forms are read, changes where the policy applies, or
changes words only; parameters and clauses that were merely renamed are followed, so that a new name is one difference and not
one at every place that uses it. A against B tells the mirror image of B against A.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.changes.diff.fields import Differing, differing, word_of
from engine.errors import Place
from engine.language.wording import Wording
from engine.policy.build import build
from engine.policy.items import Item, items, parameters_used, summary
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.resolved import Resolved

EFFECTS: Mapping[str, str] = {
    "scores": "影响得分或等级",
    "findings": "影响发现的问题",
    "reading": "影响读表和取值",
    "scope": "影响适用范围和状态",
    "words": "只改文字，不影响得分和问题",
}
"""What a difference does, heaviest first."""
KINDS: Mapping[str, str] = {"added": "增加", "removed": "去掉", "changed": "改动", "renamed": "改名", "moved": "次序变动"}
_ORDER = list(EFFECTS)
_MIRROR = {"added": "removed", "removed": "added"}
_TEXTS = frozenset(
    [
        "title",
        "label",
        "basis",
        "definition",
        "message",
        "advice",
        "subject",
        "report",
        "evidence",
        "cite",
        "unit",
        "document",
        "text",
    ]
)
"""Keys that only people read, whatever item they stand in."""
_SCOPE = frozenset(["jurisdiction", "fiscal_years", "form_kinds", "status", "fallback", "in_force", "chosen_by", "kept_away_by"])


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    effect: str
    """A key of EFFECTS."""
    kind: str
    """A key of KINDS."""
    group: str
    """What the item is one of (`parameters`, `scoring.quantitative`, `findings` …)."""
    item: str
    """The item's id, in B where it has one there."""
    name: str
    """The item as an officer calls it."""
    field: str
    """Path of the key inside the item; empty for the item as a whole."""
    title: str
    """The key as an officer calls it."""
    before: str
    after: str
    added: tuple[str, ...] = ()
    """Words of a list that are there in B only."""
    removed: tuple[str, ...] = ()
    before_place: Place | None = None
    after_place: Place | None = None
    used_by: tuple[str, ...] = ()
    """For a parameter: the items that read it."""

    def mirrored(self) -> Change:
        """The same difference seen from the other side (names apart: each side has its own)."""
        from dataclasses import replace

        return replace(
            self,
            kind=_MIRROR.get(self.kind, self.kind),
            before=self.after,
            after=self.before,
            added=self.removed,
            removed=self.added,
            before_place=self.after_place,
            after_place=self.before_place,
        )


@dataclass(frozen=True, slots=True)
class ComparedPolicy:
    """Which policy was compared."""

    id: str
    title: str
    status: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """Everything that differs, heaviest first and then in the order of the policy."""

    before: ComparedPolicy
    after: ComparedPolicy
    changes: tuple[Change, ...]

    def count(self, effect: str) -> int:
        return sum(change.effect == effect for change in self.changes)


def compare(before: str | Path, after: str | Path, where: Library) -> PolicyDifference:
    """Compare two policies or packs, each an id or a directory. Raises PolicyError with everything wrong with either."""
    return difference(_sound(before, where), _sound(after, where))


def _sound(policy: str | Path, where: Library) -> Resolved:
    resolved = resolve(policy, where)
    if resolved.sections["policy"]["status"] != "pack":
        build(resolved)  # a policy that does not hold up is told so, not compared
    return resolved


def difference(before: Resolved, after: Resolved) -> PolicyDifference:
    """Compare two resolved policies."""
    changes = list(_Comparison(before, after).changes())
    changes.sort(key=lambda change: _ORDER.index(change.effect))  # stable: the policy's own order inside
    return PolicyDifference(_head(before), _head(after), tuple(changes))


def _head(resolved: Resolved) -> ComparedPolicy:
    head = resolved.sections["policy"]
    return ComparedPolicy(resolved.id, str(head.get("title", "")), str(head["status"]), resolved.sha256())


class _Comparison:
    def __init__(self, before: Resolved, after: Resolved) -> None:
        self.before, self.after = before, after
        self.old, self.new = items(before), items(after)
        self.names = {item.key: item.name for item in (*self.old, *self.new)}
        self.words = Wording(before.sections), Wording(after.sections)
        self.renamed = self._renamed()

    def changes(self) -> Iterator[Change]:
        new = {item.key: item for item in self.new}
        followed = {self.renamed.get(item.key, item.key) for item in self.old}
        for item in self.old:
            other = new.get(self.renamed.get(item.key, item.key))
            if other is None:
                yield self._one_sided(item, "removed")
                continue
            if other.key != item.key:
                yield self._change("renamed", "words", item, other, "", "编号", item.id, other.id)
            for found in differing(item, other, self._translated(item.value), self.words):
                yield self._field(item, other, found)
        for item in self.new:
            if item.key not in followed:
                yield self._one_sided(item, "added")
        yield from self._orders()

    # --- names that changed and nothing else ---------------------------------------------------------------------

    def _renamed(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Old key to new key, of items whose content is the same under another id: where there is one such item on each side."""
        self.translation: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        out: dict[tuple[str, str], tuple[str, str]] = {}
        for groups in (("sources",), ("clauses",), ("parameters",), None):  # what others refer to comes first
            out |= self._renamed_in(groups)
            self.translation |= {old[1]: new[1] for old, new in out.items() if old[0] == "parameters"}
            self.bases |= {old[1]: new[1] for old, new in out.items() if old[0] == "clauses"}
        return out

    def _renamed_in(self, groups: tuple[str, ...] | None) -> dict[tuple[str, str], tuple[str, str]]:
        old_keys, new_keys = {item.key for item in self.old}, {item.key for item in self.new}
        gone: dict[tuple[str, str], list[Item]] = {}
        come: dict[tuple[str, str], list[Item]] = {}
        for side, there, found, translate in ((self.old, new_keys, gone, True), (self.new, old_keys, come, False)):
            for item in side:
                wanted = (
                    item.group in groups if groups else item.ordered or item.group in ("findings", "measures", "tiers", "taxonomy")
                )
                if wanted and item.key not in there:
                    value = self._translated(item.value) if translate else item.value
                    found.setdefault((item.group, _content(value)), []).append(item)
        return {
            olds[0].key: come[content][0].key
            for content, olds in gone.items()
            if len(olds) == 1 and len(come.get(content, ())) == 1
        }

    def _translated(self, value: Any) -> Any:
        """A value of A with the names of parameters and clauses it refers to as B calls them."""
        if not self.translation and not self.bases:
            return value
        if isinstance(value, Mapping):
            out = {}
            for key, inner in value.items():
                if key == "param" and len(value) == 1:
                    out[key] = self.translation.get(str(inner), inner)
                elif key == "basis" and isinstance(inner, str):
                    out[key] = self.bases.get(inner, inner)
                elif key in ("score", "lowest", "highest") and isinstance(inner, str):
                    out[key] = re.sub(r"[^\W\d][\w.]*", lambda found: self.translation.get(found[0], found[0]), inner)
                else:
                    out[key] = self._translated(inner)
            return out
        if isinstance(value, list):
            return [self._translated(inner) for inner in value]
        if isinstance(value, str) and "param." in value:
            return re.sub(r"\bparam\.(\w+)", lambda found: f"param.{self.translation.get(found[1], found[1])}", value)
        return value

    # --- what a difference does ----------------------------------------------------------------------------------

    @cached_property
    def used(self) -> dict[str, dict[tuple[str, str], str]]:
        """By parameter: the items that read it, by key, and what a change of it does there."""
        out: dict[str, dict[tuple[str, str], str]] = {}
        for item in (*self.old, *self.new):
            if item.group == "parameters" or not isinstance(item.value, Mapping | list):
                continue
            parts = item.value.items() if isinstance(item.value, Mapping) else [("", item.value)]
            for key, part in parts:
                for name in parameters_used({key: part}):
                    effects = out.setdefault(name, {})
                    effect = _effect(item, str(key))
                    effects[item.key] = min(effect, effects.get(item.key, effect), key=_ORDER.index)
        return out

    def _effect(self, item: Item, field: str) -> str:
        if item.group == "parameters" and field in ("", "value"):
            uses = [*self.used.get(item.id, {}).values(), *self.used.get(self.translation.get(item.id, ""), {}).values()]
            return min(uses, key=_ORDER.index, default="words")
        return _effect(item, field)

    # --- changes -------------------------------------------------------------------------------------------------

    def _one_sided(self, item: Item, kind: str) -> Change:
        side = self.words[kind == "added"]
        said = summary(item, side)
        before, after = (said, "") if kind == "removed" else ("", said)
        return self._change(
            kind,
            self._effect(item, ""),
            item if kind == "removed" else None,
            item if kind == "added" else None,
            "",
            "",
            before,
            after,
        )

    def _field(self, item: Item, other: Item, found: Differing) -> Change:
        effect = self._effect(other, found.field)
        if found.spelling:
            effect = "words"
        return self._change(
            "changed", effect, item, other, found.field, found.title, found.before, found.after,
            found.added, found.removed, (found.before_path, found.after_path),
        )  # fmt: skip

    def _change(
        self, kind: str, effect: str, old: Item | None, new: Item | None, field: str, title: str, before: str, after: str,
        added: tuple[str, ...] = (), removed: tuple[str, ...] = (), paths: tuple[Any, Any] = ((), ()),
    ) -> Change:  # fmt: skip
        item = new or old
        assert item is not None
        uses: tuple[str, ...] = ()
        if item.group == "parameters" and field in ("", "value"):
            names = {item.id} | ({old.id} if old else set())
            keys = dict.fromkeys(key for name in sorted(names) for key in self.used.get(name, {}))
            uses = tuple(dict.fromkeys(self.names[key] for key in keys if key not in self.renamed))
        return Change(
            effect, kind, item.group, item.id, item.name, field, title, before, after, added, removed,
            self.before.place((*old.path, *paths[0])) if old else None,
            self.after.place((*new.path, *paths[1])) if new else None,
            uses,
        )  # fmt: skip

    def _orders(self) -> Iterator[Change]:
        """Tables whose cases are tried in another order: the first that holds wins, so the order is part of the meaning."""
        for group in dict.fromkeys(item.group for item in self.old if item.ordered):
            new = [item for item in self.new if item.group == group]
            there = {item.key for item in new}
            keys = {self.renamed.get(item.key, item.key): item for item in self.old if item.group == group}
            old = [key for key in keys if key in there]
            now = [item.key for item in new if item.key in keys]
            if old == now:
                continue
            start = next(n for n, (a, b) in enumerate(zip(old, now, strict=True)) if a != b)
            end = len(old) - next(n for n, (a, b) in enumerate(zip(reversed(old), reversed(now), strict=True)) if a != b)
            first = next(item for item in new if item.key == now[start])
            table = next((item for item in self.new if item.path == first.path[:2]), first)
            effect = _effect(first, "")
            before, after = ("、".join(key[1] for key in keys_[start:end]) for keys_ in (old, now))
            yield Change(
                effect, "moved", group, table.id, table.name, "cases", "各条的次序（先成立的为准）", before, after,
                before_place=self.before.place(keys[old[start]].path), after_place=self.after.place(first.path),
            )  # fmt: skip


def _effect(item: Item, field: str) -> str:
    """What a difference in a field of an item does (the item as a whole where `field` is empty)."""
    section, key = str(item.path[0]), field.split(".")[0]
    if section == "policy":
        return "scope" if item.id in _SCOPE else "words"
    if section in ("sources", "narrative") or key in _TEXTS:
        return "words"
    if section in ("notation", "wording", "form"):
        return "reading"
    if section == "recognition":
        return "findings" if item.path[1:2] == ("met",) else "scores"
    if section == "scoring":
        return "findings" if item.id == "satisfaction" else "scores"
    if section == "taxonomy":
        return "findings" if key == "level2" else "scores" if key in ("", "aliases") else "words"
    if section in ("grades", "rollup"):
        return "scores"
    if section == "parameters":
        return "words"
    return "findings"


def _content(value: Any) -> str:
    """What an item says, whatever its own id: to recognise it under another."""
    own = {key: inner for key, inner in value.items() if key not in ("case", "id", "tier")} if isinstance(value, Mapping) else value
    return json.dumps(own, ensure_ascii=False, sort_keys=True, default=word_of)
