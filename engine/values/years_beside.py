"""Targets held against last year (较上年提高3个百分点, 不高于上年), where the actual gives last year's figure or the change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from engine.values.listed import FigureList, ListedFigure, Reckoned, rounded_six
from engine.values.measures import measures_in
from engine.values.said import DIGIT, FILL, MARKS, SaidReader
from engine.values.sentence_words import SentenceWords
from engine.values.vocabulary import Vocabulary, alternation

_POINTS = "百分点"


@dataclass(frozen=True, slots=True)
class YearAim:
    """What a target asks for beside last year. `kind` is `change` (a rise or fall by so much) or `bound` (not above last year's);
    `rise`: for a change, which way; `by`: how much, in `unit`; None for a bound by nothing."""

    kind: str
    operator: str
    rise: bool
    by: Fraction | None
    unit: str
    thing: str = ""
    """What is to fall, where the target names it and no figure: 纠纷, of 减少纠纷."""


def year_aim(aimed: str, reader: SaidReader, words: Vocabulary, sentences: SentenceWords) -> YearAim | None:
    """The target as one beside last year; None where it is none. `aimed` is its folded text."""
    aimed = aimed.rstrip(" .,;。、")
    if MARKS.search(aimed):
        return None
    found = measures_in(aimed, words)
    if len(found) > 1 or (found and (found[0].ranged or found[0].approximate or not found[0].unit)):
        return None
    item = found[0] if found else None
    before, behind = (aimed[: item.start], aimed[item.end :]) if item else (aimed, "")
    if DIGIT.search(before) or behind.strip():
        return None
    relative = item is None or item.unit in ("%", _POINTS)
    bound = _bound(before, words, sentences, reader) if relative else ""
    if bound:
        by = Fraction(item.number) if item else None
        return None if item and bound in (">=",) else YearAim("bound", bound, False, by, item.unit if item else "")
    if item is None:
        return _fall(aimed, reader, words, sentences)
    named = _named_change(reader.name, words) if not before.strip(" ≥≤<>=") else -1
    kinds = [n for n, group in enumerate(words.changes) if any(word in before for word in group)] or [named][: named + 1]
    operator = item.operator or next((sign for word, sign in words.operators_before.items() if before.rstrip().endswith(word)), "")
    if len(kinds) != 1 or operator in ("=", "±"):
        return None
    if not relative and not any(word in before for word in sentences.earlier):
        return None  # 新增10个: no more than last year, but new
    left = reader.lex(_without(before, (*words.changes[kinds[0]], *words.operators_before))).left
    return None if left else YearAim("change", operator or ">=", kinds[0] == 0, Fraction(item.number), item.unit)


def _fall(aimed: str, reader: SaidReader, words: Vocabulary, sentences: SentenceWords) -> YearAim | None:
    """A target that only wants something to fall (减少劳务纠纷, 三公经费只减不增): below last year's, or not above it."""
    if sentences.only_less and aimed.endswith(sentences.only_less):
        thing = aimed[: -len(next(word for word in sentences.only_less if aimed.endswith(word)))]
        return YearAim("bound", "<=", False, None, "", thing or reader.name)
    falls = alternation((*words.changes[1], *sentences.shrunk))
    match = re.fullmatch(
        rf"(?:{falls})(?P<first>[^\W\d_]{{2,12}})|(?P<last>[^\W\d_]{{2,12}}?)(?:逐年|持续|有所|不断)?(?:{falls})", aimed
    )
    thing = (match["first"] or match["last"]) if match else ""
    return YearAim("bound", "<", False, None, "", thing) if thing else None


def _named_change(name: str, words: Vocabulary) -> int:
    """Whether the name itself ends by saying that something rises (0) or falls (1): 投诉下降; -1 if it does not."""
    for kind, group in enumerate(words.changes):
        if re.search(rf"{alternation(group)}(?:率|幅度|比例)?$", name):
            return kind
    return -1


def _without(text: str, listed: tuple[str, ...]) -> str:
    return re.sub(alternation(listed), FILL, text).replace(FILL, "")


def _bound(text: str, words: Vocabulary, sentences: SentenceWords, reader: SaidReader) -> str:
    """The sign of a target that is bound by last year's figure (不高于上年水平); empty if it is not."""
    signs = alternation([word for word, sign in words.operators_before.items() if sign in (">=", ">", "<=", "<")])
    match = re.search(rf"(?P<sign>{signs})(?P<year>{alternation(sentences.earlier)})(?:的)?{alternation(sentences.level)}?$", text)
    if match is None or reader.lex(text[: match.start()], known=reader.name).left:
        return ""
    return words.operators_before[match["sign"]]


def change(aim: YearAim, listing: FigureList) -> Reckoned | None:
    """By how much the figure rose (or fell, as the target has it) from last year's, in the target's unit."""
    pair = _then_and_now(listing)
    if aim.by is None:
        return None
    if pair is None:
        return _told_change(aim, listing)
    then, now = (listing.in_unit(figure, pair[1].unit) for figure in pair)
    sign = 1 if aim.rise else -1
    points = sign * (now - then)
    shown = f"由{_plain(then)}{pair[1].unit}到{_plain(now)}{pair[1].unit}"
    if aim.unit not in ("%", _POINTS):
        return Reckoned(points, f"{shown}，变化{_plain(points)}{aim.unit}") if listing.alike(pair[1].unit, aim.unit) else None
    if aim.unit == _POINTS:
        return Reckoned(points, f"{shown}，变化{_plain(points)}个百分点") if pair[1].unit == "%" else None
    if not then:
        return None
    share = sign * (now - then) / then * 100
    how = f"{shown}，{'增' if aim.rise else '降'}{_plain(share)}%"
    if pair[1].unit not in ("%", _POINTS):
        return Reckoned(share, how)
    if (share > aim.by) == (points > aim.by) and aim.by not in (share, points):
        return Reckoned(share, how, f"{how}；是百分数的百分之几还是几个百分点不能确定，都在目标值的同一边。")
    return None


def _told_change(aim: YearAim, listing: FigureList) -> Reckoned | None:
    """The one change that the actual tells, the same way as the target's and in its unit: 能耗下降6.2%, of 下降5%."""
    if len(listing.figures) != 1 or listing.denied() or listing.figures[0].loose or listing.figures[0].unit != aim.unit:
        return None
    figure = listing.figures[0]
    before = figure.before.rstrip()
    if "barred" in figure.said.roles or not before.endswith(_moves(listing)[0 if aim.rise else 1]):
        return None
    return Reckoned(Fraction(figure.number), f"实际说的是{before}{_plain(Fraction(figure.number))}{figure.unit}")


def beside_last_year(aim: YearAim, listing: FigureList) -> tuple[Fraction, Reckoned, str] | None:
    """Last year's figure as the target, this year's, and the unit; or 0 and the change, where only that is said."""
    if aim.thing and not _speaks_of(aim.thing, listing):
        return None
    pair = _then_and_now(listing)
    if pair is not None:
        then, now = (listing.in_unit(figure, pair[1].unit) for figure in pair)
        limit = then
        if aim.by is not None:
            if aim.unit != pair[1].unit and not (aim.unit == _POINTS and pair[1].unit == "%"):
                if aim.unit != "%" or pair[1].unit == "%":
                    return None
                limit = then * (1 + _outward(aim) * aim.by / 100)
            else:
                limit = then + _outward(aim) * aim.by
        return limit, Reckoned(now, f"与上年的{_plain(then)}{pair[1].unit}相比"), pair[1].unit
    return _said_change(aim, listing)


def _speaks_of(thing: str, listing: FigureList) -> bool:
    """Whether the actual gives a figure of the very thing that is to fall (劳务纠纷41起, 亏损额较上年…; not 投诉办结120件), or
    names nothing and so speaks of what the row is of."""
    text = "".join(figure.before + FILL for figure in listing.figures)
    ends = f"{alternation((*listing.sentences.since, *listing.sentences.beside, *listing.sentences.relates))}|{FILL}"
    named = re.search(rf"(?:{re.escape(thing)}|{re.escape(thing[-4:])})[额量数率]?(?:{ends})", text) is not None
    return named or not listing.reader.lex(text.replace(FILL, ""), known=FILL).left


def _outward(aim: YearAim) -> int:
    """低于上年2个百分点 lies below last year's, 不高于上年2个百分点 above it."""
    return -1 if aim.operator == "<" else 1


def _said_change(aim: YearAim, listing: FigureList) -> tuple[Fraction, Reckoned, str] | None:
    """The change that the actual itself tells: 较上年下降8%, 与上年持平."""
    text, sentences = listing.text, listing.sentences
    if listing.denied() or not any(word in text for word in (*sentences.earlier, *sentences.beside)):
        return None
    if text.rstrip().endswith(sentences.unchanged) and not listing.figures:
        return None if aim.by is not None else (Fraction(0), Reckoned(Fraction(0), "与上年相同"), "")
    told = [
        (figure, kind)
        for figure in listing.figures
        for kind, group in enumerate(_moves(listing))
        if figure.before.rstrip().endswith((*group, *(f"{word}了" for word in group)))
    ]
    if len(told) != 1 or told[0][0].loose or "barred" in told[0][0].said.roles:
        return None
    figure, kind = told[0]
    before = figure.before
    if not any(word in before for word in (*sentences.earlier, *sentences.beside)) or "每" in before:
        return None
    delta = Fraction(figure.number) * (1 if kind == 0 else -1)
    limit = Fraction(0)
    if aim.by is not None:
        if figure.unit != aim.unit:
            return None
        limit = _outward(aim) * aim.by
    how = f"实际说的是{figure.before.strip()}{format(figure.number, 'f')}{figure.unit}"
    return limit, Reckoned(delta, how, f"{how}，没有说上年是多少：只知道比上年多了还是少了。"), figure.unit


def _then_and_now(listing: FigureList) -> tuple[ListedFigure, ListedFigure] | None:
    """Last year's figure and this year's: the only two of one unit, one of which is said to be the earlier."""
    if listing.denied() or not listing.figures:
        return None
    units = {figure.unit for figure in listing.figures}
    figures = [figure for figure in listing.figures if listing.alike(figure.unit, listing.figures[0].unit)]
    if len(figures) != 2 or len(units) > 2 or any(figure.loose for figure in figures):
        return None
    earlier = [_earlier(figure, listing) for figure in figures]
    if sum(earlier) != 1:
        return None
    then, now = figures if earlier[0] else figures[::-1]
    roles = set(now.said.roles)
    if {"planned", "barred"} & roles or _by_how_much(now, listing):
        return None
    return then, now


def _earlier(figure: ListedFigure, listing: FigureList) -> bool:
    text = figure.before.rstrip()
    said = text.endswith(
        (*listing.sentences.earlier, *(f"{word}{link}" for word in listing.sentences.earlier for link in ("为", "是", "的")))
    )
    since = any(text.startswith(word) or text.endswith(word) for word in listing.sentences.since)
    return said or since


def _moves(listing: FigureList) -> tuple[tuple[str, ...], tuple[str, ...]]:
    more, less = listing.words.changes
    return (*more, *listing.sentences.grown), (*less, *listing.sentences.shrunk)


def _by_how_much(figure: ListedFigure, listing: FigureList) -> bool:
    """Whether the figure is a difference (比上年下降3%), not what was reached (降至3%)."""
    text = figure.before.rstrip()
    return any(text.endswith(word) for group in _moves(listing) for word in group)


def _plain(number: Fraction) -> str:
    return format(rounded_six(number), "f")
