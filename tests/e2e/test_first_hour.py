"""A newcomer's first hour: set up, be a customer in one window and an operator in the other."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.house import PASSWORD, House

pytestmark = pytest.mark.slow


def test_from_the_printed_link_to_an_answer_in_the_chat(
    house: House, someone: Callable[..., BrowserContext], chat: Any
) -> None:
    chief = someone()
    page = chief.new_page()
    page.goto(f"{house.base}/setup?token={house.application.setup_token}")
    page.get_by_test_id("setup-portal-name").locator("input").or_(
        page.locator("input[data-testid=setup-portal-name]")
    ).first.fill("Лампа и плед")
    page.get_by_test_id("setup-name").locator("input").or_(page.locator("input[data-testid=setup-name]")).first.fill(
        "Анна Ким"
    )
    page.get_by_test_id("setup-email").locator("input").or_(page.locator("input[data-testid=setup-email]")).first.fill(
        "anna@example.com"
    )
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_test_id("setup-submit").click()
    expect(page.get_by_test_id("setup-done")).to_be_visible()
    try_url = page.get_by_test_id("setup-try").get_attribute("href")
    assert try_url
    page.get_by_test_id("setup-to-workspace").click()
    expect(page.get_by_test_id("tab-mine")).to_be_visible()

    visitor = chat(someone(), try_url if try_url.startswith("http") else house.base + try_url)
    visitor.write("Здравствуйте! Где мой заказ?")
    row = page.get_by_test_id("conversation-row").first
    expect(row).to_be_visible()
    row.click()
    expect(page.get_by_test_id("thread")).to_contain_text("Где мой заказ?")
    page.get_by_test_id("accept").first.click()
    page.get_by_test_id("composer-input").fill("Добрый день! Уже везём")
    page.get_by_test_id("composer-send").click()
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="Уже везём")).to_be_visible()

    visitor.write("Спасибо!")
    expect(page.get_by_test_id("thread")).to_contain_text("Спасибо!")
