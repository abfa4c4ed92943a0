"""What is said to the customer by itself, and when: rules.md 5, row by row."""

from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.conversation import step, tells_place
from openlines.core.inputs import Escalate, Fact, Say, Tried
from openlines.core.line import HOUR, SECOND, Interval
from openlines.core.state import Rules
from tests.core.cases import ANN, BOT, NIGHT, T0, TEXT, Story, active, answered, closed, offered, rules

# ---------------------------------------------------------------- greeting


def test_the_first_words_of_a_thread_are_greeted() -> None:
    story = Story(rules(greeting=TEXT)).give(i.CustomerWrote())
    assert story.outcomes == [Say("greeting", "first")]
    assert story.give(i.CustomerWrote()).outcomes == []


@pytest.mark.parametrize(("each", "before", "expected"), [
    (False, False, ["greeting"]),
    (False, True, []),
    (True, False, ["greeting"]),
    (True, True, ["greeting"]),
])  # fmt: skip
def test_once_per_thread_or_once_per_conversation(each: bool, before: bool, expected: list[str]) -> None:
    story = Story(rules(greeting=TEXT, greeting_each=each)).give(i.CustomerWrote(greeted_before=before))
    assert [said.auto for said in story.said()] == expected


def test_nobody_is_greeted_by_a_bot_without_words_or_in_his_own_conversation() -> None:
    line = rules(greeting=TEXT)
    assert Story(line, bot_id=BOT).give(i.CustomerWrote()).said() == []
    handed = Story(line, bot_id=BOT).give(i.CustomerWrote(), i.BotHandedOver(), i.CustomerWrote())
    assert handed.heard == []
    assert Story(line, operator_id=ANN).give(i.Wrote(ANN), i.CustomerWrote()).heard == []
    assert Story(rules(greeting={"ru": "", "en": ""})).give(i.CustomerWrote()).heard == []


def test_a_channel_without_automatic_texts_and_a_line_that_is_off_say_nothing() -> None:
    full: dict[str, Any] = {"greeting": TEXT, "off_hours_text": TEXT, "close_text": TEXT, "rating": "like"}
    for line in (rules(automatic=False, **full), rules(active=False, **full)):
        story = Story(line).give(i.CustomerWrote(somebody=False, open=False), i.Finished(ANN)).at(10_000)
        assert (story.heard, story.c.state) == ([], "closed")
    spoken = answered(rules(automatic=False, **full)).give(i.CustomerRated(5))
    assert spoken.heard == []


# ---------------------------------------------------------------- off hours, nobody there


@pytest.mark.parametrize(
    ("hours", "open_now", "check", "somebody", "why"),
    [
        (False, True, False, True, None),
        (False, True, False, False, None),
        (False, True, True, True, None),
        (False, True, True, False, "nobody_available"),
        (True, True, False, False, None),
        (True, True, True, True, None),
        (True, True, True, False, "nobody_available"),
        (True, False, False, True, "closed"),
        (True, False, False, False, "closed"),
        (True, False, True, True, "closed"),
        (True, False, True, False, "closed"),
    ],
)
def test_the_table(hours: bool, open_now: bool, check: bool, somebody: bool, why: str | None) -> None:
    line = rules(hours_on=hours, check_availability=check, off_hours_text=TEXT)
    story = Story(line).give(i.CustomerWrote(open=open_now, somebody=somebody))
    assert story.said() == ([Say("off_hours", why)] if why else [])


def test_not_when_somebody_is_there_all_the_same_by_option() -> None:
    line = rules(hours_on=True, off_hours_text=TEXT, off_hours_when_available=False)
    assert Story(line).give(i.CustomerWrote(open=False, somebody=True)).said() == []
    assert Story(line).give(i.CustomerWrote(open=False, somebody=False)).said() != []
    unchecked = rules(hours_on=True, off_hours_text=TEXT, off_hours_when_available=False, check_availability=False)
    assert Story(unchecked).give(i.CustomerWrote(open=False, somebody=True)).said() != []


def test_once_until_a_person_answers() -> None:
    night = i.CustomerWrote(open=False)
    story = Story(rules(hours_on=True, off_hours_text=TEXT, greeting=TEXT)).give(night)
    assert [said.auto for said in story.said()] == ["greeting", "off_hours"]  # in this order
    assert story.give(night).said() == []
    assert story.give(i.Accepted(ANN), night).said() == []  # accepting is no answer
    assert story.give(i.Wrote(ANN), night).said() == [Say("off_hours", "closed")]


def test_without_words_there_is_nothing_to_say() -> None:
    story = Story(rules(hours_on=True)).give(i.CustomerWrote(open=False))
    assert (story.said(), story.c.off_hours_said) == ([], 0)


# ---------------------------------------------------------------- what off hours do to routing


def office(**settings: Any) -> dict[str, Any]:
    return {"hours_on": True, "week": ((Interval("10:00", "11:00"),),) * 7, **settings}


def test_off_hours_do_not_stop_routing() -> None:
    story = Story(rules(**NIGHT)).give(i.CustomerWrote(open=False))
    assert story.c.route_at == T0


@pytest.mark.parametrize("off_hours", ["hold", "collect"])
def test_held_until_opening(off_hours: str) -> None:
    story = Story(rules(**office(off_hours=off_hours)))
    assert story.c.state == "waiting"
    assert story.c.route_at is not None
    opens = (story.c.route_at - T0) // SECOND
    assert (opens + T0 // SECOND) % 86400 == 10 * 3600
    assert story.due()["route"] == opens
    never = Story(rules(**NIGHT, off_hours=off_hours))
    assert never.c.route_at is None


def test_collecting_a_contact_closes_at_the_words_that_hold_one() -> None:
    line = rules(**NIGHT, off_hours="collect", off_hours_text=TEXT)
    story = Story(line).give(i.CustomerWrote(open=False))
    assert (story.c.state, story.heard) == ("waiting", [(0, "off_hours")])
    story.give(i.CustomerWrote(open=False, contact=True))
    assert (story.c.reason, story.c.unanswered) == ("collected", 1)
    assert story.facts() == ["closed"]


def test_collecting_never_closes_what_people_work_on() -> None:
    line = rules(**NIGHT, off_hours="collect", reopen_window=3600)
    words = i.CustomerWrote(open=False, contact=True, holder_unavailable="offline")
    for story in (active(line), answered(line), closed(line)):
        assert story.give(words).c.state == "waiting"
    answered_before = answered(line).give(words, words)
    assert answered_before.c.state == "waiting"
    by_day = Story(line).give(i.CustomerWrote(open=True, contact=True))
    assert by_day.c.state == "waiting"
    off = Story(line._replace(active=False)).give(i.CustomerWrote(open=False, contact=True))
    assert off.c.state == "waiting"


# ---------------------------------------------------------------- the place in the queue

NEXT = i.NobodyToOffer("all_at_limit", place=3)  # two are before him


def test_who_waits_where_nobody_is_free_is_told_his_place_once() -> None:
    story = Story(rules(place_on=True)).give(i.CustomerWrote(), NEXT)
    assert story.outcomes == [Say("place", "nobody_free")]
    assert (story.c.state, story.c.place_said, story.c.route_at) == ("waiting", 3, None)
    story.give(i.CustomerWrote(), i.NobodyToOffer("all_at_limit", place=2))
    assert (story.heard, story.c.place_said) == ([(0, "place")], 3)


def test_who_gets_nobody_from_his_own_operator_is_told_his_place_in_the_queue_of_all() -> None:
    story = Story(rules(place_on=True), wanted_id=ANN).give(i.CustomerWrote(), NEXT)
    assert (story.heard, story.c.wanted_id) == ([(0, "place")], None)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(rules(), id="the line does not tell it"),
        pytest.param(rules(place_on=True, automatic=False), id="the channel takes no automatic texts"),
        pytest.param(rules(place_on=True, active=False), id="the line is off"),
        pytest.param(rules(place_on=True, **NIGHT), id="closed: nobody is coming"),
    ],
)
def test_where_nobody_is_told_his_place(line: Rules) -> None:
    story = Story(line).give(i.CustomerWrote(), NEXT)
    assert not tells_place(story.c, line, story.now)
    assert (story.said(), story.c.place_said, story.c.route_at) == ([], 0, None)


def test_who_waits_while_the_line_is_closed_is_told_his_place_when_it_opens() -> None:
    line = rules(place_on=True, hours_on=True, week=((Interval("09:00", "18:00"),),) * 7, no_answer_time=43200)
    opens = T0 + HOUR
    story = Story(line).give(i.CustomerWrote(open=False), NEXT)
    assert (story.c.route_at, story.c.due_at) == (None, opens)
    calm = step(story.c, i.Woke(calm=True), now=T0, rules=line)[0]
    assert calm.due_at == opens
    story.wake_until(opens)
    assert (story.said(), story.c.route_at) == ([], opens)  # routing looks, for there may be somebody
    assert story.give(NEXT).said() == [Say("place", "nobody_free")]


def test_a_place_that_is_not_known_or_not_a_place_in_the_queue_is_not_told() -> None:
    line = rules(place_on=True)
    assert Story(line).give(i.CustomerWrote(), i.NobodyToOffer("queue_empty")).said() == []
    for story in (offered(line), active(line), closed(line)):
        before = story.c
        assert story.give(NEXT).outcomes == []
        assert story.c is before


# ---------------------------------------------------------------- nobody answers

PATIENT: dict[str, Any] = {"no_answer_time": 180, "no_answer_action": "text", "no_answer_text": TEXT}


def test_when_nobody_has_replied_after_its_time_it_is_marked_and_said() -> None:
    story = active(rules(**PATIENT)).at(180)  # accepting is not enough
    assert (story.c.unanswered, story.c.no_answer) == (1, "said")
    assert story.outcomes == [Fact("unanswered", {"after": 180 * SECOND}), Say("no_answer", "nobody_replied")]
    assert story.at(10_000).heard == [(180, "no_answer")]  # once
    assert story.give(i.Wrote(ANN)).c.unanswered == 0  # the mark goes with the first reply


@pytest.mark.parametrize(
    "settings",
    [{**PATIENT, "no_answer_action": "none"}, {**PATIENT, "no_answer_text": {}}],
)
def test_by_choice_it_is_only_marked(settings: dict[str, Any]) -> None:
    story = Story(rules(**settings)).give(i.CustomerWrote()).at(180)
    assert (story.c.unanswered, story.c.no_answer, story.heard) == (1, "marked", [])


def test_not_after_an_off_hours_text() -> None:
    line = rules(**PATIENT, hours_on=True, off_hours_text=TEXT)
    story = Story(line).give(i.CustomerWrote(open=False)).at(200)
    assert (story.c.unanswered, story.heard) == (1, [(0, "off_hours")])


def test_not_where_somebody_replied_in_time_nor_in_ones_own_conversation() -> None:
    assert active(rules(**PATIENT)).at(179).give(i.Wrote(ANN)).at(1000).heard == []
    assert Story(rules(**PATIENT), operator_id=ANN).give(i.CustomerWrote()).at(1000).heard == []


def test_accepting_is_enough_by_option() -> None:
    line = rules(**PATIENT, no_answer_stops_on="accept")
    assert active(line).at(1000).heard == []
    assert Story(line).give(i.CustomerWrote()).at(1000).heard == [(180, "no_answer")]


def test_it_is_counted_from_when_people_became_responsible() -> None:
    story = Story(rules(**PATIENT), bot_id=BOT).give(i.CustomerWrote()).at(60).give(i.BotHandedOver())
    assert story.at(239).heard == []
    assert story.at(240).heard == [(240, "no_answer")]


def test_a_mute_channel_is_only_marked() -> None:
    story = Story(rules(automatic=False, **PATIENT)).give(i.CustomerWrote()).at(180)
    assert (story.c.no_answer, story.heard) == ("marked", [])


# ---------------------------------------------------------------- unanswered too long


def test_words_unanswered_too_long_escalate_once() -> None:
    story = active(rules(escalate_after=300)).at(100).give(i.CustomerWrote()).at(300)
    assert story.outcomes == [Escalate(), Fact("escalated", {"since": T0})]
    assert (story.c.escalated, "escalate" in story.due()) == (1, False)
    story.give(i.Wrote(ANN)).at(400).give(i.CustomerWrote())
    assert (story.c.escalated, story.due()["escalate"]) == (0, 700)  # and again for the next words
    assert "escalate" not in answered(rules(escalate_after=300)).due()
    assert "escalate" not in active(rules(escalate_after=0)).due()


def test_words_unanswered_too_long_go_back_to_the_queue_by_option() -> None:
    line = rules(escalate_after=300, escalate_to="queue")
    story = active(line).at(300)
    assert (story.c.state, story.c.operator_id, story.c.escalated) == ("waiting", None, 1)
    assert story.outcomes[-1] == Fact("returned", {"why": "waits_too_long", "from": ANN})
    assert Tried(ANN, "timeout") in story.outcomes  # another one is asked first
    assert "escalate" not in story.due()
    waits = Story(line).give(i.CustomerWrote()).at(300)
    assert Escalate() in waits.outcomes  # it is in the queue already: somebody must know
    kept = active(line).give(i.Pinned(ANN, True)).at(300)
    assert (kept.c.operator_id, Escalate() in kept.outcomes) == (ANN, True)
