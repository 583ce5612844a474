"""Tiers and grades of a policy: bands that cover everything from the top to 0, told where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.policy.model import Band
from engine.policy.values import Values
from engine.yaml.reader import Path_


def bands(values: Values, key: str, items: list[Mapping[str, Any]], path: Path_, top: Decimal) -> tuple[Band, ...]:
    """Tiers or grades, best first: floors fall strictly, the last reaches 0, none above `top`."""
    out: list[Band] = []
    broken = False
    above: Band | None = None
    for index, item in enumerate(items):
        at = (*path, index)
        if ("from" in item) == ("above" in item):
            values.add(at, f"“{item[key]}”的下限要写 from（含）或 above（不含）其中一个", "from: 数字")
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
            values.add(where, f"{said} 超出范围{named}", f"0 至 {top}")
        elif read and above is not None and not floor < above.floor:
            values.add(where, f"{said} 不低于上一档“{above.id}”的 {above.floor}{named}", "自上而下逐档降低")
        if any(band.id == str(item[key]) for band in out):
            values.add((*at, key), f"“{item[key]}”重复", "各档名称不同")
        out.append(Band(str(item[key]), str(item.get("label", item[key])), floor, included, item["basis"], values.place(at)))
        above = out[-1] if read and 0 <= floor <= top else above
    if out and not broken and (out[-1].floor != 0 or not out[-1].floor_included):
        missing = f"0 到 {out[-1].floor} 没有归属：缺少最末一档"
        values.add((*path, len(items) - 1), missing, "最末一档写 from: 0")
    return tuple(out)
