"""The records of policy tests: base records, the changes a test makes to one, and what stands beside it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from engine.errors import nearest

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+|\+)\]")


class Unusable(Exception):
    """A test that cannot be run: what is wrong, what was expected, the nearest valid name."""

    def __init__(self, message: str, expected: str = "", close: str = "") -> None:
        super().__init__(message)
        self.message, self.expected, self.close = message, expected, close


def change(data: Any, path: str, value: Any) -> None:
    """Set, add or (with None) remove what `path` names. Raises Unusable where it leads nowhere."""
    steps: list[str | int] = []
    position = 0
    for found in _STEP.finditer(path):
        between = path[position : found.start()]
        if between not in ("", "."):
            raise Unusable(f"路径“{path}”写法不对", "如 forms[0].goals[0].indicators[1].actual")
        steps.append(found[1] if found[1] is not None else (-1 if found[2] == "+" else int(found[2])))
        position = found.end()
    if not steps or position != len(path):
        raise Unusable(f"路径“{path}”写法不对", "如 forms[0].goals[0].indicators[1].actual")
    node = data
    try:
        for step in steps[:-1]:
            node = node[step]
        last = steps[-1]
        if last == -1:
            node.append(value)
        elif value is None:
            del node[last]
        else:
            node[last] = value
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unusable(f"路径“{path}”在底稿里没有") from None


def changed_base(bases: Mapping[str, Any], test: Mapping[str, Any]) -> Any:
    """The record of a test: the base record it names, changed as its `change` says. Raises Unusable."""
    name = test.get("base", "")
    if name not in bases:
        raise Unusable(f"没有底稿“{name}”", "、".join(bases), nearest(name, bases))
    data = copy.deepcopy(bases[name])
    for path, value in test.get("change", {}).items():
        change(data, path, value)
    return data


def earlier_record(bases: Mapping[str, Any], test: Mapping[str, Any]) -> Any:
    """Last year's record: the base record changed as `earlier` says, a year before; None where the test gives none.

    Raises Unusable."""
    if "earlier" not in test:
        return None
    data = changed_base(bases, {**test, "change": test["earlier"]})
    return {**data, "fiscal_year": data["fiscal_year"] - 1}


def approved_record(bases: Mapping[str, Any], test: Mapping[str, Any]) -> Any:
    """The targets as approved: the base record changed as `approved` says, without actuals, scores and totals; None where the
    test gives none. Raises Unusable."""
    if "approved" not in test:
        return None
    data = changed_base(bases, {**test, "change": test["approved"]})
    for form in data["forms"]:
        form.pop("total", None)
        for goal in form["goals"]:
            goal["indicators"] = [{k: v for k, v in row.items() if k not in ("actual", "score")} for row in goal["indicators"]]
    return data
