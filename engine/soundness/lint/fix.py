"""Safe repairs of lints, written into the policy's own files: comments and order stay, each file is replaced as a whole.

Only what changes no judgement is repaired by a program: words that are twice in a list, items that repeat what they override,
acceptances of what is no longer there. Published policies and those shipped with the tool are never written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.errors import Place, PolicyError, Problem
from engine.policy.library import Library, display_name, locate
from engine.policy.loading import resolve
from engine.policy.lock import NAME
from engine.resources import shipped
from engine.soundness.lint.run import LintReport
from engine.soundness.lint.subject import Repair
from engine.yaml import editor as yaml_edit


def fix(report: LintReport, policy: str | Path, where: Library) -> list[str]:
    """Apply every repair there is; what was done, a line each. Raises PolicyError where the policy may not be written to."""
    found = locate(policy, where) if isinstance(policy, str) else policy
    directory = found if isinstance(found, Path) else where.directory(found)
    edits = [edit for one in report.lints if not one.accepted for edit in one.fixes]
    # what it extends has its own owner
    own = [edit for edit in edits if edit.file.resolve().is_relative_to(directory.resolve())]
    if not own:
        return []
    _allowed(directory, resolve(found, where).sections["policy"]["status"])
    done: list[str] = []
    sources = []
    for file in dict.fromkeys(edit.file for edit in own):
        source = yaml_edit.read(file, display_name(file))
        for edit in _backwards(edit for edit in own if edit.file == file):
            source = yaml_edit.delete(source, edit.path)
            done.append(f"{source.name}：{edit.what}")
        sources.append(source)
    for source in sources:
        yaml_edit.save(source)
    return done


def _backwards(edits: Iterable[Repair]) -> list[Repair]:
    """Later entries of a list first, so that the places of the others stay; what stands inside a removed item goes with it."""
    unique = {edit.path: edit for edit in edits}
    inner = {path for path in unique if any(path[:length] in unique for length in range(1, len(path)))}
    order = sorted(
        (path for path in unique if path not in inner), key=lambda path: tuple((isinstance(s, int), s) for s in path), reverse=True
    )
    return [unique[path] for path in order]


def _allowed(directory: Path, status: str) -> None:
    place = Place(display_name(directory / "policy.yaml"))
    if directory.resolve().is_relative_to(shipped("policies").resolve()) and status != "draft":
        raise PolicyError(
            Problem(place, "随程序发行的政策不自动改", "复制到自己的目录，用 --policies 指定，或按提示手工改", code="lint.fix")
        )
    if (directory / NAME).exists():
        raise PolicyError(
            Problem(place, "已发布的政策不自动改", "用 jixiao policy new 做新版本，或退回草稿后再改", code="lint.fix")
        )
