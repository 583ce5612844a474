"""What of each fact stands in a corpus, and how: which fields are prepared when forms are read in, which ones a policy's tables
compute later, and how numbers and texts become integers.

Everything a database would do in another way (reading values out of text, names, dates, claims of a report) is done once, by the
same code as in `evaluate`, and kept as typed columns. What depends on the tables, scores and rules of a policy is not kept.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from decimal import Decimal

from engine.language.fact_fields import FACTS

SCALE = 10**6
"""Numbers are integers of millionths."""
WIDE_SCALE = 10**32
"""Quotients (28 significant digits) are integers of this scale."""
LARGEST = 10**18
"""Largest integer of a number column: a billion (10^12) in the unit written. What is larger is left to the reference executor."""
LARGEST_WIDE = 10**38 - 1

COMPUTED: Mapping[str, frozenset[str]] = {
    "form": frozenset(
        {
            *(
                "total_computed",
                "total_gap",
                "total_status",
                "full_score",
                "execution_computed",
                "execution_gap",
                "execution_status",
                "execution_reason",
            ),
            *("execution_clause", "indicators_computed", "grade_computed", "grade_of_reported", "grade_clause"),
            *("met", "unmet", "undecided", "completion_rate"),
            *("weight_scheme", "execution_weight_scheme", "execution_score_rate", "rate_lead"),
        }
    ),
    "group": frozenset({"known", "belongs", "home"}),
    "indicator": frozenset(
        {
            *(
                "level1_name",
                "belongs",
                "home",
                "target",
                "actual",
                "verdict",
                "excess",
                "excess_amount",
                "direction",
                "nature",
                "attainment",
            ),
            *("met", "status", "case", "computed", "score_gap", "score_shortfall", "score_differs", "clause", "review_reason"),
            *("allowed_low", "allowed_high", "achieved", "direction_ground", "certain"),
        }
    ),
    "claim": frozenset({"expected", "gap"}),
    "alike": frozenset({"same_actual"}),
}
"""Kind of fact -> fields that follow from a policy's tables. 一级指标 sums (`part`) are computed altogether."""

WIDE: Mapping[str, frozenset[str]] = {
    "form": frozenset(
        {
            "budget_change",
            "execution_rate",
            "execution_rate_gap",
            "indicator_rate",
            "execution_rate_implied",
            "short_weight_share",
            "copied_share",
            "actuals_said_share",
        }
    ),
    "line": frozenset({"rate", "rate_gap"}),
    "indicator": frozenset({"weight_share", "spent_gap", "earlier_drop", "parts_target_share", "parts_actual_share"}),
    "pair": frozenset({"average_target", "average_actual", "average_change"}),
}
"""Prepared fields that are quotients."""

EXTRA: Mapping[str, Mapping[str, str]] = {
    "form": {"weighted": "bool"},
    "indicator": {
        "actual_percent": "number",
        "target_none": "bool",
        "early": "bool",
        "days_late": "number",
        "months_late": "number",
        "full_months_late": "number",
        "known_direction": "text",
        # the pair that is worst, and the verdict on it, for either direction an indicator can have
        "target_positive": "number",
        "actual_positive": "number",
        "verdict_positive": "text",
        "said_positive": "bool",
        "target_inverse": "number",
        "actual_inverse": "number",
        "verdict_inverse": "text",
        "said_inverse": "bool",
    },
    "alike": {"first_fact": "fact", "second_fact": "fact"},
}
"""Columns that are no fields of a fact: what tables and findings need besides."""

PREPARED_KINDS = tuple(kind for kind in FACTS if kind != "part")
SUBJECT = "subject_"
"""What officers call the thing a fact is about."""
MOST_FACTS = 3
"""Positive patterns of a rule, and columns of facts in a finding."""
FORM_SHIFT, FACT_SHIFT = 1 << 10, 1 << 14
"""Most forms of a bundle, most facts of a kind on a form."""


class Beyond(Exception):
    """A value that the columns do not hold exactly. The reference executor takes the bundle where the policy looks at it."""


@functools.cache
def columns(kind: str) -> Mapping[str, str]:
    """The prepared columns of a kind: name -> text, number, wide, bool or fact."""
    wide = WIDE.get(kind, frozenset())
    fields = {
        name: "wide" if name in wide else field.type for name, field in FACTS[kind].items() if name not in COMPUTED.get(kind, ())
    }
    return {**fields, **EXTRA.get(kind, {}), SUBJECT: "text"}


@functools.lru_cache(maxsize=200_000)
def text_id(text: str) -> int:
    """The number a text goes by: 64 bits of a hash. That no two texts share one is checked when a corpus is sealed."""
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair, which a column of text cannot hold
        raise Beyond("文字里有半个代理对字符") from None
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "big", signed=True)


def scaled(value: Decimal, scale: int = SCALE, largest: int = LARGEST) -> int:
    """A number as an integer of the scale. Beyond, if it has more decimals or is larger than columns hold."""
    if not value.is_finite() or value.adjusted() > 40:
        raise Beyond(f"数值 {value} 过大")
    top, bottom = value.as_integer_ratio()
    whole, rest = divmod(top * scale, bottom) if bottom != 1 else (top * scale, 0)
    if rest or abs(whole) > largest:
        raise Beyond(f"数值 {value} 的位数过多")
    return whole
