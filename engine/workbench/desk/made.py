"""The files to take away: what the command line writes, of all units of a job or of one, made by a process, in one file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError, Place, Problem
from engine.files import make_directory, replacing, write
from engine.intake.bundle import content_of
from engine.intake.collection import READ, Collection
from engine.intake.shelf import Shelf
from engine.policy.library import Library
from engine.reports import files as drafting
from engine.resources import shipped
from engine.workbench.desk.checking import FILES
from engine.workbench.desk.store import DeskStore
from engine.workbench.jobs import Watch

if TYPE_CHECKING:
    from engine.policy.model import Policy
    from engine.results.bundles import BundleResult
    from engine.submission.model import Form

MADE = "made"
_PACK = zipfile.ZIP_DEFLATED


@dataclass(frozen=True, slots=True)
class KindOfFile:
    """A file that can be had of a job: what it is asked for by, its name, what it is called, and what is in it."""

    key: str
    name: str
    title: str
    about: str


KINDS = {
    kind.key: kind
    for kind in (
        KindOfFile("workbook", "核对结果.xlsx", "核对结果（Excel）", "概况、各表、问题汇总、问题明细、得分、规则"),
        KindOfFile("word", "报告和修改清单.zip", "报告草稿和修改清单（Word、Excel）", "每个单位一个文件夹"),
        KindOfFile("markdown", "报告-Markdown.zip", "报告草稿（Markdown）", "每个单位一个文件夹"),
        KindOfFile("pages", "核对报告-网页.zip", "核对报告（网页）", "有目录页，解压后打开 report.html"),
        KindOfFile("letters", "退回修改通知.zip", "退回修改通知（Word）", "要退回修改的单位，每个单位一份"),
        KindOfFile("rollup", "汇总和排名.xlsx", "汇总和排名（Excel）", "一个年度、一个政策的表"),
        KindOfFile("ranking", "汇总和排名.html", "汇总和排名（网页）", "第一部分是给领导看的一页"),
        KindOfFile("leader", "给领导看的一页.docx", "给领导看的一页（Word）", "一个年度、一个政策的表"),
        KindOfFile("result", "result.json", "核对结果（JSON）", "供别的系统用"),
    )
}
ROLLED = ("rollup", "ranking", "leader")


def make_files(watch: Watch, folder: Path, library: Library, kind: KindOfFile) -> Path:
    """Make the file of a kind in the job's folder; where it is. Raises what the command line does for the same."""
    shelf = Shelf(library)
    store = DeskStore(folder, shelf.policy)
    make_directory(folder / MADE, mode=0o700)
    out = folder / MADE / kind.name
    os.chdir(folder / FILES)  # files are called as they were sent
    if kind.key in ("workbook", "result"):
        content = _whole(store, kind.key, watch)
    elif kind.key in ROLLED:
        content = _rolled_up(store, kind.key, watch)
    else:
        with replacing(out, mode=0o600) as temporary, zipfile.ZipFile(temporary, "w", _PACK) as packed:
            count = 0
            for name, data in _letters(store, watch) if kind.key == "letters" else _reports(store, kind.key, watch):
                packed.writestr(name, data)
                count += 1
            if not count:
                raise InputError(Problem(Place(), "没有要写的", "有问题要退回的单位", code="workbench.nothing"))
        return out
    write(content, out, mode=0o600)
    return out


def _every(store: DeskStore, watch: Watch, what: str) -> Iterator[BundleResult]:
    count = len(store.numbers())
    for n, item in enumerate(store.bundles()):
        watch(f"{what} {item.bundle.submission.forms[0].unit}", n, count)
        yield item


def _whole(store: DeskStore, kind: str, watch: Watch) -> bytes:
    from engine.results.bundles import combined
    from engine.results.views.as_json import dumps
    from engine.results.views.overview import Occasion
    from engine.results.views.workbook import check_workbook

    items = list(_every(store, watch, "汇集"))
    collection: Collection = store.said("collection")
    result = combined(items, collection)
    watch("写文件", 0, 0)
    if kind == "result":
        return dumps(result).encode()
    return check_workbook(result, {item.policy.id: item.policy for item in items}, Occasion(day=date.today()))


def _reports(store: DeskStore, kind: str, watch: Watch) -> Iterator[tuple[str, bytes]]:
    formats = {"word": ("docx",), "markdown": ("markdown",), "pages": ("html",)}[kind]
    bundles = [item.bundle for item in _every(store, watch, "数")]
    pages: list[str] = []
    for item, home in zip(_every(store, watch, "起草"), drafting.folders(bundles), strict=True):
        made = drafting.drafted(
            item.result,
            item.bundle.submission,
            item.policy,
            formats,
            filed=_filed(item.bundle.files),
            home=f"../{drafting.INDEX}" if kind == "pages" else "",
        ).files
        pages += [f"{home}/{page}" for page in drafting.pages_of(made)]
        yield from ((f"{home}/{name}", content) for name, content in made.items())
    if kind == "pages":
        from engine.results.bundles import combined

        items = list(_every(store, watch, "目录"))
        result = combined(items, store.said("collection"))
        yield drafting.INDEX, drafting.index(result, pages, {item.policy.id: item.policy for item in items})


def _filed(names: Sequence[str]) -> dict[str, bytes]:
    out = {}
    for name in names:
        try:
            out[name] = content_of(Path(name))
        except InputError:
            continue
    return out


def _letters(store: DeskStore, watch: Watch) -> Iterator[tuple[str, bytes]]:
    from engine.reports import letters

    roots = [shipped("templates")]
    parts = letters.parts_of(roots)
    units: dict[str, list[int]] = {}
    first: dict[str, Any] = {}
    for n, item in zip(store.numbers(), _every(store, watch, "数"), strict=True):
        unit = item.bundle.submission.forms[0].unit
        units.setdefault(unit, []).append(n)
        first.setdefault(unit, item.bundle)
    for done, ((unit, own), name) in enumerate(zip(units.items(), drafting.folders(list(first.values())), strict=True)):
        watch(f"写通知 {unit}", done, len(units))
        items = store.bundles(own)
        if content := letters.letter(unit, [(item.result, item.policy) for item in items], roots, parts, None):
            yield f"退回修改通知-{name}.docx", content


def _rolled_up(store: DeskStore, kind: str, watch: Watch) -> bytes:
    """The roll-up by unit and the ranking, as `rollup` writes them: a workbook, a page, or a page for the leader."""
    from engine.rollup.admission import Twin
    from engine.rollup.document import data
    from engine.rollup.ranking import ranking
    from engine.rollup.run import axis_of, flat_of, roll_up

    bundles = [item.bundle for item in _every(store, watch, "汇集")]
    policies = {bundle.policy.id: bundle.policy for bundle in bundles}
    if len(policies) > 1:
        told = f"这些表适用不同的政策：{'、'.join(sorted(policies))}"
        raise InputError(Problem(Place(), f"汇总不了：{told}", "一个政策的表", code="policy.ambiguous"))
    policy = next(iter(policies.values()))
    forms = [form for bundle in bundles for form in bundle.submission.forms]
    names = [form.place.file for form in forms]
    skipped = [item for item in store.said("collection").files if item.status != READ]
    twins = [Twin(item.name, item.same_as) for item in skipped if item.same_as]
    watch("汇总、排名", 0, 0)
    done = roll_up(forms, policy, axis_of(forms), files=names, twins=twins) if policy.rollup else None
    ranks = ranking(forms, policy, tree=flat_of(forms, names, ""), files=names, twins=twins, scored=done.filed if done else ())
    rolled = data(done) if done else None
    left = [(item.name, item.reason) for item in skipped if not item.same_as]
    if kind == "rollup":
        from engine.rollup.views.workbook import workbook

        return workbook(ranks, rolled, policy.words, left, date.today())
    page = _brief(ranks, forms, policy, [f"{name}（{reason}）" for name, reason in left])
    if kind == "leader":
        from engine.rollup.views.leader import word

        return word(page)
    from engine.rollup.views.html import render

    return render(ranks, rolled, brief=page).encode()


def _brief(ranks: dict[str, Any], forms: Sequence[Form], policy: Policy, unread: Sequence[str]) -> dict[str, Any]:
    from engine.rollup import naming
    from engine.rollup.brief import BriefOccasion, brief
    from engine.rollup.run import place_words

    counted = policy.rollup.texts["unit_name"] if policy.rollup else "{count}个单位"
    units, files = [form.unit for form in forms], [form.place.file for form in forms]
    name = naming.top_name(files, units, place_words(policy), policy.jurisdiction_name, counted)
    return brief(ranks, BriefOccasion(name, unread=unread, words=policy.words))
