"""Labels whose meaning was guessed from examples (`unconfirmed: true` in form.yaml): what is read through one is not certain.

Each is told once where it stands; the cells under it are in doubt, so that no score rests on them until somebody confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.documents.model import Paragraph, TableCell
from engine.forms.columns import one_line
from engine.forms.labels import Label, Labels
from engine.submission.model import Doubt

KEY = "label_unconfirmed"
_ENDS = "，还没有人确认"
_RESTS_ON = ("name", "level1", "level2", "nature", "operator", "unit", "adjusted")
"""Columns that are no cell of an indicator a score is made of, but say what its target means."""


def why(label: Label, text: str, labels: Labels) -> str:
    """Why a cell read under a guessed label is not certain."""
    return f"“{one_line(text)}”按“{usual(label, labels)}”读入{_ENDS}"


def is_guess(doubt: str) -> bool:
    """Whether a cell is in doubt for a guess, which is told by itself."""
    return doubt.endswith(_ENDS)


def usual(label: Label, labels: Labels) -> str:
    """What is usually written for what a label stands for: the first text of the first label for it that nobody has to confirm."""
    known = (item.texts[0] for item in labels.items if item.key == label.key and not item.unconfirmed)
    return next(known, label.texts[0])


def guess_of(label: Label, source: TableCell | Paragraph, labels: Labels, text: str = "") -> Doubt:
    """That a guessed label was read. `text`: the label, where the cell holds more than that."""
    said = one_line(text or source.text)
    return Doubt(KEY, said, said, source.place, taken=usual(label, labels))


def add_guess(doubts: list[Doubt], guess: Doubt) -> None:
    """Tell a guess once, however often its label is said again."""
    if not any((known.key, known.text, known.taken) == (guess.key, guess.text, guess.taken) for known in doubts):
        doubts.append(guess)


def told_once(doubts: Sequence[Doubt]) -> list[Doubt]:
    """The doubts of a form with all its guesses as one, where the first of them stood: it is about the layout, not the form."""
    guesses = [doubt for doubt in doubts if doubt.key == KEY]
    if not guesses:
        return list(doubts)
    text = "、".join(f"“{doubt.text}”（{doubt.taken}）" for doubt in guesses)
    one = Doubt(KEY, "没有确认的表样", text, guesses[0].place)
    return [one if doubt is guesses[0] else doubt for doubt in doubts if doubt.key != KEY or doubt is guesses[0]]


def doubtful_fields(guesses: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The fields of an indicator that are in doubt, each with the reason, for columns that were guessed: (field, reason).

    Where the name, the level, the sign or the unit is not certain, the target is not: what it asks for hangs on them.
    """
    found: dict[str, str] = {}
    for field, reason in guesses:
        found.setdefault(field, reason)
        if field in _RESTS_ON:
            found.setdefault("target", reason)
    return found
