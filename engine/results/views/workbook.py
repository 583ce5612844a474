"""The workbook of one evaluation: findings to work through, the scores, and what it was made by."""

from __future__ import annotations

from collections.abc import Iterator

from engine import __version__
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy.model import Policy
from engine.results.model import Result
from engine.results.reading import KINDS, STATUSES, Scored, label
from engine.results.views.excel import Sheet, Value, make, numeric

_FINDINGS = ("级别", "类别", "自评表", "指标或事项", "问题", "建议", "依据", "条文", "规则", "证据", "位置", "处理情况")
_SCORED = ("自评表", "表种", "目标", "一级指标", "二级指标", "项目", "分值", "目标值", "完成值")
_SCORES = (*_SCORED, "自评得分", "计算得分", "情形", "说明")


def findings_workbook(result: Result, policy: Policy) -> bytes:
    """The result as an Excel workbook. The last column of the findings is for whoever works through them."""
    return make(
        (
            Sheet("问题", _FINDINGS, list(_findings(result, policy)), 4),
            Sheet("得分", _SCORES, list(_scores(result)), 1),
            Sheet("说明", ("项目", "内容"), list(_about(result))),
        )
    )


def _findings(result: Result, policy: Policy) -> Iterator[list[Value]]:
    for finding in result["findings"]:
        basis = finding["basis"]
        clause = policy.clauses[basis].text if basis in policy.clauses else ""
        evidence = [f"{item['title'] or item['field']}：{item['value']}" for item in finding["evidence"]]
        where = dict.fromkeys(item["where"] for item in finding["evidence"])
        yield [
            SEVERITIES[finding["severity"]],
            CATEGORIES[finding["category"]],
            finding["form"],
            finding["subject"],
            finding["message"],
            finding["advice"],
            basis,
            clause,
            finding["rule"],
            "\n".join(evidence),
            "\n".join(where),
            "",
        ]


def _scores(result: Result) -> Iterator[list[Value]]:
    for form in result["forms"]:
        kind = KINDS[form["kind"]]
        for key, score in form["scores"].items():
            yield [form["name"], kind, None, "", "", label(key), None, "", "", *_marks(score), "", score.get("reason", "")]
        yield [form["name"], kind, None, "", "", "等级", None, "", "", form["grade"]["reported"], form["grade"]["computed"], "", ""]
        for item in form["indicators"]:
            status = STATUSES[item["status"]]
            case, reason = item["trace"].get("case", ""), item.get("reason", "")
            yield [
                form["name"],
                kind,
                item["goal"],
                item["level1"],
                item["level2"],
                item["name"],
                numeric(item["weight"]),
                item["target"],
                item["actual"],
                *_marks(item),
                case,
                "：".join(part for part in (status, reason) if part),
            ]


def _marks(score: Scored) -> list[Value]:
    return [numeric(score["reported"]), numeric(score["computed"])]


def _about(result: Result) -> Iterator[list[Value]]:
    policy = result["policy"]
    yield ["政策", f"{policy['id']}　{policy['title']}"]
    yield ["政策的校验码（SHA-256）", policy["sha256"]]
    yield ["程序", f"jixiao {__version__}"]
    for form in result["forms"]:
        yield ["自评表", f"{form['unit']}　{form['fiscal_year']}年度　{form['name']}"]
