"""What a person holds goes back when he leaves: much of it in chunks, each of them a transaction of its own."""

import pytest

from openlines.core.state import Conversation
from openlines.services import accounts, lines, presence, wake
from openlines.services.access import Actor
from openlines.store import Tx, seats, users
from tests.services.portal import Portal

HELD = 5


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "TAKEN_AT_ONCE", 2)


def holding(house: Portal, who: Actor, line_id: int) -> None:
    channel = house.channel(line_id)
    for number in range(HELD):
        house.accepts(who, house.writes(channel, f"c{number}").conversation_id)


def in_hands_of(house: Portal, who: Actor) -> list[Conversation]:
    return [c for c in house.all() if who.user_id in (c.operator_id, c.offered_to)]


def switch(house: Portal, who: Actor, *, active: bool) -> None:
    def change(tx: Tx) -> None:
        user = users.user_by_id(tx, who.user_id)
        assert user is not None
        accounts.change_user(tx, house.admin, who.user_id, user.version, active=active)

    house.do(change)


def test_what_somebody_holds_who_is_switched_off_goes_back_in_chunks(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    holding(house, a, house.line(a))
    switch(house, a, active=False)
    assert len(in_hands_of(house, a)) == HELD - 2
    assert house.do(wake.next_due) == house.now  # whoever runs next carries on, a server that was started anew too
    house.do(wake.wake_people)
    assert len(in_hands_of(house, a)) == HELD - 4
    house.settle()
    assert in_hands_of(house, a) == []
    assert [c.state for c in house.all()] == ["waiting"] * HELD
    assert in_hands_of(house, b) == []
    assert (house.do(wake.next_due) or house.now + 1) > house.now


def test_who_is_switched_on_again_meanwhile_keeps_the_rest(house: Portal) -> None:
    a = house.operator("A")
    holding(house, a, house.line(a))
    switch(house, a, active=False)
    switch(house, a, active=True)
    house.do(wake.wake_people)
    assert len([c for c in in_hands_of(house, a) if c.state == "active"]) == HELD - 2


def test_what_is_offered_to_who_goes_away_goes_on_in_chunks(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    unchecked = house.channel(house.line(a, name="Unchecked", check_availability=False))
    for number in range(HELD):
        house.writes(channel, f"c{number}")
    for number in range(3):
        house.writes(unchecked, f"d{number}")
    house.do(presence.choose, a.user_id, "pause")
    assert len(in_hands_of(house, a)) == HELD - 2 + 3
    house.settle()
    assert len(in_hands_of(house, a)) == 3


def test_what_somebody_holds_who_leaves_a_queue_goes_back_in_chunks(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    line = house.line(a)
    other = house.channel(house.line(a, name="Other"))
    holding(house, a, line)
    stays = house.writes(other, "x").conversation_id
    before = len(house.log())
    house.put_queue(line, b)
    assert len(in_hands_of(house, a)) == 1 + HELD - 2
    assert house.do(lines.to_rearm) == [line]
    assert house.do(lines.rearm, line)
    assert len(in_hands_of(house, a)) == 1 + HELD - 4
    house.settle()
    assert [c.id for c in in_hands_of(house, a)] == [stays]
    assert len(in_hands_of(house, b)) == HELD
    assert house.do(lines.to_rearm) == []
    left = house.do(seats.one, line, a.user_id)
    assert left is not None
    assert (left.member, left.counted) == (0, 0)
    assert "conversation.rules_changed" not in house.log()[before:]


def test_who_comes_back_to_the_queue_meanwhile_keeps_the_rest(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    line = house.line(a)
    holding(house, a, line)
    house.put_queue(line, b)
    house.put_queue(line, b, a)
    house.settle()
    assert len([c for c in in_hands_of(house, a) if c.state == "active"]) == HELD - 2
