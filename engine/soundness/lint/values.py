"""Lints of parameters: values that do not fit their unit, numbers written as text, what nobody uses, what was only copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.errors import nearest
from engine.policy.files import MAX_REMEMBERED
from engine.policy.identity import Itself
from engine.policy.resolved import bases, cited
from engine.resources import shipped
from engine.soundness.lint.codes import INFO
from engine.soundness.lint.subject import Subject, numeric, parameters_named
from engine.values.numerals import plain
from engine.yaml.reader import Path_, YamlDocument, walk

_COUNTED = ("个", "字", "次", "人", "项", "张", "条", "篇", "天", "年", "月", "户", "家")
_NUMBER_TEXT = re.compile(r"\s*[-+−]?[0-9０-９]+([.．,，][0-9０-９]+)*\s*([%％‰]|分|个|百分点|成)?\s*")


_MAX_TEXTS = 128


def check(subject: Subject) -> None:
    """Parameters, clauses, measures and conclusions, each by itself and by who uses it."""
    for name, item in subject.data.get("parameters", {}).items():
        _unit(subject, name, item)
        _scale(subject, name, item)
    _unused_parameters(subject)
    _unused_clauses(subject)
    _unused_measures(subject)
    _unused_conclusions(subject)


def _unit(subject: Subject, name: str, item: Mapping[str, Any]) -> None:
    value, unit = item["value"], item.get("unit", "")
    place = subject.place(("parameters", name, "value"))
    at = f"parameters.{name}"
    if isinstance(value, str) and _NUMBER_TEXT.fullmatch(value):
        message = f"参数“{item['label']}”的值“{value}”是文字，不是数：带了单位、引号或全角数字"
        subject.add("parameter-text", at, place, message, '只写半角数字，单位写在 unit 里，如 value: 80、unit: "%"')
        return
    if not numeric(value):
        return
    number = Decimal(value)
    wrong, advice = "", ""
    over = bool(re.search("之比|超过|高于|达到目标|倍|幅度", str(item["label"])))  # 1.3 times the target is a share, too
    if unit == "比例" and abs(number) > (5 if over else 1):
        wrong, advice = "大于 1", f"比例写小数：{plain(number)}% 写 {plain(number / 100)}"
    elif unit in ("%", "％") and 0 < abs(number) < 1:
        wrong, advice = "不到 1%", f"百分数写百分号前的数：{plain(number * 100)}"
    elif unit in ("%", "％") and number > 1000:
        wrong, advice = "大于 1000%", "核对是不是多写了零"
    elif unit == "分" and (number < 0 or number > _full(subject)):
        wrong, advice = f"不在 0 至满分 {plain(_full(subject))} 之间", "核对分值"
    elif unit in _COUNTED and (number < 0 or number != int(number)):
        wrong, advice = "不是整数个" if number >= 0 else "是负数", f"写整数{unit}数"
    if wrong:
        subject.add(
            "parameter-range", at, place, f"参数“{item['label']}”（{name}）的值是 {plain(number)}，单位“{unit}”：{wrong}", advice
        )


def _full(subject: Subject) -> Decimal:
    return subject.policy.scoring.weights.full_score if subject.policy else Decimal(100)


def _scale(subject: Subject, name: str, item: Mapping[str, Any]) -> None:
    """A child's number that is a hundred times, or a hundredth of, what it overrides."""
    value = item["value"]
    for parent in subject.resolved.parents:
        old = parent.sections.get("parameters", {}).get(name)
        if old is None or not numeric(value) or not numeric(old["value"]) or not value or not old["value"]:
            continue
        ratio = Decimal(value) / Decimal(old["value"])
        if subject.is_own(subject.place(("parameters", name))) and ratio in (10, Decimal("0.1")):
            before = plain(Decimal(old["value"])) + old.get("unit", "")
            after = plain(Decimal(value)) + item.get("unit", "")
            message = f"参数“{item['label']}”（{name}）由 {before} 改成 {after}，正好十倍：可能多写、少写了一位"
            place, advice = subject.place(("parameters", name, "value")), f"核对文件；“{parent.id}”里是 {before}"
            subject.add("parameter-scale", f"parameters.{name}", place, message, advice)
        if subject.is_own(subject.place(("parameters", name))) and (ratio >= 50 or ratio <= Decimal("0.02")):
            before = plain(Decimal(old["value"])) + old.get("unit", "")
            after = plain(Decimal(value)) + item.get("unit", "")
            subject.add(
                "parameter-scale",
                f"parameters.{name}",
                subject.place(("parameters", name, "value")),
                f"参数“{item['label']}”（{name}）由 {before} 改成 {after}，相差百倍左右：尺度可能写错",
                f"“{parent.id}”里的写法是 {before}；80% 在单位为 % 的参数里写 80，在单位为比例的里写 0.8",
            )
        if item.get("unit", "") != old.get("unit", "") and subject.is_own(subject.place(("parameters", name))):
            subject.add(
                "parameter-scale",
                f"parameters.{name}.unit",
                subject.place(("parameters", name, "unit")),
                f"参数“{name}”的单位由“{old.get('unit', '')}”改成“{item.get('unit', '')}”，用它的规则仍按原单位比较",
                f"单位写回“{old.get('unit', '')}”",
            )


# --- what nobody uses ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Used:
    """What one file uses."""

    parameters: frozenset[str]
    clauses: frozenset[str]
    words: frozenset[str]
    """What its rules speak of."""


@lru_cache(maxsize=MAX_REMEMBERED)
def _uses(file: Itself[YamlDocument]) -> _Used:
    data = file.thing.data
    return _Used(
        frozenset(parameters_named(_without(data, "parameters"))),
        frozenset(basis for _, basis in bases(data)),
        frozenset(_words_used(data.get("findings", []))),
    )


def _used_anywhere(subject: Subject) -> list[_Used]:
    """What each file of the whole chain uses: what a parent's own rules use is no fault of the child's."""
    return [_uses(Itself(document)) for document in subject.resolved.documents]


def _of_pack(subject: Subject) -> str:
    """In a pack it is for those who extend it: worth saying, no mistake."""
    return INFO if subject.policy is None else ""


def _without(data: Mapping[str, Any], section: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != section}


def _templates(subject: Subject) -> Iterator[str]:
    if "narrative" in subject.data:
        for path in sorted(shipped("templates").rglob("*.j2")):
            yield path.read_text(encoding="utf-8")


@lru_cache(maxsize=_MAX_TEXTS)
def _words_of(text: str) -> frozenset[str]:
    """The words of a template; looked for once, of the same templates of all policies."""
    return frozenset(re.findall(r"\b[a-z][a-z0-9_]*\b", text))


@lru_cache(maxsize=_MAX_TEXTS)
def _params_of(text: str) -> frozenset[str]:
    """The parameters a template speaks of."""
    return frozenset(re.findall(r"\bparam\.([a-z][a-z0-9_]*)", text))


def _named(sections: Mapping[str, Any]) -> set[str]:
    """The parameters that sections speak of; looked for once in an item, which stands in many policies."""
    out: set[str] = set()
    for section, data in sections.items():
        for key, item in data.items() if isinstance(data, dict) else ((section, data),):
            shared = isinstance(item, dict | list)
            out |= _named_in(key, Itself(item)) if shared else set(parameters_named(item, (key,)))
    return out


@lru_cache(maxsize=1 << 13)
def _named_in(key: str, item: Itself[Any]) -> frozenset[str]:
    return frozenset(parameters_named(item.thing, (key,)))


def _unused_parameters(subject: Subject) -> None:
    params = subject.data.get("parameters", {})
    used = _named(_without(subject.data, "parameters"))
    used |= {name for text in _templates(subject) for name in _params_of(text)}
    anywhere = {name for file in _used_anywhere(subject) for name in file.parameters}
    for name, item in params.items():
        place = subject.place(("parameters", name), key=True)
        if name in used or (name in anywhere and not subject.is_own(place)):
            continue
        others = [other for other in used if other not in params or not subject.is_own(subject.place(("parameters", other)))]
        close = nearest(name, others) if subject.is_own(place) else ""
        hint = f"；是否要改写“{close}”？" if close else ""
        message = f"参数“{item['label']}”（{name}）没有地方用到：改它不起作用{hint}"
        subject.add(
            "unused-parameter",
            f"parameters.{name}",
            place,
            message,
            "用 {param: " + name + "} 引用它，或删去",
            severity=_of_pack(subject),
        )


def _unused_clauses(subject: Subject) -> None:
    clauses = cited(_without(subject.data, "sources"))
    anywhere = {basis for file in _used_anywhere(subject) for basis in file.clauses}
    for source, item in subject.data.get("sources", {}).items():
        for number, clause in item["clauses"].items():
            path: Path_ = ("sources", source, "clauses", number)
            place, name = subject.place(path, key=True), f"{source}#{number}"
            if name in clauses or clause.get("implemented") == "none":
                continue
            if name in anywhere and not subject.is_own(place):
                continue
            subject.add(
                "unused-clause",
                f"sources.{name}",
                place,
                f"条款“{clause['title']}”（{name}）没有规则、情形或参数引用：写了而没有实现",
                "写成规则并以它为 basis；不能实现的写 implemented: none 和 reason；只是背景的删去",
                severity=_of_pack(subject),
            )


def _words_used(node: Any) -> Iterator[str]:
    """Every name rules and measures speak of: keys, plain words, and what stands behind an alias."""
    for path, value in walk(node):
        if path and isinstance(path[-1], str):
            yield path[-1]
        if isinstance(value, str):
            yield value
            yield from re.findall(r"\.([a-z][a-z0-9_]*)", value)


def _unused_measures(subject: Subject) -> None:
    measures = subject.data.get("measures", {})
    rules = {k: v for k, v in subject.data.get("findings", {}).items() if k in subject.rules.rules}
    used = {*_words_used(rules), *(word for text in _templates(subject) for word in _words_of(text))}
    anywhere = {word for file in _used_anywhere(subject) for word in file.words}
    for name, item in measures.items():
        place = subject.place(("measures", name), key=True)
        if name not in used and (name not in anywhere or subject.is_own(place)):
            message = f"统计量“{item['title']}”（{name}）没有规则用到"
            advice = "在规则的条件或说法里用它，或删去"
            subject.add("unused-measure", f"measures.{name}", place, message, advice, severity=_of_pack(subject))


def _unused_conclusions(subject: Subject) -> None:
    matched = {pattern.kind for rule in subject.rules.rules.values() for pattern in rule.patterns}
    told: set[str] = set()
    for rule in subject.rules.rules.values():
        conclude = rule.compiled.conclude
        if conclude is None or conclude.kind in matched or conclude.kind in told:
            continue
        told.add(conclude.kind)
        subject.add(
            "unused-conclusion",
            f"{rule.id}.{conclude.kind}",
            subject.place(("findings", rule.id, "conclude")),
            f"规则“{rule.title}”推出的“{conclude.kind}”没有规则用到",
            f"写一条 {{fact: {conclude.kind}}} 的规则，或去掉 conclude",
            severity="" if subject.is_own(rule.place) else INFO,
        )
