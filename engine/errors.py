"""What can go wrong, and where: places, problems, and the one exception root.

A problem is data. Whoever finds one collects it and goes on; whoever owns the run raises all of them at once.
Messages are Chinese, since officers read them; each says what was wrong and what was expected.
"""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_POLICY = 3
EXIT_TESTS = 4
EXIT_INPUT = 5
EXIT_MACHINE = 6


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file, and in it a line and column, or a table, row and cell. All counted from 1; 0 is unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    path: str = ""
    """Where it is in what has no lines: a sheet and cell, a page, a place in a record as people say it, keys of a policy."""

    def __reduce__(self) -> tuple[type[Place], tuple[object, ...]]:
        """There are thousands; what is kept of policies is read in half the time so."""
        return Place, (self.file, self.line, self.column, self.table, self.row, self.cell, self.path)

    def within(self, file: str) -> Place:
        """The same place, with the file's name filled in if there was none."""
        return self if self.file else replace(self, file=file)

    def __str__(self) -> str:
        parts = []
        if self.line:
            parts.append(f"第{self.line}行" + (f"第{self.column}列" if self.column else ""))
        if self.table:
            inside = f"表{self.table}" + (f"第{self.row}行" if self.row else "") + (f"第{self.cell}格" if self.cell else "")
            parts.append(f"（{inside}）" if self.line else inside)
        if self.path and not self.line:  # a sheet and cell, a page, a key of a record
            parts.append(f"（{self.path}）" if parts else self.path)
        return "：".join(filter(None, [self.file, "".join(parts)]))


_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters nobody sees, some of which turn what follows around: two names that look the same and are not differ by these."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input or a policy.

    `message` says what is wrong, `expected` what should stand there, `nearest` a valid name close to the one written. `code` says
    the kind of thing it is, dotted and stable (docs/codes.md): programs go by it, and the words may change.
    """

    place: Place
    message: str
    expected: str = ""
    nearest: str = ""
    code: str = field(kw_only=True)
    near: tuple[str, ...] = ()
    """Several names that may have been meant, the nearest first, where no one of them is near enough to stand for it."""
    names: tuple[str, ...] = ()
    """What it speaks of that is written elsewhere, or should be: the keys that lead to it (`("parameters", "cap")`), or a name
    alone. What follows from what is decided by these and by the code, never by the words."""

    def __str__(self) -> str:
        text = f"{self.place}：{self.message}" if str(self.place) else self.message
        if self.expected:
            text += f"；应为：{self.expected}"
        if self.nearest:
            text += f"；是否想写“{self.nearest}”？"
        if self.near:
            text += f"；最接近的：{'、'.join(f'“{name}”' for name in self.near)}"
        return _UNSEEN.sub(lambda found: f"〔U+{ord(found[0]):04X}〕", text)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Problem:
        """A problem as `dataclasses.asdict` took it apart, after its way through JSON."""
        several = {name: tuple(data.get(name, ())) for name in ("near", "names")}
        return cls(**{**data, "place": Place(**data["place"]), **several})


class JixiaoError(Exception):
    """Root of every error a user can cause. Carries all problems found, and the exit status of the Contract."""

    exit_status = EXIT_USAGE

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        if isinstance(problems, Problem):
            problems = [problems]
        unique = dict.fromkeys(problems)
        self.problems: tuple[Problem, ...] = tuple(sorted(unique, key=lambda p: (p.place.file, p.place.line, p.place.column)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[JixiaoError], tuple[tuple[Problem, ...]]]:
        """To another process it goes with its problems, not with their text."""
        return type(self), (self.problems,)


class UsageError(JixiaoError):
    """The command line asks for something that cannot be."""

    exit_status = EXIT_USAGE


class PolicyError(JixiaoError):
    """A policy is missing, invalid or tampered with."""

    exit_status = EXIT_POLICY


class PolicyTestsFailed(JixiaoError):
    """A policy's own tests failed, or cover too little."""

    exit_status = EXIT_TESTS


class InputError(JixiaoError):
    """A form or record cannot be read, or is incomplete."""

    exit_status = EXIT_INPUT


class OutputError(JixiaoError):
    """Not finished for a reason of the machine: what was made cannot be written, the disk or the memory is full."""

    exit_status = EXIT_MACHINE


class InternalError(JixiaoError):
    """The engine contradicts itself (two matchers disagree): never a result, always an error."""

    exit_status = EXIT_POLICY


def nearest(word: str, words: Iterable[str]) -> str:
    """The valid word closest to `word`, or an empty string if none is close (difflib ratio under 0.6)."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return close[0] if close else ""


NEAREST = 5
"""Names that are told where one was given that there is not."""


def closest(word: str, words: Iterable[str], most: int = NEAREST) -> tuple[str, ...]:
    """The valid names nearest to `word`, the nearest first, however far they are (rapidfuzz's weighted ratio: parts count)."""
    from rapidfuzz import fuzz, process

    return tuple(name for name, _, _ in process.extract(word, list(dict.fromkeys(words)), scorer=fuzz.WRatio, limit=most))


_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是一个目录",
    errno.ENOTDIR: "路径中间有一段不是目录",
    errno.EEXIST: "已经有同名的文件或目录",
    errno.ENOTEMPTY: "已经有同名的目录",
    errno.ELOOP: "链接绕成了圈",
    errno.ENAMETOOLONG: "名字太长",
    errno.EILSEQ: "名字里有这个磁盘存不了的字符",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EFBIG: "超过了容许的文件大小",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "别的程序正占用着",
    errno.ETXTBSY: "别的程序正占用着",
    errno.EMFILE: "同时打开的文件太多",
    errno.ENFILE: "同时打开的文件太多",
    errno.ENOMEM: "内存不够",
    errno.EINVAL: "系统不认这个名字或做法",
    errno.ENXIO: "设备不在",
    errno.ENODEV: "设备不在",
    errno.ESTALE: "网络磁盘断开了",
    errno.EHOSTDOWN: "网络磁盘断开了",
    errno.ETIMEDOUT: "等得太久，没有回应",
    errno.EADDRINUSE: "已经有程序在用",
    errno.EADDRNOTAVAIL: "这台机器没有这个地址",
}
_SHARING = (32, 33)
"""Windows: another program holds the file."""


def error_number(error: OSError) -> int:
    """The errno of what the system refused; 0 where there is none."""
    return errno.EBUSY if getattr(error, "winerror", None) in _SHARING else error.errno or 0


def system_reason(error: OSError) -> str:
    """Why the system refused, in Chinese; for what is rare, the name by which whoever looks after the machine knows it."""
    number = error_number(error)
    return _REASONS.get(number) or f"系统不让做（{errno.errorcode.get(number, type(error).__name__)}）"
