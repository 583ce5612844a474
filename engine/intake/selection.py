"""Which policy's layout reads a document, and which policy applies to what was read.

A broken policy stops nobody whom it does not concern: it is named only if no other fits, or if it would fit as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NoReturn

from engine.documents import model as blocks
from engine.errors import InputError, Place, PolicyError, Problem
from engine.forms import reader as form_reader
from engine.forms.layout import Layout
from engine.language.wording import FORM_KINDS
from engine.policy.heads import Head, heads
from engine.policy.library import Library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.policy.periods import covers_all, filed_on
from engine.submission.model import Doubt, Form, Submission


class Shelf:
    """The policies of a library as one run needs them: each is loaded once, however many files there are."""

    def __init__(self, library: Library, on: date | None = None) -> None:
        self.library = library
        self.on = on
        """The day of filing the user names; None for the day that each form prints."""
        self._heads: tuple[list[Head], list[Problem]] | None = None
        self._loaded: dict[str, Policy | PolicyError] = {}

    def heads(self) -> tuple[list[Head], list[Problem]]:
        """What policies say of themselves, and what is wrong with those that cannot be read."""
        if self._heads is None:
            self._heads = heads(self.library)
        return self._heads

    def published(self) -> list[Head]:
        return [head for head in self.heads()[0] if head.status == "published"]

    def policy(self, id_: str) -> Policy:
        """The policy with this id. Raises PolicyError, the same one each time, if it is missing or invalid."""
        if id_ not in self._loaded:
            try:
                self._loaded[id_] = load(id_, self.library)
            except PolicyError as error:
                self._loaded[id_] = error
        found = self._loaded[id_]
        if isinstance(found, PolicyError):
            raise found
        return found


@dataclass(frozen=True, slots=True)
class _Near:
    """A layout that found no form, and the labels of it that occur."""

    policy: Policy
    shape: Layout
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """A layout that finds a form, and how many of its labels occur."""

    policy: Policy
    shape: Layout
    labels: int


@dataclass(slots=True)
class _Tried:
    """What came of trying layouts: those that find a form, those that find none, policies that cannot be used."""

    found: list[_Fit] = field(default_factory=list)
    near: list[_Near] = field(default_factory=list)
    broken: list[tuple[Head, PolicyError]] = field(default_factory=list)


def forms(document: blocks.Document, shape: Layout, name: str, policy: Policy) -> Submission:
    """The forms as the policy's layout reads them, and with them what the reader had to tell. Raises InputError with every
    problem."""
    read = list(form_reader.read_forms(document, shape, name))
    for told in document.told:
        doubt = Doubt(told.key, "", told.text, told.place.within(name))
        at = next((n for n, form in enumerate(read) if _sheet(form.place) == _sheet(told.place)), 0)
        read[at] = replace(read[at], doubts=(*read[at].doubts, doubt))
    return Submission(tuple(read), policy.jurisdiction, policy.id)


def _sheet(place: Place) -> str:
    """The sheet a place is on; empty where there are none."""
    return place.path.rpartition("!")[0]


def read_for(document: blocks.Document, name: str, policy: Policy, shelf: Shelf) -> Submission:
    """Read for a policy that was named: with its own layout, or, where that knows no form in the document, with the layout of a
    published policy that fits it better. `Submission.policy` says whose layout it was.

    Raises what the named policy's own layout has to say if no other can read the document.
    """
    own = policy.layout
    wrong: InputError | PolicyError
    if own:
        try:
            return forms(document, own, name, policy)
        except InputError as error:
            wrong = error
    else:
        expected = "另一个政策，或 JSON/YAML 记录"
        wrong = PolicyError(
            Problem(Place(name), f"政策“{policy.id}”没有描述表样（form），也没有别的表样读得了", expected, code="policy.no-layout")
        )
    recognised = form_reader.recognises(document, own) if own else None
    least = len(recognised.labels_found) + 1 if recognised and recognised.forms else 0
    tried = _tried(document, [head for head in _by_year(document, shelf) if head.id != policy.id], shelf)
    readings, _ = _readings(document, [fit for fit in tried.found if fit.labels >= least], name)
    if not readings:
        raise wrong
    return _preferred(readings, shelf)[0]


def by_layout(document: blocks.Document, name: str, shelf: Shelf) -> tuple[Submission, Policy]:
    """Read with the layout that fits. Policies whose years do not occur in the text are tried last: they could not apply.

    Raises InputError for a document in which no layout finds a form, PolicyError where no policy fits, or two do.
    """
    likely = [head for head in shelf.published() if head.covers_any(_years(document))]
    others = [head for head in shelf.published() if head not in likely]
    tried = _tried(document, likely, shelf)
    if not tried.found:  # their layouts tell a form of a year nobody covers from something that is no form
        late = _tried(document, others, shelf)
        tried = _Tried(late.found, [*tried.near, *late.near], [*tried.broken, *late.broken])
    unusable = [*shelf.heads()[1], *(problem for _, error in tried.broken for problem in error.problems)]
    if not tried.found:
        _no_layout(document, tried, unusable, name, shelf)
    readings, refused = _readings(document, tried.found, name)
    if not readings:  # a form of a year that its policy does not cover is told so, not what others make of it
        readings, _ = _readings(document, _tried(document, others, shelf).found, name)
    if not readings and unusable:  # the layout that would read it may be a policy's that cannot be used
        raise PolicyError(unusable)
    if not readings:
        raise InputError(refused)
    fitting = [(read, policy) for read, policy in readings if covers_all(policy, read.forms, shelf.on)]
    local = {head.id for head in shelf.published() if not head.fallback}
    fitting = [item for item in fitting if item[1].id in local] or fitting
    if len(fitting) == 1:
        read, policy = fitting[0]
        for head, error in tried.broken:
            # a general policy is not put in the place of a local one that cannot be used
            stands_in = policy.id not in local and head.id in local
            if (head.jurisdiction == policy.jurisdiction or stands_in) and covers_all(head, read.forms, shelf.on):
                raise error
        return fitting[0]
    read, policy = (fitting or readings)[0]
    raise _no_policy(read.forms, [policy.id for _, policy in fitting], {policy.jurisdiction}, shelf, unusable)


def agreed(chosen: Sequence[Policy], read: Sequence[Form], jurisdictions: set[str], shelf: Shelf) -> Policy:
    """The one policy for a bundle: what the layouts said, else the published one that covers every form.

    Raises PolicyError if there is none, or more than one.
    """
    by_id = {policy.id: policy for policy in chosen}
    if not by_id:
        fitting = [
            head
            for head in shelf.published()
            if (not jurisdictions or head.jurisdiction in jurisdictions) and covers_all(head, read, shelf.on)
        ]
        fitting = [head for head in fitting if not head.fallback] or fitting
        if len(fitting) == 1:
            return shelf.policy(fitting[0].id)
        raise _no_policy(read, [head.id for head in fitting], jurisdictions, shelf, shelf.heads()[1])
    policy = next(iter(by_id.values()))
    if len(by_id) > 1 or not covers_all(policy, read, shelf.on):
        raise _no_policy(read, list(by_id) if len(by_id) > 1 else [], jurisdictions, shelf)
    return policy


def _years(document: blocks.Document) -> set[int]:
    return {int(year) for text in _texts(document) for year in re.findall(r"(?:19|20)\d\d", text)}


def _texts(document: blocks.Document) -> Iterator[str]:
    yield from (paragraph.text for paragraph in document.paragraphs())
    yield from (cell.text for table in document.tables() for row in table.rows for cell in row)


def _by_year(document: blocks.Document, shelf: Shelf) -> list[Head]:
    """The published policies, those of a year that occurs in the document first."""
    years = _years(document)
    return sorted(shelf.published(), key=lambda head: not head.covers_any(years))


def _tried(document: blocks.Document, candidates: Sequence[Head], shelf: Shelf) -> _Tried:
    out = _Tried()
    for head in candidates:
        try:
            policy = shelf.policy(head.id)
        except PolicyError as error:
            out.broken.append((head, error))
            continue
        shape = policy.layout
        if shape:
            found = form_reader.recognises(document, shape)
            if found.forms:
                out.found.append(_Fit(policy, shape, len(found.labels_found)))
            else:
                out.near.append(_Near(policy, shape, found.labels_found))
    return out


def _readings(
    document: blocks.Document, candidates: Sequence[_Fit], name: str
) -> tuple[list[tuple[Submission, Policy]], Sequence[Problem]]:
    """What the layouts make of the document that fit it best (find most of their labels) among those that can read it; and,
    where none can, what is wrong by the one that finds most labels and the fewest mistakes."""
    read: list[tuple[int, Submission, Policy]] = []
    refused: list[tuple[int, Sequence[Problem]]] = []
    for fit in candidates:
        try:
            read.append((fit.labels, forms(document, fit.shape, name, fit.policy), fit.policy))
        except InputError as error:
            refused.append((fit.labels, error.problems))
    best = max((labels for labels, _, _ in read), default=0)
    nearest_told = max(refused, key=lambda item: item[0] - len(item[1]), default=(0, ()))[1]
    return [(submission, policy) for labels, submission, policy in read if labels == best], nearest_told


def _preferred(readings: Sequence[tuple[Submission, Policy]], shelf: Shelf) -> tuple[Submission, Policy]:
    """Of readings that fit equally well the one of a policy that could judge them, and is no fallback; else the first."""
    fallback = {head.id for head in shelf.published() if head.fallback}

    def rank(item: tuple[Submission, Policy]) -> tuple[bool, bool]:
        read, policy = item
        return not covers_all(policy, read.forms, shelf.on), policy.id in fallback

    return min(readings, key=rank)


def _no_layout(document: blocks.Document, tried: _Tried, unusable: Sequence[Problem], name: str, shelf: Shelf) -> NoReturn:
    if tried.broken:
        raise PolicyError(unusable)
    nearest = max(tried.near, key=lambda item: len(item.labels), default=None)
    if nearest and nearest.labels and not unusable:
        _refused(document, nearest, name)
    seen = "、".join(dict.fromkeys(label for item in tried.near for label in item.labels)) or "一个也没有"
    known = "、".join(f"{head.id}（{head.title}）" for head in shelf.published())
    problem = Problem(Place(name), f"没有认出自评表；认得的标签：{seen}", f"下列政策的表样之一：{known}", code="input.no-form")
    raise PolicyError([problem, *unusable]) if unusable else InputError(problem)


def _refused(document: blocks.Document, near: _Near, name: str) -> NoReturn:
    """Say why the nearest layout finds no form: its reader knows which title or label it looked for."""
    listed = "、".join(near.labels)
    told = f"没有认出自评表；最接近的表样是 {near.policy.id}（{near.policy.title}），认得的标签：{listed}"
    problem = Problem(Place(name), told, "标题和标签与表样相符", code="input.no-form")
    try:
        form_reader.read_forms(document, near.shape, name)
    except InputError as error:
        raise InputError([problem, *error.problems]) from None
    raise InputError(problem)


def _no_policy(
    read: Sequence[Form], fitting: Sequence[str], jurisdictions: set[str], shelf: Shelf, unusable: Sequence[Problem] = ()
) -> PolicyError:
    dated = [head for head in shelf.published() if head.in_force]
    days = [filed_on(form, shelf.on) if dated else None for form in read]
    kinds = (f"{form.fiscal_year}年度{FORM_KINDS.get(form.kind, form.kind)}" for form in read)
    told = (kind + (f" {day} 填报" if day else "") for kind, day in zip(kinds, days, strict=True))
    wanted = "、".join(sorted(set(told)))
    where = f"（地区 {'、'.join(sorted(jurisdictions))}）" if jurisdictions else ""
    if fitting:
        named = [str(head) for head in shelf.published() if head.id in fitting]
        message = f"不止一个政策适用于 {wanted}{where}：{'；'.join(named)}"
        expected = "用 --policy 指定其中一个；不再用的那个改 status: retired"
        if any(head.id in fitting for head in dated) and not all(days):
            message += "；表上没有认得出的填报日期，定不了用哪一个"
            expected = "用 --on-date 写明填报日期（如 2024-04-28），或用 --policy 指定其中一个"
        return PolicyError(Problem(Place(), message, expected, code="policy.ambiguous"))
    if unusable:  # one of them may be the policy that was meant: that is what to look at
        told_first = f"能用的政策里没有适用于 {wanted}{where}的；不能用的政策见下"
        return PolicyError([Problem(Place(), told_first, "改好它，或用 --policy 指定别的", code="policy.none"), *unusable])
    listed = "；".join(str(head) for head in shelf.heads()[0] if head.status != "pack")
    expected = f"用 --policy 指定，或用 jixiao policy new 从已有的做一个；现有：{listed}"
    return PolicyError(Problem(Place(), f"没有已发布的政策适用于 {wanted}{where}", expected, code="policy.none"))
