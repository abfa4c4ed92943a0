"""The main job: a line is made on the contact-centre page, a customer writes, the line brings him to who answers."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal

pytestmark = pytest.mark.slow
Someone = Callable[..., BrowserContext]


def workspace(context: BrowserContext, house: House) -> Page:
    page = context.new_page()
    page.goto(house.base)
    expect(page.get_by_test_id("tab-mine")).to_be_visible()
    return page


def make_line(chief: Page, house: House) -> None:
    """By the path of the mission: tile, list of lines, create a line at its end, go on to connecting."""
    chief.goto(f"{house.base}/contact-centre")
    chief.get_by_test_id("tile-website").click()
    chief.get_by_test_id("create-line").click()
    chief.get_by_test_id("connect").first.click()
    expect(chief.get_by_test_id("snippet").first).to_be_visible()


def test_offered_to_a_not_accepted_offered_to_b_answered_and_finished(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    boss = portal.chief.new_page()
    make_line(boss, house)
    assert len(portal.ask(portal.chief, "GET", "/api/v1/lines")["items"]) == 2

    ann, ben = someone(), someone()
    a, b = portal.operator(ann, "Ann"), portal.operator(ben, "Ben")
    portal.change_line(
        portal.line_id,
        [a, b],
        mode="strictly",
        queue_time=60,
        close_text={"ru": "До свидания!"},
        rating="like",
    )
    with_ann, with_ben = workspace(ann, house), workspace(ben, house)
    visitor = chat(someone(), portal.try_url)
    visitor.write("Здравствуйте! Сколько стоит лампа?")

    expect(with_ann.get_by_test_id("accept").first).to_be_visible()
    house.later(61)
    expect(with_ben.get_by_test_id("accept").first).to_be_visible()
    expect(with_ann.get_by_test_id("accept")).to_have_count(0)
    with_ben.get_by_test_id("conversation-row").first.click()
    with_ben.get_by_test_id("accept").first.click()
    with_ben.get_by_test_id("composer-input").fill("Лампа стоит 4 900 ₽")
    with_ben.get_by_test_id("composer-input").press("Enter")
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="4 900")).to_be_visible()

    with_ben.get_by_test_id("finish").click()
    portal.comes_to("closing")
    with_ben.get_by_test_id("undo-finish").first.click()
    portal.comes_to("active")
    house.later(6)
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="До свидания!")).to_have_count(0)
    with_ben.get_by_test_id("finish").click()
    portal.comes_to("closing")
    house.later(6)
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="До свидания!")).to_be_visible()
    visitor.frame.get_by_test_id("widget-rating-like").click()
    expect(visitor.frame.get_by_test_id("widget-message").last).to_contain_text("Спасибо")
    house.later(601)
    closed = portal.eventually("/api/v1/conversations?list=closed", lambda found: found["items"])
    assert [(each["state"], each["rating"]) for each in closed["items"]] == [("closed", 5)]


def test_offered_to_everyone_the_first_wins_and_the_other_is_told_who(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    ann, ben = someone(), someone()
    members = [portal.operator(ann, "Ann"), portal.operator(ben, "Ben")]
    portal.change_line(portal.line_id, members, mode="everyone")
    with_ann, with_ben = workspace(ann, house), workspace(ben, house)
    chat(someone(), portal.try_url).write("Есть кто?")
    expect(with_ann.get_by_test_id("accept").first).to_be_visible()
    with_ben.get_by_test_id("conversation-row").first.click()
    expect(with_ben.get_by_test_id("accept").first).to_be_visible()
    with_ann.get_by_test_id("accept").first.click()
    expect(with_ben.get_by_test_id("accept")).to_have_count(0)
    expect(with_ben.get_by_test_id("thread")).to_contain_text("Ann")


def test_a_lost_connection_is_shown_and_nothing_is_lost_or_doubled(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    page = workspace(portal.chief, house)
    visitor = chat(someone(), portal.try_url)
    visitor.write("до обрыва")
    page.get_by_test_id("conversation-row").first.click()
    page.get_by_test_id("accept").first.click()
    expect(page.get_by_test_id("accept")).to_have_count(0)
    house.stop()
    expect(page.get_by_test_id("connection-banner")).to_be_visible(timeout=20_000)
    page.get_by_test_id("composer-input").fill("ответ во время обрыва")
    page.get_by_test_id("composer-send").click()
    # A page that cannot be fetched now takes nobody away from where he is.
    page.get_by_role("link", name="KPI").click()
    expect(page.get_by_text("Страница не открылась: сервер не отвечает")).to_be_visible()
    expect(page.get_by_test_id("composer-input")).to_be_visible()
    visitor.write("слова во время обрыва")
    house.start()
    expect(page.get_by_test_id("connection-banner")).to_have_count(0, timeout=40_000)
    expect(page.get_by_test_id("thread")).to_contain_text("слова во время обрыва", timeout=40_000)
    answer = visitor.frame.get_by_test_id("widget-message").filter(has_text="ответ во время обрыва")
    expect(answer).to_have_count(1, timeout=40_000)
    texts = [
        each["text"]
        for each in portal.ask(portal.chief, "GET", "/api/v1/threads/1/messages")["items"]
        if each["kind"] == "text"
    ]
    assert texts.count("слова во время обрыва") == 1
    assert texts.count("ответ во время обрыва") == 1


def test_a_session_that_is_ended_elsewhere_leads_back_to_the_kept_draft(
    portal: Portal, house: House, someone: Someone, chat: Any
) -> None:
    ann = someone()
    ann_id = portal.operator(ann, "Ann")
    portal.change_line(portal.line_id, [ann_id])
    page = workspace(ann, house)
    chat(someone(), portal.try_url).write("Здравствуйте!")
    page.get_by_test_id("conversation-row").first.click()
    page.get_by_test_id("composer-input").fill("Недописанный ответ")
    at = page.url
    version = portal.ask(portal.chief, "GET", f"/api/v1/users/{ann_id}")["version"]
    other = "another good phrase 7"
    portal.ask(portal.chief, "PATCH", f"/api/v1/users/{ann_id}", {"version": version, "password": other})
    expect(page.get_by_test_id("session-ended")).to_contain_text("сохранено")
    expect(page.get_by_test_id("login-email")).to_have_value("oann@example.com")
    expect(page.get_by_test_id("login-password")).to_be_focused()
    page.get_by_test_id("login-password").fill(other)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("composer-input")).to_have_value("Недописанный ответ")
    assert page.url == at
