"""A policy's files replaced together: by one writer at a time, all or none, and never over what someone else wrote meanwhile.

Whoever saves (a workbook read back, a draft of the workbench) does it here, so that two of them never mix.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from engine import files as output
from engine import leftovers
from engine.editing.overlay import ID, check_name, files_in, missing
from engine.errors import OutputError, Place, PolicyError, Problem
from engine.files import displayed
from engine.policy import unfinished
from engine.policy.unfinished import UnfinishedSave

PATIENCE = 20
"""Seconds to wait for another's save: one takes far less than one."""
MAX_DIFFERENCE = 100_000
"""Characters of a difference that is told."""


class Conflict(PolicyError):
    """A file on disk is not what was changed. `files` holds, by name, the text on disk and the one that was to be written."""

    def __init__(self, files: Mapping[str, tuple[str, str]]) -> None:
        self.files = dict(files)
        super().__init__(
            [
                Problem(Place(name), "别人已经改了这个文件的同一处，没有保存", "看过两边的差别再保存", code="edit.conflict")
                for name in self.files
            ]
        )


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of saves that were cut off: policies whose save is finished now, and what a person has to settle."""

    finished: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class SavedPolicies:
    """A directory of policies, as it is saved. What is under way is kept beside them, in `.workbench`."""

    def __init__(self, policies: Path) -> None:
        self.policies = policies
        self.home = policies / unfinished.HOME

    def recover(self) -> Recovered:
        """Finish saves that were cut off between two of their files, where all these are still what the journal knows. Where one
        was changed since, nothing is written, and it is told; a journal that is damaged is put aside."""
        finished: list[str] = []
        problems: list[Problem] = []
        for journal in unfinished.journals(self.policies):
            with self.locked():
                try:
                    save = unfinished.read(journal)
                    home = self._directory(save.policy)
                    for folder in {home, *((home / name).parent for name in save.texts)}:
                        leftovers.sweep(folder)  # it may be that nothing is written here again for long
                    found = unfinished.problems(save, home)
                    if unfinished.OTHER in save.states().values():
                        problems += found
                        continue
                    if found:
                        self._write(save.policy, save.texts)
                        finished.append(save.policy)
                    output.remove(journal)
                except FileNotFoundError:  # another was quicker
                    continue
                except PolicyError as error:  # of a policy that is not there any more, or of names that cannot be
                    problems += [replace(one, place=Place(displayed(journal))) for one in error.problems]
                except ValueError:
                    problems.append(set_aside(journal))
        return Recovered(tuple(finished), tuple(problems))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Held while anything below the directory is changed, by this process or another. Raises PolicyError if it stays taken."""
        output.make_directory(self.home, mode=0o700)
        lock = FileLock(self.home / "lock")
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            told = f"别人正在保存，等了 {PATIENCE} 秒还没有完"
            raise PolicyError(Problem(Place(displayed(self.policies)), told, "稍后再试一次", code="policy.busy")) from None
        except OSError as error:
            raise output.refused(error, displayed(self.home)) from None
        try:
            yield
        finally:
            lock.release()

    def on_disk(self, policy: str) -> dict[str, str]:
        """The policy's files as they are saved, by name. Raises PolicyError if one cannot be read, or if the last save of them was
        cut off: what is half new and half old is to be built upon by nobody."""
        home = self._directory(policy)
        if cut_off := unfinished.told(home):
            raise PolicyError(cut_off)
        return files_in(home)

    def write(self, policy: str, before: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Replace files of the policy that are still as they were `before`. Raises Conflict, and writes nothing, if one is not."""
        with self.locked():
            disk = self.on_disk(policy)
            if moved := {name: (disk.get(name, ""), text) for name, text in texts.items() if disk.get(name) != before.get(name)}:
                raise Conflict(moved)
            self.replace(policy, texts)

    def replace(self, policy: str, texts: Mapping[str, str]) -> None:
        """All files or none: what they are and are to be is noted first, and a save that was cut off is finished by `recover`. What
        the machine refuses (a full disk) leaves them as they were. Raises OutputError, PolicyError.

        Only for whoever holds `locked` and has looked at what is on disk.
        """
        if not texts:
            return
        home = self._directory(policy)
        disk = files_in(home)
        self._check(home, texts)
        output.make_directory(self.home, mode=0o700)
        journal = unfinished.journal_of(self.policies, policy)
        save = UnfinishedSave(journal, policy, {name: disk.get(name) for name in texts}, texts)
        try:
            output.write(save.data(), journal)
            self._write(policy, texts)
        except OutputError:
            self._put_back(save)
            raise
        with suppress(OutputError):  # everything is written, and a journal that stays says so
            output.remove(journal)

    def _write(self, policy: str, texts: Mapping[str, str]) -> None:
        home = self._directory(policy)
        self._check(home, texts)
        output.write_all({name: text.encode("utf-8") for name, text in texts.items()}, home)

    def _put_back(self, save: UnfinishedSave) -> None:
        """The files as they were, after one could not be written. What cannot be put back either is left to `recover`."""
        home = self._directory(save.policy)
        try:
            new = [name for name, state in save.states().items() if state == unfinished.NEW]
            olds = {name: old.encode("utf-8") for name in new if (old := save.before[name]) is not None}
            output.write_all(olds, home)
            for name in set(new) - set(olds):
                output.remove(home / name)
            output.remove(save.journal)
        except OutputError:
            return

    @staticmethod
    def _check(home: Path, texts: Mapping[str, str]) -> None:
        for name in texts:
            check_name(name)
            target = home / name
            if target.is_symlink() or target.parent.resolve() != home.resolve() / Path(name).parent:
                raise PolicyError(Problem(Place(displayed(target)), "是链接，工作台不写", code="edit.link"))

    def _directory(self, policy: str) -> Path:
        if not ID.fullmatch(policy):
            raise PolicyError(missing(policy))
        home = self.policies / policy
        if not home.is_dir() or not home.resolve().is_relative_to(self.policies.resolve()):
            raise PolicyError(Problem(Place(), f"政策目录里没有“{policy}”", "可先用“新建”从已有政策建一个", code="policy.missing"))
        return home


def set_aside(path: Path) -> Problem:
    """Give a file that is damaged a name under which nobody looks for it; that it was done, to be told. Raises OutputError."""
    name = f"damaged-{datetime.now():%Y%m%d-%H%M%S-%f}-{path.name}"
    output.rename(path, name)
    told = f"文件坏了，已改名为 {name} 放在原处，里面的内容没有用上"
    return Problem(Place(displayed(path)), told, "请管理员看一看；要用的内容从备份里取", code="edit.damaged")


def difference(before: str, after: str, name: str) -> str:
    """What changed in a file, line by line, as people who keep versions write it (unified diff)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name}（原）", f"{name}（新）", lineterm="", n=1)
    return "\n".join(lines)[:MAX_DIFFERENCE]
