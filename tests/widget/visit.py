"""Who takes part: the portal in memory with its levers, and a visitor on a page of the site."""

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Frame, Locator, Page

from hatch_build import node_command
from tests.support_servers.ports import free_port
from tests.support_servers.process import Running

WIDGET = Path(__file__).resolve().parents[2] / "web/widget"
# What the chat waits for by itself, at the worst: 3 s for a page at rest before it loads its frame, 5 s for a frame
# that does not greet, 4 s and more between attempts. And a machine may be busy; what never comes fails all the same.
PATIENTLY = 30.0


def eventually(true: Callable[[], Any], page: Page, within: float = PATIENTLY) -> None:
    """Until it is so, while the page goes on."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come true"
        page.wait_for_timeout(50)


class Portal(Running):
    """The mock server: a portal, a site that carries its snippet, and a site that may not."""

    def __init__(self, web: Path, log: Path) -> None:
        """Serve the built widget in `web`."""
        ports = [free_port() for _ in range(3)]
        self.url, self.site, self.foreign_site = (f"http://127.0.0.1:{port}" for port in ports)
        options = zip(("--port", "--site", "--foreign"), map(str, ports), strict=True)
        flat = [word for option in options for word in option]
        super().__init__([node_command()[0], WIDGET / "dev/mock-server.mjs", "--web", web, *flat], log=log)
        self.wait_until_answers(f"{self.foreign_site}/")

    def do(self, action: str, /, **given: Any) -> Any:
        """Pull one of its levers (`web/widget/dev/mock-server.mjs` lists them)."""
        data = json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}/mock/{action}", data=data, method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def visitor(self) -> Any:
        """All that it knows of the last visitor."""
        return self.do("state")["visitors"][-1]

    def texts(self) -> list[str]:
        """What the last visitor has said, in the portal's order."""
        return [one["text"] for one in self.visitor()["messages"] if one["author"] == "customer"]

    def heard(self) -> list[dict[str, Any]]:
        """The frames that came over sockets."""
        frames: list[dict[str, Any]] = self.do("state")["heard"]
        return frames


class Visit:
    """A page of the site with the chat on it."""

    def __init__(self, page: Page, portal: Portal) -> None:
        """Listen to the page's console from the beginning."""
        self.page = page
        self.portal = portal
        self.console: list[str] = []
        self.errors: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def go(self, query: str = "") -> "Visit":
        """Load a page of the site."""
        self.page.goto(f"{self.portal.site}/?{query}")
        return self

    @property
    def button(self) -> Locator:
        """The button on the page."""
        return self.page.get_by_test_id("widget-button")

    @property
    def frame(self) -> Frame:
        """The frame of the page as it is now; another one after `go`."""
        self.page.wait_for_selector("openlines-chat iframe", state="attached")
        eventually(self._frames, self.page)
        return self._frames()[0]

    def _frames(self) -> list[Frame]:
        return [one for one in self.page.frames if "/widget/frame" in one.url]

    def at(self, test_id: str) -> Locator:
        """Something inside the frame."""
        return self.frame.get_by_test_id(test_id)

    def open(self) -> "Visit":
        """Press the button."""
        self.button.click()
        self.at("widget-input").wait_for(state="visible")
        return self

    def say(self, text: str) -> None:
        """Write and send."""
        self.at("widget-input").fill(text)
        self.at("widget-input").press("Enter")

    def settle(self, inside: Locator) -> None:
        """What comes up with a movement has come to rest."""
        inside.evaluate(
            "(one) => Promise.allSettled(one.getAnimations({ subtree: true }).map((each) => each.finished))"
        )

    def shown(self) -> list[str]:
        """The words of all messages, as they stand."""
        return self.frame.locator("[data-testid=widget-message] .words").all_inner_texts()


def file(name: str, kind: str, content: bytes) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": kind, "buffer": content}
