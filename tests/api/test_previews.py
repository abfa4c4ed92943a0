"""Previews of texts over HTTP: what is answered, and what is refused in words."""

from typing import Any, get_args

import pytest

from openlines.api.staff.previews import Name
from openlines.services.previews import NAMES
from tests.api.asgi_client import Answer
from tests.api.house import House


async def ask(house: House, body: dict[str, Any], language: str = "en") -> Answer:
    path = f"/api/v1/lines/{house.line_id}/previews"
    return await house.admin.post(path, body, headers={"accept-language": language})


def test_the_api_names_the_texts_that_can_be_shown() -> None:
    assert get_args(Name) == NAMES


async def test_a_text_is_shown_as_the_chat_shows_it_and_nothing_is_saved(house: House) -> None:
    before = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json
    answer = await ask(house, {"name": "greeting", "texts": {"en": "Hello, {customer}", "ru": ""}})
    assert answer.status == 200, answer.body
    english = next(each for each in answer.json["items"] if each["language"] == "en")
    assert english["bubbles"] == [{"text": "Hello, Irene"}]
    assert (english["kind"], english["length"]) == ("website", 12)
    assert (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json == before


BAD = [
    ({"name": "greeting", "texts": {"xx": "x"}}, "texts.xx", "unknown_language"),
    ({"name": "greeting", "texts": {"en": "x" * 20_000}}, "texts.en", "too_long"),
    (
        {"name": "inactivity", "texts": {}, "buttons": [{"action": "new", "caption": {"en": "x" * 200}}]},
        "buttons.0.caption.en",
        "too_long",
    ),
]


@pytest.mark.parametrize(("body", "path", "code"), BAD, ids=[path for _, path, _ in BAD])
async def test_a_fault_stands_at_its_field(house: House, body: dict[str, Any], path: str, code: str) -> None:
    messages = set()
    for language in ("en", "ru"):
        answer = await ask(house, body, language)
        assert (answer.status, answer.json["fields"][path]["code"]) == (422, code)
        messages.add(answer.json["fields"][path]["message"])
    assert len(messages) == 2


@pytest.mark.parametrize("body", [{}, {"name": "queue_time", "texts": {}}, {"name": "greeting", "texts": {"en": 5}}])
async def test_what_is_no_draft_is_refused(house: House, body: dict[str, Any]) -> None:
    assert (await ask(house, body)).status in (400, 422)


@pytest.mark.parametrize(
    ("words", "code", "english", "russian"),
    [
        ("{operater}", "misspelt_placeholder", "{operator}", "{operator}"),
        ("{nobody}", "unknown_placeholder", "Known: customer", "Известные: customer"),
        ("Hi {customer", "unclosed_placeholder", "not closed", "не закрыта"),
    ],
)
async def test_a_placeholder_that_is_wrong_is_refused_with_what_was_meant(
    house: House, words: str, code: str, english: str, russian: str
) -> None:
    path = f"/api/v1/lines/{house.line_id}"
    version = (await house.admin.get(path)).json["version"]
    for language, said in (("en", english), ("ru", russian)):
        change = {"version": version, "settings": {"close_text": {"ru": words}}}
        answer = await house.admin.patch(path, change, headers={"accept-language": language})
        fault = answer.json["fields"]["close_text.ru"]
        assert (answer.status, fault["code"]) == (422, code)
        assert said in fault["message"]
