"""How the owner wants the chat on his site to look and speak, as the chat is told."""

import asyncio
from typing import Any

import pytest

from tests.api.asgi_client import Answer
from tests.api.house import House


async def _set(house: House, **settings: Any) -> Answer:
    path = f"/api/v1/channels/{house.channel_id}"
    version = (await house.admin.get(path)).json["version"]
    return await house.admin.patch(path, {"version": version, "settings": settings})


async def _config(house: House, language: str) -> dict[str, Any]:
    answer = await house.browser().get(f"/api/v1/widget/{house.key}/config?lang={language}")
    assert answer.status == 200, answer.body
    config: dict[str, Any] = answer.json
    return config


async def _told(house: House, language: str, **expected: Any) -> bool:
    """What the server remembers of a chat is forgotten when the log is read, moments after a change."""
    config: dict[str, Any] = {}
    for _ in range(100):
        config = await _config(house, language)
        if expected.items() <= config.items():
            return True
        await asyncio.sleep(0.05)
    raise AssertionError(config)


async def test_the_chat_says_the_owners_words_in_each_language(house: House) -> None:
    assert (await _config(house, "en"))["texts"] == {}
    answer = await _set(house, texts_en={"welcome": "Fresh bread?"}, texts_ru={"welcome": "Свежего хлеба?"})
    assert answer.status == 200, answer.body
    assert await _told(house, "en", texts={"welcome": "Fresh bread?"})
    assert await _told(house, "ru", texts={"welcome": "Свежего хлеба?"})


async def test_the_button_and_the_corners(house: House) -> None:
    assert await _told(house, "en", bubble=True, radius=16)
    await _set(house, bubble_en="Ask us", radius="0")
    assert await _told(house, "en", bubble="Ask us", radius=0)
    assert await _told(house, "ru", bubble=True, radius=0)
    await _set(house, bubble=False)
    assert await _told(house, "en", bubble=False)


async def test_the_words_above_the_button_are_told_in_the_visitors_language(house: House) -> None:
    assert not (await _config(house, "en")).get("greeting_bubble")
    await _set(house, greeting_ru="Спросите пекаря", greeting_en="Ask the baker")
    assert await _told(house, "ru", greeting_bubble="Спросите пекаря")
    assert await _told(house, "en", greeting_bubble="Ask the baker")


async def test_a_phrase_that_the_chat_does_not_have_is_refused_at_its_name(house: House) -> None:
    answer = await _set(house, texts_en={"wellcome": "Hi", "welcome": "Hi {name}"})
    assert answer.status == 422
    said = {path: each["message"] for path, each in answer.json["fields"].items()}
    assert said["texts_en.wellcome"] == "The chat has no such phrase."
    assert said["texts_en.welcome"] == "There is no placeholder {name}. Known: —."


async def test_faces_and_sound_are_the_owners_choice(house: House) -> None:
    assert await _told(house, "en", sound=True)
    assert (await _set(house, faces=False, sound=False)).status == 200
    assert await _told(house, "en", sound=False, operators=[])


async def test_who_is_invited_where_is_told_in_the_visitors_language(house: House) -> None:
    assert "pages" not in await _config(house, "en")
    invitation = {"page": "/prices*", "after": 5, "who": "returning", "ru": "Помочь?", "en": ""}
    assert (await _set(house, hidden_on=["/basket*"], invitations=[invitation])).status == 200
    told = {"page": "/prices*", "after": 5, "who": "returning", "text": "Помочь?"}
    assert await _told(house, "ru", pages={"hidden": ["/basket*"], "invitations": [told]})
    assert await _told(house, "en", pages={"hidden": ["/basket*"], "invitations": []})


async def test_a_bad_invitation_is_refused_at_its_part(house: House) -> None:
    bad = [
        {"page": "two words", "after": -1, "who": "nobody", "ru": "x" * 141, "en": ""},
        {"page": "", "after": "soon", "ru": "", "colour": "red"},
        5,
    ]
    answer = await _set(house, invitations=bad, hidden_on=["<script>"])
    assert answer.status == 422
    said = {path: each["code"] for path, each in answer.json["fields"].items()}
    assert said == {
        "hidden_on.0": "bad_pattern",
        "invitations.0.page": "bad_pattern",
        "invitations.0.after": "out_of_range",
        "invitations.0.who": "unknown_value",
        "invitations.0.ru": "too_long",
        "invitations.1.page": "required",
        "invitations.1.after": "wrong_type",
        "invitations.1.ru": "text_needed",
        "invitations.1.colour": "unknown_field",
        "invitations.2": "wrong_type",
    }


async def test_the_chats_own_page_has_an_address_in_the_owners_words_and_a_code(house: House) -> None:
    answer = await _set(house, alias="our-bakery")
    assert answer.status == 200, answer.body
    assert answer.json["page_url"].endswith("/chat/our-bakery")
    assert (await house.browser().get("/api/v1/widget/our-bakery/config")).status == 200
    assert (await house.browser().get(f"/api/v1/widget/{house.key}/config")).status == 200
    code = await house.admin.get(f"/api/v1/channels/{house.channel_id}/qr.svg")
    assert code.status == 200
    assert code.body.startswith(b"<svg")
    again = await _set(house, alias="our-bakery", sound=False)
    assert again.status == 200, "its own address is not somebody else's"


@pytest.mark.parametrize("alias", ["ab", "Has Space", "-edge", "a--b", "x" * 41, "пекарня", "../etc"])
async def test_an_address_that_no_letter_could_carry_is_refused(house: House, alias: str) -> None:
    answer = await _set(house, alias=alias)
    assert answer.status == 422
    assert "alias" in answer.json["fields"]


async def test_two_chats_have_two_addresses(house: House) -> None:
    assert (await _set(house, alias="our-bakery")).status == 200
    line = await house.admin.post("/api/v1/lines", {"name": "Another"})
    body = {"line_id": line.json["id"], "kind": "website", "name": "Other", "settings": {"alias": "our-bakery"}}
    answer = await house.admin.post("/api/v1/channels", body)
    assert answer.status == 422
    assert answer.json["fields"]["alias"]["code"] == "alias_taken"
    assert (await house.admin.delete(f"/api/v1/channels/{house.channel_id}")).status < 300
    assert (await house.admin.post("/api/v1/channels", body)).status == 201, "a removed chat leaves its address"
