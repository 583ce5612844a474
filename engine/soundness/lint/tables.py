"""Lints of recognition and scoring tables: cases that contradict themselves, that earlier ones take whole, that were copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.errors import Place, nearest
from engine.language import fields as catalogue
from engine.language import formula
from engine.language.conditions import leaves
from engine.language.fields import Fields
from engine.language.model import Ref
from engine.language.tables import Case, CaseTable
from engine.language.wording import all_asked
from engine.policy.adjustments import seen as adjusting
from engine.policy.build import NATURES
from engine.policy.model import Scheme
from engine.soundness.lint import adjustments, proved_gaps, proved_order
from engine.soundness.lint.proved_scores import ScoringTable
from engine.soundness.lint.subject import Subject, numeric
from engine.soundness.proof.assumptions import reached
from engine.soundness.proof.prover import Answer, opposite
from engine.soundness.proof.terms import Record
from engine.values import numerals
from engine.yaml.reader import Path_


def check(subject: Subject) -> None:
    """Every table of the policy."""
    _levels(subject)
    if subject.proofs and subject.policy is not None and subject.policy.scoring.adjust is not None:
        adjustments.circles(subject, subject.policy, subject.policy.scoring.adjust, _fields(subject, subject.policy.scoring.adjust))
    if subject.proofs:
        _operators(subject)
    for table, path in subject.tables():
        _copied(subject, table)
        if subject.proofs:
            _reached(subject, table.name, path, table.cases, _fields(subject, table))
    if subject.policy is not None and subject.policy.scoring.weights.schemes and subject.proofs:
        _reached(
            subject,
            "weights",
            ("scoring", "weights"),
            subject.policy.scoring.weights.schemes,
            catalogue.weighing(subject.data["taxonomy"]),
        )
    if subject.policy is not None:
        for name, table in subject.scoring_tables():
            if not subject.policy.scoring.hundred:
                _weightless(subject, name, table)
            _scaled(subject, name, table)
            if subject.proofs:
                proving = ScoringTable(subject, subject.policy, table, ("scoring", name))
                proving.run()
                proved_gaps.check(proving)
                proved_order.check(proving)


def _copied(subject: Subject, table: CaseTable) -> None:
    seen: dict[frozenset[object], Case] = {}
    for case in table.cases:
        key: frozenset[object] = frozenset(condition.test for condition in case.conditions)
        if key and key in seen:
            first = seen[key]
            subject.add(
                "case-copied",
                f"{table.name}.{case.id}",
                case.place,
                f"“{case.id}”的条件与第{first.place.line}行的“{first.id}”完全相同，永远轮不到它",
                "照抄来的一条要改条件；多余的删去",
            )
        seen.setdefault(key, case)


def _fields(subject: Subject, table: CaseTable) -> Fields:
    tiers = tuple(band.id for band in subject.policy.scoring.tiers) if subject.policy else ()
    fields = {**catalogue.stages(tiers, NATURES), "total": catalogue.TOTAL}[table.name]
    if table.name == catalogue.ADJUST_TABLE and subject.policy:
        fields = adjusting(fields, subject.policy.scoring.refer)
    if not tiers and "attainment" in fields:  # a pack does not know the tiers of those who extend it
        return {**fields, "attainment": replace(fields["attainment"], choices=())}
    return fields


def _reached(subject: Subject, table: str, path: Path_, cases: Sequence[Case | Scheme], fields: Fields) -> None:
    """Cases whose conditions contradict each other, and cases that earlier ones take whole."""
    import z3

    tests = [condition.test for case in cases for condition in leaves(case.conditions)]
    used = {test.field for test in tests} | {test.value.field for test in tests if isinstance(test.value, Ref)}
    record = Record(table, {name: field for name, field in fields.items() if name in used})
    holds = [record.all_of(condition.test for condition in case.conditions) for case in cases]
    ways = reached(cases, record)
    axioms = [
        *record.axioms(),
        *(record.value(name) >= 0 for name, f in record.fields.items() if table == "weights" and f.type == "number"),
    ]
    possible = subject.prover.possible
    copies = {lint.at for lint in subject.lints if lint.code == "case-copied"}
    for index, case in enumerate(cases):
        name = f"{table}.{case.id}"
        alone = possible([holds[index], *axioms])[0] if case.conditions else "refuted"
        if alone == "proved":
            said = all_asked(case.conditions)
            subject.add(
                "case-contradictory", name, case.place, f"“{case.id}”的条件不可能同时成立（{said}）", "改正条件，或删去这一条"
            )
            continue
        answer = possible([ways[index], *axioms])[0] if index else alone
        _note(subject, name, "有指标会走到这一条", answer, case.place)
        if answer != "proved" or name in copies or not case.conditions:
            continue
        takers = (c for at, c in enumerate(cases[:index]) if possible([holds[index], z3.Not(holds[at]), *axioms])[0] == "proved")
        taker = next(takers, None)
        who = f"第{taker.place.line}行的“{taker.id}”" if taker else "前面各条合起来"
        subject.add(
            "case-shadowed",
            name,
            case.place,
            f"“{case.id}”永远用不上：符合它的都被{who}先接走",
            "把条件窄的放在前面，或改正前面一条的条件",
        )


def _weightless(subject: Subject, name: str, table: CaseTable) -> None:
    for index, case in enumerate(table.cases):
        names = {n.name for n in formula.names(case.score)} if case.score is not None else {"weight"}
        scale = {"weight", "reported"} if name != "total" else names
        zero = case.score is not None and not names and not formula.evaluate(case.score, {})
        if name != "execution" and not names & scale and not zero:
            place = subject.place(("scoring", name, "cases", index, "score"))
            subject.add(
                "score-without-weight",
                f"{name}.{case.id}",
                place,
                f"公式“{case.formula}”里没有 weight：分值 2 分和 20 分的指标得一样的分",
                "公式乘上 weight（该指标的分值）",
            )


_SCALED = {"quantitative": ("target", "actual"), "execution": ("budget", "executed")}
"""The fields of a table that are in a unit of the form's: both in the same one."""
_SAMPLES = ((Decimal(80), Decimal(72)), (Decimal(7), Decimal("5.3")), (Decimal(3), Decimal(4)))


def _scaled(subject: Subject, name: str, table: CaseTable) -> None:
    """Formulas that give another score where target and actual are written in another unit (10 公里, 10000 米): a formula is
    a quotient of polynomials, so that a few values show it."""
    if name not in _SCALED or subject.policy is None:
        return
    params = {key: value for key, value in subject.params.items() if numeric(value)}
    for index, case in enumerate(table.cases):
        if case.score is None or any(c.test.field in ("target_unit", "actual_unit") for c in leaves(case.conditions)):
            continue
        if {n.name for n in formula.names(case.score)} & {*_SCALED[name]} and any(
            _score(case, name, params, sample, 1) != _score(case, name, params, sample, 10) for sample in _SAMPLES
        ):
            what = ("目标值、完成值", "“80 件”与“800 件”") if name == "quantitative" else ("预算数、执行数", "“元”与“万元”")
            subject.add(
                "score-scale",
                f"{name}.{case.id}",
                subject.place(("scoring", name, "cases", index, "score")),
                f"公式“{case.formula}”把分值与{what[0]}直接加减，或没有相除：同样的完成程度，换一种计量单位（{what[1]}）得分就不同",
                "按比例的写 actual / target 或 achieved；按百分点的写 actual_percent，或在 when 里限定 target_unit"
                if name == "quantitative"
                else "写 executed / budget 或 rate",
            )


def _score(case: Case, name: str, params: Mapping[str, Any], sample: tuple[Decimal, Decimal], times: int) -> object:
    base, done = _SCALED[name]
    fields: dict[str, numerals.Number] = {
        **params,
        "weight": Decimal(10),
        "reported": Decimal(6),
        "actual_percent": sample[1],
        base: sample[0] * times,
        done: sample[1] * times,
        "achieved": Fraction(sample[1]) / Fraction(sample[0]),
        "rate": 100 * Fraction(sample[1]) / Fraction(sample[0]),
    }
    assert case.score is not None
    try:
        return formula.evaluate(case.score, fields)
    except (KeyError, formula.DivisionByZero):
        return None


def _operators(subject: Subject) -> None:
    """Targets that say themselves which way is better, and are recognised the other way round."""
    table = subject.recognition.get("direction")
    if table is None:
        return
    record = Record("direction", _fields(subject, table))
    ways = reached(table.cases, record)
    for signs, wrong, said in (((">=", ">"), "inverse", "≥"), (("<=", "<"), "positive", "≤")):
        for index, case in enumerate(table.cases):
            if case.value != wrong:
                continue
            for sign in signs:
                known = [
                    record.present("target_operator"),
                    record.text("target_operator", sign),
                    record.text("target_kind", "number"),
                ]
                answer, _ = subject.prover.possible([ways[index], *known, *record.axioms()])
                if answer == "unknown":
                    subject.prover.note("direction", f"目标值写明“{sign}”的走不走到“{case.id}”", answer, case.place)
                if answer == "refuted":
                    subject.add(
                        "direction-operator",
                        f"direction.{case.id}",
                        case.place,
                        f"目标值写明“{said}”的指标会走到“{case.id}”，认作{'越少越好' if wrong == 'inverse' else '越多越好'}",
                        '在前面加一条看符号的：when: {target_operator: {in: ["<=", "<"]}}，value: inverse；">="、">" 为 positive',
                    )
                    break


def _levels(subject: Subject) -> None:
    """Cases that ask for a 一级 or 二级指标 the taxonomy does not have."""
    if subject.policy is None:
        return
    level1 = [name for level in subject.policy.taxonomy for name in (level.name, *level.aliases)]
    known = {"level1": level1, "level2": [name for level in subject.policy.taxonomy for name in level.level2]}
    for condition, at, path in subject.conditions():
        test = condition.test
        if path[0] not in ("scoring", "recognition") or test.field not in known or test.op not in ("eq", "in"):
            continue
        wanted = [str(value) for value in (test.value if isinstance(test.value, tuple) else (test.value,))]
        if isinstance(test.value, Ref) or any(value in known[test.field] for value in wanted):
            continue
        close = nearest(wanted[0], known[test.field])
        subject.add(
            "rule-value-unknown",
            f"{at}.{test.field}",
            subject.place(path),
            f"情形“{at}”与“{'、'.join(wanted)}”比较，指标体系里没有这样的{condition.title}",
            f"改为“{close}”" if close else f"可用的有：{'、'.join(known[test.field][:12])}",
        )


def _note(subject: Subject, about: str, statement: str, answer: Answer, place: Place) -> None:
    """Keep an obligation that something is possible: a model shows it."""
    subject.prover.note(about, statement, opposite(answer), place)
