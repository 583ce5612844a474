"""Targets of several parts or of so much in each, rates of two counts under a name that names nothing, units, days and limits."""

from __future__ import annotations

import pytest

from tests.unit.values.test_paired import judged

NAMELESS = "工作任务完成情况"


@pytest.mark.parametrize(
    ("target", "actual", "verdict"),
    [
        ("≥300人", "培训3期，每期110人", "met"),
        ("≥300人次", "培训3期，每期95人", "not_met"),
        ("不少于8场", "每季度2场", "met"),
        ("不少于8场", "每季度2场（四季度取消）", "unknown"),
        ("每月1次", "全年开展9次", "not_met"),
        ("每月1次", "12次", "met"),
        ("每月不少于1次", "12次", "unknown"),
        ("≥4次", "每季度检查1次", "unknown"),
        ("每季度2次", "2次", "unknown"),
        ("每季度不少于2次", "一季度2次、二季度3次、三季度1次、四季度2次", "not_met"),
        ("每年2次", "上半年1次，下半年1次", "met"),
        ("≥2期/月", "全年20期", "not_met"),
        ("4期，每期50人", "4期，共计216人", "met"),
        ("4期，每期50人", "3期，每期60人", "not_met"),
        ("4期，每期不少于50人", "4期，共计216人", "unknown"),
        ("2场，每场不少于100人", "2场，分别为120人、86人", "not_met"),
        ("全血≥26000单位，血小板≥3200治疗量", "全血26130单位，血小板3108治疗量", "not_met"),
        ("20场1万人次", "26场，场均527人次", "met"),
        ("≥95%", "120个样品中118个合格", "met"),
        ("≥95%", "发放问卷200份，收回198份，满意181份", "not_met"),
        ("≤0.5%", "抽查4000条，差错12条", "met"),
        ("≥95%", "抽查4000条，外购3900条", "unknown"),
        ("100%", "851/860", "not_met"),
        ("≥90%", "非常满意62%，满意31%，一般7%", "met"),
        ("≥90%", "满意82%，基本满意11%", "unknown"),
        ("较上年增加10人", "由142人增至149人", "not_met"),
        ("≤48元", "检定15.2万台件，支出706.8万元", "unknown"),
        ("上限50台", "采购53台", "not_met"),
        ("≥95%", "差错率0.6%", "unknown"),
        ("180人", "在岗176人，年内离职4人", "unknown"),
        ("2部", "1部首演、1部排练", "unknown"),
    ],
)
def test_several_numbers_of_a_name_that_names_nothing(target: str, actual: str, verdict: str) -> None:
    assert judged(target, actual, "positive", NAMELESS) == verdict


@pytest.mark.parametrize(
    ("target", "actual", "verdict"),
    [
        ("600元/人·月", "7200元/人·年", "met"),
        ("600元/人·月", "7100元/人·年", "unknown"),
        ("≤165万元/公里", "1,680元/米", "not_met"),
        ("6000元/人·年", "每人每月500元", "met"),
        ("≤24小时", "1.5天", "not_met"),
        ("≥48小时", "5天", "unknown"),
        ("≤10个工作日", "平均8天", "met"),
        ("≥80件", "近80件", "unknown"),
        ("≥1000人", "近1100人", "met"),
        ("≥75件", "近80件", "unknown"),
        ("≥2万人次", "1.9万余人次", "not_met"),
        ("pH值6~9", "pH值9.6", "not_met"),
        ("20～25℃", "21.6℃—24.3℃", "met"),
        ("20～25℃", "18.9℃—24.3℃", "not_met"),
        ("80～100人", "70～90人", "unknown"),
        ("2023年3月—11月", "2023年4月10日至10月15日", "met"),
        ("2023年3月—11月", "2023年12月6日", "not_met"),
    ],
)
def test_units_ranges_and_days(target: str, actual: str, verdict: str) -> None:
    assert judged(target, actual, "", "出勤") == verdict
