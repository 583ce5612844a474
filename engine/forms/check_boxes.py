"""Which of several check boxes is ticked: □优 ☑良 □中, or 优□ 良☑ 中□."""

from __future__ import annotations

import re

_EMPTY, _TICKED = "□☐〇○", "☑☒✓✔√■"
_BOX = re.compile(f"([{_EMPTY}{_TICKED}])")


def chosen(text: str) -> str:
    """The one choice that is ticked; the text as it is where it holds no boxes, or not exactly one is ticked."""
    parts = [part.strip(" \u3000\t\n、，,;；") for part in _BOX.split(text)]
    boxes, words = parts[1::2], parts[0::2]
    if len(boxes) < 2 or not any(box in _EMPTY for box in boxes):
        return text
    beside = words[1:] if not words[0] else words[:-1]  # boxes stand before their words, or behind them
    if len(beside) != len(boxes) or not all(beside) or (words[0] and words[-1]):
        return text
    ticked = [word for box, word in zip(boxes, beside, strict=True) if box in _TICKED]
    return ticked[0] if len(ticked) == 1 else text


def has_boxes(text: str) -> bool:
    """Whether a text holds check boxes."""
    return _BOX.search(text) is not None
