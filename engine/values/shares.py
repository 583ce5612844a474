"""A rate that the actual gives as two counts (抽检500批次，合格493批次), and what each cost, of money and a count."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from engine.values.listed import FigureList, ListedFigure, Reckoned, rounded_six
from engine.values.said import FILL

_AMONG = re.compile(r"[^\W\d_]{0,10}?[中里](?:有|的)?")
_EACH = re.compile(r"[^\W\d_]均|每")
_JOINER = re.compile(r"[/*]")
_SLASHED = re.compile(
    r"(?P<part>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<first>[\u4e00-\u9fff]{0,3})/(?P<whole>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<second>[\u4e00-\u9fff]{0,3})"
)
_OTHER = frozenset({"planned", "aside", "relative", "change", "average", "most", "least"})
_ALL = 101
"""Per cent that shares of one whole may add up to, rounded."""
_PARTS_OF_ALL = {"%": 100, "‰": 1000, "‱": 10000}


def share(listing: FigureList, names: tuple[str, ...], target: Fraction, operator: str = "") -> Reckoned | None:
    """The rate, in the target's unit. `names` are what may be called a rate: the indicator's name, the label of the target."""
    base = _PARTS_OF_ALL.get(listing.unit)
    stems = _stems(names, listing)
    if base is not None and listing.reader.nameless and (known := _known_share(listing, base, target, operator)) is not None:
        return known
    pair = _whole_and_part(listing, stems)
    if base is None or pair is None or listing.denied():
        return None
    whole, part = pair
    if whole.loose or part.loose or not whole.unit or any(figure.unit[:1] in "%‰‱百" for figure in (whole, part)):
        return None
    if not whole.number or {"barred", "aside", "average", "relative", "change"} & set(whole.said.roles):
        return None
    planned = "planned" in whole.said.roles
    label, roles = _label(part, listing)
    named = any(_names(stem, label) for stem in stems)
    if ((set(roles) & _OTHER) - {"aside", "average"} and not named) or (part.number > whole.number and not planned):
        return None
    if not listing.alike(whole.unit, part.unit) and not any(label == stem for stem in stems):
        return None
    rate = Fraction(listing.in_unit(part, whole.unit)) / Fraction(whole.number)
    negated = _negated(label, listing)
    direct = any(label in stem for stem in stems)
    how = f"{_shown(part, listing)}÷{_shown(whole, listing)}"
    taken, other = (1 - rate, rate) if negated and not direct else (rate, 1 - rate)
    shown = f"1－{how}" if negated and not direct else how
    said = f"{shown}＝{format(rounded_six(taken * base), 'f')}{listing.unit}"
    if named or (planned and not negated and _same_deed(whole, label, listing)):
        return Reckoned(taken * base, said)
    among = not part.mark and part.before != "" and _AMONG.match(part.before) is not None
    if not (negated or among) or ("barred" in roles and not negated):
        return None
    if (taken * base > target) == (other * base > target) and target not in (taken * base, other * base):
        return Reckoned(taken * base, said, f"{said}，但不能确定说的就是这一比率；反过来算也在目标值的同一边。")
    return None


def _known_share(listing: FigureList, base: int, target: Fraction, operator: str) -> Reckoned | None:
    """Where the name does not say of what the rate is: of a whole the part that is good by what it is called, or bad where there
    are to be few. Of three numbers, each less than the one before (200份，收回198份，满意191份), both wholes have to agree."""
    figures = listing.figures
    if not 2 <= len(figures) <= 3 or any(figure.loose or not figure.unit or figure.unit[:1] in "%‰‱百" for figure in figures):
        return None
    *wholes, part = figures
    if not all(listing.alike(whole.unit, part.unit) for whole in wholes) or listing.denied():
        return None
    numbers = [listing.in_unit(figure, part.unit) for figure in figures]
    if any(one < other for one, other in pairwise(numbers)) or not numbers[-2]:
        return None
    label, roles = _label(part, listing)
    if {"change", "relative", "average", "most", "least", "planned"} & set(roles):
        return None
    fewer, raw = operator in ("<=", "<"), _written(part)
    bad = raw.startswith(listing.sentences.bad_parts) or raw.endswith(listing.sentences.bad_parts) or _negated(label, listing)
    good = not bad and (label.startswith(listing.sentences.good_parts) or label.endswith(listing.sentences.good_parts))
    if not (bad or good):
        return None
    rates = [numbers[-1] / whole if bad == fewer else 1 - numbers[-1] / whole for whole in numbers[:-1]]
    made = [rate * base for rate in rates]
    if len({(rate > target) - (rate < target) for rate in made}) > 1:
        return None
    how = f"{_shown(part, listing)}÷{_shown(wholes[-1], listing)}"
    shown = how if bad == fewer else f"1－{how}"
    return Reckoned(made[-1], f"{shown}＝{format(rounded_six(made[-1]), 'f')}{listing.unit}")


def satisfied(listing: FigureList, target: Fraction) -> Reckoned | str | None:
    """The rate of those who are satisfied, of answers told by degree (很满意71%，满意22%，不满意7%); why it cannot be told, where
    some answers may count or not and that makes a difference; None where these are no such answers."""
    if listing.unit != "%" or len(listing.figures) < 2 or any(figure.loose or figure.unit != "%" for figure in listing.figures):
        return None
    sure, maybe, known = Fraction(0), Fraction(0), 0
    for figure in listing.figures:
        label = _bare_label(figure.before or figure.after)
        if label.endswith(listing.sentences.perhaps_satisfied):
            maybe, known = maybe + Fraction(figure.number), known + 1
        elif _surely(label, listing):
            sure, known = sure + Fraction(figure.number), known + 1
    if known < 2 or sum((Fraction(figure.number) for figure in listing.figures), Fraction(0)) > _ALL:
        return None
    if (sure >= target) != (sure + maybe >= target):
        return "完成值按回答的程度列出，其中一部分算不算满意不一定，是否达到目标看不出来。"
    return Reckoned(sure, f"算满意的各项相加得{format(rounded_six(sure), 'f')}%")


def _surely(label: str, listing: FigureList) -> bool:
    word = max((word for word in listing.sentences.surely_satisfied if label.endswith(word)), key=len, default="")
    return word != "" and not label.removesuffix(word).endswith(listing.sentences.negators)


def _bare_label(text: str) -> str:
    return re.sub(r"[^\w]+|[为占是的]+$", "", text.replace(FILL, ""))


def slashed(said: str, listing: FigureList) -> Reckoned | None:
    """860/860, 1146套/1150套 where a rate is wanted: the one of the other."""
    base = _PARTS_OF_ALL.get(listing.unit)
    match = _SLASHED.fullmatch(said)
    if base is None or match is None:
        return None
    part, whole = (Fraction(match[name].replace(",", "")) for name in ("part", "whole"))
    if not whole or part > whole or (match["first"] != match["second"] and match["first"]):
        return None
    return Reckoned(
        part / whole * base, f"{match['part']}÷{match['whole']}＝{format(rounded_six(part / whole * base), 'f')}{listing.unit}"
    )


def _whole_and_part(listing: FigureList, stems: list[str]) -> tuple[ListedFigure, ListedFigure] | None:
    """The two counts, or of more the first, if it is the sum of the others, and the one of these that the rate is of."""
    if len(listing.figures) == 2:
        return listing.figures
    whole, *parts = listing.figures or (None,)
    if whole is None or len(parts) < 2 or any(not listing.alike(part.unit, whole.unit) for part in parts):
        return None
    if sum(listing.in_unit(part, whole.unit) for part in parts) != whole.number:
        return None
    labels = [_label(part, listing)[0] for part in parts]
    meant = [part for part, label in zip(parts, labels, strict=True) if any(stem == label for stem in stems)]
    return (whole, meant[0]) if len(meant) == 1 else None


def apiece(listing: FigureList, below: tuple[str, ...]) -> Reckoned | None:
    """What it cost for each, in the target's unit (元/人): the money over the count, where the actual gives one of each."""
    head = _JOINER.split(listing.unit)[0]
    if len(below) != 1 or len(listing.figures) != 2 or listing.denied():
        return None
    if below[0] in listing.words.denominators or any(figure.loose for figure in listing.figures):
        return None
    money = [figure for figure in listing.figures if listing.alike(figure.unit, head)]
    count = [figure for figure in listing.figures if listing.alike(figure.unit, below[0])]
    if len(money) != 1 or len(count) != 1 or money[0] is count[0] or not count[0].number:
        return None
    if any(_EACH.search(figure.before) for figure in listing.figures):
        return None  # 带动1120户，户均增收1860元: that is what it is for each
    if any((_OTHER | {"barred"}) & set(figure.said.roles) for figure in listing.figures):
        return None
    each = listing.in_unit(money[0], head) / listing.in_unit(count[0], below[0])
    how = f"{_shown(money[0], listing)}÷{_shown(count[0], listing)}＝{format(rounded_six(each), 'f')}{listing.unit}"
    return Reckoned(each, how)


def _written(part: ListedFigure) -> str:
    """What the part is called, in all its words."""
    among = None if part.mark else _AMONG.match(part.before)
    return re.sub(r"[^\w]+", "", (part.before[among.end() :] if among else part.before).replace(FILL, "") + part.after)


def _label(part: ListedFigure, listing: FigureList) -> tuple[str, tuple[str, ...]]:
    """What the part is called, and what that says; of 386台警报器中有383台完好 it is 完好."""
    before = part.before
    if not part.mark and (among := _AMONG.match(before)):
        before = before[among.end() :]
    text = before.replace(FILL, "") + part.after
    said = listing.reader.lex(text)
    return re.sub(r"[^\w]+", "", _bare(text, listing)), tuple(said.roles)


def _same_deed(whole: ListedFigure, label: str, listing: FigureList) -> bool:
    """Whether what was to be done is what was done: 应到、实到; not 应报、漏报."""
    deed = label
    while word := next((word for word in listing.sentences.achieved if deed.startswith(word)), ""):
        deed = deed.removeprefix(word)
    deed = "" if listing.sentences.roles.get(deed) == "plain" else deed
    return deed in whole.before + whole.after


def _bare(text: str, listing: FigureList) -> str:
    """A label without the words around it that say nothing; what is left of 合格 or 完好 is all of it."""
    sentences, words = listing.sentences, listing.words
    changed = text not in listing.reader.name
    while changed and text:
        changed = False
        for word, role in sentences.roles.items():
            if role in ("plain", "aside", "average") and word not in words.done and len(word) < len(text):
                if text.startswith(word):
                    text, changed = text[len(word) :], True
                elif text.endswith(word):
                    text, changed = text[: -len(word)], True
    return text


def _stems(names: tuple[str, ...], listing: FigureList) -> list[str]:
    """What the rate is of: 合格 of 合格率."""
    out = []
    for name in names:
        stem = re.sub(r"[^\w]+", "", name)
        ending = next((word for word in listing.sentences.rates if stem.endswith(word)), "")
        stem = stem.removesuffix(ending)
        if len(stem) > 1:
            out.append(stem)
    return out


def _names(stem: str, label: str) -> bool:
    """Whether a label speaks of what the rate is of: it has the end of its name, or is a part of that with the end."""
    return stem[-2:] in label or (len(label) > 1 and (stem.endswith(label) or stem.startswith(label)))


def _negated(label: str, listing: FigureList) -> bool:
    return label.startswith(listing.sentences.negators) or label.endswith(listing.sentences.negators)


def _shown(figure: ListedFigure, listing: FigureList) -> str:
    return f"{format(figure.number, 'f')}{figure.unit}"
