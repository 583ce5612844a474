"""One table of scores of two policies over the same input: the pairs of cases that meet, and where they make something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.changes.scores import spans
from engine.changes.scores.model import ScoreRegion, SpanEdge, TableComparison, Witness
from engine.changes.scores.sides import ScoringSide
from engine.language.tables import Case, CaseTable
from engine.soundness.proof.assumptions import percent_factor, reached, world
from engine.soundness.proof.counterexample import fields_of, friendly, read_by, told
from engine.soundness.proof.logic import Term, every, implies, no, number, same, some
from engine.soundness.proof.prover import Prover
from engine.soundness.proof.terms import HIGHEST_DEGREE, degree
from engine.soundness.proof.terms import fields_of as operands
from engine.soundness.proof.terms import value as term_of
from engine.values.notation import read_value

_SPANNED = {"quantitative": ("achieved",), "execution": ("executed",), "deadline": ("days_late", "months_late", "full_months_late")}
_TENTH = Decimal(10)
"""Points of the indicator that rises and falls are told of."""


class Joint:
    """A pair of tables. `own`: fields that each policy reads for itself."""

    def __init__(
        self, one: ScoringSide, two: ScoringSide, tables: tuple[CaseTable, CaseTable], own: Iterable[str], prover: Prover
    ) -> None:
        self.one, self.two, self.tables, self.prover = one, two, tables, prover
        self.own = own = tuple(own)
        self.here = world(one.policy, tables[0], one.params, "a")
        self.there = world(two.policy, tables[1], two.params, "b", other=self.here, own=own)
        self.tied = tuple(self._tied(own))
        self.ways = reached(tables[0].cases, self.here.record), reached(tables[1].cases, self.there.record)
        self.tied += tuple(self._worded())
        self.undecided: list[str] = []

    def compare(self, title: str) -> TableComparison:
        """Every pair of cases that an input can come to."""
        regions = []
        for n, case in enumerate(self.tables[0].cases):
            for m, other in enumerate(self.tables[1].cases):
                differing = self._differing(case, other)
                if differing is not None and (found := self._region(n, m, differing)) is not None:
                    regions.append(found)
        return TableComparison(self.tables[0].name, title, tuple(regions), tuple(dict.fromkeys(self.undecided)))

    def compare_apart(self, title: str) -> TableComparison:
        """The rows that the two policies read otherwise: one that comes out otherwise is shown, no more."""
        names = "/".join(dict.fromkeys(table.name for table in self.tables))
        for n, case in enumerate(self.tables[0].cases):
            for m, other in enumerate(self.tables[1].cases):
                differing = self._differing(case, other)
                if differing is not None and (found := self._region(n, m, differing, measured=False)) is not None:
                    shown = replace(found, cases=("", ""), everywhere=False, bounded=False)
                    return TableComparison(f"{names}.read", title, (shown,))
        said = (
            (f"两边读法不同的行可能得分不同（{len(self.undecided)} 对情形），没有找到经得起重算的例子",) if self.undecided else ()
        )
        return TableComparison(f"{names}.read", title, (), said)

    # --- what is known ---------------------------------------------------------------------------------------------

    def _tied(self, own: Sequence[str]) -> Iterator[Term]:
        """Where both read the direction alike, or it does not matter, the values compare alike; and that they do not read alike."""
        here, there = self.here.record, self.there.record
        read = [name for name in own if here.fields[name].type == "text" and name in there.fields] if own else []
        if not read:
            return
        if "verdict" in read:
            alike = some([same(here.value("direction"), there.value("direction")), here.text("target_kind", "range")])
            yield implies(alike, same(here.value("verdict"), there.value("verdict")))
        if "attainment" in read:
            for side, record in ((self.one, here), (self.two, there)):
                found = side.policy.recognition["attainment"]
                for case, comes in zip(found.cases, reached(found.cases, record), strict=True):
                    yield implies(comes, record.text("attainment", case.value))
        yield some([no(same(here.value(name), there.value(name))) for name in read])

    def _worded(self) -> Iterator[Term]:
        """A text that is asked for is of the kind it is read as: 无 is no range."""
        if not self.own or self.one.policy.words != self.two.policy.words:
            return
        record = self.here.record
        for key in ("target", "actual"):
            unknown = record.unknowns.get(f"{key}_text")
            for text, equal in tuple(unknown.constants.items()) if unknown else ():
                yield implies(equal, record.text(f"{key}_kind", read_value(text, self.one.policy.words).kind))

    def _terms(self, *more: Term) -> list[Term]:
        return [*more, *self.tied, *self.here.terms(), *self.there.terms()]

    # --- what differs ----------------------------------------------------------------------------------------------

    def _differing(self, one: Case, two: Case) -> list[Term] | None:
        """What has to hold for the two cases to make something different of an input; None where they never do."""
        if one.score is None and two.score is None:
            if one.tier and two.tier:
                if self.one.edges(one) == self.two.edges(two):
                    return None
                own = self.here.record.present("reported")
                return [own, self._tier(self.one, one) != self._tier(self.two, two)]
            if one.tier or two.tier:
                status = one.status or two.status
                return [self.here.record.present("reported")] if status == "needs_review" else []
            return None if one.status == two.status else []
        if one.tier or two.tier:
            here = self._tier(self.one, one) if one.tier else self._kept(0, one)
            there = self._tier(self.two, two) if two.tier else self._kept(1, two)
            return [some([no(self.here.record.present("reported")), here != there])]
        if one.score is None or two.score is None:
            return []
        here, there = self._kept(0, one), self._kept(1, two)
        return None if here.eq(there) else [here != there]

    def _tier(self, side: ScoringSide, case: Case, *, digits: bool = True) -> Term:
        """The score of a tier: the body's own, kept within the tier; of an end that does not belong to it, a last digit inside
        (but not where `digits` do not count)."""
        import z3

        floor, floor_included, top, top_included = side.edges(case)
        weight, own = self.here.names["weight"], self.here.names["reported"]
        digit = number(Fraction(1, 10**side.policy.scoring.rounding.places) if digits else 0)
        low = number(floor) * weight if floor_included else number(floor) * weight + digit
        high = number(top) * weight if top_included else number(top) * weight - digit
        least = z3.If(own <= high, own, high)
        return z3.If(low >= least, low, least)

    def _kept(self, which: int, case: Case) -> Term:
        """The score of a formula within its policy's bounds."""
        import z3

        side, where = (self.one, self.here) if which == 0 else (self.two, self.there)
        assert case.score is not None
        raw = term_of(case.score, where.names).term
        if self.tables[which].name == "total":
            return raw
        bounds = side.policy.scoring.bounds
        low, high = (term_of(edge, where.names).term for edge in (bounds.lowest, bounds.highest))
        least = z3.If(high <= raw, high, raw)
        return z3.If(low >= least, low, least)

    # --- one pair of cases -----------------------------------------------------------------------------------------

    def _region(self, n: int, m: int, differing: list[Term], *, measured: bool = True) -> ScoreRegion | None:
        one, two = self.tables[0].cases[n], self.tables[1].cases[m]
        said = self.one.said(self.tables[0].name, one), self.two.said(self.tables[1].name, two)
        meeting = [self.ways[0][n], self.ways[1][m], *self._valued(one, two)]
        if any(case.score is not None and degree(case.score, self.here.record.fields) > HIGHEST_DEGREE for case in (one, two)):
            self.undecided.append(f"A 的{said[0]}与 B 的{said[1]}：公式连乘连除太多，没有去证")
            return None
        answer, _ = self.prover.possible(self._terms(*meeting, *differing))
        if answer == "proved":
            return None
        example = self._example([*meeting, *differing], one, two) if answer == "refuted" else None
        if example is None:
            known = "两边都算了，没有找到真有不同的例子" if answer == "refuted" else "在规定的步数内没有判定"
            self.undecided.append(f"A 的{said[0]}与 B 的{said[1]}：{known}")
            return None
        if not measured:
            return ScoreRegion((one.id, two.id), said[0], said[1], everywhere=False, example=example)
        region = ScoreRegion((one.id, two.id), said[0], said[1], everywhere=self._everywhere(meeting, differing), example=example)
        return self._measured(region, one, two, [*meeting, *differing])

    def _everywhere(self, meeting: list[Term], differing: list[Term]) -> bool:
        """Whether every input that comes to both cases differs."""
        return self.prover.possible(self._terms(*meeting, no(every(differing))))[0] == "proved" if differing else True

    def _valued(self, *cases: Case) -> Iterator[Term]:
        """That the formulas have a value: every operand there, no divisor 0. What lint proves of a published policy."""
        for case, where in zip(cases, (self.here, self.there), strict=True):
            if case.score is not None:
                yield from (where.record.present(name) for name in operands(case.score, where.record.fields))
                yield from (term != 0 for term, _ in term_of(case.score, where.names).divisors)

    def _ask(self, terms: list[Term]) -> spans.Ask:
        return lambda more: self.prover.possible(self._terms(*terms, *more))[0]

    def _measured(self, region: ScoreRegion, one: Case, two: Case, terms: list[Term]) -> ScoreRegion:
        """The region with the span along which it differs, and how far the score rises and falls."""
        record, named = self.here.record, spans.constants((one, two), {**self.one.params, **self.two.params})
        found = None
        try:
            for name in self._quantities(one, two):
                of = spans.QUANTITIES[name]
                above = record.value(of.above)
                sound = [record.present(of.above), *([record.value(of.below) > 0] if of.below else [])]
                if name == "own":  # in shares of the weight no last digit counts: the ends then belong to it
                    sound.append(self._tier(self.one, one, digits=False) != self._tier(self.two, two, digits=False))
                found = spans.span(name, (above, record.value(of.below) if of.below else None), self._ask([*terms, *sound]), named)
                if found is not None:
                    found = replace(found, low=_kept(found.low), high=_kept(found.high)) if name == "own" else found
                    break
            region = replace(region, span=found)
            if (scores := self._scores(one, two)) is not None:
                worth, fixed = self._worth()
                here, there = scores
                rise = spans.greatest(there - here, self._ask([*terms, *fixed]), worth)
                fall = spans.greatest(here - there, self._ask([*terms, *fixed]), worth)
                region = replace(region, rise=rise, fall=fall, out_of=worth)
        except spans.Undecided:
            region = replace(region, bounded=False)
        return region

    def _quantities(self, one: Case, two: Case) -> tuple[str, ...]:
        if one.tier and two.tier:
            return ("own",)
        names = _SPANNED.get(self.tables[0].name, ())
        return tuple(name for name in names if spans.QUANTITIES[name].above in self.here.record.fields)

    def _scores(self, one: Case, two: Case) -> tuple[Term, Term] | None:
        """Both scores; None where one of them is no number."""
        out = []
        for which, (side, case) in enumerate(((self.one, one), (self.two, two))):
            if case.status:
                return None
            out.append(self._tier(side, case) if case.tier else self._kept(which, case))
        return out[0], out[1]

    def _worth(self) -> tuple[Fraction, list[Term]]:
        """What the scores are told of, and that they are of that."""
        scoring = self.one.policy.scoring, self.two.policy.scoring
        if self.tables[0].name == "total":
            return max(Fraction(each.weights.full_score) for each in scoring), []
        if self.tables[0].name == "execution":
            return max(Fraction(each.weights.execution) for each in scoring), []
        worth = Decimal(100) if scoring[0].hundred else min(_TENTH, scoring[0].weights.full_score)
        return Fraction(worth), [self.here.names["weight"] == number(worth)]

    # --- an example ------------------------------------------------------------------------------------------------

    def _example(self, terms: list[Term], one: Case, two: Case) -> Witness | None:
        """An input of which the engine makes something different under the two policies, as simple as can be had."""
        asked = self._terms(*terms)
        scores = self._scores(one, two)
        step = number(Fraction(1, 10 ** min(side.policy.scoring.rounding.places for side in (self.one, self.two))))
        apart = [[some([scores[0] - scores[1] >= step, scores[1] - scores[0] >= step])]] if scores else []
        for more in (*apart, []):  # a difference that rounding cannot take away, before any other
            tried = [percent_factor() == 1, *more, *asked]
            for model in (self._friendly(tried), self.prover.possible(tried)[1], self.prover.possible([*more, *asked])[1]):
                if model is not None and (found := self._replayed(model)) is not None:
                    return found
        return None

    def _friendly(self, asked: list[Term]) -> Any:
        return friendly(self.prover, asked, [self.here.record], self.tables[0].name)

    def _replayed(self, model: Any) -> Witness | None:
        """The input of a model, if both engines agree that it is read so, and comes out differently."""
        here, there = fields_of(model, self.here.record), fields_of(model, self.there.record)
        if here is None or there is None or not (self.one.reads(here, self.own) and self.two.reads(there, self.own)):
            return None
        made, other = self.one.made(self.tables[0], here), self.two.made(self.tables[1], there)
        if made is None or other is None or made == other:
            return None
        about = [*read_by(self.tables[0]), *(name for name in read_by(self.tables[1]) if name in here)]
        if any(case.tier for table in self.tables for case in table.cases):  # a tier keeps the body's own score within its range
            about += ["weight", "reported"]
        shown: Mapping[str, Any] = {key: value for key, value in here.items() if value == there.get(key, value)}
        if "attainment" in shown:
            shown = {**shown, "attainment": self.one.words.tiers.get(shown["attainment"], "判断不了")}
        given = told(shown, [name for name in about if name in shown], self.here.record.fields)
        apart = [
            f"{self.here.record.fields[key].title}：A 读作“{self.one.words.value(here[key], key)}”，"
            f"B 读作“{self.two.words.value(there[key], key)}”"
            for key in here
            if key not in shown and key != "weight"
        ]
        if "weight" in here and "weight" not in shown:
            apart.append(f"分值：A {here['weight']}，B {there['weight']}")
        return Witness("、".join(filter(None, [given, *apart])), self.one.told(made), self.two.told(other))


def _kept(edge: SpanEdge) -> SpanEdge:
    """The end with the value that it ends with."""
    return replace(edge, included=edge.value is not None)
