"""Which findings are one problem: the causes a policy names, and how each rule is tied to one.

    causes:
      exceeded: {title: 目标值偏低, by: [form], stake: {points: weight}, several: "{{ c.named }}等 {{ c.rows }} 个指标……"}

    findings:
      - id: target.far-exceeded
        cause: exceeded                    findings whose fields named by `by` are equal are one problem
        supersedes: [target.exceeded]      these follow from it, on the same form and indicator, and are told under it
        stake: {points: a.weight}          what hangs on it, where it is not what the cause says

A rule that names no cause is one of its own: by the indicator it is about across all forms, else by form and subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Place, Problem, nearest
from engine.language import messages
from engine.language.fields import Field, Fields
from engine.yaml.reader import Path_

Patterns = list[tuple[str, Mapping[str, Any]]]
TOLD: Mapping[str, Field] = {
    "first": Field("text", "最要紧的一处怎么说，不带句号"),
    "count": Field("number", "处数"),
    "rows": Field("number", "涉及的指标或事项个数"),
    "more": Field("number", "除最要紧的以外还有几个"),
    "forms": Field("number", "涉及的表的张数"),
    "form": Field("text", "最要紧的一处在哪张表"),
    "others": Field("text", "其余各表的名称"),
    "top": Field("text", "最要紧的一处说的是哪个指标或事项"),
    "top_points": Field("number", "最要紧的一处涉及的分值"),
    "named": Field("text", "列出的各指标或事项"),
    "listed": Field("text", "列出的各处所说，不带句号"),
    "each": Field("text", "列出的各处所说，各写明是哪张表，不带句号"),
    "largest": Field("number", "所比的数中最大的"),
    "largest_of": Field("text", "最大的一处说的是哪个指标或事项"),
    "points": Field("number", "涉及的分值"),
    "money": Field("number", "涉及的金额（万元）"),
}
"""What the sentence of several findings sees, as `c`."""
FOLLOWED: Mapping[str, Field] = {
    "first": Field("text", "问题怎么说，不带句号"),
    "follows": Field("text", "由它引起的，各一句，不带句号"),
}
"""What the sentence of a problem with consequences sees, as `c`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes findings one problem, what hangs on it, and how several are told in one line."""

    id: str
    title: str
    by: tuple[str, ...] | None
    """Fields of the fact a finding is about; those with equal values are one problem. None: the finding's form and subject."""
    points: str
    money: str
    """The field that says how much hangs on one finding; empty where nothing does."""
    several: str
    """Template over TOLD; empty for the policy's usual one."""
    advice: str
    largest: str
    """The number field of which the largest is told; empty where none is."""
    matters: Decimal
    """What the stake is multiplied by where problems are put in order."""
    head: bool
    """Whether it may be among the problems told first."""


@dataclass(frozen=True, slots=True)
class Tie:
    """How the findings of one rule are tied to problems."""

    cause: Cause
    leads: tuple[str, ...]
    """Aliases of the facts that have the fields of `cause.by`; they are read from the first that has them all filled."""
    points: tuple[str, str]
    money: tuple[str, str]
    """(alias, field) of what hangs on a finding; no alias: of the lead; ("", "") where nothing does."""
    supersedes: frozenset[str] = frozenset()
    """Rules whose findings follow from this one's, and those that follow from theirs."""
    follows: str = ""
    """How a finding is told in a few words where it follows from another; empty where it is not told there."""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class ProblemTelling:
    """How problems are told: how many first, how many are named, and the sentences that put findings together."""

    most: int = 7
    least: int = 5
    same: int = 2
    """Problems of one cause that may be among the first."""
    named: int = 5
    fold: int = 10
    """Problems of one cause above which they are one."""
    several: str = "{{ c.first }}；共 {{ c.count }} 处"
    elsewhere: str = "{{ c.first }}；{{ c.others }}也是这样"
    """Of one thing on several forms."""
    followed: str = "{{ c.first }}；{{ c.follows }}"
    folded: str = "{{ c.first }}；这样的共 {{ c.count }} 处"


def telling(data: Mapping[str, Any], add: Callable[..., None], params: Mapping[str, Any]) -> ProblemTelling:
    """The policy's `telling`; what is wrong with its sentences goes to `add`."""
    sentences = {key: str(data[key]) for key in ("several", "elsewhere", "followed", "folded") if key in data}
    for key, text in sentences.items():
        for fault in messages.faults(text, {"c": FOLLOWED if key == "followed" else TOLD}, params):
            add(("telling", key), fault.what, "、".join(fault.right), code=fault.code)
    usual = ProblemTelling()
    return ProblemTelling(
        most=data.get("most", usual.most),
        least=data.get("least", usual.least),
        same=data.get("same", usual.same),
        named=data.get("named", usual.named),
        fold=data.get("fold", usual.fold),
        several=sentences.get("several", usual.several),
        elsewhere=sentences.get("elsewhere", usual.elsewhere),
        followed=sentences.get("followed", usual.followed),
        folded=sentences.get("folded", usual.folded),
    )


class CauseReader:
    """Reads the causes of a policy and the keys of its rules that name them."""

    def __init__(
        self,
        sections: Mapping[str, Any],
        kinds: Mapping[str, Fields],
        params: Mapping[str, Any],
        locate: Callable[[Path_], Place],
        problems: list[Problem],
    ) -> None:
        self.kinds, self.params, self.locate, self.problems = kinds, params, locate, problems
        self.known: Mapping[str, Any] = sections.get("findings", {})
        self.causes = {name: self._cause(name, item) for name, item in sections.get("causes", {}).items()}
        self.follows = self._closed({name: tuple(item.get("supersedes", ())) for name, item in self.known.items()})

    def _cause(self, name: str, item: Mapping[str, Any]) -> Cause:
        for key in ("several", "advice"):
            for fault in messages.faults(str(item.get(key, "")), {"c": TOLD}, self.params):
                self._add(("causes", name, key), fault.what, "、".join(fault.right), code=fault.code)
        every = {field for fields in self.kinds.values() for field in fields}
        for index, field in enumerate(item.get("by", ())):
            if field not in every:
                told = f"没有哪种事实有“{field}”这个字段"
                self._add(("causes", name, "by", index), told, "", nearest(field, every), code="cause.by", names=(field,))
        stake = item.get("stake", {})
        for key, field in (*stake.items(), ("largest", item.get("largest", ""))):
            numbers = {n for fields in self.kinds.values() for n, one in fields.items() if one.type == "number"}
            if field and field not in numbers:
                path: Path_ = ("causes", name, "largest") if key == "largest" else ("causes", name, "stake", key)
                told = f"没有哪种事实有“{field}”这个数字字段"
                self._add(path, told, "", nearest(field, numbers), code="cause.by", names=(field,))
        return Cause(
            id=name,
            title=item["title"],
            by=tuple(item["by"]) if "by" in item else None,
            points=stake.get("points", ""),
            money=stake.get("money", ""),
            several=item.get("several", ""),
            advice=item.get("advice", ""),
            largest=item.get("largest", ""),
            matters=Decimal(str(item.get("matters", 1))),
            head=bool(item.get("head", True)),
        )

    def _closed(self, named: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
        """What follows from each rule's findings, at any distance. A rule that follows from itself is told."""
        out: dict[str, frozenset[str]] = {}
        for name, written in named.items():
            if not written:
                continue
            found: dict[str, None] = {}
            pending = list(written)
            while pending:
                other = pending.pop()
                if other not in found:
                    found[other] = None
                    pending += named.get(other, ())
            if name in found:
                told = f"规则 {name} 所引起的，绕回来又引起它自己"
                self._add(("findings", name, "supersedes"), told, "只朝一个方向写", code="cause.circle")
            for index, other in enumerate(written):
                if other not in self.known:
                    path: Path_ = ("findings", name, "supersedes", index)
                    self._add(
                        path, f"没有规则“{other}”", "", nearest(other, self.known), code="rule.none", names=("findings", other)
                    )
            out[name] = frozenset(found)
        return out

    def tie(self, name: str, item: Mapping[str, Any], bound: Mapping[str, Fields], lead_kind: str) -> Tie:
        """How a rule is tied. `bound`: its aliases with the fields of their facts, first the one it is about."""
        path: Path_ = ("findings", name)
        cause = self._named(name, item, next(iter(bound.values())), lead_kind)
        leads = tuple(alias for alias, fields in bound.items() if all(key in fields for key in cause.by or ()))
        if not leads:
            lacking = "、".join(key for key in cause.by or () if not any(key in fields for fields in bound.values()))
            told = f"同因“{cause.id}”按 {'、'.join(cause.by or ())} 归并，这条规则没有哪个事实有这些字段（缺 {lacking}）"
            self._add((*path, "cause"), told, "换一个同因，或另立一个", code="cause.no-field", names=(cause.id,))
        stake = item.get("stake", {})
        points, money = (
            self._stake(stake[key], (*path, "stake", key), bound) if key in stake else ("", usual)
            for key, usual in (("points", cause.points), ("money", cause.money))
        )
        for fault in messages.faults(str(item.get("follows", "")), bound, self.params):
            self._add((*path, "follows"), fault.what, "、".join(fault.right[:20]), code=fault.code, names=fault.names)
        supersedes, follows = self.follows.get(name, frozenset()), item.get("follows", "")
        return Tie(cause, leads, points, money, supersedes, follows, item.get("certain", True))

    def _named(self, name: str, item: Mapping[str, Any], first: Fields, kind: str) -> Cause:
        if named := item.get("cause"):
            if named in self.causes:
                return self.causes[named]
            path: Path_ = ("findings", name, "cause")
            self._add(path, f"没有同因“{named}”", "", nearest(named, self.causes), code="cause.none", names=("causes", named))
        by = ("name_key",) if "name_key" in first else () if kind == "bundle" else None
        return Cause(name, item["title"], by, "", "", "", "", "", Decimal(1), True)

    def _stake(self, written: str, path: Path_, bound: Mapping[str, Fields]) -> tuple[str, str]:
        alias, _, name = written.partition(".")
        if alias not in bound or name not in bound[alias] or bound[alias][name].type != "number":
            numbers = [f"{a}.{f}" for a, fields in bound.items() for f, field in fields.items() if field.type == "number"]
            told = f"没有“{written}”这个数字字段"
            self._add(path, told, "别名.字段", nearest(written, numbers), code="rule.no-evidence", names=(alias, name))
        return alias, name

    def _add(
        self, path: Path_, message: str, expected: str = "", close: str = "", *, code: str, names: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(self.locate(path), message, expected, close, code=code, names=names))
