"""An inherited case, tier, grade, heading, clause or rule changed by an entry of `changes`: what is different, and no more."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.policy.changes import SECTION
from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text
from engine.yaml.editor import EditedFile
from engine.yaml.reader import Path_

HOME = "changes.yaml"
"""Where the first entry is written: no line of another file is touched."""
SCHEMA_LINE = "# yaml-language-server: $schema=../../../schemas/policy.schema.json\n"


@dataclass(frozen=True, slots=True)
class SingleChange:
    """What one entry says: its kind, what names the item, and the key with its new value."""

    kind: str
    named: Mapping[str, Any]
    key: str
    value: Any


def entry(sections: Mapping[str, Any], at: Path_, value: Any) -> SingleChange | None:
    """The entry that puts a value at a path of the whole policy; None where no entry can say it. Raises KeyError, IndexError or
    TypeError for a path that is none."""
    match at:
        case ("findings", str(name), str(key), *rest):
            kind, named, depth = "findings", {"id": name}, 2
        case ("scoring" | "recognition" as section, str(table), "cases", int(n), str(key), *rest) if table != "weights":
            kind, named, depth = "cases", {"table": table, "case": sections[section][table]["cases"][n]["case"]}, 4
        case ("scoring", "qualitative", "tiers", int(n), str(key), *rest):
            kind, named, depth = "tiers", {"tier": sections["scoring"]["qualitative"]["tiers"][n]["tier"]}, 4
        case ("grades", int(n), str(key), *rest):
            kind, named, depth = "grades", {"grade": sections["grades"][n]["grade"]}, 2
        case ("taxonomy", str(name), str(key), *rest):
            kind, named, depth = "taxonomy", {"level1": name}, 2
        case ("sources", str(source_id), "clauses", str(number), str(key), *rest):
            kind, named, depth = "clauses", {"source": source_id, "clause": number}, 4
        case _:
            return None
    if key in named:
        return None  # its name: another item, and no change of this one
    if not rest:
        return SingleChange(kind, named, key, value)
    whole: Any = sections
    for step in at[: depth + 1]:
        whole = whole[step]
    whole = copy.deepcopy(whole)
    inner = whole
    for step in rest[:-1]:
        inner = inner[step]
    inner[rest[-1]] = value
    return SingleChange(kind, named, key, whole)


def put(texts: Mapping[str, str], single: SingleChange) -> dict[str, str]:
    """The policy's own texts with the entry in them: added to the one of the same item, or as a new one."""
    for name, text in texts.items():
        if name.startswith("tests/"):
            continue
        file = source(name, text)
        written = (file.data or {}).get(SECTION)
        if not isinstance(written, dict):
            continue
        entries = written.get(single.kind)
        if entries is None:
            return {name: yaml_edit.set_value(file, (SECTION, single.kind), [_whole(single)]).text}
        for index, known in enumerate(entries):
            if all(known.get(key) == value for key, value in single.named.items()):
                return {name: yaml_edit.set_value(file, (SECTION, single.kind, index, single.key), single.value).text}
        return {name: yaml_edit.insert(file, (SECTION, single.kind, len(entries)), _whole(single)).text}
    before = texts.get(HOME, "").rstrip("\n")
    start = f"{before}\n\n" if before else SCHEMA_LINE
    return {HOME: start + yaml_text.block({SECTION: {single.kind: [_whole(single)]}}, 0) + "\n"}


def _whole(single: SingleChange) -> dict[str, Any]:
    return {**single.named, single.key: single.value}


def source(name: str, text: str) -> EditedFile:
    """A text of a policy as a file that can be edited."""
    return yaml_edit.parsed(EditedFile(Path(name), text, text.encode(), name))
