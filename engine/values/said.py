"""What the words beside a number of a cell say: read by the policy's lists, the target's words and the indicator's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.values.notation import fold
from engine.values.sentence_words import Role, SentenceWords
from engine.values.vocabulary import Vocabulary

FILL = "\0"
MARKS = re.compile(r"[,;:、。()!|\n]| - ")
"""What ends a clause."""
YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:年度|学年|年)")
DIGIT = re.compile(r"[0-9]")
_LEAST = 2
"""Characters that a text must have in common with the name or the target."""
_MOST = 200
"""Characters of a name that are looked at."""
_NO_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class PairScene:
    """What is known of the two beside their texts."""

    name: str
    fiscal_year: int | None
    opens: re.Pattern[str] | None = None
    """What a clause of a target looks like that sets nothing (据实结算)."""


@dataclass(frozen=True, slots=True)
class SaidBeside:
    """What words beside a number say: their roles in order, what is left of them, whether what stands next to the number is shared
    with the target or the name, and of what it says that the number is for each."""

    roles: tuple[Role, ...]
    left: str
    shared: bool
    reach: int
    """The most characters in a row that are shared with them."""
    part: int
    """The same, behind a word such as 其中 only."""
    each: frozenset[str]
    headed: bool = False
    """Whether what is shared has the end of the name (of what is counted): 干部, of 培训当地干部人数."""


class SaidReader:
    """Reads the words of one pair of cells. `aimed` is the target's text, folded."""

    def __init__(self, scene: PairScene, aimed: str, words: Vocabulary, sentences: SentenceWords) -> None:
        self.name = fold(scene.name[:_MOST], words)
        self._year, self.aimed, self._words, self._sentences = scene.fiscal_year, aimed, words, sentences
        self.nameless = sentences.anything.fullmatch(_NO_WORD.sub("", self.name)) is not None
        """Whether the name names nothing (工作任务完成情况): no number is another than what it is of."""
        self._head = self._end_of_name()
        self._known = self.name + FILL + DIGIT.sub(FILL, aimed)

    def speaks_of(self, role: Role) -> bool:
        """Whether the name or the target has a word of this role."""
        return any(word in self._known for word, own in self._sentences.roles.items() if own == role)

    def _end_of_name(self) -> str:
        """The last two characters of the name, without words that say nothing of what is counted (数量, 率)."""
        name = _NO_WORD.sub("", self.name)
        ending = True
        while ending:  # once through the lists after the other, until nothing is taken away
            ending, last = False, -1
            while found := self._ending(name, last):
                last, word = found
                name, ending = name.removesuffix(word), True
        return name[-_LEAST:]

    def _ending(self, name: str, last: int) -> tuple[int, str] | None:
        """The first word behind the `last` place of the lists that the name ends with."""
        for place, word in self._sentences.endings.get(name[-1:], ()):
            if place > last and len(word) < len(name) - 1 and name.endswith(word) and word not in self._words.done:
                return place, word
        return None

    def speaks_of_all(self, words: Sequence[str]) -> bool:
        """Whether the target asks for the sum of several (全年累计8小时内)."""
        return any(word in self.aimed for word in words)

    def lex(self, text: str, below: Sequence[str] = (), *, known: str = "") -> SaidBeside:
        """What words say, read from the left, always the longest: a word of the lists, or what target or name have, too."""
        known = known or self._known
        roles: list[Role] = []
        left: list[str] = []
        each: set[str] = set()
        shared = moved = headed = False
        reach = part = 0
        at = 0
        while at < len(text):
            if found := self._each(text, at, below):
                each.add(found[0])
                at += found[1]
                continue
            run = self._run(text, at, known)
            match = self._sentences.pattern.match(text, at)
            if run >= _LEAST and (match is None or run > len(match[0]) or (run == len(match[0]) and self._shares(match[0]))):
                headed = headed or (self._head != "" and self._head in text[at : at + run])
                shared, reach, part, at = True, max(reach, run), max(part, run), at + run
            elif year := YEAR.match(text, at):
                roles += () if self._this_year(year) else ("barred",)
                at = year.end()
            elif match:
                role = self._sentences.roles[match[0]]
                moved = moved or (role == "change" and self._changes(match[0]))
                roles += () if role == "change" and moved else (role,)
                part = 0 if role == "aside" else part
                at = match.end()
            else:
                if not _NO_WORD.fullmatch(text[at]):
                    left.append(text[at])
                    shared = False
                at += 1
        if "relative" in roles and not (moved or shared):
            roles.append("aside")  # what it was measured from, and no rise that the target asks for
        return SaidBeside(tuple(roles), "".join(left), shared, reach, part, frozenset(each), headed)

    def _shares(self, word: str) -> bool:
        """Whether a word of the lists, found in the name or the target, says what the number is of: 完成 and 平均 never do."""
        role = self._sentences.roles[word]
        if role == "finished":
            return self.name.endswith(word)  # 课题结项
        return role not in ("plain", "average", "most", "least", "change")

    def _changes(self, word: str) -> bool:
        """Whether the target or the name speaks of a rise where the word does, or of a fall."""
        return any(word in group and any(other in self._known for other in group) for group in self._words.changes)

    def _each(self, text: str, at: int, below: Sequence[str]) -> tuple[str, int] | None:
        """每户, 户均 for a target that is for each 户: which, and how long the words are."""
        for name in below:
            for word in self._spellings(name):
                for form in (f"平均每{word}", f"每{word}", f"每个{word}", f"{word}均"):
                    if text.startswith(form, at):
                        return name, len(form)
        return None

    def _spellings(self, name: str) -> Sequence[str]:
        """日 and 天 are one: every way to write what a target is for each of."""
        return [name, *(word for word, unit in self._words.units.items() if unit.name == name and word != name)]

    def _run(self, text: str, at: int, known: str) -> int:
        end = at
        while end < len(text) and text[at : end + 1] in known:
            end += 1
        return end - at

    def _this_year(self, year: re.Match[str]) -> bool:
        return self._year is None or int(year[1]) == self._year or year[0] in self.aimed
