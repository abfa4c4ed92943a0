"""The place in the queue and the expected wait: told once, measured, and silent where nothing is known."""

from openlines.services import places
from openlines.services.places import without_wait
from tests.services.portal import Portal

WORDS = {"en": "You are number {position}. It takes {wait}."}


def told(house: Portal, conversation_id: int) -> list[str]:
    return [words for auto, words in house.said(conversation_id) if auto == "place"]


def test_who_starts_to_wait_is_told_his_place_once(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, limit=1, place_on=True, place_text=WORDS)
    channel = house.channel(line_id)
    first = house.writes(channel, "a").conversation_id
    second = house.writes(channel, "b").conversation_id
    third = house.writes(channel, "c").conversation_id
    house.writes(channel, "c", "still here")
    assert told(house, first) == []
    assert told(house, second) == ["You are number 1."]
    assert told(house, third) == ["You are number 2."]
    house.accepts(ann, first)
    house.replies(ann, first)  # limit 1, and only replies that are due count: the second is offered now
    assert house.offered_to(second) == ann.user_id
    assert told(house, third) == ["You are number 2."]


def test_nothing_is_said_where_the_line_does_not_tell_it(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, limit=1, place_text=WORDS))
    house.writes(channel, "a")
    waiting = house.writes(channel, "b").conversation_id
    assert house.said(waiting) == [("customer", "hello")]


def test_whoever_waits_already_is_told_when_it_is_switched_on(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, limit=1)
    channel = house.channel(line_id)
    house.writes(channel, "a")
    waiting = house.writes(channel, "b").conversation_id
    house.change(line_id, place_on=True, place_text=WORDS)
    house.settle()
    assert told(house, waiting) == ["You are number 1."]


def test_a_higher_priority_stands_before_those_who_came_earlier(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, limit=1)
    channel = house.channel(line_id)
    house.writes(channel, "a")
    house.writes(channel, "b")
    house.change(line_id, priority=1, place_on=True, place_text=WORDS)
    urgent = house.writes(channel, "c").conversation_id
    assert told(house, urgent) == ["You are number 1."]


def test_those_behind_a_long_queue_are_told_too(house: Portal) -> None:
    line_id = house.line(house.operator("Ann"), limit=1, place_on=True, place_text=WORDS)
    channel = house.channel(line_id)
    ids = [house.writes(channel, f"c{number}").conversation_id for number in range(26)]
    assert [told(house, each) for each in ids[1:]] == [[f"You are number {place}."] for place in range(1, 26)]


def test_the_wait_is_what_a_place_took_lately(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, limit=1, place_on=True, place_text=WORDS, queue_time=3600)
    channel = house.channel(line_id)
    for number in range(places.ENOUGH):
        busy = house.writes(channel, f"busy{number}").conversation_id
        queued = house.writes(channel, f"queued{number}").conversation_id
        assert told(house, queued) == ["You are number 1."]  # nothing is known yet
        house.after(120)
        house.replies(ann, busy)
        house.replies(ann, queued)
    house.writes(channel, "x")
    house.writes(channel, "y")
    last = house.writes(channel, "z").conversation_id
    assert told(house, last) == ["You are number 2. It takes 4 minutes."]


def test_what_was_long_ago_says_nothing(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, limit=1, place_on=True, place_text=WORDS, queue_time=3600)
    channel = house.channel(line_id)
    for number in range(places.ENOUGH):
        busy = house.writes(channel, f"busy{number}").conversation_id
        queued = house.writes(channel, f"queued{number}").conversation_id
        house.replies(ann, busy)
        house.replies(ann, queued)
    assert house.do(places.time_per_place, line_id) is not None
    house.clock.set(house.now + places.LATELY + 1)
    assert house.do(places.time_per_place, line_id) is None


def test_while_the_line_is_closed_no_place_is_promised(house: Portal) -> None:
    ann = house.operator("Ann")
    closed: list[list[dict[str, str]]] = [[] for _ in range(7)]
    line_id = house.line(ann, limit=1, place_on=True, place_text=WORDS, hours_on=True, week=closed)
    channel = house.channel(line_id)
    house.writes(channel, "a")
    assert told(house, house.writes(channel, "b").conversation_id) == []


def test_who_waits_when_the_line_opens_is_told_then(house: Portal) -> None:
    ann = house.operator("Ann")
    day = [[{"from": "10:00", "to": "18:00"}]] * 7  # the clock starts at nine
    line_id = house.line(ann, limit=1, place_on=True, place_text=WORDS, hours_on=True, week=day)
    channel = house.channel(line_id)
    house.accepts(ann, house.writes(channel, "a").conversation_id)
    first, second = (house.writes(channel, name).conversation_id for name in "bc")
    house.after(3599)
    assert told(house, first) == told(house, second) == []
    house.after(1)
    assert (told(house, first), told(house, second)) == (["You are number 1."], ["You are number 2."])
    house.after(86400)
    assert told(house, first) == ["You are number 1."]


def test_sentences_about_an_unknown_wait_are_left_out() -> None:
    assert without_wait("Place {position}. Wait: {wait}. Thank you!") == "Place {position}. Thank you!"
    assert without_wait("Место {position}\nЖдать {wait}") == "Место {position}"
    assert without_wait("{wait} to go") == ""
