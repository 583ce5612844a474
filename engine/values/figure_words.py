"""The words around figures in a text, as the policy lists them (`figures: words:`), and patterns made of them once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.values.vocabulary import alternation


@dataclass(frozen=True, slots=True)
class FigureWords:
    """The policy's words around figures. All of them are looked for in text folded to half width."""

    target: tuple[str, ...] = ()
    """Words that make a figure one that was planned (目标值, 计划)."""
    actual: tuple[str, ...] = ()
    """Words that make it one that was reached, where they stand closer (实际, 完成)."""
    other: tuple[str, ...] = ()
    """Of another year or another body (上年, 全国)."""
    now: tuple[str, ...] = ()
    """Of this year again (本年, 今年)."""
    later: tuple[str, ...] = ()
    """Of a time to come (拟, 力争)."""
    part: tuple[str, ...] = ()
    """Of a part (其中, 剩余)."""
    change: tuple[str, ...] = ()
    """A rise or fall, where they stand right before the figure (增长, 下降)."""
    reached: tuple[str, ...] = ()
    """What a rise or fall led to: a value again (增加到, 降至)."""
    start: tuple[str, ...] = ()
    """What it began with or is short of, right before the figure or before its year (由, 从, 比, 差)."""
    each: tuple[str, ...] = ()
    """For each of something (每, 人均)."""
    apiece: tuple[str, ...] = ()
    """Behind things that are listed: so much for each of them (甲、乙各1次)."""
    beyond: tuple[str, ...] = ()
    """Right before a word of planning: by how much it was passed or missed (超目标20%)."""
    undone: tuple[str, ...] = ()
    """Behind a figure, with what is counted between them: it did not come about (1部丛书未能出版)."""
    share: tuple[str, ...] = ()
    """A share of something else (占)."""
    ordinal: tuple[str, ...] = ()
    """Right before a number that counts nothing (第)."""
    plain: tuple[str, ...] = ()
    """Words that name nothing (为, 全年, 累计): with no other beside it, a figure is of what was named before."""
    uncounted: tuple[str, ...] = ()
    """Right behind a unit: what is counted is of no concern (绩效指标)."""
    indicators: tuple[str, ...] = ()
    """What a general count (个, 项) in the same clause, or with no name in the next, is a count of: no row holds it."""
    counted_in: tuple[str, ...] = ()
    """The counting words of those."""
    difference: tuple[str, ...] = ()
    """With the verb behind it right before a figure: by how much more or less (少建1个)."""
    not_difference: tuple[str, ...] = ()
    """The same characters in other words (至少)."""
    budget: tuple[str, ...] = ()
    """Of money and rates: what is said of the budget, and of a row only where its name has nothing else (执行率, 实际支出)."""

    def compiled(self) -> FigurePatterns:
        """The same as patterns, made once for many texts."""
        names = ("target", "actual", "other", "now", "part", "later", "each", "share")
        found = {name: re.compile(alternation(getattr(self, name))) for name in names}
        nothing = (*self.target, *self.actual, *self.reached, *self.change, *self.start, *self.plain)
        idle = [word for word in self.plain if len(word) > 2]
        found["indicators"], found["budget"] = (re.compile(alternation(words)) for words in (self.indicators, self.budget))
        verbs = alternation(word for word in self.actual if len(word) < 3)
        apart = "".join(f"(?<!{re.escape(word[:-1])})" for word in self.not_difference if len(word) > 1)
        found["difference"] = re.compile(rf"{apart}{alternation(self.difference)}(?:{verbs}|[^\W\d_]{{1,2}})?$")
        found["apiece"] = re.compile(rf"[、和与及][^、和与及]{{1,12}}{alternation(self.apiece)}" if self.apiece else r"(?!)")
        found["undone"] = re.compile(rf"[^\W\d_]{{0,8}}{alternation(self.undone)}" if self.undone else r"(?!)")
        return FigurePatterns(self, nothing=re.compile(alternation(nothing)), idle=re.compile(alternation(idle)), **found)


@dataclass(frozen=True, slots=True)
class FigurePatterns:
    """The words around figures, and what finds them in a text."""

    words: FigureWords
    target: re.Pattern[str]
    actual: re.Pattern[str]
    other: re.Pattern[str]
    now: re.Pattern[str]
    part: re.Pattern[str]
    later: re.Pattern[str]
    each: re.Pattern[str]
    share: re.Pattern[str]
    apiece: re.Pattern[str]
    undone: re.Pattern[str]
    nothing: re.Pattern[str]
    """Whatever names nothing."""
    indicators: re.Pattern[str]
    difference: re.Pattern[str]
    budget: re.Pattern[str]
    idle: re.Pattern[str]
    """Of these, longer ones that may hold a word of planning (按计划)."""
