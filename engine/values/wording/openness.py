"""Targets that set none: 据实, 不设具体数值, 以实际发生为准. Nothing can be held against them, so nothing is short of them.

A target is one if each of its clauses, from end to end, is put together from the parts of one of the policy's patterns
(`wording: open_targets:`); a figure anywhere in it sets something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine.values.vocabulary import alternation

_DIGIT = re.compile(r"[0-9]")
_MOST = 60
"""Characters of a target that can still set none."""


def open_pattern(data: Mapping[str, Any], breaks: Iterable[str]) -> re.Pattern[str]:
    """What a whole target that sets none looks like, clauses and the marks between them. `data`: periods that may stand before a
    clause, patterns as lists of parts, each a list of words; `?` says that a part may be left out, `~` is any few words."""
    said = "|".join("".join(_part(part) for part in pattern) for pattern in data["patterns"])
    clause = rf"{alternation(data['before'])}?(?:{said})"
    marks = "[" + re.escape("".join(breaks)) + r"、\s]"
    return re.compile(rf"{marks}*{clause}(?:{marks}+{clause})*{marks}*")


def sets_none(target: str, pattern: re.Pattern[str]) -> bool:
    """Whether a folded target sets nothing that an actual can be held against."""
    return len(target) <= _MOST and not _DIGIT.search(target) and pattern.fullmatch(target) is not None


def _part(words: Iterable[str]) -> str:
    listed = [str(word) for word in words]
    optional = "?" if "?" in listed else ""
    some = r"[^\W\d_]{1,12}" if "~" in listed else alternation([word for word in listed if word != "?"])
    return f"(?:{some}){optional}"
