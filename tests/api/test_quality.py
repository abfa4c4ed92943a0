"""Ratings, the head's own one, consent and the form, through the doors that people and programs use."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from openlines.core.line import SECOND
from openlines.support.clock import SettableClock
from tests.api.house import House, Visitor, running

START = 1_767_603_600 * SECOND
CONSENT: dict[str, Any] = {
    "consent_text": {"en": "We keep what you write.", "ru": "Мы храним то, что вы пишете."},
    "consent_url": "https://example.org/privacy",
    "consent_kind": "agree",
}
FORM: dict[str, Any] = {
    "form": "before",
    "form_fields": [
        {"key": "name", "kind": "name", "label": {"en": "Your name", "ru": "Имя"}, "required": True, "choices": []},
        {
            "key": "topic",
            "kind": "choice",
            "label": {"en": "Topic", "ru": "Тема"},
            "required": False,
            "choices": [{"en": "Bread", "ru": "Хлеб"}, {"en": "Cake", "ru": "Торт"}],
        },
    ],
}


async def session(house: House, visitor: Visitor, language: str = "en") -> dict[str, Any]:
    value = {"token": visitor.token, "language": language}
    answer: dict[str, Any] = (await visitor.ask("POST", "/session", value)).json
    return answer


async def conversation_of(house: House, visitor: Visitor) -> int:
    found: int = (await session(house, visitor))["conversation"]["id"]
    return found


async def details(house: House, conversation_id: int) -> dict[str, Any]:
    answer = await house.admin.get(f"/api/v1/conversations/{conversation_id}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


# ---------------------------------------------------------------- the customer's rating


async def test_a_visitor_rates_changes_his_mind_and_comments(house: House) -> None:
    await house.change_line(house.line_id, rating="stars", rating_before_finish=True)
    visitor = await house.visitor()
    await visitor.say("hello")
    one = await conversation_of(house, visitor)
    config = (await visitor.ask("GET", "/config?lang=en")).json
    assert config["rating"] == {"scale": "stars", "any_time": True}
    for value in ({"value": 4}, {"value": 4}, {"value": 2}, {"value": 2, "comment": "Slow"}):
        assert (await visitor.ask("POST", "/rating", value)).status == 200
    shown = await details(house, one)
    assert (shown["rating"], shown["rating_comment"], shown["conversation"]["rating"]) == (2, "Slow", 2)
    messages = (await house.admin.get(f"/api/v1/threads/{shown['thread']['id']}/messages")).json["items"]
    facts = [each["fact"]["code"] for each in messages if "fact" in each]
    assert [each for each in facts if "rat" in each] == ["rated", "rated", "rating_commented"]


async def test_of_a_like_there_are_the_two_ends_only(house: House) -> None:
    await house.change_line(house.line_id, rating="stars", rating_before_finish=True)
    visitor = await house.visitor()
    await visitor.say("hello")
    one = await conversation_of(house, visitor)
    assert (await visitor.ask("POST", "/rating", {"value": 4})).status == 200
    await house.change_line(house.line_id, rating="like")
    words = set()
    for value, language in ((2, "en"), (3, "ru"), (3, "en")):
        refused = await visitor.ask("POST", "/rating", {"value": value}, headers={"accept-language": language})
        assert (refused.status, refused.code) == (409, "rating_like")
        words.add(refused.json["detail"])
    assert len(words) == 2
    assert (await visitor.ask("POST", "/press", {"message_id": 1, "key": f"rate:2:{one}"})).status == 409
    assert (await details(house, one))["rating"] == 4
    assert (await visitor.ask("POST", "/rating", {"value": 4, "comment": "Slow"})).status == 200, "a word to the stars"
    for value in (1, 5):
        assert (await visitor.ask("POST", "/rating", {"value": value})).status == 200
        assert (await details(house, one))["rating"] == value


async def test_before_the_finish_only_where_the_line_allows_it(house: House) -> None:
    await house.change_line(house.line_id, rating="like", rating_before_finish=False)
    visitor = await house.visitor()
    await visitor.say("hello")
    assert (await visitor.ask("POST", "/rating", {"value": 5})).code == "rating_too_early"
    await house.change_line(house.line_id, rating="off")
    assert (await visitor.ask("POST", "/rating", {"value": 5})).code == "rating_off"


@pytest.mark.parametrize("value", [0, 6, -1, 3.5, "5", None, True])
async def test_bad_ratings(house: House, value: Any) -> None:
    await house.change_line(house.line_id, rating="stars")
    visitor = await house.visitor()
    await visitor.say("hello")
    assert (await visitor.ask("POST", "/rating", {"value": value})).status in {409, 422}
    assert (await visitor.ask("POST", "/rating", {"value": 5, "comment": "x" * 4001})).status == 422


async def test_a_late_rating_is_refused_in_place_and_says_nothing_in_the_thread(
    tmp_path: Path, empty_portal: Path
) -> None:
    clock = SettableClock(START)
    async with running(tmp_path / "data", template=empty_portal, clock=clock) as house:
        await house.set_up()
        await house.change_line(house.line_id, rating="like", rating_limit=60, full_close_delay=0)
        visitor = await house.visitor()
        await visitor.say("hello")
        one = await conversation_of(house, visitor)
        await house.admin.post(f"/api/v1/conversations/{one}/finish", {"now": True})
        clock.set(START + 61 * SECOND)
        before = (await session(house, visitor))["last_seq"]
        late = await visitor.ask("POST", "/rating", {"value": 5, "conversation_id": one})
        assert (late.status, late.code) == (409, "rating_late")
        assert (await session(house, visitor))["last_seq"] == before
        assert "rating" not in await details(house, one)


# ---------------------------------------------------------------- the head's rating


async def test_the_heads_rating_is_shown_to_staff_everywhere_and_to_the_visitor_nowhere(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    one = await conversation_of(house, visitor)
    assert "rate_as_head" in (await details(house, one))["may"]
    path = f"/api/v1/conversations/{one}/head-rating"
    answer = await house.admin.post(path, {"rating": 3, "comment": "Greet by name"})
    assert (answer.status, answer.json["conversation"]["head_rating"]) == (200, 3)
    shown = await details(house, one)
    assert (shown["head_rating"]["value"], shown["head_rating"]["comment"]) == (3, "Greet by name")
    assert shown["head_rating"]["by"] == (await house.admin.get("/api/v1/me")).json["id"]
    rows = (await house.admin.get("/api/v1/conversations?list=all")).json["items"]
    assert [each["head_rating"] for each in rows if each["id"] == one] == [3]
    told = await session(house, visitor)
    assert "head" not in str(told)
    assert "Greet by name" not in str(told)
    history = await visitor.ask("GET", "/messages")
    assert "Greet by name" not in history.body.decode()


async def test_bad_ratings_of_heads_have_words_at_the_field(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    path = f"/api/v1/conversations/{await conversation_of(house, visitor)}/head-rating"
    for value, field in (
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": "good"}, "rating"),
        ({"rating": "3"}, "rating"),
        ({"rating": 3.5}, "rating"),
        ({"rating": True}, "rating"),
        ({}, "rating"),
        ({"rating": 5, "comment": "x" * 2001}, "comment"),
        ({"rating": 5, "mood": "good"}, "mood"),
    ):
        answer = await house.admin.post(path, value)
        assert answer.status == 422, (value, answer.body)
        assert answer.json["fields"][field]["message"], value


# ---------------------------------------------------------------- consent and form


async def test_words_wait_for_the_agreement_that_is_recorded_with_its_version(house: House) -> None:
    await house.change_line(house.line_id, **CONSENT)
    visitor = await house.visitor()
    assert (await visitor.say("hello")).code == "consent_needed"
    asked = (await session(house, visitor, "ru"))["asks"]["consent"]
    assert (asked["text"], asked["url"]) == ("Мы храним то, что вы пишете.", "https://example.org/privacy")
    assert (await visitor.ask("POST", "/consent", {"version": "0"})).code == "consent_changed"
    assert (await visitor.ask("POST", "/consent", {"version": asked["version"]})).status == 200
    assert (await visitor.say("hello again")).status == 201
    assert "asks" not in await session(house, visitor)
    shown = await details(house, await conversation_of(house, visitor))
    assert shown["consent"]["given"] is True
    assert (shown["consent"]["last"]["how"], shown["consent"]["last"]["version"]) == ("button", asked["version"])
    records = (await house.admin.get(f"/api/v1/customers/{shown['customer']['id']}/consents")).json
    assert [(each["url"], each["how"]) for each in records["consents"]] == [("https://example.org/privacy", "button")]

    await house.change_line(house.line_id, consent_url="https://example.org/other")
    answer = await visitor.say("and now?")
    for _ in range(50):  # the server hears of it by its log
        if answer.code:
            break
        await asyncio.sleep(0.02)
        answer = await visitor.say("and now?")
    assert answer.code == "consent_needed"


async def test_the_form_comes_first_and_its_answers_reach_the_card_and_the_conversation(house: House) -> None:
    await house.change_line(house.line_id, **FORM)
    visitor = await house.visitor()
    assert (await visitor.say("hello")).code == "form_needed"
    config = (await visitor.ask("GET", "/config?lang=ru")).json
    assert (config["asks"], config["ask_contact"]) == (True, "none")  # the form asks who it is
    asked = (await session(house, visitor, "ru"))["asks"]["form"]
    assert asked == {
        "when": "before",
        "fields": [
            {"key": "name", "kind": "name", "label": "Имя", "required": True},
            {"key": "topic", "kind": "choice", "label": "Тема", "choices": ["Хлеб", "Торт"]},
        ],
    }
    refused = await visitor.ask("POST", "/form", {"answers": {"topic": "Суп"}})
    assert (refused.status, set(refused.json["fields"])) == (422, {"answers.name", "answers.topic"})
    assert (await visitor.ask("POST", "/form", {"answers": {"name": "Ева", "topic": "Торт"}})).status == 200
    assert "asks" not in await session(house, visitor)
    assert (await visitor.say("hello again")).status == 201
    shown = await details(house, await conversation_of(house, visitor))
    assert (shown["customer"]["name"], shown["customer"]["fields"]) == ("Ева", {"Тема": "Торт"})
    assert [(each["key"], each["label"], each["value"]) for each in shown["form"]] == [
        ("name", "Имя", "Ева"),
        ("topic", "Тема", "Торт"),
    ]
    records = (await house.admin.get(f"/api/v1/customers/{shown['customer']['id']}/consents")).json
    assert records["forms"][0]["answers"][1]["value"] == "Торт"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"answers": []},
        {"answers": {"name": 5}},
        {"answers": {"name": "x" * 10_001}},
        {"answers": {f"k{each}": "" for each in range(51)}},
        {"answers": {"name": "<script>alert(1)</script>" * 20}},
    ],
)
async def test_bad_answers(house: House, value: Any) -> None:
    await house.change_line(house.line_id, **FORM)
    visitor = await house.visitor()
    answer = await visitor.ask("POST", "/form", value)
    assert (answer.status, bool(answer.json["fields"])) == (422, True)


async def test_a_script_in_an_answer_is_text(house: House) -> None:
    await house.change_line(house.line_id, **FORM)
    visitor = await house.visitor()
    assert (await visitor.ask("POST", "/form", {"answers": {"name": "<b>Eve</b>\x00"}})).status == 200
    await visitor.say("hello")
    shown = await details(house, await conversation_of(house, visitor))
    assert shown["customer"]["name"] == "<b>Eve</b>\u2400"
