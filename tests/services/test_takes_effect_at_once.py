"""Settings and switches that change while something is under way."""

from typing import Any

from openlines.core.line import SECOND
from openlines.services import deliveries, handle, line_limits, lines
from openlines.services.deliveries import Room
from tests.services.portal import Portal

ROOM = Room(10, 10, {}, {}, {})


def test_the_availability_check_takes_back_what_is_offered_to_who_is_not_there(house: Portal) -> None:
    away, here = house.operator("Away", online=False), house.operator("Here")
    line = house.line(away, here, mode="strictly", queue_time=3600, check_availability=False)
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    assert house.offered_to(one) == away.user_id
    house.change(line, check_availability=True)
    house.settle()
    assert house.offered_to(one) == here.user_id
    assert "returned" in house.facts(one)


def test_the_availability_check_leaves_offers_to_who_is_there(house: Portal) -> None:
    here, other = house.operator("Here"), house.operator("Other")
    line = house.line(here, other, mode="strictly", queue_time=3600, check_availability=False)
    one = house.writes(house.channel(line), "one").conversation_id
    house.change(line, check_availability=True)
    house.settle()
    assert house.offered_to(one) == here.user_id
    assert "returned" not in house.facts(one)


def test_a_transfer_to_who_is_away_is_not_taken_back_by_a_change_of_something_else(house: Portal) -> None:
    here, away = house.operator("Here"), house.operator("Away", online=False)
    line = house.line(here, away, mode="strictly", queue_time=3600, transfer_must_accept=True)
    one = house.writes(house.channel(line), "one").conversation_id
    house.accepts(here, one)
    house.acts(handle.transfer, here, one, user_id=away.user_id)
    assert house.offered_to(one) == away.user_id
    house.change(line, no_answer_time=300)
    house.settle()
    assert house.offered_to(one) == away.user_id


def held_back(house: Portal) -> tuple[int, int]:
    """A line that was switched off while an answer was on its way, and the answer's message."""
    a = house.operator("A")
    line = house.line(a)
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "one").conversation_id
    said = house.replies(a, one)
    return line, said.id


def leaving(house: Portal) -> list[int]:
    return [job.ref.message_id for job in house.do(deliveries.claim, "node", ROOM).jobs]


def test_what_came_by_another_lines_channel_leaves_as_soon_as_its_line_is_on_again(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a), kind="telegram")
    line = house.line(a, name="Other")
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.transfer, a, one, line_id=line)
    said = house.replies(a, one)
    house.switch(line, False)
    assert leaving(house) == []
    house.switch(line, True)
    assert leaving(house) == [said.id]


def test_what_a_line_that_was_off_held_back_leaves_as_soon_as_it_is_on(house: Portal) -> None:
    line, message = held_back(house)
    house.switch(line, on=False)
    assert leaving(house) == []
    house.clock.set(house.now + SECOND)
    house.switch(line, on=True)
    assert "deliver" in house.pokes
    assert leaving(house) == [message]


def test_the_same_for_a_line_that_comes_back_by_the_limit(house: Portal) -> None:
    house.line(name="Older")
    _, message = held_back(house)
    house.do(line_limits.hold_to_limit, 1)
    assert leaving(house) == []
    house.do(line_limits.hold_to_limit, None)
    assert leaving(house) == [message]


def test_who_is_no_member_of_the_queue_gets_the_conversation_back_that_he_finished(house: Portal) -> None:
    settings: dict[str, Any] = {"reopen_window": 3600}
    a, expert = house.operator("A"), house.operator("Expert")
    line = house.line(a, **settings)
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.transfer, a, one, user_id=expert.user_id)
    house.replies(expert, one)
    house.acts(handle.finish, expert, one, now=True)
    assert house.conversation(one).state == "closed"
    again = house.writes(channel, "one", "one more thing").conversation_id
    c = house.conversation(one)
    assert (again, c.state, c.operator_id) == (one, "active", expert.user_id)


def test_who_is_no_member_and_at_the_line_s_limit_does_not(house: Portal) -> None:
    a, expert = house.operator("A"), house.operator("Expert")
    line = house.line(a, reopen_window=3600, limit=1, counting="open")
    channel = house.channel(line)
    one, two = (house.writes(channel, name).conversation_id for name in ("one", "two"))
    for each in (one, two):
        house.accepts(a, each)
        house.acts(handle.transfer, a, each, user_id=expert.user_id)
        house.replies(expert, each)
    house.acts(handle.finish, expert, one, now=True)
    house.writes(channel, "one", "one more thing")
    assert house.offered_to(one) == a.user_id


def test_lines_are_rearmed_to_the_end(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a)
    house.change(line, queue_time=90)
    house.settle()
    assert house.do(lines.to_rearm) == []


def test_a_conversation_of_a_line_that_was_removed_does_not_come_back_into_it(house: Portal) -> None:
    a = house.operator("A")
    own = house.line(a)
    other = house.line(a, name="Other", reopen_window=3600)
    channel = house.channel(own)
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.transfer, a, one, line_id=other)
    house.accepts(a, one)
    house.replies(a, one)
    house.acts(handle.finish, a, one, now=True)
    house.do(lines.remove, house.admin, other)
    new = house.writes(channel, "one", "one more thing").conversation_id
    assert new != one
    assert house.conversation(new).line_id == own
    assert house.offered_to(new) == a.user_id
