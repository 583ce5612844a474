"""What an officer or reviewer reads has no word of the engine in it: no name of a field or type, no id, no path of keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Jixiao

from engine.policy.heads import heads
from engine.policy.library import library
from engine.policy.loading import load
from engine.results.reading import matched
from engine.results.views import questions

POLICIES = [head.id for head in heads(library())[0] if head.status != "pack"]
KNOWN = {"PDF", "Word", "Excel", "form", "yaml", "unconfirmed"}
"""Kinds of files, and what is to be taken out of the file in which a layout is confirmed."""
WORD = re.compile(r"[A-Za-z][A-Za-z_]+")
PATH = re.compile(r"\w+\[\d+\]|\b[a-z_]+\.[a-z_]+\b(?!\.(?:json|yaml|txt))")
SAID_ALONE = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*\}\}")
MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_sentence_of_a_rule_has_an_english_word_or_a_code_in_it(policy: str) -> None:
    rules = load(policy, library()).rules
    wrong = []
    for rule in rules.rules.values():
        kinds = {pattern.alias: rules.kinds[pattern.kind] for pattern in rule.patterns if pattern.alias}
        for text in (rule.title, rule.message, rule.advice, rule.report, rule.subject, rule.capped):
            wrong += [(rule.id, word) for word in WORD.findall(unquoted(MARKUP.sub("", text))) if word not in KNOWN]
            coded = [kinds[alias].get(name) for alias, name in SAID_ALONE.findall(text) if alias in kinds]
            wrong += [(rule.id, field.title) for field in coded if field is not None and field.choices]
    assert wrong == []


def record(home: Path) -> Path:
    """Something of everything: two goals, no target, a wrong group, no reason, a direction nobody knows, totals that do not add."""

    def row(name: str, level1: str, level2: str, target: str, actual: str, score: str, **more: Any) -> dict[str, Any]:
        own = {"name": name, "level1": level1, "level2": level2, "weight": "10"}
        return {**own, "target": target, "actual": actual, "score": score, **more}

    goals = [
        {"indicators": [
            row("组织商会培训", "产出指标", "数量指标", "3期", "1期", "10"),
            row("应急救援出动次数", "产出指标", "数量指标", "20次", "31次", "8"),
            row("验收合格率", "产出指标", "质量指标", "95%", "已完成", "10"),
            row("按时完成", "产出指标", "时效指标", "2021年12月底前", "2022年3月", "10"),
        ]},
        {"indicators": [
            row("建设综治示范点", "效益指标", "社会效益指标", "", "在一定程度上推进了建设", "10"),
            row("群众满意度", "效益指标", "服务对象满意度指标", "≥90%", "120%", "20"),
            row("群众满意度", "满意度指标", "数量指标", "≥90", "0.95", "10", reason="无"),
        ]},
    ]  # fmt: skip
    line = {"name": "总额", "role": "total", "money_unit": "万元", "budget": "80", "executed": "100", "rate": "90%", "score": "20"}
    forms = [
        {"kind": "project", "name": "示范项目", "budget": [line], "goals": goals, "total": "99", "grade": "优"},
        {"kind": "department", "name": "部门整体支出", "budget": [{**line, "budget": "0"}], "goals": goals[:1], "total": "60"},
    ]
    whole = {"schema": "jixiao/submission/1", "unit": "某局", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": forms}
    path = home / "某局.json"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def said(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """All sentences and places of a result, with what each is."""
    for finding in result["findings"]:
        for key in ("title", "message", "advice", "report", "subject", "form"):
            yield f"{finding['rule']} {key}", finding.get(key, "")
        for item in finding["evidence"]:
            yield f"{finding['rule']} where", item["where"].removeprefix(item.get("file", ""))
            yield f"{finding['rule']} evidence", f"{item['title']} {item['value']}"
    for rule in result["rules"]:
        yield f"{rule['id']} run", f"{rule['title']} {rule['reason']}"
    for note in result.get("notes", []):
        yield "note", note
    for line in questions.lines(result):  # type: ignore[arg-type]
        if not line.lstrip().startswith(("答复：", "- {", "known_indicators")):  # YAML to be copied, and how
            yield "question", line
    for form in result["forms"]:
        for name, score in form["scores"].items():
            yield f"score {name}", score.get("reason", "")
        for item in form["indicators"]:
            trace = item["trace"]
            yield "indicator", item.get("reason", "")
            yield "indicator", item.get("weight_reason", "")
            yield "place", item["where"].rpartition("：")[2]
            yield (
                "trace",
                " ".join([*trace.get("notes", []), trace.get("comparison", ""), trace.get("name_read", "").split("（")[0]]),
            )
            yield "wording", (trace.get("wording") or {}).get("why", "")


def unquoted(text: str) -> str:
    """Without what the form itself says."""
    return re.sub(r"“[^“”]*(?:“[^“”]*”[^“”]*)*”", "", text)


@pytest.mark.parametrize("what", ["record", "published", "text"])
def test_no_result_has_them_either(what: str, jixiao: Jixiao, tmp_path: Path) -> None:
    filed = {
        "record": record(tmp_path),
        "published": ROOT / "examples" / "hubei-gcc-2021.txt",
        "text": ROOT / "tests" / "acceptance" / "data" / "water-bureau-2021.txt",
    }[what]
    result = jixiao("evaluate", filed, "--format", "json").data
    sentences = list(said(result))
    assert len(sentences) > 250
    wrong = []
    for of, text in sentences:
        bare = unquoted(text).replace(filed.name, "")
        wrong += [(of, word, text) for word in WORD.findall(bare) if word not in KNOWN and word not in {"km", "kg"}]
        wrong += [(of, path, text) for path in PATH.findall(bare)]
    assert wrong == []


def test_a_place_in_a_record_is_said_by_its_names(jixiao: Jixiao, tmp_path: Path) -> None:
    result = jixiao("evaluate", record(tmp_path), "--format", "json").data
    places = {item["where"].partition("：")[2] for finding in result["findings"] for item in finding["evidence"]}
    assert "示范项目·目标1·数量指标·组织商会培训·年初目标值" in places
    assert "示范项目·预算执行情况·总额·预算数" in places
    alone = json.loads(record(tmp_path).read_text(encoding="utf-8"))
    alone["forms"] = alone["forms"][:1]
    path = tmp_path / "一张.json"
    path.write_text(json.dumps(alone, ensure_ascii=False), encoding="utf-8")
    result = jixiao("evaluate", path, "--format", "json").data
    places = {item["where"].partition("：")[2] for finding in result["findings"] for item in finding["evidence"]}
    assert "目标1·数量指标·组织商会培训·年初目标值" in places, "of one form nobody has to be told which"


def test_what_is_wrong_in_a_record_is_said_by_its_names(jixiao: Jixiao, tmp_path: Path) -> None:
    whole = json.loads(record(tmp_path).read_text(encoding="utf-8"))
    whole["forms"][0]["goals"][0]["indicators"][1]["target"] = {"text": ["20次"]}
    whole["forms"][0]["goals"][0]["indicators"][3]["name"] = ""
    path = tmp_path / "错.json"
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    run = jixiao("evaluate", path)
    assert run.status == 5
    assert "示范项目·目标1·数量指标·应急救援出动次数·年初目标值" in run.err
    assert "示范项目·目标1·时效指标·第4个指标·名称" in run.err
    assert "indicators" not in run.err


@pytest.mark.parametrize(
    "matcher",
    [
        "durable-rules+plain",
        "plain",
        "plain（规则照常核对，只是这一次没有用 durable-rules 再核对一遍：表太多）",
        "durable-rules+plain、plain (durable-rules failed: 内存不够)",
    ],
)
def test_how_rules_were_matched_is_said_in_chinese(matcher: str) -> None:
    said = matched(matcher)
    assert "核对" in said
    assert WORD.findall(said) == []
