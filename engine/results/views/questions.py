"""The open questions of a result, in one block at its end: what is asked, what hangs on it, and the lines to answer with."""

from __future__ import annotations

from collections.abc import Sequence

from engine.results.model import Result, ResultQuestion
from engine.results.questions import answer_lines
from engine.results.reading import readings_told

SHOWN = 20
"""Questions told one by one on a terminal; the document has them all."""
ANSWER_FILE = "答复.yaml"


def readings(question: ResultQuestion) -> str:
    """Each reading of the first indicator it is about, with what follows from it."""
    return readings_told(question["readings"])


def stake(question: ResultQuestion) -> str:
    """How many points hang on the answer; empty where that is not known."""
    return f"涉及 {question['stake']} 分" if question["stake"] is not None else ""


def head(questions: Sequence[ResultQuestion]) -> str:
    return f"待答复的问题 {len(questions)} 个（答复一次，以后照办；没有答复的不作结论）"


def how(questions: Sequence[ResultQuestion]) -> list[str]:
    """How to answer: the lines, with the direction to be chosen, or the place filled in."""
    rows = any(question["of"] != "jurisdiction" for question in questions)
    places = any(question["of"] == "jurisdiction" for question in questions)
    fill = "direction 只留一种说法，" if rows else ""
    other = "（或政策的 known_indicators）" if rows else "（或用 --place 写明地区）"
    fill += "place 填地区，" if places else ""
    return [f"答复：{fill}写进与自评表放在一起的 {ANSWER_FILE}{other}：", *answer_lines(questions)]


def lines(result: Result) -> list[str]:
    """The block as plain lines; none where nothing is open."""
    open_ = result["questions"]
    if not open_:
        return []
    shown = open_[:SHOWN]
    out = [head(open_)]
    for number, question in enumerate(shown, start=1):
        where = "，".join(filter(None, ["、".join(question["forms"]), stake(question)]))
        out += [f"  {number}. {question['ask'] or question['subject']}（{where}）", f"     {readings(question)}"]
    if len(open_) > SHOWN:
        out.append(f"  另有 {len(open_) - SHOWN} 个，--format json 的 questions 里逐个列出。")
    return [*out, *(f"  {line}" for line in how(shown))]
