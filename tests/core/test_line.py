"""A newcomer's line, and what is refused of its settings."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from openlines.core.line import (
    DAY,
    GLOBAL_CAP,
    HOUR,
    LANGUAGES,
    MINUTE,
    SECOND,
    Interval,
    LineSettings,
    Problem,
    worded,
)
from openlines.core.line_problems import LIMIT, QUEUE_TIME, TEXT_LIMIT, problems

QUIET = {
    "on": False,
    "steps": (100,),
    "people": (),
    "head": True,
    "operator": True,
    "media": ("workspace",),
    "text": {},
    "webhook_url": "",
}


def test_what_a_newcomer_would_choose() -> None:
    """The defaults of the rules; whoever changes one changes what every new line does."""
    chosen = asdict(LineSettings())
    texts = {name for name, value in chosen.items() if value == {}}
    assert {name: value for name, value in chosen.items() if name not in texts} == {
        "mode": "evenly",
        "queue_time": 60,
        "check_availability": True,
        "limit": 0,
        "counting": "not_replied",
        "everyone_respects_limit": True,
        "own_days": 0,
        "own_time": 60,
        "reopen_window": 0,
        "transfer_must_accept": False,
        "priority": 0,
        "operator_shown": "profile",
        "common_photo": "",
        "see_typing": True,
        "place_on": False,
        "hours_on": False,
        "timetable_id": 0,
        "time_zone": "",
        "week": (*(((asdict(Interval("09:00", "18:00"))),),) * 5, (), ()),
        "exceptions": (),
        "holidays_country": "",
        "holidays_region": "",
        "off_hours": "offer",
        "off_hours_when_available": True,
        "greeting_each": False,
        "no_answer_time": 180,
        "no_answer_action": "none",
        "no_answer_stops_on": "reply",
        "full_close_delay": 600,
        "auto_close_time": 14_400,
        "escalate_after": 0,
        "escalate_to": "head",
        "inactivity": (),
        "rating": "off",
        "rating_limit": 0,
        "rating_before_finish": True,
        "close_after_rating": False,
        "kpi_first": 0,
        "kpi_further": 0,
        "kpi_clock": "calendar",
        "kpi_from": "responsible",
        "kpi_first_notice": QUIET,
        "kpi_further_notice": QUIET,
        "bot_id": 0,
        "bot_when": "always",
        "bot_time": 600,
        "consent_url": "",
        "consent_kind": "notice",
        "form": "off",
        "form_fields": (),
    }
    assert problems(LineSettings()) == []


def test_an_instant_is_microseconds() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (10**6, 60 * 10**6, 3600 * 10**6, 86400 * 10**6)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("queue_time", 60, 43_200),  # one minute to twelve hours
        ("limit", 0, 1000),
        ("own_days", 0, 365),
        ("own_time", 10, 43_200),
        ("reopen_window", 0, 2_592_000),
        ("priority", -10, 10),
        ("no_answer_time", 10, 43_200),
        ("full_close_delay", 0, 86_400),
        ("auto_close_time", 0, 2_678_400),
        ("escalate_after", 0, 604_800),
        ("rating_limit", 0, 2_592_000),
        ("kpi_first", 0, 604_800),
        ("kpi_further", 0, 604_800),
        ("bot_time", 0, 604_800),
    ],
)
def test_a_number_has_its_bounds(name: str, least: int, most: int) -> None:
    def found(value: int) -> list[Problem]:
        return list(problems(replace(LineSettings(), **{name: value})))  # type: ignore[arg-type]

    assert found(least) == found(most) == []
    code = "out_of_range" if name in {"limit", "own_days", "priority"} else "span_out_of_range"
    for beyond in (least - 1, most + 1):
        assert found(beyond) == [Problem(name, code, {"least": least, "most": most})]


def test_the_bounds_that_others_use() -> None:
    assert (GLOBAL_CAP, QUEUE_TIME, LIMIT, TEXT_LIMIT, LANGUAGES) == (1000, (60, 43_200), (0, 1000), 4000, ("ru", "en"))


def wrong(**settings: Any) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in problems(LineSettings(**settings))]


def test_texts_have_a_language_we_know_and_a_length_every_channel_takes() -> None:
    assert wrong(greeting={"ru": "ы" * 4000, "en": ""}) == []
    assert wrong(greeting={"en": "y" * 4001}) == [("greeting.en", "too_long")]
    assert wrong(close_text={"de": "Danke"}) == [("close_text.de", "unknown_language")]
    assert problems(LineSettings(greeting={"en": "y" * 4001}))[0].params == {"most": 4000}
    assert problems(LineSettings(greeting={"xx": ""}))[0].params == {"known": ("ru", "en")}


def test_what_shall_be_said_needs_words() -> None:
    assert wrong(no_answer_action="text") == [("no_answer_text", "text_needed")]
    assert wrong(no_answer_action="text", no_answer_text={"ru": "", "en": ""}) == [("no_answer_text", "text_needed")]
    assert wrong(no_answer_action="text", no_answer_text={"ru": "Ждите"}) == []


@pytest.mark.parametrize("link", ["javascript:alert(1)", "example.org", "ftp://example.org", " https://example.org"])
def test_a_link_is_a_link(link: str) -> None:
    assert wrong(consent_url=link) == [("consent_url", "not_a_link")]


@pytest.mark.parametrize("link", ["https://example.org/terms", "http://example.org"])
def test_a_link_may_be_plain(link: str) -> None:
    assert wrong(consent_url=link) == []


def test_all_problems_are_named_at_once() -> None:
    assert wrong(queue_time=1, greeting={"de": ""}, consent_url="x") == [
        ("queue_time", "span_out_of_range"),
        ("greeting.de", "unknown_language"),
        ("consent_url", "not_a_link"),
    ]


def test_words_in_the_customers_language_else_the_portals_else_any() -> None:
    words = {"ru": "Привет", "en": "Hello"}
    assert worded(words, "ru") == "Привет"
    assert worded(words, "de") == "Hello"
    assert worded(words, "de", "ru") == "Привет"
    assert worded({"ru": "Привет", "en": ""}, "en") == "Привет"
    assert worded({"ru": "", "kk": "Сәлем"}, "en") == "Сәлем"
    assert worded({}, "en") == worded({"en": ""}, "en") == ""
