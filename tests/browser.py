"""Chromium without a window, driven through chromedriver by the WebDriver protocol: HTTP and JSON, no package is needed."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import time
import unicodedata
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(
    not (DRIVER and CHROMIUM), reason="needs a browser: the Debian packages chromium and chromium-driver (and fonts-noto-cjk)"
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
ENTER, TAB = "\ue007", "\ue004"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
OPEN_ALL = "document.querySelectorAll('main details').forEach((d) => { d.open = true; });"
CONTRAST = """
const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
const low = [];
for (const e of document.body.querySelectorAll("*")) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !e.checkVisibility() || e.closest("script, option")) continue;
  const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) low.push(e.tagName + "." + e.className + " " + e.textContent.slice(0, 20));
}
return low;
"""


class Refused(AssertionError):
    """What the driver would not do, in its words: `error` is one of those of the WebDriver standard."""

    def __init__(self, error: str, message: str, **_: Any) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


class Browser:
    """One headless Chromium with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.driver = subprocess.Popen([str(DRIVER), f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.session = ""
        self._wait()
        options = {"binary": CHROMIUM, "args": [*FLAGS.split(), f"--user-data-dir={profile}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = "/session/" + self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _wait(self) -> None:
        end = time.monotonic() + 600
        while time.monotonic() < end:
            try:
                self._call("GET", "/status")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("chromedriver does not answer")

    def _call(self, method: str, path: str, data: Any = None) -> Any:
        body = None if method == "GET" else json.dumps(data or {}).encode()
        url = f"http://127.0.0.1:{self.port}{self.session}{path}"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
        try:
            with self.opener.open(request, timeout=600) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            raise Refused(**json.load(error)["value"]) from error

    def post(self, path: str, **data: Any) -> Any:
        return self._call("POST", path, data)

    def devtools(self, command: str, **params: Any) -> Any:
        return self.post("/goog/cdp/execute", cmd=command, params=params)

    def run(self, script: str) -> Any:
        return self.post("/execute/sync", script=script, args=[])

    def find(self, selector: str) -> str:
        return str(self.post("/element", using="css selector", value=selector)[ELEMENT])

    def on(self, selector: str, act: Callable[[str], None]) -> None:
        """Do something with an element; again with the one now in its place, where the page drew that part anew meanwhile: a
        person sees no difference between the two."""
        for _ in range(20):
            try:
                return act(self.find(selector))
            except Refused as refused:
                if refused.error != "stale element reference":
                    raise
        raise AssertionError(f"drawn over and over: {selector}")

    def click(self, selector: str) -> None:
        self.on(selector, lambda element: self.post(f"/element/{element}/click"))

    def press(self, selector: str, key: str) -> None:
        self.on(selector, lambda element: self.post(f"/element/{element}/value", text=key))

    def open(self, address: str) -> None:
        self.post("/url", url=address)

    def window(self, handle: str = "") -> str:
        """Go to a window; without a handle to a new one. The handle of the window left."""
        before = str(self._call("GET", "/window"))
        self.post("/window", handle=handle or self.post("/window/new", type="tab")["handle"])
        return before

    def fill(self, selector: str, text: str) -> None:
        """Write into a field in place of what stands there, as a person does who then leaves it."""

        def write(element: str) -> None:
            self.post("/execute/sync", script="arguments[0].focus(); arguments[0].select()", args=[{ELEMENT: element}])
            self.post(f"/element/{element}/value", text=text + TAB)

        self.on(selector, write)

    def attach(self, selector: str, path: Path) -> None:
        """Give a file to an input for files, as a person chooses it."""
        self.on(selector, lambda element: self.post(f"/element/{element}/value", text=str(path)))

    def until(self, script: str, seconds: float = 60.0) -> Any:
        """What the script returns, once that is neither false, empty nor nothing. Raises AssertionError if it stays so."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)):
            if time.monotonic() > end:
                raise AssertionError(f"it does not come true: {script}")
            time.sleep(0.05)
        return found

    def shot(self, path: Path) -> None:
        """The page as a picture, to be looked at."""
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def width(self, pixels: int) -> None:
        self.devtools("Emulation.setDeviceMetricsOverride", width=pixels, height=800, deviceScaleFactor=1, mobile=True)

    def printed(self, path: Path) -> list[str]:
        """The pages of the PDF as text, without spaces and page numbers, in the plain forms of characters."""
        if not shutil.which("pdftotext"):
            pytest.skip("needs pdftotext: the Debian package poppler-utils")
        path.write_bytes(base64.b64decode(self.devtools("Page.printToPDF", preferCSSPageSize=True)["data"]))
        text = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, timeout=600).stdout.decode()
        return [re.sub(r"^\d+/\d+|\d+/\d+$", "", plain(page)) for page in text.split("\f")]

    def anew(self) -> Browser:
        """As if just started: one window with nothing in it, no cookies, nothing in its log."""
        first, *others = self._call("GET", "/window/handles")
        for handle in others:
            self.post("/window", handle=handle)
            self._call("DELETE", "/window")
        self.post("/window", handle=first)
        self.open("about:blank")
        self.devtools("Emulation.clearDeviceMetricsOverride")
        self.devtools("Emulation.setEmulatedMedia", media="", features=[])
        self.devtools("Network.clearBrowserCookies")
        self.post("/se/log", type="browser")
        return self

    def close(self) -> None:
        try:
            if self.session:
                self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=600)


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
