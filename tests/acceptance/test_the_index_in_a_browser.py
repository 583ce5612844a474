"""The index of a folder in headless Chromium: sorted by a click, searched by words, every form a page, hostile names text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from browser import CONTRAST, OPEN_ALL, Browser, needs_browser
from conftest import _run

pytestmark = needs_browser
UNITS = {
    "甲县水务局": ("100", "90"),
    "乙县水务局": ("100", "30"),
    "丙县民政局": ("100", "100"),
    "<script>document.title='x'</script>局": ("100", "60"),
    "=1+1&\"'局" + "长" * 80: ("100", "70"),
}


def filed(path: Path, unit: str, target: str, actual: str) -> None:
    rows = [
        ("产出指标", "数量指标", "培训人数", f"≥{target}人", f"{actual}人"),
        ("产出指标", "质量指标", "学员合格率", "≥90%", "92%"),
        ("效益指标", "社会效益指标", "就业率", "≥80%", "82%"),
        ("效益指标", "服务对象满意度指标", "学员满意度", "≥90%", "93%"),
    ]
    items = [
        {"level1": one, "level2": two, "name": name, "weight": "20", "score": "20", "target": wanted, "actual": had}
        for one, two, name, wanted, had in rows
    ]
    line = {"name": "年度财政资金总额", "role": "total", "money_unit": "万元", "budget": "100", "executed": "80", "score": "16"}
    forms = [
        {"kind": "project", "name": name, "budget": [line], "goals": [{"number": 1, "indicators": items}], "total": "96"}
        for name in ("职业培训", "再就业培训")
    ]
    record = {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": 2021, "jurisdiction": "hubei", "forms": forms}
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages of a small folder are."""
    home = tmp_path_factory.mktemp("index")
    (home / "表").mkdir()
    for n, (unit, values) in enumerate(UNITS.items()):
        filed(home / "表" / f"{n}.json", unit, *values)
    run = _run("report", home / "表", "--format", "html", "--out", home / "报告")
    assert run.status == 0, run.err
    return home / "报告"


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Browser]:
    browser.post("/url", url=(folder / "report.html").as_uri())
    yield browser
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.devtools("Emulation.setEmulatedMedia", media="", features=[])


VISIBLE = "[...document.querySelectorAll('#searched tbody tr')].filter((row) => row.checkVisibility())"


def test_the_console_stays_empty_and_nothing_is_fetched(page: Browser) -> None:
    assert page.post("/se/log", type="browser") == []
    assert page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)") == []
    assert page.run("return document.title") == "2021年度绩效自评核对：5 个单位", "no name ran"
    assert page.run(f"return {VISIBLE}.length") == 2 * len(UNITS)


def test_every_form_has_a_page_with_its_traces_folded(page: Browser, folder: Path) -> None:
    hrefs = page.run("return [...document.querySelectorAll('#searched a')].map((a) => a.getAttribute('href'))")
    assert len(set(hrefs)) == 2 * len(UNITS)
    for href in hrefs:
        path = folder / unquote(href)
        assert path.is_file(), href
        assert path.stat().st_size < 2_000_000
    page.post("/url", url=(folder / hrefs[0]).as_uri())
    assert page.run("return document.querySelectorAll('section.form').length") == 1
    assert page.run("return document.querySelectorAll('.why details').length") > 4
    assert page.run("return document.querySelectorAll('.why details[open]').length") == 0
    page.click("nav a")
    page.until("return document.getElementById('searched') !== null")


def test_words_find_forms(page: Browser) -> None:
    page.press("#search", "水务 再就业")
    found = page.run(f"return {VISIBLE}.map((row) => row.innerText)")
    assert len(found) == 2
    assert all("水务局" in row and "再就业培训" in row for row in found)
    assert page.run("return document.getElementById('found').innerText") == "显示 2 张，共 10 张。"
    page.run("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'))")
    assert page.run(f"return {VISIBLE}.length") == 2 * len(UNITS)


def test_a_click_sorts_by_number_and_by_name(page: Browser) -> None:
    heads = page.run("return [...document.querySelectorAll('#searched thead th')].map((th) => th.innerText)")
    at = heads.index("计算总分")
    scores = f"return {VISIBLE}.map((row) => Number(row.cells[{at}].innerText))"
    page.click(f"#searched thead th:nth-child({at + 1}) button")
    assert page.run(scores) == sorted(page.run(scores))
    page.click(f"#searched thead th:nth-child({at + 1}) button")
    assert page.run(scores) == sorted(page.run(scores), reverse=True)
    page.click("#searched thead th:nth-child(1) button")
    names = page.run(f"return {VISIBLE}.map((row) => row.cells[0].innerText)")
    assert names == page.run(f"return {VISIBLE}.map((r) => r.cells[0].innerText).sort((a, b) => a.localeCompare(b, 'zh'))")


@pytest.mark.parametrize("pixels", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(page: Browser, pixels: int) -> None:
    page.width(pixels)
    page.run(OPEN_ALL)
    assert page.run("return [document.documentElement.scrollWidth, innerWidth]") == [pixels, pixels]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: Browser, scheme: str) -> None:
    page.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.run(OPEN_ALL)
    assert page.run(CONTRAST) == []


def test_the_print_has_every_form(page: Browser, tmp_path: Path) -> None:
    text = "".join(page.printed(tmp_path / "index.pdf"))
    assert text.count("再就业培训") >= len(UNITS)
    assert "查找" not in text
