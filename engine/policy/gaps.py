"""Checking on past a mistake: what the schema refuses is taken out, the rest is built, and only its own problems are told.

Everything here is for better messages about a policy that is refused anyway: where it is unsure it keeps quiet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.errors import PolicyError, Problem, nearest
from engine.yaml import schema as schemas
from engine.yaml.reader import Path_, YamlDocument, walk

if TYPE_CHECKING:
    from engine.policy.resolved import Resolved

_UNSAID = "\0"
"""The file of what stands in for a part that is missing, and the name of what was not written: no policy can hold it."""
_UNWRITTEN = "（没有写）"
_STAND_INS = {"basis": f"{_UNSAID}#{_UNSAID}", **dict.fromkeys(("title", "label", "text", "advice", "message"), _UNWRITTEN)}
"""For a missing key that other checks can do without: better than leaving out the whole item."""
_PASSES = 4
_EMPTY = ("sources", "parameters", "taxonomy")
"""Sections that may stand empty if nothing is known of them; the other needed ones are taken from a shipped policy."""
_NO_FIELD = ("condition.no-field", "rule.no-field", "message.no-field", "measure.no-field", "statement.no-field")
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "parameters": (
        "policy.no-parameter",
        "policy.no-number",
        "policy.no-word-list",
        "formula.no-name",
        "formula.parameter",
        "names.threshold",
        "weights.sum",
        "bands.range",
        "bands.order",
        "bands.gap",
        "figures.number",
        "policy.negative",
        "message.types",
    ),
    "sources": ("policy.no-clause",),
    "taxonomy": ("weights.no-level1", "condition.no-value", "condition.no-field"),
    "scoring": ("table.no-tier", "condition.no-value", "weights.sum"),
    "tiers": ("bands.gap", "bands.order", "table.no-tier", "table.no-value", "condition.no-value"),
    "grades": ("bands.gap", "bands.order", "condition.no-value"),
    "measures": (*_NO_FIELD, "formula.no-name"),
    "findings": (*_NO_FIELD, "rule.no-fact", "rule.none"),
    "form": ("statement.no-section",),
}
"""Codes of the problems that may only be the consequence of a part that could not be read, by its section."""
_FOLLOWS_ANY = ("policy.lost-clauses",)
"""Codes of those that may follow whatever could not be read: what the policy writes instead of what it extends is not there."""


@dataclass(slots=True)
class Gaps:
    """What was left out of a policy, and where its consequences would show."""

    names: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)
    places: set[tuple[str, int, int]] = field(default_factory=set)
    blind: bool = False
    """Too little is known to say more."""

    def explains(self, problem: Problem) -> bool:
        """Whether the problem may only be a consequence of what was left out."""
        place = problem.place
        return (
            place.file == _UNSAID
            or _UNSAID in problem.names
            or (place.file, place.line, place.column) in self.places
            or not self.names.isdisjoint(problem.names)
            or any(problem.code in (*_FOLLOWS.get(section, ()), *_FOLLOWS_ANY) for section in self.sections)
        )

    def unread(self, text: str) -> None:
        """A file that does not parse: its sections, as far as they can be made out, are unknown."""
        found = re.findall(r"^([a-z]+) *[:：]", text, re.MULTILINE)
        self.sections.update(found)
        self.blind = self.blind or not found or "policy" in found


def mend(document: YamlDocument, gaps: Gaps) -> YamlDocument:
    """The document without what the policy schema refuses: an unknown key, else the list entry or the item it stands in."""
    if not isinstance(document.data, dict):
        gaps.blind = True
        return replace(document, data={})
    for attempt in range(_PASSES + 1):
        refused = schemas.refusals(document, "policy")
        if not refused or not document.data:
            break
        drop: set[Path_] = set()
        put: dict[Path_, dict[str, Any]] = {}
        for refusal in refused:
            if attempt == _PASSES:
                drop.add(refusal.path[:1])
            else:
                _decide(refusal, document, gaps, drop, put)
        for path in drop:
            _note(path, drop, document, gaps)
        document = _changed(document, drop, put)
    return document


def _decide(
    refusal: schemas.Refusal, document: YamlDocument, gaps: Gaps, drop: set[Path_], put: dict[Path_, dict[str, Any]]
) -> None:
    path, unit = refusal.path, _unit(refusal.path)
    if refusal.kind == "unknown":
        drop.add(path)
        gaps.places |= set(_marks(document, unit))
        if len(path) < 3:
            # a misspelt section or part is not missing as well
            gaps.sections.add(nearest(str(path[0]), schemas.schema("policy")["properties"]) if len(path) == 1 else str(path[0]))
        elif path[0] == "grades" or "tiers" in path:
            gaps.sections.add(
                "grades" if path[0] == "grades" else "tiers"
            )  # it may have been the floor that those above and below are held against
    elif refusal.kind == "missing" and all(key in _STAND_INS for key in refusal.options):
        put.setdefault(path, {}).update({key: _STAND_INS[key] for key in refusal.options})
    elif refusal.kind == "choice" and refusal.options and isinstance(path[-1], str):
        put.setdefault(path[:-1], {})[path[-1]] = refusal.options[0]
    elif unit:
        drop.add(unit)


def _unit(path: Path_) -> Path_:
    """What is left out for a mistake at `path`: the outermost list entry, else section.key, else the section."""
    for length, step in enumerate(path, start=1):
        if isinstance(step, int):
            return path[:length]
    return path[:2]


def _note(path: Path_, drop: set[Path_], document: YamlDocument, gaps: Gaps) -> None:
    """Remember what goes with `path`: the names others may use, and where its absence would show."""
    if not path or path[:2] == ("policy", "extends"):  # all that comes from there would be missed
        gaps.blind = True
    if not path:
        return
    node, around = _at(document, path), _at(document, path[:-1])
    if isinstance(path[-1], str) and path != _unit(path):
        return  # an unknown key: nothing refers to it
    if isinstance(path[-1], str):
        gaps.names.add(path[-1])
        if len(path) == 1 or path[0] not in ("parameters", "sources", "taxonomy", "measures", "findings"):
            gaps.sections.add(str(path[0]))
    elif isinstance(node, dict):
        gaps.names |= {value for value in node.values() if isinstance(value, str)}
    if isinstance(node, dict):
        gaps.names |= {name for at, value in walk(node.get("conclude")) for name in (value, *at) if isinstance(name, str)}
    if isinstance(around, list):
        left = [index for index in range(len(around)) if (*path[:-1], index) not in drop]
        for at in (path[:-1], path[:-2], (*path[:-1], *left[-1:])):
            gaps.places |= set(_marks(document, at))
    gaps.sections |= {name for name in ("parameters", "grades", "tiers") if name in path}


def _marks(document: YamlDocument, path: Path_) -> Iterator[tuple[str, int, int]]:
    for key in (False, True):
        place = document.place(path, key=key)
        yield place.file, place.line, place.column


def _at(document: YamlDocument, path: Path_) -> Any:
    node = document.data
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _changed(document: YamlDocument, drop: set[Path_], put: dict[Path_, dict[str, Any]]) -> YamlDocument:
    """The document without the paths of `drop`, with the values of `put`; every node left keeps its place."""
    marks: dict[Path_, tuple[int, int]] = {}
    keys: dict[Path_, tuple[int, int]] = {}

    def copied(node: Any, old: Path_, new: Path_) -> Any:
        if old in document.marks:
            marks[new] = document.marks[old]
        if old in document.key_marks:
            keys[new] = document.key_marks[old]
        if isinstance(node, dict):
            kept = {key: copied(value, (*old, key), (*new, key)) for key, value in node.items() if (*old, key) not in drop}
            return {**kept, **put.get(old, {})}
        if isinstance(node, list):
            left = [(index, item) for index, item in enumerate(node) if (*old, index) not in drop]
            return [copied(item, (*old, index), (*new, at)) for at, (index, item) in enumerate(left)]
        return node

    data = {} if () in drop else copied(document.data, (), ())
    return YamlDocument(data, document.file, marks, keys)


def beyond(resolved: Resolved, gaps: Gaps, build: Callable[[Resolved], Any], shipped: Resolved | None) -> list[Problem]:
    """The problems of meaning in what is left of a policy. `shipped` is a sound policy whose parts stand for missing ones."""
    if gaps.blind or resolved.sections["policy"]["status"] == "pack":
        return []
    try:
        build(_filled(resolved, gaps, shipped))
    except PolicyError as error:
        return [problem for problem in error.problems if not gaps.explains(problem)]
    except Exception:  # parts were taken out: what stumbles over that is no mistake of the policy's
        return []
    return []


def _filled(resolved: Resolved, gaps: Gaps, shipped: Resolved | None) -> Resolved:
    """The policy with the parts that were left out taken from elsewhere, so that what needs them can be checked."""
    sections: dict[str, Any] = {name: dict(data) if isinstance(data, dict) else data for name, data in resolved.sections.items()}
    origins = dict(resolved.origins)
    nowhere = YamlDocument({}, _UNSAID, {}, {})
    for name in gaps.sections:
        other = {} if name in _EMPTY else shipped.sections.get(name) if shipped else None
        if name not in sections and other is not None:
            sections[name] = dict(other) if isinstance(other, dict) else other
            origins[(name,)] = (nowhere, (name,))
        elif isinstance(other, dict) and name in sections:
            for key, value in other.items():
                if key not in sections[name] and key not in ("extends", "disable"):
                    sections[name][key] = value
                    origins[(name, key)] = (nowhere, (name, key))
    return replace(resolved, sections=sections, origins=origins)
