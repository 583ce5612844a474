"""Where things stand in a policy's data, by the names officers use: `quantitative.met`, `design.few-indicators`, `full_score`.

Clauses and parameters are cited from everywhere; this is how the pages say from where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.language import formula
from engine.policy.resolved import bases
from engine.yaml.reader import Path_

_FORMULAS = ("score", "lowest", "highest")
_BY_NAME = ("parameters", "findings", "measures", "causes", "taxonomy", "rollup_checks")


def name_at(path: Path_, sections: Mapping[str, Any]) -> str:
    """The name of the item in which `path` lies: a case, rule, parameter, band, or the part of the policy."""
    match path:
        case (section, str(name), *_) if section in _BY_NAME:
            return name
        case ("recognition", str(table), "cases", int(index), *_) | ("scoring", str(table), "cases", int(index), *_):
            return f"{table}.{sections[str(path[0])][table]['cases'][index]['case']}"
        case ("rollup", str(table), "cases", int(index), *_):
            return f"rollup.{sections['rollup'][table]['cases'][index]['case']}"
        case ("scoring", "qualitative", "tiers", int(index), *_):
            return f"tiers.{sections['scoring']['qualitative']['tiers'][index]['tier']}"
        case ("grades", int(index), *_):
            return f"grades.{sections['grades'][index]['grade']}"
        case ("rollup", str(part), *_):
            return f"rollup.{part}"
        case ("scoring", str(part), *_):
            return part
    return str(path[0]) if path else ""


def cited(sections: Mapping[str, Any]) -> dict[str, dict[str, Path_]]:
    """Clause -> the names of what rests on it, each with the path of the item, in the order of the policy."""
    out: dict[str, dict[str, Path_]] = {}
    for path, basis in bases(sections):
        out.setdefault(basis, {}).setdefault(name_at(path, sections), path[:-1])
    return out


def uses(sections: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameter -> the names of what reads it: conditions, formulas, messages, bands."""
    known = sections.get("parameters", {})
    out: dict[str, list[str]] = {}
    for path, parameter in _read(sections, (), known):
        if (name := name_at(path, sections)) not in out.setdefault(parameter, []):
            out[parameter].append(name)
    return out


def _read(node: Any, path: Path_, known: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    if isinstance(node, dict):
        if set(node) == {"param"}:
            yield path, str(node["param"])
            return
        for key, value in node.items():
            if path or key != "parameters":
                yield from _read(value, (*path, key), known)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _read(value, (*path, index), known)
    elif isinstance(node, str):
        if path[-1] in _FORMULAS and path[0] == "scoring":
            yield from ((path, name.name) for name in formula.names(formula.parse(node)) if name.name in known)
        elif "param." in node:
            yield from ((path, name) for name in known if f"param.{name}" in node.replace("}", " ").replace("|", " ").split())
