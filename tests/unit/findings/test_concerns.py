"""Problems: findings put together by their cause, what follows put under it, and the order in which they are told."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.findings.concerns import Concerns, heads, rank
from engine.findings.model import NOTHING, Bond, Concern, Finding, Stake
from engine.language.causes import Cause, ProblemTelling


def cause(name: str, by: tuple[str, ...] | None = ("name_key",), **more: Any) -> Cause:
    usual: dict[str, Any] = {
        "points": "",
        "money": "",
        "several": "",
        "advice": "",
        "largest": "",
        "matters": Decimal(1),
        "head": True,
    }
    return Cause(id=name, title=name, by=by, **{**usual, **more})


def worth(points: int) -> Stake:
    return Stake(Decimal(points), None, Fraction(points, 100))


def finding(
    of: Cause,
    *key: str,
    rule: str = "",
    form: str = "甲表",
    name: str = "",
    severity: str = "warning",
    stake: Stake = NOTHING,
    message: str = "",
    **more: Any,
) -> Finding:
    subject = name or form
    bond = Bond(of, key, name, more.pop("forms", (form,)), stake, **more)
    said = message or f"{subject}不对。"
    return Finding(rule or of.id, "规则", "scoring", severity, form, subject, said, "改", said, "b", (), (), bond)


def told(*findings: Finding, telling: ProblemTelling | None = None, whose: tuple[str, ...] = ("某局/2024",)) -> tuple[Concern, ...]:
    return Concerns(findings, telling or ProblemTelling(), {}, whose).all()


def test_one_indicator_on_two_forms_is_one_problem() -> None:
    same = cause("c")
    [only] = told(finding(same, "培训", name="培训"), finding(same, "培训", name="培训", form="乙表"))
    assert only.forms == ("甲表", "乙表")
    assert only.subjects == ("培训",)
    assert only.title == "培训不对；“乙表”也是这样。"


def test_two_indicators_are_two_problems() -> None:
    same = cause("c")
    assert len(told(finding(same, "培训", name="培训"), finding(same, "宣传", name="宣传"))) == 2


def test_a_row_explains_the_total_of_its_form_and_not_of_another() -> None:
    row = finding(cause("row"), "培训", name="培训", stake=worth(20), supersedes=frozenset({"total"}))
    own = finding(cause("total", ("form",)), "甲表", follows="总分应为 80 分")
    other = finding(cause("total", ("form",)), "乙表", form="乙表", follows="总分应为 70 分")
    first, second = told(other, own, row)
    assert first.findings == (2, 1)
    assert first.title == "培训不对；总分应为 80 分。"
    assert second.findings == (0,)


def test_a_row_does_not_explain_another_row_of_its_form() -> None:
    row = finding(cause("row"), "培训", name="培训", supersedes=frozenset({"why"}))
    assert len(told(row, finding(cause("why"), "宣传", name="宣传"))) == 2
    assert len(told(row, finding(cause("why"), "培训", name="培训"))) == 1


def test_of_several_rows_the_one_with_most_at_stake_explains_the_total() -> None:
    over = frozenset({"total"})
    small = finding(cause("row"), "甲", name="甲", stake=worth(2), supersedes=over)
    large = finding(cause("row"), "乙", name="乙", stake=worth(9), supersedes=over)
    total = finding(cause("total", ("form",)), "甲表")
    first, second = told(small, total, large)
    assert (first.findings, second.findings) == ((2, 1), (0,))


def test_what_follows_from_what_follows_goes_to_the_first() -> None:
    a = finding(cause("a"), "甲", name="甲", supersedes=frozenset({"b", "c"}))
    b = finding(cause("b"), "甲", name="甲", supersedes=frozenset({"c"}))
    c = finding(cause("c"), "甲", name="甲", severity="error")
    [only] = told(c, b, a)
    assert set(only.findings) == {0, 1, 2}
    assert only.severity == "error"


def test_a_cause_of_the_whole_submission_takes_what_follows_on_any_form() -> None:
    whole = finding(cause("whole", ()), form="甲表", supersedes=frozenset({"cut"}))
    cut = finding(cause("cut", ("form",)), "丙表", form="丙表")
    [only] = told(whole, cut)
    assert only.forms == ("甲表", "丙表")


def test_certain_comes_first_then_what_is_at_stake_then_severity() -> None:
    doubtful = finding(cause("d"), "丁", name="丁", severity="error", stake=worth(50), certain=False)
    heavy = finding(cause("h"), "甲", name="甲", severity="info", stake=worth(30))
    light = finding(cause("l"), "乙", name="乙", severity="error", stake=worth(5))
    none = finding(cause("n"), "丙", name="丙", severity="warning")
    note = finding(cause("o"), "戊", name="戊", severity="info")
    assert [one.cause for one in told(note, doubtful, none, light, heavy)] == ["h", "l", "n", "o", "d"]


def test_what_matters_more_counts_more_than_its_stake() -> None:
    twice = finding(cause("twice", matters=Decimal(3)), "甲", name="甲", stake=worth(5))
    once = finding(cause("once"), "乙", name="乙", stake=worth(10))
    assert [one.cause for one in told(once, twice)] == ["twice", "once"]


def test_the_stake_counts_each_row_once_and_of_several_forms_the_larger() -> None:
    of = cause("c", (), several="{{ c.points }}分，{{ c.rows }}个")
    rows = [finding(of, name="甲", stake=worth(4)), finding(of, name="甲", stake=worth(4), rule="other")]
    rows += [finding(of, name="乙", stake=worth(3)), finding(of, name="甲", form="乙表", stake=worth(5))]
    [only] = told(*rows)
    assert only.stake == worth(7)
    assert only.title == "7分，2个。"


def test_the_largest_is_named() -> None:
    of = cause("c", (), several="最多的“{{ c.largest_of }}”{{ c.largest }}")
    [only] = told(finding(of, name="甲", size=Decimal(2), stake=worth(9)), finding(of, name="乙", size=Decimal("3.5")))
    assert only.title == "最多的“乙”3.5。"


def test_those_told_first_are_at_most_seven_and_no_notes_unless_there_are_few() -> None:
    many = [finding(cause(f"c{n}"), str(n), name=str(n), stake=worth(n + 1)) for n in range(9)]
    notes = [finding(cause(f"n{n}", head=n > 0), str(n), name=f"注{n}", severity="info") for n in range(9)]
    assert sum(one.head for one in told(*many, *notes)) == 7
    few = told(*many[:2], *notes)
    assert [one.cause for one in few if one.head] == ["c1", "c0", "n1", "n2", "n3"]  # n0 may never be
    assert [one.head for one in told(*many[:1])] == [True]


def test_the_key_says_what_it_is_and_not_what_else_there_is() -> None:
    of = cause("c")
    one, more = finding(of, "培训", name="培训"), finding(of, "宣传", name="宣传", stake=worth(5))
    [alone] = told(one)
    assert alone.key in {each.key for each in told(more, one)}
    assert told(one, whose=("乙局/2024", "甲局/2024")) == told(one, whose=("甲局/2024", "乙局/2024"))
    assert told(one, whose=("某局/2025",))[0].key != alone.key


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("甲乙丙"), st.sampled_from(["甲表", "乙表"]), st.integers(0, 9)),
        max_size=12,
    )
)
def test_every_finding_is_in_one_problem(parts: list[tuple[str, str, str, int]]) -> None:
    over = {"a": frozenset({"b", "c"}), "b": frozenset({"c"}), "c": frozenset[str]()}
    given_ = [
        finding(cause(of), name, name=name, form=form, stake=worth(points), supersedes=over[of]) for of, name, form, points in parts
    ]
    problems = told(*given_)
    assert sorted(n for one in problems for n in one.findings) == list(range(len(given_)))
    assert list(problems) == sorted(problems, key=rank)
    assert {n for n, one in enumerate(problems) if one.head} == heads([*map(_headed, problems)], ProblemTelling())


def _headed(concern: Concern) -> Concern:
    from dataclasses import replace

    return replace(concern, head=True)


def test_too_many_of_one_cause_are_one() -> None:
    same = cause("c", ("form",))
    many = [finding(same, f"表{n}", form=f"表{n}", stake=worth(n)) for n in range(12)]
    [only] = told(*many)
    assert only.title.startswith("表11不对")
    assert len(only.forms) == 12
    assert len(told(*many[:10])) == 10


def test_of_one_cause_not_more_than_two_are_told_first() -> None:
    same = [finding(cause("c"), str(n), name=str(n), stake=worth(50 + n)) for n in range(5)]
    other = [finding(cause(f"o{n}"), str(n), name=f"别{n}", stake=worth(n + 1)) for n in range(5)]
    first = [one.cause for one in told(*same, *other) if one.head]
    assert first == ["c", "c", "o4", "o3", "o2", "o1", "o0"]
