"""The lock of a published policy: what exactly was published, item by item, and what is no longer the same.

`policy.lock` stands in the policy's directory. It holds the SHA-256 of the resolved policy and of every item of it, under the
file that wrote the item (of the policy itself or of one that it extends), so that a mismatch names what changed and where.
Hashes are of content: line endings, comments, order of keys and moves between files do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import Place, PolicyError, Problem
from engine.policy import files as policy_files
from engine.policy.library import LOCK, display_name
from engine.policy.resolved import MAX_REMEMBERED, Resolved, Same, digest
from engine.yaml.reader import Path_, YamlDocument

NAME = LOCK
SCHEMA = "jixiao/policy-lock/1"
_FAMILY = "jixiao/policy-lock/"
HEADING = """\
# 政策发布时由 jixiao policy publish 写成，请勿手改。
# 政策与它不符时拒绝使用：做新版本用 jixiao policy new；更正用 jixiao policy publish 编号 --amend "原因"。
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication: when, by whom, with which engine, for what reason (of an amendment)."""

    at: str
    engine: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """What was published. `items` are hashes by item name; `files` the file, as `policy id/file`, that wrote each."""

    policy: str
    sha256: str
    published: Publication
    items: Mapping[str, str]
    files: Mapping[str, str]
    history: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that is not as it was published. `how`: changed, added, removed."""

    item: str
    how: str
    place: Place
    file: str
    """`policy id/file` that holds it, or held it."""


def path_of(policy: Resolved) -> Path:
    """Where the policy's lock stands, if it has one."""
    return policy.directory / NAME


def item_name(path: Path_) -> str:
    """An item's name in a lock and in messages: `section.key`, or the section."""
    return ".".join(map(str, path))


def stored_file(policy: Resolved, path: Path_) -> str:
    """The file that wrote the item, as `policy id/file`: the same wherever the policies stand."""
    return "/".join(policy.owners[policy.place(path).file])


def hashes(policy: Resolved) -> Mapping[str, str]:
    """SHA-256 of each item of the resolved policy, by its name. What a policy is called and covers counts, its status does not."""
    return _hashes(Same(policy))


@lru_cache(maxsize=MAX_REMEMBERED)
def _hashes(same: Same) -> Mapping[str, str]:
    return {item_name(path): digest(value) for path, value in same.resolved.items()}


def read(policy: Resolved) -> Lock | None:
    """The policy's lock; None if it has none. Raises PolicyError if it is broken, of another policy or of another format."""
    path = path_of(policy)
    return read_file(path, policy.id) if path.exists() or path.is_symlink() else None


def read_file(path: Path, policy: str) -> Lock:
    """The lock in a file. Raises PolicyError as `read` does."""
    name = display_name(path)
    remedy = f"从备份恢复这个文件；确认政策无误的，删去它再运行 jixiao policy publish {policy}"
    try:
        document, wrong = policy_files.read(path, name, "lock")
    except PolicyError as error:
        problems = [Problem(p.place, f"锁文件损坏：{p.message}", remedy, code="lock.broken") for p in error.problems]
        raise PolicyError(problems) from None
    data = document.data
    said = data.get("lock") if isinstance(data, dict) else None
    if said != SCHEMA and isinstance(said, str) and said.startswith(_FAMILY):
        message = f"锁文件的格式是 {said}，这个版本的程序认得的是 {SCHEMA}"
        expected = f"删去它，核对政策后再运行 jixiao policy publish {policy}；或用写它的那个版本的程序"
        raise PolicyError(Problem(document.place(("lock",)), message, expected, code="lock.schema"))
    if wrong:
        raise PolicyError([Problem(p.place, f"锁文件损坏：{p.message}", remedy, code="lock.broken") for p in wrong])
    if data["policy"] != policy:
        message = f"锁是“{data['policy']}”的，不是“{policy}”的"
        expected = f"从别处复制来的目录，删去 {NAME}，再运行 jixiao policy publish {policy}"
        raise PolicyError(Problem(document.place(("policy",)), message, expected, code="lock.foreign"))
    return _lock(document)


def _lock(document: YamlDocument) -> Lock:
    data = document.data
    items = {item: hash_ for found in data["items"].values() for item, hash_ in found.items()}
    files = {item: file for file, found in data["items"].items() for item in found}
    head = data["published"]
    published = Publication(head["at"], head["engine"], head.get("by", ""), head.get("reason", ""))
    return Lock(data["policy"], data["sha256"], published, items, files, tuple(data.get("history", ())))


def compare(policy: Resolved, lock: Lock) -> list[Difference]:
    """The items that are not as they were published, each where it stands now; a removed one where its file is, if it is."""
    now = hashes(policy)
    out = []
    for path, _ in policy.items():
        item = item_name(path)
        if lock.items.get(item) != now[item]:
            how = "changed" if item in lock.items else "added"
            out.append(Difference(item, how, policy.place(path), stored_file(policy, path)))
    for item, file in lock.files.items():
        if item not in now:
            out.append(Difference(item, "removed", _file_now(policy, file), file))
    return out


def _file_now(policy: Resolved, stored: str) -> Place:
    """A file of a lock as messages call it; the lock itself where there is no such file any more."""
    return Place(next((file for file, at in policy.owners.items() if "/".join(at) == stored), display_name(path_of(policy))))


def verify(policy: Resolved) -> None:
    """Refuse a policy that was published, or stands on one that was, and is not what was published.

    Drafts may change; so may a published policy without a lock. Raises PolicyError naming every item that differs, with file
    and line; or what is wrong with the lock.
    """
    problems: list[Problem] = []
    seen: set[str] = set()
    for one in _line(policy):
        if one.id not in seen:
            seen.add(one.id)
            problems += mismatch(one)
    if problems:
        raise PolicyError(problems)


def _line(policy: Resolved) -> list[Resolved]:
    return [policy, *(found for parent in policy.parents for found in _line(parent))]


def mismatch(policy: Resolved) -> list[Problem]:
    """What `verify` has to say of this policy alone."""
    if policy.sections["policy"].get("status") not in ("published", "retired"):
        return []
    try:
        lock = read(policy)
    except PolicyError as error:
        return list(error.problems)
    if lock is None:
        return []
    id_, differences = policy.id, compare(policy, lock)
    if not differences and policy.sha256() == lock.sha256:
        return []
    when = f"{lock.published.at[:10]}{f'，{lock.published.by}' if lock.published.by else ''}"
    if not differences:
        message = f"锁文件里整个政策的 sha256 与各项不一致：{NAME} 被改过"
        expected = f"从备份恢复 {NAME}；或删去它，核对政策后再运行 jixiao policy publish {id_}"
        return [Problem(Place(display_name(path_of(policy))), message, expected, code="lock.broken")]
    message = f"“{id_}”已发布（{when}），现在的内容与发布时不同：{_counted(differences)}；拒绝使用"
    expected = (
        f'改回原样；或做新版本：jixiao policy new 新编号 --from {id_}；或更正：jixiao policy publish {id_} --amend "原因"；'
        "或先改为 status: draft"
    )
    summary = Problem(Place(display_name(path_of(policy))), message, expected, code="lock.mismatch")
    return [summary, *differences_told(policy, lock)]


def differences_told(policy: Resolved, lock: Lock) -> list[Problem]:
    """Every item that is not as it was published, at its file and line."""
    return [_told(difference, policy) for difference in compare(policy, lock)]


def _counted(differences: list[Difference]) -> str:
    words = {"changed": "改了 {} 项", "added": "多了 {} 项", "removed": "少了 {} 项"}
    counts = {how: sum(difference.how == how for difference in differences) for how in words}
    return "、".join(words[how].format(count) for how, count in counts.items() if count)


def _told(difference: Difference, policy: Resolved) -> Problem:
    owner = "/".join(difference.file.split("/")[:2])
    whose = "" if owner == policy.id else f"（{owner} 的）"
    message = {
        "changed": f"“{difference.item}”与“{policy.id}”发布时不同{whose}",
        "added": f"“{difference.item}”是“{policy.id}”发布以后加的{whose}",
        "removed": f"“{difference.item}”在“{policy.id}”发布时有，现在没有了{whose}；原来写在 {difference.file}",
    }[difference.how]
    return Problem(difference.place, message, code=f"lock.{difference.how}")
