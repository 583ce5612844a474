"""Sums, totals and grades of forms as expressions. Follows `scoring.summed`, `scoring.total` and `evaluation` line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.bulk.corpus.columns import text_id
from engine.bulk.relational import formulas, numbers, rounding, sql
from engine.bulk.relational.numbers import Number
from engine.bulk.relational.queries import Query
from engine.bulk.relational.scoring import NULL_ID, Frame, Scorer, coded, first_case, number, of_case, select, text_literal
from engine.bulk.relational.sql import Expr, count
from engine.bulk.relational.terms import Fields, Presence, TextColumn, holds
from engine.language.conditions import Condition
from engine.policy.model import Band, Policy

MOST_INDICATORS = 2**14
NULL_WIDE = sql.null("wide")


def sums(indicators: Frame, scorer: Scorer, by: Mapping[str, Expr], prefix: str, more: Mapping[str, Expr] | None = None) -> Query:
    """Scores added up per group: what `scoring.summed` needs, one row for each group; `more` is made of it as well."""
    table = indicators.table
    status = table["status"]
    na = status == text_literal("not_applicable")
    return table.grouped(
        by,
        {
            f"{prefix}indicators": sql.rows(),
            f"{prefix}reported": _sum(table["reported"]),
            f"{prefix}unreported": count(table["reported"].isnull()),
            f"{prefix}computed": _sum(table["computed"]),
            f"{prefix}uncomputed": count(table["computed"].isnull()),
            f"{prefix}open": count(~status.isin([_id("scored"), _id("not_applicable")])),
            f"{prefix}low": _sum(na.ifelse(NULL_ID, table["allowed_low"])),
            f"{prefix}high": _sum(na.ifelse(NULL_ID, table["allowed_high"])),
            f"{prefix}unlimited": count(~na & table["allowed_low"].isnull()),
            f"{prefix}weight": _sum(table["weight"]),
            f"{prefix}unweighted": count(table["weight"].isnull()),
            f"{prefix}na_weight": _sum(na.ifelse(table["weight"], NULL_ID)),
            **(more or {}),
        },
    )


def _sum(expr: Expr) -> Expr:
    return sql.total(expr).fill_null(numbers.literal(0))


def _id(value: str) -> int:
    return text_id(value)


class FormTotals:
    """Everything a form's fact has that follows from a policy. `most` are the largest sums, proven from the columns'."""

    def __init__(self, policy: Policy, scorer: Scorer, forms: Frame, most_weight: int, most_reported: int) -> None:
        self.policy, self.scorer, self.forms = policy, scorer, forms
        self.unit = scorer.unit
        self.most_score = scorer.largest * MOST_INDICATORS
        self.most_total = 1
        self.most_weight, self.most_reported = most_weight * MOST_INDICATORS, most_reported * MOST_INDICATORS
        if max(self.most_score, self.most_weight, self.most_reported) > numbers.NARROW:
            raise numbers.TooWide(f"{max(self.most_score, self.most_weight, self.most_reported):.1e}")

    def build(self) -> None:
        self.execution()
        self.sums()
        self.total()
        self.facts()

    def score(self, name: str) -> Number:
        return numbers.column(self.forms.table[name], self.most_score, self.unit)

    def execution(self) -> None:
        """`score_execution`: from the amounts of the budget line."""
        frame, policy, scorer = self.forms, self.policy, self.scorer
        weight = numbers.constant(policy.scoring.weights.execution)
        fields: dict[str, Any] = {
            "weight": weight,
            "budget": number(frame, "budget"),
            "executed": number(frame, "executed"),
            "reported": number(frame, "execution_reported"),
        }
        quotient = numbers.divide(fields["executed"], fields["budget"], [])
        fields["rate"] = numbers.multiply(quotient, numbers.constant(100))
        table = policy.scoring.execution
        complete = numbers.present(fields["budget"]) & numbers.present(fields["executed"])
        frame.mutate(execution_case=complete.ifelse(first_case(table, fields), sql.null("int16")))
        code = frame.table["execution_case"]
        low, high = scorer.bounds(frame, weight)
        code = frame.table["execution_case"]
        status: dict[int, Expr] = {n: text_literal(case.status) for n, case in enumerate(table.cases) if case.score is None}
        reason = {n: sql.truth(bool(case.label)) for n, case in enumerate(table.cases) if case.score is None}
        traced: dict[int, Expr] = dict.fromkeys(status, sql.TRUE)
        values: dict[int, Expr] = {}
        for n, case in enumerate(table.cases):
            if case.score is None:
                continue
            raw, missing, by_zero = scorer.raw(case.score, fields)
            wrong = missing | by_zero
            status[n] = wrong.ifelse(text_literal("error"), text_literal("scored"))
            reason[n], traced[n] = wrong, ~missing
            if raw is not None:
                values[n] = wrong.ifelse(NULL_ID, scorer.kept(raw, low, high))
        clauses = {n: traced[n].ifelse(text_literal(case.basis), NULL_ID) for n, case in enumerate(table.cases)}
        frame.mutate(
            execution_status=of_case(code, status, text_literal("needs_review")),
            execution_computed=of_case(code, values, NULL_ID),
            execution_reason=of_case(code, reason, sql.TRUE).null_if(sql.FALSE),
            execution_clause=of_case(code, clauses, NULL_ID),
        )
        frame.fields["execution_status"] = TextColumn(
            frame.table["execution_status"],
            tuple({"needs_review", "error", "scored", *(case.status for case in table.cases)} - {""}),
        )
        frame.fields["execution_computed"] = self.score("execution_computed")
        frame.fields["execution_reason"] = Presence(frame.table["execution_reason"])
        frame.fields["execution_clause"] = coded(frame.table["execution_clause"], tuple(case.basis for case in table.cases))

    def sums(self) -> None:
        """Sums over the form's indicators as scores; a form without indicators has sums of nothing."""
        table = self.forms.table
        none = numbers.literal(0)
        names = ("indicators", "open", "low", "high", "unlimited", "na_weight", "computed", "uncomputed")
        self.forms.mutate(**{f"all_{name}": table[f"all_{name}"].fill_null(none) for name in names})

    def total(self) -> None:
        """`scoring.total`: by the policy's table, from the parts; a range where a part needs a human."""
        frame = self.forms
        table = frame.table
        scored = table["execution_status"] == text_literal("scored")
        closed = (table["all_open"] == 0) & scored & table["execution_computed"].notnull()
        ranged = (table["all_unlimited"] == 0) & table["execution_computed"].notnull()
        self._total_at("total", "execution_computed", "all_computed", closed)
        self._total_at("low", "execution_computed", "all_low", ranged)
        self._total_at("high", "execution_computed", "all_high", ranged)
        table = frame.table
        both = table["low_total"].notnull() & table["high_total"].notnull()
        found = table["total_total"].notnull()
        # a total above the full score is an error of the form (`scoring.total`)
        total = numbers.column(table["total_total"], self.most_total, self.unit)
        above = (found & numbers.compare("gt", total, numbers.constant(self.policy.scoring.weights.full_score))).holds()
        scored_total = found & ~above
        lowest = numbers.column(table["low_total"], self.most_total, self.unit)
        past = (both & numbers.compare("gt", lowest, numbers.constant(self.policy.scoring.weights.full_score))).holds()
        open_total = ~closed & ~past
        status = select([(open_total, text_literal("needs_review")), (scored_total, text_literal("scored"))], text_literal("error"))
        shown = both & (open_total | scored_total)
        frame.mutate(
            total_status=status,
            total_computed=scored_total.ifelse(table["total_total"], NULL_WIDE),
            total_low=shown.ifelse(table["low_total"], NULL_WIDE),
            total_high=shown.ifelse(table["high_total"], NULL_WIDE),
        )
        frame.fields["total_computed"] = numbers.column(frame.table["total_computed"], self.most_total, self.unit)
        frame.fields["total_status"] = coded(frame.table["total_status"], ("needs_review", "scored", "error"))
        frame.fields["full_score"] = numbers.constant(self.policy.scoring.weights.full_score)

    def _total_at(self, name: str, execution: str, indicators: str, when: Expr) -> None:
        """The rounded total of these parts; null where there is none."""
        weights, scorer = self.policy.scoring.weights, self.scorer
        full = numbers.constant(weights.full_score)
        na = numbers.column(self.forms.table["all_na_weight"], self.most_weight, 10**6)
        fields: dict[str, Any] = {
            "full_score": full,
            "not_applicable_weight": na,
            "applicable": numbers.add(full, numbers.negative(na)),
            "execution": self.score(execution),
            "indicators": self.score(indicators),
        }
        table = self.policy.scoring.total
        self.forms.mutate(**{f"{name}_case": when.ifelse(first_case(table, fields), sql.null("int16"))})
        values: dict[int, Expr] = {}
        for n, case in enumerate(table.cases):
            if case.score is None:
                continue
            operands, missing = scorer.values(case.score, fields)
            zero: list[Expr] = [missing]
            try:
                exact = formulas.evaluate(case.score, operands, zero)
            except KeyError:
                continue
            value = rounding.rounded(exact, scorer.rounding)
            wrong = sql.FALSE
            for item in zero:
                wrong = wrong | item.holds()
            whole = numbers.integer(value, self.unit)
            self.most_total = max(self.most_total, whole.most)
            values[n] = wrong.ifelse(NULL_WIDE, numbers.widened(whole))  # a divisor that is nearly 0 makes a total very large
        self.forms.mutate(**{f"{name}_total": of_case(self.forms.table[f"{name}_case"], values, NULL_WIDE)})

    def facts(self) -> None:
        """The computed fields of form facts (`findings.facts.form`)."""
        frame, policy = self.forms, self.policy
        table, fields = frame.table, frame.fields
        computed = (table["all_uncomputed"] == 0).ifelse(table["all_computed"], NULL_ID)
        frame.mutate(
            indicators_computed=computed,
            grade_computed=self.grade(number(frame, "total_computed"), policy.grades, lambda band: band.id),
            grade_clause=self.grade(number(frame, "total_computed"), policy.grades, lambda band: band.basis),
            grade_of_reported=self.grade(number(frame, "total_reported"), policy.grades, lambda band: band.id),
        )
        fields["indicators_computed"] = self.score("indicators_computed")
        for name in ("grade_computed", "grade_of_reported"):
            fields[name] = coded(frame.table[name], tuple(band.id for band in policy.grades))
        fields["grade_clause"] = coded(frame.table["grade_clause"], tuple(band.basis for band in policy.grades))
        gap = {"total": "total_reported", "execution": "execution_reported"}
        for name, reported in gap.items():
            apart = numbers.add(number(frame, reported), numbers.negative(number(frame, f"{name}_computed")))
            fields[f"{name}_gap"] = numbers.absolute(apart)
        for name in ("met", "undecided", "unmet"):
            fields[name] = numbers.column(frame.table[f"count_{name}"], MOST_INDICATORS, 1)
        every = number(frame, "indicators")
        rate = numbers.divide(numbers.multiply(number(frame, "met"), numbers.constant(100)), every, [])
        fields["completion_rate"] = _as_quotient(rate)
        weights = policy.scoring.weights
        fields["weight_scheme"] = numbers.constant(weights.full_score - weights.execution)
        fields["execution_weight_scheme"] = numbers.constant(weights.execution)
        own_sum = number(frame, "indicators_reported")
        weight = number(frame, "weight_sum")
        own = numbers.multiply(numbers.divide(own_sum, weight, []), numbers.constant(100))
        if weights.execution:
            rated = numbers.multiply(number(frame, "execution_reported"), numbers.constant(Decimal(100) / 1))
            share = Number(rated.scale / _fraction(weights.execution), rated.up, rated.down)
            fields["execution_score_rate"] = _as_quotient(share)
            fields["rate_lead"] = _as_quotient(numbers.add(own, numbers.negative(share)))

    def grade(self, value: Number, bands: Iterable[Band], pick: Any) -> Expr:
        table = self.forms.table
        counts = {"met": "count_met", "undecided": "count_undecided", "unmet": "count_unmet", "zero_scores": "count_zero"}
        asked: dict[str, Any] = {name: numbers.column(table[column], MOST_INDICATORS, 1) for name, column in counts.items()}
        asked["indicators"] = numbers.column(table["all_indicators"], MOST_INDICATORS, 1)
        cases = [
            (
                numbers.compare("gte" if band.floor_included else "gt", value, numbers.constant(band.floor))
                & holds(band.conditions, asked).holds(),
                text_literal(pick(band)),
            )
            for band in bands
        ]
        return select(cases, NULL_ID)


def _fraction(value: Decimal) -> Any:
    from fractions import Fraction

    return Fraction(value)


def _as_quotient(value: Number) -> Number:
    return Number(value.scale, value.up, value.down, quotient=True)


def scheme_case(policy: Policy, fields: Fields) -> Expr:
    """Which of the policy's schemes of weights holds of a form; null where none does."""
    schemes = policy.scoring.weights.schemes
    found = [(holds(_conditions(scheme.conditions), fields), sql.whole(n, "int16")) for n, scheme in enumerate(schemes)]
    return select(found, sql.null("int16"))


def _conditions(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return conditions
