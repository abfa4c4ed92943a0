"""Quality: set on the page, then be the customer who rates, and the head who does."""

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


def test_the_customer_rates_with_stars_comments_and_the_head_rates_too(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}/quality")
    row(page, "rating").get_by_test_id("choice-stars").check(force=True)
    question = row(page, "rating_question").locator("textarea[lang=ru]")
    question.fill("а" * 4001)
    expect(row(page, "rating_question").get_by_role("alert")).to_be_visible()
    question.fill("Оцените нас, пожалуйста")
    row(page, "close_after_rating").get_by_role("switch").click()
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()

    visitor = chat(someone(), portal.try_url)
    visitor.write("Лампа мигает")
    desk = portal.chief.new_page()
    desk.goto(house.base)
    desk.get_by_test_id("conversation-row").first.click()
    desk.get_by_test_id("accept").first.click()
    desk.get_by_test_id("composer-input").fill("Заменим")
    desk.get_by_test_id("composer-input").press("Enter")
    said = visitor.frame.get_by_test_id("widget-message")
    expect(said.filter(has_text="Заменим")).to_be_visible()
    desk.get_by_test_id("finish").first.click()
    portal.comes_to("closing")
    house.later(6)

    expect(said.filter(has_text="Оцените нас, пожалуйста")).to_be_visible()
    visitor.frame.get_by_test_id("widget-rating-4").click()
    visitor.frame.get_by_test_id("widget-rating-comment").fill("Быстро")
    visitor.frame.get_by_test_id("widget-rating-comment").press("Enter")
    expect(said.filter(has_text="Спасибо за оценку")).to_be_visible()

    ratings = desk.get_by_test_id("ratings")
    expect(desk.get_by_test_id("customer-rating")).to_contain_text("Быстро")
    expect(desk.get_by_test_id("thread")).to_contain_text("Закрыто после оценки")
    ratings.get_by_test_id("head-star-3").click()
    ratings.get_by_test_id("head-comment").fill("Назовите срок замены")
    ratings.get_by_test_id("head-save").click()
    expect(desk.get_by_test_id("head-rating")).to_contain_text("Назовите срок замены")
    expect(desk.get_by_test_id("thread")).to_contain_text("оценка как руководителя: 3")
    expect(visitor.frame.get_by_text("срок замены")).to_have_count(0)


def test_a_visitor_rates_from_the_menu_before_the_finish(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    portal.change_line(portal.line_id, rating="like", rating_before_finish=True)
    visitor = chat(someone(), portal.try_url)
    visitor.write("Добрый день")
    expect(visitor.frame.get_by_test_id("widget-message").first).to_have_attribute("data-state", "sent")
    visitor.frame.get_by_role("button", name="Ещё").click()
    visitor.frame.get_by_test_id("widget-rate-now").click()
    visitor.frame.get_by_test_id("widget-rate").get_by_test_id("widget-rating-like").click()
    found = portal.eventually("/api/v1/conversations?list=all", lambda all_: all_["items"][0].get("rating"))
    assert found["items"][0]["rating"] == 5
