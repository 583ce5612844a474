"""Base records of policy tests, and the changes a test makes to one."""

from __future__ import annotations

import re
from typing import Any

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
