"""A slip, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import Place
from engine.soundness.tests.proposals import Proposal
from engine.yaml.reader import Path_

KINDS: Mapping[str, str] = {
    "number-step": "数差一点",
    "number-scale": "数差十倍",
    "number-percent": "百分数与小数混了",
    "boundary": "含不含界限",
    "turned": "大于小于写反",
    "word-dropped": "漏了词",
    "word-added": "多了词",
    "value": "值写错",
    "unit": "单位写错",
    "yes-no": "是否写反",
    "formula": "公式写错",
    "order": "次序颠倒",
    "dropped": "漏了一条",
    "condition-dropped": "漏了条件",
    "exception-dropped": "漏了例外",
    "severity": "级别写错",
    "category": "类别写错",
    "clause": "依据写错",
    "message-field": "文字里取错了字段",
    "rule-off": "停用了规则",
    "moved": "归错了类",
}
"""The kinds of slips, with their names."""
Edit = tuple[Literal["set", "delete", "insert", "swap"], Path_, Any]
"""One change of a file: a value set, taken out, put in; two neighbours of a list swapped (`path` is the first)."""
Fate = Literal["check", "tests", "lint", "survived", "equivalent", "failed"]
"""What noticed it: `check` (it cannot be read or built), `tests`, `lint`; or that nothing did, that it makes no difference, that it
could not be run."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One slip: where, what, and the edits that make it."""

    kind: str
    file: str
    owner: str
    """The policy whose file it is."""
    path: Path_
    place: Place
    what: str
    """What is changed (Chinese)."""
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a slip."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    """The message, test or lint that noticed it; for an equivalent one how that is known; for one that failed, why."""
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class MutationReport:
    """All verdicts, of how many slips there could be."""

    policy: str
    seed: int
    possible: int
    verdicts: tuple[Verdict, ...]

    def of(self, *fates: Fate) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.fate in fates)

    @property
    def killed(self) -> int:
        return len(self.of("check", "tests", "lint"))

    @property
    def counted(self) -> int:
        """Those that make a difference, as far as is known."""
        return self.killed + len(self.of("survived"))
