"""The draft of a report: narrative sections rendered from the policy's templates, parsed into blocks that every format shows.

Templates write plain text: `# ` and `## ` begin headings, `> ` a line of the signature (落款), a blank line ends a paragraph,
`@unmet`, `@form` and `@notes` stand for the table of unmet indicators, the official form and the notes, `@problem P3 P5` says
which problems of the result are told by the paragraph after it. Nothing else is markup, so an officer can edit them. Quotation
marks inside others become single ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Place, PolicyError, Problem
from engine.policy.model import Policy
from engine.policy.narrative import Narrative
from engine.reports.context import Context
from engine.reports.mention import mentions
from engine.templating.filters import nested
from engine.templating.sandbox import Environment, render, shared

TABLES = ("unmet", "form", "notes")
TELLS = "@problem"


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is title, subtitle, heading1, heading2, paragraph, signature or table; a table's `text` is its name (unmet, form,
    notes)."""

    kind: str
    text: str
    section: str = ""
    """Id of the narrative section it belongs to."""
    problem: str = ""
    """Id of the problem of `result.problems` that the paragraph tells; of several, separated by a space; empty if it tells none."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One form's report: its name, title and blocks, and the data its templates saw."""

    label: str
    title: str
    blocks: tuple[Block, ...]
    context: Context


def drafts(contexts: Sequence[Context], policy: Policy, roots: Sequence[Path]) -> list[Draft]:
    """A draft for each form. Raises PolicyError with template, line and missing name."""
    environment = shared(tuple(roots), autoescape=False)
    return [_draft(context, policy, environment) for context in contexts]


def narrative_of(policy: Policy) -> Narrative:
    """How the policy drafts a report. Raises PolicyError if it does not."""
    if policy.narrative is None:
        raise PolicyError(
            Problem(
                Place(), f"政策“{policy.id}”没有 narrative 部分，不能起草报告", "narrative: {sections: …}", code="narrative.none"
            )
        )
    return policy.narrative


def _draft(context: Context, policy: Policy, environment: Environment) -> Draft:
    narrative = narrative_of(policy)
    first = context.data["caution"]  # before all else, whatever the templates are
    blocks = [Block("paragraph", first, "caution")] if first else []
    for section in narrative.sections:
        data = {**context.data, "phrases": narrative.phrases, **mentions(context.data, narrative.phrases)}
        text = render(environment, section.template, data)
        blocks += parse(text, section.id, section.template)
    title = "".join(block.text for block in blocks if block.kind == "title") or context.label
    return Draft(context.label, title, tuple(blocks), context)


def parse(text: str, section: str, template: str) -> Iterator[Block]:
    """The blocks of rendered narrative text. Raises PolicyError for an unknown @table, naming the template."""
    paragraph: list[str] = []
    problem = ""

    def flush() -> Iterator[Block]:
        nonlocal problem
        if paragraph:
            yield Block("paragraph", nested("".join(paragraph)), section, problem)
            paragraph.clear()
            problem = ""

    for raw in text.split("\n"):
        line = raw.strip()
        mark, _, rest = line.partition(" ")
        kinds: Mapping[str, str] = {"%": "title", "%%": "subtitle", "#": "heading1", "##": "heading2", ">": "signature"}
        if not line:
            yield from flush()
        elif mark in kinds and rest:
            yield from flush()
            yield Block(kinds[mark], nested(rest.strip()), section)
        elif mark == TELLS:
            yield from flush()
            problem = rest.strip()
        elif line.startswith("@"):
            yield from flush()
            if line[1:] not in TABLES:
                raise PolicyError(
                    Problem(
                        Place(template), f"没有“{line}”这种表", "、".join(f"@{name}" for name in TABLES), code="template.no-table"
                    )
                )
            yield Block("table", line[1:], section)
        else:
            paragraph.append(line)
    yield from flush()


Data = Mapping[str, Any]
