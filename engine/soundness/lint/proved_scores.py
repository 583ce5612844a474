"""The obligations of a scoring table, proved over all values: every operand there, no divisor 0, no score out of range, none that
falls when a body did better, full marks exactly where the target is reached.

What the solver finds is told only if the engine's own tables agree (`counterexample`); where they do not, or the solver's steps
run out, the obligation counts as not proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import Place
from engine.language import formula
from engine.language.conditions import leaves
from engine.language.model import Scalar
from engine.language.tables import Case, CaseTable
from engine.policy.model import Policy
from engine.soundness.lint.subject import Subject
from engine.soundness.proof.assumptions import World, percent_factor, reached, world
from engine.soundness.proof.counterexample import CaseOutcome, fields_of, friendly, of_engine, points, read_by, told
from engine.soundness.proof.logic import Term, number
from engine.soundness.proof.prover import Answer
from engine.soundness.proof.terms import HIGHEST_DEGREE, Cut, Record, degree
from engine.soundness.proof.terms import fields_of as operands
from engine.soundness.proof.terms import value as term_of
from engine.values.numerals import plain
from engine.yaml.reader import Path_


class ScoringTable:
    """The obligations of one scoring table."""

    def __init__(self, subject: Subject, policy: Policy, table: CaseTable, path: Path_) -> None:
        self.subject, self.policy, self.table, self.path = subject, policy, table, path
        self.world: World = world(policy, table, subject.params)
        self.ways = reached(table.cases, self.world.record)
        self.scored = [(index, case) for index, case in enumerate(table.cases) if case.score is not None]
        self.reads = read_by(table)
        self.broken: set[int] = set()
        """Cases whose formula may have no value: nothing more is asked of them."""
        self.hard: set[int] = set()
        """Cases of which something could not be decided: nothing more is asked of them, and nothing of the table is proved."""

    def run(self) -> None:
        """What is asked of each case. How scores follow what was achieved: `proved_order`; what no case is for: `proved_gaps`."""
        self._bounds()
        for index, case in enumerate(self.table.cases):
            self._arrives(index, case)
        for index, case in self.scored:
            self._operands(index, case)
            if case.score is not None and degree(case.score, self.world.record.fields) > HIGHEST_DEGREE:
                self.hard.add(index)
                self.outcome(f"“{case.id}”的公式（{case.formula}）：连乘连除太多，没有去证", "unknown", case)
                continue
            self._divisors(index, case)
            self._range(index, case)

    # --- what is asked ---------------------------------------------------------------------------------------------

    def _arrives(self, index: int, case: Case) -> None:
        name = f"{self.table.name}.{case.id}"
        if self.subject.lints and any(lint.at == name and lint.code.startswith("case-") for lint in self.subject.lints):
            return
        answer, _ = self.subject.prover.possible(self.world.terms(self.ways[index]))
        self.undecided(f"有没有指标会走到“{case.id}”", answer, case)
        if answer == "proved" and case.conditions:
            self.subject.add(
                "case-never-arrives",
                name,
                case.place,
                f"按识别表和引擎的取值，没有指标会走到“{case.id}”",
                "核对 recognition 里的 nature 表；确属备而不用的可以留着",
            )

    def _bounds(self) -> None:
        """Whether the bounds keep a score within 0 and the weight at all: told once, where they are written."""
        if self.table.name != "execution" or self.policy.scoring.hundred:
            return
        weight = self.world.names["weight"]
        edges = self.policy.scoring.bounds
        path: Path_ = ("scoring", "bounds")
        low, high = (term_of(edge, self.world.names).term for edge in (edges.lowest, edges.highest))
        for key, edge, wrong, said in (
            ("highest", edges.highest, high > weight, "上限可能高于分值"),
            ("highest", edges.highest, high < weight, "上限可能低于分值，得不到满分"),
            ("lowest", edges.lowest, low < 0, "下限可能低于 0"),
            ("lowest", edges.lowest, low > 0, "下限可能高于 0，什么都没有做也得分"),
        ):
            answer, _ = self.model(wrong)
            self.undecided(f"得分的{said}", answer, self.table.cases[0])
            if answer == "refuted":
                worth = self.policy.scoring.weights.execution
                example = f"分值 {plain(worth)}：{said[:2]} {plain(formula.evaluate(edge, {'weight': worth}))} 分"
                at = self.subject.place((*path, key))
                advice = '一般写 lowest: "0"、highest: weight'
                self.subject.add("score-out-of-range", f"bounds.{key}", at, f"bounds 的{said}", advice, example=example)

    def _badly_bounded(self) -> bool:
        return self.table.name != "total" and any(lint.at.startswith("bounds.") for lint in self.subject.lints)

    def _operands(self, index: int, case: Case) -> None:
        import z3

        assert case.score is not None
        record = self.world.record
        for name in operands(case.score, record.fields):
            answer, _ = self.subject.prover.possible(self.world.terms(self.ways[index], z3.Not(record.present(name))))
            self.outcome(f"“{case.id}”用到的{record.fields[name].title}总是有的", answer, case)
            if answer == "refuted":
                self.broken.add(index)
                self.subject.add(
                    "score-operand",
                    f"{self.table.name}.{case.id}",
                    self.score_of(index),
                    f"公式“{case.formula}”用到{record.fields[name].title}（{name}），走到这一条的指标不一定有",
                    f"在 when 里写 {name}: {{present: true}}，没有的另列一条",
                )

    def _divisors(self, index: int, case: Case) -> None:
        assert case.score is not None
        for term, expression in term_of(case.score, self.world.names).divisors:
            answer, model = self.subject.prover.possible(self.world.terms(self.ways[index], term == 0))
            said = formula.show(expression)
            self.outcome(f"“{case.id}”的除数 {said} 不为 0", answer, case)
            if answer == "unknown":
                self.hard.add(index)
            if answer == "refuted":
                self.broken.add(index)
                fields = fields_of(model, self.world.record) or {}
                self.subject.add(
                    "score-division",
                    f"{self.table.name}.{case.id}",
                    self.score_of(index),
                    f"公式“{case.formula}”的除数 {said} 可能为 0",
                    f"在 when 里排除 {said} 为 0 的情形，另列一条",
                    example=self.told(fields),
                )

    def _range(self, index: int, case: Case) -> None:
        if index in self.broken or index in self.hard or self._badly_bounded():
            return
        raw = self.raw_of(self.world, case)
        total = self.table.name == "total"
        low: Term = number(0)
        high: Term = self.world.names["full_score" if total else "weight"]
        kept = raw if total else self.kept_of(self.world, raw)
        for sign, beyond, free in (
            ("低于 0", kept < low, raw < low),
            ("高于" + ("总分" if total else "分值"), kept > high, raw > high),
        ):
            answer, model = self.model(self.ways[index], beyond)
            if answer == "unknown":
                self.hard.add(index)
            if answer == "refuted" and not self._out_of_range(index, case, sign, model, total):
                answer = "unknown"  # the engine does not say so
            self.outcome(f"“{case.id}”的得分不{sign}", answer, case)
            if answer == "proved" and not total:
                answer, model = self.model(self.ways[index], free)
                self.undecided(f"“{case.id}”的公式算出的数是否{sign}", answer, case)
                if answer == "refuted" and (found := self.engine(model)):
                    fields, outcome = found
                    if outcome.raw is None or outcome.score is None:
                        continue
                    self.subject.add(
                        "score-clamped",
                        f"{self.table.name}.{case.id}",
                        self.score_of(index),
                        f"公式“{case.formula}”算出的数可能{sign}，由 bounds 收住",
                        "确属本意不必改；不然在公式或条件里写明",
                        example=f"{self.told(fields)}：公式得 {plain(outcome.raw)}，"
                        f"按上下限记 {points(outcome.score, self.policy)} 分",
                    )

    def _out_of_range(self, index: int, case: Case, sign: str, model: Any, total: bool) -> bool:
        """Tell of a record whose score is out of range; False if the engine does not say so."""
        found = self.engine(model)
        if found is None or found[1].score is None or found[1].case.id != case.id:
            return False
        fields, outcome = found
        assert outcome.score is not None
        self.subject.add(
            "total-out-of-range" if total else "score-out-of-range",
            f"{self.table.name}.{case.id}",
            self.score_of(index),
            f"“{case.id}”的得分可能{sign}",
            "改正公式" if total else '改正公式，或把 bounds 写成 lowest: "0"、highest: weight',
            example=f"{self.told(fields)}：得 {points(outcome.score, self.policy)} 分",
        )
        return True

    # --- small things ----------------------------------------------------------------------------------------------

    def outcome(self, statement: str, answer: Answer, case: Case) -> None:
        self.subject.prover.note(self.table.name, statement, answer, case.place)

    def provable(self) -> list[tuple[int, Case]]:
        """The cases of which more can be asked: their formula has a value, was not too hard, and takes nothing from the report."""
        fields, out = self.world.record.fields, self.broken | self.hard
        left = [(index, case, case.score) for index, case in self.scored if index not in out]
        return [(index, case) for index, case, score in left if score is not None and "reported" not in operands(score, fields)]

    def worst(self, answers: Iterable[Answer]) -> Answer:
        """What is said of the table where these were said of its cases: nothing is proved of one with a case that was too hard."""
        found = {*answers, "unknown" if self.hard else "proved"}
        return "refuted" if "refuted" in found else "unknown" if "unknown" in found else "proved"

    def undecided(self, question: str, answer: Answer, case: Case) -> None:
        """Keep a question that is no obligation where it was not answered: nothing is passed over in silence."""
        if answer == "unknown":
            self.outcome(question, answer, case)

    def model(self, *terms: Term) -> tuple[Answer, Any]:
        """An answer, with a model of numbers a person would choose where there is one."""
        answer, model = self.subject.prover.possible(self.world.terms(*terms))
        if answer == "refuted":
            model = self.friendly(self.world.terms(*terms), [self.world.record]) or model
        return answer, model

    def friendly(self, terms: list[Term], records: list[Record]) -> Any:
        """A model as a person would choose it: with no words but those the table looks for, as far as it can be had without."""
        prover, asked, waiting = self.subject.prover, list(terms), [self.quiet()]
        while waiting:
            some = waiting.pop()
            if prover.possible([*asked, *some])[0] == "refuted":
                asked += some
            elif len(some) > 1:
                half = len(some) // 2
                waiting += [some[half:], some[:half]]
        return friendly(prover, asked, records, self.table.name)

    def quiet(self) -> list[Term]:
        """That texts hold none of the words only other tables look for: an example is to show nothing that does not matter."""
        import z3

        own = {(c.test.field, c.test.value) for case in self.table.cases for c in leaves(case.conditions)}
        return [percent_factor() == 1] + [
            z3.Not(term)
            for key, unknown in self.world.record.unknowns.items()
            for (_, value), term in unknown.patterns.items()
            if (key, value) not in own
        ]

    def engine(self, model: Any) -> tuple[dict[str, Scalar], CaseOutcome] | None:
        """The record of a model, and what the engine makes of it."""
        fields = fields_of(model, self.world.record)
        outcome = of_engine(self.table, fields, self.policy) if fields else None
        return (fields, outcome) if fields and outcome else None

    def directed(self, record: Record) -> Term:
        """That more, or less, is better: not of a target that is a range, nor of an exact one where the table treats it so."""
        import z3

        exact = [record.text("target_operator", sign) for sign in ("=", "±")] if "target_operator" in self.reads else []
        return z3.Not(z3.Or(record.text("target_kind", "range"), *exact))

    def told(self, fields: Mapping[str, Scalar]) -> str:
        """The values the table looks at, but for the body's own score where the case that holds does not."""
        case = self.table.first(fields)
        own = {condition.test.field for condition in leaves(case.conditions)} | set(_operands(case, fields)) if case else set()
        return told(fields, [name for name in self.reads if name != "reported" or name in own], self.world.record.fields)

    def raw_of(self, where: World, case: Case) -> Term:
        assert case.score is not None
        return term_of(case.score, where.names).term

    def cuts_of(self, where: World, case: Case) -> tuple[Cut, ...]:
        """What the case's formula rounds."""
        assert case.score is not None
        return term_of(case.score, where.names).cuts

    def kept_of(self, where: World, raw: Term) -> Term:
        import z3

        if self.table.name == "total":
            return raw
        bounds = self.policy.scoring.bounds
        low, high = (term_of(edge, where.names).term for edge in (bounds.lowest, bounds.highest))
        least = z3.If(high <= raw, high, raw)
        return z3.If(low >= least, low, least)

    def score_of(self, index: int) -> Place:
        return self.subject.place((*self.path, "cases", index, "score"))


def _operands(case: Case, fields: Mapping[str, Scalar]) -> list[str]:
    return [name.name for name in formula.names(case.score) if name.name in fields] if case.score is not None else []
