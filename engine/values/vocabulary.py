"""The words values are written with: operators, units, numerals, date words. All of them stand in the policy.

`vocabulary` turns the value of the key `notation:` into a frozen `Vocabulary` with its patterns compiled once. The section
is taken to be valid against `schemas/notation.schema.json`; a missing key is a KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.values.sentence_words import Role, SentenceWords, sentence_words

Words = tuple[str, ...]

# Full-width letters, digits and signs, and characters that cannot be seen. Not NFKC: it would turn 10² into 102.
_FOLDED = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), "")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure. Two units of one dimension are converted by `scale`; a counting word is its own dimension."""

    name: str
    dimension: str
    scale: Decimal
    bare: str
    """What a number without unit means beside it: `assume`, `refuse` or `percent`."""
    each: bool
    """Whether one target holds for each part of a composite actual (rates), or parts may have to be added up (counts)."""
    counting: bool = False


@dataclass(frozen=True, slots=True)
class ScannedDigit:
    """A digit that scans put where an operator was printed, and the numbers in which it shows."""

    character: str
    sign: str
    unit: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class DateWords:
    """Words around dates. Month and day ranges are inclusive; day 31 stands for the last day of the month."""

    prefix: Words
    periods: Mapping[str, tuple[int, int]]
    year_ends: Words
    parts: Mapping[str, tuple[int, int]]
    this_year: Words
    before: Words
    within: Words
    complete: Words
    refused_remarks: Words
    planned: Words
    """Words before a day that somebody means to keep."""
    signs: Words
    """Signs before a date that names its year."""
    leads: Words
    """`planned` and `prefix`: all that may lead to a date."""
    said: Words
    """Whatever may stand around a date and leaves its meaning: adverbs, general things, words that join."""
    completions: Words
    """Words that say the thing was done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Longest texts, in characters, that are still read as values, labels, counted things and unlisted units; most parts."""

    characters: int
    label: int
    noun: int
    unit: int
    parts: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word list of `notation:`; lists that are matched at a position come longest first."""

    characters: Mapping[int, str]
    not_applicable: frozenset[str]
    operators_before: Mapping[str, str]
    operators_after: Mapping[str, str]
    scanned_before: Mapping[str, str]
    scanned_digit: ScannedDigit | None
    approximate_before: Words
    approximate_inside: Words
    approximate_after: Words
    approximate_sense: Mapping[str, str]
    approximate_margin: Decimal
    approximate_clear: Decimal
    """By what share of itself an approximate number may be off at most where it is asked on which side of another it lies."""
    slip_near: Decimal | None
    """How many times one number may be the other for the two to be close, where one that is far off may be a slip of the pen; None
    where the policy does not look for slips."""
    slip_alike: Decimal
    """How many times one number as written may be the other for the two to be alike, whatever their units."""
    slip_least: Decimal
    """From how many times on a number that is alike in two units may be one."""
    digits: Mapping[str, int]
    scales: Mapping[str, Decimal]
    ratios: Mapping[str, str]
    units: Mapping[str, Unit]
    """By every spelling, as listed and case-folded."""
    same: tuple[frozenset[str], ...]
    either: frozenset[frozenset[str]]
    """Counting words that, written with a stroke between them, mean one or the other."""
    joiners: Mapping[str, str]
    denominators: Words
    whole_year: frozenset[str]
    """Denominators that are the form's whole year: 30家/年 counts what 30家 counts."""
    spans: Mapping[str, int]
    """How many months denominators are that can be turned into each other (元/月, 元/年)."""
    lengths: Mapping[str, Mapping[str, tuple[Decimal, Decimal]]]
    """Of a unit of time how many of another it may be, at least and at most."""
    levels: Words
    """What is to lie within a range, neither above nor below it: ℃, pH."""
    whole_day: str
    """The unit of these that is a whole one where it is a limit (24小时 are 1天)."""
    links: Words
    verbs: frozenset[str]
    done: Words
    changes: tuple[Words, Words]
    """Words for a rise and for a fall."""
    overall: frozenset[str]
    """What the figure of all parts is called (综合)."""
    refused_labels: Words
    separators: Words
    ranges: Words
    dates: DateWords
    limits: Limits
    unit_pattern: re.Pattern[str]
    each_pattern: re.Pattern[str]
    """For each of what no list holds, to the end of a text: /10万, 每生, /万车."""
    chinese_pattern: re.Pattern[str]
    split_pattern: re.Pattern[str]
    sentences: SentenceWords | None
    """Words around a number in a sentence; None: a cell is read as a whole or not at all."""
    known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Texts read before and the Value each is: few cells of a form say what no other does. Kept by `notation.read_value`."""

    def unit(self, name: str) -> Unit | None:
        """The unit spelled `name`, in any case unless it is one letter; None for a compound or unlisted one."""
        return self.units.get(name) or (self.units.get(name.casefold()) if len(name) > 1 else None)


def longest_first(words: Iterable[str]) -> Words:
    """The words without repetition, longer ones first, so that the first that fits is the longest."""
    return tuple(sorted(dict.fromkeys(words), key=lambda word: (-len(word), word)))


def alternation(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words, and nothing if there are none."""
    return _alternation(tuple(words)) if words else "(?!)"


@lru_cache(maxsize=512)
def _alternation(words: Words) -> str:
    return "(?:" + "|".join(map(re.escape, longest_first(words))) + ")"


def word_at(text: str, position: int, candidates: Iterable[str] | Mapping[str, object]) -> str:
    """The first candidate that stands at the position, an empty string if there is none; lists come longest first."""
    if isinstance(candidates, tuple) and not text.startswith(candidates, position):
        return ""
    return next((word for word in candidates if text.startswith(word, position)), "")


def word_before(text: str, candidates: Iterable[str] | Mapping[str, object]) -> str:
    """The first candidate that a text ends with; an empty string if there is none."""
    if isinstance(candidates, tuple) and not text.endswith(candidates):
        return ""
    return next((word for word in candidates if text.endswith(word)), "")


def vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """Build the vocabulary from the value of `notation:` (strings, integers, Decimals, lists and mappings)."""
    operators, approximate, numerals = data["operators"], data["approximate"], data["numerals"]
    places = [approximate["prefix"], approximate["infix"], approximate["suffix"]]
    units = _units(data["dimensions"], data["counting"]["words"])
    joiners = {str(word): str(sign) for word, sign in data["joiners"].items()}
    name = alternation(units)
    below = alternation([*units, *data["denominators"]])
    # A comma between digits separates parts unless exactly three digits follow it: "1,2" does, "1,157" does not.
    marks = alternation(mark for mark in (*data["separators"], "\n") if mark != ",")
    comma = r"(?<![0-9]),|,(?![0-9]{3}(?![0-9]))|" if "," in data["separators"] else ""
    return Vocabulary(
        characters=_FOLDED | {ord(char): str(to) for char, to in data["characters"].items()},
        not_applicable=frozenset(mark.casefold() for mark in data["not_applicable"]),
        operators_before=_by_length({word: entry["sign"] for entry in operators for word in entry["prefix"]}),
        operators_after=_by_length({word: entry["sign"] for entry in operators for word in entry["suffix"]}),
        scanned_before=dict(data["scanned"]["prefix"]),
        scanned_digit=_scanned_digit(data["scanned"].get("digit")),
        approximate_before=longest_first(places[0]),
        approximate_inside=longest_first(places[1]),
        approximate_after=longest_first(places[2]),
        approximate_sense={word: sense for place in places for word, sense in place.items()},
        approximate_margin=Decimal(str(approximate["margin"])),
        approximate_clear=Decimal(str(approximate.get("clear", approximate["margin"]))),
        slip_near=Decimal(str(data["slips"]["near"])) if "slips" in data else None,
        slip_alike=Decimal(str(data["slips"]["alike"])) if "slips" in data else Decimal(1),
        slip_least=Decimal(str(data["slips"]["least"])) if "slips" in data else Decimal(0),
        digits=dict(numerals["digits"]),
        scales={word: Decimal(str(scale)) for word, scale in numerals["scales"].items()},
        ratios=_by_length(numerals["ratios"]),
        units=units,
        same=tuple(frozenset(group) for group in data["counting"]["same"]),
        either=frozenset(frozenset(group) for group in data["counting"].get("either", ())),
        joiners=joiners,
        denominators=tuple(data["denominators"]),
        whole_year=frozenset(f"/{word}" for word in data.get("whole_year", ())),
        spans={str(word): int(months) for word, months in data.get("spans", {}).items()},
        levels=tuple(map(str, data.get("levels", ()))),
        whole_day=str(data.get("whole_day", "")),
        lengths={
            str(unit): {str(other): (Decimal(ends[0]), Decimal(ends[1])) for other, ends in others.items()}
            for unit, others in data.get("lengths", {}).items()
        },
        links=longest_first(data["links"]),
        verbs=frozenset(data["verbs"]),
        done=longest_first(data["done"]),
        changes=(tuple(data["changes"]["increase"]), tuple(data["changes"]["decrease"])),
        overall=frozenset(data["overall"]),
        refused_labels=tuple(data["refused_labels"]),
        separators=(*data["separators"], "\n"),
        ranges=longest_first(data["ranges"]),
        dates=_date_words(data["dates"]),
        limits=Limits(**{key: int(value) for key, value in data["limits"].items()}),
        unit_pattern=re.compile(rf"{name}(?: ?{alternation(joiners)} ?{below})*", re.IGNORECASE),
        each_pattern=re.compile(
            rf" ?{alternation([word for word, sign in joiners.items() if sign == '/'])} ?"
            rf"(?P<scale>(?:10*)?(?P<word>{alternation(numerals['scales'])}{{0,2}}))(?P<noun>[\u4e00-\u9fff]*)$"
        ),
        chinese_pattern=re.compile(
            rf"(?P<ratio>{alternation(numerals['ratios'])})?(?P<number>[{''.join((*numerals['digits'], *numerals['scales']))}]+)"
        ),
        split_pattern=re.compile(comma + marks),
        sentences=_sentences(data, units) if "sentences" in data else None,
    )


def _sentences(data: Mapping[str, Any], units: Iterable[str]) -> SentenceWords:
    """The words around a number; what other sections list means there what it means here."""
    dates, numerals = data["dates"], data["numerals"]
    adverbs = dates["adverbs"]
    bounds = [word for entry in data["operators"] for word in entry["prefix"]]
    others: dict[Role, Words] = {
        "change": (*data["changes"]["increase"], *data["changes"]["decrease"]),
        "plain": (
            *data["links"],
            *data["verbs"],
            *data["done"],
            *bounds,
            *data["approximate"]["prefix"],
            *dates["prefix"],
            *adverbs,
        ),
        "finished": tuple(dates["completions"]),
        "planned": tuple(dates["planned"]),
        "barred": tuple(dates["refused_remarks"]),
        "odd": tuple(data["refused_labels"]),
    }
    return sentence_words(data["sentences"], others, units, "".join((*numerals["digits"], *numerals["scales"])))


def _by_length(words: Mapping[str, str]) -> dict[str, str]:
    return {word: words[word] for word in longest_first(words)}


def _units(dimensions: Iterable[Mapping[str, Any]], counting: Iterable[str]) -> dict[str, Unit]:
    """Units by spelling; a spelling listed twice belongs to the first, so that dimensions go before counting words."""
    units: dict[str, Unit] = {}
    for dimension in dimensions:
        for name, entry in dimension["units"].items():
            scale = Decimal(str(entry["scale"]))
            unit = Unit(name, dimension["name"], scale, dimension["bare"], dimension["parts"] == "each")
            for spelling in (name, *entry.get("aliases", ())):
                units.setdefault(spelling, unit)
                units.setdefault(spelling.casefold(), unit)
    for word in counting:
        units.setdefault(word, Unit(word, word, Decimal(1), "assume", each=False, counting=True))
    return units


def _scanned_digit(entry: Mapping[str, Any] | None) -> ScannedDigit | None:
    if entry is None:
        return None
    return ScannedDigit(entry["character"], entry["sign"], entry["unit"], Decimal(str(entry["from"])), Decimal(str(entry["to"])))


def _date_words(data: Mapping[str, Any]) -> DateWords:
    return DateWords(
        prefix=longest_first(data["prefix"]),
        periods={word: (int(data["periods"][word][0]), int(data["periods"][word][1])) for word in longest_first(data["periods"])},
        year_ends=longest_first(data["year_ends"]),
        parts={word: (int(data["parts"][word][0]), int(data["parts"][word][1])) for word in longest_first(data["parts"])},
        this_year=longest_first(data["this_year"]),
        before=longest_first(data["before"]),
        within=longest_first(data["within"]),
        complete=longest_first(data["complete"]),
        refused_remarks=tuple(data["refused_remarks"]),
        planned=longest_first(data["planned"]),
        signs=longest_first(data["signs"]),
        leads=(*longest_first(data["planned"]), *longest_first(data["prefix"])),
        said=longest_first([*data["adverbs"], *data["things"], *data["joiners"]]),
        completions=longest_first(data["completions"]),
    )
