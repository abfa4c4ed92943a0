"""Appearance: set it on the line's page beside the chat itself, then be the visitor who sees it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SLOWLY = 20_000  # a visitor's page: it loads the chat when it rests, which it may take 3 s to do by itself
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def row(page: Page, name: str) -> Any:
    return page.get_by_test_id(f"field-{name}")


def accent(page: Any) -> str:
    found: str = page.locator("openlines-chat").evaluate("one => one.style.getPropertyValue('--accent')")
    return found


def knows_its_look(page: Page) -> None:
    """The chat has told the page how its button looks, and whether there is one."""
    expect(page.locator("openlines-chat")).to_have_attribute("style", re.compile("--accent"), timeout=SLOWLY)


def test_the_chat_beside_the_settings_follows_them_and_visitors_see_what_is_saved(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/appearance")
    shown = page.get_by_test_id("live-chat").frame_locator("iframe")
    expect(shown.get_by_test_id("widget-button")).to_be_visible()
    code = row(page, "accent").locator("input[type=text]")
    code.fill("#ffe14d")
    expect(row(page, "accent").get_by_role("status")).to_contain_text("тёмные")
    row(page, "position").get_by_text("Слева").click()
    row(page, "bubble_ru").locator("input").fill("Спросите пекаря")
    row(page, "faces").locator("input, button").first.click()
    expect(shown.get_by_test_id("widget-button")).to_contain_text("Спросите пекаря")
    assert accent(shown) == "#ffe14d"
    assert shown.locator("openlines-chat").get_attribute("side") == "left"
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()

    visitor = someone().new_page()
    visitor.goto(portal.try_url)
    expect(visitor.get_by_test_id("widget-button")).to_contain_text("Спросите пекаря", timeout=SLOWLY)
    assert accent(visitor) == "#ffe14d"

    page.get_by_test_id("undo").click()
    expect(code).to_have_value("#2563eb")
    expect(page.get_by_test_id("save-bar")).to_have_count(0)


def test_a_visitor_is_invited_on_the_page_of_choice_once_in_a_visit(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/appearance")
    page.get_by_test_id("add-invitation").click()
    one = page.get_by_test_id("invitation-0")
    one.locator("input[type=number]").fill("9999")
    one.locator("input.mono").fill("/try/*")
    page.get_by_test_id("save").click()
    expect(one.get_by_role("alert").first).to_contain_text("3600")
    expect(one.locator("input[type=number]")).to_be_focused()
    one.locator("input[type=number]").fill("1")
    one.locator("input[lang=ru]").fill("Подсказать с выбором?")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()

    visitor = someone().new_page()
    visitor.goto(portal.try_url)
    expect(visitor.get_by_test_id("widget-bubble")).to_contain_text("Подсказать с выбором?", timeout=SLOWLY)
    visitor.reload()
    knows_its_look(visitor)
    expect(visitor.get_by_test_id("widget-button")).to_be_visible()
    visitor.wait_for_timeout(2000)  # twice as long as an invitation takes that is not shown again
    expect(visitor.get_by_test_id("widget-bubble")).to_be_hidden()

    # On a phone the page stays free: a mark, and the words for who cannot see it.
    phone = someone(viewport={"width": 390, "height": 800}).new_page()
    phone.goto(portal.try_url)
    expect(phone.get_by_test_id("widget-unread")).to_be_visible(timeout=SLOWLY)
    expect(phone.get_by_test_id("widget-bubble")).to_be_hidden()
    expect(phone.get_by_role("button", name="Подсказать с выбором?")).to_be_visible()

    row(page, "hidden_on").locator("textarea").fill("/try/*")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("save-bar")).to_have_count(0)
    other = someone().new_page()
    other.goto(portal.try_url)
    knows_its_look(other)
    expect(other.get_by_test_id("widget-button")).to_be_hidden()


def test_the_chats_own_page_opens_under_the_owners_word(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/appearance")
    row(page, "alias").locator("input").fill("Our Bakery")
    page.get_by_test_id("save").click()
    expect(row(page, "alias").get_by_role("alert")).to_be_visible()
    row(page, "alias").locator("input").fill("our-bakery")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()
    own = page.get_by_test_id("chat-page")
    expect(own).to_contain_text("/chat/our-bakery")
    drawn = own.locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)")
    assert drawn > 0

    visitor = someone().new_page()
    visitor.goto(f"{house.base}/chat/our-bakery")
    visitor.get_by_test_id("widget-input").fill("Есть ржаной?")
    visitor.get_by_test_id("widget-send").click()
    portal.eventually("/api/v1/customers", lambda found: found["items"])
