"""Conditions as an officer reads them. The one place that words them.

What was compiled is worded alone (`asked`) or with the values it was held against (`answered`); what the policy says is worded by
`Wording`, where parameters keep their names:

actual: {gte: {field: target}}        实际完成值 ≥ 目标值
rate: {lt: {param: low_execution}}    执行率 ＜ 参数“执行率偏低的界线”（90）
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from engine.language import fact_fields, fields
from engine.language.conditions import ANY, Condition, shown
from engine.language.model import Ref, Scalar
from engine.resources import shipped
from engine.values.numerals import plain
from engine.yaml.reader import words_of

WORDS = {
    "eq": "等于",
    "in": "是其中之一",
    "not_in": "不是其中之一",
    "gt": "大于",
    "gte": "大于等于",
    "lt": "小于",
    "lte": "小于等于",
    "contains": "含有",
    "not_contains": "不含",
    "matches": "匹配（正则）",
    "not_matches": "不匹配（正则）",
    "present": "有没有",
    "same_as": "与…相同",
    "differs_from": "与…不同",
}
"""The condition words, each by itself: what an officer chooses from."""
_SIGNS = {
    "eq": "＝",
    "ne": "≠",
    "gt": "＞",
    "gte": "≥",
    "lt": "＜",
    "lte": "≤",
    "in": "属于",
    "not_in": "不属于",
    "contains": "含",
    "not_contains": "不含",
    "matches": "匹配",
    "not_matches": "不匹配",
    "same_as": "＝",
    "differs_from": "≠",
}
"""The same between a field and a value."""
CODES = "policy/codes.yaml"
"""Where under `templates/` the words for coded values stand."""
_LISTED = 8


def asked(condition: Condition) -> str:
    """What a condition asks: `实际完成值 ≥ 目标值`, `名称 含 “投诉”、“事故”`."""
    test = condition.test
    if condition.options:
        return "（" + " 或 ".join(all_asked(option) for option in condition.options) + "）"
    if test.op in ("present", "absent"):
        return f"{condition.title} {'有' if test.op == 'present' else '没有'}"
    if isinstance(test.value, Ref):
        value = condition.other
    else:
        value = _listed(test.value, 5, " 等 {} 个") if isinstance(test.value, tuple) else shown(test.value)
    return f"{condition.title} {_SIGNS[test.op]} {value}"


def all_asked(conditions: Iterable[Condition]) -> str:
    """What conditions that hold together ask, in one line; empty where there are none."""
    return "，且 ".join(map(asked, conditions))


def answered(condition: Condition, own: Mapping[str, Scalar], bound: Mapping[str, Mapping[str, Scalar]] | None = None) -> str:
    """A condition with the values it was held against: `实际完成值（1）≥ 目标值（3）`.

    `own` are the values of the fact itself, `bound` those of the facts bound before, by alias.
    """
    test = condition.test
    if condition.options:
        return "（" + " 或 ".join("，且 ".join(answered(one, own, bound) for one in option) for option in condition.options) + "）"
    actual = f"{condition.title}（{_held(own, test.field)}）"
    source = f"（参数 {condition.params[0]}）" if condition.params else ""
    if test.op in ("present", "absent"):
        return actual + ("有" if test.op == "present" else "没有")
    if isinstance(test.value, Ref):
        there = (bound or {}).get(test.value.alias, {}) if test.value.alias else own
        name = f"{test.value.alias} 的{condition.other}" if test.value.alias else condition.other
        return f"{actual}{_SIGNS[test.op]} {name}（{_held(there, test.value.field)}）"
    if isinstance(test.value, tuple):
        return f"{actual}{_SIGNS[test.op]}：{_listed(test.value, 6, '等{}个')}{source}"
    return f"{actual}{_SIGNS[test.op]} {shown(test.value)}{source}"


def _held(values: Mapping[str, Scalar], name: str) -> str:
    return shown(values[name]) if name in values else "没有这一项"


def _listed(values: tuple[Scalar, ...], most: int, more: str) -> str:
    return "、".join(map(shown, values[:most])) + (more.format(len(values)) if len(values) > most else "")


def code(field: str, value: str) -> str:
    """What people call a coded value of a field (`inverse` is 反向); the value itself where it is no code."""
    return codes().get(field, {}).get(value, value)


@cache
def codes() -> Mapping[str, Mapping[str, str]]:
    """What people call the coded values of each field that has some, as `templates/` words them."""
    named: Mapping[str, Mapping[str, str]] = words_of(shipped("templates") / CODES)
    return {**named, "target_kind": named["kind"], "actual_kind": named["kind"]}


class Wording:
    """The names a policy's conditions use: titles of fields by kind of fact, labels of parameters and tiers."""

    def __init__(self, sections: Mapping[str, Any]) -> None:
        self.params: Mapping[str, Any] = sections.get("parameters", {})
        tiers = sections.get("scoring", {}).get("qualitative", {}).get("tiers", ())
        self.tiers = {str(tier["tier"]): str(tier.get("label", tier["tier"])) for tier in tiers}
        natures = tuple(sections.get("scoring", {}))
        tables = {
            **fields.stages(tuple(self.tiers), natures),
            "execution": fields.EXECUTION,
            "total": fields.TOTAL,
            "grades": fields.GRADING,
        }
        self.facts = {
            kind: {name: field.title for name, field in known.items()}
            for kind, known in (*tables.items(), *fact_fields.FACTS.items())
        }
        """Titles by table or kind of fact, and name."""
        for name, measure in sections.get("measures", {}).items():
            self.facts.setdefault(measure["per"], {})[name] = measure["title"]

    def field(self, name: str, kind: str) -> str:
        """What officers call a field of a kind of fact, or of what a table is asked about."""
        return self.facts.get(kind, {}).get(name, "计分办法" if name == "nature" else name)

    def parameter(self, name: str) -> str:
        """A parameter by its label and value."""
        known = self.params.get(name)
        if not known:
            return f"参数 {name}"
        value = known["value"]
        shown = f"{len(value)} 个词" if isinstance(value, list) else self.value(value) + str(known.get("unit", ""))
        return f"参数“{known['label']}”（{shown}）"

    def value(self, value: Any, name: str = "") -> str:
        """A value of the field `name`: codes in words, numbers plain, texts as they are."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int | Decimal):
            return plain(Decimal(value))
        if isinstance(value, Mapping) and set(value) == {"param"}:
            return self.parameter(str(value["param"]))
        if isinstance(value, Mapping):
            return "，".join(f"{key} {self.value(inner)}" for key, inner in value.items())
        if isinstance(value, list | tuple):
            rest = f" 等 {len(value)} 个" if len(value) > _LISTED else ""
            return "、".join(self.value(item, name) for item in value[:_LISTED]) + rest
        if name == "attainment":
            return self.tiers.get(str(value), {"unknown": "判断不了"}.get(str(value), str(value)))
        return code(name, str(value)) or "（空）"

    def requirement(self, name: str, written: Any, kind: str, kinds: Mapping[str, str] | None = None) -> str:
        """One field's requirement. `kind` is the table's name or the kind of fact, `kinds` that of the facts bound by alias."""
        if name == ANY and isinstance(written, list):
            return "（" + " 或 ".join(self.conditions(option, kind, kinds) for option in written) + "）"
        return "，且 ".join(self._tests(name, written, kind, kinds or {}))

    def conditions(self, when: Mapping[str, Any], kind: str, kinds: Mapping[str, str] | None = None) -> str:
        """All requirements of a `when`, in one line."""
        return "，且 ".join(self.requirement(name, written, kind, kinds) for name, written in when.items())

    def _tests(self, name: str, written: Any, kind: str, kinds: Mapping[str, str]) -> Iterator[str]:
        title = self.field(name, kind)
        if not isinstance(written, Mapping) or set(written) <= {"param", "field"}:
            written = {"eq": written}
        for op, value in written.items():
            if op == "present":
                yield f"{'有' if value else '没有'}{title}"
            elif op == "between":
                yield f"{title} 在 {self.value(value[0])} 至 {self.value(value[1])} 之间"
            elif op in ("same_as", "differs_from"):
                yield f"{title} {_SIGNS[op]} {self._other(str(value), kind, kinds)}"
            elif isinstance(value, Mapping) and set(value) == {"field"}:
                yield f"{title} {_SIGNS[op]} {self._other(str(value['field']), kind, kinds)}"
            else:
                yield f"{title} {_SIGNS.get(op, op)} {self.value(value, name)}"

    def _other(self, written: str, kind: str, kinds: Mapping[str, str]) -> str:
        alias, _, name = written.rpartition(".")
        return f"{alias} 的{self.field(name, kinds.get(alias, ''))}" if alias else self.field(name, kind)

    def patterns(self, when: Iterable[Mapping[str, Any]]) -> str:
        """The facts of a rule that hold together, in one line."""
        entries = [next(iter(entry.items())) for entry in when]
        kinds = {alias: str(data["fact"]) for alias, data in entries}
        return "；".join(self.pattern(alias, data, kinds) for alias, data in entries)

    def pattern(self, alias: str, data: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
        """One fact of a rule with its conditions."""
        kind = str(data["fact"])
        when = {name: value for name, value in data.items() if name != "fact"}
        said = self.conditions(when, kind, kinds)
        named = fact_fields.TITLES.get(kind, kind)
        lead = f"没有这样的{named}" if alias == "without" else f"{named} {alias}"
        return f"{lead}：{said}" if said else lead
