"""The text within a paragraph of Word: characters, symbols, check boxes, what is hidden or was deleted, text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any  # lxml has no types

# local names of WordprocessingML
WRAPPERS = frozenset({"sdt", "sdtContent", "smartTag", "customXml", "ins", "moveTo", "hyperlink", "fldSimple", "dir", "bdo", "r"})
DELETED = frozenset({"del", "moveFrom"})
_LEFT_OUT = DELETED | {"pPr", "sdtPr", "instrText", "delText", "rt", "Fallback", "txbxContent", "tbl"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
TICKED, EMPTY = "☑", "□"
_WINGDINGS = {0xFE: TICKED, 0xFC: "√", 0xA8: EMPTY, 0x6F: EMPTY, 0x71: EMPTY, 0xFD: "☒", 0x78: "☒", 0xFB: "×", 0x6E: "■"}
_WINGDINGS_2 = {0x52: TICKED, 0x50: "√", 0xA3: EMPTY, 0x53: "☒", 0x54: "☒", 0x4F: "×"}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
"""Fonts of pictures: what their letters show."""
_SPACES = str.maketrans(dict.fromkeys("\n\r\x85\u2028\u2029\ufeff", " "))


def settle(root: Any) -> None:
    """Content controls as people see them: one that shows only its prompt is empty, a check box is ☑ or □."""
    for control in list(root.iter("{*}sdt")):
        properties = next((child for child in control if local(child) == "sdtPr"), None)
        content = next((child for child in control if local(child) == "sdtContent"), None)
        if properties is None or content is None:
            continue
        names = {local(child): child for child in properties}
        if "checkbox" in names:
            checked = next((child for child in names["checkbox"] if local(child) == "checked"), None)
            _replace_text(content, TICKED if checked is not None and is_on(checked) else EMPTY)
        elif "showingPlcHdr" in names and is_on(names["showingPlcHdr"]):
            _replace_text(content, "")


def _replace_text(content: Any, text: str) -> None:
    for element in list(content.iter("{*}t", "{*}sym")):
        if local(element) == "t":
            element.text, text = text, ""
        elif text:  # a symbol is the first thing in it
            element.tag = element.tag.replace("}sym", "}t")
            element.text, text = text, ""
        else:
            element.getparent().remove(element)


def text_of(element: Any) -> str:
    """The text of a paragraph as it is printed, insertions accepted, deletions and hidden text left out."""
    return "".join(text for text, _ in pieces(element))


def pieces(element: Any) -> Iterator[tuple[str, Any]]:
    """The text of a paragraph piece by piece, each with the element that holds it. A piece of a `t` is as long as its text."""
    for child in element:
        name = local(child)
        if name == "t":
            yield clean(child.text or ""), child
        elif name in _CHARACTERS:
            yield _CHARACTERS[name], child
        elif name == "sym":
            yield _symbol(child), child
        elif name == "checkBox":
            yield TICKED if _is_ticked(child) else EMPTY, child
        elif name == "ddList":
            yield _chosen(child), child
        elif name == "r":
            properties = next((part for part in child if local(part) == "rPr"), None)
            if not is_hidden(properties):
                for text, part in pieces(child):
                    yield _in_font(text, properties), part
        elif name not in _LEFT_OUT and name != "rPr":
            yield from pieces(child)


def clean(text: str) -> str:
    """Breaks that are no line of Word's own (U+2028 …) as white space, as in the text reader."""
    return text.translate(_SPACES)


def is_hidden(properties: Any) -> bool:
    """Whether a run is hidden text, which is neither shown nor printed."""
    return properties is not None and any(local(child) == "vanish" and is_on(child) for child in properties)


def _in_font(text: str, properties: Any) -> str:
    """Letters set in a font of pictures as the pictures they show."""
    if properties is None or not text.strip():
        return text
    fonts = next((child for child in properties if local(child) == "rFonts"), None)
    if fonts is None:
        return text
    names = {str(value).lower() for key, value in fonts.attrib.items() if local_name(key) in ("ascii", "hAnsi")}
    pictures = next((_FONTS[name] for name in names if name in _FONTS), None)
    if not pictures:
        return text
    return "".join(pictures.get(ord(c) & 0xFF if 0xF000 <= ord(c) <= 0xF0FF else ord(c), c) for c in text)


def _symbol(element: Any) -> str:
    values = {local_name(key): value for key, value in element.attrib.items()}
    try:
        code = int(values.get("char", ""), 16)
    except ValueError:
        return ""
    font = _FONTS.get(str(values.get("font", "")).lower(), {})
    known = font.get(code & 0xFF if 0xF000 <= code <= 0xF0FF else code)
    return known or ("" if 0xE000 <= code <= 0xF8FF or not 0x20 <= code < 0xD800 else chr(code))


def _is_ticked(box: Any) -> bool:
    """A check box of the older forms: what was ticked, else what stood there at first."""
    states = {local(child): is_on(child) for child in box}
    return states.get("checked", states.get("default", False))


def _chosen(listing: Any) -> str:
    """What a drop-down list of the older forms shows."""
    entries = [value(child) or "" for child in listing if local(child) == "listEntry"]
    numbers = {local(child): value(child) or "" for child in listing if local(child) in ("result", "default")}
    number = numbers.get("result", numbers.get("default", "0"))
    return entries[int(number)] if number.isascii() and number.isdigit() and int(number) < len(entries) else ""


def boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes anchored in a paragraph, each once: the older form Word writes beside it is left out, and boxes in a box come
    with the paragraphs of that."""
    for box in paragraph.iter("{*}txbxContent"):
        above: list[str] = []
        for parent in box.iterancestors():
            if parent is paragraph:
                break
            above.append(local(parent))
        if "Fallback" not in above and "txbxContent" not in above:
            yield box


def unseen(element: Any) -> tuple[str, str]:
    """The text of a paragraph that was deleted under tracked changes, and the text that is hidden."""
    deleted: list[str] = []
    hidden: list[str] = []
    for run in element.iter("{*}r"):
        around: set[str] = set()
        for parent in run.iterancestors():
            if parent is element:
                break
            around.add(local(parent))
        if around & {"txbxContent", "Fallback"}:
            continue  # told with the paragraphs of the box
        text = "".join(part.text or "" for part in run if local(part) in ("t", "delText"))
        properties = next((part for part in run if local(part) == "rPr"), None)
        if around & DELETED:
            deleted.append(text)
        elif is_hidden(properties):
            hidden.append(text)
    return "".join(deleted).strip(), "".join(hidden).strip()


def is_on(element: Any) -> bool:
    return value(element) not in ("0", "false", "off")


def value(element: Any) -> str | None:
    return next((str(found) for key, found in element.attrib.items() if local_name(key) == "val"), None)


def local(element: Any) -> str:
    return local_name(element.tag) if isinstance(element.tag, str) else ""


def local_name(name: str) -> str:
    return name.rpartition("}")[2]
