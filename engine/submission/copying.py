"""Free text that forms of different bodies share word for word: found among many forms by samples of shingles, then measured.

Only what a body writes by itself counts: results in words, reasons, measures, the report. Goals and names are often given from
above, figures and the own names are what a copy changes, titles of documents are cited by everybody: all these are taken out
first. What many bodies write (a formula of the trade) makes no pair. Whether a share is too much is for a policy's rules to say.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from engine.submission.model import Cell, Copied, Form

SHINGLE = 10
"""Letters (characters of Chinese) in a row that are looked at as one."""
SAMPLED = 8
"""One shingle of so many is kept to find pairs by; which ones follows from the shingles, so both forms keep the same."""
LEAST_SHARED = 3
"""Sampled shingles two forms must share to be held against each other."""
PASSAGE = 20
"""Letters in a row from which it is a passage: what is shorter is language."""
LEAST = 40
"""Shared letters below which nothing is kept."""
MOST_HELD = 8
"""Other forms that each is held against."""
MOST_KEPT = 3
"""Other forms that are kept of each."""
FORMULA_BODIES, FORMULA_SHARE = 8, 20
"""A shingle that more bodies write than this many, and than one in so many of all, is a formula."""
MOST_BODIES = 200
"""Bodies beyond which it is a formula however many there are: what bounds the work."""
_NO_LETTER = re.compile(r"[\W\d_]+")
_CITED = re.compile("《[^《》]{1,80}》")

Prints = tuple[int, ...]
"""The sampled shingles of a form's free text, sorted."""


def prints(form: Form) -> Prints:
    """What a form is found by."""
    return tuple(sorted({number for text in _passages(form) for number in _shingles(text) if number % SAMPLED == 0}))


def suspects(filed: Sequence[tuple[str, Prints]]) -> list[tuple[int, int]]:
    """Pairs of forms worth holding against each other, by their places in `filed` (body and prints of each), the first before the
    second: of each form those MOST_HELD that share the most. A body whose name holds another's (市水务局, 市水务局机关) is that
    body."""
    names = [_named(body) for body, _ in filed]
    formula = min(max(FORMULA_BODIES, len(set(names)) // FORMULA_SHARE), MOST_BODIES)
    holders: dict[int, list[int]] = {}
    for n, (_, own) in enumerate(filed):
        for number in own:
            holders.setdefault(number, []).append(n)
    usable = {number: held for number, held in holders.items() if len(held) > 1 and len({names[n] for n in held}) <= formula}
    out: set[tuple[int, int]] = set()
    for n, (_, own) in enumerate(filed):
        shared = Counter(m for number in own for m in usable.get(number, ()) if not _one_body(names[n], names[m]))
        ranked = sorted((-count, m) for m, count in shared.items() if count >= LEAST_SHARED)
        out.update((min(n, m), max(n, m)) for _, m in ranked[:MOST_HELD])
    return sorted(out)


def copied(form: Form, other: Form) -> Copied | None:
    """What `form` has in common with `other`; None where it is next to nothing, or where one body is the other's superior."""
    if _under(form, other) or _under(other, form):
        return None
    theirs = {number for text in _passages(other) for number in _shingles(text)}
    count = total = 0
    longest = ""
    for text in _passages(form):
        total += len(text)
        for start, end in _runs([number in theirs for number in _shingles(text)]):
            count += end - start
            longest = max(longest, text[start:end], key=len)
    if count < LEAST:
        return None
    return Copied(other.unit, other.name, other.fiscal_year, count, total, _as_written(form, longest), other.place)


def marked(forms: Sequence[Form]) -> list[Form]:
    """The forms, each with what it shares with those of other bodies among them."""
    found: dict[int, list[Copied]] = {}
    for n, m in suspects([(form.unit, prints(form)) for form in forms]):
        for one, other in ((n, m), (m, n)):
            if shared := copied(forms[one], forms[other]):
                found.setdefault(one, []).append(shared)
    return [replace(form, copied=most(found[n])) if n in found else form for n, form in enumerate(forms)]


def most(found: Iterable[Copied]) -> tuple[Copied, ...]:
    """Those that share the most, in an order that does not hang on that of the files."""
    return tuple(sorted(found, key=lambda one: (-one.characters, one.unit, one.fiscal_year, one.form))[:MOST_KEPT])


def _written(form: Form) -> Iterator[str]:
    """The free text of a form, as it stands."""
    cells: list[Cell | None] = [line.reason for line in form.budget]
    for goal in form.goals:
        for row in goal.indicators:
            cells += [row.actual, row.reason, *(cell for part in row.parts for cell in (part.actual, part.reason))]
    cells += [form.analysis, form.remedies, *(row.reason for row in form.unmet)]
    cells += [paragraph for section in form.report for paragraph in section.paragraphs]
    return (cell.text for cell in cells if cell and cell.text)


def _passages(form: Form) -> list[str]:
    """The same as letters alone, without what a copy changes; each text once, since a form repeats its report's reasons."""
    own = [name for name in sorted({form.unit, form.name}, key=len, reverse=True) if len(name) > 1]
    out: dict[str, None] = {}
    for text in dict.fromkeys(_written(form)):
        bare = _CITED.sub("", unicodedata.normalize("NFKC", text))
        for name in own:
            bare = bare.replace(name, "")
        letters = _NO_LETTER.sub("", bare)
        if len(letters) >= SHINGLE:
            out[letters] = None
    return list(out)


def _shingles(letters: str) -> Iterator[int]:
    """The number of each run of SHINGLE letters, in order: the same in every process."""
    coded = letters.encode("utf-32-le", "surrogatepass")
    return (zlib.crc32(coded[4 * n : 4 * (n + SHINGLE)]) for n in range(len(letters) - SHINGLE + 1))


def _runs(hits: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where passages begin and end that stand there too."""
    start = None
    for n, hit in enumerate([*hits, False]):
        if hit and start is None:
            start = n
        elif not hit and start is not None:
            end = n - 1 + SHINGLE
            if end - start >= PASSAGE:
                yield start, end
            start = None


def _as_written(form: Form, letters: str) -> str:
    """A passage as the form writes it, with its figures and marks; as letters where it runs over a name that was taken out."""
    pattern = re.compile(r"[\W\d_]*".join(map(re.escape, letters[:200])))
    written = list(_written(form))
    texts = [*written, *(unicodedata.normalize("NFKC", text) for text in written)]
    return next((hit[0] for text in texts if (hit := pattern.search(text))), letters)


def _named(body: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", body))


def _one_body(one: str, other: str) -> bool:
    return not one or not other or one in other or other in one


def _under(form: Form, other: Form) -> bool:
    """Whether the other body stands on the form as the one above it (主管部门)."""
    above = {_named(item.value.text) for item in form.header if item.value and item.value.text}
    return _named(other.unit) in above
