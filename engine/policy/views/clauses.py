"""A policy held against its clauses: each clause beside what rests on it, and what no rule does.

Whether a clause is wholly in the rules only people can say. What is told here: what cites it, and what the policy itself
says it leaves out (`implemented: none|partly` with a reason).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup

from engine.policy import paths as policy_paths
from engine.policy.bases import followed
from engine.policy.build import build
from engine.policy.library import Library, locate
from engine.policy.loading import resolve
from engine.policy.views.conditions import Data
from engine.policy.views.plain_language import PolicyReading, part_title
from engine.policy.views.rendering import render, rendered
from engine.resources import shipped
from engine.templating.page import self_contained

CLAUSES = "policy/clauses.md.j2"
CLAUSES_PAGE = "page/policy-clauses.html.j2"
POLICY_PAGE = "page/policy.html.j2"
STYLES = ("page/policy-parts.css",)
STATES = ("whole", "changed", "superseded", "partly", "none", "uncited")
"""What is told of a clause: cited and nothing left out; some or all that rested on it now resting on another; partly or not in the
rules, as the policy says; neither cited nor said."""


def clauses(reading: PolicyReading) -> Data:
    """What the pages see: every source with its clauses, those of the policy itself first, and how many are in which state."""
    entries = reading.entries()
    rests = followed(reading.resolved)
    cited = policy_paths.cited(rests.sections)
    sources: dict[str, Data] = {}
    for number, clause in enumerate(reading.policy.clauses.values(), start=1):
        source = clause.id.partition("#")[0]
        items = [_item(name, path, entries, reading) for name, path in cited.get(clause.id, {}).items()]
        moved = [
            {**_item(policy_paths.name_at(path, rests.sections), path, entries, reading), "now": now}
            for path, now in rests.replaced.get(clause.id, ())
        ]
        state = clause.implemented or ("whole" if items else "uncited")
        if clause.superseded_by or (moved and not items):
            state = "superseded"
        elif moved:
            state = "changed"
        own = sources.setdefault(source, {**reading.brief(clause.id), "id": source, "own": _own(source, reading), "clauses": []})
        entry = reading.clause(clause.id)
        heirs = dict.fromkeys(filter(None, [clause.superseded_by, *(item["now"] for item in moved)]))
        by = [reading.brief(heir) for heir in heirs]
        own["clauses"].append({**entry, "anchor": f"c{number}", "state": state, "items": items, "moved": moved, "by": by})
    ordered = sorted(sources.values(), key=lambda source: not source["own"])
    return {**reading.frame(), "sources": ordered, "counts": _counts(ordered), "official": _counts(_official(ordered))}


def _item(name: str, path: tuple[str | int, ...], entries: Mapping[str, Data], reading: PolicyReading) -> Data:
    if name in entries:
        return entries[name]
    place = str(reading.resolved.place(path))
    return {"kind": "part", "id": name, "title": part_title(path), "place": place}


def _own(source: str, reading: PolicyReading) -> bool:
    """Whether the policy's own directory has the source, and not something it extends."""
    home = PurePosixPath(reading.resolved.documents[0].file).parent
    return home in PurePosixPath(reading.resolved.place(("sources", source)).file).parents


def _official(sources: Sequence[Data]) -> list[Data]:
    return [source for source in sources if source["evidence"] != "practice"]


def _counts(sources: Sequence[Data]) -> Data:
    every = [clause["state"] for source in sources for clause in source["clauses"]]
    return {"all": str(len(every)), **{state: str(every.count(state)) for state in STATES}}


def clause_text(reading: PolicyReading, *, form: str = "text", roots: Sequence[Path] = ()) -> str:
    """The clauses as `text` or `markdown`."""
    return rendered(CLAUSES, clauses(reading), form, roots)


def clause_html(reading: PolicyReading, roots: Sequence[Path] = ()) -> str:
    """The clauses as one self-contained page. Raises PolicyError where a template does not render."""
    return self_contained(CLAUSES_PAGE, clauses(reading), [*roots, shipped("templates")], STYLES)


def policy_html(reading: PolicyReading, name: str = "", roots: Sequence[Path] = ()) -> str:
    """The policy, or one entry of it, as a self-contained page: its Markdown with a table of contents.

    Raises UsageError for a name there is none of, PolicyError where a template does not render.
    """
    body, contents = policy_body(reading, name, roots)
    context = {**reading.frame(), "contents": contents, "body": body, "entry": name}
    return self_contained(POLICY_PAGE, context, [*roots, shipped("templates")], STYLES)


def policy_body(reading: PolicyReading, name: str = "", roots: Sequence[Path] = ()) -> tuple[Markup, list[dict[str, str]]]:
    """The policy in words as HTML to stand in a page, and its headings with their ids. Raises as `policy_html`."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink"])
    tokens = reader.parse(render(reading, name, form="markdown", roots=roots))
    contents: list[dict[str, str]] = []
    for number, (token, inner) in enumerate(pairwise(tokens)):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            token.attrSet("id", f"h{number}")
            if token.tag == "h2":
                contents.append({"id": f"h{number}", "title": _words(inner)})
    return Markup(reader.renderer.render(tokens, reader.options, {})), contents  # html is off: what was text is escaped


def _words(inline: Any) -> str:
    return "".join(child.content for child in inline.children or ())


def explained(
    policy: str, where: Library, name: str = "", *, by_clause: bool = False, form: str = "text", roots: Sequence[Path] = ()
) -> str:
    """What `jixiao policy explain` writes: a policy (id or directory), one entry of it, or its clauses, as text, markdown or html.

    Raises PolicyError for a policy that does not hold up or a template that does not render, UsageError for a wrong name.
    """
    resolved = resolve(locate(policy, where), where)
    reading = PolicyReading(build(resolved), resolved)
    if form == "html":
        return clause_html(reading, roots) if by_clause else policy_html(reading, name, roots)
    return clause_text(reading, form=form, roots=roots) if by_clause else render(reading, name, form=form, roots=roots)
