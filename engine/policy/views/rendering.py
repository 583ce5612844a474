"""A policy taken apart, written as text by the templates in `templates/policy`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.policy.views.conditions import Data
from engine.policy.views.plain_language import PolicyReading
from engine.resources import shipped
from engine.templating import sandbox as templates

TEMPLATE = "policy/explain.md.j2"
_DIGITS = "一二三四五六七八九"
_NUMERALS = ["", *_DIGITS, *(f"{ten}十{one}" for ten in ("", *_DIGITS[1:]) for one in ("", *_DIGITS))]
"""0 to 99 as sections are numbered."""
_ESCAPED = "\\*`|[]"


def render(reading: PolicyReading, name: str = "", *, form: str = "text", roots: Sequence[Path] = ()) -> str:
    """The policy, or the entry of that name, as `text` (for a terminal) or `markdown`. Templates are looked for in `roots` first.

    Raises UsageError for a name there is none of, PolicyError with template and line for a template that does not render.
    """
    seen: Data = {**reading.data(), "entry": None}
    if name:
        seen = {**reading.frame(), "sections": [], "entry": reading.entry(name)}
    return rendered(TEMPLATE, seen, form, roots)


def rendered(template: str, seen: Data, form: str, roots: Sequence[Path]) -> str:
    """The template's text over data that is shown as it is (`text`) or without any markup of its own (`markdown`)."""
    environment = templates.Environment([*roots, shipped("templates")])
    plain = form != "markdown"
    own = {**flat(seen, escape=not plain), "plain": plain, "numerals": _NUMERALS}
    text = tidy(templates.render(environment, template, own))
    return re.sub(r"^- ", "· ", text, flags=re.MULTILINE) if plain else text


def flat(node: Any, *, escape: bool) -> Any:
    """The data with every text on one line; with `escape`, as Markdown shows it: no markup of its own, no HTML."""
    if isinstance(node, dict):
        return {key: flat(value, escape=escape) for key, value in node.items()}
    if isinstance(node, list):
        return [flat(value, escape=escape) for value in node]
    if not isinstance(node, str):
        return node
    text = " ".join(node.split()) if "\n" in node else node
    if escape and len(text) > 2:  # `<=` and the like are codes, and shown as words
        for sign in _ESCAPED:
            text = text.replace(sign, "\\" + sign)
        text = text.replace("&", "&amp;").replace("<", "&lt;")
    return text


def tidy(text: str) -> str:
    """Rendered lines without trailing blanks, one empty line at most in a row and none within a list; no control characters."""
    lines: list[str] = []
    for line in "".join(c for c in text if c >= " " or c == "\n").split("\n"):
        if line.startswith("- ") and lines[-2:][:1] and lines[-1] == "" and lines[-2].startswith("- "):
            lines.pop()
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"
