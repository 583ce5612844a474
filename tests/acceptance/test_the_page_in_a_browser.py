"""The HTML page in headless Chromium: an empty console, usable by mouse and keyboard, no wider than a phone, whole in print."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import CONTRAST, ENTER, OPEN_ALL, TAB, Browser, needs_browser, plain
from conftest import ROOT

from engine.intake.bundle import read_bundle
from engine.policy.library import library
from engine.reports.context import contexts
from engine.reports.draft import drafts
from engine.reports.html import render
from engine.results.bundles import checked_bundles

pytestmark = needs_browser


@pytest.fixture(scope="module")
def report(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """Where the seed's page is, and the result it shows."""
    bundle = read_bundle([seed], library())
    result = next(checked_bundles([bundle])).result
    roots = [ROOT / "templates"]
    made = drafts(contexts(result, bundle.submission.forms, bundle.policy), bundle.policy, roots)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(result, made, bundle.policy, roots), encoding="utf-8")
    return path.as_uri(), result


@pytest.fixture
def page(browser: Browser, report: tuple[str, Any]) -> Iterator[Browser]:
    """The page, freshly loaded at its usual width."""
    browser.post("/url", url=report[0])
    yield browser
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    browser.devtools("Emulation.setEmulatedMedia", media="", features=[])


def test_the_console_stays_empty_and_nothing_is_fetched(page: Browser) -> None:
    assert page.post("/se/log", type="browser") == []
    assert page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)") == []
    assert page.run("return getComputedStyle(document.querySelector('section')).borderTopStyle") == "solid", "the style applies"
    assert page.run("return document.getElementById('tools').hidden") is False, "the script ran"


@pytest.mark.parametrize("pixels", [320, 360, 768])
def test_nothing_is_wider_than_the_screen(page: Browser, pixels: int) -> None:
    page.width(pixels)
    page.run(OPEN_ALL)
    assert page.run("return [document.documentElement.scrollWidth, innerWidth]") == [pixels, pixels]
    script = "return [...document.body.querySelectorAll('main *')].filter((e) => e.checkVisibility() && !e.closest('.vh, thead')"
    script += f" && e.getBoundingClientRect().right > {pixels} + 0.5).map((e) => e.outerHTML.slice(0, 80))"
    assert page.run(script) == []


def test_what_is_folded_opens_by_click_and_by_keyboard(page: Browser) -> None:
    def is_open(of: str) -> bool:
        return bool(page.run(f"return document.querySelector('{of}').open"))

    for folded in ("#p1 details", "#f1-i3 + tr details", "#f2 ~ .draft"):
        assert not is_open(folded)
        page.click(f"{folded} > summary")
        assert is_open(folded)
        page.press(f"{folded} > summary", ENTER)
        assert not is_open(folded)
    page.click("#f1-i3 + tr summary")
    said = page.run("return document.querySelector('#f1-i3 + tr details').innerText")
    for part in ("1 × 1 ÷ 3 = 0.333333333333…", "得 0.33", "定量指标计分原则", "指标方向＝正向"):
        assert part in said


def test_the_tab_key_leads_through_the_page_and_shows_where_it_is(page: Browser) -> None:
    page.press("body", TAB)
    state = "const e = document.activeElement, s = getComputedStyle(e);"
    state += "return [e.className, s.outlineStyle, e.getBoundingClientRect().left >= 0]"
    assert page.run(state) == ["skip", "solid", True]
    page.press("a.skip", ENTER)
    assert page.run("return document.activeElement.id") == "main"


def test_problems_are_filtered_and_links_still_reach_them(page: Browser, report: tuple[str, Any]) -> None:
    problems, findings = report[1]["problems"], report[1]["findings"]
    visible = "return [...document.querySelectorAll('.problem')].filter((e) => e.checkVisibility()).length"
    counted = "return document.getElementById('shown').innerText"
    assert page.run(visible) == len(problems)
    doubtful = sum(not problem["certain"] for problem in problems)
    choose = "const s = document.getElementById('certain'); s.value = '{}'; s.dispatchEvent(new Event('change', {{bubbles: true}}))"
    page.run(choose.format("no"))
    assert page.run(visible) == doubtful > 0
    page.run(choose.format("yes"))
    assert page.run(visible) == len(problems) - doubtful
    page.run(choose.format(""))
    page.click("input[value=info]")
    warned = [problem for problem in problems if problem["severity"] != "info"]
    assert page.run(visible) == len(warned)
    assert page.run(counted) == f"显示问题 {len(warned)} 个，共 {len(problems)} 个。"
    page.press("#category", "计分")
    scoring = [problem for problem in warned if any(findings[n]["category"] == "scoring" for n in problem["findings"])]
    assert page.run(visible) == len(scoring) > 0
    hidden = page.run("return document.querySelector('.problem[hidden]').id")
    page.run(f"location.hash = '#{hidden}'")
    time.sleep(0.2)
    assert page.run(f"const e = document.getElementById('{hidden}'); return [e.hidden, e.querySelector('details').open]") == [
        False,
        True,
    ]


def test_what_must_be_known_first_is_seen_without_scrolling_and_leads_to_its_evidence(page: Browser) -> None:
    begins = "return document.getElementById('first').getBoundingClientRect().top"
    assert page.run(begins) < 500
    page.click(".heads li:first-child p:last-child a")
    page.until("return document.querySelector('#p1 details').open")
    page.click("#p1 .finding a[href*='-i']")
    at = page.run("return location.hash")
    row = f"const row = document.getElementById('{at[1:]}');"
    assert page.run(f"{row} return row.querySelector('a[href=\"#p1\"]').textContent") == "P1"


LINES = """
const bad = [], text = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
const wrong = /[。，、；：？！”’）》〉】〕％%…·]/, digit = /[0-9.%]/;
let before = null;
for (let node = text.nextNode(); node; node = text.nextNode()) {
  const of = node.parentElement;
  if (!of.closest('.heads, .problems, .pointed, .clauses') || !of.checkVisibility()) continue;
  const range = document.createRange(), block = of.closest('p, li, dd, dt, summary');
  if (before && before.block !== block) before = null;
  for (let n = 0; n < node.data.length; n += 1) {
    range.setStart(node, n); range.setEnd(node, n + 1);
    const box = range.getClientRects()[0];
    if (!box || !box.width) continue;
    if (before && box.top > before.box.bottom - 2 && !of.closest('code')) {
      if (wrong.test(node.data[n]) || (digit.test(before.sign) && digit.test(node.data[n]))) {
        bad.push(node.data.slice(Math.max(0, n - 8), n + 4));
      }
    }
    before = { box, sign: node.data[n], block };
  }
}
return bad;
"""


@pytest.mark.parametrize("pixels", [360, 768, 1200])
def test_no_line_begins_with_a_stop_and_no_figure_is_broken(page: Browser, pixels: int) -> None:
    page.width(pixels)
    page.run("document.querySelectorAll('.problem details').forEach((e) => { e.open = true })")
    assert page.run(LINES) == []
    loose = "const sheet = new CSSStyleSheet(); sheet.insertRule('* { line-break: anywhere }');"
    page.run(loose + "document.adoptedStyleSheets = [sheet]")
    assert page.run(LINES) != [], "it would be seen"


def test_everything_opens_and_closes_at_once(page: Browser) -> None:
    still = "return document.querySelectorAll('main details{}').length"
    page.click("#open-all")
    assert page.run(still.format(":not([open])")) == 0
    page.click("#close-all")
    assert page.run(still.format("[open]")) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Browser, scheme: str) -> None:
    page.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.run(OPEN_ALL)
    assert (
        page.run("return getComputedStyle(document.body).color")
        == {"light": "rgb(27, 35, 48)", "dark": "rgb(231, 235, 241)"}[scheme]
    )
    assert page.run(CONTRAST) == []


def test_what_can_be_seen_or_used_has_a_name(page: Browser) -> None:
    page.run(OPEN_ALL)
    nodes = page.devtools("Accessibility.getFullAXTree")["nodes"]
    used = {"image", "img", "button", "checkbox", "combobox", "link", "heading", "table", "DisclosureTriangle", "navigation"}
    named: dict[str, list[bool]] = {}
    for node in nodes:
        if not node["ignored"] and (role := node["role"]["value"]) in used:
            named.setdefault(role, []).append(bool(node.get("name", {}).get("value")))
    assert {role for role, names in named.items() if not all(names)} == set()
    assert len(named["table"]) > 20
    assert "image" in named or "img" in named


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_the_print_holds_every_finding_and_trace(page: Browser, report: tuple[str, Any], tmp_path: Path, scripted: bool) -> None:
    if scripted:
        page.click("input[value=warning]")
        page.click("#with-traces")
    else:
        page.devtools("Emulation.setScriptExecutionDisabled", value=True)
        page.post("/refresh")
    try:
        pages = page.printed(tmp_path / "report.pdf")
    finally:
        page.devtools("Emulation.setScriptExecutionDisabled", value=False)
    text = "".join(pages)
    for finding in report[1]["findings"]:
        assert plain(finding["message"]) in text, finding["message"]
        assert plain(finding["advice"]) in text, finding["advice"]
    for form in report[1]["forms"]:
        assert any(page_text.startswith(plain(form["name"])) for page_text in pages), f"{form['name']} begins a page"
        for item in form["indicators"]:
            assert plain(item["name"]) in text
            assert plain(item["trace"]["case"]) in text or not scripted
    for draft in ("一、自评得分", "四、下一步改进措施"):
        assert text.count(plain(draft)) == len(report[1]["forms"])
    for control in ("全部展开", "待核实的", "跳到正文"):
        assert control not in text
    continued = sum(page_text.startswith("三级指标分值") for page_text in pages)
    assert continued >= 3, "table heads are repeated"
    assert len(pages) < 60


def test_it_prints_without_traces_unless_they_are_asked_for(page: Browser, tmp_path: Path) -> None:
    short = page.printed(tmp_path / "short.pdf")
    page.click("#with-traces")
    whole = page.printed(tmp_path / "whole.pdf")
    assert len(short) < len(whole) - 8
    assert "quantitative.proportional" not in "".join(short)
