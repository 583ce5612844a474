"""Names of indicators: one indicator under slightly different names on two forms, two names for the same thing on one form.

"主席、常委和执委会议会议数量" and "召开主席、常委和执委会议数量" are one indicator; "…会议数量" and "…会议人数" are two, though
their letters are closer. So names are first reduced (signs, brackets and the policy's filler words dropped), then paired one to one
across forms, exact names first, and never across different endings (数量 / 人数 / 率), different numerals, or a word of negation
that only one has (未完成项目数 / 完成项目数). What stands in brackets is part of a name, (一期) and (二期) are two, unless
the other name has none.
Similarity is rapidfuzz's normalised indel ratio; threshold and word lists are the policy's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

MAX_PAIRS = 500_000
"""Names compared on one bundle; beyond it only exact names are matched, and `NameKeys.complete` says so."""

_KEEP = re.compile(r"[^\w%]+|_+")
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_NUMERALS = re.compile(r"[0-9]+|第[一二三四五六七八九十]+|[一二三四]季度")


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """People whom projects are for: the words they go by, and words of projects that have to do with them."""

    name: str
    words: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameRules:
    """The policy's part of it: least similarity (0 to 100), filler words, endings that tell measures apart, and the least
    length of a common ending that suggests two indicators of one form measure the same thing."""

    threshold: float
    fillers: tuple[str, ...]
    endings: tuple[str, ...]
    shared_ending: int
    elsewhere: tuple[str, ...] = ()
    """Words that make a name in a text one of another year or of a part (上年, 其中): no name of the form."""
    negators: tuple[str, ...] = ()
    """Characters that turn a name round (未, 不): names that differ in them are two things, however alike they are written."""
    groups: tuple[TargetGroup, ...] = ()
    answered: tuple[str, ...] = ()
    """Endings that measure one and the same thing whatever stands before them (回复率: of all that comes in)."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two indicators of one form whose names end alike: what they share, and how similar the whole names are (0 to 100)."""

    first: str
    second: str
    ending: str
    similarity: int
    one_thing: bool = False
    """Whether what stands before the ending makes them one thing, or one a part of the other: the one has nothing there that the
    other has not, too (设备完好率, 展厅设备完好率; 文物完好率 is of another thing)."""


@dataclass(frozen=True, slots=True)
class NameKeys:
    """A key for each indicator id: indicators with the same key are one indicator under (nearly) the same name."""

    keys: Mapping[str, str]
    complete: bool


def reduce(name: str, rules: NameRules) -> str:
    """A name without brackets, signs, spaces and filler words, in half width; the name itself if nothing would be left."""
    return _reduced(name, rules.fillers)


@lru_cache(maxsize=8192)
def _reduced(name: str, fillers: tuple[str, ...]) -> str:
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", name))
    text = _KEEP.sub("", text).casefold()
    for filler in fillers:
        text = text.replace(filler, "")
    return text or name.strip()


@dataclass(frozen=True, slots=True, order=True)
class _Name:
    """A name as it is compared: reduced, and what stands in its brackets, reduced alike."""

    bare: str
    inside: tuple[str, ...] = ()


def _parsed(name: str, rules: NameRules) -> _Name:
    text = unicodedata.normalize("NFKC", name)
    inside = (_KEEP.sub("", found).casefold() for found in _BRACKETS.findall(text))
    return _Name(reduce(name, rules), tuple(part for part in inside if part) if _BRACKETS.sub("", text).strip() else ())


def may_be_one(first: str, second: str, rules: NameRules) -> bool:
    """Whether two names as written may be one indicator under slightly different names: a proposal, no verdict."""
    a, b = _parsed(first, rules), _parsed(second, rules)
    return _comparable(a, b, rules) and _written_alike(a.bare, b.bare, rules.threshold) >= rules.threshold


def _comparable(a: _Name, b: _Name, rules: NameRules) -> bool:
    """Whether nothing says that two names are two things: brackets, negation, ending, numerals."""
    return (not a.inside or not b.inside or a.inside == b.inside) and _measured(a.bare, rules) == _measured(b.bare, rules)


def ending(name: str, rules: NameRules) -> str:
    """The longest listed ending a reduced name has; empty if none."""
    return _ending(name, rules.endings)


@lru_cache(maxsize=8192)
def _ending(name: str, endings: tuple[str, ...]) -> str:
    if not name.endswith(endings):
        return ""
    return max((e for e in endings if name.endswith(e)), key=len, default="")


def numerals(name: str) -> list[str]:
    """The numbers of a name: what differs in them is two things (第一批, 第二批)."""
    return _NUMERALS.findall(name)


def similarity(first: str, second: str, rules: NameRules) -> float:
    """0 to 100 for two reduced names; 0 where they measure different things (other ending, other numerals)."""
    return _written_alike(first, second) if _measured(first, rules) == _measured(second, rules) else 0.0


def _measured(name: str, rules: NameRules) -> tuple[str, list[str], list[str]]:
    """What two reduced names must have in common to be one: the ending, the numerals and the words of negation."""
    return ending(name, rules), _NUMERALS.findall(name), [char for char in name if char in rules.negators]


def _written_alike(first: str, second: str, least: float = 0.0) -> float:
    """How alike two names are written, 0 to 100; 0 for less than `least`."""
    ratio = fuzz.ratio(first, second, score_cutoff=least)
    # letters put in, or left out: one name written two ways; letters exchanged (小学 for 中学): two things
    return ratio if ratio and len({edit.tag for edit in Indel.editops(first, second)}) < 2 else 0.0


def keys(forms: Sequence[Sequence[tuple[str, str]]], rules: NameRules) -> NameKeys:
    """Keys for the indicators of several forms, each given as (id, name). The order of forms and indicators is irrelevant.

    Within a form, only equal names share a key (an indicator may hang under several goals). Across forms, names are paired
    one to one, best first.
    """
    reduced = [{identity: _parsed(name, rules) for identity, name in form} for form in forms]
    names = [sorted(set(form.values())) for form in reduced]
    parent: dict[tuple[int, _Name], tuple[int, _Name]] = {(i, name): (i, name) for i, form in enumerate(names) for name in form}

    def root(node: tuple[int, _Name]) -> tuple[int, _Name]:
        while parent[node] != node:
            node = parent[node]
        return node

    members: dict[tuple[int, _Name], dict[int, _Name]] = {node: {node[0]: node[1]} for node in parent}

    def join(a: tuple[int, _Name], b: tuple[int, _Name]) -> None:
        left, right = root(a), root(b)
        if left == right or members[left].keys() & members[right].keys():
            return  # a group holds at most one name of each form
        parent[right] = left
        members[left] |= members.pop(right)

    seen: dict[_Name, tuple[int, _Name]] = {}
    for i, form in enumerate(names):
        for name in form:
            if name in seen:
                join(seen[name], (i, name))
            seen.setdefault(name, (i, name))
    # names that stand on another form to the letter are settled; only the rest is compared
    lone = [[name for name in form if len(members[root((i, name))]) == 1] for i, form in enumerate(names)]
    complete = sum(len(a) * len(b) for n, a in enumerate(lone) for b in lone[n + 1 :]) <= MAX_PAIRS
    if complete:
        close: list[tuple[float, _Name, _Name, tuple[int, _Name], tuple[int, _Name]]] = []
        measured = {name: _measured(name.bare, rules) for form in lone for name in form}
        for i, form in enumerate(lone):
            for j in range(i + 1, len(lone)):
                for a in form:
                    for b in lone[j]:
                        if measured[a] != measured[b] or (a.inside and b.inside and a.inside != b.inside):
                            continue
                        value = _written_alike(a.bare, b.bare, rules.threshold)
                        if value >= rules.threshold:
                            first, second = sorted([a, b])
                            close.append((-value, first, second, (i, a), (j, b)))
        for _, _, _, one, other in sorted(close):
            join(one, other)
    key = {node: min(members[root(node)].values()) for node in parent}
    shown = {name: name.bare + "".join(f"({part})" for part in name.inside) for name in set(key.values())}
    return NameKeys(
        {identity: shown[key[(i, name)]] for i, form in enumerate(reduced) for identity, name in form.items()}, complete
    )


def alike(form: Sequence[tuple[str, str]], rules: NameRules) -> list[Alike]:
    """Pairs of differently named indicators of one form whose names share an ending of at least `shared_ending` characters."""
    by_tail: dict[str, list[tuple[str, str]]] = {}
    for identity, name in form:
        text = reduce(name, rules)
        if len(text) >= rules.shared_ending:
            by_tail.setdefault(text[-rules.shared_ending :], []).append((text, identity))
    out: list[Alike] = []
    for group in by_tail.values():
        ordered = sorted(group)[:60]  # a form with more than sixty alike endings is not about two names for one thing
        for n, (a, first) in enumerate(ordered):
            for b, second in ordered[n + 1 :]:
                if a != b:
                    one, other = sorted([first, second])
                    common = _common_ending(a, b)
                    out.append(Alike(one, other, common, int(fuzz.ratio(a, b)), _one_thing(a, b, common, rules)))
    return sorted(out, key=lambda pair: (pair.first, pair.second))


def find(name: str, candidates: Mapping[str, str], rules: NameRules) -> str | None:
    """The id of the indicator a text calls `name`: the equal name, else the longest name inside it (or around it), else the
    most similar one above the threshold. `candidates` are reduced names by id. None if there is none, or no single best."""
    wanted = reduce(name, rules)
    if not wanted or any(word in name for word in rules.elsewhere):
        return None
    equal = [identity for identity, text in candidates.items() if text == wanted]
    if equal:
        return equal[0]
    within = [
        (len(text), identity)
        for identity, text in candidates.items()
        if len(text) >= 4 and (text in wanted or (wanted in text and len(wanted) >= 4))
    ]
    close = [(similarity(wanted, text, rules), identity) for identity, text in candidates.items()]
    for found in (within, [(score, identity) for score, identity in close if score >= rules.threshold]):
        best = sorted(found, reverse=True)
        if best and (len(best) == 1 or best[0][0] > best[1][0]):
            return best[0][1]
    return None


def shared_terms(first: str, second: str, rules: NameRules) -> int:
    """How many different two-character terms two texts have in common: 0 means they do not speak of the same thing."""
    a, b = reduce(first, rules), reduce(second, rules)
    return len({a[i : i + 2] for i in range(len(a) - 1)} & {b[i : i + 2] for i in range(len(b) - 1)})


@lru_cache(maxsize=64)
def group_pattern(rules: NameRules) -> re.Pattern[str] | None:
    """What finds any of the words of people in a name: most names have none; None where the policy lists none."""
    words = [re.escape(word) for group in rules.groups for word in group.words]
    return re.compile("|".join(words)) if words else None


def foreign_group(name: str, rest: str, rules: NameRules) -> str:
    """The people a name speaks of, if nothing in the rest of the form has to do with them; empty if there are none such."""
    for group in rules.groups:
        if any(word in name for word in group.words):
            return "" if any(word in rest for word in (*group.words, *group.near)) else group.name
    return ""


def _one_thing(a: str, b: str, common: str, rules: NameRules) -> bool:
    """Whether two reduced names with a common ending are of one thing, or the one of a part of the other's."""
    if _NUMERALS.findall(a) != _NUMERALS.findall(b) or [c for c in a if c in rules.negators] != [
        c for c in b if c in rules.negators
    ]:
        return False
    before = sorted((a.removesuffix(common), b.removesuffix(common)), key=len)
    return before[0] in before[1] or common.endswith(rules.answered or ("\0",))


def _common_ending(a: str, b: str) -> str:
    n = 0
    while n < min(len(a), len(b)) and a[-1 - n] == b[-1 - n]:
        n += 1
    return a[len(a) - n :]
