"""What `jixiao rollup` read, and how what came of it is written. Everything heavy is imported late."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.cli.options import today

if TYPE_CHECKING:
    from engine.intake.collection import FileOutcome
    from engine.policy.model import Policy
    from engine.rollup.brief import BriefOccasion
    from engine.rollup.outcome import Rollup
    from engine.rollup.units import UnitTree
    from engine.submission.model import Form


@dataclass(frozen=True)
class Given:
    """What was read: the forms with the file of each, the policy, files passed over, and what of those says what another says."""

    forms: list[Form]
    names: list[str]
    policy: Policy
    skipped: list[FileOutcome]


def occasion(given: Given, tree: UnitTree | None, name: str, done: Rollup | None) -> BriefOccasion:
    """What the leader's page says beside ranking and roll-up: the region's name, who had to file, what was not read."""
    from engine.rollup import naming
    from engine.rollup.brief import BriefOccasion
    from engine.rollup.run import place_words

    called = name or (tree.nodes[tree.top].name if tree else "")
    if not called:
        counted = given.policy.rollup.texts["unit_name"] if given.policy.rollup and done else ""
        units = [form.unit for form in given.forms]
        called = naming.top_name(given.names, units, place_words(given.policy), given.policy.jurisdiction_name, counted)
    expected = {key: node.name for key, node in tree.nodes.items() if node.expected and not node.children} if tree else {}
    pairs = zip(given.names, given.forms, strict=True) if tree and expected else ()
    filed = {tree.home(file, form.unit) for file, form in pairs} if tree else set()
    missing = sorted(unit for key, unit in expected.items() if key not in filed)
    unread = [f"{item.name}（{item.reason}）" for item in given.skipped if not item.same_as]
    return BriefOccasion(called, len(expected) or None, missing, unread, given.policy.words)


def rendered(
    done: Rollup | None, ranks: dict[str, Any] | None, form: str, given: Given, about: BriefOccasion, out: Path | None
) -> str | bytes:
    from engine.results.views.as_json import dumps
    from engine.rollup.views import text as rollup_view
    from engine.submission import record

    if ranks is not None:
        rolled = _data(done) if done else None
        if form == "html":
            from engine.rollup.brief import brief
            from engine.rollup.views.html import render

            return render(ranks, rolled, brief=brief(ranks, about), links=_links(given.names, out))
        if form == "docx":
            from engine.rollup.brief import brief
            from engine.rollup.views.leader import word

            return word(brief(ranks, about))
        if form == "xlsx":
            from engine.rollup.views.workbook import workbook

            skipped = [(item.name, item.reason) for item in given.skipped if not item.same_as]
            return workbook(ranks, rolled, given.policy.words, skipped, today())
        return dumps(ranks) + "\n" if form == "json" else rollup_view.ranked_table(ranks, to_terminal=out is None)
    assert done is not None  # whatever is no ranking is rolled up
    if form == "json":
        return record.dump_json(done.submission)
    if form == "yaml":
        return record.dump_yaml(done.submission)
    if form == "markdown":
        return rollup_view.markdown(_data(done))
    return rollup_view.table(_data(done), to_terminal=out is None)


def _links(names: Sequence[str], out: Path | None) -> dict[str, str]:
    """Where the files are, as seen from the page that is written to `out`; those that are none (in a corpus) have no link."""
    if out is None:
        return {}
    home = os.path.abspath(out.parent)
    there = [name for name in dict.fromkeys(names) if os.path.isfile(name)]
    return {name: _address(os.path.relpath(name, home).replace(os.sep, "/")) for name in there}


def _address(path: str) -> str:
    """A relative path as a link: what means something in an address is quoted, other letters stay as they are."""
    return "".join(char if ord(char) > 127 and char.isprintable() else quote(char) for char in path)


def _data(done: Rollup) -> dict[str, Any]:
    from engine.rollup.document import data

    return data(done)
