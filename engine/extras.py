"""What only some commands need and a bare installation lacks: asked for by name, at the moment it is missing.

Nothing here lists libraries. A command says which extra it stands on (`@extra("workbench")`); what belongs to an extra is what
the package's own metadata says, which comes from pyproject.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import Place, Problem, UsageError

PACKAGE = "jixiao"
_NAME = re.compile(r"[\w.-]+")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")


@contextmanager
def extra(name: str) -> Iterator[None]:
    """A command, or a part of one, that needs an optional extra: `with extra("corpus"):`, or as a decorator.

    Raises UsageError with code `extra.missing` where a library is not installed, `extra.broken` where one is and does not load;
    both say what to install. A module of our own that is not there is a fault of ours and stays one.
    """
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] == __name__.partition(".")[0]:
            raise
        raise _wanted(name, error) from error


def lacking(name: str) -> list[str]:
    """The distributions of an extra that are not installed, by the package's metadata; none where there is no metadata."""
    return [distribution for distribution in _distributions(name) if not _installed(distribution)]


def _distributions(name: str) -> Iterator[str]:
    from importlib import metadata  # slow to import, and asked only where something is missing

    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return
    for requirement in requirements:
        found, extras = _NAME.match(requirement), _EXTRA.findall(requirement)
        if found and name in extras:
            yield found[0]


def _installed(distribution: str) -> bool:
    from importlib import metadata

    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _wanted(name: str, error: ImportError) -> UsageError:
    missing = lacking(name) or ([error.name] if isinstance(error, ModuleNotFoundError) and error.name else [])
    install = f"pip install '{PACKAGE}[{name}]'"
    if missing:
        told = f"要用附加组件“{name}”，没有装全：缺少 {'、'.join(missing)}"
        return UsageError(Problem(Place(), told, install, code="extra.missing"))
    told = f"附加组件“{name}”装了，却用不了（{error}）"
    return UsageError(Problem(Place(), told, install.replace("install", "install --force-reinstall"), code="extra.broken"))
