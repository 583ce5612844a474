"""A policy as sheets: rows an officer reads and cells that may be changed, each with the place in the files it stands for.

Export and import lay the same policy out by this one description; what is in a cell is known by its row's key and its column.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.editing import fields as form_fields
from engine.editing.changes import FileChange, Snapshot, typed, words, written
from engine.language import wording

_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*")
BY_FIELD = ("weights", "texts")
"""Groups whose items have little in common: a row for each field. The others have a row for each item."""
TESTS = "条件"
KINDS = {"text": "文字", "number": "数字", "list": "几个值", "param": "参数", "field": "另一字段", "bool": "是否"}
YES_NO = (("true", "是"), ("false", "否"))
FIRST_COLUMNS = ("编号", "名称", "出处")


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell that may be changed: its text now, the choices it has (value, word), and what sets it."""

    text: str
    kind: str
    file: str
    at: tuple[str | int, ...]
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    line: int = 0
    told: str = ""
    """What is said beside the cell: a formula in Chinese and in English."""
    percent: str = ""
    """What 60% in the cell stands for: `share` 0.6, `number` 60; nothing where a percentage has no meaning."""

    def value(self, text: str) -> str:
        """The value a text in the cell stands for: the coded one where the cell has choices; the text itself where it is none."""
        return next((value for value, word in self.choices if word == text), text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is (`key`, the same in every export), its fixed cells, and those that may be changed by column."""

    key: str
    fixed: tuple[str, ...]
    slots: Mapping[int, Slot]
    """By position among the columns behind the fixed ones."""
    test: Mapping[str, Any] | None = None
    """For a condition: the test as `form_fields` tells it, with `fields`, the number of tests of the same field."""

    def mark(self) -> str:
        """What the row's cells were, in few letters: by it an import knows whether the policy moved on meanwhile."""
        text = "\x1f".join(f"{column}={slot.text}" for column, slot in sorted(self.slots.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet."""

    title: str
    fixed: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def pages(seen: Snapshot) -> list[Page]:
    """The sheets of a policy that resolves. An item inherited from another is there, too: changing it overrides it."""
    if seen.resolved is None:
        return []
    lists = {
        "clauses": tuple(form_fields.clauses(seen.resolved)),
        "parameters": tuple((name, f"{told}（{name}）") for name, told in form_fields.parameters(seen.resolved)),
    }
    known = form_fields.catalogue(seen.resolved)
    made: list[Page] = []
    tests: list[Row] = []
    for group, title in form_fields.GROUPS.items():
        items = form_fields.items_of(seen.resolved, seen.own, group)
        if group in BY_FIELD:
            rows = [row for item in items for row in _field_rows(item, lists)]
            made.append(Page(title, (*FIRST_COLUMNS, "栏目"), ("值",), tuple(rows)))
        else:
            made.append(_page(title, items, lists))
        tests += [row for item in items for row in _test_rows(item, known, lists["parameters"])]
    made.append(Page(TESTS, (*FIRST_COLUMNS, "在哪里", "字段"), ("比较", "和什么比", "值"), tuple(tests)))
    return made


def _page(title: str, items: Sequence[Mapping[str, Any]], lists: Mapping[str, Any]) -> Page:
    """A row for each item, a column for each field any of them has."""
    columns: dict[tuple[Any, ...], str] = {}
    for item in items:
        for field in item["fields"]:
            if field["kind"] != "when":
                columns.setdefault(tuple(field["at"]), field["label"])
    order = list(columns)
    taken: dict[str, int] = {}
    titles = []
    for at in order:  # two columns of one title are told apart by a number
        label = columns[at]
        taken[label] = taken.get(label, 0) + 1
        titles.append(label if taken[label] == 1 else f"{label}（{taken[label]}）")
    rows = [
        Row(
            item["key"],
            _fixed(item),
            {order.index(tuple(f["at"])): _slot(item, f, lists) for f in item["fields"] if f["kind"] != "when"},
        )
        for item in items
        if not item.get("disabled")
    ]
    return Page(title, FIRST_COLUMNS, tuple(titles), tuple(rows))


def _field_rows(item: Mapping[str, Any], lists: Mapping[str, Any]) -> Iterator[Row]:
    for field in item["fields"]:
        if field["kind"] != "when":
            key = "/".join([item["key"], *map(str, field["at"])])
            yield Row(key, (*_fixed(item), field["label"]), {0: _slot(item, field, lists)})


def _fixed(item: Mapping[str, Any]) -> tuple[str, ...]:
    return item["id"], item["title"], item["place"] if item["file"] else f"继承：{item['place']}"


def _target(item: Mapping[str, Any], at: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    return (item["file"], (*item["at"], *at)) if item["file"] else ("", (*item["path"], *at))


def _slot(item: Mapping[str, Any], field: Mapping[str, Any], lists: Mapping[str, Any]) -> Slot:
    kind, value = field["kind"], field["value"]
    choices: Any = field.get("choices", ())
    choices = lists[choices] if isinstance(choices, str) else YES_NO if kind == "bool" else tuple(map(tuple, choices))
    if kind == "list":
        text = written(value)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        text = next((word for coded, word in choices if coded == text), text)
    kind = kind if kind in ("number", "bool", "list", "param") else "text"
    file, at = _target(item, field["at"])
    help_, line = str(field.get("help", "")).split("\n")[0], field["line"] if file else 0
    return Slot(
        text, kind, file, at, choices, help_, line, str(field.get("told", "")), _percent(item, field) if kind == "number" else ""
    )


def _percent(item: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    """What a percentage stands for in a number of an item: by the unit of a parameter; the floor of a tier is a share."""
    if item["path"][:3] == ["scoring", "qualitative", "tiers"]:
        return "share" if field["at"] in (["from"], ["above"]) else ""
    unit = next((str(other["value"]) for other in item["fields"] if other["at"] == ["unit"]), "")
    known = {"比例": "share", "%": "number", "％": "number", "百分点": "number"}
    return known.get(unit, "") if field["at"] == ["value"] else ""


def _test_rows(item: Mapping[str, Any], known: Mapping[str, Any], parameters: Any) -> Iterator[Row]:
    for when in (field for field in item["fields"] if field["kind"] == "when"):
        fields = {field["name"]: field for field in known.get(when["of"], ())}
        for test in when["tests"]:
            field = fields.get(test["field"], {"title": test["field"], "type": "text", "choices": []})
            operand = test["value"]
            choices: Any = ()
            if operand["kind"] == "param":
                choices = parameters
            elif operand["kind"] == "bool":
                choices = YES_NO
            elif operand["kind"] == "text":
                choices = tuple(map(tuple, field["choices"]))
            elif operand["kind"] == "field":
                choices = tuple((name, each["title"]) for name, each in fields.items())
            shown = next((word for value, word in choices if value == operand["text"]), operand["text"])
            file, at = _target(item, test["at"])
            line = test["line"] if file else 0
            operators = tuple(wording.WORDS.items())
            slots = {
                0: Slot(wording.WORDS.get(test["op"], test["op"]), "op", file, at, operators, line=line),
                1: Slot(KINDS[operand["kind"]], "kind", file, at, tuple(KINDS.items()), line=line),
                2: Slot(shown, "operand", file, at, choices, line=line),
            }
            count = sum(other["field"] == test["field"] for other in when["tests"])
            whole = _target(item, [*when["at"], test["field"]])[1]
            key = "/".join([item["key"], *map(str, test["at"])])
            about = {**test, "type": field["type"], "count": count, "whole": whole}
            yield Row(key, (*_fixed(item), when["label"], field["title"]), slots, about)


def change(slot: Slot, text: str) -> FileChange:
    """The change that puts another text into a cell of an item's row."""
    if slot.kind == "list":
        return FileChange("set", slot.at, slot.file, words(text, words(slot.text)))
    found = _PERCENT.fullmatch(unicodedata.normalize("NFKC", text)) if slot.percent else None
    if found is not None:
        text = format((Decimal(found[1]) / (100 if slot.percent == "share" else 1)).normalize(), "f")
    return FileChange("set", slot.at, slot.file, typed(slot.value(text), slot.kind))


def changed_test(row: Row, texts: Sequence[str]) -> FileChange | None:
    """The change of a condition, from the texts of its three cells; None where the page cannot say it (YAML can)."""
    if row.test is None:
        return None
    op, kind, text = (row.slots[n].value(texts[n]) for n in range(3))
    if kind != row.test["value"]["kind"]:
        text = texts[2]
    if op in ("in", "not_in") and kind != "param":
        kind = "list"
    if op == "present":
        kind, text = "bool", "true" if text in ("是", "true") else "false"
    value = _operand(text, kind, str(row.test["type"]))
    slot = row.slots[2]
    nested = len(slot.at) > len(row.test["whole"])
    if nested and op == row.test["op"]:
        return FileChange("set", slot.at, slot.file, value)
    if row.test["count"] > 1:
        return None
    whole = value if op == "eq" or (op == "in" and kind == "list") else {op: value}
    return FileChange("set", tuple(row.test["whole"]), slot.file, whole)


def _operand(text: str, kind: str, field_type: str) -> Any:
    if kind == "list":
        parts = typed(text, "list")
        return [typed(part, "number") for part in parts] if field_type == "number" else parts
    if kind in ("text", "number"):
        return typed(text, "number" if kind == "number" or field_type == "number" else "text")
    return typed(text, kind)
