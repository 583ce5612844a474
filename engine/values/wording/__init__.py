"""What the words of an actual say of its target: reached fully, in part, not, the opposite, or that it cannot be told, and why.

A small closed grammar. The words are the policy's (section `wording:`); what they do to each other is here. Text goes to words
(`tokens`), words to phrases (`clauses`), a target to what it aims at (`aim`), a phrase to what it asserts (`claims`, with `reach`
for what reaches what and `amounts` for numbers and times), an assertion is held against the aim (`answers`), and all of them
together are the reading (`reading`). The default is that it cannot be told, never that a target is met.
"""

from engine.values.wording.grammar import Grammar, build_grammar, mistakes
from engine.values.wording.model import AIMS, GROUNDS, NOT_READ, UNREAD, VERDICTS, Mark, WordingReading
from engine.values.wording.reading import read

__all__ = [
    "AIMS",
    "GROUNDS",
    "NOT_READ",
    "UNREAD",
    "VERDICTS",
    "Grammar",
    "Mark",
    "WordingReading",
    "build_grammar",
    "mistakes",
    "read",
]
