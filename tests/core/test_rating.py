"""When a message is a rating, or the comment to one; who rates when; and the consent that is asked for."""

from dataclasses import replace

import pytest

from openlines.core import inputs as i
from openlines.core.consent import key_of, says_yes, version_of
from openlines.core.line import SECOND, LineSettings
from openlines.core.rating import COMMENT_TIME, comment_awaited, may_be, may_comment, parse_digit
from openlines.core.state import STATES, Rules, State
from tests.core.cases import ANN, BOT, EVE, T0, TEXT, Story, closing, in_state, rules

KEYCAP_1, KEYCAP_5, BARE_KEYCAP_1 = "1\ufe0f\u20e3", "5\ufe0f\u20e3", "1\u20e3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 5),
        ("0", 1),
        (" 1\n", 5),
        ("\u00a00\u00a0", 1),
        (KEYCAP_1, 5),
        (BARE_KEYCAP_1, 5),
        ("0\ufe0f\u20e3", 1),
        ("１", 5),
        ("０", 1),
        ("2", None),
        ("5", None),
        ("１\u20e3", 5),
    ],
)
def test_like_is_one_and_dislike_is_zero(text: str, expected: int | None) -> None:
    assert parse_digit(text, "like") == expected


def test_a_press_means_one_of_five_stars_or_one_of_the_two_ends_of_a_like() -> None:
    assert [value for value in range(-1, 8) if may_be(value, "stars")] == [1, 2, 3, 4, 5]
    assert [value for value in range(-1, 8) if may_be(value, "like")] == [1, 5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("５", 5), (KEYCAP_5, 5), ("0", None), ("6", None), ("9", None)],
)
def test_stars_are_one_to_five(text: str, expected: int | None) -> None:
    assert parse_digit(text, "stars") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "11",
        "1 0",
        "1.",
        "1!",
        "+1",
        "-1",
        "one",
        "1 thanks",
        "①",
        "¹",
        "١",
        "\u20e3",
        "1\u20e31",
        "𝟏",
        "1\ufe0f\ufe0f",
    ],
)
def test_anything_else_is_a_message(text: str) -> None:
    assert parse_digit(text, "like") is None
    assert parse_digit(text, "stars") is None


def test_without_ratings_a_digit_is_a_message() -> None:
    assert parse_digit("1", "off") is None


# ---------------------------------------------------------------- the comment, repeats, and the head's own

LINE = rules(close_text=TEXT, rating="stars", rating_limit=3600)


def rated(value: int = 4) -> Story:
    """Rated at 10 s, the last words having been said at 5 s."""
    return closing(LINE).at(10).give(i.CustomerRated(value))


def test_words_after_a_rating_are_its_comment_only_when_the_customer_said_that_he_wants_to_add_some() -> None:
    story = rated()
    assert (may_comment(story.c, story.now), comment_awaited(story.c, story.now)) == (True, False)
    story.give(i.CustomerRated(4, ""))
    assert [each.auto for each in story.said()] == ["rating_comment"]
    assert comment_awaited(story.c, T0 + 10 * SECOND + COMMENT_TIME)
    assert not comment_awaited(story.c, T0 + 10 * SECOND + COMMENT_TIME + 1)


def test_no_comment_is_awaited_before_a_rating_after_a_comment_or_once_the_talk_goes_on() -> None:
    assert not may_comment(closing(LINE).at(10).c, T0 + 10 * SECOND)
    commented = rated().give(i.CustomerRated(4, ""), i.CustomerRated(4, "quick"))
    assert not may_comment(commented.c, commented.now)
    spoken = rated().give(i.CustomerRated(4, "")).at(20).give(i.Wrote(ANN))
    assert not comment_awaited(spoken.c, spoken.now)
    back = rated().give(i.CustomerRated(4, "")).at(20).give(i.CustomerWrote())
    assert (back.c.state, comment_awaited(back.c, back.now)) == ("active", False)


def test_a_comment_to_the_same_rating_is_kept_without_thanks_even_when_the_time_to_rate_is_over() -> None:
    line = rules(close_text=TEXT, rating="stars", rating_limit=10)
    story = closing(line).at(15).give(i.CustomerRated(4)).at(20).give(i.CustomerRated(4, "quick"))
    assert (story.c.rating, story.c.rating_comment, story.c.rated_at) == (4, "quick", T0 + 15 * SECOND)
    assert (story.facts(), story.said()) == (["rating_commented"], [])


def test_another_mind_within_the_limit_is_taken_without_a_second_thanks_and_the_same_press_is_nothing() -> None:
    story = rated(4).at(30).give(i.CustomerRated(2))
    assert (story.c.rating, story.facts(), story.said()) == (2, ["rated"], [])
    before = story.c
    assert story.at(40).give(i.CustomerRated(2)).outcomes == []
    assert story.c is before


def test_another_mind_after_the_limit_is_too_late() -> None:
    story = rated(4).at(3606).give(i.CustomerRated(2))
    assert (story.c.rating, [each.auto for each in story.said()]) == (4, ["rating_late"])


@pytest.mark.parametrize("state", STATES)
def test_the_head_rates_at_any_time_says_nothing_to_the_customer_and_may_change_his_mind(state: State) -> None:
    story = in_state(state).give(i.HeadRated(EVE, 3), i.HeadRated(EVE, 5))
    assert (story.c.head_rating, story.c.state, story.said()) == (5, state, [])


# ---------------------------------------------------------------- consent


def test_consent_is_asked_after_the_other_texts() -> None:
    line = rules(greeting=TEXT, consent_text=TEXT)
    story = Story(line).give(i.CustomerWrote(asks_consent=True))
    assert [each.auto for each in story.said()] == ["greeting", "consent"]
    assert story.c.consent_asked_at == T0
    assert story.at(5).give(i.CustomerWrote()).said() == []


def test_consent_is_asked_while_a_bot_leads_and_before_it_hears_the_words() -> None:
    story = Story(rules(consent_text=TEXT), bot_id=BOT).give(i.CustomerWrote(asks_consent=True))
    assert story.outcomes == [i.Say("consent", "first_contact"), i.TellBot("message")]


@pytest.mark.parametrize("line", [rules(active=False, consent_text=TEXT), rules(automatic=False, consent_text=TEXT)])
def test_a_line_that_is_off_and_a_channel_without_automatic_texts_ask_no_consent(line: Rules) -> None:
    story = Story(line).give(i.CustomerWrote(asks_consent=True))
    assert (story.said(), story.c.consent_asked_at) == ([], None)


@pytest.mark.parametrize(
    "text",
    ["да", "Да!", "ДА.", " согласна ", "Я согласен", "ok", "Yes", "I agree.", "ок", "+"],
)
def test_words_of_agreement(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize("text", ["", "нет", "да, но не сейчас", "не согласен", "I do not agree", "okay, but why", "1"])
def test_other_words_agree_to_nothing(text: str) -> None:
    assert not says_yes(text)


def test_the_version_of_a_consent_follows_its_texts_and_its_link_and_nothing_else() -> None:
    of = LineSettings(consent_text={"en": "We keep it."}, consent_url="https://example.org/a")
    version = version_of(of)
    assert len(version) == 64
    assert version_of(replace(of, consent_text={"ru": "", "en": "We keep it."})) == version
    assert version_of(replace(of, consent_kind="agree", greeting={"en": "Hi"})) == version
    assert version_of(replace(of, consent_url="https://example.org/b")) != version
    assert version_of(replace(of, consent_text={"en": "We keep it!"})) != version
    assert version_of(LineSettings(consent_text={"ru": ""}, consent_url="https://example.org/a")) == ""
    assert len(key_of(version)) < 64
