"""Fields of form facts about what the report and the goals say of the whole: how many projects, how many things it then lists,
what the goals promise and no indicator measures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.findings.facts.report_text import ReportText, folded
from engine.language import predicates
from engine.language.facts.words import ReportClaims
from engine.submission.model import Form
from engine.values.measures import holds_figure
from engine.values.notation import fold, read_value
from engine.values.prose import Prose, core, shared, without
from engine.values.vocabulary import Vocabulary

_SHOWN = 5
_ACHIEVED = "goal_achieved"
"""The key of the box beside the goals in which a form says what came of them."""
_THING = 2
"""Characters of a thing that is promised, at least."""
_LONGEST = 40
"""Characters of a promise: what is longer is a paragraph, not a thing."""
_CLAUSE = re.compile(r"[,，。；;：:！!\n]")
_LEAD = re.compile(r"^(?:目标)?[0-9一二三四五六七八九十]+(?:[、.．)）]|是)|^[（(][0-9一二三四五六七八九十]+[)）]|^[①-⑳]")
_AND = re.compile("和|与|及|以及")


def report_claims(form: Form, texts: ReportText, prose: Prose, words: Vocabulary) -> ReportClaims:
    """What can be counted. A number the report states in two ways is not known."""
    report = folded(texts.report)
    said = {}
    for match in predicates.every(prose.projects, report):
        number = read_value(f"{match['count']}个", words).number
        if number is not None:
            said[number] = match[0].strip("，。；,;")
    number, text = next(iter(said.items())) if len(said) == 1 else (None, None)
    return ReportClaims(
        projects_said=number,
        projects_said_text=text,
        miscounted="；".join(list(dict.fromkeys(_miscounted(report, prose, words)))[:_SHOWN]) or None,
        goals_titled=sum(bool(goal.title.strip()) for goal in form.goals),
        goals_to_tell=_to_tell(form, words),
        goals_achieved=next((field.value.text for field in form.header if field.key == _ACHIEVED and field.value), None),
        goals_unmeasured="、".join(list(dict.fromkeys(_unmeasured(form, prose)))[:_SHOWN]) or None,
    )


def _to_tell(form: Form, words: Vocabulary) -> int:
    """How many goals have a result that the form should say in words. A form with a box for it is asked for every goal; one
    without, as records often are, only for a goal with a number in each of its clauses: the rest the indicators are for."""
    boxed = any(field.key == _ACHIEVED for field in form.header)
    titles = (goal.title for goal in form.goals if goal.title.strip())
    clauses = ([one for one in _CLAUSE.split(fold(title, words)) if one.strip()] for title in titles)
    return sum(boxed or all(holds_figure(one, words) for one in some) for some in clauses)


def _miscounted(report: str, prose: Prose, words: Vocabulary) -> Iterator[str]:
    """Places where the report says how many things follow and another number follows."""
    for match in predicates.every(prose.listed, report):
        items = re.split(r"[,，]", match["items"])[0]
        parts = [part for part in items.split("、") if part]
        number = read_value(f"{match['count']}个", words).number
        if len(parts) < 2 or number is None or any(word in items for word in prose.open_lists):
            continue
        most = len(parts) + sum(len(_AND.findall(part)) for part in parts)
        if not len(parts) <= number <= most:
            yield f"“{match[0][:40]}”说 {match['count']}，列出 {len(parts)}"


def _unmeasured(form: Form, prose: Prose) -> Iterator[str]:
    """The promises of the goals that share no word with any indicator."""
    rows = [row for goal in form.goals for row in goal.indicators]
    if not rows:
        return
    told = "\n".join(part for row in rows for part in (row.name, *(cell.text for cell in (row.target, row.actual) if cell)))
    for goal in form.goals:
        for clause in _CLAUSE.split(goal.title):
            promise = _LEAD.sub("", clause.strip())
            if not promise.startswith(prose.products) or len(promise) > _LONGEST:
                continue
            thing = re.sub(r"[0-9.]+[万亿]?.?", "", core(promise))
            if len(without(thing, (*prose.stop_words, *prose.products))) >= _THING and not shared(thing, told, prose.stop_words):
                yield f"“{promise}”"
