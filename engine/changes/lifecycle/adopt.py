"""Tests written for people to check: inherited ones that the policy means not to meet, with what comes now, and those proposed for
what no test shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.changes.lifecycle.causes import causes, changes
from engine.errors import Place
from engine.files import make_directory, write
from engine.policy import files as policy_files
from engine.policy.library import Library, display_name
from engine.policy.loading import load
from engine.soundness.tests.model import PolicyTestReport, PolicyTestResult
from engine.soundness.tests.proposals import Proposal
from engine.soundness.tests.view import plain_data
from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text
from engine.yaml.reader import Path_

FILE = "inherited.yaml"
PROPOSED = "proposed.yaml"
HEADING = """\
# 上级政策的测试在这里有不同结果的，由 jixiao policy test --adopt 按现在的结果写成。逐条核对新结果是对的，再发布。
"""


PROPOSED_HEADING = """\
# 没有测试看住的界限、词表、依据和文字，由 jixiao policy test --adopt 按现在的结果写成。逐条核对结果是对的，再发布。
"""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was written where, and which failed tests were left: those of which nothing can be said, and the policy's own that
    would no longer show what they are for."""

    file: Path
    written: tuple[PolicyTestResult, ...]
    left: tuple[PolicyTestResult, ...]
    own: tuple[PolicyTestResult, ...] = ()
    """The policy's own tests, written anew where they stand."""
    causes: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    """By where a test stands: the changes that it fails for."""

    def told(self) -> list[str]:
        """Old and new of each test side by side, and the change that caused it (Chinese)."""
        lines: list[str] = []
        for mark, results in (("→", (*self.written, *self.own)), ("✗", self.left)):
            for result in results:
                lines.append(f"{mark} {result.place}：{result.name}")
                lines.append(f"    原来与现在：{result.reason.partition('（' + result.owner + ' 的测试')[0]}")
                lines += [f"    由于：{cause}" for cause in self.causes.get(result.place, ())]
                if mark == "✗":
                    lines.append("    没有改：照现在的结果写，就没有测试看住它测的那一条了；请自己改，或另写一条")
        return lines


def adopt(report: PolicyTestReport, policy: str, where: Library) -> Adopted:
    """Write the inherited tests that failed into the policy's own, expecting what came, and its own where they stand. One of its
    own that would then show another thing than it is for stays: no rule and no case loses its test.

    Raises PolicyError if the file there cannot be edited.
    """
    directory = where.directory(policy) / "tests"
    file = directory / FILE
    built = load(policy, where, locked=False)
    changed = changes(policy, where) if report.failed else ()
    found = tuple(result for result in report.failed if result.now is not None and result.owner != policy)
    own = tuple(result for result in report.failed if result.owner == policy and _shows_the_same(result))
    left = tuple(result for result in report.failed if result not in found and result not in own)
    tests = [plain_data(result.now) for result in found if result.now is not None]
    _add(tests, file, HEADING, where.directory(policy))
    _rewrite(own, directory)
    return Adopted(file, found, left, own, {one.place: tuple(causes(one, built, changed)) for one in report.failed})


def _shows_the_same(result: PolicyTestResult) -> bool:
    """Whether the test, with what came in place of what was expected, is still of its case, and of its rule at work or at rest."""
    test, now = result.test, result.now
    if test is None or now is None:
        return False
    same = all(test.get(key) == now.get(key) for key in ("case", "rule", "rollup"))
    return same and ("fires" not in test or (test["fires"] > 0) == (now["fires"] > 0))


def _rewrite(own: Sequence[PolicyTestResult], directory: Path) -> None:
    """Tests written anew where they stand; every other line stays."""
    by_place = {result.place: result for result in own}
    for path in sorted(directory.glob("*.yaml")) if own else ():
        source = yaml_edit.read(path, display_name(path))
        document, _ = policy_files.read(path, display_name(path), "test")
        before = source
        for index, test in enumerate(document.data["tests"]):
            result = by_place.get(document.place(("tests", index)))
            if result is None or result.now is None:
                continue
            now = plain_data(result.now)
            for key in [key for key in test if key not in now]:
                source = yaml_edit.delete(source, ("tests", index, key))
            for key, value in now.items():
                if plain_data(test.get(key)) != value:
                    source = yaml_edit.set_value(source, ("tests", index, key), value)
        if source is not before:
            yaml_edit.save(source)


def take_over(proposals: Sequence[Proposal], policy: str, where: Library) -> list[Path]:
    """Write proposed tests into the policy's own: what more a test of its own expects in its place, the others in a file of
    their own. The files written.

    Raises PolicyError if a file there cannot be edited.
    """
    directory = where.directory(policy) / "tests"
    anew = {proposal.replaces: proposal.test for proposal in proposals if proposal.replaces}
    out: list[Path] = []
    for path in sorted(directory.glob("*.yaml")) if anew else ():
        source = yaml_edit.read(path, display_name(path))
        document, _ = policy_files.read(path, display_name(path), "test")
        changes = [
            change
            for index, test in enumerate(document.data["tests"])
            if (place := document.place(("tests", index))) in anew
            for change in _changes(("tests", index), test, plain_data(anew[place]))
        ]
        if changes:
            yaml_edit.save(yaml_edit.set_values(source, changes))
            out.append(path)
    tests = [plain_data(proposal.test) for proposal in proposals if not proposal.replaces]
    if tests:
        _add(tests, directory / PROPOSED, PROPOSED_HEADING, where.directory(policy))
        out.append(directory / PROPOSED)
    return out


def _changes(at: Path_, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[Path_, Any]]:
    """What has to be set for one mapping to be the other, which has all its keys."""
    for key, value in now.items():
        if isinstance(value, Mapping) and isinstance(before.get(key), Mapping):
            yield from _changes((*at, key), before[key], value)
        elif key not in before or plain_data(before[key]) != value:
            yield (*at, key), value


def _add(tests: Sequence[Any], file: Path, heading: str, home: Path) -> None:
    """The tests at the end of a file, which is begun where there is none."""
    if not tests:
        return
    if file.exists():
        source = yaml_edit.read(file, display_name(file))
        for test in tests:
            source = yaml_edit.insert(source, ("tests", len(source.data["tests"])), test)
        yaml_edit.save(source)
    else:
        make_directory(file.parent)
        text = _schema_line(home) + heading + yaml_text.block({"tests": []}, 0).replace(" []", "") + "\n"
        write(text + "".join(yaml_text.item(test, 2) + "\n" for test in tests), file)


def _schema_line(directory: Path) -> str:
    """The first line of the policy's other test files or of its policy.yaml, which names the schema."""
    for path in (*sorted((directory / "tests").glob("*.yaml")), directory / "policy.yaml"):
        first = path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
        if first.startswith("# yaml-language-server:"):
            return first.replace("policy.schema.json", "test.schema.json") + "\n" if path.parent.name == "tests" else ""
    return ""
