"""Recognition and scoring of indicators as expressions: the same ordered tables, first case that holds.

Follows `recognition.recognise` and `scoring.score_indicator` line by line; what is written only for people (traces, reasons) is
left to the reference, which words the findings that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bulk.corpus.columns import text_id
from engine.bulk.relational import formulas, numbers, rounding, sql
from engine.bulk.relational.numbers import Int, Number
from engine.bulk.relational.queries import Query
from engine.bulk.relational.sql import Expr
from engine.bulk.relational.terms import Fields, Flag, Presence, TextColumn, Unsupported, Value, holds
from engine.language import formula
from engine.language.fields import MET, STATUSES, VERDICTS
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy

NULL_ID = sql.null("int64")


@dataclass(slots=True)
class Frame:
    """A table that grows by columns, and what its columns mean."""

    table: Query
    fields: dict[str, Value] = field(default_factory=dict)

    def mutate(self, **columns: Expr) -> None:
        """Add columns and re-read every field from the new table, so that expressions stay short."""
        self.table = self.table.mutate(**columns)


def text_literal(value: str) -> Expr:
    return numbers.literal(text_id(value))


def coded(expr: Expr, choices: tuple[str, ...]) -> TextColumn:
    return TextColumn(expr, tuple(dict.fromkeys(choices)))


def first_case(table: CaseTable, fields: Fields) -> Expr:
    """The number of the first case that holds; null if none does."""
    cases = [(holds(case.conditions, fields), sql.whole(n, "int16")) for n, case in enumerate(table.cases)]
    return select(cases, sql.null("int16"))


def select(cases: list[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value of the first condition that holds."""
    return sql.cases(cases, otherwise) if cases else otherwise


def of_case(code: Expr, values: Mapping[int, Expr], otherwise: Expr) -> Expr:
    """The value that goes with a case's number; equal values are asked for once."""
    return select([(code == n, value) for n, value in values.items()], otherwise)


def run_table(frame: Frame, name: str, table: CaseTable, choices: tuple[str, ...]) -> None:
    """A recognition table: its value becomes the field of its name."""
    code = f"{name}_case"
    frame.mutate(**{code: first_case(table, frame.fields)})
    groups: dict[str, list[int]] = {}
    for n, case in enumerate(table.cases):
        groups.setdefault(case.value, []).append(n)
    values = [(frame.table[code].isin(list(found)), text_literal(value)) for value, found in groups.items()]
    frame.mutate(**{name: select(values, NULL_ID)})
    frame.fields[name] = coded(frame.table[name], (*choices, *groups))


def recognise(frame: Frame, policy: Policy) -> None:
    """The pair that the direction of a reading makes worst, verdict, attainment, nature, met."""
    tables = policy.recognition
    positive = frame.table["direction"] == text_literal("positive")
    for name in ("target", "actual"):
        either = numbers.either(positive, number(frame, f"{name}_positive"), number(frame, f"{name}_inverse"))
        frame.mutate(**{name: solid(either)})
        frame.fields[name] = like(either, frame.table[name])
    frame.mutate(
        verdict=positive.ifelse(frame.table["verdict_positive"], frame.table["verdict_inverse"]),
        said=positive.ifelse(frame.table["said_positive"], frame.table["said_inverse"]),
    )
    frame.fields["verdict"] = coded(frame.table["verdict"], VERDICTS)
    frame.fields["achieved"] = numbers.divide(number(frame, "actual"), number(frame, "target"), [])
    run_table(frame, "attainment", tables["attainment"], ())
    run_table(frame, "nature", tables["nature"], ())
    run_table(frame, "met", tables["met"], MET)


def number(frame: Frame, name: str) -> Number:
    value = frame.fields[name]
    assert isinstance(value, Number)
    return value


def solid(value: Number) -> Expr:
    """The integer of a number without a divisor; narrow where it fits."""
    assert value.up.expr is not None
    assert value.down.expr is None
    return value.up.expr


def like(value: Number, expr: Expr) -> Number:
    """The same kind of number, in a column."""
    return Number(value.scale, Int(expr, value.up.most, value.up.wide), numbers.ONE, value.quotient)


class Scorer:
    """Scores by one policy; integers of `10**places` in the end."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rounding = policy.scoring.rounding
        if self.rounding.at != "indicator":
            raise Unsupported("政策在合计时取整")
        if policy.scoring.adjust is not None:
            raise Unsupported("政策按别的指标或人工扣减调整得分")
        if policy.scoring.hundred:
            raise Unsupported("政策按各指标的加权得分合计")
        self.unit = 10**self.rounding.places
        self.largest = self.unit
        """Of all scores made so far."""

    def values(self, expression: formula.Expression, fields: Fields) -> tuple[dict[str, Number], Expr]:
        """The operands of a formula, and whether one is missing."""
        out: dict[str, Number] = {}
        missing = sql.FALSE
        for name in dict.fromkeys(item.name for item in formula.names(expression)):
            parameter = self.policy.parameters.get(name)
            found = fields.get(name)
            number_ = found if isinstance(found, Number) else None
            default = numbers.constant(parameter.value) if parameter is not None else None
            if number_ is None and default is None:
                missing = sql.TRUE
                continue
            if number_ is None:
                number_ = default
            elif default is not None:
                number_ = numbers.either(numbers.present(number_), number_, default)
            assert number_ is not None
            if not number_.constant:
                missing = missing | ~numbers.present(number_)
            out[name] = number_
        return out, missing

    def raw(self, expression: formula.Expression, fields: Fields) -> tuple[Number | None, Expr, Expr]:
        """A formula rounded, before it is kept within bounds; whether an operand is missing, and whether a divisor is 0."""
        values, missing = self.values(expression, fields)
        if {item.name for item in formula.names(expression)} - values.keys():
            return None, sql.TRUE, sql.FALSE
        zero: list[Expr] = []
        exact = formulas.evaluate(expression, values, zero)
        by_zero = sql.FALSE
        for item in zero:
            by_zero = by_zero | item.holds()
        return rounding.rounded(exact, self.rounding), missing, by_zero

    def kept(self, raw: Number, low: Number, high: Number) -> Expr:
        """A rounded score kept within rounded bounds. The reference keeps it within the bounds first and rounds then, which comes
        to the same: rounding never turns two numbers round, and a bound's own rounding lies at the bound or beyond."""
        value = numbers.extreme("gt", [low, numbers.extreme("lt", [high, raw])])
        return self.whole(value, max(low.up.most, high.up.most, self.unit))

    def whole(self, value: Number, most: int) -> Expr:
        """A rounded number, no larger than `most`, as a 64-bit integer of the policy's last place."""
        item = numbers.integer(value, self.unit)
        assert item.expr is not None
        if most > numbers.NARROW:
            raise numbers.TooWide(f"{most:.1e}")
        self.largest = max(self.largest, most)
        return numbers.long(item.expr)

    def size(self, value: Number) -> int:
        """The largest a rounded number can be, in the last place."""
        return int(abs(value.scale) * self.unit * value.up.most) + 1

    def bounds(self, frame: Frame, weight: Number) -> tuple[Number, Number]:
        """The policy's bounds for this weight, rounded inwards, as columns."""
        ends, places = self.policy.scoring.bounds, self.rounding.places
        low, high = (formulas.evaluate(end, {"weight": weight}, []) for end in (ends.lowest, ends.highest))
        bottom, top = rounding.above(low, places, True), rounding.below(high, places, True)
        columns = {"bound_low": self.whole(bottom, self.size(bottom)), "bound_high": self.whole(top, self.size(top))}
        frame.mutate(**columns)
        found = [
            numbers.column(frame.table[name], self.size(end), self.unit) for name, end in zip(columns, (bottom, top), strict=True)
        ]
        return found[0], found[1]

    def tier(self, name: str, weight: Number) -> tuple[Expr, Expr, int]:
        """The lowest and highest admissible score of a tier."""
        tiers, places = self.policy.scoring.tiers, self.rounding.places
        index = next(i for i, tier in enumerate(tiers) if tier.id == name)
        tier, higher = tiers[index], tiers[index - 1] if index else None
        low = numbers.multiply(numbers.constant(tier.floor), weight)
        high = numbers.multiply(numbers.constant(higher.floor), weight) if higher else weight
        bottom = rounding.above(low, places, tier.floor_included)
        top = rounding.below(high, places, higher is None or not higher.floor_included)
        most = max(self.size(bottom), self.size(top))
        return self.whole(bottom, most), self.whole(top, most), most

    def indicator(self, frame: Frame) -> None:
        """Adds status, case, clause, computed, allowed_low, allowed_high, review_reason."""
        cases = self._cases(frame)
        weight, reported = number(frame, "weight"), number(frame, "reported")
        low, high = self.bounds(frame, weight)
        raws: dict[str, tuple[Number | None, Expr, Expr]] = {}
        for _, case in cases:
            if case.score is not None and case.formula not in raws:
                raws[case.formula] = self.raw(case.score, frame.fields)
        tiers = {case.tier: self.tier(case.tier, weight) for _, case in cases if case.tier}
        by_formula = {
            text: [n for n, (_, case) in enumerate(cases) if case.formula == text and case.score is not None] for text in raws
        }
        by_tier = {tier: [n for n, (_, case) in enumerate(cases) if case.tier == tier] for tier in tiers}
        code = frame.table["score_case"]
        formula_case = code.isin([n for found in by_formula.values() for n in found])
        tier_case = code.isin([n for found in by_tier.values() for n in found])
        own = self.whole(rounding.rounded(reported, self.rounding), self.size(rounding.rounded(reported, self.rounding)))
        values = [
            (code.isin(found), self.kept(raw, low, high))
            for text, found in by_formula.items()
            if (raw := raws[text][0]) is not None
        ]
        frame.mutate(
            of_formula=formula_case.holds(),
            of_tier=tier_case.holds(),
            missing=select([(code.isin(found), raws[text][1]) for text, found in by_formula.items()], sql.FALSE),
            by_zero=select([(code.isin(found), raws[text][2]) for text, found in by_formula.items()], sql.FALSE),
            raw=select([*values, (tier_case, own)], NULL_ID),
            tier_low=select([(code.isin(found), tiers[tier][0]) for tier, found in by_tier.items()], NULL_ID),
            tier_high=select([(code.isin(found), tiers[tier][1]) for tier, found in by_tier.items()], NULL_ID),
        )
        self._status(frame, cases)

    def _cases(self, frame: Frame) -> list[tuple[str, Case]]:
        """Every case of every scoring table; which one holds is the column `score_case`, null where there is no weight."""
        cases: list[tuple[str, Case]] = []
        by_nature: list[tuple[Expr, Expr]] = []
        for nature, table in self.policy.scoring.tables.items():
            start = len(cases)
            cases += [(table.name, case) for case in table.cases]
            rows = [(holds(case.conditions, frame.fields), sql.whole(start + n, "int16")) for n, case in enumerate(table.cases)]
            by_nature.append((frame.table["nature"] == text_literal(nature), select(rows, sql.null("int16"))))
        weighed = numbers.present(number(frame, "weight"))
        frame.mutate(score_case=weighed.ifelse(select(by_nature, sql.null("int16")), sql.null("int16")))
        return cases

    def _status(self, frame: Frame, cases: list[tuple[str, Case]]) -> None:
        table, code = frame.table, frame.table["score_case"]
        wrong = table["of_formula"] & (table["missing"] | table["by_zero"])
        empty = table["of_tier"] & (table["tier_low"] > table["tier_high"])
        open_ = empty | (table["of_tier"] & table["raw"].isnull())
        review, scored = text_literal("needs_review"), text_literal("scored")
        unscored = {n: case for n, (_, case) in enumerate(cases) if case.score is None and not case.tier}
        other = [(code == n, text_literal(case.status)) for n, case in unscored.items() if case.status != "needs_review"]
        ranged = code.isin([n for n, case in unscored.items() if case.status == "needs_review"]).holds()
        labelled = code.isin([n for n, case in unscored.items() if case.label])
        within = sql.greatest(table["tier_low"], sql.least(table["tier_high"], table["raw"]))
        value = select([(wrong | open_, NULL_ID), (table["of_formula"], table["raw"]), (table["of_tier"], within)], NULL_ID)
        frame.mutate(
            status=select(
                [(wrong, text_literal("error")), (open_, review), (table["of_formula"] | table["of_tier"], scored), *other], review
            ),
            computed=value,
            review_reason=select(
                [(wrong | open_, sql.TRUE), (table["of_formula"] | table["of_tier"], sql.null("boolean"))],
                (code.isnull() | labelled.holds() | table["said"]).null_if(sql.FALSE),
            ),
            traced=code.notnull() & ~(table["of_formula"] & table["missing"]),
            ranged=ranged,
            empty=empty,
        )
        table = frame.table
        names = [f"{name}.{case.id}" for name, case in cases]
        bases = [case.basis for _, case in cases]
        by_basis = {basis: [n for n, other in enumerate(bases) if other == basis] for basis in bases}

        def end(tier: str, bound: str) -> Expr:
            found = [(table["of_formula"], table["computed"]), (table["of_tier"] & ~table["empty"], table[tier])]
            return select([*found, (table["ranged"], table[bound])], NULL_ID)

        frame.mutate(
            allowed_low=end("tier_low", "bound_low"),
            allowed_high=end("tier_high", "bound_high"),
            case=table["traced"].ifelse(of_case(code, {n: text_literal(name) for n, name in enumerate(names)}, NULL_ID), NULL_ID),
            clause=table["traced"].ifelse(
                select([(code.isin(found), text_literal(basis)) for basis, found in by_basis.items()], NULL_ID), NULL_ID
            ),
        )
        table, fields = frame.table, frame.fields
        fields["status"] = coded(table["status"], STATUSES)
        fields["case"], fields["clause"] = coded(table["case"], tuple(names)), coded(table["clause"], tuple(bases))
        fields["review_reason"] = Presence(table["review_reason"])
        for name in ("computed", "allowed_low", "allowed_high"):
            fields[name] = numbers.column(table[name], self.largest, self.unit)

    def differences(self, frame: Frame) -> None:
        """The fields of indicator facts that follow from score and target, or are not as tables see them."""
        fields = frame.fields
        attainment = fields["attainment"]
        assert isinstance(attainment, TextColumn)
        qualitative = frame.table["nature"] == text_literal("qualitative")
        fields["attainment"] = coded(qualitative.ifelse(frame.table["attainment"], NULL_ID), attainment.choices or ())
        reported, computed = number(frame, "reported"), number(frame, "computed")
        fields["score_gap"] = numbers.add(reported, numbers.negative(computed))
        fields["score_shortfall"] = numbers.add(computed, numbers.negative(reported))
        fields["score_differs"] = Flag(numbers.compare("ne", reported, computed).holds())
        target, actual = number(frame, "target"), number(frame, "actual")
        positive = frame.table["direction"] == text_literal("positive")
        above = numbers.add(actual, numbers.negative(target))
        signed = numbers.either(positive, above, numbers.negative(above))
        worth = numbers.compare("gt", target, numbers.constant(0))
        known = frame.table["direction"] != text_literal("unknown")
        below = Int((worth & known).ifelse(solid(target), NULL_ID), target.up.most)
        fields["excess"] = Number(signed.scale / target.scale, signed.up, below, quotient=True)
        up = numbers.solid(signed.up)
        assert up.expr is not None
        fields["excess_amount"] = Number(signed.scale, Int((worth & known).ifelse(up.expr, NULL_ID), up.most, up.wide), signed.down)
