"""The table of places, and what the name of a unit says of where it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.policy.library import library
from engine.policy.places import Gazetteer, gazetteer

PLACES, WRONG = gazetteer(library())


def test_provinces_and_prefectures_are_all_there() -> None:
    """34 provinces, 333 prefectures (293 cities, 7 地区, 30 自治州, 3 盟), each of one province."""
    assert WRONG == ()
    levels = Counter(region.level for region in PLACES.regions.values())
    assert levels == {"country": 1, "province": 34, "prefecture": 333}
    prefectures = [region for region in PLACES.regions.values() if region.level == "prefecture"]
    ends = Counter(next(end for end in ("自治州", "地区", "盟", "市") if region.name.endswith(end)) for region in prefectures)
    assert ends == {"市": 293, "地区": 7, "自治州": 30, "盟": 3}
    assert all(PLACES.regions[region.within].level == "province" for region in prefectures)
    assert len({region.code for region in PLACES.regions.values() if region.code}) == 35


@pytest.mark.parametrize(
    ("unit", "place"),
    [
        ("湖北省工商业联合会", "湖北省"),
        ("中共湖北省委组织部", "湖北省"),
        ("湖北财政厅", "湖北省"),
        ("武汉市水务局", "湖北省武汉市"),
        ("湖北省宜昌市夷陵区水利局", "湖北省宜昌市夷陵区"),
        ("宜昌市夷陵区水利局", "湖北省宜昌市夷陵区"),
        ("湖北省 宜昌市 夷陵区 龙泉镇人民政府", "湖北省宜昌市夷陵区"),
        ("湖北宜昌市水利局", "湖北省宜昌市"),
        ("北京市朝阳区财政局", "北京市朝阳区"),
        ("恩施州水利局", "湖北省恩施土家族苗族自治州"),
        ("海南州林业局", "青海省海南藏族自治州"),
        ("海南省水务厅", "海南省"),
        ("吉林市环保局", "吉林省吉林市"),
        ("内蒙古自治区财政厅", "内蒙古自治区"),
        ("财政部", "中央"),
        ("国家税务总局湖北省税务局", "中央"),
        ("水利部长江水利委员会", "中央"),
    ],
)
def test_a_name_that_says_where_it_is(unit: str, place: str) -> None:
    found = PLACES.of_unit(unit)
    assert (found.name, found.known, found.certain) == (place, True, True)


@pytest.mark.parametrize(
    ("unit", "place"),
    [("湖北大学", "湖北省"), ("武汉大学", "湖北省武汉市"), ("吉林大学", "吉林省"), ("国家能源集团", "中央")],
)
def test_a_short_name_may_be_another_s(unit: str, place: str) -> None:
    found = PLACES.of_unit(unit)
    assert (found.name, found.certain) == (place, False)


@pytest.mark.parametrize("unit", ["甲县水务局", "朝阳区财政局", "巴州区水务局"])
def test_a_county_by_itself_is_in_no_province(unit: str) -> None:
    found = PLACES.of_unit(unit)
    assert found.region is not None
    assert (found.region.level, found.known, found.certain) == ("county", False, False)


@pytest.mark.parametrize("unit", ["某省某厅", "某县水利局", "省水利厅", "水务局", "城市管理局", "教育部门", "经济开发区管委会", ""])
def test_what_names_no_place_is_nowhere(unit: str) -> None:
    assert PLACES.of_unit(unit).region is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("hubei", "湖北省"), ("湖北", "湖北省"), ("武汉", "湖北省武汉市"), ("武汉市洪山区", "湖北省武汉市洪山区"), ("水利部", "中央")],
)
def test_what_a_person_names_may_be_short(text: str, place: str) -> None:
    found = PLACES.find(text)
    assert (found.name, found.known, found.certain) == (place, True, True)


def test_what_is_no_place_is_not_found() -> None:
    assert PLACES.find("湖此省").region is None
    assert PLACES.nearest("湖此省") in ("湖北省", "湖南省")
    assert not PLACES.find("湖北大学").chain, "a unit is no place"
    assert not PLACES.find("夷陵区").known


def test_a_place_lies_in_all_above_it() -> None:
    chain = PLACES.find("湖北省宜昌市夷陵区").chain
    assert [(region.name, region.level) for region in chain] == [
        ("夷陵区", "county"),
        ("宜昌市", "prefecture"),
        ("湖北省", "province"),
        ("中央", "country"),
    ]


def test_a_table_written_wrongly_is_told_and_places_nothing(tmp_path: Path) -> None:
    home = tmp_path / "common" / "places"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text("policy: {id: common/places, title: 试, status: pack}\n", encoding="utf-8")
    (home / "places.yaml").write_text("places: {as_of: '2023', provinces: []}\n", encoding="utf-8")
    found, wrong = gazetteer(library(tmp_path))
    assert found == Gazetteer()
    assert wrong
    assert all("places.yaml" in problem.place.file for problem in wrong)
