"""A text cut into words: of all ways to cut it the one that leaves fewest characters over. Numbers and dates are words, too; what
no list holds is content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from engine.values.numerals import chinese, decimal, scaled
from engine.values.vocabulary import Vocabulary
from engine.values.wording.days import read_day
from engine.values.wording.grammar import Grammar
from engine.values.wording.model import Grams, Token

CONTENT = "content"
STATES = ("achieve", "scale", "failures", "mild")
"""Roles of which a word of a single character counts only where it stands alone: 优, 好, 差."""
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")


@lru_cache(maxsize=1 << 12)
def folded(text: str, grammar: Grammar) -> tuple[str, tuple[int, ...]]:
    """The text with look-alike characters folded and white space dropped, and the place in the text of each character left."""
    out, places = [], []
    for place, char in enumerate(text):
        for one in grammar.words.characters.get(ord(char), char):
            if not one.isspace() or one == "\n":
                out.append(one)
                places.append(place)
    return "".join(out), tuple(places)


@lru_cache(maxsize=1 << 12)
def tokens(text: str, grammar: Grammar, fiscal_year: int) -> tuple[Token, ...]:
    """The words of a folded text. A character left over costs, and more where a word begins with it (提高效率 is 提高 and a rest,
    not 提 and 高效率). Of the ways that cost the same the one of fewest words is taken, then the one whose first word is longest:
    不明显 is 不 and 明显, not 不明 and a rest. Work is linear in the length of the text."""
    best: list[tuple[int, int, int, Token | None, int]] = [(0, 0, 0, None, 0)] * (len(text) + 1)
    for position in range(len(text) - 1, -1, -1):
        longer, chosen = False, None
        for token in _at(text, position, grammar, fiscal_year):
            longer = longer or token.end > position + 1
            cost, count, *_ = best[token.end]
            way = (cost, count + 1, position - token.end, token, token.end)
            if chosen is None or way[:3] < chosen[:3]:
                chosen = way
        cost, count, *_ = best[position + 1]
        cost += 5 if longer else 2
        over = chosen is None or (cost, count, 0) <= chosen[:3]
        best[position] = chosen if chosen is not None and not over else (cost, count, 0, None, position + 1)
    out: list[Token] = []
    position = start = 0
    while position < len(text):
        found, end = best[position][3:]
        if found is not None:
            _content(out, text, start, position, grammar)
            out.append(found)
            start = end
        position = end
    _content(out, text, start, position, grammar)
    return tuple(_degrees(out, grammar))


def grams(runs: Iterable[str]) -> Grams:
    """Pairs of neighbouring characters of each run; a run of one character is itself."""
    return frozenset(run[i : i + 2] for run in runs for i in range(max(1, len(run) - 1)))


def _content(out: list[Token], text: str, start: int, end: int, grammar: Grammar) -> None:
    """What no list holds, unless it is only a particle left between words."""
    if start < end:
        role = "filler" if all(char in grammar.particles for char in text[start:end]) else CONTENT
        out.append(Token(role, text[start:end], start, end))


def _degrees(found: Sequence[Token], grammar: Grammar) -> list[Token]:
    """A negator with a word of degree behind it is a weak word: 不够, 不太, 不明显; 没有明显 is not."""
    out: list[Token] = []
    for token in found:
        last = out[-1] if out else None
        slight = ""
        if last is not None and last.role == "negators" and last.text.endswith(grammar.degree_negators):
            content = token.role == CONTENT
            slight = next((word for word in grammar.slight if token.text == word or (content and token.text.startswith(word))), "")
        if last is None or not slight:
            out.append(token)
            continue
        out[-1] = Token("weak", last.text + slight, last.start, token.start + len(slight))
        if len(slight) < len(token.text):
            out.append(Token(CONTENT, token.text[len(slight) :], token.start + len(slight), token.end))
    return out


def _at(text: str, position: int, grammar: Grammar, fiscal_year: int) -> Iterator[Token]:
    """Every word that can begin here."""
    if text[position] == "\n" or text[position] in grammar.breaks:
        yield Token("break", text[position], position, position + 1)
        return
    dated = text[position] in grammar.dated or text[position].isdigit()
    if dated and (when := read_day(text, position, fiscal_year, grammar.words)) is not None:
        yield when
        return
    if (number := _number(text, position, grammar.words)) is not None:
        yield number
    if (pair := grammar.paired.get(text[position])) is not None and (match := pair.match(text, position)) is not None:
        yield Token("achieve", match[0], position, match.end(), grammar.paired_family)
    for length in grammar.lengths.get(text[position], ()):
        word = text[position : position + length]
        entry = grammar.entries.get(word) if len(word) == length else None
        if entry is None or (length == 1 and entry.role in STATES and not _ends(text, position + 1, grammar)):
            continue
        yield Token(entry.role, word, position, position + length, entry.family, entry.steps, entry.scale)


def _ends(text: str, position: int, grammar: Grammar) -> bool:
    """Whether a state of one character stands alone: behind it a break, a joint or nothing."""
    if position >= len(text):
        return True
    after = text[position]
    entry = grammar.entries.get(after)
    if after == "\n" or after in grammar.breaks:
        return True
    if entry is None:
        return False
    return entry.role in ("of", "joins") or (entry.role == "filler" and not after.isalnum())


def _number(text: str, position: int, words: Vocabulary) -> Token | None:
    """A number with its unit; a Chinese numeral only with one; none that says which (第三期)."""
    if position and text[position - 1] == "第":
        return None
    match = _NUMBER.match(text, position)
    if match is not None:
        number, end = decimal(match[0]), match.end()
        while number is not None and end < len(text) and text[end] in words.scales and not words.unit_pattern.match(text, end):
            number, end = scaled(number, words.scales[text[end]]), end + 1
        unit, end = _unit(text, end, words)
        if not unit and end < len(text) and text[end].isascii() and text[end].isalpha():
            return None  # 5A景区
        return None if number is None else Token("number", text[position:end], position, end, number=number, unit=unit)
    found = words.chinese_pattern.match(text, position)
    value = chinese(found["number"], words.digits, words.scales) if found else None
    if found is None or value is None:
        return None
    if found["ratio"]:
        return Token("number", found[0], position, found.end(), number=value, unit=words.ratios[found["ratio"]])
    unit, end = _unit(text, found.end(), words)
    return Token("number", text[position:end], position, end, number=value, unit=unit) if unit else None


def _unit(text: str, position: int, words: Vocabulary) -> tuple[str, int]:
    match = words.unit_pattern.match(text, position)
    unit = words.unit(match[0]) if match else None
    return (unit.name, match.end()) if match and unit else ("", position)
