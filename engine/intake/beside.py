"""Earlier and approved records of the same body (`--with DIR`): which of them a bundle is held against, and why the others are not.

What a record is follows from what is in it: one without any actual or score is the targets as approved, one with actuals a
self-evaluation. Last year's self-evaluation and this year's approved targets are used; records of another body, of the same
or a later year, or of a year before the last are named and not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.errors import Problem
from engine.intake.bundle import Beside, Bundle
from engine.intake.collection import collect
from engine.policy.library import Library
from engine.submission.model import Form
from engine.values.known_names import folded

MOST_NAMED = 10
"""Records of one kind that are named one by one."""


def read_beside(paths: Sequence[Path], library: Library, exclude: Sequence[Path] = ()) -> tuple[list[Form], tuple[Problem, ...]]:
    """The forms that stand in these folders and files, and what was wrong with those that could not be read. Raises InputError
    where there are too many files to look at."""
    collection = collect(paths, library, unjudged=True, exclude=exclude)
    return [form for bundle in collection.bundles for form in bundle.submission.forms], collection.problems


def with_beside(bundle: Bundle, forms: Iterable[Form]) -> Bundle:
    """The bundle with those of the forms that it is held against; what was used and what was not is told with it."""
    units = {folded(form.unit) for form in bundle.submission.forms if form.unit}
    year = max((form.fiscal_year for form in bundle.submission.forms), default=0)
    used: dict[str, list[Form]] = {}
    for form in forms:
        used.setdefault(_use(form, units, year), []).append(form)
    beside = Beside(tuple(used.get(EARLIER, ())), tuple(used.get(APPROVED, ())))
    return replace(bundle, beside=beside, told=(*bundle.told, *_told(used)))


EARLIER, APPROVED = "用作上年结果", "用作批复的目标"
_NO_UNIT, _OTHER, _SAME = "没有填报单位，没有用", "别的单位的，没有用", "同一年度而填了完成值或得分的，没有用"
_LATER, _LONG_AGO, _UNFILLED = "年度在后的，没有用", "比上年度更早的，没有用", "上年度而没有填完成值的，没有用"
_ORDER = (EARLIER, APPROVED, _NO_UNIT, _OTHER, _SAME, _LATER, _LONG_AGO, _UNFILLED)


def _use(form: Form, units: set[str], year: int) -> str:
    """What a form is used for, or why it is not used."""
    if not form.unit or folded(form.unit) not in units:
        return _OTHER if form.unit else _NO_UNIT
    if form.fiscal_year > year:
        return _LATER
    if form.fiscal_year == year:
        return APPROVED if is_approved(form) else _SAME
    if form.fiscal_year < year - 1:
        return _LONG_AGO
    return _UNFILLED if is_approved(form) else EARLIER


def is_approved(form: Form) -> bool:
    """Whether a form holds targets and nothing of what came of them: no actual, no score, no total."""
    rows = [row for goal in form.goals for row in goal.indicators]
    filled = any(cell for row in rows for cell in (row.actual, row.score))
    return bool(rows) and not filled and not form.total and any(row.target for row in rows)


def _told(used: dict[str, list[Form]]) -> Iterator[str]:
    for use in _ORDER:
        if forms := used.get(use):
            named = "；".join(map(_name, forms[:MOST_NAMED]))
            more = f"；等 {len(forms)} 张" if len(forms) > MOST_NAMED else ""
            yield f"{use}：{named}{more}"


def _name(form: Form) -> str:
    return f"{form.place.file or '记录'}（{form.unit or '没有单位'}，{form.fiscal_year} 年度，{form.name}）"
