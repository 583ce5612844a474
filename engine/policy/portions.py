"""Parts of a policy that follow from some of its sections alone: made once for all policies that have the same sections."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any, cast

from engine.forms.model import Layout
from engine.language import fields as catalogue
from engine.language.name_reading import NameReader
from engine.language.rule_compiler import compile_rules
from engine.language.rules import RuleSet
from engine.policy import reading
from engine.policy import rollup as rollup_rules
from engine.policy.form import form_layout
from engine.policy.identity import Itself
from engine.policy.remembered import remembered
from engine.policy.resolved import digest
from engine.policy.rollup import RollupRules
from engine.policy.values import Values
from engine.values.vocabulary import Vocabulary, vocabulary
from engine.values.wording import build_grammar, mistakes
from engine.values.wording.grammar import Grammar


def words(values: Values) -> Vocabulary:
    """Units, scales and words of numbers."""
    return remembered(_words, values, ("notation",))


def _words(values: Values) -> Vocabulary:
    return vocabulary(values.data["notation"])


def names_read(values: Values, spoken: Vocabulary) -> NameReader | None:
    """How names of indicators are read; None if the policy has no words or no table for it."""
    return remembered(_names_read, values, ("name_parts", "recognition"), Itself(spoken))


def _names_read(values: Values, spoken: Itself[Vocabulary]) -> NameReader | None:
    return reading.name_reader(values, spoken.thing)


def layout(values: Values) -> Layout | None:
    """The layout of the form; None where there is none, or a wrong one."""
    return remembered(_layout, values, ("form",))


def _layout(values: Values) -> Layout | None:
    return form_layout(values, values.data.get("form", {}))


def rules(values: Values, disabled: Iterable[str], coded: Mapping[str, tuple[str, ...]]) -> RuleSet:
    """Measures and finding rules; `coded` as in `compile_rules`."""
    return remembered(_rules, values, ("findings", "measures", "causes"), tuple(disabled), tuple(coded.items()))


def _rules(values: Values, disabled: tuple[str, ...], coded: tuple[tuple[str, tuple[str, ...]], ...]) -> RuleSet:
    sections = ChainMap({"policy": {"disable": disabled}}, cast(dict[str, Any], values.data))
    return compile_rules(sections, values.place, values.params, dict(coded), values.problems)


def rollup(values: Values) -> RollupRules | None:
    """How forms are rolled up; None if the policy does not say."""
    return remembered(_rollup, values, ("rollup", "rollup_checks"))


def _rollup(values: Values) -> RollupRules | None:
    made: RollupRules | None = rollup_rules.build(values.data, values.params, values.place, values.problems)
    return made


def grammar(values: Values, spoken: Vocabulary) -> Grammar | None:
    """The grammar of wordings; None where its words are wrong."""
    return remembered(_grammar, values, ("wording",), Itself(spoken))


def _grammar(values: Values, spoken: Itself[Vocabulary]) -> Grammar | None:
    wrong = list(mistakes(values.data["wording"]))
    for at, what, expected in wrong:
        values.add(("wording", *at), what, expected, code="policy.wording")
    return None if wrong else build_grammar(values.data["wording"], spoken.thing)


def read_by(values: Values) -> str:
    """The hash of all that a form is read by."""
    read = ("notation", "names", "form", "name_parts", "known_indicators", "wording", "recognition", "figures", "prose")
    return remembered(_read_by, values, read)


def _read_by(values: Values) -> str:
    data = values.data
    form, names_table = data.get("form", {}), data["recognition"].get(catalogue.NAME_TABLE)
    more = [data.get(name) for name in ("name_parts", "known_indicators", "wording", "figures", "prose")]
    placeholders = form.get("placeholders", {})  # what wordings of statements are made of
    return digest([data["notation"], data["names"], form.get("statements", []), placeholders, *more, names_table])
