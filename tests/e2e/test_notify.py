"""Notices and mail: set on the page, tried on the page, then somebody waits and the letter comes."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal
from tests.e2e.test_accessible import calm, faults
from tests.notify.browser import FakeBrowser
from tests.notify.smtp import PASSWORD, USER, smtp_server

pytestmark = pytest.mark.slow


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def until(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_a_mail_server_is_set_on_the_page_and_a_late_answer_comes_by_letter(portal: Portal, chat: Any) -> None:
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/settings/notices")
    page.get_by_test_id("mail-host").fill("https://smtp.example.com/")
    page.get_by_test_id("mail-from").fill("никто")
    page.get_by_test_id("mail-save").click()
    expect(page.get_by_test_id("field-mail-host")).to_contain_text("Только имя сервера")
    with smtp_server(login=True) as (box, port):
        page.get_by_test_id("mail-host").fill("127.0.0.1")
        page.get_by_text("нет", exact=True).click()
        expect(page.get_by_test_id("mail-open")).to_be_visible()
        page.get_by_label("Порт").fill(str(port))
        page.get_by_test_id("mail-user").fill(USER)
        page.get_by_test_id("mail-password").fill("не тот")
        page.get_by_test_id("mail-from").fill("support@example.com")
        page.get_by_test_id("mail-try").click()
        expect(page.get_by_test_id("mail-tried")).to_contain_text("не принял имя или пароль")
        page.get_by_test_id("mail-password").fill(PASSWORD)
        page.get_by_test_id("mail-try").click()
        expect(page.get_by_test_id("mail-tried")).to_contain_text("принял письмо для anna@example.com")
        page.get_by_test_id("mail-save").click()
        expect(page.get_by_text("Сохранено", exact=True)).to_be_visible()
        expect(page.get_by_test_id("field-mail-password")).to_contain_text("Пароль сохранён")
        assert [letter["to"] for letter in box.letters] == ["anna@example.com"]
        notice = {"on": True, "steps": [100], "people": [portal.chief_id], "media": ["workspace", "email"]}
        portal.change_line(portal.line_id, kpi_first=60, kpi_first_notice=notice)
        visitor = chat(
            portal.chief, f"{portal.house.base}{portal.try_url}" if portal.try_url[0] == "/" else portal.try_url
        )
        visitor.write("Где мой заказ?")
        portal.eventually("/api/v1/conversations?list=all", lambda found: found["items"])
        portal.house.later(64)
        assert until(lambda: len(box.letters) > 1)
    letter = box.letters[1]
    assert letter["subject"].startswith("Первый ответ")
    assert "ждёт первого ответа" in letter.get_content()
    assert letter["to"] == "Анна Ким <anna@example.com>"


SUBSCRIBING = """
PushManager.prototype.subscribe = async () => ({
  endpoint: '%s',
  toJSON: () => ({ endpoint: '%s', keys: { p256dh: '%s', auth: '%s' } }),
  unsubscribe: async () => true,
});
"""


def looked(page: Page, found: dict[str, str]) -> str | None:
    """What the browser's tools have told by now; they speak only while the page is driven."""
    page.wait_for_timeout(50)
    return found.get("id")


def test_a_browser_is_switched_on_in_the_profile_and_shows_what_comes(
    portal: Portal, someone: Callable[..., BrowserContext]
) -> None:
    endpoint, p256dh, auth = FakeBrowser("https://push.example.net/1").subscription
    context = portal.chief
    context.add_init_script(SUBSCRIBING % (endpoint, endpoint, p256dh, auth))
    context.grant_permissions(["notifications"], origin=portal.house.base)
    page = context.new_page()
    asked: list[bool] = []
    page.expose_function("asked", lambda: asked.append(True))
    page.add_init_script(
        "const ask = Notification.requestPermission; "
        "Notification.requestPermission = async () => { await asked(); return ask.call(Notification); }"
    )
    page.goto(f"{portal.house.base}/settings/profile")
    expect(page.get_by_test_id("push-on")).to_be_visible()
    assert asked == []
    page.get_by_test_id("push-on").click()
    expect(page.get_by_test_id("push")).to_contain_text("этот браузер")
    assert asked == [True]
    assert [one["endpoint"] for one in portal.ask(context, "GET", "/api/v1/me/push")["items"]] == [endpoint]
    # What the browser's service hands over is shown by the worker, with no help of the page.
    devtools = context.new_cdp_session(page)
    devtools.send("ServiceWorker.enable")
    found: dict[str, str] = {}
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.update(
            {"id": event["registrations"][0]["registrationId"]} if event["registrations"] else {}
        ),
    )
    page.reload()
    assert until(lambda: looked(page, found))
    told = '{"title": "Первый ответ", "text": "<b>Карл</b> ждёт", "tag": "notice-7", "path": "/settings/profile"}'
    devtools.send(
        "ServiceWorker.deliverPushMessage", {"origin": portal.house.base, "registrationId": found["id"], "data": told}
    )
    shown = until(
        lambda: page.evaluate(
            "async () => (await (await navigator.serviceWorker.getRegistration('/push.js')).getNotifications())"
            ".map((one) => [one.title, one.body, one.tag, one.data.path])"
        )
    )
    assert shown == [["Первый ответ", "<b>Карл</b> ждёт", "notice-7", "/settings/profile"]]


def test_the_page_is_for_everybody(portal: Portal) -> None:
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/settings/notices")
    expect(page.get_by_test_id("outbox")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        calm(page)
        assert faults(page) == []
