"""One indicator of several forms rolled up: the actual by the policy's method, the target, the weight, the averaged score.

Nothing is averaged away: what cannot be added is an obstacle, the value stays empty, and the obstacle says why. An indicator
that one form alone reports is taken over as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.policy.rollup import NUMERIC
from engine.rollup import entries as of
from engine.rollup.gathering import Gathered, Obstructed, Setting
from engine.rollup.matching import Assigned
from engine.rollup.model import Entry, Obstacle, Units, exact, grouped, made, mean, number, told, trimmed, written
from engine.submission.model import Cell
from engine.submission.rolled import Rolled, RolledNumber
from engine.values.notation import fold


@dataclass(frozen=True, slots=True)
class RolledValue:
    """The cells of a rolled-up indicator, how they came about, and what stood in the way."""

    target: Cell | None
    actual: Cell | None
    weight: Cell | None
    rolled: Rolled
    obstacles: tuple[Obstacle, ...]


def roll(name: str, row: Sequence[tuple[Entry, Assigned]], setting: Setting) -> RolledValue:
    """The row `name` of all forms that report it, as one."""
    ordered = sorted(row, key=lambda item: (item[0].child.label, item[0].child.unit, item[0].order))
    return _Indicator(name, ordered, setting).run()


class _Indicator(Gathered):
    def run(self) -> RolledValue:
        rest = [e for e in self.every if self._kind(e) == "not_applicable"]
        if self.active and rest:
            self._note("not-applicable", rest)
        weight = self._weight()
        if not self.active:  # nobody has it to do: taken over as it stands
            first = self.every[0]
            return self._done(first.indicator.target, first.indicator.actual, weight, Rolled("same", "", self.basis))
        try:
            return self._rolled(weight)
        except Obstructed as refused:
            self.obstacles.append(refused.obstacle)
            why = of.reason(refused.obstacle)
            rolled = Rolled(self.method, self.case, self.basis, refused=why, shares=self._shares({}))
            return self._done(None, made(""), weight, rolled)

    def _rolled(self, weight: Fraction | None) -> RolledValue:
        kind = self._common_kind()
        units = self._units() if kind == "numbers" else Units("", {})
        labels = self._labels() if kind == "numbers" else ()
        self._choose(kind, units.unit, len(labels))
        if self.alone:
            return self._alone(kind, units, labels, weight)
        if self.method == "sum_told":
            self._note("sum-told", self.active, details=of.actuals(self.active))
            self.method = "sum"
        if (self.method in NUMERIC and kind != "numbers") or (self.method == "latest" and kind != "deadline"):
            raise Obstructed(self._obstacle("method-unfit", self.active, details=of.actuals(self.active)))
        if self.method == "refuse":
            raise Obstructed(self._obstacle("method-none", self.active, details=of.actuals(self.active)))
        if self.method == "ask" and not (kind == "numbers" and len({self._actual(e) for e in self.active}) == 1):
            raise Obstructed(self._obstacle("method-asked", self.active, details=of.actuals(self.active)))
        if self.method in NUMERIC or (kind == "numbers" and self.method in ("ask", "same")):
            return self._numbers(units, labels, weight)
        if self.method == "score_mean":
            return self._scores(weight)
        if self.method == "latest":
            last = max(self.active, key=lambda e: (of.last_day(e, self.setting.year), e.known.actual.raw))
            return self._done(self._same_target(), made(last.known.actual.raw), weight, self._trace(shares=self._shares({})))
        if len({fold(e.known.actual.raw, self.words) for e in self.active}) > 1:
            raise Obstructed(self._obstacle("method-none", self.active, details=of.actuals(self.active)))
        return self._done(self._same_target(), self.active[0].indicator.actual, weight, self._trace(shares=self._shares({})))

    # --- methods ---------------------------------------------------------------------------------------------------

    def _alone(self, kind: str, units: Units, labels: tuple[str, ...], weight: Fraction | None) -> RolledValue:
        """Taken over word for word, with its exact numbers for the next level where there are any."""
        entry = self.active[0]
        own = entry.rolled
        rolled = own or replace(self._trace(), funds=exact(entry.funds))
        if own is None and self.method in NUMERIC and units.factors:
            numbers = self._exact(labels, units)
            rolled = replace(rolled, numbers=numbers)
        elif self.method == "score_mean" and (score := self._score(entry)) is not None and entry.weight and weight is not None:
            low, high = of.limits(entry, score)
            scaled = [exact(value * weight / entry.weight) for value in (score, low, high)]
            rolled = replace(rolled, score=scaled[0], low=scaled[1], high=scaled[2], attainment=entry.known.attainment)
        rolled = replace(rolled, shares=self._shares({}), reporting=1)
        return self._done(entry.indicator.target, entry.indicator.actual, weight, rolled)

    def _exact(self, labels: tuple[str, ...], units: Units) -> tuple[RolledNumber, ...]:
        entry = self.active[0]
        targets = of.aligned(self._target(entry), labels)
        out = []
        for n, (_, unit, value) in enumerate(self._actual(entry)):
            target = targets[n if len(targets) > 1 else 0] if targets else None
            wanted = exact(target[2] * units.factors[target[1]]) if target and target[1] in units.factors else ""
            out.append(RolledNumber(labels[n], units.unit, exact(value * units.factors[unit]), wanted))
        return tuple(out)

    def _numbers(self, units: Units, labels: tuple[str, ...], weight: Fraction | None) -> RolledValue:
        take = self._combiner(self.method)
        values: dict[str, list[Fraction]] = {label: [] for label in labels}
        for e in self.active:
            for label, unit, value in of.by_label(self._actual(e), labels):
                values[label].append(value * units.factors[unit])
        actual = {label: take(numbers) for label, numbers in values.items()}
        spread = self._nearness().get("spread")
        if self.method == "sum" and isinstance(spread, Decimal) and spread <= self.rules.near_target:
            self._note("near-one-target", self.active, details=of.actuals(self.active))
        target, wanted = self._numeric_target(units, labels)
        base, by_base = self._base(values[labels[0]], units) if len(labels) == 1 else (None, None)
        raws = [e.known.actual.raw for e in self.active]
        cell = made(
            written(
                "",
                [(label, actual[label]) for label in labels],
                units.unit,
                raws,
                self.rules.rounding,
                self.words,
                full=self.method == "sum",
                beside=wanted,
            )
        )
        numbers = tuple(RolledNumber(label, units.unit, exact(actual[label]), exact(wanted.get(label))) for label in labels)
        first = {id(e): values[labels[0]][n] for n, e in enumerate(self.active)} if len(labels) == 1 else {}
        rolled = replace(self._trace(self._shares(first), numbers), base=exact(base), by_base=exact(by_base))
        return self._done(target, cell, weight, rolled)

    def _combiner(self, method: str) -> Callable[[Sequence[Fraction]], Fraction]:
        if method == "sum":
            return lambda numbers: sum(numbers, Fraction(0))
        if method in ("ask", "same"):
            return self._one
        weights = self._bases() if method == "base_mean" else [e.funds for e in self.active]
        missing = [e for e, weight in zip(self.active, weights, strict=True) if weight is None]
        known = [weight for weight in weights if weight is not None]
        if missing or not sum(known, Fraction(0)):
            code = "rate-without-base" if method == "base_mean" else "funds-missing"
            raise Obstructed(self._obstacle(code, missing or self.active))
        self._tell_weightless([e for e, weight in zip(self.active, known, strict=True) if not weight])
        return lambda numbers: mean(numbers, known)

    def _one(self, numbers: Sequence[Fraction]) -> Fraction:
        """The one number that all have."""
        if len(set(numbers)) > 1:
            raise Obstructed(self._obstacle("method-none", self.active, details=of.actuals(self.active)))
        return numbers[0]

    def _tell_weightless(self, entries: Sequence[Entry]) -> None:
        """Those with funds of 0 weigh nothing in a mean: told with their values, since the mean says nothing of them."""
        if entries and not any(o.code == "funds-zero" for o in self.obstacles):
            self._note("funds-zero", entries, details=of.actuals(entries))

    def _scores(self, weight: Fraction | None) -> RolledValue:
        """Scores averaged with funds, as shares of the weights: where weights are equal this is the plain weighted mean, where
        the policy weighs by funds those without the indicator count as 0 in weight and score alike."""
        open_ = [e for e in self.active if self._score(e) is None]
        if open_:
            raise Obstructed(self._obstacle("score-open", open_, details=grouped((e.score.reason, e.child.label) for e in open_)))
        if weight is None:
            raise Obstructed(self._obstacle("weights-differ", self.active, details=of.weights(self.active), told=False))
        if missing := [e for e in self.active if e.funds is None]:
            raise Obstructed(self._obstacle("funds-missing", missing))
        funds = [e.funds or Fraction(0) for e in self.active]
        whole = sum(((e.weight or Fraction(0)) * f for e, f in zip(self.active, funds, strict=True)), Fraction(0))
        if not whole:
            raise Obstructed(self._obstacle("funds-missing", self.active))
        self._tell_weightless([e for e, f in zip(self.active, funds, strict=True) if not f])
        scores = [self._score(e) or Fraction(0) for e in self.active]
        ends = [of.limits(e, score) for e, score in zip(self.active, scores, strict=True)]

        def averaged(values: Sequence[Fraction]) -> Fraction:
            return weight * sum((v * f for v, f in zip(values, funds, strict=True)), Fraction(0)) / whole

        score = averaged(scores)
        tier = self._tier(score / weight if weight else Fraction(0))
        rolled = replace(
            self._trace(self._shares({id(e): s for e, s in zip(self.active, scores, strict=True)})),
            funds=exact(sum(funds, Fraction(0))),
            score=exact(score),
            low=exact(averaged([low for low, _ in ends])),
            high=exact(averaged([high for _, high in ends])),
            attainment=tier,
        )
        return self._done(self._same_target(), made(self._told()), weight, rolled)

    def _score(self, entry: Entry) -> Fraction | None:
        if entry.rolled and entry.rolled.score:
            return number(entry.rolled.score)
        if self.rules.scores.take == "reported":
            return None if entry.score.reported is None else Fraction(entry.score.reported)
        return entry.score.exact if entry.score.status == "scored" else None

    def _tier(self, share: Fraction) -> str:
        tiers = self.setting.policy.scoring.tiers
        if self.rules.attainment.take == "worst":
            order = [tier.id for tier in tiers]
            found = [e.known.attainment for e in self.active]
            return max((tier for tier in found if tier in order), key=order.index, default="unknown")
        fits = (t.id for t in tiers if share > t.floor or (t.floor_included and share == t.floor))
        return next(fits, "unknown")

    def _told(self) -> str:
        """The actual of a qualitative indicator: what all say, or how many are in which tier."""
        texts = {fold(e.known.actual.raw, self.words) for e in self.active}
        if len(texts) == 1:
            return self.active[0].known.actual.raw
        counts = Counter(e.known.attainment for e in self.active)
        shape = self.rules.texts["attainment"]
        return self.rules.texts["joiner"].join(
            shape.replace("{label}", tier.label).replace("{count}", str(counts[tier.id]))
            for tier in self.setting.policy.scoring.tiers
            if counts[tier.id]
        )

    # --- targets ---------------------------------------------------------------------------------------------------

    def _same_target(self) -> Cell:
        days = [e.known.target.deadline.days(self.setting.year)[1] if e.known.target.deadline else None for e in self.active]
        texts = {fold(e.known.target.raw, self.words) for e in self.active}
        if len(texts) == 1 or (None not in days and len(set(days)) == 1):  # 12月底前 and 2021年12月31日前 are one day
            return made(min((e.known.target.raw for e in self.active), key=lambda raw: (len(raw), raw)))
        if (wanted := self.rules.targets.get(self.method)) is None or wanted.take != "any":
            self._note("targets-differ", self.active, details=of.targets(self.active))
        return made("")

    def _numeric_target(self, units: Units, labels: tuple[str, ...]) -> tuple[Cell, dict[str, Fraction]]:
        """The target by the policy's rule for the method, and its exact numbers; an empty cell where there is none."""
        take = self.rules.targets[self.method].take if self.method in self.rules.targets else "same"
        raws = [e.known.target.raw for e in self.active]
        operators = {e.known.target.operator for e in self.active} - {""}
        if len(operators) > 1:
            self._note("operators-differ", self.active, details=of.targets(self.active), refused=True)
            return made(""), {}
        found = [of.aligned(self._target(e), labels) for e in self.active]
        plain_ = [[(label, value * units.factors[unit]) for label, unit, value in t] if t else None for t in found]
        same = len({fold(raw, self.words) for raw in raws}) == 1
        if any(t is None for t in plain_) or any(len(t or ()) != len(plain_[0] or ()) for t in plain_):
            if same and take in ("same", "any") and raws[0]:
                return made(raws[0]), {}
            self._note("targets-differ", self.active, details=of.targets(self.active), refused=True)
            return made(""), {}
        numbers = [t for t in plain_ if t is not None]
        if take in ("same", "any"):
            if any(t != numbers[0] for t in numbers):
                if take == "same":
                    self._note("targets-differ", self.active, details=of.targets(self.active), refused=True)
                return made(""), {}
            total = [value for _, value in numbers[0]]
        else:
            combine = self._combiner(take)
            total = [combine([t[n][1] for t in numbers]) for n in range(len(numbers[0]))]
        names = [label for label, _ in numbers[0]]
        operator = operators.pop() if operators else ""
        if same and all(t == numbers[0] for t in numbers) and total == [value for _, value in numbers[0]]:
            return made(raws[0]), dict(zip(labels, total * len(labels), strict=False))
        text = written(
            operator, list(zip(names, total, strict=True)), units.unit, raws, self.rules.rounding, self.words, full=take == "sum"
        )
        return made(text), dict(zip(labels, total * len(labels) if len(total) == 1 else total, strict=False))

    # --- weights, bases, trace ---------------------------------------------------------------------------------------

    def _weight(self) -> Fraction | None:
        weights = [e.weight for e in self.every]
        if missing := [e for e in self.every if e.weight is None]:
            self._note("weight-missing", missing)
            return None
        known = [w for w in weights if w is not None]
        if self.rules.weights[self.setting.by].take == "by_funds":
            funds = [e.funds for e in self.every]
            if self.setting.whole == 1:
                return known[0]
            if not self.setting.funds or any(f is None for f in funds):
                self._note("funds-missing", [e for e in self.every if e.funds is None] or self.every, refused=True)
                return None
            parts = (w * (f or Fraction(0)) for w, f in zip(known, funds, strict=True))
            return sum(parts, Fraction(0)) / self.setting.funds
        by_form: dict[int, Fraction] = {}
        for e, own in zip(self.every, known, strict=True):  # two of one form in one row are worth both
            by_form[id(e.child.form)] = by_form.get(id(e.child.form), Fraction(0)) + own
        if len(set(by_form.values())) > 1:
            self._note("weights-differ", self.every, details=of.weights(self.every), refused=True)
            return None
        return next(iter(by_form.values()))

    def _base(self, values: Sequence[Fraction], units: Units) -> tuple[Fraction | None, Fraction | None]:
        """The bases added up and the value they give; a note where they are missing, or where they say something else."""
        if self.method == "sum":
            return None, None
        bases = self._bases()
        if missing := [e for e, base in zip(self.active, bases, strict=True) if base is None]:
            self._note("rate-without-base", missing)
            return None, None
        known = [base for base in bases if base is not None]
        true = [number(e.rolled.by_base) if e.rolled and e.rolled.by_base else v for e, v in zip(self.active, values, strict=True)]
        by_base = mean(true, known)
        value = self._combiner(self.method)(values)
        rounding = self.rules.rounding
        texts = {
            key: written("", [("", found)], units.unit, [], rounding, self.words)
            for key, found in (("value", value), ("by_base", by_base), ("gap", abs(value - by_base)))
        }
        self._note("rate-bias", self.active, numbers={**texts, "gap_points": rounding(abs(value - by_base))})
        return sum(known, Fraction(0)), by_base

    def _done(self, target: Cell | None, actual: Cell | None, weight: Fraction | None, rolled: Rolled) -> RolledValue:
        places = self.rules.rounding
        as_filed = self.rules.weights[self.setting.by].take == "same" or self.setting.whole == 1
        cell = None if weight is None else made(exact(weight) if as_filed and "/" not in exact(weight) else trimmed(places(weight)))
        rolled = replace(
            rolled,
            weight=exact(weight),
            reporting=len(self.every),
            funds=rolled.funds or exact(self._funds_sum()),
            rounding=told(places),
        )
        return RolledValue(target, actual, cell, rolled, tuple(self.obstacles))
