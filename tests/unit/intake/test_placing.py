"""Which policy judges: the nearest up from the place, and none by a guess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import PolicyError, UsageError
from engine.intake import placing, selection
from engine.intake.shelf import Shelf
from engine.policy.library import library
from engine.submission import record
from engine.submission.model import Form

HEAD = "policy: {{id: {id}, title: 试, jurisdiction: {code}, fiscal_years: {{from: {year}, to: {year}}}, {more}}}\n"
FORM = {"kind": "project", "name": "甲", "goals": [{"indicators": [{"name": "数量", "level1": "产出指标"}]}]}


def shelf(root: Path, *policies: str, place: str = "") -> Shelf:
    """A shelf of the shipped policies and of heads alone; what is chosen is its id."""
    for line in policies:
        id_, _, more = line.partition(" ")
        code, year = id_.split("/")
        (root / id_).mkdir(parents=True)
        kinds = "form_kinds: [project], extends: central/2020" + (f", {more}" if more else "")
        kinds += "" if "status" in more else ", status: published"
        text = HEAD.format(id=id_, code=code, year=year[:4], more=kinds)
        (root / id_ / "policy.yaml").write_text(text, encoding="utf-8")
    return Shelf(library(root, place))


@pytest.fixture(autouse=True)
def _by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelf, "policy", lambda self, id_: id_)


def forms(*units: str, year: int = 2022) -> list[Form]:
    out: list[Form] = []
    for unit in units:
        data = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": year, "forms": [FORM]}
        out += record.from_data(data, "r").forms
    return out


def chosen(of: Shelf, *units: str, said: str = "", year: int = 2022) -> Any:
    filed = forms(*units, year=year)
    return selection.judging(filed, [], placing.placed(filed, [said], of), of)


def refused(of: Shelf, *units: str, said: str = "", year: int = 2022) -> tuple[str, str]:
    with pytest.raises(PolicyError) as caught:
        chosen(of, *units, said=said, year=year)
    (problem,) = caught.value.problems
    return problem.code, problem.message


LADDER = ("wuhan/2022 jurisdiction_name: 武汉市", "hongshan/2022 jurisdiction_name: 武汉市洪山区")


@pytest.mark.parametrize(
    ("unit", "policy"),
    [
        ("武汉市洪山区教育局", "hongshan/2022"),
        ("武汉市江夏区教育局", "wuhan/2022"),
        ("武汉市水务局", "wuhan/2022"),
        ("宜昌市夷陵区水利局", "hubei/2022"),
        ("湖北省水利厅", "hubei/2022"),
        ("湖南省水利厅", "central/2020"),
        ("财政部", "central/2020"),
    ],
)
def test_the_nearest_policy_up_the_tree_judges(unit: str, policy: str, tmp_path: Path) -> None:
    assert chosen(shelf(tmp_path, *LADDER), unit) == policy


def test_a_policy_of_another_year_is_not_near(tmp_path: Path) -> None:
    of = shelf(tmp_path, *LADDER)
    assert chosen(of, "武汉市洪山区教育局", year=2021) == "hubei/2021", "the city's and the county's are of 2022"


def test_nobody_s_place_is_guessed(tmp_path: Path) -> None:
    code, told = refused(shelf(tmp_path), "某省某厅")
    assert code == "policy.place"
    assert "看不出“某省某厅”是哪个地区的" in told
    assert "hubei/2022" in told


def test_a_short_name_is_asked_about(tmp_path: Path) -> None:
    _, told = refused(shelf(tmp_path), "湖北大学")
    assert "名称里的“湖北省”定不下来" in told


def test_where_only_one_policy_may_judge_the_place_does_not_matter(tmp_path: Path) -> None:
    assert chosen(shelf(tmp_path), "某省某厅", year=2024) == "central/2020", "no place has one of 2024"


@pytest.mark.parametrize("said", ["hunan", "湖南省", "长沙市"])
def test_a_place_without_a_policy_goes_by_the_country_s_and_this_is_said(said: str, tmp_path: Path) -> None:
    of = shelf(tmp_path, "guangxi/2022 fallback: true")
    assert chosen(of, "某厅", said=said) == "central/2020", "and not by the one of Guangxi that stands back"
    place = placing.placed(forms("某厅"), [said], of)
    head = next(head for head in of.judging() if head.id == "central/2020")
    assert placing.told(place, head, of, [2022]).startswith(f"地区是{place.name}（记录或答复写明），没有")


def test_a_place_with_policies_of_other_years_is_judged_by_none(tmp_path: Path) -> None:
    code, told = refused(shelf(tmp_path), "湖北省水利厅", year=2024)
    assert code == "policy.none"
    assert "（地区 hubei）" in told


def test_of_two_of_one_place_none_is_taken(tmp_path: Path) -> None:
    code, told = refused(shelf(tmp_path, "hunan/2022", "hunan/2022b"), "湖南省水利厅")
    assert code == "policy.ambiguous"
    assert "hunan/2022b" in told


def test_the_option_goes_before_what_is_filed(tmp_path: Path) -> None:
    assert chosen(shelf(tmp_path, place="湖北"), "湖南省水利厅", said="hunan") == "hubei/2022"
    with pytest.raises(UsageError, match="--place“湖此省”不是认得的地区"):
        chosen(shelf(tmp_path, place="湖此省"), "湖南省水利厅")
    with pytest.raises(UsageError, match="看不出在哪个省"):
        chosen(shelf(tmp_path, place="夷陵区"), "湖南省水利厅")


def test_a_misspelt_jurisdiction_is_told(tmp_path: Path) -> None:
    code, told = refused(shelf(tmp_path), "湖北省水利厅", said="hubie")
    assert code == "policy.place"
    assert "“hubie”不是认得的地区" in told


def test_units_of_one_province_go_by_it_and_of_two_by_none(tmp_path: Path) -> None:
    of = shelf(tmp_path, *LADDER)
    assert chosen(of, "武汉市水务局", "湖北省水利厅") == "hubei/2022"
    assert chosen(of, "武汉市水务局", "水务局") == "wuhan/2022", "what says nothing goes with the rest"
    assert "分属湖北省、湖南省" in refused(of, "湖北省水利厅", "湖南省水利厅")[1]


def test_a_place_in_no_table_is_known_by_its_policies(tmp_path: Path) -> None:
    of = shelf(tmp_path, "mine/2022")
    assert chosen(of, "某厅", said="mine") == "mine/2022"
