"""A number of a worksheet as the person sees it: 0.9767 in the format 0.00% is 97.67%, 44678 in yyyy-mm-dd is a date.

What Excel's number formats can do beyond this (fractions, scientific notation, [DBNum] digits for amounts) gives the plain number:
nothing is lost then, only the dress.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0;-#,##0;-",
    42: "¥#,##0;-¥#,##0;¥-",
    43: "#,##0.00;-#,##0.00;-",
    44: "¥#,##0.00;-¥#,##0.00;¥-",
    49: "@",
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
"""The formats that have a number and no text in the file, as Chinese Excel shows them. 0 and what is not listed is General."""

_LONGEST = 255
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<blank>_.|\*.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)'
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<power>E[+-])|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+)|(?P<number>[0#?.,%@/])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"(h+|m+|s+)", re.IGNORECASE)
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
_WEEKDAYS = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LAST_DAY = 2_958_465
"""31 December 9999."""

Token = tuple[str, str]


def plain(value: float) -> str:
    """The number with the 15 digits Excel keeps, without exponent, and without the noise of binary fractions: 20.0 is 20."""
    text = format(Decimal(format(value, ".15g")), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def shown(value: float, code: str, *, date1904: bool = False) -> str:
    """The number in this format."""
    sections = _sections(code)
    if not sections:
        return plain(value)
    tokens, sign = _chosen(value, sections)
    kinds = {kind for kind, _ in tokens}
    if "date" in kinds or any(kind == "bracket" and _ELAPSED.fullmatch(text) for kind, text in tokens):
        return _date(value, tokens, date1904=date1904)
    if "general" in kinds:
        return sign + "".join(plain(abs(value)) if kind == "general" else _literal(kind, text) for kind, text in tokens)
    digits = {text for kind, text in tokens if kind == "number"}
    dressed = any(kind == "bracket" and text.upper().startswith("DBNUM") for kind, text in tokens)
    if dressed or "power" in kinds or digits & {"/", "@"}:
        return plain(value)
    return _number(abs(value), tokens, sign)


def shown_text(text: str, code: str) -> str:
    """A text in this format: `@"元"` adds to it."""
    sections = _sections(code)
    with_text = [tokens for tokens in sections if ("number", "@") in tokens]
    if not with_text or text == "":
        return text
    return "".join(text if (kind, part) == ("number", "@") else _literal(kind, part) for kind, part in with_text[-1])


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[tuple[Token, ...], ...]:
    """The parts of a format for positive, negative, zero and text; none for General."""
    if not code or len(code) > _LONGEST or code.lower() == "general":
        return ()
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "other", match[match.lastgroup or 0]
        if kind == "other" and text == ";":
            sections.append([])
        else:
            sections[-1].append((kind, text))
    return tuple(map(tuple, sections))


def _chosen(value: float, sections: Sequence[tuple[Token, ...]]) -> tuple[tuple[Token, ...], str]:
    """The section for this number, and the sign that is put before it."""
    conditions = [_condition(tokens) for tokens in sections]
    if any(conditions):
        found = next((n for n, test in enumerate(conditions) if test and _holds(value, *test)), None)
        if found is None:
            found = next((n for n, test in enumerate(conditions) if test is None), len(sections) - 1)
        return sections[found], "-" if value < 0 else ""
    numbers = [tokens for tokens in sections if ("number", "@") not in tokens] or list(sections)
    if value < 0 and len(numbers) > 1:
        return numbers[1], ""
    if value == 0 and len(numbers) > 2:
        return numbers[2], ""
    return numbers[0], "-" if value < 0 else ""


def _condition(tokens: Sequence[Token]) -> tuple[str, float] | None:
    for kind, text in tokens:
        match = _CONDITION.fullmatch(text) if kind == "bracket" else None
        if match:
            return match[1], float(match[2])
    return None


def _holds(value: float, operator: str, bound: float) -> bool:
    return {
        "<": value < bound,
        ">": value > bound,
        "=": value == bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "<>": value != bound,
    }[operator]


def _literal(kind: str, text: str) -> str:
    if kind in ("quoted", "escaped", "other"):
        return text
    if kind == "bracket" and text.startswith("$"):  # [$¥-804]: a currency sign
        return text[1:].partition("-")[0]
    return ""


# numbers


def _number(value: float, tokens: Sequence[Token], sign: str) -> str:
    """`value`, not negative, in a format of digits."""
    places = [n for n, (kind, text) in enumerate(tokens) if kind == "number" and text in "0#?"]
    if not places:
        return sign + "".join("%" if (kind, text) == ("number", "%") else _literal(kind, text) for kind, text in tokens)
    point = next((n for n, token in enumerate(tokens) if token == ("number", ".")), None)
    if point is None:
        whole, fraction = places, []
    else:
        whole, fraction = [n for n in places if n < point], [n for n in places if n > point]
    commas = [n for n, token in enumerate(tokens) if token == ("number", ",")]
    grouped = any(whole and whole[0] < n < whole[-1] for n in commas)
    thousands = sum(n > places[-1] or (point is not None and bool(whole) and whole[-1] < n < point) for n in commas)
    percent = sum(token == ("number", "%") for token in tokens)
    with localcontext() as context:
        context.prec = 700
        exact = Decimal(format(value, ".15g")).scaleb(2 * percent - 3 * thousands)
        rounded = exact.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    if not rounded:
        sign = ""
    digits, _, decimals = format(rounded, "f").partition(".")
    digits = digits.lstrip("0")
    return sign + _laid_out(tokens, whole, fraction, digits, decimals, grouped=grouped)


def _laid_out(
    tokens: Sequence[Token], whole: Sequence[int], fraction: Sequence[int], digits: str, decimals: str, *, grouped: bool
) -> str:
    """The digits put in the places of the format, between whatever else stands there."""
    needed = max((len(whole) - n for n, at in enumerate(whole) if tokens[at][1] == "0"), default=0)
    digits = digits.rjust(needed, "0")
    kept = max((n + 1 for n, at in enumerate(fraction) if tokens[at][1] == "0" or decimals[n : n + 1] != "0"), default=0)
    for n in reversed(range(kept, len(fraction))):  # trailing zeros in places that need none
        kept = max(kept, n + 1) if decimals[n] != "0" else kept
    out: list[str] = []
    for n, (kind, text) in enumerate(tokens):
        if n in whole:
            position = len(whole) - whole.index(n)  # places from here to the point, this one included
            piece = digits[: len(digits) - position + 1] if position == len(whole) else digits[-position:][:1]
            if position > len(digits):
                continue
            start = len(digits) - position + len(piece) if position != len(whole) else len(piece)
            out.append(_grouped(piece, len(digits) - start) if grouped else piece)
        elif n in fraction:
            index = fraction.index(n)
            out.append(decimals[index] if index < kept else "")
        elif kind == "number":
            out.append({"%": "%", ".": "." if kept or not fraction else ""}.get(text, ""))
        else:
            out.append(_literal(kind, text))
    text = "".join(out)
    return text if whole or not digits else text.replace(".", digits + ".", 1)


def _grouped(piece: str, behind: int) -> str:
    """A run of digits with `behind` more digits after it before the point, with commas where thousands end."""
    return "".join(char + ("," if (left := len(piece) - n - 1 + behind) and left % 3 == 0 else "") for n, char in enumerate(piece))


# dates


def _date(value: float, tokens: Sequence[Token], *, date1904: bool) -> str:
    if not 0 <= value <= _LAST_DAY:
        return plain(value)
    days = value + 1462 if date1904 else value if value >= 60 else value + 1  # Excel takes 1900 for a leap year
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86400))
    chinese = any(kind == "bracket" and text.upper().startswith("DBNUM") for kind, text in tokens)
    half = any(kind == "half" for kind, _ in tokens)
    letters = [(n, text.lower()) for n, (kind, text) in enumerate(tokens) if kind == "date" or _is_elapsed(kind, text)]
    out = []
    for n, (kind, text) in enumerate(tokens):
        if kind == "date":
            at = next(i for i, (m, _) in enumerate(letters) if m == n)
            before = letters[at - 1][1] if at else ""
            after = letters[at + 1][1] if at + 1 < len(letters) else ""
            minutes = text[0] in "mM" and (before.startswith("h") or after.startswith("s"))
            out.append(_date_part(moment, "n" * len(text) if minutes else text.lower(), half=half, chinese=chinese))
        elif _is_elapsed(kind, text):
            out.append(str(int(value * {"h": 24, "m": 1440, "s": 86400}[text[0].lower()] + 1e-9)))
        elif kind == "half":
            out.append(("上午" if moment.hour < 12 else "下午") if "上" in text else ("AM" if moment.hour < 12 else "PM"))
        elif kind == "number":
            out.append({"/": "/", ",": ",", "%": "%"}.get(text, ""))
        else:
            out.append(_literal(kind, text))
    return "".join(out).strip()


def _is_elapsed(kind: str, text: str) -> bool:
    return kind == "bracket" and _ELAPSED.fullmatch(text) is not None


def _date_part(moment: datetime, part: str, *, half: bool, chinese: bool) -> str:
    letter, length = part[0], len(part)
    if letter in "ye":
        year = f"{moment.year:04}" if letter == "e" or length > 2 else f"{moment.year % 100:02}"
        return year.translate(_CHINESE) if chinese else year
    if letter == "m" and length > 2:
        return _MONTHS[moment.month - 1]
    if letter == "a" or (letter == "d" and length > 2):
        return ("星期" if length > 3 or letter == "d" else "") + _WEEKDAYS[moment.weekday()]
    hour = (moment.hour % 12 or 12) if half else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    if chinese:
        return _small_chinese(number)
    return f"{number:02}" if length > 1 else str(number)


def _small_chinese(number: int) -> str:
    """0 to 59 in words: 二十七."""
    tens, ones = divmod(number, 10)
    if not tens:
        return str(ones).translate(_CHINESE)
    return ("" if tens == 1 else str(tens).translate(_CHINESE)) + "十" + (str(ones).translate(_CHINESE) if ones else "")
