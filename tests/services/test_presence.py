"""Who counts as being there, when nodes come and go."""

from openlines.core.line import SECOND
from openlines.services import presence
from tests.services.portal import Portal


def available(house: Portal, user_id: int) -> bool:
    from openlines.store import users

    user = house.do(users.user_by_id, user_id)
    assert user is not None
    return bool(user.available)


def test_a_killed_server_that_comes_back_under_its_name_leaves_its_people_the_grace(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one").conversation_id
    house.clock.set(house.now + 8 * SECOND)  # killed and started again
    house.do(presence.arrive, "node")
    house.settle()
    assert house.offered_to(one) == a.user_id
    house.do(presence.renew, "node")
    house.after(10)
    assert available(house, a.user_id)
    house.do(presence.connected, a.user_id, "node")
    for _ in range(8):
        house.after(10)
        house.do(presence.renew, "node")
    assert available(house, a.user_id)


def test_who_does_not_come_back_is_gone_when_the_grace_is_over(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", queue_time=600))
    one = house.writes(channel, "one").conversation_id
    house.do(presence.arrive, "node")
    house.do(presence.connected, b.user_id, "node")
    for _ in range(6):
        house.after(10)
        house.do(presence.renew, "node")
    assert not available(house, a.user_id)
    assert house.offered_to(one) == b.user_id


def test_the_death_of_one_of_two_nodes_moves_nothing_within_the_grace(house: Portal) -> None:
    people = [house.operator(f"O{number}", online=False) for number in range(100)]
    house.do(presence.renew, "left")
    house.do(presence.renew, "right")
    for number, who in enumerate(people):
        house.do(presence.connected, who.user_id, "left" if number % 2 else "right")
    channel = house.channel(house.line(*people))
    held = [house.writes(channel, f"c{number}").conversation_id for number in range(20)]
    before = [house.offered_to(each) for each in held]
    for _ in range(6):  # only the right one renews its lease; the left one's people come over after a while
        house.after(5)
        house.do(presence.renew, "right")
    for number, who in enumerate(people):
        if number % 2:
            house.do(presence.connected, who.user_id, "right")
    house.after(25)
    house.do(presence.renew, "right")
    assert [house.offered_to(each) for each in held] == before


def away_for_half_a_minute(house: Portal) -> int:
    """Two nodes lose their database; the right one is back first and takes the left one for dead. Whose it was."""
    a = house.operator("A", online=False)
    for node in ("left", "right"):
        house.do(presence.renew, node)
    house.do(presence.connected, a.user_id, "left")
    house.clock.set(house.now + 30 * SECOND)
    house.do(presence.renew, "right")
    return a.user_id


def both_live_on(house: Portal, seconds: int) -> None:
    for _ in range(seconds // 10):
        for node in ("left", "right"):
            house.do(presence.renew, node)
        house.after(10)


def test_a_node_that_was_taken_for_dead_comes_back_with_its_people(house: Portal) -> None:
    user_id = away_for_half_a_minute(house)
    assert available(house, user_id)  # the grace
    both_live_on(house, 120)
    assert available(house, user_id)
    house.do(presence.disconnected, user_id, "left")
    both_live_on(house, 120)
    assert not available(house, user_id)


def test_a_node_that_comes_back_after_the_grace_brings_its_people_back_at_once(house: Portal) -> None:
    user_id = away_for_half_a_minute(house)
    for _ in range(10):
        house.do(presence.renew, "right")
        house.after(10)
    assert not available(house, user_id)
    house.do(presence.renew, "left")
    assert available(house, user_id)


def test_who_goes_while_his_node_is_taken_for_dead_does_not_come_back_with_it(house: Portal) -> None:
    user_id = away_for_half_a_minute(house)
    house.do(presence.disconnected, user_id, "left")
    both_live_on(house, 120)
    assert not available(house, user_id)


def test_what_a_node_had_counted_is_forgotten_a_day_after_its_death(house: Portal) -> None:
    user_id = away_for_half_a_minute(house)
    house.clock.set(house.now + 25 * 3600 * SECOND)
    house.do(presence.renew, "right")
    house.do(presence.renew, "left")
    both_live_on(house, 120)
    assert not available(house, user_id)
