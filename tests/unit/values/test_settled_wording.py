"""Kinds of targets that a person judges in one way: members of each kind, and what only looks like one."""

from __future__ import annotations

import pytest
from test_qualitative_wording import of, says

MEMBERS = {
    "stages": [
        ("印发管理办法", "办法已报请市政府常务会审议", "partial"),
        ("印发管理办法", "办法以市政府名义印发", "met"),
        ("出台规划", "规划经市人大批准后公布", "met"),
        ("当年开工", "已完成招标，冬歇期后进场", "partial"),
        ("建成投用", "主体封顶，工程质量优良", "partial"),
        ("完成招标并开工建设", "招标完成", "partial"),
        ("未来社区建成", "未来社区已建成", "met"),
        ("系统上线运行", "已具备上线条件", "partial"),
        ("取得资质证书", "现场评审通过，证书尚未核发", "partial"),
        ("完成人员招录", "笔试面试结束，正在体检", "partial"),
    ],
    "in every month": [
        ("按月发放", "前三季度按月发放，第四季度合并发放", "partial"),
        ("按季通报", "全年仅通报1次", "unmet"),
        ("按月报送", "12个月均按时报送", "met"),
        ("按季评价", "四个季度评价均已完成", "met"),
    ],
    "all of it": [
        ("应检尽检", "应检218台，实检211台", "partial"),
        ("应检尽检", "应检218台，实检218台", "met"),
        ("应检尽检", "应检218台，实检211台，停用7台按规定免检", "met"),
        ("全覆盖", "18个乡镇中16个已覆盖", "partial"),
        ("应查尽查", "排查率93%", "partial"),
        ("实现村村通", "所有行政村均已通公路", "met"),
    ],
    "places": [
        ("排名全市前三", "排名全市第五", "partial"),
        ("位次前移", "由第9位升至第6位", "met"),
        ("保持全省前列", "列全省第15位", "unclear"),
        ("达到国家二级标准", "经评定为三级", "partial"),
        ("二级甲等", "三级乙等", "unclear"),
    ],
    "last year": [
        ("优于上年", "与上年持平", "partial"),
        ("较上年减少", "上年27件，本年31件", "unmet"),
        ("逐年提高", "本年下降，上年提高", "partial"),
        ("投诉量低于上年", "投诉136件，上年152件", "unclear"),
    ],
    "people and limits": [
        ("公众满意", "满意度96.3%", "met"),
        ("公众满意", "满意度82%", "unclear"),
        ("企业满意", "走访30家企业，28家表示满意、2家表示基本满意", "unclear"),
        ("及时拨付", "资金于下达当月拨付到户，较规定时限提前9天", "met"),
        ("按时支付", "不存在未按时支付的情形", "met"),
        ("不超预算", "结余11万元", "met"),
        ("长期使用", "设备购置完成，因配件停产已报废", "partial"),
    ],
    "states and events": [
        ("供应稳定", "6月出现区域性脱销", "partial"),
        ("保护文物安全", "破获盗掘案件3起", "unclear"),
        ("居民用气安全", "燃气泄漏报警器已发放", "unclear"),
        ("质量达标", "主体质量优良，附属工程需返工", "unclear"),
        ("带动就业", "吸纳本地务工人员326人", "met"),
        ("减轻企业负担", "企业成本上升", "partial"),
        ("村卫生室正常运行", "全部正常运行", "met"),
        ("保障供水稳定", "更换爆裂管网3公里，全年供水稳定", "met"),
        ("档案安全", "档案库房无霉变虫蛀、无丢失", "met"),
        ("减少污染", "污染源普查完成", "unclear"),
        ("完成培训", "完成培训师资遴选", "unclear"),
        ("居民分类习惯养成", "居民分类习惯逐步养成", "unclear"),
    ],
}
ROWS = [(kind, *row) for kind, rows in MEMBERS.items() for row in rows]


@pytest.mark.parametrize(("kind", "target", "actual", "verdict"), ROWS)
def test_members_of_each_kind(kind: str, target: str, actual: str, verdict: str) -> None:
    assert says(of(actual, target, year=2023)) == verdict, kind


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("提升公众满意度", "满意度由95.2%降至90.6%"),
        ("应训尽训", "应训500人，实训480人，20人外出"),
        ("全覆盖", "已覆盖9个村，另外1个村待明年实施"),
        ("建成并投入使用", "主体完工，待验收后投入使用"),
        ("控制在预算内", "因设计变更，超预算6.3万元"),
        ("提升城市竞争力", "竞争力全省位次后移2位"),
        ("增速高于全市平均", "增长3.1%，全市平均4.4%"),
    ],
)
def test_what_speaks_against_full_marks_takes_them_back(target: str, actual: str) -> None:
    assert says(of(actual, target, year=2023)) != "met"


@pytest.mark.parametrize(
    ("target", "actual", "verdict"),
    [
        ("保持平稳", "房价波动在±2%以内，总体平稳", "unclear"),
        ("较2020年下降15%", "2020年86.2，2022年72.4", "unclear"),
        ("不出现", "没有出现", "met"),
        ("不新增", "未新增", "met"),
    ],
)
def test_what_is_no_failure_and_no_deadline(target: str, actual: str, verdict: str) -> None:
    assert says(of(actual, target, year=2022)) == verdict
