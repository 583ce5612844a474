"""What could not be read with certainty, asked once: one question for each name, however often it stands on the forms.

An answer is a line of YAML (`known_indicators`), in 答复.yaml beside the forms or in the policy; the question says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.policy.model import Policy
from engine.results.model import ResultQuestion, ResultReading
from engine.scoring.form import evaluate
from engine.scoring.model import Alternative, Evaluation, ScoredIndicator
from engine.scoring.readings import said_of, spread
from engine.submission.model import Submission
from engine.values.known_names import folded

_SOURCE = "（答复的人、日期）"
_Key = tuple[str, str, str, str]


def questions(evaluation: Evaluation) -> list[ResultQuestion]:
    """The open questions of a bundle, in the order of its forms (Contract: id, of, form, subject, readings, stake)."""
    asked: dict[_Key, list[tuple[str, ScoredIndicator]]] = {}
    for form in evaluation.forms:
        for item in form.indicators:
            if item.known.readings:
                asked.setdefault(_key(item), []).append((form.label, item))
    return [_question(key, rows, evaluation.policy) for key, rows in asked.items()]


def _key(item: ScoredIndicator) -> _Key:
    known = item.known
    return known.readings[0].of, folded(known.indicator.name), folded(_unit(item)), folded(known.indicator.level2)


def _unit(item: ScoredIndicator) -> str:
    return item.known.target.unit or item.known.actual.unit


def _question(key: _Key, rows: Sequence[tuple[str, ScoredIndicator]], policy: Policy) -> ResultQuestion:
    stakes = [spread(item.known.readings) for _, item in rows]
    known_stakes = [stake for stake in stakes if stake is not None]
    most = max(range(len(rows)), key=lambda n: Decimal(-1) if (stake := stakes[n]) is None else stake)
    form, item = rows[most]
    known = item.known
    return {
        "id": f"{key[0]}.{hashlib.sha256('|'.join(key[1:]).encode('utf-8', 'replace')).hexdigest()[:10]}",
        "of": key[0],
        "form": form,
        "subject": known.indicator.name,
        "readings": [reading_data(one) for one in known.readings],
        "stake": format(sum(known_stakes, Decimal(0)), "f") if known_stakes else None,
        "ask": _ask(item, policy),
        "forms": list(dict.fromkeys(label for label, _ in rows)),
        "answer": {"name": known.indicator.name, "unit": _unit(item), "level2": known.indicator.level2},
    }


def reading_data(one: Alternative) -> ResultReading:
    """A reading as the document has it."""
    return {"reading": one.reading, "met": one.met, "computed": None if one.computed is None else format(one.computed, "f")}


def _ask(item: ScoredIndicator, policy: Policy) -> str:
    """The question in the policy's words; of a reading that counts all the same, why it is asked."""
    known = item.known
    words = policy.questions.get(known.readings[0].of)
    if words is None:
        return ""
    taken = words.readings.get(known.direction, known.direction)
    return said_of(words.against if known.certain and words.against else words.ask, known, policy, taken=taken)


def place_question(submission: Submission, may_judge: Sequence[Policy], likely: Sequence[str]) -> ResultQuestion:
    """Of which place the forms are, where that decides which policy judges them: the total of the form on which most hangs by each
    of the policies that may."""
    scored = [(policy, evaluate(submission, policy).forms) for policy in may_judge]
    totals = [[forms[n].total.computed for _, forms in scored] for n in range(len(submission.forms))]
    apart = [_apart(of_form) for of_form in totals]
    most = max(range(len(totals)), key=lambda n: apart[n] or Decimal(0))
    units = "、".join(dict.fromkeys(form.unit for form in submission.forms))
    known = [one for one in apart if one is not None]
    readings: list[ResultReading] = [
        {
            "reading": f"{policy.jurisdiction_name}（{policy.id}）",
            "met": "unknown",
            "computed": None if total is None else format(total, "f"),
        }
        for (policy, _), total in zip(scored, totals[most], strict=True)
    ]
    doubt = f"（名称里的“{'、'.join(likely)}”定不下来）" if likely else ""
    return {
        "id": f"jurisdiction.{hashlib.sha256(folded(units).encode('utf-8', 'replace')).hexdigest()[:10]}",
        "of": "jurisdiction",
        "form": submission.forms[most].name,
        "subject": units,
        "readings": readings,
        "stake": format(sum(known, Decimal(0)), "f") if known else None,
        "ask": f"“{units}”是哪个地区的{doubt}？由此定按哪个政策计分。",
        "forms": [form.name for form in submission.forms],
        "answer": {"name": units, "unit": "", "level2": ""},
    }


def _apart(totals: Sequence[Decimal | None]) -> Decimal | None:
    known = [total for total in totals if total is not None]
    return max(known) - min(known) if len(known) > 1 else None


def answer_lines(open_: Sequence[ResultQuestion], readings: Sequence[str] = ("越高越好", "越低越好")) -> Iterator[str]:
    """The lines of an answer file for these questions, with the direction left to be filled in."""
    from engine.yaml.writer import flow

    rows = [question for question in open_ if question["of"] != "jurisdiction"]
    if rows:
        yield "known_indicators:"
    for question in rows:
        about = question["answer"]
        entry = {"name": about["name"], "direction": " / ".join(readings), "unit": about["unit"], "level2": about["level2"]}
        filled = {key: value for key, value in entry.items() if value}
        yield f"  - {flow({**filled, 'source': _SOURCE})}"
    if len(rows) < len(open_):
        yield "places:"
    for question in (one for one in open_ if one["of"] == "jurisdiction"):
        yield f"  - {flow({'unit': question['answer']['name'], 'place': '（如 湖北省、武汉市）', 'source': _SOURCE})}"
