"""Forms of layouts nobody described, for `jixiao layout learn`: invented, each with headings the packs do not know."""

from __future__ import annotations

from collections.abc import Sequence

from writers import docx, workbook

from engine.documents.model import Document, Paragraph, Table, TableCell
from engine.errors import Place

Rows = Sequence[Sequence[str]]


def document(lines: Sequence[str], rows: Rows) -> Document:
    """Lines above one table. A short row's last cell spans the rest; an empty cell is merged with the one above it."""
    table = Table(tuple(tuple(TableCell(text, Place()) for text in row) for row in rows), Place())
    return Document((*(Paragraph(line, Place()) for line in lines), table))


def word(lines: Sequence[str], rows: Rows) -> bytes:
    return docx(document(lines, rows))


def excel(lines: Sequence[str], rows: Rows) -> bytes:
    return workbook([document(lines, rows)], numbers=True)


COUNTY_LINES = ["云川县2023年县级财政支出绩效自查报告单", "承办机构：云川县交通运输局    报送日期：2024年3月12日"]
COUNTY_ROWS = [
    ["立项名称", "农村公路养护经费"],
    ["资金保障", "安排资金", "支用资金", "支用比例", "满分", "赋分"],
    ["全年合计金额（万元）", "400", "380", "95%", "10", "9.5"],
    ["考核维度", "考核方面", "考核内容", "期望水平", "达到水平", "满分", "赋分", "差距说明"],
    ["产出指标", "数量指标", "养护里程", "≥120公里", "126公里", "20", "20", ""],
    ["", "质量指标", "路面完好率", "≥90%", "88%", "20", "19.56", "汛期水毁路段修复延至次年"],
    ["", "时效指标", "汛前排查完成时间", "5月底前", "5月20日", "10", "10", ""],
    ["效益指标", "社会效益指标", "沿线群众出行时间缩短", "≥15分钟", "18分钟", "30", "30", ""],
    ["满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥90%", "93%", "10", "10", ""],
    ["累计赋分", "", "", "", "", "100", "99.06", ""],
]
"""A county's project form: every heading is its own. Weights 90 and 10 of execution, scores 89.56 and 9.5."""

COUNTY_OTHER_LINES = ["云川县2023年县级财政支出绩效自查报告单", "承办机构：云川县水利局    报送日期：2024年3月15日"]
COUNTY_OTHER_ROWS = [
    ["立项名称", "小型水库维修经费"],
    ["资金保障", "安排资金", "支用资金", "支用比例", "满分", "赋分"],
    ["全年合计金额（万元）", "200", "200", "100%", "10", "10"],
    ["考核维度", "考核方面", "考核内容", "期望水平", "达到水平", "满分", "赋分", "差距说明"],
    ["产出指标", "数量指标", "维修水库座数", "≥8座", "8座", "25", "25", ""],
    ["", "质量指标", "验收合格率", "＝100%", "100%", "25", "25", ""],
    ["效益指标", "社会效益指标", "受益人口", "≥2.4万人", "2.1万人", "30", "26.25", "两处移民村并入他镇"],
    ["满意度指标", "服务对象满意度指标", "受益群众满意度", "≥90%", "91%", "10", "10", ""],
    ["累计赋分", "", "", "", "", "100", "96.25", ""],
]
"""Another form of the same layout."""

DEPARTMENT_LINES = ["江陵省省直部门整体绩效运行结果自查表", "（2022年度）"]
DEPARTMENT_ROWS = [
    ["机构全称", "江陵省文物保护中心", "经办人员", "周某"],
    ["收支完成", "安排数", "支用数", "完成比"],
    ["总盘子（万元）", "1250.00", "1200.00", "96.00%"],
    ["目标类别", "目标子类", "考评要点", "方向", "设定标准", "计量", "兑现结果", "应得", "实得", "扣分缘由"],
    ["产出", "产出数量", "修缮文物建筑", "≥", "12", "处", "12", "20", "20", ""],
    ["", "产出质量", "修缮工程验收合格率", "＝", "100", "%", "100", "20", "20", ""],
    ["", "产出时效", "年度计划按期完成率", "≥", "95", "%", "92", "10", "9.68", "一处汛期停工两个月"],
    ["效益", "社会效益", "开放日接待观众", "≥", "30", "万人次", "34", "20", "20", ""],
    ["", "生态效益", "雨水收集设施覆盖率", "≥", "60", "%", "66", "10", "10", ""],
    ["满意度", "服务对象满意度", "观众满意度", "≥", "90", "%", "95.2", "10", "10", ""],
    ["综合评定", "优"],
]
"""A department's of another province: signs, values and units in columns of their own; levels in short."""
