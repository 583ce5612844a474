"""What an officer writes for a parameter, held against what it can be: told where it is written, not where it is used.

What uses a parameter mostly stands in files the officer has not touched, or in another of their own: “0 + 40 + 40 不等于 100”
says little to someone who wrote `20%`. So what is wrong with a value is told at its own line, and the rest of the policy is checked
by the number that was meant.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from engine.errors import Problem
from engine.policy.resolved import Resolved

_NUMBER = re.compile(r"(?P<number>[+\-−]?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>[%‰]|[^\d\s.,+\-]{1,4})?")
PERCENT = "%"


def values(resolved: Resolved, problems: list[Problem]) -> dict[str, Any]:
    """The values of all parameters, with those that were meant in place of those that cannot be; what is wrong with the policy's
    own is added to `problems`."""
    written = resolved.sections.get("parameters", {})
    out = {name: item["value"] for name, item in written.items()}
    before = {name: old for parent in resolved.parents for name, old in parent.sections.get("parameters", {}).items()}
    for name, item in written.items():
        if resolved.owner(("parameters", name)) != resolved.id:
            continue
        old = before.get(name)
        wrong, meant = _of_another_kind(name, item, old) or _no_number(name, item) or _out_of_range(name, item, old) or ((), None)
        if wrong:
            message, expected, code = wrong
            place = resolved.place(("parameters", name, "value"))
            problems.append(Problem(place, message, expected, code=f"policy.{code}", names=("parameters", name)))
            out[name] = meant
    return out


Wrong = tuple[tuple[str, str, str], Any]
"""What is wrong, what is expected, a code; and the value the rest is to be checked by."""


def _of_another_kind(name: str, item: dict[str, Any], old: dict[str, Any] | None) -> Wrong | None:
    """That it is of another kind than the one it overrides: what uses it was written for the old kind."""
    if old is None or kind(item["value"]) == (wanted := kind(old["value"])):
        return None
    message = f"参数“{old['label']}”（{name}）要写{wanted}，写的是{_written(item['value'])}"
    return (message, _example(old["value"]), "parameter-kind"), old["value"]


def _no_number(name: str, item: dict[str, Any]) -> Wrong | None:
    """That it is a text and meant as a number: what has a unit is one, and so is what reads as one."""
    value = item["value"]
    if not isinstance(value, str):
        return None
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if found is None and "unit" not in item:
        return None
    meant = Decimal(found["number"].replace(",", "").replace("−", "-")) if found else Decimal(1)
    message = f"参数“{item['label']}”（{name}）要写数，写的是{_written(value)}"
    return (message, _example(meant if found else 10), "parameter-kind"), meant


def _out_of_range(name: str, item: dict[str, Any], old: dict[str, Any] | None) -> Wrong | None:
    """That it is a number that cannot be meant: a percentage beyond 100, or of another sign than the one it overrides."""
    value = item["value"]
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    said = f"参数“{item['label']}”（{name}）是 {value}"
    if item.get("unit") == PERCENT and not 0 <= value <= 100:
        within = min(max(Decimal(value), Decimal(0)), Decimal(100))
        return (f"{said}（%），超出范围", "0 至 100", "parameter-range"), old["value"] if old else within
    if old is not None and isinstance(old["value"], int | Decimal) and value * old["value"] < 0:
        sign = "不大于 0" if value > 0 else "不小于 0"
        return (f"{said}，正负与它所改的（{old['value']}）相反", f"{sign}，如 {old['value']}", "parameter-range"), old["value"]
    return None


def kind(value: Any) -> str:
    """What kind of value a parameter has, as messages call it."""
    if isinstance(value, bool):
        return " true 或 false"
    return "词表" if isinstance(value, list) else "文字" if isinstance(value, str) else "数"


def _written(value: Any) -> str:
    return "空的" if value == "" else f"“{value}”" if isinstance(value, str) else kind(value)


def _example(value: Any) -> str:
    if isinstance(value, list):
        return f"方括号里逐个写，半角逗号隔开，如 [{', '.join(map(str, value[:3]))}]"
    if isinstance(value, str | bool):
        return f"如 {str(value).lower() if isinstance(value, bool) else value}"
    return f"半角数字，不带单位、百分号、标点，如 {value}"
