"""Consent and form: set on the page, then be the visitor who is asked."""

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


def test_the_visitor_agrees_answers_and_writes(portal: Portal, house: House, someone: Someone, chat: Any) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/consent")
    row(page, "consent_text").locator("textarea[lang=ru]").fill("Мы храним то, что вы пишете.")
    row(page, "consent_url").locator("input").fill("javascript:alert(1)")
    row(page, "consent_kind").get_by_test_id("choice-agree").check(force=True)
    row(page, "form").get_by_test_id("choice-before").check(force=True)
    page.get_by_test_id("add-question").click()
    second = page.get_by_test_id("question-1")
    second.get_by_text("Выбор", exact=True).click()
    second.locator("[lang=ru]").first.fill("О чём вопрос?")
    page.get_by_test_id("save").click()
    expect(row(page, "consent_url").get_by_role("alert")).to_contain_text("https://")
    row(page, "consent_url").locator("input").fill("https://example.com/privacy")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()

    visitor = chat(someone(), portal.try_url)
    frame = visitor.frame
    expect(frame.get_by_test_id("widget-consent")).to_contain_text("Мы храним то, что вы пишете.")
    expect(frame.get_by_test_id("widget-input")).to_have_count(0)
    frame.get_by_test_id("widget-agree").click()
    form = frame.get_by_test_id("widget-form")
    expect(form).to_be_visible()
    frame.get_by_test_id("widget-form-send").click()
    expect(form.get_by_text("Ответьте, пожалуйста")).to_be_visible()
    frame.get_by_test_id("widget-ask-name").fill("Ева")
    frame.get_by_test_id("widget-ask-choice").select_option("Вариант 2")
    frame.get_by_test_id("widget-form-send").click()
    visitor.write("Лампа мигает")

    desk = portal.chief.new_page()
    desk.goto(house.base)
    desk.get_by_test_id("conversation-row").filter(has_text="Ева").first.click()
    expect(desk.get_by_test_id("form-answers")).to_contain_text("Вариант 2")
    expect(desk.get_by_test_id("consent")).to_contain_text("нажал «Согласен»")
    expect(desk.get_by_test_id("thread")).to_contain_text("Анкета заполнена")

    # Coming back, the chat is open as it was, and nothing is asked again.
    visitor.page.reload()
    expect(frame.get_by_test_id("widget-message").filter(has_text="Лампа мигает")).to_be_visible(timeout=SLOWLY)
    expect(frame.get_by_test_id("widget-input")).to_be_visible()
    expect(frame.get_by_test_id("widget-consent")).to_have_count(0)


def test_a_form_after_the_first_words_is_in_nobodys_way(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    field = {"key": "email", "kind": "email", "label": {"ru": "Почта"}, "required": False, "choices": []}
    portal.change_line(portal.line_id, form="after", form_fields=[field])
    visitor = chat(someone(), portal.try_url)
    visitor.write("Добрый день")
    form = visitor.frame.get_by_test_id("widget-form")
    expect(form).to_be_visible()
    visitor.write("Есть кто?")
    form.get_by_test_id("widget-ask-email").fill("ева")
    form.get_by_test_id("widget-form-send").click()
    expect(form.locator("[aria-invalid=true]")).to_be_visible()
    form.get_by_test_id("widget-ask-email").fill("eva@example.com")
    form.get_by_test_id("widget-form-send").click()
    expect(form).to_have_count(0)
    found = portal.eventually("/api/v1/customers", lambda all_: all_["items"] and all_["items"][0].get("email"))
    assert found["items"][0]["email"] == "eva@example.com"
