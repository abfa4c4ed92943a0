"""Automatic actions: set on the page, then be the customer who gets them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal

pytestmark = [pytest.mark.slow, pytest.mark.browser]
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def row(page: Page, name: str) -> Any:
    return page.get_by_test_id(f"field-{name}")


def save(page: Page) -> None:
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()


def test_what_is_written_on_the_tab_is_what_the_customer_gets(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/automatic")

    # The greeting: a wrong placeholder has words at the field, a value comes from the menu, the preview shows it all.
    greeting = row(page, "greeting")
    words = greeting.locator("textarea[lang=ru]")
    words.fill("Здравствуйте, {клиент}!")
    expect(greeting.get_by_role("alert")).to_contain_text("{customer}")
    words.fill("Вас слушает ")
    greeting.get_by_test_id("insert").click()
    page.get_by_test_id("insert-portal").click()
    expect(words).to_have_value("Вас слушает {portal}")
    greeting.get_by_test_id("preview").click()
    expect(greeting.get_by_test_id("on-website").locator("[lang=ru]")).to_contain_text("Вас слушает Лампа и плед")

    # A reminder after a minute with its two buttons.
    row(page, "inactivity").get_by_test_id("add-inactivity").click()
    reminder = page.get_by_test_id("inactivity-0")
    reminder.get_by_text("своё", exact=False).first.click()
    reminder.locator("input.typed").first.fill("1 мин")
    reminder.locator("textarea[lang=ru]").first.fill("Вы ещё здесь?")
    reminder.get_by_test_id("preview").first.click()
    expect(reminder.get_by_test_id("on-website").locator("[lang=ru]")).to_contain_text("Вопрос решён")
    save(page)

    visitor = chat(someone(), portal.try_url)
    visitor.write("Сколько стоит лампа?")
    said = visitor.frame.get_by_test_id("widget-message")
    expect(said.filter(has_text="Вас слушает Лампа и плед")).to_be_visible()
    desk = portal.chief.new_page()
    desk.goto(house.base)
    desk.get_by_test_id("conversation-row").first.click()
    desk.get_by_test_id("accept").first.click()
    desk.get_by_test_id("composer-input").fill("4 900 ₽")
    desk.get_by_test_id("composer-input").press("Enter")
    expect(said.filter(has_text="4 900")).to_be_visible()
    house.later(61)
    expect(said.filter(has_text="Вы ещё здесь?")).to_be_visible()
    visitor.frame.get_by_role("button", name="Вопрос решён").click()
    expect(desk.get_by_test_id("thread")).to_contain_text("Клиент ответил на напоминание: вопрос решён")
    house.later(6)
    expect(said.filter(has_text="Спасибо за обращение")).to_be_visible()


def test_bad_values_have_words_at_their_fields(portal: Portal, house: House) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/automatic")
    closing = row(page, "close_text")
    words = closing.locator("textarea[lang=ru]")
    for bad, told in (
        ("x" * 10_000, "6\u00a0000"),
        ("До встречи, {operator", "не закрыто"),
        ("{nobody}", "ничего не значит"),
    ):
        words.fill(bad)
        expect(closing.get_by_role("alert")).to_contain_text(told)
        expect(page.get_by_test_id("save")).to_be_disabled()
    words.fill("<script>alert(1)</script> {{x}}")
    expect(closing.get_by_role("alert")).to_have_count(0)
    closing.get_by_test_id("preview").click()
    expect(closing.get_by_test_id("on-website").locator("[lang=ru]")).to_contain_text("<script>alert(1)</script> {x}")

    delay = row(page, "full_close_delay")
    delay.get_by_text("своё", exact=False).click()
    delay.locator("input.typed").fill("3 дня")
    expect(delay.get_by_role("alert")).to_contain_text("1 дн")
    row(page, "inactivity").get_by_test_id("add-inactivity").click()
    reminder = page.get_by_test_id("inactivity-0")
    for language in ("ru", "en"):
        reminder.locator(f"textarea[lang={language}]").first.fill("")
    page.get_by_test_id("save").click()
    expect(reminder.get_by_role("alert").first).to_be_visible()
