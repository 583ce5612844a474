"""Inherited tests that the policy means not to meet: written anew, with what comes now, for people to check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.files import make_directory, write
from engine.policy.library import Library, display_name
from engine.soundness.tests.policies import PolicyTestReport, PolicyTestResult
from engine.yaml import editor as yaml_edit
from engine.yaml import writer as yaml_text

FILE = "inherited.yaml"
HEADING = """\
# 上级政策的测试在这里有不同结果的，由 jixiao policy test --adopt 按现在的结果写成。逐条核对新结果是对的，再发布。
"""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was written where, and which failed tests could not be: the policy's own, and those of whole records."""

    file: Path
    written: tuple[PolicyTestResult, ...]
    left: tuple[PolicyTestResult, ...]


def adopt(report: PolicyTestReport, policy: str, where: Library) -> Adopted:
    """Write the inherited tests that failed into the policy's own, expecting what came. Its own failed tests stay.

    Raises PolicyError if the file there cannot be edited.
    """
    directory = where.directory(policy) / "tests"
    file = directory / FILE
    found = tuple(result for result in report.failed if result.now is not None)
    left = tuple(result for result in report.failed if result.now is None)
    tests = [_plain(result.now) for result in found if result.now is not None]
    if not tests:
        return Adopted(file, (), left)
    if file.exists():
        source = yaml_edit.read(file, display_name(file))
        for test in tests:
            source = yaml_edit.insert(source, ("tests", len(source.data["tests"])), test)
        yaml_edit.save(source)
    else:
        make_directory(directory)
        schema = _schema_line(where.directory(policy))
        text = schema + HEADING + yaml_text.block({"tests": []}, 0).replace(" []", "") + "\n"
        text += "".join(yaml_text.item(test, 2) + "\n" for test in tests)
        write(text, file)
    return Adopted(file, found, left)


def _schema_line(directory: Path) -> str:
    """The first line of the policy's other test files or of its policy.yaml, which names the schema."""
    for path in (*sorted((directory / "tests").glob("*.yaml")), directory / "policy.yaml"):
        first = path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
        if first.startswith("# yaml-language-server:"):
            return first.replace("policy.schema.json", "test.schema.json") + "\n" if path.parent.name == "tests" else ""
    return ""


def _plain(value: Any) -> Any:
    """The test as it is written: numbers that came as text, as they are in results."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
