"""Working time: set on the line's page, by mouse and by keys; then be the customer who writes off hours."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.house import House, Portal
from tests.e2e.test_accessible import calm, faults

pytestmark = pytest.mark.slow
Someone = Callable[..., BrowserContext]
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def today(house: House) -> datetime:
    return datetime.fromtimestamp(house.clock.now() / 1_000_000, UTC).astimezone(MOSCOW)


def hours_tab(portal: Portal) -> Page:
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/settings/lines/{portal.line_id}/hours")
    page.get_by_test_id("field-hours_on").get_by_role("switch").click()
    expect(page.get_by_test_id("week-ahead")).to_be_visible()
    return page


def day(page: Page, name: str) -> Locator:
    return page.get_by_test_id("field-week").get_by_role("group", name=name, exact=True)


def times(of: Locator) -> list[str]:
    return [each.input_value() for each in of.get_by_role("textbox").all()]


def drag(page: Page, strip: Locator, start: float, end: float) -> None:
    """Along a day's strip, from and to so many hours; beyond 24 is beyond its end."""
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    at = [(box["x"] + hour / 24 * box["width"], box["y"] + box["height"] / 2) for hour in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=6)
    page.mouse.up()


def save(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
        page.get_by_test_id("save").click()
    assert answered.value.status == 200, answered.value.text()


def test_the_week_by_mouse_and_by_keys_with_words_at_what_is_wrong(portal: Portal) -> None:
    page = hours_tab(portal)
    saturday, monday = day(page, "суббота"), day(page, "понедельник")
    drag(page, saturday.locator(".strip"), 10, 15)
    assert times(saturday) == ["10:00", "15:00"]
    drag(page, saturday.locator(".strip"), 14.9, 26)  # the end, over midnight
    assert times(saturday) == ["10:00", "02:00"]
    drag(page, day(page, "воскресенье").locator(".strip"), 1.95, 3)  # what is left of the night
    assert times(saturday) == ["10:00", "03:00"]

    start = monday.get_by_role("textbox").first
    start.press("ArrowUp")
    start.press("Shift+ArrowUp")
    assert times(monday) == ["10:15", "18:00"]
    start.fill("930")
    start.press("Tab")
    assert times(monday) == ["09:30", "18:00"]

    monday.get_by_role("button", name="Добавить промежуток").click()
    monday.get_by_role("textbox").nth(2).fill("17")
    monday.get_by_role("textbox").nth(2).press("Tab")
    expect(monday.get_by_role("alert")).to_be_visible()
    expect(page.get_by_test_id("save")).to_be_disabled()
    monday.get_by_role("textbox").nth(2).fill("2567")
    monday.get_by_role("textbox").nth(2).press("Tab")
    expect(monday.get_by_role("alert").first).to_contain_text("09:30")
    monday.get_by_role("button", name="Убрать").last.click()

    script = "<script>document.title='caught'</script>"
    page.get_by_role("button", name="Добавить даты").click()
    page.get_by_label("Название, например").fill(script)
    page.get_by_label("Название, например").press("Tab")
    expect(page.get_by_test_id("week-ahead")).to_contain_text(script)
    words = page.get_by_test_id("field-off_hours_text").get_by_role("textbox").first
    before = words.input_value()
    words.fill("я" * 10_000)
    expect(page.get_by_test_id("save")).to_be_disabled()
    words.fill(before)
    save(page)
    calm(page)
    assert page.title() != "caught"
    assert faults(page) == []
    kept = portal.ask(portal.chief, "GET", f"/api/v1/lines/{portal.line_id}")["settings"]
    assert kept["week"][0] == [{"from": "09:30", "to": "18:00"}]
    assert kept["week"][5] == [{"from": "10:00", "to": "03:00"}]


def test_closed_today_is_held_and_offered_when_it_opens(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = hours_tab(portal)
    page.get_by_role("button", name="круглосуточно").click()
    page.get_by_role("button", name="Добавить даты").click()
    page.get_by_label("Первый день").fill(today(house).date().isoformat())
    page.get_by_test_id("choice-hold").check(force=True)
    page.get_by_test_id("field-off_hours_text").get_by_role("textbox").first.fill("Откроемся {opens_at}.")
    save(page)
    expect(page.get_by_test_id("open-now")).to_contain_text("00:00")

    visitor = chat(someone(timezone_id="Europe/Moscow"), portal.try_url)
    expect(visitor.frame.locator("header")).to_contain_text("завтра")
    visitor.write("Здравствуйте!")
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="Откроемся завтра в 0:00.")).to_be_visible()
    waits = portal.ask(portal.chief, "GET", "/api/v1/conversations?list=all")["items"][0]
    assert waits["state"] == "waiting"

    page.get_by_role("button", name="Убрать особую дату").click()
    save(page)
    portal.comes_to("offered")
    expect(visitor.frame.locator("header")).not_to_contain_text("завтра")


def test_a_contact_is_taken_and_a_timetable_is_shared(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = hours_tab(portal)
    later = (today(house) + timedelta(days=1)).date().isoformat()
    page.get_by_role("button", name="круглосуточно").click()
    page.get_by_role("button", name="Добавить даты").click()
    page.get_by_label("Первый день").fill(today(house).date().isoformat())
    page.get_by_label("Последний день").fill(later)
    page.get_by_test_id("timetable-make").click()
    page.get_by_test_id("timetable-name").fill("Мастерская")
    page.get_by_test_id("timetable-save").click()
    expect(page.get_by_test_id("field-timetable_id")).to_contain_text("Мастерская")
    page.get_by_test_id("choice-collect").check(force=True)
    page.get_by_test_id("collect-words").click()
    save(page)
    tables = portal.ask(portal.chief, "GET", "/api/v1/timetables")["items"]
    assert [(each["name"], [line["id"] for line in each["lines"]]) for each in tables] == [
        ("Мастерская", [portal.line_id])
    ]

    visitor = chat(someone(), portal.try_url)
    visitor.write("Есть кто-нибудь?")
    messages = visitor.frame.get_by_test_id("widget-message")
    expect(messages.filter(has_text="Оставьте, пожалуйста, телефон или почту")).to_be_visible()
    visitor.write("Позвоните мне: 8 912 345-67-89")
    expect(messages.filter(has_text="Свяжемся с вами")).to_be_visible()
    visitor.write("Буду ждать")
    expect(messages.filter(has_text="Буду ждать")).to_have_attribute("data-state", re.compile("sent|read"))
    closed = portal.ask(portal.chief, "GET", "/api/v1/conversations?list=closed")["items"]
    assert [each["state"] for each in closed] == ["closed"]
    found = portal.ask(portal.chief, "GET", f"/api/v1/conversations/{closed[0]['id']}")
    assert (found["customer"]["phone"], found["reason"]) == ("+79123456789", "collected")


def test_what_a_site_has_kept_of_the_chat_does_not_outlive_its_hours(
    portal: Portal, house: House, someone: Someone
) -> None:
    closes = (today(house) + timedelta(minutes=20)).replace(second=0, microsecond=0)
    week = [[{"from": (closes - timedelta(hours=2)).strftime("%H:%M"), "to": closes.strftime("%H:%M")}]] * 7
    portal.change_line(portal.line_id, hours_on=True, week=week)
    channel = portal.ask(portal.chief, "GET", f"/api/v1/channels/{portal.channel_id}")
    change = {"version": channel["version"], "settings": {"only_in_hours": True, "hours_of": "line"}}
    portal.ask(portal.chief, "PATCH", f"/api/v1/channels/{portal.channel_id}", change)
    context = someone()
    page = context.new_page()
    page.goto(portal.try_url)
    button = page.get_by_test_id("widget-button")
    expect(button).to_be_visible(timeout=20_000)  # it may take 3 s by itself until the page rests
    page.wait_for_function("Object.values(localStorage).some(each => each.includes('\"until\":'))")
    page.close()

    context.route("**/widget/frame*", lambda route: route.abort())
    before = context.new_page()
    before.goto(portal.try_url)
    expect(before.get_by_test_id("widget-button")).to_be_visible()  # at once, from what was kept
    after = context.new_page()
    after.clock.install(time=closes + timedelta(seconds=2))
    after.goto(portal.try_url)
    after.wait_for_load_state("load")
    expect(after.get_by_test_id("widget-button")).to_be_hidden()
