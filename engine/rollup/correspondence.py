"""The correspondence of a whole run: which form goes into which, each of its indicators into which row; decided before adding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import InputError
from engine.policy.model import Policy
from engine.policy.rollup import RollupRules
from engine.rollup import given, matching
from engine.rollup.admission import CountedForm
from engine.rollup.forms import children_of, entries_of, most
from engine.rollup.gathering import Gathered, Setting
from engine.rollup.given import MatchTable
from engine.rollup.matching import Assigned, Assignment
from engine.rollup.model import Child, Entry, name_key
from engine.scoring.model import ScoredForm
from engine.submission.model import Form

Key = tuple[str, str]
"""Kind and name: forms with one key are one form of several units."""


@dataclass(frozen=True, slots=True)
class MatchedForm:
    """A form that was added, as the table of correspondence shows it: what it went into, and its indicators with their rows."""

    child: Child
    row: str
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Keys and labels of forms by their identity, the rows of their indicators, and the table a person gave."""

    keys: dict[int, Key]
    labels: dict[int, str]
    """What the unit of a form is called; the run adds the forms it makes."""
    rows: Assignment
    forms: tuple[MatchedForm, ...]
    table: MatchTable

    def called(self, forms: Sequence[Form]) -> str:
        """What a form made of these is called: as the table says, else as most are."""
        return _called(forms, self.labels, self.table)


def matched(
    filed: Sequence[tuple[CountedForm, ScoredForm]],
    policy: Policy,
    rules: RollupRules,
    by: str,
    table: MatchTable,
    adds: Callable[[CountedForm, Mapping[int, Key]], bool],
) -> Correspondence:
    """The correspondence of the forms that were filed, over all of them at once. `adds`: whether a form is added, and not only
    held against a sum. Raises InputError for lines of the table that fit nothing."""
    keys = _form_keys(filed, rules, table)
    labels = {id(member.form): member.label for member, _ in filed}
    groups: dict[tuple[str, Key], list[tuple[CountedForm, ScoredForm]]] = {}
    for member, scored in filed:
        if adds(member, keys):
            own = (member.home, ("project", "")) if by == "project" else ("", keys[id(member.form)])
            groups.setdefault(own, []).append((member, scored))
    rows: dict[tuple[int, int], Assigned] = {}
    forms: list[MatchedForm] = []
    entries: list[Entry] = []
    for _, group in sorted(groups.items(), key=lambda item: item[0]):
        children = children_of([(m.label, scored.form, scored) for m, scored in group], by, rules, policy.words)
        inside = [entry for child in children for entry in entries_of(child)]
        found = _decided(matching.assign(inside, policy.names, table, goals_shared=by != "project"), inside, by, policy, rules)
        rows |= found.rows
        entries += inside
        called = _called([scored.form for _, scored in group], labels, table)
        forms += [MatchedForm(child, child.form.name if by == "project" else called, found) for child in children]
    if problems := given.unfitting(table, entries, [(m.label, m.form.name) for m, _ in filed]):
        raise InputError(problems)
    return Correspondence(keys, labels, Assignment(rows), tuple(forms), table)


def _decided(found: Assignment, entries: Sequence[Entry], by: str, policy: Policy, rules: RollupRules) -> Assignment:
    """The rows with the method of each, decided once over all that report it: a level sees only some of them."""
    rows: dict[str, list[tuple[Entry, Assigned]]] = {}
    for entry in entries:
        item = found.of(entry)
        rows.setdefault(item.key, []).append((entry, item))
    out = dict(found.rows)
    for row in rows.values():
        year = row[0][0].child.form.fiscal_year
        gathered = Gathered(row[0][0].indicator.name, row, Setting(by, len(row), None, year, policy, rules, policy.words))
        decided = gathered.decide() if gathered.active else None
        out |= {matching.identity(entry): replace(item, decided=decided) for entry, item in row}
    return Assignment(out)


def _form_keys(filed: Sequence[tuple[CountedForm, ScoredForm]], rules: RollupRules, table: MatchTable) -> dict[int, Key]:
    """The key of every form that was filed."""
    keys = matching.form_keys([(m.home, m.form.kind, m.form.name) for m, _ in filed], rules.form_tails)
    out = {}
    for (member, _), key in zip(filed, keys, strict=True):
        row = table.row_of(member.label, member.form.name)
        out[id(member.form)] = (member.form.kind, name_key(row) if row else key)
    return out


def _called(forms: Sequence[Form], labels: dict[int, str], table: MatchTable) -> str:
    rows = [row for form in forms if (row := table.row_of(labels[id(form)], form.name))] if table.forms else []
    return most(rows) if rows else most(form.name for form in forms)
