"""What the trial says of a change: a grade that falls is told, and a form that was uploaded twice is counted once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import SMALL_FORM
from workbenches import small_form_as_word

from engine.changes.impact.compare import FormImpact, Standing
from engine.intake.bundle import read_bundle
from engine.policy.library import Library, library
from engine.workbench.preview import _once, change_told
from engine.workbench.told_once import ToldOnce

NINETY, EIGHTY = Decimal(90), Decimal(80)
A = Standing(NINETY, "scored", "优")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (A, "不变"),
        (replace(A, grade="良"), "等级优→良"),
        (replace(A, score=EIGHTY, grade="良"), "-10，等级优→良"),
        (replace(A, score=Decimal("91.50")), "+1.50"),
        (Standing(None, "needs_review"), "要人工判断，等级优→无"),
        (replace(A, status="error"), "总分不变，指标或问题有变"),
    ],
)
def test_what_a_change_does_is_told(after: Standing, told: str) -> None:
    form = FormImpact("f", "u", 2021, "project", "n", A, after, None, None, Decimal(0), (), (), (), (), (True, True))
    assert change_told(form) == told


def test_a_form_given_in_two_files_is_counted_once_and_told(tmp_path: Path) -> None:
    text, word = tmp_path / "例.txt", tmp_path / "上传.docx"
    text.write_text(SMALL_FORM, encoding="utf-8")
    word.write_bytes(small_form_as_word())
    given = [read_bundle([path], library()).submission for path in (text, word)]
    once, told = _once(given)
    assert once == given[:1]
    assert [(problem.place.file, "只算一次" in problem.message) for problem in told] == [(str(word), True)]


def test_what_was_told_is_told_again_until_a_file_changes(tmp_path: Path) -> None:
    home = tmp_path / "x" / "2021"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text("a: 1\n", encoding="utf-8")
    known, where, asked = ToldOnce(), Library((tmp_path,)), list[int]()

    def work() -> int:
        asked.append(1)
        return len(asked)

    assert [known.of("x/2021", where, work) for _ in range(2)] == [1, 1]
    (home / "findings").mkdir()
    (home / "findings" / "a.yaml").write_text("b: 2\n", encoding="utf-8")
    assert [known.of("x/2021", where, work) for _ in range(2)] == [2, 2]
    assert known.of("x/2022", where, work) == 3
