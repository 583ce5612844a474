"""A policy as a form to fill in: items an officer would name, each with the fields that may be changed, as plain data.

Titles, choices and help come from the policy schema and the catalogue of fields; nothing here knows a policy. Where a field is
written (file and path in it) goes with it, so that an edit changes that place and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.editing.changes import written
from engine.language import fact_fields, fields, formula, names, wording
from engine.language.conditions import ANY
from engine.language.fields import Field
from engine.policy import items as policy_items
from engine.policy import titles as schema_titles
from engine.policy.build import NATURES
from engine.policy.items import Item
from engine.policy.resolved import Resolved
from engine.yaml.reader import Path_

GROUPS = {
    "parameters": "参数",
    "weights": "分值与取整",
    "tiers": "定性分档",
    "grades": "等级",
    "scoring": "计分表",
    "recognition": "识别表",
    "findings": "规则",
    "measures": "统计量",
    "causes": "同因",
    "texts": "报告措辞",
    "taxonomy": "指标分类",
    "sources": "条款与来源",
}
"""What is shown as a form, in this order. The layout of the form, notation and names are lists for the YAML view."""
_FORMULAS = ("score", "lowest", "highest")
_LONG = ("message", "advice", "report", "text", "definition", "reason")
_FIXED = ("id", "otherwise", "fact", "conclude")
_NAMES = ("case", "tier", "grade")
"""Keys that name an item, where its value is its name; elsewhere (the tier a case gives) they are fields."""
_TESTS = ("when", "where", "among")
_SECTION_OF = {"clauses": "sources", "narrative": "texts"}


@dataclass(frozen=True, slots=True)
class _Context:
    resolved: Resolved
    own: Mapping[str, str]
    """Name in the policy's own directory of each document that stands there, by the name messages call it."""


def items_of(resolved: Resolved, own: Mapping[str, str], group: str) -> list[dict[str, Any]]:
    """The items of one of GROUPS, with their fields."""
    context = _Context(resolved, own)
    found = [_item(item, context) for item in policy_items.items(resolved) if group_of(item) == group]
    if group == "findings":
        found += [_disabled(name, context) for name in resolved.sections["policy"].get("disable", ())]
    return found


def counts(resolved: Resolved) -> dict[str, int]:
    """How many items each of GROUPS has."""
    found = dict.fromkeys(GROUPS, 0)
    for item in policy_items.items(resolved):
        group = group_of(item)
        if group in found:
            found[group] += 1
    return found


def group_of(item: Item) -> str:
    """Which of GROUPS an item is shown under; "" for what is left to the YAML view."""
    section = item.group.split(".")[0]
    if section == "scoring" and not item.ordered and "cases" not in item.value:
        return "weights" if isinstance(item.value, Mapping) and "title" not in item.value else "scoring"
    found = _SECTION_OF.get(section, section)
    return found if found in GROUPS else ""


def owner(resolved: Resolved, own: Mapping[str, str], path: Path_) -> tuple[str, Path_]:
    """The file of the policy's own in which `path` is written, and the path in that file; ("", path) where it is inherited."""
    for length in range(len(path), 0, -1):
        if found := resolved.origins.get(path[:length]):
            document, start = found
            return own.get(document.file, ""), (*start, *path[length:])
    return "", path


def catalogue(resolved: Resolved, kinds: Mapping[str, Mapping[str, Field]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The fields a condition may name: by table (`scoring.quantitative`), and by kind of fact (`fact.indicator`)."""
    tiers = tuple(str(tier["tier"]) for tier in resolved.sections.get("scoring", {}).get("qualitative", {}).get("tiers", ()))
    found: dict[str, Mapping[str, Field]] = {}
    for name, known in fields.stages(tiers, NATURES).items():
        found[name] = known
    refer = resolved.sections.get("scoring", {}).get("refer", {})
    found[fields.ADJUST_TABLE] = {
        **found[fields.ADJUST_TABLE],
        **{name: Field("number", str(item.get("title", name))) for name, item in refer.items()},
    }
    found["total"] = fields.TOTAL
    found["grades"] = fields.GRADING
    for kind, known in (kinds or fact_fields.FACTS).items():
        found[f"fact.{kind}"] = known
    return {
        name: [
            {
                "name": key,
                "title": field.title,
                "type": field.type,
                "choices": [[one, wording.code(key, one)] for one in field.choices],
            }
            for key, field in known.items()
        ]
        for name, known in found.items()
    }


def _item(item: Item, context: _Context) -> dict[str, Any]:
    file, at = owner(context.resolved, context.own, item.path)
    place = context.resolved.place(item.path)
    table = str(item.path[1]) if item.ordered else f"fact.{item.value.get('of')}" if item.group == "measures" else ""
    return {
        "key": ".".join(map(str, item.path)),
        "id": item.id,
        "title": item.name,
        "path": list(item.path),
        "file": file,
        "at": list(at),
        "place": str(place),
        "rule": item.group == "findings",
        "ordered": item.ordered,
        "fields": list(_fields(item.value, item.path, (), context, table)),
    }


def _disabled(name: str, context: _Context) -> dict[str, Any]:
    path: Path_ = ("findings", name)
    rule = context.resolved.sections.get("findings", {}).get(name, {})
    return {
        "key": f"findings.{name}",
        "id": name,
        "title": f"规则“{rule.get('title', name)}”（{name}）：已停用",
        "path": list(path),
        "file": "",
        "at": list(path),
        "place": str(context.resolved.place(path)),
        "rule": True,
        "disabled": True,
        "ordered": False,
        "fields": [],
    }


def _fields(value: Any, path: Path_, at: Path_, context: _Context, table: str) -> Iterator[dict[str, Any]]:
    """The fields of a value, each with where it stands below its item."""
    key = str(at[-1]) if at else ""
    if key in _TESTS:
        yield from _conditions(value, at, path, context, table)
    elif isinstance(value, Mapping) and set(value) == {"param"}:
        yield _field("param", path, at, context, value["param"], choices="parameters")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            named = name in _NAMES and not at and (name != "tier" or "case" not in value)
            if not named and name not in _FIXED and not (path[0] == "sources" and name == "clauses"):
                yield from _fields(inner, (*path, name), (*at, name), context, table)
    elif isinstance(value, list) and any(isinstance(inner, Mapping | list) for inner in value):
        for index, inner in enumerate(value):
            yield from _fields(inner, (*path, index), (*at, index), context, table)
    elif isinstance(value, list):
        yield _field("list", path, at, context, [str(inner) for inner in value])
    elif isinstance(value, bool):
        yield _field("bool", path, at, context, value)
    elif isinstance(value, int | Decimal):
        yield _field("number", path, at, context, str(value))
    else:
        yield from _text(str(value), key, path, at, context)


def _text(value: str, key: str, path: Path_, at: Path_, context: _Context) -> Iterator[dict[str, Any]]:
    schema_path = _schema_path(path)
    known = schema_titles.node(schema_path) or {}
    if key == "basis":
        yield _field("choice", path, at, context, value, choices="clauses")
    elif "enum" in known:
        choices = [(str(one), schema_titles.word(schema_path, str(one))) for one in known["enum"]]
        yield _field("choice", path, at, context, value, choices=choices)
    elif key in _FORMULAS:
        made = _field("formula", path, at, context, value)
        if told := _both(value):
            made |= {"told": told, "help": f"{made['help']}\n{told}"}
        yield made
    elif known.get("type") in ("number", "integer"):
        yield _field("number", path, at, context, value)  # what was mistyped stands there as text until a number is typed
    else:
        yield _field("long" if key in _LONG or len(value) > 40 or "\n" in value else "text", path, at, context, value)


def _both(text: str) -> str:
    """A formula in Chinese and in English; empty where there is nothing to compute, or it does not hold up (the check says so)."""
    try:
        found = formula.renamed(formula.parse(text), names.chinese(names.field_names()))
    except formula.FormulaError:
        return ""
    return formula.both(found) if isinstance(found, formula.Operation) else ""


def _field(kind: str, path: Path_, at: Path_, context: _Context, value: Any, choices: Any = ()) -> dict[str, Any]:
    schema_path = _schema_path(path)
    known = schema_titles.node(schema_path) or {}
    title = schema_titles.title(schema_path)
    before = [str(step) for step in at[:-1] if isinstance(step, str)]
    place = context.resolved.place(path)
    made: dict[str, Any] = {
        "kind": kind,
        "label": "·".join([*before, title]) if len(at) > 2 else title,
        "help": known.get("description", ""),
        "at": list(at),
        "value": value,
        "line": place.line,
        "column": place.column,
    }
    if kind == "list":
        made["text"] = written(value)
    if choices:
        made["choices"] = choices if isinstance(choices, str) else [list(choice) for choice in choices]
    return made


def _schema_path(path: Path_) -> Path_:
    """The path as the schema has it: rules are known by id in memory, and stand in a list in the file."""
    return (path[0], 0, *path[2:]) if path[0] == "findings" and len(path) > 1 else path


def _conditions(when: Any, at: Path_, path: Path_, context: _Context, table: str) -> Iterator[dict[str, Any]]:
    if isinstance(when, list):
        for index, pattern in enumerate(when):
            for alias, body in pattern.items():
                if not isinstance(body, Mapping):
                    continue
                fact = str(body.get("fact", ""))
                where: Path_ = (*at, index, alias)
                title = f"{alias}：{fact_fields.TITLES.get(fact, fact)}"
                own = {name: test for name, test in body.items() if name != "fact"}
                yield from _block(own, path, where, context, title, f"fact.{fact}")
    elif isinstance(when, Mapping):
        yield from _block(when, path, at, context, schema_titles.title(_schema_path(path)), table)


def _block(when: Mapping[str, Any], path: Path_, at: Path_, context: _Context, label: str, of: str) -> Iterator[dict[str, Any]]:
    """Conditions that hold together, and each option of `any` among them as conditions of their own."""
    own = {name: test for name, test in when.items() if name != ANY}
    yield {"kind": "when", "label": label, "at": list(at), "of": of, "tests": list(_tests(own, path, at, context))}
    for index, option in enumerate(when.get(ANY) or ()):
        if isinstance(option, Mapping):
            yield from _block(option, path, (*at, ANY, index), context, f"{label}·以下之一（{index + 1}）", of)


def _tests(when: Mapping[str, Any], path: Path_, at: Path_, context: _Context) -> Iterator[dict[str, Any]]:
    start = path[: len(path) - 1] if path and path[-1] in _TESTS else path
    for field, test in when.items():
        tests: list[tuple[Path_, str, Any]]
        if isinstance(test, Mapping) and not set(test) & {"param", "field"}:
            tests = [((*at, field, word), word, inner) for word, inner in test.items()]
        else:
            tests = [((*at, field), "in" if isinstance(test, list) else "eq", test)]
        for where, word, inner in tests:
            whole = (*start, *where) if start and start[-1] not in _TESTS else where
            place = context.resolved.place(whole)
            yield {
                "at": list(where),
                "field": field,
                "op": word,
                "value": _operand(inner),
                "line": place.line,
                "column": place.column,
            }


def _operand(value: Any) -> Any:
    """A value of a condition as the page edits it: what kind it is, and its text."""
    if isinstance(value, Mapping):
        kind = next(iter(value))
        return {"kind": kind, "text": str(value[kind])}
    if isinstance(value, list):
        return {"kind": "list", "text": written(map(str, value))}
    if isinstance(value, bool):
        return {"kind": "bool", "text": "true" if value else "false"}
    return {"kind": "number" if isinstance(value, int | Decimal) else "text", "text": "" if value is None else str(value)}


def clauses(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """Every clause there is to cite, and what it is called."""
    for source, data in resolved.sections.get("sources", {}).items():
        for number, clause in data.get("clauses", {}).items():
            yield f"{source}#{number}", f"{clause.get('title', '')}（{source}#{number}）"


def parameters(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """Every parameter there is, and what it is called, with its value."""
    for name, item in resolved.sections.get("parameters", {}).items():
        value = item.get("value")
        told = "" if isinstance(value, list) else f"＝{value}{item.get('unit', '')}"
        yield name, f"{item.get('label', name)}{told}"
