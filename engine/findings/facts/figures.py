"""Figures of a report against the rows of its form: which row each speaks of, whether it says the same, and what is left over.

A pair is certain only where the words around a figure and the form leave one: the same unit, most of the row's name in the clause,
no other row that shares nearly as much, no other figure that says the row's number, no word that makes it one of another year, of a
part, of a plan. What is less is a note at most; what is less than that is only listed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.findings.facts.claims import Claim
from engine.findings.facts.figure_rows import (
    FigureRow,
    RowNumber,
    UnitMatch,
    UnitMatches,
    agrees,
    digits_of,
    rows_of,
    slipped,
    times_apart,
    words_of,
)
from engine.findings.facts.figure_texts import StatedFigure, figures_said
from engine.findings.facts.numbers import ratio
from engine.policy.figures import FigureRules
from engine.scoring.model import ScoredIndicator
from engine.submission.model import Form
from engine.values.figures import Figure
from engine.values.name_shares import WHOLE
from engine.values.names import NameRules
from engine.values.numerals import EXACT
from engine.values.vocabulary import Vocabulary

_QUOTED = re.compile(r"“([^“”]{2,40})”")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number of a row that a figure may be: how much of the row's name stands around the figure, and in the clauses beside it."""

    row: int
    number: RowNumber
    own: int
    near: int
    alike: UnitMatch
    same: bool
    lifted: bool
    """Nothing around the figure says that it is of another year, a part or a plan, or the row's name says so too."""

    @property
    def place(self) -> tuple[int, str]:
        """Row and side (target or actual) of the number."""
        return self.row, self.number.side

    @property
    def share(self) -> int:
        """How much speaks for it: characters of the name around the figure, those of the clauses beside it by half."""
        return self.own + self.near // 2


@dataclass(frozen=True, slots=True)
class FigurePair:
    """A figure and the row it speaks of, whose number is another one."""

    said: StatedFigure
    row: int
    side: str
    certain: bool


@dataclass(frozen=True, slots=True)
class TextAgainstTable:
    """What came of it. `matched` are the figures that say a row's number, with the row and its side."""

    pairs: tuple[FigurePair, ...] = ()
    matched: tuple[tuple[StatedFigure, int, str], ...] = ()
    unsaid: tuple[int, ...] = ()
    """Rows whose actual the report does not say."""
    unheld: tuple[StatedFigure, ...] = ()
    """Figures of the report that no row holds."""
    rows: tuple[FigureRow, ...] = ()
    read: int = 0
    """Figures that were held against the rows."""


class Numbers:
    """The numbers of all rows of a bundle, gathered when first asked for: a form may tell what stands on another."""

    def __init__(self, forms: Sequence[Sequence[ScoredIndicator]], words: Vocabulary) -> None:
        self._forms, self._words = forms, words
        self._known: frozenset[tuple[Decimal, str]] | None = None

    def has(self, number: Decimal, unit: str) -> bool:
        """Whether a row of any form has the number, in whichever unit of its kind."""
        if self._known is None:
            values = (value for items in self._forms for item in items for value in (item.known.target, item.known.actual))
            self._known = frozenset(self._plain(q.number, q.unit) for value in values for q in value.quantities)
        return self._plain(number, unit) in self._known

    def _plain(self, number: Decimal, unit: str) -> tuple[Decimal, str]:
        known = self._words.unit(unit.split("/")[0])
        return (EXACT.multiply(number, known.scale), known.dimension) if known else (number, unit)


def text_against_table(
    form: Form,
    items: Sequence[ScoredIndicator],
    claims: Sequence[Claim],
    elsewhere: Numbers,
    rules: FigureRules,
    names: NameRules,
    words: Vocabulary,
) -> TextAgainstTable:
    """The figures of a form's report and of its own texts (原因分析, 改进措施) held against its rows: which speak of a row and
    are not its number, which no row holds, which rows no text speaks of. `elsewhere`: the numbers of all forms, which a report may
    speak of as well."""
    if not form.report and not form.analysis:
        return TextAgainstTable()
    said = list(figures_said(form, claims, rules, words))
    return _Matcher(form, items, claims, said, elsewhere, rules, names, words).result() if said else TextAgainstTable()


class _Matcher:
    def __init__(
        self,
        form: Form,
        items: Sequence[ScoredIndicator],
        claims: Sequence[Claim],
        said: Sequence[StatedFigure],
        elsewhere: Numbers,
        rules: FigureRules,
        names: NameRules,
        words: Vocabulary,
    ) -> None:
        self.form, self.claims, self.said, self.elsewhere, self.rules, self.words = form, claims, said, elsewhere, rules, words
        self.rows = rows_of(items, names)
        self.names = words_of(self.rows)
        self.units = UnitMatches(words, rules)
        budget = rules.patterns.budget
        self.of_budget = {n for n, row in enumerate(self.rows) if budget.search(row.name) and len(budget.sub("", row.words)) < 2}
        self.parted = {n for n, row in enumerate(self.rows) if len({number.label for number in row.numbers if number.label}) > 1}

    def result(self) -> TextAgainstTable:
        """Figures matched where they are equal first, then by the words around them."""
        open_ = [(n, item, self._candidates(item)) for n, item in enumerate(self.said) if not item.told]
        matched, rest = self._equal(open_)
        held = {row for _, row, side in matched if side == "actual"}
        pairs = self._differing(rest, {(row, side) for _, row, side in matched} | {(row, "actual") for row in self._claimed()})
        differing = {pair.row for pair in pairs}
        spoken = {pair.said for pair in pairs} | {item for item, _, _ in matched}
        named = self._named()
        unsaid = [n for n, row in enumerate(self.rows) if row.measured and n not in held | differing | named]
        unheld = [item for item in self.said if item not in spoken and not item.told and self._is_unheld(item)]
        return TextAgainstTable(
            tuple(pairs), tuple(matched), tuple(unsaid), tuple(unheld), tuple(self.rows), sum(not item.told for item in self.said)
        )

    def _candidates(self, said: StatedFigure) -> list[Candidate]:
        figure = said.figure
        out = []
        shares = self.names.shares(figure.own, figure.near)
        labelled = {
            row for row in self.parted if any(number.label and number.label in figure.own for number in self.rows[row].numbers)
        }
        for row in sorted(shares.keys() | labelled):
            own, near = shares.get(row, (0, 0))
            for number in self.rows[row].numbers:
                alike = self.units.alike(figure.unit, number.unit)
                if alike is None:
                    continue
                if row in self.parted and number.label:
                    if number.label not in figure.own:
                        continue
                    own = max(own, self.rules.strong)  # 正高 names a part of one row, whatever the row is called
                same = agrees(figure, number, alike, self.words)
                out.append(Candidate(row, number, own, near, alike, same, self._lifted(figure, row)))
        return sorted(out, key=lambda item: (-item.share, item.row, item.number.side))

    def _lifted(self, figure: Figure, row: int) -> bool:
        around = self.rules.words
        name = self.rows[row].name
        if not figure.hedge or (figure.hedge == "bound" and figure.side == "target"):
            return True
        if figure.hedge == "change":
            return any(word in name for word in around.change)
        if figure.hedge == "each":
            return any(word in name for word in around.each)
        return figure.hedge == "share" and any(word in name for word in around.share)

    # --- figures that say a row's number -------------------------------------------------------------------------

    def _equal(
        self, figures: Sequence[tuple[int, StatedFigure, list[Candidate]]]
    ) -> tuple[list[tuple[StatedFigure, int, str]], list[tuple[StatedFigure, list[Candidate]]]]:
        """Figures that say the number of a row they speak of, and the others with what they may be."""
        matched: list[tuple[StatedFigure, int, str]] = []
        rest: list[tuple[StatedFigure, list[Candidate]]] = []
        for _, said, found in figures:
            best = max((item.share for item in found if item.lifted), default=0)
            telling = len(digits_of(said.figure.number)) > 1
            same = [item for item in found if item.same and (telling or self._enough(item, best))]
            wanted = "target" if said.figure.side == "target" else "actual"
            chosen = next((item for item in same if item.number.side == wanted), None)
            if chosen is None and wanted == "target":
                chosen = next(iter(same), None)
            if chosen is not None:
                matched.append((said, chosen.row, chosen.number.side))
            else:
                rest.append((said, found))
        return matched, rest

    def _enough(self, item: Candidate, best: int) -> bool:
        """Whether a number that says little (3, 100) is meant for a row that has it; `best`: the most that any row shares."""
        if item.alike.likeness == "like":
            return item.share >= max(best // 2, self.rules.weak)
        return item.share >= (self.rules.least if item.share == best else max(best // 2, self.rules.plain))

    # --- figures that say another --------------------------------------------------------------------------------

    def _differing(self, figures: Sequence[tuple[StatedFigure, list[Candidate]]], held: set[tuple[int, str]]) -> list[FigurePair]:
        """Pairs that differ: for each row the figure that is most likely its number, and others only that name it outright."""
        offers: dict[tuple[int, str], list[tuple[StatedFigure, Candidate, bool]]] = {}
        for said, found in figures:
            chosen = self._certain(said, found, held) or self._likely(said, found, held)
            if chosen is not None:
                offers.setdefault((chosen[0].row, chosen[0].number.side), []).append((said, *chosen))
        pairs = []
        for (row, side), offered in sorted(offers.items()):
            best = max(offered, key=lambda item: (item[2], item[1].share, -_apart(item[0], item[1])))
            for said, item, certain in offered:
                if said is best[0] or item.own >= self.rules.strong:
                    pairs.append(FigurePair(said, row, side, certain))
        return pairs

    def _able(self, said: StatedFigure, found: Sequence[Candidate]) -> list[Candidate]:
        side = "target" if said.figure.side == "target" else "actual"
        rows = self.of_budget if self._is_budget(said.figure) else None
        return [
            item
            for item in found
            if item.lifted
            and item.number.side == side
            and not item.same
            and (rows is None or item.row in rows)
            and not self._of_another(said.figure, item.row)
        ]

    def _of_another(self, figure: Figure, row: int) -> bool:
        """Whether what stands around a figure names, in quotation marks, another thing than the row."""
        name = self.rows[row].name
        named = [found[1] for found in _QUOTED.finditer(figure.own)]
        return bool(named) and not any(text in name or name in text for text in named)

    def _is_budget(self, figure: Figure) -> bool:
        """Whether a figure is said of the budget: of what was spent, or at what rate. Counts are not."""
        unit = self.words.unit(figure.unit)
        return unit is not None and unit.bare in ("refuse", "percent") and self.rules.patterns.budget.search(figure.own) is not None

    def _certain(self, said: StatedFigure, found: Sequence[Candidate], held: set[tuple[int, str]]) -> tuple[Candidate, bool] | None:
        """The row's number a figure can only be meant for: most of the name beside it, one unit, nothing else it may be."""
        able = self._able(said, found)
        best = able[0] if able else None
        if (
            best is None
            or best.own < self.rules.strong
            or best.alike.likeness != "same"
            or best.place in held
            or self._otherwise(said, found)
        ):
            return None
        rival = max((item.share for item in found if item.row != best.row), default=0)
        planned = any(item.row == best.row and item.same for item in found)
        if _apart(said, best) > self.rules.far:
            return None
        if rival * WHOLE > best.share * self.rules.margin or planned or (said.figure.crowded and self._crowded(said, best)):
            return None
        return best, True

    def _likely(self, said: StatedFigure, found: Sequence[Candidate], held: set[tuple[int, str]]) -> tuple[Candidate, bool] | None:
        """The row's number a figure may have been meant for: of those that no other figure says, and that are not much larger or
        smaller, the one that shares clearly most with its words; None where there is none."""
        rules = self.rules
        able = [
            item
            for item in self._able(said, found)
            if (item.place not in held or item.own >= rules.strong or _slip(said, item)) and _apart(said, item) <= rules.apart
        ]
        best = able[0] if able else None
        if best is None or self._otherwise(said, found):
            return None
        if best.share < (rules.least if best.alike.likeness == "same" or _slip(said, best) else rules.weak):
            return None
        rival = max((item.share for item in able if item.row != best.row), default=0)
        return None if rival * WHOLE > best.share * rules.margin else (best, False)

    def _crowded(self, said: StatedFigure, best: Candidate) -> bool:
        """Whether another figure of its clause may be the row's number."""
        return any(
            other is not said
            and other.paragraph is said.paragraph
            and other.figure.clause == said.figure.clause
            and self.units.alike(other.figure.unit, best.number.unit) is not None
            for other in self.said
        )

    def _otherwise(self, said: StatedFigure, found: Sequence[Candidate]) -> bool:
        """Whether a figure follows from numbers of the form: of the budget, or what was done as a share of what was planned."""
        figure = said.figure
        if figure.unit == "%":
            for row in {item.row for item in found}:
                sides = {number.side: number.number for number in self.rows[row].numbers}
                rate = ratio(sides.get("actual"), sides.get("target"), 100)
                if rate is not None and abs(rate - figure.number) < figure.precision:
                    return True
        return False

    # --- what is left over ---------------------------------------------------------------------------------------

    def _named(self) -> set[int]:
        """Rows that statements of the report name with their number, and those of its table of unmet indicators."""
        named = {row.name for row in self.form.unmet}
        return {n for n, row in enumerate(self.rows) if row.name in named} | self._claimed()

    def _claimed(self) -> set[int]:
        named = {
            str(claim.fields.get("subject"))
            for claim in self.claims
            if claim.fields.get("actual") is not None and claim.fields.get("name_exact")
        }
        return {n for n, row in enumerate(self.rows) if row.name in named}

    def _is_unheld(self, said: StatedFigure) -> bool:
        figure = said.figure
        if said.section not in self.rules.listed_sections or figure.hedge or figure.side == "target" or figure.approximate:
            return False
        return not self.elsewhere.has(figure.number, figure.unit)


def _apart(said: StatedFigure, item: Candidate) -> Fraction:
    return times_apart(said.figure, item.number, item.alike)


def _slip(said: StatedFigure, item: Candidate) -> bool:
    return slipped(EXACT.multiply(said.figure.number, item.alike.up), EXACT.multiply(item.number.number, item.alike.down))
