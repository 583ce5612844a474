"""The drafts of five more places: a form is judged and told about, a report drafted, and the policy goes to Excel and back."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from conftest import Jixiao
from deep import DEEP, some

from engine.resources import shipped

DRAFTS = ("hebei/2022", "evaluation/2020", "jiangxi/2022", "guangxi/2022", "hunan/2022")


@pytest.mark.deep
@pytest.mark.parametrize("draft", some(DRAFTS, 1))
def test_a_draft_judges_reports_and_goes_to_excel_and_back(jixiao: Jixiao, seed: Path, tmp_path: Path, draft: str) -> None:
    judged = jixiao("evaluate", seed, "--policy", draft, "--format", "json")
    assert judged.status in (0, 1), judged.err
    assert judged.data["policy"]["id"] == draft
    rows = [row for form in judged.data["forms"] for row in form["indicators"]]
    assert any(row["score"]["status"] == "scored" if "score" in row else row["status"] == "scored" for row in rows)
    told = jixiao("report", seed, "--policy", draft, "--out", tmp_path / "report")
    assert told.status in (0, 1), told.err
    made = sorted((tmp_path / "report").rglob("*.docx"))
    assert len(made) >= 3
    assert all(path.stat().st_size > 5_000 for path in made)

    mine = tmp_path / "mine"
    shutil.copytree(shipped("policies") / draft, mine / draft, ignore=shutil.ignore_patterns("policy.lock"))
    before = {path: path.read_bytes() for path in mine.rglob("*.yaml")}
    out = jixiao("policy", "export", draft, "--xlsx", tmp_path / "p.xlsx", "--policies", mine)
    assert out.status == 0, out.err
    back = jixiao("policy", "import", tmp_path / "p.xlsx", "--policies", mine)
    assert back.status == 0, back.err
    assert {path: path.read_bytes() for path in mine.rglob("*.yaml")} == before, "nothing was changed, nothing is written"


@pytest.fixture(scope="module")
def corpus(jixiao: Jixiao, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("corpus")
    (at / "forms").mkdir()
    shutil.copy(seed, at / "forms")
    assert jixiao("ingest", at / "forms", "--out", at / "corpus", "--jobs", 1).status == 0
    return at


@pytest.mark.deep
@pytest.mark.parametrize("draft", DRAFTS if DEEP else ())
def test_a_database_tells_of_a_draft_what_one_evaluation_tells(jixiao: Jixiao, corpus: Path, tmp_path: Path, draft: str) -> None:
    """In `make deep`: a database is set up for each."""
    one = jixiao("evaluate", *(corpus / "forms").iterdir(), "--policy", draft, "--format", "json").data
    many = jixiao("batch", corpus / "corpus", "--out", tmp_path / "out", "--policy", draft, "--format", "json").data
    assert many["forms"] == len(one["forms"])
    assert many["indicators"] == sum(len(form["indicators"]) for form in one["forms"])
    statuses = Counter(row["status"] for form in one["forms"] for row in form["indicators"])
    assert {status: number for status, number in many["statuses"].items() if number} == statuses
    by_reference = "*" in many["reference"]["rules"]
    assert by_reference or many["reference"]["checked"] == 1, "held against the reference executor, finding by finding"
    assert many["problems"] == []
