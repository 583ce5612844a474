"""The checks of `policy lint` by their stable code: severity and title. Each has a page `docs/lint/<code>.md`."""

from __future__ import annotations

from collections.abc import Mapping

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES: Mapping[str, str] = {ERROR: "错误", WARNING: "警告", INFO: "提示"}
"""Worst first."""

CODES: Mapping[str, tuple[str, str]] = {
    # scoring tables
    "case-contradictory": (ERROR, "一条情形的条件自相矛盾"),
    "case-shadowed": (ERROR, "一条情形被前面的全部接走"),
    "direction-operator": (WARNING, "目标值的符号与方向相反"),
    "case-never-arrives": (INFO, "识别之后没有指标会走到这一条"),
    "case-copied": (WARNING, "两条情形的条件完全相同"),
    "value-uncovered": (WARNING, "有的完成值没有规定，落到 otherwise"),
    "value-otherwise": (INFO, "哪些情形落到 otherwise"),
    "score-out-of-range": (ERROR, "得分可能小于 0 或大于分值"),
    "score-clamped": (INFO, "靠上下限才不越界"),
    "score-not-monotone": (ERROR, "做得更好反而得分更低"),
    "score-follows-reported": (INFO, "得分取自评得分"),
    "score-division": (ERROR, "除数可能为 0"),
    "score-operand": (ERROR, "公式里的量可能没有"),
    "score-without-weight": (WARNING, "公式里没有分值"),
    "full-marks-though-missed": (ERROR, "没有达到目标也得满分"),
    "score-scale": (WARNING, "换一种计量单位得分就不同"),
    "met-not-full": (WARNING, "达到目标却不是满分"),
    "score-jump": (INFO, "差一点就少很多分"),
    "total-out-of-range": (ERROR, "总分可能越出 0 至满分"),
    "total-not-applicable": (WARNING, "有不适用的指标，总分就到不了满分"),
    "total-not-full": (ERROR, "各项满分而总分不是满分"),
    "unproved": (ERROR, "没有证明，也没有反例"),
    # weights, bands
    "weights-absent": (INFO, "没有写各一级指标的分值"),
    "weights-taxonomy": (WARNING, "指标体系里的一级指标没有分值"),
    "band-gap": (ERROR, "有的分数不属于任何一档"),
    "band-unreachable": (ERROR, "一档永远用不上"),
    "band-edges-mixed": (WARNING, "from 与 above 混用"),
    "band-scale": (WARNING, "各档下限的尺度不对"),
    "tier-unused": (WARNING, "一档没有情形用到"),
    "tier-swapped": (WARNING, "档次与识别的结果对不上"),
    "attainment-never": (WARNING, "一档没有识别情形给出"),
    # rules and measures
    "rule-never-fires": (ERROR, "规则永远不会报"),
    "rule-value-unknown": (ERROR, "与不存在的值比较"),
    "rule-same-conditions": (WARNING, "两条规则的条件完全相同"),
    "rule-same-message": (WARNING, "两条规则的说法完全相同"),
    "measure-never": (ERROR, "统计量的条件不可能成立"),
    "unit-mismatch": (WARNING, "百分数与比例混用"),
    "untested-rule": (WARNING, "规则没有测试"),
    "untested-case": (WARNING, "计分情形没有测试"),
    "untested-parameter": (INFO, "参数没有测试"),
    # parameters and words
    "unused-parameter": (WARNING, "没有用到的参数"),
    "unused-clause": (WARNING, "没有引用的条款"),
    "unused-measure": (WARNING, "没有用到的统计量"),
    "unused-conclusion": (WARNING, "推出的事实没有用到"),
    "parameter-range": (WARNING, "参数的值与单位不符"),
    "parameter-text": (WARNING, "数字写成了文字"),
    "parameter-scale": (WARNING, "与被改写的值相差百倍"),
    "word-repeated": (WARNING, "词表里有重复的词"),
    "word-glued": (WARNING, "几个词粘成了一个"),
    "word-blank": (ERROR, "词表里有空白的词"),
    "word-conflict": (WARNING, "同一个词在两张词表里"),
    "word-cancelled": (WARNING, "词被例外词抵消"),
    "word-shadowed": (WARNING, "词被前面的词表先认走"),
    "pattern-empty": (ERROR, "正则表达式什么都匹配"),
    "pattern-alternative": (WARNING, "正则表达式有空的分支"),
    "pattern-never": (ERROR, "正则表达式什么都不匹配"),
    "pattern-fullwidth": (WARNING, "正则表达式里用了全角符号"),
    # the layout of the form
    "wording-empty": (WARNING, "写法什么都符合"),
    "placeholder-unused": (WARNING, "没有用到的占位词"),
    "title-example": (WARNING, "标题的例子不符合写法"),
    "label-same": (WARNING, "标签上级已有"),
    # the policy as a whole
    "validity-expired": (INFO, "适用年度已过"),
    "years-id": (WARNING, "适用年度与编号不符"),
    "years-title": (WARNING, "名称里的年度与适用年度不符"),
    "jurisdiction-id": (WARNING, "地区与编号不符"),
    "evidence-unverified": (WARNING, "已发布的政策引用未核实的来源"),
    "policy-overlap": (WARNING, "两个政策适用于同样的表"),
    "kinds-fewer": (WARNING, "少了一种表"),
    "in-force-early": (WARNING, "起止日期在填报之前"),
    "file-unread": (WARNING, "没有读的文件"),
    "override-drops": (WARNING, "整张替换，少了原来的"),
    "override-same": (WARNING, "改写成了原样"),
    "override-between": (WARNING, "几个被引用的政策写了同一项"),
    "taxonomy-twice": (WARNING, "一个二级指标有两处归属"),
    "text-placeholder": (ERROR, "占位符不存在"),
    "text-template": (ERROR, "模板不存在或有错"),
    "acceptance-stale": (WARNING, "认可的问题已经没有了"),
    "acceptance-code": (ERROR, "认可了一个不存在的检查"),
}
"""Code -> severity unless a lint says otherwise, title."""
