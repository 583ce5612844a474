"""The difference of two policies as plain data (schemas/diff.schema.json), and each difference in a Chinese sentence."""

from __future__ import annotations

from typing import Any

from engine.changes.diff.compare import EFFECTS, KINDS, Change, ComparedPolicy, PolicyDifference

SCHEMA = "jixiao/diff/1"


def to_data(found: PolicyDifference) -> dict[str, Any]:
    """The difference as plain data (schemas/diff.schema.json)."""
    return {
        "schema": SCHEMA,
        "before": head_data(found.before),
        "after": head_data(found.after),
        "counts": {effect: found.count(effect) for effect in EFFECTS},
        "changes": [change_data(change) for change in found.changes],
    }


def head_data(head: ComparedPolicy) -> dict[str, str]:
    """Which policy was compared, as plain data."""
    return {"id": head.id, "title": head.title, "status": head.status, "sha256": head.sha256}


def change_data(change: Change) -> dict[str, Any]:
    """One difference as plain data."""
    out: dict[str, Any] = {
        "effect": change.effect,
        "kind": change.kind,
        "group": change.group,
        "item": change.item,
        "name": change.name,
        "text": sentence(change),
    }
    if change.field:
        out |= {"field": change.field, "title": change.title}
    out |= {"before": change.before or None, "after": change.after or None}
    for key, words in (("added", change.added), ("removed", change.removed), ("used_by", change.used_by)):
        if words:
            out[key] = list(words)
    for key, place in (("before_place", change.before_place), ("after_place", change.after_place)):
        if place:
            out[key] = {"file": place.file, "line": place.line, "column": place.column}
    return out


def sentence(change: Change) -> str:
    """The difference in one Chinese sentence, without places."""
    if change.kind in ("added", "removed"):
        said = change.after or change.before
        return f"{KINDS[change.kind]}{change.name}" + (f"：{said}" if said else "")
    if change.kind == "renamed":
        return f"{change.name}的编号：{change.before} → {change.after}（内容不变）"
    head = f"{change.name}的{change.title}" if change.title else change.name
    if change.added or change.removed:
        parts = [f"增加“{'”“'.join(change.added)}”"] if change.added else []
        parts += [f"去掉“{'”“'.join(change.removed)}”"] if change.removed else []
        return f"{head}：{'；'.join(parts)}"
    return f"{head}：{change.before or '（没有）'} → {change.after or '（没有）'}"


def place_text(change: Change) -> str:
    """Where both sides stand: `a.yaml:3 → b.yaml:5`, or the one place there is."""
    places = [
        f"{place.file}:{place.line}" if place.line else place.file for place in (change.before_place, change.after_place) if place
    ]
    return " → ".join(dict.fromkeys(places))
