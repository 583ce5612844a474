"""Lints of the policy as a whole: its years and names, what it lays over what, its sources, texts and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import nearest
from engine.forms.labels import fold
from engine.language.rules import CATEGORIES
from engine.policy.headings import headings
from engine.policy.heads import heads
from engine.policy.resolved import FORM, WHOLE, Resolved, years
from engine.resources import shipped
from engine.soundness.lint.subject import Subject
from engine.yaml.reader import Path_, walk

TEMPLATE_NAMES = (
    "unit", "year", "name", "called", "kind", "filled_on", "total", "execution_score", "parts", "parts_sum", "adds_up", "grade",
    "as_filed", "judged", "grade_reported", "budget", "goals", "counts", "indicators", "unmet", "undecided", "to_judge", "problems",
    "filed", "clauses", "notes", "policy", "param", "phrases", "score_problems", "caution", "it", "its",
)  # fmt: skip
"""What a section template sees (`reports.context`), to tell a name that does not exist."""
_TOLD = ("said", "names", "items", "count", "lacks", "form", "its", "all", "year")
_PHRASES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("form", ""): ("unit", "name", "called"),
    ("caution", ""): ("title",),
    ("again", ""): ("unit", "name", "called"),
    ("problems", "heading"): ("degree",),
    ("problems", "known"): ("names", "form", "its", "year", "count"),
    ("problems", "measure"): ("names", "form", "its", "year", "count", "lacks"),
    ("tellings", "one"): _TOLD,
    ("tellings", "many"): _TOLD,
    ("tellings", "item"): ("name", "weight", "target", "actual", "excess"),
    ("tellings", "measure"): ("names", "form", "its", "year", "count", "lacks"),
    ("marks", ""): ("text", "old"),
}
"""Part of `narrative.phrases`, and key in it (empty: any) -> placeholders that are filled in there."""
_NEEDED = ("heading", "measure")


def check(subject: Subject) -> None:
    """Head, sources, overriding, taxonomy, narrative."""
    _head(subject)
    _headings(subject)
    _evidence(subject)
    _overrides(subject)
    _between(subject)
    _taxonomy(subject)
    _phrases(subject)
    _templates(subject)


def _head(subject: Subject) -> None:
    head = subject.data["policy"]
    if head["status"] == "pack":
        return
    first, last = years(head)
    span = f"{first} 至 {last or '今'}"
    place = subject.place(("policy", "fiscal_years"))
    if last is not None and last < subject.today.year and not _goes_on(subject, last + 1):
        message = f"适用年度到 {last} 年为止，今天是 {subject.today:%Y-%m-%d}：以后年度的表要有新的政策"
        subject.add(
            "validity-expired",
            "policy.fiscal_years",
            place,
            message,
            f"jixiao policy new {_next(head['id'], last)} --from {head['id']}",
        )
    jurisdiction, _, rest = str(head["id"]).partition("/")
    named = re.match(r"(?:19|20)\d\d", rest)
    if named and not (first <= int(named[0]) and (last is None or int(named[0]) <= last)):
        message = f"编号“{head['id']}”是 {named[0]} 年的，适用年度却是 {span}"
        subject.add("years-id", "policy.fiscal_years", place, message, f"fiscal_years 写上 {named[0]}，或改目录和编号")
    said = {int(year) for year in re.findall(r"((?:19|20)\d\d)年", str(head["title"]))}
    if said and not any(first <= year and (last is None or year <= last) for year in said):
        message = f"名称写的是 {'、'.join(map(str, sorted(said)))} 年，适用年度却是 {span}"
        subject.add("years-title", "policy.title", subject.place(("policy", "title")), message, "照抄来的名称改成新的年度")
    if head.get("jurisdiction") and head["jurisdiction"] != jurisdiction:
        message = f"编号在“{jurisdiction}”下，jurisdiction 却写“{head['jurisdiction']}”：按地区选不到它"
        subject.add(
            "jurisdiction-id", "policy.jurisdiction", subject.place(("policy", "jurisdiction")), message, f"写 {jurisdiction}"
        )


def _headings(subject: Subject) -> None:
    """The 一级 headings that choose the policy, or keep it away: not the same ones, and ones that it knows where they choose it."""
    head = subject.data["policy"]
    by, away = headings(head, "chosen_by"), headings(head, "kept_away_by")
    known = {fold(word) for name, item in subject.data.get("taxonomy", {}).items() for word in (name, *item.get("aliases", ()))}
    kept = set(map(fold, away.words))
    for index, word in enumerate(by.words):
        place = subject.place(("policy", "chosen_by", "level1", index))
        if fold(word) in kept:
            message = f"一级指标“{word}”的表既选用它，又不用它：哪一张表都用不上"
            subject.add("headings-both", f"policy.chosen_by.{word}", place, message, "chosen_by、kept_away_by 里只留一处")
        if known and fold(word) not in known:
            message = f"一级指标“{word}”的表选用它，它的指标体系（taxonomy）里却没有这个一级指标"
            subject.add("headings-taxonomy", f"policy.chosen_by.{word}", place, message, "写进 taxonomy 或其 aliases，或改正写法")


def _goes_on(subject: Subject, year: int) -> bool:
    """Whether the place has another policy for the year after."""
    # a jurisdiction written wrongly is told by itself
    places = {subject.data["policy"].get("jurisdiction"), subject.resolved.id.partition("/")[0]}
    others = (head for head in heads(subject.where)[0] if head.id != subject.resolved.id and head.status in ("draft", "published"))
    return any(head.jurisdiction in places and not head.fallback and head.covers_any({year}) for head in others)


def _next(name: str, last: int) -> str:
    return re.sub(r"(?:19|20)\d\d", str(last + 1), name, count=1)


def _evidence(subject: Subject) -> None:
    if subject.data["policy"]["status"] != "published":
        return
    for name, source in subject.data.get("sources", {}).items():
        if source["evidence"] == "unverified":
            place = subject.place(("sources", name, "evidence"))
            message = f"已发布的政策引用没有核实的来源“{source['title']}”"
            subject.add("evidence-unverified", f"sources.{name}", place, message, "核对原文后改 evidence；核实之前 status 写 draft")


def _below(subject: Subject) -> dict[Path_, tuple[Any, Resolved]]:
    """What stands under the policy's own items: the parents' values, the later parent over the earlier."""
    below: dict[Path_, tuple[Any, Resolved]] = {}
    for parent in subject.resolved.parents:
        for section, data in parent.sections.items():
            if section in WHOLE or not isinstance(data, dict):
                below[(section,)] = data, parent
            elif section != "policy":
                below |= {(section, key): (value, parent) for key, value in data.items()}
    return below


def _own(subject: Subject) -> Iterator[tuple[Path_, Any]]:
    for section, data in subject.data.items():
        if section == "policy":
            continue
        items = (
            [((section,), data)] if section in WHOLE or not isinstance(data, dict) else [((section, k), v) for k, v in data.items()]
        )
        for path, value in items:
            if subject.is_own(subject.place(path, key=True)):
                yield path, value


def _overrides(subject: Subject) -> None:
    below = _below(subject)
    for path, value in _own(subject):
        if path in below and below[path][0] == value:
            name = ".".join(map(str, path))
            subject.add(
                "override-same",
                name,
                subject.place(path, key=True),
                f"“{name}”与“{below[path][1].id}”里的一字不差，写不写都一样，那边改了这里却不会跟着变",
                "没有不同的不必重写，删去",
                fixes=subject.edit(path, f"删去与“{below[path][1].id}”相同的 {name}"),
            )


def _between(subject: Subject) -> None:
    """Two parents that write the same item differently: the later one wins without anyone being told."""
    seen: dict[Path_, Resolved] = {}
    own = dict(_own(subject))
    for index, parent in enumerate(subject.resolved.parents):
        for section, data in parent.sections.items():
            if section in ("policy", FORM) or not isinstance(data, dict) or section in WHOLE:
                continue  # layouts are added to each other
            for key, value in data.items():
                path: Path_ = (section, key)
                first = seen.setdefault(path, parent)
                if first is parent or path in own or first.sections[section][key] == value:
                    continue
                name = ".".join(map(str, path))
                subject.add(
                    "override-between",
                    name,
                    subject.place(("policy", "extends", index)),
                    f"“{first.id}”（{first.place(path)}）和“{parent.id}”（{parent.place(path)}）都写了“{name}”，内容不同；后面的盖过前面的",
                    "在本政策里写明用哪一个，或只引用其中一个",
                )


def _taxonomy(subject: Subject) -> None:
    homes: dict[str, str] = {}
    called: dict[str, str] = {name: name for name in subject.data.get("taxonomy", {})}
    for name, item in subject.data.get("taxonomy", {}).items():
        for index, alias in enumerate(item.get("aliases", ())):
            other = called.setdefault(alias, name)
            if other != name:
                place = subject.place(("taxonomy", name, "aliases", index))
                what = "是另一个一级指标" if alias == other else f"也是“{other}”的别名"
                message = f"“{name}”的别名“{alias}”{what}：表上写“{alias}”的认不出归哪一个"
                subject.add("taxonomy-twice", f"taxonomy.{name}.{alias}", place, message, "删去这个别名")
        for index, level2 in enumerate(item["level2"]):
            home = homes.setdefault(level2, name)
            if home != name:
                place = subject.place(("taxonomy", name, "level2", index))
                message = f"二级指标“{level2}”同时归在“{home}”和“{name}”下：归类的规则认不出哪个是对的"
                subject.add("taxonomy-twice", f"taxonomy.{level2}", place, message, "只归在一个一级指标下")


# --- texts and templates -------------------------------------------------------------------------------------------


def _phrases(subject: Subject) -> None:
    _plain_braces(subject)
    narrative = subject.data.get("narrative", {})
    phrases = narrative.get("phrases", {})
    for path, value in walk(phrases, ("narrative", "phrases")):
        if not isinstance(value, str) or len(path) < 3:
            continue
        part = str(path[2])
        allowed = _PHRASES.get((part, str(path[-1])), _PHRASES.get((part, ""), ()))
        for name in re.findall(r"\{\{?\s*([^{}]*?)\s*\}?\}", value):
            if name not in allowed:
                close = nearest(name, allowed)
                known = "、".join(f"{{{one}}}" for one in allowed)
                message = f"措辞“{value}”里的占位符“{{{name}}}”不会被换掉，会照样印在报告上"
                advice = f"改为 {{{close}}}" if close else (f"这里可用的有：{known}" if known else "这里不能用占位符")
                subject.add("text-placeholder", ".".join(map(str, path[1:])), subject.place(path), message, advice)
    problems = phrases.get("problems")
    if isinstance(problems, dict):
        _problem_phrases(subject, narrative, problems)


def _plain_braces(subject: Subject) -> None:
    """Placeholders of rules that are none: with one brace, or with full-width ones."""
    for name, rule in subject.data.get("findings", {}).items():
        for key in ("message", "report", "advice", "subject"):
            text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", str(rule.get(key, "")))
            found = re.search(r"\{\s*[a-z]\w*\.\w+[^{}]*\}|｛+[^｛｝]*｝+|\$\{?[a-z]\w*\.\w+\}?|【[a-z]\w*\.\w+】", text)
            if found:
                inner = found[0].strip("{}｛｝$【】 ")
                message = f"“{found[0]}”不会被换掉，会照样印出来"
                place = subject.place(("findings", name, key))
                subject.add("text-placeholder", f"{name}.{key}", place, message, f"写成 {{{{ {inner} }}}}，半角、两个花括号")


def _problem_phrases(subject: Subject, narrative: Mapping[str, Any], problems: Mapping[str, Any]) -> None:
    for category in narrative.get("categories", CATEGORIES):
        own = problems.get(category)
        missing = [key for key in _NEEDED if not isinstance(own, dict) or key not in own]
        if missing:
            subject.add(
                "text-placeholder",
                f"phrases.problems.{category}",
                subject.place(("narrative", "phrases", "problems", *([category] if category in problems else []))),
                f"“{CATEGORIES[category]}”（{category}）类的问题没有写 {'、'.join(missing)}，写报告时会出错",
                f"在 phrases.problems 里写上 {category}: {{{', '.join(f'{key}: …' for key in missing)}}}",
            )
    for category in problems:
        if category not in CATEGORIES:
            place = subject.place(("narrative", "phrases", "problems", category))
            close = nearest(str(category), CATEGORIES)
            message = f"没有“{category}”这一类问题，这段措辞用不上"
            subject.add("text-placeholder", f"phrases.problems.{category}", place, message, f"改为 {close}" if close else "删去")


@dataclass(frozen=True, slots=True)
class _Template:
    """The names in a template: those used and not made in it, in order; those made; (owner, name) of what is read of another."""

    undeclared: tuple[str, ...]
    made: frozenset[str]
    attributes: tuple[tuple[str, str], ...]


@lru_cache(maxsize=128)
def _read(text: str) -> _Template:
    """A template's names: the same of the same text, whoever uses it. Raises TemplateSyntaxError where it is none."""
    from jinja2 import meta, nodes

    from engine.templating.sandbox import Environment

    tree = Environment([]).parse(text)
    return _Template(
        tuple(sorted(meta.find_undeclared_variables(tree))),
        frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"),
        tuple((node.node.name if isinstance(node.node, nodes.Name) else "", node.attr) for node in tree.find_all(nodes.Getattr)),
    )


def _templates(subject: Subject) -> None:
    from jinja2 import TemplateSyntaxError

    from engine.templating.sandbox import Environment

    narrative = subject.data.get("narrative", {})
    roots = [root.parent / "templates" for root in subject.where.roots] + [shipped("templates")]
    environment = Environment(roots)
    phrases = narrative.get("phrases", {})
    for index, section in enumerate(narrative.get("sections", [])):
        path: Path_ = ("narrative", "sections", index, "template")
        name, place = str(section["template"]), subject.place(path)
        file = next((root / name for root in roots if (root / name).is_file()), None)
        if file is None:
            known = environment.list_templates()
            close = nearest(name, known)
            subject.add(
                "text-template",
                f"narrative.{section['id']}",
                place,
                f"没有模板“{name}”",
                f"改为 {close}" if close else "templates/ 下的一个 .j2",
            )
            continue
        try:
            read = _read(file.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            message = f"模板“{name}”第{error.lineno}行语法错误：{error.message}"
            subject.add("text-template", f"narrative.{section['id']}", place, message, "改正模板")
            continue
        wrong: list[tuple[str, tuple[str, ...]]] = [
            (unknown, TEMPLATE_NAMES)
            for unknown in read.undeclared
            if unknown not in {*TEMPLATE_NAMES, *environment.globals, *read.made}
        ]
        for owner, name_ in read.attributes:
            known_here = {"phrases": phrases, "param": subject.params if subject.policy else None}.get(owner)
            if known_here is not None and name_ not in known_here:
                wrong.append((f"{owner}.{name_}", tuple(f"{owner}.{key}" for key in known_here)))
        for unknown, known_names in wrong:
            close = nearest(unknown, known_names)
            message = f"模板“{name}”用到的“{unknown}”不存在"
            advice = f"改为 {close}" if close else "在 narrative.phrases 里写上，或改模板"
            subject.add("text-template", f"narrative.{section['id']}.{unknown}", place, message, advice)
