"""Which of a policy's rules a run tells: all, those asked for, or all but some. Decided before anything runs, for every executor.

What others rest on runs with them, untold; it cannot be left out while they stand, since they would find too much or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from engine.errors import NEAREST, Place, Problem, UsageError, closest
from engine.language.rules import FindingRule, LeftOut, RuleSet
from engine.policy.model import Policy

_NOT_LISTED = "按选项没有核对（--only 没有列出）"
_UNTOLD = "按选项不报（--only 没有列出）；只取它推出的结论，供列出的规则用"
_UNWANTED = "按选项没有核对（--without）"
_NAMED = 10
"""Rules left out that a note names; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """Ids of rules, or patterns of them (`notation.*`). `only` empty: all."""

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only or self.without)


EVERY_RULE = RuleChoice()


def choose(policies: Mapping[str, Policy], wanted: RuleChoice) -> dict[str, Policy]:
    """The policies with the rules that are wanted. Raises UsageError, with every problem, for a rule that none of them has, for
    one that others rest on and that is to be left out without them, and where nothing is left."""
    problems = [problem for option in ("only", "without") for problem in _unknown(policies, option, getattr(wanted, option))]
    if problems:
        raise UsageError(problems)
    chosen = {name: _chosen(policy, wanted, problems) for name, policy in policies.items()}
    if not problems and not any(rule.message for policy in chosen.values() for rule in policy.rules.rules.values()):
        problems.append(Problem(Place(), "照 --only 和 --without 没有一条规则可核对", "至少留下一条", code="usage.rule"))
    if problems:
        raise UsageError(problems)
    return chosen


def told(policy: Policy) -> str:
    """What is left out by option, in one sentence (Chinese); empty where nothing is."""
    rules = policy.rules
    unwanted = [f"“{left.rule.title}”" for left in rules.left_out.values() if left.reason == _UNWANTED]
    unlisted = len(rules.left_out) - len(unwanted)
    said = []
    if unlisted:
        said.append(
            f"按选项只核对 {sum(bool(rule.message) for rule in rules.rules.values())} 条规则，另有 {unlisted} 条没有核对（--only）"
        )
    if unwanted:
        more = f"等 {len(unwanted)} 条" if len(unwanted) > _NAMED else ""
        said.append(f"按选项没有核对{'、'.join(unwanted[:_NAMED])}{more}（--without）")
    return "；".join(said)


def unknown_rule(name: str, policies: Iterable[Policy], head: str = "") -> Problem:
    """That no policy has a rule of this name, with the nearest ones by id or title, or that it is one the policy does not use."""
    policies = list(policies)
    if users := [policy.id for policy in policies if name in policy.disabled]:
        message = f"{head}规则“{name}”在 {'、'.join(users)} 里已停用"
        return Problem(Place(), message, code="usage.rule", names=("findings", name))
    titles = {rule.id: rule.title for policy in policies for rule in policy.rules.rules.values()}
    by_word = {word: identity for identity, title in titles.items() for word in (title, identity)}
    near = list(dict.fromkeys(by_word[word] for word in closest(name, by_word, 2 * NEAREST)))
    shown = tuple(f"{identity}（{titles[identity]}）" for identity in near[:NEAREST])
    return Problem(Place(), f"{head}没有规则“{name}”", near=shown, code="usage.rule", names=("findings", name))


def _unknown(policies: Mapping[str, Policy], option: str, names: Sequence[str]) -> list[Problem]:
    known = {identity for policy in policies.values() for identity in policy.rules.rules}
    return [
        unknown_rule(name, policies.values(), f"--{option}：")
        for name in dict.fromkeys(names)
        if not any(_meant(identity, (name,)) for identity in known)
    ]


def _meant(identity: str, names: Sequence[str]) -> bool:
    return any(identity == name or fnmatchcase(identity, name) for name in names)


def _chosen(policy: Policy, wanted: RuleChoice, problems: list[Problem]) -> Policy:
    ruleset = policy.rules
    listed = {name for name in ruleset.rules if not wanted.only or _meant(name, wanted.only)}
    unwanted = {name for name in listed if _meant(name, wanted.without)}
    kept = _with_makers(listed - unwanted, ruleset)
    for name in sorted(name for name in kept if _meant(name, wanted.without)):
        users = sorted(user for user in kept - {name} if _rests_on(ruleset.rules[user], ruleset.rules[name]))
        titled = "、".join(f"{user}（{ruleset.rules[user].title}）" for user in users)
        message = f"{policy.id}：规则“{name}”不能单独不核对，它推出的结论别的规则要用：{titled}"
        problems.append(Problem(Place(), message, "与用它的规则一起 --without", code="usage.rule-base", names=("findings", name)))
    left: dict[str, LeftOut] = {}
    for name, rule in ruleset.rules.items():
        if rule.message and (name in unwanted or name not in listed):
            reason = _UNWANTED if name in unwanted else _UNTOLD if name in kept else _NOT_LISTED
            left[name] = LeftOut(rule, reason)
    rules = {name: replace(rule, message="") if name in left else rule for name, rule in ruleset.rules.items() if name in kept}
    return replace(policy, rules=replace(ruleset, rules=rules, left_out=left, order=tuple(ruleset.rules)))


def _with_makers(names: set[str], ruleset: RuleSet) -> set[str]:
    """The rules, and all whose conclusions they look at, to the end."""
    kept = set(names)
    while more := {
        maker.id
        for maker in ruleset.rules.values()
        if maker.id not in kept and any(_rests_on(ruleset.rules[name], maker) for name in kept)
    }:
        kept |= more
    return kept


def _rests_on(rule: FindingRule, maker: FindingRule) -> bool:
    """Whether a rule looks at facts of the kind another concludes, be it only that there are none."""
    made = maker.compiled.conclude
    return made is not None and any(pattern.kind == made.kind for pattern in rule.compiled.patterns)
