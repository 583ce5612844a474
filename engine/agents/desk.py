"""What may be asked: each request is answered by the document that the command of that name gives. Nothing is written.

Files are those under one folder; a policy is one of the library, by its id, and is compiled
once as long as its text stays as it is.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from engine.errors import InputError, JixiaoError, Place, PolicyError, Problem
from engine.files import displayed
from engine.findings.findings import Checker
from engine.intake.bundle import content_of, read_bundle
from engine.intake.collection import Collection, FileOutcome, collect, is_single
from engine.policy.library import Library
from engine.results.bundles import BundleResult, check_bundle, combined
from engine.submission import record

MAX_FILES = 200
"""Named in one request; a folder among them is walked within the bounds of every run."""
MAX_CHECKERS = 4
_TEXTS = {"html": "text/html", "md": "text/markdown"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PACKAGES = {"docx": f"{_OFFICE}wordprocessingml.document", "xlsx": f"{_OFFICE}spreadsheetml.sheet"}


@dataclass
class AgentDesk:
    """The folder whose files may be read, the policies, and the rules compiled for those used last."""

    folder: Path
    library: Library
    checkers: OrderedDict[str, Checker] = field(default_factory=OrderedDict)
    one_at_a_time: Lock = field(default_factory=Lock)

    def close(self) -> None:
        """End what matches rules."""
        for checker in self.checkers.values():
            checker.close()
        self.checkers.clear()

    def policies(self) -> dict[str, Any]:
        """The policies of the library, and what is wrong with those that cannot be read."""
        from engine.policy.heads import heads

        found, problems = heads(self.library)
        known = [
            {
                "id": head.id,
                "title": head.title,
                "jurisdiction": head.jurisdiction,
                "status": head.status,
                "first_year": head.first_year,
                "last_year": head.last_year,
                "form_kinds": list(head.form_kinds),
            }
            for head in found
        ]
        return {"policies": known, "problems": [str(problem) for problem in problems]}

    def read(self, files: Sequence[str], policy: str = "") -> dict[str, Any]:
        """The records of the forms, a bundle each, and what could not be read."""
        collection, _ = self._collected(files, policy)
        return {
            "records": [record.to_data(bundle.submission) for bundle in collection.bundles],
            "problems": [str(problem) for problem in collection.problems],
        }

    def evaluate(self, files: Sequence[str], policy: str = "") -> dict[str, Any]:
        """The result document of `jixiao evaluate --format json`."""
        collection, single = self._collected(files, policy)
        items = [self._checked(bundle) for bundle in collection.bundles]
        return _data(items[0].result if single else combined(items, collection))

    def explain(self, files: Sequence[str], policy: str = "", form: str = "", indicator: str = "", rule: str = "") -> str:
        """The words of `jixiao explain`: how each score came about, or why a rule reports something or not."""
        from engine.results.explanation import explain
        from engine.results.reading import caution
        from engine.results.rule_explanation import explain_rule

        told: list[str] = []
        wrong: list[Problem] = []
        for bundle in self._collected(files, policy)[0].bundles:
            item = self._checked(bundle)
            try:
                one = explain_rule(rule, item.checked, item.policy, form) if rule else ""
                one = "\n".join(filter(None, (caution(item.result.get("policy")), one))) if one else ""
                told.append(one or explain(item.result, item.policy, form, indicator))
            except JixiaoError as error:  # a name that occurs in one bundle need not occur in the others
                wrong += error.problems
        if not told:
            raise InputError(wrong)
        return "\n".join(told)

    def compare(self, before: str, after: str, *, prove: bool = False) -> dict[str, Any]:
        """The document of `jixiao policy diff`; `prove`: that of `jixiao policy compare --prove`."""
        from engine.changes.diff import data as difference
        from engine.changes.diff.compare import compare
        from engine.changes.scores import data as proofs
        from engine.changes.scores.compare import compare_scores

        for policy in (before, after):
            self._known(policy)
        if prove:
            return _data(proofs.to_data(compare_scores(before, after, self.library)))
        return _data(difference.to_data(compare(before, after, self.library)))

    def draft(self, files: Sequence[str], policy: str = "", formats: Sequence[str] = ("markdown",)) -> dict[str, Any]:
        """The files of `jixiao report`: texts as they are, Word and Excel as base64."""
        from engine.reports.files import drafted

        out: list[dict[str, str]] = []
        told: list[str] = []
        for number, bundle in enumerate(self._collected(files, policy)[0].bundles, start=1):
            item = self._checked(bundle)
            filed = {name: content_of(self._allowed(name)) for name in bundle.files}
            made = drafted(item.result, bundle.submission, item.policy, formats, filed=filed)
            out += [{"bundle": str(number), **_file(name, content)} for name, content in made.files.items()]
            told += made.told
        return {"files": out, "notes": told}

    def _checked(self, bundle: Any) -> BundleResult:
        with self.one_at_a_time:
            policy = bundle.policy
            checker = self.checkers.pop(policy.sha256, None) or Checker(policy)
            self.checkers[policy.sha256] = checker
            if len(self.checkers) > MAX_CHECKERS:
                self.checkers.popitem(last=False)[1].close()
            return check_bundle(bundle, checker.check)

    def _collected(self, files: Sequence[str], policy: str) -> tuple[Collection, bool]:
        """The forms in bundles, as the command line takes them: several files given together are one bundle. Raises InputError
        where none can be read, PolicyError for a policy that is not there or does not fit."""
        if not 0 < len(files) <= MAX_FILES:
            message = f"给出了 {len(files)} 个文件" if files else "没有给出文件"
            raise InputError(Problem(Place(), message, f"1 至 {MAX_FILES} 个", code="input.too-many-files"))
        if policy:
            self._known(policy)
        paths = [self._allowed(name) for name in files]
        if is_single(paths):
            try:
                bundle = read_bundle(paths, self.library, policy or None, unjudged=True)
                return Collection((bundle,), (), tuple(FileOutcome(name, "read", "", 0) for name in bundle.files)), True
            except InputError as error:
                if len(paths) > 1 or [problem.code for problem in error.problems] != ["input.years"]:
                    raise
        found = collect(paths, self.library, policy or None, unjudged=True)
        if not found.bundles:
            raise InputError(found.problems or [Problem(Place(displayed(paths[0])), "里面没有自评表", code="input.empty")])
        return found, False

    def _allowed(self, name: str) -> Path:
        """The path of a file, as it was named. Raises InputError for one not under the folder, whatever links lead there."""
        path = Path(name)
        try:
            inside = (self.folder / path).resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError, RuntimeError):  # a ring of links, a name no system has
            inside = False
        if not inside:
            told = Problem(
                Place(displayed(path)), "不在可以读的目录里", f"{displayed(self.folder)} 之下的文件", code="input.outside"
            )
            raise InputError(told)
        return path if Path.cwd() == self.folder else self.folder / path

    def _known(self, policy: str) -> None:
        """Raises PolicyError for what is no id of a policy: none is ever taken for a path."""
        try:
            self.library.directory(policy)
        except PolicyError as error:
            wrong = [Problem(p.place, p.message, p.expected, p.nearest, code="policy.missing") for p in error.problems]
            raise PolicyError(wrong) from None


def _file(name: str, content: bytes) -> dict[str, str]:
    suffix = name.rpartition(".")[2]
    if suffix in _TEXTS:
        return {"name": name, "media_type": _TEXTS[suffix], "text": content.decode("utf-8")}
    return {"name": name, "media_type": _PACKAGES[suffix], "base64": base64.b64encode(content).decode("ascii")}


def _data(document: Any) -> dict[str, Any]:
    """A document as JSON has it, exact numbers as the texts that the command line prints."""
    from engine.results.views.as_json import dumps

    made: dict[str, Any] = json.loads(dumps(document))
    return made


@contextmanager
def agent_desk(folder: Path, library: Library) -> Iterator[AgentDesk]:
    """A desk over a folder, closed at the end."""
    made = AgentDesk(folder.resolve(), library)
    try:
        yield made
    finally:
        made.close()
