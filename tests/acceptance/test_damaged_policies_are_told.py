"""A policy's text damaged by hands and editors (tabs, full-width signs, lines gone, encodings, anchors, huge numbers): told in
Chinese where it stands, soon, and never by a traceback."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from damaged_texts import DAMAGES, checked, damaged, placed
from deep import DEEP, Figure, tries

MOST_SECONDS = 2
"""CPU seconds of one check."""
_ENGLISH = re.compile(r"Traceback|Error\b|Exception\b")


@pytest.mark.deep
def test_a_damaged_text_is_told_where_it_stands(tmp_path: Path, figure: Figure) -> None:
    told, right, longest = 0, 0, 0.0
    elsewhere: Counter[str] = Counter()
    for seed in range(tries(1, 3)):
        for one in damaged(tries(len(DAMAGES) // 2, 500), seed + 1):
            came = checked(one, tmp_path)
            longest = max(longest, came.seconds)
            assert came.seconds < MOST_SECONDS, one
            assert not [problem for problem in came.problems if _ENGLISH.search(problem.message)], one
            if came.problems:
                told += 1
                right += placed(one, came)
                elsewhere[one.how] += not placed(one, came)
    figure(f"{told} told, {right} at their place, longest {longest:.2f} s; elsewhere: {dict(+elsewhere)}")
    assert right * 100 >= (90 if DEEP else 75) * told, dict(+elsewhere)
