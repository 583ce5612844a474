"""From files to one submission: what each file is, which policy's layout reads it, which policy applies.

The kind of a file is told by its content. Files given together are one bundle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from engine import blocks, form_reader, kinds, record, text_reader
from engine.errors import InputError, Place, PolicyError, Problem
from engine.layout import Layout, layout
from engine.paths import displayed
from engine.policy import Policy
from engine.policy_build import load
from engine.policy_files import Library
from engine.policy_heads import Head, heads
from engine.recognition import number_of
from engine.submission import Cell, Form, Submission

MAX_BYTES = 100_000_000
MAX_TEXT_BYTES = text_reader.MAX_BYTES
MAX_INDICATORS = 5_000
"""In one bundle: rules compare indicators with each other, and no unit has a tenth of these."""
_LARGE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
"""How files begin that may be large for what they say: office documents and PDF."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A submission, and the policy it is to be judged by."""

    submission: Submission
    policy: Policy


def read_bundle(paths: Sequence[Path], library: Library, policy_id: str | None = None) -> Bundle:
    """Read files as one bundle and choose the policy: the one named, or the one published policy that covers the forms.

    Raises InputError with every problem of every file, PolicyError if no policy fits, or two do, or it is invalid.
    """
    policy = load(policy_id, library) if policy_id else None
    problems: list[Problem] = []
    forms: list[Form] = []
    chosen: list[Policy] = []
    jurisdictions: set[str] = set()
    for path in paths:
        try:
            read, by = _read(path, library, policy)
        except InputError as error:
            problems += error.problems
            continue
        forms += read.forms
        chosen += [by] if by else []
        jurisdictions |= {read.jurisdiction} - {""}
    problems += [problem for form in forms for problem in _check(form)]
    problems += _one_bundle(forms)
    problems += _too_many(forms)
    if problems:
        raise InputError(problems)
    policy = policy or _agree(chosen, forms, jurisdictions, library)
    submission = Submission(tuple(forms), policy.jurisdiction, policy.id)
    return Bundle(submission, policy)


def _read(path: Path, library: Library, policy: Policy | None) -> tuple[Submission, Policy | None]:
    content = _content(path)
    name = displayed(path)
    kind = kinds.kind_of(content).key
    if kind in ("json", "yaml"):
        return record.load(text_reader.decode(content, name), kind, name), None
    document = kinds.document(content, name)
    if policy:
        if not policy.form:
            raise PolicyError(
                Problem(Place(), f"政策“{policy.id}”没有描述表样（form），读不了文本", "另一个政策，或 JSON/YAML 记录")
            )
        return _forms(document, layout(policy.form), name, policy), policy
    return _by_layout(document, name, library)


def _content(path: Path) -> bytes:
    """The bytes of the file, never more than the limit: some inputs have no size and no end."""
    name = displayed(path)
    try:
        if path.is_dir():
            raise InputError(Problem(Place(name), "这是一个目录", "一个文件"))
        with path.open("rb") as stream:
            content = stream.read(MAX_TEXT_BYTES + 1)
            limit = MAX_BYTES if content.startswith(_LARGE) else MAX_TEXT_BYTES
            if len(content) > MAX_TEXT_BYTES and limit > MAX_TEXT_BYTES:
                content += stream.read(MAX_BYTES + 1 - len(content))
    except OSError as error:
        reason = "没有这个文件" if isinstance(error, FileNotFoundError) else f"文件读不了：{error.strerror}"
        raise InputError(Problem(Place(name), reason)) from None
    if len(content) > limit:
        expected = f"不超过 {limit} 字节，可拆分为几个文件"
        raise InputError(Problem(Place(name), f"文件过大（超过 {limit} 字节）", expected, code="input.too-large"))
    return content


def _forms(document: blocks.Document, shape: Layout, name: str, policy: Policy) -> Submission:
    return Submission(form_reader.read_forms(document, shape, name), policy.jurisdiction, policy.id)


def _by_layout(document: blocks.Document, name: str, library: Library) -> tuple[Submission, Policy]:
    """Read with the layout that fits. Policies whose years do not occur in the text are not tried: they could not apply.

    A broken policy stops nobody whom it does not concern: it is named only if no other fits, or if it would fit as well.
    """
    years = {int(year) for text in _texts(document) for year in re.findall(r"(?:19|20)\d\d", text)}
    readable, unreadable = heads(library)
    published = [head for head in readable if head.status == "published"]
    near: list[_Near] = []
    broken: list[tuple[Head, PolicyError]] = []
    likely = [head for head in published if head.covers_any(years)]
    others = [head for head in published if head not in likely]
    # the others cannot apply; their layouts tell a form of a year nobody covers from something that is no form
    found = _recognised(document, likely, library, near, broken) or _recognised(document, others, library, near, broken)
    unusable = [*unreadable, *(problem for _, error in broken for problem in error.problems)]
    candidates, shapes = [policy for policy, _ in found], [shape for _, shape in found]
    if not candidates:
        if broken:
            raise PolicyError(unusable)
        nearest_layout = max(near, key=lambda item: len(item.labels), default=None)
        if nearest_layout and nearest_layout.labels and not unusable:
            return _refused(document, nearest_layout, name)
        seen = "、".join(dict.fromkeys(label for item in near for label in item.labels)) or "一个也没有"
        known = "、".join(f"{head.id}（{head.title}）" for head in published)
        problem = Problem(Place(name), f"没有认出自评表；认得的标签：{seen}", f"下列政策的表样之一：{known}")
        raise PolicyError([problem, *unusable]) if unusable else InputError(problem)
    readings, refused = _readings(document, candidates, shapes, name)
    if not readings:
        raise InputError(refused)
    fitting = [(read, policy) for read, policy in readings if all(policy.covers(f.fiscal_year, f.kind) for f in read.forms)]
    local = {head.id for head in published if not head.fallback}
    fitting = [item for item in fitting if item[1].id in local] or fitting
    if len(fitting) == 1:
        read, policy = fitting[0]
        for head, error in broken:
            if head.jurisdiction == policy.jurisdiction and all(head.covers(form.fiscal_year, form.kind) for form in read.forms):
                raise error
        return fitting[0]
    read, policy = (fitting or readings)[0]
    raise _no_policy(read.forms, [policy for _, policy in fitting], {policy.jurisdiction}, library, unusable)


def _readings(
    document: blocks.Document, policies: Sequence[Policy], shapes: Sequence[Layout], name: str
) -> tuple[list[tuple[Submission, Policy]], Sequence[Problem]]:
    """What the layouts make of the document that fit it best (find most of their labels) among those that can read it; and,
    where none can, what is wrong by the one that finds most."""
    fits = [len(form_reader.recognises(document, shape).labels_found) for shape in shapes]
    read: list[tuple[int, Submission, Policy]] = []
    refused: list[tuple[int, Sequence[Problem]]] = []
    for fit, policy, shape in zip(fits, policies, shapes, strict=True):
        try:
            read.append((fit, _forms(document, shape, name, policy), policy))
        except InputError as error:
            refused.append((fit, error.problems))
    best = max((fit for fit, _, _ in read), default=0)
    worst_told = max(refused, key=lambda item: item[0], default=(0, ()))[1]
    return [(submission, policy) for fit, submission, policy in read if fit == best], worst_told


@dataclass(frozen=True, slots=True)
class _Near:
    """A layout that found no form, and the labels of it that occur."""

    policy: Policy
    shape: Layout
    labels: tuple[str, ...]


def _refused(document: blocks.Document, near: _Near, name: str) -> NoReturn:
    """Say why the nearest layout finds no form: its reader knows which title or label it looked for."""
    listed = "、".join(near.labels)
    told = f"没有认出自评表；最接近的表样是 {near.policy.id}（{near.policy.title}），认得的标签：{listed}"
    try:
        form_reader.read_forms(document, near.shape, name)
    except InputError as error:
        raise InputError([Problem(Place(name), told, "标题和标签与表样相符"), *error.problems]) from None
    raise InputError(Problem(Place(name), told, "标题和标签与表样相符"))


def _texts(document: blocks.Document) -> Iterator[str]:
    yield from (paragraph.text for paragraph in document.paragraphs())
    yield from (cell.text for table in document.tables() for row in table.rows for cell in row)


def _recognised(
    document: blocks.Document,
    candidates: Sequence[Head],
    library: Library,
    near: list[_Near],
    broken: list[tuple[Head, PolicyError]],
) -> list[tuple[Policy, Layout]]:
    """The policies whose layout finds a form in the document.

    Those that find none are added to `near` with the labels they found, those that cannot be used to `broken`.
    """
    out: list[tuple[Policy, Layout]] = []
    for head in candidates:
        try:
            policy = load(head.id, library)
        except PolicyError as error:
            broken.append((head, error))
            continue
        if policy.form:
            shape = layout(policy.form)
            found = form_reader.recognises(document, shape)
            if found.forms:
                out.append((policy, shape))
            else:
                near.append(_Near(policy, shape, found.labels_found))
    return out


def _agree(chosen: list[Policy], forms: list[Form], jurisdictions: set[str], library: Library) -> Policy:
    """The one policy for the whole bundle: what the layouts said, else the published one that covers every form."""
    by_id = {policy.id: policy for policy in chosen}
    if not by_id:
        readable, unreadable = heads(library)
        fitting = [
            head
            for head in readable
            if head.status == "published"
            and (not jurisdictions or head.jurisdiction in jurisdictions)
            and all(head.covers(form.fiscal_year, form.kind) for form in forms)
        ]
        fitting = [head for head in fitting if not head.fallback] or fitting
        if len(fitting) == 1:
            return load(fitting[0].id, library)
        raise _no_policy(tuple(forms), fitting, jurisdictions, library, unreadable)
    policy = next(iter(by_id.values()))
    if len(by_id) > 1 or not all(policy.covers(form.fiscal_year, form.kind) for form in forms):
        raise _no_policy(tuple(forms), list(by_id.values()) if len(by_id) > 1 else [], jurisdictions, library)
    return policy


def _no_policy(
    forms: Sequence[Form],
    fitting: Sequence[object],
    jurisdictions: set[str],
    library: Library,
    unusable: Sequence[Problem] = (),
) -> PolicyError:
    wanted = "、".join(sorted({f"{form.fiscal_year}年度 {form.kind}" for form in forms}))
    where = f"（地区 {'、'.join(sorted(jurisdictions))}）" if jurisdictions else ""
    listed = "；".join(str(head) for head in heads(library)[0] if head.status != "pack")
    if fitting:
        names = "、".join(str(getattr(item, "id", item)) for item in fitting)
        return PolicyError(
            Problem(Place(), f"不止一个政策适用于 {wanted}{where}：{names}", "用 --policy 指定其中一个", "", "policy.ambiguous")
        )
    problem = Problem(Place(), f"没有已发布的政策适用于 {wanted}{where}", f"用 --policy 指定；现有：{listed}", "", "policy.none")
    return PolicyError([problem, *unusable])


def _one_bundle(forms: list[Form]) -> list[Problem]:
    years = sorted({form.fiscal_year for form in forms})
    if len(years) > 1:
        listed = "、".join(f"{form.name}（{form.fiscal_year}）" for form in forms)
        return [Problem(forms[0].place, f"一起给出的表属于不同年度：{listed}", "同一单位同一年度的表")]
    return []


def _too_many(forms: list[Form]) -> list[Problem]:
    count = sum(len(goal.indicators) for form in forms for goal in form.goals)
    if count <= MAX_INDICATORS:
        return []
    place = Place(forms[0].place.file)
    return [Problem(place, f"一起给出的表共有 {count} 个指标", f"不超过 {MAX_INDICATORS} 个，可分几次核对", code="input.too-large")]


def _check(form: Form) -> list[Problem]:
    """What no policy can make sense of: negative weights and amounts that are no amounts of a budget."""
    problems: list[Problem] = []

    def negative(cell: Cell | None, what: str, at: Place) -> None:
        value = number_of(cell)
        if cell and value is not None and value < 0:
            place = cell.place if str(cell.place) else at
            problems.append(Problem(place, f"{what}“{cell.text}”是负数", "不小于 0 的分值"))

    for goal in form.goals:
        negative(goal.weight, f"年度目标{goal.number}的分值", goal.place)
        for group in goal.groups:
            negative(group.weight, f"“{group.level2 or group.level1}”的分值", group.place)
        for indicator in goal.indicators:
            negative(indicator.weight, f"指标“{indicator.name}”的分值", indicator.place)
    if not any(goal.indicators for goal in form.goals):
        problems.append(Problem(form.place, f"“{form.name}”没有绩效指标", "至少一个年度目标和一个三级指标"))
    return [replace(problem, place=problem.place.within(form.place.file)) for problem in problems]
