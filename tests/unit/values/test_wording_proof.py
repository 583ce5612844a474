"""An actual full of facts accuses, or praises, only where the facts prove it; on two sets of pairs, each tried once before mending.

The sets of `wording_facts.tsv` were written whole before anything was tried on them: 124 pairs, then 82. In the first 3 verdicts
were wrong or guessed, in the second 2; what they showed is mended. Most pairs are asked: no word says what the facts come to.
"""

from __future__ import annotations

import pytest
from deep import Figure
from test_qualitative_wording import of, rows, says, wrong

FACTS = "wording_facts.tsv"


def test_no_verdict_on_facts_is_wrong_and_none_accuses_where_a_person_cannot_tell(figure: Figure) -> None:
    found = [(row, says(row.read())) for row in rows(FACTS)]
    assert len(found) >= 200
    faults = [
        f"{row.name}｜{row.target}｜{row.actual}：{said}，应为 {row.verdict}"
        for row, said in found
        if wrong(said, row.verdict) or (row.verdict == "unclear" and said != "unclear")
    ]
    assert faults == []
    decided = sum(said != "unclear" for _, said in found)
    figure(f"{FACTS}: {len(found)} rows, 0 wrong, 0 guessed, {decided} decided")
    assert decided >= len(found) // 12  # asking of everything is no answer


@pytest.mark.parametrize(
    ("name", "target", "actual", "verdict"),
    [
        # what is short is the target's, or it is not
        ("排水管网", "全部疏通", "计划疏通36公里，实际疏通29公里，清淤2,100吨", "partial"),
        ("文化站建设", "建成开放", "采购图书4,000册，文化站尚未建成", "unmet"),
        ("机构评审", "通过评审", "全部通过专家评审，证书延至2026年到期", "unclear"),
        ("生产形势", "稳定", "全年事故2起，与上年持平", "unclear"),
        ("社区管理", "规范", "在册210人，训诫12人次，处分3人", "unclear"),
        ("住房修缮", "居民满意", "修缮90户，满意86户，不满意1户", "unclear"),
        # one thing and nothing else: the contrary of what is wanted
        ("调度平台", "稳定运行", "平台宕机3次", "unmet"),
        ("调度平台", "稳定运行", "接入终端300台，平台宕机3次，处置工单2,000件", "unclear"),
        # what takes less is not against what is to rise
        ("办税体验", "提升", "新设自助机9台，平均等候由30分钟缩短至12分钟", "unclear"),
        ("居民收入", "提高", "人均收入减少800元，外出务工2,000人", "unclear"),
        ("居民收入", "提高", "外出务工2,000人，居民收入下降6%", "unmet"),
        # a degree of something bad, and less than it
        ("山林防火", "无重大火灾", "发生火灾1起，过火0.2公顷", "unclear"),
        ("山林防火", "无重大火灾", "发生重大火灾1起", "unmet"),
        ("山林防火", "不发生重特大火灾", "发生特大火灾1起", "unmet"),
        ("山林防火", "无火灾", "发生火灾1起，过火0.2公顷", "unmet"),
        # met, and what takes that away
        ("评审效率", "提升", "平均评审天数由20天增加到31天，主要是申报项目增多", "unclear"),
        ("市场卫生", "干净卫生", "检查9处，7处干净，2处污水横流", "unclear"),
        ("灾民安置", "妥善安置", "符合条件的40户灾民，安置31户，其余9户投亲靠友", "unclear"),
        ("水上交通", "平安", "进出船舶3,000艘次，发生碰撞4起，无人员伤亡", "unclear"),
        ("单位能耗", "下降", "综合能耗下降3%，单位面积电耗上升2%", "unclear"),
        # not known, not to be compared
        ("文明县城", "创建成功", "材料已上报，测评结果尚未公布", "unclear"),
        ("群众满意率", "提升", "数据目前不掌握", "unclear"),
        ("外资规模", "增长", "口径有变，今年与上年不可比", "unclear"),
        ("管理办法", "出台办法", "办法尚未公布", "unmet"),
        ("社区文化", "推进", "推进中", "unclear"),
        # a name with a negator in it
        ("慢性病防治", "持续消除", "碘缺乏病维持消除状态", "met"),
    ],
)
def test_what_facts_prove(name: str, target: str, actual: str, verdict: str) -> None:
    reading = of(actual, target, name, 2023)
    assert says(reading) == verdict, reading


def test_a_count_that_came_late_is_short_by_how_much_is_not_said() -> None:
    reading = of("有6条迟报，最长迟3天", "及时报送", "信息报送", 2023)
    assert (reading.verdict, reading.ground) == ("unclear", "wanting")
