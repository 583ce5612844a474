"""A resolved policy cut into the items an officer would name: a parameter, a clause, a case of a table, a tier, a rule …

What compares policies (and whatever else goes through one item by item) works on these: each knows what it is called, where it
stands in the resolved data, and what kind of thing it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.language.wording import Wording
from engine.policy import titles as schema_titles
from engine.policy.resolved import Resolved
from engine.yaml.reader import Path_

_PLAIN_LISTS = ("grades",)
_TABLES = ("recognition", "scoring")


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `group` and `id` are the same in another policy that has the same item."""

    group: str
    """What it is one of: `parameters`, `scoring.quantitative` …; items of an ordered group are tried in order."""
    id: str
    name: str
    """What an officer calls it: 参数“总分”."""
    path: Path_
    """Where it stands in the resolved data."""
    value: Any
    ordered: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.id


def items(resolved: Resolved) -> list[Item]:
    """Every item of the policy, in the order of its sections. A rule the policy disables is none of its items."""
    disabled = set(resolved.sections["policy"].get("disable", ()))
    out: list[Item] = []
    for section, data in resolved.sections.items():
        if section == "policy":
            ignored = ("id", "disable")
            out += [_setting(section, key, value) for key, value in data.items() if key not in ignored]
        elif section == "sources":
            out += _sources(data)
        elif section in ("parameters", "taxonomy", "measures", "causes"):
            out += [_named(section, key, value) for key, value in data.items()]
        elif section == "findings":
            out += [_named(section, key, value) for key, value in data.items() if key not in disabled]
        elif section in _PLAIN_LISTS:
            out += [Item(section, str(v["grade"]), f"等级“{v['grade']}”", (section, n), v) for n, v in enumerate(data)]
        elif section in _TABLES:
            for key, value in data.items():
                out += (
                    _table(section, key, value)
                    if isinstance(value, Mapping) and "cases" in value
                    else [_setting(section, key, value)]
                )
        elif isinstance(data, Mapping):
            out += [_setting(section, key, value) for key, value in data.items()]
        else:
            out.append(Item(section, section, schema_titles.title((section,)), (section,), data))
    return out


def _setting(section: str, key: str, value: Any) -> Item:
    whole, part = schema_titles.title((section,)), schema_titles.title((section, key))
    return Item(section, key, part if section == "policy" else f"{whole}·{part}", (section, key), value)


_NAMED = {
    "parameters": ("参数", "label"),
    "measures": ("统计量", "title"),
    "causes": ("同因", "title"),
    "findings": ("规则", "title"),
}


def _named(section: str, key: str, value: Mapping[str, Any]) -> Item:
    if section == "taxonomy":
        return Item(section, key, f"一级指标“{key}”", (section, key), value)
    kind, title = _NAMED[section]
    return Item(section, key, f"{kind}“{value.get(title, key)}”（{key}）", (section, key), value)


def _sources(data: Mapping[str, Any]) -> Iterator[Item]:
    for source, value in data.items():
        head = {key: part for key, part in value.items() if key != "clauses"}
        yield Item("sources", source, f"来源“{value['title']}”（{source}）", ("sources", source), head)
        for number, clause in value["clauses"].items():
            path = ("sources", source, "clauses", number)
            yield Item("clauses", f"{source}#{number}", f"条款“{clause['title']}”（{source}#{number}）", path, clause)


def _table(section: str, table: str, data: Mapping[str, Any]) -> Iterator[Item]:
    title = str(data.get("title", table))
    group = f"{section}.{table}"
    head = {key: value for key, value in data.items() if key not in ("cases", "tiers")}
    yield Item(section, table, f"表“{title}”", (section, table), head)
    for index, tier in enumerate(data.get("tiers", ())):
        name = f"档次“{tier.get('label', tier['tier'])}”（{tier['tier']}）"
        yield Item("tiers", str(tier["tier"]), name, (section, table, "tiers", index), tier)
    for index, case in enumerate(data["cases"]):
        said = f"“{case['label']}”" if case.get("label") else ""
        name = f"情形 {table}.{case['case']}{said}"
        yield Item(group, str(case["case"]), name, (section, table, "cases", index), case, ordered=True)


def summary(item: Item, words: Wording) -> str:
    """What an item says, in one line: for one that is there in one policy only."""
    value = item.value
    if item.group == "parameters":
        unit = str(value.get("unit", ""))
        return words.value(value["value"]) + (unit if not isinstance(value["value"], list) else "")
    if item.group == "clauses":
        return " ".join(str(value["text"]).split())
    if item.group == "sources":
        return "，".join(
            filter(
                None, [str(value.get("document", "")), schema_titles.word((*item.path, "evidence"), str(value.get("evidence", "")))]
            )
        )
    if item.group in ("tiers", "grades"):
        asked = f"，且 {words.conditions(value['when'], 'grades')}" if "when" in value else ""
        floor = f"{words.value(value['from'])}（含）" if "from" in value else f"{words.value(value.get('above', 0))}（不含）"
        return f"下限 {floor}{asked}"
    if item.group == "taxonomy":
        return "二级指标：" + words.value(value.get("level2", []))
    if item.group == "measures":
        return f"依据 {value.get('basis', '')}"
    if item.group == "findings":
        severity = (
            schema_titles.word((*item.path[:1], 0, "severity"), str(value.get("severity", "")))
            if "severity" in value
            else "推出事实"
        )
        return f"{severity}；{words.patterns(value['when'])}"
    if item.ordered:
        when = words.conditions(value["when"], str(item.path[1])) if "when" in value else "其余"
        return f"{when} → {outcome(item, words)}"
    return words.value(value) if not isinstance(value, Mapping) else ""


def outcome(item: Item, words: Wording) -> str:
    """What follows from a case of a table: its value, formula, tier or status."""
    case = item.value
    if "tier" in case:
        return f"档次“{words.tiers.get(str(case['tier']), case['tier'])}”"
    if "status" in case:
        return schema_titles.word((*item.path, "status"), str(case["status"]))
    if "score" in case:
        return str(case["score"])
    table = item.path[1] if len(item.path) > 1 else ""
    return words.value(case.get("value", ""), str(table))


_WORD = re.compile(r"[^\W\d]\w*")


def parameters_used(value: Any) -> set[str]:
    """Names that a part of a policy may take a parameter by: `{param: …}`, `param.…` in texts, names in formulas."""
    if isinstance(value, Mapping):
        found = {str(value["param"])} if set(value) == {"param"} else set()
        for key, inner in value.items():
            if key in ("score", "lowest", "highest") and isinstance(inner, str):
                found |= set(_WORD.findall(inner))
            found |= parameters_used(inner)
        return found
    if isinstance(value, list):
        return {name for inner in value for name in parameters_used(inner)}
    if isinstance(value, str) and "param." in value:
        return set(re.findall(r"\bparam\.(\w+)", value))
    return set()
