"""Values and words copied a second time from the document they come from: what a policy says is held against the copy.

For what no record shows (the clause a parameter rests on, each word of a long list), and for a number typed wrongly in a place
where few forms come to it. Two people, or one person twice, reading the document do not make the same slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.errors import Place, nearest
from engine.policy.resolved import Resolved
from engine.soundness.tests.records import Unusable
from engine.yaml.reader import Path_

_NAMED = ("case", "tier", "grade", "id", "title", "name")
"""Keys by which an entry of a list is called, the first it has."""


def compare_copied(
    test: Mapping[str, Any], resolved: Resolved, aside: Callable[[Place], bool], *, own: bool
) -> tuple[str, dict[str, Any]]:
    """What differs (Chinese, empty if nothing does), and the test as it would hold. What is `aside` is not looked at, nor what an
    inherited test (not `own`) names that the policy no longer has.

    Raises Unusable for a name that leads nowhere.
    """
    wrong: list[str] = []
    now: dict[str, Any] = {}
    for name, wanted in test["written"].items():
        path = path_of(name, resolved.sections)
        if path is None and not own:
            continue
        if path is None:
            raise Unusable(f"政策里没有“{name}”", "部分.名称.项，如 parameters.上限.value", nearest(name, [*_names(resolved)]))
        came = _at(resolved.sections, path)
        if not aside(resolved.place(path)):
            wrong += [f"{at}{told}" for at, told in _differing(wanted, came, name)]
            now[name] = _kept(wanted, came)
        else:
            now[name] = wanted
    return "；".join(wrong), {**test, "written": now}


def path_of(name: str, data: Any) -> Path_ | None:
    """Where a name leads, like `scoring.quantitative.cases.met.basis`; entries of lists are called by what names them. None if
    it leads nowhere."""
    parts = name.split(".")
    if not name:
        return ()
    for length in range(1, len(parts) + 1):
        key = ".".join(parts[:length])
        step = _step(key, data)
        if step is not None:
            rest = path_of(".".join(parts[length:]), data[step])
            if rest is not None:
                return (step, *rest)
    return None


def name_of(path: Path_, data: Any) -> str:
    """The name that leads to a path."""
    out: list[str] = []
    for step in path:
        out.append(_called(data[step], step) if isinstance(step, int) else step)
        data = data[step]
    return ".".join(out)


def _step(key: str, data: Any) -> str | int | None:
    if isinstance(data, Mapping):
        return key if key in data else None
    if isinstance(data, Sequence) and not isinstance(data, str):
        return next((index for index, item in enumerate(data) if _called(item, index) == key), None)
    return None


def _called(item: Any, index: int) -> str:
    if isinstance(item, Mapping):
        return next((str(item[key]) for key in _NAMED if key in item), str(index))
    return str(index)


def _at(data: Any, path: Path_) -> Any:
    for step in path:
        data = data[step]
    return data


def _names(resolved: Resolved) -> Iterator[str]:
    for section, part in resolved.sections.items():
        if isinstance(part, Mapping):
            yield from (f"{section}.{key}" for key in part)


def _differing(wanted: Any, came: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each difference, with the name of where it is."""
    if isinstance(wanted, Mapping) and isinstance(came, Mapping):
        for key, value in wanted.items():
            if key in came:
                yield from _differing(value, came[key], f"{name}.{key}")
            else:
                yield f"{name}.{key}", " 没有写"
    elif isinstance(wanted, list) and isinstance(came, list):
        gone = [str(word) for word in wanted if word not in came]
        more = [str(word) for word in came if word not in wanted]
        if gone:
            yield name, f" 少了“{'”“'.join(gone)}”"
        if more:
            yield name, f" 多了“{'”“'.join(more)}”"
    elif not _same(wanted, came):
        yield name, f" 应为 {_shown(wanted)}，是 {_shown(came)}"


def _same(wanted: Any, came: Any) -> bool:
    if isinstance(came, int | Decimal) and not isinstance(came, bool) and not isinstance(wanted, bool):
        try:
            return Decimal(str(wanted)) == came
        except InvalidOperation:
            return False
    return bool(wanted == came)


def _kept(wanted: Any, came: Any) -> Any:
    """What the policy says of what is copied: of a mapping only the keys that are."""
    if isinstance(wanted, Mapping) and isinstance(came, Mapping):
        return {key: _kept(value, came[key]) for key, value in wanted.items() if key in came}
    return came


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "另一种写法"
    return "是" if value is True else "否" if value is False else "空" if value in ("", None) else str(value)
