"""Lints of the yearly change: what a new policy leaves out of last year's, which other policies fit the same forms, days on which
no form is filed, files nobody reads."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.forms.labels import fold
from engine.language.wording import code
from engine.policy.heads import SAMPLES, UNFILLED, Head, heads
from engine.policy.periods import Period
from engine.policy.places import COUNTRY, gazetteer
from engine.policy.titles import title
from engine.soundness.lint.codes import ERROR, INFO
from engine.soundness.lint.subject import Subject
from engine.yaml.reader import Path_, walk

_FEW = 4
"""A list shorter than this may well have been meant to be replaced."""
_MAX_FILES = 1000


def check(subject: Subject) -> None:
    """Everything, of a policy or pack."""
    _dropped_words(subject)
    _dropped_cases(subject)
    _other_rules(subject)
    _unread(subject)
    if subject.data["policy"]["status"] != "pack":
        known = heads(subject.where)[0]
        own = next((head for head in known if head.id == subject.resolved.id), None)
        if own is not None:
            _filed(subject, own)
            _beside(subject, own, [head for head in known if head.id != own.id and head.jurisdiction == own.jurisdiction])
            _stands_back(subject, own)
            _unfilled(subject)


def _stands_back(subject: Subject, own: Head) -> None:
    """A policy of one place that is to stand in for all that have none: every other place's forms would go by it, or by none."""
    if not own.fallback:
        return
    places, _ = gazetteer(subject.where)
    found = next((found for text in (own.jurisdiction_name, own.jurisdiction) if (found := places.find(text)).known), None)
    if found is None or found.region is None or found.region.level == COUNTRY:
        return
    message = f"{found.region.name}的政策写了 fallback（没有别的政策适用时才用）：别的地区的表不能照{found.region.name}的办法计分"
    advice = "删去 fallback（多半是从中央的政策抄来的）；本地区和它下级的表不写也照它"
    path: Path_ = ("policy", "fallback")
    subject.add(
        "fallback-place", "policy.fallback", subject.place(path), message, advice, fixes=subject.edit(path, "删去 fallback")
    )


def _unfilled(subject: Subject) -> None:
    """What `policy new` left to be filled in."""
    for path, origin in subject.resolved.origins.items():
        document, at = origin
        if path[0] not in ("policy", "sources") or document.file not in subject.own:
            continue
        for inner, value in walk(_at(document.data, at), at):
            if isinstance(value, str) and (UNFILLED in value or value.strip("。").endswith(SAMPLES)):
                name = ".".join(map(str, inner))
                message = f"“{name}”还没有填：{value}"
                subject.add("unfilled", name, document.place(inner), message, "照新文件填写；没有的删去这一行")


def _dropped_words(subject: Subject) -> None:
    """A word list that was to be added to, and now holds little of what it held: a list is replaced as a whole."""
    for parent in subject.resolved.parents:
        for name, item in parent.sections.get("parameters", {}).items():
            new = subject.data["parameters"][name]["value"]
            advice = "要增加词的，把原来的词照抄过来再加；确要换掉的不必改"
            _dropped(subject, parent.id, ("parameters", name, "value"), item["label"], item["value"], new, advice)
        for path, old in walk(parent.sections.get("wording", {}), ("wording",)):
            if not isinstance(old, dict | list) or old == (written := _at(subject.data, path)):
                continue
            advice = f"要增加词的，写在 more 里（more: {{{path[-1]}: [词]}}）；确要换掉的不必改"
            if path == ("wording", "more"):
                advice = "要增加词的，把原来另加的词也抄过来；确要换掉的不必改"
            _dropped(subject, parent.id, path, title(path), old, written, advice)


def _dropped(subject: Subject, parent: str, path: Path_, label: str, old: Any, new: Any, advice: str) -> None:
    if old == new:
        return
    before, after = _words(old), _words(new)
    kept = set(after)
    gone = [word for word in before if word not in kept]
    few = 1 if path == ("wording", "more") else _FEW
    if after and len(before) >= few and len(gone) * 2 > len(before) and subject.is_own(subject.place(path)):
        at = ".".join(map(str, path[:-1] if path[-1] == "value" else path))
        some = "、".join(gone[:5]) + (f"等 {len(gone)} 个" if len(gone) > 5 else "")
        message = f"词表“{label}”（{path[1] if path[0] == 'parameters' else at}）整张替换了“{parent}”的：原来的 {some}词不再有"
        subject.add("override-drops", at, subject.place(path), message, advice)


def _words(value: Any) -> list[str]:
    """The words of a list of words, of groups of words, or of such lists by name; none of anything else."""
    if isinstance(value, dict):
        return [word for listed in value.values() for word in _words(listed)]
    listed = value if isinstance(value, list) else []
    words = [word for group in listed for word in (group if isinstance(group, list) else [group])]
    return words if all(isinstance(word, str) for word in words) else []


def _at(data: Any, path: Path_) -> Any:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    return data


def _dropped_cases(subject: Subject) -> None:
    """A table is replaced as a whole: the cases it no longer has."""
    for section in ("scoring", "recognition"):
        for parent in subject.resolved.parents:
            for name, old in parent.sections.get(section, {}).items():
                new = subject.data.get(section, {}).get(name, {})
                place = subject.place((section, name), key=True)
                if not isinstance(old, dict) or "cases" not in old or not subject.is_own(place):
                    continue
                left = {case["case"] for case in new.get("cases", [])}
                gone = [str(case.get("label") or case["case"]) for case in old["cases"] if case["case"] not in left]
                if gone:
                    listed = "；".join(f"“{label}”" for label in gone)
                    message = f"“{new.get('title', name)}”（{section}.{name}）整张替换了“{parent.id}”的，少了：{listed}"
                    advice = "没有改的各条也要照抄过来；确实不要的不必改"
                    subject.add("override-drops", f"{section}.{name}", place, message, advice, severity=INFO)


def _other_rules(subject: Subject) -> None:
    """A rule that was to be added, and has the id of one there is."""
    for parent in subject.resolved.parents:
        for name, old in parent.sections.get("findings", {}).items():
            new, place = subject.data["findings"][name], subject.place(("findings", name, "id"))
            if subject.is_own(place) and new["title"] != old["title"]:
                message = f"规则“{new['title']}”与“{parent.id}”的“{old['title']}”同编号（{name}），盖过了它"
                advice = "要增加一条的，换一个编号；要改写它的不必改"
                subject.add("override-drops", f"findings.{name}", place, message, advice, severity=INFO)


def _unread(subject: Subject) -> None:
    """Files that look like parts of the policy and lie where nobody reads them."""
    home = subject.resolved.directory
    if not home.is_dir():
        return
    for number, path in enumerate(sorted(home.rglob("*"))):
        if number > _MAX_FILES:
            return
        inside = path.relative_to(home)
        where = inside.parent.as_posix()
        read = path.suffix == ".yaml" and where in (".", "findings", "tests")
        if read or not path.is_file() or not {".yaml", ".yml"} & {suffix.lower() for suffix in path.suffixes}:
            continue
        place = subject.place(("policy", "id"))
        message = f"没有读“{inside.as_posix()}”：政策只读本目录、findings/ 和 tests/ 下扩展名为 .yaml 的文件"
        advice = "规则放 findings/，测试放 tests/，其余放本目录；备份移到政策目录之外"
        subject.add("file-unread", f"policy.{inside.as_posix()}", place, message, advice)


def _filed(subject: Subject, head: Head) -> None:
    """Days of filing that lie before any form of the policy's years can be filed."""
    if head.in_force.last is None:
        return
    year_ends = date(head.first_year, 12, 31)
    if head.in_force.last <= year_ends:
        place = subject.place(("policy", "in_force"))
        message = (
            f"in_force 到 {head.in_force.last} 为止，可是 {head.first_year} 年度的自评表要到年度终了（{year_ends}）后才填报："
            "没有一张表适用"
        )
        advice = f"in_force 是填报日期，不是预算年度；整年有效的删去，年内改了的写 {head.first_year + 1} 年的日期"
        subject.add("in-force-early", "policy.in_force", place, message, advice)


def _beside(subject: Subject, own: Head, others: list[Head]) -> None:
    """Other policies for the same forms: each such form will be refused until one of them gives way; and kinds of form that
    last year's policy covers and nobody does now."""
    for other in others:
        same = other.status == "published" and other.fallback == own.fallback and not apart(own, other)
        severity = ERROR if own.status == "published" else ""
        if same and own.status == "draft" and own.chosen_by and _meet(own, other):
            message = f"草案“{own.id}”写了由一级指标 {own.chosen_by} 的表选用，可是这样的表适用已发布的“{other.id}”，轮不到它"
            advice = f"“{other.id}”的 kept_away_by 写上 level1: [{'、'.join(own.chosen_by.words)}]"
            subject.add("headings-never", "policy.chosen_by", subject.place(("policy", "chosen_by")), message, advice)
        elif same and own.status != "retired" and _meet(own, other):
            kinds = "、".join(code("form_kind", kind) for kind in own.form_kinds if kind in other.form_kinds)
            then = "" if own.status == "published" else "发布之后"
            message = f"“{own.id}”与已发布的“{other.id}”都适用于 {_years(own, other)}{kinds}的表：{then}选不出用哪一个"
            advice = f"改 fiscal_years、form_kinds 或 in_force；不再用的那个改 status: retired（{other}）"
            place = subject.place(("policy", "fiscal_years"))
            subject.add("policy-overlap", f"policy.{other.id}", place, message, advice, severity=severity)
    known = {head.id: head for head in others if head.status != "pack"}
    told = set(own.form_kinds)
    for parent in (known[id_] for id_ in reversed(subject.resolved.extends) if id_ in known):  # the nearest first
        for kind in parent.form_kinds:
            if kind in told or any(kind in head.form_kinds and _in_time(own, head) for head in others):
                continue
            told.add(kind)
            message = (
                f"“{parent.id}”还适用于{code('form_kind', kind)}（{kind}），这里没有写：{own.first_year} 年度的这种表没有政策可用"
            )
            advice = f"form_kinds 加上 {kind}；另有政策管它的不必改"
            place = subject.place(("policy", "form_kinds"))
            subject.add("kinds-fewer", f"policy.form_kinds.{kind}", place, message, advice)


def apart(one: Head, other: Head) -> bool:
    """Whether every form that chooses the one of two policies is kept away from the other, in all years both cover."""
    for chosen, kept in ((one, other), (other, one)):
        by, away = chosen.chosen_by, kept.kept_away_by
        years = max(one.first_year, other.first_year), min(_last(one), _last(other))
        in_time = away.first_year <= years[0] and (away.last_year is None or years[1] <= away.last_year)
        if by and in_time and {*map(fold, by.words)} <= {*map(fold, away.words)}:
            return True
    return False


def _in_time(one: Head, other: Head) -> bool:
    return one.first_year <= _last(other) and other.first_year <= _last(one)


def _meet(one: Head, other: Head) -> bool:
    return (
        _in_time(one, other)
        and bool(set(one.form_kinds) & set(other.form_kinds))
        and all(_start(a) <= _end(b) for a, b in ((one.in_force, other.in_force), (other.in_force, one.in_force)))
    )


def _years(one: Head, other: Head) -> str:
    first, last = max(one.first_year, other.first_year), min(_last(one), _last(other))
    return f"{first} 年度起的" if last == date.max.year else f"{first} 年度" if first == last else f"{first} 至 {last} 年度"


def _last(head: Head) -> int:
    return head.last_year if head.last_year is not None else date.max.year


def _start(period: Period) -> date:
    return period.first or date.min


def _end(period: Period) -> date:
    return period.last or date.max
