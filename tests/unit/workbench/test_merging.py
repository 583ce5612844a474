"""Two people, or two windows, who change different things of one policy keep both; the same field is a conflict."""

from __future__ import annotations

import pytest

from engine.workbench.merging import merged
from engine.yaml.reader import load

NEW = "# schema\nparameters:\n  a: {label: 甲, value: 1}\n"
RULES = "findings:\n  - id: one\n    title: 一\n  - id: two\n    title: 二\n"


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "both"),
    [
        # neighbouring lines
        ("a: 1\nb: 2\n", "a: 9\nb: 2\n", "a: 1\nb: 8\n", "a: 9\nb: 8\n"),
        # both write the first item of a file that was not there
        ("", NEW, NEW.replace("a: {label: 甲", "b: {label: 乙"), NEW + "  b: {label: 乙, value: 1}\n"),
        # two fields of one line
        (NEW, NEW.replace("甲", "丙"), NEW.replace("1", "2"), NEW.replace("甲", "丙").replace("1", "2")),
        # both at the end of a list
        (
            RULES,
            RULES + "  - id: three\n    title: 三\n",
            RULES + "  - id: four\n    title: 四\n",
            RULES + "  - id: three\n    title: 三\n  - id: four\n    title: 四\n",
        ),
        # one takes out what the other did not touch
        (RULES, RULES.replace("二", "贰"), RULES[RULES.index("  - id: two") :].join(["findings:\n", ""]), None),
    ],
)
def test_different_items_are_no_conflict(base: str, theirs: str, mine: str, both: str | None) -> None:
    found = merged(base, theirs, mine)
    if both is None:
        assert found is not None
        assert "one" not in found
        assert "贰" in found
    else:
        assert found is not None
        assert load(found, "").data == load(both, "").data


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        ("a: 1\n", "a: 2\n", "a: 3\n"),
        ("", NEW, NEW.replace("value: 1", "value: 2")),
        (RULES, RULES.replace("二", "贰"), RULES.replace("二", "两")),
        (RULES, RULES[: RULES.index("  - id: two")], RULES.replace("二", "两")),
        ("a: 1\nb: 2\n", "a: 9\nb: 2\n", "a: 1\nb: 8 # 我的说明\n"),  # no comment of anybody is lost
        ("a: [1\n", "a: [2\n", "a: [3\n"),  # no YAML
    ],
)
def test_the_same_field_is(base: str, theirs: str, mine: str) -> None:
    assert merged(base, theirs, mine) is None
