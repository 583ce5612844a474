"""An inherited item changed in the editor or in Excel: the child says what is different, and copies nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.editing import changes
from engine.editing.changes import FileChange, Snapshot
from engine.policy.library import library
from engine.policy.resolved import Resolved

POLICY = "mine/2022"
HEAD = (
    "policy:\n  id: mine/2022\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {from: 2022, to: 2022}\n"
    "  form_kinds: [project]\n  status: draft\n  extends: [hubei/2021]\n"
)


def edited(*edits: tuple[tuple[Any, ...], Any]) -> tuple[str, Resolved]:
    """The text of policy.yaml after the edits one after the other, and what it resolves to."""
    texts, below = {"policy.yaml": HEAD}, library()
    seen: Snapshot = changes.look(POLICY, texts, below)
    for at, value in edits:
        texts = {**texts, **changes.after(seen, FileChange("set", at, "", value))}
        seen = changes.look(POLICY, texts, below)
        assert seen.problems == ()
    assert list(texts) == ["policy.yaml", "changes.yaml"], "no file of copies"
    assert texts["policy.yaml"] == HEAD
    assert seen.resolved is not None
    return texts["changes.yaml"], seen.resolved


def test_one_severity_is_one_line_and_not_the_rule() -> None:
    text, resolved = edited((("findings", "design.no-benefit", "severity"), "info"))
    assert len(text.splitlines()) <= 5
    assert resolved.sections["findings"]["design.no-benefit"]["severity"] == "info"
    assert resolved.sections["findings"]["design.no-benefit"]["message"], "as it was"


def test_changes_of_one_item_stand_together_and_of_others_beside() -> None:
    met = ("scoring", "quantitative", "cases", 4)
    text, resolved = edited(
        ((*met, "score"), "weight * 0.9"),
        ((*met, "basis"), "note-2021#3"),
        (("scoring", "qualitative", "tiers", 1, "from"), Decimal("0.6")),
        (("grades", 1, "from"), 85),
        (("taxonomy", "效益指标", "level2", 0), "经济指标"),
        (("sources", "note-2021", "clauses", "4", "title"), "满意度"),
    )
    assert text.count("table: quantitative") == 1
    sections = resolved.sections
    assert sections["scoring"]["quantitative"]["cases"][4]["score"] == "weight * 0.9"
    assert sections["scoring"]["quantitative"]["cases"][4]["basis"] == "note-2021#3"
    assert sections["scoring"]["qualitative"]["tiers"][1]["from"] == Decimal("0.6")
    assert sections["grades"][1]["from"] == 85
    assert sections["taxonomy"]["效益指标"]["level2"][:2] == ["经济指标", "社会效益指标"]
    assert sections["sources"]["note-2021"]["clauses"]["4"]["title"] == "满意度"


@pytest.mark.parametrize("name", ["execution_weight", "full_score"])
def test_a_parameter_is_written_whole(name: str) -> None:
    """It is one line, and says what it is."""
    below = library()
    seen = changes.look(POLICY, {"policy.yaml": HEAD}, below)
    (file,) = changes.after(seen, FileChange("set", ("parameters", name, "label"), "", "另一个名称"))
    assert file == "parameters.yaml"
