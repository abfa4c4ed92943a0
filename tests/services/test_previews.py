"""How texts of the settings look on the channels of a line."""

from collections.abc import Mapping
from typing import Any

import pytest

from openlines.core.line import InactivityButton
from openlines.core.texts import SUITED
from openlines.services.previews import NAMES, Draft, Preview, previews
from tests.services.portal import Portal


def shown(house: Portal, draft: Draft, *kinds: str, language: str = "en", **settings: Any) -> list[Preview]:
    line_id = house.line(name="Lamps", **settings)
    for kind in kinds:
        house.channel(line_id, kind)
    found = house.do(previews, house.admin, line_id, draft)
    return [each for each in found if each.language == language]


def words(preview: Preview) -> list[str]:
    return [each.text for each in preview.bubbles]


def test_each_channel_in_each_language(house: Portal) -> None:
    texts = {"en": "Hello, {customer}! This is {line}.", "ru": "{customer}, это {line}."}
    line_id = house.line(name="Lamps")
    house.channel(line_id), house.channel(line_id, "telegram")
    found = house.do(previews, house.admin, line_id, Draft("greeting", texts))
    assert [(each.kind, each.language, words(each)) for each in found] == [
        ("website", "ru", ["Ирина, это Lamps."]),
        ("website", "en", ["Hello, Irene! This is Lamps."]),
        ("telegram", "ru", ["Ирина, это Lamps."]),
        ("telegram", "en", ["Hello, Irene! This is Lamps."]),
    ]


def test_a_line_without_channels_is_shown_as_the_chat(house: Portal) -> None:
    [found] = shown(house, Draft("greeting", {"en": "Hello"}))
    assert (found.kind, found.channel_id, words(found), found.length) == ("website", None, ["Hello"], 5)


def test_what_nobody_can_know_at_this_moment_is_left_empty_and_named(house: Portal) -> None:
    [found] = shown(house, Draft("greeting", {"en": "{operator} of {line}"}))
    assert (words(found), found.empty) == (["Of Lamps"], ("operator",))


def test_a_long_text_comes_in_the_parts_that_the_channel_makes_of_it(house: Portal) -> None:
    [website, telegram] = shown(house, Draft("greeting", {"en": "word " * 1000}), "website", "telegram")
    assert (len(website.bubbles), len(telegram.bubbles)) == (1, 2)
    assert (telegram.length, telegram.limit, telegram.unit) == (5000, 4096, "utf16")


def test_markup_is_shown_as_it_is_written(house: Portal) -> None:
    [website, telegram] = shown(house, Draft("close_text", {"en": "<b>Bye</b> *you* {{x}}"}), "website", "telegram")
    assert words(website) == words(telegram) == ["<b>Bye</b> *you* {x}"]


def test_an_empty_text_says_nothing_and_an_empty_question_the_houses_words(house: Portal) -> None:
    assert shown(house, Draft("greeting", {}))[0].bubbles == ()
    [asked] = shown(house, Draft("rating_question", {}, rating="stars"))
    assert (words(asked), asked.rating) == (["How did we do? Please rate our help."], "stars")


def test_the_second_set_is_asked_with_buttons_where_the_channel_has_them(house: Portal) -> None:
    [telegram] = shown(house, Draft("rating_question_2", {"en": "Well?"}), "website", "telegram")
    assert (telegram.kind, telegram.rating) == ("telegram", "")
    assert [each.buttons for each in telegram.bubbles] == [(("👍", "👎"),)]


def test_an_inactivity_message_has_its_buttons(house: Portal) -> None:
    buttons = (InactivityButton("close", {"en": "Done", "ru": "Всё"}), InactivityButton("continue", {"en": "Wait"}))
    website, telegram = shown(house, Draft("inactivity", {"en": "{customer}?"}, buttons), "website", "telegram")
    assert words(website) == words(telegram) == ["Irene?"]
    assert sum(website.bubbles[0].buttons, ()) == sum(telegram.bubbles[0].buttons, ()) == ("Done", "Wait")


def test_consent_has_its_link_and_its_button(house: Portal) -> None:
    draft = Draft("consent_text", {"en": "Our terms"}, consent_kind="agree", consent_url="https://example.com/terms")
    [found] = shown(house, draft)
    assert words(found) == ["Our terms\nhttps://example.com/terms"]
    assert found.bubbles[0].buttons == (("I agree",),)


def test_when_the_line_opens_is_said_as_it_will_be(house: Portal) -> None:
    week = [[{"from": "09:00", "to": "18:00"}]] * 7
    texts: Mapping[str, str] = {"en": "Open {opens_at}"}
    [found] = shown(house, Draft("off_hours_text", texts), hours_on=True, week=week, time_zone="UTC")
    assert words(found) == ["Open tomorrow at 9:00"]
    [always] = shown(house, Draft("off_hours_text", texts))
    assert (words(always), always.empty) == (["Open"], ("opens_at",))


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_shown(house: Portal, name: str) -> None:
    found = shown(house, Draft(name, {"en": "Words"}), "telegram") + shown(
        house, Draft(name, {"en": "Words"}), "website"
    )
    assert any("Words" in text for each in found for text in words(each))
    assert name in SUITED or name == "inactivity_reply"
