"""Bundles scored and checked, and the one result document of a run: as the Contract has it for one bundle, put together for many.

In the document of many bundles every form and finding says which bundle it belongs to; `bundles` names each with its unit, year,
policy and files, `files` tells what became of every file and `problems` what was wrong with those that could not be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine import __version__
from engine.errors import Problem
from engine.findings import choice
from engine.findings.findings import MAX_PER_RULE, Checker, Findings
from engine.findings.matching.referee import ALONE, BOTH
from engine.findings.sample import drawn, share_of
from engine.intake.bundle import Bundle
from engine.intake.collection import Collection, FileOutcome, Progress
from engine.language.causes import ProblemTelling
from engine.policy.model import Policy
from engine.results.concerns import Numbered, concerns
from engine.results.document import to_data
from engine.results.model import (
    Result,
    ResultBundle,
    ResultFile,
    ResultFinding,
    ResultForm,
    ResultProblem,
    ResultQuestion,
    ResultRule,
)
from engine.results.numbers import where
from engine.results.questions import place_question
from engine.results.reading import caution, numbers_of
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation
from engine.values.known_names import folded


@dataclass(frozen=True, slots=True)
class BundleResult:
    """One bundle with all that was made of it; `result` is the Contract's document for it alone."""

    bundle: Bundle
    evaluation: Evaluation
    checked: Findings
    result: Result

    @property
    def policy(self) -> Policy:
        return self.bundle.policy

    @property
    def why_unjudged(self) -> str:
        """Why no policy judges the bundle, and which there are (Chinese); empty where one does."""
        return "" if self.policy.judges else next(iter(self.bundle.told), "")


@dataclass(frozen=True, slots=True)
class Telling:
    """How much of what comes of each rule is told: so many findings one by one, and how long it took."""

    most: int = MAX_PER_RULE
    timed: bool = False


def checked_bundles(
    bundles: Sequence[Bundle], progress: Progress | None = None, telling: Telling | None = None
) -> Iterator[BundleResult]:
    """Each bundle scored and checked by its own policy; the rules of a policy are compiled once. Of many bundles durable-rules
    judges a sample beside the plain matcher, which judges all."""
    telling = telling or Telling()
    checkers: dict[tuple[str, bool], Checker] = {}
    share = share_of(len(bundles))
    try:
        for done, bundle in enumerate(bundles):
            if progress:
                progress(done, len(bundles), bundle.submission.forms[0].unit)
            twice = drawn(_named(bundle), share)
            checker = checkers.get((bundle.policy.id, twice))
            if checker is None:
                checker = Checker(bundle.policy, use_durable=twice, most=telling.most, timed=telling.timed)
                checkers[bundle.policy.id, twice] = checker
            yield check_bundle(bundle, checker.check)
        if progress:
            progress(len(bundles), len(bundles), "")
    finally:
        for checker in checkers.values():
            checker.close()


def _named(bundle: Bundle) -> str:
    """What a bundle is known by, on whatever machine and in whatever order it is read."""
    return "/".join(f"{form.unit} {form.fiscal_year} {form.name}" for form in bundle.submission.forms)


def check_bundle(bundle: Bundle, check: Callable[[Evaluation], Findings]) -> BundleResult:
    """One bundle scored, checked by `check` (of its policy's checker), and told with how its forms were read."""
    beside = bundle.beside
    evaluation = evaluate(bundle.submission, bundle.policy, earlier=beside.earlier, approved=beside.approved)
    checked = check(evaluation)
    result = to_data(evaluation, checked)
    for form, layout in zip(result["forms"], bundle.layouts, strict=True):
        if layout not in ("", bundle.policy.id):
            form["layout"] = layout
    if bundle.may_judge:
        likely = [region.name for region in bundle.place.likely]
        result["questions"] = [place_question(bundle.submission, bundle.may_judge, likely), *result["questions"]]
    first = caution(result.get("policy")) if bundle.policy.judges else ""  # where none judges, why is told
    left = choice.told(bundle.policy)
    if notes := [*filter(None, [first, left]), *result.get("notes", []), *_told(bundle), *bundle.told, *_answers_told(evaluation)]:
        result["notes"] = notes
    return BundleResult(bundle, evaluation, checked, result)


def _told(bundle: Bundle) -> Iterator[str]:
    """What a reader of the result must know of how the forms were read."""
    others = dict.fromkeys(layout for layout in bundle.layouts if layout not in ("", bundle.policy.id))
    for other in others:
        names = "、".join(
            form.name for form, layout in zip(bundle.submission.forms, bundle.layouts, strict=True) if layout == other
        )
        if bundle.policy.judges:
            yield f"{names}：用 {other} 的表样读入，按 {bundle.policy.id} 计分和核对"
        else:
            yield f"{names}：用 {other} 的表样读入"


def _answers_told(evaluation: Evaluation) -> Iterator[str]:
    """Answers beside the forms that do not count: the sign of a target or the policy says another thing, or the unit or
    二级指标 they name is that of no row."""
    given = {answer.place: answer for form in evaluation.submission.forms for answer in form.answers}
    if not given:
        return
    items = [item.known for form in evaluation.forms for item in form.indicators]
    for place, answer in given.items():
        named = [known for known in items if folded(known.indicator.name) == folded(answer.name)]
        head = f"{place}：“{answer.name}”的答复" if place.file else f"“{answer.name}”的答复"
        if any(known.answer and known.answer.place == place for known in named):
            for known in named:
                if known.direction_ground == "sign" and known.direction != answer.means:
                    yield f"{head}与目标“{known.target.raw.strip()}”的符号相反，以表上的符号为准；符号写错的，改表"
        elif any(known.answer and known.answer.means != answer.means for known in named):
            yield f"{head}与政策 known_indicators 的相反，以政策为准"
        elif named and not any(known.answer for known in named):
            yield f"{head}写的单位或二级指标与表上的不同，没有用"


def combined(items: Sequence[BundleResult], collection: Collection) -> Result:
    """One document for all bundles. `policy` is there where all share one, or none fits any; `policies` lists every one."""
    policies = {item.policy.id: policy for item in items if (policy := item.result.get("policy"))}
    forms: list[ResultForm] = []
    findings: list[ResultFinding] = []
    questions: list[ResultQuestion] = []
    numbered: list[Numbered] = []
    for number, item in enumerate(items, start=1):
        numbered.append(Numbered(item.checked, item.result["forms"], number, len(forms), len(findings)))
        for form in item.result["forms"]:
            forms.append({**form, "bundle": number, "policy": _judging(item)})
        for finding in item.result["findings"]:
            findings.append({**finding, "bundle": number})
        for question in item.result["questions"]:
            questions.append({**question, "bundle": number})
    problems, head = concerns(numbered, items[0].policy.telling if items else ProblemTelling())
    out = Result(
        engine=__version__,
        policies=list(policies.values()),
        forms=forms,
        findings=findings,
        problems=problems,
        head=head,
        questions=questions,
        bundles=[_bundle(item) for item in items],
        files=[_file(item) for item in collection.files],
        input_problems=[problem_data(problem) for problem in collection.problems],
    )
    if len({_judging(item) for item in items}) == 1:
        out["policy"] = next(iter(policies.values()), None)
    if ran := together(item.result.get("rules", []) for item in items):
        out["rules"] = ran
    matchers = Counter(item.result["matcher"] for item in items)
    if matchers:
        out["matcher"] = "、".join(sorted(matchers, key=lambda matcher: matcher != BOTH))
    if notes := dict.fromkeys(
        [*collection.told, *_sample_told(matchers), *(note for item in items for note in item.result.get("notes", []))]
    ):
        out["notes"] = list(notes)
    return out


def _sample_told(matchers: Mapping[str, int]) -> Iterator[str]:
    """Of how many bundles durable-rules has judged a sample."""
    twice, every = matchers.get(BOTH, 0), sum(matchers.values())
    if twice and matchers.get(ALONE):
        share = f"{Decimal(twice * 100) / every:.1f}"
        yield f"规则逐组核对；{every:,} 组里按名称的散列抽出 {twice:,} 组（占 {share}%），用另一种办法再核对一遍，结果一致"


def together(runs: Iterable[Iterable[ResultRule]]) -> list[ResultRule]:
    """What came of each rule over all runs: skipped where one skipped it, else hit, clean, or nothing it looks at in any."""
    out: dict[str, ResultRule] = {}
    order = ("skipped", "hit", "clean", "not_applicable")
    for run in runs:
        for rule in run:
            if rule["id"] not in out:
                out[rule["id"]] = rule.copy()
                continue
            known = out[rule["id"]]
            known["hits"] += rule["hits"]
            if "ms" in known and "ms" in rule:
                known["ms"] = str(Decimal(known["ms"]) + Decimal(rule["ms"]))
            if (order.index(rule["state"]), not rule["reason"]) < (order.index(known["state"]), not known["reason"]):
                known["state"], known["reason"] = rule["state"], rule["reason"]
    return list(out.values())


def _judging(item: BundleResult) -> str | None:
    """The id of the policy that judges a bundle; None where none fits."""
    return item.policy.id if item.policy.judges else None


def _bundle(item: BundleResult) -> ResultBundle:
    forms, numbers = item.bundle.submission.forms, numbers_of(item.result["findings"])
    return {
        "unit": "、".join(dict.fromkeys(form.unit for form in forms)),
        "fiscal_year": forms[0].fiscal_year,
        "policy": _judging(item),
        "files": list(item.bundle.files),
        "forms": [form["name"] for form in item.result["forms"]],
        "findings": {"error": numbers["error"], "warning": numbers["warning"], "info": numbers["info"]},
    }


def _file(item: FileOutcome) -> ResultFile:
    out = ResultFile(name=item.name, status=item.status, forms=item.forms)
    if item.reason:
        out["reason"] = item.reason
    return out


def problem_data(problem: Problem) -> ResultProblem:
    """A problem of an input as plain data."""
    place = problem.place
    out = ResultProblem(where=where(place), message=problem.message)
    if place.file:
        out["file"] = place.file
    if place.line:
        out["line"] = place.line
    if place.column:
        out["column"] = place.column
    if problem.expected:
        out["expected"] = problem.expected
    if problem.nearest:
        out["nearest"] = problem.nearest
    if problem.code:
        out["code"] = problem.code
    return out
