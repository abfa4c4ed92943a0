"""No page has a fault of accessibility that axe calls serious or critical, in either colour scheme."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.e2e.house import House, Portal

pytestmark = pytest.mark.slow
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
Scheme = Literal["light", "dark"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESTING = """
() => Promise.race([
  new Promise((resolve) => setTimeout(resolve, 1500)),
  (async () => {
    const moving = () => document.getAnimations().filter((each) => each.playState === "running");
    // One that ends may let another begin, and what is not drawn yet has not begun.
    for (let still = 0; still < 2; still += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (!moving().length) continue;
      await Promise.allSettled(moving().map((each) => each.finished));
      still = -1;
    }
  })(),
])
"""


def faults(where: Page | Frame) -> list[str]:
    """Rule, element and what axe says of it."""
    where.evaluate(AXE.read_text())
    asked = {"runOnly": {"type": "tag", "values": RULES}, "iframes": False}
    found: dict[str, Any] = where.evaluate("(asked) => axe.run(document, asked)", asked)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {node['html'][:160]} | {node['failureSummary'][:300]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def calm(page: Page) -> None:
    """What fades or slides in is judged when it has come to rest."""
    page.wait_for_load_state("networkidle")
    page.evaluate(RESTING)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    found: Scheme = request.param
    return found


@pytest.fixture
def desk(small_house: House, someone: Callable[..., BrowserContext], scheme: Scheme, chat: Any) -> tuple[Portal, Any]:
    """Signed in, with a visitor who has written."""
    portal = Portal(small_house, someone(color_scheme=scheme))
    boss = portal.chief.new_page()
    boss.goto(small_house.base)
    expect(boss.get_by_test_id("tab-mine")).to_be_visible()
    visitor = chat(someone(color_scheme=scheme), portal.try_url)
    visitor.write("Здравствуйте! Сколько стоит лампа?")
    expect(visitor.frame.get_by_test_id("widget-message").first).to_be_visible()
    return portal, visitor


def test_the_workspace_with_an_open_conversation(desk: tuple[Portal, Any], small_house: House) -> None:
    portal, _ = desk
    page = portal.chief.pages[0]
    page.get_by_test_id("conversation-row").first.click()
    expect(page.get_by_test_id("message").first).to_be_visible()
    calm(page)
    assert faults(page) == []
    page.get_by_test_id("accept").first.click()
    page.get_by_test_id("composer-input").fill("Лампа стоит 4 900 ₽")
    page.get_by_test_id("composer-input").press("Enter")
    expect(page.get_by_test_id("message").filter(has_text="4 900")).to_be_visible()
    calm(page)
    assert faults(page) == []


def test_settings_and_the_widget(desk: tuple[Portal, Any], small_house: House) -> None:
    portal, visitor = desk
    page = portal.chief.pages[0]
    found = {}
    for path in (f"/settings/lines/{portal.line_id}", "/contact-centre", "/settings/users", "/customers"):
        page.goto(small_house.base + path)
        expect(page.locator("h1").first).to_be_attached()
        calm(page)
        found[path] = faults(page)
    widget = next(frame for frame in visitor.page.frames if "/widget/frame" in frame.url)
    found["widget"] = faults(widget)
    assert {path: each for path, each in found.items() if each} == {}
