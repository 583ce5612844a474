"""What a label was found to be is remembered, for so many texts, and is what it would be found to be again."""

from __future__ import annotations

import pytest
import re2

from engine.forms import labels
from engine.forms.labels import Label, LabelPattern, Labels, fold


def made(*texts: str, pattern: str = "") -> Labels:
    further = LabelPattern(pattern, re2.compile(pattern)) if pattern else None
    items = (Label("a", texts), Label("b", ("另外",), pattern=further))
    return Labels(items, {fold(text): item for item in items for text in item.texts})


def test_a_label_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "_MOST_KNOWN", 3)
    known = made("预算数", "执行数", pattern="^偏差原因.*$")
    texts = ("预算数", "预 算 数（A）", "偏差原因及措施", "执行数", "不是标签", "", "长" * 70)
    keys = ["a", "a", "b", "a", "", "", ""]
    for _ in range(3):
        assert [(found.key if (found := known.find(text)) else "") for text in texts] == keys
        assert len(known.known) <= 3
    assert known == made("预算数", "执行数", pattern="^偏差原因.*$"), "what was asked for is no part of what it is"


def test_a_match_is_cut_out_of_the_raw_text() -> None:
    pattern = LabelPattern("x", re2.compile(r"得分(?P<score>\d+)分(?P<more>加)?"), (("score", 1), ("more", 2)))
    found = pattern.search("（得 分 9 8 分）")
    assert found is not None
    assert (dict(found.groups), found.text) == ({"score": "9 8"}, "得 分 9 8 分")
    assert [one.text for one in pattern.finditer("得分1分，得 分 2分加")] == ["得分1分", "得 分 2分加"]
    assert pattern.search("没有") is None
