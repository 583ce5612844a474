"""Lint of clauses against the values in force: 条文写 80%，现值 85%.

By structure: which parameters, weights, tiers, grades and cases rest on a clause, and which numbers with their unit (分, %) are in
its text. A clause that names no such number says nothing against a value; one that was superseded is not held against any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.policy.bases import followed
from engine.soundness.lint.subject import Subject, numeric
from engine.values.numerals import chinese, plain
from engine.yaml.reader import Path_, walk

POINTS, PERCENT = "分", "%"
_UNITS = {"分": POINTS, "%": PERCENT, "比例": PERCENT, "百分点": PERCENT}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SIGN = r"(?:%|分(?!之|别|类|档|为|成|开|解|项|析|布|散|工|管)|个?百分点)"
_RUN = re.compile(rf"(?:{_NUMBER}\s*{_SIGN}?\s*(?:[-—–~～至到、/]\s*))*{_NUMBER}\s*({_SIGN})")
_SPELT = re.compile("百分之([零一二三四五六七八九十百]+)")
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")}
_SCALES = {"十": Decimal(10), "百": Decimal(100)}
_STEP = "每"
_APART = 10
"""Characters that may stand between a name and its number."""
_LITERAL = re.compile(rf"(?<![\w.]){_NUMBER}(?![\w.])")
_PLAIN = (0, 1, 100)
"""Numbers that stand in formulas whatever a clause says."""
_WHOLE = 100
"""超过目标的 120% is an excess of 20 %."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """A value in force: what it is called, where, in which unit, and the clause it rests on."""

    name: str
    path: Path_
    value: Decimal
    unit: str
    clause: str
    called: str = ""
    """The name by which a clause would speak of it (产出)."""


def check(subject: Subject) -> None:
    """Every value that its clause says otherwise of."""
    rests = followed(subject.resolved)
    texts = {
        f"{source}#{number}": (clause["title"], str(clause["text"]))
        for source, item in subject.data.get("sources", {}).items()
        for number, clause in item["clauses"].items()
    }
    for stated in _stated(rests.sections):
        title, text = texts.get(stated.clause, ("", ""))
        said = _said(text, stated)
        source, _, number = stated.clause.partition("#")
        own = subject.is_own(subject.place(stated.path))
        if not said or not (own or subject.is_own(subject.place(("sources", source, "clauses", number)))):
            continue
        # a heading's points are told by its name: 其 10 分归入效益指标 says nothing of what the heading has in all
        said = _of_name(text, stated.called, said) if stated.called else said
        if not said or stated.value in said or (stated.unit == PERCENT and stated.value + _WHOLE in said):
            continue
        kinds = (stated.unit,) if stated.unit else (PERCENT, POINTS)
        shown = "、".join(dict.fromkeys(plain(number) + kind for kind in kinds for number in figures(text)[kind] if number in said))
        subject.add(
            "clause-figure",
            f"{stated.clause}.{stated.name.partition('（')[0]}",
            subject.place(stated.path),
            f"{stated.name}现在是 {plain(stated.value)}{stated.unit}，所引条款“{title}”（{stated.clause}）写的是 {shown}："
            "条文与现值不符",
            "照条文改值；规定改了的，把新条文写进 sources（可写 supersedes），basis 改引它",
        )


def _said(text: str, stated: _Stated) -> tuple[Decimal, ...]:
    """What a text says that can be held against a value. The number in a case may be points, a percentage or a share, and follow
    from a step (每降低5个百分点扣1分), which names none of the numbers."""
    if stated.unit:
        return figures(text)[stated.unit]
    if not any(figures(text).values()) or _STEP in text:
        return ()
    every = [Decimal(number) for number in re.findall(_NUMBER, unicodedata.normalize("NFKC", text))]
    return tuple(part for number in (*every, *figures(text)[PERCENT]) for part in (number, number / 100))


@lru_cache(maxsize=1 << 10)
def figures(text: str) -> Mapping[str, tuple[Decimal, ...]]:
    """The numbers of a text by unit, in the order they stand: 100-80%（含80%） is 100, 80, 80."""
    found: dict[str, list[Decimal]] = {POINTS: [], PERCENT: []}
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        unit = POINTS if run[1] == "分" else PERCENT
        for number, own in re.findall(rf"({_NUMBER})\s*({_SIGN})?", run[0]):
            found[unit if not own else POINTS if own == "分" else PERCENT].append(Decimal(number))
    for spelt in _SPELT.finditer(text):
        number = chinese(spelt[1], _DIGITS, _SCALES) if spelt[1] != "百" else Decimal(100)
        if number is not None:
            found[PERCENT].append(number)
    return {unit: tuple(numbers) for unit, numbers in found.items()}


def _of_name(text: str, name: str, said: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """The numbers that stand just behind a name in the text; none where it is not named so."""
    flat = unicodedata.normalize("NFKC", text)
    behind = re.findall(rf"{re.escape(name)}[^0-9，。；、,;]{{0,{_APART}}}?({_NUMBER})\s*分", flat)
    return tuple(Decimal(number) for number in behind if Decimal(number) in said)


# --- the values of a policy ----------------------------------------------------------------------------------------


def _stated(data: Mapping[str, Any]) -> Iterator[_Stated]:
    for name, item in data.get("parameters", {}).items():
        unit = _UNITS.get(str(item.get("unit", "")), "")
        if unit and numeric(item["value"]) and item["value"]:  # 0 is how a policy has none of it
            value = Decimal(item["value"]) * (100 if item["unit"] == "比例" else 1)
            yield _Stated(f"参数“{item['label']}”（{name}）", ("parameters", name, "value"), abs(value), unit, item["basis"])
    scoring = data.get("scoring", {})
    if "weights" in scoring:
        yield from _weights(scoring["weights"])
    for index, tier in enumerate(scoring.get("qualitative", {}).get("tiers", ())):
        yield from _floor(tier, f"档次“{tier.get('label', tier['tier'])}”的下限", ("scoring", "qualitative", "tiers", index), True)
    yield from _cases(scoring)
    for index, grade in enumerate(data.get("grades", ())):
        yield from _floor(grade, f"等级“{grade['grade']}”的下限", ("grades", index), False)


def _cases(scoring: Mapping[str, Any]) -> Iterator[_Stated]:
    """The numbers written in conditions and formulas of the scoring tables: a limit of 95, seven points, 0.6 of the weight."""
    for table, item in scoring.items():
        for index, case in enumerate(item.get("cases", ()) if isinstance(item, dict) and table != "weights" else ()):
            at: Path_ = ("scoring", table, "cases", index)
            name = f"情形“{case.get('label') or case['case']}”（{table}.{case['case']}）里的数"
            written = [(value, path) for path, value in walk(case.get("when", {}), (*at, "when")) if numeric(value)]
            written += [(Decimal(number), (*at, "score")) for number in _LITERAL.findall(str(case.get("score", "")))]
            for value, path in written:
                if Decimal(value) not in _PLAIN:
                    yield _Stated(name, path, Decimal(value), "", case["basis"])


def _floor(band: Mapping[str, Any], name: str, path: Path_, share: bool) -> Iterator[_Stated]:
    key = "from" if "from" in band else "above"
    floor = band.get(key)
    if numeric(floor) and floor:  # the last reaches 0, whatever a clause says of it
        value = Decimal(floor) * (100 if share else 1)
        yield _Stated(name, (*path, key), value, PERCENT if share else POINTS, band["basis"])


def _weights(weights: Mapping[str, Any]) -> Iterator[_Stated]:
    path: Path_ = ("scoring", "weights")
    for key, name in (("full_score", "总分"), ("execution", "预算执行分值")):
        if numeric(weights.get(key)):
            yield _Stated(name, (*path, key), Decimal(weights[key]), POINTS, weights["basis"])
    homes: list[tuple[Mapping[str, Any], Path_]] = [(weights, path)]
    homes += [(case, (*path, "cases", index)) for index, case in enumerate(weights.get("cases", ()))]
    for home, at in homes:
        for name, points in home.get("level1", {}).items():
            if numeric(points):
                called = name.removesuffix("指标")
                yield _Stated(f"“{name}”的分值", (*at, "level1", name), Decimal(points), POINTS, home["basis"], called)
