"""What whoever reads a document must know before all else: that its scores are by an unchecked draft, or that it has none.

A document goes to people who know no policy by its id and no command: the words are the policy's (`narrative.phrases.caution`).
"""

from __future__ import annotations

from engine.policy.model import Policy
from engine.results.model import ResultPolicy
from engine.results.reading import caution


def marked(judging: ResultPolicy | None, policy: Policy) -> str:
    """The sentence as it stands before a draft, with a mark that it is to be deleted before the draft is sent on."""
    told = proviso(judging, policy)
    words = policy.narrative.phrases.get("caution", {}) if policy.narrative else {}
    return f"{words.get('mark', '')}{told.rstrip('。')}。" if told else ""


def proviso(judging: ResultPolicy | None, policy: Policy) -> str:
    """The sentence before a document; empty where the policy that judged is one that holds. `judging`: the result's."""
    words = policy.narrative.phrases.get("caution", {}) if policy.narrative else {}
    kind = "unjudged" if judging is None else "draft"
    if not caution(judging) or not words.get(kind):
        return caution(judging)
    return str(words[kind]).replace("{title}", judging["title"] if judging else "")
