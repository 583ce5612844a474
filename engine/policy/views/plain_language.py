"""A policy taken apart for officers to read: every case, rule, parameter, band and clause, for the templates in `templates/policy`.

No sentence is made here. What is said of a condition, a formula or a range, and in which words, is the templates' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.errors import NEAREST, Place, Problem, UsageError, closest
from engine.language import fact_fields, formula
from engine.language import fields as catalogue
from engine.language.fields import Fields
from engine.language.rules import CATEGORIES, SEVERITIES, FindingRule, RulePattern
from engine.language.tables import Case, CaseTable
from engine.language.wording import codes
from engine.policy import paths as policy_paths
from engine.policy import titles as schema_titles
from engine.policy.adjustments import seen as adjusting
from engine.policy.bases import followed
from engine.policy.model import Band, OtherRows, Policy
from engine.policy.resolved import Resolved
from engine.policy.rollup import AXES, CODES, METHODS
from engine.policy.rollup import FACTS as ROLLED
from engine.policy.views.conditions import Data, conditions, expression, message

_LETTERS = "甲乙丙丁戊己"


class PolicyReading:
    """A policy and where its parts stand, made ready to be shown."""

    def __init__(self, policy: Policy, resolved: Resolved) -> None:
        self.policy, self.resolved = policy, resolved
        self.parameters = policy.parameters
        natures = {name: table.title for name, table in policy.scoring.tables.items()}
        self.stages: dict[str, Fields] = {
            **catalogue.stages(tuple(band.id for band in policy.scoring.tiers), tuple(natures)),
            "total": catalogue.TOTAL,
        }
        self.stages[catalogue.ADJUST_TABLE] = adjusting(self.stages[catalogue.ADJUST_TABLE], policy.scoring.refer)
        self.rests = followed(resolved).sections
        self.uses = policy_paths.uses(resolved.sections)
        self.concluded = {
            rule.compiled.conclude.kind: rule.title for rule in policy.rules.rules.values() if rule.compiled.conclude is not None
        }

    def data(self) -> Data:
        """The whole policy: `head`, `names` of what is coded, and `sections` of `entries` in reading order."""
        return {**self.frame(), "sections": list(self.sections())}

    def frame(self) -> Data:
        """What every page of a policy sees: its head, and the policy's own words for what its tables code."""
        policy = self.policy
        every = [*policy.recognition.values(), policy.scoring.execution, *policy.scoring.tables.values(), policy.scoring.total]
        every += [policy.scoring.adjust] if policy.scoring.adjust is not None else []
        return {
            "head": {
                "id": policy.id,
                "title": policy.title,
                "jurisdiction": policy.jurisdiction_name,
                "first_year": str(policy.first_year),
                "last_year": str(policy.last_year or ""),
                "kinds": list(policy.form_kinds),
                "document": policy.document,
                "status": policy.status,
                "extends": list(policy.extends),
                "sha256": policy.sha256,
            },
            "tiers": {band.id: band.label for band in policy.scoring.tiers},
            "natures": {name: table.title for name, table in policy.scoring.tables.items()},
            "tables": {table.name: table.title for table in every},
            "cases": {f"{table.name}.{case.id}": case.label or case.id for table in every for case in table.cases},
            "kinds": {**fact_fields.TITLES, **dict.fromkeys(self.policy.rules.derived, "")},
            "concluded": self.concluded,
            "categories": dict(CATEGORIES),
            "severities": dict(SEVERITIES),
            "methods": dict(METHODS),
            "obstacles": dict(CODES),
            "spoken": codes(),
            "axes": dict(AXES),
            "lists": {} if policy.name_reader is None else dict(policy.name_reader.lists.label_of),
        }

    def sections(self) -> Iterator[Data]:
        """Every part of the policy with its entries; parts the policy leaves empty are left out."""
        scoring = self.policy.scoring
        yield _section("weights", list(self._weights()))
        yield _section("general", list(self._general()))
        yield self._table(scoring.execution, "scoring")
        for table in scoring.tables.values():
            if table.name == "qualitative":
                yield _section("tiers", list(self._bands("tiers", scoring.tiers, Decimal(1))))
            yield self._table(table, "scoring")
        if scoring.adjust is not None:
            yield _section("refer", [self._reference(item) for item in scoring.refer])
            yield self._table(scoring.adjust, "scoring")
        yield self._table(scoring.total, "scoring")
        yield _section("grades", list(self._bands("grades", self.policy.grades, scoring.weights.full_score)))
        yield _section("taxonomy", [self._level(name) for name in self.resolved.sections["taxonomy"]])
        for table in self.policy.recognition.values():
            yield self._table(table, "recognition")
        rules = self.policy.rules.rules.values()
        for category in (*CATEGORIES, ""):
            found = [self._rule(rule) for rule in rules if rule.category == category]
            if found:
                yield _section("rules", found, category=category)
        if self.policy.rules.measures:
            yield _section("measures", [self._measure(measure.id) for measure in self.policy.rules.measures])
        yield from self._rollup()
        yield _section("parameters", [self._parameter(name) for name in self.parameters])
        yield _section("clauses", [self.clause(name) for name in self.policy.clauses])

    def entries(self) -> dict[str, Data]:
        """Every entry by its name."""
        return {entry["id"]: entry for section in self.sections() for entry in section["entries"]}

    def entry(self, name: str) -> Data:
        """The rule, case, parameter, band or clause of that name. Raises UsageError with the nearest names where there is none."""
        known = self.entries()
        if name in known:
            return known[name]
        short = [full for full in known if full.rpartition(".")[2] == name]
        short = short or [full for full in known if full.startswith(f"{name}.")]
        if len(short) == 1:
            return known[short[0]]
        if name in self.policy.disabled:
            raise UsageError(
                Problem(Place(), f"规则“{name}”在政策“{self.policy.id}”里停用了（disable）", "没有停用的规则", code="usage.item")
            )
        if short:
            raise UsageError(Problem(Place(), f"“{name}”不止一条", "、".join(short), code="usage.item"))
        titles = {word: identity for identity, item in known.items() for word in (item["title"], identity) if word}
        near = list(dict.fromkeys(titles[word] for word in closest(name, titles, 2 * NEAREST)))[:NEAREST]
        shown = tuple(f"{identity}（{known[identity]['title']}）" if known[identity]["title"] else identity for identity in near)
        raise UsageError(Problem(Place(), f"政策“{self.policy.id}”里没有“{name}”", near=shown, code="usage.item"))

    # --- entries ---------------------------------------------------------------------------------------------------

    def _entry(self, kind: str, name: str, title: str, basis: str, place: Place, **rest: Any) -> Data:
        own = {"kind": kind, "id": name, "title": title, "clause": self.brief(basis), "place": str(place)}
        before = self.policy.rested.get(name, "")
        return {**own, "before": self.brief(before) if before in self.policy.clauses else None, **rest}

    def brief(self, basis: str) -> Data:
        """What an entry says of the clause it rests on."""
        clause = self.policy.clause(basis)
        return {
            "id": clause.id,
            "title": clause.title,
            "text": clause.text,
            "source": clause.source_title,
            "document": clause.document,
            "evidence": clause.evidence,
        }

    def clause(self, name: str) -> Data:
        """A clause, with what the policy says it leaves out."""
        clause = self.policy.clauses[name]
        own = self._entry("clause", name, clause.title, name, clause.place)
        by = self.brief(clause.superseded_by) if clause.superseded_by else None
        return {**own, "implemented": clause.implemented, "reason": clause.reason, "superseded_by": by}

    def _weights(self) -> Iterator[Data]:
        weights = self.policy.scoring.weights
        whole = {"full_score": weights.full_score, "execution": weights.execution}
        place = self.resolved.place(("scoring", "weights"))
        yield self._entry("weights", "weights", "", weights.basis, place, level1=dict(weights.level1), conditions=None, **whole)
        for scheme in weights.schemes:
            own = conditions(scheme.conditions, self.parameters)
            name = f"weights.{scheme.id}"
            yield self._entry(
                "weights", name, scheme.label, scheme.basis, scheme.place, level1=dict(scheme.level1), conditions=own, **whole
            )

    def _general(self) -> Iterator[Data]:
        scoring, parts = self.policy.scoring, self.rests["scoring"]
        rounding = {"mode": scoring.rounding.mode, "places": str(scoring.rounding.places), "at": scoring.rounding.at}
        ends = (scoring.bounds.lowest, scoring.bounds.highest)
        low, high = (expression(end, catalogue.BOUNDS, self.parameters) for end in ends)
        said: dict[str, Data] = {
            "rounding": rounding,
            "bounds": {"lowest": low, "highest": high},
            "composite": {"take": scoring.composite},
            "satisfaction": {"required": scoring.satisfaction_required},
        }
        for name, rest in said.items():
            if name in parts:
                yield self._entry(name, name, "", parts[name]["basis"], self.resolved.place(("scoring", name)), **rest)

    def _table(self, table: CaseTable, part: str) -> Data:
        fields = self.stages[table.name]
        entries = [self._case(case, table, part, fields, f"{table.name}.{case.id}") for case in table.cases]
        return _section("table", entries, table=table.name, title=table.title, part=part)

    def _case(self, case: Case, table: CaseTable, part: str, fields: Fields, name: str) -> Data:
        rounding = self.policy.scoring.rounding
        return self._entry(
            "case",
            name,
            case.label,
            case.basis,
            case.place,
            table=table.name,
            part=part,
            conditions=conditions(case.conditions, self.parameters),
            score=None if case.score is None else expression(case.score, fields, self.parameters),
            written=formula.both(case.score) if isinstance(case.score, formula.Operation) else "",
            rounding={"mode": rounding.mode, "places": str(rounding.places), "at": rounding.at},
            tier=self._tier(case.tier) if case.tier else None,
            status=case.status,
            value=case.value,
            certain=case.certain,
            ground=case.ground,
            ask=case.ask,
        )

    def _reference(self, item: OtherRows) -> Data:
        asked = conditions(item.conditions, self.parameters)
        return self._entry(
            "refer", f"refer.{item.id}", item.title, item.basis, item.place, conditions=asked, per=item.per, take=item.take
        )

    def _tier(self, name: str) -> Data:
        return next(band for band in self._bands("tiers", self.policy.scoring.tiers, Decimal(1)) if band["id"] == f"tiers.{name}")

    def _bands(self, kind: str, bands: Sequence[Band], top: Decimal) -> Iterator[Data]:
        high, high_in = top, True
        for band in bands:
            ends = {"low": band.floor, "low_in": band.floor_included, "high": high, "high_in": high_in}
            asked = conditions(band.conditions, self.parameters)
            yield self._entry(kind, f"{kind}.{band.id}", band.label, band.basis, band.place, conditions=asked, **ends)
            high, high_in = band.floor, not band.floor_included

    def _level(self, name: str) -> Data:
        level = next(item for item in self.policy.taxonomy if item.name == name)
        rest = {"level2": list(level.level2), "aliases": list(level.aliases), "definition": level.definition}
        return self._entry("level", name, name, level.basis, self.resolved.place(("taxonomy", name)), **rest)

    def _rule(self, rule: FindingRule) -> Data:
        positive = [pattern for pattern in rule.patterns if not pattern.negated]
        letters = {p.alias: _LETTERS[n] for n, p in enumerate(positive)} if len(positive) > 1 else {}
        aliases = {pattern.alias: self.policy.rules.kinds[pattern.kind] for pattern in positive}
        texts = {
            key: message(getattr(rule, key), aliases, self.parameters, letters)
            for key in ("message", "advice", "report", "subject")
        }
        cite = aliases[rule.cite[0]][rule.cite[1]].title if rule.cite[0] else ""
        return self._entry(
            "rule",
            rule.id,
            rule.title,
            rule.basis,
            rule.place,
            category=rule.category,
            severity=rule.severity,
            patterns=[self._pattern(pattern, letters) for pattern in rule.patterns],
            unordered=rule.compiled.unordered,
            concludes=rule.compiled.conclude is not None,
            cite=cite,
            cause=rule.tie.cause.title if rule.message else "",
            supersedes=[
                self.policy.rules.rules[name].title for name in sorted(rule.tie.supersedes & self.policy.rules.rules.keys())
            ],
            certain=rule.tie.certain,
            **texts,
        )

    def _pattern(self, pattern: RulePattern, letters: Mapping[str, str]) -> Data:
        return {
            "kind": pattern.kind,
            "letter": letters.get(pattern.alias, ""),
            "negated": pattern.negated,
            "conditions": conditions(pattern.conditions, self.parameters, letters),
        }

    def _measure(self, name: str) -> Data:
        measure = next(item for item in self.policy.rules.measures if item.id == name)
        field = self.policy.rules.kinds[measure.of][measure.field].title if measure.field else ""
        return self._entry(
            "measure",
            name,
            measure.title,
            measure.basis,
            measure.place,
            per=measure.per,
            of=measure.of,
            take=measure.take,
            field=field,
            conditions=conditions(measure.conditions, self.parameters),
            among=conditions(measure.among, self.parameters),
        )

    def _parameter(self, name: str) -> Data:
        known = self.parameters[name]
        listed = list(known.value) if isinstance(known.value, tuple) else None
        value = Decimal(known.value) if isinstance(known.value, int) and not isinstance(known.value, bool) else known.value
        rest = {"value": None if listed else value, "words": listed, "unit": known.unit, "uses": self.uses.get(name, [])}
        return self._entry("parameter", name, known.label, known.basis, known.place, **rest)

    def _rollup(self) -> Iterator[Data]:
        rules = self.policy.rollup
        if rules is None:
            return
        entries = [self._case(case, rules.values, "rollup", {}, f"rollup.{case.id}") for case in rules.values.cases]
        yield _section("table", entries, table="rollup", title=rules.values.title, part="rollup")
        checks = []
        for check in rules.checks:
            texts = {
                key: message(getattr(check, key), {"f": ROLLED[check.of]}, self.parameters, {}) for key in ("message", "advice")
            }
            own = {"of": check.of, "severity": check.severity, "category": check.category}
            held = conditions(check.conditions, self.parameters)
            checks.append(self._entry("check", check.id, check.title, check.basis, check.place, **own, conditions=held, **texts))
        if checks:
            yield _section("checks", checks)


def _section(key: str, entries: list[Data], **rest: Any) -> Data:
    return {"key": key, "entries": entries, **rest}


def part_title(path: tuple[str | int, ...]) -> str:
    """What the schema calls a part of a policy that is no entry of its own."""
    return schema_titles.title(tuple(path[:2])) or schema_titles.title(tuple(path[:1]))
