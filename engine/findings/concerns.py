"""Problems: findings put together by their cause, put in order by what hangs on them, and told in one line each.

1. Findings of one cause with equal keys are a group.
2. A finding that follows from another one (`supersedes`) on the same indicator, or on the same form where one of the two is about
   no indicator, goes to the group of that one.
3. Groups are put in order: certain before doubtful, then by what is at stake as the policy weighs it, then by severity.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.findings.model import Concern, Finding, Stake
from engine.language import messages
from engine.language.causes import FOLLOWED, TOLD, ProblemTelling
from engine.language.model import Scalar
from engine.language.rules import SEVERITIES
from engine.values.rounding import rounded

_ORDER = {severity: n for n, severity in enumerate(SEVERITIES)}
_WAN = 10_000
_STOPS = "。；，"
_FOLDED = "*"
"""The key of a problem that many of one cause were folded into."""


class Concerns:
    """Puts the findings of one submission together."""

    def __init__(
        self, findings: Sequence[Finding], telling: ProblemTelling, params: Mapping[str, Any], whose: Sequence[str]
    ) -> None:
        """`whose`: what names the submission (units, year), for the keys; not the order of its forms."""
        self.findings, self.telling, self.params, self.whose = findings, telling, params, sorted(whose)
        self.many: set[str] = set()
        """Causes with so many problems that they are told as one."""

    def all(self) -> tuple[Concern, ...]:
        """Every problem, the most pressing first."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for index, finding in enumerate(self.findings):
            groups.setdefault((finding.bond.cause.id, *finding.bond.key), []).append(index)
        above = self._above()
        own = {key: [n for n in indexes if n not in above] for key, indexes in groups.items()}
        joined: dict[tuple[str, ...], list[int]] = {}
        for n in above:
            joined.setdefault(self._group(_top(n, above)), []).append(n)
        counts = Counter(key[0] for key, indexes in own.items() if indexes)
        self.many = {cause for cause, count in counts.items() if count > self.telling.fold}
        own, joined = self._folded(own), self._folded(joined)
        made = [self._concern(key, indexes, joined.get(key, [])) for key, indexes in own.items() if indexes]
        made.sort(key=rank)
        return tuple(self._headed(made))

    def _folded(self, groups: Mapping[tuple[str, ...], list[int]]) -> dict[tuple[str, ...], list[int]]:
        """The groups, those of a cause that has too many as one: what a unit of a hundred forms does on each is one thing."""
        out: dict[tuple[str, ...], list[int]] = {}
        for key, indexes in groups.items():
            out.setdefault((key[0], _FOLDED) if key[0] in self.many else key, []).extend(indexes)
        return out

    def _group(self, index: int) -> tuple[str, ...]:
        bond = self.findings[index].bond
        return bond.cause.id, *bond.key

    def _above(self) -> dict[int, int]:
        """For each finding that follows from another, which: of several the one with the most at stake."""
        by_rule: dict[str, list[int]] = {}
        for n, finding in enumerate(self.findings):
            by_rule.setdefault(finding.rule, []).append(n)
        out: dict[int, int] = {}
        for n, finding in sorted(enumerate(self.findings), key=lambda item: self._pressing(item[0])):
            for rule in sorted(finding.bond.supersedes):
                for other in by_rule.get(rule, ()):
                    if other != n and other not in out and _same_thing(finding, self.findings[other]):
                        out[other] = n
        return out

    def _pressing(self, n: int) -> tuple[Any, ...]:
        finding = self.findings[n]
        return not finding.bond.certain, -_weight(finding), _ORDER[finding.severity], n

    def _concern(self, key: tuple[str, ...], own: Sequence[int], joined: Sequence[int]) -> Concern:
        """The problem of the group `key`; `joined` are the findings that follow from its own."""
        own, joined = sorted(own, key=self._pressing), sorted(joined, key=lambda n: (_ORDER[self.findings[n].severity], n))
        listed = [self.findings[n] for n in own]
        every = [*listed, *(self.findings[n] for n in joined)]
        cause, first = listed[0].bond.cause, listed[0]
        stake = _stake(listed)
        told = self._told(listed, stake)
        title, advice = first.message, first.advice
        said = [finding.bond.follows for finding in listed[1:] if finding.bond.follows]
        if len(listed) > 1 and not said:
            title = self._sentence(self._several(listed), told)
            advice = self._sentence(cause.advice, told) if cause.advice else advice
        said += [self.findings[n].bond.follows for n in joined if self.findings[n].bond.follows]
        if follows := list(dict.fromkeys(said)):
            data: dict[str, Scalar] = {"first": title.rstrip(_STOPS), "follows": _shortened(follows, self.telling.named, "；")}
            title = messages.render(self.telling.followed, {"c": data}, {"c": FOLLOWED}, self.params)
        return Concern(
            title=title if title.endswith(("。", "？")) else f"{title}。",
            cause=cause.id,
            severity=min((finding.severity for finding in every), key=_ORDER.__getitem__),
            certain=first.bond.certain,
            stake=stake,
            weight=stake.share * Fraction(cause.matters),
            forms=tuple(dict.fromkeys(form for finding in every for form in finding.bond.forms)),
            subjects=tuple(dict.fromkeys(finding.subject for finding in listed)),
            findings=(*own, *joined),
            advice=advice,
            key=self._key(key),
            head=cause.head,
            follow=len(joined),
        )

    def _key(self, key: Iterable[str]) -> str:
        text = json.dumps([*self.whose, *key], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _several(self, listed: Sequence[Finding]) -> str:
        """The sentence of several findings: that of one thing on several forms, of which one rule says it; else the cause's."""
        names = {finding.bond.name or finding.subject for finding in listed}
        rules, forms = {finding.rule for finding in listed}, {finding.form for finding in listed}
        if len(names) == len(rules) == 1 and len(forms) == len(listed):
            return self.telling.elsewhere
        if listed[0].bond.cause.id in self.many:
            return self.telling.folded
        return listed[0].bond.cause.several or self.telling.several

    def _told(self, listed: Sequence[Finding], stake: Stake) -> dict[str, Scalar]:
        first = listed[0]
        names = {finding.bond.name or finding.subject: f"“{finding.subject}”" for finding in reversed(listed)}
        ordered = list(dict.fromkeys(names[finding.bond.name or finding.subject] for finding in listed))
        forms = list(dict.fromkeys(finding.form for finding in listed))
        said = list(dict.fromkeys(finding.message.rstrip(_STOPS) for finding in listed))
        named = self.telling.named
        out: dict[str, Scalar] = {
            "first": first.message.rstrip(_STOPS),
            "count": Decimal(len(listed)),
            "rows": Decimal(len(ordered)),
            "more": Decimal(len(ordered) - 1),
            "forms": Decimal(len(forms)),
            "form": first.form,
            "others": _shortened([f"“{form}”" for form in forms[1:]], named),
            "top": first.subject,
            "named": "、".join(ordered[:named]),
            "listed": _shortened(said, named, "；"),
            "each": _shortened([f"“{finding.form}”{finding.message.rstrip(_STOPS)}" for finding in listed], named, "；"),
        }
        if first.bond.stake.points is not None:
            out["top_points"] = first.bond.stake.points
        sized = [finding for finding in listed if finding.bond.size is not None]
        if sized:
            largest = max(sized, key=lambda finding: finding.bond.size or Decimal(0))
            out["largest"], out["largest_of"] = largest.bond.size or Decimal(0), largest.subject
        if stake.points is not None:
            out["points"] = stake.points
        if stake.money is not None:
            out["money"] = in_wan(stake.money)
        return out

    def said_of(self, listed: Sequence[Finding], text: str) -> str:
        """A sentence about several findings, `text` over what the sentence of a problem sees."""
        return self._sentence(text, self._told(listed, _stake(listed)))

    def _sentence(self, text: str, told: Mapping[str, Scalar]) -> str:
        return messages.render(text, {"c": told}, {"c": TOLD}, self.params)

    def _headed(self, ordered: Sequence[Concern]) -> list[Concern]:
        chosen = heads(ordered, self.telling)
        return [replace(concern, head=n in chosen) for n, concern in enumerate(ordered)]


def rank(concern: Concern) -> tuple[Any, ...]:
    """What problems are put in order by: certain before doubtful, then the stake, then how severe and how many."""
    return not concern.certain, -concern.weight, _ORDER[concern.severity], -len(concern.findings)


def heads(ordered: Sequence[Concern], telling: ProblemTelling) -> set[int]:
    """Which of the problems are told first: those on which something hangs or that are more than a note, `most` at the most and
    not more than `same` of one cause; where these are fewer than `least`, the next ones as well."""
    may = [n for n, concern in enumerate(ordered) if concern.head]
    of_cause: Counter[str] = Counter()
    pressing: list[int] = []
    for n in may:
        concern = ordered[n]
        if (concern.weight > 0 or concern.severity != "info") and of_cause[concern.cause] < telling.same:
            of_cause[concern.cause] += 1
            pressing.append(n)
    pressing = pressing[: telling.most]
    rest = [n for n in may if n not in pressing]
    return {*pressing, *rest[: max(0, telling.least - len(pressing))]}


def in_wan(yuan: Fraction) -> Decimal:
    """An amount of 元 in 万元, rounded to two places as amounts are told (half up)."""
    return rounded(yuan / _WAN, 2)


def _weight(finding: Finding) -> Fraction:
    return finding.bond.stake.share * Fraction(finding.bond.cause.matters)


def _top(n: int, above: Mapping[int, int]) -> int:
    """The finding at the end of what `n` follows from."""
    while n in above:
        n = above[n]
    return n


def _same_thing(one: Finding, other: Finding) -> bool:
    """Whether two findings may be cause and consequence: on one form, and about one indicator where both are about one."""
    if one.bond.name and other.bond.name and one.bond.name != other.bond.name:
        return False
    return one.bond.cause.by == () or bool({*one.bond.forms} & {*other.bond.forms})


def _stake(listed: Sequence[Finding]) -> Stake:
    """What hangs on all of them: of one form each row once, and of several forms, which say the same twice, the one with most."""
    rows: dict[str, dict[str, Stake]] = {}
    for finding in listed:
        own = rows.setdefault(finding.form, {})
        name, stake = finding.bond.name or finding.subject, finding.bond.stake
        if name not in own or stake.share > own[name].share:
            own[name] = stake
    return max(map(_sum, rows.values()), key=lambda stake: stake.share)


def _sum(rows: Mapping[str, Stake]) -> Stake:
    points = [stake.points for stake in rows.values() if stake.points is not None]
    money = [stake.money for stake in rows.values() if stake.money is not None]
    share = sum((stake.share for stake in rows.values()), Fraction(0))
    return Stake(sum(points, Decimal(0)) if points else None, sum(money, Fraction(0)) if money else None, share)


def _shortened(texts: Sequence[str], most: int, between: str = "、") -> str:
    return between.join(texts[:most]) + ("等" if len(texts) > most else "")
