"""The administrator's pages of the whole portal: its settings, and events that nobody understood."""

import pytest
from playwright.sync_api import expect

from openlines.store import inbox
from openlines.store.tx import Tx
from tests.e2e.house import House, Portal

pytestmark = pytest.mark.slow


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def test_the_portals_settings_are_saved_one_by_one_and_taken_back(portal: Portal) -> None:
    chief = portal.chief
    page = chief.new_page()
    page.goto(f"{portal.house.base}/settings/lines")
    page.get_by_role("link", name="Портал").click()
    name = page.get_by_test_id("portal-name")
    before = name.input_value()
    name.fill("Лампа")
    name.press("Enter")
    expect(page.get_by_text("Сохранено")).to_be_visible()
    assert portal.ask(chief, "GET", "/api/v1/portal/settings")["name"] == "Лампа"
    page.get_by_role("button", name="Отменить").click()
    expect(name).to_have_value(before)
    name.fill(" ")
    name.press("Enter")
    expect(page.get_by_text("Дайте название")).to_be_visible()
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert portal.ask(chief, "GET", "/api/v1/portal/settings")["one_channel_of_a_kind"] is False


def _put_aside(tx: Tx, channel_id: int) -> None:
    inbox.keep(tx, channel_id, [inbox.Kept("u1", "5", "{}", b'{"update_id": 1}')])


def _quarantine(tx: Tx) -> None:
    for row in inbox.newest(tx):
        inbox.quarantine(tx, row.id, "KeyError: 'message'")


def test_events_put_aside_are_shown_in_the_contact_centre(portal: Portal, house: House) -> None:
    channel = portal.ask(portal.chief, "GET", "/api/v1/channels")["items"][0]
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/contact-centre")
    expect(page.get_by_test_id("tile-website")).to_be_visible()
    expect(page.get_by_test_id("aside-note")).to_have_count(0)
    house.write(_put_aside, channel["id"])
    house.write(_quarantine)
    page.reload()
    expect(page.get_by_test_id("aside-note")).to_contain_text("1 событие не удалось разобрать")
    page.get_by_test_id("aside-open").click()
    page.get_by_role("dialog").get_by_text(channel["name"]).click()
    expect(page.get_by_role("dialog")).to_contain_text('{"update_id": 1}')
    page.get_by_test_id("aside-replay").click()
    expect(page.get_by_text("Разбирается ещё раз: 1 событие")).to_be_visible()
