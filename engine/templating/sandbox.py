"""Jinja2 templates from strangers: found in the user's directory first, sandboxed, strict, bounded in time and output.

A template sees plain data and a few filters. It cannot call methods, reach attributes of Python objects, loop without end or
write without end. What goes wrong is told with template, line and the missing name.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from threading import local
from types import CodeType
from typing import Any, cast

from jinja2 import (
    BytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
    pass_environment,
    pass_eval_context,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.filters import make_attrgetter
from jinja2.runtime import LoopContext, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import Place, PolicyError, Problem, nearest
from engine.templating.bounds import MAX_OUTPUT, Spent, TooMuch, bounded
from engine.templating.counting import JOINED, LOOKED, MADE, STEP, Counted, call
from engine.templating.filters import FILTERS, NARRATIVE, shown

MAX_COMPILED = 200
"""Templates that are remembered compiled."""
SAFE_FILTERS = frozenset(
    [
        "batch",
        "default",
        "d",
        "e",
        "escape",
        "first",
        "groupby",
        "int",
        "join",
        "last",
        "length",
        "list",
        "map",
        "reject",
        "rejectattr",
        "replace",
        "round",
        "select",
        "selectattr",
        "slice",
        "sort",
        "sum",
        "tojson",
        "trim",
        "unique",
        "upper",
        "lower",
    ]
)
"""Filters of Jinja2 that cannot grow a small text large or reach into objects."""
_NUMBERS = (Decimal, bool, int)
_OF_LOOPS = frozenset(["first", "last", "index", "index0", "length", "previtem", "nextitem"])


class _Compiled(BytecodeCache):
    """What templates were compiled to in this process: compiling is most of the cost of a page. What comes of a template depends on
    its text, its name and file, and on whether it escapes; all else is the same in every sandbox."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str, object], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum, bucket.environment.autoescape))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self.known) >= MAX_COMPILED:
            self.known.clear()
        if bucket.code is not None:
            self.known[bucket.key, bucket.checksum, bucket.environment.autoescape] = bucket.code


_COMPILED = _Compiled()


class _Rendering(local):
    """What the rendering has cost that goes on in a thread: one sandbox serves several."""

    def __init__(self) -> None:
        self.spent = Spent()


class Environment(ImmutableSandboxedEnvironment):
    """The sandbox. Attributes are items of plain data and nothing else; every loop and macro is counted."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, roots: Sequence[Path], **options: Any) -> None:
        super().__init__(
            loader=FileSystemLoader([str(root) for root in roots]),
            undefined=StrictUndefined,
            finalize=self._finalized,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_COMPILED,
            **options,
        )
        kept = {name: self.filters[name] for name in SAFE_FILTERS if name in self.filters}
        own = kept | {"sum": total} | dict(FILTERS) | dict(NARRATIVE)
        self._rendering = _Rendering()
        self.filters.clear()
        self.filters.update({name: bounded(name, function, lambda: self.spent) for name, function in own.items()})
        known = {name: self.globals[name] for name in ("range", "namespace")}
        self._own = (self._step, self._joined, self._made, self._looked)
        self._counting = (self._looked, self._step, self._made)
        self.globals = known | dict(zip((STEP, JOINED, MADE, LOOKED), self._own, strict=True))

    @property
    def spent(self) -> Spent:
        """What the rendering has cost so far that is going on in this thread."""
        return self._rendering.spent

    def begin(self) -> None:
        """A rendering begins, with nothing spent."""
        self._rendering.spent = Spent()

    def _finalized(self, value: object) -> object:
        """How a value is written, and that it is not too long to be."""
        if isinstance(value, str):
            self.spent.long(len(value))
            return value
        if not isinstance(value, _NUMBERS):
            self.spent.long(self.spent.size(value))
        said = shown(value)
        if isinstance(said, str):
            self.spent.long(len(said))
        return said

    def _step(self, written: int) -> str:
        self.spent.step(written)
        return ""

    @pass_eval_context
    def _joined(self, context: nodes.EvalContext, *texts: object) -> str:
        join = markup_join if context.autoescape else str_join
        return join(self.spent.joined(texts))

    def _made(self, value: Any) -> Any:
        return self.spent.checked(value)

    def _looked(self, value: Any) -> Any:
        return self.spent.looked_at(value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in list(tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock))):
            written = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
            count = nodes.Output([call(STEP, [nodes.Const(written)])])
            body: list[nodes.Node] = node.body  # type: ignore[attr-defined]  # all three kinds have one
            body.insert(0, count.set_lineno(node.lineno))
        return cast(nodes.Template, Counted().visit(tree))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict or isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if type(obj) is LoopContext and attribute in _OF_LOOPS:
            return getattr(obj, attribute)
        # values of a namespace, the two parts of a group: objects of Jinja2's own
        if type(obj).__module__ in ("jinja2.runtime", "jinja2.utils") or (
            type(obj).__name__ == "_GroupTuple" and attribute in obj._fields
        ):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # as Jinja2 has it
        """A call of the template's; what counts is called at once, without looking for what it is to be given."""
        if __obj in __self._counting:
            return __obj(*args)
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_callable(self, obj: Any) -> bool:
        return obj in (self.globals["range"], self.globals["namespace"], *self._own) or type(obj).__module__ == "jinja2.runtime"

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+":
            if isinstance(left, str) and isinstance(right, str):
                self.spent.joined((left, right))
            return self.spent.checked(left + right)
        if operator != "**" and all(isinstance(side, int | Decimal) for side in (left, right)):
            return self.spent.checked(left * right if operator == "*" else left % right)
        raise SecurityError(f"模板里不能对这些值用 {operator}")


@lru_cache(maxsize=8)
def shared(roots: tuple[Path, ...], autoescape: bool) -> Environment:
    """A sandbox for the templates of these folders: one for all pages of a run. A template that has changed is read again."""
    return Environment(roots, autoescape=autoescape)


@pass_environment
def total(environment: Environment, values: Iterable[Any], attribute: str | int | None = None, start: Any = 0) -> Any:
    """The sum of numbers, and of nothing else: lists put together one by one would be copied each time."""
    part = make_attrgetter(environment, attribute) if attribute is not None else None
    out = start
    for value in values:
        number = part(value) if part else value
        if not isinstance(number, int | Decimal):
            raise SecurityError("模板里只能对数求和")
        out += number
    return out


def render(environment: Environment, name: str, context: Mapping[str, Any]) -> str:
    """The template's text. Raises PolicyError naming template, line and what was wrong or missing."""
    environment.begin()
    parts: list[str] = []
    size = 0
    try:
        for part in environment.get_template(name).generate(context):
            size += len(part)
            if size > MAX_OUTPUT:
                raise TooMuch(f"输出超过 {MAX_OUTPUT} 字")
            parts.append(part)
    except TemplateNotFound as missing:
        known = environment.list_templates()
        close = nearest(str(missing.name), known)
        raise PolicyError(
            Problem(
                Place(name),
                f"没有模板“{missing.name}”",
                "" if close else "、".join(known),
                close,
                code="template.missing",
                names=(str(missing.name),),
            )
        ) from None
    except TemplateSyntaxError as wrong:
        raise PolicyError(
            Problem(Place(wrong.name or name, wrong.lineno), f"模板语法错误：{wrong.message}", code="template.syntax")
        ) from None
    except UndefinedError as missing:
        raise PolicyError(_undefined(missing, name, context, environment)) from None
    except (
        TemplateError,
        RecursionError,
        TypeError,
        ValueError,
        ArithmeticError,
        KeyError,
        IndexError,
        AttributeError,
    ) as wrong:
        place = _where(wrong, name, environment)
        reason = "嵌套过深" if isinstance(wrong, RecursionError) else str(wrong) or type(wrong).__name__
        raise PolicyError(Problem(place, f"模板出错：{reason}", code="template.failed")) from None
    return "".join(parts)


def _undefined(missing: UndefinedError, name: str, context: Mapping[str, Any], environment: Environment) -> Problem:
    import re

    said = str(missing)
    found = re.search(r"'([^']+)' is undefined|no attribute '([^']+)'", said)
    wanted = (found[1] or found[2]) if found else ""
    known = {key for value in _mappings(context) for key in value}
    close = nearest(wanted, known) if wanted else ""
    return Problem(
        _where(missing, name, environment),
        f"模板用到了没有的名称“{wanted or said}”",
        "",
        close,
        code="template.no-name",
        names=(wanted,) if wanted else (),
    )


def _mappings(value: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    if depth > 4:
        return []
    if isinstance(value, Mapping):
        return [value, *(m for item in value.values() for m in _mappings(item, depth + 1))]
    if isinstance(value, list | tuple):
        return [m for item in value[:3] for m in _mappings(item, depth + 1)]
    return []


def _where(error: BaseException, name: str, environment: Environment) -> Place:
    """The innermost template line of a traceback: Jinja2 rewrites it to template files and lines."""
    roots = [str(root) for root in getattr(environment.loader, "searchpath", [])]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        for root in roots:
            if frame.filename.startswith(root):
                return Place(frame.filename[len(root) :].lstrip("/\\"), frame.lineno or 0)
    return Place(name)
