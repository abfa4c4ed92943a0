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
