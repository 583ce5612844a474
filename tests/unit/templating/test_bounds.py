"""Templates of strangers that grow: each refused at its place, in little time and memory, the same on every machine."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from deep import tries

from engine.errors import PolicyError
from engine.templating import bounds, sandbox
from engine.templating.bounds import MAX_OUTPUT, TooMuch
from engine.templating.filters import swap

LOOP = "{%% set ns = namespace(x=%s) %%}{%% for i in range(60) %%}%s{%% endfor %%}{{ ns.x | length }}"
CAPTURE = "{% set x %}{{ ns.x }}{{ ns.x }}{% endset %}{% set ns.x = x %}"
LONG = "{% set t %}{% for i in range(99999) %}{{ i }}{% endfor %}{% endset %}"

BOMBS = {
    "a text doubled by ~": (LOOP % ("'ab'", "{% set ns.x = ns.x ~ ns.x %}"), "一段文字超过"),
    "a text doubled by +": (LOOP % ("'ab'", "{% set ns.x = ns.x + ns.x %}"), "一段文字超过"),
    "a text doubled by a block": (LOOP % ("'ab'", CAPTURE), "一段文字超过"),
    "a text doubled by a macro": (
        "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}" + LOOP % ("'ab'", "{% set ns.x = m(ns.x) %}"),
        "一段文字超过",
    ),
    "a list of itself": (LOOP % ("[1]", "{% set ns.x = [ns.x, ns.x] %}"), "一个列表连同里面的超过"),
    "copies of a list of itself": (LOOP % ("[1]", "{% set ns.x = [ns.x | list, ns.x | list] %}"), "一个列表连同里面的超过"),
    "a table of itself": (LOOP % ("{'a': 1}", "{% set ns.x = {'a': ns.x, 'b': ns.x} %}"), "一个列表连同里面的超过"),
    "a number squared": (LOOP % ("9", "{% set ns.x = ns.x * ns.x %}"), "个二进制位"),
    "places before the point": ("{{ 1 | round(-999999999) }}", "参数 -999999999 过大"),
    "columns filled up": ("{{ [1] | batch(999999999, 'x') | list }}", "参数 999999999 过大"),
    "lists in loops": ("{% for a in range(1000) %}{% set b = range(99999) | list | sort %}{% endfor %}", "列表的项数合计超过"),
    "loops in loops": ("{% for a in range(1000) %}{% for b in range(99999) | list %}{% endfor %}{% endfor %}", "循环超过"),
    "joined by a long text": (LONG + "{{ range(99999) | join(t) }}", "一段文字超过"),
    "words put for letters": (LONG + "{{ t | replace('1', t) }}", "一段文字超过"),
    "long texts cut in a loop": (LONG + "{% for i in range(9999) %}{% set u = t[1:] %}{% endfor %}", "处理的文字和项数超过"),
    "long texts searched in a loop": (LONG + "{% for i in range(9999) %}{{ 'zz' in t }}{% endfor %}", "处理的文字和项数超过"),
    "a long body in a block": (
        "{% set x %}{% for i in range(99999) %}" + "长" * 5000 + "{% endfor %}{% endset %}",
        "处理的文字和项数超过",
    ),
    "lists summed": ("{{ range(99999) | batch(1) | sum(start=[]) }}", "只能对数求和"),
    "a macro that calls itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "嵌套过深"),
}


LIMITS = ("MAX_STEPS", "MAX_OUTPUT", "MAX_WORK", "MAX_MADE", "MAX_ITEMS")
SHARE = tries(20, 1)
"""Of its bounds a template has this part, and of memory, so that the sample is soon refused."""


@pytest.mark.deep
@pytest.mark.parametrize("name", BOMBS)
def test_a_template_that_grows_is_refused_at_its_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in LIMITS:
        monkeypatch.setattr(bounds, limit, getattr(bounds, limit) // SHARE)
    text, said = BOMBS[name]
    text = text.replace("range(99999)", f"range({99999 // SHARE})")
    (tmp_path / "t.j2").write_text("\n" + text, encoding="utf-8")
    tracemalloc.start()
    with pytest.raises(PolicyError, match=said) as caught:
        sandbox.render(sandbox.Environment([tmp_path]), "t.j2", {})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (caught.value.problems[0].place.file, caught.value.problems[0].place.line) == ("t.j2", 2)
    assert most < 200_000_000 / SHARE + 20_000_000  # and a little for the templating itself


def test_what_a_template_may_do_is_as_before(tmp_path: Path) -> None:
    rows = [{"name": "甲", "points": 2}, {"name": "乙", "points": 3}]
    text = (
        "{{ '、' ~ rows[0].name ~ 1 }} {{ [rows[0].name, rows[1].name] | join('、') }} {{ rows | sum(attribute='points') }} "
        "{{ rows | map(attribute='name') | list }} {{ (1, 2)[1] }} {{ {'a': rows[0].points}.a + 1 }} {{ 'abc'[1:] }} "
        "{% for key, some in rows | groupby('points') %}{{ key }}{{ some | length }}{% endfor %} {{ 'b' in ['a', 'b'] }}"
    )
    (tmp_path / "t.j2").write_text(text, encoding="utf-8")
    said = sandbox.render(sandbox.Environment([tmp_path]), "t.j2", {"rows": rows})
    assert said == "、甲1 甲、乙 5 ['甲', '乙'] 2 3 bc 2131 是"


def test_a_joined_text_is_escaped_once(tmp_path: Path) -> None:
    (tmp_path / "t.j2").write_text("{{ '<b>' ~ x }}", encoding="utf-8")
    assert sandbox.render(sandbox.Environment([tmp_path], autoescape=True), "t.j2", {"x": "<i>"}) == "&lt;b&gt;&lt;i&gt;"


def test_a_phrase_put_for_another_does_not_grow_without_end() -> None:
    with pytest.raises(TooMuch):
        swap("a" * 1_000, "a", "b" * (MAX_OUTPUT // 999))
    assert swap("a" * 1_000, "a", "bc") == "bc" * 1_000
