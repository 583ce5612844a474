"""Weights of a policy's parts: one mapping for every form, or an ordered table chosen by what the form has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import Problem, nearest
from engine.language import fields as catalogue
from engine.language.tables import Reader
from engine.policy.model import Band, Scheme, Weights
from engine.policy.values import Values
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
        message, remedy = "level1 和 cases 只写其中一个", "各表分值相同写 level1，看情形而定写 cases"
        _add(reader, (*_HOME, "cases"), message, remedy, code="weights.both")
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
            message, close = f"指标体系里没有“{name}”", nearest(name, known)
            at: Path_ = (*path, "level1", name)
            _add(reader, at, message, "、".join(known), close, code="weights.no-level1", names=("taxonomy", name))
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
        _add(reader, where, message, f"相加等于总分{also}", code="weights.sum")


def _add(
    reader: Reader, path: Path_, message: str, expected: str = "", close: str = "", *, code: str, names: tuple[str, ...] = ()
) -> None:
    reader.problems.append(Problem(reader.scope.locate(path), message, expected, close, code=code, names=names))


def bands(values: Values, key: str, items: list[Mapping[str, Any]], path: Path_, top: Decimal) -> tuple[Band, ...]:
    """Tiers or grades, best first: floors fall strictly, the last reaches 0, none above `top`."""
    out: list[Band] = []
    broken = False
    above: Band | None = None
    for index, item in enumerate(items):
        at = (*path, index)
        if ("from" in item) == ("above" in item):
            values.add(at, f"“{item[key]}”的下限要写 from（含）或 above（不含）其中一个", "from: 数字", code="bands.floor")
        included, before = "from" in item, len(values.problems)
        floor = values.number(item.get("from", item.get("above", 0)), (*at, "from" if included else "above"))
        read = len(values.problems) == before  # a floor that could not be read says nothing of the others
        broken = broken or not read
        where: Path_ = (*at, "from")
        param = item["from"].get("param") if isinstance(item.get("from"), dict) else None
        if param:  # what is to be changed is where the parameter has its value
            where = ("parameters", param, "value")
        elif index:
            where = values.spot(where, [items[index - 1].get("from", items[index - 1].get("above"))])
        said, named = f"“{item[key]}”的下限 {floor}", f"（参数 {param}）" if param else ""
        if read and not 0 <= floor <= top:
            values.add(where, f"{said} 超出范围{named}", f"0 至 {top}", code="bands.range")
        elif read and above is not None and not floor < above.floor:
            values.add(
                where,
                f"{said} 不低于上一档“{above.id}”的 {above.floor}{named}",
                "自上而下逐档降低",
                code="bands.order",
                names=(above.id,),
            )
        if any(band.id == str(item[key]) for band in out):
            values.add((*at, key), f"“{item[key]}”重复", "各档名称不同", code="bands.twice")
        asked = (
            values.reader(catalogue.GRADING).scope.compile(item["when"], (*at, "when"), values.problems) if "when" in item else ()
        )
        if asked and index == len(items) - 1:
            values.add((*at, "when"), f"最末一档“{item[key]}”不能有条件：不符合的表没有等级", "去掉 when", code="bands.last-when")
        name = str(item[key])
        out.append(Band(name, str(item.get("label", name)), floor, included, item["basis"], values.place(at), asked))
        above = out[-1] if read and 0 <= floor <= top else above
    if out and not broken and (out[-1].floor != 0 or not out[-1].floor_included):
        missing = f"0 到 {out[-1].floor} 没有归属：缺少最末一档"
        values.add((*path, len(items) - 1), missing, "最末一档写 from: 0", code="bands.gap")
    return tuple(out)
