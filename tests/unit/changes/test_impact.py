"""The impact of a change of policy: nothing for the same policy, sums that tie up, the mirror image the other way round."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

sys.path.append(str(ROOT / "benchmarks"))
import itertools

from realistic import bundle

from engine.changes.impact import compare
from engine.changes.impact.compare import Comparer, FormImpact, Judgements, Standing, _findings
from engine.changes.impact.data import signed, to_data
from engine.changes.impact.html import render as page
from engine.changes.impact.run import Impact, compared, replay
from engine.changes.impact.spread import distribution, histogram, spread
from engine.changes.impact.tally import Tally, Totals
from engine.changes.impact.view import render as table
from engine.errors import Place
from engine.findings.model import NOTHING, Bond, Evidence, Finding
from engine.intake.bundle import Bundle
from engine.language.causes import Cause
from engine.policy.library import library
from engine.policy.loading import load
from engine.policy.model import Policy
from engine.scoring.form import evaluate
from engine.submission.model import Submission

A, B = "hubei/2021", "central/2020"
AMOUNTS = st.decimals(min_value=-100, max_value=100, places=2)


@cache
def policy(name: str) -> Policy:
    return load(name)


@cache
def submissions() -> tuple[Submission, ...]:
    return tuple(bundle(seed) for seed in range(12))


@cache
def totals(before: str, after: str) -> Totals:
    return replay(submissions(), policy(before), policy(after), limit=4)


@cache
def document(before: str, after: str) -> Any:
    found = Impact(policy(before), policy(after), totals(before, after), (), ())
    return json.loads(json.dumps(to_data(found)))


def test_a_policy_against_itself_changes_nothing() -> None:
    same = totals(A, A)
    assert (same.changed, same.rescored, same.regraded, same.restated, same.findings_changed, same.indicators) == (0,) * 6
    assert same.rules == same.cases == same.worst == ()
    assert same.spread
    assert (same.spread.least, same.spread.greatest) == (0, 0)
    assert all(before == after for before, after, _ in same.grades)
    assert "没有变化" in table(document(A, A), terminal=False)
    assert "没有变化" in page(document(A, A))


def test_the_sums_tie_up() -> None:
    found = totals(A, B)
    forms = sum(len(submission.forms) for submission in submissions())
    known = forms - found.open
    assert found.forms == forms == sum(n for _, _, n in found.grades) == sum(n for _, _, n in found.statuses)
    assert found.rescored == found.up + found.down
    assert known == sum(item.count for item in found.histogram)
    assert known - found.rescored == next((item.count for item in found.histogram if item.low == item.high), 0)
    assert found.regraded == sum(n for a, b, n in found.grades if a != b)
    assert found.restated == sum(n for a, b, n in found.statuses if a != b)
    assert sum(n for a, _, n in found.statuses if a == "scored") == sum(item.count for item in found.distribution)
    assert sum(n for _, b, n in found.statuses if b == "scored") == sum(item.other for item in found.distribution)
    assert all(rule.after == rule.before - rule.gone + rule.new for rule in found.rules)
    assert found.indicators == sum(case.rescored for case in found.cases)
    assert found.only_case == sum(case.indicators - case.rescored for case in found.cases)
    assert len(found.worst) == found.changed
    assert found.detailed == min(4, found.changed)
    assert found.spread
    assert found.spread.total == sum(form.difference or 0 for form in found.worst)


def test_a_difference_is_that_of_its_parts() -> None:
    comparer = Comparer(policy(A), policy("platform/2021"))
    for submission in submissions():
        for form in comparer.compare(submission):
            moved = sum((item.difference or Decimal(0) for item in form.indicators), Decimal(0))
            assert form.known_difference == (form.execution or 0) + moved
            if form.difference is not None and form.execution is not None and form.indicators_difference is not None:
                assert form.difference == form.execution + form.indicators_difference == form.known_difference
    comparer.close()


def test_the_other_way_round_is_the_mirror_image() -> None:
    there, back = totals(A, B), totals(B, A)
    assert (there.changed, there.up, there.down, there.open) == (back.changed, back.down, back.up, back.open)
    assert sorted(there.grades) == sorted((b, a, n) for a, b, n in back.grades)
    assert there.spread
    assert back.spread
    assert there.spread.median == -back.spread.median
    mirrored = {(-item.high, -item.low): item.count for item in back.histogram}
    assert {(item.low, item.high): item.count for item in there.histogram} == mirrored
    rules = {rule.rule: (rule.after, rule.before, rule.new, rule.gone, rule.severity, rule.forms) for rule in back.rules}
    assert {r.rule: (r.before, r.after, r.gone, r.new, r.severity, r.forms) for r in there.rules} == rules


def test_worst_is_first_and_the_rest_is_not_dropped() -> None:
    everything, four = replay(submissions(), policy(A), policy(B), limit=0), totals(A, B)
    assert [form.bare() for form in everything.worst] == [form.bare() for form in four.worst]
    assert all(form.indicators == () for form in four.worst[four.detailed :])
    lost = [form.before.score is not None and form.after.score is None for form in everything.worst]
    assert lost == sorted(lost, reverse=True)
    sizes = [abs(form.known_difference) for form in everything.worst[sum(lost) :]]
    assert sizes == sorted(sizes, reverse=True)


def test_several_processes_find_the_same() -> None:
    bundles = [Bundle(submission, policy(A)) for submission in submissions()[:4]]
    policies = (policy(A), policy(B))
    one, two = ([found for _, found in compared(bundles, policies, (A, B), library(), jobs)] for jobs in (1, 2))
    assert one == two


def test_the_document_fits_its_schema() -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "schemas" / "impact.schema.json").read_text(encoding="utf-8"))
    for before, after in ((A, A), (A, B)):
        assert not [error.message for error in Draft202012Validator(schema).iter_errors(document(before, after))]


@given(st.lists(AMOUNTS, min_size=1, max_size=60))
def test_a_histogram_counts_every_difference_once(values: list[Decimal]) -> None:
    bins = histogram(values)
    assert sum(item.count for item in bins) == len(values)
    assert any(item.low == item.high == 0 for item in bins)
    for item in bins:
        inside = [
            v
            for v in values
            if (v == 0 if item.low == item.high else item.low < v <= item.high if item.low >= 0 else item.low <= v < item.high)
        ]
        assert item.count == len(inside)
    assert len(bins) <= 25
    found = spread(values)
    assert found
    assert found.least <= found.median <= found.greatest
    assert sum(v < found.median for v in values) * 2 <= len(values) >= sum(v > found.median for v in values) * 2


@given(st.lists(st.tuples(st.none() | AMOUNTS, st.none() | AMOUNTS), max_size=60))
def test_a_distribution_counts_every_total_once(pairs: list[tuple[Decimal | None, Decimal | None]]) -> None:
    bins = distribution([a for a, _ in pairs], [b for _, b in pairs])
    assert sum(item.count for item in bins) == sum(a is not None for a, _ in pairs)
    assert sum(item.other for item in bins) == sum(b is not None for _, b in pairs)
    assert all(one.high == other.low for one, other in itertools.pairwise(bins))


def finding(rule: str, subject: str, severity: str = "warning", line: int = 1, message: str = "") -> Finding:
    evidence = (Evidence(Place("a.txt", line), "actual", "实际完成值", "1"),)
    bond = Bond(Cause(rule, rule, None, "", "", "", "", "", Decimal(1), True), (subject,), "", ("表",), NOTHING)
    return Finding(rule, rule, "scoring", severity, "表", subject, message or f"{subject}{line}", "", "", "b", evidence, (), bond)


@given(st.lists(st.tuples(st.sampled_from("rs"), st.sampled_from("xy"), st.sampled_from(["error", "warning"]), st.integers(1, 3))))
def test_findings_are_matched_one_to_one(parts: list[tuple[str, str, str, int]]) -> None:
    some = [finding(*part) for part in parts]
    assert list(_findings(some, some)) == []
    half = some[: len(some) // 2]
    gone = Counter(item.rule for item in _findings(some, half) if item.change == "gone")
    assert gone == Counter(item.rule for item in some) - Counter(item.rule for item in half)
    assert all(item.change == "new" for item in _findings([], some))


def test_a_finding_worded_otherwise_is_the_same_and_one_of_another_severity_is_told() -> None:
    old = [finding("r", "x", line=1), finding("r", "x", line=2)]
    new = [finding("r", "x", "error", line=2), finding("r", "x", line=1, message="说法不同")]
    (change,) = _findings(old, new)
    assert (change.change, change.before, change.after) == ("severity", "warning", "error")


NO_TAGS = {"img", "iframe", "object", "embed", "form", "input", "base", "audio", "video", "image", "use", "foreignobject", "math"}
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(1)">{{ 7 * 7 }}&amp;\'"'


def hostile() -> Submission:
    submission = submissions()[1]
    (form, *_) = submission.forms
    goals = tuple(
        replace(goal, indicators=tuple(replace(item, name=f"{HOSTILE}{item.name}") for item in goal.indicators))
        for goal in form.goals
    )
    place = replace(form.place, file=f"{HOSTILE}.json")
    return replace(submission, forms=(replace(form, name=HOSTILE, unit=HOSTILE, goals=goals, place=place),))


def test_what_a_form_says_is_only_text_on_the_page() -> None:
    justhtml = pytest.importorskip("justhtml")
    found = replay([hostile()], policy(A), policy(B), limit=0)
    data = to_data(Impact(policy(A), policy(B), found, (), ()))
    text = page(data)
    assert "default-src 'none'" in text.split("<title>")[0].replace("&#39;", "'")
    assert text.count("<script>") == 1
    assert "<img" not in text
    assert "{{ 7 * 7 }}" in text
    tree = justhtml.JustHTML(text, collect_errors=True, sanitize=False)
    assert not tree.errors, tree.errors[:3]
    assert not NO_TAGS & {tag.name.lower() for tag in tree.query("*")}
    assert not [name for tag in tree.query("*") for name in (tag.attrs or {}) if name.startswith("on") or name == "style"]
    assert "alert(1)" in text, "what was filed is shown"


def test_control_characters_of_a_form_do_not_reach_the_terminal() -> None:
    data = document(A, B)
    data = {**data, "forms": [{**form, "name": "\x1b[31m名称\x07"} for form in data["forms"]]}
    assert not {"\x1b", "\x07"} & set(table(data, terminal=False))


def test_memory_is_bounded_by_what_changed() -> None:
    tally = Tally(2)
    same = Standing(Decimal(90), "scored", "优")
    for n in range(50):
        after = replace(same, score=Decimal(90) - n)
        tally.add(
            FormImpact(
                f"f{n}", "单位", 2021, "project", f"表{n}", same, after, None, None, Decimal(-n), (), (), (), (), (True, True)
            )
        )
    found = tally.result(policy(A), policy(B))
    assert found.changed == 49
    assert [form.name for form in found.worst[:2]] == ["表49", "表48"]
    assert found.spread
    assert found.spread.median == Decimal("-24.5")


@pytest.mark.parametrize(("value", "text"), [("0.50", "+0.5"), ("-1.20", "−1.2"), ("0.00", "0"), (None, "—"), ("100", "+100")])
def test_differences_carry_their_sign(value: str | None, text: str) -> None:
    assert signed(value) == text


def test_the_generated_forms_are_always_the_same(tmp_path: Path) -> None:
    assert bundle(7) == bundle(7)
    assert bundle(7) != bundle(8)


def test_what_was_judged_is_judged_again_only_under_another_policy_or_of_another_submission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(compare, "evaluate", lambda submission, policy: asked.append(policy.id) or evaluate(submission, policy))
    known, first, second = Judgements(), submissions()[0], submissions()[1]
    pairs = [("hubei/2021", "platform/2021"), ("hubei/2021", "platform/2021"), ("platform/2021", "hubei/2021")]
    found = [Comparer(policy(a), policy(b), use_durable=False, known=known).compare(first) for a, b in pairs]
    assert asked == ["hubei/2021", "platform/2021"]
    assert found[0] == found[1] == Comparer(policy("hubei/2021"), policy("platform/2021"), use_durable=False).compare(first)
    assert [form.difference for form in found[2]] == [form.difference and -form.difference for form in found[0]]
    asked.clear()
    comparer = Comparer(policy("hubei/2021"), policy("hubei/2021"), use_durable=False, known=known)
    assert comparer.compare(second) == Comparer(policy("hubei/2021"), policy("hubei/2021"), use_durable=False).compare(second)
    assert asked == ["hubei/2021"] * 3, "once for both sides where it is kept, twice where it is not"
