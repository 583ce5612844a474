"""Proofs of how a score follows what was achieved: it never falls when a body did better, full marks come where the target is
reached and nowhere else, and how much is lost by missing it by a hair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.language.conditions import leaves
from engine.language.model import Scalar
from engine.policy.model import Policy
from engine.soundness.lint.codes import WARNING
from engine.soundness.lint.proved_scores import ScoringTable
from engine.soundness.proof.assumptions import World, reached, world
from engine.soundness.proof.counterexample import TITLES, CaseOutcome, fields_of, of_engine, points, told
from engine.soundness.proof.logic import Term, number
from engine.soundness.proof.prover import Answer
from engine.soundness.proof.terms import Record, ordered
from engine.soundness.proof.terms import fields_of as operands
from engine.values.numerals import plain

_NEGATIVE = "只在目标值（预算数）为负时如此：在 when 里写 target: {gt: 0}（budget: {gt: 0}），为负的交 otherwise"


def check(on: ScoringTable) -> None:
    """Prove it of the table, in every sense in which more, or less, is better."""
    for key, better, direction in _senses(on):
        _monotone(on, key, better, direction)
    if on.table.name == "quantitative":
        _target(on)
        _jump(on)
    elif on.table.name == "execution":
        executed, budget = on.world.names["executed"], on.world.names["budget"]
        far = [budget > 0, executed >= 0, executed * 2 < budget]
        _missed(on, "执行率不到一半的不得满分", "执行率不到一半也得满分", far, WARNING)
        _spent(on)
    elif on.table.name == "deadline":
        import z3

        record = on.world.record
        late = [record.present("early"), z3.Not(record.value("early"))]
        _missed(on, "逾期的不得满分", "逾期也得满分", late, "")
    elif on.table.name in ("unscorable", "not_applicable"):
        what = "没有完成值或无法比较的" if on.table.name == "unscorable" else "不适用的"
        _missed(on, f"{what}不得满分", f"{what}指标也得满分", [], "" if on.table.name == "unscorable" else WARNING)
    elif on.table.name == "total":
        _whole(on)
        _without(on)


def _senses(on: ScoringTable) -> Iterator[tuple[str, int, str]]:
    """(field, 1 if more is better or -1, direction)."""
    if on.table.name == "quantitative":
        yield "actual", 1, "positive"
        yield "actual", -1, "inverse"
    elif on.table.name == "execution":
        yield "executed", 1, ""
    elif on.table.name == "total":
        yield "execution", 1, ""
        yield "indicators", 1, ""


def _monotone(on: ScoringTable, key: str, better: int, direction: str) -> None:
    """No two records alike but for what was achieved, of which the better one scores less."""
    first = on.world
    other = world(on.policy, on.table, on.subject.params, "b", first)
    if on.table.name == "total":
        record = Record("b", first.record.fields, first.record, [key])
        names = {**first.names, key: record.value(key)}
        known = [record.present(key), record.value(key) >= 0]
        limit = (
            [number(on.policy.scoring.weights.execution) - record.value(key) >= 0]
            if key == "execution"
            else [record.value(key) <= first.record.value("applicable") - number(on.policy.scoring.weights.execution)]
        )
        other = World(record, (*known, *limit), names)
    a, b = first.record, other.record
    ways = reached(on.table.cases, b)

    base = [a.value(key) < b.value(key)]
    if direction:
        base += [a.text("direction", direction), on.directed(a)]
    word = {"positive": "正向指标完成值", "inverse": "反向指标完成值"}.get(direction) or first.record.fields[key].title
    sense = "越大得分不减" if better > 0 else "越大得分不增"
    worst: tuple[Answer, int, int, list[Term]] | None = None
    plain_ = False
    for i, one in on.provable():
        for j, two in on.provable():
            if {i, j} & on.hard:
                continue
            left, right = on.kept_of(first, on.raw_of(first, one)), on.kept_of(other, on.raw_of(other, two))
            wrong = left > right if better > 0 else left < right
            kept = ordered(on.cuts_of(first, one), on.cuts_of(other, two))
            terms = [on.ways[i], ways[j], *base, wrong, *kept, *first.known, *other.known, *a.axioms(), *b.axioms()]
            answer, _ = on.subject.prover.possible(terms)
            if answer == "unknown":
                worst = worst or (answer, i, j, terms)
                on.hard |= {i, j}
            elif answer == "refuted" and (worst is None or not plain_):
                # one with a target or budget that is not negative says more
                natural = [*terms, a.value("target") >= 0] if direction else [*terms, *_natural(on, a)]
                plain_ = on.subject.prover.possible(natural)[0] != "proved"
                worst = (answer, i, j, natural if plain_ else terms)
    answer = on.worst([worst[0]] if worst else [])
    if worst and worst[0] == "refuted" and not _told(on, worst[3], key, word, better, a, b, "" if plain_ else WARNING):
        answer = "unknown"  # the engine does not say so
    on.outcome(f"{word}{sense}", answer, on.table.cases[worst[2] if worst else 0])
    for i, case in on.scored:
        if case.score is not None and "reported" in operands(case.score, a.fields) and better > 0:
            on.subject.add(
                "score-follows-reported",
                f"{on.table.name}.{case.id}",
                on.score_of(i),
                f"“{case.id}”的得分取自评得分（reported），不随完成值变化，不在“{sense}”的证明之内",
                "文件没有写扣分办法、由填报单位判断的才这样写",
            )


def _natural(on: ScoringTable, record: Record) -> list[Term]:
    return [record.value("budget") > 0] if on.table.name == "execution" else []


def _told(on: ScoringTable, terms: list[Term], key: str, word: str, better: int, a: Record, b: Record, severity: str) -> bool:
    """Tell of two records that the engine scores the wrong way round; False if it does not."""
    model = on.friendly(terms, [a, b]) or on.subject.prover.possible(terms)[1]
    ends = [_end(on, fields_of(model, record)) for record in (a, b)] if model is not None else []
    found = [end for end in ends if end is not None]
    if len(found) < 2:
        return False
    (one_fields, one, low), (two_fields, two, high) = found
    if low <= high if better > 0 else low >= high:
        return False
    title = TITLES.get(key, a.fields[key].title)
    own = {c.test.field for case in (one.case, two.case) for c in leaves(case.conditions)}
    about = [name for name in on.reads if name != key and (name != "reported" or name in own)]
    where = f"“{one.case.id}”与“{two.case.id}”之间" if one.case.id != two.case.id else f"“{one.case.id}”：{one.case.formula}"
    points_ = _exactly(low, high, on.policy)
    values = [plain(Fraction(str(fields[key]))) for fields in (one_fields, two_fields)]
    better_case = two.case if better > 0 else one.case
    on.subject.add(
        "score-not-monotone",
        f"{on.table.name}.{better_case.id}",
        on.score_of(on.table.cases.index(better_case)),
        f"{word}{'更大' if better > 0 else '更小'}，得分反而更少（{where}）",
        _NEGATIVE if severity else "核对公式里谁除以谁，以及各条的边界与次序",
        severity=severity,
        example=f"{told(one_fields, about, a.fields)}："
        + "，".join(f"{title} {value} 得 {score} 分" for value, score in zip(values, points_, strict=True)),
    )
    return True


def _end(on: ScoringTable, fields: Mapping[str, Scalar] | None) -> tuple[Mapping[str, Scalar], CaseOutcome, Fraction] | None:
    """One end of a counterexample with what the engine makes of it; None where it has no score."""
    outcome = of_engine(on.table, fields, on.policy) if fields else None
    return (fields, outcome, outcome.score) if fields and outcome and outcome.score is not None else None


def _target(on: ScoringTable) -> None:
    """Full marks exactly where the target is reached."""
    import z3

    record = on.world.record
    target, actual, weight = record.value("target"), record.value("actual"), on.world.names["weight"]
    for direction, missed in (("positive", actual < target), ("inverse", actual > target)):
        here = [record.text("direction", direction), on.directed(record)]
        word = {"positive": "正向", "inverse": "反向"}[direction]
        for code, reach, wrong, statement in (
            ("full-marks-though-missed", missed, True, f"{word}指标没有达到目标的不得满分"),
            ("met-not-full", z3.Not(missed), False, f"{word}指标达到目标的得满分"),
        ):
            answers: list[Answer] = []
            for index, case in on.provable():
                kept = on.kept_of(on.world, on.raw_of(on.world, case))
                off = kept >= weight if wrong else kept < weight
                answer, model = on.model(on.ways[index], *here, reach, off)
                if answer == "unknown":
                    on.hard.add(index)
                severity = ""
                if answer == "refuted":
                    natural, better = on.model(on.ways[index], *here, reach, off, target >= 0)
                    severity = WARNING if natural == "proved" else ""
                    model = better if natural == "refuted" else model
                if answer == "refuted" and not _told_of_target(on, index, direction, wrong, code, model, severity):
                    answer = "unknown"  # the engine does not say so
                answers.append(answer)
            on.outcome(statement, on.worst(answers), on.table.cases[0])


def _told_of_target(on: ScoringTable, index: int, direction: str, missed: bool, code: str, model: Any, severity: str) -> bool:
    """Tell of a record whose full marks do not go with its target; False if the engine does not say so."""
    found, case = on.engine(model), on.table.cases[index]
    if found is None or found[1].score is None:
        return False
    fields, score = found[0], found[1].score
    if (score >= Fraction(str(fields["weight"]))) is not missed:
        return False
    word = {"positive": "正向", "inverse": "反向"}[direction]
    on.subject.add(
        code,
        f"quantitative.{case.id}.{direction}",
        on.score_of(index),
        f"{word}指标{'没有达到目标也得满分' if missed else '达到目标却得不到满分'}（“{case.id}”：{case.formula}）",
        _NEGATIVE if severity else "核对公式是否漏了除以目标值、分子分母是否写反、条件的边界",
        severity=severity,
        example=f"{on.told(fields)}：得 {points(score, on.policy)} 分",
    )
    return True


def _missed(on: ScoringTable, statement: str, message: str, here: list[Term], severity: str) -> None:
    """No full marks where these terms hold."""
    answers: list[Answer] = []
    for index, case in on.provable():
        kept = on.kept_of(on.world, on.raw_of(on.world, case))
        answer, model = on.model(on.ways[index], *here, kept >= on.world.names["weight"])
        found = on.engine(model) if answer == "refuted" else None
        confirmed = found is not None and found[1].score is not None
        if found and found[1].score is not None:
            at = f"{on.table.name}.{case.id}"
            example = f"{on.told(found[0])}：得 {points(found[1].score, on.policy)} 分"
            said = f"{message}（“{case.id}”：{case.formula}）"
            advice = {
                "deadline": "按期的写 early: true",
                "execution": "核对公式的尺度（执行率 rate 是百分数）和条件",
            }.get(on.table.name, "交人工的写 status: needs_review，不计分的写 status: not_applicable，得 0 分的写 score: 0")
            on.subject.add("full-marks-though-missed", at, on.score_of(index), said, advice, severity=severity, example=example)
        answers.append("unknown" if answer == "refuted" and not confirmed else answer)
    on.outcome(statement, on.worst(answers), on.table.cases[0])


def _whole(on: ScoringTable) -> None:
    """A form that has every point has the full score."""
    weights, record = on.policy.scoring.weights, on.world.record
    parts = {
        "execution": weights.execution,
        "indicators": weights.full_score - weights.execution,
        "not_applicable_weight": Decimal(0),
    }
    fields: dict[str, Scalar] = {**parts, "full_score": weights.full_score, "applicable": weights.full_score}
    outcome = of_engine(on.table, fields, on.policy)
    if outcome is None or outcome.score is None:
        return
    right = outcome.score == Fraction(weights.full_score)
    on.outcome("各项都得满分时总分是满分", "proved" if right else "refuted", outcome.case)
    if not right:
        index = on.table.cases.index(outcome.case)
        on.subject.add(
            "total-not-full",
            f"total.{outcome.case.id}",
            on.score_of(index),
            f"各项都得满分，总分却不是满分 {plain(weights.full_score)}（{outcome.case.formula}）",
            "核对总分公式",
            example=f"{told(fields, parts, record.fields)}：总分 {points(outcome.score, on.policy)}",
        )


def _spent(on: ScoringTable) -> None:
    """A budget spent to the last cent has full marks."""
    budget, executed = on.world.names["budget"], on.world.names["executed"]
    answers: list[Answer] = []
    for index, case in on.provable():
        kept = on.kept_of(on.world, on.raw_of(on.world, case))
        answer, model = on.model(on.ways[index], budget > 0, executed == budget, kept < on.world.names["weight"])
        found = on.engine(model) if answer == "refuted" else None
        confirmed = found is not None and found[1].score is not None
        if found and found[1].score is not None:
            at, place = f"execution.{case.id}", on.score_of(index)
            message = f"预算全部执行也得不到满分 {plain(on.policy.scoring.weights.execution)}（“{case.id}”：{case.formula}）"
            example = f"{on.told(found[0])}：得 {points(found[1].score, on.policy)} 分"
            on.subject.add("met-not-full", at, place, message, "核对各档的分数和预算执行分值（execution）", example=example)
        answers.append("unknown" if answer == "refuted" and not confirmed else answer)
    on.outcome("预算全部执行的得满分", on.worst(answers), on.table.cases[0])


def _without(on: ScoringTable) -> None:
    """Where indicators may be left out as not applicable, a form with every other point still has the full score."""
    weights = on.policy.scoring.weights
    tables = [*on.policy.scoring.tables.values()]
    giving = [(table, case) for table in tables for case in table.cases if case.status == "not_applicable"]
    out = Decimal(5)
    rest = weights.full_score - weights.execution - out
    if not giving or rest <= 0:
        return
    parts = {"execution": weights.execution, "indicators": rest, "not_applicable_weight": out}
    fields: dict[str, Scalar] = {**parts, "full_score": weights.full_score, "applicable": weights.full_score - out}
    outcome = of_engine(on.table, fields, on.policy)
    if outcome is None or outcome.score is None or outcome.score == Fraction(weights.full_score):
        return
    table, case = giving[0]
    on.subject.add(
        "total-not-applicable",
        f"total.{outcome.case.id}",
        on.score_of(on.table.cases.index(outcome.case)),
        f"“{table.name}.{case.id}”的指标不计分，总分公式（{outcome.case.formula}）没有折算："
        f"其余都满分，总分也不到 {plain(weights.full_score)}",
        "按比例折算的写 (execution + indicators) / applicable * full_score；本意如此的在 lint: accept: 写明理由",
        example=f"{told(fields, parts, on.world.record.fields)}：总分 {points(outcome.score, on.policy)}",
    )


def _jump(on: ScoringTable) -> None:
    """How much is lost by missing the target by a hair; told where it is more than a twentieth of the weight."""
    record = on.world.record
    target, actual, weight = record.value("target"), record.value("actual"), on.world.names["weight"]
    for direction, near in (("positive", 9999), ("inverse", 10001)):
        at = [record.text("direction", direction), on.directed(record), target == 100, weight == 10, actual * 100 == near]
        for index, case in on.provable():
            kept = on.kept_of(on.world, on.raw_of(on.world, case))
            asked = on.world.terms(on.ways[index], *at, kept * 20 < 19 * weight, *on.quiet())
            answer, model = on.subject.prover.possible(asked)
            on.undecided(f"差一点没有达到目标，“{case.id}”的得分掉不掉一截", answer, case)
            if answer == "refuted" and (found := on.engine(model)) and found[1].score is not None:
                on.subject.add(
                    "score-jump",
                    f"quantitative.{case.id}.{direction}",
                    on.score_of(index),
                    f"差一点没有达到目标，得分就掉下一截（“{case.id}”：{case.formula}）",
                    "分档计分的本来如此；按比例计分的核对公式",
                    example=f"{on.told(found[0])}：得 {points(found[1].score, on.policy)} 分",
                )


def _exactly(low: Fraction, high: Fraction, policy: Policy) -> tuple[str, str]:
    """Two scores as the policy rounds them; exactly where rounding hides that they differ."""
    rounded = points(low, policy), points(high, policy)
    return rounded if rounded[0] != rounded[1] else (plain(low), plain(high))
