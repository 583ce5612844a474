"""Reading single values of resolved policy data: numbers, word lists, points, formulas, whether written out or as a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import fields as catalogue
from engine.language.conditions import Scope
from engine.language.formula import Constant, Expression
from engine.language.model import Scalar
from engine.language.tables import Reader
from engine.policy import parameters
from engine.policy.bases import followed
from engine.policy.resolved import Resolved
from engine.yaml.reader import Path_


class Values:
    """The values of one resolved policy. What is wrong with one is added to `problems`, at its line."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.data: Mapping[str, Any] = followed(resolved).sections
        self.problems: list[Problem] = []
        self.params = parameters.values(resolved, self.problems)

    def reader(self, fields: catalogue.Fields, later: catalogue.Fields | None = None) -> Reader:
        """A reader of tables and formulas that see these fields."""
        return Reader(Scope(fields, self.params, self.place, later=later or {}), self.params, self.problems)

    def formula(self, text: Any, path: Path_, fields: catalogue.Fields) -> Expression:
        """A formula outside tables. Division has no cases to guard it there, except by a number that is not 0."""
        reader = self.reader(fields)
        expression = reader.formula(str(text), path)
        if expression is not None:
            reader.guard(expression, str(text), path)
        return expression or Constant(Decimal(0))

    def number(self, written: Any, path: Path_) -> Decimal:
        """A number or {param: …} as Decimal; a problem, and 0, if it is neither."""
        value: Scalar | list[str] | int = written
        if isinstance(written, dict):
            name = written["param"]
            if name not in self.params:
                self._no_parameter(path, name)
                return Decimal(0)
            value = self.params[name]
        if isinstance(value, bool | str | list):
            said = f"参数“{written['param']}”" if isinstance(written, dict) else f"“{value}”"
            names = ("parameters", str(written["param"])) if isinstance(written, dict) else ()
            message = f"{said}不是数字" + ("，是词表" if isinstance(value, list) else "")
            self.add(path, message, "数字", code="policy.no-number", names=names)
            return Decimal(0)
        return Decimal(value)

    def words(self, written: Any, path: Path_) -> list[str]:
        """A word list, or {param: …} that is one; a problem, and nothing, if it is neither."""
        value = written
        if isinstance(written, dict):
            if written["param"] not in self.params:
                self._no_parameter(path, written["param"])
                return []
            value = self.params[written["param"]]
        if not isinstance(value, list):
            names = ("parameters", str(written["param"])) if isinstance(written, dict) else ()
            self.add(path, f"“{value}”不是词表", "词表", code="policy.no-word-list", names=names)
            return []
        return [str(word) for word in value]

    def spot(self, path: Path_, written: Iterable[Any]) -> Path_:
        """Where a wrong sum or order is to be put right: `path`, or, where that is in a policy this one extends, the value of
        this policy's own parameter among what is `written` there."""
        for item in written:
            param = ("parameters", item["param"], "value") if isinstance(item, dict) and "param" in item else ()
            if param and self.resolved.owner(param) == self.resolved.id != self.resolved.owner(path):
                return param
        return path

    def points(self, written: Any, path: Path_) -> Decimal:
        """A number of points: not negative."""
        value = self.number(written, path)
        if value < 0:
            self.add(path, f"分值 {value} 是负数", "不小于 0", code="policy.negative")
        return value

    def place(self, path: Path_) -> Place:
        """Where the value at `path` is written."""
        return self.resolved.place(path)

    def add(
        self, path: Path_, message: str, expected: str = "", close: str = "", *, code: str, names: tuple[str, ...] = ()
    ) -> None:
        """Say what is wrong with the value at `path`."""
        self.problems.append(Problem(self.place(path), message, expected, close, code=code, names=names))

    def _no_parameter(self, path: Path_, name: str) -> None:
        message, close = f"没有参数“{name}”", nearest(name, self.params)
        self.add(path, message, "", close, code="policy.no-parameter", names=("parameters", name))
