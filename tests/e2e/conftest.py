"""A running house on a fresh folder, and people at browsers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page

from tests.e2e.house import House, Portal, running

NewContext = Callable[..., BrowserContext]
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def house(tmp_path: Path, store_url: str) -> Iterator[House]:
    """On each of the two stores."""
    with running(tmp_path / "data", store_url if store_url.startswith("postgres") else "") as found:
        yield found


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[House]:
    """On SQLite only, for what does not depend on the store."""
    with running(tmp_path / "data") as found:
        yield found


@pytest.fixture
def someone(new_context: NewContext) -> Callable[..., BrowserContext]:
    """One more person at a browser: Russian, wide, unless said otherwise."""

    def make(language: str = "ru-RU", **options: object) -> BrowserContext:
        return new_context(**{"viewport": WIDE, "locale": language, **options})

    return make


@pytest.fixture
def portal(house: House, someone: Callable[..., BrowserContext]) -> Portal:
    return Portal(house, someone())


class Chat:
    """The chat in a visitor's browser."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.goto(url)
        self.page.get_by_test_id("widget-button").click()
        self.frame: FrameLocator = self.page.frame_locator("iframe")

    def write(self, words: str) -> None:
        self.frame.get_by_test_id("widget-input").fill(words)
        self.frame.get_by_test_id("widget-send").click()


@pytest.fixture
def chat() -> type[Chat]:
    return Chat
