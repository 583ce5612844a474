"""Of many bundles a sample is judged by both matchers, the same one every time, and the result tells its share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.findings import sample
from engine.findings.matching import durable_library
from engine.intake.bundle import Bundle, read_bundle
from engine.intake.collection import Collection
from engine.policy.library import library
from engine.results.bundles import checked_bundles, combined
from engine.results.reading import matched
from engine.submission.model import Submission


@pytest.mark.skipif(not durable_library.available(), reason="durable-rules is not installed")
def test_of_many_bundles_a_sample_is_judged_by_both_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "甲.json"
    path.write_text(
        '{"schema": "jixiao/submission/1", "unit": "甲", "fiscal_year": 2021, "jurisdiction": "hubei", "forms": '
        '[{"kind": "project", "name": "甲", "goals": [{"number": 1, "indicators": [{"name": "培训期数", "level1": "产出指标",'
        ' "level2": "数量指标", "weight": "100", "target": "3期", "actual": "3期", "score": "100"}]}]}]}',
        encoding="utf-8",
    )
    one = read_bundle([path], library())
    monkeypatch.setattr(sample, "JUDGED_TWICE", 5)
    items = list(checked_bundles([_named(one, f"项目{n}") for n in range(20)]))
    twice = [sample.drawn(f"甲 2021 项目{n}", 4) for n in range(20)]
    assert [item.checked.matcher == "durable-rules+plain" for item in items] == twice
    assert 0 < sum(twice) < 20
    result = combined(items, Collection(tuple(item.bundle for item in items), (), ()))
    assert result["matcher"] == "durable-rules+plain、plain"
    assert f"20 组里按名称的散列抽出 {sum(twice)} 组（占 {sum(twice) * 5}.0%）" in "".join(result["notes"])
    assert "抽出的由两种办法核对" in matched(result["matcher"])


def _named(bundle: Bundle, name: str) -> Bundle:
    forms = tuple(replace(form, name=name) for form in bundle.submission.forms)
    return replace(bundle, submission=Submission(forms, bundle.submission.jurisdiction, bundle.submission.policy))
