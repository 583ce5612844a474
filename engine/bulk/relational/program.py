"""A policy compiled for a database: steps that are stored, and what comes out of them: forms, parts, indicators, findings.

What comes of it is plain SQL and follows from the policy and the sizes of the corpus alone. What a database cannot do exactly is
known before anything runs: bundles with values too large for the policy's arithmetic (`caps`), and rules that need the reference
executor (`refused`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.bulk.corpus.columns import FACT_SHIFT, FORM_SHIFT, MOST_FACTS, SCALE, SUBJECT, columns, text_id
from engine.bulk.relational import numbers, queries, sql
from engine.bulk.relational.facts import LEVELS, FactRelations
from engine.bulk.relational.needs import Needs, used_columns
from engine.bulk.relational.numbers import TooWide
from engine.bulk.relational.queries import Query
from engine.bulk.relational.rules import FORM, Compiled, compile_rules, finding_columns
from engine.bulk.relational.scoring import NULL_ID
from engine.bulk.relational.sql import Expr, Kind
from engine.bulk.relational.terms import TextColumn, Unsupported, bit_columns
from engine.language.fact_fields import FACTS
from engine.policy.model import Policy

CAPS = (10**18, 10**15, 10**13, 10**12, 10**11, 10**10)
"""Largest integers of number columns, tried in turn until the policy's arithmetic is proven not to overflow."""
WIDE_CAP = 10**38
DECIMAL_PLACES = 6
OUTPUTS = ("forms", "parts", "indicators", "findings", "kinds")
WORD = 62
"""Rules to a column of bits."""

SmallTable = tuple[list[dict[str, Any]], dict[str, str]]
"""Rows, and the types of their columns."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy as SQL over the rows of a corpus."""

    cap: int
    """The largest integer of a number column that it computes with."""
    refused: Mapping[str, str]
    """Rule -> why the reference executor runs it."""
    kinds: tuple[str, ...]
    """The kinds of facts of which is told where there are any: those the other rules are about."""
    narrowed: bool
    """Whether smaller bounds of the columns could let more of it be computed."""
    steps: Sequence[tuple[str, str]]
    """What is stored, one after the other: a table's name, and SQL; with a + before the name what is added to it."""
    tables: Mapping[str, SmallTable]
    """Small tables of the policy."""
    outputs: Mapping[str, str]
    """What comes out, by name: SQL over the stored tables."""


@dataclass(slots=True)
class Steps:
    """What a compilation has come to so far."""

    needs: Needs
    stored: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, SmallTable] = field(default_factory=dict)

    def source(self, kind: str) -> Query:
        """The rows of a kind, with the answers about their texts; the table of levels, or of texts."""
        if kind == "texts":
            return queries.stored("raw_texts", {"id": "int64", "text": "text"})
        asked = self.needs.patterns
        if kind == LEVELS:
            kinds: dict[str, Kind] = dict.fromkeys(("of_level1", "of_level2", "level1_name", "home"), "int64")
            kinds |= dict.fromkeys(("belongs", "known"), "boolean")
            for name in ("level1_name", "home"):
                kinds |= dict.fromkeys(bit_columns(name, len(asked.of("indicator", name))), "int64")
            return queries.stored(f"p_{LEVELS}", kinds)
        declared: dict[str, Kind] = {"bool": "boolean", "wide": "wide"}
        kinds = dict.fromkeys(("bundle", "form_key", "fact"), "int64")
        have = used_columns(self.needs, kind)
        kinds |= {name: declared.get(columns(kind)[name], "int64") for name in have}
        for name in have:
            kinds |= dict.fromkeys(bit_columns(name, len(asked.of(kind, name))), "int64")
        return queries.stored(f"p_{kind}", kinds)

    def store(self, name: str, table: Query) -> Query:
        """The rows of a query under a name."""
        self.stored.append((name, table.query()))
        return queries.stored(name, table.kinds)

    def small_table(self, name: str, rows: list[dict[str, Any]], types: dict[str, str]) -> Query:
        self.tables[name] = rows, types
        kinds: dict[str, Kind] = {"int64": "int64", "int16": "int16", "string": "text"}
        return queries.stored(name, {key: kinds[declared] for key, declared in types.items()})

    def union(self, name: str, parts: Sequence[Query]) -> Query:
        """One table of many, one after the other: each alone fits the memory."""
        for n, part in enumerate(parts):
            self.stored.append((f"+{name}" if n else name, part.query()))
        return queries.stored(name, parts[0].kinds)


def compile_policy(policy: Policy, needs: Needs, sizes: Mapping[tuple[str, str], int]) -> Plan:
    """The policy as SQL over rows whose numbers are of these sizes. Raises Unsupported where nothing of the policy can be computed
    in a database."""
    best: tuple[int, Steps, FactRelations, Compiled] | None = None
    for cap in CAPS:
        if best is not None and cap >= max(sizes.values(), default=0):
            continue
        steps = Steps(needs)
        limits = {key: min(size, cap if size < 10**19 else WIDE_CAP) for key, size in sizes.items()}
        world = FactRelations(policy, needs, steps.source, steps.store, limits)
        try:
            world.build()
            compiled = compile_rules(world, policy, steps.store)
        except TooWide:
            continue
        if best is None or len(compiled.refused) < len(best[3].refused):
            best = cap, steps, world, compiled
        if not any(compiled.wide):
            break
    if best is None:
        raise Unsupported("政策的算式用到的数过大，数据库里算不准确")
    cap, steps, world, compiled = best
    kinds = tuple(policy.rules.looked_at(compiled.refused))
    outputs = {name: table.query() for name, table in _outputs(policy, world, compiled, steps, kinds).items()}
    narrowed = cap != CAPS[0] or bool(compiled.wide) or world.narrowed
    return Plan(cap, dict(compiled.refused), kinds, narrowed, steps.stored, steps.tables, outputs)


# --- what comes out -------------------------------------------------------------------------------------------------


def _outputs(policy: Policy, world: FactRelations, compiled: Compiled, steps: Steps, kinds: Sequence[str]) -> dict[str, Query]:
    texts = _Texts(*_spelled(policy, world, steps))
    tables = [world.relations[kind].table.select("bundle").distinct().mutate(fact_kind=sql.text(kind)) for kind in kinds]
    return {
        "forms": _forms(world, texts),
        "parts": _parts(world, texts),
        "indicators": _indicators(world, texts),
        "kinds": steps.union("r_kind", tables) if tables else _no_kinds(steps),
        "findings": _findings(policy, world, compiled, steps, texts),
    }


def _no_kinds(steps: Steps) -> Query:
    return steps.small_table("r_kind", [], {"bundle": "int64", "fact_kind": "string"})


def _forms(world: FactRelations, texts: _Texts) -> Query:
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
        ("unit", "kind", "form", "grade_reported"),
        texts,
        ("execution_status", "total_status", "grade_computed"),
    )


def _parts(world: FactRelations, texts: _Texts) -> Query:
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


def _indicators(world: FactRelations, texts: _Texts) -> Query:
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
        ("name",),
        texts,
        ("direction", "nature", "attainment", "met", "status", "case", "clause"),
    )


def _findings(policy: Policy, world: FactRelations, compiled: Compiled, steps: Steps, texts: _Texts) -> Query:
    """What the rules found, each with the facts it is about."""
    forms = world.relations["form"].table
    labels = forms.select(label_key=forms["form_key"], label=forms["form"])
    names = [*(name for found in compiled.alone.values() for name in found), *compiled.findings]
    told_of = [policy.rules.rules[name] for name in names]
    rules = steps.small_table(
        "p_rules",
        [{"number": n, "rule": rule.id, "severity": rule.severity, "category": rule.category} for n, rule in enumerate(told_of)],
        {"number": "int16", "rule": "string", "severity": "string", "category": "string"},
    )
    numbers_of = {name: n for n, name in enumerate(names)}
    parts = [_alone(kind, found, world, steps, numbers_of) for kind, found in compiled.alone.items() if found]
    parts += [table.mutate(rule_=sql.whole(numbers_of[name], "int16")) for name, table in compiled.findings.items()]
    if parts:
        found = steps.union("r_finding", parts)
    else:
        found = steps.small_table("r_finding", [], {**dict.fromkeys(finding_columns(), "int64"), "rule_": "int16"})
    joined = found.inner_join(rules, found["rule_"] == rules["number"])
    joined = joined.left_join(labels, joined["form_key"] == labels["label_key"])
    told = joined.mutate(form=sql.first_of(joined[FORM], joined["label"]), subject=joined[SUBJECT])
    facts = (f"fact_{n}" for n in range(1, MOST_FACTS + 1))
    return _named(told.select("bundle", "rule", "severity", "category", "form", "subject", *facts), ("form", "subject"), texts)


def _alone(kind: str, found: Mapping[str, Expr], world: FactRelations, steps: Steps, numbers_of: Mapping[str, int]) -> Query:
    """What rules of one fact of a kind found: the facts are gone through once, with a bit for each rule."""
    table = world.relations[kind].table
    bits: dict[str, Expr] = {}
    names = list(found)
    for start in range(0, len(names), WORD):
        each = [found[name].ifelse(sql.whole(1 << n), sql.whole(0)) for n, name in enumerate(names[start : start + WORD])]
        bits[f"bits_{start // WORD}"] = sql.bitwise_or(each)
    hits = table.select(
        "bundle",
        "form_key",
        SUBJECT,
        **{FORM: table["form"] if "form" in table.kinds else NULL_ID, "fact_1": table["fact"] if kind in FACTS else NULL_ID},
        **bits,
    )
    some = hits[next(iter(bits))] != 0
    for name in list(bits)[1:]:
        some = some | (hits[name] != 0)
    hits = steps.store(f"h_{kind}", hits.filter(some))
    asked = steps.small_table(
        f"p_bits_{kind}",
        [{"rule_": numbers_of[name], "word": n // WORD, "bit": 1 << n % WORD} for n, name in enumerate(names)],
        {"rule_": "int16", "word": "int64", "bit": "int64"},
    )
    word = sql.cases([(asked["word"] == n, hits[name]) for n, name in enumerate(bits)], sql.whole(0))
    joined = hits.inner_join(asked, word.common_bits(asked["bit"]) != 0)
    joined = joined.mutate(**{f"fact_{n}": NULL_ID for n in range(2, MOST_FACTS + 1)})
    return joined.select(*finding_columns(), "rule_")


def decimal(expr: Expr, scale: int) -> Expr:
    """An integer of a scale (at most millionths) as an exact decimal of as many places."""
    places = len(str(scale)) - 1
    if places > DECIMAL_PLACES:
        raise Unsupported(f"保留 {places} 位小数")
    step = 10 ** (DECIMAL_PLACES - places)
    wide = numbers.widened(numbers.Int(expr, 1, expr.kind == "wide"))
    return numbers.micro(wide * numbers.literal(step) if step > 1 else wide).cast("decimal", f"DECIMAL(36, {places})")


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts by number: all there are, and the few that the policy gives, for columns that hold no others."""

    all: Query
    own: Query


def _spelled(policy: Policy, world: FactRelations, steps: Steps) -> tuple[Query, Query]:
    """All texts by number: those of the corpus and those the policy gives; and the latter."""
    words: set[str] = {"positive", "inverse", *(level.name for level in policy.taxonomy)}
    for frame in world.relations.values():
        for value in frame.fields.values():
            if isinstance(value, TextColumn) and value.choices:
                words |= set(value.choices)
    words |= {"needs_review", "scored", "error", "not_applicable"}
    rows = [{"own_id": text_id(word), "own_text": word} for word in sorted(words)]
    own = steps.small_table("p_words", rows, {"own_id": "int64", "own_text": "string"})
    texts = steps.source("texts")
    named = own.select(id=own["own_id"], text=own["own_text"])
    fresh = own.anti_join(texts, own["own_id"] == texts["id"]).select(id=own["own_id"], text=own["own_text"])
    return steps.store("spelled", texts.union(fresh)), named


def _named(table: Query, texts_of: Iterable[str], texts: _Texts, coded: Iterable[str] = ()) -> Query:
    """Text numbers replaced by the texts; in `coded` columns stand texts of the policy alone."""
    order = table.columns
    for name in (*texts_of, *coded):
        known = texts.own if name in coded else texts.all
        lookup = known.select(**{f"{name}_id": known["id"], f"{name}_text": known["text"]})
        joined = table.left_join(lookup, table[name] == lookup[f"{name}_id"])
        table = joined.select(*(other for other in order if other != name), **{name: joined[f"{name}_text"]})
    return table.select(*order)
