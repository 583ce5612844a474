"""Messages: numbers as people write them, absent fields an error, nothing of Jinja2 that could run long or reach out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.language import messages, plain_messages
from engine.language.fields import Field
from engine.templating.filters import percent, rate

NUMBERS = {"n": Decimal("19.530"), "third": Decimal(1) / 3, "whole": Decimal(1000), "low": Decimal("-0.3252")}
FACT = {"name": "培训", "yes": True, **NUMBERS}
FIELDS = {"name": Field("text", "名称"), "yes": Field("bool", "是否"), "left_out": Field("number", "没有填的数")}
FIELDS |= {name: Field("number", "数") for name in NUMBERS}


def say(text: str) -> str:
    return messages.render(text, {"a": FACT}, {"a": FIELDS}, {"limit": Decimal("0.5"), "words": ["甲"]})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("“{{ a.name }}”", "“培训”"),
        ("{{ a.n }} 分", "19.53 分"),
        ("{{ a.third }}", "0.3333"),
        ("{{ a.whole }}", "1000"),  # not 1E+3
        ("{{ a.yes }}", "是"),
        ("{{ a.n | fixed }}", "19.53"),
        ("{{ a.whole | fixed }}", "1000.00"),
        ("{{ a.third | percent }}", "33.33%"),
        ("{{ a.third | percent(0) }}", "33%"),
        ("{{ a.low | abs | percent }}", "32.52%"),
        ("{{ a.low | percent }}", "-32.52%"),
        ("{{ a.name | short(1) }}", "培…"),
        ("{{ a.name | short }}", "培训"),
        ("{{ param.limit | percent(0) }}", "50%"),
        ("{% if a.nothing is defined %}有{% else %}没有{% endif %}", "没有"),
        ("{% if a.n > 10 %}多{% endif %}", "多"),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert say(text) == said


@pytest.mark.parametrize("text", ["{{ a.nothing }}", "{{ b.name }}", "{{ param.nothing }}"])
def test_a_name_nobody_knows_is_an_error_and_not_an_empty_place(text: str) -> None:
    with pytest.raises(messages.MessageError):
        say(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("预算数 {{ a.left_out }}", "预算数 （未填）"),
        ("{{ a.left_out | fixed }}", "（未填）"),
        ("{% if a.left_out is defined %}有{% else %}没有{% endif %}", "没有"),
        ("{% if a.left_out %}有{% else %}没有{% endif %}", "没有"),
    ],
)
def test_a_field_the_form_left_out_is_said_to_be(text: str, said: str) -> None:
    assert say(text) == said


def test_what_a_terminal_would_obey_is_dropped() -> None:
    assert messages.render("{{ a.name }}", {"a": {"name": "\x1b[31m培训"}}, {"a": FIELDS}, {}) == "[31m培训"


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.name | abs }}",
        "{{ a.name | percent }}",
        "{{ a.n | short }}",
        "{{ a.yes | fixed }}",
        "{{ a.name | short('x') }}",
        "{{ a.n | percent(100000) }}",
        "{{ a.n | fixed(-1) }}",
        "{{ a.n | fixed(2, 3) }}",
        "{{ a.name | swap('a') }}",
        "{{ a.name" + " | swap('a', 'aaaaaaaaaa')" * 30 + " }}",
        "{% if a.n > a.name %}x{% endif %}",
        "{% if a.name > a.name %}x{% endif %}",
        "{% if a.n == a.name %}x{% endif %}",
        "{% if a.n in a.name %}x{% endif %}",
    ],
)
def test_types_that_do_not_fit_are_wrong_when_the_policy_is_checked(text: str) -> None:
    assert list(messages.faults(text, {"a": FIELDS}, {}))


@pytest.mark.parametrize(
    "text",
    [
        "{% for x in 'aaa' %}{{ a.name }}{% endfor %}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{{ a.name.upper() }}",
        "{{ a.n * 1000 }}",
        "{{ 'x' * 100000000 }}",
        "{{ a['name'] }}",
        "{{ a.__class__ }}",
        "{{ a.name.__class__ }}",
        "{{ [1, 2] }}",
        "{{ range(10) }}",
        "{{ a.name | upper }}",
        "{{ a.name | replace('a', 'b') }}",
        "{{ cycler }}",
        "{{ self }}",
        "{{ a.nmae }}",
        "{{ b.name }}",
        "{{ param.lmit }}",
        "{{ a.name",
        "{% if a.name is sameas none %}{% endif %}",
        "字" * 2001,
    ],
)
def test_what_is_not_let_through_is_wrong_when_the_policy_is_checked(text: str) -> None:
    assert list(messages.faults(text, {"a": FIELDS}, {"limit": Decimal(1)}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有字段。",
        "{{ a.name }}",
        "{% if a.yes and a.n > 1 %}{{ a.n | fixed(1) }}{% endif %}",
        "{{ param.limit }}",
        "{{ a.name | short(3) }}",
    ],
)
def test_what_is_let_through(text: str) -> None:
    assert list(messages.faults(text, {"a": FIELDS}, {"limit": Decimal(1)})) == []


def test_a_misspelt_field_is_named_with_the_right_ones() -> None:
    (fault,) = messages.faults("{{ a.nmae }}", {"a": FIELDS}, {})
    assert "nmae" in fault.what
    assert fault.wrong == "nmae"
    assert "name" in fault.right
    assert (fault.code, fault.names) == ("message.no-field", ("a", "nmae"))


def test_text_of_a_form_is_never_run_as_a_template() -> None:
    said = messages.render("{{ a.name }}", {"a": {"name": "{{ a.secret }}{% for %}"}}, {"a": FIELDS}, {})
    assert said == "{{ a.secret }}{% for %}"


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ("97.6666", "97.67%"),
        ("99.994", "99.99%"),
        ("99.998", "99.99%"),
        ("99.9999999", "99.99%"),
        ("100", "100.00%"),
        ("100.004", "100.00%"),
    ],
)
def test_what_is_short_of_the_whole_is_never_shown_as_the_whole(points: str, shown: str) -> None:
    assert rate(Decimal(points)) == shown
    assert percent(Decimal(points) / 100) == shown.replace("100.00", "100")


@pytest.mark.parametrize(
    "text",
    [
        "“{{ a.name }}”{{ a.low | abs | percent(0) }}，{{ param.limit | percent }}{{ a.left_out | rate }}",
        "{% if a.left_out is defined %}（{{ a.n }} 分）{% endif %}{% if a.n is defined %}（{{ a.n }} 分）{% endif %}",
        "{% if not a.yes %}否{% else %}是{% endif %}{% if a.left_out %}有{% else %}无{% endif %}",
        "{% if a.name == '培训' %}同{% endif %}{% if a.left_out == '培训' %}同{% else %}不同{% endif %}",
        "{% if a.n > 19 %}多{% endif %}{% if a.n > param.limit %}多{% endif %}{% if a.low > 0 %}多{% else %}少{% endif %}",
        "  行一\n{{ a.name }}\n\n",
        "100%，{ 不是 }",
    ],
)
def test_what_is_told_without_jinja_reads_as_jinja_has_it(text: str) -> None:
    given: tuple[Any, ...] = ({"a": FACT}, {"a": FIELDS}, {"limit": Decimal("0.5")})
    plain = plain_messages.said_plainly(text, *given)
    assert plain is None if "不是" in text else plain is not None
    assert plain is None or plain.strip() == messages._said_by_jinja(text, *given).strip()


@pytest.mark.parametrize(
    "text", ["{{ a.items }}", "{# 注 #}", "{{ a.n + 1 }}", "{% for x in a %}{% endfor %}", "{{ a.n }}\r\n", "}}"]
)
def test_what_is_more_than_fields_is_left_to_jinja(text: str) -> None:
    assert plain_messages.said_plainly(text, {"a": FACT}, {"a": FIELDS}, {}) is None
