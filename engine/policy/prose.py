"""The section `prose` of a policy: words and patterns by which reasons, measures, goals and reports are read."""

from __future__ import annotations

from typing import Any

from engine.language import predicates
from engine.language.conditions import regular_problem
from engine.policy.values import Values
from engine.values.prose import GROUPS, NO_PROSE, PATTERNS, WORDS, Prose


def prose(values: Values) -> Prose:
    """The words of a policy; none where it has no such section. What is wrong is added to the values' problems."""
    data = values.data.get("prose")
    if data is None:
        return NO_PROSE
    said: dict[str, Any] = {name: tuple(values.words(data[name], ("prose", name))) for name in WORDS if name in data}
    for name, wanted in PATTERNS.items():
        if name not in data:
            continue
        reason = regular_problem(data[name])
        if not reason and (missing := [group for group in wanted if group not in predicates.compiled(data[name]).groupindex]):
            reason = f"没有名为 {'、'.join(missing)} 的一段"
        if reason:
            values.add(("prose", name), f"正则表达式有错：{reason}", "RE2 语法的正则表达式", code="prose.pattern")
        said[name] = "" if reason else data[name]
    for name in GROUPS:
        if name in data:
            said[name] = {key: tuple(values.words(words, ("prose", name, key))) for key, words in data[name].items()}
    if "typos" in data:
        said["typos"] = {str(wrong): str(right) for wrong, right in data["typos"].items()}
    if "alike_reasons" in data:
        said["alike_reasons"] = float(values.number(data["alike_reasons"], ("prose", "alike_reasons")))
    return Prose(**said)
