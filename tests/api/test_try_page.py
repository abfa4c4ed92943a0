"""The try page says in words why there is no chat on it."""

import asyncio
from typing import Any

import pytest

from tests.api.house import House

CLOSED = {"time_zone": "Europe/Berlin", "week": [[] for _ in range(7)], "exceptions": []}


async def _set(house: House, **settings: Any) -> None:
    path = f"/api/v1/channels/{house.channel_id}"
    version = (await house.admin.get(path)).json["version"]
    answer = await house.admin.patch(path, {"version": version, "settings": settings})
    assert answer.status == 200, answer.body


async def _shows(house: House, words: str, language: str = "en") -> str:
    """The page, once it says these words: what the server remembers of a chat is renewed moments after a change."""
    page = ""
    for _ in range(100):
        browser = house.browser()
        browser.language = language
        answer = await browser.get(f"/try/{house.key}")
        assert answer.status == 200
        page = answer.body.decode()
        if words in page:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError(page)


async def test_a_chat_that_shows_needs_no_excuse(house: House) -> None:
    page = await _shows(house, "This is how the chat looks on a site")
    assert "What keeps the chat away" not in page
    assert house.key in page


@pytest.mark.parametrize(
    ("settings", "english", "russian"),
    [
        ({"bubble": False}, "button of yours opens the chat", "чат открывает ваша кнопка"),
        ({"only_in_hours": True, "hours": CLOSED}, "no day of them ever shows it", "ни один день его не покажет"),
    ],
)
async def test_why_it_is_not_there(house: House, settings: dict[str, Any], english: str, russian: str) -> None:
    await _set(house, **settings)
    assert "What keeps the chat away" in await _shows(house, english)
    assert "Что мешает чату" in await _shows(house, russian, "ru")


async def test_sites_that_the_channel_allows_are_named_and_this_page_needs_no_leave(house: House) -> None:
    await _set(house, allowed_origins=["https://bakery.example"])
    page = await _shows(house, "only at the sites of the channel: https://bakery.example")
    assert "What keeps the chat away" not in page
    await _shows(house, "только на сайтах канала: https://bakery.example", "ru")


async def test_hours_say_when_it_shows_again(house: House) -> None:
    # A minute a week: the page's own minute is another one.
    week = [[{"from": "03:30", "to": "03:31"}], *([] for _ in range(6))]
    await _set(house, only_in_hours=True, hours={**CLOSED, "week": week})
    assert "03:30 (CE" in await _shows(house, "It shows again on ")


async def test_a_line_that_is_switched_off(house: House) -> None:
    version = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["version"]
    await house.admin.patch(f"/api/v1/lines/{house.line_id}", {"version": version, "active": False})
    await _shows(house, "its line is switched off")


@pytest.mark.parametrize("path", ["/chat/nosuchkey", "/try/1", "/try/words"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "There is no chat at this address"), ("ru", "По этому адресу чата нет")]
)
async def test_a_link_that_leads_nowhere_is_a_page_for_people_and_a_code_for_programs(
    house: House, path: str, language: str, words: str
) -> None:
    browser = house.browser()
    browser.language = language
    page = await browser.get(path, headers={"accept": "text/html,application/xhtml+xml"})
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert words in page.body.decode()
    assert "script" not in page.body.decode()
    assert (await browser.get(path)).code == "not_found"
