"""Policies on disk: finding them, reading their files, and laying a child over what it extends.

A policy is a directory `<root>/<jurisdiction>/<year>/` with a policy.yaml; its id is that relative path. Each YAML file in it
holds one or more sections. A child replaces parameters, sources and taxonomy entries by id, tables and other named parts
whole, and every resolved item remembers the file and line it came from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine import schemas
from engine.errors import Place, PolicyError, Problem, nearest
from engine.resources import shipped
from engine.yamlfile import Document, Path_, load_file

MAX_FILES = 200
MAX_EXTENDS = 10
WHOLE = ("grades", "form")
"""Sections a child replaces as one; in the others each key of the section is replaced as one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The sections of a policy after `extends`, and for each (section, key) the document and path it came from."""

    id: str
    sections: dict[str, Any]
    origins: dict[Path_, tuple[Document, Path_]]
    documents: tuple[Document, ...]
    extends: tuple[str, ...]

    def place(self, path: Path_) -> Place:
        """Where the item at `path` of the resolved data was written."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(path[:length])
            if found:
                document, origin = found
                return document.place((*origin, *path[length:]))
        return Place(self.documents[0].file, 1, 1)

    def sha256(self) -> str:
        """Hash of the resolved content: the same for the same rules, whatever the comments, order of keys or files."""
        text = json.dumps(self.sections, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(type(value))


@dataclass(frozen=True, slots=True)
class Library:
    """Where policies are looked for: the user's directory first, then the shipped ones."""

    roots: tuple[Path, ...]

    def ids(self) -> list[str]:
        """Ids of every policy there is, packs included; an id in an earlier root hides the same id in a later one."""
        found: dict[str, None] = {}
        for root in self.roots:
            for file in sorted(root.glob("*/*/policy.yaml")):
                found.setdefault(file.parent.relative_to(root).as_posix())
        return list(found)

    def directory(self, policy: str) -> Path:
        """The directory of a policy id. Raises PolicyError, with the nearest id, if there is none."""
        for root in self.roots:
            directory = root / policy
            # an id is made of plain words: nothing outside the roots can be reached by one
            if all(part not in ("", ".", "..") for part in policy.split("/")) and (directory / "policy.yaml").is_file():
                return directory
        ids = self.ids()
        raise PolicyError(Problem(Place(), f"没有政策“{policy}”", "、".join(ids), nearest(policy, ids), "policy.missing"))


def library(directory: Path | None = None) -> Library:
    """The shipped policies, with the user's directory before them. Raises PolicyError if that is no directory."""
    if directory is not None and not directory.is_dir():
        raise PolicyError(Problem(Place(str(directory)), "没有这个政策目录", "一个目录，里面是 地区/年度/policy.yaml"))
    return Library((directory, shipped("policies")) if directory else (shipped("policies"),))


def locate(path: str, where: Library) -> str | Path:
    """What `policy check PATH` means: a directory (or a file in one), else an id. Raises PolicyError if it is neither."""
    given = Path(path)
    if given.is_file():
        return given.parent
    if given.is_dir():
        return given
    where.directory(path)
    return path


def resolve(policy: str | Path, where: Library) -> Resolved:
    """A policy with what it extends laid under it. `policy` is an id, or a directory to be checked wherever it stands.

    Raises PolicyError with every problem of every file: syntax, schema, sections given twice, an id that is not the
    directory's, a cycle in `extends`.
    """
    return _resolve(policy, where, (), {})


def _resolve(policy: str | Path, where: Library, trail: tuple[str, ...], done: dict[str, Resolved]) -> Resolved:
    if isinstance(policy, str) and policy in done:
        return done[policy]
    directory = policy if isinstance(policy, Path) else where.directory(policy)
    own = _read(directory, where, None if isinstance(policy, Path) else policy)
    name = str(own.sections["policy"]["id"])
    if name in trail:
        raise PolicyError(
            Problem(own.place(("policy", "extends")), f"extends 绕成了圈：{' → '.join([*trail, name])}", "去掉其中一个 extends")
        )
    if len(trail) >= MAX_EXTENDS:
        raise PolicyError(Problem(own.place(("policy", "extends")), f"extends 超过 {MAX_EXTENDS} 层"))
    parents = own.sections["policy"].get("extends", [])
    sections: dict[str, Any] = {}
    origins: dict[Path_, tuple[Document, Path_]] = {}
    documents: dict[str, Document] = {}
    extends: list[str] = []
    for index, parent in enumerate([parents] if isinstance(parents, str) else dict.fromkeys(parents)):
        if parent != name and parent not in where.ids():
            place = own.place(("policy", "extends", index) if isinstance(parents, list) else ("policy", "extends"))
            raise PolicyError(Problem(place, f"没有政策“{parent}”", "、".join(where.ids()), nearest(parent, where.ids())))
        base = _resolve(parent, where, (*trail, name), done)
        extends += [*base.extends, parent]
        _lay(sections, origins, base)
        documents |= {document.file: document for document in base.documents}
    _lay(sections, origins, own)
    sections["policy"] = own.sections["policy"]
    mine = {document.file: document for document in own.documents}
    done[name] = Resolved(name, sections, origins, tuple((mine | documents).values()), tuple(dict.fromkeys(extends)))
    return done[name]


def _lay(sections: dict[str, Any], origins: dict[Path_, tuple[Document, Path_]], over: Resolved) -> None:
    for section, data in over.sections.items():
        if section in WHOLE or section not in sections:
            for path in [path for path in origins if path[0] == section]:
                del origins[path]
            sections[section] = dict(data) if isinstance(data, dict) else data
        else:
            sections[section] = {**sections[section], **data}
    for path, origin in over.origins.items():
        origins[path] = origin


def _read(directory: Path, where: Library, policy: str | None) -> Resolved:
    """The policy's own files, each checked by the schema, joined section by section."""
    files = sorted(path for path in directory.glob("*.yaml")) + sorted(directory.glob("findings/*.yaml"))
    if not (directory / "policy.yaml").is_file():
        raise PolicyError(Problem(Place(str(directory)), "目录里没有 policy.yaml", "policy.yaml，写明 policy: {id: …}"))
    if len(files) > MAX_FILES:
        raise PolicyError(Problem(Place(str(directory)), f"文件过多（{len(files)} 个）", f"不超过 {MAX_FILES} 个"))
    problems: list[Problem] = []
    documents: list[Document] = []
    for path in files:
        try:
            document = load_file(path, PolicyError, display_name(path, where))
        except PolicyError as error:
            problems += error.problems
            continue
        wrong = schemas.check(document, "policy")
        problems += wrong
        if not wrong:
            documents.append(document)
    sections: dict[str, Any] = {}
    origins: dict[Path_, tuple[Document, Path_]] = {}
    for document in documents:
        for section, data in document.data.items():
            _join(section, data, document, sections, origins, problems)
    if not problems and "policy" not in sections:
        problems.append(
            Problem(
                Place(display_name(directory / "policy.yaml", where), 1, 1),
                "没有 policy 部分",
                "policy: {id: …, title: …, status: …}",
            )
        )
    if not problems and policy is not None and sections["policy"]["id"] != policy:
        document, path_ = origins[("policy", "id")]
        problems.append(Problem(document.place(path_), f"编号“{sections['policy']['id']}”与所在目录不一致", policy))
    if problems:
        raise PolicyError(problems)
    return Resolved(str(sections["policy"]["id"]), sections, origins, tuple(documents), ())


def _join(
    section: str,
    data: Any,
    document: Document,
    sections: dict[str, Any],
    origins: dict[Path_, tuple[Document, Path_]],
    problems: list[Problem],
) -> None:
    if isinstance(data, dict) or section == "findings":
        own = sections.setdefault(section, {})
        for key, value, path in _items(section, data):
            if key in own:
                first, at = origins[(section, key)]
                place = document.place(path, key=True)
                problems.append(Problem(place, f"“{section}.{key}”重复", f"已写在 {first.place(at)}"))
            own[key] = value
            origins[(section, key)] = (document, path)
    elif section in sections:
        first, at = origins[(section,)]
        problems.append(Problem(document.place((section,), key=True), f"“{section}”重复", f"已写在 {first.place(at)}"))
    else:
        sections[section] = data
        origins[(section,)] = (document, (section,))


def _items(section: str, data: Any) -> Iterable[tuple[str, Any, Path_]]:
    """The items of a section by key. Rules are written as a list, for people to read in order, and known by their id."""
    if isinstance(data, list):
        return [(str(item["id"]), item, (section, index)) for index, item in enumerate(data)]
    return [(key, value, (section, key)) for key, value in data.items()]


def display_name(path: Path, where: Library) -> str:
    """How messages call a policy file: below its root, or as given."""
    for root in where.roots:
        if path.is_relative_to(root):
            return (Path("policies") / path.relative_to(root)).as_posix()
    return str(path)


@dataclass(frozen=True, slots=True)
class Head:
    """What a policy says of itself, read without resolving it: enough to list and to choose."""

    id: str
    title: str
    status: str
    jurisdiction: str
    first_year: int
    last_year: int | None
    form_kinds: tuple[str, ...]

    def covers(self, fiscal_year: int, kind: str) -> bool:
        """Whether the policy applies to forms of this kind for this fiscal year."""
        return self.covers_any({fiscal_year}) and kind in self.form_kinds

    def covers_any(self, fiscal_years: set[int]) -> bool:
        """Whether the policy applies to any of these fiscal years."""
        return any(self.first_year <= y and (self.last_year is None or y <= self.last_year) for y in fiscal_years)

    def __str__(self) -> str:
        span = f"{self.first_year}—{self.last_year or '今'}" if self.last_year != self.first_year else str(self.first_year)
        return f"{self.id}（{self.title}，{span}年度，{self.status}）"


def heads(where: Library) -> list[Head]:
    """The heads of all policies, in id order of their roots. Raises PolicyError naming every policy.yaml that cannot be read."""
    out: list[Head] = []
    problems: list[Problem] = []
    for name in where.ids():
        path = where.directory(name) / "policy.yaml"
        try:
            document = load_file(path, PolicyError, display_name(path, where))
            if wrong := schemas.check(document, "policy"):
                raise PolicyError(wrong)
        except PolicyError as error:
            problems += error.problems
            continue
        own = document.data.get("policy", {})
        first, last = years(own)
        kinds = tuple(own.get("form_kinds", ()))
        out.append(Head(name, own.get("title", ""), own.get("status", ""), own.get("jurisdiction", ""), first, last, kinds))
    if problems:
        raise PolicyError(problems)
    return out


def years(policy: Mapping[str, Any]) -> tuple[int, int | None]:
    """First and last fiscal year of a policy's own data; (0, None) if it does not say."""
    span: Mapping[str, int] = policy.get("fiscal_years", {})
    return span.get("from", 0), span.get("to")


def bases(node: Any, path: Path_ = ()) -> Iterable[tuple[Path_, str]]:
    """Every `basis` in policy data, with its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "basis" and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from bases(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from bases(value, (*path, index))
