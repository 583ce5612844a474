"""The slips that can be made in the text of a policy, node by node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.soundness.mutation.model import Edit, Mutant
from engine.yaml.reader import Path_, YamlDocument, walk
from engine.yaml.writer import flow

_SAID = frozenset(
    [
        "title",
        "label",
        "definition",
        "description",
        "text",
        "label",
        "advice",
        "report",
        "reason",
        "note",
        "remedy",
        "document",
        "jurisdiction_name",
        "id",
        "case",
        "test",
        "status",
        "extends",
        "jurisdiction",
        "url",
        "published_on",
        "evidence",
        "icon",
    ]
)
"""Keys whose words are for people, or name things: what a slip there does is seen by whoever reads them, or by `policy check`."""
NOT_TRIED = ("sources", "narrative", "form", "lint", "policy")
"""Sections that no policy test looks at, which begins with a record: texts of clauses, the layout, the drafted report (of `policy`:
but for the rules stopped)."""
_FLIPS = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
_TURNS = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
_EXCEPTIONS = ("not_contains", "not_in", "not_matches")
_OTHER: Mapping[str, tuple[str, ...]] = {
    "positive": ("inverse",),
    "inverse": ("positive",),
    "met": ("partial", "unmet"),
    "partial": ("met", "unmet"),
    "unmet": ("partial", "met"),
    "scored": ("needs_review",),
    "needs_review": ("not_applicable",),
    "not_applicable": ("needs_review",),
    "department": ("project",),
    "project": ("department",),
    "half_up": ("down", "up"),
    "down": ("half_up",),
    "up": ("half_up",),
    "worst": ("best", "average"),
    "indicator": ("form",),
    "quantitative": ("qualitative",),
    "qualitative": ("quantitative",),
    "numbers": ("words",),
    "sum": ("funds_mean", "ask"),
    "sum_told": ("funds_mean",),
    "funds_mean": ("sum",),
    "ask": ("sum",),
    "yes": ("no",),
    "no": ("yes",),
    "count": ("share",),
}
"""Coded values that are taken for one another."""
_CODED = (
    "direction",
    "attainment",
    "value",
    "tier",
    "status",
    "take",
    "mode",
    "at",
    "form_kind",
    "nature",
    "met",
    "kind",
    "target_kind",
)
_UNITS = ("分", "%", "比例", "个", "字", "元", "万元")
_FIELD = re.compile(r"\{\{ *([a-z]\w*)\.([a-z]\w*)( *\|[^}]*)? *\}\}")
_NAMES = re.compile(r"\b(weight|target|actual|budget|executed|execution|indicators|reported)\b")
_SWAPS = {
    "target": "actual",
    "actual": "target",
    "budget": "executed",
    "executed": "budget",
    "reported": "weight",
    "weight": "target",
}
_EXTRA = ("完成", "其他", "管理", "服务")
"""Words that stand in many names and texts: added to a list, they make it catch what it should not."""


@dataclass(frozen=True, slots=True)
class SlipContext:
    """What slips are made of: the policy, its clauses, and the fields of its rules."""

    policy: Policy
    clauses: tuple[str, ...]

    def other_clause(self, basis: str) -> str:
        """Another clause of the same source, or of the next one; empty where there is none."""
        source = basis.partition("#")[0]
        near = [one for one in self.clauses if one.startswith(f"{source}#") and one != basis]
        return (near or [one for one in self.clauses if one != basis] or [""])[0]


def slips(resolved: Resolved, policy: Policy, owners: Sequence[str]) -> list[Mutant]:
    """Every slip that can be made in the files of these policies, in the order of the text."""
    context = SlipContext(policy, tuple(sorted(policy.clauses)))
    out: list[Mutant] = []
    for document in resolved.documents:
        owner = resolved.owners.get(document.file, (resolved.id, ""))[0]
        if owner in owners:
            out += _of_document(document, owner, context)
    return out


def _of_document(document: YamlDocument, owner: str, context: SlipContext) -> Iterator[Mutant]:
    for path, value in walk(document.data):
        if not path or (path[0] in NOT_TRIED and not _looked_at(path)):
            continue
        for kind, what, edits in _of_node(document.data, path, value, context):
            yield Mutant(kind, document.file, owner, path, document.place(path), what, edits)


def _looked_at(path: Path_) -> bool:
    return path[0] == "policy" and len(path) > 1 and path[1] == "disable"


Slip = tuple[str, str, tuple[Edit, ...]]


def _of_node(data: Any, path: Path_, value: Any, context: SlipContext) -> Iterator[Slip]:
    if isinstance(value, dict):
        yield from _of_mapping(data, path, value)
    elif isinstance(value, list):
        yield from _of_list(data, path, value)
    elif isinstance(value, bool):
        yield "yes-no", f"{_said(path)} {flow(value)} 改为 {flow(not value)}", (("set", path, not value),)
    elif isinstance(value, int | Decimal):
        yield from _of_number(path, value)
    elif isinstance(value, str):
        yield from _of_text(data, path, value, context)


# --- scalars -----------------------------------------------------------------------------------------------------------


def _of_number(path: Path_, value: int | Decimal) -> Iterator[Slip]:
    exact = Decimal(value)
    step = Decimal(1).scaleb(int(exact.as_tuple().exponent)) if exact != exact.to_integral_value() else Decimal(1)
    for kind, others in (
        ("number-step", (exact + step, exact - step)),
        ("number-scale", (exact * 10, exact / 10)),
        ("number-percent", (exact / 100,) if abs(exact) > 1 else (exact * 100,)),
    ):
        for other in others:
            if other != exact:
                plain = _number(other)
                yield kind, f"{_said(path)} {value} 改为 {plain}", (("set", path, plain),)


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value.normalize()


def _of_text(data: Any, path: Path_, value: str, context: SlipContext) -> Iterator[Slip]:
    key = path[-1]
    if key == "severity" and value in SEVERITIES:
        for other in SEVERITIES:
            if other != value:
                yield "severity", f"级别 {value} 改为 {other}", (("set", path, other),)
    elif key == "category" and value in CATEGORIES:
        other = next(one for one in CATEGORIES if one != value)
        yield "category", f"类别 {value} 改为 {other}", (("set", path, other),)
    elif key == "basis":
        if other := context.other_clause(value):
            yield "clause", f"依据 {value} 改为 {other}", (("set", path, other),)
    elif key == "message":
        yield from _of_message(data, path, value, context)
    elif key in ("score", "highest", "lowest") and isinstance(value, str):
        yield from _of_formula(path, value)
    elif key == "unit" and path[0] == "parameters":
        for other in _UNITS:
            if other != value and (value in _UNITS):
                yield "unit", f"单位 {value} 改为 {other}", (("set", path, other),)
                break
    elif key in _SAID or (isinstance(key, int) and _list_of_words(data, path)):
        return
    elif value in _OTHER and (key in _CODED or (len(path) > 1 and path[-2] in _CODED)):
        for other in _OTHER[value]:
            yield "value", f"{_said(path)} {value} 改为 {other}", (("set", path, other),)


def _of_message(data: Any, path: Path_, value: str, context: SlipContext) -> Iterator[Slip]:
    """Each field of the message in place of each other of the same fact."""
    rule = context.policy.rules.rules.get(str(_at(data, path[:-1]).get("id", "")))
    if rule is None:
        return
    kinds = {pattern.alias: context.policy.rules.kinds[pattern.kind] for pattern in rule.patterns if pattern.alias}
    for found in _FIELD.finditer(value):
        alias, name = found[1], found[2]
        fields = kinds.get(alias, {})
        if name not in fields:
            continue
        named = [m[2] for m in _FIELD.finditer(value) if m[1] == alias]
        read = [c.test.field for p in rule.patterns if p.alias == alias for c in p.conditions]
        alike = [n for n in (*named, *read, "name", "target_text", "actual_text") if n in fields and n != name]
        other = next((n for n in alike if fields[n].type == fields[name].type), "")
        if other:
            text = value[: found.start(2)] + other + value[found.end(2) :]
            yield "message-field", f"文字里的 {alias}.{name} 改为 {alias}.{other}", (("set", path, text),)


def _of_formula(path: Path_, value: str) -> Iterator[Slip]:
    for found in _NAMES.finditer(value):
        other = _SWAPS.get(found[1])
        if other:
            text = value[: found.start()] + other + value[found.end() :]
            yield "formula", f"公式 {value} 改为 {text}", (("set", path, text),)
    for sign, other in (("*", "/"), ("/", "*"), ("+", "-")):
        if f" {sign} " in value:
            text = value.replace(f" {sign} ", f" {other} ", 1)
            yield "formula", f"公式 {value} 改为 {text}", (("set", path, text),)


# --- lists and mappings ------------------------------------------------------------------------------------------------


def _of_list(data: Any, path: Path_, value: list[Any]) -> Iterator[Slip]:
    key = path[-1]
    if key in ("cases", "tiers") or path == ("grades",):
        for index, item in enumerate(value):
            name = item.get("case") or item.get("tier") or item.get("grade")
            if len(value) > 1:
                yield "dropped", f"漏了“{name}”", (("delete", (*path, index), None),)
            if index + 1 < len(value) and "otherwise" not in value[index + 1]:
                after = value[index + 1]
                other = after.get("case") or after.get("tier") or after.get("grade")
                yield "order", f"“{name}”与“{other}”颠倒", (("swap", (*path, index), None),)
    elif path == ("findings",):
        for index, item in enumerate(value):
            if len(value) > 1:
                yield "rule-off", f"停用了规则 {item['id']}", (("delete", (*path, index), None),)
    elif key == "when":
        for index, item in enumerate(value):
            if "without" in item:
                yield "exception-dropped", "漏了例外 without", (("delete", (*path, index), None),)
    elif value and all(isinstance(word, str) for word in value) and _is_words(path):
        for index, word in enumerate(value):
            if len(value) > 1:
                yield "word-dropped", f"{_said(path)} 漏了“{word}”", (("delete", (*path, index), None),)
        for word in _EXTRA:
            if word not in value:
                yield "word-added", f"{_said(path)} 多了“{word}”", (("insert", (*path, len(value)), word),)
                break
        if key == "level2" and len(path) > 1 and isinstance(_at(data, path[:-2]), dict):
            others = [name for name in _at(data, path[:-2]) if name != path[-2] and "level2" in _at(data, path[:-2])[name]]
            if others and len(value) > 1:
                there = (*path[:-2], others[0], "level2")
                edits: tuple[Edit, ...] = (("delete", (*path, 0), None), ("insert", (*there, 0), value[0]))
                yield "moved", f"“{value[0]}”归到了{others[0]}", edits


def _is_words(path: Path_) -> bool:
    return path[-1] not in ("evidence", "supersedes", "extends", "form_kinds", "between")


def _list_of_words(data: Any, path: Path_) -> bool:
    return isinstance(_at(data, path[:-1]), list)


def _of_mapping(data: Any, path: Path_, value: Mapping[str, Any]) -> Iterator[Slip]:
    for key in value:
        if key in _FLIPS and len(path) > 1:
            for kind, other in (("boundary", _FLIPS[key]), ("turned", _TURNS[key])):
                if other not in value:
                    renamed = {other if name == key else name: one for name, one in value.items()}
                    yield kind, f"{_said(path)} {key} 改为 {other}", (("set", path, renamed),)
        if key in _EXCEPTIONS:
            yield "exception-dropped", f"{_said(path)} 漏了 {key}", _without(data, path, key, value)
    if path[-1] in ("when", "where", "among") or _is_fact(path, value):
        for name in value:
            if name != "fact" and len(value) > 1:
                yield "condition-dropped", f"漏了条件 {name}", (("delete", (*path, name), None),)


def _without(data: Any, path: Path_, key: str, value: Mapping[str, Any]) -> tuple[Edit, ...]:
    """One word of a requirement taken out; the whole requirement where it is the only one."""
    if len(value) > 1:
        return (("delete", (*path, key), None),)
    return (("delete", path, None),)


def _is_fact(path: Path_, value: Mapping[str, Any]) -> bool:
    return "fact" in value and len(path) > 2 and path[-3] == "when"


def _at(data: Any, path: Path_) -> Any:
    for step in path:
        data = data[step]
    return data


def _said(path: Path_) -> str:
    """What is changed, by the last names of its path."""
    names = [str(step) for step in path if isinstance(step, str)]
    return ".".join(names[-3:])
