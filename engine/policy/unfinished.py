"""A save of a policy that was cut off between two of its files: known by the journal that stands until all of them are written.

The journal holds what the files were before and what they were to be. So whoever reads the policy can tell that it is half new and
half old, and whoever finishes the save writes over nothing that was changed meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Place, Problem
from engine.files import displayed
from engine.policy.library import display_name

HOME = ".workbench"
"""The directory, beside the policies, of what is under way."""
PATIENCE = 2.0
"""Seconds after which a journal is no longer that of a save under way, which takes far less than one."""
OLD, NEW, OTHER = "old", "new", "other"


@dataclass(frozen=True, slots=True)
class UnfinishedSave:
    """What the journal of a save knows. `before` is None for a file that was not there; a name it lacks is one not known."""

    journal: Path
    policy: str
    before: Mapping[str, str | None]
    texts: Mapping[str, str]

    def states(self) -> dict[str, str]:
        """Whether each file is as it was, as it was to be, or something else."""
        home = self.journal.parent.parent / self.policy
        return {name: self._state(name, home / name) for name in self.texts}

    def _state(self, name: str, path: Path) -> str:
        try:
            now: str | None = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            now = None
        except (OSError, UnicodeDecodeError):
            return OTHER
        if now == self.texts[name]:
            return NEW
        return OLD if name in self.before and now == self.before[name] else OTHER

    def data(self) -> str:
        """As it is written down."""
        return json.dumps({"policy": self.policy, "before": dict(self.before), "texts": dict(self.texts)}, ensure_ascii=False)


def journal_of(root: Path, policy: str) -> Path:
    """Where the journal of a save of this policy stands while it is under way."""
    return root / HOME / f"saving-{policy.replace('/', '@')}.json"


def journals(root: Path) -> Iterator[Path]:
    """The journals of all saves that are under way or were cut off."""
    return iter(sorted((root / HOME).glob("saving-*.json")))


def read(journal: Path) -> UnfinishedSave:
    """What a journal knows. Raises ValueError for one that is damaged, FileNotFoundError where the save is finished."""
    try:
        data = json.loads(journal.read_bytes())
        policy, texts, before = data["policy"], dict(data["texts"]), dict(data.get("before", {}))
        sound = isinstance(policy, str) and all(isinstance(text, str) for text in texts.values())
    except (KeyError, TypeError, RecursionError):
        raise ValueError from None
    if not sound:
        raise ValueError
    return UnfinishedSave(journal, policy, before, texts)


def told(directory: Path) -> list[Problem]:
    """That a save of the policy in this directory was cut off, and what is to be done; nothing where all its files are written.

    A save that is under way is waited for.
    """
    whole = Path(os.path.abspath(directory))
    journal = journal_of(whole.parent.parent, f"{whole.parent.name}/{whole.name}")
    try:
        while (age := time.time() - journal.stat().st_mtime) < PATIENCE:
            time.sleep(min(0.05, PATIENCE - max(0.0, age)))
        return problems(read(journal), directory)
    except OSError:  # there is none, or not any more
        return []
    except ValueError:
        return [damaged(journal, directory)]


def problems(save: UnfinishedSave, directory: Path) -> list[Problem]:
    """How far a save got, file by file; nothing where it is complete."""
    states = save.states()
    named = {state: "、".join(name for name, found in states.items() if found == state) for state in (NEW, OLD, OTHER)}
    if not named[OLD] and not named[OTHER]:
        return []
    said = [f"{named[NEW]} 已是新的"] * bool(named[NEW]) + [f"{named[OLD]} 还是原来的"] * bool(named[OLD])
    expected = "再运行一次 jixiao policy import，或重新打开工作台：会接着写完"
    if named[OTHER]:
        said.append(f"{named[OTHER]} 后来又被改过，不能替人接着写")
        expected = f"把这些文件改成想要的样子，再删去 {displayed(save.journal)}"
    message = f"上一次保存写到一半断了：{'，'.join(said)}"
    return [Problem(Place(display_name(directory)), message, expected, code="policy.unfinished", names=(save.policy,))]


def damaged(journal: Path, directory: Path) -> Problem:
    """That nobody can know how far a save got."""
    expected = f"逐个核对这个政策的文件，再删去 {displayed(journal)}"
    return Problem(Place(display_name(directory)), "上一次保存断了，记录它的文件也坏了", expected, code="policy.unfinished")
