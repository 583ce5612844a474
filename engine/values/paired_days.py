"""The day of an actual read beside the deadline of its target: the last of several on which something was done, or of a span."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.values.dates import Deadline, dates_at, in_digits
from engine.values.model import Value
from engine.values.said import DIGIT, FILL, MARKS, SaidReader
from engine.values.vocabulary import Vocabulary

_TO_MONTH = re.compile(r"(?:-|~|至|到)([0-9]{1,2})月份?")
_NOT_DONE = frozenset({"barred", "odd", "planned", "aside", "step"})


def read_day_beside(
    target: Value, actual: Value, said: str, fiscal_year: int | None, reader: SaidReader, words: Vocabulary
) -> Value | None:
    """The last of several days on which something was done, or the span of days it took."""
    if actual.deadline is not None and actual.remark:
        remark = reader.lex(actual.remark, ())
        known = not remark.left and not _NOT_DONE & set(remark.roles)
        return replace(actual, remark="") if known else None  # 6月28日提交, and that is what the name asks
    if actual.kind != "text" or target.deadline is None:
        return None
    text = in_digits(said)
    spans = _ranges(list(dates_at(text, words)), text, words)
    if not spans or any(day.planned or day.before for day, _, _ in spans):
        return None
    rest = text
    for _, start, end in spans:
        rest = rest[:start] + FILL * (end - start) + rest[end:]
    if DIGIT.search(rest):
        return None
    clauses = [piece for piece in MARKS.split(rest) if piece.strip()]
    done = [reader.lex(piece.replace(FILL, ""), ()) for piece in clauses]
    if any(_NOT_DONE & set(piece.roles) for piece in done):
        return None
    dated = [said for said, piece in zip(done, clauses, strict=True) if FILL in piece]
    bare = len(clauses) == 1 and not dated[0].left
    if not bare and not all("finished" in said.roles or not said.left for said in dated):
        return None
    if len(spans) == 1 and any(said.left for said in dated):
        return None  # one day, said of something: whether of what the target means is for `wording`
    year = target.deadline.year or fiscal_year
    last = max((day for day, _, _ in spans), key=lambda day: (day.year or year or 0, day.last))
    note = f"实际完成值“{actual.raw.strip()}”有几个日期，按最后一个比较。" if len(spans) > 1 else ""
    return Value(actual.raw, "deadline", deadline=last, note=note, inside=True)


def window(target: Value, aimed: str, words: Vocabulary) -> Value | None:
    """A target that is nothing but a span of days (2023年3月-11月): its end is the day by which the thing is to be done."""
    text = in_digits(aimed).rstrip(" .,;。、")
    if target.kind != "text":
        return None
    days = list(dates_at(text, words))
    if len(days) == 1 and (match := _TO_MONTH.fullmatch(text, days[0][2])) and 1 <= int(match[1]) <= 12 and not days[0][0].before:
        day = days[0][0]
        last = int(match[1])
        days = [(replace(day, last=(last, 31)), days[0][1], match.end())] if last > day.first[0] else []
    spans = _ranges(days, text, words)
    if len(spans) != 1 or (spans[0][1], spans[0][2]) != (0, len(text)) or spans[0][0].planned or spans[0][0].before:
        return None
    day = spans[0][0]
    if day.last[0] == day.first[0] or day.first == (1, 1):
        return None  # one month is no span
    return replace(target, kind="deadline", deadline=replace(day, first=day.last), note="", inside=True)


def _ranges(found: list[tuple[Deadline, int, int]], text: str, words: Vocabulary) -> list[tuple[Deadline, int, int]]:
    """Days with 9月11日至17日 and 9月11日至10月3日 as one span."""
    out: list[tuple[Deadline, int, int]] = []
    for day, start, end in found:
        if out and text[out[-1][2] : start].strip() in words.ranges and day.last >= out[-1][0].first:
            first = out[-1][0]
            out[-1] = (replace(day, year=day.year or first.year, first=first.first), out[-1][1], end)
            continue
        if match := re.compile(rf"(?:{'|'.join(map(re.escape, words.ranges))})([0-9]{{1,2}})[日号]").match(text, end):
            last = day.last[0], int(match[1])
            if day.first == day.last and day.last[1] < last[1] <= 31:
                out.append((replace(day, last=last), start, match.end()))
                continue
        out.append((day, start, end))
    return out
