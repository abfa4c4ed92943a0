"""Response targets: set them on the page, be the customer who waits, hear the bell, read the page KPI."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal
from tests.e2e.test_accessible import calm, faults

pytestmark = pytest.mark.slow


def set_targets(page: Page, house: House, line_id: int) -> None:
    page.goto(f"{house.base}/settings/lines/{line_id}/kpi")
    first = page.get_by_test_id("field-kpi_first")
    first.get_by_text("1 мин", exact=True).click()
    page.get_by_test_id("kpi_first_notice-on").click()
    page.get_by_test_id("step-50").click()
    notice = page.get_by_test_id("field-kpi_first_notice")
    notice.get_by_test_id("kpi_first_notice-webhook").check()
    page.get_by_test_id("save").click()
    expect(notice.locator(".hook [role=alert]")).to_be_visible()
    notice.get_by_test_id("kpi_first_notice-webhook").uncheck()
    words = notice.locator("textarea[lang=ru]")
    words.fill("{customr} ждёт")
    expect(notice.get_by_role("alert").filter(has_text="{customer}")).to_be_visible()
    words.fill("{line}: ждут уже {waited}")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()


def test_a_late_answer_is_counted_down_told_and_found_on_the_page(
    small_house: House, someone: Callable[..., BrowserContext], chat: Any
) -> None:
    house = small_house
    portal = Portal(house, someone())
    page = portal.chief.new_page()
    set_targets(page, house, portal.line_id)
    visitor = chat(someone(), portal.try_url)
    visitor.write("Здравствуйте!")

    page.goto(house.base)
    page.get_by_test_id("conversation-row").first.click()
    card = page.get_by_test_id("target-counter")
    expect(card).to_contain_text("До ответа осталось")
    house.later(32)
    expect(page.get_by_test_id("notices-unread")).to_have_text("1")
    house.later(30)
    expect(page.get_by_test_id("notices-unread")).to_have_text("2")
    page.reload()  # the page asks for the time anew
    expect(card).to_contain_text("Опоздание")
    page.get_by_test_id("accept").first.click()
    page.get_by_test_id("composer-input").fill("Добрый день!")
    page.get_by_test_id("composer-input").press("Enter")
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="Добрый день!")).to_be_visible()

    page.goto(f"{house.base}/kpi?days=7")  # it may have become another day meanwhile
    expect(page.get_by_test_id("kpi-late")).to_have_text("1")
    page.get_by_test_id("notices").click()
    expect(page.get_by_test_id("notice").first).to_contain_text("ждут уже 1 мин")
    calm(page)
    assert faults(page) == []
    page.get_by_test_id("notice").first.click()
    expect(page).to_have_url(f"{house.base}/c/1")
    expect(page.get_by_test_id("notices-unread")).to_have_text("1")
    page.goto(f"{house.base}/kpi?days=7")
    calm(page)
    assert faults(page) == []
    page.get_by_test_id("show-late").last.click()
    page.get_by_test_id("late-conversation").first.click()
    expect(page.get_by_test_id("composer-input")).to_be_visible()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/kpi")
    calm(page)
    assert faults(page) == []
