"""The plan of a revision: what the result says is wrong where something else should stand, and what is only to be asked.

Changed is what a certain finding knows better, and what follows from it: where the table's total is corrected, the sentence that
says the total is. All else is said beside the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from engine.policy.model import Policy
from engine.policy.narrative import FollowedCell, Revision
from engine.reports.draft import Block, Draft
from engine.reports.revision.filed import FiledCells, has_report
from engine.reports.revision.model import AddedBlock, Addition, RevisionPlan, RevisionTable, Spot, TextChange, TextRemark
from engine.reports.revision.notes import RevisionNotes
from engine.reports.revision.numbers import rescaled, restyled, same_number
from engine.reports.revision.praise import doubtful_praise
from engine.reports.revision.sections import FiledSections, additions, drafted_sections
from engine.results.model import Result, ResultFinding
from engine.results.reading import Grouped
from engine.submission.model import Form, Statement


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A correction at a spot: what is to stand there, whether that is certain, and the finding."""

    right: str | None
    certain: bool
    finding: ResultFinding


def plan_of(
    result: Result, drafts: Sequence[Draft], policy: Policy, revision: Revision, *, as_filed: bool = False
) -> list[RevisionPlan]:
    """What is to be done to the text of each form, in the order of the drafts. `as_filed`: the body's own scores stay."""
    return _Planner(result, drafts, policy, revision, as_filed=as_filed).plans()


class _Planner:
    def __init__(self, result: Result, drafts: Sequence[Draft], policy: Policy, revision: Revision, *, as_filed: bool) -> None:
        self.result, self.drafts, self.policy, self.revision, self.as_filed = result, drafts, policy, revision, as_filed
        self.forms = [draft.context.form for draft in drafts]
        self.cells = FiledCells(self.forms)
        self.notes = RevisionNotes(result, policy, revision.notes)
        self.certain = _certain(result)
        self.changes: dict[Spot, TextChange] = {}
        self.remarks: dict[Spot, list[str]] = {}

    def plans(self) -> list[RevisionPlan]:
        self._corrections()
        added = [tuple(self._additions(draft)) for draft in self.drafts]
        self._slips()
        self._own_words()
        owner = {place: n for n, form in reversed(list(enumerate(self.forms))) for place in FiledCells([form]).places()}
        changes: list[list[TextChange]] = [[] for _ in self.forms]
        remarks: list[list[TextRemark]] = [[] for _ in self.forms]
        for spot, change in self.changes.items():
            changes[owner.get(spot.place, 0)].append(change)
        for spot, said in self.remarks.items():
            remarks[owner.get(spot.place, 0)].append(TextRemark(spot, tuple(dict.fromkeys(said))))
        return [RevisionPlan(tuple(changes[n]), tuple(remarks[n]), added[n]) for n in range(len(self.forms))]

    # --- what is wrong -------------------------------------------------------------------------------------------

    def _corrections(self) -> None:
        wanted: dict[Spot, list[_Wanted]] = {}
        units = {spot: unit for form in self.forms for spot, unit in self._amounts(form)}
        for n, finding in enumerate(self.result["findings"]):
            one = finding.get("correction")
            if one is None or "start" not in one:
                continue
            spot = self.cells.stretch(one["where"], one["now"], one["start"])
            if spot is None:
                continue
            right = self._right(spot, one["right"], units.get((spot.place, spot.start), ("", "")))
            filed = self.as_filed and spot.place.table > 0
            wanted.setdefault(spot, []).append(_Wanted(right, self.certain.get(n, False) and not filed, finding))
        draft_says = self._followed()
        for spot in dict.fromkeys([*wanted, *draft_says]):
            self._settle(spot, wanted.get(spot, []), draft_says.get(spot))

    def _settle(self, spot: Spot, wanted: Sequence[_Wanted], followed: tuple[str, list[ResultFinding]] | None) -> None:
        """What comes of a spot: nothing where it says what the draft does, a change where that is certain, else a question."""
        findings = [one.finding for one in wanted]
        if followed is not None:
            value, reasons = followed
            if same_number(spot.said, value):
                return
            right = self._right(spot, value, ("", ""))
            findings += [one for one in reasons if one not in findings]
            sure = right is not None and (bool(reasons) or all(one.certain for one in wanted))
        else:
            right = self._chosen(wanted)
            sure = right is not None and all(one.certain for one in wanted)
        if sure and right is not None and right != spot.said:
            self.changes[spot] = TextChange(spot, right, self.notes.of(findings))
        elif right != spot.said:
            self.remarks.setdefault(spot, []).extend(self.notes.of(findings, certain=False))

    def _chosen(self, wanted: Sequence[_Wanted]) -> str | None:
        """What is to stand where several findings want something: what the draft states, where one of them wants that; else what
        all want; None where they differ."""
        rights = list(dict.fromkeys(one.right for one in wanted))
        if len(rights) == 1:
            return rights[0]
        stated = {str(draft.context.data[name]["value"]) for draft in self.drafts for name in ("total", "execution_score")}
        own = [right for right in rights if right is not None and any(same_number(right, value) for value in stated if value)]
        return own[0] if len(own) == 1 else None

    def _right(self, spot: Spot, right: str, units: tuple[str, str]) -> str | None:
        """The right value as it is to be written there. `units`: of the form's money, and of the sentence."""
        scaled = rescaled(right, *units, self.policy.words) if units[1] else right
        if scaled is None:
            return None
        whole = not spot.start and spot.end == len(spot.text)
        styled = restyled(spot.said, scaled, spot.text[spot.end :], self.policy.words)
        return right.strip() if styled is None and whole and spot.place.table else styled

    def _followed(self) -> dict[Spot, tuple[str, list[ResultFinding]]]:
        """Statements of the reports that say what a cell does, with what the draft says there and why that cell is corrected."""
        out: dict[Spot, tuple[str, list[ResultFinding]]] = {}
        grouped = Grouped(self.result)
        numbers = {id(finding): n for n, finding in enumerate(self.result["findings"])}
        for draft, told in zip(self.drafts, self.result["forms"], strict=True):
            own = [
                finding
                for finding in grouped.of(told)
                if "correction" in finding and self.certain.get(numbers[id(finding)], False) and not self.as_filed
            ]
            for statement in draft.context.form.statements:
                for rule in self.revision.follows:
                    spot = self._stated(statement, rule)
                    if spot is None:
                        continue
                    fields = dict(statement.fields)
                    value = _at(draft.context.data, rule.value, fields)
                    if value:
                        out[spot] = value, _reasons(own, rule, fields, draft)
        return {spot: found for spot, found in out.items() if found[1] or self._is_corrected(spot)}

    def _is_corrected(self, spot: Spot) -> bool:
        return any(
            "correction" in one and one["correction"].get("start") == spot.start and one["correction"]["where"] == str(spot.place)
            for one in self.result["findings"]
        )

    def _amounts(self, form: Form) -> list[tuple[Any, tuple[str, str]]]:
        """Amounts of money that statements say: where, with the unit of the form's money and that of the sentence."""
        money = next((line.money_unit for line in form.budget if line.role == "total"), "")
        out = []
        for statement in form.statements:
            unit, span = dict(statement.fields).get("unit", ""), self._span(statement, "amount")
            if span and unit:
                out.append(((statement.place, span[0]), (money, unit)))
        return out

    def _span(self, statement: Statement, group: str) -> tuple[int, int] | None:
        """From where to where in its paragraph a statement says a value."""
        return statement.stretch(group, self._paragraph(statement))

    def _paragraph(self, statement: Statement) -> str:
        return statement.within or self.cells.holding(str(statement.place), statement.text)

    def _stated(self, statement: Statement, rule: FollowedCell) -> Spot | None:
        """Where a statement says the figure that a rule of the policy is about."""
        if statement.key != rule.statement or "project" in dict(statement.fields):
            return None
        text = self._paragraph(statement)
        span = self._span(statement, rule.group)
        return self.cells.stretch(str(statement.place), text[slice(*span)], span[0]) if span else None

    def _slips(self) -> None:
        """What is for the author alone and changes nothing by itself: said at the first place it rests on."""
        covered = {spot.place for spot in (*self.changes, *self.remarks)}
        for n, finding in enumerate(self.result["findings"]):
            if self.policy.told_in(finding["rule"], finding["category"]) != "list":
                continue
            spots = [spot for item in finding["evidence"] if (spot := self.cells.whole(item["where"])) is not None]
            if not spots or ("correction" in finding and any(spot.place in covered for spot in spots)):
                continue
            sure = self.certain.get(n, False) and finding["severity"] != "info"
            self.remarks.setdefault(spots[0], []).extend(self.notes.of([finding], certain=sure, advice=sure))

    def _own_words(self) -> None:
        """Beside what the reports say themselves: problems that the result has too, and praise that the figures speak against."""
        for draft in self.drafts:
            for one in draft.context.admitted:
                spot = self.cells.whole(str(one.problem.place))
                if spot is not None and one.findings:
                    self.remarks.setdefault(spot, []).extend(self.notes.told(one.findings))
            for spot, note in doubtful_praise(draft.context, self.policy, self.revision, self.notes):
                self.remarks.setdefault(spot, []).extend(note)

    # --- what is missing -----------------------------------------------------------------------------------------

    def _additions(self, draft: Draft) -> list[Addition]:
        narrative, layout = self.policy.narrative, self.policy.layout
        if narrative is None or layout is None or not has_report(draft.context.form):
            return []
        wanted = frozenset(section.id for section in narrative.sections if section.filed)
        drafted = drafted_sections(draft, layout, wanted)
        ordinals = [str(one) for one in narrative.phrases.get("ordinals", ())]
        filed, missing = FiledSections(draft.context.form, layout), self.revision.notes["missing"]
        out: list[Addition] = []
        kinds = [words.get("own", ()) for words in narrative.phrases.get("problems", {}).values()]
        note = partial(self._note, draft=draft)
        nothing = frozenset() if draft.context.data["unmet"] else frozenset({"unmet"})
        wordings = narrative.phrases.get("completion", {}).get("own", ())
        unmet = [str(item["name"]) for item in draft.context.data["unmet"] if not filed.misses(item, wordings)]
        for one in additions(drafted, filed, narrative.similar or 100, note, ordinals, missing, kinds, nothing, unmet):
            if isinstance(one, TextChange):
                self.changes.setdefault(one.spot, one)
            else:
                out.append(replace(one, blocks=tuple(self._with_table(block, draft) for block in one.blocks)))
        return out

    def _with_table(self, one: AddedBlock, draft: Draft) -> AddedBlock:
        if one.block.kind != "table" or self.policy.narrative is None:
            return one
        head = self.policy.narrative.phrases["columns"]["unmet"]
        keys = ("level2", "name", "target", "actual", "reason_shown")
        rows = (tuple(str(item[key]) for key in keys) for item in draft.context.data["unmet"])
        return replace(one, table=RevisionTable(tuple(map(str, head)), tuple(rows)))

    def _note(self, block: Block, draft: Draft) -> tuple[str, ...]:
        """What is said beside an added block: the problem it tells with its clause, and that something is to be filled in."""
        blank = (self.revision.notes["blank"],) if "【" in block.text else ()
        admitted = [finding for one in draft.context.admitted for finding in one.findings]
        return (*self.notes.problem(block.problem.split(), draft.label, admitted), *blank)


def _certain(result: Result) -> dict[int, bool]:
    """Whether each finding is certain: by the problem it is of."""
    out: dict[int, bool] = {}
    for problem in result["problems"]:
        for n in problem["findings"]:
            out[n] = problem["certain"] and out.get(n, True)
    return out


def _reasons(findings: Sequence[ResultFinding], rule: FollowedCell, fields: Mapping[str, str], draft: Draft) -> list[ResultFinding]:
    """The certain findings that correct the cell a statement follows; of scores of a kind of indicators those of that kind."""
    kinds = {item["name"]: item["level1"] for item in draft.context.data["indicators"]}
    level1 = fields.get("level1", "")
    return [
        one for one in findings if one["correction"]["field"] == rule.field and (not level1 or kinds.get(one["subject"]) == level1)
    ]


def _at(data: Any, path: str, fields: Mapping[str, str]) -> str:
    """What stands at a path of the data that templates see; `{name}` in it is what a statement says of that name."""
    for step in path.split("."):
        name = fields.get(step[1:-1], "") if step.startswith("{") else step
        if isinstance(data, list | tuple):
            data = next((one for one in data if one.get("name") == name), None)
        elif isinstance(data, Mapping):
            data = data.get(name)
        if data is None:
            return ""
    return str(data)
