"""`jixiao layout learn`: forms nobody described in, a layout that reads them out; nothing is written that does not read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.documents import reader as documents
from engine.documents.kinds import kind_of
from engine.documents.model import Document
from engine.errors import InputError, Place, PolicyError, Problem, UsageError
from engine.files import displayed, whole_directory, write
from engine.forms.inheritance import laid_over
from engine.forms.layout import layout
from engine.forms.looks import no_form
from engine.forms.model import Layout
from engine.forms.reader import read_forms
from engine.intake import layouts as intake
from engine.intake.bundle import content_of
from engine.intake.shelf import Shelf
from engine.learning.around import title_of
from engine.learning.guesses import Ask, guesses_of, one_layout, questioned
from engine.learning.model import ChoiceQuestion, Guess, Sample
from engine.learning.samples import samples
from engine.learning.writing import BASE, form_yaml, is_open, policy_yaml
from engine.policy.form_files import form_of
from engine.policy.library import Library
from engine.resources import shipped
from engine.submission.model import Form
from engine.yaml.reader import load

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*\Z")
_NUMBERED = "learned/form-{}"
_RIGHT, _AGAIN, _NO = "对，照此写下", "不对，逐项再问一遍", "不写了"
_UNSURE = ("column_unlisted", "label_unconfirmed", "no_title")
"""Doubts of a form whose layout is not known to the end."""

Show = Callable[[Sequence[Form]], None]
"""Shows what was read with a layout that is about to be written."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned. `home` is None where nothing was written: the layout is known (`known_as`), or nobody wanted it."""

    id: str
    guesses: tuple[Guess, ...] = ()
    forms: tuple[Form, ...] = ()
    """The examples as the layout reads them."""
    home: Path | None = None
    files: tuple[Path, ...] = ()
    known_as: str = ""
    notes: tuple[str, ...] = ()
    """What does not agree between the examples and what was read of them (Chinese)."""

    @property
    def open(self) -> int:
        """How many guesses nobody has confirmed."""
        return sum(map(is_open, self.guesses))


def learn(paths: Sequence[Path], where: Library, id_: str, into: Path, ask: Ask | None, show: Show | None = None) -> Lesson:
    """Learn the layout of the forms in these files and write it to `into/id_`. `ask` is None where nobody can be asked.

    Raises UsageError for an id that is none or exists, InputError for a file without a form, forms of two layouts, and a layout
    that would not read its own examples. Then nothing is written.
    """
    id_ = _free(id_, where, into)
    files = [(displayed(path), _document(path)) for path in paths]
    written = form_of(BASE, where)
    base = layout(written)
    found = [sample for file, document in files for sample in _samples(document, base, file)]
    one_layout(found)
    if known := _known(files, where):
        return Lesson(id_, known_as=known)
    guesses = guesses_of(found, base, written, ask)
    if not guesses:
        return Lesson(id_, known_as=BASE)
    title = _title(found, base)
    while True:
        text = form_yaml(guesses, found, base, title, _schema("policy", id_, into))
        forms, notes = _read_back(files, written, text, found)
        if show:
            show(forms)
        if ask is None:
            break
        answer = ask(ChoiceQuestion("照这样读，对不对？", (_RIGHT, _AGAIN, _NO)))
        if answer == 2:
            return Lesson(id_, tuple(guesses), forms)
        if answer == 0:
            guesses = [replace(guess, confirmed=True) if guess.sure else guess for guess in guesses]
            text = form_yaml(guesses, found, base, title, _schema("policy", id_, into))
            forms, notes = _read_back(files, written, text, found)
            break
        guesses = [questioned(guess, ask) for guess in guesses]
    home = into / id_
    parts = {"policy.yaml": policy_yaml(id_, title, _schema("policy", id_, into)), "form.yaml": text}
    with whole_directory(home) as made:
        for name, content in parts.items():
            write(content, made / name)
    return Lesson(id_, tuple(guesses), forms, home, tuple(home / name for name in parts), notes=notes)


def _free(id_: str, where: Library, into: Path) -> str:
    """The id, where it is one and free; the first free one where none was given."""
    if not id_:
        numbered = (_NUMBERED.format(n) for n in range(1, 10_000))
        return next(name for name in numbered if name not in where and not (into / name).exists())
    if not _ID.match(id_):
        expected = "地区/名称，小写字母、数字、连字符，如 chongqing/form"
        raise UsageError(Problem(Place(), f"“{id_}”不能作表样的编号", expected, code="learn.id"))
    if id_ in where or (into / id_).exists() or (into / id_).is_symlink():
        raise UsageError(Problem(Place(), f"已经有“{id_}”，没有改动", "另一个编号；或先移走原来的目录", code="learn.exists"))
    return id_


def _document(path: Path) -> Document:
    content, name = content_of(path), displayed(path)
    if kind_of(content).key in ("json", "yaml"):
        raise InputError(
            Problem(Place(name), "这是申报记录，没有表样可学", "填好的自评表（Word、Excel、PDF、文本）", code="learn.record")
        )
    return documents.document(content, name)


def _samples(document: Document, base: Layout, file: str) -> list[Sample]:
    """The forms in a document. Raises InputError where there is none."""
    found = samples(document, base, file)
    if found:
        return found
    if not any(document.tables()):
        raise InputError(
            Problem(Place(file), "文件里没有表格", "填好的自评表：有指标、目标值、完成值和得分各栏的一张表", code="learn.no-table")
        )
    told = no_form(document, base, file, ["表里没有看出指标各栏（至少要有目标值和完成值、或完成值和得分，两行以上）"])
    raise InputError(replace(told, code="learn.no-form"))


def _known(files: Sequence[tuple[str, Document]], where: Library) -> str:
    """The layout of a place that knows these forms already; empty if none does."""
    shelf = Shelf(where)
    names: set[str] = set()
    for file, document in files:
        try:
            read = intake.read(document, file, shelf)
        except (InputError, PolicyError):
            return ""
        if not read.shapes[0].layout.marks.at_least or any(d.key in _UNSURE for form in read.forms for d in form.doubts):
            return ""
        names.add(read.shapes[0].heads[0].id)
    return names.pop() if len(names) == 1 else ""


def _read_back(
    files: Sequence[tuple[str, Document]], written: Mapping[str, Any], text: str, found: Sequence[Sample]
) -> tuple[tuple[Form, ...], tuple[str, ...]]:
    """The examples read with the layout as it is written, and where they give more or fewer indicators than were seen on them.

    Raises InputError where the layout finds none.
    """
    own = load(text, "form.yaml").data["form"]
    made = layout(laid_over(written, own)[0])
    forms: list[Form] = []
    notes: list[str] = []
    for file, document in files:
        rows = sum(sample.rows for sample in found if sample.file == file)
        try:
            read = read_forms(document, made, file)
        except InputError as error:
            message = f"看出了 {rows} 行指标，照学来的表样读不出来：{error.problems[0].message}"
            raise InputError(Problem(Place(file), message, "另一张填写完整的表", code="learn.not-read")) from None
        got = sum(1 + len(item.parts) for form in read for goal in form.goals for item in goal.indicators)
        if got != rows:
            notes.append(f"{file}：看出 {rows} 行指标，照学来的表样读出 {got} 个，请对照上面的表，多的、少的在 form.yaml 里改")
        forms += read
    return tuple(forms), tuple(notes)


def _title(found: Sequence[Sample], base: Layout) -> str:
    line = title_of(found[0], base)
    texts = [line.text] if line else [one.text for one in found[0].lines if base.title(one.text)]
    return f"{texts[0] if texts else Path(found[0].file).stem}的表样"


def _schema(name: str, id_: str, into: Path) -> str:
    """Where an editor finds the schema: beside the policies where these are the shipped ones."""
    schema = shipped("schemas") / f"{name}.schema.json"
    near = into.resolve().parent == shipped("schemas").resolve().parent
    return f"../../../schemas/{schema.name}" if near else schema.resolve().as_uri()
