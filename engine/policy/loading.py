"""A policy by its id or directory: resolved, checked, built, and held against its lock."""

from __future__ import annotations

from pathlib import Path

from engine.errors import PolicyError, Problem
from engine.forms.layout import layout
from engine.policy.build import build
from engine.policy.gaps import Gaps, beyond
from engine.policy.library import Library, beside, library
from engine.policy.lock import verify
from engine.policy.model import Policy
from engine.policy.resolve import laid
from engine.policy.resolved import Resolved


def resolve(policy: str | Path, where: Library) -> Resolved:
    """A policy with what it extends laid under it. `policy` is an id, or a directory to be checked wherever it stands: what it
    extends is looked for beside it first.

    Raises PolicyError with every problem of every file: syntax, schema, sections given twice, an id that is not the
    directory's, a cycle in `extends`; and with the problems of meaning in the parts that have none of these.
    """
    problems: list[Problem] = []
    gaps = Gaps()
    resolved = laid(policy, beside(policy, where), (), {}, problems, gaps)
    if problems:
        raise PolicyError([*problems, *beyond(resolved, gaps, build, _sound())])
    return resolved


def _sound() -> Resolved | None:
    """A shipped policy without mistakes of shape, to stand for what another lacks; None if there is none."""
    where = library()
    for name in where.ids():
        problems: list[Problem] = []
        found = laid(name, where, (), {}, problems, Gaps())
        if not problems and found.sections["policy"]["status"] == "published":
            return found
    return None


def load(policy: str | Path, where: Library | None = None, *, locked: bool = True) -> Policy:
    """Read, resolve, check and build a policy. Raises PolicyError with everything that is wrong with it.

    A published policy that is not what was published is refused, too; `locked=False` is for looking at it, not for using it.
    """
    resolved = resolve(policy, where or library())
    problems: list[Problem] = []
    built = None
    # what is wrong in it is told whether or not it is what was published: one who changed it is to learn both
    for step in (verify, build) if locked else (build,):
        try:
            built = step(resolved)
        except PolicyError as error:
            problems += error.problems
    if problems or built is None:
        raise PolicyError(problems)
    return built


def check(policy: str | Path, where: Library) -> str:
    """Check a policy or pack in full; its id. Raises PolicyError with every problem found.

    A pack has no scoring of its own: what can be checked of it is its shape, and that what it extends is there; of one that is a
    layout by itself (it has marks) also that the layout is one.
    """
    resolved = resolve(policy, where)
    if resolved.sections["policy"]["status"] != "pack":
        load(policy, where)
    else:
        verify(resolved)
        form = resolved.sections.get("form", {})
        if form.get("marks"):
            layout(form, lambda path: resolved.place(("form", *path)))
    return resolved.id
