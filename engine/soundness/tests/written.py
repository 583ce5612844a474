"""The test files of a policy: those beside what it extends and its own, as they are to be run under the policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import Problem
from engine.policy import files as policy_files
from engine.policy.library import Library, display_name
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.policy.resolved import years
from engine.soundness.tests import rescaled
from engine.yaml.reader import YamlDocument


def written_tests(policy: Policy, where: Library, problems: list[Problem]) -> list[tuple[str, YamlDocument]]:
    """The test files of what the policy extends and its own, each with the id of its policy."""
    out: list[tuple[str, YamlDocument]] = []
    for owner in (*policy.extends, policy.id):
        for path in sorted((where.directory(owner) / "tests").glob("*.yaml")):
            document, wrong = policy_files.read(path, display_name(path), "test")
            problems += wrong
            if not wrong:
                out.append((owner, _adapted(document, owner, policy, where)))
    return out


def _adapted(document: YamlDocument, owner: str, policy: Policy, where: Library) -> YamlDocument:
    """The file with its base records after the policy's scheme, where another policy wrote them for its own."""
    written = document.data.get("bases", {})
    if not written or owner == policy.id or resolve(owner, where).sections["policy"]["status"] == "pack":
        return document
    return replace(document, data={**document.data, "bases": rescaled.bases(written, load(owner, where), policy)})


def first_year(owner: str, where: Library) -> int:
    """The first fiscal year of a policy, of which the dates in its tests are; 0 for a pack, which has none."""
    path = where.directory(owner) / "policy.yaml"
    return years(policy_files.read(path, display_name(path))[0].data.get("policy", {}))[0]


def names_replaced(policy: Policy, owner: str, written: Sequence[tuple[str, YamlDocument]]) -> frozenset[str]:
    """Names of the tests of `owner` that the policy, or one between the two, writes anew or whose rule it stops."""
    order = [*policy.extends, policy.id]
    later = set(order[order.index(owner) + 1 :])
    stopped = policy.disabled if later else frozenset()
    names = {test["test"] for id_, document in written if id_ in later for test in document.data["tests"]}
    own = (test for id_, document in written if id_ == owner for test in document.data["tests"])
    return frozenset(names | {test["test"] for test in own if test.get("rule") in stopped})
