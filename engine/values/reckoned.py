"""A target and an actual beside each other, with the number that the actual's several figures make together.

Tried where the cells by themselves do not tell, and where a list of the actual would make one of its figures pass for all: a whole
and its parts (`listed`), a rate of two counts or a cost for each (`shares`), last year's figure (`years_beside`). What none of
them makes is read as before: the one number that is meant, or a question.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from engine.values.comparison import Comparison, compare
from engine.values.listed import FigureList, Reckoned, rounded_six
from engine.values.measures import measures_in
from engine.values.model import Quantity, Value
from engine.values.notation import fold
from engine.values.paired import PairReader, read_beside
from engine.values.said import DIGIT, PairScene, SaidReader
from engine.values.sentence_words import SentenceWords
from engine.values.shares import apiece, share
from engine.values.vocabulary import Vocabulary
from engine.values.years_beside import beside_last_year, change, year_aim

_FAR = 3
"""By how many times a number differs from the target that is far from it."""


def read_as_pair(
    target: Value, actual: Value, compared: Comparison, scene: PairScene, words: Vocabulary
) -> tuple[Value, Value, Comparison]:
    """Target, actual and how they compare: read beside each other where each by itself does not tell."""
    if _rivalled(target, actual, compared, scene, words):
        reason = f"“{actual.raw.strip()}”里的数说的不一定是“{scene.name}”。"
        return target, actual, Comparison("incomparable", reason=reason)
    told = compared.kind not in ("words", "incomparable") and (compared.kind != "deadline" or compared.early is not None)
    copied = compared.kind == "words" and compared.assumptions
    if told or copied:
        return target, actual, compared
    for read in (reckoned, read_beside):
        if found := read(target, actual, scene, words):
            again = compare(*found, words, scene.fiscal_year)
            if again.kind == "numbers" or again.early is not None:
                return *found, again
    return target, actual, compared


def _rivalled(target: Value, actual: Value, compared: Comparison, scene: PairScene, words: Vocabulary) -> bool:
    """Whether the number is called what neither name nor target is, and another of the same unit stands in brackets behind it, or
    it is far from the target: 闭馆31天, of 开放天数."""
    if compared.kind != "numbers" or actual.kind != "number" or words.sentences is None or not actual.quantities[0].label:
        return False
    reader = SaidReader(scene, fold(target.raw, words), words, words.sentences)
    called = reader.lex(actual.quantities[0].label)
    if not called.left or called.reach:
        return False
    if any(item.unit == actual.unit for item in measures_in(actual.remark, words)):
        return True
    pair = compared.pairs[0]
    far = pair.target > _FAR * pair.actual or pair.actual > _FAR * pair.target
    return far and not set(called.left) & set(reader.name + reader.aimed)


def reckoned(target: Value, actual: Value, scene: PairScene, words: Vocabulary) -> tuple[Value, Value] | None:
    """The two with the number that the actual's figures make; None where they make none that is certain enough."""
    sentences = words.sentences
    if sentences is None or actual.kind not in ("text", "composite", "number") or target.kind not in ("text", "number"):
        return None
    said, aimed = fold(actual.raw, words).rstrip(" .,;。、").replace("\n", ";"), fold(target.raw, words)
    if max(len(said), len(aimed)) > words.limits.characters:
        return None
    reader = SaidReader(scene, aimed, words, sentences)
    if (found := _beside_last_year(target, actual, said, aimed, reader, words, sentences)) is not None:
        return found
    if not DIGIT.search(said) or not DIGIT.search(aimed):
        return None
    aim = PairReader(target, actual, aimed, said, reader, words, sentences).aim()
    if aim is None or aim.value.kind != "number":
        return None
    head = words.unit(aim.unit)
    if actual.kind == "composite" and target.kind == "text" and head is not None and head.each:
        return aim.value, actual  # 均不低于70%: for each of them
    unlisted = aim.unlisted or next(
        (unit for unit in (aim.unit.partition("/")[0], *aim.below) if unit and not words.unit(unit)), ""
    )
    listing = FigureList(said, aim.unit, unlisted, reader, words, sentences)
    wanted = Fraction(aim.value.quantities[0].number)
    found_number = (
        share(listing, (aim.label, scene.name), wanted)
        or (apiece(listing, aim.below) if aim.below else None)
        or listing.furthest(aim.value.operator)
        or (listing.whole(wanted) if not aim.below else None)
    )
    if found_number is None:
        return None
    made = _value(found_number, actual, aim.unit, wanted)
    return None if made is None else (aim.value, made)


def _beside_last_year(
    target: Value, actual: Value, said: str, aimed: str, reader: SaidReader, words: Vocabulary, sentences: SentenceWords
) -> tuple[Value, Value] | None:
    aim = year_aim(aimed, reader, words, sentences)
    if aim is None:
        return None
    listing = FigureList(said, "", "", reader, words, sentences)
    if aim.kind == "change":
        assert aim.by is not None
        found = change(aim, listing)
        made = None if found is None else _value(found, actual, aim.unit, aim.by)
        if made is None:
            return None
        quantity = Quantity(_decimal(aim.by), aim.unit)
        return Value(
            target.raw, "number", aim.operator, (quantity,), note=f"目标值“{target.raw.strip()}”按升降多少比较。", inside=True
        ), made
    beside = beside_last_year(aim, listing)
    if beside is None:
        return None
    limit, number, unit = beside
    made = _value(number, actual, unit, limit)
    if made is None:
        return None
    sign = f"{aim.operator[0]}=" if aim.by is not None else aim.operator  # 低于上年2个百分点: that much, or more
    return Value(
        target.raw,
        "number",
        sign,
        (Quantity(_decimal(limit), unit),),
        note=f"目标值“{target.raw.strip()}”按上年的数比较。",
        inside=True,
    ), made


def _value(found: Reckoned, actual: Value, unit: str, wanted: Fraction) -> Value | None:
    """The number as a value, to six places; None where rounding would put it on another side of the target."""
    number = rounded_six(found.number)
    if _side(Fraction(number), wanted) != _side(found.number, wanted):
        return None
    note = f"实际完成值“{actual.raw.strip()}”：{found.how}。"
    return Value(actual.raw, "number", "", (Quantity(number, unit),), note=note, inside=True, doubt=found.doubt)


def _decimal(number: Fraction) -> Decimal:
    return rounded_six(number)


def _side(number: Fraction, other: Fraction) -> int:
    return (number > other) - (number < other)
