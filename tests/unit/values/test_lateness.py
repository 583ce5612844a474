"""How late: days and months behind a deadline, only where the texts leave one answer."""

from __future__ import annotations

import pytest
from conftest import ROOT

from engine.values.comparison import compare
from engine.values.lateness import Lateness
from engine.values.notation import read_value, vocabulary
from engine.yaml.reader import load_file

WORDS = vocabulary(load_file(ROOT / "policies/common/notation/notation.yaml").data["notation"])


@pytest.mark.parametrize(
    ("target", "actual", "days", "months", "over"),
    [
        ("2021年6月30日前", "2021年6月12日", 0, 0, 0),
        ("2021年6月30日前", "2021年6月30日", 0, 0, 0),
        ("2021年6月30日前", "2021年7月1日", 1, 1, 0),
        ("2021年6月30日前", "2021年7月31日", 31, 1, 1),
        ("2021年6月30日前", "2021年8月1日", 32, 2, 1),
        ("2021年6月15日前", "2021年7月15日", 30, 1, 1),
        ("2021年6月15日前", "2021年7月16日", 31, 2, 1),
        ("2021年6月15日前", "2022年6月15日", 365, 12, 12),
        ("2021年1月31日前", "2021年2月28日", 28, 1, 1),
        ("2021年1月30日前", "2021年2月28日", 29, 1, 1),
        ("2021年6月底", "2021年8月", None, 2, None),  # a month names no day: begun months are the same for all of August
        ("2021年9月前", "2021年11月20日", None, None, None),  # 9月前 ends with August or with September
        ("2021年9月前", "2021年9月", None, None, None),  # not known whether it is late at all
        ("2021年6月30日前", "2021年6月30日前", 0, 0, 0),
    ],
)
def test_how_late(target: str, actual: str, days: int | None, months: int | None, over: int | None) -> None:
    compared = compare(read_value(target, WORDS), read_value(actual, WORDS), WORDS, 2021)
    assert compared.kind == "deadline"
    assert compared.late == Lateness(days, months, over)
