"""The language of finding rules: from YAML to the intermediate form, checked with line and column.

    when:
      - a: {fact: indicator, form_kind: department}
      - b: {fact: indicator, form_kind: project, name_key: {same_as: a.name_key}, level2: {differs_from: a.level2}}
      - without: {fact: claim, key: explanation, form: {same_as: a.form}}

A rule says something (message, advice, severity, category), or concludes a fact that later rules match, or both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import fact_fields, messages
from engine.language import model as ir
from engine.language.causes import TOLD, CauseReader
from engine.language.conditions import Scope, scalar, titled
from engine.language.fields import Field, Fields
from engine.language.measures import KEYS, Measure, made_field
from engine.language.rules import FindingRule, RowFold, RulePattern, RuleSet
from engine.yaml.reader import Path_

_MAX_POSITIVE = 3
_TYPES = {"text": "文字", "number": "数字", "bool": "是否"}


def compile_rules(
    sections: Mapping[str, Any],
    locate: Callable[[Path_], Place],
    params: Mapping[str, Any],
    coded: Mapping[str, tuple[str, ...]],
    problems: list[Problem],
) -> RuleSet:
    """The measures and rules of a policy's resolved `sections`. Everything wrong is added to `problems`, where `locate` says
    that the item at a path was written.

    `coded` are the values of the indicator fields whose choices the policy makes itself (nature, attainment).
    """
    compiler = _Compiler(sections, locate, params, problems)
    for name, choices in coded.items():
        compiler.kinds["indicator"][name] = replace(compiler.kinds["indicator"][name], choices=choices)
    return compiler.run()


class _Compiler:
    def __init__(
        self, sections: Mapping[str, Any], locate: Callable[[Path_], Place], params: Mapping[str, Any], problems: list[Problem]
    ) -> None:
        self.sections, self.locate, self.params, self.problems = sections, locate, params, problems
        self.kinds: dict[str, dict[str, Field]] = {kind: dict(fields) for kind, fields in fact_fields.FACTS.items()}
        disabled = set(sections["policy"].get("disable", []))
        self.data: dict[str, Any] = {k: v for k, v in sections.get("findings", {}).items() if k not in disabled}
        for index, name in enumerate(sections["policy"].get("disable", [])):
            known = sections.get("findings", {})
            if name not in known:
                self._add(
                    ("policy", "disable", index),
                    f"没有规则“{name}”可停用",
                    "",
                    nearest(name, known),
                    code="rule.none",
                    names=("findings", name),
                )

    def run(self) -> RuleSet:
        measures = tuple(filter(None, (self._measure(name, item) for name, item in self.sections.get("measures", {}).items())))
        derived = self._derived_kinds()
        self.ties = CauseReader(self.sections, self.kinds, self.params, self.locate, self.problems)
        rules = {name: rule for name, item in self.data.items() if (rule := self._rule(name, item))}
        return RuleSet(rules, measures, self.kinds, frozenset(derived))

    # --- measures --------------------------------------------------------------------------------------------------

    def _measure(self, name: str, item: Mapping[str, Any]) -> Measure | None:
        path: Path_ = ("measures", name)
        per, of = item["per"], item["of"]
        fields = self.kinds[of]
        if missing := [key for key in KEYS[per][1] if key not in fields]:
            self._add((*path, "per"), f"{of} 没有 {'、'.join(missing)}，不能按 {per} 统计", "bundle 或 form", code="measure.per")
            return None
        if name in self.kinds[per]:
            self._add(path, f"{per} 已有“{name}”这个字段", "换一个名字", code="measure.twice", names=(name,))
            return None
        take, field = ("count", "") if item["take"] == "count" else next(iter(item["take"].items()))
        field = "" if field == "count" else field
        if field and fields.get(field, Field("text", "")).type != "number":
            numbers = [n for n, f in fields.items() if f.type == "number"]
            message = f"{of} 没有数字字段“{field}”"
            self._add(
                (*path, "take", take),
                message,
                "、".join(numbers),
                nearest(field, numbers),
                code="measure.no-field",
                names=(of, field),
            )
            return None
        scope = self._scope(fields, {})
        conditions = scope.compile(item.get("where", {}), (*path, "where"), self.problems)
        among = scope.compile(item.get("among", {}), (*path, "among"), self.problems)
        self.kinds[per][name] = made_field(take, fields.get(field), item["title"])
        return Measure(name, item["title"], per, of, conditions, among, take, field, item["basis"], self.locate(path))

    # --- rules -----------------------------------------------------------------------------------------------------

    def _derived_kinds(self) -> set[str]:
        """Kinds that rules conclude, with the types of their fields; rules may build on each other's, in any order."""
        waiting = {name: item for name, item in self.data.items() if "conclude" in item}
        found: set[str] = set()
        progress = True
        while waiting and progress:
            progress = False
            for name, item in list(waiting.items()):
                aliases = {alias: p["fact"] for alias, p in self._patterns(item) if alias != "without"}
                if all(kind in self.kinds for kind in aliases.values()):
                    self._conclusion_fields(name, item["conclude"], aliases, found)
                    del waiting[name]
                    progress = True
        return found

    def _conclusion_fields(self, rule: str, conclude: Mapping[str, Any], aliases: Mapping[str, str], found: set[str]) -> None:
        kind, path = conclude["fact"], ("findings", rule, "conclude")
        if kind in fact_fields.FACTS:
            self._add((*path, "fact"), f"“{kind}”是引擎给出的事实，规则不能推出它", "一个新的名称", code="rule.engine-fact")
            return
        found.add(kind)
        fields = self.kinds.setdefault(kind, {})
        for name, written in conclude.get("fields", {}).items():
            field = self._written_type(written, aliases, (*path, "fields", name))
            if field is None:
                continue
            if name in fields and fields[name].type != field.type:
                here, there = _TYPES[field.type], _TYPES[fields[name].type]
                message = f"“{kind}.{name}”在别的规则里是{there}，这里是{here}"
                self._add((*path, "fields", name), message, there, code="rule.conclusion-types")
            fields.setdefault(name, field)

    def _written_type(self, written: Any, aliases: Mapping[str, str], path: Path_) -> Field | None:
        if isinstance(written, dict) and "field" in written:
            alias, _, name = str(written["field"]).partition(".")
            if alias not in aliases:
                close = nearest(alias, aliases)
                self._add(path, f"没有别名“{alias}”", "、".join(aliases), close, code="rule.no-alias", names=(alias,))
                return None
            fields = self.kinds[aliases[alias]]
            if name not in fields:
                self._add(
                    path,
                    f"“{alias}”没有“{name}”这个字段",
                    "" if nearest(name, fields) else "、".join(fields),
                    nearest(name, fields),
                    code="rule.no-field",
                    names=(alias, name),
                )
                return None
            return fields[name]
        value = self.params.get(written["param"]) if isinstance(written, dict) else written
        if value is None or isinstance(value, list):
            self._add(path, "结论的字段要是一个值", "常数、{param: …} 或 {field: 别名.字段}", code="rule.conclusion")
            return None
        kind: ir.FieldType = "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        return Field(kind, str(path[-1]))

    @staticmethod
    def _patterns(item: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        return [next(iter(entry.items())) for entry in item["when"]]

    def _rule(self, name: str, item: Mapping[str, Any]) -> FindingRule | None:
        path: Path_ = ("findings", name)
        before = len(self.problems)
        bound: dict[str, Fields] = {}
        patterns: list[RulePattern] = []
        for index, (alias, data) in enumerate(self._patterns(item)):
            at: Path_ = (*path, "when", index, alias)
            fields = self.kinds.get(data["fact"])
            if fields is None:
                known = list(self.kinds)
                message, close = f"没有“{data['fact']}”这种事实", nearest(data["fact"], known)
                self._add((*at, "fact"), message, "、".join(known), close, code="rule.no-fact", names=(data["fact"],))
                return None  # what the rest says of it cannot be checked
            if alias in bound:
                self._add(at, f"别名“{alias}”重复", "各条用不同的别名", code="rule.alias-twice")
                continue
            when = {key: value for key, value in data.items() if key != "fact"}
            conditions = self._scope(fields, bound).compile(when, at, self.problems)
            negated = alias == "without"
            patterns.append(RulePattern("" if negated else alias, data["fact"], conditions, negated, self.locate(at)))
            if not negated:
                bound[alias] = fields
        self._shape(patterns, item, path)
        self._texts(item, bound, path)
        corrects = self._corrects(item.get("corrects"), bound, (*path, "corrects"))
        evidence = self._evidence(item.get("evidence", []), bound, (*path, "evidence"))
        cite = self._evidence([item["cite"]] if "cite" in item else [], bound, (*path, "cite"))
        kinds = [pattern.kind for pattern in patterns if not pattern.negated]
        tie = self.ties.tie(name, item, bound, kinds[0]) if kinds else None
        rows = self._rows(item.get("rows"), (*path, "rows"))
        if len(self.problems) > before or tie is None:
            return None
        conclude = self._conclude(item["conclude"]) if "conclude" in item else None
        compiled = ir.Rule(
            name,
            tuple(
                ir.Pattern(p.alias or f"without{n}", p.kind, tuple(c.test for c in p.conditions), p.negated)
                for n, p in enumerate(patterns)
            ),
            conclude,
            bool(item.get("unordered", False)),
        )
        return FindingRule(
            id=name,
            title=item["title"],
            category=item.get("category", ""),
            severity=item.get("severity", ""),
            patterns=tuple(patterns),
            message=item.get("message", ""),
            advice=item.get("advice", ""),
            report=item.get("report", ""),
            subject=item.get("subject", ""),
            evidence=evidence,
            basis=item["basis"],
            cite=cite[0] if cite else ("", ""),
            place=self.locate(path),
            compiled=compiled,
            tie=tie,
            corrects=corrects,
            told_in=item.get("told_in", ""),
            rows=rows,
        )

    def _shape(self, patterns: list[RulePattern], item: Mapping[str, Any], path: Path_) -> None:
        positive = [p for p in patterns if not p.negated]
        if patterns and patterns[0].negated:
            self._add((*path, "when", 0), "第一条不能是 without", "先写一个要有的事实", code="rule.without-first")
        if len(positive) > _MAX_POSITIVE:
            self._add(
                (*path, "when"),
                f"一条规则至多 {_MAX_POSITIVE} 个事实，写了 {len(positive)} 个",
                "拆成两条规则，用 conclude 接起来",
                code="rule.too-many-facts",
            )
        says = [key for key in ("message", "category", "severity") if key in item]
        if len(says) not in (0, 3) or (not says and "conclude" not in item):
            self._add(
                path, "规则要么写全 category、severity、message，要么只写 conclude", "category、severity、message", code="rule.says"
            )

    def _rows(self, item: Mapping[str, Any] | None, path: Path_) -> RowFold | None:
        if item is None:
            return None
        for fault in messages.faults(str(item["message"]), {"c": TOLD}, self.params):
            self._add((*path, "message"), fault.what, "、".join(fault.right), code=fault.code, names=fault.names)
        return RowFold(
            str(item["message"]), int(item.get("from", 2)), bool(item.get("once", False)), bool(item.get("across", False))
        )

    def _corrects(self, item: Mapping[str, Any] | None, bound: Mapping[str, Fields], path: Path_) -> tuple[tuple[str, str], str]:
        if item is None:
            return ("", ""), ""
        self._texts(item, bound, path)
        return self._evidence([item["field"]], bound, (*path, "field"))[0], str(item["right"])

    def _texts(self, item: Mapping[str, Any], bound: Mapping[str, Fields], path: Path_) -> None:
        for key in ("message", "advice", "report", "subject", "right"):
            for fault in messages.faults(str(item.get(key, "")), bound, self.params):
                wrong = fault.wrong
                meant = ((a, titled(wrong, f) or (wrong if wrong in f else "")) for a, f in bound.items() if wrong)
                close = next((f"{a}.{name}" for a, name in meant if name), "") or (nearest(wrong, fault.right) if wrong else "")
                listed = "" if close else "、".join(fault.right[:20])
                self._add((*path, key), fault.what, listed, close, code=fault.code, names=fault.names)

    def _evidence(self, written: list[str], bound: Mapping[str, Fields], path: Path_) -> tuple[tuple[str, str], ...]:
        out = []
        for index, text in enumerate(written):
            alias, _, name = text.partition(".")
            if alias not in bound or name not in bound[alias]:
                known = [f"{a}.{f}" for a, fields in bound.items() for f in fields]
                close = nearest(text, known)
                self._add((*path, index), f"没有“{text}”", "别名.字段", close, code="rule.no-evidence", names=(alias, name))
            out.append((alias, name))
        return tuple(out)

    def _conclude(self, data: Mapping[str, Any]) -> ir.Conclusion:
        fields: list[tuple[str, ir.Scalar | ir.Ref]] = []
        for name, written in data.get("fields", {}).items():
            if isinstance(written, dict) and "field" in written:
                alias, _, field = str(written["field"]).partition(".")
                fields.append((name, ir.Ref(alias, field)))
            else:
                fields.append((name, scalar(self.params[written["param"]] if isinstance(written, dict) else written)))
        return ir.Conclusion(data["fact"], tuple(fields))

    def _scope(self, fields: Fields, bound: Mapping[str, Fields]) -> Scope:
        return Scope(fields, self.params, self.locate, bound)

    def _add(
        self, path: Path_, message: str, expected: str = "", close: str = "", *, code: str, names: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(self.locate(path), message, expected, close, code=code, names=names))
