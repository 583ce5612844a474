"""Weights in brackets are not torn at the end of a line of running text."""

from __future__ import annotations

from lxml import etree

from engine.templating.weights import JOINER, joined, keep_weights_whole, parted

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{SPACE}}}"


def test_a_joiner_stands_between_the_number_and_its_unit() -> None:
    assert joined("“甲”（20分）、“乙”（1.5分）等。") == f"“甲”（20{JOINER}分）、“乙”（1.5{JOINER}分）等。"
    assert joined("得20分（满分）") == "得20分（满分）"
    assert "".join(piece for piece, _ in parted("甲（5分）乙")).replace(JOINER, "") == "甲（5分）乙"


def test_a_weight_is_a_run_of_its_own_that_looks_as_before() -> None:
    run = '<w:r><w:rPr><w:b/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr><w:t>“甲”（20分）等</w:t></w:r>'
    plain = "<w:r><w:t>（3分）</w:t></w:r>"
    cell = f"<w:tbl><w:tr><w:tc><w:p>{run}</w:p></w:tc></w:tr></w:tbl>"
    body = etree.fromstring(f'<w:body xmlns:w="{SPACE}"><w:p>{run}{plain}</w:p>{cell}</w:body>')
    keep_weights_whole(body)
    paragraph, in_table = body[0], body.find(f".//{W}tc")
    assert ["".join(one.itertext()) for one in paragraph] == ["“甲”", f"（20{JOINER}分）", "等", f"（3{JOINER}分）"]
    assert [one.find(f"{W}rPr/{W}b") is not None for one in paragraph] == [True, True, True, False]
    told = [one.find(f"{W}rPr/{W}lang") for one in paragraph]
    assert [None if one is None else one.get(f"{W}eastAsia") for one in told] == ["zh-CN", "en-US", "zh-CN", "en-US"]
    assert "".join(in_table.itertext()) == "“甲”（20分）等", "cells are read again"
