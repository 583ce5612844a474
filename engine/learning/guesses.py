"""From samples to guesses: what each heading and column is, asked where neither words nor content tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import InputError, Problem
from engine.forms.labels import fold
from engine.forms.model import Layout
from engine.learning.amounts import budget_guesses
from engine.learning.around import around_guesses
from engine.learning.assignment import ANSWERED, Choice, assign
from engine.learning.evidence import ColumnEvidence, averaged, evidence
from engine.learning.model import BUDGET_ROWS, COLUMNS, OTHER, TITLES, ChoiceQuestion, Guess, Sample, SeenColumn

Ask = Callable[[ChoiceQuestion], int]
"""Puts a question to whoever sits there; the index of the answer."""
KEPT = "都不是，照原样保留"
LATER = "现在说不准，以后再定"
_EXAMPLES = 3
_SHOWN = 16
_APART = 5
"""Of so many columns one may be another, and the forms are still of one layout."""
_WHAT = {BUDGET_ROWS: "一行", TITLES: ""}


def one_layout(found: Sequence[Sample]) -> None:
    """Raises InputError where the forms are of two layouts: more than a fifth of their columns are called otherwise."""
    first = found[0]
    for other in found[1:]:
        one, two = set(map(fold, first.labels)), set(map(fold, other.labels))
        if len(one ^ two) * _APART > len(one | two):
            here = "、".join(label for label in other.labels if fold(label) not in one) or "没有别的"
            there = "、".join(label for label in first.labels if fold(label) not in two) or "没有别的"
            said = f"不是同一种表样：这里有“{here}”，{first.place}那张有“{there}”"
            raise InputError(Problem(other.place, said, "同一种表样的几张表；两种表样分开学", code="learn.two-layouts"))


def guesses_of(found: Sequence[Sample], base: Layout, written: Mapping[str, Any], ask: Ask | None) -> list[Guess]:
    """What the packs do not know of the forms, each guessed with its ground, some of it by what was answered.

    Of what was answered with “以后再定”, and of all where nobody can be asked, the guesses are not confirmed.
    """
    columns, later = _asked_columns(found, base, ask)
    guesses = [guess for choice in columns if (guess := _of_column(choice, base, choice.column.label in later))]
    scores = next((choice.column.label for choice in columns if choice.field == "score"), "")
    seen: set[tuple[tuple[str, ...], str]] = set()
    for sample in found:
        cells = next((column.filled for column in sample.columns if column.label == scores), ())
        for guess in (*budget_guesses(sample.above, base), *around_guesses(sample, base, written, cells)):
            if (guess.part, fold(guess.label)) not in seen:
                seen.add((guess.part, fold(guess.label)))
                guesses.append(guess)
    made: list[Guess] = []
    for guess in guesses:
        # of two columns told apart by one ground, an answer for the first that agrees is one for the second
        agreed = any(done.confirmed and (done.part, done.ground) == (guess.part, guess.ground) for done in made)
        made.append(replace(guess, sure=True) if agreed and guess.field and guess.part != COLUMNS else _asked(guess, ask))
    return made


def questioned(guess: Guess, ask: Ask) -> Guess:
    """A guess after somebody was asked about it: confirmed, another meaning, or left open."""
    choices = [(guess.field, guess.usual)] if guess.field else []
    choices += [other for other in guess.others if other[0] != guess.field]
    field = _put(ask, _text(guess), choices, guess.ground if guess.field else "")
    if field is None:
        return replace(guess, confirmed=False, sure=False)
    if field == OTHER:
        return replace(guess, field=OTHER, usual="", ground=f"问过：{KEPT}", confirmed=True)
    ground = guess.ground if field == guess.field else "问过"
    extra = {**guess.extra, "kind": field} if "kind" in guess.extra else guess.extra
    return replace(guess, field=field, usual=dict(choices)[field], ground=ground, confirmed=True, extra=extra)


def _put(ask: Ask, text: str, choices: Sequence[tuple[str, str]], ground: str) -> str | None:
    """The field somebody chose; OTHER for none of them, None for one who does not know. The likeliest stands first: with its
    ground, or, where nothing speaks for any, that it is none."""
    fields = [key for key, _ in choices]
    answers = [name for _, name in choices]
    if ground:
        answers[0] = f"{answers[0]}（看来是：{ground}）"
        fields, answers = [*fields, OTHER], [*answers, KEPT]
    else:
        fields, answers = [OTHER, *fields], [KEPT, *answers]
    at = ask(ChoiceQuestion(text, (*answers, LATER)))
    return fields[at] if at < len(fields) else None


def _asked(guess: Guess, ask: Ask | None) -> Guess:
    return guess if ask is None or guess.sure or guess.confirmed or guess.part == COLUMNS else questioned(guess, ask)


def _text(guess: Guess) -> str:
    what = _WHAT.get(guess.part, "一栏")
    if guess.part == TITLES:
        return f"“{guess.extra.get('example', guess.label)}”是什么？"
    return f"“{guess.label}”{what}是什么？（{guess.place}）"


# columns


def _asked_columns(found: Sequence[Sample], base: Layout, ask: Ask | None) -> tuple[list[Choice], set[str]]:
    """What each column is, and the labels nobody was certain about."""
    columns, together = _pooled(found, base)
    fixed: dict[str, str] = {}
    later: set[str] = set()
    while True:
        made = assign(columns, together, base, fixed)
        unclear = [c for c in made if not c.known and not c.sure and c.column.label not in later]
        if ask is None or not unclear:
            return list(made), later
        choice = max(unclear, key=lambda c: c.points)  # what is likeliest leaves least open for the rest
        taken = {c.field for c in made if c.known or c.column.label in fixed}
        answer = _ask_column(choice, taken, base, ask)
        if answer is None:
            later.add(choice.column.label)
        else:
            fixed[choice.column.label] = answer


def _pooled(found: Sequence[Sample], base: Layout) -> tuple[list[SeenColumn], ColumnEvidence]:
    """The columns of all forms, each once, and what they say together."""
    columns: dict[str, SeenColumn] = {}
    for sample in found:
        for column in sample.columns:
            columns.setdefault(column.label, column)
    # a form that has a column more shifts nothing: the order is that of the form with most
    longest = max(found, key=lambda sample: len(sample.columns))
    order = {label: n for n, label in enumerate(longest.labels)}
    pooled = [replace(column, index=order.get(label, len(order) + n)) for n, (label, column) in enumerate(columns.items())]
    return pooled, averaged([evidence(sample.columns, base) for sample in found])


def _ask_column(choice: Choice, taken: set[str], base: Layout, ask: Ask) -> str | None:
    fields = dict.fromkeys(filter(None, (choice.field, *choice.others)))
    every = dict.fromkeys([*fields, *(label.key for label in base.columns.items)])
    offered = [(key, usual(key, base)) for key in every if key not in taken or key == choice.field]
    examples = "、".join(text.replace("\n", " ")[:_SHOWN] for text in list(dict.fromkeys(choice.column.filled))[:_EXAMPLES])
    held = f"里面是：{examples}" if examples else "各格都空着"
    ground = choice.ground if choice.field else ""
    return _put(ask, f"“{choice.column.label}”一栏是什么？（{held}）", offered, ground)


def usual(key: str, base: Layout) -> str:
    """What a column of indicators is usually called."""
    return next((label.texts[0] for label in base.columns.items if label.key == key), key)


def _of_column(choice: Choice, base: Layout, open_: bool) -> Guess | None:
    """The guess that a column is; none where the packs know it so, or nothing is made of it anyway."""
    if choice.known:
        return None
    column = choice.column
    asked = choice.points >= ANSWERED
    ground = "问过" if asked else choice.ground
    name = usual(choice.field, base) if choice.field else ""
    others = tuple(_others(choice, base))
    return Guess(COLUMNS, choice.field, column.label, name, ground, choice.sure and not open_, column.place, others, asked)


def _others(choice: Choice, base: Layout) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys([*choice.others, *(label.key for label in base.columns.items)]):
        if key and key != choice.field:
            yield key, usual(key, base)
