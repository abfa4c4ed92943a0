"""Files on the website, and a whole conversation over Telegram, connected in the workspace."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import control as telegram

pytestmark = pytest.mark.slow
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


@pytest.fixture
def fake() -> Iterator["Fake"]:
    with Fake.running() as found:
        yield found


class Fake:
    """The stand-in for Telegram, in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.server: FakeTelegram

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Fake"]:
        fake = cls()
        ready, stop = threading.Event(), asyncio.Event()

        async def serve() -> None:
            async with FakeTelegram() as fake.server:
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=lambda: fake.loop.run_until_complete(serve()), daemon=True)
        thread.start()
        assert ready.wait(10)
        yield fake
        fake.loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        fake.loop.close()

    def do(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        async def work() -> Any:
            return act(self.server, *args, **kwargs)

        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(10)

    def seen(self, token: str, person: int) -> list[str]:
        return [each.get("text", "") for each in self.do(telegram.chat, token, person)]


def accept_first(page: Page, house: House) -> None:
    page.goto(house.base)
    page.get_by_test_id("conversation-row").first.click()
    page.get_by_test_id("accept").first.click()
    expect(page.get_by_test_id("accept")).to_have_count(0)


def test_pictures_and_files_go_both_ways(
    portal: Portal, house: House, someone: Someone, chat: Any, tmp_path: Path
) -> None:
    picture, paper = tmp_path / "чек.png", tmp_path / "Счёт № 1178.pdf"
    Image.new("RGB", (320, 200), "#3366cc").save(picture)
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    visitor = chat(someone(), portal.try_url)
    visitor.write("Вот чек")
    page = portal.chief.new_page()
    accept_first(page, house)
    visitor.frame.get_by_test_id("widget-file").set_input_files(picture)
    visitor.frame.get_by_test_id("widget-send").click()
    expect(page.get_by_test_id("thread").locator("img").first).to_be_visible()
    page.get_by_test_id("file-input").set_input_files(paper)
    expect(page.get_by_test_id("upload")).to_contain_text("1178")
    page.get_by_test_id("composer-send").click()
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text="1178")).to_be_visible()


def test_telegram_connected_in_the_workspace_talks_both_ways(portal: Portal, house: House, fake: Fake) -> None:
    bot = fake.do(telegram.add_bot)
    token = bot["token"]
    fake.do(telegram.person, 7, first_name="Марина", last_name="Лебедева")
    page = portal.chief.new_page()
    page.goto(f"{house.base}/contact-centre")
    page.get_by_test_id("tile-telegram").click()
    page.get_by_test_id("connect-line").first.click()
    page.locator("[data-testid=field-token] input, input[data-testid=input-token]").first.fill(token)
    page.locator("main section button[aria-expanded=false]").last.click()
    page.get_by_test_id("input-base_url").or_(page.get_by_test_id("field-base_url").locator("input")).first.fill(
        fake.server.base
    )
    page.get_by_test_id("save").or_(page.get_by_role("button", name="Подключить")).first.click()
    found = portal.eventually(
        "/api/v1/channels",
        lambda answer: [each for each in answer["items"] if each["kind"] == "telegram" and each["state"] == "ok"],
    )
    assert "ok" in [each["state"] for each in found["items"] if each["kind"] == "telegram"], found

    fake.do(telegram.say, token, 7, "Здравствуйте, это из Telegram")
    accept_first(page, house)
    expect(page.get_by_test_id("thread")).to_contain_text("это из Telegram")
    expect(page.get_by_test_id("conversation-row").first).to_contain_text("Марина")
    page.get_by_test_id("composer-input").fill("Здравствуйте, Марина!")
    page.get_by_test_id("composer-send").click()
    expect(page.get_by_test_id("message").filter(has_text="Здравствуйте, Марина!")).to_be_visible()
    for _ in range(100):
        if any("Здравствуйте, Марина!" in each for each in fake.seen(token, 7)):
            break
        page.wait_for_timeout(100)
    assert any("Здравствуйте, Марина!" in each for each in fake.seen(token, 7))


PAGES = ("/", "/customers", "/contact-centre", "/settings/lines", "/settings/lines/1", "/settings/channels/1",
         "/settings/users", "/settings/departments", "/settings/profile")  # fmt: skip


@pytest.mark.parametrize("language", ["ru-RU", "en-GB"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_opens_wide_and_on_a_phone_without_a_complaint(
    house: House, someone: Someone, language: str, scheme: str
) -> None:
    context = someone(language, color_scheme=scheme)
    Portal(house, context, language=language[:2])
    complaints: list[str] = []
    for size in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
        page = context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
        for path in PAGES:
            page.goto(house.base + path)
            expect(page.locator("h1").first).to_be_attached()
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{path} scrolls sideways: {wide} px"
            assert page.locator("#app").inner_text().strip(), f"{path} is empty"
        page.close()
    assert not complaints
