"""Edits of YAML files: the value is there afterwards, and every other line is byte for byte what it was."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from deep import some, tries
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text
from engine.yaml.reader import Path_, load, walk

FILES = sorted((ROOT / "policies").rglob("*.yaml"))
SMALL = [path for path in FILES if path.stat().st_size < 6_000]

AWKWARD = """\
# 开头的注释
a: 1   # 行尾的注释

b:
  # 第一项上面的注释
  - x: 甲   # 甲
    y: '单引号'

  # 第二项上面的注释
  - {x: "双引号", y: [1, 2,
        3], z: }   # 折行的

  -
    x:   多余的空格
  - - 1
    - 2
text: |
  第一行
    缩进的第二行

# 块文字后面的注释
folded: >-
  折叠的
  文字
empty:
list: []
"引号键": {}   # 空的
nested:
    deep:
        deeper: true
    # 末尾的注释
last: 完
"""


def source(text: str) -> yaml_edit.EditedFile:
    return yaml_edit.EditedFile(Path("f.yaml"), text, text.encode(), "f.yaml")


def paths(data: Any, of: type | tuple[type, ...] = object) -> list[Path_]:
    return [path for path, node in walk(data) if isinstance(node, of)]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=8)
lines = st.lists(words, min_size=2, max_size=3).map("\n".join)
plain = st.one_of(
    words,
    lines,
    st.sampled_from(
        ["", " ", "no", "Yes", "null", "~", "true", "012", "1e3", "- x", "a: b", "a #b", "#", "'", '"', "{", "]", ",", "@"]
    ),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-1000, max_value=1000),
    st.booleans(),
    st.none(),
)
keys = st.one_of(st.sampled_from(["甲", "key", "a: b", "#", "1", "no"]), words.filter(bool))
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6)


@given(values)
def test_what_is_written_reads_back(value: Any) -> None:
    assert yaml_edit.same(load(f"k: {yaml_text.flow(value)}\n", "").data["k"], value)
    assert yaml_edit.same(load(f"[{yaml_text.flow(value, inside=True)}, 1]", "").data[0], value)
    assert yaml_edit.same(load(yaml_text.block({"k": value}, 0) + "\n", "").data["k"], value)


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([AWKWARD, *(path.read_text(encoding="utf-8") for path in SMALL)]))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if draw(st.booleans()) else "") + text


def untouched(before: str, after: str, most: int) -> None:
    """All lines but at most so many of the old text stand in the new one, in order, to the last byte."""
    import difflib

    old, new = before.split("\n"), after.split("\n")
    kept = sum(block.size for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    assert len(old) - kept <= most


@settings(max_examples=tries(30, 3000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), values, st.data())
def test_setting_a_value(text: str, value: Any, data: st.DataObject) -> None:
    before = source(text)
    path = data.draw(st.sampled_from([path for path in paths(before.data) if path]))
    after = yaml_edit.set_value(before, path, value)
    old = before.data
    for step in path:
        old = old[step]
    span = 1 + (sum(1 for _ in walk(old)) * 4 if isinstance(old, dict | list) or "\n" in str(old) else 2)
    untouched(before.text, after.text, span)
    assert after.content().startswith(b"\xef\xbb\xbf") == text.startswith("\ufeff")
    assert comments(after.text) == comments(text) or isinstance(old, dict | list)
    again = yaml_edit.set_value(after, path, value)
    assert again.data == after.data


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


@settings(max_examples=tries(25, 2500), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), values, st.data())
def test_putting_in_and_taking_out_again(text: str, value: Any, data: st.DataObject) -> None:
    before = source(text)
    containers = paths(before.data, (dict, list))
    path = data.draw(st.sampled_from(containers))
    node = before.data
    for step in path:
        node = node[step]
    assume(node)  # an empty one is written anew, as {} or []
    if isinstance(node, dict):
        added: Path_ = (*path, "新的键")
        after = yaml_edit.set_value(before, added, value)
    else:
        added = (*path, data.draw(st.integers(0, len(node))))
        after = yaml_edit.insert(before, added, value)
    assert comments(after.text) == comments(text)
    untouched(before.text, after.text, 1)
    assert yaml_edit.same(yaml_edit.delete(after, added).data, before.data)
    if "\n" not in str(value):
        assert comments(yaml_edit.delete(after, added).text) == comments(text)


@settings(max_examples=tries(20, 2000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), st.data())
def test_taking_out(text: str, data: st.DataObject) -> None:
    before = source(text)
    path = data.draw(st.sampled_from([path for path in paths(before.data) if path]))
    after = yaml_edit.delete(before, path)  # checked: it says what it said, without the entry
    assert len(after.text) < len(before.text) + 4


@pytest.mark.deep
@pytest.mark.parametrize("path", some(FILES, 30), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_reading_and_writing_is_the_identity(path: Path) -> None:
    """Nothing is reformatted, whatever the file: no shipped file is changed by being opened for an edit and left alone."""
    read = yaml_edit.read(path)
    assert read.content() == path.read_bytes()
    key = next(iter(read.data))
    changed = yaml_edit.set_value(read, ("zzz",), Decimal("0.60"))
    assert yaml_edit.delete(changed, ("zzz",)).content() == path.read_bytes(), key
