"""Header rows of the indicators: which column is which field, where two columns have one name or one has none."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from engine.documents.model import Row
from engine.forms.columns import OTHER, Columns, one_line
from engine.forms.labels import Label, Labels, fold
from engine.forms.model import Layout
from engine.forms.unconfirmed import add_guess, doubtful_fields, guess_of, why
from engine.submission.model import Doubt

_LEVELS = ("level1", "level2", "name")
_ALIKE = ("nature", "operator", "unit", "level1", "level2")
_EXPECTED = ("level1", "target", "actual", "score")
"""Fields of a self-evaluation form: what a form has no column for is told. Weights may stand behind the names."""
_VALUES = ("target", "actual", "score")
_OF_A_YEAR = ("target", "actual")
"""Fields of which a form may have one column for each of several times."""
_SLIP = 3
"""A label of so many characters with one wrong is that label; 单价 is not 单位."""


def read_header(
    row: Row, layout: Layout, found: Sequence[tuple[int, Label]], doubts: list[Doubt], headings: Container[int] = ()
) -> Columns:
    """The columns of the indicators. What two columns are called by, what nobody listed and what is missing is told; `headings`
    are cells that are no column.

    Of two columns for one field the first that is written down counts, the other is kept under its own label; of two columns of
    targets or of actuals the one that says it is of the whole year, and none of them for certain where that does not tell. Columns
    of another time (上年, 半年) are none of these. A column of weights beside a level is that level's; several columns of reasons
    are one. What may be called something else, too (备注 for the reasons), counts where no other column does.
    """
    labels, others = layout.columns, layout.other_columns
    elsewhen = {n for n, cell in enumerate(row) if cell and _is_elsewhen(cell.text, layout)}
    found = [item for item in [*found, *_of_the_year(row, layout, found)] if item[0] not in elsewhen]
    unlisted: list[int] = []
    listed = _with_slips(row, layout, dict(found), doubts, [*elsewhen, *(n for n in range(len(row)) if n in headings)])
    names, twice = _named_by_labels(row, layout, listed, doubts)
    _stand_in(row, layout.stand_ins, names, [*elsewhen, *(n for n in range(len(row)) if n in headings)])
    first = min(names)
    for index, cell in enumerate(row):
        if not cell or index in names or (index < first and not others.find(cell.text)):
            continue
        names[index] = OTHER + one_line(cell.text)
        if not others.find(cell.text):
            unlisted.append(index)
    if (beside := _names_beside_levels(names, [index for index in unlisted if index not in elsewhen])) is not None:
        text = one_line(row[beside].text)
        names[beside] = "name"
        unlisted.remove(beside)
        doubts.append(Doubt("column_misspelt", text, text, row[beside].place, taken=_usual("name", labels)))
    nameless = "name" not in names.values() and any(index not in elsewhen for index in unlisted)
    _named(names)
    missing = {key: _usual(key, labels) for key in _EXPECTED if key not in names.values()}
    if nameless:  # which way is better is read from the names
        missing["name"] = _usual("name", labels)
    doubtful = _unread(row, names, missing, [index for index in unlisted if index not in elsewhen])
    _tell(row, missing, doubtful, unlisted, elsewhen, doubts)
    guessed = [(index, listed[index]) for index in sorted(listed) if listed[index].unconfirmed]
    for index, label in guessed:
        add_guess(doubts, guess_of(label, row[index], labels))
    unsure = doubtful_fields((names[index], why(label, row[index].text, labels)) for index, label in guessed)
    return Columns.of(tuple(names.items()), len(row), {**unsure, **doubtful}, twice)


def _named_by_labels(
    row: Row, layout: Layout, listed: Mapping[int, Label], doubts: list[Doubt]
) -> tuple[dict[int, str], dict[str, str]]:
    """The field of each column by its label, and the fields that two columns have without anything that tells them apart, each with
    the label of the one that does not count."""
    names: dict[int, str] = {}
    twice: dict[str, str] = {}
    for index in sorted(listed):
        label = listed[index]
        key = _weight_of(index, listed) if label.key == "weight" else label.key
        before = next((at for at, name in names.items() if name == key), None)
        if before is None or key == "reason":
            names[index] = key
            continue
        counts, kept, alike = _of_two(row, layout, label, key, (before, index))
        names[counts], names[kept] = key, OTHER + one_line(row[kept].text)
        if key in _ALIKE:
            continue  # what each of them says is told by what stands in it
        text = one_line(row[kept].text)
        if alike:
            twice[key] = text
        doubts.append(Doubt("column_twice", label.texts[0], text, row[kept].place, taken=one_line(row[counts].text)))
    return names, twice


def _tell(
    row: Row,
    missing: Mapping[str, str],
    doubtful: Mapping[str, str],
    unlisted: Sequence[int],
    elsewhen: Container[int],
    doubts: list[Doubt],
) -> None:
    """Columns that nobody listed, those that may be one that is missing by what they may be; and the columns that are missing."""
    place = next(cell.place for cell in row if cell)
    for index in unlisted:
        text = one_line(row[index].text)
        if index not in elsewhen and any(key in doubtful for key in missing):
            meant = "、".join(usual for key, usual in missing.items() if key in doubtful)
            doubts.append(Doubt("unread_column", text, text, row[index].place, readings=meant))
        else:
            doubts.append(Doubt("column_unlisted", text, text, row[index].place))
    for key, usual in missing.items():
        if key not in doubtful:
            doubts.append(Doubt("column_missing", usual, "、".join(one_line(cell.text) for cell in row if cell), place))


def _of_two(row: Row, layout: Layout, label: Label, key: str, both: tuple[int, int]) -> tuple[int, int, bool]:
    """Of two columns (the earlier first) for one field: which counts, which is kept under its own label, and whether nothing tells
    them apart."""
    before, index = both
    ranks = label.rank(row[index].text), label.rank(row[before].text)
    year = [any(p.search(row[at].text) for p in layout.whole_year) for at in (index, before)] if key in _OF_A_YEAR else []
    if year and year[0] != year[1]:
        counts, kept = (index, before) if year[0] else (before, index)
    else:
        counts, kept = (index, before) if ranks[0] < ranks[1] else (before, index)
    return counts, kept, year[:1] == year[1:] if year else ranks[0] == ranks[1]


def _names_beside_levels(names: Mapping[int, str], unlisted: Sequence[int]) -> int | None:
    """The column nobody listed that can only be that of the names: the one between the levels and the values, where none is."""
    if "name" in names.values():
        return None
    levels = [index for index, name in names.items() if name in ("level1", "level2")]
    values = [index for index, name in names.items() if name in _VALUES]
    between = [index for index in unlisted if levels and values and max(levels) < index < min(values)]
    return between[0] if len(between) == 1 else None


def _usual(key: str, labels: Labels) -> str:
    """What the column of a field is usually called."""
    return next(label.texts[0] for label in labels.items if label.key == key)


def _unread(row: Row, names: dict[int, str], missing: Mapping[str, str], unlisted: Sequence[int]) -> dict[str, str]:
    """Why fields that lack their column are not certain to lack it: a column nobody listed may be theirs. Where there is one of
    each, its cells are kept as that field's, in doubt."""
    lacking = {key: usual for key, usual in missing.items() if key in (*_VALUES, "name")}
    if not lacking or not unlisted:
        return {}
    if len(lacking) == len(unlisted) == 1 and "name" not in lacking:
        names[unlisted[0]] = next(iter(lacking))
    called = "、".join(f"“{one_line(row[index].text)}”" for index in unlisted)
    why = {key: f"没有“{usual}”一栏，{called}一栏可能就是" for key, usual in lacking.items()}
    if name := why.get("name"):
        why |= {key: name for key in _OF_A_YEAR if key not in why}
    return why


def _is_elsewhen(text: str, layout: Layout) -> bool:
    """Whether a heading says another time; one that a layout writes down is what the layout says."""
    return layout.columns.listed(text) is None and any(pattern.search(text) for pattern in layout.other_times)


def _of_the_year(row: Row, layout: Layout, found: Sequence[tuple[int, Label]]) -> list[tuple[int, Label]]:
    """The columns of targets and actuals whose headings say beside that that they are of the year (年末实际值)."""
    known = {index for index, _ in found}
    more: list[tuple[int, Label]] = []
    for index, cell in enumerate(row):
        said = next(filter(None, (p.search(cell.text) for p in layout.whole_year)), None) if cell and index not in known else None
        label = layout.columns.listed(cell.text.replace(said.text, "", 1)) if said else None
        if label is not None and label.key in _OF_A_YEAR:
            more.append((index, label))
    return more


def _stand_in(row: Row, stand_ins: Labels, names: dict[int, str], left_out: Container[int]) -> None:
    """Give the fields no column is called by to those that may stand for them: the names to one before the values, the reasons to
    all of them."""
    known = frozenset(names.values())
    values = min((index for index, name in names.items() if name in _VALUES), default=len(row))
    for index, cell in enumerate(row):
        label = stand_ins.find(cell.text) if cell and index not in names and index not in left_out else None
        if label is None or label.key in known or (label.key == "name" and index > values):
            continue
        if label.key == "reason" or label.key not in names.values():
            names[index] = label.key


def _with_slips(
    row: Row, layout: Layout, found: dict[int, Label], doubts: list[Doubt], left_out: Container[int]
) -> dict[int, Label]:
    """The labels with those added that have one character wrong, where the form has no other column for their field."""
    labels, others = layout.columns, layout.other_columns
    out = dict(found)
    keys = {label.key for label in found.values()}
    for index, cell in enumerate(row):
        if not cell or index in out or index in left_out or others.find(cell.text) or len(fold(cell.text)) < _SLIP:
            continue
        meant = labels.misspelt(cell.text)
        label = labels.listed(meant) if meant else None
        if label and label.key not in keys:
            out[index] = label
            keys.add(label.key)
            doubts.append(Doubt("column_misspelt", one_line(cell.text), one_line(cell.text), cell.place, taken=meant))
    return out


def _weight_of(index: int, listed: Mapping[int, Label]) -> str:
    """Whose weight a column is: that of the level on its left, where another level or the names follow on its right."""
    left = [listed[at].key for at in sorted(listed) if at < index and listed[at].key in _LEVELS]
    right = any(at > index and label.key in _LEVELS for at, label in listed.items())
    return f"{left[-1]}_weight" if left and right and left[-1] != "name" else "weight"


def _named(names: dict[int, str]) -> None:
    """Where no column holds the names, those of the lowest level are the names."""
    if "name" in names.values():
        return
    for level in ("level2", "level1"):
        index = next((index for index, name in names.items() if name == level), None)
        if index is not None:
            names[index] = "name"
            return
