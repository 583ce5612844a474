"""Where policies are looked for, and how messages call their files.

A policy is a directory `<root>/<jurisdiction>/<year>/` with a policy.yaml; its id is that relative path.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine import leftovers
from engine.errors import Place, PolicyError, Problem, nearest
from engine.files import displayed
from engine.resources import shipped

LOCK = "policy.lock"
"""The file in a policy's directory that says what was published (`engine.policy.lock`)."""
_YEAR = re.compile(r"[^/]+/(?:19|20|21)[0-9]{2}")
_HIDDEN = re.compile(r"[.。]ya?ml\.txt$|[。．]ya?ml$", re.IGNORECASE)
"""Extensions that look right where the system hides the last one, or typed with a Chinese keyboard."""


@dataclass(frozen=True, slots=True)
class Library:
    """Where policies are looked for: the user's directory first, then the shipped ones."""

    roots: tuple[Path, ...]
    place: str = ""
    """What the user says of where all forms of this run are from (`--place`): whose policies are looked for."""

    def ids(self) -> list[str]:
        """Ids of every policy there is, packs included; an id in an earlier root hides the same id in a later one."""
        found: dict[str, None] = {}
        for root in self.roots:
            for file in sorted(root.glob("*/*/policy.yaml")):
                found.setdefault(displayed(file.parent.relative_to(root)).replace("\\", "/"))
        return list(found)

    def __contains__(self, policy: str) -> bool:
        """Whether there is a policy with this id."""
        parts = policy.split("/")
        plain = len(parts) == 2 and all(part not in ("", ".", "..") for part in parts)
        return plain and any((root / policy / "policy.yaml").is_file() for root in self.roots)

    def covered(self, policy: str) -> list[Path]:
        """Directories of the same id that are not used, because an earlier root has it; a root that is named twice is one."""
        having: dict[Path, Path] = {}
        for root in self.roots:
            if (root / policy / "policy.yaml").is_file():
                having.setdefault((root / policy).resolve(), root / policy)
        return [*having.values()][1:]

    def directory(self, policy: str) -> Path:
        """The directory of a policy id, in the first root that has it. Raises PolicyError, with the nearest id, if there is none.

        A directory without its policy.yaml is an error too: the policy it hides is not the one its owner wants.
        """
        # an id is made of plain words: nothing outside the roots can be reached by one
        if all(part not in ("", ".", "..") for part in policy.split("/")):
            for root in self.roots:
                directory = root / policy
                if "/" in policy and directory.is_dir():
                    if wrong := incomplete(directory):
                        raise PolicyError(wrong)
                    return directory
        raise PolicyError(self.missing(policy, Place()))

    def missing(self, policy: str, place: Place) -> Problem:
        """That there is no such policy, said at `place`, with the nearest id; of a place that has policies of other years, with
        those: a year is no slip, and another year's policy is not what was meant."""
        ids = self.ids()
        of_the_place = sorted(id_ for id_ in ids if _YEAR.fullmatch(policy) and id_.startswith(policy[: policy.index("/") + 1]))
        close = "" if of_the_place else nearest(policy, ids)
        return Problem(place, f"没有政策“{policy}”", "、".join(of_the_place or ids), close, code="policy.missing", names=(policy,))

    def strays(self) -> list[Problem]:
        """Directories that were meant to be policies and are none: policy.yaml misnamed, or missing where it hides another."""
        problems: list[Problem] = []
        for index, root in enumerate(self.roots):
            for directory in sorted(path for path in root.glob("*/*") if path.is_dir()):
                id_ = directory.relative_to(root)
                hides = any((later / id_ / "policy.yaml").is_file() for later in self.roots[index + 1 :])
                if hides or _named_like(directory):
                    problems += incomplete(directory)
        return problems


def library(directory: Path | None = None, place: str = "") -> Library:
    """The shipped policies, with the user's directory before them; `place`: where all forms are from. Raises PolicyError if that is
    no directory."""
    if directory is not None and not directory.is_dir():
        raise PolicyError(
            Problem(
                Place(displayed(directory)), "没有这个政策目录", "一个目录，里面是 地区/年度/policy.yaml", code="usage.policies"
            )
        )
    return Library((directory, shipped("policies")) if directory else (shipped("policies"),), place)


def locate(path: str, where: Library) -> str | Path:
    """What `policy check PATH` means: a directory (or a file in one), else an id. Raises PolicyError if it is neither."""
    given = Path(path)
    if given.is_file():
        return given.parent
    if given.is_dir():
        return given
    where.directory(path)
    return path


def beside(policy: str | Path, where: Library) -> Library:
    """Where what a policy extends is looked for: for one given by its directory, the directory of policies it lies in comes first,
    so that a copy of all policies stands on its own packs and not on the shipped ones."""
    if not isinstance(policy, Path):
        return where
    root = policy.resolve().parent.parent
    return Library((root, *(other for other in where.roots if other.resolve() != root)), where.place)


_CALLED: dict[Path, str] = {}


def call(root: Path, name: str) -> None:
    """From now on messages of this process call a directory of policies by a name of its own: where it lies on the machine that
    serves it is not for everyone to know."""
    _CALLED[root.resolve()] = name
    _shown.cache_clear()


def display_name(path: Path) -> str:
    """How messages call a policy file: shipped ones below `policies/`, copies made for now by what lies in them, others as they
    can be opened from here, or by the name their directory was given."""
    return _shown(path, os.getcwd())


@lru_cache(maxsize=4096)  # asked for with every file of every policy, and a step of the disk for each part of the way
def _shown(path: Path, directory: str) -> str:
    if (inside := leftovers.within(path)) is not None:
        return displayed(inside)
    whole, home, here = path.resolve(), shipped("policies").resolve(), Path(directory).resolve()
    if whole.is_relative_to(home):
        return displayed(Path("policies") / whole.relative_to(home))
    for root, name in _CALLED.items():
        if whole.is_relative_to(root):
            return displayed(Path(name) / whole.relative_to(root))
    return displayed(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def incomplete(directory: Path) -> list[Problem]:
    """That a directory has no policy.yaml, naming the file that was meant to be it."""
    if (directory / "policy.yaml").is_file():
        return []
    if named := _named_like(directory):
        return [
            Problem(
                Place(display_name(directory / named)),
                "文件名或扩展名不对，不会被当作 policy.yaml",
                "policy.yaml",
                code="policy.file-name",
            )
        ]
    return [
        Problem(
            Place(display_name(directory)),
            "目录里没有 policy.yaml",
            "policy.yaml，写明 policy: {id: …}",
            code="policy.no-head-file",
        )
    ]


def misnamed(directory: Path) -> list[Problem]:
    """Files of a policy that would go unread because of the way their extension is written."""
    found = sorted(
        path
        for part in (directory, directory / "findings", directory / "tests")
        if part.is_dir()
        for path in part.iterdir()
        if (path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml") or _HIDDEN.search(path.name)
    )
    return [
        Problem(
            Place(display_name(path)),
            f"扩展名应为 .yaml，“{_extension(path)}”的文件不会被读",
            f"{_stem(path)}.yaml",
            code="policy.file-name",
        )
        for path in found
    ]


def _extension(path: Path) -> str:
    found = _HIDDEN.search(path.name)
    return found[0] if found else path.suffix


def _stem(path: Path) -> str:
    return path.name.removesuffix(_extension(path))


def _named_like(directory: Path) -> str:
    """The name of a file that was meant to be policy.yaml, if there is one."""
    names = (path.name for path in directory.iterdir() if path.suffix.lower() in (".yml", ".yaml"))
    return next((name for name in sorted(names) if name.rpartition(".")[0].lower() == "policy" and name != "policy.yaml"), "")
