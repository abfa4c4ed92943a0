"""The queue: set on the page, then be the customer who gets it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal
from tests.e2e.test_accessible import calm, faults

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SLOWLY = 20_000  # the first page of a fresh browser, on a busy machine
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def row(page: Page, name: str) -> Any:
    return page.get_by_test_id(f"field-{name}")


def save(page: Page) -> None:
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("save")).to_have_count(0)


def test_whom_the_customer_sees_and_his_place_are_set_on_the_page(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}")
    members = page.get_by_test_id("queue-member")
    expect(members).to_contain_text("на месте, следующий", timeout=SLOWLY)

    # A name for all is asked for at its field; with it the line can be saved.
    row(page, "operator_shown").get_by_text("Одно имя и фото").click()
    page.get_by_test_id("save").click()
    expect(row(page, "common_name").get_by_role("alert")).to_be_visible()
    row(page, "common_name").locator("input[lang=ru]").fill("Мастерская")
    row(page, "limit").get_by_text("не больше").click()
    row(page, "limit").locator("input[inputmode=numeric], input[type=number]").first.fill("1")
    row(page, "place_on").get_by_role("switch").click()
    row(page, "place_text").locator("textarea[lang=ru]").fill("Вы в очереди: {position}. Ждать {wait}.")
    save(page)
    calm(page)
    assert faults(page) == []

    first = chat(someone(), portal.try_url)
    first.write("Сколько стоит лампа?")
    desk = portal.chief.new_page()
    desk.goto(house.base)
    desk.get_by_test_id("conversation-row").first.click()
    desk.get_by_test_id("accept").first.click()
    # The limit is reached: told by the socket, without a look at the page anew.
    expect(members).to_contain_text("на пределе")

    second = chat(someone(), portal.try_url)
    second.write("А плед?")
    heard = second.frame.get_by_test_id("widget-message")
    expect(heard.filter(has_text="Вы в очереди: 1.")).to_be_visible()
    expect(heard.filter(has_text="Ждать")).to_have_count(0)
    expect(second.frame.get_by_test_id("widget-status")).to_have_text("Ваше место в очереди: 1")

    desk.get_by_test_id("composer-input").fill("4 900 ₽")
    desk.get_by_test_id("composer-input").press("Enter")
    answer = first.frame.get_by_test_id("widget-message").filter(has_text="4 900")
    expect(answer).to_contain_text("Мастерская")
    for visitor in (first, second):
        assert "Анна" not in visitor.frame.locator("body").inner_text()
    expect(members).to_contain_text("1 из 1")  # the second has been offered


def test_departments_heads_and_the_order_by_keyboard(portal: Portal, house: House, someone: Someone) -> None:
    boris, vera = (portal.operator(someone(), name) for name in ("Boris", "Vera"))
    value = {"name": "Продажи", "head_id": vera, "member_ids": [boris, vera]}
    portal.ask(portal.chief, "POST", "/api/v1/departments", value)
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}")
    members = page.get_by_test_id("queue-member")
    expect(members).to_have_count(1, timeout=SLOWLY)
    row(page, "members").get_by_role("button", name="Добавить сотрудника или отдел").click()
    page.get_by_text("Продажи", exact=False).last.click()
    expect(members).to_have_count(2)
    sales = members.nth(1)
    expect(sales).to_contain_text("1 человек")
    sales.get_by_test_id("with-head").check()
    expect(sales).to_contain_text("2 человека")
    sales.get_by_role("button", name="Переставить: Продажи").press("Alt+ArrowUp")
    expect(members.first).to_contain_text("Продажи")
    expect(page.locator(".unseen[role=status]").filter(has_text="Продажи: место 1 из 2")).to_have_count(1)
    save(page)
    path = f"/api/v1/lines/{portal.line_id}/queue"
    found = portal.ask(portal.chief, "GET", path)["items"]
    assert [[person["user_id"] for person in each["people"]] for each in found] == [[vera, boris], [portal.chief_id]]


def test_administrators_see_that_nobody_is_there(portal: Portal, house: House, someone: Someone, chat: Any) -> None:
    portal.change_line(portal.line_id, members=[portal.operator(someone(), "Boris")])
    page = portal.chief.new_page()
    page.goto(house.base)
    visitor = chat(someone(), portal.try_url)
    visitor.write("Есть кто?")
    banner = page.get_by_test_id("trouble-banner")
    expect(banner).to_contain_text("ждёт 1 клиент, а на месте никого")
    banner.get_by_role("link").click()
    expect(page.get_by_test_id("queue-member")).to_contain_text("не в сети")
    portal.change_line(portal.line_id, members=[])
    expect(page.get_by_test_id("trouble-banner")).to_be_visible()


def test_bad_values_have_words_at_their_fields(portal: Portal, house: House) -> None:
    portal.change_line(
        portal.line_id, operator_shown="common", common_name={"ru": "<script>alert(1)</script>"}, place_on=True
    )
    page = portal.chief.new_page()
    page.goto(f"{house.base}/settings/lines/{portal.line_id}")
    name = row(page, "common_name").locator("input[lang=ru]")
    expect(name).to_have_value("<script>alert(1)</script>", timeout=SLOWLY)
    name.fill("x" * 101)
    expect(row(page, "common_name").get_by_role("alert")).to_be_visible()
    name.fill("Мастерская")
    place = row(page, "place_text")
    for bad in ("x" * 10_000, "Вы {position", "{nobody}"):
        place.locator("textarea[lang=ru]").fill(bad)
        expect(place.get_by_role("alert")).to_be_visible()
        expect(page.get_by_test_id("save")).to_be_disabled()
    time = row(page, "queue_time")
    time.get_by_text("своё", exact=False).click()
    time.locator("input.typed").fill("13 часов")
    expect(time.get_by_role("alert")).to_contain_text("12")
