"""Word and Excel forms with the habits of clerks nobody here has met, through the command line: nothing is made up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import writers
from conftest import Jixiao

from engine.documents.text import read_text

TITLE_IN_TABLE = """\
\t附件2

\t项目支出绩效自评表

\t（２０２１ 年度）

\t项目名称
\t“雪亮工程”视频监控建设

\t主管部门
\t某市公安局
\t实施单位
\t某市公安局科技信息化支队

\t预算执行情况（万元）
\t
\t年初预算数
\t全年预算数
\t全年执行数
\t分值
\t执行率
\t得分

\t
\t年度资金总额
\t560
\t560
\t504
\t10
\t90%
\t9

\t
\t其中：财政拨款
\t560
\t560
\t504
\t—
\t90%
\t—

\t年度总体目标
\t建成监控点位120个

\t绩效指标
\t序号
\t一级指标
\t二级指标
\t三级指标
\t年度目标值
\t全年实际值
\t权重
\t自评分
\t责任科室
\t偏差原因

\t
\t1
\t产出指标（50分）
\t数量指标
\t新建点位
\t≥１２０个
\t126个
\t25
\t25
\t科信科
\t

\t
\t2
\t
\t时效指标
\t故障修复时限
\t≤24小时
\t20小时
\t25
\t25
\t科信科
\t

\t
\t
\t小计
\t
\t
\t
\t
\t50
\t50
\t
\t

\t
\t3
\t效益指标（30分）
\t社会效益指标
\t可防性案件下降率
\t≥10%
\t8%
\t30
\t24
\t刑侦科
\t外来人口流动大

\t
\t4
\t满意度指标（10分）
\t服务对象满意度指标
\t群众满意度
\t≥95%
\t98.2%
\t10
\t10
\t办公室
\t

\t总分
\t
\t
\t
\t
\t
\t
\t100
\t93
\t
\t

\t自评等级
\t☑优 □良 □中 □差

\t填表人：李某
\t联系电话：0712-1234567
\t填报日期：2022年3月15日
"""


def written(kind: str) -> bytes:
    text = read_text(TITLE_IN_TABLE, "f")
    if kind == "txt":
        return TITLE_IN_TABLE.encode()
    return writers.docx(text, kind) if kind in writers.STYLES else writers.workbook([text])


@pytest.mark.parametrize("kind", ["txt", "merged", "repeated", "xlsx"])
def test_a_form_with_everything_at_once(jixiao: Jixiao, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"f.{kind if kind in ('txt', 'xlsx') else 'docx'}"
    path.write_bytes(written(kind))
    run = jixiao("evaluate", path, "--format", "json")
    assert run.status == 0, run.err
    (form,) = run.data["forms"]
    assert (form["unit"], form["fiscal_year"], form["kind"]) == ("某市公安局科技信息化支队", 2021, "project")
    assert [scored(item) for item in form["indicators"]] == [
        ("产出指标", "新建点位", 25, 25, 25),
        ("产出指标", "故障修复时限", 25, 25, 25),
        ("效益指标", "可防性案件下降率", 30, 24, 24),
        ("满意度指标", "群众满意度", 10, 10, 10),
    ]
    assert (form["grade"]["reported"], form["grade"]["computed"]) == ("优", "优")
    assert Decimal(form["scores"]["total"]["computed"]) == 93
    notes = [(f["rule"], f["subject"]) for f in run.data["findings"] if f["category"] == "notation"]
    assert notes == [("notation.column-unlisted", "责任科室")]


def scored(item: Any) -> tuple[Any, ...]:
    return (item["level1"], item["name"], *(Decimal(item[key]) for key in ("weight", "reported", "computed")))
