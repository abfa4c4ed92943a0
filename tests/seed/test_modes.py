"""S7, S8, S9: who is offered a conversation. The sequences are E1, E2 and E3 of the rules."""

from tests.seed.people import Operator
from tests.seed.portal import Portal


def _rings_at(people: list[Operator], conversation: int) -> list[str]:
    return [each.name for each in people if conversation in each.offers]


def test_s07_evenly_offers_go_round_and_what_is_not_taken_goes_to_who_was_not_asked(house: Portal) -> None:
    team = a, b, c = house.operators("Anton", "Boris", "Carla")
    house.queue(a, b, c)
    house.set(mode="evenly", queue_time=60)
    first = house.customer().says()
    house.later(5)
    second = house.customer().says()
    house.later(7)
    third = house.customer().says()
    house.later(3)
    fourth = house.customer().says()
    assert [each.offers for each in team] == [[first, fourth], [second], [third]]
    a.accepts(first)
    a.accepts(fourth)
    c.accepts(third)
    asked = []
    for seconds in (49, 1, 60, 60):  # 64, 65, 125 and 185 seconds after the first words
        house.later(seconds)
        asked.append(_rings_at(team, second))
    assert asked == [["Boris"], ["Anton"], ["Carla"], ["Boris"]]


def test_s07_evenly_first_offers_differ_by_at_most_one_whoever_works_how_fast(house: Portal) -> None:
    team = house.operators("Anton", "Boris", "Carla")
    house.queue(*team)
    house.set(mode="evenly", queue_time=3600)
    got = dict.fromkeys((each.name for each in team), 0)
    for number in range(7):
        conversation = house.customer().says()
        (name,) = _rings_at(team, conversation)
        got[name] += 1
        house.later(1)
        if name == "Anton":  # he is done at once, Boris never
            team[0].replies(conversation)
            team[0].finishes(conversation)
        elif number % 2 and name == "Carla":
            team[2].accepts(conversation)
    assert max(got.values()) - min(got.values()) <= 1, got


def test_s08_strictly_the_first_is_always_first_and_only_time_goes_on_to_the_next(house: Portal) -> None:
    team = a, b, c = house.operators("Anton", "Boris", "Carla")
    house.queue(b, a, c)
    house.set(mode="strictly", queue_time=60)
    for _ in range(2):
        assert _rings_at(team, house.customer().says()) == ["Boris"]
    last = b.offers[-1]
    asked = []
    for seconds in (59, 1, 60, 60):
        house.later(seconds)
        asked.append(_rings_at(team, last))
    assert asked == [["Boris"], ["Anton"], ["Carla"], ["Boris"]]


def test_s08_strictly_who_is_not_there_is_passed_over_in_the_next_round(house: Portal) -> None:
    team = a, b, c = house.operators("Anton", "Boris", "Carla")
    house.queue(a, b, c)
    house.set(mode="strictly", queue_time=60)
    conversation = house.customer().says()
    house.later(60)
    house.later(60)
    assert _rings_at(team, conversation) == ["Carla"]
    a.is_now("offline")
    house.later(60)
    assert _rings_at([b, c], conversation) == ["Boris"]


def test_s09_everyone_is_invited_who_is_there_and_the_first_has_it(house: Portal) -> None:
    a, b = house.operators("Anton", "Boris")
    c = house.operator("Carla", comes=False)
    house.queue(a, b, c)
    house.set(mode="everyone", queue_time=60)
    conversation = house.customer().says()
    assert (a.offers, b.offers) == ([conversation], [conversation])
    assert c.comes().offers == [conversation]
    version = a.sees(conversation)["version"]
    b.accepts(conversation)
    assert (a.offers, b.offers, c.offers) == ([], [], [])
    assert b.holds == [conversation]
    late = a.try_("POST", f"/conversations/{conversation}/accept", {"version": version})
    assert (late.status, late.code, late.json["params"]["operator"]) == (409, "taken", b.id)
    b.acts("transfer", conversation, user_id=a.id)
    assert (a.holds, b.holds) == ([conversation], [])


def test_s09_everyone_a_decline_hides_it_until_the_round_ends(house: Portal) -> None:
    a, b = house.operators("Anton", "Boris")
    house.queue(a, b)
    house.set(mode="everyone", queue_time=60)
    conversation = house.customer().says()
    a.declines(conversation)
    assert (a.offers, b.offers) == ([], [conversation])
    house.later(60)
    assert (a.offers, b.offers) == ([conversation], [conversation])
