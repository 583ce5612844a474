"""What one rendering of a template may cost: passes, characters, and the size of everything it puts together on the way.

A template of a few lines can double a text thirty times. Nothing here looks at a clock: the same template is refused on every
machine, at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2.exceptions import SecurityError

MAX_STEPS = 200_000
"""Passes through loops and macros."""
MAX_OUTPUT = 5_000_000
"""Characters of the text that is made, and of each text on the way to it."""
MAX_WORK = 100_000_000
"""Characters that are handled in all; an item of a list counts as `ITEM` of them."""
ITEM = 20
MAX_MADE = 2_000_000
"""Items of all lists and tables that the template makes."""
MAX_ITEMS = 1_000_000
"""Items of a list or table that the template makes, those of the ones inside it counted with it."""
MAX_ARGUMENT = 10_000
"""Of a filter: how many places, columns, characters."""
MAX_BITS = 10_000
"""Of a whole number."""


class TooMuch(SecurityError):
    """A template that loops, writes or grows beyond the bounds."""


class Spent:
    """What a rendering has cost so far, and how large the lists are that it has made."""

    def __init__(self) -> None:
        self.steps = self.work = self.items = 0
        self.made: dict[int, tuple[int, Any]] = {}
        """By the identity of each list and table made: its size, and itself, so that the identity stays its own."""

    def step(self, written: int = 0) -> None:
        """A pass through a loop or macro that has so many characters of its own."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooMuch(f"循环超过 {MAX_STEPS} 次")
        self.worked(written)

    def worked(self, amount: int) -> None:
        self.work += amount
        if self.work > MAX_WORK:
            raise TooMuch(f"处理的文字和项数超过 {MAX_WORK}")

    def size(self, value: object) -> int:
        """Characters of a text, items of what the template made; of what it was given, its own items."""
        if isinstance(value, str):
            return len(value)
        if id(value) in self.made:
            return self.made[id(value)][0]
        return len(value) if isinstance(value, list | tuple | dict | range) else 1

    def looked_at(self, value: Any) -> Any:
        """A value that a filter or comparison goes through."""
        self.worked(len(value) if isinstance(value, str) else ITEM * self.size(value))
        return value

    def long(self, length: int) -> None:
        """Before a text of this length is put together."""
        if length > MAX_OUTPUT:
            raise TooMuch(f"一段文字超过 {MAX_OUTPUT} 字")
        self.worked(length)

    def checked(self, value: Any) -> Any:
        """A value that was made: counted, refused where it is too large."""
        if isinstance(value, str):
            self.long(len(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            if value.bit_length() > MAX_BITS:
                raise TooMuch(f"数超过 {MAX_BITS} 个二进制位")
        elif isinstance(value, list | tuple | dict):
            items: Iterable[object] = (*value, *value.values()) if isinstance(value, dict) else value
            size = 1 + sum(map(self.size, items))
            if size > MAX_ITEMS:
                raise TooMuch(f"一个列表连同里面的超过 {MAX_ITEMS} 项")
            self.items += len(value)
            if self.items > MAX_MADE:
                raise TooMuch(f"列表的项数合计超过 {MAX_MADE}")
            self.worked(ITEM * len(value))
            self.made[id(value)] = size, value
        return value

    def joined(self, texts: Iterable[object], between: str = "") -> list[object]:
        """The items of what is to be joined to one text, which is not too long."""
        items, length = [], 0
        for text in texts:
            length += self.size(text) + len(between)
            if length > MAX_OUTPUT:
                raise TooMuch(f"一段文字超过 {MAX_OUTPUT} 字")
            items.append(text)
        self.worked(length)
        return items


def bounded(name: str, function: Callable[..., Any], spent: Callable[[], Spent]) -> Callable[..., Any]:
    """A filter whose arguments and result are within the bounds. `spent` gives the account of the rendering."""
    before = _BEFORE.get(name)
    # what a filter of Jinja2 is given first may be the environment
    own = 1 if hasattr(function, "jinja_pass_arg") else 0

    def within(*arguments: Any, **named: Any) -> Any:
        account = spent()
        for argument in (*arguments[own + 1 :], *named.values()):
            if isinstance(argument, int) and abs(argument) > MAX_ARGUMENT:
                raise TooMuch(f"过滤器 {name} 的参数 {argument} 过大")
        account.looked_at(arguments[own] if len(arguments) > own else "")
        if before:
            arguments = (*arguments[:own], *before(account, *arguments[own:], **named))
        return account.checked(function(*arguments, **named))

    if own:
        within.jinja_pass_arg = function.jinja_pass_arg  # type: ignore[attr-defined]  # how Jinja2 knows them
    return within


def _before_join(account: Spent, value: Any, between: Any = "", attribute: Any = None, **_: Any) -> tuple[Any, ...]:
    between = _.get("d", between)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value, between, attribute)
    return (account.joined(value, str(between)), between, attribute)


def _before_replace(account: Spent, text: Any, old: Any, new: Any, count: Any = None, **_: Any) -> tuple[Any, ...]:
    _grown(account, text, old, new)
    return (text, old, new, count)


def _before_swap(account: Spent, text: Any, old: Any = "", new: Any = "") -> tuple[Any, ...]:
    _grown(account, text, old, new)
    return (text, old, new)


def _grown(account: Spent, text: object, old: object, new: object) -> None:
    if isinstance(text, str) and isinstance(old, str) and isinstance(new, str):
        times = text.count(old) if old else len(text) + 1
        account.long(len(text) + times * max(0, len(new) - len(old)))


def _before_listed(account: Spent, names: Any, *rest: Any, **_: Any) -> tuple[Any, ...]:
    return (account.joined(names) if isinstance(names, Sequence) and not isinstance(names, str) else names, *rest)


def _before_fill(account: Spent, text: Any, slots: Any) -> tuple[Any, ...]:
    if isinstance(text, str) and isinstance(slots, Mapping):
        account.long(len(text) + text.count("{") * max((account.size(value) for value in slots.values()), default=0))
    return (text, slots)


def _before_text(account: Spent, value: Any, *rest: Any) -> tuple[Any, ...]:
    """Of what is to be written as text whole, the items inside of it counted."""
    account.long(account.size(value))
    return (value, *rest)


_BEFORE: Mapping[str, Callable[..., tuple[Any, ...]]] = {
    "join": _before_join,
    "replace": _before_replace,
    "swap": _before_swap,
    "listed": _before_listed,
    "fill": _before_fill,
    "tojson": _before_text,
}
