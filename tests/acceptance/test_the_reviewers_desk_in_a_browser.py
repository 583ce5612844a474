"""A reviewer at the desk, in headless Chromium: a zip of several units, a form found, its cells marked, files taken away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs the extra `workbench`")
from browser import CONTRAST, ENTER, Browser, needs_browser
from conftest import SMALL_FORM
from workbenches import Thread, policies_in

from engine.workbench.accounts import save, with_account

pytestmark = needs_browser
PASSWORD = "a long password 一"
WIDER = (
    "return [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && !e.closest('.vh, thead, .scroll, pre')"
    " && e.getBoundingClientRect().right > 360.5).map((e) => e.outerHTML.slice(0, 80))"
)
UNNAMED = (
    "return [...document.querySelectorAll('main :is(input, select, button, textarea)')]"
    ".filter((e) => e.type !== 'hidden' && !(e.labels?.length || e.textContent.trim() || e.ariaLabel)).map((e) => e.outerHTML)"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thread]:
    server = Thread(policies_in(tmp_path_factory.mktemp("work")))
    yield server
    server.close()


def several_units(path: Path) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for unit in ("甲局", "乙局"):
            archive.writestr(f"{unit}/表.txt", SMALL_FORM.replace("示例单位", unit))
        archive.writestr("丙局/坏.docx", b"PK\x03\x04 broken")
    path.write_bytes(out.getvalue())
    return path


def legible(page: Browser) -> None:
    page.width(360)
    assert page.run("return [document.documentElement.scrollWidth, innerWidth]") == [360, 360]
    assert page.run(WIDER) == []
    assert page.run(CONTRAST) == []
    assert page.run(UNNAMED) == []
    page.devtools("Emulation.clearDeviceMetricsOverride")


def test_a_season_of_forms(browser: Browser, served: Thread, tmp_path: Path) -> None:
    page = browser
    page.open(f"{served.address}/desk")
    legible(page)
    page.attach("#files", several_units(tmp_path / "一批.zip"))
    page.until("return document.querySelector('[data-chosen]').textContent.startsWith('一批.zip')")
    page.run("const f = document.querySelector('[data-batch]'); f.requestSubmit(); f.requestSubmit()")
    page.until("return location.pathname.startsWith('/jobs/')")
    page.until("return document.querySelector('table.desk')", 120)
    home = page.run("return location.pathname")
    assert page.run("return document.querySelector('.tally').innerText").split("\n")[:3] == ["2 个单位", "一致 2", "没读成 1"]
    legible(page)
    page.press("input[name=text]", f"乙局{ENTER}")
    page.until("return location.search.includes('text=')")
    assert page.run("return [...document.querySelectorAll('table.desk tbody th')].map((e) => e.innerText.split('\\n')[0])") == [
        "示例经费"
    ]
    page.click("table.desk tbody input[type=checkbox]")
    page.click("table.desk tbody th a")
    page.until("return location.pathname.includes('/forms/')")
    marks = "return [...document.querySelectorAll('td.marked')].map((e) => [e.dataset.l, e.querySelector('a').hash])"
    marked = page.run(marks)
    assert {name for name, _ in marked} >= {"实际完成值", "年初目标值"}
    page.click("td.marked a")
    page.until(f"return document.querySelector('{marked[0][1]} details').open || location.hash === '{marked[0][1]}'")
    assert page.run("return document.querySelector('[data-seen]').checked"), "what was ticked in the table is ticked here"
    legible(page)

    page.open(f"{served.address}{home}")
    page.click("[data-make=workbook]")
    page.until("return document.querySelector('[data-made] a[download]')", 120)
    with served.client() as client:
        client.cookies.update({cookie["name"]: cookie["value"] for cookie in page._call("GET", "/cookie")})
        made = client.get(page.run("return document.querySelector('[data-made] a[download]').getAttribute('href')"))
    assert zipfile.is_zipfile(io.BytesIO(made.content))
    page.open(f"{served.address}/desk")
    assert page.run("return document.querySelectorAll('tbody tr').length") == 1, "sent once, however often Enter was pressed"
    wrong = [item for item in page.post("/se/log", type="browser") if item["source"] != "network"]
    assert wrong == []


def test_a_change_is_not_lost_when_the_sign_in_has_run_out(browser: Browser, tmp_path: Path) -> None:
    accounts, policies = tmp_path / "账号.json", policies_in(tmp_path)
    save(accounts, with_account({}, "王", "editor", PASSWORD))
    server = Thread(policies, accounts)
    page = browser

    def signed_in() -> None:
        page.fill("input[name=name]", "王")
        page.fill("input[name=password]", PASSWORD)
        page.click("button")
        page.until("return location.pathname !== '/login'")

    page.open(f"{server.address}/login?next=/policies/hubei/2023/edit")
    signed_in()
    page.until("return document.querySelector('[data-state]').textContent.includes('未保存')")
    page.run("document.querySelector('[data-group=parameters]').open = true")
    page.until("return document.querySelector('[data-group=parameters] .item')")
    page.run("document.querySelector('[data-key=\\'parameters.low_execution\\']').open = true")
    for session in server.work.sessions.all():
        server.work.sessions.end(session.token)
    page.fill("[data-field='parameters.low_execution/value'] input", "91")
    page.until("return document.getElementById('notice').textContent.startsWith('登录已过期')")
    first = page.window()
    page.open(f"{server.address}/login")
    signed_in()
    page._call("DELETE", "/window")
    page.post("/window", handle=first)
    page.until("return document.querySelector('[data-state]').textContent.includes('parameters.yaml')")
    with server.client() as client:
        client.cookies.update({cookie["name"]: cookie["value"] for cookie in page._call("GET", "/cookie")})
        assert "value: 91" in client.get("/api/v1/drafts/hubei/2023").json()["files"]["parameters.yaml"]
    page._call("DELETE", "/cookie")
    server.close()
