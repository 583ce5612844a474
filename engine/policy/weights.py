"""Weights of a policy's parts: one mapping for every form, or an ordered table chosen by what the form has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import Problem, nearest
from engine.language.tables import Reader
from engine.policy.model import Scheme, Weights
from engine.yaml.reader import Path_

Points = Callable[[Any, Path_], Decimal]
"""Points as written, a number or {param: …}; what is wrong with them is told."""
Spot = Callable[[Path_, Iterable[Any]], Path_]
"""Where a wrong sum is to be put right: the path, or the parameter among what is written there."""
_HOME: Path_ = ("scoring", "weights")


def weights(data: Mapping[str, Any], reader: Reader, points: Points, spot: Spot) -> Weights:
    """The `scoring.weights` of a policy. `reader` knows the fields that choose (`fields.weighing`): the names of the taxonomy.

    Everything wrong is added to the reader's problems at its line.
    """
    full, execution = points(data["full_score"], (*_HOME, "full_score")), points(data["execution"], (*_HOME, "execution"))
    around = [data["full_score"], data["execution"]]
    level1 = _level1(data.get("level1", {}), _HOME, full, execution, reader, points)
    _sum(data.get("level1", {}), level1, _HOME, full, execution, reader, spot, around)
    if "level1" in data and "cases" in data:
        _add(reader, (*_HOME, "cases"), "level1 和 cases 只写其中一个", "各表分值相同写 level1，看情形而定写 cases")
    schemes = []
    items = data.get("cases", [])
    for index, item in enumerate(items):
        at: Path_ = (*_HOME, "cases", index)
        conditions = reader.conditions(item, at)
        own = _level1(item["level1"], at, full, execution, reader, points)
        _sum(item["level1"], own, at, full, execution, reader, spot, around)
        schemes.append(Scheme(item["case"], item.get("label", ""), conditions, own, item["basis"], reader.scope.locate(at)))
    if items:
        reader.order(items, _HOME, "一条 otherwise: true，写明其余的表各部分几分")
    return Weights(full, execution, level1, data["basis"], tuple(schemes))


def _level1(
    data: Mapping[str, Any], path: Path_, full: Decimal, execution: Decimal, reader: Reader, points: Points
) -> dict[str, Decimal]:
    """The points of each 一级指标 at `path`.level1: names of the taxonomy."""
    level1 = {name: points(value, (*path, "level1", name)) for name, value in data.items()}
    known = [name for name in reader.scope.fields if name != "form_kind"]
    for name in level1:
        if name not in known:
            _add(reader, (*path, "level1", name), f"指标体系里没有“{name}”", "、".join(known), nearest(name, known))
    return level1


def _sum(
    written: Mapping[str, Any],
    level1: Mapping[str, Decimal],
    path: Path_,
    full: Decimal,
    execution: Decimal,
    reader: Reader,
    spot: Spot,
    around: list[Any],
) -> None:
    """The points add up to the full score with the execution."""
    if level1 and execution + sum(level1.values()) != full:
        parts = " + ".join(map(str, [execution, *level1.values()]))
        where = spot(path, [*around, *written.values()])
        said = f"（预算执行 {execution}，{'、'.join(f'{name} {points}' for name, points in level1.items())}）"
        message = f"各部分分值 {parts} = {execution + sum(level1.values())}，不等于总分 {full}{said}"
        also = "" if where == path else "；各一级指标的分值在 scoring.weights，一并改"
        _add(reader, where, message, f"相加等于总分{also}")


def _add(reader: Reader, path: Path_, message: str, expected: str = "", close: str = "") -> None:
    reader.problems.append(Problem(reader.scope.locate(path), message, expected, close, "policy"))
