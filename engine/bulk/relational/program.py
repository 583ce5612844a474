"""A policy compiled for a database: steps that are stored, and what comes out of them: forms, parts, indicators, findings.

The same Ibis expressions run on every backend. What a database cannot do exactly is known before anything runs: bundles with
values too large for the policy's arithmetic (`caps`), and rules that need the reference executor (`refused`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import ibis

from engine.bulk.corpus.columns import FACT_SHIFT, FORM_SHIFT, MOST_FACTS, PREPARED_KINDS, SCALE, SUBJECT, text_id
from engine.bulk.relational import numbers
from engine.bulk.relational.facts import FactRelations
from engine.bulk.relational.needs import Needs
from engine.bulk.relational.numbers import Expr, TooWide
from engine.bulk.relational.rules import FORM, Compiled, compile_rules
from engine.bulk.relational.terms import TextColumn, Unsupported
from engine.policy.model import Policy

CAPS = (10**18, 10**15, 10**13, 10**12, 10**11, 10**10)
"""Largest integers of number columns, tried in turn until the policy's arithmetic is proven not to overflow."""
WIDE_CAP = 10**38
DECIMAL_PLACES = 6
OUTPUTS = ("forms", "parts", "indicators", "findings", "kinds")


class Backend(Protocol):
    """A database that runs the expressions."""

    def limit(self, cap: int) -> None: ...
    def restart(self) -> None: ...
    def source(self, kind: str) -> Any: ...
    def store(self, name: str, expression: Any) -> Any: ...
    def prepare(self, kinds: Iterable[str], needs: Needs, policy: Policy) -> None: ...
    def small_table(self, name: str, rows: list[dict[str, Any]], types: Mapping[str, str]) -> Any: ...
    def union(self, name: str, parts: list[Any]) -> Any: ...


@dataclass(slots=True)
class RelationalProgram:
    """A compiled policy. `outputs` are expressions over stored tables; `cap` is the largest number it computes with."""

    policy: Policy
    cap: int
    outputs: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Rule -> why the reference executor runs it."""
    kinds: tuple[str, ...] = ()
    """The kinds of facts of which is told where there are any: those the other rules are about."""
    narrowed: bool = False
    """Whether smaller bounds of the columns could let more of it be computed."""
    world: FactRelations | None = None


def compile_policy(policy: Policy, needs: Needs, backend: Backend, sizes: Mapping[tuple[str, str], int]) -> RelationalProgram:
    """Compile and run the steps over the rows that stand in the backend. Raises Unsupported where nothing of the policy can be
    computed in a database."""
    best: tuple[int, FactRelations, Compiled] | None = None
    for cap in CAPS:
        if best is not None and cap >= max(sizes.values(), default=0):
            continue
        backend.limit(cap)
        backend.prepare(PREPARED_KINDS, needs, policy)
        try:
            world, compiled = _built(policy, needs, backend, sizes, cap)
        except TooWide:
            continue
        if best is None or len(compiled.refused) < len(best[2].refused):
            best = cap, world, compiled
        if not any(compiled.wide):
            break
    if best is not None and best[0] != cap:  # a later try was no better: stand where the best one stood
        backend.limit(best[0])
        backend.prepare(PREPARED_KINDS, needs, policy)
        best = best[0], *_built(policy, needs, backend, sizes, best[0])
    if best is None:
        raise Unsupported("政策的算式用到的数过大，数据库里算不准确")
    cap, world, compiled = best
    program = RelationalProgram(policy, cap, refused=dict(compiled.refused), world=world)
    program.narrowed = cap != CAPS[0] or bool(compiled.wide) or world.narrowed
    program.kinds = tuple(policy.rules.looked_at(compiled.refused))
    program.outputs = _outputs(policy, world, compiled, backend, program.kinds)
    return program


def _built(
    policy: Policy, needs: Needs, backend: Backend, sizes: Mapping[tuple[str, str], int], cap: int
) -> tuple[FactRelations, Compiled]:
    backend.restart()
    limits = {key: min(size, cap if size < 10**19 else WIDE_CAP) for key, size in sizes.items()}
    world = FactRelations(policy, needs, backend.source, backend.store, limits)
    world.build()
    return world, compile_rules(world, policy, backend.store)


# --- what comes out -------------------------------------------------------------------------------------------------


def _outputs(policy: Policy, world: FactRelations, compiled: Compiled, backend: Backend, kinds: Sequence[str]) -> dict[str, Any]:
    texts = _spelled(policy, world, backend)
    tables = [world.relations[kind].table.select("bundle").distinct().mutate(fact_kind=ibis.literal(kind)) for kind in kinds]
    return {
        "forms": _forms(world, texts),
        "parts": _parts(world, texts),
        "indicators": _indicators(world, texts),
        "kinds": backend.union("r_kind", tables),
        "findings": _findings(policy, world, compiled, backend, texts),
    }


def _forms(world: FactRelations, texts: Any) -> Any:
    """Forms with their scores and counts."""
    forms, unit = world.relations["form"].table, world.scorer.unit
    return _named(
        forms.select(
            "bundle",
            form_number=(forms["form_key"] % FORM_SHIFT).cast("int32"),
            unit=forms["unit"],
            fiscal_year=decimal(forms["fiscal_year"], SCALE),
            kind=forms["form_kind"],
            form=forms["form"],
            execution_reported=decimal(forms["execution_reported"], SCALE),
            execution_computed=decimal(forms["execution_computed"], unit),
            execution_status=forms["execution_status"],
            total_reported=decimal(forms["total_reported"], SCALE),
            total_computed=decimal(forms["total_computed"], unit),
            total_low=decimal(forms["total_low"], unit),
            total_high=decimal(forms["total_high"], unit),
            total_status=forms["total_status"],
            grade_reported=forms["grade_reported"],
            grade_computed=forms["grade_computed"],
            indicators=decimal(forms["indicators"], SCALE).cast("int32"),
            met=forms["count_met"].cast("int32"),
            undecided=forms["count_undecided"].cast("int32"),
        ),
        ("unit", "kind", "form", "execution_status", "total_status", "grade_reported", "grade_computed"),
        texts,
    )


def _parts(world: FactRelations, texts: Any) -> Any:
    """First-level parts of forms with their scores."""
    parts, unit = world.relations["part"].table, world.scorer.unit
    return _named(
        parts.select(
            "bundle",
            form_number=(parts["form_key"] % FORM_SHIFT).cast("int32"),
            name=parts["name"],
            reported=decimal(parts["reported"], SCALE),
            computed=decimal(parts["computed"], unit),
            low=decimal(parts["allowed_low"], unit),
            high=decimal(parts["allowed_high"], unit),
        ),
        ("name",),
        texts,
    )


def _indicators(world: FactRelations, texts: Any) -> Any:
    """Indicators with what was read and scored."""
    indicators, unit = world.relations["indicator"].table, world.scorer.unit
    return _named(
        indicators.select(
            "bundle",
            form_number=(indicators["form_key"] % FORM_SHIFT).cast("int32"),
            indicator_number=(indicators["fact"] % FACT_SHIFT).cast("int32"),
            name=indicators["name"],
            direction=indicators["direction"],
            nature=indicators["nature"],
            attainment=indicators["attainment"],
            met=indicators["met"],
            status=indicators["status"],
            case=indicators["case"],
            clause=indicators["clause"],
            reported=decimal(indicators["reported"], SCALE),
            computed=decimal(indicators["computed"], unit),
            low=decimal(indicators["allowed_low"], unit),
            high=decimal(indicators["allowed_high"], unit),
        ),
        ("name", "direction", "nature", "attainment", "met", "status", "case", "clause"),
        texts,
    )


def _findings(policy: Policy, world: FactRelations, compiled: Compiled, backend: Backend, texts: Any) -> Any:
    """What the rules found, each with the facts it is about."""
    forms = world.relations["form"].table
    labels = forms.select(label_key=forms["form_key"], label=forms["form"])
    names = list(compiled.findings)
    rules = backend.small_table(
        "p_rules",
        [
            {"rule_": n, "rule": name, "severity": policy.rules.rules[name].severity, "category": policy.rules.rules[name].category}
            for n, name in enumerate(names)
        ],
        {"rule_": "int16", "rule": "string", "severity": "string", "category": "string"},
    )
    found = backend.union(
        "r_finding", [expr.mutate(rule_=ibis.literal(n, type="int16")) for n, expr in enumerate(compiled.findings.values())]
    )
    joined = found.inner_join(rules, found["rule_"] == rules["rule_"])
    joined = joined.left_join(labels, joined["form_key"] == labels["label_key"])
    told = joined.mutate(form=ibis.coalesce(joined[FORM], joined["label"]), subject=joined[SUBJECT])
    return _named(
        told.select(
            "bundle",
            "rule",
            "severity",
            "category",
            "form",
            "subject",
            *(f"fact_{n}" for n in range(1, MOST_FACTS + 1)),
        ),
        ("form", "subject"),
        texts,
    )


def decimal(expr: Expr, scale: int) -> Expr:
    """An integer of a scale (at most millionths) as an exact decimal of as many places."""
    places = len(str(scale)) - 1
    if places > DECIMAL_PLACES:
        raise Unsupported(f"保留 {places} 位小数")
    step = 10 ** (DECIMAL_PLACES - places)
    wide = expr if not expr.type().is_integer() else numbers.widened(numbers.Int(expr, 1))
    return numbers.micro(wide * numbers.literal(step) if step > 1 else wide).cast(f"decimal(36, {places})")


def _spelled(policy: Policy, world: FactRelations, backend: Backend) -> Any:
    """All texts by number: those of the corpus and those the policy gives."""
    words: set[str] = {"positive", "inverse", *(level.name for level in policy.taxonomy)}
    for frame in world.relations.values():
        for value in frame.fields.values():
            if isinstance(value, TextColumn) and value.choices:
                words |= set(value.choices)
    words |= {"needs_review", "scored", "error", "not_applicable"}
    rows = [{"id": text_id(word), "text": word} for word in sorted(words)]
    own = backend.small_table("p_words", rows, {"id": "int64", "text": "string"})
    corpus_texts = backend.source("texts")
    fresh = own.anti_join(corpus_texts, own["id"] == corpus_texts["id"])
    return backend.store("spelled", corpus_texts.select("id", "text").union(fresh.select("id", "text")))


def _named(table: Any, texts_of: tuple[str, ...], texts: Any) -> Any:
    """Text numbers replaced by the texts."""
    order = list(table.columns)
    for name in texts_of:
        lookup = texts.select(**{f"{name}_id": texts["id"], f"{name}_text": texts["text"]})
        table = table.left_join(lookup, table[name] == lookup[f"{name}_id"]).drop(f"{name}_id", name)
        table = table.rename({name: f"{name}_text"})
    return table.select(*order)
