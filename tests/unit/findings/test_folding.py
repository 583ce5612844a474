"""Findings on rows told as one: which are put together, what is left out, and that the problems name what is told."""

from __future__ import annotations

from typing import Any

from engine.findings.concerns import Concerns
from engine.findings.folding import folded
from engine.findings.model import Concern, Finding
from engine.language.causes import ProblemTelling
from engine.language.rules import RowFold
from tests.unit.findings.test_concerns import cause, finding

JUDGED = cause("judged", ("form",))


def told(*findings: Finding, **fold: Any) -> tuple[tuple[Finding, ...], tuple[Concern, ...]]:
    apart = Concerns(findings, ProblemTelling(), {}, ["某局/2024"])
    how = RowFold(**{"message": "{{ c.rows }} 个由人判断：{{ c.named }}。", "least": 2, "once": False, **fold})
    return folded(findings, apart.all(), apart, {"judged": how})


def row(name: str, form: str = "甲表") -> Finding:
    return finding(JUDGED, form, name=name, form=form, severity="info", message=f"“{name}”看不出来。")


def test_the_rows_of_a_form_are_one_finding_and_fold_out() -> None:
    [one], [problem] = told(row("培训"), row("宣传"), row("调研"))
    assert one.message == "3 个由人判断：“培训”、“宣传”、“调研”。"
    assert (one.subject, [each.message for each in one.rows][1]) == ("甲表", "“宣传”看不出来。")
    assert problem.findings == (0,)
    assert problem.subjects == ("培训", "宣传", "调研")


def test_one_row_is_told_as_it_is() -> None:
    [one], _ = told(row("培训"))
    assert (one.message, one.subject, one.rows) == ("“培训”看不出来。", "培训", ())


def test_below_the_least_each_row_is_a_finding() -> None:
    several, [problem] = told(row("培训"), row("宣传"), least=3)
    assert [one.subject for one in several] == ["培训", "宣传"]
    assert problem.findings == (0, 1)


def test_each_form_has_its_own_unless_they_are_told_together() -> None:
    rows = row("培训"), row("宣传"), row("培训", "乙表"), row("宣传", "乙表")
    apart, _ = told(*rows)
    assert [one.subject for one in apart] == ["甲表", "乙表"]
    whole = tuple(finding(cause("judged", ()), form=form, message="都是满分。", severity="info") for form in ("甲表", "乙表"))
    [one], [problem] = told(*whole, across=True)
    assert [(each.form, each.message) for each in one.rows] == [("甲表", "都是满分。"), ("乙表", "都是满分。")]
    assert (one.subject, problem.findings) == ("甲表、乙表", (0,))


def test_a_row_of_which_another_finding_tells_why_is_not_told_again() -> None:
    why = finding(cause("units"), "宣传", name="宣传", supersedes=frozenset({"judged"}))
    rows = row("培训"), row("宣传"), row("调研")
    once, (first, second) = told(why, *rows, once=True)
    assert [one.message for one in once] == ["宣传不对。", "2 个由人判断：“培训”、“调研”。"]
    assert (first.findings, second.findings) == ((0,), (1,))
    twice, (first, second) = told(why, *rows)
    assert [one.message for one in twice] == ["宣传不对。", "2 个由人判断：“培训”、“调研”。", "“宣传”看不出来。"]
    assert (first.findings, second.findings) == ((0, 2), (1,))


def test_what_is_not_folded_stays_where_it_is() -> None:
    other = finding(cause("other"), "预算", name="预算")
    every, problems = told(other, row("培训"), row("宣传"))
    assert [one.subject for one in every] == ["预算", "甲表"]
    assert sorted(n for problem in problems for n in problem.findings) == [0, 1]
