"""Typed values from the raw text of a cell: "≥95%", "38.2万", "正高81.82%，副高88.98%", "9月前".

A text is typed only if all of it is understood; otherwise it stays text, and `note` says so. Numbers are Decimal throughout.
Work is bounded: a text longer than the vocabulary's limit is not searched, and no pattern here nests repetitions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.values.dates import Deadline, read_deadline
from engine.values.model import Quantity, Value
from engine.values.numerals import EXACT, MAX_DIGITS, chinese, decimal, read_decimal, scaled
from engine.values.scanning import scanned_alternative
from engine.values.vocabulary import Vocabulary, vocabulary, word_at, word_before

__all__ = ["Deadline", "Quantity", "Value", "Vocabulary", "fold", "read_decimal", "read_value", "vocabulary"]

_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_TRAILING = " .,;。、"


def fold(text: str, words: Vocabulary) -> str:
    """The text with look-alike characters folded, white space collapsed and empty lines dropped; lines stay apart."""
    lines = (" ".join(line.split()) for line in text.translate(words.characters).splitlines())
    return "\n".join(filter(None, lines))


MAX_KNOWN = 5_000
"""Texts a vocabulary remembers; then it begins anew."""


def read_value(text: str, words: Vocabulary) -> Value:
    """Type one cell. Never raises on any text: what cannot be typed is kind `text`."""
    value: Value | None = words.known.get(text)
    if value is None:
        value = _read(text, words)
        if len(text) <= words.limits.characters:
            if len(words.known) >= MAX_KNOWN:
                words.known.clear()
            words.known[text] = value
    return value


def _read(text: str, words: Vocabulary) -> Value:
    clean = fold(text, words)
    if not clean:
        return Value(text, "empty")
    if clean.casefold() in words.not_applicable:
        return Value(text, "not_applicable")
    clean = clean.rstrip(_TRAILING)
    if len(clean) > words.limits.characters:
        return Value(text, "text", note=f"超过{words.limits.characters}字，未按数值解读。" if _DIGIT.search(clean) else "")
    value = _typed(clean.replace("\n", " "), words) or (_typed(clean, words) if "\n" in clean else None)
    if value is not None:
        return replace(value, raw=text)
    if re.search(rf"[0-9]{{{MAX_DIGITS + 1}}}", clean):
        return Value(text, "text", note=f"数字超过{MAX_DIGITS}位，未按数值解读。")
    return Value(text, "text", note=f"“{_short(clean)}”含有数字，但不能确定为数值，按文字处理。" if _DIGIT.search(clean) else "")


def _typed(text: str, words: Vocabulary) -> Value | None:
    if (found := read_deadline(text, words)) is not None:
        return Value(text, "deadline", deadline=found[0], remark=found[1])
    item = _item(text, words)
    if item is None:
        return _composite(text, words)
    return _range(item, words) or _single(item, words) or _composite(text, words)


@dataclass(frozen=True, slots=True)
class _Item:
    """A number with what was found around it; `rest` is the text after it, not yet understood."""

    number: Decimal
    factor: Decimal
    unit: str
    operator: str
    approximate: str
    label: str
    rest: str
    closed: bool
    """A word after the unit (以上, 左右) ended the quantity: nothing may be attached to it."""
    note: str = ""

    def quantity(self, label: str | None = None) -> Quantity:
        number = scaled(self.number, self.factor)
        return Quantity(number, self.unit, self.label if label is None else label, self.approximate)


def _item(text: str, words: Vocabulary) -> _Item | None:
    """The first number of the text with label, operator, scale and unit; None where it is not certainly a quantity."""
    found = _digits(text, words)
    if found is None:
        return None
    number, start, end, in_chinese = found
    ratio = word_before(text[:start], words.ratios)
    head = _head(text[: start - len(ratio)], words)
    behind = tail(text, end, words)
    if head is None:
        return None
    label, operator, head_approximate, negative, note = head
    factor, unit, tail_operator, tail_approximate, closed, position = behind
    if (operator and tail_operator and operator != tail_operator) or (head_approximate and tail_approximate) or (ratio and unit):
        return None
    unit = words.ratios[ratio] if ratio else unit
    if in_chinese and (label or text[position:] or not unit):
        return None  # Chinese numerals occur in prose (一带一路); they count only where they are the whole value.
    if not operator and not in_chinese and _YEAR.fullmatch(text[start:end]) and text.startswith("年", end):
        return None  # 2021年… is a date or part of a phrase, never 2021 years
    return _Item(
        -number if negative else number,
        factor,
        unit,
        operator or tail_operator,
        head_approximate or tail_approximate,
        label,
        text[position:],
        closed,
        note,
    )


def _digits(text: str, words: Vocabulary) -> tuple[Decimal, int, int, bool] | None:
    """The first number, where it starts and ends, and whether it is in Chinese numerals."""
    first = _DIGIT.search(text)
    if first is not None:
        match = _NUMBER.match(text, first.start())
        if match is None or re.match(r"0[0-9]", match[0]):
            return None  # 027-…, 005: a code, not a quantity
        number = decimal(match[0])
        return (number, match.start(), match.end(), False) if number is not None else None
    found = words.chinese_pattern.search(text)
    number = chinese(found["number"], words.digits, words.scales) if found else None
    if number is None and found and found["ratio"] and found["number"] in words.scales:
        number = Decimal(words.scales[found["number"]])  # 百分之百: a round word alone is one of it behind a ratio
    return (number, found.start("number"), found.end(), True) if found and number is not None else None


def _head(prefix: str, words: Vocabulary) -> tuple[str, str, str, bool, str] | None:
    """What stands before a number, taken off from the right: label, operator, approximate word, minus sign, note."""
    if prefix.strip() in words.scanned_before:
        sign = words.scanned_before[prefix.strip()]
        return "", sign, "", False, f"“{prefix.strip()}”可能是扫描误识的“{printed(sign)}”，请核对原件。"
    operator = approximate = ""
    negative = prefix.endswith("-") and not word_before(prefix, words.operators_before)
    text = prefix[:-1] if prefix.endswith("+") or negative else prefix
    signed = text != prefix
    attached = not text.endswith(" ")
    text = text.rstrip()
    while text:
        if word := word_before(text, words.operators_before):
            if operator and operator != words.operators_before[word]:
                return None
            operator = words.operators_before[word]
        elif word := word_before(text, words.approximate_before):
            if approximate:
                return None
            approximate = word
        elif not (word := word_before(text, words.links)):
            break
        text, attached = text[: -len(word)].rstrip(), False
    if text and (signed or not _is_label(text, words) or (attached and _LATIN.fullmatch(text[-1]))):
        return None  # G20, COVID-19, PM2.5: part of a name
    return text, operator, approximate, negative, ""


def tail(text: str, position: int, words: Vocabulary) -> tuple[Decimal, str, str, str, bool, int]:
    """What stands after a number: factor of the numeral scales, unit, operator, approximate word, whether a word after the
    unit closes it, and where it ends."""
    factor, approximate, operator, closed = Decimal(1), "", "", False
    while True:
        after = position + text.startswith(" ", position)
        unit, end = unit_at(text, after, words)
        scale = word_at(text, after, words.scales)
        if scale and end - after <= len(scale) and factor < 10**12:  # 千克 is a unit, 千人 is a thousand persons
            factor, position = factor * words.scales[scale], after + len(scale)
            continue
        inside = "" if unit or approximate else word_at(text, after, words.approximate_inside)
        beyond = after + len(inside)
        if inside and (word_at(text, beyond, words.scales) or unit_at(text, beyond, words)[0]):
            approximate, position = inside, beyond
            continue
        break
    position = end if unit else position
    while True:
        after = position + text.startswith(" ", position)
        if (word := word_at(text, after, words.approximate_after)) and not approximate:
            approximate = word
        elif (word := word_at(text, after, words.operators_after)) and not operator:
            operator = words.operators_after[word]
        else:
            return factor, unit, operator, approximate, closed, position
        position, closed = after + len(word), True


def unit_at(text: str, position: int, words: Vocabulary) -> tuple[str, int]:
    """The unit at a position, in canonical spelling, and where it ends; an empty string if there is none.

    It is a listed one, or that for each of something no list holds (元/生, 人/万车), or a number for each so many (85/万).
    """
    match = words.unit_pattern.match(text, position)
    if match is None or (_LATIN.fullmatch(match[0][-1]) and _LATIN.match(text, match.end())):
        each, end = _each(text, position, words, bare=True)
        return each, end if each else position
    parts = re.split("(" + "|".join(map(re.escape, words.joiners)) + ")", match[0].replace(" ", ""))
    names = [words.joiners[part] if part in words.joiners else unit.name if (unit := words.unit(part)) else part for part in parts]
    if not words.unit(parts[0]):
        return "", position
    end = match.end()
    if len(parts) > 1 and _HAN.match(text, end) and not word_at(text, end, (*words.operators_after, *words.approximate_after)):
        joiner = text.index(parts[1], position)  # the 立方 of 个/立方厘米 is not all that it is for each of
        each, stop = _each(text, joiner, words)
        if each:
            return names[0] + each, stop
    each, stop = _each(text, end, words)
    return "".join(names) + each, stop if each else end


def _each(text: str, position: int, words: Vocabulary, *, bare: bool = False) -> tuple[str, int]:
    """/万, /10万人, 每生 to the end of a text or to the word that bounds it (以内), and where it ends; nothing where it says that
    something was done. `bare`: no unit stands before it."""
    match = words.each_pattern.match(text, position)
    if match is None or not (match["word"] or (match["noun"] and not bare)):
        return "", position
    noun = match["noun"]
    bound = word_before(noun, words.operators_after)
    noun = noun.removesuffix(bound)
    done = any(noun.startswith(word) and noun != word for word in words.dates.said)
    done = done or any(word in noun for word in (*words.done, *words.refused_labels))
    if done or len(noun) > 2 * words.limits.unit or not (noun or match["word"]):
        return "", position
    return f"/{match['scale'].replace('十万', '10万')}{noun}", len(text) - len(bound)


def _single(item: _Item, words: Vocabulary) -> Value | None:
    """A number with at most a label or a remark; None if anything is left that is not understood."""
    rest, label, note = item.rest, item.label, item.note
    if label and not (item.unit or item.operator):
        return None
    remark = ""
    if rest:
        remark = _remark(rest, words)
        if not remark and (noun := _noun(item, words)) is not None:
            label = noun
        elif not remark and not (item.unit or label or item.closed) and _HAN.fullmatch(rest) and len(rest) <= words.limits.unit:
            if rest.startswith(words.denominators) or any(word in rest for word in words.refused_labels):
                return None  # 12月开工: a date running on
            item, note = replace(item, unit=rest), f"计量单位“{rest}”不在单位表中。"
        elif not remark:
            return None
    label = "" if label in words.verbs else label
    scanned = printed(item.operator) if item.note else ""
    sign = item.operator or (words.sentences.extreme(label) if words.sentences and label else "")
    value = Value("", "number", sign, (item.quantity(label),), remark=remark, note=note, scanned=scanned)
    rule = words.scanned_digit
    if rule is None or scanned_alternative(value, words) is None:
        return value
    said = f"“{value.number}{value.unit}”的首位数字可能是扫描误识的“{printed(rule.sign)}”，请核对原件。"
    return replace(value, note=value.note or said, scanned=printed(rule.sign))


def _remark(rest: str, words: Vocabulary) -> str:
    """Text beside a number that is set off from it by a mark, or only says that it was reached; else an empty string."""
    text = rest.strip("".join(words.separators) + " ")
    if rest[0] == "(" and rest[-1] == ")":
        return text
    set_off = rest[0] == "(" or rest[0] == " " or rest.startswith(words.separators) or word_at(rest, 0, words.done) == rest
    return text if set_off and not _DIGIT.search(rest) else ""


def _noun(item: _Item, words: Vocabulary) -> str | None:
    """The label of a number with the thing counted right behind its counting word (完成1部宣传片: 宣传片)."""
    unit = words.unit(item.unit)
    if unit is None or not unit.counting or item.closed or not _is_label(item.rest, words):
        return None
    if len(item.rest) > words.limits.noun or not _WORD.fullmatch(item.rest):
        return None
    return item.rest if item.label in words.verbs else item.label + item.rest


def _range(low: _Item, words: Vocabulary) -> Value | None:
    """10-15个, 80%~90%, 100±5. A unit or scale written only behind the upper number holds for both."""
    if low.operator or low.approximate or low.label or not low.rest:
        return None
    rest = low.rest.lstrip()
    mark = word_at(rest, 0, words.operators_before)
    middle = bool(mark) and words.operators_before[mark] == "±"
    mark = mark if middle else word_at(rest, 0, words.ranges)
    high = _item(rest[len(mark) :].lstrip(), words) if mark else None
    if high is None or high.rest or high.operator or high.approximate or high.label or (low.unit and high.unit != low.unit):
        return None
    note = "下限没有写数量级，按与上限相同读取。" if low.factor == 1 and high.factor != 1 else ""
    low = replace(low, unit=high.unit, factor=high.factor if low.factor == 1 else low.factor)
    first, second = low.quantity(), high.quantity()
    if middle:
        centre, margin = first.number, second.number
        first, second = replace(first, number=EXACT.subtract(centre, margin)), replace(second, number=EXACT.add(centre, margin))
    return Value("", "range", "", (first, second), note=note) if first.number <= second.number else None


def _composite(text: str, words: Vocabulary) -> Value | None:
    """Parts that are each a number with a listed unit, told apart by their labels or units; all of the text is used up."""
    pieces = [piece.strip() for piece in words.split_pattern.split(text) if piece.strip()]
    if not 2 <= len(pieces) <= words.limits.parts:
        return None
    values = [_single(item, words) if (item := _item(piece, words)) else None for piece in pieces]
    parts = [value for value in values if value is not None and not value.remark and words.unit(re.split(r"[/*]", value.unit)[0])]
    quantities = tuple(quantity for value in parts for quantity in value.quantities)
    if len(parts) < len(pieces) or len({value.operator for value in parts}) > 1:
        return None
    if len({quantity.label for quantity in quantities}) < len(quantities) > len({quantity.unit for quantity in quantities}):
        return None
    note, scanned = (
        "".join(dict.fromkeys(value.note for value in parts)),
        next((value.scanned for value in parts if value.scanned), ""),
    )
    return Value("", "composite", parts[0].operator, quantities, note=note, scanned=scanned)


def printed(operator: str) -> str:
    """The operator as a form prints it."""
    return {">=": "≥", "<=": "≤"}.get(operator, operator)


def _is_label(text: str, words: Vocabulary) -> bool:
    """Whether the text can be the name of what is measured: short, one phrase, and with no word that turns its meaning."""
    if len(text) > words.limits.label or any(mark in text for mark in words.separators):
        return False
    return not any(word in text for word in words.refused_labels)


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
