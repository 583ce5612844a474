"""`policy lint`: everything that can be told of a policy before a form is judged by it, proved where arithmetic allows.

What the policy accepts with a reason (`lint: accept:`) is kept, told apart, and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from engine.errors import nearest
from engine.policy.library import Library
from engine.soundness.lint import bands as lint_bands
from engine.soundness.lint import clause_figures as lint_clause_figures
from engine.soundness.lint import layout as lint_layout
from engine.soundness.lint import policy as lint_policy
from engine.soundness.lint import rules as lint_rules
from engine.soundness.lint import tables as lint_tables
from engine.soundness.lint import tests as lint_tests
from engine.soundness.lint import values as lint_values
from engine.soundness.lint import words as lint_words
from engine.soundness.lint import yearly as lint_yearly
from engine.soundness.lint.codes import CODES, ERROR, SEVERITIES
from engine.soundness.lint.subject import Lint, Subject, subject
from engine.soundness.proof.prover import Obligation, solving
from engine.yaml.reader import Path_, YamlDocument


@dataclass(frozen=True, slots=True)
class LintReport:
    """What lint found, worst first, and what it proved."""

    policy: str
    lints: tuple[Lint, ...]
    obligations: tuple[Obligation, ...]

    def count(self, severity: str) -> int:
        """How many of this severity are not accepted."""
        return sum(lint.level == severity and not lint.accepted for lint in self.lints)

    @property
    def failed(self) -> bool:
        return self.count(ERROR) > 0

    def outcomes(self, outcome: str) -> int:
        return sum(obligation.outcome == outcome for obligation in self.obligations)


def lint(policy: str | Path, where: Library, today: date, *, proofs: bool = True, locked: bool = True) -> LintReport:
    """Examine a policy or pack. Raises PolicyError with everything `policy check` finds wrong: lint comes after it."""
    return examine(subject(policy, where, today, proofs=proofs, locked=locked))


def examine(under: Subject) -> LintReport:
    """Every check of a policy that has been read."""
    modules = (
        lint_tables,
        lint_bands,
        lint_rules,
        lint_values,
        lint_clause_figures,
        lint_words,
        lint_layout,
        lint_policy,
        lint_yearly,
        lint_tests,
    )
    with solving():
        for module in modules:
            module.check(under)
    _unproved(under)
    lints = _accepted(under, list(dict.fromkeys(under.lints)))
    order = list(SEVERITIES)
    lints.sort(
        key=lambda one: (bool(one.accepted), order.index(one.level), one.place.file, one.place.line, one.place.column, one.code)
    )
    return LintReport(under.resolved.id, tuple(lints), tuple(under.prover.obligations))


def _unproved(under: Subject) -> None:
    """What was neither proved nor refuted within the solver's steps: as good as wrong, until someone has looked and says why."""
    for one in under.prover.obligations:
        if one.outcome == "unknown":
            at = f"{one.about}.{one.statement}"
            under.add(
                "unproved",
                at,
                one.place,
                f"没有证明，也没有反例：{one.about}：{one.statement}",
                "把公式拆成几条，或把条件写得简单些；逐条核对过确实无误的，"
                f'在 lint: accept: 写明理由：{{code: unproved, at: "{at}", reason: …}}',
            )


def acceptances(document: YamlDocument) -> Iterator[tuple[int, dict[str, str]]]:
    """The entries of `lint: accept:` in one file."""
    yield from enumerate(document.data.get("lint", {}).get("accept", []))


def _accepted(under: Subject, lints: list[Lint]) -> list[Lint]:
    """The lints with those the policy accepts marked so, and those that acceptances themselves give rise to."""
    out = list(lints)
    for document in under.resolved.documents:
        own = document.file in under.own
        for index, entry in acceptances(document):
            path: Path_ = ("lint", "accept", index)
            code, at = entry["code"], entry.get("at", "*")
            if code not in CODES:
                close = nearest(code, CODES)
                place = document.place((*path, "code"))
                out.append(
                    Lint(
                        "acceptance-code",
                        f"lint.{code}",
                        place,
                        f"没有“{code}”这项检查",
                        f"改为 {close}" if close else "见 docs/lint/",
                    )
                )
                continue
            found = [number for number, one in enumerate(out) if one.code == code and fnmatchcase(one.at, at)]
            for number in found:
                out[number] = replace(out[number], accepted=entry["reason"])
            if (
                not found
                and own
                and (under.proofs or not code.startswith(("score-", "case-", "full-", "met-", "value-", "total-", "unproved")))
            ):
                out.append(
                    Lint(
                        "acceptance-stale",
                        f"lint.{code}.{at}",
                        document.place(path),
                        f"认可的“{code}”（{at}）现在没有了",
                        "删去这一条认可",
                        fixes=under.edit_in(document, path, f"删去不再需要的认可 {code}（{at}）"),
                    )
                )
    return out
