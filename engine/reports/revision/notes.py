"""What is said beside a revision: the finding and the clause it rests on, in the words of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.policy.model import Policy
from engine.results.model import Result, ResultConcern, ResultFinding

MOST = 4
"""Findings that one comment tells."""


class RevisionNotes:
    """The notes on one result."""

    def __init__(self, result: Result, policy: Policy, words: Mapping[str, str]) -> None:
        self.result, self.policy, self.words = result, policy, words
        self._problems: dict[str, ResultConcern] = {one["id"]: one for one in result["problems"]}

    def of(self, findings: Sequence[ResultFinding], *, certain: bool = True, advice: bool = False) -> tuple[str, ...]:
        """A paragraph for each of the first findings, and one with the clauses; a question where they are not certain."""
        told: dict[str, None] = {}
        for one in findings[:MOST]:
            message = one["message"].rstrip("。") + "。" + (one["advice"].rstrip("。") + "。" if advice and one["advice"] else "")
            told.setdefault(message if certain else self.words["question"].replace("{message}", message))
        bases = dict.fromkeys(self.clause(one["basis"]) for one in findings[:MOST])
        return (*told, self.words["clause"].replace("{clause}", "；".join(bases)))

    def clause(self, basis: str) -> str:
        """A clause by its source and title; its id where the policy does not have it."""
        clause = self.policy.clauses.get(basis)
        return "：".join(filter(None, (clause.source_title, clause.title))) if clause else basis

    def problem(self, ids: Iterable[str], form: str) -> tuple[str, ...]:
        """What is said beside a paragraph of the report of a form that tells these problems: what a report tells of that form."""
        every = (self.result["findings"][n] for one in ids if one in self._problems for n in self._problems[one]["findings"])
        found = [one for one in every if one["form"] == form and self.policy.told_in(one["rule"], one["category"]) == "report"]
        return self.of(found) if found else ()
