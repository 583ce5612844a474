"""What the content of columns says of them: operators, numbers that make a hundred, scores not above weights, targets and actuals
that look alike, words of the taxonomy. Each with its ground, in figures an officer can check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rapidfuzz import fuzz

from engine.forms.labels import Labels, fold, label_keys
from engine.forms.model import Composition, Layout
from engine.learning.model import OTHER, Ground, SeenColumn
from engine.values.numerals import read_decimal

_MOST = Decimal("0.8")
"""A column is of a kind if so much of it is."""
_POINTS = Decimal(100)
_EXECUTION = (Decimal(10), Decimal(20))
"""What budget execution takes of the hundred on nearly all forms."""
_LONG = 25
_SHORT_UNIT = 4
_ALIKE = 0.6
_DIGITS = re.compile(r"[0-9.,]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_DONE = re.compile(r"^(?:已|未|基本|全部|完成|达到|达成|按时|按期|实际)")
_TEN = 10


@dataclass(slots=True)
class ColumnEvidence:
    """Grounds by column and field, and for pairs of columns; columns are known by their labels."""

    single: dict[tuple[str, str], Ground] = field(default_factory=dict)
    weight_score: dict[tuple[str, str], Ground] = field(default_factory=dict)
    target_actual: dict[tuple[str, str], Ground] = field(default_factory=dict)

    def add(self, column: SeenColumn, key: str, ground: Ground) -> None:
        known = self.single.get((column.label, key))
        if known is None or known.points < ground.points:
            self.single[(column.label, key)] = ground


def evidence(columns: Sequence[SeenColumn], base: Layout) -> ColumnEvidence:
    """What the content of a form's columns says. `base` lends the words: signs, levels."""
    found = ColumnEvidence()
    numeric = [column for column in columns if _mostly(column, _is_number)]
    for column in columns:
        _signs(column, base.composition, found)
        _levels(column, base, found)
        _texts(column, base, found)
        if _counts(column):
            found.add(column, OTHER, Ground(60, "各格依次是 1、2、3……，是序号", True))
    for column in numeric:
        _weights(column, found)
    _only_name(found)
    _pairs(columns, numeric, base.composition, found)
    _reasons(columns, found)
    return found


def points_of(text: str) -> Decimal | None:
    """A number of points: 10, 10分, 10%."""
    return read_decimal("".join(text.split()).removesuffix("分").removesuffix("%").removesuffix("％"))


def _is_number(text: str) -> bool:
    return points_of(text) is not None


def _mostly(column: SeenColumn, fits: Callable[[str], bool]) -> bool:
    return _share(column, fits) >= _MOST and len(column.filled) > 1


def _share(column: SeenColumn, fits: Callable[[str], bool]) -> Decimal:
    filled = column.filled
    return Decimal(sum(map(fits, filled))) / len(filled) if filled else Decimal(0)


def _count(column: SeenColumn, fits: Callable[[str], bool]) -> str:
    return f"{len(column.filled)} 格里 {sum(map(fits, column.filled))} 格"


def _full(column: SeenColumn) -> Decimal:
    return Decimal(len(column.filled)) / len(column.cells) if column.cells else Decimal(0)


# single columns


def _signs(column: SeenColumn, by: Composition | None, found: ColumnEvidence) -> None:
    if by is None:
        return

    def compares(text: str) -> bool:
        return fold(text) in by.operators or fold(text) in by.comparing

    def known(text: str) -> bool:
        return fold(text) in by.signs or fold(text) in by.meaning

    if not _mostly(column, known):
        return
    if any(map(compares, column.filled)):
        found.add(column, "operator", Ground(70, f"{_count(column, known)}是 ≥、≤、＝ 等符号或表示比较、定性的词", True))
    else:
        found.add(column, "nature", Ground(60, f"{_count(column, known)}是正向、反向、定性一类的词"))


def _levels(column: SeenColumn, base: Layout, found: ColumnEvidence) -> None:
    for key, labels, what in (("level1", base.level1, "一级"), ("level2", base.level2, "二级")):

        def named(text: str, labels: Labels = labels) -> bool:
            return labels.find(text) is not None or labels.find(fold(text) + "指标") is not None

        if column.filled and _share(column, named) >= Decimal("0.6"):
            share = int(40 * _share(column, named))
            found.add(column, key, Ground(20 + share, f"{_count(column, named)}是{what}指标的名称", share >= 30))


def _texts(column: SeenColumn, base: Layout, found: ColumnEvidence) -> None:
    """Names are texts that differ from row to row; units are short and come again. Rows of an empty template are left out."""
    filled = [list(label_keys(text))[-1] for text in column.filled if not any(p.search(text) for p in base.filler)]
    if not filled or _share(column, _is_number) > Decimal("0.3"):
        return
    length = sum(map(len, filled)) / len(filled)
    different = len(set(filled)) / len(filled)
    digits = sum(_numeric(text) for text in filled) / len(filled)
    chinese = sum(_CHINESE.search(text) is not None for text in filled) / len(filled)
    if different >= float(_MOST) and _full(column) >= _MOST and length >= 3 and digits < 0.5 and chinese >= float(_MOST):
        found.add(column, "name", Ground(30 if length <= _LONG else 10, f"{len(filled)} 格都有文字，几乎各不相同，很少有数"))
    by = base.composition
    signs = frozenset() if by is None else by.signs | frozenset(by.meaning)
    short = _share(column, lambda text: len(fold(text)) <= _SHORT_UNIT and not any(c.isdigit() for c in text))
    is_level = base.level1.find(filled[0]) or base.level2.find(filled[0])
    if short >= _MOST and fold(filled[0]) not in signs and not is_level and length <= 3:
        said = "、".join(list(dict.fromkeys(filled))[:3])
        found.add(column, "unit", Ground(30, f"{len(filled)} 格都是{said}一类的短字，像度量单位"))


def _numeric(text: str) -> bool:
    """Whether a text is mostly a number (≥95%, 12万人次), as values are and names (指标1：网络维护) are not."""
    return len(_DIGITS.sub("", text)) <= len(text) // 2 or text[:1].isdigit() or text[:1] in "≥≤=＝><"


def _only_name(found: ColumnEvidence) -> None:
    """Where one column alone can hold the names, it does; one that holds levels cannot."""
    levels = {of for (of, key), ground in found.single.items() if key in ("level1", "level2") and ground.settles}
    for of in levels:
        found.single.pop((of, "name"), None)
    names = [key for key, ground in found.single.items() if key[1] == "name" and ground.points > _TEN]
    if len(names) == 1:
        ground = found.single[names[0]]
        found.single[names[0]] = Ground(ground.points, ground.text + "，只有这一列这样", True)


def _counts(column: SeenColumn) -> bool:
    numbers = [read_decimal(text) for text in column.filled]
    return len(numbers) > 2 and numbers == [Decimal(n) for n in range(1, len(numbers) + 1)]


def _weights(column: SeenColumn, found: ColumnEvidence) -> None:
    numbers = [points_of(text) for text in column.filled]
    whole = sum((number for number in numbers if number is not None), Decimal(0))
    if _full(column) < _MOST or any(number is None or number <= 0 for number in numbers):
        return
    if whole == _POINTS:
        found.add(column, "weight", Ground(50, "各格加起来正好 100"))
    elif _POINTS - whole in _EXECUTION:
        found.add(column, "weight", Ground(45, f"各格加起来 {whole}，加上预算执行的 {_POINTS - whole} 分正好 100"))
    elif whole < _POINTS:
        found.add(column, "weight", Ground(12, f"各格都是数，加起来 {whole}，不超过 100"))


# pairs


def _pairs(columns: Sequence[SeenColumn], numeric: Sequence[SeenColumn], by: Composition | None, found: ColumnEvidence) -> None:
    for weight in numeric:
        for score in numeric:
            if weight is not score and (ground := _scores(weight, score)):
                found.weight_score[(weight.label, score.label)] = ground
                _coefficients(weight, score, numeric, found)
    signs = _sign_words(by)
    texts = [column for column in columns if (column.label, "operator") not in found.single]
    for target in texts:
        for actual in texts:
            if target is not actual and (ground := _alike(target, actual, signs)):
                found.target_actual[(target.label, actual.label)] = ground


def _scores(weight: SeenColumn, score: SeenColumn) -> Ground | None:
    rows = [(points_of(w), points_of(s)) for w, s in zip(weight.cells, score.cells, strict=True)]
    both = [(w, s) for w, s in rows if w is not None and s is not None]
    # a weight of nothing, or a score above it, is none; most bodies give themselves most of the points
    if len(both) < 2 or Decimal(len(both)) < _MOST * len(rows) or any(w <= 0 or s > w or s < 0 for w, s in both):
        return None
    whole = sum((w for w, _ in both), Decimal(0))
    full, less = sum(w == s for w, s in both), sum(s < w for w, s in both)
    if whole > _POINTS or sum((s for _, s in both), Decimal(0)) * 2 < whole:
        return None
    left = weight.index < score.index
    if less:
        text = f"“{score.label}”各格都不大于“{weight.label}”，{full} 格相等、{less} 格较小"
        return Ground(50 + (5 if left else 0), text, True)
    return Ground(30 + (10 if left else 0), f"“{score.label}”各格都等于“{weight.label}”" + ("，在它右边" if left else ""))


def _coefficients(weight: SeenColumn, score: SeenColumn, numeric: Sequence[SeenColumn], found: ColumnEvidence) -> None:
    """A column that times the weight is the score: kept as it is."""
    for other in numeric:
        if other in (weight, score):
            continue
        rows = [tuple(map(points_of, texts)) for texts in zip(weight.cells, other.cells, score.cells, strict=True)]
        whole = [row for row in rows if None not in row]
        for scale in (Decimal(1), _POINTS):
            fits = [w * c == s * scale for w, c, s in whole if w is not None and c is not None and s is not None]
            if len(fits) > 1 and all(fits):
                found.add(other, OTHER, Ground(40, f"“{weight.label}”乘以它就是“{score.label}”，是得分系数"))


def _sign_words(by: Composition | None) -> tuple[str, ...]:
    words = [] if by is None else [*by.operators, *by.meaning]
    return tuple(sorted(words, key=len, reverse=True))


def _bare(text: str, signs: Sequence[str]) -> str:
    """A value without its sign."""
    folded = fold(text)
    return next((folded[len(sign) :] for sign in signs if folded.startswith(sign)), folded)


def _alike(target: SeenColumn, actual: SeenColumn, signs: Sequence[str]) -> Ground | None:
    """Whether two columns hold values of one kind row by row: 95% beside 96%, 组织到位 beside 已组织到位."""
    rows = [(t, a) for t, a in zip(target.cells, actual.cells, strict=True) if t and a]
    if len(rows) < 2 or Decimal(len(rows)) < _MOST * len(target.filled):
        return None
    alike = sum(_same_kind(_bare(t, signs), _bare(a, signs)) for t, a in rows)
    if alike < _ALIKE * len(rows):
        return None
    signed = sum(_bare(t, signs) != fold(t) for t, _ in rows), sum(_bare(a, signs) != fold(a) for _, a in rows)
    done = sum(bool(_DONE.match(t)) for t, _ in rows), sum(bool(_DONE.match(a)) for _, a in rows)
    varied = any(_DIGITS.search(t) for t, _ in rows)
    points = int(40 * alike / len(rows)) + (0 if varied else -15)
    text = f"“{target.label}”和“{actual.label}”{len(rows)} 行里 {alike} 行写法相同"
    if signed[0] > signed[1]:
        text += f"，带 ≥、≤ 等符号的在“{target.label}”"
        return Ground(points + 20, text, signed[1] == 0)
    if done[1] > done[0] and not signed[1]:
        return Ground(points + 15, text + f"，“{actual.label}”里有“已”“完成”一类的字", not done[0])
    if signed == (0, 0) and done[0] <= done[1]:
        left = target.index < actual.index
        return Ground(points + (8 if left else 0), text + (f"，“{target.label}”在左边" if left else ""))
    return None


def _same_kind(one: str, other: str) -> bool:
    first, second = _DIGITS.sub("0", one), _DIGITS.sub("0", other)
    if "0" in first or "0" in second:
        return first.lstrip("-") == second.lstrip("-") or (len(first) > _TEN and fuzz.ratio(first, second) > 60)
    return fuzz.ratio(first, second) >= 50


# reasons


def _reasons(columns: Sequence[SeenColumn], found: ColumnEvidence) -> None:
    """A column that says something in just the rows that lost points, or is empty but for texts."""
    for (weight_label, score_label), ground in found.weight_score.items():
        by_label = {column.label: column for column in columns}
        weight, score = by_label[weight_label], by_label[score_label]
        lost = [_lost(w, s) for w, s in zip(weight.cells, score.cells, strict=True)]
        for column in columns:
            said = [len(text) > _SHORT_UNIT and not _is_number(text) for text in column.cells]
            if ground.settles and any(lost) and said == lost:
                found.add(column, "reason", Ground(45, f"只在没有得满分的 {sum(lost)} 行里有文字", sum(lost) > 1))


def _lost(weight: str, score: str) -> bool:
    full, got = points_of(weight), points_of(score)
    return full is not None and got is not None and got < full


def averaged(parts: Sequence[ColumnEvidence]) -> ColumnEvidence:
    """What several forms say together: points on average over the forms that have the column, the ground of the first; what one
    form contradicts is not settled."""
    made = ColumnEvidence()
    for name in ("single", "weight_score", "target_actual"):
        made_part: dict[tuple[str, str], Ground] = getattr(made, name)
        for key in dict.fromkeys(key for part in parts for key in _grounds(part, name)):
            grounds = [ground for part in parts if (ground := _grounds(part, name).get(key))]
            whole = len(grounds) == len(parts)
            points = sum(ground.points for ground in grounds) // len(parts)
            told = grounds[0].text + (f"（{len(parts)} 张表里 {len(grounds)} 张）" if len(parts) > 1 else "")
            made_part[key] = Ground(points, told, whole and any(ground.settles for ground in grounds))
    return made


def _grounds(part: ColumnEvidence, name: str) -> Mapping[tuple[str, str], Ground]:
    grounds: Mapping[tuple[str, str], Ground] = getattr(part, name)
    return grounds


def fields_of(found: ColumnEvidence, label: str) -> Iterator[tuple[str, Ground]]:
    """The fields that a column may be by its content, and by that of the columns beside it."""
    for (of, key), ground in found.single.items():
        if of == label:
            yield key, ground
    for pairs, keys in ((found.weight_score, ("weight", "score")), (found.target_actual, ("target", "actual"))):
        for pair, ground in pairs.items():
            for at, key in enumerate(keys):
                if pair[at] == label:
                    yield key, ground
