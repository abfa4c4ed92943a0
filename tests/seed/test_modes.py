"""S7, S8, S9: who is offered a conversation. The sequences are E1, E2, E3 of the rules."""

from tests.seed.portal import Portal


def test_s07_evenly_each_gets_as_many_and_a_re_offer_skips_who_was_asked(house: Portal) -> None:
    a, b, c = house.operators("Anton", "Boris", "Carla")
    house.queue(a, b, c)
    house.set(mode="evenly", queue_time=60)
    first = house.customer().says()
    house.later(5)
    second = house.customer().says()
    house.later(7)
    third = house.customer().says()
    house.later(3)
    fourth = house.customer().says()
    assert [each.offers for each in (a, b, c)] == [[first, fourth], [second], [third]]
