"""Messages that only name fields, told without Jinja2: nearly all there are, and in a tenth of the time.

    “{{ a.name }}”的完成值高出目标 {{ a.excess | abs | percent(0) }}{% if a.weight is defined %}（{{ a.weight }} 分）{% endif %}。

What is told here reads as Jinja2 would have it, sign for sign; whatever else a message does, Jinja2 does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.templating.filters import _MISSING, FILTERS, shown

MAX_REMEMBERED = 4_000
_NAME = r"[a-z][a-z0-9_]*"
_FILTERS = r"(?: \| [a-z]+(?:\((?:0|[1-9][0-9]{0,5})\))?)*"
_PIECE = re.compile(
    rf"\{{\{{ (?P<alias>{_NAME})\.(?P<name>{_NAME})(?P<filters>{_FILTERS}) \}}\}}"
    rf"|\{{% if (?P<negated>not )?(?P<asked>{_NAME})\.(?P<defined>{_NAME})"
    rf"(?P<whether> is defined| == '(?P<text>[^'\\{{}}]*)'"
    rf"| > (?:(?P<than>{_NAME})\.(?P<limit>{_NAME})|(?P<most>[0-9]{{1,6}})))? %\}}"
    r"|(?P<else>\{% else %\})|(?P<end>\{% endif %\})"
)
_FILTER = re.compile(r"([a-z]+)(?:\(([0-9]+)\))?")
_RESERVED = frozenset({"and", "or", "not", "if", "else", "elif", "in", "is", "true", "false", "none", "self", "loop", "defined"})
_METHODS = frozenset(dir(dict)) | {"fields", "known"}
"""Names that Jinja2 would find on the mapping itself."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field with the filters it goes through, each with its arguments."""

    alias: str
    name: str
    filters: tuple[tuple[Callable[..., Any], tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Where:
    """Pieces that are told where something holds of a field, and those that are told where it does not."""

    alias: str
    name: str
    whether: str
    """`defined`, `true`, `equal` to a text, `more` than a number or another field."""
    wanted: bool
    to: str | int | _Field | None
    pieces: tuple[_Piece, ...] = ()
    otherwise: tuple[_Piece, ...] = ()


_Piece = str | _Field | _Where
Facts = Mapping[str, Mapping[str, Any]]
_NUMBERS = (int, Decimal)


def said_plainly(text: str, facts: Facts, known: Facts, params: Mapping[str, Any]) -> str | None:
    """The message as Jinja2 has it; None for one that it alone can tell, or that names what there is not."""
    pieces = _pieces(text)
    if pieces is None:
        return None
    out: list[str] = []
    return "".join(out) if _told(pieces, facts, known, params, out) else None


def _told(pieces: tuple[_Piece, ...], facts: Facts, known: Facts, params: Mapping[str, Any], out: list[str]) -> bool:
    """Whether the pieces could be told; added to `out`."""
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        value = _value(piece.alias, piece.name, facts, known, params)
        if value is None:
            return False
        if isinstance(piece, _Where):
            held = _holds(piece, value, facts, known, params)
            if held is None or not _told(piece.pieces if held else piece.otherwise, facts, known, params, out):
                return False
            continue
        for apply, arguments in piece.filters:
            value = apply(value, *arguments)
        out.append(value if type(value) is str else str(shown(value)))
    return True


def _value(alias: str, name: str, facts: Facts, known: Facts, params: Mapping[str, Any]) -> Any:
    """A field's value; None where there is no such field."""
    if alias in facts:
        if name in facts[alias]:
            return facts[alias][name]
        return _MISSING if name in known[alias] else None
    return params.get(name) if alias == "param" else None


def _holds(piece: _Where, value: Any, facts: Facts, known: Facts, params: Mapping[str, Any]) -> bool | None:
    """Whether what a piece asks of a field holds; None where Jinja2 is to say so."""
    if piece.whether == "defined":
        held = value is not _MISSING
    elif piece.whether == "true":
        held = bool(value)
    elif piece.whether == "equal":
        held = value == piece.to
    else:
        other: Any = piece.to
        if isinstance(other, _Field):
            other = _value(other.alias, other.name, facts, known, params)
        if not isinstance(value, _NUMBERS) or not isinstance(other, _NUMBERS):
            return None
        held = value > other
    return held is piece.wanted


@lru_cache(maxsize=MAX_REMEMBERED)
def _pieces(text: str) -> tuple[_Piece, ...] | None:
    """The parts of a message; None for one that has others than fields and simple conditions."""
    if "\r" in text:  # Jinja2 has its own way with ends of lines
        return None
    open_: _Where | None = None
    whole: list[_Piece] = []
    into, at = whole, 0
    inside: list[list[_Piece]] = []
    for found in _PIECE.finditer(text):
        if between := text[at : found.start()]:
            into.append(between)
        at = found.end()
        names = {found[key] for key in ("alias", "name", "asked", "defined", "than", "limit")} - {None}
        if names & _RESERVED or names & _METHODS:
            return None
        if found["end"] or found["else"]:
            if open_ is None or (found["else"] and len(inside) > 1):
                return None
            if found["else"]:
                inside.append([])
                into = inside[1]
                continue
            whole.append(replace(open_, pieces=tuple(inside[0]), otherwise=tuple(inside[1]) if len(inside) > 1 else ()))
            open_, into = None, whole
        elif found["asked"]:
            if open_ is not None or (found["negated"] and found["whether"]):
                return None
            open_, inside = _asked(found), [[]]
            into = inside[0]
        else:
            filters = _FILTER.findall(found["filters"])
            if any(one not in FILTERS for one, _ in filters):
                return None
            applied = tuple((FILTERS[one], (int(argument),) if argument else ()) for one, argument in filters)
            into.append(_Field(found["alias"], found["name"], applied))
    if rest := text[at:]:
        whole.append(rest)
    return tuple(whole) if open_ is None and _is_plain(whole) else None


def _asked(found: re.Match[str]) -> _Where:
    """The condition that begins there."""
    said = found["whether"]
    to: str | int | _Field | None = found["text"]
    if not said or said == " is defined":
        whether = "defined" if said else "true"
    elif to is not None:
        whether = "equal"
    else:
        whether, to = "more", _Field(found["than"], found["limit"], ()) if found["than"] else int(found["most"])
    return _Where(found["asked"], found["defined"], whether, not found["negated"], to)


def _is_plain(pieces: Iterable[_Piece]) -> bool:
    """Whether no text between the fields holds something that Jinja2 would read."""
    for piece in pieces:
        if isinstance(piece, str) and ("{" in piece or "}" in piece):
            return False
        if isinstance(piece, _Where) and not _is_plain((*piece.pieces, *piece.otherwise)):
            return False
    return True
