"""A row a form, for a workbook: scores, grade, completion, money in 万元, problems by severity; the worst form first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.results.model import Result, ResultConcern, ResultForm
from engine.results.reading import STATUSES, apart, form_kind, numbers_of, worst_first
from engine.results.views.columns import Column
from engine.values.money import money_factor
from engine.values.numerals import plain
from engine.values.rounding import rounded
from engine.values.vocabulary import Vocabulary

_WAN = 10_000
_PLACES = 6
"""Decimals of 万元: a hundredth of a 分 is none."""
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form, the problems that touch it, and the words by which its unit of money is read."""

    form: ResultForm
    problems: Sequence[ResultConcern]
    words: Vocabulary | None

    def money(self, key: str) -> str | None:
        """An amount in 万元; where its unit is not known, the amount as it is and that."""
        value = self.form["budget"].get(key)
        return wan_of(value, self.form["budget"]["unit"] or "", self.words) if isinstance(value, str) else None

    @property
    def gap(self) -> Decimal:
        """How far the two totals are apart."""
        total = self.form["scores"]["total"]
        return apart(total["reported"], total["computed"])

    @property
    def rate(self) -> Decimal | None:
        """The share executed."""
        rate = self.form["budget"].get("execution_rate")
        return None if rate is None else Decimal(rate) / _PERCENT

    @property
    def completion(self) -> Decimal | None:
        """The share of indicators met."""
        rate = self.form["counts"]["completion_rate"]
        return None if rate is None else rounded(Fraction(rate), _PLACES)

    @property
    def remark(self) -> str:
        """Why there is no total, and what it may be."""
        total = self.form["scores"]["total"]
        if total["status"] == "scored":
            return ""
        may = f"可能 {'–'.join(dict.fromkeys(total['allowed']))} 分" if total["allowed"] else ""
        return "；".join(filter(None, (STATUSES[total["status"]], may, total.get("reason", ""))))


def wan_of(value: str, unit: str, words: Vocabulary | None) -> str:
    """An amount written in `unit` in 万元; with its unit as it stands where that is none that is known."""
    found = money_factor(unit, words) if words and unit else None
    if found is None:
        return f"{value}（{f'单位“{unit}”' if unit else '没有写单位'}）"
    try:
        return plain(rounded(Fraction(value) * found[0] / _WAN, _PLACES))
    except ValueError:
        return f"{value}{unit}"


def form_lines(result: Result, policies: Mapping[str, Policy]) -> list[FormLine]:
    """Every form, the worst first. `policies`: those the result is by, by id."""
    some = next(iter(policies.values()), None)
    out = []
    for form, problems in worst_first(result):
        policy = policies.get(form.get("policy") or (result.get("policy") or {"id": ""})["id"], some)
        out.append(FormLine(form, problems, policy.words if policy else None))
    return out


def _found(severity: str) -> Column[FormLine]:
    return Column(SEVERITIES[severity], lambda line: numbers_of(line.problems)[severity], "count")


FORM_LINES: tuple[Column[FormLine], ...] = (
    Column("单位", lambda line: line.form["unit"], wide=30),
    Column("年度", lambda line: line.form["fiscal_year"], "count"),
    Column("自评表", lambda line: line.form["name"], "name", wide=40),
    Column("表种", lambda line: form_kind(line.form["kind"])),
    Column("自评总分", lambda line: line.form["scores"]["total"]["reported"], "number"),
    Column("计算总分", lambda line: line.form["scores"]["total"]["computed"], "number"),
    Column("相差", lambda line: line.gap, "number"),
    Column("自评等级", lambda line: line.form["grade"]["reported"]),
    Column("计算等级", lambda line: line.form["grade"]["computed"]),
    Column("指标", lambda line: line.form["counts"]["indicators"], "count"),
    Column("完成", lambda line: line.form["counts"]["met"], "count"),
    Column("完成率", lambda line: line.completion, "rate"),
    Column("年初预算（万元）", lambda line: line.money("original_budget"), "money"),
    Column("预算数（万元）", lambda line: line.money("budget"), "money"),
    Column("执行数（万元）", lambda line: line.money("executed"), "money"),
    Column("执行率", lambda line: line.rate, "rate"),
    *map(_found, SEVERITIES),
    Column("说明", lambda line: line.remark, wide=40),
)
"""The sheet 各表."""
