"""Editing a policy field by field: what a person sees of their draft, and how a change of one field becomes a change of text.

A field that stands in one of the policy's own files is changed there and nowhere else (`yaml_edit`: comments, order and every
other line stay). A field that is inherited is overridden: the smallest part that a child may replace is copied into the policy's
own files, with the change; of a case, tier, grade, heading, clause or rule only what changed, as an entry of `changes`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.editing import singly
from engine.editing.overlay import overlaid
from engine.editing.singly import SCHEMA_LINE
from engine.errors import Place, PolicyError, Problem
from engine.files import displayed
from engine.policy.library import Library, display_name
from engine.policy.loading import check, resolve
from engine.policy.resolved import WHOLE, Resolved
from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text
from engine.yaml.editor import EditedFile
from engine.yaml.reader import MAX_DIGITS, Path_

_APART = re.compile(r"[,，;；]")
_QUOTED = re.compile(r'(?:(?<=[、\n,，;；])|^)\s*"((?:[^"]|"")*)"\s*(?=[、\n,，;；]|$)')
_BETWEEN = re.compile(r"[、\n，;；]|(?<![0-9]),|,(?![0-9]{3})")
KINDS = ("set", "delete", "insert", "override", "copy", "disable", "enable")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One change. `at` is a path in `file`, or, for an item that is inherited, in the whole policy (`file` is empty then)."""

    kind: str
    at: Path_
    file: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A policy's files as someone sees them: their texts, what is wrong with them, and what they resolve to, if they do."""

    texts: Mapping[str, str]
    problems: tuple[Problem, ...]
    resolved: Resolved | None
    own: Mapping[str, str]
    """The name of each of the policy's own files by the name messages call it."""


def look(policy: str, texts: Mapping[str, str], below: Library) -> Snapshot:
    """What these texts make of the policy. Problems name files as the policy calls them."""
    with overlaid(policy, texts, below) as library:
        home = library.roots[0] / policy
        own = {display_name(home / name): name for name in texts}
        problems: tuple[Problem, ...] = ()
        resolved = None
        try:
            resolved = resolve(policy, library)
            check(policy, library)
        except PolicyError as error:
            problems = tuple(_named(problem, own) for problem in error.problems)
    return Snapshot(texts, problems, resolved, own)


def after(seen: Snapshot, change: FileChange) -> dict[str, str]:
    """The texts that a change makes other ones of. Raises PolicyError for what cannot be changed so."""
    try:
        if change.kind in ("disable", "enable"):
            return _switched(seen, str(change.at[-1]), change.kind == "disable")
        if change.file:
            return {change.file: _in_file(seen, change).text}
        if change.kind in KINDS:
            return _overridden(seen, change)
    except (KeyError, IndexError, TypeError, AttributeError):  # what is at the path is no such thing, or is not there
        where = ".".join(map(str, change.at))
        raise PolicyError(
            Problem(Place(change.file), f"没有这个位置：{displayed(where)[:200]}", "重新载入再改", code="edit.nowhere")
        ) from None
    raise PolicyError(Problem(Place(), f"没有这种修改：{change.kind}", "、".join(KINDS), code="edit.kind"))


def typed(value: Any, kind: str) -> Any:
    """A value as it was typed, as YAML data. What is no number stays text, and the check says so at its line."""
    if kind == "list":
        return [part.strip() for part in map(str, value) if part.strip()] if isinstance(value, list) else words(str(value))
    if kind == "bool":
        return value in (True, "true")
    if kind in ("param", "field"):
        return {kind: str(value).strip()}
    text = str(value)
    if kind == "number" and len(text) <= MAX_DIGITS:
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            return text
        if number.is_finite():
            return int(number) if number == number.to_integral_value() and "." not in text and "e" not in text.lower() else number
    return text


def written(entries: Iterable[str]) -> str:
    """The words of a list in one text, from which `words` gives them back: a word that has a separator in it stands in quotes."""
    doubled = (word.replace('"', '""') for word in entries)
    return "、".join(f'"{word}"' if _BETWEEN.search(word) or '"' in word else word for word in doubled)


def words(text: str, kept: Iterable[str] = ()) -> list[str]:
    """The words of a list as people write them: apart by 、 or lines, and by commas and semicolons too, but for words in straight
    quotes, those that have one in them (`kept`), and numbers (1,000)."""
    kept, out, end = tuple(kept), list[str](), 0
    for found in _QUOTED.finditer(text):
        out += [*_apart(text[end : found.start()], kept), found[1].replace('""', '"').strip()]
        end = found.end()
    return [word for word in (*out, *_apart(text[end:], kept)) if word]


def _apart(text: str, kept: Iterable[str]) -> list[str]:
    whole = sorted((word.strip() for word in kept if _APART.search(word)), key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, whole))})" if whole else r"(?!)", text)
    found = [part if part in whole else piece for part in parts for piece in ([part] if part in whole else _BETWEEN.split(part))]
    return [word.strip() for word in found if word.strip()]


def _in_file(seen: Snapshot, change: FileChange) -> EditedFile:
    if change.file not in seen.texts:
        raise PolicyError(Problem(Place(change.file), "没有这个文件", "、".join(seen.texts), code="edit.no-file"))
    return _changed(singly.source(change.file, seen.texts[change.file]), change.kind, change.at, change.value)


def _changed(source: EditedFile, kind: str, at: Path_, value: Any) -> EditedFile:
    if kind == "set":
        return yaml_edit.set_value(source, at, value)
    if kind == "delete":
        return yaml_edit.delete(source, at)
    if kind == "insert":
        return yaml_edit.insert(source, at, value)
    if kind == "copy":
        return _copied(source, at, str(value))
    raise PolicyError(Problem(Place(source.name), f"没有这种修改：{kind}", "、".join(KINDS), code="edit.kind"))


def _copied(source: EditedFile, at: Path_, name: str) -> EditedFile:
    """The item at `at` once more, under another name: behind itself in a list, last in a mapping."""
    original = source.data
    for step in at:
        original = original[step]
    twin = copy.deepcopy(original)
    if isinstance(at[-1], int):
        key = next((key for key in ("id", "case", "tier", "grade") if key in twin), "")
        if key:
            twin[key] = name
        return yaml_edit.insert(source, (*at[:-1], at[-1] + 1), twin)
    return yaml_edit.set_value(source, (*at[:-1], name), twin)


def _overridden(seen: Snapshot, change: FileChange) -> dict[str, str]:
    """The policy's own texts with an inherited item in them, changed."""
    if seen.resolved is None:
        raise PolicyError(Problem(Place(), "政策现在有错，不能改继承来的内容", "先改正列出的错误", code="edit.broken"))
    section = str(change.at[0])
    sections = seen.resolved.sections
    if section not in sections:
        raise PolicyError(Problem(Place(), f"没有“{section}”部分", "、".join(map(str, sections)), code="edit.no-section"))
    depth = 1 if section in WHOLE else 2
    if len(change.at) < depth:
        raise PolicyError(Problem(Place(), "没有指明改哪一项", code="edit.no-item"))
    part: Any = sections
    for step in change.at[:depth]:
        part = part[step]
    if change.kind == "set" and (single := singly.entry(sections, change.at, change.value)):
        return singly.put(seen.texts, single)
    holder = {"part": copy.deepcopy(part)}
    key = str(change.at[-1]) if depth == 2 else ""
    if change.kind == "copy":  # a rule or parameter of another name; the original stays where it is
        if len(change.at) == depth and isinstance(holder["part"], dict):
            key = str(change.value)
            holder["part"] |= {"id": key} if section == "findings" else {}
        else:
            return _with(seen, section, str(change.at[1]), _rewritten(holder, change, depth))
    elif change.kind != "override":
        return _with(seen, section, str(change.at[1]) if depth == 2 else "", _rewritten(holder, change, depth))
    return _with(seen, section, key, holder["part"])


def _rewritten(holder: dict[str, Any], change: FileChange, depth: int) -> Any:
    """The part with the change made in it: as text, so that it is made the same way as in a file."""
    source = singly.source("继承的内容", yaml_text.block(holder, 0) + "\n")
    return _changed(source, change.kind, ("part", *change.at[depth:]), change.value).data["part"]


def _with(seen: Snapshot, section: str, key: str, value: Any) -> dict[str, str]:
    """The texts with one item put into the policy's own file that has its section, or into a new one."""
    for name, text in seen.texts.items():
        if name.startswith("tests/"):
            continue
        source = singly.source(name, text)
        data = source.data or {}
        if section not in data or (section == "findings" and not name.startswith("findings/") and not data[section]):
            continue
        if section == "findings":
            index = next((n for n, rule in enumerate(data[section]) if rule.get("id") == key), None)
            if index is None:
                return {name: yaml_edit.insert(source, (section, len(data[section])), value).text}
            return {name: yaml_edit.set_value(source, (section, index), value).text}
        return {name: yaml_edit.set_value(source, (section, key) if key else (section,), value).text}
    name = "findings/local.yaml" if section == "findings" else f"{section}.yaml"
    if section == "findings" or not key:
        written = yaml_text.block({section: [value] if section == "findings" else value}, 0)
    else:  # a line for each part: people read on in this file
        inner = f"\n{yaml_text.block(value, 4)}" if isinstance(value, dict) else f" {yaml_text.flow(value)}"
        written = f"{section}:\n  {yaml_text.flow(key)}:{inner}"
    head = SCHEMA_LINE.replace("../../../", "../../../../") if section == "findings" else SCHEMA_LINE
    before = seen.texts.get(name, "")
    start = before.rstrip("\n") + "\n\n" if before.strip() else head
    return {name: start + written + "\n"}


def _switched(seen: Snapshot, rule: str, off: bool) -> dict[str, str]:
    """A rule put into, or taken out of, the policy's list of disabled rules."""
    source = singly.source("policy.yaml", seen.texts["policy.yaml"])
    known = list((source.data or {}).get("policy", {}).get("disable", []))
    if off == (rule in known):
        return {}
    listed = [*known, rule] if off else [name for name in known if name != rule]
    if not listed:
        return {"policy.yaml": yaml_edit.delete(source, ("policy", "disable")).text}
    return {"policy.yaml": yaml_edit.set_value(source, ("policy", "disable"), listed).text}


def _named(problem: Problem, own: Mapping[str, str]) -> Problem:
    """The problem with the policy's own name for the file, not the one of the copy it was found in."""
    message, expected = problem.message, problem.expected
    for long, short in own.items():
        message, expected = message.replace(long, short), expected.replace(long, short)
    return replace(
        problem,
        message=message,
        expected=expected,
        place=replace(problem.place, file=own.get(problem.place.file, problem.place.file)),
    )
