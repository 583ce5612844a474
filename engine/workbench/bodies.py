"""What comes in from outside as JSON, and how answers go out: nothing that has no place in a policy, nothing that cannot be sent.

JSON as Python reads it allows numbers that are none (NaN), halves of characters, and nesting without end. All three are refused
where they come in, with their place, in Chinese.
"""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

MAX_DEPTH = 40
"""Of nesting in a value that is sent; a policy has fewer than twenty."""
MAX_VALUES = 200_000


class Sent(BaseModel):
    """A body that is sent to us. Unknown names are refused: a misspelt one would be an instruction not followed."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, data: Any) -> Any:
        """Raises PydanticCustomError for what no policy can hold."""
        if wrong := unsound(data):
            raise PydanticCustomError("unsound", wrong)
        return data


def unsound(data: Any) -> str:
    """What makes the data impossible to keep: depth, number of values, a number that is none, half a character; "" if nothing."""
    level, seen = [data], 0
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for node in level:
            seen += 1
            if isinstance(node, dict):
                deeper += [*node.keys(), *node.values()]
            elif isinstance(node, list):
                deeper += node
            elif isinstance(node, float) and not math.isfinite(node):
                return "有不是数的数（NaN、Infinity）"
            elif isinstance(node, str) and not is_text(node):
                return "有不成字的字符（半个代理对）或空字符"
        if seen + len(deeper) > MAX_VALUES:
            return f"内容超过 {MAX_VALUES} 项"
        if not deeper:
            return ""
        level = deeper
    return f"嵌套超过 {MAX_DEPTH} 层"


def is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8 and read back: no half of a character, no NUL."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


class Answer(JSONResponse):
    """JSON in which half a character, quoted from what was sent, is escaped and not fatal."""

    def render(self, content: Any) -> bytes:
        """The body."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


_SAID = {
    "missing": "没有写",
    "extra_forbidden": "没有这一项",
    "json_invalid": "不是 JSON",
    "string_pattern_mismatch": "写法不对；应符合 {pattern}",
    "string_too_long": "太长；不超过 {max_length} 个字符",
    "string_too_short": "太短；至少 {min_length} 个字符",
    "too_long": "太多；不超过 {max_length} 项",
    "too_short": "太少；至少 {min_length} 项",
    "greater_than_equal": "太小；不小于 {ge}",
    "less_than_equal": "太大；不大于 {le}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "unsound": "{message}",
}
_KINDS = {
    "int": "整数",
    "float": "数",
    "bool": "是否（true、false）",
    "string": "文字",
    "list": "列表",
    "dict": "对象",
    "model": "对象",
}


def complaint(error: dict[str, Any]) -> dict[str, str]:
    """An error of validation, with its place, in Chinese."""
    kind, context = str(error["type"]), {"message": error["msg"], **error.get("ctx", {})}
    if kind in _SAID:
        told = _SAID[kind].format_map(context)
    else:
        name = kind.partition("_")[0]
        told = f"应当是{_KINDS[name]}" if name in _KINDS else str(error["msg"])
    path = ".".join(str(step)[:100] for step in error["loc"][:20])
    return {"path": path, "message": told, "text": f"{path}：{told}" if path else told}
