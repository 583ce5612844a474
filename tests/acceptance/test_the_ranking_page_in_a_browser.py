"""The page of ranking and roll-up in headless Chromium: nothing fetched, no wider than a phone, readable, whole in print."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CONTRAST, ENTER, OPEN_ALL, Browser, needs_browser
from conftest import ROOT

from engine.policy.loading import load
from engine.rollup.document import data
from engine.rollup.ranking import ranking
from engine.rollup.run import roll_up
from engine.rollup.views.html import render

pytestmark = needs_browser
UNITS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of a small province is."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        from rollup import province, tree
    finally:
        sys.path.pop(0)
    policy, forms = load("hubei/2021"), province(UNITS)
    path: Path = tmp_path_factory.mktemp("page") / "ranking.html"
    rolled = data(roll_up(forms, policy, "region", tree=tree(forms)))
    path.write_text(render(ranking(forms[:UNITS], policy), rolled), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Browser]:
    browser.post("/url", url=address)
    yield browser
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.devtools("Emulation.setEmulatedMedia", media="", features=[])


def test_the_console_stays_empty_and_nothing_is_fetched(page: Browser) -> None:
    assert page.post("/se/log", type="browser") == []
    assert page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)") == []
    assert page.run("return document.querySelectorAll('.strip circle').length") == UNITS


@pytest.mark.parametrize("pixels", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(page: Browser, pixels: int) -> None:
    page.width(pixels)
    page.run(OPEN_ALL)
    assert page.run("return [document.documentElement.scrollWidth, innerWidth]") == [pixels, pixels]
    inside = page.run(
        "const box = document.querySelector('.strip').getBoundingClientRect();"
        "return [...document.querySelectorAll('.strip circle, .strip text')].every((dot) => {"
        "const at = dot.getBoundingClientRect(); return at.left >= box.left - 1 && at.right <= box.right + 1; })"
    )
    assert inside, "a dot or a label of the plot lies outside it"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: Browser, scheme: str) -> None:
    page.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.run(OPEN_ALL)
    assert page.run(CONTRAST) == []


def test_a_click_on_a_heading_sorts_and_what_explains_a_row_goes_with_it(page: Browser) -> None:
    column = "return [...document.querySelectorAll('.ranked tbody tr:not(.why)')].map((row) => row.cells[2].innerText)"
    before = page.run(column)
    known = [float(text) for text in before if text.replace(".", "").isdigit()]
    assert known == sorted(known), "the worst stands first"
    page.click(".ranked thead th:nth-child(3) button")
    assert page.run(column)[: len(known)] == [text for text in before if text.replace(".", "").isdigit()]
    page.click(".ranked thead th:nth-child(3) button")
    assert [float(text) for text in page.run(column)[: len(known)]] == sorted(known, reverse=True)
    assert page.run("return document.querySelector('.ranked thead th:nth-child(3)').ariaSort") == "descending"
    page.press(".ranked thead th:nth-child(1) button", ENTER)
    names = page.run("return [...document.querySelectorAll('.ranked tbody th')].map((head) => head.innerText)")
    assert names == sorted(names), "names of one length in the order of their numbers"


def test_it_prints_without_the_traces(page: Browser, tmp_path: Path) -> None:
    text = "".join(page.printed(tmp_path / "ranking.pdf"))
    assert "按资金额度加权平均" in text
    assert "资金额度）：" not in text
    assert len(page.run("return [...document.querySelectorAll('.why')].map((row) => row.innerText)")) > 10
