"""Texts of policies damaged the way hands and editors damage them, each with the lines that are another than before.

Run by hand over as many as one likes, with what is told of each that is told somewhere else:

    python tests/damaged_texts.py --texts 500 --seed 7
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from engine.errors import PolicyError, Problem  # noqa: E402
from engine.policy.heads import heads  # noqa: E402
from engine.policy.library import Library, library  # noqa: E402
from engine.policy.loading import check  # noqa: E402
from engine.yaml import reader  # noqa: E402

Lines = list[str]
Damage = Callable[[Lines, int, random.Random], str | bytes | None]
"""What a text becomes that is damaged at this line (counted from 0); None where the line has nothing to damage this way."""
BY_PACKS = "hubei/2021"
"""What is checked of a damaged pack, which is only used by others."""


def _with(lines: Lines, at: int, *instead: str) -> str:
    return "\n".join([*lines[:at], *instead, *lines[at + 1 :]]) + "\n"


def _replaced(pattern: str, *others: str) -> Damage:
    """One place of the line that looks like this becomes another."""

    def damage(lines: Lines, at: int, chance: random.Random) -> str | None:
        found = [*re.finditer(pattern, lines[at])]
        if not found or lines[at].lstrip().startswith("#"):
            return None
        one = chance.choice(found)
        return _with(lines, at, lines[at][: one.start()] + one.expand(chance.choice(others)) + lines[at][one.end() :])

    return damage


def _misspelt(lines: Lines, at: int, chance: random.Random) -> str | None:
    found = re.match(r"(\s*(?:- )?\{?)([a-z_0-9]{3,})(: .*|:)$", lines[at])
    if not found:
        return None
    name = found[2]
    n = chance.randrange(len(name) - 1)
    other = chance.choice([name[:n] + name[n + 1 :], name[:n] + name[n + 1] + name[n] + name[n + 2 :], name + "s"])
    return None if other == name else _with(lines, at, found[1] + other + found[3])


def _dropped(lines: Lines, at: int, _: random.Random) -> str | None:
    return None if not lines[at].strip() or lines[at].lstrip().startswith("#") else _with(lines, at)


def _moved(lines: Lines, at: int, chance: random.Random) -> str | None:
    step = chance.choice([1, 2, -1, -2])
    here = len(lines[at]) - len(lines[at].lstrip())
    if not lines[at].strip() or lines[at].lstrip().startswith("#") or here + step < 0:
        return None
    return _with(lines, at, " " * (here + step) + lines[at].lstrip())


def _cut(lines: Lines, at: int, chance: random.Random) -> str | None:
    """Saved when half written: the file ends within this line."""
    line = lines[at]
    return None if len(line.strip()) < 4 or line.lstrip().startswith("#") else "\n".join([*lines[:at], line[: len(line) // 2]])


def _encoded(how: str) -> Damage:
    def damage(lines: Lines, at: int, _: random.Random) -> bytes | None:
        content = "\n".join(lines).encode(how, errors="replace")
        return None if content == "\n".join(lines).encode() else content

    return damage


def _byte(lines: Lines, at: int, chance: random.Random) -> bytes | None:
    if not lines[at].strip():
        return None
    line = lines[at].encode()
    n = chance.randrange(len(line))
    whole = [
        "\n".join(lines[:at]).encode() + (b"\n" if at else b""),
        line[:n] + b"\xff" + line[n:],
        b"\n",
        "\n".join(lines[at + 1 :]).encode(),
    ]
    return b"".join(whole)


DAMAGES: dict[str, Damage] = {
    "tab for spaces": _replaced(r"^ {2,}(?=\S)", "\t"),
    "tab behind a colon": _replaced(r": (?=\S)", ":\t"),
    "full-width colon": _replaced(r":(?= )|:$", "："),
    "full-width comma": _replaced(r", ", "，", "、"),
    "full-width brackets": _replaced(r"[{}\[\]]", "（", "）", "｛", "｝", "【", "】"),
    "full-width digits": _replaced(r"(?<=[ :(])\d(?=[\d,} ]|$)", "１", "９", "０"),
    "full-width quotes": _replaced(r"\"", "“", "”"),
    "quote forgotten": _replaced(r"[\"']", ""),
    "bracket forgotten": _replaced(r"[{}\[\]]", ""),
    "colon without a space": _replaced(r"(?<=\w): (?=\S)", ":"),
    "colon forgotten": _replaced(r"(?<=\w): (?=\S)|(?<=\w):$", " "),
    "dash forgotten": _replaced(r"^(\s*)- ", r"\1", r"\1  "),
    "comma forgotten": _replaced(r", ", " "),
    "line dropped": _dropped,
    "line twice": lambda lines, at, _: _with(lines, at, lines[at], lines[at]) if lines[at].strip() else None,
    "indented otherwise": _moved,
    "name misspelt": _misspelt,
    "value gone": _replaced(r"(?<=\w: )[^{\[\s][^,{}\[\]]*$", ""),
    "file cut off": _cut,
    "anchor": _replaced(r"(?<=\w: )(?=[^\s])", "&a "),
    "alias": _replaced(r"(?<=\w: )[^\s{\[,}]+", "*a"),
    "tag": _replaced(r"(?<=\w: )(?=[^\s])", "!!python/object:os.system "),
    "merge key": _replaced(r"^(\s+)(?=[a-z_]+:)", r"\1<<: *a\n\1"),
    "huge number": _replaced(r"(?<=: )-?\d+(\.\d+)?", "9" * 70, "1e999999", "1" + "0" * 5000, "-9" + "9" * 40, ".inf", ".nan"),
    "number as a word": _replaced(r"(?<=: )-?\d+(\.\d+)?(?=[,}]|$)", "二十", "20分", "0x14", "1,000", "20％", "?"),
    "invisible character": _replaced(r"(?<=[a-z\u4e00-\u9fff]{2})", "\u200b", "\ufeff", "\xa0", "\u202e"),
    "control character": _replaced(r"(?<=\w)", "\x00", "\x07", "\x1b"),
    "template left open": _replaced(r"\}\}", "}", ""),
    "formula broken": _replaced(r"(?<=weight) \* ", " ** ", " * * ", " x ", " × / "),
    "saved as GBK": _encoded("gb18030"),
    "saved as UTF-16": _encoded("utf-16"),
    "a byte too many": _byte,
}  # fmt: skip
WHOLE = ("saved as GBK", "saved as UTF-16")
"""Damages of the whole file: no line of it is the one."""


@dataclass(frozen=True, slots=True)
class DamagedText:
    """A file of a policy, damaged at a line (counted from 1)."""

    policy: str
    file: str
    line: int
    how: str
    before: str
    after: bytes


def damaged(number: int, seed: int) -> Iterator[DamagedText]:
    """So many damaged texts of the shipped policies, the same for the same seed; each damage as often as each other."""
    chance = random.Random(seed)
    where = library()
    files = [
        (head.id, path)
        for head in heads(where)[0]
        for path in sorted(where.directory(head.id).rglob("*.yaml"))
        if "tests" not in path.parts
    ]
    kinds: list[str] = []
    while number:
        kinds = kinds or chance.sample(sorted(DAMAGES), len(DAMAGES))
        how = kinds.pop()
        for _ in range(20_000):
            policy, path = chance.choice(files)
            lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
            at = chance.randrange(len(lines))
            if (text := DAMAGES[how](lines, at, chance)) is not None:
                break
        else:
            raise AssertionError(f"nothing to damage: {how}")
        content = text.encode() if isinstance(text, str) else text
        inside = path.relative_to(where.directory(policy)).as_posix()
        yield DamagedText(policy, inside, at + 1, how, "\n".join(lines) + "\n", content)
        number -= 1


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a check: the problems in their order, and its CPU seconds."""

    problems: tuple[Problem, ...]
    seconds: float


def checked(one: DamagedText, room: Path) -> Told:
    """The policy checked with the damaged text in the place of its own."""
    where = library()
    head = next((head for head in heads(where)[0] if head.id == one.policy), None)
    pack = head is not None and head.status == "pack"
    # a pack by itself has only a shape: what is in it is held against a policy that uses it
    for policy in {one.policy, BY_PACKS if pack else one.policy}:
        shutil.copytree(where.directory(policy), room / policy, ignore=shutil.ignore_patterns("policy.lock", "tests"))
    (room / one.policy / one.file).write_bytes(one.after)
    changed = Library((room, *where.roots))
    begun = time.process_time()
    try:
        check(room / (BY_PACKS if pack else one.policy), changed)
        if pack:
            check(room / one.policy, changed)
        problems: tuple[Problem, ...] = ()
    except PolicyError as error:
        problems = error.problems
    seconds = time.process_time() - begun
    for directory in room.iterdir():
        shutil.rmtree(directory)
    return Told(problems, seconds)


def placed(one: DamagedText, told: Told) -> bool:
    """Whether the first thing that is told stands where the damage is: at its line or beside it, or at the beginning of the entry
    that lacks what is gone there; or speaks of the file, where it is the file."""
    first = told.problems[0]
    if not first.place.file.endswith(f"{one.policy}/{one.file}"):
        return False
    if one.how in WHOLE:
        return True
    return first.place.line is not None and (abs(first.place.line - one.line) <= 1 or first.place.line in _entries(one))


def _entries(one: DamagedText) -> set[int]:
    """The lines at which the entries begin that the line is part of, the two nearest."""
    document = reader.load(one.before, "")
    inside = [path for path, (line, _) in document.marks.items() if line == one.line]
    around = {path[:-n] for path in inside for n in (1, 2) if len(path) > n}
    places = [document.place(path, key=key) for path in around for key in (False, True)]
    return {place.line for place in places if place.line is not None}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--texts", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--how", default="")
    given = arguments.parse_args()
    told_right: Counter[str] = Counter()
    told_at_all: Counter[str] = Counter()
    longest = 0.0
    with TemporaryDirectory() as room:
        for one in damaged(given.texts, given.seed):
            if given.how and one.how != given.how:
                continue
            told = checked(one, Path(room))
            longest = max(longest, told.seconds)
            if not told.problems:
                print(f"·  {one.how}: {one.policy}/{one.file}:{one.line} nothing told")
                continue
            told_at_all[one.how] += 1
            right = placed(one, told)
            told_right[one.how] += right
            if not right:
                print(
                    f"✗  {one.how}: {one.policy}/{one.file}:{one.line}",
                    *(f"     {str(problem)[:220]}" for problem in told.problems[:3]),
                    sep="\n",
                )
            if told.seconds > 2:
                print(f"!  {one.how}: {told.seconds:.1f} s")
    print(f"{sum(told_at_all.values())} told, {sum(told_right.values())} at their place, longest {longest:.2f} s CPU")
    for how, number in sorted(told_at_all.items()):
        if told_right[how] < number:
            print(f"  {how}: {told_right[how]} of {number}")


if __name__ == "__main__":
    main()
