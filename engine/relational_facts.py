"""The facts of a corpus as tables: prepared columns, what the policy makes of them, and measures.

A relation is a table of one kind of fact with the columns `bundle`, `form_key`, `fact` and what its fields mean. Steps that many
rules build on are stored once (`Store`), so that a rule is a filter or a join over columns of integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis

from engine import relational_numbers as numbers
from engine.conditions import Condition
from engine.corpus_fields import COMPUTED, FACT_SHIFT, FORM_SHIFT, LARGEST, LARGEST_WIDE, PREPARED_KINDS, SCALE, SUBJECT, WIDE_SCALE, columns
from engine.fact_fields import FACTS
from engine.ir import Ref, Test
from engine.measures import KEYS, Measure
from engine.policy import Policy
from engine.relational_forms import MOST_INDICATORS, Totals, count, scheme_case, sums
from engine.relational_numbers import Expr, Int, Number, TooWide
from engine.relational_scoring import NULL_ID, Frame, Scorer, coded, number, of_case, recognise, text_literal
from engine.relational_terms import (
    Branches,
    Flag,
    Patterns,
    Text,
    Unsupported,
    Value,
    bit_columns,
    every,
    holds,
    moved,
    rebased,
)

Store = Callable[[str, Any], Any]
"""Stores an expression under a name and gives the table back."""
Sizes = Mapping[tuple[str, str], int]
"""(kind, column) -> the largest absolute value in the corpus."""

KEYS_OF_ROWS = ("bundle", "form_key", "fact")
LEVELS = "levels"
"""The table of 一级/二级指标 pairs and what the taxonomy says of them."""


@dataclass(slots=True)
class Needs:
    """What a policy looks at: fields by kind, and what it asks of texts."""

    fields: dict[str, set[str]] = field(default_factory=dict)
    patterns: Patterns = field(default_factory=Patterns)

    def tests(self, kind: str, tests: Iterable[Test], kinds: Mapping[str, str]) -> None:
        tests = list(tests)
        self.patterns.ask(kind, tests)
        for test in tests:
            self.fields.setdefault(kind, set()).add(test.field)
            if isinstance(test.value, Ref):
                self.fields.setdefault(kinds.get(test.value.alias, kind), set()).add(test.value.field)

    def conditions(self, kind: str, conditions: Iterable[Condition]) -> None:
        self.tests(kind, (item.test for item in conditions), {})


_TABLE_FIELDS = {"direction", "attainment", "nature", "met", "target", "actual", "verdict", "achieved"}


def needs_of(policy: Policy) -> Needs:
    """Every field the policy's tables, measures and rules name."""
    needs = Needs()
    for table in (*policy.recognition.values(), *policy.scoring.tables.values()):
        for case in table.cases:
            needs.conditions("indicator", case.conditions)
            if case.score is not None:
                from engine import formula

                needs.fields["indicator"] |= {item.name for item in formula.names(case.score)}
    for measure in policy.rules.measures:
        needs.conditions(measure.of, (*measure.conditions, *measure.among))
        if measure.field:
            needs.fields.setdefault(measure.of, set()).add(measure.field)
        needs.fields.setdefault(measure.of, set()).update(KEYS[measure.per][1])
        needs.fields.setdefault(measure.per, set()).update(KEYS[measure.per][0])
    for rule in policy.rules.rules.values():
        kinds = {pattern.alias: pattern.kind for pattern in rule.compiled.patterns}
        for pattern in rule.compiled.patterns:
            needs.tests(pattern.kind, pattern.tests, kinds)
        if rule.compiled.conclude is not None:
            for _, written in rule.compiled.conclude.fields:
                if isinstance(written, Ref):
                    needs.fields.setdefault(kinds[written.alias], set()).add(written.field)
    needs.fields.setdefault("indicator", set()).update(
        {"name", "level1", "level2", "weight", "reported", "target_text", "actual_text", "status", "computed"}
    )
    needs.fields.setdefault("form", set()).update(
        {"form", "form_kind", "budget", "executed", "execution_reported", "total_reported", "indicators", "indicators_reported"}
    )
    needs.fields["form"] |= {"weight_sum", "grade_reported", "unit", "name", "fiscal_year"}
    for rule in policy.statements.values():
        needs.fields["form"] |= {name for _, name in rule.equals}
        needs.fields.setdefault("claim", set()).update(group for group, _ in rule.equals)
    return needs


def prepared(kind: str, table: Any, sizes: Sizes, needs: Needs) -> dict[str, Value]:
    """What the prepared columns of a kind mean."""
    out: dict[str, Value] = {}
    for name, declared in columns(kind).items():
        if name not in table.columns:
            continue
        expr = table[name]
        if declared == "text":
            asked = needs.patterns.of(kind, name)
            words = tuple(table[word] for word in bit_columns(name, len(asked)))
            out[name] = Text(expr, None, asked, words)
        elif declared == "bool":
            out[name] = Flag(expr)
        elif declared == "number":
            out[name] = numbers.column(expr, sizes.get((kind, name), LARGEST), SCALE)
        elif declared == "wide":
            out[name] = numbers.column(expr, sizes.get((kind, name), LARGEST_WIDE), WIDE_SCALE)
    return out


class World:
    """The relations of a corpus under a policy. `source(kind)` gives the prepared table, bits joined to it."""

    def __init__(self, policy: Policy, needs: Needs, source: Callable[[str], Any], store: Store, sizes: Sizes) -> None:
        self.policy, self.needs, self.source, self.store, self.sizes = policy, needs, source, store, sizes
        self.relations: dict[str, Frame] = {}
        self.refused: dict[str, str] = {}
        """Measures that cannot be computed, and why."""
        self.scorer = Scorer(policy)

    def size(self, kind: str, name: str) -> int:
        return self.sizes.get((kind, name), LARGEST)

    def build(self) -> None:
        """Every relation of the engine's kinds, with measures. Raises Unsupported, TooWide."""
        self._indicators()
        self._forms()
        self._parts()
        self._others()
        self._measures()

    # --- indicators ----------------------------------------------------------------------------------------------

    def _indicators(self) -> None:
        frame = Frame(self.source("indicator"))
        frame.fields = prepared("indicator", frame.table, self.sizes, self.needs)
        self._taxonomy(frame)
        recognise(frame, self.policy)
        self.scorer.indicator(frame)
        wanted = self._kept("indicator", frame)
        frame.table = self.store("r_indicator", frame.table.select(*wanted))
        frame.fields = rebased(frame.fields, frame.table)
        frame.fields["achieved"] = numbers.divide(number(frame, "actual"), number(frame, "target"), [])
        self.scorer.differences(frame)
        self.relations["indicator"] = frame

    def _kept(self, kind: str, frame: Frame) -> list[str]:
        """The columns that later steps read."""
        wanted = {*KEYS_OF_ROWS, SUBJECT}
        for name in self.needs.fields.get(kind, set()) | _TABLE_FIELDS | {"score_case", "clause", "case", "review_reason"}:
            if name in frame.table.columns:
                wanted |= {name, *bit_columns(name, len(self.needs.patterns.of(kind, name)))}
        wanted |= {"allowed_low", "allowed_high", "goal", "level1_name"}
        return [name for name in frame.table.columns if name in wanted]

    def _taxonomy(self, frame: Frame) -> None:
        """Joins what the taxonomy says of the pair of levels."""
        levels = self.source(LEVELS)
        left = frame.table.mutate(level2_key=frame.table["level2"].fill_null(numbers.literal(0)))
        joined = left.left_join(levels, [left["level1"] == levels["of_level1"], left["level2_key"] == levels["of_level2"]])
        frame.table = joined.drop("of_level1", "of_level2", "level2_key")
        for name in list(frame.fields):
            frame.fields[name] = moved(frame.fields[name], frame.table)
        for name in ("level1_name", "home"):
            asked = self.needs.patterns.of("indicator", name)
            frame.fields[name] = Text(frame.table[name], None, asked, tuple(frame.table[w] for w in bit_columns(name, len(asked))))
        frame.fields["belongs"] = Flag(frame.table["belongs"])

    # --- forms ---------------------------------------------------------------------------------------------------

    def _forms(self) -> None:
        indicators = self.relations["indicator"]
        table = indicators.table
        met = table["met"]
        summed = sums(indicators, self.scorer, {"form_key": table["form_key"]}, "all_")
        counts = table.group_by(of_form=table["form_key"]).aggregate(
            count_met=count(met == text_literal("yes")),
            count_undecided=count(met == text_literal("unknown")),
            count_unmet=count(~met.isin([_id("yes"), _id("unknown")])),
            **{
                f"level_{n}": count(table["level1_name"] == text_literal(level.name))
                for n, level in enumerate(self.policy.taxonomy)
                if self.policy.scoring.weights.schemes
            },
        )
        forms = self.source("form")
        summed = summed.rename(sum_key="form_key")
        joined = forms.left_join(summed, forms["form_key"] == summed["sum_key"])
        joined = joined.left_join(counts, forms["form_key"] == counts["of_form"])
        frame = Frame(joined.drop("sum_key", "of_form"))
        zero = {n: frame.table[n].fill_null(numbers.literal(0)) for n in frame.table.columns if n.startswith(("count_", "level_"))}
        frame.mutate(**zero)
        frame.fields = prepared("form", frame.table, self.sizes, self.needs)
        totals = Totals(self.policy, self.scorer, frame, self.size("indicator", "weight"), self.size("indicator", "reported"))
        totals.build()
        if self.policy.scoring.weights.schemes:
            scheme_fields: dict[str, Value] = {"form_kind": frame.fields["form_kind"]}
            for n, level in enumerate(self.policy.taxonomy):
                scheme_fields[level.name] = numbers.column(frame.table[f"level_{n}"], MOST_INDICATORS, 1)
            frame.mutate(scheme_case=scheme_case(self.policy, scheme_fields))
        frame.table = self.store("r_form", frame.table)
        frame.fields = rebased(frame.fields, frame.table)
        self.relations["form"] = frame

    def _parts(self) -> None:
        """Sums by 一级指标 (`evaluation._by_level1` and the `part` facts)."""
        indicators, forms = self.relations["indicator"], self.relations["form"].table
        table = indicators.table
        grouped = sums(indicators, self.scorer, {"form_key": table["form_key"], "name": table["level1_name"]}, "")
        weights = self.policy.scoring.weights
        scheme = forms["scheme_case"] if weights.schemes else ibis.literal(-1, type="int16")
        by_form = forms.select(
            of_form=forms["form_key"], bundle=forms["bundle"], form=forms["form"], form_kind=forms["form_kind"], scheme=scheme
        )
        joined = grouped.inner_join(by_form, grouped["form_key"] == by_form["of_form"])
        mappings = {n: item.level1 for n, item in enumerate(weights.schemes)}
        found = [
            ((joined["scheme"] == n) & (joined["name"] == text_literal(name)), numbers.literal(_micro(points)))
            for n, level1 in mappings.items()
            for name, points in level1.items()
        ]
        none_holds = joined["scheme"].isnull() if weights.schemes else ibis.literal(True)
        found += [
            (none_holds & (joined["name"] == text_literal(name)), numbers.literal(_micro(points)))
            for name, points in weights.level1.items()
        ]
        closed, own, weighed = joined["open"] == 0, joined["unreported"] == 0, joined["unweighted"] == 0
        labels = {n: text_literal(item.label) for n, item in enumerate(weights.schemes) if item.label}
        clauses = {n: text_literal(item.basis) for n, item in enumerate(weights.schemes)}
        limited = joined["unlimited"] == 0
        frame = Frame(
            joined.select(
                "bundle",
                "form_key",
                "form",
                "form_kind",
                "name",
                fact=joined["form_key"] * numbers.literal(FACT_SHIFT)
                + ibis.row_number().over(group_by=joined["form_key"], order_by=joined["name"]).cast("int64"),
                reported=own.ifelse(joined["reported"], NULL_ID),
                computed=closed.ifelse(joined["computed"], NULL_ID),
                allowed_low=limited.ifelse(joined["low"], NULL_ID),
                allowed_high=limited.ifelse(joined["high"], NULL_ID),
                weight_sum=weighed.ifelse(joined["weight"], NULL_ID),
                weight_scheme=numbers.long(ibis.cases(*found, else_=NULL_ID)) if found else NULL_ID,
                weight_case=of_case(joined["scheme"], labels, NULL_ID),
                weight_clause=of_case(joined["scheme"], clauses, text_literal(weights.basis)),
                **{SUBJECT: joined["name"]},
            )
        )
        frame.table = self.store("r_part", frame.table)
        table = frame.table
        most = MOST_INDICATORS
        frame.fields = {
            "form": Text(table["form"]),
            "form_kind": coded(table["form_kind"], ("department", "project")),
            "name": Text(table["name"]),
            "reported": numbers.column(table["reported"], self.size("indicator", "reported") * most, SCALE),
            "computed": numbers.column(table["computed"], self.scorer.largest * most, self.scorer.unit),
            "weight_sum": numbers.column(table["weight_sum"], self.size("indicator", "weight") * most, SCALE),
            "weight_scheme": numbers.column(table["weight_scheme"], 10**12, SCALE),
            "weight_case": coded(table["weight_case"], tuple(item.label for item in weights.schemes)),
            "weight_clause": coded(table["weight_clause"], (weights.basis, *(item.basis for item in weights.schemes))),
        }
        self.relations["part"] = frame

    # --- the rest ------------------------------------------------------------------------------------------------

    def _others(self) -> None:
        for kind in FACTS:
            if kind in self.relations:
                continue
            frame = Frame(self.source(kind))
            frame.fields = prepared(kind, frame.table, self.sizes, self.needs)
            self.relations[kind] = frame
        if COMPUTED["group"] & self.needs.fields.get("group", set()):
            self._groups(self.relations["group"])
        if COMPUTED["claim"] & self.needs.fields.get("claim", set()):
            self._claims(self.relations["claim"])
        if COMPUTED["alike"] & self.needs.fields.get("alike", set()):
            self._alike(self.relations["alike"])

    def _groups(self, frame: Frame) -> None:
        levels = self.source(LEVELS)
        left = frame.table.mutate(level2_key=frame.table["level2"].fill_null(numbers.literal(0)))
        keep = levels.select("of_level1", "of_level2", "belongs", "home", "known")
        joined = left.left_join(keep, [left["level1"] == keep["of_level1"], left["level2_key"] == keep["of_level2"]])
        frame.table = joined.drop("of_level1", "of_level2", "level2_key")
        frame.fields = prepared("group", frame.table, self.sizes, self.needs)
        frame.fields["belongs"], frame.fields["known"] = Flag(frame.table["belongs"]), Flag(frame.table["known"])
        frame.fields["home"] = Text(frame.table["home"])

    def _claims(self, frame: Frame) -> None:
        """What a claim should say by the form it is about (`facts._expected`)."""
        forms = self.relations["form"]
        rules = {key: rule.equals for key, rule in self.policy.statements.items() if rule.equals}
        names = list(dict.fromkeys(name for equals in rules.values() for _, name in equals))
        parts: dict[str, Expr] = {}
        shapes: dict[str, Number] = {}
        for name in names:
            value = forms.fields.get(name)
            if not isinstance(value, Number):
                raise Unsupported(f"陈述所等于的“{name}”不能在数据库里核对")
            shapes[name] = value
            for side, part in (("up", value.up), ("down", value.down)):
                if part.expr is not None:
                    parts[f"of_{name}_{side}"] = part.expr
        by_form = forms.table.select(of_bundle=forms.table["bundle"], of_form=forms.table["form"], **parts)
        claims = frame.table
        joined = claims.left_join(by_form, [claims["bundle"] == by_form["of_bundle"], claims["about"] == by_form["of_form"]])
        frame.table = self.store("r_claim", joined.drop("of_bundle", "of_form"))
        frame.fields = prepared("claim", frame.table, self.sizes, self.needs)
        table = frame.table

        def rebuilt(name: str) -> Number:
            shape = shapes[name]
            sides = [
                Int(None if part.expr is None else table[f"of_{name}_{side}"], part.most, part.wide)
                for side, part in (("up", shape.up), ("down", shape.down))
            ]
            return Number(shape.scale, sides[0], sides[1], shape.quotient)

        expected: list[tuple[Expr, Number]] = []
        gaps: list[tuple[Expr, Number]] = []
        for key, equals in rules.items():
            taken = ibis.literal(False)
            for group, name in equals:
                right, said = rebuilt(name), number(frame, group)
                both = (table["key"] == text_literal(key)) & numbers.present(right) & numbers.present(said)
                now = every([both.fill_null(False), ~taken])
                expected.append((now, right))
                gaps.append((now, numbers.absolute(numbers.add(right, numbers.negative(said)))))
                taken = taken | both.fill_null(False)
        frame.fields["expected"], frame.fields["gap"] = Branches(tuple(expected)), Branches(tuple(gaps))

    def _alike(self, frame: Frame) -> None:
        indicators = self.relations["indicator"].table
        first = indicators.select(first_key=indicators["fact"], first_actual=indicators["actual"])
        second = indicators.select(second_key=indicators["fact"], second_actual=indicators["actual"])
        alike = frame.table
        joined = alike.left_join(first, alike["first_fact"] == first["first_key"])
        joined = joined.left_join(second, alike["second_fact"] == second["second_key"])
        table = joined.mutate(same_actual=(joined["first_actual"] == joined["second_actual"]).fill_null(False))
        frame.table = self.store("r_alike", table.drop("first_key", "second_key", "first_actual", "second_actual"))
        frame.fields = prepared("alike", frame.table, self.sizes, self.needs)
        frame.fields["same_actual"] = Flag(frame.table["same_actual"])

    # --- measures ------------------------------------------------------------------------------------------------

    def _measures(self) -> None:
        """Counts, sums, shares, least and greatest, one pass for all that count the same facts per the same thing."""
        groups: dict[tuple[str, str], list[Measure]] = {}
        for measure in self.policy.rules.measures:
            groups.setdefault((measure.per, measure.of), []).append(measure)
        members = {kind: dict(frame.fields) for kind, frame in self.relations.items()}
        for (per, of), found in groups.items():
            self._measured(per, of, found, members[of])
        for per in dict.fromkeys(per for per, _ in groups):
            frame = self.relations[per]
            stored = self.store(f"m_{per}", frame.table)
            fields = {name: moved(value, stored) for name, value in frame.fields.items()}
            self.relations[per] = Frame(stored, fields)

    def _measured(self, per: str, of: str, measures: list[Measure], fields: Mapping[str, Value]) -> None:
        table = self.relations[of].table
        aggregates: dict[str, Expr] = {}
        shapes: dict[str, tuple[Measure, Number | None]] = {}
        for measure in measures:
            made: dict[str, Expr] = {}
            try:
                shapes[measure.id] = measure, self._take(measure, fields, table["bundle"].notnull(), made)
            except (Unsupported, TooWide) as why:  # the rules that look at it are left to the reference
                self.refused[measure.id] = str(why)
                continue
            aggregates |= made
        if not shapes:
            return
        keys = _member_keys(per, table)
        grouped = table.group_by(**keys).aggregate(**aggregates)
        owner = self.relations[per]
        own = _owner_keys(per, owner.table)
        joined = owner.table.left_join(grouped, [own[name] == grouped[f"k_{n}"] for n, name in enumerate(own)])
        joined = joined.drop(*(f"k_{n}" for n in range(len(own))))
        owner.fields = {name: moved(value, joined) for name, value in owner.fields.items()}
        owner.table = joined
        for name, (measure, shape) in shapes.items():
            owner.fields[name] = _result(measure, shape, joined)

    def _take(self, measure: Measure, fields: Mapping[str, Value], row: Expr, out: dict[str, Expr]) -> Number | None:
        value = fields.get(measure.field) if measure.field else None
        if measure.field and not isinstance(value, Number):
            raise Unsupported(f"统计量 {measure.id} 的“{measure.field}”")
        counted = row & holds(measure.among, fields).fill_null(False)
        if isinstance(value, Number):
            counted = counted & numbers.present(value)
            return self._aggregate(measure, value, counted, (counted & holds(measure.conditions, fields)).fill_null(False), out)
        return self._aggregate(measure, None, counted, (counted & holds(measure.conditions, fields)).fill_null(False), out)

    def _aggregate(
        self, measure: Measure, value: Number | None, counted: Expr, chosen: Expr, out: dict[str, Expr]
    ) -> Number | None:
        name = f"x_{measure.id}"
        if measure.take == "count":
            out[name] = count(chosen)
            return None
        if measure.take in ("sum", "share"):
            if value is None:
                out[name], out[f"{name}_of"] = count(chosen), count(counted)
                return None
            if value.down.expr is not None or value.quotient or not value.up.narrow or value.up.expr is None:
                raise Unsupported(f"统计量 {measure.id}：商不能相加")
            most = value.up.most * MOST_INDICATORS
            if most > numbers.NARROW:
                raise TooWide(f"{most:.1e}")
            out[name] = numbers.long(chosen.ifelse(value.up.expr, NULL_ID).sum())
            out[f"{name}_of"] = numbers.long(counted.ifelse(value.up.expr, NULL_ID).sum())
            return Number(value.scale, Int(None, most))
        if value is None:
            raise Unsupported(f"统计量 {measure.id}")
        if value.down.expr is not None:
            value = numbers.grained(value)
        if value.up.expr is None:
            raise Unsupported(f"统计量 {measure.id}：定值的最大、最小值")
        kept = chosen.ifelse(value.up.expr, ibis.null(value.up.expr.type()))
        out[name] = kept.min() if measure.take == "min" else kept.max()
        return value


def _result(measure: Measure, shape: Number | None, table: Any) -> Number:
    name = f"x_{measure.id}"
    if measure.take in ("min", "max"):
        assert shape is not None
        return Number(shape.scale, Int(table[name], shape.up.most, shape.up.wide), numbers.ONE, shape.quotient, shape.grain)
    whole = table[name].fill_null(numbers.literal(0))
    if measure.take == "count":
        return numbers.column(whole, MOST_INDICATORS * FORM_SHIFT, 1)
    most, scale = (shape.up.most, shape.scale) if shape else (MOST_INDICATORS * FORM_SHIFT, numbers.constant(1).scale)
    part = Number(scale, Int(whole, most))
    if measure.take == "sum":
        return part
    share = numbers.divide(part, Number(scale, Int(table[f"{name}_of"], most)), [])
    return Number(share.scale, share.up, share.down, quotient=True)


def _member_keys(per: str, table: Any) -> dict[str, Expr]:
    """The fields facts are grouped by; a missing one is a group of its own, as in the reference."""
    if per == "bundle":
        return {"k_0": table["bundle"]}
    names = {"form": [], "goal": ["goal"], "group": ["goal", "level1", "level2"]}[per]
    return {"k_0": table["form_key"], **{f"k_{n + 1}": table[name].fill_null(numbers.literal(0)) for n, name in enumerate(names)}}


def _owner_keys(per: str, table: Any) -> dict[str, Expr]:
    if per == "bundle":
        return {"bundle": table["bundle"]}
    names = {"form": [], "goal": ["number"], "group": ["goal", "level1", "level2"]}[per]
    return {"form_key": table["form_key"], **{name: table[name].fill_null(numbers.literal(0)) for name in names}}


def _micro(points: Any) -> int:
    from engine.corpus_fields import scaled

    return scaled(points)


def _id(value: str) -> int:
    from engine.corpus_fields import text_id

    return text_id(value)


def used_columns(needs: Needs, kind: str) -> list[str]:
    """The prepared columns of a kind that a policy reads."""
    named = needs.fields.get(kind, set())
    always = {SUBJECT, "form", "form_kind", *(name for name in columns(kind) if name in ALWAYS.get(kind, ()))}
    return [name for name in columns(kind) if name in named or name in always]


ALWAYS: Mapping[str, tuple[str, ...]] = {
    "indicator": (
        *("early", "actual_percent", "target_positive", "actual_positive", "verdict_positive", "said_positive"),
        *("target_inverse", "actual_inverse", "verdict_inverse", "said_inverse", "name", "level1", "level2", "goal"),
        *("weight", "reported"),
    ),
    "group": ("goal", "level1", "level2"),
    "goal": ("number",),
    "claim": ("key", "about"),
    "alike": ("first_fact", "second_fact"),
}


def relevant_beyond(needs: Needs) -> set[tuple[str, str]]:
    """The columns whose missing values matter to a policy."""
    return {(kind, name) for kind in PREPARED_KINDS for name in used_columns(needs, kind)}

