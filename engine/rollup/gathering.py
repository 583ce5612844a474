"""What the forms that report one indicator have in common: kind of value, unit, components; and the obstacles met on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.policy.rollup import METHODS, RollupRules
from engine.rollup import entries as of
from engine.rollup.matching import GIVEN, UNCLEAR, Assigned
from engine.rollup.model import Entry, Obstacle, Units, exact, grouped, number, together
from engine.submission.rolled import Rolled, RolledNumber, Share
from engine.values.cells import value_of
from engine.values.notation import fold, read_value
from engine.values.rounding import rounded
from engine.values.vocabulary import Vocabulary

CLAIMS = (">=", ">", "<=", "<", "±")
"""Signs in an actual that make it no exact number."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What rolling up an indicator needs to know of everything around it. `funds` is that of all the forms together."""

    by: str
    whole: int
    funds: Fraction | None
    year: int
    policy: Policy
    rules: RollupRules
    words: Vocabulary


class Obstructed(Exception):
    """Carries the obstacle; never leaves the roll-up of the indicator."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.code)
        self.obstacle = obstacle


class Gathered:
    """An indicator on all forms that report it."""

    def __init__(self, name: str, row: Sequence[tuple[Entry, Assigned]], setting: Setting) -> None:
        self.name, self.every, self.setting = name, [entry for entry, _ in row], setting
        self.assigned = row[0][1]
        self.rules, self.words = setting.rules, setting.words
        self.alone = len(row) == 1
        self.said = {id(e): of.said(e, self.rules.rounding, self.words) for e in self.every}
        self.active = [e for e in self.every if self._kind(e) != "not_applicable"]
        self.obstacles: list[Obstacle] = []
        self.method, self.case, self.basis = "same", "", self.rules.values.cases[-1].basis

    def _kind(self, entry: Entry) -> str:
        return self.said[id(entry)].kind

    def _actual(self, entry: Entry) -> tuple[of.Part, ...]:
        return self.said[id(entry)].actual

    def _target(self, entry: Entry) -> tuple[of.Part, ...]:
        return self.said[id(entry)].target

    def _tell_changed(self) -> None:
        """Records that a hand changed after they were rolled up: their text counts, here as everywhere."""
        if changed := [e for e in self.every if self.said[id(e)].changed]:
            pairs = ((f"{e.known.actual.raw}，存的是 {self._stored(e)}", e.child.label) for e in changed)
            self._note("hand-changed", changed, details=grouped(pairs))

    @staticmethod
    def _stored(entry: Entry) -> str:
        """The exact numbers of a record, as it stores them."""
        numbers = entry.rolled.numbers if entry.rolled else ()
        aims = "，".join(f"{n.target}{n.unit}" for n in numbers if n.target)
        return "，".join(f"{n.label}{n.actual}{n.unit}" for n in numbers) + (f"（目标值 {aims}）" if aims else "")

    def _read_words(self) -> None:
        """Words that stand for a number (全覆盖 for 100%, 无 for 0) are read as it where the others write numbers."""
        numeric = [e for e in self.active if self._kind(e) == "numbers"]
        if not numeric or len(numeric) == len(self.active):
            return
        units = {unit for e in numeric for _, unit, _ in self._actual(e)}
        read = []
        for e in self.active:
            if self._kind(e) in ("words", "missing") and (part := self._worded(e.known.actual.raw, units)) is not None:
                target = self._target(e) or tuple(filter(None, (self._worded(e.known.target.raw, units),)))
                self.said[id(e)] = replace(self.said[id(e)], kind="numbers", actual=(part,), target=target)
                read.append(e)
        if read:
            self._note("words-as-numbers", read, details=of.actuals(read))

    def _worded(self, raw: str, units: set[str]) -> of.Part | None:
        """The number a word stands for, in the unit of the others; None where it is no such word, or its unit is not theirs."""
        text = self.rules.word_numbers.get("".join(fold(raw, self.words).split()).rstrip("。.；;"))
        if text is None:
            return None
        value = read_value(text, self.words)
        if value.kind != "number" or len(units) > 1 or (value.unit and units != {value.unit}):
            return None
        return ("", value.unit or next(iter(units), ""), Fraction(value.quantities[0].number))

    def _common_kind(self) -> str:
        if len({e.child.form.place for e in self.every}) < len(self.every) and self.assigned.why == UNCLEAR:
            raise Obstructed(self._obstacle("name-unclear", self.every, details=of.actuals(self.every)))
        self._tell_changed()
        self._read_words()
        kinds = {self._kind(e) for e in self.active}
        if "missing" in kinds and not self.alone:
            missing = [e for e in self.active if self._kind(e) == "missing"]
            raise Obstructed(self._obstacle("value-missing", missing, details=of.actuals(missing)))
        if len(kinds) > 1:
            raise Obstructed(self._obstacle("natures-differ", self.active, details=of.actuals(self.active)))
        if kinds == {"numbers"} and not self.alone:
            if claims := [e for e in self.active if e.known.actual.operator in CLAIMS]:
                raise Obstructed(self._obstacle("value-not-exact", claims, details=of.actuals(claims)))
            if about := [e for e in self.active if any(q.approximate for q in e.known.actual.quantities)]:
                self._note("approximate", about, details=of.actuals(about))
            if len({e.known.direction for e in self.active if e.known.direction_certain}) > 1:
                raise Obstructed(self._obstacle("directions-differ", self.active, details=of.targets(self.active)))
        return kinds.pop()

    def _units(self) -> Units:
        """All units of actuals and targets in one. A bare actual beside a target with a unit has that unit."""
        found = together([unit for e in self.active for _, unit, _ in (*self._actual(e), *self._target(e))], self.words)
        if isinstance(found, str):
            if self.alone:
                return Units("", {})
            raise Obstructed(self._obstacle("units-differ", self.active, details=of.actuals(self.active)))
        unclear = [e for e in self.active if self._may_be_share(e, found) or self._may_be_scaled(e)]
        if not self.alone and unclear:
            raise Obstructed(self._obstacle("units-unclear", self.active, details=of.actuals(self.active)))
        bare = [e for e in self.active if any(not unit and value for _, unit, value in self._actual(e))]
        if bare and found.assumed and not self.alone:
            self._note("unit-assumed", bare, details=of.actuals(bare))
        return found

    def _may_be_share(self, entry: Entry, units: Units) -> bool:
        """Whether a bare number beside percentages may be a share of one (0.92 for 92 %) as well as a percentage (0.92 %)."""
        share = self.words.unit(units.unit)
        if share is None or share.bare != "percent" or not self.said[id(entry)].bare:
            return False
        return any(0 < abs(value) <= self.rules.doubts.share_to for _, _, value in self._actual(entry))

    def _may_be_scaled(self, entry: Entry) -> bool:
        """Whether a bare number beside a target in 万 may be in 万 as well (8 beside 10万人)."""
        if not self.said[id(entry)].bare:
            return bool(entry.known.comparison.scale_doubt)
        large = [Fraction(size) for size in self.words.scales.values() if size >= self.rules.doubts.scale]
        far, near = Fraction(self.rules.doubts.far), Fraction(self.rules.doubts.near)
        return any(
            value and target and abs(value / target) < far and any(near <= abs(value * size / target) <= 1 / near for size in large)
            for (_, _, value), (_, _, target) in zip(self._actual(entry), self._target(entry), strict=False)
        )

    def _labels(self) -> tuple[str, ...]:
        """The components of the value, by label; one without a name for a single number."""
        every = [tuple(label for label, _, _ in self._actual(e)) for e in self.active]
        changes = {self._change(label) for labels in every for label in labels}
        singles = all(len(labels) == 1 for labels in every)
        named = {labels[0] for labels in every if labels[0]} if singles else set()
        if singles and len(named) <= 1 and len(changes) == 1:
            return (named.pop() if changes != {""} else "",)
        if singles or len({tuple(sorted(labels)) for labels in every}) > 1 or len(set(every[0])) < len(every[0]):
            if self.alone:
                return every[0]
            raise Obstructed(self._obstacle("parts-differ", self.active, details=of.actuals(self.active)))
        return min(every)

    def _change(self, label: str) -> str:
        kinds = zip(("increase", "decrease"), self.words.changes, strict=True)
        return next((kind for kind, listed in kinds if any(word in label for word in listed)), "")

    def _choose(self, kind: str, unit: str, parts: int) -> None:
        """The method: as it was decided over all who report it, in this run or when they were rolled up; else by the table."""
        before = {(e.rolled.method, e.rolled.case, e.rolled.basis) for e in self.active if e.rolled and e.rolled.case}
        if self.assigned.decided is not None and not self.assigned.chosen[0]:
            self.method, self.case, self.basis = self.assigned.decided
        elif len(before) == 1 and all(e.rolled and e.rolled.case for e in self.active):
            ((self.method, self.case, self.basis),) = before
        else:
            self._by_table(kind, unit, parts)

    def decide(self) -> tuple[str, str, str] | None:
        """Method, case and basis of the row, by all that report it; None where something stands in the way before that."""
        try:
            kind = self._common_kind()
            units = self._units() if kind == "numbers" else Units("", {})
            self._choose(kind, units.unit, len(self._labels()) if kind == "numbers" else 0)
        except Obstructed:
            return None
        return self.method, self.case, self.basis

    def _by_table(self, kind: str, unit: str, parts: int) -> None:
        first = self.active[0]
        fields: dict[str, Scalar] = {
            "name": self.name,
            "level1": first.indicator.level1,
            "form_kind": first.known.form_kind,
            "by": self.setting.by,
            "kind": kind,
            "unit": unit,
            "parts": Decimal(parts),
            "direction": next((e.known.direction for e in self.active if e.known.direction_certain), first.known.direction),
            **({"level2": first.indicator.level2} if first.indicator.level2 else {}),
            **self._nearness(),
        }
        case = self.rules.values.first(fields)
        assert case is not None  # tables end in `otherwise`
        self.method, self.case, self.basis = case.value, case.id, case.basis
        chosen, line = self.assigned.chosen
        if chosen:
            if chosen != self.method and self.method != "ask":
                said = f"{METHODS[chosen]}；政策是{METHODS[self.method]}"
                self._note("method-chosen", self.active, details=said)
            self.method, self.case, self.basis = chosen, GIVEN, line

    def _nearness(self) -> dict[str, Scalar]:
        """Whether all have one target, and how far, in percent of it, the actual farthest from it is: values that all lie near one
        target are more often the same measure of each than parts of a sum."""
        targets = {(unit, value) for e in self.active for _, unit, value in self._target(e)}
        actuals = [value for e in self.active for _, _, value in self._actual(e)]
        out: dict[str, Scalar] = {"same_actual": len(self.active) > 1 and len({self._actual(e) for e in self.active}) == 1}
        if len(targets) == 1 and actuals and all(self._target(e) for e in self.active):
            ((_, target),) = targets
            if target and len(self.active) > 1:
                out["spread"] = rounded(max(abs(value - target) for value in actuals) / abs(target) * 100, 2)
        return out

    def _bases(self) -> list[Fraction | None]:
        out: list[Fraction | None] = []
        for e in self.active:
            if e.rolled and e.rolled.base:
                out.append(number(e.rolled.base))
                continue
            value = value_of(e.indicator.base, self.words).number
            out.append(Fraction(value) if value is not None and value > 0 else None)
        return out

    def _funds_sum(self) -> Fraction | None:
        funds = [e.funds for e in self.active]
        return None if any(f is None for f in funds) else sum((f for f in funds if f is not None), Fraction(0))

    def _trace(self, shares: tuple[Share, ...] = (), numbers: tuple[RolledNumber, ...] = ()) -> Rolled:
        return Rolled(self.method, self.case, self.basis, numbers=numbers, shares=shares)

    def _shares(self, numbers: dict[int, Fraction]) -> tuple[Share, ...]:
        return tuple(
            Share(
                e.child.unit,
                e.child.form.name,
                e.known.actual.raw,
                exact(numbers.get(id(e))),
                exact(e.funds),
                exact(e.weight),
                e.indicator.actual.place if e.indicator.actual else e.indicator.place,
            )
            for e in self.active
        )

    def _obstacle(
        self,
        code: str,
        entries: Sequence[Entry],
        *,
        details: str = "",
        refused: bool = True,
        told: bool = True,
        numbers: Mapping[str, Decimal | str] | None = None,
    ) -> Obstacle:
        """`told`: false where another obstacle has said it already, and only the refusal is wanted."""
        units = tuple(dict.fromkeys(e.child.label for e in entries)) if told else ()
        head = (code, self.name, self.method, refused, units, len(self.every), details)
        return Obstacle(*head, numbers=numbers or {}, entries=tuple(entries))

    def _note(
        self,
        code: str,
        entries: Sequence[Entry],
        *,
        details: str = "",
        refused: bool = False,
        numbers: Mapping[str, Decimal | str] | None = None,
    ) -> None:
        self.obstacles.append(self._obstacle(code, entries, details=details, refused=refused, numbers=numbers))
