"""A slip made in a copy of the policy's files: the text changes there and nowhere else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import leftovers
from engine.files import write
from engine.policy.library import Library, display_name
from engine.policy.resolved import Resolved
from engine.soundness.mutation.model import Edit, Mutant
from engine.yaml import editor
from engine.yaml.editor import EditedFile


class Copies:
    """Copies of the directories in which slips are made, one a policy, put before the library they come from."""

    def __init__(self, resolved: Resolved, where: Library, root: Path) -> None:
        self.resolved, self.where, self.root = resolved, where, root
        self.files: dict[str, tuple[Path, EditedFile]] = {}

    @contextmanager
    def made(self, mutant: Mutant) -> Iterator[Library]:
        """The library with the slip in it. Raises JixiaoError for an edit that cannot be made."""
        home = self.root / mutant.owner
        if not home.exists():
            shutil.copytree(self.where.directory(mutant.owner), home, ignore=shutil.ignore_patterns("policy.lock"))
        path, source = self._source(mutant)
        text = source
        for edit in mutant.edits:
            text = _edited(text, edit)
        original = path.read_bytes()
        write(text.content(), path)
        try:
            yield Library((self.root, *self.where.roots))
        finally:
            write(original, path)

    def _source(self, mutant: Mutant) -> tuple[Path, EditedFile]:
        if mutant.file not in self.files:
            inside = self.resolved.owners.get(mutant.file, ("", ""))[1]
            original = self.where.directory(mutant.owner) / inside
            self.files[mutant.file] = self.root / mutant.owner / inside, editor.read(original, display_name(original))
        return self.files[mutant.file]


@contextmanager
def copies(resolved: Resolved, where: Library) -> Iterator[Copies]:
    """Room for copies, which goes with them."""
    with leftovers.scratch() as root:
        yield Copies(resolved, where, root)


def _edited(source: EditedFile, edit: Edit) -> EditedFile:
    how, path, value = edit
    if how == "set":
        return editor.set_value(source, path, value)
    if how == "delete":
        return editor.delete(source, path)
    if how == "insert":
        return editor.insert(source, path, value)
    items = source.data
    for step in path[:-1]:
        items = items[step]
    index = path[-1]
    assert isinstance(index, int)
    return editor.insert(editor.delete(source, path), (*path[:-1], index + 1), items[index])
