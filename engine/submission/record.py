"""The submission record as plain data, JSON and YAML: what `jixiao read` writes and anyone may write by hand.

A cell is `{"text": …, "where": {…}}`, or in a record written by hand just its text or number. Numbers keep their text: no
float is ever made of them. What is empty is left out. Reading what was written gives the same record again.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from io import StringIO
from types import NoneType
from typing import Any, get_args, get_type_hints

from engine.errors import InputError, Place, Problem
from engine.submission.json_text import bad_characters, load_json, with_marks
from engine.submission.model import (
    BudgetLine,
    Cell,
    Copied,
    Doubt,
    Form,
    Goal,
    Group,
    HeaderField,
    Indicator,
    IndicatorPart,
    KnownIndicator,
    Section,
    Statement,
    Submission,
    UnmetRow,
)
from engine.submission.rolled import Member, Remark, Rolled, RolledForm, RolledNumber, Share
from engine.submission.spoken import Spoken
from engine.yaml import reader as yamlfile
from engine.yaml import schema as schemas

SCHEMA = "jixiao/submission/1"

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], Place]

_PLACE_PARTS = tuple(field.name for field in dataclasses.fields(Place))
_ALWAYS = frozenset({"text", "name", "level1"})
"""Texts that are written even if empty: the schema wants them."""
_SHARED = ("unit", "fiscal_year")
"""Fields of a form that are written once at the top where all forms agree."""


# writing


def to_data(submission: Submission) -> dict[str, Any]:
    """The record as dict, list, str and int, in the order of the fields."""
    data: dict[str, Any] = {"schema": SCHEMA}
    forms = [_object(form) for form in submission.forms]
    for key in _SHARED:
        values = {getattr(form, key) for form in submission.forms}
        if len(values) == 1:
            data[key] = values.pop()
            for form in forms:
                form.pop(key, None)
    for key in ("jurisdiction", "policy"):
        if getattr(submission, key):
            data[key] = getattr(submission, key)
    data["forms"] = forms
    return data


def dump_json(submission: Submission) -> str:
    return json.dumps(to_data(submission), ensure_ascii=False, indent=2) + "\n"


def dump_line(submission: Submission) -> str:
    """The record on one line: files of many records have one a line (.jsonl)."""
    return json.dumps(to_data(submission), ensure_ascii=False) + "\n"


def dump_yaml(submission: Submission) -> str:
    from ruamel.yaml import YAML  # slow to import, and wanted only here
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    def styled(node: Any) -> Any:
        """Text of several lines as a block; text with characters that YAML would fold or lose in double quotes."""
        if isinstance(node, dict):
            return {key if key.isprintable() else DoubleQuotedScalarString(key): styled(value) for key, value in node.items()}
        if isinstance(node, list):
            return [styled(item) for item in node]
        if not isinstance(node, str) or node.isprintable():
            return node
        plain = all(line and line.isprintable() and line == line.strip() for line in node.split("\n"))
        return LiteralScalarString(node) if plain else DoubleQuotedScalarString(node)

    yaml = YAML()
    yaml.width = 1 << 30
    yaml.allow_unicode = True
    yaml.representer.ignore_aliases = lambda _: True  # what has aliases is refused on reading
    stream = StringIO()
    yaml.dump(styled(to_data(submission)), stream)
    return stream.getvalue()


def _object(item: Any) -> dict[str, Any]:  # Any: one of the record's dataclasses
    data: dict[str, Any] = {}
    for field in dataclasses.fields(item):
        if not field.compare:
            continue  # known of a text that was read, and no part of what was filed
        value = getattr(item, field.name)
        if field.name == "place":
            data["where"] = _where(value)
        elif isinstance(item, Statement) and field.name == "fields":
            data |= {"fields": dict(value)} if value else {}
        elif isinstance(value, Cell | Rolled | RolledForm):
            data[field.name] = _object(value)
        elif isinstance(value, tuple):
            data |= {field.name: [_object(part) for part in value]} if value else {}
        elif value not in (None, "") or field.name in _ALWAYS:
            data[field.name] = value
    return data


def _where(place: Place) -> dict[str, Any]:
    return {part: value for part in _PLACE_PARTS if (value := getattr(place, part))}


# reading


def load(text: str, kind: str, source: str = "") -> Submission:
    """Read a record from JSON (`kind` "json") or YAML text. Raises InputError with every problem, each with its line and column."""
    document = load_json(text, source) if kind == "json" else yamlfile.load(text, source, InputError)
    problems = [*bad_characters(document), *schemas.check(document, "submission", Spoken(document.data))]
    if problems and not document.marks:  # only now are the lines of JSON worth a second parse
        document = with_marks(document, text)
        problems = [*bad_characters(document), *schemas.check(document, "submission", Spoken(document.data))]
        if not document.marks:
            problems = [dataclasses.replace(problem, place=Place(source, path=problem.place.path)) for problem in problems]
    if problems:
        raise InputError(problems)
    return _submission(document.data, _places(document))


def from_data(data: Mapping[str, Any], source: str = "", place: PlaceOf | None = None) -> Submission:
    """The record from plain data; `source` names where it came from. Raises InputError with every violation of the schema.

    `place` tells where a part without `where` stands, for a record inside a larger file; its path is used if left out.
    """
    document = yamlfile.YamlDocument(data, source, {}, {})
    problems = schemas.check(document, "submission", Spoken(document.data))
    if problems:
        raise InputError([dataclasses.replace(problem, place=Place(source)) for problem in problems])
    return _submission(data, place or _places(document))


def from_own(data: Mapping[str, Any], source: str = "") -> Submission:
    """The record from data that `to_data` made and that is known to be unchanged: the schema, ten times the work, is not asked."""
    return _submission(data, _places(yamlfile.YamlDocument(data, source, {}, {})))


def _places(document: yamlfile.YamlDocument) -> PlaceOf:
    """Where a part without `where` stands: at its line and column in the record if known, and in the record as people say it."""
    spoken = Spoken(document.data)

    def place(path: Path) -> Place:
        if not document.marks:
            return Place(document.file, path=spoken(path))
        return dataclasses.replace(document.place(path), path=spoken(path))

    return place


def _submission(data: Mapping[str, Any], place: PlaceOf) -> Submission:
    problems: list[Problem] = []
    forms = []
    for i, form in enumerate(data["forms"]):
        whole = {**{key: data[key] for key in _SHARED if key in data}, **form}
        missing = [key for key in _SHARED if key not in whole]
        if missing:
            named = "、".join({"unit": "unit（填报单位）", "fiscal_year": "fiscal_year（年度）"}[key] for key in missing)
            expected = f"在记录开头或这份表中写 {named}"
            message = f"自评表“{_text(form['name'])}”没有写明 {named}"
            problems.append(Problem(place(("forms", i)), message, expected, code="schema.required"))
        else:
            forms.append(_read(Form, whole, ("forms", i), place))
    if problems:
        raise InputError(problems)
    return Submission(tuple(forms), _text(data.get("jurisdiction", "")), _text(data.get("policy", "")))


_HINTS: Mapping[type, Mapping[str, Any]] = {
    cls: get_type_hints(cls)
    for cls in (
        *(Form, HeaderField, BudgetLine, Goal, Group, Indicator, IndicatorPart, UnmetRow, Section, Statement, Doubt),
        *(Rolled, RolledForm, RolledNumber, Share, Member, Remark, KnownIndicator, Copied),
    )
}


_AS_READ = frozenset(field.name for field in dataclasses.fields(Statement) if not field.compare)


def _read(cls: type[Any], data: Mapping[str, Any], path: Path, place: PlaceOf) -> Any:  # Any: an instance of cls
    """One of the record's dataclasses from data that fits the schema, told by the types of its fields."""
    values: dict[str, Any] = {}
    for name, hint in _HINTS[cls].items():
        if cls is Statement and name in _AS_READ:
            continue
        if name == "place":
            values[name] = Place(**data["where"]) if "where" in data else place(path)
        elif name not in data:
            values |= {name: ""} if hint is str else {name: None} if NoneType in get_args(hint) else {}  # the rest has defaults
        elif hint is str:
            values[name] = _text(data[name])
        elif hint is int:
            values[name] = data[name]
        elif isinstance(data[name], dict) and cls is Statement:
            values[name] = tuple((key, _text(value)) for key, value in data[name].items())
        elif isinstance(data[name], list):
            inner = get_args(hint)[0]
            read = _cell if inner is Cell else lambda item, at, where, inner=inner: _read(inner, item, at, where)
            values[name] = tuple(read(item, (*path, name, i), place) for i, item in enumerate(data[name]))
        elif whole := next((kind for kind in get_args(hint) if kind in (Rolled, RolledForm)), None):
            values[name] = _read(whole, data[name], (*path, name), place)
        else:
            values[name] = _cell(data[name], (*path, name), place)
    if cls is Goal and "number" not in values:
        values["number"] = int(path[-1]) + 1
    if cls is BudgetLine:
        values["role"] = values["role"] or "total"
    return cls(**values)


def _cell(data: Any, path: Path, place: PlaceOf) -> Cell:
    if isinstance(data, dict):
        where = Place(**data["where"]) if "where" in data else place(path)
        return Cell(_text(data["text"]), where, data.get("doubt", ""))
    return Cell(_text(data), place(path))


def _text(value: str | int | Decimal) -> str:
    """A number as it was written: 19.20 stays 19.20."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
