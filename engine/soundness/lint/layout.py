"""Lints of the form's layout: wordings that fit everything, examples that do not fit, placeholders and labels for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.inheritance import folded_label
from engine.forms.layout import fits, layout
from engine.forms.wordings import placeholders_in
from engine.policy.resolved import FORM
from engine.soundness.lint.subject import Subject
from engine.yaml.reader import Path_, walk

_WORDED = ("wording", "wordings", "words")
_SAMPLES = ("产出指标", "100%", "已完成全年培训任务，共3期", "张三", "2021年12月底前")
"""Texts so different that only a wording without any word of its own fits them all."""


def check(subject: Subject) -> None:
    form = subject.data.get(FORM, {})
    if not form:
        return
    wordings = list(_wordings(form))
    _empty(subject, form, wordings)
    _unused(subject, form, [text for _, text in wordings])
    _examples(subject, form)
    _labels(subject)


def _wordings(form: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Every wording of the layout; those of a placeholder are texts of its own."""
    for path, value in walk(form, (FORM,)):
        if isinstance(value, str) and any(key in _WORDED for key in path[-2:]):
            yield path, value


def _empty(subject: Subject, form: Mapping[str, Any], wordings: list[tuple[Path_, str]]) -> None:
    for path, text in wordings:
        if "placeholders" in path or not subject.is_own(subject.place(path)):
            continue
        if all(fits(form, text, sample) for sample in _SAMPLES):
            message = f"写法“{text}”里没有一个非有不可的字，几乎什么都符合"
            subject.add("wording-empty", ".".join(map(str, path)), subject.place(path), message, "写上表上总有的字")


def _unused(subject: Subject, form: Mapping[str, Any], texts: list[str]) -> None:
    used = {name for text in texts for name in placeholders_in(text)}
    for name in form.get("placeholders", {}):
        path: Path_ = (FORM, "placeholders", name)
        if name not in used and subject.is_own(subject.place(path, key=True)):
            message = f"占位词“{{{name}}}”没有一处写法用到"
            subject.add("placeholder-unused", ".".join(map(str, path)), subject.place(path, key=True), message, "删去，或用上它")


def _examples(subject: Subject, form: Mapping[str, Any]) -> None:
    if not subject.resolved.sections["policy"].get("form_kinds"):
        return  # a pack need not be whole
    for n, title in enumerate(layout(form).titles):
        path: Path_ = (FORM, "titles", n, "example")
        if subject.is_own(subject.place(path)) and not title.pattern.search(title.example):
            message = f"例子“{title.example}”不符合它自己的写法"
            subject.add("title-example", ".".join(map(str, path)), subject.place(path), message, "改例子，或改写法")


def _labels(subject: Subject) -> None:
    """A child's own labels that what it extends has already, for the same thing."""
    known = {
        (field, folded_label(text))
        for parent in subject.resolved.parents
        for field, text, _ in _named(parent.sections.get(FORM, {}))
    }
    for document in subject.resolved.documents:
        if document.file not in subject.own:
            continue
        for field, text, path in _named(document.data.get(FORM, {})):
            if (field, folded_label(text)) in known:
                message = f"标签“{text}”上级政策的版式里已有，写不写都一样"
                at = ".".join((FORM, *field, text))
                fixes = subject.edit_in(document, (FORM, *path), f"删去标签“{text}”")
                subject.add("label-same", at, document.place((FORM, *path)), message, "删去", fixes=fixes)


def _named(form: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str, Path_]]:
    """The labels of a layout: what each stands for, its text, and its path."""
    for path, value in walk(form, ()):
        if len(path) < 2 or path[-2] != "labels" or not isinstance(value, str):
            continue
        entry: Any = form
        for step in path[:-2]:
            entry = entry[step]
        of = str(entry.get("field") or entry.get("key") or entry.get("role"))
        yield (*(step for step in path[:-2] if isinstance(step, str)), of), value, path
