"""The part of a package that holds its comments: ours put behind those that are there, which stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any  # lxml has no types

from engine.documents.package import parse
from engine.documents.word_text import local
from engine.reports.revision import package
from engine.reports.revision.model import AUTHOR
from engine.reports.revision.wordml import WordMaker, author_of, id_of

_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


class WordComments:
    """The comments of one document."""

    def __init__(self, parts: Mapping[str, bytes], main: str, space: str) -> None:
        """`space`: the namespace of the document."""
        self._main, self._space = main, space
        name = package.comments_part(parts, main)
        self.root = parse(parts[name], "", name, as_filed=True) if name else _empty(space)
        self._maker = WordMaker(self.root)
        numbers = [id_of(one) for one in self.root if local(one) == "comment"]
        self._next = max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=-1) + 1
        self.made = 0

    def add(self, note: Sequence[str]) -> str:
        """A comment of ours with these paragraphs; its number."""
        number, self._next, self.made = str(self._next), self._next + 1, self.made + 1
        make = self._maker
        paragraphs = [make.make("p", make.run(text)) for text in note]
        self.root.append(make.make("comment", *paragraphs, id=number, author=AUTHOR, initials=AUTHOR[:2]))
        return number

    def into(self, parts: Mapping[str, bytes]) -> dict[str, bytes]:
        """The parts with these comments."""
        if not self.made:
            return dict(parts)
        return package.with_comments(parts, self._main, self.root, strict=self._space == _STRICT)


def without_ours(parts: Mapping[str, bytes], main: str) -> tuple[dict[str, bytes], frozenset[str]]:
    """The parts without our comments, and their numbers."""
    name = package.comments_part(parts, main)
    if not name:
        return dict(parts), frozenset()
    root = parse(parts[name], "", name, as_filed=True)
    own = [one for one in root if local(one) == "comment" and author_of(one) == AUTHOR]
    if not own:
        return dict(parts), frozenset()
    numbers = frozenset(map(id_of, own))
    for one in own:
        root.remove(one)
    if not len(root):
        return package.without_comments(parts, main), numbers
    return {**parts, name: package.written(root)}, numbers


def _empty(space: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    return etree.Element(f"{{{space}}}comments", nsmap={"w": space})
