"""Names of 一级 and 二级指标 with and without the word they all end with."""

from __future__ import annotations

from engine.policy.taxonomy import Level1, stem_of

SATISFACTION = Level1("满意度指标", ("服务对象满意度指标", "满意度指标"), ("满意",), "", "")


def test_a_heading_without_the_word_indicator_is_the_same() -> None:
    assert SATISFACTION.is_called("满意度")
    assert SATISFACTION.is_called("满意指标")
    assert SATISFACTION.holds("服务对象满意度")
    assert not SATISFACTION.holds("受益对象")
    assert not SATISFACTION.is_called("产出")


def test_the_word_alone_is_a_name() -> None:
    assert stem_of("指标") == "指标"
    assert stem_of("数量指标") == stem_of("数量")
