"""A policy's files replaced together: by one writer at a time, all or none, and never over what someone else wrote meanwhile.

Whoever saves (a workbook read back, a draft of the workbench) does it here, so that two of them never mix.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine import files as output
from engine.editing.overlay import ID, check_name, files_in, missing
from engine.errors import Place, PolicyError, Problem
from engine.files import displayed

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


class SavedPolicies:
    """A directory of policies, as it is saved. What is under way is kept beside them, in `.workbench`."""

    def __init__(self, policies: Path) -> None:
        self.policies = policies
        self.home = policies / ".workbench"

    def recover(self) -> None:
        """Finish a save that was cut off between two of its files. Called before anything is read."""
        for journal in sorted(self.home.glob("saving-*.json")):
            with self.locked():
                if journal.exists():
                    data = json.loads(journal.read_text(encoding="utf-8"))
                    self._replace(data["policy"], data["texts"])
                    journal.unlink()

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
        try:
            yield
        finally:
            lock.release()

    def on_disk(self, policy: str) -> dict[str, str]:
        """The policy's files as they are saved, by name. Raises PolicyError if one cannot be read."""
        return files_in(self._directory(policy))

    def write(self, policy: str, before: Mapping[str, str], texts: Mapping[str, str]) -> None:
        """Replace files of the policy that are still as they were `before`. Raises Conflict, and writes nothing, if one is not."""
        with self.locked():
            disk = self.on_disk(policy)
            if moved := {name: (disk.get(name, ""), text) for name, text in texts.items() if disk.get(name) != before.get(name)}:
                raise Conflict(moved)
            self.replace(policy, texts)

    def replace(self, policy: str, texts: Mapping[str, str]) -> None:
        """All files or none: what is to be written is noted first, and a save that was cut off is finished by `recover`.

        Only for whoever holds `locked` and has looked at what is on disk.
        """
        if not texts:
            return
        output.make_directory(self.home, mode=0o700)
        journal = self.home / f"saving-{policy.replace('/', '-')}.json"
        output.write(json.dumps({"policy": policy, "texts": texts}, ensure_ascii=False), journal)
        self._replace(policy, texts)
        journal.unlink()

    def _replace(self, policy: str, texts: Mapping[str, str]) -> None:
        home = self._directory(policy)
        for name, text in texts.items():
            check_name(name)
            target = home / name
            output.make_directory(target.parent)
            if target.is_symlink() or target.parent.resolve() != (home / name).parent.absolute().resolve():
                raise PolicyError(Problem(Place(displayed(target)), "是链接，工作台不写", code="edit.link"))
            output.write(text, target)

    def _directory(self, policy: str) -> Path:
        if not ID.fullmatch(policy):
            raise PolicyError(missing(policy))
        home = self.policies / policy
        if not home.is_dir() or not home.resolve().is_relative_to(self.policies.resolve()):
            raise PolicyError(Problem(Place(), f"政策目录里没有“{policy}”", "可先用“新建”从已有政策建一个", code="policy.missing"))
        return home


def difference(before: str, after: str, name: str) -> str:
    """What changed in a file, line by line, as people who keep versions write it (unified diff)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name}（原）", f"{name}（新）", lineterm="", n=1)
    return "\n".join(lines)[:MAX_DIFFERENCE]
