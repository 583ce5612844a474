"""Forward chaining over the intermediate form: strata, rounds, derived facts, and two matchers that must agree.

Rules that conclude something are ordered in strata. Within a stratum, rounds: evaluate, turn conclusions into facts, evaluate
again from the start on all facts, until nothing new comes. Derived facts are never asserted into a live state of
durable-rules, whose negations would be wrong. Rules that conclude nothing run once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import InternalError, Place, PolicyError, Problem, nearest
from engine.findings.matching import durable_library
from engine.findings.matching.checks import check_facts, check_rules, wrong_type
from engine.findings.matching.durable_library import DurableFailed
from engine.findings.matching.durable_worker import TIME_LIMIT, Durable, InProcess, Worker
from engine.findings.matching.plain import JOIN_LIMIT, Limited, PlainMatcher
from engine.findings.matching.referee import Referee
from engine.findings.matching.strata import stratify
from engine.language.model import Conclusion, Fact, FieldType, Match, Ref, Rule, Scalar, Schema

MAX_ROUNDS = 20
DERIVED = "derived:"


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that a rule concluded, from which match, and in which round (counted over all strata, from 1)."""

    fact: Fact
    rule: str
    match: Match
    round: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All matches over given and derived facts, sorted; the derived facts in order of derivation."""

    matches: tuple[Match, ...]
    derived: tuple[Derived, ...]
    rounds: int
    matcher: str
    """"durable-rules+plain", "plain", or "plain (durable-rules failed: …)"."""
    limited: tuple[Limited, ...] = ()
    """Rules that could not run on these facts, or not in full; all others stand."""
    seconds_plain: float = field(default=0.0, compare=False)
    seconds_durable: float = field(default=0.0, compare=False)
    spent: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Seconds by rule, in the plain matcher."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Rules evaluated together. `reads` are the kinds they look at: facts of other kinds need no further round."""

    rules: tuple[Rule, ...]
    reads: frozenset[str]
    plain: PlainMatcher


@dataclass(slots=True)
class Program:
    """Compiled rules, for many runs. Close it, or use it in a `with`, to give back handles and worker process."""

    schema: Schema
    strata: tuple[Stratum, ...]
    durable: Durable | None
    why_plain: str
    """Why durable-rules does not run though it was asked for; empty if it runs, or is not installed."""
    max_rounds: int

    def anew(self) -> Program:
        """The same rules with handles of its own, of a program that runs in this process: compiled once, for many at a time."""
        return replace(self, durable=self.durable.anew() if isinstance(self.durable, InProcess) else self.durable)

    def close(self) -> None:
        """Give back handles and end the worker process. A later run opens new ones."""
        if self.durable is not None:
            self.durable.close()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def compile_program(
    rules: Sequence[Rule],
    schema: Schema,
    derived_schema: Schema | None = None,
    *,
    use_durable: bool = True,
    isolate: bool = False,
    join_limit: int = JOIN_LIMIT,
    max_rounds: int = MAX_ROUNDS,
    time_limit: float = TIME_LIMIT,
) -> Program:
    """Rules made ready. PolicyError with every problem: types, conclusions, negation in a circle.

    `derived_schema`: the kinds that only rules make; they may conclude kinds of `schema` as well. `isolate`: durable-rules runs
    in a process of its own with `time_limit`, so that a crash of the library costs its verdict and not the results.
    """
    derived_schema = derived_schema or {}
    problems = [
        Problem(Place(), f"推出的事实“{kind}”与已有的事实字段不同", code="rule.derived-fields")
        for kind in derived_schema
        if schema.get(kind, derived_schema[kind]) != derived_schema[kind]
    ]
    schema = {**schema, **derived_schema}
    problems += check_rules(rules, schema)
    for rule in rules:
        if rule.conclude is not None:
            problems += _check_conclusion(rule, rule.conclude, schema)
    if problems:
        raise PolicyError(problems)
    strata = tuple(
        Stratum(group, frozenset(p.kind for rule in group for p in rule.patterns), PlainMatcher(group, schema, join_limit))
        for group in stratify(rules)
    )
    backend: Durable | None = None
    why = ""
    if use_durable and durable_library.available():
        try:
            groups = [stratum.rules for stratum in strata]
            backend = Worker(groups, schema, time_limit) if isolate else InProcess.compiled(groups, schema)
        except DurableFailed as error:
            why = str(error)
    return Program(schema, strata, backend, why, max_rounds)


def _check_conclusion(rule: Rule, conclusion: Conclusion, schema: Schema) -> Iterable[Problem]:
    place = Place(path=rule.id)
    bound = {p.alias: p.kind for p in rule.patterns if not p.negated}
    declared = schema.get(conclusion.kind)
    if declared is None:
        yield Problem(
            place,
            f"规则“{rule.id}”：没有“{conclusion.kind}”这种事实",
            nearest=nearest(conclusion.kind, schema),
            code="rule.no-fact",
        )
        return
    names = [name for name, _ in conclusion.fields]
    for name, value in conclusion.fields:
        where = f"规则“{rule.id}”：结论 {conclusion.kind}.{name}"
        wanted: FieldType | None = declared.get(name)
        if wanted is None:
            yield Problem(place, f"{where}：没有这个字段", nearest=nearest(name, declared), code="rule.no-field")
        elif names.count(name) > 1:
            yield Problem(place, f"{where}：写了两次", code="rule.conclusion")
        elif not isinstance(value, Ref):
            if why := wrong_type(value, wanted):
                yield Problem(place, f"{where}：{value!r} {why}", code="rule.conclusion-types")
        elif value.alias not in bound:
            yield Problem(
                place, f"{where}：代号“{value.alias}”未由肯定条件给出", nearest=nearest(value.alias, bound), code="rule.no-alias"
            )
        elif schema.get(bound[value.alias], {}).get(value.field) != wanted:
            yield Problem(place, f"{where}：{value.alias}.{value.field} 不存在或类型不同", code="rule.conclusion-types")


def run(program: Program, facts: Sequence[Fact], *, checked: bool = False) -> Outcome:
    """Evaluate to the end. InternalError for facts that do not fit the schema or matchers that disagree; PolicyError for rules
    that join too widely or do not come to an end. `checked`: the facts are known to fit it (`check_facts`)."""
    if not checked:
        check_facts(facts, program.schema)
    if clash := [fact.id for fact in facts if fact.id.startswith(DERIVED)]:
        raise InternalError(Problem(Place(), f"事实编号“{clash[0]}”与推出的事实冲突", code="engine.facts"))
    referee = Referee([stratum.plain for stratum in program.strata], program.durable, program.why_plain)
    concluded = {rule.conclude.kind for stratum in program.strata for rule in stratum.rules if rule.conclude is not None}
    known = {_content(fact) for fact in facts if fact.kind in concluded}
    everything = list(facts)
    counts: dict[str, int] = {}
    matches: list[Match] = []
    derived: list[Derived] = []
    rounds = 0
    short: dict[str, str] = {}  # kinds of which not every fact may have been concluded -> the rule that was left out
    for number, stratum in enumerate(program.strata):
        for turn in range(program.max_rounds + 1):
            if turn == program.max_rounds:
                ids = "、".join(sorted(rule.id for rule in stratum.rules if rule.conclude))
                message = f"推理超过 {program.max_rounds} 轮仍有新的事实，规则：{ids}"
                raise PolicyError(Problem(Place(), message, "不会一直推出新事实的规则", code="rule.no-end"))
            rounds += 1
            found = referee.evaluate(number, everything)
            resting = _resting(stratum.rules, referee.limited, short)
            found = [match for match in found if match.rule not in resting]
            fresh = _conclude(stratum, found, everything, known, counts, rounds)
            derived += fresh
            everything += [each.fact for each in fresh]
            if not any(each.fact.kind in stratum.reads for each in fresh):
                break
        matches += found
        referee.limited |= resting
    matches.sort(key=lambda match: (match.rule, match.facts))
    limited = tuple(sorted(referee.limited.values(), key=lambda item: item.rule))
    seconds = referee.seconds_plain, referee.seconds_durable
    return Outcome(tuple(matches), tuple(derived), rounds, referee.matcher, limited, *seconds, referee.spent)


def _resting(rules: Sequence[Rule], limited: Mapping[str, Limited], short: dict[str, str]) -> dict[str, Limited]:
    """Rules that rest on facts which a rule that was left out would have concluded: they are left out with it, since a match may
    be missing, or stand on nothing but that. Adds to `short` the kinds that are affected."""
    out: dict[str, Limited] = {}
    for rule in rules if limited else ():
        if rule.conclude is not None and rule.id in limited and not limited[rule.id].ran:
            short.setdefault(rule.conclude.kind, rule.id)
    if not short:
        return out
    waiting = list(rules)
    while affected := [rule for rule in waiting if any(pattern.kind in short for pattern in rule.patterns)]:
        waiting = [rule for rule in waiting if rule not in affected]
        for rule in affected:
            cause = next(short[pattern.kind] for pattern in rule.patterns if pattern.kind in short)
            out[rule.id] = Limited(rule.id, f"它要用的结论来自规则 {cause}，那条规则没有运行")
            if rule.conclude is not None:
                short.setdefault(rule.conclude.kind, cause)
    return out


def _content(fact: Fact) -> tuple[str, frozenset[tuple[str, Scalar]]]:
    return fact.kind, frozenset(fact.fields.items())


def _conclude(
    stratum: Stratum,
    matches: Sequence[Match],
    facts: Sequence[Fact],
    known: set[tuple[str, frozenset[tuple[str, Scalar]]]],
    counts: dict[str, int],
    round_number: int,
) -> list[Derived]:
    """What the matches conclude and nobody knew. A field taken from a fact that lacks it is left out. Ids are numbered in the
    order of rule and match, which does not depend on the order of facts; of equal facts the first stands."""
    rules = {rule.id: rule.conclude for rule in stratum.rules if rule.conclude is not None}
    if not rules:
        return []
    rows = {fact.id: fact.fields for fact in facts}
    fresh: list[Derived] = []
    for match in matches:
        conclusion = rules.get(match.rule)
        if conclusion is None:
            continue
        bound = dict(match.facts)
        values: dict[str, Scalar] = {}
        for name, source in conclusion.fields:
            value = rows[bound[source.alias]].get(source.field) if isinstance(source, Ref) else source
            if value is not None:
                values[name] = value
        fact = Fact(f"{DERIVED}{conclusion.kind}:{counts.get(conclusion.kind, 0) + 1}", conclusion.kind, values)
        if _content(fact) not in known:
            known.add(_content(fact))
            counts[conclusion.kind] = counts.get(conclusion.kind, 0) + 1
            fresh.append(Derived(fact, match.rule, match, round_number))
    return fresh
