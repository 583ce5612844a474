"""A target and an actual beside each other, with the number that the actual's several figures make together.

Tried where the cells by themselves do not tell, and where a list of the actual would make one of its figures pass for all: a whole
and its parts (`listed`), a rate of two counts or a cost for each (`shares`), last year's figure (`years_beside`). What none of
them makes is read as before: the one number that is meant, or a question.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.values.comparison import Comparison, compare
from engine.values.composed import composed, turned
from engine.values.listed import FigureList, Reckoned, rounded_six
from engine.values.measures import measures_in
from engine.values.model import Quantity, Value
from engine.values.notation import fold, read_value
from engine.values.paired import PairReader, read_beside
from engine.values.paired_days import window
from engine.values.said import DIGIT, PairScene, SaidReader
from engine.values.sentence_words import SentenceWords
from engine.values.shares import apiece, satisfied, share, slashed
from engine.values.vocabulary import Vocabulary
from engine.values.years_beside import beside_last_year, change, year_aim

_CLAUSES = re.compile(r"[,;。、]")
_FAR = 3
"""By how many times a number differs from the target that is far from it."""


def read_as_pair(
    target: Value, actual: Value, compared: Comparison, scene: PairScene, words: Vocabulary
) -> tuple[Value, Value, Comparison]:
    """Target, actual and how they compare: read beside each other where each by itself does not tell."""
    if _rivalled(target, actual, compared, scene, words):
        reason = f"“{actual.raw.strip()}”里的数说的不一定是“{scene.name}”。"
        return target, actual, Comparison("incomparable", reason=reason)
    target = _without_open(target, scene, words)
    if (bare := _without_name(target, actual, words)) is not None:
        return *bare, compare(*bare, words, scene.fiscal_year)
    if (turned_actual := turned(actual, words)) is not actual:
        actual = turned_actual
        compared = compare(target, actual, words, scene.fiscal_year)
    elif target.inside:
        compared = compare(target, actual, words, scene.fiscal_year)
    if target.kind == "text" and (span := window(target, fold(target.raw, words), words)) is not None:
        target = span
        compared = compare(target, actual, words, scene.fiscal_year)
    if isinstance(answers := _answers(target, actual, words, scene), str):
        return target, actual, Comparison("incomparable", reason=answers)
    if answers is not None:
        return *answers, compare(*answers, words, scene.fiscal_year)
    told = compared.kind not in ("words", "incomparable") and (compared.kind != "deadline" or compared.early is not None)
    copied = compared.kind == "words" and compared.assumptions
    if (told and not _often(target) and not _by_how_much(target, words)) or copied:
        return target, actual, compared
    for read in (composed, reckoned, read_beside):
        if found := read(target, actual, scene, words):
            again = compare(*found, words, scene.fiscal_year)
            if again.kind == "numbers" or again.early is not None:
                return *found, again
    return target, actual, compared


def _without_open(target: Value, scene: PairScene, words: Vocabulary) -> Value:
    """A target without a clause that sets nothing: 据实结算，不超过60万元 is 不超过60万元."""
    if target.kind != "text" or scene.opens is None or not DIGIT.search(target.raw):
        return target
    pieces = [piece for piece in _CLAUSES.split(fold(target.raw, words).rstrip(" .,;。、")) if piece.strip()]
    kept = [piece for piece in pieces if DIGIT.search(piece) or scene.opens.fullmatch(piece) is None]
    if len(kept) != 1 or len(pieces) != 2:
        return target
    return replace(read_value(kept[0], words), raw=target.raw, inside=True)


def _without_name(target: Value, actual: Value, words: Vocabulary) -> tuple[Value, Value] | None:
    """The two without the name of the measure that both write before their numbers: pH值6~9, pH值7.4."""
    if target.kind != "text" or actual.kind not in ("text", "number", "range"):
        return None
    wanted, got = fold(target.raw, words), fold(actual.raw, words)
    first = DIGIT.search(wanted)
    name = wanted[: first.start()] if first else ""
    if len(name.strip()) < 2 or not got.startswith(name) or any(word in name for word in words.refused_labels):
        return None
    pair = read_value(wanted[len(name) :], words), read_value(got[len(name) :], words)
    if pair[0].kind != "range" or pair[1].kind not in ("number", "range"):
        return None
    return replace(pair[0], raw=target.raw, inside=True), replace(pair[1], raw=actual.raw, inside=True)


def _often(target: Value) -> bool:
    """Whether a target is of so much in each month or the like (≥2期/月)."""
    return any("/" in quantity.unit for quantity in target.quantities) and target.kind == "number"


def _by_how_much(target: Value, words: Vocabulary) -> bool:
    """Whether a target is by how much something is to change from last year's, of which this year's number says nothing by itself
    (较上年增加10人)."""
    if target.kind != "number" or words.sentences is None or target.unit == "%":
        return False
    label = target.quantities[0].label
    return any(word in label for group in words.changes for word in group) and any(
        word in label for word in words.sentences.earlier
    )


def _answers(target: Value, actual: Value, words: Vocabulary, scene: PairScene) -> tuple[Value, Value] | str | None:
    """The rate of the satisfied, where the actual tells answers by degree."""
    if target.kind != "number" or target.unit != "%" or actual.kind not in ("text", "composite") or words.sentences is None:
        return None
    if not any(word in actual.raw for word in words.sentences.surely_satisfied):
        return None
    said = fold(actual.raw, words).rstrip(" .,;。、").replace("\n", ";")
    if len(said) > words.limits.characters:
        return None
    listing = FigureList(said, "%", "", SaidReader(scene, fold(target.raw, words), words, words.sentences), words, words.sentences)
    wanted = Fraction(target.quantities[0].number)
    found = satisfied(listing, wanted)
    if not isinstance(found, Reckoned):
        return found
    made = _value(found, actual, "%", wanted)
    return None if made is None else (target, made)


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
        slashed(said, listing)
        or share(listing, (aim.label, scene.name), wanted, aim.value.operator)
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
