"""The facts of a corpus as tables: prepared columns, what the policy makes of them, and measures.

A relation is a table of one kind of fact with the columns `bundle`, `form_key`, `fact` and what its fields mean. Steps that many
rules build on are stored once (`Store`), so that a rule is a filter or a join over columns of integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.bulk.corpus.columns import (
    COMPUTED,
    FACT_SHIFT,
    LARGEST,
    LARGEST_WIDE,
    SCALE,
    SUBJECT,
    WIDE_SCALE,
    columns,
)
from engine.bulk.relational import numbers, sql
from engine.bulk.relational.forms import MOST_INDICATORS, FormTotals, scheme_case, sums
from engine.bulk.relational.measures import add_measures
from engine.bulk.relational.needs import Needs
from engine.bulk.relational.numbers import Int, Number
from engine.bulk.relational.readings import agree, spread
from engine.bulk.relational.scoring import NULL_ID, Frame, Scorer, coded, number, of_case, recognise, text_literal
from engine.bulk.relational.sql import Expr, count
from engine.bulk.relational.terms import (
    Branches,
    Flag,
    TextColumn,
    Unsupported,
    Value,
    bit_columns,
    every,
    moved,
    rebased,
)
from engine.language.fact_fields import FACTS
from engine.language.fields import FORM_FIELDS
from engine.policy.model import Policy

Store = Callable[[str, Any], Any]
"""Stores an expression under a name and gives the table back."""
Sizes = Mapping[tuple[str, str], int]
"""(kind, column) -> the largest absolute value in the corpus."""

KEYS_OF_ROWS = ("bundle", "form_key", "fact")
LEVELS = "levels"
"""The table of 一级/二级指标 pairs and what the taxonomy says of them."""


_TABLE_FIELDS = {"direction", "attainment", "nature", "met", "target", "actual", "verdict", "achieved"}


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
            out[name] = TextColumn(expr, None, asked, words)
        elif declared == "bool":
            out[name] = Flag(expr)
        elif declared == "number":
            out[name] = numbers.column(expr, sizes.get((kind, name), LARGEST), SCALE)
        elif declared == "wide":
            out[name] = numbers.column(expr, sizes.get((kind, name), LARGEST_WIDE), WIDE_SCALE)
    return out


class FactRelations:
    """The relations of a corpus under a policy. `source(kind)` gives the prepared table, bits joined to it."""

    def __init__(self, policy: Policy, needs: Needs, source: Callable[[str], Any], store: Store, sizes: Sizes) -> None:
        self.policy, self.needs, self.source, self.store, self.sizes = policy, needs, source, store, sizes
        self.relations: dict[str, Frame] = {}
        self.refused: dict[str, str] = {}
        """Measures that cannot be computed, and why."""
        self.narrowed = False
        """Whether any of them because numbers are too large."""
        self.scorer = Scorer(policy)

    def size(self, kind: str, name: str) -> int:
        return self.sizes.get((kind, name), LARGEST)

    def build(self) -> None:
        """Every relation of the engine's kinds, with measures. Raises Unsupported, TooWide."""
        self._indicators()
        self._forms()
        self._parts()
        self._others()
        add_measures(self)

    # --- indicators ----------------------------------------------------------------------------------------------

    def _indicators(self) -> None:
        frame = Frame(self.source("indicator"))
        frame.fields = prepared("indicator", frame.table, self.sizes, self.needs)
        self._around(frame)
        self._taxonomy(frame)
        spread(frame, self.policy)
        recognise(frame, self.policy)
        self.scorer.indicator(frame)
        wanted = self._kept("indicator", frame)
        frame.table = self.store("r_reading", frame.table.select(*wanted, "reading", "direction_case"))
        frame.fields = rebased(frame.fields, frame.table)
        agree(frame, self.policy)
        frame.table = self.store("r_indicator", frame.table.drop("reading", "direction_case"))
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

    def _around(self, frame: Frame) -> None:
        """Joins what tables of indicators see of the form (`recognition.form_fields`), where a policy asks for it."""
        if not self.needs.fields.get("indicator", set()) & FORM_FIELDS.keys():
            return
        forms = self.source("form")
        amounts = forms.select(of_form=forms["form_key"], form_budget=forms["budget"], form_executed=forms["executed"])
        joined = frame.table.left_join(amounts, frame.table["form_key"] == amounts["of_form"])
        frame.table = joined.drop("of_form")
        frame.fields = {name: moved(value, frame.table) for name, value in frame.fields.items()}
        for name in ("budget", "executed"):
            frame.fields[name] = numbers.column(frame.table[f"form_{name}"], self.size("form", name), SCALE)
        share = numbers.divide(number(frame, "executed"), number(frame, "budget"), [])
        frame.fields["rate"] = numbers.multiply(share, numbers.constant(100))

    def _taxonomy(self, frame: Frame) -> None:
        """Joins what the taxonomy says of the pair of levels."""
        levels = self.source(LEVELS)
        left = frame.table.mutate(level2_key=frame.table["level2"].fill_null(numbers.literal(0)))
        joined = left.left_join(levels, left["level1"] == levels["of_level1"], left["level2_key"] == levels["of_level2"])
        frame.table = joined.drop("of_level1", "of_level2", "level2_key")
        for name in list(frame.fields):
            frame.fields[name] = moved(frame.fields[name], frame.table)
        for name in ("level1_name", "home"):
            asked = self.needs.patterns.of("indicator", name)
            frame.fields[name] = TextColumn(
                frame.table[name], None, asked, tuple(frame.table[w] for w in bit_columns(name, len(asked)))
            )
        frame.fields["belongs"] = Flag(frame.table["belongs"])

    # --- forms ---------------------------------------------------------------------------------------------------

    def _forms(self) -> None:
        indicators = self.relations["indicator"]
        table = indicators.table
        met = table["met"]
        counts = {
            "count_met": count(met == text_literal("yes")),
            "count_undecided": count(met == text_literal("unknown")),
            "count_zero": count((table["computed"] == 0) & (table["weight"] != 0)),
            "count_unmet": count(~met.isin([_id("yes"), _id("unknown")])),
        }
        if self.policy.scoring.weights.schemes:
            for n, level in enumerate(self.policy.taxonomy):
                counts[f"level_{n}"] = count(table["level1_name"] == text_literal(level.name))
        forms = self.source("form")
        summed = sums(indicators, self.scorer, {"of_form": table["form_key"]}, "all_", counts)
        joined = forms.left_join(summed, forms["form_key"] == summed["of_form"])
        frame = Frame(joined.drop("of_form"))
        zero = {n: frame.table[n].fill_null(numbers.literal(0)) for n in frame.table.columns if n.startswith(("count_", "level_"))}
        frame.mutate(**zero)
        frame.fields = prepared("form", frame.table, self.sizes, self.needs)
        totals = FormTotals(self.policy, self.scorer, frame, self.size("indicator", "weight"), self.size("indicator", "reported"))
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
        scheme = forms["scheme_case"] if weights.schemes else sql.whole(-1, "int16")
        by_form = forms.select("bundle", "form", "form_kind", of_form=forms["form_key"], scheme=scheme)
        joined = grouped.inner_join(by_form, grouped["form_key"] == by_form["of_form"])
        mappings = {n: item.level1 for n, item in enumerate(weights.schemes)}
        found = [
            ((joined["scheme"] == n) & (joined["name"] == text_literal(name)), numbers.literal(_micro(points)))
            for n, level1 in mappings.items()
            for name, points in level1.items()
        ]
        none_holds = joined["scheme"].isnull() if weights.schemes else sql.TRUE
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
                fact=joined["form_key"] * numbers.literal(FACT_SHIFT) + sql.numbered([joined["form_key"]], [joined["name"]]),
                reported=own.ifelse(joined["reported"], NULL_ID),
                computed=closed.ifelse(joined["computed"], NULL_ID),
                allowed_low=limited.ifelse(joined["low"], NULL_ID),
                allowed_high=limited.ifelse(joined["high"], NULL_ID),
                weight_sum=weighed.ifelse(joined["weight"], NULL_ID),
                weight_scheme=numbers.long(sql.cases(found, NULL_ID)) if found else NULL_ID,
                weight_case=of_case(joined["scheme"], labels, NULL_ID),
                weight_clause=of_case(joined["scheme"], clauses, text_literal(weights.basis)),
                **{SUBJECT: joined["name"]},
            )
        )
        frame.table = self.store("r_part", frame.table)
        table = frame.table
        most = MOST_INDICATORS
        frame.fields = {
            "form": TextColumn(table["form"]),
            "form_kind": coded(table["form_kind"], ("department", "project")),
            "name": TextColumn(table["name"]),
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
        joined = left.left_join(keep, left["level1"] == keep["of_level1"], left["level2_key"] == keep["of_level2"])
        frame.table = joined.drop("of_level1", "of_level2", "level2_key")
        frame.fields = prepared("group", frame.table, self.sizes, self.needs)
        frame.fields["belongs"], frame.fields["known"] = Flag(frame.table["belongs"]), Flag(frame.table["known"])
        frame.fields["home"] = TextColumn(frame.table["home"])

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
        joined = claims.left_join(by_form, claims["bundle"] == by_form["of_bundle"], claims["about"] == by_form["of_form"])
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
            taken = sql.FALSE
            for group, name in equals:
                right, said = rebuilt(name), number(frame, group)
                both = (table["key"] == text_literal(key)) & numbers.present(right) & numbers.present(said)
                now = every([both.holds(), ~taken])
                expected.append((now, right))
                gaps.append((now, numbers.absolute(numbers.add(right, numbers.negative(said)))))
                taken = taken | both.holds()
        frame.fields["expected"], frame.fields["gap"] = Branches(tuple(expected)), Branches(tuple(gaps))

    def _alike(self, frame: Frame) -> None:
        indicators = self.relations["indicator"].table
        first = indicators.select(first_key=indicators["fact"], first_actual=indicators["actual"])
        second = indicators.select(second_key=indicators["fact"], second_actual=indicators["actual"])
        alike = frame.table
        joined = alike.left_join(first, alike["first_fact"] == first["first_key"])
        joined = joined.left_join(second, alike["second_fact"] == second["second_key"])
        table = joined.mutate(same_actual=(joined["first_actual"] == joined["second_actual"]).holds())
        frame.table = self.store("r_alike", table.drop("first_key", "second_key", "first_actual", "second_actual"))
        frame.fields = prepared("alike", frame.table, self.sizes, self.needs)
        frame.fields["same_actual"] = Flag(frame.table["same_actual"])


def _micro(points: Any) -> int:
    from engine.bulk.corpus.columns import scaled

    return scaled(points)


def _id(value: str) -> int:
    from engine.bulk.corpus.columns import text_id

    return text_id(value)
