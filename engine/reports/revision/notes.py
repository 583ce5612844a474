"""What is said beside a revision: the finding and the clause it rests on, in the words of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.policy.model import Policy
from engine.results.model import Result, ResultConcern, ResultFinding
from engine.results.reading import unfolded
from engine.templating.filters import closed

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
            message = closed(message)
            told.setdefault(message if certain else self.words["question"].replace("{message}", message))
        return (*told, self.clause_line(one["basis"] for one in findings[:MOST]))

    def told(self, findings: Sequence[ResultFinding]) -> tuple[str, ...]:
        """What is said beside a problem that the filed report tells itself; nothing where the policy has no words for it."""
        if "told" not in self.words:
            return ()
        messages = dict.fromkeys(closed(one["message"]).rstrip("。") for one in findings[:MOST])
        said = self.words["told"].replace("{message}", "；".join(messages))
        return (said, self.clause_line(one["basis"] for one in findings[:MOST]))

    def clause_line(self, bases: Iterable[str]) -> str:
        """The line that says which clauses something rests on."""
        clauses = dict.fromkeys(self.clause(basis) for basis in bases)
        return self.words["clause"].replace("{clause}", "；".join(clauses))

    def clause(self, basis: str) -> str:
        """A clause by its source and title; its id where the policy does not have it."""
        clause = self.policy.clauses.get(basis)
        return "：".join(filter(None, (clause.source_title, clause.title))) if clause else basis

    def problem(self, ids: Iterable[str], form: str, admitted: Sequence[ResultFinding] = ()) -> tuple[str, ...]:
        """What is said beside a paragraph of the report of a form that tells these problems: what a report tells of that form, but
        for what the filed one tells itself (`admitted`)."""
        places = (n for one in ids if one in self._problems for n in self._problems[one]["findings"])
        every = unfolded(self.result["findings"][n] for n in places)
        found = [one for one in every if one["form"] == form and self.policy.told_in(one["rule"], one["category"]) == "report"]
        own = [one for one in found if one not in admitted]
        return self.of(own) if own else ()
