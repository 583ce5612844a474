"""The condition words of policies, compiled once to tests of the intermediate form.

    direction: positive                     a plain value means equality
    actual: {gte: {field: target}}          a value may be {param: …} or {field: …}
    name: {contains: {param: words}, not_contains: [受理]}

The same words in recognition tables, scoring tables and finding rules. Everything that can be wrong with a condition is
wrong when the policy is checked: an unknown field or parameter, a word that does not fit the field's type, a comparison of
text with a number, a value a coded field cannot take, a regular expression RE2 does not accept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import predicates
from engine.language.fields import PERCENT, Field, Fields
from engine.language.model import Op, Ref, Scalar, Test
from engine.values.numerals import plain

Locate = Callable[[tuple[str | int, ...]], Place]

ANY = "any"
"""The word of `when` under which several stand of which one has to hold."""
_TYPE_NAMES = {"text": "文字", "number": "数字", "bool": "true/false"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One requirement on one field: the test, the parameters it reads, and the officer's name for the field."""

    test: Test
    title: str
    params: tuple[str, ...] = ()
    other: str = ""
    """Title of the other field, where the test compares with one."""
    unit: str = ""
    """What the field is in, where the test compares it with a constant (`Field.unit`)."""
    options: tuple[tuple[Condition, ...], ...] = ()
    """What is asked in each option of `any`."""
    _passes: predicates.Predicate | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def passes(self) -> predicates.Predicate:
        """The test as a function of one record's fields; meaningless for a join with another fact. Made when it is first asked."""
        if self._passes is None:
            object.__setattr__(self, "_passes", predicates.predicate(self.test))
        made = self._passes
        assert made is not None
        return made

    def __reduce__(self) -> tuple[type[Condition], tuple[object, ...]]:
        """What is written down of it; the function is made again."""
        return Condition, (self.test, self.title, self.params, self.other, self.unit, self.options)


def leaves(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The conditions that look at a field, those inside of `any` among them."""
    for condition in conditions:
        if condition.options:
            yield from leaves(inner for option in condition.options for inner in option)
        else:
            yield condition


def holds(conditions: tuple[Condition, ...], fields: Mapping[str, Scalar]) -> bool:
    """Whether all conditions hold of one record of fields (those that join with another fact excepted)."""
    for condition in conditions:  # noqa: SIM110 - a loop and no generator: tables ask this for every case of every indicator
        if not condition.passes(fields):
            return False
    return True


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(value)
    text = " ".join(str(value).split())  # a report's section is many lines; a condition is one
    return f"“{text[:30]}…”" if len(text) > 30 else f"“{text}”"


def scalar(value: Any) -> Scalar:
    """A YAML scalar as a fact's value: numbers become Decimal."""
    return value if isinstance(value, bool | str) else Decimal(value)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may refer to: the record's own fields, parameters, and facts bound before it under an alias."""

    fields: Fields
    params: Mapping[str, Any]
    locate: Locate
    bound: Mapping[str, Fields] | None = None
    later: Fields = field(default_factory=dict)
    """Fields that are found only after this table has run."""

    def compile(self, when: Mapping[str, Any], path: tuple[str | int, ...], problems: list[Problem]) -> tuple[Condition, ...]:
        """The conditions of a `when` mapping. What is wrong is added to `problems`, at its line."""
        out: list[Condition] = []
        for name, requirement in when.items():
            if name == ANY and ANY not in self.fields:
                out += self._any(requirement, (*path, name), problems)
                continue
            field = self.fields.get(name)
            if field is None:
                if name in self.later:
                    message = f"“{name}”要到后面的表才得出，这里还不能用"
                    problems.append(
                        self._problem(
                            (*path, name), message, "、".join(self.fields), "", code="condition.later-field", names=(name,)
                        )
                    )
                    continue
                message = f"没有“{name}”这个字段"
                close = titled(name, self.fields) or nearest(name, self.fields)
                problems.append(
                    self._problem((*path, name), message, "、".join(self.fields), close, code="condition.no-field", names=(name,))
                )
                continue
            out += self._requirement(name, field, requirement, (*path, name), problems)
        return tuple(out)

    def _any(self, options: Any, path: tuple[str | int, ...], problems: list[Problem]) -> Iterator[Condition]:
        """`any`: what holds where one of several `when` mappings does. They are about the same fact."""
        made = tuple(self.compile(option, (*path, index), problems) for index, option in enumerate(options))
        for index, option in enumerate(made):
            if any(isinstance(leaf.test.value, Ref) and leaf.test.value.alias for leaf in leaves(option)):
                told = "any 里的条件不能与别的事实比较"
                wanted = "any 里只写这一个事实自己的字段；与别的事实比较的写成两条规则"
                problems.append(self._problem((*path, index), told, wanted, "", code="condition.any-other", names=(ANY,)))
                return
        if all(made):
            test = Test("", "any", options=tuple(tuple(inner.test for inner in option) for option in made))
            yield Condition(
                test, "以下之一", params=tuple(p for leaf in leaves(c for o in made for c in o) for p in leaf.params), options=made
            )

    def _requirement(
        self, name: str, field: Field, requirement: Any, path: tuple[str | int, ...], problems: list[Problem]
    ) -> Iterator[Condition]:
        if not isinstance(requirement, dict) or set(requirement) <= {"param", "field"}:
            requirement = {"eq": requirement}
        for word, written in requirement.items():
            where = path if word == "eq" else (*path, word)
            try:
                yield from self._word(name, field, word, written)
            except _Wrong as wrong:
                problems.append(
                    self._problem(where, wrong.message, wrong.expected, wrong.close, code=wrong.code, names=wrong.names)
                )

    def _word(self, name: str, field: Field, word: str, written: Any) -> Iterator[Condition]:
        if word == "present":
            yield Condition(Test(name, "present" if written else "absent"), field.title)
        elif word in ("same_as", "differs_from"):
            ref, title = self._other(field, str(written))
            yield Condition(Test(name, "eq" if word == "same_as" else "ne", ref), field.title, other=title)
        elif word == "between":
            if all(isinstance(end, int | Decimal) for end in written) and written[0] > written[1]:
                raise _Wrong(f"between 的下限 {written[0]} 大于上限 {written[1]}", "[下限, 上限]", code="condition.between")
            for op, end in (("gte", written[0]), ("lte", written[1])):
                yield from self._word(name, field, op, end)
        elif word in ("matches", "not_matches"):
            self._needs(field, "text", word)
            self._regular(written)
            yield Condition(Test(name, _op(word), written), field.title)
        elif word in ("in", "not_in", "contains", "not_contains"):
            if word.endswith("contains"):
                self._needs(field, "text", word)
            values, params = self._list(field, written)
            for value in values:
                self._fits(field, value, word)
            yield Condition(Test(name, _op(word), values), field.title, params)
        else:
            if word != "eq":
                self._needs(field, "number", word)
            if isinstance(written, dict) and "field" in written:
                ref, title = self._other(field, str(written["field"]))
                yield Condition(Test(name, _op(word), ref), field.title, other=title)
            else:
                constant, params = self._constant(_in_units(field, written))
                self._fits(field, constant, word)
                yield Condition(Test(name, _op(word), constant), field.title, params, unit=field.unit)

    def _constant(self, written: Any) -> tuple[Scalar, tuple[str, ...]]:
        if isinstance(written, dict):
            value = self._param(written["param"])
            if isinstance(value, list):
                raise _Wrong(
                    f"参数 {written['param']} 是词表，不能与一个值比较",
                    "用 in 或 contains",
                    code="condition.word-list",
                    names=("parameters", str(written["param"])),
                )
            return scalar(value), (str(written["param"]),)
        return scalar(written), ()

    def _list(self, field: Field, written: Any) -> tuple[tuple[Scalar, ...], tuple[str, ...]]:
        params: tuple[str, ...] = ()
        if isinstance(written, dict):
            params = (str(written["param"]),)
            written = self._param(written["param"])
        values = written if isinstance(written, list) else [written]
        return tuple(scalar(_in_units(field, value)) for value in values), params

    def _param(self, name: str) -> Any:
        if name not in self.params:
            known = "、".join(self.params) if len(self.params) < 12 else ""
            close = nearest(name, self.params)
            raise _Wrong(f"没有参数“{name}”", known, close, code="policy.no-parameter", names=("parameters", name))
        return self.params[name]

    def _other(self, field: Field, written: str) -> tuple[Ref, str]:
        if self.fields.get(written) is field:
            raise _Wrong(f"{field.title}与自己比较", "另一个字段", code="condition.itself")
        alias, _, name = written.rpartition(".")
        if alias:
            if self.bound is None or alias not in self.bound:
                known = list(self.bound or ())
                wanted = "、".join(known) or "同一事实的字段名"
                raise _Wrong(
                    f"别名“{alias}”没有在前面绑定", wanted, nearest(alias, known), code="condition.no-alias", names=(alias,)
                )
            fields = self.bound[alias]
        else:
            fields = self.fields
        if name not in fields:
            message = f"没有“{written}”这个字段"
            raise _Wrong(message, "、".join(fields), nearest(name, fields), code="condition.no-field", names=(name,))
        if fields[name].type != field.type:
            here, there = _TYPE_NAMES[field.type], _TYPE_NAMES[fields[name].type]
            raise _Wrong(
                f"{field.title}是{here}，{fields[name].title}是{there}，不能比较", f"两边都是{here}", code="condition.types"
            )
        return Ref(alias, name), fields[name].title

    def _fits(self, field: Field, value: Scalar, word: str) -> None:
        kind = "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        if kind != field.type:
            other = self.fields.get(str(value))
            raise _Wrong(
                f"{field.title}是{_TYPE_NAMES[field.type]}，不能与{_TYPE_NAMES[kind]}{shown(value)}比较",
                f"{_TYPE_NAMES[field.type]}；要与{other.title}比较，写 {{field: {value}}}" if other else _TYPE_NAMES[field.type],
                code="condition.types",
            )
        if field.choices and word in ("eq", "in", "not_in") and value not in field.choices:
            raise _Wrong(
                f"{field.title}没有“{value}”这个值",
                "、".join(c or "（空）" for c in field.choices),
                nearest(str(value), field.choices),
                code="condition.no-value",
                names=(str(value),),
            )

    def _needs(self, field: Field, kind: str, word: str) -> None:
        if field.type != kind:
            raise _Wrong(
                f"{field.title}是{_TYPE_NAMES[field.type]}，不能用 {word}",
                f"{word} 只用于{_TYPE_NAMES[kind]}",
                code="condition.types",
            )

    def _regular(self, pattern: str) -> None:
        if reason := regular_problem(pattern):
            raise _Wrong(f"正则表达式有错：{reason}", "RE2 语法的正则表达式", code="condition.pattern")

    def _problem(
        self, path: tuple[str | int, ...], message: str, expected: str, close: str, *, code: str, names: tuple[str, ...]
    ) -> Problem:
        return Problem(self.locate(path), message, "" if close and len(expected) > 60 else expected, close, code=code, names=names)


def titled(written: str, fields: Fields) -> str:
    """The field an officer means by its Chinese title; empty if there is none."""
    return next((key for key, field in fields.items() if written in (field.title, field.title.split("（")[0])), "")


def regular_problem(pattern: str) -> str:
    """Why RE2 does not take a regular expression; empty if it does."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as problem:
        reason = problem.args[0] if problem.args else problem
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return ""


class _Wrong(Exception):
    def __init__(self, message: str, expected: str, close: str = "", *, code: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.expected, self.close, self.code, self.names = message, expected, close, code, names


_PERCENT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*[%％]")


def _in_units(field: Field, written: Any) -> Any:
    """A percentage (80%) in the unit of a field that has one: 80 of a rate in percent, 0.8 of a share. All else as written."""
    found = _PERCENT.fullmatch(written) if isinstance(written, str) and field.type == "number" else None
    if found is None:
        return written
    if not field.unit:
        wanted = f"不带百分号的数：{field.title}不是百分数"
        raise _Wrong(f"{field.title}不能与百分数“{written}”比较", wanted, code="condition.percent")
    return Decimal(found[1]) if field.unit == PERCENT else Decimal(found[1]).scaleb(-2)


def _op(word: str) -> Op:
    return word  # type: ignore[return-value]  # the words that get here are the names of ops
