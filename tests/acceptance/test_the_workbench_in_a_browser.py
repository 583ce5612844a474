"""An officer at the workbench, in headless Chromium: changes a policy, sees the effect, publishes, evaluates, and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs the extra `workbench`")
from browser import CONTRAST, OPEN_ALL, Browser, needs_browser
from workbenches import POLICY, Served, Thread, policies_in, small_form_as_word

from engine.documents.model import Paragraph

pytestmark = needs_browser
EDIT = "/policies/hubei/2023/edit"
OWN_TEST = (
    "tests:\\n  - {test: 正好 85%, rule: scoring.below-tier, base: 供水, "
    'change: {"forms[0].goals[0].indicators[6].score": "11.05"}, fires: 0}'
)
ESCAPE, RIGHT, CONTROL = "\ue00c", "\ue014", "\ue009"
NOTICE = "return document.getElementById('notice').textContent"
DIALOG = "return document.querySelector('dialog').open"
WIDER = (
    "return [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && !e.closest('.vh, thead, .scroll, pre')"
)
WIDER += " && !e.closest('.yaml') && e.getBoundingClientRect().right > 360.5).map((e) => e.outerHTML.slice(0, 80))"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    policies = policies_in(tmp_path_factory.mktemp("work"))
    server = Thread(policies)
    yield server, policies / "hubei" / "2023"
    server.close()


@pytest.fixture
def home(served: tuple[Served, Path]) -> Path:
    """The policy's directory, as it was at first."""
    server, home = served
    for path in [*home.rglob("*.yaml"), home / "policy.lock"]:
        path.unlink(missing_ok=True)
    (home / "policy.yaml").write_text(POLICY, encoding="utf-8")
    with server.client() as client:
        client.delete("/api/v1/drafts/hubei/2023").raise_for_status()
    return home


@pytest.fixture
def page(browser: Browser, served: tuple[Served, Path], home: Path) -> Iterator[Browser]:
    """The editor, loaded, with its trial on the examples made."""
    opened(browser, served[0])
    yield browser
    wrong = [item for item in browser.post("/se/log", type="browser") if item["source"] != "network"]
    assert wrong == [], "nothing goes wrong in the page"
    browser.devtools("Emulation.clearDeviceMetricsOverride")


def opened(browser: Browser, server: Served) -> None:
    browser.open(server.address + EDIT)
    browser.until("return document.querySelector('[data-state]').textContent.includes('未保存')")
    browser.until("return document.querySelector('[data-effect] table')")


def group(browser: Browser, name: str) -> None:
    browser.run(f"document.querySelector('[data-group={name}]').open = true")
    browser.until(f"return document.querySelector('[data-group={name}] .item')")


def written(browser: Browser, old: str, new: str, file: str = "policy.yaml") -> None:
    """Change a text in the YAML view by typing, so far as a script can."""
    browser.click("#tab-yaml")
    browser.run(f"const f = document.querySelector('[data-file]'); f.value = '{file}'; f.dispatchEvent(new Event('change'))")
    browser.until(f"return document.querySelector('[data-text]').dataset.file === '{file}'")
    script = f"const t = document.querySelector('[data-text]'); if (!t.value.includes('{old}')) throw new Error(t.value);"
    browser.run(script + f" t.value = t.value.replace('{old}', '{new}'); t.dispatchEvent(new Event('input'))")


def test_an_officers_path(page: Browser, served: tuple[Served, Path], home: Path, tmp_path: Path) -> None:
    server = served[0]
    page.open(server.address)
    assert page.run("return document.querySelector('.timeline').textContent").count("hubei/2023") == 1
    page.click("a[href='/policies/hubei/2023']")
    told = page.run("return document.querySelector('.whole-policy').innerText")
    assert "定性指标分档" in told
    assert "note-2021#3" in told
    page.click(f"a[href='{EDIT}']")
    page.until("return document.querySelector('[data-effect] table')")

    # a tier: its border is a parameter, which the tier leads to
    group(page, "tiers")
    page.run("document.querySelector('[data-group=tiers] .item').open = true")
    page.run("window.asked = []; const real = fetch; window.fetch = (...all) => { window.asked.push(all[0]); return real(...all) }")
    page.run("[...document.querySelectorAll('[data-group=tiers] button')].find((b) => b.textContent === '改这个参数').click()")
    field = "[data-field='parameters.tier_met_floor/value'] input"
    page.until(f'return document.querySelector("{field}")')
    asked = page.run("return window.asked.filter((one) => one.endsWith('/items?group=parameters')).length")
    assert asked == 1, "the button and the opening ask for the same: drawn twice, the field would change under the hand"
    page.fill(field, "高")
    complaint = page.until("return document.querySelector('.complaint')?.textContent")
    assert "高" in complaint
    assert page.run(f"return document.querySelector(\"{field}\").getAttribute('aria-invalid')") == "true"
    assert page.run("return document.querySelector('[data-problems]').textContent").startswith("有 1 处错误")
    assert page.run("return document.querySelectorAll('#form .complaint').length") == 1, "the field, and none of its neighbours"
    page.fill(field, "0.85")
    page.until("return document.querySelector('[data-problems] .same')")
    moved = page.until("return document.querySelector('.effect .down, .effect .up')?.parentElement.innerText")
    assert moved.split() == ["机关保障工作经费", "95.58", "优", "96.58", "优", "+1.00"]
    page.run("document.querySelector('[data-traces]').open = true")
    page.until("return document.querySelector('.traced')")
    assert "修改后" in page.run("return document.querySelector('[data-traces]').textContent")
    written_there = page.run("return document.querySelector('[data-file]').textContent")
    assert "parameters.yaml ●" in written_there, "both views are of one file"

    # a rule that only the parent's tests of the old border showed silent gets a test of the policy's own
    page.click("#tab-yaml")
    page.click("[data-new-file]")
    page.until(DIALOG)
    page.fill("dialog input", "tests/own.yaml")
    page.click("dialog button[value=yes]")
    page.until("return document.querySelector('[data-text]').dataset.file === 'tests/own.yaml'")
    written(page, "tests: []", OWN_TEST, "tests/own.yaml")
    page.until("return document.querySelector('[data-file]').textContent.includes('tests/own.yaml ●')")
    page.until("return document.querySelector('[data-problems] .same')")
    # the parent's tests of the old border are written anew, for the officer to check
    page.click("[data-do=test]")
    page.until(DIALOG, 60)
    page.click("dialog button[value=adopt]")
    page.until("return document.getElementById('dialog-title').textContent.startsWith('已按')", 60)
    page.click("dialog button")
    page.press("body", CONTROL + "s")
    page.until(NOTICE + ".startsWith('已保存')")
    assert "value: 0.85" in (home / "parameters.yaml").read_text(encoding="utf-8")
    page.click("[data-do=publish]")
    page.until(DIALOG)
    assert "0.8 → 0.85" in page.run("return document.querySelector('dialog').textContent")
    page.click("dialog button[value=yes]")
    page.until(NOTICE + ".startsWith('已发布')", 60)
    assert (home / "policy.lock").is_file()

    word = tmp_path / "表.docx"
    word.write_bytes(small_form_as_word())
    page.open(server.address + "/evaluate")
    page.attach("#files", word)
    page.press("select[name=policy]", "hubei/2023")
    page.click("button.main")
    page.until("return location.pathname.startsWith('/results/')")
    assert "示例经费" in page.run("return document.querySelector('table').innerText")
    assert page.run("return document.querySelector('h1 + p a').textContent") == "hubei/2023"
    page.click(".problem summary")
    assert "依据" in page.run("return document.querySelector('.problem details').innerText")
    assert "来源文件 表.docx" in page.run("return document.querySelector('main').innerText")
    from engine.documents.word import read_bytes

    links = page.run("return [...document.querySelectorAll('a[download]')].map((a) => a.href)")
    report = next(link for link in links if link.endswith(".docx"))
    with server.client() as client:
        client.cookies.update({cookie["name"]: cookie["value"] for cookie in page._call("GET", "/cookie")})
        document = read_bytes(client.get(report).content, "报告.docx")
    text = "\n".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    assert "示例经费" in text
    assert "自评得分" in text


def test_a_result_tells_what_must_be_known_first(page: Browser, served: tuple[Served, Path]) -> None:
    page.open(served[0].address + "/evaluate")
    page.press("select[name=policy]", "hubei/2021")
    page.click("[data-examples]")
    page.until("return location.pathname.startsWith('/results/') && document.getElementById('shown')?.textContent")
    first = page.run("const h = document.querySelector('main h2'); return [h.textContent, h.parentElement.innerText]")
    assert first[0] == "先要知道的"
    for part in ("建设综治示范点", "95.58\xa0分", "涉及 20\xa0分", "怎么办：", "依据和各处：P1"):
        assert part in first[1]
    visible = "return [...document.querySelectorAll('.problem')].filter((e) => e.checkVisibility()).length"
    every = page.run(visible)
    page.click("input[value=warning]")
    page.click("input[value=info]")
    assert 0 < page.run(visible) < every
    page.click(".heads li:first-child p:last-child a")
    page.until("return document.querySelector('#p1 details').open")
    gone = "return [...document.querySelectorAll('main a[href^=\"#\"]')].map((a) => a.hash.slice(1))"
    assert page.run(gone + ".filter((id) => !document.getElementById(id))") == []
    page.width(360)
    page.run(OPEN_ALL)
    assert page.run(WIDER) == []
    assert page.run(CONTRAST) == []


def test_an_error_in_yaml_is_marked_at_its_line_and_undone(page: Browser) -> None:
    written(page, "status: draft", "status: drafty")
    page.until("return document.querySelector('[data-gutter] .bad')?.textContent === '7'")
    assert "是否想写“draft”" in page.run("return document.querySelector('[data-problems]').textContent")
    page.click("[data-problems] button")
    selected = "const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd)"
    page.until(selected + ".includes('drafty')")
    page.click("[data-do=undo]")
    page.until("return document.querySelector('[data-problems] .same')")
    assert "drafty" not in page.run("return document.querySelector('[data-text]').value")


def test_a_rule_is_a_sentence_with_choices(page: Browser, home: Path) -> None:
    group(page, "findings")
    item = "[data-key='findings.design.no-benefit']"
    page.run(f'document.querySelector("{item}").open = true')
    names = page.run(f'return [...document.querySelectorAll("{item} .condition span")].map((e) => e.textContent)')
    assert names, "conditions by the names of their fields"
    page.run(
        f"""const s = document.querySelector("{item} .condition select"); s.value = 'lte'; s.dispatchEvent(new Event('change'))"""
    )
    page.until("return document.querySelector('[data-state]').textContent.includes('.yaml')")
    page.until("return document.querySelector('[data-problems] .same')")
    # a copy is open before one's eyes
    page.run(f"""[...document.querySelectorAll("{item} button")].find((b) => b.textContent.startsWith('照它再写')).click()""")
    page.until(DIALOG)
    page.fill("dialog input", "own.no-benefit")
    page.click("dialog button[value=yes]")
    copy = "document.querySelector('[data-id=\\'own.no-benefit\\']')"
    page.until(f"return {copy}?.open && {copy}.contains(document.activeElement)")
    assert page.run(f"const r = {copy}.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight")
    page.press("body", CONTROL + "s")
    page.until(NOTICE + ".startsWith('已保存')")
    assert any("lte" in path.read_text(encoding="utf-8") for path in home.rglob("*.yaml"))


def test_what_someone_else_saved_is_told_while_the_page_is_open(page: Browser, home: Path) -> None:
    path = home / "policy.yaml"
    path.write_text(POLICY.replace("title: 试", "title: 别人的"), encoding="utf-8")
    page.run("window.dispatchEvent(new Event('focus'))")
    page.until(NOTICE + ".includes('已载入新的内容')")

    written(page, "title: 别人的", "title: 我的")
    page.until("return document.querySelector('[data-state]').textContent.startsWith('有未保存')")
    path.write_text(POLICY.replace("title: 试", "title: 又一个"), encoding="utf-8")
    page.run("window.dispatchEvent(new Event('focus'))")
    page.until("return !document.querySelector('[data-moved]').hidden")
    page.click("[data-do=save]")
    page.until(DIALOG)
    shown = page.run("return document.querySelector('dialog').textContent")
    assert "又一个" in shown
    assert "我的" in shown
    page.press("dialog button", ESCAPE)
    assert page.run(DIALOG) is False
    assert "又一个" in path.read_text(encoding="utf-8"), "nothing is overwritten unseen"
    page.until("return !document.querySelector('[data-do=save]').disabled")
    page.click("[data-do=save]")
    page.until(NOTICE + ".startsWith('已保存')")
    assert "我的" in path.read_text(encoding="utf-8"), "seen, and chosen"


def test_two_windows_of_one_person_keep_both_changes(page: Browser, served: tuple[Served, Path]) -> None:
    first = page.window()
    opened(page, served[0])
    second = page.window(first)
    written(page, "title: 试", "title: 一")
    page.until("return document.querySelector('[data-state]').textContent.startsWith('有未保存')")
    page.window(second)
    written(page, "to: 2023", "to: 2024")
    both = "const t = document.querySelector('[data-text]').value; return t.includes('to: 2024') && t.includes('title: 一')"
    page.until(both)
    page.until("return document.querySelector('[data-problems] .same')")
    page._call("DELETE", "/window")
    page.post("/window", handle=first)


def test_the_keyboard_is_enough(page: Browser) -> None:
    page.press("#tab-form", RIGHT)
    assert page.run("return [document.activeElement.id, document.getElementById('yaml').hidden]") == ["tab-yaml", False]
    page.press("[data-text]", "\ue004")
    assert page.run("return document.activeElement.hasAttribute('data-text')"), "a tab is written"
    page.press("[data-text]", ESCAPE + "\ue004")
    assert not page.run("return document.activeElement.hasAttribute('data-text')"), "and left by Esc and Tab"
    page.until("return !document.querySelector('[data-do=difference]').disabled")
    page.run("document.querySelector('[data-do=difference]').focus()")
    page.press("[data-do=difference]", "\ue007")
    page.until(DIALOG)
    assert page.run("return document.activeElement.textContent") == "关闭"
    page.press("dialog button", "\ue007")
    assert page.run(DIALOG) is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_on_a_phone(page: Browser, served: tuple[Served, Path], scheme: str) -> None:
    server = served[0]
    page.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.width(360)
    for path in ("/", "/policies/hubei/2023", EDIT, "/evaluate", "/log", "/desk", "/compare?a=hubei/2021&b=hubei/2022"):
        page.open(server.address + path)
        if path == EDIT:
            page.until("return document.querySelector('[data-effect] table')")
            group(page, "tiers")
            group(page, "findings")
            page.run("document.querySelectorAll('.item').forEach((e, n) => { e.open = n % 20 === 0; })")
            time.sleep(0.2)
        assert page.run("return [document.documentElement.scrollWidth, innerWidth]") == [360, 360], path
        assert page.run(WIDER) == [], path
        assert page.run(CONTRAST) == [], path
    page.devtools("Emulation.setEmulatedMedia", features=[])
