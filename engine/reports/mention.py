"""How a section of a report calls its form: by its name once, afterwards shortly (项目), as officials write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.templating.filters import fill


class Mention:
    """What a template puts where it speaks of the form: the name where it is put first, then `short`."""

    def __init__(self, name: str, short: str) -> None:
        self._next, self._short = name, short

    def __str__(self) -> str:
        said, self._next = self._next, self._short
        return said

    def owner(self) -> str:
        """What stands before something of the form's: the name with 的 where it was not said yet, nothing afterwards."""
        return "" if self._next == self._short else f"{self}的"


class _Owner:
    """The same mention before something of the form's."""

    def __init__(self, mention: Mention) -> None:
        self._mention = mention

    def __str__(self) -> str:
        return self._mention.owner()


def mentions(data: Mapping[str, Any], phrases: Mapping[str, Any]) -> dict[str, Any]:
    """The names `it` and `its` for one section of one form's report. `data`: what templates see of the form."""
    kind, names = data["kind"], {name: data[name] for name in ("unit", "name", "called")}
    own = Mention(*(fill(phrases[key][kind], names) for key in ("form", "again")))
    return {"it": own, "its": _Owner(own)}
