"""The fields policies may name: type, Chinese title, and the values a coded field can take.

Tables see the fields of one indicator (or of the budget line), stage by stage: a recognition table sees what the tables
before it found. Formulas see the numbers among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from engine.language.model import FieldType, Scalar
from engine.values.wording import AIMS
from engine.values.wording import GROUNDS as WORD_GROUNDS
from engine.values.wording import VERDICTS as WORDINGS

KINDS = ("empty", "not_applicable", "number", "composite", "range", "deadline", "text")
OPERATORS = ("", ">=", ">", "<=", "<", "=", "±")
COMPARISONS = ("numbers", "deadline", "words", "none", "incomparable")
DIRECTIONS = ("positive", "inverse")
READ_DIRECTIONS = (*DIRECTIONS, "unknown")
"""What the tables that read a direction may answer; each of those that use one sees one of the first two."""
GROUNDS = ("sign", "known", "level2", "name", "arithmetic", "none")
"""What a direction was read from."""
NAME_TABLE = "name"
ADJUST_TABLE = "adjust"
VERDICTS = ("met", "not_met", "unknown")
MET = ("yes", "no", "unknown")
PERCENT, SHARE = "%", "比例"
"""Units of number fields: 90 % is 90 in the first, 0.9 in the second."""
STATUSES = ("scored", "not_applicable", "needs_review", "error")


@dataclass(frozen=True, slots=True)
class Field:
    """What a field is: its type, what officers call it, and its possible values if it is coded."""

    type: FieldType
    title: str
    choices: tuple[str, ...] = ()
    internal: bool = False
    """Not evidence by itself: what the engine coded or counted to find a problem, not what was filed."""
    unit: str = ""
    """What a number is in: PERCENT, SHARE, or empty where it is neither."""
    low: Decimal | None = None
    """What a number is at least by its nature (a count: 0), whatever a form says; None where there is no such bound."""
    high: Decimal | None = None

    @property
    def evident(self) -> bool:
        """Whether the field's value is shown as evidence where a rule does not say what is."""
        return not (self.internal or self.choices or self.type == "bool")


Fields = Mapping[str, Field]

AS_FILED: Fields = {
    "name": Field("text", "三级指标名称"),
    "level1": Field("text", "一级指标"),
    "level2": Field("text", "二级指标"),
    "form_kind": Field("text", "表种", ("department", "project")),
    "target_text": Field("text", "目标值原文"),
    "actual_text": Field("text", "实际完成值原文"),
    "target_kind": Field("text", "目标值的类型", KINDS),
    "actual_kind": Field("text", "实际完成值的类型", KINDS),
    "target_operator": Field("text", "目标值的符号", OPERATORS),
    "target_unit": Field("text", "目标值的单位"),
    "target_none": Field("bool", "目标值是 0"),
    "actual_unit": Field("text", "实际完成值的单位"),
    "actual_percent": Field("number", "实际完成值（百分数）", unit=PERCENT),
    "comparison": Field("text", "目标值与实际完成值怎样比较", COMPARISONS),
    "early": Field("bool", "是否按期"),
    "weight": Field("number", "分值"),
    "reported": Field("number", "自评得分"),
    "name_direction": Field("text", "名称说的方向", DIRECTIONS),
    "name_certain": Field("bool", "名称说的方向定得下来"),
    "name_case": Field("text", "名称属于哪一种"),
    "known_direction": Field("text", "已知的方向", DIRECTIONS),
}
READ_FROM: Fields = {**AS_FILED, "score_direction": Field("text", "自评得分只合其公式的方向", DIRECTIONS)}
"""What the table of directions sees: besides what was filed, the one direction whose formula gives a body's own partial score."""
NAME_PARTS: Fields = {
    "head": Field("text", "计的是什么"),
    "printed": Field("bool", "名称写明计的是什么"),
    "unit_head": Field("text", "单位说明计的是什么"),
    "each": Field("bool", "单位是按每人、每件的"),
    "last": Field("text", "紧靠中心词的词"),
    "negated": Field("bool", "它前面有否定"),
    "carried": Field("bool", "它与中心词之间有人、物"),
    "before": Field("text", "它前面的事物"),
    "verb": Field("text", "管着它的动词"),
    "takes": Field("text", "时间长的好还是短的好", ("", "lasting", "taking")),
    "alarm": Field("bool", "前面有坏事"),
    "turned": Field("text", "中间有治理、减少等的动词"),
    "unread": Field("bool", "中间有词表里没有的词"),
    "abrupt": Field("bool", "紧靠中心词的词不在词表里，前面又有事物"),
    "people": Field("bool", "单位是数人的"),
    "mark": Field("text", "名称里说多少由不得自己的词"),
    "thing": Field("text", "所计的就是多少由不得自己的东西"),
}
"""What the table of names sees: the parts of a name (`engine.values.name_parts`), each as the list of words it was found in."""
SAID: Fields = {
    "days_late": Field("number", "逾期天数", low=Decimal(0)),
    "months_late": Field("number", "逾期月数（不足一个月按一个月计）", low=Decimal(0)),
    "full_months_late": Field("number", "逾期整月数", low=Decimal(0)),
    "reason": Field("text", "表内填的原因"),
    "reason_empty": Field("bool", "原因一格等于没有写"),
    "evidence_text": Field("text", "佐证材料一栏所写"),
}
"""What tables behind the direction see of the row besides its values; fields that rules have, too, are the same there."""
FORM_FIELDS: Fields = {
    "budget": Field("number", "预算数（A）"),
    "executed": Field("number", "执行数（B）"),
    "rate": Field("number", "预算执行率（百分数）", unit=PERCENT),
}
"""What tables of indicators see of the form."""
COMPARED: Fields = {
    **AS_FILED,
    "direction": Field("text", "指标方向", DIRECTIONS),
    "target": Field("number", "目标值"),
    "actual": Field("number", "实际完成值"),
    "verdict": Field("text", "实际完成值是否达到目标值", VERDICTS),
    "achieved": Field("number", "完成值与目标值之比", unit=SHARE),
    "wording": Field("text", "完成值的措辞说达到了没有", WORDINGS),
    "wording_aim": Field("text", "目标值的措辞要的是什么", AIMS),
    "wording_ground": Field("text", "措辞为什么这样读", WORD_GROUNDS),
    **SAID,
    **FORM_FIELDS,
}
EXECUTION: Fields = {
    "weight": Field("number", "预算执行分值"),
    "budget": Field("number", "预算数（A）"),
    "executed": Field("number", "执行数（B）"),
    "rate": Field("number", "执行率（百分数）", unit=PERCENT),
    "reported": Field("number", "自评得分"),
}
TOTAL: Fields = {
    "execution": Field("number", "预算执行得分"),
    "indicators": Field("number", "各指标得分之和"),
    "full_score": Field("number", "总分"),
    "weighted": Field("number", "各指标得分×分值÷100 之和"),
    "not_applicable_weight": Field("number", "不适用指标的分值之和"),
    "applicable": Field("number", "总分减去不适用指标的分值"),
}
ADJUSTED: Fields = {
    "score": Field("number", "调整前得分"),
    "deducted": Field("number", "人工扣减分", low=Decimal(0)),
    "deducted_reason": Field("text", "人工扣减的原因"),
    "met": Field("text", "指标是否完成", MET),
}
"""What the table of adjustments sees besides what scoring tables see."""
GRADING: Fields = {
    "zero_scores": Field("number", "得 0 分的指标个数（分值为 0 的不算）", low=Decimal(0)),
    "met": Field("number", "完成的指标个数", low=Decimal(0)),
    "unmet": Field("number", "没有完成的指标个数", low=Decimal(0)),
    "undecided": Field("number", "判断不了是否完成的指标个数", low=Decimal(0)),
    "indicators": Field("number", "指标个数", low=Decimal(0)),
}
"""What the conditions of a grade see of the form."""
BOUNDS: Fields = {"weight": Field("number", "分值")}
QUOTIENTS: Mapping[str, tuple[str, str, int]] = {"achieved": ("actual", "target", 1), "rate": ("executed", "budget", 100)}
"""Fields that are a quotient of two others, times a number. There is none where the divisor is 0 or one of them is missing."""
_CUT = Context(prec=60, rounding=ROUND_FLOOR)


def quotient(name: str, fields: Mapping[str, Scalar]) -> Fraction | None:
    """The exact value of a field of QUOTIENTS; None where it has none."""
    above, below, times = QUOTIENTS[name]
    part, whole = fields.get(above), fields.get(below)
    if not isinstance(part, Decimal) or not isinstance(whole, Decimal) or not whole:
        return None
    (number, parts), (divisor, others) = part.as_integer_ratio(), whole.as_integer_ratio()
    return Fraction(number * others * times, parts * divisor)


def cut(value: Fraction) -> Decimal:
    """A quotient as a decimal for conditions, cut downwards: one that falls short of a threshold never reaches it by rounding."""
    return _CUT.divide(Decimal(value.numerator), Decimal(value.denominator))


def weighing(level1: Iterable[str]) -> Fields:
    """The fields that choose the weights of a form: its kind, and how many indicators it has under each 一级指标."""
    counts = {name: Field("number", f"{name}的个数") for name in level1}
    return {"form_kind": Field("text", "表种", ("department", "project")), **counts}


def name_fields(heads: tuple[str, ...], words: tuple[str, ...], verbs: tuple[str, ...], marks: tuple[str, ...] = ()) -> Fields:
    """NAME_PARTS for a policy with these lists of words."""
    coded = {
        "head": heads,
        "unit_head": heads,
        "last": (*heads, *words, *verbs),
        "before": (*heads, *words),
        "verb": verbs,
        "turned": verbs,
        "mark": marks,
        "thing": marks,
    }
    return {
        name: Field(field.type, field.title, ("", *coded[name])) if name in coded else field for name, field in NAME_PARTS.items()
    }


def stages(tiers: tuple[str, ...], natures: tuple[str, ...]) -> Mapping[str, Fields]:
    """The fields each table sees, by table name, for a policy with these tiers and scoring tables."""
    attainment = {**COMPARED, "attainment": Field("text", "定性档次", (*tiers, "unknown"))}
    nature = {**attainment, "nature": Field("text", "计分办法", natures)}
    return {
        ADJUST_TABLE: {**nature, **ADJUSTED},
        NAME_TABLE: NAME_PARTS,
        "direction": READ_FROM,
        "attainment": COMPARED,
        "nature": attainment,
        "met": nature,
        "execution": EXECUTION,
        **dict.fromkeys(natures, nature),
    }
