"""The Chinese names that formulas may write for fields and functions. The names are data, in `schemas/formulas.names.json`.

A name stands for one field, whatever the table (分值 is `weight`: the indicator's in one, execution's in another). A policy's own
parameter of the same name goes first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from engine.errors import nearest
from engine.resources import shipped


@cache
def _table() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    data: Mapping[str, Any] = json.loads((shipped("schemas") / "formulas.names.json").read_text(encoding="utf-8"))
    return {part: {key: tuple(names) for key, names in data[part].items()} for part in ("fields", "functions")}


def field_names() -> Mapping[str, tuple[str, ...]]:
    """Field -> every Chinese name it has in formulas, the one that is shown first."""
    return _table()["fields"]


def function_names() -> Mapping[str, tuple[str, ...]]:
    """Function -> its Chinese names."""
    return _table()["functions"]


@cache
def functions() -> Mapping[str, str]:
    """Chinese name -> the function it is."""
    return {name: key for key, names in function_names().items() for name in names}


def chinese(fields: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Chinese name -> field, among these fields; names that are `taken` (parameters) are left to them."""
    known = field_names()
    return {name: key for key in fields for name in known.get(key, ()) if name not in taken}


def shown(field: str) -> str:
    """What a field is called in a formula; the field itself where it has no Chinese name."""
    return field_names().get(field, (field,))[0]


def close_to(word: str, known: Iterable[str]) -> str:
    """The name a word was meant to be: the nearest, or of short Chinese ones the only one that differs in one character."""
    names = list(known)
    if found := nearest(word, names):
        return found
    alike = [name for name in names if len(name) == len(word) > 1 and sum(a != b for a, b in zip(name, word, strict=True)) == 1]
    return alike[0] if len(alike) == 1 else ""


def listed(fields: Iterable[str]) -> str:
    """The fields a formula may name, each with its Chinese name, for messages."""
    return "、".join(f"{key}（{shown(key)}）" if shown(key) != key else key for key in fields)
