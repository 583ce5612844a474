"""From files to one submission: what each file is, which policy's layout reads it, which policy applies.

The kind of a file is told by its content. Files given together are one bundle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from engine.documents import kinds, reader
from engine.documents import text as text_reader
from engine.documents.model import Document
from engine.errors import InputError, Place, PolicyError, Problem
from engine.files import displayed, unreadable
from engine.intake import answers, layouts, selection
from engine.intake.answers import AnswerFile
from engine.intake.placing import NOT_PLACED, OPTION, SAID, Placed, placed, unknown_told
from engine.intake.placing import told as told_far
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.submission import copying, record_lines
from engine.submission.model import Cell, Form, Submission
from engine.values.cells import number_of

MAX_BYTES = 100_000_000
MAX_TEXT_BYTES = text_reader.MAX_BYTES
MAX_INDICATORS = 100_000
"""In one bundle: no unit has a tenth of these."""
MAX_ROWS = 4 * MAX_INDICATORS
"""In all tables of one file."""
_LARGE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
"""How files begin that may be large for what they say: office documents and PDF."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as read, or one line of a file with a record a line."""

    file: str
    submission: Submission
    layouts: tuple[str, ...] = ()
    """The policies that have the layout that read it; none for a record, which needs no layout."""
    line: int = 0
    layout: str = ""
    """The layout that read it, where no policy has it as its own."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The forms of the same body that a bundle is held against: last year's, and this year's targets as approved."""

    earlier: tuple[Form, ...] = ()
    approved: tuple[Form, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.earlier or self.approved)


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A submission, and the policy it is to be judged by."""

    submission: Submission
    policy: Policy
    layouts: tuple[str, ...] = ()
    """For each form the id of a policy that has the layout that read it: the one it is judged by, where that has it; empty for a
    form from a record."""
    files: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    """What is to be said of it: why no policy judges it, answers beside the forms that are not used."""
    beside: Beside = NOTHING
    """Earlier and approved records of the same body that it is held against."""
    place: Placed = NOT_PLACED
    """Where the forms are of, and on what ground; nowhere where a policy was named."""
    may_judge: tuple[Policy, ...] = ()
    """The policies any of which may judge it, where only its place decides which, and nobody knows that."""


def read_bundle(
    paths: Sequence[Path],
    library: Library,
    policy_id: str | None = None,
    on: date | None = None,
    *,
    unjudged: bool = False,
) -> Bundle:
    """Read files as one bundle and choose the policy: the one named, or the one published policy that covers the forms.

    `unjudged`: where none fits by itself the pack that scores nothing stands in, and the bundle says why.

    `on` is the day of filing where it matters which rules were in force then; without it the day that each form prints counts.
    Raises InputError with every problem of every file, PolicyError if no policy fits, or two do, or it is invalid.
    """
    shelf = Shelf(library, on)
    policy = shelf.policy(policy_id) if policy_id else None
    problems: list[Problem] = []
    readings: list[Reading] = []
    named = tuple(answers.read(path) for path in paths if answers.is_answers(path))
    paths = [path for path in paths if not answers.is_answers(path)] or paths  # answers alone are no form, and told as such
    for path in paths:
        try:
            readings += read_file(path, shelf, policy, extra=named)
        except InputError as error:
            problems += error.problems
    problems += [problem for reading in readings for problem in wrong_forms(reading)]
    forms = [form for reading in readings for form in reading.submission.forms]
    problems += [*one_year(forms), *too_many(forms)]
    if problems:
        raise InputError(problems)
    files = [*named, *(file for path in paths for file in answers.beside(path.parent))]
    (made,) = with_copies([bundle(readings, shelf, policy, unjudged=unjudged)])
    return replace(made, told=(*made.told, *answers.told_of(files, forms)))


def with_copies(bundles: Sequence[Bundle]) -> list[Bundle]:
    """The bundles of one run, each form with the free text it shares with those of other bodies."""
    forms = iter(copying.marked([form for one in bundles for form in one.submission.forms]))
    out = []
    for one in bundles:
        own = tuple(next(forms) for _ in one.submission.forms)
        out.append(replace(one, submission=replace(one.submission, forms=own)) if own != one.submission.forms else one)
    return out


def bundle(readings: Sequence[Reading], shelf: Shelf, policy: Policy | None = None, *, unjudged: bool = False) -> Bundle:
    """Readings put together, and the policy they are judged by: the one given, or the one that covers all their forms.

    Raises InputError for forms of different years and for too many, PolicyError if no policy fits, or two do.
    """
    forms = [form for reading in readings for form in reading.submission.forms]
    if problems := [*one_year(forms), *too_many(forms)]:
        raise InputError(problems)
    told: tuple[str, ...] = ()
    place, may_judge = NOT_PLACED, list[Policy]()
    try:
        layouts_of = [reading.layouts for reading in readings if reading.layouts]
        place = NOT_PLACED if policy else placed(forms, [_said(reading, shelf) for reading in readings], shelf)
        judged = policy or selection.judging(forms, layouts_of, place, shelf)
    except PolicyError as error:
        if not unjudged or not selection.leaves_open(error):
            raise
        judged, told = shelf.policy(selection.UNJUDGED), tuple(map(str, error.problems))
        if any(problem.code == "policy.place" for problem in error.problems):
            may_judge = selection.candidates(forms, shelf)
    if policy is None and judged.judges:
        told = tuple(filter(None, [_far(place, judged, forms, layouts_of, shelf)]))
    if policy is None and judged.status == "draft":
        told = (selection.why_draft(judged.id, forms, shelf), *told)
    elif policy is not None:
        told = tuple(filter(None, [selection.named_though_kept_away(policy.id, forms, shelf)]))
    read_with = [_layout(reading, judged) for reading in readings for _ in reading.submission.forms]
    places = {reading.submission.jurisdiction for reading in readings if reading.layouts or not judged.judges}
    written = places.pop() if len(places) == 1 else judged.jurisdiction if judged.judges else ""
    written = place.key if place.ground in (OPTION, SAID) else written
    read_by = next(iter(filter(None, read_with)), judged.id) if len(set(filter(None, read_with))) == 1 else judged.id
    files = dict.fromkeys(reading.file for reading in readings)
    submission = Submission(tuple(forms), written, read_by)
    return Bundle(submission, judged, tuple(read_with), tuple(files), told, place=place, may_judge=tuple(may_judge))


def _said(reading: Reading, shelf: Shelf) -> str:
    """The jurisdiction a record names, or an answer; of a document that its layout alone names, none."""
    said = reading.submission.jurisdiction
    return "" if said in {head.jurisdiction for head in shelf.heads()[0] if head.id in reading.layouts} else said


def _far(place: Placed, judged: Policy, forms: Sequence[Form], layouts_of: Sequence[object], shelf: Shelf) -> str:
    """What is to be said of how far the policy is from the place (Chinese)."""
    head = next((head for head in shelf.judging() if head.id == judged.id), None)
    if head is None:
        return ""
    if place.known:
        return told_far(place, head, shelf, [form.fiscal_year for form in forms])
    doubtful = head.fallback and (place.likely or place.apart or not layouts_of)
    return f"{unknown_told(forms, place)}，按{judged.jurisdiction_name}的 {judged.id} 计分" if doubtful else ""


def _layout(reading: Reading, policy: Policy) -> str:
    if not reading.layouts:
        return ""
    if reading.layout:
        return reading.layout
    return policy.id if policy.id in reading.layouts else reading.submission.policy


def read_file(
    path: Path, shelf: Shelf, policy: Policy | None = None, content: bytes | None = None, extra: Sequence[AnswerFile] = ()
) -> list[Reading]:
    """One file as one reading; one with a record a line as a reading a line. `content` where it was read before; `extra` answers
    besides those in its folder.

    Raises InputError with every problem of the file, PolicyError where no policy fits.
    """
    read, problems = read_parts(path, shelf, policy, content, extra)
    if problems:
        raise InputError(problems)
    return read


def read_parts(
    path: Path, shelf: Shelf, policy: Policy | None = None, content: bytes | None = None, extra: Sequence[AnswerFile] = ()
) -> tuple[list[Reading], list[Problem]]:
    """The same, with what is wrong in single lines of a file with a record a line beside the lines that can be read."""
    files = [*extra, *answers.beside(path.parent)]
    read, problems = _read_parts(path, shelf, policy, content)
    return [_answered(reading, files) for reading in read] if files else read, problems


def _answered(reading: Reading, files: Sequence[AnswerFile]) -> Reading:
    submission = reading.submission
    place = answers.placed(submission.forms, files) or submission.jurisdiction
    return replace(reading, submission=replace(submission, forms=answers.answered(submission.forms, files), jurisdiction=place))


def _read_parts(path: Path, shelf: Shelf, policy: Policy | None, content: bytes | None) -> tuple[list[Reading], list[Problem]]:
    content = content_of(path) if content is None else content
    name = displayed(path)
    kind = kinds.kind_of(content).key
    if record_lines.is_lines(content, name):
        records, problems = record_lines.load(text_reader.decode(content, name), name)
        return [Reading(name, submission, (), line) for line, submission in records], problems
    if kind in ("json", "yaml"):
        from engine.submission import record

        return [Reading(name, record.load(text_reader.decode(content, name), kind, name))], []
    document = reader.document(content, name)
    _check_size(document, name)
    try:
        read = layouts.read(document, name, shelf, policy)
    except InputError as error:
        raise InputError([*error.problems, *layouts.unread_sheets(document, name)]) from None
    return [Reading(name, read.submission(), read.candidates, layout=read.by_itself)], []


def _check_size(document: Document, name: str) -> None:
    """More rows than the most indicators a bundle may have could fill are not looked at one by one."""
    rows = sum(len(table.rows) for table in document.tables())
    if rows > MAX_ROWS:
        problem = Problem(
            Place(name), f"表格共有 {rows:,} 行", f"不超过 {MAX_ROWS:,} 行，可拆分为几个文件", code="input.too-many-rows"
        )
        raise InputError(problem)


def content_of(path: Path) -> bytes:
    """The bytes of the file, never more than the limit: some inputs have no size and no end."""
    name = displayed(path)
    try:
        if path.is_dir():
            raise InputError(Problem(Place(name), "这是一个目录", "一个文件", code="input.folder"))
        with path.open("rb") as stream:
            content = stream.read(MAX_TEXT_BYTES + 1)
            limit = MAX_BYTES if content.startswith(_LARGE) or record_lines.is_lines(content, name) else MAX_TEXT_BYTES
            if len(content) > MAX_TEXT_BYTES and limit > MAX_TEXT_BYTES:
                content += stream.read(MAX_BYTES + 1 - len(content))
    except OSError as error:
        raise unreadable(error, name) from None
    if len(content) > limit:
        expected = f"不超过 {limit} 字节，可拆分为几个文件"
        raise InputError(Problem(Place(name), f"文件过大（超过 {limit} 字节）", expected, code="input.too-large"))
    return content


def one_year(forms: Sequence[Form]) -> list[Problem]:
    """That forms put together are of different years."""
    years = sorted({form.fiscal_year for form in forms})
    if len(years) > 1:
        listed = "、".join(f"{form.name}（{form.fiscal_year}）" for form in forms)
        return [Problem(forms[0].place, f"一起给出的表属于不同年度：{listed}", "同一单位同一年度的表", code="input.years")]
    return []


def too_many(forms: Sequence[Form]) -> list[Problem]:
    """That a bundle has more indicators than can be compared with each other."""
    count = sum(len(goal.indicators) for form in forms for goal in form.goals)
    if count <= MAX_INDICATORS:
        return []
    place = Place(forms[0].place.file)
    return [Problem(place, f"一起给出的表共有 {count} 个指标", f"不超过 {MAX_INDICATORS} 个，可分几次核对", code="input.too-large")]


def wrong_forms(reading: Reading) -> list[Problem]:
    """What no policy can make sense of: negative weights, and a form without indicators."""
    return [problem for form in reading.submission.forms for problem in _check(form)]


def _check(form: Form) -> list[Problem]:
    problems: list[Problem] = []

    def negative(cell: Cell | None, what: str, at: Place) -> None:
        value = number_of(cell)
        if cell and value is not None and value < 0:
            place = cell.place if str(cell.place) else at
            problems.append(Problem(place, f"{what}“{cell.text}”是负数", "不小于 0 的分值", code="input.negative"))

    for goal in form.goals:
        negative(goal.weight, f"年度目标{goal.number}的分值", goal.place)
        for group in goal.groups:
            negative(group.weight, f"“{group.level2 or group.level1}”的分值", group.place)
        for indicator in goal.indicators:
            negative(indicator.weight, f"指标“{indicator.name}”的分值", indicator.place)
    if not any(goal.indicators for goal in form.goals):
        problems.append(
            Problem(form.place, f"“{form.name}”没有绩效指标", "至少一个年度目标和一个三级指标", code="input.no-indicators")
        )
    return [replace(problem, place=problem.place.within(form.place.file)) for problem in problems]
