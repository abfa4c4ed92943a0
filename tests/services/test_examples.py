"""The worked examples of the rules, on both stores, through the use cases."""

from openlines.services import handle
from tests.services.portal import Portal


def test_e1_evenly_who_waited_longest_for_a_first_offer_is_next(house: Portal) -> None:
    a, b, c = (house.operator(name) for name in "ABC")
    channel = house.channel(house.line(a, b, c, mode="evenly", queue_time=60))
    house.at(0)
    c1 = house.writes(channel, "one").conversation_id
    house.at(5)
    c2 = house.writes(channel, "two").conversation_id
    house.at(12)
    c3 = house.writes(channel, "three").conversation_id
    assert [house.offered_to(each) for each in (c1, c2, c3)] == [a.user_id, b.user_id, c.user_id]
    house.accepts(a, c1)
    house.accepts(c, c3)
    house.at(15)
    c4 = house.writes(channel, "four").conversation_id
    assert house.offered_to(c4) == a.user_id
    house.accepts(a, c4)
    house.at(64.9)
    assert house.offered_to(c2) == b.user_id
    house.at(65)
    assert house.offered_to(c2) == a.user_id
    house.at(125)
    assert house.offered_to(c2) == c.user_id
    house.at(185)
    assert house.conversation(c2).round == 2
    assert house.offered_to(c2) in (a.user_id, b.user_id)


def test_e2_strictly_in_order_and_past_who_is_offline(house: Portal) -> None:
    a, b, c = (house.operator(name) for name in "ABC")
    channel = house.channel(house.line(a, b, c, mode="strictly", queue_time=60))
    house.at(0)
    one = house.writes(channel, "one").conversation_id
    seen = []
    for seconds in (0, 60, 120, 180):
        house.at(seconds)
        seen.append(house.offered_to(one))
    assert seen == [a.user_id, b.user_id, c.user_id, a.user_id]


def test_e2_strictly_skips_who_is_offline_when_the_round_begins_again(house: Portal) -> None:
    a, b, c = (house.operator(name) for name in "ABC")
    channel = house.channel(house.line(a, b, c, mode="strictly", queue_time=60))
    one = house.writes(channel, "one").conversation_id
    house.at(70)
    house.offline(a)
    house.at(180)
    assert house.offered_to(one) == b.user_id


def test_e3_everyone_is_asked_at_once_and_the_first_wins(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    c = house.operator("C", online=False)
    channel = house.channel(house.line(a, b, c, mode="everyone"))
    one = house.writes(channel, "one").conversation_id
    assert house.conversation(one).state == "offered"
    assert house.offered_to(one) is None
    house.online(c)
    house.accepts(b, one)
    assert house.conversation(one).operator_id == b.user_id
    house.acts(handle.transfer, b, one, user_id=a.user_id)
    moved = house.conversation(one)
    assert (moved.state, moved.operator_id) == ("active", a.user_id)
