"""What a filed report says in words a policy knows: which problems its own text tells, and where it speaks well of what was done.

A wording is written as it stands in a text, `…` in it for what may stand between (仅设置…指标): up to `BETWEEN` signs of one
sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from engine.errors import Place
from engine.submission.model import Form

BETWEEN = 30
_PROBLEMS = frozenset({"problems", "problem"})
_STOPS = "。；！？\n"
_SHORTEST = 4
"""Letters of a form's name by which a text is known to speak of it."""


@dataclass(frozen=True, slots=True)
class OwnProblem:
    """A problem as a filed report tells it: a heading with what stands under it."""

    heading: str
    text: str
    place: Place
    form: str
    """The name of the form whose report it is."""
    others: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The names of the other forms filed beside it."""

    def elsewhere(self) -> bool:
        """Whether it is told of another form, by its name."""
        text = folded(self.text)
        if folded(self.form) in text:
            return False
        return any(len(name) >= _SHORTEST and name not in self.form and folded(name) in text for name in self.others)

    def says(self, wordings: Sequence[str]) -> bool:
        """Whether it says one of these."""
        return said(self.text, wordings) is not None

    def names(self, name: str) -> bool:
        """Whether it names something."""
        return bool(name) and folded(name) in folded(self.text)

    def tells(self, name: str, aspects: Sequence[str]) -> bool:
        """Whether one sentence names something and says what about it is wrong (its target, its weight): among the problems that is
        enough, whatever the words of the verdict are."""
        own = folded(name)
        sentences = (folded(sentence) for sentence in re.split(f"[{_STOPS}]", self.text))
        return bool(own) and any(own in one and any(aspect in one.replace(own, "") for aspect in aspects) for one in sentences)


@dataclass(frozen=True, slots=True)
class OwnProblems:
    """The problems that a report filed with a form tells."""

    problems: tuple[OwnProblem, ...] = ()

    def telling(self, wordings: Sequence[str], name: str, aspects: Sequence[str] = (), *, of_form: bool) -> OwnProblem | None:
        """The one that tells a matter (in one of these wordings) of what is called `name`, or what about it is wrong (`aspects`);
        where the matter is of the form as a whole (`of_form`), one that is not told of another form."""
        matter = [one for one in self.problems if wordings and one.says(wordings)]
        named = (one for one in matter if one.names(name) or (of_form and not one.elsewhere()))
        told = (one for one in self.problems if aspects and one.tells(name, aspects))
        return next(named, None) or next(told, None)


def own_problems(form: Form, names: tuple[str, ...]) -> OwnProblems:
    """Those in the report filed with a form. `names`: of the forms filed beside it."""
    out: list[OwnProblem] = []
    for section in form.report:
        if section.key not in _PROBLEMS:
            continue
        places = [section.place, *(paragraph.place for paragraph in section.paragraphs)]
        texts = [section.heading, *(paragraph.text for paragraph in section.paragraphs)]
        if section.key == "problems":  # without headings of their own each paragraph is one
            parts = list(zip(texts[1:], texts[1:], places[1:], strict=True))
        else:
            parts = [(section.heading, "\n".join(texts), places[-1])]
        out += [OwnProblem(heading, text, place, form.name, names) for heading, text, place in parts]
    return OwnProblems(tuple(out))


def said(text: str, wordings: Iterable[str]) -> re.Match[str] | None:
    """Where a text first says one of these; None where it says none."""
    return next(saying(text, wordings), None)


def saying(text: str, wordings: Iterable[str]) -> Iterator[re.Match[str]]:
    """Every stretch of a text that says one of these."""
    for wording in wordings:
        yield from _pattern(wording).finditer(text)


@lru_cache(maxsize=2_000)
def _pattern(wording: str) -> re.Pattern[str]:
    between = f"[^{_STOPS}]{{0,{BETWEEN}}}?"
    return re.compile(between.join(re.escape(part.strip()) for part in wording.split("…") if part.strip()))


def folded(text: str) -> str:
    """A text without white space and quotation marks, letters and digits in half width."""
    return re.sub(r"[\s“”\"'‘’「」]+", "", unicodedata.normalize("NFKC", text))
