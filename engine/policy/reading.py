"""What a policy says of how forms are read: words of names, indicators it knows, what it asks where it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.language import fields as catalogue
from engine.language import messages
from engine.language.fields import Field, Fields
from engine.language.name_reading import NameReader
from engine.policy.model import Question
from engine.policy.values import Values
from engine.submission.model import KnownIndicator
from engine.values.known_names import KnownNames, key_of, known_names
from engine.values.name_lists import NameListError, NameWords, name_words
from engine.values.vocabulary import Vocabulary

ASKED: Fields = {
    "name": Field("text", "三级指标名称"),
    "level2": Field("text", "二级指标"),
    "target": Field("text", "目标值"),
    "actual": Field("text", "完成值"),
    "taken": Field("text", "采用的读法"),
    "readings": Field("text", "各种读法的得分"),
}
READING: Fields = {
    "reading": Field("text", "读法"),
    "computed": Field("text", "得分"),
    "reason": Field("text", "算不出得分的原因"),
}
_TEMPLATES = (
    ("ask", "q", ASKED),
    ("against", "q", ASKED),
    ("reason", "q", ASKED),
    ("scored", "r", READING),
    ("open", "r", READING),
)


def name_reader(values: Values, words: Vocabulary) -> NameReader | None:
    """How names are read; None if the policy has no words or no table for it."""
    data, tables = values.data.get("name_parts"), values.data.get("recognition", {})
    if data is None or catalogue.NAME_TABLE not in tables:
        return None
    try:
        lists = name_words(data, words)
    except NameListError as wrong:
        place = ("name_parts", wrong.key, "words")
        values.add(place, f"{wrong}，一个词只能在一张词表里", f"只留一处：{wrong.first} 或 {wrong.key}", code="names.word-twice")
        return None
    known = fields(lists)
    table = values.reader(known).table(
        catalogue.NAME_TABLE, tables[catalogue.NAME_TABLE], ("recognition", catalogue.NAME_TABLE), catalogue.READ_DIRECTIONS
    )
    return NameReader(lists, words, table)


def fields(lists: NameWords) -> Fields:
    """The fields of the table of names, with the lists that each may name."""
    return catalogue.name_fields(lists.lists("head"), lists.lists("word"), lists.lists("verb"), lists.lists("mark"))


def known(values: Values) -> KnownNames:
    """The indicators a policy knows. Two that say different things of one indicator are a problem."""
    answers: dict[tuple[str, str, str], KnownIndicator] = {}
    for key, item in values.data.get("known_indicators", {}).items():
        path = ("known_indicators", key)
        answer = KnownIndicator(
            str(item["name"]),
            str(item["direction"]),
            str(item.get("unit", "")),
            str(item.get("level2", "")),
            str(item["source"]),
            values.place(path),
        )
        first = answers.setdefault(key_of(answer), answer)
        if first.means != answer.means:
            values.add(path, f"“{answer.name}”的方向与前面写的相反", f"已写在 {first.place}", code="names.answers-differ")
    return known_names(answers.values())


def questions(values: Values) -> dict[str, Question]:
    """How the policy asks, each template checked."""
    out = {}
    for key, item in values.data.get("questions", {}).items():
        for name, problem in _wrong(values, item):
            values.add(
                ("questions", key, name), problem.what, code=problem.code, expected="如 “{{ q.name }}”是越高越好，还是越低越好？"
            )
        readings = {str(reading): str(label) for reading, label in item["readings"].items()}
        if key == "direction":
            for missing in [word for word in catalogue.DIRECTIONS if word not in readings]:
                values.add(
                    ("questions", key, "readings"),
                    f"没有写 {missing} 的说法",
                    "positive、inverse 都要有",
                    code="message.reading-missing",
                )
        texts = {name: str(item.get(name, "")) for name in ("title", "ask", "against", "scored", "open", "reason", "basis")}
        out[str(key)] = Question(readings=readings, **texts)
    return out


def _wrong(values: Values, item: Mapping[str, Any]) -> Iterator[tuple[str, messages.Fault]]:
    for name, alias, known_fields in _TEMPLATES:
        if name in item:
            for fault in messages.faults(str(item[name]), {alias: known_fields}, values.params):
                yield name, fault
