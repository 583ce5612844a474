"""A new policy on top of another: a small directory that says nothing new yet, with comments that show an officer where to write.

What is commented out holds the parent's current values; a block whose lines lose their `# ` is valid as it stands.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.changes.lifecycle import covering
from engine.errors import Place, Problem, UsageError
from engine.files import displayed, whole_directory
from engine.policy.heads import SAMPLES, UNFILLED
from engine.policy.library import Library
from engine.policy.loading import load, resolve
from engine.policy.model import Policy
from engine.policy.resolved import Resolved
from engine.resources import shipped
from engine.scoring.form import evaluate
from engine.submission import record
from engine.yaml import writer as yaml_text

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*\Z")
_WIDTH = 120
_TABLES = ("weights", "execution", "qualitative", "quantitative", "deadline", "rounding", "bounds", "satisfaction")
"""What of the scoring a new year changes, the most often changed first."""
_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """What was made: the directory, its files, and what to know of it."""

    id: str
    directory: Path
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def new(id_: str, parent: str, where: Library, into: Path, *, title: str = "", year: int = 0) -> NewPolicy:
    """Make `into/id_` as a draft on top of `parent`, for the fiscal year that its id begins with, or `year`.

    Raises UsageError for an id that is none, a year that cannot be made out, and a directory that is there already;
    PolicyError if the parent is missing, invalid, a pack, or not what was published. Then nothing is made.
    """
    if not _ID.match(id_):
        expected = "地区/年度，小写字母、数字、连字符，如 hubei/2023"
        raise UsageError(Problem(Place(), f"“{id_}”不能作政策编号", expected, code="new.id"))
    found = _YEAR.match(id_.partition("/")[2])
    year = year or (int(found[0]) if found else 0)
    if not year:
        raise UsageError(Problem(Place(), f"从编号“{id_}”看不出适用年度", "用 --year 写明，如 --year 2023", code="new.year"))
    home = into / id_
    if home.exists() or home.is_symlink():
        message = "已经有这个目录，没有改动"
        raise UsageError(Problem(Place(displayed(home)), message, "另一个编号；或先移走这个目录", code="new.exists"))
    above = load(parent, where)
    resolved = resolve(parent, where)
    if id_ == parent or id_ in above.extends:
        raise UsageError(Problem(Place(), f"“{id_}”不能在自己之上", "一个新编号", code="new.id"))
    writer = _PolicyWriter(id_, above, resolved, year, title)
    files = {"policy.yaml": writer.policy(), "tests/changes.yaml": writer.tests()}
    _make(home, files)
    noted = {"draft": f"“{parent}”还是草稿，发布新政策之前要先发布它", "retired": f"“{parent}”已停用"}.get(above.status)
    notes = [*([noted] if noted else []), *covering.told(Library((into, *where.roots)), id_)]
    return NewPolicy(id_, home, tuple(home / name for name in files), tuple(notes))


def _make(home: Path, files: Mapping[str, str]) -> None:
    """The directory as a whole, or nothing."""
    with whole_directory(home) as made:
        for name, text in files.items():
            depth = 3 + name.count("/")
            schema = shipped("schemas") / ("test.schema.json" if name.startswith("tests/") else "policy.schema.json")
            near = home.parent.parent.resolve().parent == shipped("schemas").resolve().parent
            path = "../" * depth + f"schemas/{schema.name}" if near else schema.resolve().as_uri()
            (made / name).parent.mkdir(exist_ok=True)
            (made / name).write_text(f"# yaml-language-server: $schema={path}\n{text}", encoding="utf-8", newline="\n")


class _PolicyWriter:
    def __init__(self, id_: str, parent: Policy, resolved: Resolved, year: int, title: str) -> None:
        self.id, self.parent, self.resolved, self.year = id_, parent, resolved, year
        self.head = resolved.sections["policy"]
        place = id_.partition("/")[0]
        self.moved = place not in (self.head["jurisdiction"], parent.id.partition("/")[0])
        self.title = title or _retitled(parent, year, self.moved)

    def policy(self) -> str:
        """policy.yaml: what the policy is, and every section an officer may want to change, commented out."""
        parts = [
            f"# {self.title}：在 {self.parent.id} 之上，没有写在这里的都照它。",
            "# 要改哪一处，去掉那一段各行开头的“# ”（井号和一个空格）再改值；“##”的行是说明，不用动。",
            "# 改完运行 jixiao policy check、policy test，发布用 policy publish。各部分也可以分写在几个文件里。",
            yaml_text.block({"policy": self._own()}, 0),
            *self._head_hints(),
            *self._sources(),
            *self._parameters(),
            *self._scoring(),
            *self._taxonomy(),
            *self._grades(),
            *self._findings(),
            *self._single(),
        ]
        return "\n".join(parts).rstrip("\n") + "\n"

    def _own(self) -> dict[str, Any]:
        place, head = self.id.partition("/")[0], self.head
        out: dict[str, Any] = {"id": self.id, "title": self.title, "jurisdiction": place if self.moved else head["jurisdiction"]}
        if "jurisdiction_name" in head and not self.moved:
            out["jurisdiction_name"] = head["jurisdiction_name"]
        out |= {"fiscal_years": {"from": self.year, "to": self.year}, "form_kinds": list(head["form_kinds"]), "status": "draft"}
        return out | {"extends": [self.parent.id]}

    def _head_hints(self) -> Iterator[str]:
        if "jurisdiction_name" not in self._own():
            yield from _commented("地区的名称：", {"jurisdiction_name": "某某省"}, 2)
        yield from _commented("新文件的文号：", {"document": f"某财绩〔{self.year}〕1号"}, 2)
        if self.head.get("fallback") and not self.moved:
            note = f"{self.parent.id} 是没有别的政策适用时才用的；新的也要这样，写："
            yield from _commented(note, {"fallback": True}, 2)
        span = {"in_force": {"from": f"{self.year}-01-01", "to": f"{self.year + 1}-12-31"}}
        yield from _commented("规定在一年之中改了的，写哪天到哪天填报的表适用（同一年度的另一个政策写另一段）：", span, 2)
        if rules := list(self.parent.rules.rules):
            off = list(self.head.get("disable", []))
            note = "不用的核对规则，写编号：" + (f"（上级已停用 {'、'.join(off)}，照旧停用）" if off else "")
            yield from _commented(note, {"disable": [rules[-1]]}, 2)

    def _sources(self) -> Iterator[str]:
        sample = {
            f"document-{self.year}": {
                "title": f"{self.year}{SAMPLES[0]}",
                "document": f"某财绩〔{self.year}〕1号",
                "evidence": "read",
                "clauses": {"1": {"title": SAMPLES[1], "text": f"{SAMPLES[2]}。"}},
            }
        }
        note = f"依据：改了规定的，先把新条文写在这里；下面用到它的地方写 basis: document-{self.year}#1，"
        yield from _titled(note + "上级用到改了的数的自动改引它；整条取代旧条款的，在新条款里写 supersedes: [旧来源#条款]")
        yield from _code({"sources": sample})

    def _single(self) -> Iterator[str]:
        """How one case, grade or heading is changed, with what the parent says of the first of each."""
        sections = self.resolved.sections
        table = next((name for name in ("quantitative", "execution") if sections["scoring"][name]["cases"]), "")
        case, grade = sections["scoring"][table]["cases"][0], sections["grades"][0]
        shown = {key: value for key, value in case.items() if key in ("case", "score", "tier", "status", "basis")}
        kinds = "情形 cases、档次 tiers、等级 grades、一级指标 taxonomy、条款 clauses、规则 findings"
        how = "去掉写 remove: true，新加的写 insert_before: 编号 或 insert_after: 编号"
        yield from _titled(f"只改几条：{kinds}，写要改的几项，其余照上级；{how}")
        yield from _code({"changes": {"cases": [{"table": table, **shown}], "grades": [dict(grade)]}})

    def _parameters(self) -> Iterator[str]:
        found = self.resolved.sections["parameters"]
        if not found:
            return
        yield from _titled("参数：可调的数，后面是词表，现在的值照抄在下面。去掉 parameters: 一行和要改的几项的注释，其余不动")
        yield "# parameters:"
        packs = _packs(self.resolved)

        def order(name: str) -> tuple[bool, bool]:
            return isinstance(found[name]["value"], list), self.resolved.owner(("parameters", name)) in packs

        for name in sorted(found, key=order):
            yield from _parameter(name, found[name])

    def _scoring(self) -> Iterator[str]:
        """The weights first, which change most, then the tables of the place's own."""
        scoring = self.resolved.sections["scoring"]
        params = [band["from"]["param"] for band in scoring["qualitative"]["tiers"] if isinstance(band.get("from"), dict)]
        hint = f"只改档次的界限，改上面的参数 {'、'.join(params)} 就够了；" if params else ""
        note = f"计分：各部分分值（weights）和各计分表。{hint}改哪一张，去掉 scoring: 一行和那一张的注释，整张替换，其余不动"
        yield from _titled(note)
        names = [name for name in _TABLES if name in scoring]
        yield from _code({"scoring": {name: scoring[name] for name in names}})

    def _taxonomy(self) -> Iterator[str]:
        yield from _titled("指标体系：一级指标和它的二级指标；改哪一个，去掉 taxonomy: 一行和那一个的注释，整个替换，其余不动")
        yield from _code({"taxonomy": self.resolved.sections["taxonomy"]})

    def _grades(self) -> Iterator[str]:
        yield from _titled("等级：自上而下，从 from（含）起到上一级的下限（不含）；整段替换")
        yield from _code({"grades": self.resolved.sections["grades"]})

    def _findings(self) -> Iterator[str]:
        rules = self.resolved.sections.get("findings", {})
        stopped = self.head.get("disable", [])
        usable = [name for name in rules if name not in stopped and "message" in rules[name]]
        if not usable:
            return
        name = min(usable[:-1] or usable, key=lambda one: len(str(rules[one])))
        yield from _titled(f"核对规则：写一条同编号的就改写它（下面是 {name} 现在的写法），写新编号的是加一条")
        yield from _code({"findings": [rules[name]]})

    def tests(self) -> str:
        """tests/changes.yaml: tests that hold now, worked out by the parent, and how to write over one of its tests."""
        tests = list(self._probes())
        lines = [
            f"# {self.id} 自己的测试；{self.parent.id} 的测试照样运行。",
            f"# 改了规定以后 {self.parent.id} 的测试有不过的，核对新结果是对的，就在这里写一条同名（test 相同）的盖过它。",
            "tests:",
            *(yaml_text.item(test, 2) for test in tests),
        ]
        return "\n".join(lines) + "\n"

    def _probes(self) -> Iterator[dict[str, Any]]:
        """One test for the budget line and one for an indicator, with what the parent makes of them."""
        budget = {"budget": "100", "executed": "90", "rate": "90%", "score": "0"}
        level = self.parent.taxonomy[0]
        indicator = {"level1": level.name, "level2": level.level2[0] if level.level2 else "", "weight": "10", "score": "0"}
        for name, part, cells in (
            ("预算 100 万元、执行 90 万元", "budget", budget),
            ("目标 ≥100 件、完成 80 件", "indicator", {**indicator, "target": "≥100件", "actual": "80件"}),
            ("目标 ≥100 件、完成 100 件", "indicator", {**indicator, "target": "≥100件", "actual": "100件"}),
        ):
            expect, case = self._came(part, cells)
            if case:
                yield {"test": f"{self.year}年度：{name}", "case": case, part: cells, "expect": expect}

    def _came(self, part: str, cells: Mapping[str, str]) -> tuple[dict[str, str], str]:
        line = {
            "name": "总额",
            "role": "total",
            "money_unit": "万元",
            **(cells if part == "budget" else {"budget": "1", "executed": "1"}),
        }
        level = self.parent.taxonomy[0]
        item = {
            "name": "指标",
            "level1": level.name,
            "level2": (level.level2 or ("",))[0],
            **(cells if part == "indicator" else {}),
        }
        kind = self.parent.form_kinds[-1]
        form = {"kind": kind, "name": "测试", "budget": [line], "goals": [{"indicators": [item]}]}
        data = {"schema": "jixiao/submission/1", "unit": "测试", "fiscal_year": self.year, "forms": [form]}
        scored = evaluate(record.from_data(data, self.id), self.parent).forms[0]
        score = scored.execution if part == "budget" else scored.indicators[0].score
        expect = {"status": score.status}
        if score.status == "scored" and score.computed is not None:
            expect = {"computed": str(score.computed)}
        return expect, score.trace.case if score.trace else ""


def _retitled(parent: Policy, year: int, moved: bool) -> str:
    """The parent's title with the new year; one that names a document or another place is left to be filled in."""
    title = re.sub(rf"{parent.first_year}(?=年)", str(year), parent.title, count=1)
    if moved or "〔" in title or title == parent.title:
        return f"{UNFILLED}：{year}年度政策的名称】"
    return title


def _packs(resolved: Resolved) -> frozenset[str]:
    """The ids of the packs it stands on: what they say is everybody's, and what is the place's own comes first."""
    own = {resolved.id} if resolved.sections["policy"]["status"] == "pack" else set()
    return frozenset(own.union(*(_packs(parent) for parent in resolved.parents)))


def _parameter(name: str, data: Mapping[str, Any]) -> Iterator[str]:
    """A parameter on a line; a long word list wrapped."""
    whole = f"#   {name}: {yaml_text.flow(dict(data))}"
    if len(whole) <= _WIDTH:
        yield whole
        return
    yield f"#   {name}:"
    for key, value in data.items():
        text = f"#     {key}: {yaml_text.flow(value)}"
        if isinstance(value, list):
            yield from textwrap.wrap(text, _WIDTH, subsequent_indent="#       ", break_long_words=False, break_on_hyphens=False)
        else:
            yield text


def _titled(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"


def _commented(note: str, data: Mapping[str, Any], indent: int) -> Iterator[str]:
    yield f"## {note}"
    yield from _code(data, indent)


def _code(data: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """Lines of YAML, each behind `# `, which is all that has to go."""
    yield from (f"# {line}".rstrip() for line in yaml_text.block(dict(data), indent).splitlines())
