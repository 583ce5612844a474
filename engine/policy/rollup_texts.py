"""The texts a rolled-up form is written with (`rollup.texts`), and the places in them that are filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from engine.errors import Place, Problem, nearest

PLACES: Mapping[str, tuple[str, ...]] = {"unit_name": ("count",), "attainment": ("label", "count"), "goal": ("form", "number")}
"""Text -> what may stand in braces in it; in the others nothing may."""
_BRACED = re.compile(r"\{([^{}]*)\}|[{}]")


def faults(texts: Mapping[str, str], locate: Callable[..., Place]) -> Iterator[Problem]:
    """Places that nothing fills in, and braces that are not closed: they would be printed on the form as they are."""
    for key, text in texts.items():
        known = PLACES.get(key, ())
        for found in _BRACED.finditer(text):
            name = found[1]
            if name in known:
                continue
            expected = "、".join(f"{{{each}}}" for each in known) or "没有花括号的文字"
            said = f"“{key}”里的花括号不成对" if name is None else f"“{key}”里没有“{{{name}}}”可填"
            close = nearest(name, known) if name else ""
            yield Problem(locate(("rollup", "texts", key)), said, expected, close and f"{{{close}}}", code="rollup.place")
