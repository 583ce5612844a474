"""That a file is not read: what is wrong with it as a whole, and what to give instead."""

from __future__ import annotations

from engine.errors import InputError, Place, Problem


def refused(file: str, message: str, expected: str, code: str) -> InputError:
    """The error of a file as a whole: no line or cell of it can be named."""
    return InputError(Problem(Place(file), message, expected, code=code))
