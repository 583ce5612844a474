"""Policies on disk: reading their files, and laying a child over what it extends.

A policy is a directory `<root>/<jurisdiction>/<year>/` with a policy.yaml; its id is that relative path. Each YAML file in it
holds one or more sections. A child replaces parameters, sources and taxonomy entries by id, tables and other named parts
whole, adds to the layout of the form, and every resolved item remembers the file and line it came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.errors import Place, PolicyError, Problem
from engine.forms.inheritance import Sources, laid_over
from engine.policy import changes, unfinished
from engine.policy import files as policy_files
from engine.policy.gaps import Gaps, mend
from engine.policy.library import Library, display_name, incomplete, misnamed
from engine.policy.parts import origin_of
from engine.policy.resolved import FORM, WHOLE, Resolved
from engine.yaml.reader import MAX_BYTES, Path_, YamlDocument

KEYED = ("findings", "known_indicators")
"""Sections written as lists whose items are known by a key, so that a child adds to them or replaces single ones."""
_ASIDE = ("lint", changes.SECTION)
"""No sections of the rules: what `policy lint` is to let stand, and what changes single items of the others."""
MAX_FILES = 200
MAX_EXTENDS = 10
MOST_ITEM = 2
"""Length of the path of an item; what is longer is a part of one, of a layout laid over another."""
_COPY = 4
"""So many items twice in one file are no slip: the file was copied."""


def laid(
    policy: str | Path, where: Library, trail: tuple[str, ...], done: dict[str, Resolved], problems: list[Problem], gaps: Gaps
) -> Resolved:
    if isinstance(policy, str) and policy in done:
        return done[policy]
    directory = policy if isinstance(policy, Path) else where.directory(policy)
    if cut_off := unfinished.told(directory):
        raise PolicyError(cut_off)
    own = _read(directory, where, None if isinstance(policy, Path) else policy, problems, gaps)
    name = own.id
    if name in trail:
        raise PolicyError(
            Problem(
                own.place(("policy", "extends")),
                f"extends 绕成了圈：{' → '.join([*trail, name])}",
                "去掉其中一个 extends",
                code="policy.circle",
            )
        )
    if len(trail) >= MAX_EXTENDS:
        raise PolicyError(Problem(own.place(("policy", "extends")), f"extends 超过 {MAX_EXTENDS} 层", code="policy.too-deep"))
    parents = own.sections["policy"].get("extends", [])
    sections: dict[str, Any] = {}
    origins: dict[Path_, tuple[YamlDocument, Path_]] = {}
    overridden: dict[Path_, tuple[tuple[YamlDocument, Path_], ...]] = {}
    documents: dict[str, YamlDocument] = {}
    owners: dict[str, tuple[str, str]] = {}
    extends: list[str] = []
    bases_: list[Resolved] = []
    for index, parent in enumerate([parents] if isinstance(parents, str) else dict.fromkeys(parents)):
        if parent != name and parent not in where:
            place = own.place(("policy", "extends", index) if isinstance(parents, list) else ("policy", "extends"))
            problems.append(where.missing(parent, place))
            gaps.blind = True  # all that comes from there would be missed
            continue
        base = laid(parent, where, (*trail, name), done, problems, gaps)
        extends += [*base.extends, parent]
        _lay(sections, origins, overridden, base)
        documents |= {document.file: document for document in base.documents}
        owners |= base.owners
        bases_.append(base)
    _lay(sections, origins, overridden, own)
    for document in own.documents:
        if written := document.data.get(changes.SECTION):
            changes.apply(changes.Laid(sections, origins, overridden, problems), written, document)
    sections["policy"] = _head(own, bases_, origins)
    mine = {document.file: document for document in own.documents}
    home = len(display_name(directory)) + 1
    owners |= {file: (name, file[home:]) for file in mine}
    done[name] = Resolved(
        name,
        sections,
        origins,
        tuple((mine | documents).values()),
        tuple(dict.fromkeys(extends)),
        directory,
        owners,
        overridden,
        tuple(bases_),
    )
    return done[name]


def _head(own: Resolved, parents: list[Resolved], origins: dict[Path_, tuple[YamlDocument, Path_]]) -> dict[str, Any]:
    """What the policy says of itself. Of its parents' words only the rules they stopped hold, unless it writes them anew."""
    head: dict[str, Any] = own.sections["policy"]
    anew = own.sections.get("findings", {})
    stopped = {name: base for base in parents for name in base.sections["policy"].get("disable", []) if name not in anew}
    if stopped:
        # its own first: they keep their places
        head = {**head, "disable": list(dict.fromkeys([*head.get("disable", []), *stopped]))}
        origins.setdefault(("policy", "disable"), next(iter(stopped.values())).origins[("policy", "disable")])
    return head


def _lay(
    sections: dict[str, Any],
    origins: dict[Path_, tuple[YamlDocument, Path_]],
    overridden: dict[Path_, tuple[tuple[YamlDocument, Path_], ...]],
    over: Resolved,
) -> None:
    """Lay a policy over what stands: its data over that of others, and with them where each part was written."""
    laid_from: dict[str, Sources] = {}
    inherited = dict(origins)
    for section, data in over.sections.items():
        if section == FORM and section in sections:
            sections[section], laid_from[section] = laid_over(sections[section], data)
        elif section in WHOLE or section not in sections:
            gone = [path for path in origins if path[0] == section and path not in over.origins]
            if gone:  # the section as a whole was another's
                overridden[(section,)] = (origins[gone[0]], *overridden.get((section,), ()))
            for path in gone:
                del origins[path]
            sections[section] = dict(data) if isinstance(data, dict) else data
        else:
            sections[section] = {**sections[section], **data}
    _lay_origins(origins, overridden, over)
    for section, sources in laid_from.items():
        for path in [path for path in origins if path[0] == section]:
            if len(path) > MOST_ITEM or path[1] not in sections[section]:
                del origins[path]
        for part, (own, source) in sources.items():
            found = origin_of(over.origins if own else inherited, (section, *source))
            if found:
                origins[(section, *part)] = found


def _lay_origins(
    origins: dict[Path_, tuple[YamlDocument, Path_]],
    overridden: dict[Path_, tuple[tuple[YamlDocument, Path_], ...]],
    over: Resolved,
) -> None:
    """Where each part was written: by the policy laid over, what it overrides beside it; nothing below an item written anew."""
    anew = {path for path in over.origins if len(path) <= MOST_ITEM and path[0] != FORM}
    for path in [p for p in origins if (len(p) > MOST_ITEM and p[:MOST_ITEM] in anew) or (p[:1] in anew and len(p) > 1)]:
        del origins[path]  # the item it is a part of is written anew
        overridden.pop(path, None)
    for path, origin in over.origins.items():
        before = origins.get(path)
        # what two parents took from one place is no override
        if before and path[0] != "policy" and _spot(before) != _spot(origin):
            overridden[path] = (before, *overridden.get(path, ()))
        elif over.overridden.get(path):
            overridden[path] = over.overridden[path]
        origins[path] = origin


def _spot(origin: tuple[YamlDocument, Path_]) -> tuple[str, Path_]:
    return origin[0].file, origin[1]


def _read(directory: Path, where: Library, policy: str | None, problems: list[Problem], gaps: Gaps) -> Resolved:
    """The policy's own files, each checked by the schema, joined section by section; what was refused is left out."""
    if wrong := incomplete(directory):
        raise PolicyError(wrong)
    files = [*sorted(directory.glob("*.yaml")), *sorted(directory.glob("findings/*.yaml"))]
    if len(files) > MAX_FILES:
        raise PolicyError(
            Problem(
                Place(display_name(directory)),
                f"文件过多（{len(files)} 个）",
                f"不超过 {MAX_FILES} 个",
                code="policy.too-many-files",
            )
        )
    strange = misnamed(directory)
    problems += strange
    gaps.blind = gaps.blind or bool(strange)
    documents: list[YamlDocument] = []
    for path in files:
        try:
            document, found = policy_files.read(path, display_name(path))
        except PolicyError as error:
            problems += error.problems
            gaps.unread(_start(path))
            continue
        problems += found
        documents.append(mend(document, gaps) if found else document)
    sections: dict[str, Any] = {}
    origins: dict[Path_, tuple[YamlDocument, Path_]] = {}
    for document in documents:
        twice: list[tuple[Problem, str]] = []
        for section, data in document.data.items():
            if section not in _ASIDE:
                _join(section, data, document, sections, origins, twice)
        problems += _copied(twice)
    head = sections.setdefault("policy", {})
    home = Place(display_name(directory / "policy.yaml"), 1, 1)
    if not head and "policy" not in gaps.sections and not gaps.blind:
        problems.append(Problem(home, "没有 policy 部分", "policy: {id: …, title: …, status: …}", code="policy.no-head"))
    gaps.blind = gaps.blind or not {"id", "status"} <= set(head)
    if policy is not None and head.get("id", policy) != policy:
        document, path_ = origins[("policy", "id")]
        problems.append(Problem(document.place(path_), f"编号“{head['id']}”与所在目录不一致", policy, code="policy.id"))
    documents.sort(key=lambda document: document.file != home.file)
    return Resolved(str(head.get("id", policy or directory.name)), sections, origins, tuple(documents), (), directory)


def _start(path: Path) -> str:
    """What can be had of a file that is no YAML, to make out its sections."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _join(
    section: str,
    data: Any,
    document: YamlDocument,
    sections: dict[str, Any],
    origins: dict[Path_, tuple[YamlDocument, Path_]],
    twice: list[tuple[Problem, str]],
) -> None:
    """Add a section of a document. What is there already goes to `twice`, with the file that has it."""
    if isinstance(data, dict) or section in KEYED:
        own = sections.setdefault(section, {})
        for key, value, path in _items(section, data):
            if key in own:
                first, at = origins[(section, key)]
                told = f"“{section}.{key}”重复"
                where = document.place(path, key=True)
                problem = Problem(where, told, f"已写在 {first.place(at)}", code="policy.twice", names=(section, key))
                twice.append((problem, first.file))
            own[key] = value
            origins[(section, key)] = (document, path)
    elif section in sections:
        first, at = origins[(section,)]
        where = document.place((section,), key=True)
        problem = Problem(where, f"“{section}”重复", f"已写在 {first.place(at)}", code="policy.twice", names=(section,))
        twice.append((problem, first.file))
    else:
        sections[section] = data
        origins[(section,)] = (document, (section,))


def _copied(twice: list[tuple[Problem, str]]) -> list[Problem]:
    """The problems of items written twice; of a file that is a copy of another, one for all of them."""
    firsts = {file for _, file in twice}
    if len(twice) < _COPY or len(firsts) > 1:
        return [problem for problem, _ in twice]
    message = f"这里的 {len(twice)} 项都已写在“{firsts.pop()}”里，其中一个像是另一个的副本"
    return [Problem(twice[0][0].place, message, "只留一个；副本移到政策目录之外", code="policy.copied")]


def _items(section: str, data: Any) -> Iterable[tuple[str, Any, Path_]]:
    """The items of a section by key. Rules and known indicators are written as lists, for people to read in order; a rule is known
    by its id, an indicator by its name, unit and 二级指标."""
    if isinstance(data, list):
        return [(_key(section, item), item, (section, index)) for index, item in enumerate(data)]
    return [(key, value, (section, key)) for key, value in data.items()]


def _key(section: str, item: dict[str, Any]) -> str:
    if section == "findings":
        return str(item["id"])
    return "|".join(str(item[part]) for part in ("name", "unit", "level2") if item.get(part))
