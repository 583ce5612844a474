"""How tall and wide what stands in a Word document is, in twips: the lines a text is set in, by the styles of paragraphs.

What is known is the widths of the columns and the line heights of the styles, which in forms are exact; how wide digits are depends
on the font, which may not be there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any  # lxml has no types

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BORDER = 10
"""Twips a row's border takes."""
_KNOWN = 1 << 12
"""Texts whose lines are remembered: the forms of one layout say much the same, and each is set more than once."""
NARROW, WIDE = 50, 64
"""How wide a digit or a letter is, in hundredths of the size: Times New Roman, and what stands in for it."""
_SIGNS = {f"{W}br": "\n", f"{W}tab": "\t"}
_WORD = re.compile(r"[0-9A-Za-z.,%‰/:+\-]+|.")
_OPENS, _CLOSES = "（(“‘《〈【〔「", "）)”’》〉】〕」，。、；：！？％"
_NUMBER = re.compile(r"-?[0-9]{1,6}")
_SINGLE = 240
HALF_POINT = 10


@dataclass(frozen=True, slots=True)
class TextSetting:
    """How a paragraph is set: sizes in twips."""

    size: int = 210
    line: int = _SINGLE
    exact: bool = False
    before: int = 0
    after: int = 0
    first: int = 0
    new_page: bool = False
    keep: bool = False
    digit: int = NARROW
    spaced: bool = True
    """Whether there is a little space between wide characters and others."""

    @property
    def height(self) -> int:
        """Of one line."""
        return self.line if self.exact else self.size * 13 * self.line // (10 * _SINGLE)


def tall_of(text: str, setting: TextSetting, width: int) -> int:
    """How tall a paragraph with this text is that has so much room from side to side."""
    one = "\n" not in text and setting.first + len(text) * (setting.size + setting.size // 4) <= width
    return setting.before + setting.after + setting.height * (1 if one else len(set_lines(text, setting, width)))


@lru_cache(maxsize=_KNOWN)
def set_lines(text: str, setting: TextSetting, width: int) -> tuple[str, ...]:
    """The lines a text is set in: a wide character is as wide as its size, between it and a digit is a quarter of that; a number
    is not torn, no line begins with what closes or ends with what opens."""
    return tuple(_set_lines(text, setting, width))


def _set_lines(text: str, setting: TextSetting, width: int) -> Iterator[str]:
    for part in text.split("\n"):
        line, used = "", setting.first
        for piece in _pieces(part):
            wide = _wide(piece, setting, line[-1:])
            if line and used + wide > width:
                yield line
                line, used, wide = "", 0, _wide(piece, setting, "")
            while used + wide > width and len(piece) > 1:  # wider than a line: torn where it has to be
                fits = next((n for n in range(len(piece) - 1, 0, -1) if used + _wide(piece[:n], setting, "") <= width), 1)
                yield line + piece[:fits]
                line, used, piece = "", 0, piece[fits:]
                wide = _wide(piece, setting, "")
            line, used = line + piece, used + wide
        yield line


def _pieces(text: str) -> Iterator[str]:
    """What is not torn at the end of a line, one after the other."""
    piece = ""
    for found in _WORD.findall(text):
        if piece and not (piece[-1] in _OPENS or found in _CLOSES):
            yield piece
            piece = ""
        piece += found
    if piece:
        yield piece


def _wide(piece: str, setting: TextSetting, before: str) -> int:
    """How wide a piece is behind a character."""
    size, narrow, space = setting.size, setting.size * setting.digit // 100, setting.size // 4 if setting.spaced else 0
    used = 0
    last, beside = _sign(before) if before else (False, False)
    for sign in piece:
        full, word = _sign(sign)
        used += size if full else narrow
        if space and word and beside and full != last:
            used += space
        last, beside = full, word
    return used


@lru_cache(maxsize=_KNOWN)
def _sign(sign: str) -> tuple[bool, bool]:
    """Whether a character is as wide as its size, and whether it is a letter or digit, beside which there may be a little space."""
    return unicodedata.east_asian_width(sign) in "WFA", sign.isalnum()


def text_of(paragraph: Any) -> str:
    """The text of a paragraph, with its line breaks and tabs."""
    return "".join(_SIGNS.get(one.tag) or one.text or "" for one in paragraph.iter(f"{W}t", *_SIGNS))


def style_of(paragraph: Any) -> str:
    """The id of a paragraph's style; empty where it has none of its own."""
    properties = paragraph.find(f"{W}pPr")
    style = None if properties is None else properties.find(f"{W}pStyle")
    return "" if style is None else str(style.get(f"{W}val"))


def setting_of(style: str, settings: Mapping[str, TextSetting]) -> TextSetting:
    """How a paragraph of a style is set."""
    return settings.get(style) or settings[""]


def settings_of(styles: Any, digit: int) -> Mapping[str, TextSetting]:
    """The paragraph styles by id; the default one also under no name. `digit`: how wide digits are."""
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return _settings_of(etree.tostring(styles), digit)  # a template is filled many times


@lru_cache(maxsize=32)
def _settings_of(written: bytes, digit: int) -> Mapping[str, TextSetting]:
    from engine.documents.package import parse

    styles = parse(written, "", "styles.xml")
    by_id = {str(style.get(f"{W}styleId")): style for style in styles.iter(f"{W}style")}
    base = next((style for style in by_id.values() if style.get(f"{W}default") == "1" and _kind(style) == "paragraph"), None)
    out = {key: _resolved(style, by_id, digit) for key, style in by_id.items() if _kind(style) == "paragraph"}
    return out | {"": TextSetting(digit=digit) if base is None else _resolved(base, by_id, digit)}


def _kind(style: Any) -> str:
    return str(style.get(f"{W}type"))


def _resolved(style: Any, by_id: Mapping[str, Any], digit: int) -> TextSetting:
    chain: list[Any] = []
    while style is not None and style not in chain:
        chain.append(style)
        based = style.find(f"{W}basedOn")
        style = None if based is None else by_id.get(str(based.get(f"{W}val")))

    def own(path: str, name: str) -> Any:
        for one in chain:
            found = one.find("/".join(f"{W}{part}" for part in path.split("/")))
            if found is not None and (name == "" or found.get(f"{W}{name}") is not None):
                return found
        return None

    def number(path: str, name: str, default: int) -> int:
        found = own(path, name)
        return default if found is None else twips(found, name)

    rule = own("pPr/spacing", "lineRule")
    return TextSetting(
        size=number("rPr/sz", "val", 21) * HALF_POINT,
        line=number("pPr/spacing", "line", _SINGLE),
        exact=rule is not None and rule.get(f"{W}lineRule") == "exact",
        before=number("pPr/spacing", "before", 0),
        after=number("pPr/spacing", "after", 0),
        first=number("pPr/ind", "firstLine", 0),
        new_page=own("pPr/pageBreakBefore", "") is not None,
        keep=own("pPr/keepNext", "") is not None,
        digit=digit,
        spaced=number("pPr/autoSpaceDE", "val", 1) + number("pPr/autoSpaceDN", "val", 1) > 0,
    )


def twips(element: Any, name: str) -> int:
    """A number an element has under a name; 0 where it has none."""
    text = str(element.get(W + name, "0"))
    return int(text) if _NUMBER.fullmatch(text) else 0
