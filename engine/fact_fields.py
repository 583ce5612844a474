"""The fields of each kind of fact that finding rules may name, with types and Chinese titles.

A policy's measures add number fields to form, goal, group and bundle; its rules' conclusions add kinds of their own.
`common` fields are on every fact that belongs to a form.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.fields import COMPARISONS, DIRECTIONS, KINDS, MET, OPERATORS, STATUSES, VERDICTS, Field, Fields

FORM_KINDS = ("department", "project")
SECTIONS = ("score", "execution", "met", "unmet", "problems", "problem", "remedies", "budget_use", "analysis", "")

_COMMON: Fields = {
    "form": Field("text", "表"),
    "form_kind": Field("text", "表种", FORM_KINDS),
}

_BUNDLE: Fields = {
    "forms": Field("number", "表的张数"),
    "units": Field("number", "填报单位个数"),
}

_FORM: Fields = {
    **_COMMON,
    "name": Field("text", "表名"),
    "unit": Field("text", "填报单位"),
    "fiscal_year": Field("number", "年度"),
    "total_reported": Field("number", "自评总分"),
    "total_computed": Field("number", "计算总分"),
    "total_gap": Field("number", "自评总分与计算总分之差的绝对值", internal=True),
    "total_added": Field("number", "自评各项得分之和"),
    "added_gap": Field("number", "自评总分与各项得分之和之差的绝对值", internal=True),
    "execution_reported": Field("number", "自评预算执行得分"),
    "execution_computed": Field("number", "计算预算执行得分"),
    "execution_gap": Field("number", "自评与计算预算执行得分之差的绝对值", internal=True),
    "execution_clause": Field("text", "预算执行计分的条款", internal=True),
    "indicators_reported": Field("number", "自评指标得分之和"),
    "indicators_computed": Field("number", "计算指标得分之和"),
    "grade_reported": Field("text", "自评等级"),
    "grade_computed": Field("text", "计算等级"),
    "grade_of_reported": Field("text", "自评总分对应的等级"),
    "grade_clause": Field("text", "等级的条款", internal=True),
    "money_unit": Field("text", "金额单位"),
    "budget": Field("number", "调整后预算数"),
    "executed": Field("number", "执行数"),
    "unspent": Field("number", "未执行数"),
    "execution_status": Field("text", "预算执行得分的状态", STATUSES),
    "execution_reason": Field("text", "预算执行得分不能核算的原因"),
    "lines_budget": Field("number", "预算各明细行预算数之和"),
    "lines_executed": Field("number", "预算各明细行执行数之和"),
    "original_budget": Field("number", "年初预算数"),
    "budget_walk_gap": Field("number", "正文年初预算加减调整数与调整后预算之差的绝对值"),
    "budget_change": Field("number", "预算调整幅度（占年初预算的比例，减为负）"),
    "execution_rate": Field("number", "执行率（百分数，按预算数、执行数计算）"),
    "execution_rate_stated": Field("number", "表列执行率（百分数）"),
    "execution_rate_gap": Field("number", "表列执行率与计算执行率之差的绝对值（百分点）", internal=True),
    "execution_rate_precision": Field("number", "表列执行率末位为一时的大小（百分点）", internal=True),
    "execution_rate_unit_missing": Field("bool", "表列执行率没有百分号"),
    "basic_expenditure": Field("number", "基本支出总额"),
    "project_expenditure": Field("number", "项目支出总额"),
    "expenditure_gap": Field("number", "基本支出、项目支出之和与部门支出总额之差的绝对值", internal=True),
    "indicators": Field("number", "指标个数"),
    "met": Field("number", "完成的指标个数"),
    "unmet": Field("number", "未完成的指标个数"),
    "undecided": Field("number", "判断不了是否完成的指标个数", internal=True),
    "completion_rate": Field("number", "指标完成率（百分数）"),
    "weight_sum": Field("number", "指标分值之和"),
    "weight_scheme": Field("number", "政策规定的指标分值之和", internal=True),
    "indicator_rate": Field("number", "指标得分率（百分数，自评）"),
    "execution_score_rate": Field("number", "预算执行得分率（百分数，自评）"),
    "rate_lead": Field("number", "指标得分率减预算执行得分率（百分点）", internal=True),
    "goals": Field("number", "年度目标个数"),
    "problems": Field("number", "报告列出的问题个数"),
    "remedies": Field("number", "报告列出的改进措施个数"),
    "execution_text": Field("text", "报告里执行率一节的文字"),
    "met_text": Field("text", "报告里完成情况一节的文字", internal=True),
    "unmet_text": Field("text", "报告里未完成情况一节的文字"),
    "problems_text": Field("text", "报告里问题一节与表内原因分析的文字", internal=True),
    "remedies_text": Field("text", "报告里改进措施一节与表内改进措施的文字", internal=True),
    "report_text": Field("text", "报告全文", internal=True),
}

_GOAL: Fields = {
    **_COMMON,
    "number": Field("number", "年度目标序号"),
    "title": Field("text", "年度目标内容"),
    "weight": Field("number", "年度目标分值"),
    "weight_sum": Field("number", "其下指标分值之和"),
    "indicators": Field("number", "指标个数"),
}

_GROUP: Fields = {
    **_COMMON,
    "goal": Field("number", "年度目标序号"),
    "depth": Field("number", "层次（1 一级指标，2 二级指标）", internal=True),
    "level1": Field("text", "一级指标"),
    "level2": Field("text", "二级指标"),
    "name": Field("text", "名称"),
    "known": Field("bool", "指标体系里有这个名称"),
    "belongs": Field("bool", "二级指标属于所在的一级指标"),
    "home": Field("text", "指标体系里它所属的一级指标", internal=True),
    "weight": Field("number", "分值"),
    "weight_sum": Field("number", "其下指标分值之和"),
    "indicators": Field("number", "指标个数"),
}

_INDICATOR: Fields = {
    **_COMMON,
    "goal": Field("number", "年度目标序号"),
    "name": Field("text", "三级指标"),
    "name_key": Field("text", "名称（归一后）", internal=True),
    "level1": Field("text", "一级指标"),
    "level1_name": Field("text", "一级指标（按指标体系的名称）", internal=True),
    "level2": Field("text", "二级指标"),
    "belongs": Field("bool", "二级指标属于所在的一级指标"),
    "home": Field("text", "指标体系里二级指标所属的一级指标", internal=True),
    "weight": Field("number", "分值"),
    "weight_share": Field("number", "分值占全表指标分值的比例"),
    "target_text": Field("text", "目标值原文"),
    "actual_text": Field("text", "实际完成值原文"),
    "target_kind": Field("text", "目标值的类型", KINDS),
    "actual_kind": Field("text", "实际完成值的类型", KINDS),
    "target_operator": Field("text", "目标值的符号", OPERATORS),
    "actual_operator": Field("text", "实际完成值的符号", OPERATORS),
    "target_unit": Field("text", "目标值的单位", internal=True),
    "actual_unit": Field("text", "实际完成值的单位", internal=True),
    "target_parts": Field("number", "目标值里的数的个数", internal=True),
    "actual_parts": Field("number", "实际完成值里的数的个数", internal=True),
    "target": Field("number", "目标值"),
    "actual": Field("number", "实际完成值"),
    "comparison": Field("text", "目标值与实际完成值怎样比较", COMPARISONS),
    "verdict": Field("text", "实际完成值是否达到目标值", VERDICTS),
    "excess": Field("number", "超过目标的幅度（比目标多出的比例；反向指标为少于目标的比例）", internal=True),
    "direction": Field("text", "指标方向", DIRECTIONS),
    "nature": Field("text", "计分办法", internal=True),
    "attainment": Field("text", "定性档次"),
    "met": Field("text", "是否完成", MET),
    "status": Field("text", "计分状态", STATUSES),
    "case": Field("text", "计分的情形", internal=True),
    "reported": Field("number", "自评得分"),
    "computed": Field("number", "计算得分"),
    "score_gap": Field("number", "自评得分减计算得分", internal=True),
    "score_shortfall": Field("number", "计算得分减自评得分", internal=True),
    "score_differs": Field("bool", "自评得分与计算得分不同"),
    "score_merged": Field("bool", "得分与别的指标合用一格"),
    "clause": Field("text", "计分的条款", internal=True),
    "review_reason": Field("text", "须人工判断的原因"),
    "allowed_low": Field("number", "可取的最低分"),
    "allowed_high": Field("number", "可取的最高分"),
    "full_marks": Field("bool", "自评得了满分"),
    "copied": Field("bool", "实际完成值照抄目标值"),
    "doubled_text": Field("text", "名称里重复的字"),
    "reason": Field("text", "表内填的原因"),
    "in_unmet": Field("bool", "报告的未完成情况提到它"),
    "in_unmet_table": Field("bool", "列在报告的未完成指标表里"),
    "in_problems": Field("bool", "问题或原因分析提到它"),
    "in_report": Field("bool", "报告提到它的名称"),
    "evidence": Field("bool", "报告里提到它的句子说明了怎样得来（调查、测评等）"),
}

_UNMET: Fields = {
    **_COMMON,
    "name": Field("text", "三级指标"),
    "name_key": Field("text", "名称（归一后，与表内指标一致）", internal=True),
    "level2": Field("text", "二级指标"),
    "target_text": Field("text", "目标值原文"),
    "actual_text": Field("text", "实际完成值原文"),
    "target": Field("number", "目标值"),
    "actual": Field("number", "实际完成值"),
    "actual_differs": Field("bool", "完成值与自评表不同（换算单位后）"),
    "target_differs": Field("bool", "目标值与自评表不同（换算单位后）"),
    "reason": Field("text", "未完成原因"),
    "shared_reason": Field("bool", "原因与上一行合用一格"),
    "shared_terms": Field("number", "原因与指标名称共有的词的个数", internal=True),
}

_CLAIM: Fields = {
    **_COMMON,
    "key": Field("text", "哪一种陈述", internal=True),
    "about": Field("text", "说的是哪张表", internal=True),
    "section": Field("text", "在报告的哪一节", SECTIONS),
    "text": Field("text", "原文"),
    "score": Field("number", "分数"),
    "amount": Field("number", "金额（按表的金额单位）"),
    "rate": Field("number", "比率（百分数）"),
    "count": Field("number", "个数"),
    "met": Field("number", "完成个数"),
    "year": Field("number", "年度"),
    "value": Field("number", "数值"),
    "unit": Field("text", "单位"),
    "qualifier": Field("text", "约、近之类的词"),
    "change": Field("text", "调整的方向"),
    "level1": Field("text", "一级指标"),
    "grade": Field("text", "等级"),
    "subject": Field("text", "说的是什么"),
    "name_key": Field("text", "说的是哪个指标（名称归一后）", internal=True),
    "name_exact": Field("bool", "名称与表内指标一致（不是相近或包含）"),
    "target": Field("number", "陈述的目标值"),
    "actual": Field("number", "陈述的完成值"),
    "actual_gap": Field("number", "陈述的完成值与表内完成值之差的绝对值", internal=True),
    "actual_precision": Field("number", "陈述的完成值末位为一时的大小", internal=True),
    "target_gap": Field("number", "陈述的目标值与表内目标值之差的绝对值", internal=True),
    "target_precision": Field("number", "陈述的目标值末位为一时的大小", internal=True),
    "expected": Field("number", "按表应为"),
    "gap": Field("number", "陈述与按表应为之差的绝对值", internal=True),
    "precision": Field("number", "陈述的末位为一时的大小（写到百分之几位）", internal=True),
}

_PART: Fields = {
    **_COMMON,
    "name": Field("text", "一级指标"),
    "reported": Field("number", "自评得分之和"),
    "computed": Field("number", "计算得分之和"),
    "weight_sum": Field("number", "分值之和"),
    "weight_scheme": Field("number", "政策规定的分值", internal=True),
}

_ALIKE: Fields = {
    **_COMMON,
    "first": Field("text", "一个指标"),
    "second": Field("text", "另一个指标"),
    "ending": Field("text", "名称共有的结尾"),
    "ending_length": Field("number", "共有结尾的字数", internal=True),
    "similarity": Field("number", "名称相似度（0 至 100）", internal=True),
    "same_unit": Field("bool", "单位相同"),
    "same_actual": Field("bool", "完成值相同"),
}

FACTS: Mapping[str, Fields] = {
    "bundle": _BUNDLE,
    "form": _FORM,
    "part": _PART,
    "goal": _GOAL,
    "group": _GROUP,
    "indicator": _INDICATOR,
    "unmet": _UNMET,
    "claim": _CLAIM,
    "alike": _ALIKE,
}
"""Fact kind -> field -> what it is."""

TITLES: Mapping[str, str] = {
    "bundle": "一次申报",
    "form": "表",
    "part": "一级指标合计",
    "goal": "年度目标",
    "group": "一级或二级指标",
    "indicator": "三级指标",
    "unmet": "未完成指标表的一行",
    "claim": "报告里的陈述",
    "alike": "一张表里名称结尾相同的两个指标",
}
