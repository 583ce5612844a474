"""From resolved policy data to a Policy, with every check that needs meaning and not only shape.

Problems are collected over the whole policy and raised together, each at its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.errors import PolicyError, Problem, nearest
from engine.language import fields as catalogue
from engine.language import messages
from engine.language.causes import telling
from engine.language.conditions import leaves
from engine.language.tables import CaseTable
from engine.policy import paths as policy_paths
from engine.policy import portions, reading, sources
from engine.policy.adjustments import adjustments, references
from engine.policy.bases import followed
from engine.policy.evidence import CAPPED, EvidenceCap, Parts, capped
from engine.policy.figures import figure_rules
from engine.policy.form import statements
from engine.policy.headings import headings
from engine.policy.model import GROUPED, GROUPED_VALUE, Band, Bounds, Grouping, Parameter, Policy, Scoring
from engine.policy.narrative import FollowedCell, Narrative, NarrativeSection, Praise, Revision
from engine.policy.periods import period, wrong_days
from engine.policy.prose import prose
from engine.policy.resolved import MAX_REMEMBERED, Resolved, Same, years
from engine.policy.taxonomy import Level1, stem_of
from engine.policy.values import Values
from engine.policy.weights import bands, weights
from engine.values.names import NameRules, TargetGroup
from engine.values.rounding import Rounding
from engine.yaml.reader import Path_

NATURES = ("quantitative", "deadline", "qualitative", "not_applicable", "unscorable")
RECOGNITION = ("direction", "attainment", "nature", "met")
NEEDED = ("sources", "parameters", "taxonomy", "recognition", "scoring", "grades", "notation", "wording", "names")


def build(resolved: Resolved) -> Policy:
    """The Policy of resolved data. Raises PolicyError with every problem found.

    What was built before of the same data is not built again: a workbench asks for the same policies at every key pressed, and a
    policy's parent is asked for with each of its children. Policies are shared: nobody may change one.
    """
    return _built(Same(resolved))


@lru_cache(maxsize=MAX_REMEMBERED)
def _built(same: Same) -> Policy:
    return _Builder(same.resolved).policy()


class _Builder(Values):
    def policy(self) -> Policy:
        head = self.data["policy"]
        if head["status"] == "pack" and "jurisdiction" not in head:
            told = f"“{head['id']}”是供引用的部分，不能单独使用"
            raise PolicyError(Problem(self.place(("policy", "status")), told, "一个可用于评分的政策", code="policy.is-pack"))
        self._complete(head)
        sources.check(self)
        self._headings()
        tiers = bands(self, "tier", self.data["scoring"]["qualitative"]["tiers"], ("scoring", "qualitative", "tiers"), Decimal(1))
        stages = catalogue.stages(tuple(band.id for band in tiers), NATURES)
        recognition = self._recognition(stages, tiers)
        words = portions.words(self)
        names_read = portions.names_read(self, words)
        if names_read is not None:
            recognition = {catalogue.NAME_TABLE: names_read.table, **recognition}
        scoring = self._scoring(stages, tiers)
        grades = bands(self, "grade", self.data["grades"], ("grades",), scoring.weights.full_score)
        names = self._names(self.data["names"])
        grouping = self._grouping(self.data["names"])
        form = self.data.get("form", {})
        shape = portions.layout(self)
        spoken = statements(self, form.get("statements", []), shape)
        coded = {"nature": NATURES, "attainment": (*(band.id for band in tiers), "unknown")}
        rules = portions.rules(self, head.get("disable", ()), coded)
        caps = self._caps()
        known, questions = reading.known(self), reading.questions(self)
        told_first = telling(self.data.get("telling", {}), self.add, self.params)
        spoken_words = prose(self)
        figures = figure_rules(self)
        rollup = portions.rollup(self)
        first, last = self._years(head)
        grammar = portions.grammar(self, words)
        if self.problems or grammar is None:
            raise PolicyError(self.problems)
        parts = Parts(sources.clauses(self), self._parameters(), self._taxonomy(), scoring, grades)
        return Policy(
            id=head["id"],
            title=head["title"],
            jurisdiction=head["jurisdiction"],
            jurisdiction_name=head.get("jurisdiction_name", head["jurisdiction"]),
            first_year=first,
            last_year=last,
            form_kinds=tuple(head["form_kinds"]),
            document=head.get("document", ""),
            status=head["status"],
            extends=self.resolved.extends,
            sha256=self.resolved.sha256(),
            files=tuple(document.file for document in self.resolved.documents),
            parameters=parts.parameters,
            clauses=parts.clauses,
            taxonomy=parts.taxonomy,
            recognition=recognition,
            scoring=scoring,
            grades=grades,
            words=words,
            grammar=grammar,
            layout=shape,
            names=names,
            grouping=grouping,
            numbering=tuple(self.words(self.data["names"]["numbering"], ("names", "numbering"))),
            evidence_words=tuple(self.words(self.data["names"]["evidence_words"], ("names", "evidence_words"))),
            prose=spoken_words,
            figures=figures,
            rules=capped(rules, caps, parts),
            name_reader=names_read,
            known=known,
            questions=questions,
            telling=told_first,
            rollup=rollup,
            statements=spoken,
            narrative=_narrative(self.data["narrative"]) if "narrative" in self.data else None,
            disabled=frozenset(head.get("disable", ())),
            reading=portions.read_by(self),
            in_force=period(head),
            chosen_by=headings(head, "chosen_by"),
            kept_away_by=headings(head, "kept_away_by"),
            rested=self._rested(),
        )

    def _years(self, head: Mapping[str, Any]) -> tuple[int, int | None]:
        """The years the policy is of; those and other times of its head are told where they end before they begin."""
        first, last = years(head)
        if last is not None and last < first:
            self.add(("policy", "fiscal_years"), f"适用年度起止颠倒：{first} 至 {last}", "to 不早于 from", code="policy.years")
        away = headings(head, "kept_away_by")
        if away.last_year is not None and away.last_year < away.first_year:
            told = f"年度起止颠倒：{away.first_year} 至 {away.last_year}"
            self.add(("policy", "kept_away_by", "fiscal_years"), told, "to 不早于 from", code="policy.years")
        for path, wrong in wrong_days(head):
            remedy = "如 {from: 2024-04-28, to: 2024-05-08}，两端都算在内"
            self.add(("policy", *path), wrong, remedy, code="policy.in-force")
        return first, last

    def _rested(self) -> dict[str, str]:
        """Items by their name whose clause is not the one written with them, and that one."""
        rested = followed(self.resolved).rested
        return {policy_paths.name_at(item, self.data): one.written for item, one in rested.items()}

    # --- parts ---------------------------------------------------------------------------------------------------

    def _complete(self, head: Mapping[str, Any]) -> None:
        """Parts a policy cannot do without. Raised at once: nothing after makes sense without them."""
        for key in ("jurisdiction", "fiscal_years", "form_kinds"):
            if key not in head:
                self.add(("policy",), f"policy 缺少 {key}", f"写上 {key}", code="policy.incomplete", names=("policy", key))
        if not self.resolved.extends and not any(section in self.data for section in NEEDED):
            example = "extends: [去年的政策编号]，如 extends: [hubei/2021]"
            missing = "、".join(NEEDED)
            self.add(("policy",), f"没有写 extends，也没有自己的各部分（{missing}）：什么规则都没有", example, code="policy.empty")
            raise PolicyError(self.problems)
        for section in NEEDED:
            if section not in self.data:
                remedy = f"一个写有 {section}: 的文件，或 extends 一个有它的政策"
                self.add(("policy",), f"政策缺少 {section} 部分", remedy, code="policy.incomplete", names=(section,))
        for section, names in (
            ("recognition", RECOGNITION),
            ("scoring", ("rounding", "bounds", "composite", "weights", "execution", "total", *NATURES)),
        ):
            for name in names:
                if section in self.data and name not in self.data[section]:
                    told = f"{section} 缺少 {name}"
                    self.add((section,), told, f"写上 {name}", code="policy.incomplete", names=(section, name))
        if self.problems:
            raise PolicyError(self.problems)

    def _recognition(self, stages: Mapping[str, catalogue.Fields], tiers: tuple[Band, ...]) -> dict[str, CaseTable]:
        values = {
            "direction": catalogue.READ_DIRECTIONS,
            "attainment": (*(band.id for band in tiers), "unknown"),
            "nature": NATURES,
            "met": catalogue.MET,
        }
        data = self.data["recognition"]
        tables = {
            name: self.reader(stages[name], stages["met"]).table(name, data[name], ("recognition", name), values[name])
            for name in RECOGNITION
        }
        for index, case in enumerate(tables["direction"].cases):
            guessed = any(condition.test.field == "score_direction" for condition in leaves(case.conditions))
            if guessed and case.certain and case.value in catalogue.DIRECTIONS:
                path = ("recognition", "direction", "cases", index)
                self.add(
                    path, f"“{case.id}”凭自评得分定方向：只是推测，不能当作定得下来的", "certain: false", code="table.guess-certain"
                )
        return tables

    def _scoring(self, stages: Mapping[str, catalogue.Fields], tiers: tuple[Band, ...]) -> Scoring:
        data = self.data["scoring"]
        tables = {nature: self._scoring_table(nature, stages[nature], tiers) for nature in NATURES}
        refer = references(self, stages["met"])
        rounding, bounds = data["rounding"], data["bounds"]
        return Scoring(
            rounding=Rounding(rounding["mode"], rounding["places"], rounding["at"]),
            rounding_basis=rounding["basis"],
            bounds=Bounds(
                self.formula(bounds["lowest"], ("scoring", "bounds", "lowest"), catalogue.BOUNDS),
                self.formula(bounds["highest"], ("scoring", "bounds", "highest"), catalogue.BOUNDS),
                bounds["basis"],
            ),
            composite=data["composite"]["take"],
            composite_basis=data["composite"]["basis"],
            weights=weights(data["weights"], self.reader(catalogue.weighing(self.data["taxonomy"])), self.points, self.spot),
            execution=self._scoring_table("execution", stages["execution"], ()),
            tables=tables,
            tiers=tiers,
            total=self._total(),
            refer=refer,
            adjust=adjustments(self, stages[catalogue.ADJUST_TABLE], refer),
            satisfaction_required=data.get("satisfaction", {}).get("required", False),
        )

    def _scoring_table(self, name: str, fields: catalogue.Fields, tiers: tuple[Band, ...]) -> CaseTable:
        path = ("scoring", name)
        table = self.reader(fields).table(name, self.data["scoring"][name], path)
        known = [band.id for band in tiers] if name == "qualitative" else []
        for index, case in enumerate(table.cases):
            if case.value:
                at: Path_ = (*path, "cases", index, "value")
                self.add(at, "计分表的结果不能是 value", "score、tier 或 status", code="table.value")
            if case.tier and case.tier not in known:
                self.add(
                    (*path, "cases", index, "tier"),
                    f"没有“{case.tier}”这一档",
                    "、".join(known) or "tier 只用于 qualitative",
                    nearest(case.tier, known),
                    code="table.no-tier",
                    names=("scoring", "qualitative", "tiers", case.tier),
                )
        return table

    def _total(self) -> CaseTable:
        """The table that makes the total: each case has a formula."""
        table = self._scoring_table("total", catalogue.TOTAL, ())
        for index, case in enumerate(table.cases):
            if case.status:
                at: Path_ = ("scoring", "total", "cases", index, "status")
                self.add(at, "总分的各条要有公式", "score", code="table.total")
        return table

    def _names(self, data: Mapping[str, Any]) -> NameRules:
        threshold, shared = (
            self.number(data["threshold"], ("names", "threshold")),
            self.number(data["shared_ending"], ("names", "shared_ending")),
        )
        if not 0 < threshold <= 100:
            self.add(("names", "threshold"), f"相似度下限 {threshold} 超出范围", "大于 0，不超过 100", code="names.threshold")
        if shared < 1 or shared != int(shared):
            self.add(("names", "shared_ending"), f"字数 {shared} 不是正整数", "1、2、3 …", code="names.ending")
        fillers, endings = self.words(data["fillers"], ("names", "fillers")), self.words(data["endings"], ("names", "endings"))
        elsewhere = self.words(data["elsewhere"], ("names", "elsewhere"))
        negators = self.words(data["negators"], ("names", "negators")) if "negators" in data else ()
        groups = tuple(TargetGroup(item["name"], tuple(item["words"]), tuple(item["near"])) for item in data.get("groups", ()))
        sizes = (float(threshold), tuple(fillers), tuple(endings), max(1, int(shared)))
        answered = self.words(data["answered"], ("names", "answered")) if "answered" in data else ()
        return NameRules(*sizes, tuple(elsewhere), tuple(negators), groups, tuple(answered))

    def _grouping(self, names: Mapping[str, Any]) -> Grouping | None:
        if (data := names.get("grouped")) is None:
            return None
        for key, fields in (("sentence", GROUPED), ("value", GROUPED_VALUE)):
            for fault in messages.faults(data[key], {"g": fields}, self.params):
                self.add(("names", "grouped", key), fault.what, "、".join(fault.right), code=fault.code)
        return Grouping(data["above"], data["named"], data["sentence"], data["value"], data["between"])

    def _caps(self) -> dict[str, EvidenceCap]:
        out = {}
        for evidence, item in self.data.get("evidence_caps", {}).items():
            for fault in messages.faults(item["sentence"], {"g": CAPPED}, {}):
                self.add(("evidence_caps", evidence, "sentence"), fault.what, "、".join(fault.right), code=fault.code)
            out[evidence] = EvidenceCap(item["at_most"], item["sentence"])
        return out

    def _parameters(self) -> dict[str, Parameter]:
        out = {}
        for name, item in self.data["parameters"].items():
            value = tuple(map(str, item["value"])) if isinstance(item["value"], list) else item["value"]
            out[name] = Parameter(name, item["label"], value, item.get("unit", ""), item["basis"], self.place(("parameters", name)))
        return out

    def _headings(self) -> None:
        """A heading of the policy's own is no longer another way to write a heading it inherits: rows under it would be of both."""
        written = [name for name in self.data["taxonomy"] if self.resolved.owner(("taxonomy", name)) == self.resolved.id]
        own = {stem_of(name): name for name in written}
        for other, item in self.data["taxonomy"].items():
            for alias in item.get("aliases", ()):
                if stem_of(alias) in own and other not in written:
                    where = self.place(("taxonomy", other))
                    message = f"一级指标“{alias}”在上级是“{other}”的另一种写法（{where}）：表上写“{alias}”的认不出归哪一个"
                    left = "、".join(word for word in item["aliases"] if word != alias)
                    remedy = f"changes 里写 taxonomy: [{{level1: {other}, aliases: [{left}]}}]，或不另设“{alias}”"
                    self.add(("taxonomy", own[stem_of(alias)]), message, remedy, code="policy.alias", names=("taxonomy", other))

    def _taxonomy(self) -> tuple[Level1, ...]:
        return tuple(
            Level1(name, tuple(item["level2"]), tuple(item.get("aliases", ())), item.get("definition", ""), item["basis"])
            for name, item in self.data["taxonomy"].items()
        )


def _narrative(data: Mapping[str, Any]) -> Narrative:
    sections = (NarrativeSection(item["id"], item["template"], tuple(item.get("filed", ()))) for item in data["sections"])
    categories = tuple(data["categories"]) if "categories" in data else None
    return Narrative(
        tuple(sections),
        categories,
        data.get("phrases", {}),
        data.get("similar"),
        data.get("word", ""),
        data.get("page", ""),
        _revision(data["revision"]) if "revision" in data else None,
        data.get("amendments", ""),
    )


def _revision(data: Mapping[str, Any]) -> Revision:
    follows = (FollowedCell(item["statement"], item["group"], item["value"], item["field"]) for item in data["follows"])
    return Revision(data["notes"], data["names"], tuple(follows), tuple(map(_praise, data.get("praise", ()))))


def _praise(item: Mapping[str, Any]) -> Praise:
    said, about, apart, grades = (tuple(item.get(key, ())) for key in ("said", "about", "apart", "grades"))
    completion, execution = (Decimal(str(item[key])) if key in item else None for key in ("completion", "execution"))
    return Praise(said, about, apart, item.get("unmet", False), completion, execution, grades, item["basis"])
