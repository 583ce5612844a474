"""Where every item of a resolved policy came from: its own, inherited, or laid over another, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import Place
from engine.policy.lock import item_name
from engine.policy.resolved import Resolved
from engine.yaml.schema import schema


@dataclass(frozen=True, slots=True)
class Origin:
    """One item: `policy` wrote it at `place`; `over` are the (policy, place) pairs it was laid over, the nearest first."""

    section: str
    item: str
    policy: str
    place: Place
    over: tuple[tuple[str, Place], ...]


def origins(resolved: Resolved) -> Iterator[Origin]:
    """Every item of the policy in the order it is resolved; what it says of itself is its own and left out."""
    for path, _ in resolved.items():
        if path[0] == "policy":
            continue
        below = resolved.overridden.get(path, ())
        over = tuple((resolved.owners[document.file][0], document.place(at)) for document, at in below)
        yield Origin(str(path[0]), item_name(path), resolved.owner(path), resolved.place(path), over)


def show(resolved: Resolved) -> str:
    """The origins as text: a section a paragraph, an item a line, what an item was laid over below it."""
    names = {key: str(value.get("title", "")) for key, value in schema("policy")["properties"].items()}
    defs = schema("policy")["$defs"]
    found = list(origins(resolved))
    own = sum(one.policy == resolved.id for one in found)
    changed = sum(one.policy == resolved.id and bool(one.over) for one in found)
    lines = [
        f"{resolved.id}：{len(found)} 项，本政策写的 {own} 项（其中改写 {changed} 项），从 {'、'.join(resolved.extends) or '别处'} "
        f"来的 {len(found) - own} 项。"
    ]
    for section in dict.fromkeys(one.section for one in found):
        title = names.get(section) or str(defs.get(section, {}).get("title", ""))
        lines += ["", f"{title}（{section}）" if title else section]
        for one in (one for one in found if one.section == section):
            how = ("改写" if one.over else "本政策") if one.policy == resolved.id else f"来自 {one.policy}"
            lines.append(f"  {one.item}  {how}  {one.place}")
            lines += [f"      盖过 {policy}  {place}" for policy, place in one.over]
    return "\n".join(lines) + "\n"
