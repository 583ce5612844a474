"""The policies of a library as one run needs them, and the layouts they describe: each loaded once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from engine.errors import PolicyError, Problem
from engine.forms.model import Layout
from engine.forms.places import PlaceWords
from engine.policy.heads import Head, elders_first, heads
from engine.policy.library import Library, display_name
from engine.policy.model import Policy
from engine.policy.places import Gazetteer, Region, gazetteer
from engine.policy.stored import Store


@dataclass(frozen=True, slots=True)
class Shape:
    """A layout, and the published policies whose forms are laid out so; those that others of them stand on first."""

    layout: Layout
    heads: tuple[Head, ...]
    broken: tuple[Problem, ...] = ()
    """What is wrong with policies that have this layout and cannot be told apart from their heads."""
    judges: tuple[Head, ...] = ()
    """Policies that may judge forms so laid out besides: a layout by itself (a pack with marks) leaves that to those of its place,
    and to those that stand behind all others; and drafts of this layout that say which forms choose them."""

    @property
    def policies(self) -> frozenset[str]:
        return frozenset(head.id for head in self.heads)

    @property
    def is_fallback(self) -> bool:
        """Whether every policy that has it stands back behind others; a layout by itself does behind a policy that has it."""
        return all(head.fallback or head.status == "pack" for head in self.heads) and bool(self.heads)


class Shelf:
    """What a run has read of a library."""

    def __init__(self, library: Library, on: date | None = None) -> None:
        self.library = library
        self.on = on
        """The day of filing the user names; None for the day that each form prints."""
        self._heads: tuple[list[Head], list[Problem]] | None = None
        self._loaded: dict[str, Policy | PolicyError] = {}
        self._shapes: tuple[list[Shape], list[Problem]] | None = None
        self._named: dict[str, Shape | None] = {}
        self._gazetteer: Gazetteer | None = None
        self._regions: dict[tuple[str, str], Region | None] = {}
        self._store: Store | None = None

    def store(self) -> Store:
        """What is kept of the library from run to run."""
        if self._store is None:
            self._store = Store(self.library)
        return self._store

    def gazetteer(self) -> Gazetteer:
        """The places there are. Raises PolicyError where they are written wrongly: nothing could be placed by them."""
        if self._gazetteer is None:
            self._gazetteer, wrong = self.store().made("places", lambda: gazetteer(self.library))
            if wrong:
                raise PolicyError(wrong)
        return self._gazetteer

    def region(self, head: Head) -> Region | None:
        """Where a policy is at home, by its place's name or else its code; None where that is in no table of places."""
        key = (head.jurisdiction_name, head.jurisdiction)
        if key not in self._regions:
            known = (self.gazetteer().find(text) for text in key if text)
            self._regions[key] = next((found.region for found in known if found.known), None)
        return self._regions[key]

    def heads(self) -> tuple[list[Head], list[Problem]]:
        """What policies say of themselves, and what is wrong with those that cannot be read."""
        if self._heads is None:
            self._heads = self.store().made("heads", lambda: heads(self.library))
        return self._heads

    def published(self) -> list[Head]:
        return [head for head in self.heads()[0] if head.status == "published"]

    def judging(self) -> list[Head]:
        """Those that may judge a form by themselves: published ones, and drafts that say which forms choose them."""
        return [head for head in self.heads()[0] if head.may_judge]

    def policy(self, id_: str) -> Policy:
        """The policy with this id. Raises PolicyError, the same one each time, if it is missing or invalid."""
        if id_ not in self._loaded:
            try:
                self._loaded[id_] = self.store().policy(id_, self._load)
            except PolicyError as error:
                self._loaded[id_] = error
        found = self._loaded[id_]
        if isinstance(found, PolicyError):
            raise found
        return found

    def _load(self, id_: str) -> Policy:
        """The policy built of its files: what that takes is imported where nothing is kept."""
        from engine.policy.loading import load

        return load(id_, self.library)

    def usable(self, id_: str) -> bool:
        """Whether the policy can be used."""
        try:
            self.policy(id_)
        except PolicyError:
            return False
        return True

    def shapes(self) -> tuple[Sequence[Shape], Sequence[Problem]]:
        """The different layouts of the published policies, and of packs that can be told by marks of their own; and what is wrong
        with those that cannot be read."""
        if self._shapes is None:
            self._shapes = self.store().made("layouts", self._read_shapes)
        return self._shapes

    def _read_shapes(self) -> tuple[list[Shape], list[Problem]]:
        from engine.policy.form_files import Known, form_of

        found: dict[str, tuple[Mapping[str, Any], list[Head], list[str]]] = {}
        problems: list[Problem] = []
        forms: Known = {}
        known = {head.id: head for head in self.heads()[0]}
        for id_ in self.library.ids():
            head = known.get(id_)
            if head and head.status not in ("published", "pack") and not head.may_judge:
                continue
            try:
                form = form_of(id_, self.library, forms)
            except PolicyError as error:
                problems += error.problems
                continue
            if head and head.status == "pack" and not form.get("marks"):
                continue  # words that others share, no layout by itself
            if form:
                _, of, broken = found.setdefault(_key(form), (form, [], []))
                if head:
                    of.append(head)
                else:
                    broken.append(display_name(self.library.directory(id_)))
        shapes = []
        for key, (written, every, broken) in found.items():
            drafts = [head for head in every if head.status == "draft"]
            of = [head for head in every if head not in drafts]
            if not of and not broken:
                continue  # a draft's alone: nobody's forms are laid out so yet
            wrong = [problem for problem in self.heads()[1] if problem.place.file.startswith(tuple(f"{at}/" for at in broken))]
            try:
                judges = (*self._judges(of), *drafts)
                shape = Shape(_layout(_Written(key, written)), tuple(elders_first(of)), tuple(wrong), tuple(dict.fromkeys(judges)))
                shapes.append(shape)
            except PolicyError as error:
                problems += error.problems
        return shapes, list(dict.fromkeys(problems))

    def places(self) -> PlaceWords:
        """How regions are written, by all layouts together."""
        every = [shape.layout.places for shape in self.shapes()[0]]
        words = [tuple(dict.fromkeys(word for own in every for word in getattr(own, name))) for name in ("endings", "others")]
        return PlaceWords(*words)

    def _judges(self, of: Sequence[Head]) -> tuple[Head, ...]:
        """Who judges forms of a layout that no policy has as its own."""
        if not of or any(head.status == "published" for head in of):
            return ()
        places = {head.jurisdiction for head in of} - {""}
        own = tuple(head for head in self.judging() if head.jurisdiction in places)
        return own + tuple(head for head in self.judging() if head.fallback and head not in own)

    def shape_of(self, policy: Policy) -> Shape | None:
        """The layout of a policy, published or not; None if it describes none."""
        if policy.id not in self._named:
            known: Shape | None = next((shape for shape in self.shapes()[0] if policy.id in shape.policies), None)
            if known is None and policy.layout:
                own = next(head for head in self.heads()[0] if head.id == policy.id)
                known = Shape(policy.layout, (own,))
            self._named[policy.id] = known
        return self._named[policy.id]


def _key(form: Mapping[str, Any]) -> str:
    return json.dumps(form, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class _Written:
    """A layout as it is written, equal to one written the same."""

    key: str
    form: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=64)
def _layout(written: _Written) -> Layout:
    """The layout compiled: for each run of many commands it would be the same ones. Raises PolicyError where it is none."""
    from engine.forms.layout import layout

    return layout(written.form)
