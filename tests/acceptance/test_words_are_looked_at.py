"""One sound form, one thing changed at a time: each is told by one more problem, and what only looks like it by none."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from engine.findings.findings import Checker
from engine.policy.loading import load
from engine.scoring.form import evaluate
from engine.submission.record import from_data

POLICY = load("central/2020")
ROWS = (
    ("改造供水管网", "产出指标", "数量指标", "10", "≥20公里", "21公里"),
    ("管网验收合格率", "产出指标", "质量指标", "15", "≥95%", "98%"),
    ("管网完工时间", "产出指标", "时效指标", "15", "2023年10月底前", "2023年10月12日"),
    ("单位长度造价", "产出指标", "成本指标", "10", "≤30万元/公里", "29.2万元/公里"),
    ("受益户数", "效益指标", "社会效益指标", "20", "≥800户", "830户"),
    ("管网漏损率", "效益指标", "经济效益指标", "10", "≤12%", "10.5%"),
    ("居民满意度", "满意度指标", "服务对象满意度指标", "10", "≥90%", "94%"),
)
CHECK = Checker(POLICY, use_durable=False).check


def sound() -> dict[str, Any]:
    keys = ("name", "level1", "level2", "weight", "target", "actual")
    rows = [{**dict(zip(keys, row, strict=True)), "score": row[3]} for row in ROWS]
    line = {"name": "年度资金总额", "role": "total", "money_unit": "万元", "budget": "640", "executed": "627.2", "rate": "98.00%"}
    form = {
        "kind": "project",
        "name": "老旧小区供水管网改造",
        "unit": "某市水务局",
        "fiscal_year": 2023,
        "budget": [{**line, "weight": "10", "score": "9.8"}],
        "goals": [{"number": 1, "indicators": rows}],
        "total": "99.8",
    }
    return {"schema": "jixiao/submission/1", "unit": "某市水务局", "fiscal_year": 2023, "forms": [form]}


def problems(record: dict[str, Any]) -> set[tuple[str, ...]]:
    found = CHECK(evaluate(from_data(json.loads(json.dumps(record)), "record.json"), POLICY))
    return {(concern.cause, *concern.subjects) for concern in found.concerns}


def changed(row: int = 0, **what: str) -> dict[str, Any]:
    record = deepcopy(sound())
    item = record["forms"][0]["goals"][0]["indicators"][row]
    record["forms"][0]["total"] = what.pop("total", "99.8")
    item.update(what)
    return record


def short(reason: str) -> dict[str, Any]:
    return changed(0, actual="18公里", score="9", reason=reason, total="98.8")


def with_(**what: Any) -> dict[str, Any]:
    record = sound()
    record["forms"][0].update(what)
    return record


def goal(title: str) -> dict[str, Any]:
    record = with_(header=[{"key": "goal_achieved", "label": "实际完成情况", "value": "改造管网21公里。"}])
    record["forms"][0]["goals"][0]["title"] = title
    return record


TOLD = {
    "empty reason": short("无"),
    "a stroke for a reason": short("——"),
    "a reason that fits all": short("工作统筹不到位，管理有待加强"),
    "a slip of the pen": short("路面峻工验收推迟，3公里转入下年"),
    "another deduction": short("3公里遇岩层改线，扣2分"),
    "measures without when and who": with_(remedies="加强预算绩效管理，提升工作水平。"),
    "no quantity": changed(0, target="按计划改造", actual="已按计划改造"),
    "spending as quantity": changed(0, name="资金支付率", target="100%", actual="100%"),
    "a rate of nothing": changed(4, name="经济效益明显", target="≥90%", actual="95%"),
    "a slogan": changed(4, name="供水保障", target="有效提升", actual="有效提升"),
    "work for an effect": changed(4, name="节水意识", target="开展节水宣传活动", actual="宣传12场，节水器具普及率由60%升到75%"),
    "another field": changed(4, name="文物修复数量", target="≥8件", actual="9件"),
    "the same number twice": changed(4, name="改造供水管网覆盖", target="≥20公里", actual="21公里"),
    "another number in the name": changed(0, name="改造供水管网25公里"),
    "a word of the form": changed(4, name="指标值"),
    "a place left open": changed(4, actual="XX户"),
    "satisfaction of all": changed(6, target="100%", actual="100%"),
    "satisfaction in words": changed(6, target="满意", actual="满意"),
    "a promise nobody measures": goal("改造供水管网20公里，新建加压泵房2座"),
    "filed late": with_(filled_on="2024年11月3日"),
    "undated": with_(filled_on="    年   月   日"),
}
SILENT = {
    "a reason": short("3公里遇岩层改线，11月才进场"),
    "as many points as were taken off": short("3公里遇岩层改线，扣1分"),
    "words that only look wrong": with_(remedies="由工程科从干部中选拔付出多的，12月底前补齐。"),
    "a quantity in words": changed(0, target="二十公里", actual="21公里"),
    "a rate of something": changed(4, name="低收入户覆盖率", target="≥90%", actual="95%"),
    "an effect that can be checked": changed(4, name="水质", target="达到国家标准", actual="106项全部达到国家标准"),
    "an effect of its own field": changed(4, name="供水投诉下降率", target="≥11%", actual="12%"),
    "a number of another kind": changed(0, name="改造DN200供水管网"),
    "satisfaction of many": changed(6, target="≥95%", actual="98%"),
    "promises that are measured": goal("改造供水管网20公里，降低管网漏损率，让居民满意"),
    "filed in time": with_(filled_on="2024年2月3日"),
}


@pytest.mark.parametrize("what", TOLD)
def test_it_is_told_by_one_more_problem(what: str) -> None:
    # a row that is renamed takes the problems it already had along
    known = {cause for cause, *_ in problems(sound())}
    more = [found for found in problems(TOLD[what]) - problems(sound()) if found[0] not in known]
    assert len(more) == 1, more


@pytest.mark.parametrize("what", SILENT)
def test_what_only_looks_like_it_is_not_told(what: str) -> None:
    assert {cause for cause, *_ in problems(SILENT[what])} <= {cause for cause, *_ in problems(sound())}


def test_the_sound_form_has_nothing_but_what_its_policy_always_says() -> None:
    assert problems(sound()) <= {("full-marks", "老旧小区供水管网改造")}
