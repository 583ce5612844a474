"""Files given together that are of several units are as many bundles, and nobody is told that a form was filed twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_beside import data, filed

from engine.intake.collection import collect
from engine.policy.library import library
from engine.results.bundles import checked_bundles


def bundles(folder: Path, *contents: tuple[str, str, str]) -> list[set[str]]:
    """The units of each bundle, of (unit, kind, name) given together as files."""
    paths = []
    for n, (unit, kind, name) in enumerate(contents):
        form = data(unit)
        form["forms"][0] |= {"kind": kind, "name": name}
        form["forms"][0]["goals"][0]["title"] = f"目标{n}"  # no two files say the same
        paths.append(filed(folder, f"{n}.json", form))
    found = collect(paths, library(), "central/2020")
    assert not found.problems
    if len(found.bundles) > 1:
        assert any("按不同的单位核对" in line for line in found.told)
    rules = [f.rule for item in checked_bundles(found.bundles) for f in item.checked.findings]
    assert "consistency.duplicate-form" not in rules or len(contents) == 2
    return [{form.unit for form in one.submission.forms} for one in found.bundles]


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        # the same form of three units
        ([("甲局", "project", "培训"), ("乙局", "project", "培训"), ("丙局", "project", "培训")], [{"甲局"}, {"乙局"}, {"丙局"}]),
        # the whole of two units, with a project each
        (
            [("甲局", "department", "整体"), ("乙局", "department", "整体"), ("甲局", "project", "一"), ("乙局", "project", "二")],
            [{"甲局"}, {"乙局"}],
        ),
        # projects of two units that have nothing to do with each other
        ([("甲局", "project", "一"), ("乙局", "project", "二")], [{"甲局"}, {"乙局"}]),
        # a department with the project of what is under it: one, as the Contract has it
        (
            [("甲局", "department", "整体"), ("甲局培训中心", "project", "一"), ("乙校", "project", "二")],
            [{"甲局", "甲局培训中心", "乙校"}],
        ),
        # a name in full and in short
        ([("甲县水务局", "project", "一"), ("水务局", "project", "二")], [{"甲县水务局", "水务局"}]),
        # one unit written in two ways that say the same
        ([("甲局（本级）", "project", "一"), ("甲局(本级)", "project", "一")], [{"甲局（本级）", "甲局(本级)"}]),
    ],
)
def test_units_are_told_apart(tmp_path: Path, contents: list[tuple[str, str, str]], expected: list[set[str]]) -> None:
    assert bundles(tmp_path, *contents) == expected


def test_one_file_with_the_forms_of_many_units(tmp_path: Path) -> None:
    one = data("甲局")
    forms = [{**one["forms"][0], "unit": unit} for unit in ("甲局", "乙局", "丙局")]
    found = collect([filed(tmp_path, "全.json", {**one, "forms": forms})], library(), "central/2020")
    units = [{form.unit for form in bundle.submission.forms} for bundle in found.bundles]
    assert units == [{"甲局"}, {"乙局"}, {"丙局"}]
