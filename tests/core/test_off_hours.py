"""Off hours, row by row of rules.md 5; held until the opening; a contact taken; public holidays."""

from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.conversation import off_hours_reason
from openlines.core.hours import Hours
from openlines.core.line import DAY, HOUR, MINUTE, SECOND, Interval, LineSettings, SpecialDays
from openlines.core.schedule import closes_at, is_open, next_open, schedule_in_force
from tests.core.cases import TEXT, Story, rules

WEEK = ((Interval("09:00", "18:00"),),) * 7
NEVER: tuple[tuple[Interval, ...], ...] = ((),) * 7
MONDAY = 1_767_571_200_000_000  # 2026-01-05 00:00 UTC
SATURDAY = MONDAY + 5 * DAY

# hours, open now, availability check, somebody available: why the text is said, or None
TABLE = [
    pytest.param("off", True, "off", False, None, id="hours off, check off: no"),
    pytest.param("off", True, "on", True, None, id="hours off, somebody there: no"),
    pytest.param("off", True, "on", False, "nobody_available", id="hours off, nobody there: yes"),
    pytest.param("on", True, "off", False, None, id="open, check off: no"),
    pytest.param("on", True, "on", True, None, id="open, somebody there: no"),
    pytest.param("on", True, "on", False, "nobody_available", id="open, nobody there: yes"),
    pytest.param("on", False, "off", False, "closed", id="closed, check off: yes"),
    pytest.param("on", False, "on", True, "closed", id="closed, somebody there: yes"),
    pytest.param("on", False, "on", False, "closed", id="closed, nobody there: yes"),
]


@pytest.mark.parametrize(("hours", "now_open", "check", "somebody", "why"), TABLE)
def test_the_off_hours_text_row_by_row(hours: str, now_open: bool, check: str, somebody: bool, why: str | None) -> None:
    settings = LineSettings(hours_on=hours == "on", check_availability=check == "on")
    assert off_hours_reason(settings, open=now_open, somebody=somebody) == why


def test_closed_and_somebody_there_is_not_said_where_the_line_says_so() -> None:
    settings = LineSettings(hours_on=True, off_hours_when_available=False)
    assert off_hours_reason(settings, open=False, somebody=True) is None
    assert off_hours_reason(settings, open=False, somebody=False) == "closed"
    unchecked = LineSettings(hours_on=True, off_hours_when_available=False, check_availability=False)
    assert off_hours_reason(unchecked, open=False, somebody=True) == "closed"


@pytest.mark.parametrize("handling", ["hold", "collect"])
def test_a_line_that_offers_nothing_off_hours_says_so_whoever_is_there(handling: Any) -> None:
    settings = LineSettings(hours_on=True, off_hours=handling, off_hours_when_available=False)
    assert off_hours_reason(settings, open=False, somebody=True) == "closed"


# --- a contact is taken -----------------------------------------------------------------------------------


def collecting(**more: Any) -> Story:
    line = rules(hours_on=True, week=WEEK[:5] + NEVER[:2], off_hours="collect", off_hours_text=TEXT, **more)
    return Story(line, start=SATURDAY + 12 * HOUR)


def closed(*, contact: bool = False) -> i.CustomerWrote:
    return i.CustomerWrote(open=False, contact=contact)


def test_without_a_contact_it_asks_once_and_waits_for_the_opening() -> None:
    story = collecting().give(closed()).at(60).give(closed())
    assert [auto for _, auto in story.heard] == ["off_hours"]
    assert story.c.state == "waiting"
    assert story.c.route_at == MONDAY + 7 * DAY + 9 * HOUR


def test_a_contact_is_thanked_for_and_closes() -> None:
    story = collecting(collected_text=TEXT).give(closed()).at(60).give(closed(contact=True))
    assert [auto for _, auto in story.heard] == ["off_hours", "collected"]
    assert (story.c.state, story.c.reason, story.c.unanswered) == ("closed", "collected", 1)


def test_what_is_told_of_a_contact_that_was_taken() -> None:
    for given in (closed(contact=True), i.ContactGiven(open=False)):
        story = collecting(collected_text=TEXT).give(given)
        assert story.outcomes == [i.Say("collected", "contact_taken"), i.Fact("closed", {"why": "collected"})]


def test_whose_contact_is_known_is_thanked_and_not_asked() -> None:
    story = collecting(collected_text=TEXT).give(closed(contact=True))
    assert [auto for _, auto in story.heard] == ["collected"]


def test_without_words_of_thanks_the_off_hours_text_is_said() -> None:
    story = collecting().give(closed(contact=True))
    assert [auto for _, auto in story.heard] == ["off_hours"]
    assert story.c.state == "closed"


def test_words_after_the_contact_are_kept_and_nothing_goes_round_in_circles() -> None:
    story = collecting(collected_text=TEXT).give(closed(contact=True))
    for second in (60, 120, 86_400):
        story.at(second).give(closed(contact=True))
        assert story.c.state == "closed"
        assert story.outcomes == []
    assert [auto for _, auto in story.heard] == ["collected"]
    # When the line has opened, the next words are the next conversation's.
    story.at((45 * HOUR) // 1_000_000)
    assert story.refuses(i.CustomerWrote()) == "closed"


def test_nor_do_they_once_the_line_has_opened_and_closed_again() -> None:
    story = collecting(collected_text=TEXT).give(closed(contact=True)).at(60 * 3600)
    assert not is_open(story.rules.schedule, story.now)
    assert story.refuses(closed(contact=True)) == "closed"


def test_a_contact_from_the_form_closes_as_words_do() -> None:
    story = collecting(collected_text=TEXT).give(closed(), i.ContactGiven(open=False))
    assert [auto for _, auto in story.heard] == ["off_hours", "collected"]
    assert story.c.reason == "collected"


def test_an_open_line_or_a_person_who_has_it_takes_no_contact_in_place_of_an_answer() -> None:
    assert collecting().give(i.CustomerWrote(contact=True)).c.state == "waiting"
    assert collecting().give(i.CustomerWrote(), i.ContactGiven(open=True)).c.state == "waiting"
    assert collecting().give(closed(), i.Accepted(11), closed(contact=True)).c.state == "active"
    answered = collecting().give(closed(), i.Wrote(11), i.ContactGiven(open=False))
    assert answered.c.state == "active"


# --- held until the opening -------------------------------------------------------------------------------


def test_held_until_the_opening_and_moved_with_it() -> None:
    line = rules(hours_on=True, week=WEEK[:5] + NEVER[:2], off_hours="hold")
    story = Story(line, start=SATURDAY + 12 * HOUR).give(closed())
    assert story.due()["route"] == 45 * 3600
    moved = [
        story.change(each).c.route_at
        for each in (
            rules(hours_on=True, week=WEEK, off_hours="hold"),
            line,
            rules(hours_on=True, week=NEVER, off_hours="hold"),
            rules(hours_on=True, week=NEVER, off_hours="offer"),
        )
    ]
    # Saturday at noon is open; Monday; never; not held at all.
    assert moved == [story.now, MONDAY + 7 * DAY + 9 * HOUR, None, story.now]


def held(**more: Any) -> Story:
    """Saturday noon, on a line that works from Monday to Friday and holds what comes meanwhile."""
    return Story(rules(hours_on=True, week=WEEK[:5] + NEVER[:2], off_hours="hold", **more), start=SATURDAY + 12 * HOUR)


UNTIL_MONDAY = 45 * 3600


def test_nobody_is_late_while_the_line_holds() -> None:
    story = held(no_answer_action="text", no_answer_text=TEXT, escalate_after=600).give(closed())
    assert story.due() == {
        "route": UNTIL_MONDAY, "no_answer": UNTIL_MONDAY + 180, "escalate": UNTIL_MONDAY + 600,
    }  # fmt: skip
    story.at(UNTIL_MONDAY + 179)
    assert story.c.unanswered == 0
    story.at(UNTIL_MONDAY + 180)
    assert story.outcomes[0] == i.Fact("unanswered", {"after": 180 * SECOND})
    assert story.heard == [(UNTIL_MONDAY + 180, "no_answer")]


def test_what_came_a_minute_before_the_end_has_the_rest_of_its_time_in_the_morning() -> None:
    line = rules(hours_on=True, week=WEEK, off_hours="hold")
    story = Story(line, start=MONDAY + 18 * HOUR - MINUTE).give(i.CustomerWrote())
    assert story.due()["no_answer"] == 60 + 15 * 3600 + 120


def test_who_takes_it_at_night_is_not_late_at_once() -> None:
    story = held().give(closed()).at(20 * 3600).give(i.Accepted(11))
    assert story.due()["no_answer"] == UNTIL_MONDAY + 180


def test_a_line_that_offers_off_hours_too_counts_the_night() -> None:
    line = rules(hours_on=True, week=NEVER, off_hours="offer")
    assert Story(line).give(closed()).due()["no_answer"] == 180


def test_a_line_that_never_opens_waits_for_nobody() -> None:
    story = Story(rules(hours_on=True, week=NEVER, off_hours="hold", escalate_after=60)).give(closed())
    assert (story.due(), story.c.due_at) == ({}, None)


# --- public holidays --------------------------------------------------------------------------------------


def test_a_public_holiday_closes_its_day_and_only_that() -> None:
    plan = schedule_in_force(Hours("UTC", WEEK, holidays=("2026-01-06",)))
    assert is_open(plan, MONDAY + 12 * HOUR)
    assert not is_open(plan, MONDAY + DAY + 12 * HOUR)
    assert next_open(plan, MONDAY + 18 * HOUR) == MONDAY + 2 * DAY + 9 * HOUR


def test_who_works_on_a_holiday_says_so_and_wins() -> None:
    worked = SpecialDays("2026-01-06", intervals=(Interval("10:00", "14:00"),))
    plan = schedule_in_force(Hours("UTC", WEEK, (worked,), ("2026-01-06",)))
    assert next_open(plan, MONDAY + 18 * HOUR) == MONDAY + DAY + 10 * HOUR
    assert closes_at(plan, MONDAY + DAY + 10 * HOUR) == MONDAY + DAY + 14 * HOUR


def test_a_night_that_began_before_a_holiday_goes_on_to_its_end() -> None:
    plan = schedule_in_force(Hours("UTC", ((Interval("22:00", "06:00"),),) * 7, holidays=("2026-01-06",)))
    assert is_open(plan, MONDAY + DAY + 5 * HOUR)
    assert not is_open(plan, MONDAY + DAY + 23 * HOUR)
    assert not is_open(plan, MONDAY + 2 * DAY + 5 * HOUR)


def test_round_the_clock_ends_where_a_holiday_begins_on_the_lines_own_clock() -> None:
    plan = schedule_in_force(Hours("Europe/Berlin", ((Interval("00:00", "24:00"),),) * 7, holidays=("2026-01-06",)))
    assert closes_at(plan, MONDAY) == MONDAY + 23 * HOUR
    assert next_open(plan, MONDAY + DAY) == MONDAY + DAY + 23 * HOUR
