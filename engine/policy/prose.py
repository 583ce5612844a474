"""The section `prose` of a policy: words and patterns by which reasons, measures, goals and reports are read."""

from __future__ import annotations

from typing import Any

from engine.language import predicates
from engine.language.conditions import regular_problem
from engine.policy.values import Values
from engine.values.prose import GROUPS, NO_PROSE, PATTERNS, WORDS, Prose
from engine.yaml.reader import Path_


def prose(values: Values) -> Prose:
    """The words of a policy; none where it has no such section. What is wrong is added to the values' problems."""
    data = values.data.get("prose")
    if data is None:
        return NO_PROSE
    said: dict[str, Any] = {name: _words(values, data[name], ("prose", name)) for name in WORDS if name in data}
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
            said[name] = {key: _words(values, words, ("prose", name, key)) for key, words in data[name].items()}
    if "typos" in data:
        said["typos"] = _typos(values, data["typos"])
    if "alike_reasons" in data:
        said["alike_reasons"] = float(values.number(data["alike_reasons"], ("prose", "alike_reasons")))
    return Prose(**said)


def _words(values: Values, written: Any, path: Path_) -> tuple[str, ...]:
    """A word list: words with blanks between them, a list, or {param: …}."""
    return tuple(written.split()) if isinstance(written, str) else tuple(values.words(written, path))


def _typos(values: Values, written: str) -> dict[str, str]:
    """Pairs of a wrong word and the right one, as 拔付→拨付, with blanks between them. A pair that is none is a problem."""
    out: dict[str, str] = {}
    for pair in written.split():
        wrong, arrow, right = pair.partition("→")
        if not (wrong and arrow and right) or "→" in right or wrong in out or wrong in right:
            told = f"“{pair}”写了两次" if wrong in out else f"“{pair}”不是一对词"
            values.add(("prose", "typos"), told, "写错的词→正确的词，如 拔付→拨付，各对用空格隔开", code="prose.typo")
            continue
        out[wrong] = right
    return out
