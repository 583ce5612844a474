"""A parameter keeps the kind of value of the one it overrides: a number stays a number, a word list a word list."""

from __future__ import annotations

from typing import Any

from engine.errors import Problem
from engine.policy.resolved import Resolved


def other(resolved: Resolved, problems: list[Problem]) -> dict[str, Any]:
    """The policy's own parameters that are of another kind than those they override, with the value the rest is to be checked
    by instead: what uses them was written for the old kind, mostly in files the officer has not touched.

    Adds what is wrong with each to `problems`, where the parameter is written.
    """
    out: dict[str, Any] = {}
    for parent in resolved.parents:
        for name, old in parent.sections.get("parameters", {}).items():
            value = resolved.sections["parameters"][name]["value"]
            wanted = _kind(old["value"])
            if _kind(value) == wanted or resolved.owner(("parameters", name)) != resolved.id:
                continue
            out[name] = old["value"]
            written = "空的" if value == "" else f"“{value}”" if isinstance(value, str) else _kind(value)
            message = f"参数“{old['label']}”（{name}）要写{wanted}，写的是{written}"
            place = resolved.place(("parameters", name, "value"))
            problems.append(Problem(place, message, _example(old["value"]), code="policy"))
    return out


def _kind(value: Any) -> str:
    """What kind of value a parameter has, as messages call it."""
    if isinstance(value, bool):
        return " true 或 false"
    return "词表" if isinstance(value, list) else "文字" if isinstance(value, str) else "数"


def _example(value: Any) -> str:
    if isinstance(value, list):
        return f"方括号里逐个写，半角逗号隔开，如 [{', '.join(map(str, value[:3]))}]"
    if isinstance(value, str | bool):
        return f"如 {str(value).lower() if isinstance(value, bool) else value}"
    return f"半角数字，不带单位、百分号、标点，如 {value}"
