"""What a policy knows of the words of reasons, measures, goals and reports; and how words are taken away from a text.

Nothing here says that a text is wrong: it counts what is left of a text when the words that say nothing are gone, and what two
texts have in common. The rules of the policy judge.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_READ = 2_000
"""Characters of one cell that are looked at word by word; what stands behind them is not."""
_SIGNS = re.compile(r"[^\w%]+|_+")
_LEAST = 2
"""Characters that two texts have in common by more than chance."""


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of a policy's section `prose`, by the names they have there."""

    empty_reasons: tuple[str, ...] = ()
    general_reasons: tuple[str, ...] = ()
    connectives: tuple[str, ...] = ()
    hollow: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    not_hollow: tuple[str, ...] = ()
    remedy_words: tuple[str, ...] = ()
    product_words: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    stop_words: tuple[str, ...] = ()
    classing: tuple[str, ...] = ()
    proof_columns: tuple[str, ...] = ()
    deducted_columns: tuple[str, ...] = ()
    """Columns in which somebody takes points off (扣减分), and those that say why."""
    deducted_reasons: tuple[str, ...] = ()
    person_units: tuple[str, ...] = ()
    occasion_units: tuple[str, ...] = ()
    deduction_whole: tuple[str, ...] = ()
    deduction_rule: tuple[str, ...] = ()
    open_lists: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    dated: str = ""
    owned: str = ""
    deduction: str = ""
    limit: str = ""
    placeholder_name: str = ""
    placeholder: str = ""
    projects: str = ""
    listed: str = ""
    typos: Mapping[str, str] = field(default_factory=dict)
    typo_exceptions: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alike_reasons: float = 100.0


NO_PROSE = Prose()
WORDS = (
    *("empty_reasons", "general_reasons", "connectives", "hollow", "activities", "not_hollow", "remedy_words"),
    *(
        "product_words",
        "products",
        "stop_words",
        "typo_exceptions",
        "classing",
        "proof_columns",
        "deducted_columns",
        "deducted_reasons",
        "person_units",
        "occasion_units",
    ),
    *("deduction_whole", "deduction_rule", "open_lists", "signed"),
)
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "dated": (),
    "owned": (),
    "deduction": ("points",),
    "limit": ("most",),
    "placeholder_name": (),
    "placeholder": (),
    "projects": ("count",),
    "listed": ("count", "items"),
}
"""The regular expressions of the section, and the named groups each must have."""
GROUPS = ("fields", "people", "deeds")


def core(text: str) -> str:
    """The letters, digits and percent signs of a text in half width; empty for "/" or "——"."""
    return _core_of_cell(text) if len(text) <= _CELL else _core(text)


_CELL = 100
"""Characters of what may be a cell, which is asked about in many ways; what is longer is not remembered."""


@functools.lru_cache(maxsize=8192)
def _core_of_cell(text: str) -> str:
    return _core(text)


def _core(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text[:MAX_READ]))


def is_empty(text: str, prose: Prose) -> bool:
    """Whether a reason is only signs, or a word that stands for none (无、略)."""
    said = core(text)
    return not said or said in prose.empty_reasons


@functools.lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """The longest of the words at a place, wherever it stands."""
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def without(text: str, words: tuple[str, ...], given: Iterable[str] = ()) -> str:
    """What is left of a text's letters when the words, and all it has in common with the `given` texts, are taken away."""
    left = core(text)
    for other in given:
        left = _apart(left, core(other))
    return _any_of(words).sub("", left).replace("\0", "")


def _apart(text: str, other: str) -> str:
    """The text with every run of two or more characters that the other has, too, cut out (a mark in its place)."""
    out, at = [], 0
    while at < len(text):
        end = at + _LEAST
        if end > len(text) or text[at:end] not in other:
            out.append(text[at])
            at += 1
            continue
        while end < len(text) and text[at : end + 1] in other:
            end += 1
        out.append("\0")
        at = end
    return "".join(out)


def shared(first: str, second: str, words: tuple[str, ...]) -> str:
    """The longest run of two or more characters that two texts have in common, the words taken out of both; empty if none."""
    return in_common(masked(first, words), masked(second, words))


def masked(text: str, words: tuple[str, ...]) -> str:
    """The letters of a text with a mark in the place of each of the words."""
    return _any_of(words).sub("\0", core(text))


def in_common(one: str, other: str) -> str:
    """The longest run of two or more characters that two masked texts have in common; empty if none."""
    best = ""
    for start in range(len(one)):
        end = start + max(_LEAST, len(best) + 1)
        while end <= len(one) and "\0" not in one[start:end] and one[start:end] in other:
            best = one[start:end]
            end += 1
    return best


def slips(text: str, prose: Prose) -> list[tuple[str, str]]:
    """Words that are written wrong, each with the right one, in the order in which they stand; each once."""
    found: dict[str, str] = {}
    pattern = _any_of(tuple(prose.typos))
    if not pattern.search(text):
        return []
    kept = [match.span() for match in _any_of(prose.typo_exceptions).finditer(text)]
    for match in pattern.finditer(text):
        if not any(start <= match.start() and match.end() <= end for start, end in kept):
            found.setdefault(match[0], prose.typos[match[0]])
    return list(found.items())


def groups_in(text: str, groups: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The groups of which a text has a word."""
    words = _all_words(tuple((name, words) for name, words in groups.items()))
    found = _any_of(tuple(words)).findall(text)
    return {words[word] for word in found}


@functools.lru_cache(maxsize=16)
def _all_words(groups: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    """The group of each word."""
    return {word: name for name, words in groups for word in words}
