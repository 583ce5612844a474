"""答复.yaml beside the forms: what a person said once, and what of it is not used and why.

The file is no record; the forms in its folder (or given together with it) are read by it. An answer that fits no row, contradicts
another or is no known word is told with its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from engine.errors import InputError, Place, Problem, system_reason
from engine.files import displayed
from engine.submission.model import Form, KnownIndicator
from engine.values.known_names import folded, key_of
from engine.yaml.reader import YamlDocument, load_file

NAMES = ("答复.yaml", "答复.yml")
PASSED_OVER = "答复，不是自评表；与它放在一起的表照它读"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """That a unit is of a place, who said so, and where it is written."""

    unit: str
    name: str
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The answers of a file that can be used, and what is to be said of the others."""

    file: str
    answers: tuple[KnownIndicator, ...] = ()
    told: tuple[str, ...] = ()
    places: tuple[KnownPlace, ...] = ()


def is_answers(path: Path) -> bool:
    """Whether a file holds answers and no form, by its name."""
    return path.name in NAMES


def beside(folder: Path) -> tuple[AnswerFile, ...]:
    """The answer files of a folder; none if it has none."""
    return tuple(read(folder / name) for name in NAMES if (folder / name).is_file())


def read(path: Path) -> AnswerFile:
    """An answer file. Nothing is raised for what is wrong with it: it is told, and what is right is used."""
    try:
        stat = path.stat()
    except OSError as error:
        return AnswerFile(displayed(path), told=(f"{displayed(path)}：答复读不了：{system_reason(error)}",))
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _size: int) -> AnswerFile:
    name = displayed(path)
    try:
        document = load_file(path, InputError, name)
    except InputError as error:
        return AnswerFile(name, told=tuple(map(_not_used, error.problems)))
    except OSError as error:
        return AnswerFile(name, told=(f"{name}：答复读不了：{system_reason(error)}",))
    from engine.yaml import schema as schemas

    told = [_not_used(problem) for problem in schemas.check(document, "answers")]
    answers, doubts = _agreeing(_answers(document))
    places, more = _one_place(_places(document))
    return AnswerFile(name, answers, (*told, *doubts, *more), places)


def _places(document: YamlDocument) -> list[KnownPlace]:
    """The entries of `places` that fit the schema."""
    return [
        KnownPlace(str(item["unit"]), str(item["place"]), str(item["source"]), document.place(("places", index)))
        for index, item in _fitting(document, "places")
    ]


def _one_place(places: Iterable[KnownPlace]) -> tuple[tuple[KnownPlace, ...], tuple[str, ...]]:
    """The places without those of which two say another place of one unit: neither is used."""
    groups: dict[str, list[KnownPlace]] = {}
    for place in places:
        groups.setdefault(folded(place.unit), []).append(place)
    kept, told = [], []
    for same in groups.values():
        first, other = same[0], next((one for one in same if folded(one.name) != folded(same[0].name)), None)
        if other is None:
            kept.append(first)
        else:
            told.append(f"{other.place}：“{other.unit}”的地区与 {first.place} 的不同，两条都没有用")
    return tuple(kept), tuple(told)


def _fitting(document: YamlDocument, key: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The entries of a list that fit the schema, with their numbers."""
    from engine.yaml import schema as schemas

    wrong = {
        refusal.path[1] for refusal in schemas.refusals(document, "answers") if len(refusal.path) > 1 and refusal.path[0] == key
    }
    data = document.data if isinstance(document.data, dict) else {}
    entries = data.get(key, [])
    for index, item in enumerate(entries if isinstance(entries, list) else []):
        if index not in wrong:
            yield index, item


def _answers(document: YamlDocument) -> list[KnownIndicator]:
    """The entries that fit the schema."""
    return [
        KnownIndicator(
            str(item["name"]),
            str(item["direction"]),
            str(item.get("unit", "")),
            str(item.get("level2", "")),
            str(item["source"]),
            document.place(("known_indicators", index)),
        )
        for index, item in _fitting(document, "known_indicators")
    ]


def _agreeing(answers: Iterable[KnownIndicator]) -> tuple[tuple[KnownIndicator, ...], tuple[str, ...]]:
    """The answers without those of which two say different things of one indicator: neither is used."""
    groups: dict[tuple[str, str, str], list[KnownIndicator]] = {}
    for answer in answers:
        groups.setdefault(key_of(answer), []).append(answer)
    kept, told = [], []
    for same in groups.values():
        first = same[0]
        other = next((answer for answer in same if answer.means != first.means), None)
        if other is None:
            kept.append(first)
        else:
            told.append(f"{other.place}：“{other.name}”的答复与 {first.place} 的相反，两条都没有用")
    return tuple(kept), tuple(told)


def answered(forms: Iterable[Form], files: Sequence[AnswerFile]) -> tuple[Form, ...]:
    """The forms with the answers that are about one of their indicators."""
    if not any(file.answers for file in files):
        return tuple(forms)
    kept, _ = _agreeing(answer for file in files for answer in file.answers)
    out = []
    for form in forms:
        names = {folded(indicator.name) for goal in form.goals for indicator in goal.indicators}
        fitting = tuple(answer for answer in kept if folded(answer.name) in names)
        out.append(replace(form, answers=(*form.answers, *fitting)) if fitting else form)
    return tuple(out)


def placed(forms: Iterable[Form], files: Sequence[AnswerFile]) -> str:
    """The place that answers give of the one unit all the forms are of; empty where none does."""
    units = {folded(form.unit) for form in forms}
    known, _ = _one_place(place for file in files for place in file.places)
    return next((place.name for place in known if units == {folded(place.unit)}), "")


def told_of(files: Sequence[AnswerFile], forms: Iterable[Form]) -> list[str]:
    """What is to be said of answer files once all forms they are about were read: what is wrong in them, what fits no row."""
    files, forms = list(dict.fromkeys(files)), list(forms)
    used = {answer.place for form in forms for answer in form.answers}
    units = {folded(form.unit) for form in forms}
    kept, doubts = _agreeing(answer for file in files for answer in file.answers)
    out = [line for file in files for line in file.told]
    out += [line for line in doubts if line not in out]
    out += [f"{answer.place}：表上没有“{answer.name}”这个指标，这条答复没有用" for answer in kept if answer.place not in used]
    places, doubts_of_places = _one_place(place for file in files for place in file.places)
    out += [line for line in doubts_of_places if line not in out]
    out += [f"{one.place}：没有“{one.unit}”的表，这条答复没有用" for one in places if folded(one.unit) not in units]
    return out


def _not_used(problem: Problem) -> str:
    return f"{problem}；这条答复没有用"
