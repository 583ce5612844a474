"""Fields of indicator facts about the words of a row: what its reason says, what is left of its texts without empty words, what
number its name holds, whether the rest of the form speaks of the same field, whether the report tells the same of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from engine.findings.facts.figure_rows import UnitMatches
from engine.findings.facts.report_text import ReportText, folded
from engine.language import predicates
from engine.language.facts.words import ReasonFields, WordFields
from engine.policy.model import Policy
from engine.scoring.model import ScoredForm, ScoredIndicator
from engine.submission.model import Indicator
from engine.values.model import Value
from engine.values.notation import read_value
from engine.values.numerals import read_decimal
from engine.values.prose import Prose, core, groups_in, in_common, is_empty, masked, shared, without
from engine.values.vocabulary import Vocabulary

_FEW_FIELDS = 2
"""Fields (领域) a form may speak of: more, and an indicator of one more is nothing strange."""
_DOMINANT = 2
"""Rows and heads that speak of a form's own field, at least."""
_SCALES = "十百千万亿"
_NUMBER = re.compile(rf"(?<![0-9.,第—–-])(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?[{_SCALES}]*)(?P<unit>[^0-9\s]{{1,4}})")
_LISTED = re.compile(r"([\u4e00-\u9fff]{2,})((?:、[\u4e00-\u9fff]{2,6})*)、([\u4e00-\u9fff]{2,})")
_BRACKETS = re.compile("[()（）]")
_EDGE = 2
"""Characters of the first and last of listed things that are theirs for certain: 赴新疆、西藏等考察."""


def reason_fields(item: ScoredIndicator, policy: Policy) -> ReasonFields:
    """What the reason cell says; nothing where there is none. The deduction is in points."""
    known, score = item.known, item.score
    weight, reported = known.weight, score.reported
    deduction = None if weight is None or reported is None else weight - reported
    cell = known.indicator.reason
    if not cell:
        return ReasonFields(deduction=deduction)
    given = (known.indicator.name, known.target.raw, known.actual.raw)
    return ReasonFields(
        reason_core=core(cell.text),
        reason_empty=is_empty(cell.text, policy.prose),
        reason_rest=rest_of_reason(cell.text, given, policy.prose),
        reason_length=len(core(cell.text)),
        deduction=deduction,
        deduction_said=_deduction_said(cell.text, policy.prose),
    )


def rest_of_reason(text: str, given: Iterable[str], prose: Prose) -> int:
    """How many characters of a reason say something: not the row over again, and not what fits every row."""
    return len(without(text, (*prose.general_reasons, *prose.connectives), given))


def _deduction_said(text: str, prose: Prose) -> Decimal | None:
    """The points a reason says were taken off: one number, or all of one clause added up (扣1分、扣0.5分); None where it speaks of
    a rule (每少一期扣1分) or names a sum beside its parts."""
    text = folded(text)
    whole = [part for part in re.split(r"[,，;；。]", text) if any(word in part for word in prose.deduction_whole)]
    if whole or any(word in text for word in prose.deduction_rule):
        text = whole[0] if whole else ""
    found = [read_decimal(match["points"]) for match in predicates.every(prose.deduction, text)]
    known = [points for points in found if points is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(found) else None


class FormWords:
    """What the texts of a form have in common, asked once for each of its rows."""

    def __init__(self, scored: ScoredForm, texts: ReportText, policy: Policy, words: Vocabulary) -> None:
        self.prose, self.words, self.texts, self.names = policy.prose, words, texts, policy.names
        self._evidence_words = policy.evidence_words
        form = scored.form
        self._units = UnitMatches(words, policy.figures) if policy.figures else None
        self._common = (*self.prose.stop_words, *self.prose.product_words, *self.prose.general_reasons, *self.names.endings)
        self._reasons = masked("\n".join([texts.unmet, texts.problems]), self._common) if texts.unmet or texts.problems else ""
        self._heads = "\n".join([form.name, form.unit, *(goal.title for goal in form.goals), texts.report, texts.problems])
        self._rows = [item.known.indicator for item in scored.indicators]
        groups = [groups_in(row.name, self.prose.fields) for row in self._rows]
        heads = groups_in(self._heads, self.prose.fields)
        self._of_row = groups
        self._fields = Counter(name for found in (*groups, heads) for name in found)
        cells = (cell for row in self._rows for cell in (row.target, row.actual, row.reason) if cell)
        every = "\n".join([*(row.name.strip() for row in self._rows), *(cell.text for cell in cells)])
        # asked of the form as a whole first: most have nothing left open
        lines = f"(?m){self.prose.placeholder_name}" if self.prose.placeholder_name else ""
        self._open = predicates.has(lines, every) or predicates.has(self.prose.placeholder, every)
        self._clauses: dict[str, list[str]] | None = None

    def fields(self, n: int, item: ScoredIndicator) -> WordFields:
        """The words of the `n`th row."""
        known, prose = item.known, self.prose
        row, target, actual = known.indicator, known.target.raw, known.actual.raw
        number, text = self._name_number(row.name, known.target.number, known.target.unit)
        clause, other, missing = self._told(row, known.actual.raw)
        target_text, actual_text = core(target), core(actual)
        evidence = next(
            ((item.label, item.value.text) for item in row.others if any(word in item.label for word in prose.proof_columns)), None
        )
        return WordFields(
            name_rest=len(without(row.name, prose.hollow)),
            target_rest=len(without(target, prose.hollow, [row.name])) if target_text else None,
            target_activity=target_text.startswith(prose.activities) if target_text and prose.activities else None,
            target_standard=_said(target_text, prose.not_hollow) if target_text else None,
            actual_rest=len(without(actual, prose.hollow, [row.name, target])) if actual_text else None,
            actual_fact=bool(re.search(r"[0-9《“]", actual)) if actual_text else None,
            name_number=number,
            name_number_text=text,
            target_number=known.target.number,
            same_number=None if known.actual.number is None else known.actual.number == known.target.number,
            units_like=self._units_like(known.target.unit, known.actual.unit),
            parts_doubt=_parts(known.target, known.actual),
            reason_elsewhere=bool(self._reasons and in_common(masked(row.name, self._common), self._reasons)),
            foreign_field=self._foreign(n),
            placeholder=placeholder_in(row, prose) if self._open else None,
            evidence_column=evidence[0] if evidence else None,
            evidence_text=(evidence[1] or None) if evidence else None,
            survey_text=self.texts.sentence_with(row.name, self._evidence_words) or None,
            told_clause=clause,
            told_other=other,
            told_missing=missing,
        )

    def _units_like(self, first: str, second: str) -> bool:
        """Whether two units may count the same: written in two ways, or words that count anything."""
        plain = [_BRACKETS.sub("", unit).removesuffix("次") for unit in (first, second)]
        return plain[0] == plain[1] or (self._units is not None and self._units.alike(first, second) is not None)

    def _name_number(self, name: str, target: Decimal | None, unit: str) -> tuple[Decimal | None, str | None]:
        """The one number of a name that is counted in the target's unit."""
        if target is None or not unit or any(word in name for word in self.prose.classing):
            return None, None
        found = []
        for match in _NUMBER.finditer(folded(name)):
            for length in range(len(match["unit"]), 0, -1):
                text = match["number"] + match["unit"][:length]
                value = read_value(text, self.words)
                if value.number is not None and value.unit == unit:
                    found.append((value.number, text))
                    break
        return found[0] if len(found) == 1 else (None, None)

    def _foreign(self, n: int) -> str | None:
        """The field a row's name is of, where the form speaks of another field in several places and nowhere of this."""
        own = self._of_row[n]
        if len(own) != 1 or any(self._fields[name] > 1 for name in own):
            return None
        others = [name for name in self._fields if name not in own]
        if not others or len(others) > _FEW_FIELDS or max(self._fields[name] for name in others) < _DOMINANT:
            return None
        common = (*self.prose.hollow, *self.prose.stop_words, *self.prose.product_words, *self.names.endings)
        rest = "\n".join([self._heads, *(row.name for m, row in enumerate(self._rows) if m != n)])
        return None if shared(self._rows[n].name, rest, common) else next(iter(own))

    def _told(self, row: Indicator, actual: str) -> tuple[str | None, str | None, str | None]:
        """The one clause of the report that has the row's actual in it and is about the same thing; what it tells of other
        people or another deed than the row names, and what it leaves out of the things the row lists."""
        clauses = self._with_number(actual) if self.texts.report else []
        common = (*self.prose.stop_words, *self.prose.product_words)
        near = [clause for clause in clauses if shared(row.name, clause, common)]
        if len(near) != 1 or len(set(clauses)) != 1:
            return None, None, None
        clause = near[0]
        other = self._another(row.name, clause, self.prose.people) or self._another(row.name, clause, self.prose.deeds)
        return clause, other, _left_out(row.name, clause, self.texts.report)

    def _with_number(self, actual: str) -> list[str]:
        """The clauses of the report in which a number stands with its unit as in the actual."""
        found = re.fullmatch(r"([0-9][0-9,.]+)(\D{1,4})", folded(actual))
        if not found:
            return []
        if self._clauses is None:
            self._clauses = {}
            for sentence in self.texts.sentences:
                for clause in re.split(r"[,，]", sentence):
                    for number in dict.fromkeys(re.findall(r"(?<![0-9.])[0-9][0-9.]+", clause)):
                        self._clauses.setdefault(number, []).append(clause)
        number = found[1].replace(",", "")
        same = self.prose.person_units if found[2] in self.prose.person_units else (found[2],)
        return [one for one in self._clauses.get(number, []) if any(number + unit in one for unit in same)]

    @staticmethod
    def _another(name: str, clause: str, groups: Mapping[str, tuple[str, ...]]) -> str | None:
        """The word of another group in the clause, where it has none of the name's."""
        own, told = groups_in(name, groups), groups_in(clause, groups)
        if not own or not told or own & told:
            return None
        return next(word for group in groups if group in told for word in groups[group] if word in clause)


def _parts(target: Value, actual: Value) -> bool:
    """Whether an actual may be parts to be added up for one target: several values, or in a sentence (新建8个、改建4个) numbers
    of the target's unit that reach it together where the one taken does not."""
    if len(target.quantities) != 1 or not actual.quantities:
        return False
    if len(actual.quantities) > 1:
        return True
    wanted, taken = target.quantities[0].number, actual.quantities[0].number
    unit = re.escape(target.unit)
    if not unit or target.unit == "%" or taken >= wanted:
        return False
    found = [read_decimal(text) for text in re.findall(rf"([0-9][0-9,]*(?:\.[0-9]+)?){unit}", folded(actual.raw))]
    total = sum((number for number in found if number is not None), Decimal(0))
    return len(found) > 1 and total >= wanted and total != 2 * taken  # 11个（其中5个、6个）says its own sum


@lru_cache(maxsize=64)
def _standard(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("[0-9]|" + "|".join(map(re.escape, words)) if words else "[0-9]")


def _said(text: str, words: tuple[str, ...]) -> bool:
    return bool(_standard(words).search(text))


def _left_out(name: str, clause: str, report: str) -> str | None:
    """What a name lists (新疆、西藏) and the report speaks of nowhere, where the clause speaks of another of the list."""
    found = _LISTED.search(name)
    if not found:
        return None
    things = [found[1][-_EDGE:], *filter(None, found[2].split("、")), found[3][:_EDGE]]
    if not any(thing in clause for thing in things):
        return None
    return "、".join(thing for thing in things if thing not in report) or None


def placeholder_in(row: Indicator, prose: Prose) -> str | None:
    """Where a row still has a word of the form that was to be replaced: 指标值, XX%, 请填写."""
    if predicates.has(prose.placeholder_name, row.name.strip()):
        return f"指标名称“{row.name.strip()}”"
    cells = (("目标值", row.target), ("完成值", row.actual), ("原因", row.reason))
    texts = (("名称", row.name), *((title, cell.text) for title, cell in cells if cell))
    return next((f"{title}“{text.strip()}”" for title, text in texts if predicates.has(prose.placeholder, text)), None)


def row_names(rows: Sequence[str], most: int = 6) -> str:
    """Names of rows as a message lists them."""
    named = "、".join(f"“{name}”" for name in rows[:most])
    return f"{named} 等" if len(rows) > most else named
