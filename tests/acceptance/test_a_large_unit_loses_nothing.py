"""A unit with very many forms: everything that can be told is told, and what cannot is named."""

from __future__ import annotations

import json
import sys
from inspect import unwrap
from pathlib import Path

import pytest
from conftest import ROOT, Jixiao

from engine.findings import findings
from engine.findings.matching.chaining import compile_program
from engine.results.model import Result

sys.path.append(str(ROOT / "benchmarks"))

from large_unit import unit  # the forms that are timed there

FORMS = 60
LIMIT = 250
"""Combinations of facts a rule may try: fewer than there are indicators."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "某局.json"
    path.write_text(json.dumps(unit(FORMS, rows=5), ensure_ascii=False), encoding="utf-8")
    return path


def evaluated(jixiao: Jixiao, path: Path, status: int = 0) -> Result:
    run = jixiao("evaluate", path, "--policy", "hubei/2021", "--format", "json")
    assert run.status == status, run.err
    found: Result = run.data
    return found


def test_every_form_is_scored_and_what_differs_between_forms_is_told_once_a_name(jixiao: Jixiao, large: Path) -> None:
    result = evaluated(jixiao, large)
    assert len(result["forms"]) == FORMS
    told = [f for f in result["findings"] if f["rule"].startswith("classification.conflict") or "differs-across" in f["rule"]]
    assert len({(f["rule"], f["subject"]) for f in told}) == len(told), "one finding a rule and name"
    assert all("张表" in f["message"] for f in told)


def test_the_result_says_what_came_of_each_rule(jixiao: Jixiao, large: Path) -> None:
    ran = {rule["id"]: rule for rule in evaluated(jixiao, large)["rules"]}
    assert {rule["state"] for rule in ran.values()} == {"hit", "clean", "not_applicable"}
    assert all(rule["hits"] > 0 for rule in ran.values() if rule["state"] == "hit")
    assert all(rule["reason"] for rule in ran.values() if rule["state"] == "not_applicable")
    assert ran["design.no-cost"]["hits"] == FORMS


def test_a_rule_that_cannot_run_costs_itself_only(jixiao: Jixiao, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evaluated(jixiao, large)
    assert compile_program.__kwdefaults__ is not None
    monkeypatch.setattr(compile_program, "__kwdefaults__", {**compile_program.__kwdefaults__, "join_limit": LIMIT})
    monkeypatch.setattr(findings, "_program", findings._program.__wrapped__)  # rules compiled before have the limit there was
    monkeypatch.setattr(findings.Checker, "check", unwrap(findings.Checker.check))  # and so has what they found before
    result = evaluated(jixiao, large, status=5)
    skipped = {rule["id"]: rule["reason"] for rule in result["rules"] if rule["state"] == "skipped"}
    assert skipped
    assert all(f"{LIMIT}" in reason for reason in skipped.values())
    assert [f for f in whole["findings"] if f["rule"] not in skipped] == result["findings"]
    assert result["forms"] == whole["forms"]
    told = jixiao("evaluate", large, "--policy", "hubei/2021")
    assert told.status == 5
    titles = {rule["id"]: rule["title"] for rule in result["rules"]}
    assert f"规则“{titles[next(iter(skipped))]}”没有运行" in told.out


def test_the_report_is_an_index_and_a_page_a_form(jixiao: Jixiao, large: Path, tmp_path: Path) -> None:
    run = jixiao("report", large, "--policy", "hubei/2021", "--out", tmp_path, "--format", "html", "--format", "markdown")
    assert run.status == 0, run.err
    pages = sorted(path.name for path in tmp_path.glob("*.html"))
    assert len(pages) == FORMS + 1
    index = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(f'href="{name}"' in index for name in pages if name != "report.html")
    assert max(path.stat().st_size for path in tmp_path.glob("*.html")) < 2_000_000
