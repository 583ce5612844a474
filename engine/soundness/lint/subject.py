"""What lint checks look at: a resolved policy or pack, compiled as far as it can be, with who wrote what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.errors import Place, PolicyError, Problem
from engine.language import fields as catalogue
from engine.language.conditions import ANY, Condition, Scope
from engine.language.fields import ADJUST_TABLE
from engine.language.rule_compiler import compile_rules
from engine.language.rules import RuleSet
from engine.language.tables import CaseTable, Reader
from engine.policy.build import NATURES, RECOGNITION, build
from engine.policy.library import Library, display_name
from engine.policy.loading import resolve
from engine.policy.lock import verify
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.soundness.lint.codes import CODES
from engine.soundness.proof.prover import Prover
from engine.yaml.reader import Path_, YamlDocument, walk


@dataclass(frozen=True, slots=True)
class Repair:
    """A safe repair: the node at `path` of this file goes."""

    file: Path
    path: Path_
    what: str


@dataclass(frozen=True, slots=True)
class Lint:
    """Something about a policy that is no mistake of form, and likely one of meaning. `at` names the item, whatever its line."""

    code: str
    at: str
    place: Place
    message: str
    advice: str
    severity: str = ""
    example: str = ""
    """A counterexample in the form's own terms."""
    fixes: tuple[Repair, ...] = ()
    accepted: str = ""
    """The reason the policy gives for leaving it so."""

    @property
    def level(self) -> str:
        return self.severity or CODES[self.code][0]


@dataclass(slots=True)
class Subject:
    """A policy under examination."""

    resolved: Resolved
    where: Library
    today: date
    policy: Policy | None
    """None of a pack, which has no scoring of its own."""
    rules: RuleSet
    recognition: Mapping[str, CaseTable]
    paths: Mapping[str, Path]
    """Display name of each file -> where it is."""
    own: frozenset[str]
    """Display names of the policy's own files."""
    prover: Prover
    proofs: bool = True
    lints: list[Lint] = field(default_factory=list)

    @property
    def data(self) -> Mapping[str, Any]:
        return self.resolved.sections

    @property
    def params(self) -> dict[str, Any]:
        return {name: item["value"] for name, item in self.data.get("parameters", {}).items()}

    def place(self, path: Path_, key: bool = False) -> Place:
        """Where the item at `path` of the resolved data was written (with `key`: its key)."""
        if key:
            for length in range(len(path), 0, -1):
                if found := self.resolved.origins.get(path[:length]):
                    document, origin = found
                    return document.place((*origin, *path[length:]), key=True)
        return self.resolved.place(path)

    def is_own(self, place: Place) -> bool:
        """Whether the policy itself wrote it, and not what it extends."""
        return place.file in self.own

    def add(
        self,
        code: str,
        at: str,
        place: Place,
        message: str,
        advice: str,
        *,
        severity: str = "",
        example: str = "",
        fixes: Iterable[Repair] = (),
    ) -> None:
        self.lints.append(Lint(code, at, place, message, advice, severity, example, tuple(fixes)))

    def edit(self, path: Path_, what: str) -> tuple[Repair, ...]:
        """The repair that takes out the item at `path` of the resolved data; nothing where its file is not known."""
        for length in range(len(path), 0, -1):
            if found := self.resolved.origins.get(path[:length]):
                document, origin = found
                return self.edit_in(document, (*origin, *path[length:]), what)
        return ()

    def edit_in(self, document: YamlDocument, path: Path_, what: str) -> tuple[Repair, ...]:
        return (Repair(self.paths[document.file], path, what),) if document.file in self.paths else ()

    def tables(self) -> Iterator[tuple[CaseTable, Path_]]:
        """Every table with its path: those of recognition, then those of scoring."""
        for name, table in self.recognition.items():
            yield table, ("recognition", name)
        for name, table in self.scoring_tables():
            yield table, ("scoring", name)
        if self.policy is not None and self.policy.scoring.adjust is not None:
            yield self.policy.scoring.adjust, ("scoring", ADJUST_TABLE)

    def scoring_tables(self) -> Iterator[tuple[str, CaseTable]]:
        if self.policy is not None:
            scoring = self.policy.scoring
            yield "execution", scoring.execution
            yield from scoring.tables.items()
            yield "total", scoring.total

    def conditions(self) -> Iterator[tuple[Condition, str, Path_]]:
        """Every condition of tables, measures and rules, with the item it belongs to and that item's path."""
        for table, path in self.tables():
            for index, case in enumerate(table.cases):
                for condition, at in placed(case.conditions, (*path, "cases", index, "when")):
                    yield condition, f"{table.name}.{case.id}", at
        for measure in self.rules.measures:
            for key, conditions in (("where", measure.conditions), ("among", measure.among)):
                for condition, at in placed(conditions, ("measures", measure.id, key)):
                    yield condition, f"measures.{measure.id}", at
        for rule in self.rules.rules.values():
            for index, pattern in enumerate(rule.patterns):
                for condition, at in placed(pattern.conditions, ("findings", rule.id, "when", index, pattern.alias or "without")):
                    yield condition, rule.id, at


def placed(conditions: Iterable[Condition], path: Path_) -> Iterator[tuple[Condition, Path_]]:
    """The conditions that look at a field, each with its path below a `when`; those inside of `any` among them."""
    for condition in conditions:
        for index, option in enumerate(condition.options):
            yield from placed(option, (*path, ANY, index))
        if not condition.options:
            yield condition, (*path, condition.test.field)


def subject(policy: str | Path, where: Library, today: date, *, proofs: bool = True, locked: bool = True) -> Subject:
    """A policy or pack, read and checked. Raises PolicyError with everything `policy check` finds wrong.

    `locked=False` for an amendment on its way to be published, which cannot match its lock yet.
    """
    resolved = resolve(policy, where)
    if locked:
        verify(resolved)
    head = resolved.sections["policy"]
    pack = head["status"] == "pack"
    built = None if pack else build(resolved)
    rules, recognition = (_rules(resolved), _recognition(resolved)) if built is None else (built.rules, built.recognition)
    directories = [*([policy] if isinstance(policy, Path) else [where.directory(policy)]), *map(where.directory, resolved.extends)]
    files = [_files(directory) for directory in directories]
    paths = {name: path for found in reversed(files) for name, path in found.items()}
    return Subject(resolved, where, today, built, rules, recognition, paths, frozenset(files[0]), Prover(), proofs)


def _files(directory: Path) -> dict[str, Path]:
    return {display_name(path): path for path in (*sorted(directory.glob("*.yaml")), *sorted(directory.glob("findings/*.yaml")))}


def _params(resolved: Resolved) -> dict[str, Any]:
    return {name: item["value"] for name, item in resolved.sections.get("parameters", {}).items()}


def _rules(resolved: Resolved) -> RuleSet:
    """The rules of a pack as far as they stand on their own: what needs a policy that extends it is left out."""
    problems: list[Problem] = []
    return compile_rules(resolved.sections, resolved.place, _params(resolved), {"nature": NATURES}, problems)


def _recognition(resolved: Resolved) -> dict[str, CaseTable]:
    """The recognition tables of a pack, for the tiers their cases give."""
    data = resolved.sections.get("recognition", {})
    params = _params(resolved)
    given = [str(case.get("value", "")) for case in data.get("attainment", {}).get("cases", [])]
    tiers = tuple(value for value in dict.fromkeys(given) if value != "unknown")
    stages = catalogue.stages(tiers, NATURES)
    problems: list[Problem] = []
    out: dict[str, CaseTable] = {}
    for name in RECOGNITION:
        if name in data:
            out[name] = Reader(Scope(stages[name], params, resolved.place), params, problems).table(
                name,
                data[name],
                ("recognition", name),
                tuple(dict.fromkeys(str(case.get("value", "")) for case in data[name]["cases"])),
            )
    if problems:
        raise PolicyError(problems)
    return out


def parameters_named(node: Any, at: Path_ = ()) -> Iterator[str]:
    """Every parameter policy data refers to: `{param: …}`, `param.…` in texts, names in formulas. `at`: where the data stands."""
    for path, value in walk(node, at):
        if isinstance(value, dict) and isinstance(value.get("param"), str):
            yield value["param"]
        elif isinstance(value, str):
            if "param." in value:
                yield from re.findall(r"\bparam\.([a-z][a-z0-9_]*)", value)
            if path and path[-1] in ("score", "lowest", "highest"):
                yield from re.findall(r"[a-z][a-z0-9_]*", value)


def numeric(value: Any) -> bool:
    """Whether a parameter's value is a number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
