"""Which policy judges what was read: by place, kind, fiscal year and day of filing, whatever layout read it.

A broken policy stops nobody whom it does not concern: it is named only if no other fits, or if it would fit as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.errors import Place, PolicyError, Problem
from engine.intake.placing import UNIT, Placed, unknown_told
from engine.intake.shelf import Shelf
from engine.language.wording import code
from engine.policy.heads import Head
from engine.policy.model import Policy
from engine.policy.periods import covers_all, filed_on
from engine.submission.model import Form

_OWN_LAYOUT = -1
"""Nearer than any place."""


def judging(forms: Sequence[Form], layouts: Sequence[Collection[str]], place: Placed, shelf: Shelf) -> Policy:
    """The one policy for a bundle: of the published ones that cover every form the nearest up from its place (county, city,
    province, country); one that stands back only where no other does. Where the place is not known, one whose layout reads the
    files (`layouts`, a file each); a record has none, and is judged only if all that may judge it are one. One that a form's own
    一级 headings keep away is not it, and only where no published one is left a draft that they choose is.

    Raises PolicyError if there is none, or more than one, or the one is invalid.
    """
    named = _named(layouts, place, shelf)
    covering = [head for head, _ in named if covers_all(head, forms, shelf.on)]
    fitting = [head for head in covering if _is_meant(head, forms)]
    ranks = dict(named)
    if fitting and (place.known or layouts):
        far = _far(place)
        first = min(_order(head, ranks[head], far) for head in fitting)
        fitting = [head for head in fitting if _order(head, ranks[head], far) == first]
    elif any(head.status == "published" for head in fitting):
        fitting = [head for head in fitting if head.status == "published"]
    fitting = _without_broken(fitting, shelf)
    if len(fitting) == 1:
        return shelf.policy(fitting[0].id)
    if not place.known and not layouts and fitting:
        raise PolicyError(_placeless(forms, fitting, place))
    own = {head.jurisdiction for head, rank in named if not place.known or rank < _far(place)} - {""}
    told = (own or {place.name}) if place.known else own if layouts else set[str]()
    raise _no_policy(forms, [head.id for head in fitting], told, shelf, kept_away(covering, forms))


def _order(head: Head, rank: int, far: int) -> tuple[bool, bool, int, bool]:
    """What goes first: what is of a place before what stands back, published before drafts, the nearest before what is above it."""
    return rank >= far, head.status != "published", rank, head.fallback


def _far(place: Placed) -> int:
    """The rank from which a policy stands back behind those of the place: that of the country, but for the country's own units."""
    return max(1, len(place.chain) - 1)


def _named(layouts: Sequence[Collection[str]], place: Placed, shelf: Shelf) -> list[tuple[Head, int]]:
    """Who may judge, each with how far it is from the place of the forms; the same for all that stand before the others where the
    place is not known."""
    every = shelf.judging()
    if place.known:
        ranked = [(head, rank) for head in every if (rank := place.rank(head, shelf)) is not None]
        if any(head.status == "published" and rank < _far(place) for head, rank in ranked):
            # a place that has policies of its own is judged by none where they leave off: not by a near year's, nor the country's
            ranked = [(head, rank) for head, rank in ranked if rank < _far(place)]
        return [*ranked, *((head, _OWN_LAYOUT) for head in every if place.ground == UNIT and _homeless(head, layouts, shelf))]
    if layouts:
        return [(head, int(head.fallback)) for head in every if all(head.id in candidates for candidates in layouts)]
    return [(head, 0) for head in every]


def _homeless(head: Head, layouts: Sequence[Collection[str]], shelf: Shelf) -> bool:
    """Whether a policy is at home in no place of the table and has the files' layout to itself: that says more than a name."""
    if not layouts or head.fallback or shelf.region(head) is not None:
        return False
    others = [other for other in shelf.judging() if other.fallback]
    return all(head.id in files and not any(other.id in files for other in others) for files in layouts)


def candidates(forms: Sequence[Form], shelf: Shelf) -> list[Policy]:
    """The published policies any of which may judge forms of a place nobody knows; those that stand back last."""
    covering = [head for head in shelf.published() if covers_all(head, forms, shelf.on) and _is_meant(head, forms)]
    return [shelf.policy(head.id) for head in sorted(covering, key=lambda head: head.fallback) if shelf.usable(head.id)]


def _placeless(forms: Sequence[Form], fitting: Sequence[Head], place: Placed) -> Problem:
    """That nobody can tell whose policy it is: none is taken by a guess."""
    listed = "；".join(f"{head.jurisdiction_name or head.jurisdiction}的 {head.id}" for head in fitting)
    expected = "用 --place 写明地区，如 --place 湖北省；或在记录里写 jurisdiction；或用 --policy 指定政策"
    return Problem(Place(), f"{unknown_told(forms, place)}，定不了按哪个地区的政策：{listed}", expected, code="policy.place")


def _is_meant(head: Head, forms: Sequence[Form]) -> bool:
    """Whether the forms' own headings leave the policy to judge them, or choose it where it wants to be chosen."""
    return not head.kept_away_by.on_any(forms) and (not head.chosen_by or bool(head.chosen_by.on_any(forms)))


def kept_away(heads: Sequence[Head], forms: Sequence[Form]) -> str:
    """Which of the policies the forms' own headings keep away, and by which heading (Chinese); empty where none is."""
    found = [(head.id, heading) for head in heads if (heading := head.kept_away_by.on_any(forms))]
    return "；".join(f"{id_} 不用于一级指标有“{heading}”的表" for id_, heading in found)


def why_draft(id_: str, forms: Sequence[Form], shelf: Shelf) -> str:
    """Why a draft judges forms though nobody named it (Chinese)."""
    every = shelf.heads()[0]
    head = next(head for head in every if head.id == id_)
    chosen = [form for form in forms if head.chosen_by.on(form)]
    away = kept_away([other for other in every if other.status == "published" and covers_all(other, forms, shelf.on)], forms)
    rest = "；一起给出的其余表没有，也按它计分" if len(chosen) < len(forms) else ""
    told = f"一级指标有“{head.chosen_by.on_any(forms)}”，由此选用草案 {id_}{rest}"
    return f"{told}；{away}" if away else told


UNJUDGED = "common/unjudged"
"""The pack that stands in where no policy fits by itself: forms are read and checked, and nothing is scored."""


def leaves_open(error: PolicyError) -> bool:
    """Whether no policy, or more than one, fits by itself: nothing is broken, and which one judges is the only question."""
    return all(problem.code in ("policy.none", "policy.ambiguous", "policy.place") for problem in error.problems)


def _without_broken(fitting: Sequence[Head], shelf: Shelf) -> list[Head]:
    """Of several, those that can be used and those that stand beside one of the same place."""
    if len(fitting) < 2:
        return list(fitting)
    good = [head for head in fitting if shelf.usable(head.id)]
    places = {head.jurisdiction for head in good}
    return [head for head in fitting if head in good or not good or head.jurisdiction in places]


def named_though_kept_away(id_: str, forms: Sequence[Form], shelf: Shelf) -> str:
    """That a policy named by hand says itself that such forms are not its (Chinese); empty where it does not."""
    away = kept_away([head for head in shelf.heads()[0] if head.id == id_], forms)
    return f"按指定的政策计分；{away}" if away else ""


def _no_policy(
    read: Sequence[Form], fitting: Sequence[str], jurisdictions: Collection[str], shelf: Shelf, away: str
) -> PolicyError:
    dated = [head for head in shelf.published() if head.in_force]
    days = [filed_on(form, shelf.on) if dated else None for form in read]
    kinds = (f"{form.fiscal_year}年度{code('form_kind', form.kind)}" for form in read)
    told = (kind + (f" {day} 填报" if day else "") for kind, day in zip(kinds, days, strict=True))
    wanted = "、".join(sorted(set(told)))
    where = f"（地区 {'、'.join(sorted(jurisdictions))}）" if jurisdictions else ""
    unusable = [*shelf.heads()[1], *shelf.shapes()[1]]
    if fitting:
        for id_ in fitting:
            shelf.policy(id_)  # one that is broken is what to look at
        named = [str(head) for head in shelf.judging() if head.id in fitting]
        message = f"不止一个政策适用于 {wanted}{where}：{'；'.join(named)}"
        expected = "用 --policy 指定其中一个；不再用的那个改 status: retired"
        if any(head.id in fitting for head in dated) and not all(days):
            message += "；表上没有认得出的填报日期，定不了用哪一个"
            expected = "用 --on-date 写明填报日期（如 2024-04-28），或用 --policy 指定其中一个"
        return PolicyError(Problem(Place(), message, expected, code="policy.ambiguous"))
    if unusable:  # one of them may be the policy that was meant: that is what to look at
        told_first = f"能用的政策里没有适用于 {wanted}{where}的{f'（{away}）' if away else ''}；不能用的政策见下"
        return PolicyError([Problem(Place(), told_first, "改好它，或用 --policy 指定别的", code="policy.none"), *unusable])
    listed = "；".join(str(head) for head in shelf.heads()[0] if head.status != "pack")
    expected = f"用 --policy 指定，或用 jixiao policy new 从已有的做一个；现有：{listed}"
    return PolicyError(
        Problem(Place(), f"没有已发布的政策适用于 {wanted}{where}{f'：{away}' if away else ''}", expected, code="policy.none")
    )
