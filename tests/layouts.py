"""The layouts of the shipped policies, compiled once for all tests."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from engine.forms.layout import layout
from engine.forms.model import Layout
from engine.policy.form_files import form_of
from engine.policy.library import library


@cache
def layout_of(policy: str) -> Layout:
    """The layout of a shipped policy."""
    return layout(form_of(policy, library()))


def written(policy: str) -> dict[str, Any]:
    """What the layout is compiled from, to be changed."""
    return deepcopy(form_of(policy, library()))
